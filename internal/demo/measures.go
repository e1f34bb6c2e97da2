package demo

import (
	"context"
	"strings"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/enforcement"
)

// measureWords are what the office writes in a measure, by its kind.
var measureWords = map[string]string{
	"talk":                "约谈合规负责人，指出催收外包管理中的问题，要求三十日内报告整改情况。",
	"warning_letter":      "对催收人员管理不到位的问题予以警示，要求对照行业规范开展自查。",
	"correct":             "责令停止有关催收行为，完善外呼频次控制，并在期限届满前提交整改证明。",
	"supervisory_measure": "暂停新增委外催收业务，整改验收合格后恢复。",
	"refer_police":        "催收人员以暴力相威胁，涉嫌违反治安管理，应当由公安机关处理。",
	"no_penalty":          "机构主动停止有关行为，向投诉人致歉并完成整改，没有造成危害后果。",
}

// order orders a measure short of a penalty and lets what follows from it happen.
func (o *office) order(ctx context.Context, m *matter) error {
	if m.accused() == nil {
		return nil
	}
	today := calendar.OfTime(o.now.In(o.d.Zone))
	n := enforcement.NewMeasure{Firm: m.accused().Code, Findings: m.upheld}
	day := func(workdays int) calendar.Date {
		on, _ := o.cal.AddWorkdays(today, workdays)
		return on
	}
	switch k := m.plan.r.IntN(12); {
	case k < 2:
		n.Kind, n.HeldOn, n.Place, n.Present = "talk", today, "本机关二楼约谈室", []string{"机构合规负责人", "机构催收管理部门负责人", m.k.OfficerName}
	case k < 4:
		n.Kind, n.DueOn = "warning_letter", day(15)
	case k < 9:
		n.Kind, n.DueOn, n.Proof = "correct", day(22), "整改报告、外呼系统频次控制的截图和近一个月的抽查记录"
	case k < 10:
		n.Kind, n.UntilOn, n.DueOn = "supervisory_measure", day(60), day(30)
	case k < 11:
		n.Kind, n.Authority, n.DueOn = "refer_police", "police", day(20)
	default:
		n.Kind, n.Ground = enforcement.NoPenaltyKind, "slight"
	}
	pack, _ := o.d.Book.Pack(m.k.Pack)
	if _, ok := enforcement.MeasureKindOf(pack, n.Kind); !ok {
		n = enforcement.NewMeasure{Firm: n.Firm, Findings: n.Findings, Kind: "correct", DueOn: day(22), Proof: "整改报告"}
	}
	n.Text = measureWords[n.Kind]
	x, err := o.d.Penalties.OrderMeasure(ctx, m.officer, m.k.Reference, n)
	switch {
	case err != nil:
		return err
	case x.Referral():
		o.refers(m, x)
	case x.Open() && m.chance(75):
		o.proves(m, x, 1)
	case x.Open(): // the firm never answers
		o.at(o.workdays(m, 40, 55), func(ctx context.Context) error { return o.givesUp(ctx, m, x) })
	}
	return nil
}

// givesUp finds that nothing was corrected and orders something stronger.
func (o *office) givesUp(ctx context.Context, m *matter, x *enforcement.FirmMeasure) error {
	if err := o.checkMeasure(ctx, m, x, enforcement.MeasureCheck{GiveUp: true, Note: "期限届满，机构没有提交证明，现场检查仍有超频次联系。"}); err != nil {
		return err
	}
	today := calendar.OfTime(o.now.In(o.d.Zone))
	until, _ := o.cal.AddWorkdays(today, 60)
	_, err := o.d.Penalties.OrderMeasure(ctx, o.super[m.plan.unit], m.k.Reference, enforcement.NewMeasure{Firm: x.Firm.Code, Kind: "supervisory_measure", Findings: m.upheld, UntilOn: until,
		Text: measureWords["supervisory_measure"], After: x.Reference})
	return err
}

// proves lets the firm prove a correction, and the office check it: the second time it is done.
func (o *office) proves(m *matter, x *enforcement.FirmMeasure, round int) {
	o.at(o.workdays(m, 12, 28), func(ctx context.Context) error {
		o.at(o.workdays(m, 3, 12), func(ctx context.Context) error { return o.checks(ctx, m, x, round) })
		return o.proveMeasure(ctx, x)
	})
}

// proveMeasure gives a report and says what was corrected, as the firm.
func (o *office) proveMeasure(ctx context.Context, x *enforcement.FirmMeasure) error {
	clerk := o.clerks[x.Firm.ID][0]
	report := "整改报告\n\n一、外呼系统已设置频次上限；\n二、已对催收人员开展培训；\n三、附抽查记录。\n"
	if _, err := o.d.Penalties.GiveProof(ctx, clerk, x.Reference, "other", "整改报告.txt", strings.NewReader(report)); err != nil {
		return err
	}
	next, err := o.d.Penalties.ProveCorrection(ctx, clerk, x.Reference, x.Version, "已按要求完成整改，外呼频次控制上线，随附整改报告。", nil)
	if err == nil {
		x.Version = next.Version
	}
	return err
}

// stillWrong is what a check finds where the firm has to go on.
const stillWrong = "抽查外呼记录五十条，仍有六条超出频次上限，整改没有到位。"

func (o *office) checks(ctx context.Context, m *matter, x *enforcement.FirmMeasure, round int) error {
	check := enforcement.MeasureCheck{Corrected: true, Note: "抽查外呼记录五十条，未再发现超频次联系，整改到位。"}
	if round == 1 && m.chance(35) {
		next, _ := o.cal.AddWorkdays(calendar.OfTime(o.now.In(o.d.Zone)), 15)
		check = enforcement.MeasureCheck{NextOn: next, Note: stillWrong}
		o.proves(m, x, 2)
	}
	return o.checkMeasure(ctx, m, x, check)
}

func (o *office) checkMeasure(ctx context.Context, m *matter, x *enforcement.FirmMeasure, check enforcement.MeasureCheck) error {
	next, err := o.d.Penalties.CheckCorrection(ctx, o.super[m.plan.unit], x.Reference, x.Version, check)
	if err == nil {
		*x = *next
	}
	return err
}

// referralWords are what is recorded of each step of a referral.
var referralWords = map[string]string{
	"handed":   "案卷材料由专人送达，对方经办人签收。",
	"received": "公受字〔2026〕第418号",
	"answered": "已受案调查，对涉案人员处行政拘留五日。",
}

// refers hands the papers of a referral over and enters what the authority says.
func (o *office) refers(m *matter, x *enforcement.FirmMeasure) {
	steps := enforcement.ReferralSteps
	var next func(ctx context.Context) error
	next = func(ctx context.Context) error {
		step := steps[0]
		if steps = steps[1:]; len(steps) > 0 {
			o.at(o.workdays(m, 3, 25), next)
		}
		return o.takeReferral(ctx, m, x, step)
	}
	o.at(o.workdays(m, 1, 4), next)
}

// takeReferral takes a step of a referral.
func (o *office) takeReferral(ctx context.Context, m *matter, x *enforcement.FirmMeasure, step string) error {
	by, say := o.super[m.plan.unit], enforcement.ReferralStep{Step: step, Text: referralWords[step]}
	if step == "handed" {
		var err error
		if say.Files, err = o.d.Penalties.Handable(ctx, by, x); err != nil {
			return err
		}
	}
	next, err := o.d.Penalties.TakeReferral(ctx, by, x.Reference, x.Version, say)
	if err == nil {
		*x = *next
	}
	return err
}

// lastMeasures leaves measures of the last weeks in every state that a desk sees: one whose day has passed, a proof that waits,
// one followed up again, one still to come, a referral that waits for its answer and one whose papers are still here.
func (o *office) lastMeasures() {
	o.recently(34, "correct", 12, nil)
	o.recently(27, "correct", 32, func(m *matter, x *enforcement.FirmMeasure) { o.proved(m, x, 3) })
	o.recently(24, "correct", 12, func(m *matter, x *enforcement.FirmMeasure) {
		o.proved(m, x, 13)
		o.on(10, func(ctx context.Context) error {
			return o.checkMeasure(ctx, m, x, enforcement.MeasureCheck{NextOn: calendar.OfTime(o.until.In(o.d.Zone)).AddDays(6), Note: stillWrong})
		})
	})
	o.recently(20, "refer_police", 40, func(m *matter, x *enforcement.FirmMeasure) {
		o.on(16, func(ctx context.Context) error { return o.takeReferral(ctx, m, x, "handed") })
		o.on(11, func(ctx context.Context) error { return o.takeReferral(ctx, m, x, "received") })
	})
	o.recently(5, "warning_letter", 16, nil)
	o.recently(2, "refer_police", 30, nil)
}

// on plans something for so many days before the end, on a working day.
func (o *office) on(daysBefore int, run func(context.Context) error) {
	day := calendar.OfTime(o.until.In(o.d.Zone)).AddDays(-daysBefore)
	for !o.cal.IsWorkday(day) {
		day = day.AddDays(-1)
	}
	o.at(day.Start(o.d.Zone).Add(10*time.Hour), run)
}

// recently orders a measure that is due so many days after, in the last matter that was heard by then.
func (o *office) recently(daysBefore int, kind string, due int, then func(*matter, *enforcement.FirmMeasure)) {
	o.on(daysBefore, func(ctx context.Context) error {
		if len(o.heard) == 0 {
			return nil
		}
		m := o.heard[len(o.heard)-1]
		o.heard = o.heard[:len(o.heard)-1]
		n := enforcement.NewMeasure{Firm: m.accused().Code, Kind: kind, Findings: m.upheld, Text: measureWords[kind], DueOn: calendar.OfTime(o.now.In(o.d.Zone)).AddDays(due)}
		switch kind {
		case "correct":
			n.Proof = "整改报告、外呼系统频次控制的截图和近一个月的抽查记录"
		case "refer_police":
			n.Authority = "police"
		}
		by := m.officer
		if o.d.Penalties.MayOrder(ctx, by, m.k.Reference) != nil { // it went to somebody else since
			by = o.super[m.plan.unit]
		}
		x, err := o.d.Penalties.OrderMeasure(ctx, by, m.k.Reference, n)
		if err == nil && then != nil {
			then(m, x)
		}
		return err
	})
}

// proved lets the firm prove a correction so many days before the end.
func (o *office) proved(_ *matter, x *enforcement.FirmMeasure, daysBefore int) {
	o.on(daysBefore, func(ctx context.Context) error { return o.proveMeasure(ctx, x) })
}
