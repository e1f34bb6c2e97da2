package httpd

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/enforcement"
	"dunwatch/internal/locale"
)

// penaltiesPageData is the list of penalties.
type penaltiesPageData struct {
	Page
	Rows  []penaltyRow
	Mine  bool // what waits for the reader, in place of Rows
	Waits []waitsRow
	Tabs  []Tab
	Pills []Pill
	Clear string
	Pager Pager
	Units []Option
	Kinds []Option
}

// penaltyRow is a penalty in a list.
type penaltyRow struct {
	Ref      string
	CaseRef  string
	Chip     Chip
	Party    PartyChip
	Measures []string
	Fen      int64
	By       string
	At       time.Time // of the last step
	Number   string    // of the decision
}

// waitsRow is a penalty that waits for the reader.
type waitsRow struct {
	penaltyRow
	Step, Href string
	Due        *Deadline
}

// mineTab is the value of status that asks for what waits for the reader.
const mineTab = "mine"

var penaltyFilters = []string{"firm", "unit", "issued", "kind", "pack"}

func (d desk) penaltyRow(p *enforcement.Penalty) penaltyRow {
	r := penaltyRow{Ref: p.Reference, Chip: d.penaltyChip(p.Status), Party: firmChip(p.Firm), Fen: p.FineFen + p.ConfiscationFen,
		By: p.ProposedByName, At: p.ProposedAt, Number: p.DecisionNumber}
	if p.Full && p.Status == enforcement.Proceeding {
		r.Chip = d.stageChip(p.Stage)
	}
	pack := ""
	if p.Case != nil {
		r.CaseRef, pack = p.Case.Reference, p.Case.Pack
	}
	for _, m := range p.Measures {
		r.Measures = append(r.Measures, d.measure(pack, m))
	}
	for _, t := range []time.Time{p.DecidedAt, p.IssuedAt} {
		if t.After(r.At) {
			r.At = t
		}
	}
	return r
}

// money is an amount in the currency of a pack.
func (d desk) money(pack string, fen int64) string {
	return strings.Replace(locale.Money(d.lang, fen), "¥", d.pack(pack).Currency.Symbol, 1)
}

// measure is one line: "罚款 ¥50,000.00".
func (d desk) measure(pack string, m enforcement.Measure) string {
	name := m.Kind
	if k, ok := d.pack(pack).PenaltyKind(m.Kind); ok {
		name = d.text(k.Name)
	}
	if m.AmountFen != 0 {
		name += " " + d.money(pack, m.AmountFen)
	}
	return name
}

func (s *Server) penaltyFilter(values url.Values) (enforcement.Filter, error) {
	a := ask{values: values}
	f := enforcement.Filter{Pack: a.text("pack"), Firm: a.text("firm"), Unit: a.text("unit"), Issued: a.month("issued"), Kind: a.text("kind"), Cursor: a.text("cursor"), Limit: a.number("limit", 100)}
	known := make([]string, 0, len(enforcement.AllStatuses))
	for _, st := range enforcement.AllStatuses {
		known = append(known, string(st))
	}
	if st := a.oneOf("status", append(known, "all", mineTab)...); st != "" && st != "all" && st != mineTab {
		f.Status = []enforcement.Status{enforcement.Status(st)}
	}
	return f, a.err()
}

func (s *Server) penaltiesPage(c echo.Context) error {
	d, p := s.deskOf(c), penaltiesPageData{Page: s.base(c)}
	if to, err := d.meantFirm(p.Query); err != nil || to != "" {
		return orRedirect(c, to, err)
	}
	f, err := s.penaltyFilter(p.Query.Values)
	if err != nil {
		return err
	}
	list, err := s.Penalties.List(d.ctx, d.by, f)
	if err != nil {
		return err
	}
	if err := p.waits(d); err != nil {
		return err
	}
	for i := range list.Items {
		p.Rows = append(p.Rows, d.penaltyRow(&list.Items[i]))
	}
	p.Pager = d.pager(p.Query, len(list.Items), list.NextCursor)
	pack := d.pack(p.Query.Get("pack"))
	p.Pills = d.pills(p.Query, penaltyFilters, func(name, v string) string { return d.filterValue(pack.ID, name, v) })
	p.Clear = p.Query.Only("status")
	for _, k := range pack.PenaltyKinds() {
		p.Kinds = append(p.Kinds, Option{Value: k.ID, Label: d.text(k.Name)})
	}
	if p.Units, err = d.unitOptions(); err != nil {
		return err
	}
	p.tabs(d, list.Counts)
	return s.show(c, http.StatusOK, "enforcement/list", p)
}

// waits gathers what waits for the reader; auditors have nothing to do.
func (p *penaltiesPageData) waits(d desk) error {
	p.Mine = p.Query.Get("status") == mineTab
	list, err := d.s.Penalties.Waiting(d.ctx, d.by)
	if err != nil {
		return err
	}
	for i := range list {
		w := &list[i]
		r := waitsRow{penaltyRow: d.penaltyRow(&w.Penalty), Step: d.t("penalty_case.step." + string(w.Step)), Href: stepHref(w.Penalty.Reference, w.Step)}
		r.Chip = d.stageChip(w.Stage)
		if !w.DueOn.IsZero() {
			due := d.due(w.Penalty.Case.Pack, w.DueOn)
			r.Due = &due
		}
		p.Waits = append(p.Waits, r)
	}
	return nil
}

func (p *penaltiesPageData) tabs(d desk, counts map[string]int) {
	now, all := p.Query.Get("status"), 0
	if p.Mine || len(p.Waits) > 0 {
		p.Tabs = append(p.Tabs, Tab{Label: d.t("penalty_mine.tab"), Href: "/penalties?status=" + mineTab, Count: len(p.Waits), Counted: true, Current: p.Mine})
	}
	for _, st := range enforcement.AllStatuses {
		n := counts[string(st)]
		all += n
		p.Tabs = append(p.Tabs, Tab{Label: d.t("enforcement.status." + string(st)), Href: "/penalties?status=" + string(st), Count: n, Counted: true, Current: now == string(st)})
	}
	p.Tabs = append(p.Tabs, Tab{Label: d.t("penalty_page.all"), Href: "/penalties", Count: all, Counted: true, Current: now == "" || now == "all"})
}
