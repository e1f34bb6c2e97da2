package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
)

// accept takes a complaint in and plans its case.
func (o *office) accept(ctx context.Context, m *matter) (err error) {
	m.c, m.k, err = o.d.Cases.Accept(ctx, o.super[m.plan.unit], m.c.Reference, m.c.Version, m.plan.unit, "")
	if err != nil {
		return err
	}
	o.out.Cases++
	m.quick = m.k.Track == complaint.TrackComplaint && !o.goesToFirm(m) && m.chance(78)
	if m.chance(2) {
		o.at(o.anyTime(m, 2, 12), func(ctx context.Context) error { return o.withdrawCase(ctx, m) })
	}
	if o.keep(acceptances, 5)%4 == 1 {
		return nil // nobody has it yet
	}
	to := 3.2
	if m.quick {
		to = 1.1
	}
	o.at(o.workdays(m, 0.1, to), func(ctx context.Context) error { return o.assign(ctx, m) })
	return nil
}

// withdrawCase takes back a complaint whose case runs, and ends the case behind
// it.
func (o *office) withdrawCase(ctx context.Context, m *matter) error {
	if m.k.Status != casework.Unassigned && m.k.Status != casework.Investigating {
		return nil
	}
	if err := o.withdraw(ctx, m); err != nil {
		return err
	}
	if m.k.Status == casework.Investigating {
		o.at(o.workdays(m, 0.2, 2), func(ctx context.Context) error { return o.finish(ctx, m) })
	}
	return nil
}

// assign gives the case to an officer; some take what lies there themselves.
func (o *office) assign(ctx context.Context, m *matter) (err error) {
	officer := o.officerFor(m.plan.unit, 0)
	if m.chance(18) {
		m.k, err = o.d.Cases.Take(ctx, officer, m.k.Reference, m.k.Version)
	} else {
		m.k, err = o.d.Cases.Assign(ctx, o.super[m.plan.unit], m.k.Reference, m.k.Version, fmt.Sprint(officer.UserID))
	}
	if err != nil {
		return err
	}
	m.officer = officer
	if m.c.Status == complaint.Withdrawn { // taken back while it lay there
		o.at(o.workdays(m, 0.2, 2), func(ctx context.Context) error { return o.finish(ctx, m) })
		return nil
	}
	if o.goesToFirm(m) {
		o.work(m, o.workdays(m, 8, 22))
		o.forwardSoon(m)
		return nil
	}
	if m.chance(3) {
		o.at(o.workdays(m, 0.5, 4), func(ctx context.Context) error { return o.recuse(ctx, m) })
		return nil
	}
	o.investigate(m)
	return nil
}

// recuse takes an officer off the case for good, and another gets it.
func (o *office) recuse(ctx context.Context, m *matter) error {
	if m.k.Status != casework.Investigating || m.c.Status != complaint.Accepted {
		return nil
	}
	if err := o.d.Cases.Recuse(ctx, m.officer, m.k.Reference, fmt.Sprint(m.officer.UserID), pick(m.plan.r, recusals)); err != nil {
		return err
	}
	k, err := o.d.Cases.ByRef(ctx, o.super[m.plan.unit], m.k.Reference)
	if err != nil {
		return err
	}
	m.k = k
	off := m.officer.UserID
	m.off = off
	o.load[off]--
	o.at(o.workdays(m, 0.2, 2), func(ctx context.Context) (err error) {
		m.officer = o.officerFor(m.plan.unit, off)
		m.k, err = o.d.Cases.Assign(ctx, o.super[m.plan.unit], m.k.Reference, m.k.Version, fmt.Sprint(m.officer.UserID))
		if err != nil {
			return err
		}
		o.investigate(m)
		return nil
	})
	return nil
}

// investigate plans the work between assignment and finding. One case in five
// takes longer than it may.
func (o *office) investigate(m *matter) {
	from, to := 4.0, 17.0
	if m.c.Track == complaint.TrackReport {
		to = 34
	}
	if m.chance(25) {
		from, to = 16, 66
	}
	if m.quick {
		from, to = 0.2, 1.3
	}
	end := o.workdays(m, from, to)
	o.work(m, end)
	o.at(end, func(ctx context.Context) error { return o.find(ctx, m) })
}

// work plans what is written until then.
func (o *office) work(m *matter, end time.Time) {
	span := end.Sub(o.now).Hours() / 24
	for range m.plan.r.IntN(5) / 2 {
		o.at(o.workdays(m, 0.2, span*0.9), func(ctx context.Context) error { return o.remark(ctx, m) })
	}
	if m.chance(26) {
		o.at(o.workdays(m, 0.2, span*0.7), func(ctx context.Context) error { return o.talk(ctx, m) })
	}
	if m.chance(8) {
		o.at(o.anyTime(m, span*0.5, span*0.95), func(ctx context.Context) error { return o.write(ctx, m) })
	}
}

func (o *office) remark(ctx context.Context, m *matter) error {
	_, err := o.d.Cases.Note(ctx, m.officer, m.k.Reference, m.dated(pick(m.plan.r, notes.in(m.english()))))
	return err
}

// talk is a message of the office that half of the people answer.
func (o *office) talk(ctx context.Context, m *matter) error {
	if m.c.Status != complaint.Accepted {
		return nil
	}
	if _, err := o.d.Complaints.Send(ctx, m.officer, m.c.Reference, pick(m.plan.r, told.in(m.toThem()))); err != nil {
		return err
	}
	if m.chance(55) {
		o.at(o.anyTime(m, 0.05, 2.5), func(ctx context.Context) error { return o.write(ctx, m) })
	}
	return nil
}

func (o *office) write(ctx context.Context, m *matter) error {
	if m.c.Status.Ended() {
		return nil
	}
	if _, err := o.d.Complaints.Send(ctx, m.me(), m.c.Reference, pick(m.plan.r, supplied.in(m.toThem()))); err != nil {
		return err
	}
	m.replies++
	return nil
}

// dated fills the day of the matter into what an officer writes.
func (m *matter) dated(s string) string {
	day := dayZH(m.c.OccurredFrom, 2)
	if m.english() {
		day = dayEN(m.c.OccurredFrom, "January 2")
	}
	return strings.ReplaceAll(s, "{d}", day)
}

// find records what the officer established, on each code of the complaint.
func (o *office) find(ctx context.Context, m *matter) error {
	if m.c.Status != complaint.Accepted || m.k.Status != casework.Investigating {
		return nil
	}
	m.ruling = drawRuling(m)
	for i, code := range m.c.Codes {
		outcome := m.ruling
		if i > 0 && m.chance(45) {
			outcome = drawRuling(m)
		}
		if err := o.record(ctx, m, code, outcome, 0); err != nil {
			return err
		}
	}
	if m.chance(6) {
		o.at(o.workdays(m, 0.3, 1.4), func(ctx context.Context) error {
			if m.k.Status != casework.Found {
				return nil
			}
			m.upheld = nil // the numbers are of the findings that stand
			return o.record(ctx, m, m.c.Codes[0], "substantiated", 1)
		})
	}
	o.conclude(m)
	return nil
}

func drawRuling(m *matter) string {
	late := strings.HasPrefix(m.plan.lender.code, "L-QINGLUAN") || strings.HasPrefix(m.plan.agency.code, "A-ZHENGYI")
	n := m.plan.r.IntN(100)
	if late {
		n = n * 2 / 3 // the repeat offender
	}
	switch {
	case n < 44:
		return "substantiated"
	case n < 64:
		return "partially_substantiated"
	case n < 84:
		return "unsubstantiated"
	case n < 96:
		return "inconclusive"
	default:
		return "out_of_scope"
	}
}

func reasonsFor(outcome string) bilingual {
	switch outcome {
	case "substantiated":
		return upheld
	case "partially_substantiated":
		return partly
	case "unsubstantiated":
		return denied
	case "inconclusive":
		return open
	default:
		return foreign
	}
}

// record records one finding; corrects is the number of the one it supersedes.
func (o *office) record(ctx context.Context, m *matter, code, outcome string, corrects int) error {
	n := casework.NewFinding{Code: code, Outcome: outcome, ActedOn: m.c.OccurredFrom, Corrects: corrects, Version: m.k.Version}
	words := reasonsFor(outcome)
	if corrects != 0 {
		words = mended
	}
	n.Reasons = m.dated(pick(m.plan.r, words.in(m.english())))
	for i := range m.files {
		n.Evidence = append(n.Evidence, fmt.Sprintf("E-%d", i+1))
	}
	good := outcome == "substantiated" || outcome == "partially_substantiated"
	if good {
		n.Basis = o.basesOf(m.c.Pack, code, m.c.OccurredFrom)
	}
	k, f, err := o.d.Cases.Record(ctx, m.officer, m.k.Reference, n)
	if err != nil {
		return fmt.Errorf("%s of complaint %d: %w", code, m.plan.n, err)
	}
	m.k = k
	o.out.Findings++
	if good {
		m.upheld = append(m.upheld, f.Number)
	}
	return nil
}

// basesOf are the provisions that an officer of this office cites: what binds
// the office's own findings, not what the police or a court would apply.
func (o *office) basesOf(pack, code string, on calendar.Date) []string {
	p, _ := o.d.Book.Pack(pack)
	v, _ := p.Violation(code)
	var out []string
	for _, b := range v.Bases(on) {
		if !b.PenaltyBasis || b.ByOffice() {
			out = append(out, b.ID)
		}
	}
	if len(out) == 0 {
		for _, b := range v.Bases(on) {
			out = append(out, b.ID)
		}
	}
	return out
}

// conclude plans what follows the findings: a procedure or a measure, or the end.
func (o *office) conclude(m *matter) {
	age := o.until.Sub(o.now).Hours() / 24
	late := age < 110 // most of what stands somewhere today began then
	if len(m.upheld) > 0 && m.c.Pack == "cn" && m.accused() != nil && (late || m.c.Severity >= 3) {
		switch {
		case age < 18 && m.c.Severity < 4 || !late && m.chance(20):
			o.at(o.workdays(m, 1.5, 6), func(ctx context.Context) error { return o.milder(ctx, m) })
			return
		case late || m.chance(75):
			o.await(m)
			return
		}
	}
	from, to := 1.5, 9.0
	if m.quick {
		from, to = 0.2, 1.2
	}
	o.at(o.workdays(m, from, to), func(ctx context.Context) error { return o.finish(ctx, m) })
}

// finish closes the case.
func (o *office) finish(ctx context.Context, m *matter) error {
	if m.k.Status == casework.Closed || m.k.Status == casework.Enforcement {
		return nil
	}
	list := finishings.in(m.english())
	text := list[m.plan.r.IntN(len(list))]
	switch {
	case m.c.Status == complaint.Withdrawn:
		text = finishings.in(m.english())[1]
		if !m.english() {
			text = "投诉人已撤回投诉，未发现需要继续查处的线索，予以终结。"
		}
	case !m.english() && len(m.upheld) == 0:
		text = list[4]
	case !m.english():
		text = list[m.plan.r.IntN(3)]
	}
	return o.close(ctx, m, text)
}

func (o *office) close(ctx context.Context, m *matter, text string) error {
	k, err := o.d.Cases.Close(ctx, m.officer, m.k.Reference, m.k.Version, text)
	if err != nil {
		return err
	}
	m.k, m.c = k, k.Complaint
	o.load[m.officer.UserID]--
	o.readNew(m)
	o.tell(m)
	return nil
}
