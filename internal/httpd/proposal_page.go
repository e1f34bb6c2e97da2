package httpd

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/casework"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
)

// proposalPageData proposes a penalty, or proposes a returned one anew.
type proposalPageData struct {
	Page
	K          *casework.Case
	Penalty    *enforcement.Penalty // nil for a new one
	Action     string
	Version    int64
	Firms      []Option
	Firm       string
	Findings   []findingChoice
	FindingErr string
	Measures   []measureChoice
	MeasureErr string
	Bases      []basisChoice
	BasisErr   string
	Facts      string
	Reasons    string
}

type findingChoice struct {
	findingRow
	Checked bool
}

// measureChoice is a kind of penalty to tick, with its amount in yuan as typed.
type measureChoice struct {
	ID, Name, Note string
	Money          bool
	Checked        bool
	Amount         string
	Error          string
}

const proposalTemplate = "enforcement/propose"

func (s *Server) proposalPage(c echo.Context) error {
	p, err := s.proposalData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, proposalTemplate, p)
}

func (s *Server) proposalData(c echo.Context) (*proposalPageData, error) {
	d := s.deskOf(c)
	k, err := s.Cases.ByRef(d.ctx, d.by, c.Param("ref"))
	if err != nil {
		return nil, err
	}
	if err := s.Policy.Check(d.by, access.ProposePenalty, k.Owner()); err != nil {
		return nil, err
	}
	list, err := s.Cases.Findings(d.ctx, d.by, k.Reference)
	if err != nil {
		return nil, err
	}
	p := &proposalPageData{Page: s.base(c), K: k, Action: "/cases/" + urlPath(k.Reference) + "/penalties", Version: k.Version}
	p.Query = Query{Path: p.Action + "/new"}
	p.Crumbs = []Crumb{{Text: d.t("queue.title"), Href: "/queue"}, {Text: k.Reference, Href: "/cases/" + urlPath(k.Reference)}, {Text: d.t("penalty_page.propose")}}
	p.fill(d, list)
	for i := range p.Findings {
		p.Findings[i].Checked = true
	}
	for i := range p.Bases {
		p.Bases[i].Checked = true
	}
	p.Facts = d.factsOf(p.Findings)
	return p, nil
}

// fill offers what the case's findings can carry: its firms, the standing
// findings against them, and the law that these rest on.
func (p *proposalPageData) fill(d desk, list []casework.Finding) {
	pack := d.pack(p.K.Pack)
	if p.K.Agency != nil {
		p.Firms = append(p.Firms, Option{Value: p.K.Agency.Code, Label: p.K.Agency.Name, Hint: d.t("ui.party.agency")})
	}
	if p.K.Lender != nil {
		p.Firms = append(p.Firms, Option{Value: p.K.Lender.Code, Label: p.K.Lender.Name, Hint: d.t("ui.party.lender")})
	}
	if len(p.Firms) > 0 {
		p.Firm = p.Firms[0].Value
	}
	var ids []string
	for _, f := range d.findingRows(p.K, list) {
		if !f.Standing || !f.Upheld(pack) {
			continue
		}
		p.Findings = append(p.Findings, findingChoice{findingRow: f})
		ids = append(ids, f.Finding.Bases...)
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if b, ok := pack.Basis(id); ok {
			p.Bases = append(p.Bases, basisChoice{basisRow: d.basis(pack, b), Key: idOf(id)})
		}
	}
	p.Measures = d.measures(pack)
}

// measures are the penalties and measures that the office may impose itself.
func (d desk) measures(pack *rulebook.Pack) []measureChoice {
	var out []measureChoice
	for _, k := range pack.PenaltyKinds() {
		if !k.ByOffice || k.Class == "referral" {
			continue
		}
		m := measureChoice{ID: k.ID, Name: d.text(k.Name), Money: k.Money, Note: d.t("penalty_page.class." + k.Class)}
		if t, ok := k.Caveat(); ok {
			m.Note += " · " + d.text(t)
		}
		out = append(out, m)
	}
	return out
}

// factsOf drafts the facts from the findings, for the officer to finish.
func (d desk) factsOf(list []findingChoice) string {
	var b strings.Builder
	for i, f := range list {
		key := "penalty_page.fact"
		if len(f.Evidence) > 0 {
			key = "penalty_page.fact_evidence"
		}
		fmt.Fprintln(&b, d.t(key, strconv.Itoa(i+1), locale.Date(d.lang, f.ActedOn), f.Name, f.Chip.Text, f.Reasons, strings.Join(f.Evidence, d.t("desk.comma"))))
	}
	return strings.TrimSpace(b.String())
}

// keep shows what was typed: ticks, amounts, and each error at its field.
func (p *proposalPageData) keep(d desk, form *Form, wrong fault.Fields) {
	for i := range p.Findings {
		p.Findings[i].Checked = slices.Contains(form.List("findings"), strconv.Itoa(p.Findings[i].Number))
	}
	for i := range p.Bases {
		p.Bases[i].Checked = slices.Contains(form.List("basis"), p.Bases[i].ID)
	}
	for i := range p.Measures {
		m := &p.Measures[i]
		m.Checked, m.Amount = slices.Contains(form.List("kind"), m.ID), form.Value("amount."+m.ID)
	}
	for _, f := range wrong {
		text := d.t(f.Key, f.Args...)
		switch {
		case f.Name == "findings":
			p.FindingErr = text
		case f.Name == "basis":
			p.BasisErr = text
		case f.Name == "measures":
			p.MeasureErr = text
		default:
			for i := range p.Measures {
				if f.Name == "amount."+p.Measures[i].ID {
					p.Measures[i].Error = text
				}
			}
		}
	}
}

// proposalOf reads the form. Amounts are typed in yuan and stored in fen,
// exactly. kinds are those ticked, in the order of the measures.
func proposalOf(form *Form) (p enforcement.Proposal, kinds []string, err error) {
	var wrong fault.Fields
	p = enforcement.Proposal{Firm: form.Text("firm"), Basis: form.List("basis"), Facts: form.Text("facts"), Reasons: form.Text("reasons"), Version: form.Version()}
	for _, v := range form.List("findings") {
		p.Findings = append(p.Findings, atoi(v))
	}
	kinds = form.List("kind")
	for _, kind := range kinds {
		m := enforcement.Measure{Kind: kind}
		if text := form.Text("amount." + kind); text != "" {
			var ok bool
			if m.AmountFen, ok = fenOf(text); !ok {
				wrong.Add("amount."+kind, "fault.money")
			}
		}
		p.Measures = append(p.Measures, m)
	}
	return p, kinds, wrong.Err()
}

var yuanForm = regexp.MustCompile(`^([0-9]{1,13})(?:\.([0-9]{1,2}))?$`)

// fenOf reads yuan as people type them ("1,400.5", "１４００") into fen. It knows
// no rounding: a third decimal is an error.
func fenOf(text string) (int64, bool) {
	text = strings.NewReplacer(",", "", "，", "", " ", "", "¥", "", "￥", "", "元", "", "．", ".").Replace(narrow(text))
	m := yuanForm.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	yuan, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return 0, false
	}
	fen := m[2] + strings.Repeat("0", 2-len(m[2]))
	n, err := strconv.ParseInt(fen, 10, 64)
	return yuan*100 + n, err == nil
}

var measureField = regexp.MustCompile(`^measures\[([0-9]+)\]`)

// atFields points the errors of measures at the inputs of this form.
func atFields(err error, kinds []string) error {
	f := faultOf(err)
	if f.Kind != fault.Invalid {
		return err
	}
	wrong := slices.Clone(f.Fields)
	for i, field := range wrong {
		if m := measureField.FindStringSubmatch(field.Name); m != nil && atoi(m[1]) < len(kinds) {
			wrong[i].Name = "amount." + kinds[atoi(m[1])]
		}
	}
	return &fault.Error{Kind: f.Kind, Key: f.Key, Args: f.Args, Fields: wrong}
}

func (s *Server) proposePenalty(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	ref := c.Param("ref")
	proposal, kinds, err := proposalOf(form)
	var p *enforcement.Penalty
	if err == nil {
		p, err = s.Penalties.Propose(c.Request().Context(), actorOf(c), ref, proposal)
	}
	if err != nil {
		return s.proposalAgain(c, atFields(err, kinds), form, s.proposalData)
	}
	s.flash(c, "good", "penalty_page.proposed", p.Reference)
	return c.Redirect(http.StatusSeeOther, "/penalties/"+urlPath(p.Reference))
}

func (s *Server) proposalAgain(c echo.Context, err error, form *Form, build func(echo.Context) (*proposalPageData, error)) error {
	return s.again(c, err, form, "", proposalTemplate, func() (any, error) { return build(c) }, func(v any, f *Form) any {
		p := v.(*proposalPageData)
		p.Form = f
		p.keep(s.deskOf(c), f, f.Fault.Fields)
		return p
	})
}

// amendPage proposes a returned penalty anew, with what was proposed before.
func (s *Server) amendPage(c echo.Context) error {
	p, err := s.amendData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, proposalTemplate, p)
}

func (s *Server) amendData(c echo.Context) (*proposalPageData, error) {
	d := s.deskOf(c)
	pen, err := s.Penalties.ByRef(d.ctx, d.by, c.Param("ref"))
	if err != nil {
		return nil, err
	}
	if !s.Penalties.Moves(d.by, pen).Amend {
		return nil, access.Denied(d.by)
	}
	at := "/penalties/" + urlPath(pen.Reference)
	p := &proposalPageData{Page: s.base(c), K: pen.Case, Penalty: pen, Action: at + "/amend", Version: pen.Version, Facts: pen.Facts, Reasons: pen.Reasons}
	p.Query = Query{Path: p.Action}
	p.Crumbs = []Crumb{{Text: d.t("penalty_page.title"), Href: "/penalties"}, {Text: pen.Reference, Href: at}, {Text: d.t("penalty_page.amend")}}
	p.fill(d, pen.Findings)
	p.Firm, p.Firms = pen.Firm.Code, []Option{{Value: pen.Firm.Code, Label: pen.Firm.Name}}
	for i := range p.Findings {
		p.Findings[i].Checked = true
	}
	for i := range p.Bases {
		p.Bases[i].Checked = slices.Contains(pen.Bases, p.Bases[i].ID)
	}
	for i := range p.Measures {
		for _, m := range pen.Measures {
			if m.Kind == p.Measures[i].ID {
				p.Measures[i].Checked = true
				if m.AmountFen != 0 {
					p.Measures[i].Amount = yuan(m.AmountFen)
				}
			}
		}
	}
	return p, nil
}

// yuan writes fen as people type yuan.
func yuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }

func (s *Server) amendPenalty(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	ref := c.Param("ref")
	proposal, kinds, err := proposalOf(form)
	if err == nil {
		_, err = s.Penalties.Amend(c.Request().Context(), actorOf(c), ref, proposal)
	}
	if err != nil {
		return s.proposalAgain(c, atFields(err, kinds), form, s.amendData)
	}
	s.flash(c, "good", "penalty_page.proposed", ref)
	return c.Redirect(http.StatusSeeOther, "/penalties/"+urlPath(ref))
}
