package httpd

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/brief"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
)

// briefView is a case brief in one language.
type briefView struct {
	report.Brief
	Lang locale.Lang
	Tags string
	Href string // of the brief, for who may read the case behind it
	// Heads are the names of the parts, in the language of the brief.
	Heads map[string]string
}

func (d desk) briefView(x report.Brief, lang locale.Lang) briefView {
	v := briefView{Brief: x, Lang: lang, Tags: x.Tags(d.s.Words, lang), Heads: map[string]string{}}
	for _, part := range []string{"happened", "rule", "outcome", "rules", "semicolon"} {
		v.Heads[part] = d.s.Words.T(lang, "report.brief."+part)
	}
	return v
}

// briefViews are the briefs of a report, those that the reader may look behind with the address of their case.
func (d desk) briefViews(list []report.Brief) (out []briefView, err error) {
	var refs []string
	for _, x := range list {
		out, refs = append(out, d.briefView(x, d.lang)), append(refs, x.Reference)
	}
	if len(refs) == 0 || d.s.Policy.May(d.by, access.ReadBrief) != nil {
		return out, nil
	}
	behind, err := d.s.Briefs.Behind(d.ctx, d.by, refs)
	for i, x := range out {
		if ref := behind[x.Reference]; ref != "" {
			out[i].Href = "/briefs/" + urlPath(x.Reference)
		}
	}
	return out, err
}

// briefsPageData are the briefs of a month, and cases that somebody may choose to tell.
type briefsPageData struct {
	Page
	Month   string
	Groups  []briefGroup
	Suggest []suggestedCase
}

type briefGroup struct {
	Title string
	Rows  []briefRow
}

type briefRow struct {
	brief.Brief
	Title, Href, Tags string
	At                string
}

type suggestedCase struct {
	casework.Case
	Codes    []Code
	Severity string
	Outcome  Chip
}

func (s *Server) briefsPage(c echo.Context) error {
	period, err := periodParam(c)
	if err != nil || period.Months != 1 {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	d := s.deskOf(c)
	list, err := s.Briefs.List(d.ctx, d.by, period.From)
	if err != nil {
		return err
	}
	p := briefsPageData{Page: s.base(c), Month: period.Name(s.Words, d.lang)}
	p.Crumbs = []Crumb{{Text: d.t("report_page.title"), Href: "/reports"}, {Text: p.Month, Href: "/reports/" + period.String()}, {Text: d.t("brief_page.crumb")}}
	for _, state := range brief.States {
		g := briefGroup{Title: d.t("brief_page.state." + string(state))}
		for _, b := range list {
			if b.State == state {
				g.Rows = append(g.Rows, d.briefRow(b))
			}
		}
		if len(g.Rows) > 0 {
			p.Groups = append(p.Groups, g)
		}
	}
	cases, err := s.Briefs.Suggest(d.ctx, d.by, period.From)
	if err != nil {
		return err
	}
	for _, k := range cases {
		p.Suggest = append(p.Suggest, suggestedCase{Case: k, Codes: d.codes(k.Pack, k.Complaint.Codes), Severity: d.severity(k.Pack, k.Severity), Outcome: Chip{Text: d.outcome(k.Pack, string(k.Outcome))}})
	}
	return s.show(c, http.StatusOK, "report/briefs", p)
}

func (d desk) briefRow(b brief.Brief) briefRow {
	x := d.s.Reports.BriefIn(b, d.lang)
	r := briefRow{Brief: b, Title: x.Title, Href: "/briefs/" + urlPath(b.Reference), Tags: x.Tags(d.s.Words, d.lang)}
	if r.Title == "" { // a draft may have one language only
		r.Title = b.Text.TitleZH
	}
	at, who := b.WrittenAt, b.Author
	switch b.State {
	case brief.Approved:
		at, who = b.ApprovedAt, b.Approver
	case brief.Withdrawn:
		at, who = b.WithdrawnAt, b.WithdrawnBy
	case brief.Submitted:
		at = b.SubmittedAt
	}
	r.At = d.t("brief_page.at."+string(b.State), who, locale.DateTime(d.lang, at, d.s.cfg.Zone))
	return r
}

// briefPageData is a brief on its way into the report.
type briefPageData struct {
	Page
	B        *brief.Seen
	Month    string
	Lead     string
	Told     []briefView // in both languages
	Warnings []string
	Steps    []Answer
	Approve  *Confirm
	Return   *Confirm
	Withdraw *Confirm
	CaseHref string
}

const briefTemplate = "report/told"

func (s *Server) briefPage(c echo.Context) error {
	p, err := s.briefData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, briefTemplate, p)
}

func (s *Server) briefData(c echo.Context) (*briefPageData, error) {
	d := s.deskOf(c)
	b, err := s.Briefs.Read(d.ctx, d.by, c.Param("ref"))
	if err != nil {
		return nil, err
	}
	month := report.MonthPeriod(b.Month)
	p := &briefPageData{Page: s.base(c), B: b, Month: month.Name(s.Words, d.lang), Warnings: d.briefWarnings(b.Hits)}
	p.Lead = d.t("brief_page.lead."+string(b.State), p.Month)
	p.Query = Query{Path: "/briefs/" + urlPath(b.Reference)}
	p.Crumbs = []Crumb{{Text: d.t("report_page.title"), Href: "/reports"}, {Text: p.Month, Href: "/reports/" + b.Month.String()},
		{Text: d.t("brief_page.crumb"), Href: "/reports/" + b.Month.String() + "/briefs"}, {Text: b.Reference}}
	for _, lang := range locale.Langs {
		p.Told = append(p.Told, d.briefView(s.Reports.BriefIn(b.Brief, lang), lang))
	}
	behind, err := s.Briefs.Behind(d.ctx, d.by, []string{b.Reference})
	if err != nil {
		return nil, err
	}
	if ref := behind[b.Reference]; ref != "" {
		p.CaseHref = "/cases/" + urlPath(ref)
	}
	p.briefSteps(d)
	p.briefConfirms()
	return p, nil
}

// briefSteps say who did what with the brief, and when.
func (p *briefPageData) briefSteps(d desk) {
	b := p.B
	add := func(key string, lines ...string) {
		p.Steps = append(p.Steps, Answer{Label: d.t("brief_page." + key), Lines: lines})
	}
	at := func(who string, i int) string {
		when := []string{locale.DateTime(d.lang, b.WrittenAt, d.s.cfg.Zone), locale.DateTime(d.lang, b.SubmittedAt, d.s.cfg.Zone), locale.DateTime(d.lang, b.ApprovedAt, d.s.cfg.Zone),
			locale.DateTime(d.lang, b.WithdrawnAt, d.s.cfg.Zone)}[i]
		if who == "" {
			return when
		}
		return who + " " + when
	}
	add("written", at(b.Author, 0))
	if !b.SubmittedAt.IsZero() {
		add("submitted", at("", 1))
	}
	if !b.ApprovedAt.IsZero() {
		add("approved", at(b.Approver, 2))
	}
	if b.State == brief.Withdrawn {
		add("withdrawn", at(b.WithdrawnBy, 3))
	}
	if b.Note != "" {
		add(map[bool]string{true: "why_withdrawn", false: "why_returned"}[b.State == brief.Withdrawn], b.Note)
	}
}

func (p *briefPageData) briefConfirms() {
	version := []Option{{Value: versionText(p.B.Version), Label: "version"}}
	confirm := func(id, label string, danger, reason bool) *Confirm {
		return &Confirm{ID: id, Action: p.Query.Path + "/" + id, Label: label, Danger: danger, Reason: reason, Hidden: version}
	}
	if p.B.Moves.Approve {
		p.Approve = confirm("approve", "brief_page.approve", false, false)
	}
	if p.B.Moves.SendBack {
		p.Return = confirm("return", "brief_page.return", false, true)
	}
	if p.B.Moves.Withdraw {
		p.Withdraw = confirm("withdraw", "brief_page.withdraw", true, true)
	}
}

// putForm gives the commands of the page a form that came back.
func (p *briefPageData) putForm(f *Form) {
	p.Form = f
	for _, x := range []*Confirm{p.Approve, p.Return, p.Withdraw} {
		if x != nil {
			x.Form = f
		}
	}
}

// briefWarnings are what a person has to judge in a text.
func (d desk) briefWarnings(hits []brief.Hit) (out []string) {
	for _, h := range hits {
		if !h.Blocks {
			out = append(out, d.t("brief_page.field."+h.Field)+d.t("brief_page.colon")+d.t("brief.found."+h.Kind, h.Excerpt))
		}
	}
	return out
}

// briefDeed runs one command of the page of a brief.
func (s *Server) briefDeed(name, done string, do func(context.Context, access.Actor, string, *Form) (*brief.Brief, error)) echo.HandlerFunc {
	return func(c echo.Context) error {
		form, err := formOf(c)
		if err != nil {
			return err
		}
		ref := c.Param("ref")
		if _, err := do(c.Request().Context(), actorOf(c), ref, form); err != nil {
			return s.again(c, err, form, name, briefTemplate, func() (any, error) { return s.briefData(c) }, func(v any, f *Form) any {
				p := v.(*briefPageData)
				p.putForm(f)
				return p
			})
		}
		s.flash(c, "good", done)
		return c.Redirect(http.StatusSeeOther, "/briefs/"+urlPath(ref))
	}
}

// caseBrief leads from a closed case to its brief, or to the form of one.
func (s *Server) caseBrief(d desk, p *casePageData) error {
	if s.Policy.Widest(d.by.Role, access.ReadBrief) == access.None {
		return nil
	}
	b, may, err := s.Briefs.OfCase(d.ctx, d.by, p.K.Reference)
	switch {
	case fault.Is(err, fault.Forbidden):
		return nil
	case err != nil:
		return err
	case b != nil:
		p.BriefHref, p.BriefText = "/briefs/"+urlPath(b.Reference), d.t("brief_page.of_case", d.t("brief_page.state."+string(b.State)))
	case may:
		p.BriefHref, p.BriefText = "/cases/"+urlPath(p.K.Reference)+"/brief", d.t("brief_page.choose")
	}
	return nil
}

// briefMonths are the months in whose reports a case can be told, the newest first.
func (d desk) briefMonths(first, last calendar.Month) (out []Option) {
	for m := last; !m.Before(first) && len(out) < 36; m = m.Prev() {
		out = append(out, Option{Value: m.String(), Label: report.MonthPeriod(m).Name(d.s.Words, d.lang)})
	}
	return out
}
