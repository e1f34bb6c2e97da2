package httpd

import (
	"context"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
)

// This file puts records of the trade into the parts that desk pages are made
// of: chips, badges, parties, rows of facts.

// desk is what the builders of one desk page share.
type desk struct {
	s    *Server
	ctx  context.Context
	by   access.Actor
	lang locale.Lang
	day  calendar.Date // today in the regulator's zone
}

func (s *Server) deskOf(c echo.Context) desk {
	return desk{s, c.Request().Context(), actorOf(c), langOf(c), s.today()}
}

func (d desk) t(key string, args ...any) string { return d.s.Words.T(d.lang, key, args...) }

func (d desk) may(act access.Action, o access.Owner) bool {
	return d.s.Policy.Allows(d.by.Role, act, d.by.Distance(o))
}

// pack is the rulebook of a record, or the office's own where it is gone.
func (d desk) pack(id string) *rulebook.Pack {
	if p, ok := d.s.Book.Pack(id); ok {
		return p
	}
	if p, ok := d.s.Book.Pack(d.s.cfg.Pack); ok {
		return p
	}
	return d.s.Book.Packs()[0]
}

func (d desk) text(t rulebook.Text) string { return t.In(string(d.lang)) }

// due is the badge of a date: working days by the pack's calendar, whole days
// where only days of rest lie between.
func (d desk) due(pack string, on calendar.Date) Deadline {
	left, working := on.Sub(d.day), false
	out := Deadline{Due: on, Left: left}
	if cal := d.s.Calendars[d.pack(pack).Calendar]; cal != nil {
		// As deadline.Left counts: working days while in time, calendar days once late.
		if n := cal.Workdays(d.day, on); left >= 0 && (n != 0 || left == 0) {
			left, working = n, true
		}
		out.Left, out.Working, out.Provisional = left, working, !cal.Announced(on.Year())
	}
	return out
}

// ClockRow is a statutory clock as pages list it.
type ClockRow struct {
	Name     string
	Badge    Deadline
	Due      calendar.Date
	Original calendar.Date // zero where nothing moved it
	Basis    string
	Marked   bool          // the limit was not checked against its source
	Party    string        // whose time it is, in words; "" where that is the office
	Since    calendar.Date // of a suspension that holds it; none where it runs
	Why      string        // of the suspension
	Steps    []clockStep   // its life; none where the page does not tell it
}

func (d desk) clocks(pack string, list []complaint.Clock) []ClockRow {
	p := d.pack(pack)
	rows := make([]ClockRow, 0, len(list))
	for _, k := range list {
		r := ClockRow{Name: k.Kind, Due: k.Due, Basis: k.Basis, Marked: !k.Verified}
		if l, ok := p.Limit(k.Kind); ok {
			r.Name, r.Marked = d.text(l.Name), r.Marked && l.Marked()
		}
		if k.Round > 1 {
			r.Name = d.t("handling.round", r.Name, k.Round)
		}
		if k.Party != "" && k.Party != "office" {
			r.Party = d.t("handling.party." + k.Party)
		}
		if k.Original != k.Due {
			r.Original = k.Original
		}
		r.Badge = Deadline{Due: k.Due, Left: k.Left, Working: k.LeftUnit == "workday", Paused: k.Suspended, Done: k.Stopped, Provisional: k.Provisional}
		if k.Stopped {
			r.Badge.Left = 0
			if k.InTime != nil && !*k.InTime {
				r.Badge.Left = min(k.Left, -1)
			}
		}
		rows = append(rows, r)
	}
	return rows
}

// tones of statuses: shape and colour follow them everywhere.
var (
	complaintTones = map[complaint.Status]string{
		complaint.Received: "new", complaint.Supplement: "wait", complaint.Accepted: "active", complaint.Closed: "good",
		complaint.NotAccepted: "closed", complaint.Referred: "closed", complaint.Withdrawn: "closed",
	}
	caseTones = map[casework.Status]string{
		casework.Unassigned: "new", casework.Investigating: "active", casework.Found: "active", casework.Enforcement: "wait", casework.Closed: "closed",
	}
	penaltyTones = map[enforcement.Status]string{
		enforcement.Proposed: "wait", enforcement.Returned: "danger", enforcement.Approved: "active", enforcement.Issued: "good", enforcement.Dropped: "closed",
		enforcement.Proceeding: "active", enforcement.Ended: "closed",
	}
)

func (d desk) complaintChip(st complaint.Status) Chip {
	return Chip{Tone: complaintTones[st], Text: d.t("complaint.status." + string(st))}
}

func (d desk) caseChip(st casework.Status) Chip {
	return Chip{Tone: caseTones[st], Text: d.t("casework.status." + string(st))}
}

func (d desk) penaltyChip(st enforcement.Status) Chip {
	return Chip{Tone: penaltyTones[st], Text: d.t("enforcement.status." + string(st))}
}

func (d desk) outcomeChip(pack, outcome string) Chip {
	tone := "closed"
	switch outcome {
	case "substantiated", "partially_substantiated":
		tone = "active"
	case "inconclusive":
		tone = "wait"
	}
	return Chip{Tone: tone, Text: d.outcome(pack, outcome)}
}

func (d desk) outcome(pack, id string) string {
	for _, o := range d.pack(pack).FindingOutcomes() {
		if o.ID == id {
			return d.text(o.Name)
		}
	}
	if d.s.Words.Has(d.lang, "casework.outcome."+id) {
		return d.t("casework.outcome." + id)
	}
	return id
}

// Code is a violation with its plain name.
type Code struct{ Code, Name string }

func (d desk) codes(pack string, codes []string) []Code {
	out := make([]Code, 0, len(codes))
	for _, c := range codes {
		out = append(out, Code{c, d.codeName(pack, c)})
	}
	return out
}

func (d desk) codeName(pack, code string) string {
	if v, ok := d.pack(pack).Violation(code); ok {
		return d.text(v.Name)
	}
	return code
}

func (d desk) channelNames(pack string, ids []string) []string {
	p := d.pack(pack)
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		name := id
		if ch, ok := p.Channel(id); ok {
			name = d.text(ch.Name)
		}
		out = append(out, name)
	}
	return out
}

func (d desk) sourceName(pack, id string) string {
	if ch, ok := d.pack(pack).Submission(id); ok {
		return d.text(ch.Name)
	}
	return id
}

func (d desk) severity(pack string, level int) string {
	for _, sv := range d.pack(pack).Severities() {
		if sv.Level == level {
			return d.text(sv.Name)
		}
	}
	return ""
}

// parties are the firms of a case; what nobody knows is said so.
func (d desk) parties(lender, agency *firm.Firm) []PartyChip {
	var out []PartyChip
	for _, f := range []*firm.Firm{lender, agency} {
		if f != nil {
			out = append(out, firmChip(*f))
		}
	}
	if len(out) == 0 {
		out = append(out, PartyChip{Kind: "unknown", Name: "–"})
	}
	return out
}

func firmChip(f firm.Firm) PartyChip {
	return PartyChip{Kind: string(f.Kind), Name: f.Name, Code: f.Code, Href: "/firms/" + urlPath(f.Code)}
}

// namedParties are the firms as the complainant wrote them.
func (d desk) namedParties(c *complaint.Complaint) []PartyChip {
	var out []PartyChip
	if c.LenderName != "" {
		out = append(out, PartyChip{Kind: "lender", Name: c.LenderName})
	}
	if c.AgencyName != "" {
		out = append(out, PartyChip{Kind: "agency", Name: c.AgencyName})
	}
	if len(out) == 0 {
		out = append(out, PartyChip{Kind: "unknown", Name: "–"})
	}
	return out
}

// facts are what the complaint says, without who says it.
func (d desk) facts(c *complaint.Complaint) []Answer {
	rows := []Answer{
		{Label: d.t("screening.fact.track"), Lines: []string{d.t("complaint.tracks." + string(c.Track))}},
		{Label: d.t("screening.fact.source"), Lines: []string{d.sourceName(c.Pack, c.Source)}},
		{Label: d.t("screening.fact.channels"), Lines: d.channelNames(c.Pack, c.Channels)},
		{Label: d.t("screening.fact.occurred"), Lines: d.span(c.OccurredFrom, c.OccurredTo)},
		{Label: d.t("screening.fact.loan"), Lines: d.loan(c)},
		{Label: d.t("screening.fact.demand"), Lines: lines(c.Demand)},
		{Label: d.t("screening.fact.forward"), Lines: []string{d.yes(c.ConsentToForward)}},
	}
	for _, name := range sortedKeys(c.External) {
		if v := c.External[name]; v != "" {
			rows = append(rows, Answer{Label: name, Lines: []string{v}})
		}
	}
	if c.Ground != "" {
		rows = append(rows, Answer{Label: d.t("screening.fact.ground"), Lines: []string{d.ground(c)}})
	}
	if c.ReferredTo != "" {
		rows = append(rows, Answer{Label: d.t("screening.fact.referred_to"), Lines: []string{d.authority(c.Pack, c.ReferredTo)}})
	}
	return rows
}

func (d desk) authority(pack, id string) string {
	for _, a := range d.pack(pack).Authorities {
		if a.ID == id {
			return d.text(a.Name)
		}
	}
	return id
}

func (d desk) ground(c *complaint.Complaint) string {
	for _, kind := range []string{"reject", "refer"} {
		if g, ok := d.pack(c.Pack).Ground(kind, c.Ground); ok {
			return d.text(g.Name)
		}
	}
	return c.Ground
}

func (d desk) span(from, to calendar.Date) []string {
	switch {
	case from.IsZero() && to.IsZero():
		return nil
	case from == to || to.IsZero():
		return []string{locale.Date(d.lang, from)}
	default:
		return []string{locale.Date(d.lang, from) + " – " + locale.Date(d.lang, to)}
	}
}

func (d desk) loan(c *complaint.Complaint) []string {
	var out []string
	if c.Product != "" {
		out = append(out, c.Product)
	}
	if c.LoanFen != 0 {
		out = append(out, locale.Money(d.lang, c.LoanFen))
	}
	if !c.ContractOn.IsZero() {
		out = append(out, d.t("screening.contract_on", c.ContractOn))
	}
	return out
}

func (d desk) yes(v bool) string {
	if v {
		return d.t("desk.yes")
	}
	return d.t("desk.no")
}

// accused lists the numbers and accounts that the collector used.
func (d desk) accused(c *complaint.Complaint) []Answer {
	var rows []Answer
	for _, a := range c.Accused {
		label := a.Kind
		if key := "complaint.accused_kinds." + a.Kind; d.s.Words.Has(d.lang, key) {
			label = d.t(key)
		}
		rows = append(rows, Answer{Label: label, Lines: []string{a.Value}})
	}
	return rows
}

// again shows a page with a rejected form: what was typed stays, the rest is
// fresh, so that after a lost race the next try carries the new version.
func (s *Server) again(c echo.Context, err error, form *Form, name, template string, build func() (any, error), put func(any, *Form) any) error {
	form.Name = name
	if f := faultOf(err); f.Kind == fault.Conflict && f.Key == "fault.stale" {
		err = fault.Wrap(err, fault.Conflict, "desk.stale")
	}
	return s.showForm(c, err, form, template, func(f *Form) (any, error) {
		d, err := build()
		if err != nil {
			return nil, err
		}
		return put(d, f), nil
	})
}
