// Package caseworktest opens an office for tests: people of every role in two units, two firms, the services on a real
// database, and complaints filed through real code.
package caseworktest

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/letter"
	"dunwatch/internal/notify"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
	"dunwatch/policies"
)

// Zone is the regulator's.
var Zone = time.FixedZone("Asia/Shanghai", 8*3600)

// Office is the services and the people of a test. Reviewers and supervisor are of unit A, Stranger is a reviewer of B.
type Office struct {
	DB         *store.DB
	Clock      *storetest.Clock
	Log        *audit.Log
	Policy     *access.Policy
	Book       *rulebook.Book
	Calendars  map[string]*calendar.Calendar // that every service counts with
	Accounts   *account.Service
	Firms      *firm.Service
	Complaints *complaint.Service
	Cases      *casework.Service
	Notify     *notify.Service

	Reviewer, Second, Stranger access.Actor
	Supervisor, Director       access.Actor
	Auditor, Admin             access.Actor
	UnitA, UnitB               int64
	Lender, Agency             *firm.Firm
}

// Open opens an office on a database.
func Open(tb testing.TB, db *store.DB, clock *storetest.Clock) *Office {
	tb.Helper()
	policy := lawtest.Policy(tb)
	book := lawtest.Book(tb)
	calendars := lawtest.Calendars(tb)
	words := lawtest.Words(tb)
	keys, err := seal.New([]byte("0123456789abcdefghijklmnopqrstuv"))
	Check(tb, err)
	log := audittest.New(tb, db)
	o := &Office{DB: db, Clock: clock, Log: log, Policy: policy, Book: book, Calendars: calendars}
	o.Notify = notify.New(db, keys, words, nil)
	o.Accounts = account.New(db, log, policy, keys, account.Cheap)
	o.Firms = firm.New(db, log, policy)
	letters, err := letter.NewService(letter.Deps{
		DB: db, Log: log, Policy: policy, Words: words, Notify: o.Notify, Book: book, Zone: Zone, Templates: policies.FS,
	})
	Check(tb, err)
	o.Complaints = complaint.New(complaint.Deps{
		DB: db, Log: log, Policy: policy, Keys: keys, Book: book, Calendars: calendars, Zone: Zone, Firms: o.Firms, Notify: o.Notify,
		Letters: letters, Words: words,
	})
	o.Cases = casework.New(casework.Deps{
		DB: db, Log: log, Policy: policy, Book: book, Calendars: calendars, Zone: Zone, Accounts: o.Accounts, Firms: o.Firms,
		Complaints: o.Complaints, Notify: o.Notify,
	})
	o.people(tb)
	o.Lender = o.firm(tb, "L1", "快乐消费金融有限公司", firm.Lender)
	o.Agency = o.firm(tb, "A1", "诚信催收服务有限公司", firm.Agency)
	return o
}

// Check fails the test on an error.
func Check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// Want fails the test unless err is of the kind, and has the key or a field with the key where one is given.
func Want(tb testing.TB, err error, kind fault.Kind, key string) {
	tb.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind {
		tb.Errorf("got %v, want %s %s", err, kind, key)
		return
	}
	if key == "" || f.Key == key {
		return
	}
	for _, field := range f.Fields {
		if field.Key == key {
			return
		}
	}
	tb.Errorf("got %v, want %s %s", err, kind, key)
}

type unitRow struct {
	ID        int64
	Code      string
	NameZH    string
	NameEN    string
	CreatedAt store.Time `gorm:"autoCreateTime:false"`
	Version   int64
}

func (unitRow) TableName() string { return "units" }

type userRow struct {
	ID         int64
	Email      string
	Name       string
	Role       string
	UnitID     store.ID
	FirmID     store.ID
	Password   string
	Totp       []byte
	TotpUsed   int64
	Lang       string
	CreatedAt  store.Time `gorm:"autoCreateTime:false"`
	DisabledAt store.Time
	Version    int64
}

func (userRow) TableName() string { return "users" }

// people puts units and staff on record. Nobody signs in, so that no password is hashed.
func (o *Office) people(tb testing.TB) {
	tb.Helper()
	ctx := tb.Context()
	Check(tb, o.DB.Write(ctx, func(tx *store.Tx) error {
		for _, u := range []struct {
			id         *int64
			code, name string
		}{{&o.UnitA, "A", "一处"}, {&o.UnitB, "B", "二处"}} {
			r := &unitRow{Code: u.code, NameZH: u.name, NameEN: "Unit " + u.code, CreatedAt: store.At(tx.Now), Version: 1}
			if err := store.Insert(ctx, tx, r); err != nil {
				return err
			}
			*u.id = r.ID
		}
		for _, p := range []struct {
			actor       *access.Actor
			email, name string
			role        access.Role
			unit        int64
		}{
			{&o.Reviewer, "wang@desk.example", "王敏", access.Reviewer, o.UnitA},
			{&o.Second, "li@desk.example", "李强", access.Reviewer, o.UnitA},
			{&o.Stranger, "zhao@desk.example", "赵芳", access.Reviewer, o.UnitB},
			{&o.Supervisor, "chen@desk.example", "陈立", access.Supervisor, o.UnitA},
			{&o.Director, "sun@desk.example", "孙国华", access.Director, 0},
			{&o.Auditor, "zhou@desk.example", "周静", access.Auditor, 0},
			{&o.Admin, "wu@desk.example", "吴涛", access.Admin, 0},
		} {
			r := &userRow{
				Email: p.email, Name: p.name, Role: string(p.role), UnitID: store.ID(p.unit), Password: "-", Lang: "zh",
				CreatedAt: store.At(tx.Now), Version: 1,
			}
			if err := store.Insert(ctx, tx, r); err != nil {
				return err
			}
			*p.actor = access.Actor{Role: p.role, UserID: r.ID, Name: p.name, UnitID: p.unit, Lang: "zh"}
		}
		_, err := o.Log.Append(ctx, tx, access.Program, audit.AccountCreated, "people of the test")
		return err
	}))
}

func (o *Office) firm(tb testing.TB, code, name string, kind firm.Kind) *firm.Firm {
	tb.Helper()
	f, err := o.Firms.Create(tb.Context(), o.Admin, firm.NewFirm{Code: code, Name: name, Kind: kind})
	Check(tb, err)
	return f
}

// Filing is what a borrower of the test files: night calls and threats, in the first weeks of October 2026.
func (o *Office) Filing() complaint.Filing {
	return complaint.Filing{
		Pack: "cn", Language: "zh", Track: complaint.TrackComplaint,
		Complainant: complaint.Complainant{Name: "张小三", Phone: "13812341234", Email: "zhang@example.cn", Region: "330100"},
		Lender:      complaint.Party{Code: o.Lender.Code, Name: o.Lender.Name}, Agency: complaint.Party{Code: o.Agency.Code, Name: o.Agency.Name},
		Channels: []string{"phone", "sms"}, Violations: []string{"T01", "H02"}, OccurredFrom: "2026-10-01", OccurredTo: "2026-10-19",
		Narrative: "每天夜里十一点以后打电话，威胁要到单位找我领导。", Demand: "停止夜间催收", ConsentToForward: true, Declaration: true,
	}
}

// File files a complaint from the web.
func (o *Office) File(tb testing.TB, f complaint.Filing) *complaint.Complaint {
	tb.Helper()
	filed, err := o.Complaints.File(tb.Context(), access.Nobody, f, "web", "", "")
	Check(tb, err)
	return filed.Complaint
}

// Case files a complaint and accepts it in unit A.
func (o *Office) Case(tb testing.TB) *casework.Case {
	tb.Helper()
	c := o.File(tb, o.Filing())
	_, k, err := o.Cases.Accept(tb.Context(), o.Supervisor, c.Reference, c.Version, "A", "")
	Check(tb, err)
	return k
}

// Assigned is Case in the hands of the reviewer.
func (o *Office) Assigned(tb testing.TB) *casework.Case {
	tb.Helper()
	k := o.Case(tb)
	k, err := o.Cases.Assign(tb.Context(), o.Supervisor, k.Reference, k.Version, ID(o.Reviewer))
	Check(tb, err)
	return k
}

// ID is an actor as commands name an officer.
func ID(a access.Actor) string { return strconv.FormatInt(a.UserID, 10) }

// Threat is a finding that upholds H02 on a day of the complaint.
func (o *Office) Threat(version int64) casework.NewFinding {
	return casework.NewFinding{
		Code: "H02", Outcome: "substantiated", ActedOn: calendar.MustDate("2026-10-08"), Basis: []string{"cn-psl2025-50", "cn-cpl-56"},
		Reasons: "录音和通话记录相互印证，威胁属实。", Version: version,
	}
}

// Found is Assigned with one substantiated finding.
func (o *Office) Found(tb testing.TB) *casework.Case {
	tb.Helper()
	k := o.Assigned(tb)
	k, _, err := o.Cases.Record(tb.Context(), o.Reviewer, k.Reference, o.Threat(k.Version))
	Check(tb, err)
	return k
}

// Note covers what a test did by hand in an open transaction with an entry of the record.
func (o *Office) Note(tb testing.TB, tx *store.Tx, subject string) error {
	tb.Helper()
	_, err := o.Log.Append(tb.Context(), tx, access.Program, audit.CaseNoted, subject)
	return err
}

// MustVerify fails the test when the record does not agree with the tables.
func (o *Office) MustVerify(tb testing.TB) {
	tb.Helper()
	audittest.MustVerify(tb, o.Log)
}
