package httpd

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/contactlog"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/logbook"
	"dunwatch/internal/rulebook"
)

// findingPageData asks in two steps: first which violation and on which day,
// because the law in force depends on both; then the finding itself.
type findingPageData struct {
	Page
	K         *casework.Case
	Parties   []PartyChip
	Codes     []Option // the complaint's own first
	Code      string
	On        calendar.Date
	Chosen    bool // the second step
	Name      string
	Severity  string
	Outcomes  []Option
	Standards []basisChoice // breached, but no ground of a penalty by itself
	Bases     []basisChoice // on which the office may rest a penalty
	Other     []basisChoice // law that others enforce
	BasisErr  string
	Firms     []Option
	Firm      string
	Evidence  []Option
	Items     []string
	Outcome   string
	Reasons   string
	Corrects  int
	Criminal  bool
	Check     string // rule of the check of logs from which it is drafted; "" none
	Side      string // whose logs
	CheckText string
}

// basisChoice is a provision to tick.
type basisChoice struct {
	basisRow
	Key     string // unique on the page
	Checked bool
}

const findingTemplate = "casework/finding"

// findingHref opens the form with an earlier finding in it, to correct it.
func findingHref(ref string, f casework.Finding) string {
	return Query{Path: "/cases/" + urlPath(ref) + "/findings/new"}.With("corrects", strconv.Itoa(f.Number), "code", f.Code,
		"acted_on.year", strconv.Itoa(f.ActedOn.Year()), "acted_on.month", strconv.Itoa(int(f.ActedOn.Month())), "acted_on.day", strconv.Itoa(f.ActedOn.Day()))
}

func (s *Server) findingPage(c echo.Context) error {
	p, err := s.findingData(c)
	if err != nil {
		return err
	}
	asked := NewForm(c.QueryParams())
	if !asked.Values.Has("code") {
		p.On = p.K.Complaint.OccurredFrom
		return s.show(c, http.StatusOK, findingTemplate, p)
	}
	if err := p.choose(s.deskOf(c), asked); err != nil {
		return s.again(c, err, asked, "which", findingTemplate, func() (any, error) { return p, nil }, putFinding)
	}
	if p.Corrects != 0 {
		if err := p.prefill(s.deskOf(c)); err != nil {
			return err
		}
	}
	if err := p.draftFrom(s.deskOf(c), asked, true); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, findingTemplate, p)
}

func putFinding(v any, f *Form) any {
	p := v.(*findingPageData)
	p.Form = f
	return p
}

// findingData is the first step. Who may not find in this case hears it now, not
// after having written a page of reasons.
func (s *Server) findingData(c echo.Context) (*findingPageData, error) {
	d := s.deskOf(c)
	k, err := s.Cases.ByRef(d.ctx, d.by, c.Param("ref"))
	if err != nil {
		return nil, err
	}
	if err := s.Policy.Check(d.by, access.RecordFinding, k.Owner()); err != nil {
		return nil, err
	}
	p := &findingPageData{Page: s.base(c), K: k, Parties: d.parties(k.Lender, k.Agency)}
	p.Query = Query{Path: "/cases/" + urlPath(k.Reference) + "/findings/new"}
	p.Crumbs = []Crumb{{Text: d.t("queue.title"), Href: "/queue"}, {Text: k.Reference, Href: "/cases/" + urlPath(k.Reference)}, {Text: d.t("case_page.new_finding")}}
	for _, code := range k.Complaint.Codes {
		p.Codes = append(p.Codes, Option{Value: code, Label: d.t("case_page.complained", code, d.codeName(k.Pack, code))})
	}
	for _, o := range d.codeOptions(k.Pack) {
		if !slices.Contains(k.Complaint.Codes, o.Value) {
			p.Codes = append(p.Codes, o)
		}
	}
	return p, nil
}

// choose reads the first step's answers and prepares the second.
func (p *findingPageData) choose(d desk, asked *Form) error {
	var wrong fault.Fields
	v, ok := d.pack(p.K.Pack).Violation(asked.Text("code"))
	if !ok {
		wrong.Add("code", "fault.choose")
	}
	on, err := asked.Date("acted_on")
	switch {
	case err != nil:
		wrong.Add("acted_on", "fault.date")
	case on.IsZero():
		wrong.Add("acted_on", "fault.required")
	case on.After(d.day):
		wrong.Add("acted_on", "fault.date_future")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	p.Code, p.On, p.Chosen, p.Corrects = v.Code, on, true, atoi(asked.Text("corrects"))
	p.Name, p.Severity, p.Criminal = d.text(v.Name), d.severity(p.K.Pack, v.Severity), v.CriminalReferral
	return p.fill(d, v)
}

func (p *findingPageData) fill(d desk, v rulebook.Violation) error {
	pack := d.pack(p.K.Pack)
	for _, b := range v.Bases(p.On) {
		choice := basisChoice{basisRow: d.basis(pack, b), Key: idOf(b.ID)}
		switch {
		case b.ByOffice():
			p.Bases = append(p.Bases, choice)
		case b.Strength == rulebook.Standard || b.Strength == rulebook.Guide:
			p.Standards = append(p.Standards, choice)
		default:
			p.Other = append(p.Other, choice)
		}
	}
	for _, o := range pack.FindingOutcomes() {
		p.Outcomes = append(p.Outcomes, Option{Value: o.ID, Label: d.text(o.Name)})
	}
	if p.K.Agency != nil {
		p.Firms = append(p.Firms, Option{Value: p.K.Agency.Code, Label: p.K.Agency.Name, Hint: d.t("ui.party.agency")})
		p.Firm = p.K.Agency.Code
	}
	if p.K.Lender != nil {
		p.Firms = append(p.Firms, Option{Value: p.K.Lender.Code, Label: p.K.Lender.Name, Hint: d.t("ui.party.lender")})
		if p.Firm == "" {
			p.Firm = p.K.Lender.Code
		}
	}
	items, err := d.s.Evidence.List(d.ctx, d.by, p.K.Complaint.Reference)
	if err != nil {
		return err
	}
	for _, it := range items {
		p.Evidence = append(p.Evidence, Option{Value: evidenceLabel(it.Number), Label: evidenceLabel(it.Number) + " " + it.Name})
	}
	return nil
}

// prefill puts the finding that is to be corrected into the form.
func (p *findingPageData) prefill(d desk) error {
	list, err := d.s.Cases.Findings(d.ctx, d.by, p.K.Reference)
	if err != nil {
		return err
	}
	for _, f := range list {
		if f.Number == p.Corrects {
			p.Outcome, p.Reasons, p.Items = f.Outcome, f.Reasons, f.Evidence
			p.tick(append(slices.Clone(f.Standards), f.Bases...))
			for _, firm := range p.Firms {
				if firm.Label == firmOf(p.K, f.FirmID) {
					p.Firm = firm.Value
				}
			}
			return nil
		}
	}
	return fault.New(fault.NotFound, "fault.not_found")
}

// draftFrom prepares a finding that rests on the hits of a rule in logs of contacts. fill puts proposed words and ticks
// into the form; a person decides.
func (p *findingPageData) draftFrom(d desk, asked *Form, fill bool) error {
	rule, side := asked.Text("check"), logbook.Side(asked.Text("side"))
	if rule == "" {
		return nil
	}
	b, err := d.s.Logs.Of(d.ctx, d.by, p.K.Reference)
	if err != nil {
		return err
	}
	draft, err := b.Draft(rule, side)
	if err != nil {
		return err
	}
	p.Check, p.Side, p.CheckText = rule, string(side), d.checkWords(p.K.Pack, &draft.Check)
	if fill {
		p.tick(draft.Bases)
		p.Items, p.Reasons = draft.Evidence, d.draftReasons(b, draft)
	}
	return nil
}

// draftHitsNamed is how many hits the proposed reasons of a finding name one by one.
const draftHitsNamed = 30

// draftReasons proposes the reasons of a finding: the rule, and each contact with its row.
func (d desk) draftReasons(b *logbook.Book, draft *logbook.Draft) string {
	at := map[contactlog.Row]*contactlog.Contact{}
	_, contacts, _ := b.Side(draft.Side)
	for i := range contacts {
		at[contactlog.Row{File: contacts[i].File, Row: contacts[i].Row}] = &contacts[i]
	}
	lines := []string{d.t("contacts.reasons.lead", draft.Rule.ID, d.text(draft.Rule.Name), d.text(draft.Rule.Says), b.Pack.Version(), len(draft.Hits), d.t("contacts.side."+string(draft.Side)))}
	for i, h := range draft.Hits {
		if i == draftHitsNamed {
			lines = append(lines, d.t("contacts.reasons.more", len(draft.Hits)-i))
			break
		}
		row := h.Rows[0]
		line := d.t("contacts.reasons.hit", h.At.Format("2006-01-02 15:04:05"), d.contactKind(at[row]), d.numberWords(firmNumber(at[row])), d.t("contacts.place", b.LogOf(row.File).Label(), row.Row))
		if h.Counted > 1 {
			line += d.t("contacts.reasons.counted", h.Counted)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func (p *findingPageData) tick(ids []string) {
	for _, list := range [][]basisChoice{p.Standards, p.Bases, p.Other} {
		for i := range list {
			list[i].Checked = slices.Contains(ids, list[i].ID)
		}
	}
}

func (s *Server) recordFinding(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	ref := c.Param("ref")
	on, err := form.Date("acted_on")
	if err != nil {
		return err
	}
	n := casework.NewFinding{
		Code: form.Text("code"), Outcome: form.Text("outcome"), ActedOn: on, Basis: form.List("basis"), Reasons: form.Text("reasons"),
		Evidence: form.List("evidence"), Firm: form.Text("firm"), Corrects: atoi(form.Text("corrects")), Version: form.Version(),
	}
	ctx, by := c.Request().Context(), actorOf(c)
	var f *casework.Finding
	if rule := form.Text("check"); rule != "" {
		_, f, err = s.Logs.Record(ctx, by, ref, rule, logbook.Side(form.Text("side")), n)
	} else {
		_, f, err = s.Cases.Record(ctx, by, ref, n)
	}
	if err != nil {
		return s.findingAgain(c, err, form)
	}
	s.flash(c, "good", "case_page.found", strconv.Itoa(f.Number))
	return c.Redirect(http.StatusSeeOther, "/cases/"+urlPath(ref)+"#findings")
}

func (s *Server) findingAgain(c echo.Context, err error, form *Form) error {
	return s.again(c, err, form, "finding", findingTemplate, func() (any, error) {
		d := s.deskOf(c)
		p, err := s.findingData(c)
		if err != nil {
			return nil, err
		}
		if err := p.choose(d, form); err != nil {
			return p, nil // the first step again: code or day no longer stand
		}
		p.tick(form.List("basis"))
		if err := p.draftFrom(d, form, false); err != nil {
			return nil, err
		}
		for _, f := range faultOf(form.Fault).Fields {
			if f.Name == "basis" {
				p.BasisErr = d.t(f.Key, f.Args...)
			}
		}
		return p, nil
	}, putFinding)
}

// basis puts a provision into words, with what may be imposed under it.
func (d desk) basis(p *rulebook.Pack, b rulebook.Basis) basisRow {
	r := basisRow{ID: b.ID, Citation: d.text(b.Instrument), Says: d.text(b.Says), When: d.text(b.When), Strength: "desk.strength." + string(b.Strength)}
	if d.lang == locale.ZH {
		r.Citation = "《" + b.Instrument.ZH + "》" + b.Article.ZH
	} else if b.Article.EN != "" {
		r.Citation += ", " + b.Article.EN
	}
	if t, ok := b.Caveat(); ok {
		r.Caveat = d.text(t)
	}
	for _, a := range b.Amounts {
		r.Amounts = append(r.Amounts, d.amount(p, a))
	}
	return r
}

// amount is what a provision lets the office impose, in one line.
func (d desk) amount(p *rulebook.Pack, a rulebook.Amount) string {
	name := a.Kind
	if k, ok := p.PenaltyKind(a.Kind); ok {
		name = d.text(k.Name)
	}
	low, hasLow := a.MinMinor()
	high, hasHigh := a.MaxMinor()
	money := func(fen int64) string { return locale.MoneyShort(d.lang, fen) }
	sum := ""
	switch {
	case hasLow && hasHigh:
		sum = d.t("desk.range.between", money(low), money(high))
	case hasHigh:
		sum = d.t("desk.range.most", money(high))
	case hasLow:
		sum = d.t("desk.range.least", money(low))
	case a.MaxTimesIncome > 0:
		sum = d.t("desk.range.times", locale.Number(d.lang, a.MinTimesIncome), locale.Number(d.lang, a.MaxTimesIncome))
	}
	if t := d.text(a.If); t != "" {
		name += d.t("desk.paren", t)
	}
	if sum == "" {
		return name
	}
	return d.t("desk.pill", name, sum)
}
