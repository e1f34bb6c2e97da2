package demo

import (
	"context"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/deadline"
	"dunwatch/internal/forwarding"
)

// askTime asks for more time as a complex matter; the unit's supervisor grants
// two of three, and the others answer late or at once.
func (o *office) askTime(ctx context.Context, m *matter) error {
	if m.asked || !m.f.Status.Awaits() || !m.runs() || o.today().After(m.f.DueOn) {
		return nil
	}
	if err := o.askDays(ctx, m, 0); err != nil {
		return err
	}
	grant := m.chance(68)
	if !grant {
		o.at(o.workdays(m, 3, 8), func(ctx context.Context) error { return o.answer(ctx, m) })
	}
	o.at(o.workdays(m, 0.3, 2.2), func(ctx context.Context) error { return o.decideTime(ctx, m, grant) })
	return nil
}

// askUntil asks for as many days as bring the due date to a day.
func (o *office) askUntil(ctx context.Context, m *matter, day calendar.Date) error {
	n := day.Sub(m.f.DueOn)
	if !m.f.Status.Awaits() || !m.runs() || n < 1 || n > 15 || o.today().After(m.f.DueOn) {
		return nil
	}
	if err := o.askDays(ctx, m, n); err != nil {
		return err
	}
	o.at(o.workdays(m, 0.3, 1.2), func(ctx context.Context) error { return o.decideTime(ctx, m, true) })
	return nil
}

func (o *office) askDays(ctx context.Context, m *matter, days int) (err error) {
	m.asked = true
	x := pick(m.plan.r, timeReasons)
	reason := x.zh
	if m.english() {
		reason = x.en
	}
	m.f, err = o.d.Forwards.AskTime(ctx, m.firm, m.f.Reference, m.f.Version, forwarding.TimeInput{Days: days, Ground: x.ground, Reason: reason})
	return err
}

// decideTime decides on the wish that waits in a case, unless the answer came or
// the time ran out meanwhile.
func (o *office) decideTime(ctx context.Context, m *matter, grant bool) error {
	by := o.super[m.plan.unit]
	all, err := o.d.Cases.TimeRequests(ctx, by, m.k.Reference)
	if err != nil || len(all) == 0 {
		return err
	}
	r := all[len(all)-1]
	answered := m.f != nil && !m.f.Status.Awaits()
	if !r.Open || answered || !m.runs() || m.f != nil && o.today().After(m.f.DueOn) {
		return nil
	}
	reason := ""
	if !grant {
		reason = pick(m.plan.r, timeRefusals.in(m.english()))
	}
	if _, err := o.d.Cases.DecideTime(ctx, by, m.k.Reference, r.ID, r.Version, grant, reason); err != nil || m.f == nil {
		return err
	}
	return o.fresh(ctx, m)
}

func (o *office) today() calendar.Date { return calendar.OfTime(o.now.In(o.d.Zone)) }

// lastDays plans, for the last days, what a desk has and chance might not bring:
// clocks that are held, wishes for time that wait, a day in a year whose
// holidays nobody knows yet, plans of repayment, and a mail that no one took.
func (o *office) lastDays() {
	o.at(o.lastWorkday(18), func(ctx context.Context) error { return o.holdReports(ctx, 3) })
	o.at(o.lastWorkday(9), o.resumeOne)
	o.at(o.lastWorkday(4), func(ctx context.Context) error { return o.holdReports(ctx, 1) })
	o.at(o.lastWorkday(7), o.askIntoNextYear)
	o.at(o.lastWorkday(2), o.firmsReview)
	o.at(o.lastWorkday(2), func(ctx context.Context) error { return o.firmsAsk(ctx, 3) })
	o.at(o.until.Add(-72*24*time.Hour), o.offerOld)
	o.at(o.lastWorkday(3), o.offerNew)
	o.at(o.lastWorkday(12), o.unanswerable)
}

// lastWorkday is ten o'clock on the n-th working day before the last day.
func (o *office) lastWorkday(n int) time.Time {
	day := calendar.OfTime(o.until.In(o.d.Zone))
	for n > 0 {
		day = day.AddDays(-1)
		if o.cal.IsWorkday(day) {
			n--
		}
	}
	return day.Start(o.d.Zone).Add(10 * time.Hour)
}

// reports are the cases of reports under way, the newest first, until the
// callback has had enough.
func (o *office) reports(each func(m *matter) (more bool, err error)) error {
	for i := len(o.matters) - 1; i >= 0; i-- {
		m := o.matters[i]
		if m.k == nil || m.k.Track != complaint.TrackReport || m.k.Pack != "cn" || m.k.Status != casework.Investigating || m.c.Status != complaint.Accepted {
			continue
		}
		if more, err := each(m); err != nil || !more {
			return err
		}
	}
	return nil
}

const reportClock = "report.investigate"

// holdReports holds the clocks of n reports whose end is not near.
func (o *office) holdReports(ctx context.Context, n int) error {
	return o.reports(func(m *matter) (bool, error) {
		if m.held || m.k.DueOn.Sub(o.today()) < 3 {
			return true, nil
		}
		x := pick(m.plan.r, holdings)
		k, err := o.d.Cases.Suspend(ctx, o.super[m.plan.unit], m.k.Reference, reportClock, x.ground, x.zh)
		if err != nil {
			return false, err
		}
		m.held, m.k = true, k
		n--
		return n > 0, nil
	})
}

// resumeOne lets a held clock run again.
func (o *office) resumeOne(ctx context.Context) error {
	return o.reports(func(m *matter) (bool, error) {
		if !m.held {
			return true, nil
		}
		k, err := o.d.Cases.Resume(ctx, o.super[m.plan.unit], m.k.Reference, reportClock, "鉴定意见已收到，恢复办理。")
		if err != nil {
			return false, err
		}
		m.held, m.k = false, k
		return false, nil
	})
}

// askIntoNextYear has reviewers ask for working days that end in a year whose
// holidays are not announced: such a date is provisional.
func (o *office) askIntoNextYear(ctx context.Context) error {
	const days, enough = 18, 2
	n := 0
	return o.reports(func(m *matter) (bool, error) {
		due := m.k.DueOn
		if m.held || due.IsZero() || due.Before(o.today()) || due.AddDays(days*7/5-2).Year() == o.today().Year() || due.Year() != o.today().Year() {
			return true, nil
		}
		_, err := o.d.Cases.AskTime(ctx, m.officer, m.k.Reference, reportClock, days, deadline.Workday, "third_party", "需向电信运营商和支付机构调取记录，回函尚未收到。")
		if err != nil {
			return false, err
		}
		o.at(o.workdays(m, 0.3, 1.2), func(ctx context.Context) error {
			if m.k.Status != casework.Investigating {
				return nil
			}
			return o.decideTime(ctx, m, true)
		})
		n++
		return n < enough, nil
	})
}

// firmsAsk has firms ask for time that nobody decided on yet.
func (o *office) firmsAsk(ctx context.Context, n int) error {
	for _, m := range o.sent {
		left := m.f.DueOn.Sub(o.today())
		if n == 0 || m.asked || !m.runs() || m.f.Status != forwarding.Sent && m.f.Status != forwarding.Acknowledged || left < 1 || left > 9 {
			continue
		}
		if err := o.askDays(ctx, m, 0); err != nil {
			return err
		}
		n--
	}
	return nil
}

// firmsReview has firms decide on two reviews: one decision waits for its check,
// the other is sent back.
func (o *office) firmsReview(ctx context.Context) error {
	n := 0
	for _, m := range o.sent {
		if n == 2 || !m.runs() || m.f.Status != forwarding.Review {
			continue
		}
		if err := o.answerOnly(ctx, m); err != nil {
			return err
		}
		if n == 1 {
			o.at(o.lastWorkday(1), func(ctx context.Context) error { return o.sendBack(ctx, m) })
		}
		n++
	}
	return nil
}

// reader is who reads a letter a second time: the unit's supervisor, or another
// where that one wrote it.
func (o *office) reader(m *matter, writer int64) access.Actor {
	if by := o.super[m.plan.unit]; by.UserID != writer {
		return by
	}
	for _, u := range units {
		if by := o.super[u.Code]; by.UserID != writer {
			return by
		}
	}
	return access.Nobody
}
