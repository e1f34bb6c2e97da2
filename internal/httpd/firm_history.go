package httpd

import (
	"context"
	"fmt"
	"strconv"

	"dunwatch/internal/access"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/firm"
	"dunwatch/internal/locale"
)

// historyView is the compliance history of a firm or group as its page shows it.
type historyView struct {
	*enforcement.History
	Lead      string // how the parts are to be read
	Parts     []historyPart
	Codes     []historyCode
	Decisions []historyDecision
	More      int // decisions that are not shown
	Quarters  []historyQuarter
	Chart     *Chart
	Repeat    []string
	Rule      string
	Links     historyLinks
}

// historyLinks open the lists behind the figures; "" for who may not.
type historyLinks struct{ Complaints, Cases, Penalties string }

type historyPart struct {
	enforcement.HistoryPart
	Name, Href string
	Repeats    bool
}

type historyCode struct {
	enforcement.HistoryCode
	Name, Href string
}

type historyDecision struct {
	enforcement.HistoryDecision
	Href, State string
}

type historyQuarter struct {
	enforcement.HistoryQuarter
	Label string
}

// quartersShown is how many quarters the page lists: three years.
const quartersShown = 12

// decisionsShown is how many decisions the page lists; the list of penalties has all.
const decisionsShown = 20

// firmHistory is the history for who may read firms and penalties; nil for others.
func (s *Server) firmHistory(d desk, f *firm.Firm) (*historyView, error) {
	for _, act := range []access.Action{access.ReadFirm, access.ReadPenalty} {
		if s.Policy.Widest(d.by.Role, act) == access.None {
			return nil, nil
		}
	}
	h, err := s.Penalties.History(d.ctx, d.by, f.Code)
	if err != nil {
		return nil, err
	}
	v := &historyView{History: h}
	kind := string(h.Firm.Kind)
	if h.Group {
		kind = "group"
	}
	v.Lead = d.t("conduct.history.lead_" + kind)
	v.Links = historyLinks{
		Complaints: Query{Path: "/complaints"}.With("firm", f.Code, "status", "all", "sort", "-received"),
		Cases:      Query{Path: "/queue"}.With("firm", f.Code, "status", "all"),
		Penalties:  Query{Path: "/penalties"}.With("firm", f.Code, "status", "issued"),
	}
	v.parts(d)
	for _, c := range h.Codes {
		v.Codes = append(v.Codes, historyCode{c, d.codeName(c.Pack, c.Code), Query{Path: "/queue"}.With("firm", f.Code, "code", c.Code, "status", "all")})
	}
	v.decisions(d)
	v.quarters(d)
	for _, g := range h.Repeat {
		v.Repeat = append(v.Repeat, d.repeatText(g))
	}
	if r := h.Rule; r.Decisions > 0 {
		v.Rule = d.t("conduct.repeat.rule", r.Decisions, r.DecisionMonths, r.Findings, r.FindingMonths)
	}
	return v, nil
}

func (d desk) repeatText(g enforcement.RepeatGround) string {
	from, to := locale.Date(d.lang, g.From), locale.Date(d.lang, g.To)
	if g.Code == "" {
		return d.t("conduct.repeat.decisions", g.N, from, to)
	}
	return d.t("conduct.repeat.code", g.N, g.Code+" "+d.codeName(g.Pack, g.Code), from, to)
}

func (v *historyView) parts(d desk) {
	if len(v.History.Parts) < 2 {
		return // one part is the whole
	}
	for _, p := range v.History.Parts {
		x := historyPart{HistoryPart: p, Repeats: len(p.Repeat) > 0}
		switch {
		case p.Self && v.Group:
			x.Name = p.Firm.Name
		case p.Self:
			x.Name = d.t("conduct.part.self")
		case p.Firm != nil:
			x.Name, x.Href = p.Firm.Name, "/firms/"+urlPath(p.Firm.Code)
		default:
			x.Name = d.t("conduct.part.no_lender")
		}
		v.Parts = append(v.Parts, x)
	}
}

func (v *historyView) decisions(d desk) {
	for i, x := range v.History.Decisions {
		if i == decisionsShown {
			v.More = len(v.History.Decisions) - i
			break
		}
		r := historyDecision{HistoryDecision: x}
		if d.reachesPenalty(x.UnitID) {
			r.Href = penaltyHref(x.Reference)
		}
		switch {
		case x.Annulled:
			r.State = d.t("conduct.decision.annulled")
		case x.Changed:
			r.State = d.t("conduct.decision.changed")
		}
		v.Decisions = append(v.Decisions, r)
	}
}

// quarters fill the gaps to today, so that a quiet firm does not look busy; a picture of a handful of complaints would say
// nothing, and none is drawn.
func (v *historyView) quarters(d desk) {
	all := v.History.Quarters
	if len(all) == 0 {
		return
	}
	now := d.day.Year()*4 + (int(d.day.Month())-1)/3
	for q := all[len(all)-1]; q.Year*4+q.Quarter-1 < now; q = all[len(all)-1] {
		next := q.Year*4 + q.Quarter
		all = append(all, enforcement.HistoryQuarter{Year: next / 4, Quarter: next%4 + 1})
	}
	all = all[max(0, len(all)-quartersShown):]
	chart := &Chart{ID: "history", Title: d.t("conduct.history.chart"), Desc: d.t("conduct.history.chart_desc"), Line: true,
		Labels: [2]string{d.t("conduct.history.quarter"), d.t("conduct.history.complaints")}}
	for i, q := range all {
		label := d.t("conduct.history.quarter_n", q.Year, q.Quarter)
		v.Quarters = append(v.Quarters, historyQuarter{q, label})
		chart.Points = append(chart.Points, Point{Label: fmt.Sprintf("%02d Q%d", q.Year%100, q.Quarter), Value: float64(q.Complaints), Text: strconv.Itoa(q.Complaints), Highlight: i == len(all)-1})
	}
	if !v.Few && len(all) > 2 {
		v.Chart = chart
	}
}

// The same for programs.

// historyAnswer is who collected for whom, and what there is against a firm or group.
type historyAnswer struct {
	Items   []linkView   `json:"items" doc:"Who collected for whom, from when to when."`
	Conduct *conductView `json:"conduct,omitempty" doc:"For those who may read penalties."`
}

type conductView struct {
	Group     bool              `json:"group" doc:"The firm has subsidiaries; parts are its members."`
	Own       tallyView         `json:"own" doc:"Against the firm itself."`
	Together  tallyView         `json:"together" doc:"With the agencies in cases about it, or with the group; each matter once."`
	Parts     []conductPart     `json:"parts"`
	Few       bool              `json:"few" doc:"Fewer complaints than minimum: shares and comparisons would say nothing."`
	Minimum   int               `json:"minimum"`
	Quarters  []conductQuarter  `json:"quarters"`
	Codes     []conductCode     `json:"codes"`
	Decisions []conductDecision `json:"decisions" doc:"The newest first; annulled ones are listed and counted nowhere."`
	Repeat    []repeatView      `json:"repeat" doc:"Why the firm itself is a repeat offender by the office's own rule; empty: it is none."`
	Rule      repeatRuleView    `json:"repeat_rule"`
}

type tallyView struct {
	Complaints int   `json:"complaints"`
	Findings   int   `json:"findings"`
	Decisions  int   `json:"decisions"`
	Measures   int   `json:"measures"`
	FineFen    int64 `json:"fine_fen"`
	OtherFen   int64 `json:"confiscation_fen"`
	PaidFen    int64 `json:"paid_fen"`
}

type conductPart struct {
	Firm *partyView `json:"firm,omitempty" doc:"None: cases of an agency that name no lender."`
	Self bool       `json:"self"`
	tallyView
	Repeat bool `json:"repeat"`
}

type conductQuarter struct {
	Quarter    string `json:"quarter" doc:"2026-Q3"`
	Complaints int    `json:"complaints"`
	Findings   int    `json:"findings"`
	Decisions  int    `json:"decisions"`
	Measures   int    `json:"measures"`
}

type conductCode struct {
	Pack   string `json:"pack"`
	Code   string `json:"code"`
	N      int    `json:"n"`
	Own    int    `json:"own"`
	LastOn string `json:"last_on" format:"date"`
}

type conductDecision struct {
	Reference string    `json:"reference"`
	Number    string    `json:"decision_number"`
	Firm      partyView `json:"firm"`
	On        string    `json:"issued_on" format:"date"`
	FineFen   int64     `json:"fine_fen"`
	OtherFen  int64     `json:"confiscation_fen"`
	PaidFen   int64     `json:"paid_fen"`
	Changed   bool      `json:"changed"`
	Annulled  bool      `json:"annulled"`
}

type repeatView struct {
	Pack string `json:"pack"`
	Code string `json:"code,omitempty" doc:"None: by decisions."`
	N    int    `json:"n"`
	From string `json:"from" format:"date"`
	To   string `json:"to" format:"date"`
}

type repeatRuleView struct {
	Decisions      int       `json:"decisions"`
	DecisionMonths int       `json:"decision_months"`
	Findings       int       `json:"findings"`
	FindingMonths  int       `json:"finding_months"`
	Article        wordsView `json:"article"`
	Verified       bool      `json:"verified"`
}

func (s *Server) apiFirmHistory(ctx context.Context, by access.Actor, in *codePath) (*answer[historyAnswer], error) {
	if _, err := s.Firms.ByCode(ctx, in.Code); err != nil {
		return nil, err
	}
	links, err := s.Firms.Links(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	v := historyAnswer{Items: viewsOf(links, linkViewOf)}
	if s.Policy.Widest(by.Role, access.ReadPenalty) == access.None {
		return reply(v), nil
	}
	h, err := s.Penalties.History(ctx, by, in.Code)
	if err != nil {
		return nil, err
	}
	v.Conduct = conductViewOf(h)
	return reply(v), nil
}

func conductViewOf(h *enforcement.History) *conductView {
	r := h.Rule
	v := &conductView{Group: h.Group, Own: tallyView(h.Own), Together: tallyView(h.Together), Few: h.Few, Minimum: h.Minimum,
		Rule: repeatRuleView{r.Decisions, r.DecisionMonths, r.Findings, r.FindingMonths, wordsViewOf(r.Article), r.Verified}}
	v.Parts = viewsOf(h.Parts, func(p enforcement.HistoryPart) conductPart {
		return conductPart{partyViewOf(p.Firm), p.Self, tallyView(p.Tally), len(p.Repeat) > 0}
	})
	v.Quarters = viewsOf(h.Quarters, func(q enforcement.HistoryQuarter) conductQuarter {
		return conductQuarter{fmt.Sprintf("%d-Q%d", q.Year, q.Quarter), q.Complaints, q.Findings, q.Decisions, q.Measures}
	})
	v.Codes = viewsOf(h.Codes, func(c enforcement.HistoryCode) conductCode {
		return conductCode{c.Pack, c.Code, c.N, c.Own, isoDay(c.LastOn)}
	})
	v.Decisions = viewsOf(h.Decisions, func(d enforcement.HistoryDecision) conductDecision {
		return conductDecision{d.Reference, d.Number, partyView{d.Firm.Code, d.Firm.Name}, isoDay(d.On), d.FineFen, d.OtherFen, d.PaidFen, d.Changed, d.Annulled}
	})
	v.Repeat = viewsOf(h.Repeat, func(g enforcement.RepeatGround) repeatView {
		return repeatView{g.Pack, g.Code, g.N, isoDay(g.From), isoDay(g.To)}
	})
	return v
}
