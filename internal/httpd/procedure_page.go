package httpd

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/locale"
)

// procedurePageData is a penalty on its statutory course.
type procedurePageData struct {
	Page
	P         *enforcement.Penalty
	C         *enforcement.Course
	Chip      Chip
	Stage     Chip
	Party     PartyChip
	Persons   []string
	Officers  []string
	Rows      []courseRow
	Open      []openStep
	Moot      []openStep // with nothing to take them on
	Clocks    []ClockRow
	Over      []ClockRow // clocks that were stopped
	Measures  []string
	Bases     []basisRow
	Findings  []findingRow
	Facts     []string
	Reasons   []string
	Factors   []Answer
	Defences  []defenceRow
	Objected  []objectionRow
	HearFiles []documentLink // that the party gave with its request for a hearing or for instalments
	Ledger    *ledgerView
	Documents []documentLink
	Export    string // address of the ZIP; "" where there is nothing to export yet
	Like      *likeView
	LikeLink  string // asks for the comparison; "" where it is shown or there is none
	Events    []Event
}

// openStep is a step that stage, role and parts leave to the viewer.
type openStep struct {
	Step  enforcement.Step
	Name  string
	Href  string
	Lacks []lackRow
	Aside bool // leads away from the course: back, to an end, or undoes what was done
}

var asideSteps = []enforcement.Step{
	enforcement.StepRefuse, enforcement.StepOfficers, enforcement.StepSuspend, enforcement.StepReturn, enforcement.StepNoPenalty, enforcement.StepTransfer,
	enforcement.StepRevise, enforcement.StepCorrect, enforcement.StepWithdraw, enforcement.StepChange, enforcement.StepExtend, enforcement.StepAskRecusal,
	enforcement.StepRefuseParts, enforcement.StepWaive, enforcement.StepChallenge,
}

// idleGuards say that there is nothing to take a step on, or that it was taken: such steps are folded away, since nobody
// waits for them.
var idleGuards = []string{
	"published", "not_published", "nothing_due", "nothing_back", "no_fine", "not_asked", "challenged", "not_challenged", "no_demand", "not_overdue",
	"court_asked", "no_court", "nothing_to_serve", "nothing_preserved", "no_recusal_asked", "recusal_done", "no_hearing_right", "hearing_asked",
	"no_hearing_asked", "hearing_held", "hearing_not_set", "hearing_not_held", "hearing_reported", "no_defence", "annulled",
}

func (o openStep) order() int {
	switch {
	case o.Aside:
		return 2
	case len(o.Lacks) > 0:
		return 1
	default:
		return 0
	}
}

// lackRow is what a step still needs, with the provision that asks for it.
type lackRow struct {
	Text, Article string
	Office        bool // no provision asks for it that was read: the office's own rule, marked as such
}

func (d desk) lackRows(list []enforcement.Lack) []lackRow {
	out := make([]lackRow, 0, len(list))
	for _, l := range list {
		out = append(out, lackRow{d.t(l.Key, l.Args...), d.text(l.Article), !l.Verified})
	}
	return out
}

const procedureTemplate = "enforcement/procedure"

// procedurePage is the page of a penalty that goes the statutory procedure.
func (s *Server) procedurePage(c echo.Context, pen *enforcement.Penalty) error {
	p, err := s.procedureData(c, pen)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, procedureTemplate, p)
}

func (s *Server) procedureData(c echo.Context, pen *enforcement.Penalty) (*procedurePageData, error) {
	d := s.deskOf(c)
	course, err := s.Penalties.Course(d.ctx, d.by, pen.Reference)
	if err != nil {
		return nil, err
	}
	pack := d.pack(pen.Case.Pack)
	p := &procedurePageData{
		Page: s.base(c), P: pen, C: course, Chip: d.penaltyChip(pen.Status), Stage: d.stageChip(course.Stage), Party: firmChip(pen.Firm),
		Bases: d.bases(pack, course.Sentence.Basis), Findings: d.findingRows(pen.Case, pen.Findings), Facts: lines(pen.Facts),
		Reasons: lines(course.Sentence.Reasons), Defences: d.defenceRows(course.Defences, evidenceHref(pen.Case)), Objected: d.objectionRows(course.Objections),
	}
	p.Query = Query{Path: penaltyHref(pen.Reference), Values: map[string][]string{}}
	for _, name := range []string{"on", "like"} {
		if v := c.QueryParam(name); v != "" {
			p.Query.Values.Set(name, v)
		}
	}
	p.Crumbs = []Crumb{{Text: d.t("penalty_page.title"), Href: "/penalties"}, {Text: pen.Reference}}
	for _, f := range []func(desk, *procedurePageData) error{
		s.procedurePeople, s.procedureOpen, s.procedureClocks, s.procedurePlan, s.procedureLedger, s.procedurePapers, s.procedureLike, s.procedureEvents,
	} {
		if err := f(d, p); err != nil {
			return nil, err
		}
	}
	for _, t := range course.Taken {
		switch x := t.Deed.(type) {
		case *enforcement.AskHearing:
			p.HearFiles = append(p.HearFiles, fileLinks(evidenceHref(pen.Case), x.Files)...)
		case *enforcement.AskInstalments:
			p.HearFiles = append(p.HearFiles, fileLinks(evidenceHref(pen.Case), x.Files)...)
		}
	}
	p.Rows = d.courseRows(course, p.Ledger)
	d.linkPapers(p)
	return p, nil
}

// evidenceHref is below which the files of a case are opened.
func evidenceHref(k *casework.Case) string { return "/evidence/" + urlPath(k.Complaint.Reference) }

func penaltyHref(ref string) string { return "/penalties/" + urlPath(ref) }

var stageTones = map[enforcement.Stage]string{
	enforcement.StageLead: "new", enforcement.StageSuspended: "wait", enforcement.StageClosed: "good", enforcement.StageArchived: "closed", enforcement.StageEnded: "closed",
}

func (d desk) stageChip(at enforcement.Stage) Chip {
	tone := stageTones[at]
	if tone == "" {
		tone = "active"
	}
	return Chip{Tone: tone, Text: d.t("penalty_case.at." + string(at))}
}

func (s *Server) procedurePeople(d desk, p *procedurePageData) error {
	for _, x := range p.C.Persons {
		name := x.Name
		if x.Post != "" {
			name = d.t("procedure.person_post", x.Name, x.Post)
		}
		p.Persons = append(p.Persons, name)
	}
	names, err := s.namesOf(d.ctx, p.C.Lead, p.C.Second)
	if err != nil {
		return err
	}
	p.Officers = names
	return nil
}

// procedureOpen lists what the viewer can do now, with what each step still needs: first what can be done and leads on,
// then what lacks something, last what leads away.
func (s *Server) procedureOpen(d desk, p *procedurePageData) error {
	open, err := s.Penalties.Open(d.ctx, d.by, p.P.Reference)
	if err != nil {
		return err
	}
	for _, step := range enforcement.Steps {
		lacks, ok := open[step]
		if !ok {
			continue
		}
		list := &p.Open
		if slices.ContainsFunc(lacks, func(l enforcement.Lack) bool { return slices.Contains(idleGuards, l.Guard) }) {
			list = &p.Moot
		}
		*list = append(*list, openStep{step, d.t("penalty_case.step." + string(step)), stepHref(p.P.Reference, step), d.lackRows(lacks), slices.Contains(asideSteps, step)})
	}
	slices.SortStableFunc(p.Open, func(a, b openStep) int { return a.order() - b.order() })
	return nil
}

func (s *Server) procedureClocks(d desk, p *procedurePageData) error {
	list, err := s.Penalties.Clocks(d.ctx, d.by, p.P.Reference)
	if err != nil {
		return err
	}
	for _, k := range list {
		row := d.penaltyClock(p.P.Case.Pack, k)
		if !row.Badge.Done && k.Limit.Party == "respondent" && k.Overdue { // its time is over: nobody of the office is late
			row.Badge.Done, row.Badge.Left = true, 0
		}
		if row.Badge.Done {
			p.Over = append(p.Over, row)
		} else {
			p.Clocks = append(p.Clocks, row)
		}
	}
	return nil
}

// penaltyClock is a limit of the procedure as pages list it.
func (d desk) penaltyClock(pack string, k enforcement.Clock) ClockRow {
	due := k.State.Due
	if due.IsZero() {
		due = k.State.Earliest
	}
	row := ClockRow{Name: d.text(k.Limit.Name), Due: due, Basis: d.text(k.Limit.Article), Marked: k.Limit.Marked(), Since: k.State.SuspendedSince}
	if row.Name == "" {
		row.Name = k.Kind
	}
	if k.State.Original != due {
		row.Original = k.State.Original
	}
	row.Badge = d.due(pack, due)
	row.Badge.Paused = !k.State.SuspendedSince.IsZero()
	if !k.State.StoppedOn.IsZero() {
		row.Badge.Done, row.Badge.Left, row.Since = true, 0, calendar.Date{}
		if k.State.InTime != nil && !*k.State.InTime {
			row.Badge.Left = due.Sub(k.State.StoppedOn)
		}
	}
	return row
}

// procedurePlan is the sentence as it stands: shares by party, and what was weighed.
func (s *Server) procedurePlan(d desk, p *procedurePageData) error {
	shares := p.C.Sentence.Shares
	if n := len(p.C.Changes); n > 0 {
		shares = p.C.Changes[n-1].Shares
	}
	p.Measures = d.shareLines(p.P.Case.Pack, d.stepParties(p.P, p.C), shares)
	names := map[string]string{}
	for _, f := range enforcement.Factors(d.pack(p.P.Case.Pack), d.day) {
		names[f.Key] = d.text(f.Name)
	}
	for _, f := range p.C.Sentence.Factors {
		p.Factors = append(p.Factors, Answer{Label: d.t("procedure.of.effects." + f.Effect), Lines: []string{names[f.Key], strings.Join(f.Evidence, d.t("desk.comma"))}})
	}
	return nil
}

// shareLines says what each party bears.
func (d desk) shareLines(pack string, parties []Option, shares []enforcement.Share) []string {
	var out []string
	for _, sh := range shares {
		line := d.measure(pack, enforcement.Measure{Kind: sh.Kind, AmountFen: sh.AmountFen})
		if len(parties) > 1 && sh.Party >= 1 && sh.Party <= len(parties) {
			line = d.t("procedure.share", parties[sh.Party-1].Label, line)
		}
		out = append(out, line)
	}
	return out
}

// defenceRow is what the party said, and how it was weighed.
type defenceRow struct {
	Number          int
	On              calendar.Date
	By              string
	Lines, Evidence []string
	Files           []documentLink
	Reply           string
	ReplyLines      []string
}

// defenceRows lists what the party said; files below where they can be opened.
func (d desk) defenceRows(list []enforcement.Defence, files string) []defenceRow {
	var out []defenceRow
	for i, x := range list {
		r := defenceRow{Number: i + 1, On: x.On, By: d.t("procedure.on_paper"), Lines: lines(x.Text), Evidence: x.Evidence}
		if x.ByFirm {
			r.By = d.t("procedure.by_firm")
		}
		r.Files = fileLinks(files, x.Files)
		if x.Reply != nil {
			r.Reply, r.ReplyLines = d.t("procedure.of.adopted."+x.Reply.Adopted), lines(x.Reply.Reasons)
		}
		out = append(out, r)
	}
	return out
}

// fileLinks links files of the complaint by their labels, E-4 and the like; without an address they are only named.
func fileLinks(base string, labels []string) (out []documentLink) {
	for _, l := range labels {
		link := documentLink{Name: l}
		if base != "" {
			link.Href = base + "/" + strings.TrimPrefix(l, "E-")
		}
		out = append(out, link)
	}
	return out
}

// objectionRow is a request for a recusal, and the answer.
type objectionRow struct {
	Title, By, Answer string
	On                calendar.Date
	Lines, Replied    []string
}

func (d desk) objectionRows(list []enforcement.Objection) []objectionRow {
	var out []objectionRow
	for i, o := range list {
		r := objectionRow{Title: d.t("procedure.objection_no", i+1, o.Against), By: d.t("procedure.on_paper"), Answer: d.t("procedure.objection_open"), On: o.On, Lines: lines(o.Reasons)}
		if o.ByFirm {
			r.By = d.t("procedure.by_firm")
		}
		if o.Answer != nil {
			r.Answer, r.Replied = d.t("procedure.objection_refused"), lines(o.Answer.Reasons)
			if o.Answer.Upheld {
				r.Answer = d.t("procedure.objection_upheld")
			}
		}
		out = append(out, r)
	}
	return out
}

func (s *Server) procedureEvents(d desk, p *procedurePageData) error {
	events, err := s.Penalties.Timeline(d.ctx, d.by, p.P.Reference)
	if err != nil {
		return err
	}
	p.Events = d.caseEvents(events)
	return nil
}

// ledgerView is the money of a penalty as of a day.
type ledgerView struct {
	*enforcement.Ledger
	Lines    []ledgerLine
	Accounts []ledgerAccount
	Earlier  bool // not as of today
}

type ledgerLine struct {
	enforcement.Entry
	What, Party, Account, Note string
}

type ledgerAccount struct {
	enforcement.Balance
	Party, Account string
}

// procedureLedger shows the ledger as of the day in the address, today where there is none.
func (s *Server) procedureLedger(d desk, p *procedurePageData) error {
	if !p.C.Decided {
		return nil
	}
	on := d.day
	if text := p.Query.Get("on"); text != "" {
		if day, err := calendar.ParseDate(text); err == nil {
			on = day
		}
	}
	l, err := s.Penalties.Ledger(d.ctx, d.by, p.P.Reference, on)
	if err != nil {
		return err
	}
	p.Ledger = d.ledger(l, d.stepParties(p.P, p.C))
	return nil
}

func (d desk) ledger(l *enforcement.Ledger, parties []Option) *ledgerView {
	v := &ledgerView{Ledger: l, Earlier: l.On != d.day}
	who := func(n int) string {
		if n < 1 || n > len(parties) {
			return ""
		}
		return parties[n-1].Label
	}
	for _, e := range l.Entries {
		x := ledgerLine{Entry: e, What: d.t("procedure.entry." + e.Kind), Party: who(e.Party), Account: d.t("penalty_case.account." + string(e.Account)), Note: e.Receipt}
		if e.Days > 0 {
			x.Note = d.t("procedure.entry.days", locale.Date(d.lang, e.From), e.Days, locale.Money(d.lang, e.BaseFen))
		}
		v.Lines = append(v.Lines, x)
	}
	for _, b := range l.Balances {
		v.Accounts = append(v.Accounts, ledgerAccount{b, who(b.Party), d.t("penalty_case.account." + string(b.Account))})
	}
	return v
}

// procedureLike compares the penalty while it can still change. Once it is decided the comparison is made only for who asks.
func (s *Server) procedureLike(d desk, p *procedurePageData) (err error) {
	over := p.C.Decided || p.P.Status.Ended()
	if over && p.Query.Get("like") == "" {
		if len(p.P.Findings) > 0 {
			p.LikeLink = Query{Path: p.Query.Path}.With("like", "1") + "#like"
		}
		return nil
	}
	p.Like, err = s.likeOf(d, p.P, p.C.Sentence.RangeReason)
	return err
}
