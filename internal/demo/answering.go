package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/firm"
	"dunwatch/internal/forwarding"
)

// forwarded is for how many days back complaints went the whole way by the
// firm: most of what is older was settled within the days for forwarding, which
// takes few commands.
const forwarded = 86

// within reports whether the end is fewer days away.
func (o *office) within(days int) bool { return o.until.Sub(o.now) < time.Duration(days)*24*time.Hour }

// goesToFirm reports whether a complaint that was just taken on is sent to its
// firm.
func (o *office) goesToFirm(m *matter) bool {
	return o.within(forwarded) && m.k.Track == complaint.TrackComplaint && (m.k.Lender != nil || m.k.Agency != nil)
}

// runs reports whether there is still something to do for a firm.
func (m *matter) runs() bool {
	return m.c.Status == complaint.Accepted && (m.k.Status == casework.Investigating || m.k.Status == casework.Found)
}

// forwardSoon plans the forwarding: one complaint in twelve is sent too late.
func (o *office) forwardSoon(m *matter) {
	from, to := 0.1, 1.7
	if m.chance(8) {
		from, to = 7, 12
	}
	o.at(o.workdays(m, from, to), func(ctx context.Context) error { return o.send(ctx, m) })
}

// send forwards the complaint, mostly to the lender, and plans what the firm
// makes of it.
func (o *office) send(ctx context.Context, m *matter) error {
	if !m.runs() {
		return nil
	}
	to := m.k.Lender
	if to == nil || m.k.Agency != nil && m.plan.unit == unitAgency && m.chance(30) {
		to = m.k.Agency
	}
	open := forwarding.Disclosable(m.c, forwarding.ToAnswer)
	give := open
	switch {
	case !slices.Contains(open, forwarding.FieldName):
	case m.chance(15): // what happened, but not to whom
		give = []string{forwarding.FieldNarrative, forwarding.FieldDemand, forwarding.FieldLoan}
	default:
		give = []string{forwarding.FieldName, forwarding.FieldPhone, forwarding.FieldNarrative, forwarding.FieldDemand, forwarding.FieldLoan}
		if m.files > 0 {
			give = append(give, forwarding.FieldEvidence)
		}
	}
	f, err := o.d.Forwards.Send(ctx, m.officer, m.k.Reference, m.k.Version, forwarding.SendInput{
		Firm: to.Code, Kind: forwarding.ToAnswer, Disclose: give, Summary: m.dated(o.summary(m)),
	})
	if err != nil {
		return err
	}
	m.f, m.firm = f, o.clerk(m, f.Firm.ID)
	o.out.Forwards++
	o.sent = append(o.sent, m)
	o.firmsPart(m)
	return nil
}

// clerk is somebody of a firm.
func (o *office) clerk(m *matter, firmID int64) access.Actor {
	list := o.clerks[firmID]
	return list[m.plan.r.IntN(len(list))]
}

// firmsPart plans what the firm does: most acknowledge, some pass it on or ask
// for time, two of three answer in time, and a few not at all.
func (o *office) firmsPart(m *matter) {
	if m.chance(84) {
		o.at(o.workdays(m, 0.1, 2.4), func(ctx context.Context) error { return o.acknowledge(ctx, m) })
	}
	if m.chance(24) && m.f.Firm.Kind == firm.Lender {
		o.at(o.workdays(m, 2.5, 5), func(ctx context.Context) error { return o.passOn(ctx, m) })
	}
	if n := o.keep(dueToday, 28); n > 0 && n <= 3 && !o.within(17) {
		o.at(o.workdays(m, 8, 10), func(ctx context.Context) error { return o.askUntil(ctx, m, calendar.OfTime(o.until.In(o.d.Zone))) })
		return // and will answer on the last day
	}
	from, to := 3.5, 13.5
	switch n := m.plan.r.IntN(100); {
	case n < 66:
	case n < 78:
		o.at(o.workdays(m, 6, 12), func(ctx context.Context) error { return o.askTime(ctx, m) })
		from, to = 17, 29
	case n < 93:
		from, to = 15.5, 25
	default:
		from, to = 28, 60
	}
	o.at(o.workdays(m, from, to), func(ctx context.Context) error { return o.answer(ctx, m) })
}

func (o *office) acknowledge(ctx context.Context, m *matter) (err error) {
	if m.f.Status != forwarding.Sent || !m.runs() {
		return nil
	}
	m.f, err = o.d.Forwards.Acknowledge(ctx, m.firm, m.f.Reference, m.f.Version)
	return err
}

// fresh loads the forward after somebody else changed it.
func (o *office) fresh(ctx context.Context, m *matter) error {
	full, err := o.d.Forwards.ByRef(ctx, o.super[m.plan.unit], m.f.Reference)
	if err != nil {
		return err
	}
	m.f = &full.Forward
	return nil
}

// passOn gives the forward to an agency of the lender, which answers before its
// day, or not.
func (o *office) passOn(ctx context.Context, m *matter) (err error) {
	today := calendar.OfTime(o.now.In(o.d.Zone))
	code := o.agencyFor(m, today)
	if !m.f.Status.Awaits() || !m.runs() || code == "" || m.f.DueOn.Sub(today) < 5 {
		return nil
	}
	m.f, err = o.d.Forwards.PassOn(ctx, m.firm, m.f.Reference, m.f.Version, forwarding.PassInput{
		Agency: code, DueOn: m.f.DueOn.AddDays(-3), Disclose: m.f.Disclosed, Note: pick(m.plan.r, passings.in(m.english())),
	})
	if err != nil || !m.chance(75) {
		return err
	}
	o.at(o.workdays(m, 1.5, 6), func(ctx context.Context) error { return o.agencyAnswers(ctx, m) })
	return nil
}

// agencyFor is the agency of the case if it works for the forward's lender that
// day, else one that does.
func (o *office) agencyFor(m *matter, day calendar.Date) string {
	code := ""
	for _, l := range o.links() {
		if l.lender != m.f.Firm.Code || day.Before(l.from) || !l.to.IsZero() && day.After(l.to) {
			continue
		}
		if code == "" || m.k.Agency != nil && m.k.Agency.Code == l.agency {
			code = l.agency
		}
	}
	return code
}

func (o *office) agencyAnswers(ctx context.Context, m *matter) error {
	if !m.runs() {
		return nil
	}
	all, err := o.d.Forwards.Forwards(ctx, o.super[m.plan.unit], m.k.Reference)
	if err != nil {
		return err
	}
	for _, f := range all {
		for _, child := range f.Children {
			if !child.Status.Awaits() {
				continue
			}
			by := o.clerk(m, child.Firm.ID)
			c, err := o.d.Forwards.Acknowledge(ctx, by, child.Reference, child.Version)
			if err != nil {
				return err
			}
			if _, err := o.d.Forwards.Answer(ctx, by, c.Reference, c.Version, o.reply(m, agencyReplies)); err != nil {
				return err
			}
		}
	}
	return nil
}

// answer is the firm's answer, or its decision on a review; the office looks at
// it within its five days, mostly.
func (o *office) answer(ctx context.Context, m *matter) error {
	if !m.f.Status.Awaits() || !m.runs() {
		return nil
	}
	if err := o.answerOnly(ctx, m); err != nil {
		return err
	}
	from, to := 0.4, 5.0
	if m.chance(9) {
		from, to = 7, 11
	}
	o.at(o.workdays(m, from, to), func(ctx context.Context) error { return o.check(ctx, m) })
	return nil
}

func (o *office) answerOnly(ctx context.Context, m *matter) (err error) {
	list := replies
	if m.f.Status == forwarding.Review || m.f.Status == forwarding.ReviewReturned {
		list = reviewReplies
	}
	m.f, err = o.d.Forwards.Answer(ctx, m.firm, m.f.Reference, m.f.Version, o.reply(m, list))
	return err
}

// reply draws an answer with its outcome.
func (o *office) reply(m *matter, list []reply) forwarding.AnswerInput {
	r := list[m.plan.r.IntN(len(list))]
	in := forwarding.AnswerInput{Outcome: r.outcome, Body: m.dated(r.zh)}
	if m.english() {
		in.Body = m.dated(r.en)
	}
	if r.outcome == "monetary_relief" {
		in.AmountFen = int64(80+m.plan.r.IntN(2400)) * 100
	}
	return in
}

// check is the office's judgement: one answer in five is sent back, once.
func (o *office) check(ctx context.Context, m *matter) (err error) {
	if m.f.Status != forwarding.Answered && m.f.Status != forwarding.ReviewAnswered || !m.runs() {
		return nil
	}
	if !m.returned && m.chance(20) {
		return o.sendBack(ctx, m)
	}
	by := m.officer
	if m.chance(25) {
		by = o.super[m.plan.unit]
	}
	if m.f, err = o.d.Forwards.Check(ctx, by, m.f.Reference, m.f.Version, true, nil, ""); err != nil {
		return err
	}
	o.read(m)
	o.afterAnswer(m)
	return nil
}

func (o *office) sendBack(ctx context.Context, m *matter) (err error) {
	x := pick(m.plan.r, lackings)
	note := x.zh
	if m.english() {
		note = x.en
	}
	m.returned = true
	if m.f, err = o.d.Forwards.Check(ctx, m.officer, m.f.Reference, m.f.Version, false, x.points, note); err != nil {
		return err
	}
	o.at(o.workdays(m, 2, 12), func(ctx context.Context) error { return o.answer(ctx, m) })
	return nil
}

// afterAnswer plans what the complainant says to the answer, and the end of the
// case behind it.
func (o *office) afterAnswer(m *matter) {
	if m.f.Status == forwarding.ReviewTold {
		o.at(o.workdays(m, 2, 7), func(ctx context.Context) error { return o.find(ctx, m) })
		return
	}
	from, to := 14.0, 33.0
	switch n := m.plan.r.IntN(100); {
	case n < 40:
		from, to = 10, 16
		o.at(o.anyTime(m, 1, 9), func(ctx context.Context) error { return o.content(ctx, m) })
	case n < 56 && m.c.Pack == "cn":
		from, to = 60, 75
		o.at(o.anyTime(m, 1.5, 16), func(ctx context.Context) error { return o.review(ctx, m) })
	}
	o.at(o.workdays(m, from, to), func(ctx context.Context) error { return o.find(ctx, m) })
}

// content accepts the answer.
func (o *office) content(ctx context.Context, m *matter) error {
	if m.f.Status != forwarding.Told || !m.runs() || m.kept {
		return nil
	}
	if err := o.d.Forwards.Accept(ctx, m.me(), m.c.Reference, m.f.Reference); err != nil {
		return err
	}
	return o.fresh(ctx, m)
}

// review asks for a review, which most firms decide in their thirty days.
func (o *office) review(ctx context.Context, m *matter) error {
	if m.f.Status != forwarding.Told || !m.runs() || m.kept {
		return nil
	}
	if err := o.d.Forwards.RequestReview(ctx, m.me(), m.c.Reference, m.f.Reference, pick(m.plan.r, objections.in(m.toThem()))); err != nil {
		return err
	}
	m.replies++
	m.returned = false
	o.at(o.workdays(m, 5, 34), func(ctx context.Context) error { return o.answer(ctx, m) })
	return o.fresh(ctx, m)
}

// summary is the office's account of a complaint for its firm.
func (o *office) summary(m *matter) string {
	p, _ := o.d.Book.Pack(m.c.Pack)
	v, _ := p.Violation(m.c.Codes[0])
	lang := "zh"
	if m.english() {
		lang = "en"
	}
	return fmt.Sprintf(pick(m.plan.r, summaries.in(m.english())), v.Name.In(lang))
}
