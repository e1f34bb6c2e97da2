package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/firm"
)

// course is a penalty on the statutory procedure, and the way it is to go.
type course struct {
	*office
	m      *matter
	way    *way
	party  firm.Firm
	second access.Actor
	p      *enforcement.Penalty
	state  *enforcement.Course
	behind int // working days by which it began too late
}

// turn is what happens some working days after the turn before it.
type turn struct {
	after int
	run   func(context.Context, *course) error
}

// way is a course of a penalty from its lead to where it is to stand today.
type way struct {
	turns []turn
	ends  int    // working days ago that the last turn took place
	signs bool   // it goes against a firm whose manager a visitor can sign in as, and who has something to do
	heavy bool   // a grave case: legal review, discussion, right to a hearing
	grave bool   // on personal data, with a fine above the threshold of a hearing
	light bool   // no more than a warning
	worth string // what there is to do or see
	who   string // who does it: an e-mail, or one of the words below
}

// Who does something in a penalty, where it depends on the case.
const (
	theSupervisor = "supervisor"
	theOfficer    = "officer"
	theFirm       = "firm"
)

// managers are the firms whose managers a visitor can sign in as.
var managers = map[string]string{"L-QINGLUAN": "manager@qingluan.example", "L-XINGCHA": "manager@xingcha.example", "A-ZHENGYI": "manager@zhengyi.example"}

// begins is the day of the first turn.
func (w *way) begins(cal *calendar.Calendar, last calendar.Date) calendar.Date {
	n := w.ends
	for _, t := range w.turns {
		n += t.after
	}
	for ; n > 0; n-- {
		for last = last.AddDays(-1); !cal.IsWorkday(last); last = last.AddDays(-1) {
		}
	}
	return last
}

// procedures plans every way backwards from the last working day before today, so that each state is there on whichever
// day the office is looked at.
func (o *office) procedures() {
	last := calendar.OfTime(o.until.In(o.d.Zone)).AddDays(-1)
	for !o.cal.IsWorkday(last) {
		last = last.AddDays(-1)
	}
	for _, w := range o.ways() {
		at := w.begins(o.cal, last).Start(o.d.Zone).Add(8*time.Hour + time.Duration(o.r.IntN(50))*time.Minute)
		o.at(at.UTC(), func(ctx context.Context) error { return o.begin(ctx, &w, 0) })
	}
}

// await keeps a matter with upheld findings for the next way that begins; what none takes ends with a measure, or without.
func (o *office) await(m *matter) {
	o.ready = append(o.ready, m)
	o.at(o.workdays(m, 12, 26), func(ctx context.Context) error {
		if m.course {
			return nil
		}
		o.ready = slices.DeleteFunc(o.ready, func(x *matter) bool { return x == m })
		return o.milder(ctx, m)
	})
}

// against is whom a way goes against in a matter; nil where it does not fit.
func (w *way) against(m *matter) *firm.Firm {
	if m.k.Status != casework.Found || m.officer.UserID != m.k.OfficerID || len(m.upheld) == 0 {
		return nil
	}
	parties := []*firm.Firm{m.k.Agency, m.k.Lender}
	for _, f := range parties {
		if f != nil && !f.Provisional && (!w.signs || managers[f.Code] != "" || parties[1] == nil || managers[parties[1].Code] == "") {
			return f
		}
	}
	return nil
}

// suits is how well a matter suits a way: firms that visitors sign in as are kept for the ways that need them, and what
// concerns personal data for the grave ones.
func (w *way) suits(m *matter) (n int) {
	if w.signs == (managers[w.against(m).Code] != "") {
		n += 2
	}
	if w.grave == (m.c.Codes[0][0] == 'P') {
		n++
	}
	return n
}

// begin takes the matter that suits a way best into it; of equals the one that has waited longest. Where none waits it looks
// again on the next working day.
func (o *office) begin(ctx context.Context, w *way, tries int) error {
	best := -1
	for i, m := range o.ready {
		if w.against(m) != nil && (best < 0 || w.suits(m) > w.suits(o.ready[best])) {
			best = i
		}
	}
	if best < 0 {
		if tries < 15 {
			day, _ := o.cal.AddWorkdays(calendar.OfTime(o.now.In(o.d.Zone)), 1)
			o.at(day.Start(o.d.Zone).Add(8*time.Hour).UTC(), func(ctx context.Context) error { return o.begin(ctx, w, tries+1) })
		}
		return nil
	}
	m := o.ready[best]
	o.ready = slices.Delete(o.ready, best, best+1)
	m.course = true
	c := &course{office: o, m: m, way: w, party: *w.against(m), behind: tries}
	c.second = o.secondFor(m)
	return c.next(ctx, 0)
}

// secondFor is the second officer: of the same unit, or of another where nobody there is free to.
func (o *office) secondFor(m *matter) access.Actor {
	var list []access.Actor
	for _, unit := range []string{m.plan.unit, unitOnline, unitAgency} {
		for _, a := range o.desk[unit] {
			if a.UserID != m.officer.UserID && a.UserID != m.off {
				list = append(list, a)
			}
		}
		if len(list) > 0 {
			break
		}
	}
	return list[m.plan.n%len(list)]
}

// next takes turn i, and plans the one after it.
func (c *course) next(ctx context.Context, i int) error {
	if err := c.way.turns[i].run(ctx, c); err != nil {
		return fmt.Errorf("turn %d of the procedure on complaint %d: %w", i+1, c.m.plan.n, err)
	}
	if i+1 == len(c.way.turns) {
		if c.way.worth != "" {
			who := c.way.who
			switch who {
			case theSupervisor:
				who = c.mail[c.super().UserID]
			case theOfficer:
				who = c.mail[c.m.officer.UserID]
			case theFirm:
				who = c.mail[c.firmStaff().UserID]
			}
			c.out.Standing = append(c.out.Standing, Standing{c.p.Reference, c.state.Stage, c.way.worth, who})
		}
		return nil
	}
	r, at := c.m.plan.r, c.now.Add(time.Duration(15+c.m.plan.r.IntN(40))*time.Minute)
	n := c.way.turns[i+1].after
	if n > 1 && len(c.state.Notices) == 0 { // what is lost is made up for before the notice: later steps have their limits
		cut := min(c.behind, n-1)
		n, c.behind = n-cut, c.behind-cut
	}
	if n > 0 {
		day, _ := c.cal.AddWorkdays(calendar.OfTime(c.now.In(c.d.Zone)), n)
		at = day.Start(c.d.Zone).Add(9*time.Hour + time.Duration(r.IntN(7*3600))*time.Second).UTC()
	}
	c.at(at, func(ctx context.Context) error { return c.next(ctx, i+1) })
	return nil
}

// take takes a step of the procedure.
func (c *course) take(ctx context.Context, by access.Actor, d enforcement.Deed) error {
	p, state, err := c.d.Penalties.Take(ctx, by, c.p.Reference, c.p.Version, d)
	if err != nil {
		return err
	}
	c.p, c.state, c.m.k = p, state, p.Case
	return nil
}

func (c *course) super() access.Actor { return c.office.super[c.m.plan.unit] }

// firmStaff answers for the party.
func (c *course) firmStaff() access.Actor { return c.clerks[c.party.ID][0] }

func (c *course) today() calendar.Date { return calendar.OfTime(c.now.In(c.d.Zone)) }

// later is a working day some working days from now.
func (c *course) later(n int) calendar.Date {
	d, _ := c.cal.AddWorkdays(c.today(), n)
	return d
}

// closesCase plans the end of the case behind the penalty, which is told that a decision was made, or that none was.
func (c *course) closesCase(decided bool) {
	m := c.m
	c.at(c.workdays(m, 1, 7), func(ctx context.Context) error {
		if !decided {
			return c.finish(ctx, m)
		}
		return c.close(ctx, m, finishings.in(false)[3])
	})
}

// Standing is a penalty that somebody has something to do with today.
type Standing struct {
	Reference string
	Stage     enforcement.Stage
	Worth     string
	Who       string // e-mail of who does it
}
