package brief

import (
	"strings"
	"testing"

	"dunwatch/internal/calendar"
)

// planted is what the office knows of the people in the case of these tests.
var planted = Known{
	Names: []string{"金丝雀", "欧阳晓明", "Mary Ann Robin", "李燕"}, Numbers: []string{"13717253941", "11010519491231002X", "6222021234567890128", "0571-88881234"},
	Emails: []string{"canary.bird@example.cn"}, Handles: []string{"que_er_99", "88123456"}, Staff: []string{"8012", "xd77"}, Aliases: []string{"王经理"},
	Addresses: []string{"浙江省杭州市西湖区雀儿巷九十九号乙"}, Refs: []string{"C-2026-000123-7", "K-2026-000001-5", "罚决字〔2026〕12号"},
	Firms: []string{"云川消费金融有限公司", "Midland Credit Management, Inc."},
	From:  calendar.MustDate("2026-09-28"), To: calendar.MustDate("2026-10-08"), Today: calendar.MustDate("2026-11-21"),
}

func kindsOf(hits []Hit, blocks bool) string {
	var out []string
	for _, h := range hits {
		if h.Blocks == blocks {
			out = append(out, h.Kind)
		}
	}
	return strings.Join(out, " ")
}

// Identities in every disguise block, and what is said of them is nothing but the author's own words.
func TestGuardFindsIdentities(t *testing.T) {
	for _, c := range []struct{ kind, text string }{
		{HitName, "投诉人金丝雀称，"}, {HitName, "投诉人金 丝 雀称，"}, {HitName, "投诉人金·丝·雀称，"}, {HitName, "投诉人金\u200b丝\u200d雀称，"}, {HitName, "金*丝*雀女士"},
		{HitName, "金某雀称，"}, {HitName, "金×雀称，"}, {HitName, "其同事李燕接到电话"}, {HitName, "欧阳晓明"}, {HitName, "called Mary Ann Robin at work"}, {HitName, "ROBIN, MARY ANN said"},
		{HitPhone, "号码13812345678来电"}, {HitPhone, "号码 138 1234 5678 来电"}, {HitPhone, "号码138-1234-5678来电"}, {HitPhone, "１３８１２３４５６７８"}, {HitPhone, "一三八一二三四五六七八"},
		{HitPhone, "幺三八 幺二三四 五六七八"}, {HitPhone, "壹叁捌壹贰叁肆伍陆柒捌"}, {HitPhone, "1３八一2三四5六7八"}, {HitPhone, "1 3 8 1 2 3 4 5 6 7 8"}, {HitPhone, "138,1234,5678"}, {HitPhone, "138.1234.5678"},
		{HitPhone, "138\u200b1234\u200b5678"}, {HitPhone, "①③⑧①②③④⑤⑥⑦⑧"}, {HitPhone, "138/1234/5678"}, {HitPhone, "138o1234567"[:3] + "o123o567"}, {HitPhone, "+86 138 1234 5678"}, {HitPhone, "00861３８12345678"},
		{HitPhone, "one three eight one two three four five six seven eight"}, {HitPhone, "０５７１—８８８８１２３４"}, {HitPhone, "（0571）8888 1234"}, {HitPhone, "010-62345678转801"}, {HitPhone, "call (212) 555-1234 back"},
		{HitPhone, "电话：8888 1234"}, {HitPhone, "١٣٨١٢٣٤٥٦٧٨"},
		{HitNumber, "一三七加一七二五再加三九四一"}, {HitNumber, "137 then 1725 then 3941"},
		{HitID, "身份证11010519491231002X"}, {HitID, "110105 19491231 002x"}, {HitID, "１１０１０５１９４９１２３１００２Ｘ"}, {HitID, "110105-1949-12-31-002-X"}, {HitID, "一一零一零五一九四九一二三一零零二X"},
		{HitID, "110105491231002"}, {HitCard, "卡号4111 1111 1111 1111"}, {HitCard, "６２２２-0212-3456-7890-128"}, {HitCard, "6222 0212 3456 7890 128"}, {HitNumber, "合同编号2026001234567"},
		{HitEmail, "写信到zhang.san@example.com"}, {HitEmail, "zhang.san＠example.com"}, {HitEmail, "zhangsan 艾特 qq 点 com"}, {HitEmail, "zhangsan (at) example (dot) com"}, {HitEmail, "zhangsan at example dot com"},
		{HitHandle, "加微信 cuishou_88"}, {HitHandle, "微信号：lovecat"}, {HitHandle, "微信lovecat联系"}, {HitHandle, "加V信abc12345"}, {HitHandle, "QQ：12345678"}, {HitHandle, "QQ号 一二三四五六七八"}, {HitHandle, "vx: abc_123"},
		{HitHandle, "wxid_7788abcd"}, {HitHandle, "WeChat ID: longcat"}, {HitHandle, "on WeChat as user_8899 wrote, WeChat: user_8899"}, {HitHandle, "账号 que er 99"}, {HitHandle, "号码 88-123-456 的账号"},
		{HitPlate, "驾驶浙A12345"}, {HitPlate, "浙 A·12345"}, {HitPlate, "沪AD12345"}, {HitPlate, "浙Ａ·１２３４５"}, {HitPlate, "浙A一二三四五"},
		{HitReference, "投诉C-2026-000123-7"}, {HitReference, "Ｃ－2026－000123－7"}, {HitReference, "c2026000123 7"}, {HitReference, "案件K-2026-000001-5"}, {HitReference, "M-2026-000777-1"}, {HitReference, "罚决字［2026］12号"},
		{HitStaff, "工号8012"}, {HitStaff, "工号为 XD-4411"}, {HitStaff, "工号：八零一二"}, {HitStaff, "Staff No. 4711"}, {HitStaff, "坐席 123"}, {HitTail, "银行卡尾号1234"}, {HitTail, "a card ending in 1234"}, {HitTail, "尾号为一二三四"},
		{HitAddress, "家住雀儿巷九十九号"}, {HitAddress, "文三路123号"}, {HitAddress, "到3号楼502室敲门"}, {HitAddress, "西湖区雀儿巷"},
		{HitDatePlace, "10月1日，在余杭区上门"}, {HitDatePlace, "十月一日到石桥镇"}, {HitDatePlace, "2026-10-01 上门，桐庐县"},
		{HitFirm, "云川消费金融有限公司"}, {HitFirm, "云川消费金融"}, {HitFirm, "云川公司"}, {HitFirm, "云 川"}, {HitFirm, "Midland Credit Management wrote"},
	} {
		text := Text{HappenedZH: c.text}
		hits := Check(text, planted)
		if got := kindsOf(hits, true); !strings.Contains(" "+got+" ", " "+c.kind+" ") {
			t.Errorf("%q: found %q, want %s to block", c.text, got, c.kind)
		}
		for _, h := range hits {
			if bare := strings.Trim(h.Excerpt, "…"); !strings.Contains(strings.Join(strings.Fields(c.text), " "), bare) {
				t.Errorf("%q: the excerpt %q is not of the text", c.text, h.Excerpt)
			}
			if h.Field != "happened_zh" {
				t.Errorf("%q: hit at %s", c.text, h.Field)
			}
		}
	}
}

// What a person should judge is said and does not block.
func TestGuardWarns(t *testing.T) {
	for _, c := range []struct{ kind, text string }{
		{HitDate, "2026年10月1日深夜"}, {HitDate, "十月一日深夜"}, {HitPlace, "住在余杭区的借款人"}, {HitGivenName, "丝雀每天被叫醒"}, {HitAlias, "自称王经理的人"}, {HitStaff, "8012号来电"}, {HitDate, "on 1 October 2026"}, {HitDate, "on October 1st"},
	} {
		hits := Check(Text{OutcomeEN: c.text}, planted)
		if got := kindsOf(hits, false); !strings.Contains(" "+got+" ", " "+c.kind+" ") || len(Blocking(hits)) > 0 {
			t.Errorf("%q: warned %q, blocked %v; want a warning of %s", c.text, got, Blocking(hits), c.kind)
		}
	}
}

// What briefs are made of passes: amounts, months, times of day, articles of law, counts, service numbers.
func TestGuardPasses(t *testing.T) {
	for _, text := range []string{
		"2026年9月至10月，某消费金融公司委托的催收机构每天拨打借款人电话二十余次，最多一天37次，其中22:30至次日07:00共14次。",
		"借款人金某因逾期38,000元被催收，利息、费用合计1,234,567.89元，年化利率为24%、36%。", "借款本金12000元，分12期，每期1,180元，逾期92天，共35、42、18、27、19、33次。",
		"《银行业金融机构消费者权益保护管理办法》第二十四条、第四十六条第五项（2023年3月1日起施行）。", "依据《消费金融公司管理办法》第一百零三条，处罚款二十万元，没收违法所得30,500.00元。",
		"2024年11月18日国家标准发布，规定每日22:00至次日8:00不得外呼；一日不得超过三次。", "张女士、王某、李某某及其父母、同事收到短信一百三十余条。", "可拨打12378热线，或者拨打95588、110、12345反映。",
		"催收人员以微信、QQ、短信轮番发送，微信群里发布借款人照片。", "本案涉及个人信息保护，地区差异、城区与农村均有发生，一一核实，三七开。", "对3家机构、15名催收员、共计2,880通电话进行了核查，第三方通话记录2026-08-01至2026-08-31。",
		"The agency rang 37 times in one day, 14 of these between 22:30 and 07:00; the loan was CNY 12,000.00 at 24% a year.", "Between September and October 2026 the agency wrote WeChat messages to colleagues, two or three a day.",
		"Article 24 of the Measures (in force since 1 March 2023) and 15 U.S.C. 1692d; the fine was 200,000 yuan, and 30,500 yuan were confiscated.", "The firm had one month; two of three employees were trained by May 2026.",
	} {
		for _, text := range []Text{{HappenedZH: text}, {RuleEN: text}} {
			if hits := Check(text, planted); len(hits) > 0 {
				t.Errorf("%q: found %+v", text, hits)
			}
		}
	}
}

// Whatever is typed, an excerpt is of the text, and no check falls over.
func FuzzGuard(f *testing.F) {
	for _, s := range []string{"", "金", "1", "138 1234 5678", "浙A·12345", "x at y dot com", "10月1日余杭区", "\xff", "İ①𝟙𝟛𝟠"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, h := range Check(Text{TitleZH: text}, planted) {
			bare := strings.Trim(h.Excerpt, "…")
			if !strings.Contains(strings.Join(strings.Fields(strings.ToValidUTF8(text, "\ufffd")), " "), bare) && strings.ToValidUTF8(text, "") == text {
				t.Errorf("%q: excerpt %q", text, h.Excerpt)
			}
		}
	})
}
