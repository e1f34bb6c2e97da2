// Package forwardingtest opens an office with firms' staff for tests: the people of caseworktest, two lenders, two
// agencies, one of which collects for the first lender, and somebody in each.
package forwardingtest

import (
	"context"
	"slices"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/complaint"
	"dunwatch/internal/deadline"
	"dunwatch/internal/evidence"
	"dunwatch/internal/firm"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/letter"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
	"dunwatch/policies"
)

// Office is the services and the people of a test. Bank and Collector are of Lender and Agency; the agency collects for
// the lender since 2025. Rival is of another lender and Other of another agency, which have nothing to do with the case.
type Office struct {
	*caseworktest.Office
	Calendars map[string]*calendar.Calendar
	Letters   *letter.Service
	Evidence  *evidence.Service
	Forwards  *forwarding.Service

	Bank, Banker, Collector, Rival, Other access.Actor
	RivalFirm, OtherFirm                  *firm.Firm
}

// Open opens an office on a database.
func Open(tb testing.TB, db *store.DB, clock *storetest.Clock) *Office {
	tb.Helper()
	o := &Office{Office: caseworktest.Open(tb, db, clock)}
	calendars := lawtest.Calendars(tb)
	o.Calendars = calendars
	words := lawtest.Words(tb)
	keys, err := seal.New([]byte("0123456789abcdefghijklmnopqrstuv"))
	caseworktest.Check(tb, err)
	blobs, err := evidence.NewDisk(tb.TempDir())
	caseworktest.Check(tb, err)
	o.Letters, err = letter.NewService(letter.Deps{
		DB: db, Log: o.Log, Policy: o.Policy, Words: words, Notify: o.Notify, Book: o.Book, Zone: caseworktest.Zone, Templates: policies.FS,
	})
	caseworktest.Check(tb, err)
	o.Complaints = complaint.New(complaint.Deps{
		DB: db, Log: o.Log, Policy: o.Policy, Keys: keys, Book: o.Book, Calendars: calendars, Zone: caseworktest.Zone,
		Firms: o.Firms, Notify: o.Notify, Letters: o.Letters, Words: words,
	})
	o.Evidence = evidence.New(db, o.Log, o.Policy, o.Complaints, blobs, 10<<20)
	o.Cases = casework.New(casework.Deps{
		DB: db, Log: o.Log, Policy: o.Policy, Book: o.Book, Calendars: calendars, Zone: caseworktest.Zone, Accounts: o.Accounts,
		Firms: o.Firms, Complaints: o.Complaints, Evidence: o.Evidence, Notify: o.Notify,
	})
	o.Forwards = forwarding.New(forwarding.Deps{
		DB: db, Log: o.Log, Policy: o.Policy, Book: o.Book, Calendars: calendars, Zone: caseworktest.Zone, Accounts: o.Accounts,
		Firms: o.Firms, Complaints: o.Complaints, Evidence: o.Evidence, Cases: o.Cases, Letters: o.Letters, Notify: o.Notify,
		PortalURL: "https://desk.example/firm", CaseURL: "https://desk.example/cases",
	})
	o.RivalFirm = o.firm(tb, "L2", "万家消费金融有限公司", firm.Lender)
	o.OtherFirm = o.firm(tb, "A2", "迅达催收服务有限公司", firm.Agency)
	caseworktest.Check(tb, o.Firms.Connect(tb.Context(), o.Admin, "L1", "A1", calendar.MustDate("2025-01-01"), calendar.Date{}))
	for _, p := range []struct {
		actor       *access.Actor
		email, name string
		role        access.Role
		firm        *firm.Firm
	}{
		{&o.Bank, "bank@lender.example", "钱进", access.FirmManager, o.Lender},
		{&o.Banker, "banker@lender.example", "钱多", access.Firm, o.Lender},
		{&o.Collector, "collector@agency.example", "崔手", access.Firm, o.Agency},
		{&o.Rival, "rival@lender2.example", "万能", access.Firm, o.RivalFirm},
		{&o.Other, "other@agency2.example", "迅雷", access.Firm, o.OtherFirm},
	} {
		u, err := o.Accounts.Create(tb.Context(), o.Admin, account.NewUser{
			Email: p.email, Name: p.name, Role: p.role, FirmID: p.firm.ID, Lang: "zh", Password: "correct horse battery staple",
		})
		caseworktest.Check(tb, err)
		*p.actor = u.Actor()
	}
	return o
}

func (o *Office) firm(tb testing.TB, code, name string, kind firm.Kind) *firm.Firm {
	tb.Helper()
	f, err := o.Firms.Create(tb.Context(), o.Admin, firm.NewFirm{Code: code, Name: name, Kind: kind})
	caseworktest.Check(tb, err)
	return f
}

// On moves the clock to ten o'clock on a day in the regulator's zone.
func (o *Office) On(day string) {
	o.Clock.Set(calendar.MustDate(day).Start(caseworktest.Zone).Add(10 * time.Hour))
}

// CaseOf files a complaint, takes it in and gives it to the reviewer.
func (o *Office) CaseOf(tb testing.TB, f complaint.Filing) *casework.Case {
	tb.Helper()
	c := o.File(tb, f)
	_, k, err := o.Cases.Accept(tb.Context(), o.Supervisor, c.Reference, c.Version, "A", "")
	caseworktest.Check(tb, err)
	k, err = o.Cases.Assign(tb.Context(), o.Supervisor, k.Reference, k.Version, caseworktest.ID(o.Reviewer))
	caseworktest.Check(tb, err)
	return k
}

// Dated is the filing of the office with acts before a day.
func (o *Office) Dated(day string) complaint.Filing {
	f := o.Filing()
	f.OccurredFrom, f.OccurredTo = day, day
	return f
}

// Borrower is who filed the complaint of a case.
func (o *Office) Borrower(k *casework.Case) access.Actor {
	return access.Actor{Role: access.Borrower, ComplaintID: k.ComplaintID, Lang: "zh"}
}

// Send forwards a case to the lender with everything disclosed.
func (o *Office) Send(tb testing.TB, k *casework.Case) *forwarding.Forward {
	tb.Helper()
	f, err := o.Forwards.Send(tb.Context(), o.Reviewer, k.Reference, k.Version, forwarding.SendInput{
		Firm: o.Lender.Code, Kind: forwarding.ToAnswer, Disclose: slices.Clone(forwarding.Fields), Note: "请逐项核实并说明整改措施。",
	})
	caseworktest.Check(tb, err)
	return f
}

// Reply is an answer that explains.
func Reply() forwarding.AnswerInput {
	return forwarding.AnswerInput{Outcome: "non_monetary_relief", Body: "经核实，确有夜间拨打电话的情况，已停止并处理了责任人。"}
}

// Told is a forward whose answer passed the check on the day of the clock.
func (o *Office) Told(tb testing.TB, k *casework.Case) *forwarding.Forward {
	tb.Helper()
	f := o.Send(tb, k)
	f, err := o.Forwards.Answer(tb.Context(), o.Bank, f.Reference, f.Version, Reply())
	caseworktest.Check(tb, err)
	f, err = o.Forwards.Check(tb.Context(), o.Reviewer, f.Reference, f.Version, true, nil, "")
	caseworktest.Check(tb, err)
	return f
}

// Clocks computes the clocks of a case: due date by kind, with a cross where it runs no more.
func (o *Office) Clocks(tb testing.TB, k *casework.Case) map[string]string {
	tb.Helper()
	out := map[string]string{}
	caseworktest.Check(tb, o.DB.Read(tb.Context(), func(tx *store.Tx) error { return o.clocks(tb.Context(), tx, k, out) }))
	return out
}

func (o *Office) clocks(ctx context.Context, tx *store.Tx, k *casework.Case, out map[string]string) error {
	all, err := deadline.Of(ctx, tx, deadline.Owner{Kind: deadline.OfCase, ID: k.ID})
	if err != nil {
		return err
	}
	pack, _ := o.Book.Pack(k.Pack)
	for _, c := range all {
		st, err := deadline.Compute(o.Calendars[pack.Calendar], c)
		if err != nil {
			return err
		}
		out[c.Kind] = st.Due.String()
		if st.Phase == deadline.Stopped {
			out[c.Kind] += " x"
			if !*st.InTime {
				out[c.Kind] += " late"
			}
		}
	}
	return nil
}

// Fresh loads a case again.
func (o *Office) Fresh(tb testing.TB, k *casework.Case) *casework.Case {
	tb.Helper()
	k, err := o.Cases.ByRef(tb.Context(), o.Supervisor, k.Reference)
	caseworktest.Check(tb, err)
	return k
}
