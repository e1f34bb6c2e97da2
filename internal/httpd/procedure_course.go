package httpd

import (
	"context"
	"slices"

	"dunwatch/internal/calendar"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

// courseRow is a station of the statutory course. State: done, current, todo, or may for one that not every case passes.
type courseRow struct {
	Key    string // of the words
	Name   string
	State  string
	On     calendar.Date
	Notes  []string
	Papers []documentLink
	docs   []enforcement.DocumentKind
}

// stationOf is where a stage stands among the stations that every case passes.
var stationOf = map[enforcement.Stage]string{
	enforcement.StageLead: "lead", enforcement.StageFiled: "filed", enforcement.StageInvestigates: "investigation", enforcement.StageSuspended: "investigation",
	enforcement.StageInvestigated: "investigated", enforcement.StageTried: "tried", enforcement.StageNoticed: "noticed", enforcement.StageApproved: "approved",
	enforcement.StageDecided: "decided", enforcement.StageServed: "served", enforcement.StageClosed: "closed", enforcement.StageArchived: "archived",
}

// courseRows is the course from lead to archive: done with its date, current, to come.
func (d desk) courseRows(c *enforcement.Course, l *ledgerView) []courseRow {
	rows := d.stations(c, l)
	if c.Stage == enforcement.StageEnded {
		return d.endedRows(c, rows)
	}
	now := slices.IndexFunc(rows, func(r courseRow) bool { return r.Key == stationOf[c.Stage] })
	for i := range rows {
		r := &rows[i]
		r.Name = d.t("procedure.station." + r.Key)
		must := slices.Contains(mustStations, r.Key)
		switch {
		case must && i <= now:
			r.State = "done"
		case must:
			r.State, r.On, r.Notes, r.docs = "todo", calendar.Date{}, nil, nil
		case !r.On.IsZero():
			r.State = "done"
		default:
			r.State = "may"
		}
	}
	// What comes next is what the case stands before: money, while some of it is owed.
	next := slices.IndexFunc(rows, func(r courseRow) bool { return r.State == "todo" })
	if c.Stage == enforcement.StageServed && l != nil && l.OutstandingFen > 0 {
		next = slices.IndexFunc(rows, func(r courseRow) bool { return r.Key == "paid" })
	}
	if next >= 0 {
		rows[next].State = "current"
		if c.Stage == enforcement.StageSuspended {
			rows[next].Notes = []string{d.t("procedure.suspended_since", locale.Date(d.lang, c.SuspendedOn))}
		}
	}
	return rows
}

// mustStations are those that every case passes.
var mustStations = []string{"lead", "filed", "investigation", "investigated", "tried", "noticed", "approved", "decided", "served", "closed", "archived"}

// stations are all stations with what the case says of each.
func (d desk) stations(c *enforcement.Course, l *ledgerView) []courseRow {
	rows := []courseRow{
		{Key: "lead", On: c.Taken[0].On},
		{Key: "filed", On: c.FiledOn, Notes: said(c.FilingNumber), docs: []enforcement.DocumentKind{enforcement.DocFiling}},
		{Key: "investigation"},
		{Key: "investigated", On: c.ConcludedOn, docs: []enforcement.DocumentKind{enforcement.DocReport}},
		{Key: "tried", On: lastOn(c, enforcement.StepTry), docs: []enforcement.DocumentKind{enforcement.DocTrial}},
		{Key: "noticed"},
		{Key: "defence"},
		{Key: "hearing", docs: []enforcement.DocumentKind{enforcement.DocHearingNotice, enforcement.DocHearingRecord}},
		{Key: "legal", On: c.ReviewedOn, docs: []enforcement.DocumentKind{enforcement.DocLegalOpinion}},
		{Key: "discussion", docs: []enforcement.DocumentKind{enforcement.DocMinutes}},
		{Key: "approved", On: c.ApprovedOn},
		{Key: "decided", On: c.DecidedOn, Notes: said(c.Number), docs: []enforcement.DocumentKind{enforcement.DocDecision}},
		{Key: "served", docs: []enforcement.DocumentKind{enforcement.DocService, enforcement.DocPayment}},
		{Key: "published"}, {Key: "paid", docs: []enforcement.DocumentKind{enforcement.DocInstalments}}, {Key: "remedy"},
		{Key: "enforced", docs: []enforcement.DocumentKind{enforcement.DocDemand}},
		{Key: "closed", On: c.ClosedOn, docs: []enforcement.DocumentKind{enforcement.DocClosing}},
		{Key: "archived", On: c.ArchivedOn},
	}
	at := map[string]*courseRow{}
	for i := range rows {
		at[rows[i].Key] = &rows[i]
	}
	if c.Investigated != nil {
		at["investigation"].On = c.Investigated.On
	}
	if c.Review != nil && !c.Review.Passed {
		at["legal"].Notes = []string{d.t("procedure.not_passed")}
	}
	d.noticeStations(c, at)
	d.afterStations(c, l, at)
	return rows
}

func (d desk) noticeStations(c *enforcement.Course, at map[string]*courseRow) {
	if n := len(c.Notices); n > 0 {
		last := c.Notices[n-1]
		at["noticed"].On, at["noticed"].docs = last.ServedOn, []enforcement.DocumentKind{enforcement.DocNotice}
		if last.HearingTold {
			at["noticed"].Notes = append(at["noticed"].Notes, d.t("procedure.hearing_told"))
		}
		if last.DefenceWaived {
			at["defence"].On, at["defence"].Notes = lastOn(c, enforcement.StepWaive), []string{d.t("procedure.waived")}
		}
		if last.HearingWaived {
			at["hearing"].On, at["hearing"].Notes = lastOn(c, enforcement.StepWaive), []string{d.t("procedure.waived")}
		}
	}
	if n := len(c.Defences); n > 0 {
		at["defence"].On = c.Defences[n-1].On
		at["defence"].Notes = append(at["defence"].Notes, d.t("procedure.defences", n))
	}
	if h := c.Hearing; h != nil {
		r := at["hearing"]
		r.On, r.Notes = h.AskedOn, []string{d.t("procedure.hearing_asked", locale.Date(d.lang, h.AskedOn))}
		if h.Set != nil {
			r.On, r.Notes = h.Set.On, append(r.Notes, d.t("procedure.hearing_set", locale.Date(d.lang, h.Set.On), h.Set.Place))
		}
		if h.Held != nil {
			r.On, r.Notes = h.Held.On, append(r.Notes, d.t("procedure.hearing_held", locale.Date(d.lang, h.Held.On)))
		}
		if h.Report != nil {
			r.Notes = append(r.Notes, d.t("procedure.hearing_done"))
		}
	}
	if c.Deliberate != nil {
		at["discussion"].On = c.Deliberate.On
	}
}

func (d desk) afterStations(c *enforcement.Course, l *ledgerView, at map[string]*courseRow) {
	if c.Served != nil {
		at["served"].On = c.Served.ReceivedOn
	}
	if n := len(c.Published); n > 0 {
		p := c.Published[n-1]
		at["published"].On = p.On
		if !p.WithdrawnOn.IsZero() {
			at["published"].Notes = []string{d.t("procedure.withdrawn", locale.Date(d.lang, p.WithdrawnOn))}
		}
	}
	if l != nil && len(c.Money) > 0 {
		at["paid"].On = c.Money[len(c.Money)-1].On
		if l.OutstandingFen > 0 {
			at["paid"].Notes = []string{d.t("procedure.outstanding", locale.Money(d.lang, l.OutstandingFen))}
		}
	}
	for _, p := range c.Plans {
		at["paid"].Notes = append(at["paid"].Notes, d.t("procedure.plan", len(p.Parts)))
	}
	for _, x := range c.Challenges {
		note := d.t("procedure.of.challenges."+x.Kind) + " · " + x.Body
		if x.Outcome != "" {
			note += " · " + d.t("procedure.of.outcomes."+x.Outcome)
		}
		at["remedy"].On, at["remedy"].Notes = x.On, append(at["remedy"].Notes, note)
	}
	if c.Demanded != nil {
		at["enforced"].On = c.Demanded.ServedOn
	}
	if c.Court != nil {
		at["enforced"].Notes = []string{d.t("procedure.court", c.Court.Name, locale.Date(d.lang, c.Court.On))}
	}
	if n := len(c.Changes); n > 0 {
		key := "procedure.changed"
		if c.Changes[n-1].Annul {
			key = "procedure.annulled"
		}
		at["decided"].Notes = append(at["decided"].Notes, d.t(key, locale.Date(d.lang, c.Changes[n-1].On)))
	}
}

// endedRows are the stations that a case without a penalty passed, and its end.
func (d desk) endedRows(c *enforcement.Course, rows []courseRow) []courseRow {
	var out []courseRow
	for _, r := range rows {
		if !r.On.IsZero() {
			r.Name, r.State = d.t("procedure.station."+r.Key), "done"
			out = append(out, r)
		}
	}
	end := courseRow{Key: "ended", State: "done", On: c.Taken[len(c.Taken)-1].On}
	switch {
	case c.NoPenalty != nil:
		end.Name, end.Notes, end.docs = d.t("penalty_case.step.no_penalty"), lines(c.NoPenalty.Reasons), []enforcement.DocumentKind{enforcement.DocNoPenalty}
	case c.Transfer != nil:
		end.Name, end.Notes, end.docs = d.t("penalty_case.step.transfer"), lines(c.Transfer.Reasons), []enforcement.DocumentKind{enforcement.DocTransfer}
	case c.Refused != nil:
		end.Name, end.Notes = d.t("penalty_case.step.refuse_filing"), lines(c.Refused.Reasons)
	}
	return append(out, end)
}

func said(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// lastOn is the day of the last step of a kind.
func lastOn(c *enforcement.Course, step enforcement.Step) calendar.Date {
	var on calendar.Date
	for _, t := range c.Taken {
		if t.Step == step {
			on = t.On
		}
	}
	return on
}

// namesOf are the names of users, in the order asked for; nobody is left out of it.
func (s *Server) namesOf(ctx context.Context, ids ...int64) ([]string, error) {
	var names map[int64]string
	err := s.DB.Read(ctx, func(tx *store.Tx) (err error) {
		names, err = s.Accounts.Names(ctx, tx, slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return id == 0 }))
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []string
	for _, id := range ids {
		if id != 0 {
			out = append(out, names[id])
		}
	}
	return out, nil
}
