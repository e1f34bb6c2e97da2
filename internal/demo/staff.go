package demo

import (
	"context"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
)

// Password opens every account of the demo.
const Password = "dunwatch-demo-2026"

// The units of the office.
const (
	unitOnline = "ONLINE"
	unitBank   = "BANK"
	unitAgency = "AGENCY"
)

var units = []account.Unit{
	{Code: unitOnline, NameZH: "网络借贷监管科", NameEN: "Online lending unit"},
	{Code: unitBank, NameZH: "银行与消费金融科", NameEN: "Banks and consumer finance unit"},
	{Code: unitAgency, NameZH: "催收机构监管科", NameEN: "Collection agencies unit"},
}

// colleague is somebody with an account. share is how much of a unit's work a
// reviewer gets: nobody's desk is like another's.
type colleague struct {
	Person
	share int
}

const mailHost = "@dunwatch.example"

var colleagues = []colleague{
	{Person: Person{Role: access.Admin, Name: "管理员 顾闻", Email: "admin" + mailHost}},
	{Person: Person{Role: access.Supervisor, Name: "沈牧之", Email: "supervisor.online" + mailHost, Unit: unitOnline}},
	{Person: Person{Role: access.Supervisor, Name: "叶知秋", Email: "supervisor.bank" + mailHost, Unit: unitBank}},
	{Person: Person{Role: access.Supervisor, Name: "杜若衡", Email: "supervisor.agency" + mailHost, Unit: unitAgency}},
	{Person: Person{Role: access.Reviewer, Name: "苏晚晴", Email: "reviewer1" + mailHost, Unit: unitOnline}, share: 5},
	{Person: Person{Role: access.Reviewer, Name: "程一诺", Email: "reviewer2" + mailHost, Unit: unitOnline}, share: 4},
	{Person: Person{Role: access.Reviewer, Name: "贺知行", Email: "reviewer3" + mailHost, Unit: unitOnline}, share: 4},
	{Person: Person{Role: access.Reviewer, Name: "阮青禾", Email: "reviewer4" + mailHost, Unit: unitBank}, share: 4},
	{Person: Person{Role: access.Reviewer, Name: "陆鸣谦", Email: "reviewer5" + mailHost, Unit: unitBank}, share: 4},
	{Person: Person{Role: access.Reviewer, Name: "林疏影", Email: "reviewer6" + mailHost, Unit: unitAgency}, share: 3},
	{Person: Person{Role: access.Reviewer, Name: "秦望舒", Email: "reviewer7" + mailHost, Unit: unitAgency}, share: 4},
	{Person: Person{Role: access.Reviewer, Name: "方既白", Email: "reviewer8" + mailHost, Unit: unitAgency}, share: 4},
	{Person: Person{Role: access.Legal, Name: "卫衡", Email: "legal" + mailHost}},
	{Person: Person{Role: access.Director, Name: "裴正言", Email: "director1" + mailHost}},
	{Person: Person{Role: access.Director, Name: "宁致远", Email: "director2" + mailHost}},
	{Person: Person{Role: access.Auditor, Name: "季明鉴", Email: "auditor" + mailHost}},
	// Two lenders, and the agency that collects for both.
	{Person: Person{Role: access.FirmManager, Name: "青鸾消保经理 闻人清", Email: "manager" + "@qingluan.example", Firm: "L-QINGLUAN"}},
	{Person: Person{Role: access.Firm, Name: "青鸾客诉专员", Email: "service" + "@qingluan.example", Firm: "L-QINGLUAN"}},
	{Person: Person{Role: access.FirmManager, Name: "星槎消保经理 贝思齐", Email: "manager" + "@xingcha.example", Firm: "L-XINGCHA"}},
	{Person: Person{Role: access.Firm, Name: "星槎客诉专员", Email: "service" + "@xingcha.example", Firm: "L-XINGCHA"}},
	{Person: Person{Role: access.FirmManager, Name: "铮邑合规负责人 祝南星", Email: "manager" + "@zhengyi.example", Firm: "A-ZHENGYI"}},
	{Person: Person{Role: access.Firm, Name: "铮邑合规专员", Email: "compliance" + "@zhengyi.example", Firm: "A-ZHENGYI"}},
}

// staff makes the units, the accounts of the office, the firms, and last the
// accounts of firms.
func (o *office) staff(ctx context.Context) error {
	for _, u := range units {
		if _, err := o.d.Accounts.CreateUnit(ctx, access.Program, u); err != nil {
			return err
		}
	}
	for _, c := range colleagues {
		if c.Role.OfFirm() {
			continue
		}
		if err := o.hire(ctx, c, 0); err != nil {
			return err
		}
	}
	if err := o.registry(ctx); err != nil {
		return err
	}
	for _, c := range colleagues {
		if !c.Role.OfFirm() {
			continue
		}
		f, err := o.d.Firms.ByCode(ctx, c.Firm)
		if err != nil {
			return err
		}
		if err := o.hire(ctx, c, f.ID); err != nil {
			return err
		}
	}
	return o.otherClerks(ctx)
}

// otherClerks makes the account of each firm that is not shown at the sign-in:
// somebody has to answer for it.
func (o *office) otherClerks(ctx context.Context) error {
	for _, m := range makers {
		f, err := o.d.Firms.ByCode(ctx, m.code)
		if err != nil {
			return err
		}
		if len(o.clerks[f.ID]) > 0 {
			continue
		}
		lang := "zh"
		if m.pack == "us" {
			lang = "en"
		}
		u, err := o.d.Accounts.Create(ctx, access.Program, account.NewUser{
			Email: "complaints@" + strings.ToLower(m.code) + ".example", Name: m.called(), Role: access.Firm, FirmID: f.ID, Lang: lang, Password: Password,
		})
		if err != nil {
			return err
		}
		o.mail[u.ID] = u.Email
		o.clerks[f.ID] = append(o.clerks[f.ID], u.Actor())
	}
	return nil
}

func (o *office) hire(ctx context.Context, c colleague, firmID int64) error {
	u, err := o.d.Accounts.Create(ctx, access.Program, account.NewUser{
		Email: c.Email, Name: c.Name, Role: c.Role, Unit: c.Unit, FirmID: firmID, Lang: "zh", Password: Password,
	})
	if err != nil {
		return err
	}
	a := u.Actor()
	o.mail[a.UserID] = c.Email
	o.out.People = append(o.out.People, c.Person)
	switch c.Role {
	case access.Admin:
		o.admin = a
	case access.Supervisor:
		o.super[c.Unit] = a
	case access.Reviewer:
		o.desk[c.Unit] = append(o.desk[c.Unit], a)
		o.share[a.UserID] = c.share
	case access.Director:
		o.heads = append(o.heads, a)
	case access.Firm, access.FirmManager:
		o.clerks[firmID] = append(o.clerks[firmID], a)
	case access.Legal:
		o.legal = a
	}
	return nil
}

// officerFor is the reviewer of the unit whose desk is emptiest for their share;
// not is who may not have the case.
func (o *office) officerFor(unit string, not int64) access.Actor {
	var best access.Actor
	for _, a := range o.desk[unit] {
		if a.UserID == not {
			continue
		}
		if best.UserID == 0 || (o.load[a.UserID]+1)*o.share[best.UserID] < (o.load[best.UserID]+1)*o.share[a.UserID] {
			best = a
		}
	}
	o.load[best.UserID]++
	return best
}
