package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"dunwatch/internal/complaint"
	"dunwatch/internal/linkage"
)

// What links complaints in the demo beside the numbers that agencies ring from anyhow: one collector's chat and account in
// complaints about several lenders, a form letter that several people sent in, and a complaint told twice.
const (
	collectorChat    = "zd_huikuan888"
	collectorAccount = "6217 0000 0000 8886 660"
	linkedDays       = 75
	chatIn           = 6
	formLetters      = 5
)

// formLetter is the text that several people sent in; each puts in its own lender, sums and dates.
const formLetter = `本人因经营失败收入中断，于%s前后无法按期归还{app}借款%d元，多次主动联系平台要求协商分期还款均被拒绝。此后平台将本人债务违规外包，催收人员使用不明号码高频骚扰，` +
	`并向本人通讯录中的亲友发送侮辱性短信，严重侵害本人的人格权和个人信息权益。该平台综合年化利率明显超过法定上限，收取的会员费、担保费未在合同中明示。` +
	`现依据有关规定要求：一、立即停止一切形式的骚扰催收；二、退还违规收取的息费；三、同意停息挂账、分%d期偿还本金；四、书面回复处理结果。否则本人将继续向上级机关反映。`

// plantLinks changes what some plans of the last months say. It draws nothing, so that all others stay as they are.
func plantLinks(plans []*plan, until time.Time) {
	var list []*plan
	for _, p := range plans {
		f := p.filing
		if until.Sub(p.at) < linkedDays*24*time.Hour && f.Pack == "cn" && f.Language == "zh" && f.Track == complaint.TrackComplaint && p.source == "web" && f.Complainant.Phone != "" {
			list = append(list, p)
		}
	}
	if len(list) < 4*(chatIn+formLetters) {
		return
	}
	for i := range chatIn {
		f := &list[i*3].filing
		f.Accused = append(f.Accused, complaint.Accused{Kind: "wechat", Value: []string{collectorChat, "微信号：" + strings.ToUpper(collectorChat)}[i%2]})
		if i%2 == 0 {
			f.Accused = append(f.Accused, complaint.Accused{Kind: "account", Value: collectorAccount})
		}
	}
	for i := range formLetters {
		p := list[i*3+1]
		text := fmt.Sprintf(formLetter, []string{"去年八月", "今年年初", "今年三月", "去年年底", "今年六月"}[i], 8000+3600*i, 24+12*(i%3))
		p.filing.Narrative = strings.ReplaceAll(text, "{app}", p.lender.called())
	}
	plantTwice(list)
}

// plantTwice lets the last who wait in the inbox have complained before.
func plantTwice(list []*plan) {
	for i, p := range slices.Backward(list) {
		if !p.inbox || i < 8 {
			continue
		}
		before := list[i-8]
		who := before.filing
		p.lender, p.agency = before.lender, before.agency
		p.filing.Complainant, p.filing.HideIdentity = who.Complainant, who.HideIdentity
		p.filing.Lender, p.filing.Agency, p.filing.AgencyUnknown, p.filing.Loan = who.Lender, who.Agency, who.AgencyUnknown, who.Loan
		return
	}
}

// linkUp compares all complaints, and lets a supervisor and an officer say what they make of the first links.
func (o *office) linkUp(ctx context.Context) error {
	if _, err := o.d.Links.Index(ctx); err != nil {
		return err
	}
	for _, m := range o.matters {
		if m.k == nil || !slices.ContainsFunc(m.c.Accused, func(a complaint.Accused) bool { return strings.Contains(strings.ToLower(a.Value), collectorChat) }) {
			continue
		}
		by := o.super[m.plan.unit]
		v, err := o.d.Links.Of(ctx, by, m.c.Reference)
		if err != nil {
			return err
		}
		if len(v.Suggested) < 2 {
			continue
		}
		if err := o.d.Links.Decide(ctx, by, m.c.Reference, v.Suggested[0].Complaint.Reference, linkage.Confirmed, "两件均指向同一微信号和收款账号，话术一致。"); err != nil {
			return err
		}
		return o.d.Links.AddNumber(ctx, by, m.c.Reference, "alias", "周主任", "电话回访时投诉人补充")
	}
	return nil
}
