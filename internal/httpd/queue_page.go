package httpd

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/fault"
)

// queuePageData is the list of cases.
type queuePageData struct {
	Page
	Rows       []caseRow
	Tabs       []Tab
	Pills      []Pill
	Clear      string
	Pager      Pager
	Units      []Option
	Officers   []Option // to filter by
	Codes      []Option
	Channels   []Option
	Severities []Option
	Times      []Option
	More       bool // a filter of the second row is in force
	Assign     []Option
	MayAssign  bool
	MayTake    bool
	Waiting    int
	Answers    []assignAnswer // of a bulk assignment of which some failed
	Done       int
}

type caseRow struct {
	Ref      string
	Item     string // reference and version, for the bulk form
	Href     string
	Received calendar.Date
	Due      *Deadline
	Held     bool // its clock is held back
	Chip     Chip
	Parties  []PartyChip
	Codes    []Code
	More     int
	Severity string
	Serious  bool
	Officer  string
	Unit     string
	Facts    []Answer
}

// Shown are the codes that fit the row.
func (r caseRow) Shown() []Code { return r.Codes[:len(r.Codes)-r.More] }

type assignAnswer struct {
	Ref, Href string
	Text      string // what kept it from being assigned
}

// dueToday is a value of the filter "time" beside casework.Times: due on the day on which the list is read.
const dueToday = "today"

// caseFilters are the names that the queue understands, in the order of its pills.
var caseFilters = []string{"q", "unit", "officer", "firm", "code", "channel", "severity", "due_before", "source", "outcome",
	"received", "opened", "opened_since", "opened_until", "closed", "closed_since", "closed_until", "lender", "agency", "pack"}

func (s *Server) caseFilter(values url.Values) (casework.Filter, error) {
	a := ask{values: values}
	f := casework.Filter{
		Unit: a.text("unit"), Officer: a.text("officer"), Firm: a.text("firm"), Code: a.text("code"), Channel: a.text("channel"),
		Severity: a.number("severity", 9), DueBefore: a.date("due_before"), Late: a.oneOf("late", "late", "in_time"),
		Pack: a.text("pack"), Lender: a.text("lender"), Agency: a.text("agency"), Source: a.text("source"), Outcome: a.text("outcome"), Received: a.month("received"), Opened: a.month("opened"), Closed: a.month("closed"),
		OpenedSince: a.date("opened_since"), OpenedUntil: a.date("opened_until"), ClosedSince: a.date("closed_since"), ClosedUntil: a.date("closed_until"),
		Q: a.text("q"), Sort: a.oneOf("sort", casework.Sorts...), Cursor: a.text("cursor"), Limit: a.number("limit", 100),
	}
	switch v := a.oneOf("time", append([]string{dueToday}, casework.Times...)...); v {
	case dueToday:
		f.Time = "in_time"
		if tomorrow := s.today().AddDays(1); f.DueBefore.IsZero() || tomorrow.Before(f.DueBefore) {
			f.DueBefore = tomorrow
		}
	default:
		f.Time = v
	}
	for _, v := range values["status"] {
		switch st := casework.Status(v); {
		case v == "all":
			f.Status = casework.Statuses
		case slices.Contains(casework.Statuses, st):
			f.Status = append(f.Status, st)
		case v != "":
			a.wrong.Add("status", "fault.choose")
		}
	}
	return f, a.err()
}

func (s *Server) queuePage(c echo.Context) error {
	d, q := s.deskOf(c), QueryOf(c.Request().URL)
	if to, err := d.meantFirm(q); err != nil || to != "" {
		return orRedirect(c, to, err)
	}
	p, err := s.queueData(c, q)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "casework/queue", p)
}

func (s *Server) queueData(c echo.Context, q Query) (*queuePageData, error) {
	d := s.deskOf(c)
	f, err := s.caseFilter(q.Values)
	if err != nil {
		return nil, err
	}
	list, err := s.Cases.Queue(d.ctx, d.by, f)
	if err != nil {
		return nil, err
	}
	p := &queuePageData{Page: s.base(c), Pager: d.pager(q, len(list.Items), list.NextCursor), Tabs: d.queueTabs(q, list.Counts),
		MayAssign: s.Policy.Widest(d.by.Role, access.AssignCase) != access.None, MayTake: s.Policy.Widest(d.by.Role, access.TakeCase) != access.None,
		Waiting: list.Counts[string(casework.Unassigned)]}
	p.Query = q
	for i := range list.Items {
		p.Rows = append(p.Rows, d.caseRow(&list.Items[i], q))
	}
	return p, p.choices(d)
}

// choices fills the filters and the box of officers.
func (p *queuePageData) choices(d desk) (err error) {
	pack := d.pack(p.Query.Get("pack"))
	shown := caseFilters
	if t := p.Query.Get("time"); t != dueToday && t != "suspended" { // these two are tabs
		shown = append([]string{"time"}, caseFilters...)
	}
	p.Pills = d.pills(p.Query, shown, func(name, v string) string { return d.caseFilterValue(pack.ID, name, v) })
	p.Clear = p.Query.Only("status", "late", "time", "sort")
	p.Codes = d.codeOptions(pack.ID)
	for _, ch := range pack.Channels() {
		p.Channels = append(p.Channels, Option{Value: ch.ID, Label: d.text(ch.Name)})
	}
	for _, sv := range pack.Severities() {
		p.Severities = append(p.Severities, Option{Value: strconv.Itoa(sv.Level), Label: d.text(sv.Name)})
	}
	for _, t := range casework.Times {
		p.Times = append(p.Times, Option{Value: t, Label: d.t("queue.time." + t)})
	}
	for _, name := range []string{"unit", "channel", "severity", "due_before", "time"} {
		p.More = p.More || p.Query.Get(name) != ""
	}
	if p.Units, err = d.unitOptions(); err != nil {
		return err
	}
	officers, err := d.officers(0, false)
	if err != nil {
		return err
	}
	p.Officers = append([]Option{{Value: "none", Label: d.t("queue.nobody")}, {Value: "me", Label: d.t("queue.me")}}, officers...)
	if p.MayAssign {
		p.Assign, err = d.officers(d.by.UnitID, true)
	}
	return err
}

func (d desk) caseFilterValue(pack, name, v string) string {
	switch {
	case name == "officer" && v == "me":
		return d.t("queue.me")
	case name == "time":
		return d.t("queue.time." + v)
	case name == "officer" && v == "none":
		return d.t("queue.nobody")
	case name == "unit" && v == "mine":
		return d.t("queue.my_unit")
	case name == "officer":
		if all, err := d.s.Accounts.Officers(d.ctx, 0); err == nil {
			for _, u := range all {
				if strconv.FormatInt(u.ID, 10) == v || u.Email == v {
					return u.Name
				}
			}
		}
	}
	return d.filterValue(pack, name, v)
}

// officers lists a unit's reviewers, those with the fewest cases first where
// their load is asked for.
func (d desk) officers(unit int64, load bool) ([]Option, error) {
	users, err := d.s.Accounts.Officers(d.ctx, unit)
	if err != nil {
		return nil, err
	}
	var busy map[int64]int
	if load {
		if busy, err = d.s.Cases.Load(d.ctx, d.by, unit); err != nil {
			return nil, err
		}
		slices.SortStableFunc(users, func(a, b account.User) int { return busy[a.ID] - busy[b.ID] })
	}
	var out []Option
	for _, u := range users {
		o := Option{Value: strconv.FormatInt(u.ID, 10), Label: u.Name}
		if load {
			o.Label = d.t("queue.officer_load", u.Name, busy[u.ID])
		}
		out = append(out, o)
	}
	return out, nil
}

func (d desk) caseRow(k *casework.Case, q Query) caseRow {
	r := caseRow{
		Ref: k.Reference, Item: k.Reference + ":" + strconv.FormatInt(k.Version, 10), Href: caseHref(k.Reference, q),
		Received: k.ReceivedOn, Chip: d.caseChip(k.Status), Parties: d.parties(k.Lender, k.Agency), Severity: d.severity(k.Pack, k.Severity),
		Serious: k.Severity >= seriousFrom, Officer: k.OfficerName, Unit: k.UnitCode,
	}
	if !k.DueOn.IsZero() {
		due := d.caseDue(k)
		r.Due = &due
	}
	r.Held = q.Get("time") == "suspended"
	if k.Complaint != nil {
		r.Codes = d.codes(k.Pack, k.Complaint.Codes)
		if n := len(r.Codes); n > shownCodes {
			r.More = n - shownCodes
		}
		r.Facts = append([]Answer{{Label: d.t("screening.fact.codes"), Lines: codeLines(r.Codes)}}, d.facts(k.Complaint)...)
	}
	return r
}

// caseDue is a case's badge: a closed one says only whether it was in time.
func (d desk) caseDue(k *casework.Case) Deadline {
	due := d.due(k.Pack, k.DueOn)
	if k.Status == casework.Closed {
		due.Done, due.Left, due.Provisional = true, 0, false
		if k.Late(d.day) {
			due.Left = k.DueOn.Sub(k.ClosedOn)
		}
	}
	return due
}

// caseHref carries the list along, so that the case page leads to the next case
// in it, and back.
func caseHref(ref string, q Query) string {
	href := "/cases/" + urlPath(ref)
	if list := q.Values.Encode(); list != "" {
		href += "?list=" + urlQuery(list)
	}
	return href
}

// queueTabs are the ready-made lists. Each starts anew, so that its count is the
// number of its rows.
func (d desk) queueTabs(q Query, counts map[string]int) []Tab {
	var tabs []Tab
	now := func(name string) string { return strings.Join(q.Values[name], ",") }
	for _, t := range []struct {
		label, name, value string
		count              int
	}{
		{"open", "", "", counts["open"]},
		{"unassigned", "status", "unassigned", counts["unassigned"]},
		{"mine", "officer", "me", counts["mine"]},
		{"in_time", "late", "in_time", counts["in_time"]},
		{"late", "late", "late", counts["late"]},
		{"today", "time", "today", counts["today"]},
		{"suspended", "time", "suspended", counts["suspended"]},
		{"closed", "status", "closed", counts["closed"]},
	} {
		tab := Tab{Label: d.t("queue.tab." + t.label), Href: q.Path, Count: t.count, Counted: true}
		if t.name != "" {
			tab.Href += "?" + t.name + "=" + t.value
			tab.Current = now(t.name) == t.value
		} else {
			tab.Current = now("status") == "" && now("late") == "" && now("time") == "" && now("officer") == ""
		}
		tabs = append(tabs, tab)
	}
	return tabs
}

// assignMany gives the ticked cases to an officer. Each is answered alone: where
// some fail, the page says which and why.
func (s *Server) assignMany(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	back := Query{Path: "/queue", Values: listQuery(form.Value("list"))}
	answers, err := s.tryAssignMany(c, form)
	if err != nil {
		return s.again(c, err, form, "bulk", "casework/queue", func() (any, error) { return s.queueData(c, back) }, func(v any, f *Form) any {
			p := v.(*queuePageData)
			p.Form = f
			return p
		})
	}
	d := s.deskOf(c)
	var failed []assignAnswer
	for _, a := range answers {
		if a.Err == nil {
			continue
		}
		f := faultOf(a.Err)
		if f.Kind == fault.Internal {
			return a.Err
		}
		text := d.t(f.Key, f.Args...)
		for _, field := range f.Fields {
			text = d.t(field.Key, field.Args...)
		}
		failed = append(failed, assignAnswer{a.Reference, "/cases/" + urlPath(a.Reference), text})
	}
	if len(failed) == 0 {
		s.flash(c, "good", "queue.assigned", strconv.Itoa(len(answers)))
		return c.Redirect(http.StatusSeeOther, back.String())
	}
	p, err := s.queueData(c, back)
	if err != nil {
		return err
	}
	p.Answers, p.Done = failed, len(answers)-len(failed)
	return s.show(c, http.StatusOK, "casework/queue", p)
}

func (s *Server) tryAssignMany(c echo.Context, form *Form) ([]casework.Assignment, error) {
	var items []casework.BulkItem
	for _, v := range form.List("item") {
		ref, version, _ := strings.Cut(v, ":")
		n, err := strconv.ParseInt(version, 10, 64)
		if err != nil {
			return nil, fault.New(fault.Invalid, "fault.invalid")
		}
		items = append(items, casework.BulkItem{Reference: ref, Version: n})
	}
	var wrong fault.Fields
	if len(items) == 0 {
		wrong.Add("item", "casework.choose_cases")
	}
	if form.Text("officer") == "" {
		wrong.Add("officer", "queue.choose_officer")
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	return s.Cases.AssignAll(c.Request().Context(), actorOf(c), items, form.Text("officer"))
}

// listQuery reads the address of a list that a form or a case page carries along.
func listQuery(text string) url.Values {
	v, err := url.ParseQuery(text)
	if err != nil {
		return url.Values{}
	}
	return v
}

func (s *Server) takeNext(c echo.Context) error {
	k, err := s.Cases.TakeNext(c.Request().Context(), actorOf(c))
	if f := faultOf(err); err != nil && (f.Kind == fault.NotFound || f.Kind == fault.Conflict) {
		s.flash(c, "wait", f.Key)
		return c.Redirect(http.StatusSeeOther, "/queue?officer=me")
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "queue.taken", k.Reference)
	return c.Redirect(http.StatusSeeOther, "/cases/"+urlPath(k.Reference)+"?list="+urlQuery("officer=me"))
}
