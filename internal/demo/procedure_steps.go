package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"dunwatch/internal/enforcement"
	"dunwatch/internal/locale"
)

// The provisions on which the demo's penalties rest: the consumer law for all, the law on personal information where that
// is what was abused.
const (
	consumerLaw = "cn-cpl-56"
	privacyLaw  = "cn-pipl-66"
)

const treasury = "国库（代理行：演示银行营业部）0399-0001-0001"

// names are the names of the violations of the case, in Chinese.
func (c *course) names() string {
	pack, _ := c.d.Book.Pack(c.m.c.Pack)
	var out []string
	for _, code := range c.m.c.Codes {
		if v, ok := pack.Violation(code); ok {
			out = append(out, v.Name.ZH)
		}
	}
	return strings.Join(out, "、")
}

// say fills what a text of the procedure leaves open: {firm}, {day}, {what}.
func (c *course) say(text string) string {
	return strings.NewReplacer("{firm}", c.party.Name, "{day}", locale.Date(locale.ZH, c.m.c.OccurredFrom), "{what}", c.names()).Replace(text)
}

func (c *course) pick(list []string) string { return c.say(pick(c.m.plan.r, list)) }

func apply(ctx context.Context, c *course) error {
	d := &enforcement.Apply{Firm: c.party.Code, Codes: slices.Clone(c.m.c.Codes), ActedTo: c.m.c.OccurredFrom, Facts: c.pick(leadFacts)}
	p, state, err := c.d.Penalties.Apply(ctx, c.m.officer, c.m.k.Reference, c.m.k.Version, d)
	if err != nil {
		return err
	}
	c.p, c.state, c.m.k = p, state, p.Case
	c.out.Penalties++
	return nil
}

func fileCase(ctx context.Context, c *course) error {
	return c.take(ctx, c.super(), &enforcement.FileCase{Second: c.second.UserID, Reasons: c.pick(filings)})
}

func refuse(ctx context.Context, c *course) error {
	c.closesCase(false)
	return c.take(ctx, c.super(), &enforcement.RefuseFiling{Reasons: c.pick(filingRefusals)})
}

func investigate(ctx context.Context, c *course) error {
	return c.take(ctx, c.m.officer, &enforcement.Investigate{CardsShown: true, Told: c.pick(openings)})
}

func preserve(ctx context.Context, c *course) error {
	return c.take(ctx, c.second, &enforcement.Preserve{What: "外呼系统服务器硬盘2块、座席电脑3台（封条编号见登记保存清单）", Approved: c.super().Name})
}

func suspend(ctx context.Context, c *course) error {
	return c.take(ctx, c.super(), &enforcement.Suspend{Ground: "expert", Reasons: "通话录音的真伪须经声像鉴定，鉴定结论作出前中止调查。"})
}

// concludeCase plans what is measured out: warned first, fined later, and more each time.
func concludeCase(ctx context.Context, c *course) error {
	return c.take(ctx, c.m.officer, &enforcement.Conclude{
		Report: c.pick(reports), Findings: slices.Clone(c.m.upheld), Persons: c.persons(), Address: c.address(), Sentence: c.sentence(),
	})
}

// onData reports whether the case rests on the law on personal information: its heavier norm must then be taken.
func (c *course) onData() bool {
	pack, _ := c.d.Book.Pack(c.m.c.Pack)
	return slices.ContainsFunc(c.m.c.Codes, func(code string) bool {
		v, _ := pack.Violation(code)
		for _, b := range v.Bases(c.m.c.OccurredFrom) {
			if b.ID == privacyLaw {
				return true
			}
		}
		return c.way.grave
	})
}

// persons are those of the firm who answer beside it: one in the grave cases.
func (c *course) persons() []enforcement.Person {
	if !c.way.grave || !c.onData() {
		return nil
	}
	r := c.m.plan.r
	return []enforcement.Person{{Name: pick(r, surnames) + pick(r, given), Post: "催收业务负责人"}}
}

// many reports whether persons answer beside the firm.
func (c *course) many() bool { return len(c.state.Persons) > 0 }

// address is where the party is: in a town that does not exist, as its name.
func (c *course) address() string {
	return fmt.Sprintf("%s市演示路%d号", string([]rune(c.party.Name)[:2]), 1+c.party.ID*7)
}

func (c *course) sentence() enforcement.Sentence {
	r := c.m.plan.r
	before := c.firms[c.party.Code]
	c.firms[c.party.Code]++
	s := enforcement.Sentence{Basis: []string{consumerLaw}, Facts: c.pick(proposalFacts), Reasons: c.pick(proposalReasons)}
	if c.onData() {
		s.Basis = []string{privacyLaw}
	}
	s.Shares = []enforcement.Share{{Party: 1, Kind: "warning"}}
	fine := func(yuan10k int) {
		s.Shares = append(s.Shares, enforcement.Share{Party: 1, Kind: "fine", AmountFen: int64(yuan10k) * 10_000 * 100})
	}
	switch {
	case c.way.light:
	case c.way.grave && c.onData():
		fine(120 + 10*r.IntN(7))
		s.Shares = append(s.Shares, enforcement.Share{Party: 2, Kind: "fine", AmountFen: int64(2+r.IntN(6)) * 10_000 * 100})
	default:
		fine(min(2+r.IntN(8)+3*min(before, 8), 48))
		if r.IntN(4) == 0 {
			s.Shares = append(s.Shares, enforcement.Share{Party: 1, Kind: "confiscation", AmountFen: int64(4_000+r.IntN(90_000)) * 100})
		}
	}
	switch {
	case before > 0:
		s.Factors = []enforcement.Factor{{Key: "repeated_offence", Effect: "heavier", Evidence: []string{"本机关此前对当事人作出的处罚决定书"}}}
	case r.IntN(2) == 0:
		s.Factors = []enforcement.Factor{{Key: "harm_removed", Effect: "lighter", Evidence: []string{"当事人向投诉人致歉及停止联系的书面材料"}}}
	}
	return s
}

func try(ctx context.Context, c *course) error {
	d := &enforcement.Try{Agree: true, Report: c.pick(trials)}
	if c.way.heavy {
		d.Major, d.Legal = true, []string{"public_interest"}
	}
	return c.take(ctx, c.super(), d)
}

func giveNotice(ctx context.Context, c *course) error {
	return c.take(ctx, c.super(), &enforcement.Notice{Means: "direct", Proof: "送达回证：当事人法定代表人授权的收件人签收", HearingTold: c.way.heavy, AllParties: c.many()})
}

func defend(ctx context.Context, c *course) error {
	return c.take(ctx, c.firmStaff(), &enforcement.Defend{Text: c.pick(defences), Evidence: []string{"整改报告", "外呼系统参数调整记录"}})
}

func answerDefence(ctx context.Context, c *course) error {
	return c.take(ctx, c.super(), &enforcement.ReplyDefence{Defence: 1, Adopted: "no", Reasons: c.pick(defenceReplies)})
}

func waive(ctx context.Context, c *course) error {
	return c.take(ctx, c.super(), &enforcement.Waive{What: "defence", Proof: "当事人书面声明放弃陈述、申辩", AllParties: c.many()})
}

func askHearing(ctx context.Context, c *course) error {
	return c.take(ctx, c.firmStaff(), &enforcement.AskHearing{Text: "对拟处罚的事实认定和罚款数额有异议，依法要求举行听证，并将委托两名代理人参加。"})
}

func setHearing(ctx context.Context, c *course) error {
	return c.take(ctx, c.legal, &enforcement.SetHearing{On: c.later(9), Place: "机关办公楼三楼听证室", Chair: c.legal.UserID, Proof: "送达回证：当事人委托代理人签收"})
}

func holdHearing(ctx context.Context, c *course) error {
	return c.take(ctx, c.legal, &enforcement.HoldHearing{Agents: []string{"罗静（律师）", "程建国（员工）"}, Record: c.say(hearingRecord), Signed: true})
}

func reportHearing(ctx context.Context, c *course) error {
	return c.take(ctx, c.legal, &enforcement.ReportHearing{Report: c.say(hearingReport)})
}

func review(ctx context.Context, c *course) error {
	return c.take(ctx, c.legal, &enforcement.LegalReview{Passed: true, Opinion: c.say(legalOpinion)})
}

func deliberate(ctx context.Context, c *course) error {
	return c.take(ctx, c.head(c.m), &enforcement.Deliberate{Members: []string{"裴正言（主持）", "宁致远", "卫衡", "季明鉴（列席）"}, Minutes: c.say(minutes), Agree: true})
}

func approveCase(ctx context.Context, c *course) error {
	return c.take(ctx, c.head(c.m), &enforcement.ApproveCase{Note: pick(c.m.plan.r, approvals)})
}

func issueCase(ctx context.Context, c *course) error {
	c.closesCase(true)
	return c.take(ctx, c.head(c.m), &enforcement.IssueCase{Account: treasury})
}

func serve(ctx context.Context, c *course) error {
	return c.take(ctx, c.super(), &enforcement.Serve{Means: "direct", Proof: "送达回证：当事人法定代表人授权的收件人签收", AllParties: c.many()})
}

func publish(ctx context.Context, c *course) error {
	return c.take(ctx, c.super(), &enforcement.Publish{Facts: c.say("{day}前后，当事人在催收中实施以下行为：{what}。")})
}

func correctEntry(ctx context.Context, c *course) error {
	return c.take(ctx, c.super(), &enforcement.CorrectPublication{
		Facts:   c.say("{day}前后，当事人委托的催收人员实施以下行为：{what}。"),
		Reasons: "原公示内容未写明行为人系当事人委托的催收人员，现予更正。",
	})
}

func withdrawEntry(ctx context.Context, c *course) error {
	reasons := "处罚决定经行政复议被撤销，依法撤回公示信息。"
	if !c.state.Changes[0].Annul {
		reasons = "处罚决定经行政复议变更，撤回原公示信息，按变更后的内容重新公示。"
	}
	return c.take(ctx, c.super(), &enforcement.WithdrawPublication{Reasons: reasons})
}

// pays takes in what is outstanding on each account, up to a sum; 0: all of it.
func (c *course) pays(ctx context.Context, most int64) error {
	by := c.super()
	l, err := c.d.Penalties.Ledger(ctx, by, c.p.Reference, c.today())
	if err != nil {
		return err
	}
	for i, b := range l.Balances {
		n := b.OutstandingFen
		if most > 0 {
			n = min(n, most)
		}
		if n <= 0 {
			continue
		}
		d := &enforcement.Pay{Party: b.Party, Account: b.Account, AmountFen: n, Receipt: c.receipt(i)}
		if err := c.take(ctx, by, d); err != nil || most > 0 {
			return err
		}
	}
	return nil
}

func (c *course) receipt(i int) string {
	return fmt.Sprintf("缴款书 %s-%03d%d", c.today().Month().String()[:3], c.m.plan.n, i+1)
}

func payAll(ctx context.Context, c *course) error { return c.pays(ctx, 0) }

func askParts(ctx context.Context, c *course) error {
	return c.take(ctx, c.firmStaff(), &enforcement.AskInstalments{Party: 1, Hardship: "本季度主要合作方终止委托，现金流紧张，一次性缴纳确有困难，申请分三期缴纳。", Proof: "近三个月银行流水和资产负债表"})
}

func allowParts(ctx context.Context, c *course) error {
	l, err := c.d.Penalties.Ledger(ctx, c.super(), c.p.Reference, c.today())
	if err != nil {
		return err
	}
	d := &enforcement.AllowInstalments{Party: 1, Reasons: "当事人确有经济困难，提供了相应证明，同意分期缴纳。"}
	for _, b := range l.Balances {
		if b.Party == 1 && b.Account == enforcement.AccountFine {
			third := b.OutstandingFen / 3
			d.Parts = []enforcement.Part{{DueOn: c.later(10), AmountFen: third}, {DueOn: c.later(30), AmountFen: third}, {DueOn: c.later(50), AmountFen: b.OutstandingFen - 2*third}}
		}
	}
	return c.take(ctx, c.head(c.m), d)
}

func payPart(ctx context.Context, c *course) error {
	return c.pays(ctx, c.state.Plans[0].Parts[0].AmountFen)
}

func challengeReview(ctx context.Context, c *course) error {
	return c.take(ctx, c.super(), &enforcement.Challenge{Kind: "review", Body: "市人民政府行政复议机构", Ref: fmt.Sprintf("复受字〔%d〕%d号", c.today().Year(), 100+c.m.plan.n)})
}

func challengeSuit(ctx context.Context, c *course) error {
	return c.take(ctx, c.super(), &enforcement.Challenge{Kind: "suit", Body: "霁州市铁路运输法院", Ref: fmt.Sprintf("（%d）霁行初%d号", c.today().Year(), 30+c.m.plan.n)})
}

func annulled(ctx context.Context, c *course) error {
	return c.take(ctx, c.super(), &enforcement.ChallengeEnded{Outcome: "annulled", Note: "复议机关认定主要证据不足，决定撤销。"})
}

func changed(ctx context.Context, c *course) error {
	return c.take(ctx, c.super(), &enforcement.ChallengeEnded{Outcome: "changed", Note: "复议机关认为罚款数额偏重，决定变更。"})
}

func revoke(ctx context.Context, c *course) error {
	return c.take(ctx, c.head(c.m), &enforcement.Change{Annul: true, Order: "review", Reasons: "根据行政复议决定，撤销本处罚决定，已缴罚款予以退还。"})
}

// lower halves the fines, as the review ordered.
func lower(ctx context.Context, c *course) error {
	d := &enforcement.Change{Order: "review", Reasons: "根据行政复议决定，将罚款数额变更为原数额的一半。"}
	for _, sh := range c.state.Sentence.Shares {
		sh.AmountFen = sh.AmountFen / 2
		d.Shares = append(d.Shares, sh)
	}
	return c.take(ctx, c.head(c.m), d)
}

func refundAll(ctx context.Context, c *course) error {
	by := c.super()
	l, err := c.d.Penalties.Ledger(ctx, by, c.p.Reference, c.today())
	if err != nil {
		return err
	}
	for i, b := range l.Balances {
		if b.OutstandingFen >= 0 {
			continue
		}
		if err := c.take(ctx, by, &enforcement.Refund{Party: b.Party, Account: b.Account, AmountFen: -b.OutstandingFen, Receipt: "退" + c.receipt(i)}); err != nil {
			return err
		}
	}
	return nil
}

func demand(ctx context.Context, c *course) error {
	return c.take(ctx, c.super(), &enforcement.Demand{Means: "mail", Proof: "催告书邮寄，物流显示当事人前台签收"})
}

func toCourt(ctx context.Context, c *course) error {
	return c.take(ctx, c.super(), &enforcement.Court{Name: "霁州市中级人民法院"})
}

func noPenalty(ctx context.Context, c *course) error {
	c.closesCase(false)
	return c.take(ctx, c.head(c.m), &enforcement.NoPenalty{Ground: "first_slight", Reasons: "当事人系初次违法，未造成明显危害后果，且在调查期间已经改正，决定不予处罚。", Evidence: []string{"整改报告", "投诉人出具的谅解说明"}, Taught: "约谈当事人合规负责人，告知同类行为的法律后果，当事人书面承诺不再发生。"})
}

func transfer(ctx context.Context, c *course) error {
	c.closesCase(false)
	return c.take(ctx, c.head(c.m), &enforcement.Transfer{Authority: "police", Reasons: "调查中发现催收人员涉嫌非法获取公民个人信息，案卷随案移送公安机关。", FileSent: true})
}

func closeCase(ctx context.Context, c *course) error {
	report := "处罚决定已经送达并履行完毕，案件材料齐全，拟予结案。"
	if len(c.state.Changes) > 0 {
		report = "行政复议决定已经执行，有关款项已经结清，公示信息已作相应处理，拟予结案。"
	}
	return c.take(ctx, c.m.officer, &enforcement.CloseCase{Report: report})
}

func archive(ctx context.Context, c *course) error {
	return c.take(ctx, c.m.officer, &enforcement.ArchiveCase{Place: fmt.Sprintf("%d-罚-%03d", c.today().Year(), c.m.plan.n)})
}
