package demo

import (
	"context"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/hardship"
)

// offer is a plan in equal parts, a month apart, as the firm of a matter makes
// it. The parts add up to what is left of the loan.
func (o *office) offer(ctx context.Context, m *matter, parts int, first calendar.Date) (*hardship.Plan, error) {
	whole := max(m.c.LoanFen*6/10/100/int64(parts), 100) * 100
	in := hardship.OfferInput{
		Kind: hardship.Instalments, Terms: "剩余本金分期归还，每月一期，不计违约金和复利；按期履行期间不再进行任何形式的催收。",
		TotalFen: whole * int64(parts), StopCollection: true,
	}
	for i := range parts {
		in.Instalments = append(in.Instalments, hardship.Part{DueOn: first.AddMonths(i), Fen: whole})
	}
	m.kept = true
	return o.d.Plans.Offer(ctx, m.firm, m.f.Reference, in)
}

// debtors are the matters at a firm that are about a loan, and to which nobody
// offered a plan yet.
func (o *office) debtors(oldest bool, ok func(*matter) bool) []*matter {
	var out []*matter
	for i := range o.sent {
		m := o.sent[len(o.sent)-1-i]
		if oldest {
			m = o.sent[i]
		}
		if m.runs() && !m.kept && m.c.Pack == "cn" && m.c.Lang == "zh" && m.c.LoanFen > 0 && m.c.ConsentToForward && ok(m) {
			out = append(out, m)
		}
	}
	return out
}

// offerOld makes the two plans that were agreed on some time ago: one is kept,
// of the other the firm goes on ringing.
func (o *office) offerOld(ctx context.Context) error {
	list := o.debtors(true, func(m *matter) bool { return m.f.Status.Awaits() })
	if len(list) < 2 {
		return nil
	}
	for i, m := range list[:2] {
		first := o.today().AddDays(14)
		p, err := o.offer(ctx, m, 6-2*i, first)
		if err != nil {
			return err
		}
		o.at(o.anyTime(m, 1, 3), func(ctx context.Context) (err error) {
			if p, err = o.d.Plans.Answer(ctx, m.me(), p.Reference, p.Version, true); err != nil {
				return err
			}
			for k, x := range p.Instalments[:2] {
				if i == 1 && k == 1 {
					break
				}
				o.at(x.DueOn.AddDays(-1).Start(o.d.Zone).Add(19*time.Hour), func(ctx context.Context) error { return o.pay(ctx, m, &p, x, k == 0) })
			}
			return nil
		})
		if i == 1 {
			o.at(o.lastWorkday(8).Add(11*time.Hour), func(ctx context.Context) error { return o.breach(ctx, m, p) })
		}
	}
	return nil
}

// pay reports an instalment: the first by the complainant, others by the firm.
func (o *office) pay(ctx context.Context, m *matter, p **hardship.Plan, x hardship.Instalment, mine bool) (err error) {
	by := m.firm
	if mine {
		by = m.me()
	}
	*p, err = o.d.Plans.Paid(ctx, by, (*p).Reference, (*p).Version, hardship.PaidInput{Instalment: x.Number, Fen: x.Fen, On: o.today()})
	return err
}

// breach is the complainant saying that the firm does not keep to the plan,
// which opens a closed case again.
func (o *office) breach(ctx context.Context, m *matter, p *hardship.Plan) error {
	err := o.d.Plans.Breach(ctx, m.me(), p.Reference, hardship.BreachInput{
		What: hardship.Collected, Text: "协议签了以后我按期还了第一期，可是从上周起又有人天天打电话，说不一次还清就上门，录音我留着。",
	})
	if err != nil {
		return err
	}
	m.replies++
	if m.k, err = o.d.Cases.ByRef(ctx, o.super[m.plan.unit], m.k.Reference); err != nil {
		return err
	}
	m.c = m.k.Complaint
	return nil
}

// offerNew makes plans that nobody answered yet.
func (o *office) offerNew(ctx context.Context) error {
	list := o.debtors(false, func(m *matter) bool {
		return (m.f.Status == forwarding.Told || m.f.Status == forwarding.Acknowledged) && m.plan.source == "web" && m.c.Status == complaint.Accepted
	})
	for _, m := range list[:min(2, len(list))] {
		if _, err := o.offer(ctx, m, 3, calendar.OfTime(o.until.In(o.d.Zone)).AddDays(20)); err != nil {
			return err
		}
		m.offered = true
	}
	return nil
}
