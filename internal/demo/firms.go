package demo

import (
	"context"
	"fmt"
	"strings"

	"dunwatch/internal/calendar"
	"dunwatch/internal/firm"
	"dunwatch/internal/ident"
)

// maker is a firm of the demo. The towns and states in the names do not exist,
// and no company can be registered under a town that does not.
type maker struct {
	code, name, parent string
	kind               firm.Kind
	aliases            []string // the first is what people call it
	unit               string   // that takes in complaints about it
	weight             int      // how often it is complained of
	late               int      // added to weight in the last two months
	pack               string
}

var makers = []maker{
	{code: "L-XINGCHA", name: "霁州星槎消费金融有限公司", kind: firm.Lender, aliases: []string{"星槎花", "星槎消金"}, unit: unitBank, weight: 10, late: 9, pack: "cn"},
	{code: "L-QINGLUAN", name: "岚汀青鸾网络小额贷款有限公司", kind: firm.Lender, aliases: []string{"青鸾易借", "青鸾小贷"}, unit: unitOnline, weight: 11, late: 22, pack: "cn"},
	{code: "L-BAIHU", name: "泠川白瓠小额贷款有限公司", kind: firm.Lender, aliases: []string{"白瓠钱包"}, unit: unitOnline, weight: 9, pack: "cn"},
	{code: "L-YUNJIAN", name: "澹海云笺网络小额贷款有限公司", kind: firm.Lender, aliases: []string{"云笺借条", "云笺"}, unit: unitOnline, weight: 10, pack: "cn"},
	{code: "L-WANTANG", name: "杳城晚棠消费金融股份有限公司", kind: firm.Lender, aliases: []string{"晚棠分期"}, unit: unitBank, weight: 9, late: 8, pack: "cn"},
	{code: "L-SHIYU", name: "霁州拾屿汽车金融有限公司", kind: firm.Lender, aliases: []string{"拾屿车贷"}, unit: unitBank, weight: 3, pack: "cn"},
	{code: "L-MINGHE", name: "岚汀鸣鹤商业银行股份有限公司", kind: firm.Lender, aliases: []string{"鸣鹤信用卡", "鸣鹤银行"}, unit: unitBank, weight: 8, late: 7, pack: "cn"},
	{code: "L-CHUNI", name: "泠川春旎网络小额贷款有限公司", kind: firm.Lender, aliases: []string{"春旎速贷"}, unit: unitOnline, weight: 7, late: 6, pack: "cn"},
	{code: "L-HUAISHU", name: "沅墟槐序小额贷款有限责任公司", kind: firm.Lender, aliases: []string{"槐序花"}, unit: unitOnline, weight: 5, pack: "cn"},
	{code: "L-LIULI", name: "杳城琉璃桥融资担保有限公司", kind: firm.Lender, aliases: []string{"琉璃桥助贷"}, unit: unitBank, weight: 3, pack: "cn"},
	{code: "L-QINGLUAN-B", name: "岚汀青鸾网络小额贷款有限公司沅墟分公司", parent: "L-QINGLUAN", kind: firm.Lender, aliases: []string{"青鸾沅墟"}, unit: unitOnline, weight: 1, late: 2, pack: "cn"},
	{code: "L-JINZHOU", name: "沅墟锦舟农村商业银行股份有限公司", kind: firm.Lender, aliases: []string{"锦舟快贷"}, unit: unitBank, weight: 3, pack: "cn"},
	{code: "L-LANTERN", name: "Lantern Moth Credit LLC", kind: firm.Lender, aliases: []string{"Lantern Moth"}, unit: unitOnline, weight: 3, pack: "us"},
	{code: "L-PEBBLE", name: "Pebblewick Harbor Bank, N.A.", kind: firm.Lender, aliases: []string{"Pebblewick Card"}, unit: unitBank, weight: 2, pack: "us"},

	{code: "A-ZHENGYI", name: "霁州铮邑信用管理有限公司", kind: firm.Agency, aliases: []string{"铮邑信管"}, unit: unitAgency, weight: 8, late: 12, pack: "cn"},
	{code: "A-HESHUO", name: "岚汀禾朔商务咨询有限公司", kind: firm.Agency, aliases: []string{"禾朔咨询"}, unit: unitAgency, weight: 7, pack: "cn"},
	{code: "A-DINGFENG", name: "泠川鼎沨资产管理有限公司", kind: firm.Agency, aliases: []string{"鼎沨资管"}, unit: unitAgency, weight: 6, pack: "cn"},
	{code: "A-JUNTU", name: "澹海钧途信息技术服务有限公司", kind: firm.Agency, aliases: []string{"钧途信息"}, unit: unitAgency, weight: 6, pack: "cn"},
	{code: "A-XUANYI", name: "杳城玄驿法律咨询服务有限公司", kind: firm.Agency, aliases: []string{"玄驿法务"}, unit: unitAgency, weight: 5, pack: "cn"},
	{code: "A-LIANGSHAN", name: "沅墟梁杉金融外包服务有限公司", kind: firm.Agency, aliases: []string{"梁杉外包"}, unit: unitAgency, weight: 4, pack: "cn"},
	{code: "A-QIBO", name: "霁州祁泊企业管理有限公司", kind: firm.Agency, unit: unitAgency, weight: 3, pack: "cn"},
	{code: "A-RUIZHAN", name: "岚汀睿湛数据科技有限公司", kind: firm.Agency, aliases: []string{"睿湛数科"}, unit: unitAgency, weight: 3, pack: "cn"},
	{code: "A-TONGYUE", name: "泠川桐越信用服务有限公司", kind: firm.Agency, unit: unitAgency, weight: 2, pack: "cn"},
	{code: "A-CHENGFAN", name: "澹海橙帆外包服务有限公司", kind: firm.Agency, unit: unitAgency, weight: 2, pack: "cn"},
	{code: "A-YAOLI", name: "杳城曜砾商账管理有限公司", kind: firm.Agency, unit: unitAgency, weight: 2, pack: "cn"},
	{code: "A-FEIYAN", name: "沅墟飞琰信息咨询有限公司", kind: firm.Agency, unit: unitAgency, weight: 1, pack: "cn"},
	{code: "A-ZHENGYI-D", name: "霁州铮邑信用管理有限公司澹海分公司", parent: "A-ZHENGYI", kind: firm.Agency, unit: unitAgency, weight: 1, pack: "cn"},
	{code: "A-SUMU", name: "岚汀苏木呼叫中心有限公司", kind: firm.Agency, aliases: []string{"苏木呼叫"}, unit: unitAgency, weight: 2, pack: "cn"},
	{code: "A-QUILL", name: "Quillfeather Recovery Group LLC", kind: firm.Agency, aliases: []string{"Quillfeather"}, unit: unitAgency, weight: 3, pack: "us"},
	{code: "A-TALLOW", name: "Tallowmere Receivables, Inc.", kind: firm.Agency, unit: unitAgency, weight: 2, pack: "us"},
}

// called is what people call the firm.
func (m maker) called() string {
	if len(m.aliases) > 0 {
		return m.aliases[0]
	}
	return m.name
}

// latin is how somebody who does not write Chinese calls the firm.
func (m maker) latin() string {
	if m.code == "" {
		return ""
	}
	word, _, _ := strings.Cut(m.code[2:], "-")
	return word[:1] + strings.ToLower(word[1:])
}

// makersOf are the firms of a pack and kind.
func makersOf(pack string, k firm.Kind) []maker {
	var out []maker
	for _, m := range makers {
		if m.pack == pack && m.kind == k {
			out = append(out, m)
		}
	}
	return out
}

// creditCode is a unified social credit code whose check digits are right and
// whose office of registration, 990000, does not exist: nobody can hold it.
func creditCode(n int) (string, error) {
	const last = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	body := fmt.Sprintf("91990000MADE%04d", n)
	for _, organisation := range "0123456789X" {
		for _, check := range last {
			if c, err := ident.ParseUSCC(body + string(organisation) + string(check)); err == nil {
				return c, nil
			}
		}
	}
	return "", fmt.Errorf("no credit code for number %d", n)
}

// registry makes the firms and their links.
func (o *office) registry(ctx context.Context) error {
	for i, m := range makers {
		n := firm.NewFirm{Code: m.code, Name: m.name, Kind: m.kind, ParentCode: m.parent, Aliases: m.aliases}
		if m.pack == "cn" && m.parent == "" {
			code, err := creditCode(1000 + 37*i)
			if err != nil {
				return err
			}
			n.USCC = code
		}
		if _, err := o.d.Firms.Create(ctx, o.admin, n); err != nil {
			return err
		}
	}
	for _, l := range o.links() {
		if err := o.d.Firms.Connect(ctx, o.admin, l.lender, l.agency, l.from, l.to); err != nil {
			return fmt.Errorf("link %s to %s: %w", l.lender, l.agency, err)
		}
	}
	return nil
}

type link struct {
	lender, agency string
	from, to       calendar.Date
}

// links give each lender two to four agencies, some of whose contracts ended
// while the office was looking: the agency of a complaint depends on its day.
func (o *office) links() []link {
	var out []link
	for _, pack := range []string{"cn", "us"} {
		agencies := makersOf(pack, firm.Agency)
		for i, l := range makersOf(pack, firm.Lender) {
			n := min(2+i%3, len(agencies))
			for k := range n {
				x := link{lender: l.code, agency: agencies[(i*3+k*2)%len(agencies)].code, from: o.first.AddMonths(-2 - (i+k)%12)}
				if k == n-1 && i%3 == 1 {
					x.to = o.first.AddMonths(6 + i%5).AddDays(-1)
				}
				out = append(out, x)
			}
			if l.code == "L-QINGLUAN" { // the burst of the last months has one agency behind it
				out = append(out, link{lender: l.code, agency: "A-ZHENGYI", from: o.first.AddMonths(9)})
			}
		}
	}
	return dropRepeated(out)
}

func dropRepeated(all []link) []link {
	seen := map[[2]string]bool{}
	var out []link
	for _, l := range all {
		if k := [2]string{l.lender, l.agency}; !seen[k] {
			seen[k] = true
			out = append(out, l)
		}
	}
	return out
}
