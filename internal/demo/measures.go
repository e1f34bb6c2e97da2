package demo

import (
	"context"

	"dunwatch/internal/calendar"
	"dunwatch/internal/enforcement"
)

// order orders a measure short of a penalty; an order to correct is proved by the firm and followed up.
func (o *office) order(ctx context.Context, m *matter) error {
	if m.accused() == nil {
		return nil
	}
	n := enforcement.NewMeasure{Firm: m.accused().Code, Findings: m.upheld}
	switch m.plan.r.IntN(3) {
	case 0:
		n.Kind, n.Text = "talk", "约谈合规负责人，指出催收外包管理中的问题，要求三十日内报告整改情况。"
	case 1:
		n.Kind, n.Text = "warning_letter", "对催收人员管理不到位的问题予以警示，要求对照行业规范开展自查。"
	default:
		today := calendar.OfTime(o.now.In(o.d.Zone))
		due, _ := o.cal.AddWorkdays(today, 22)
		n.Kind, n.DueOn, n.Text = "correct", due, "责令停止有关催收行为，完善外呼频次控制，并在期限届满前提交整改证明。"
	}
	x, err := o.d.Penalties.OrderMeasure(ctx, m.officer, m.k.Reference, n)
	if err != nil || n.Kind != "correct" || m.chance(25) {
		return err
	}
	o.at(o.workdays(m, 12, 28), func(ctx context.Context) (err error) {
		if x, err = o.d.Penalties.ProveCorrection(ctx, o.clerks[x.Firm.ID][0], x.Reference, x.Version, "已按要求完成整改，外呼频次控制上线，随附系统截图。", []string{"整改报告"}); err != nil {
			return err
		}
		o.at(o.workdays(m, 3, 12), func(ctx context.Context) error {
			_, err := o.d.Penalties.CheckCorrection(ctx, o.super[m.plan.unit], x.Reference, x.Version, true, "抽查外呼记录五十条，未再发现超频次联系，整改到位。", calendar.Date{})
			return err
		})
		return nil
	})
	return nil
}
