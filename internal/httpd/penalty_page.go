package httpd

import (
	"context"
	"net/http"
	"regexp"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/locale"
)

// penaltyPageData is one penalty: the proposal in full and what can be done with it.
type penaltyPageData struct {
	Page
	P        *enforcement.Penalty
	Chip     Chip
	Party    PartyChip
	Measures []string
	Bases    []basisRow
	Findings []findingRow
	Facts    []string
	Reasons  []string
	Events   []Event
	Moves    enforcement.Moves
	Return   *Confirm
	Drop     *Confirm
	Issue    *Confirm
	Signed   []Answer  // who did what, and when
	Like     *likeView // until it is issued
}

const penaltyTemplate = "enforcement/page"

func (s *Server) penaltyPage(c echo.Context) error {
	d := s.deskOf(c)
	pen, err := s.Penalties.ByRef(d.ctx, d.by, c.Param("ref"))
	if err != nil {
		return err
	}
	if pen.Full {
		return s.procedurePage(c, pen)
	}
	p, err := s.penaltyData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, penaltyTemplate, p)
}

func (s *Server) penaltyData(c echo.Context) (*penaltyPageData, error) {
	d := s.deskOf(c)
	pen, err := s.Penalties.ByRef(d.ctx, d.by, c.Param("ref"))
	if err != nil {
		return nil, err
	}
	pack := d.pack(pen.Case.Pack)
	p := &penaltyPageData{
		Page: s.base(c), P: pen, Chip: d.penaltyChip(pen.Status), Party: firmChip(pen.Firm), Bases: d.bases(pack, pen.Bases),
		Findings: d.findingRows(pen.Case, pen.Findings), Facts: lines(pen.Facts), Reasons: lines(pen.Reasons), Moves: s.Penalties.Moves(d.by, pen),
	}
	p.Query = Query{Path: "/penalties/" + urlPath(pen.Reference)}
	p.Crumbs = []Crumb{{Text: d.t("penalty_page.title"), Href: "/penalties"}, {Text: pen.Reference}}
	for _, m := range pen.Measures {
		p.Measures = append(p.Measures, d.measure(pen.Case.Pack, m))
	}
	events, err := s.Penalties.Timeline(d.ctx, d.by, pen.Reference)
	if err != nil {
		return nil, err
	}
	p.Events = d.caseEvents(events)
	p.commands(d)
	if !pen.Status.Ended() {
		p.Like, err = s.likeOf(d, pen, "")
	}
	return p, err
}

func (p *penaltyPageData) commands(d desk) {
	version := []Option{{Label: "version", Value: strconv.FormatInt(p.P.Version, 10)}}
	at := func(deed string) string { return p.Query.Path + "/" + deed }
	if p.Moves.Return {
		p.Return = &Confirm{ID: "return", Action: at("return"), Label: "penalty_page.return", Text: d.t("penalty_page.return_text"), Reason: true, Hidden: version}
	}
	if p.Moves.Drop {
		p.Drop = &Confirm{ID: "drop", Action: at("drop"), Label: "penalty_page.drop", Text: d.t("penalty_page.drop_text"), Danger: true, Reason: true, Hidden: version}
	}
	if p.Moves.Issue {
		p.Issue = &Confirm{ID: "issue", Action: at("issue"), Label: "penalty_page.issue", Text: d.t("penalty_page.issue_text"), Hidden: version}
	}
	for _, step := range []struct {
		key, who string
		at       string
	}{
		{"proposed_by", p.P.ProposedByName, locale.DateTime(d.lang, p.P.ProposedAt, d.s.cfg.Zone)},
		{"decided_by", p.P.DecidedByName, locale.DateTime(d.lang, p.P.DecidedAt, d.s.cfg.Zone)},
		{"issued_by", p.P.IssuedByName, locale.DateTime(d.lang, p.P.IssuedAt, d.s.cfg.Zone)},
	} {
		if step.who != "" {
			p.Signed = append(p.Signed, Answer{Label: d.t("penalty_page." + step.key), Lines: []string{step.who, step.at}})
		}
	}
}

func (s *Server) penaltyDeed(c echo.Context, name, done string, do func(context.Context, access.Actor, string, *Form) error) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	ref := c.Param("ref")
	if err := do(c.Request().Context(), actorOf(c), ref, form); err != nil {
		return s.again(c, err, form, name, penaltyTemplate, func() (any, error) { return s.penaltyData(c) }, func(v any, f *Form) any {
			p := v.(*penaltyPageData)
			p.Form = f
			for _, box := range []*Confirm{p.Return, p.Drop, p.Issue} {
				if box != nil {
					box.Form = f
				}
			}
			return p
		})
	}
	s.flash(c, "good", done, ref)
	return c.Redirect(http.StatusSeeOther, "/penalties/"+urlPath(ref))
}

func (s *Server) approvePenalty(c echo.Context) error {
	return s.penaltyDeed(c, "approve", "penalty_page.approved", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		_, err := s.Penalties.Approve(ctx, by, ref, f.Version(), f.Text("note"))
		return err
	})
}

func (s *Server) returnPenalty(c echo.Context) error {
	return s.penaltyDeed(c, "return", "penalty_page.returned", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		_, err := s.Penalties.Return(ctx, by, ref, f.Version(), f.Text("reason"))
		return err
	})
}

func (s *Server) dropPenalty(c echo.Context) error {
	return s.penaltyDeed(c, "drop", "penalty_page.dropped", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		_, err := s.Penalties.Drop(ctx, by, ref, f.Version(), f.Text("reason"))
		return err
	})
}

func (s *Server) issuePenalty(c echo.Context) error {
	return s.penaltyDeed(c, "issue", "penalty_page.issued", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		_, err := s.Penalties.Issue(ctx, by, ref, f.Version())
		return err
	})
}

// decisionPageData is the decision as the party reads it, to print.
type decisionPageData struct {
	Page
	Title    string
	Number   string
	IssuedOn calendar.Date
	Lines    []decisionLine
	SHA256   string
}

// decisionLine is a paragraph of a decision; Part marks the heading of a part.
type decisionLine struct {
	Text string
	Part bool
}

// partHeading is how the texts of decisions begin a part: "一、事实", "1. Facts".
// A heading ends without a full stop.
var partHeading = regexp.MustCompile(`^([一二三四五六七八九]、|[1-9]\. )[^。.:：]{1,40}$`)

func decisionLines(text string) []decisionLine {
	var out []decisionLine
	for _, line := range lines(text) {
		out = append(out, decisionLine{line, partHeading.MatchString(line)})
	}
	return out
}

func (s *Server) decisionPage(c echo.Context) error {
	d, ref := s.deskOf(c), c.Param("ref")
	dec, err := s.Penalties.DecisionOf(d.ctx, d.by, ref)
	if err != nil {
		return err
	}
	text := dec.TextZH
	if d.lang == locale.EN {
		text = dec.TextEN
	}
	p := decisionPageData{Page: s.base(c), Number: dec.Number, IssuedOn: dec.IssuedOn, Lines: decisionLines(text), SHA256: hexOf(dec.SHA256)}
	p.Crumbs = []Crumb{{Text: ref, Href: "/penalties/" + urlPath(ref)}}
	return s.show(c, http.StatusOK, "enforcement/decision", p)
}
