package complaint_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
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

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// office is the service with everything it stands on.
type office struct {
	*complaint.Service
	db    *store.DB
	clock *storetest.Clock
	log   *audit.Log
	keys  *seal.Keys
	firms *firm.Service
	book  *rulebook.Book
}

func open(tb testing.TB, db *store.DB, clock *storetest.Clock) *office {
	tb.Helper()
	policy, book, calendars, words := lawtest.Policy(tb), lawtest.Book(tb), lawtest.Calendars(tb), lawtest.Words(tb)
	keys, err := seal.New([]byte("0123456789abcdefghijklmnopqrstuv"))
	check(tb, err)
	log := audittest.New(tb, db)
	firms := firm.New(db, log, policy)
	post := notify.New(db, keys, words, nil)
	letters, err := letter.NewService(letter.Deps{
		DB: db, Log: log, Policy: policy, Words: words, Notify: post, Book: book, Zone: shanghai, Templates: policies.FS,
	})
	check(tb, err)
	return &office{
		Service: complaint.New(complaint.Deps{
			DB: db, Log: log, Policy: policy, Keys: keys, Book: book, Calendars: calendars, Zone: shanghai,
			Firms: firms, Notify: post, Letters: letters, Words: words, TrackURL: "https://desk.example/track",
		}),
		db: db, clock: clock, log: log, keys: keys, firms: firms, book: book,
	}
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

var (
	supervisor = access.Actor{Role: access.Supervisor, Name: "陈立", UserID: 1, UnitID: 1, Lang: "zh"}
	reviewer   = access.Actor{Role: access.Reviewer, Name: "王敏", UserID: 2, UnitID: 1, Lang: "zh"}
	stranger   = access.Actor{Role: access.Reviewer, Name: "赵强", UserID: 3, UnitID: 2, Lang: "zh"}
	second     = access.Actor{Role: access.Supervisor, Name: "周平", UserID: 4, UnitID: 1, Lang: "zh"}
	elsewhere  = access.Actor{Role: access.Supervisor, Name: "孙洁", UserID: 5, UnitID: 2, Lang: "zh"}
	colleague  = access.Actor{Role: access.Reviewer, Name: "钱进", UserID: 6, UnitID: 1, Lang: "zh"}
	legal      = access.Actor{Role: access.Legal, Name: "吴法", UserID: 7, Lang: "zh"}
	director   = access.Actor{Role: access.Director, Name: "郑长", UserID: 8, Lang: "zh"}
	auditor    = access.Actor{Role: access.Auditor, Name: "冯审", UserID: 9, Lang: "zh"}
)

// staff stores the people of the tests, for rows that point to them.
func (o *office) staff(t *testing.T) {
	t.Helper()
	err := o.db.Write(t.Context(), func(tx *store.Tx) error {
		ctx := t.Context()
		for _, q := range []string{
			"INSERT INTO units (id, code, name_zh, name_en, created_at, version) VALUES (1, 'A', '一处', 'A', 1, 1), (2, 'B', '二处', 'B', 1, 1)",
			`INSERT INTO users (id, email, name, role, unit_id, password, totp_used, lang, created_at, version)
				VALUES (1, 'a@x.cn', '陈立', 'supervisor', 1, '', 0, 'zh', 1, 1), (2, 'b@x.cn', '王敏', 'reviewer', 1, '', 0, 'zh', 1, 1),
				(3, 'c@x.cn', '赵强', 'reviewer', 2, '', 0, 'zh', 1, 1), (4, 'd@x.cn', '周平', 'supervisor', 1, '', 0, 'zh', 1, 1),
				(5, 'e@x.cn', '孙洁', 'supervisor', 2, '', 0, 'zh', 1, 1), (6, 'f@x.cn', '钱进', 'reviewer', 1, '', 0, 'zh', 1, 1),
				(7, 'g@x.cn', '吴法', 'legal', NULL, '', 0, 'zh', 1, 1), (8, 'h@x.cn', '郑长', 'director', NULL, '', 0, 'zh', 1, 1),
				(9, 'i@x.cn', '冯审', 'auditor', NULL, '', 0, 'zh', 1, 1), (10, 'j@x.cn', '褚管', 'admin', NULL, '', 0, 'zh', 1, 1)`,
		} {
			if _, err := tx.Exec(ctx, q); err != nil {
				return err
			}
		}
		return nil
	})
	check(t, err)
}

// mustVerify is audittest.MustVerify without the rows that staff and openCase put
// there past the record.
func (o *office) mustVerify(t *testing.T) {
	t.Helper()
	v, err := o.log.Verify(t.Context())
	check(t, err)
	for _, p := range v.Problems {
		if s := p.String(); !strings.HasPrefix(s, "units ") && !strings.HasPrefix(s, "users ") && !strings.HasPrefix(s, "cases ") {
			t.Errorf("audit verify: %s", s)
		}
	}
}

// openCase stores the case of a complaint as casework would.
func (o *office) openCase(t *testing.T, c *complaint.Complaint, officer access.Actor) {
	t.Helper()
	err := o.db.Write(t.Context(), func(tx *store.Tx) error {
		if _, err := tx.Exec(t.Context(), `INSERT INTO cases (reference, complaint_id, pack, track, status, unit_id, officer_id, severity, received_on,
			opened_at, opened_on, outcome, rulebook, version) VALUES ('K-1', ?, 'cn', 'complaint', 'investigating', ?, ?, 1, '2026-10-20', 1, '2026-10-20', '', '', 1)`,
			c.ID, officer.UnitID, officer.UserID); err != nil {
			return err
		}
		if err := o.Accept(t.Context(), tx, supervisor, c, c.Version); err != nil {
			return err
		}
		_, err := o.log.Append(t.Context(), tx, supervisor, audit.ComplaintAccept, c.Reference)
		return err
	})
	check(t, err)
}

func sample() complaint.Filing {
	return complaint.Filing{
		Pack: "cn", Language: "zh", Track: complaint.TrackComplaint,
		Complainant: complaint.Complainant{Name: "张小三", IDNumber: "11010519491231002X", Phone: "138 1234 5678", Email: "Zhang@Example.cn",
			Address: "浙江省杭州市西湖区文三路100号", Region: "330100"},
		Lender: complaint.Party{Name: "快乐消费金融有限公司"}, AgencyUnknown: true, Channels: []string{"phone", "sms"}, Violations: []string{"T01", "H02"},
		OccurredFrom: "2026-10-01", OccurredTo: "2026-10-19", Narrative: "每天夜里十一点以后打电话，威胁要到单位找我领导。", Demand: "停止夜间催收",
		Accused:          []complaint.Accused{{Kind: "phone", Value: "0571-8888 1234"}, {Kind: "alias", Value: "刘经理"}},
		Loan:             complaint.Loan{Product: "消费贷", AmountFen: 500000, ContractDate: "2025-03-01"},
		ConsentToForward: true, Declaration: true,
	}
}

func (o *office) file(t testing.TB, f complaint.Filing) *complaint.Filed {
	t.Helper()
	filed, err := o.File(t.Context(), access.Nobody, f, "web", "", "")
	if err != nil {
		t.Fatalf("file: %v", err)
	}
	return filed
}

func (o *office) borrower(t *testing.T, filed *complaint.Filed) access.Actor {
	t.Helper()
	by, err := o.Open(t.Context(), filed.Complaint.Reference, filed.AccessCode, "192.0.2.7")
	check(t, err)
	return by
}

func wantKind(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || key != "" && f.Key != key {
		t.Errorf("got %v, want %s %s", err, kind, key)
	}
}

func TestFile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o := open(t, db, clock)
		filed := o.file(t, sample())
		c := filed.Complaint
		if c.Reference[:7] != "C-2026-" || c.Status != complaint.Received || c.ReceivedOn != calendar.MustDate("2026-10-20") || c.Severity != 4 {
			t.Errorf("filed %+v", c)
		}
		// Seven working days after 20 October 2026, a Tuesday.
		if c.DueOn != calendar.MustDate("2026-10-29") {
			t.Errorf("due %s", c.DueOn)
		}
		_, err := filed.Receipt.Check(o.log.VerifierKey())
		check(t, err)
		by := o.borrower(t, filed)
		got, err := o.ByRef(t.Context(), by, "c 2026 "+c.Reference[7:])
		check(t, err)
		if got.Narrative != sample().Narrative || len(got.Codes) != 2 || len(got.Channels) != 2 || len(got.Accused) != 2 || got.LoanFen != 500000 {
			t.Errorf("read back %+v", got)
		}
		ev, err := o.Timeline(t.Context(), by, c.Reference)
		check(t, err)
		if len(ev) != 1 || ev[0].Kind != complaint.EventFiled {
			t.Errorf("timeline %+v", ev)
		}
		clocks, err := o.Clocks(t.Context(), by, c.Reference)
		check(t, err)
		if len(clocks) != 1 || clocks[0].Kind != "complaint.accept" || clocks[0].Left != 7 || !clocks[0].Verified || clocks[0].Due != c.DueOn {
			t.Errorf("clocks %+v", clocks)
		}
		if n := o.count(t, "SELECT count(*) FROM outbox WHERE template = 'mail.filed'"); n != 1 {
			t.Errorf("%d mails queued", n)
		}
		audittest.MustVerify(t, o.log)
	})
}

func (o *office) count(t testing.TB, query string, args ...any) (n int64) {
	t.Helper()
	check(t, o.db.Read(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Rows(t.Context(), query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		rows.Next()
		return rows.Scan(&n)
	}))
	return n
}

func TestFileStoresNoPlainParticulars(t *testing.T) {
	dir := t.TempDir()
	clock := storetest.NewClock()
	o := open(t, storetest.OpenDir(t, clock, dir), clock)
	o.file(t, sample())
	check(t, o.db.Close())
	raw := readAll(t, dir)
	for _, secret := range []string{"张小三", "13812345678", "138 1234 5678", "11010519491231002X", "example.cn", "文三路"} {
		if bytes.Contains(bytes.ToLower(raw), bytes.ToLower([]byte(secret))) {
			t.Errorf("the database file holds %q", secret)
		}
	}
	if !bytes.Contains(raw, []byte("快乐消费金融")) {
		t.Error("the probe reads nothing: the lender's name is not in the file either")
	}
}

func TestIdempotency(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o := open(t, db, clock)
		first, err := o.File(t.Context(), access.Nobody, sample(), "api", "key-1", "")
		check(t, err)
		again, err := o.File(t.Context(), access.Nobody, sample(), "api", "key-1", "")
		check(t, err)
		if !again.Repeated || again.AccessCode != first.AccessCode || again.Complaint.Reference != first.Complaint.Reference || again.Receipt == nil {
			t.Errorf("again: %+v, first %s %s", again, first.Complaint.Reference, first.AccessCode)
		}
		o.borrower(t, again)
		other := sample()
		other.Complainant.Phone = "13912345678"
		_, err = o.File(t.Context(), access.Nobody, other, "api", "key-1", "")
		wantKind(t, err, fault.Conflict, "complaint.idempotency_mismatch")
		second, err := o.File(t.Context(), access.Nobody, other, "api", "key-2", "")
		check(t, err)
		if second.AccessCode == first.AccessCode {
			t.Error("two keys gave one access code")
		}
		if n := o.count(t, "SELECT count(*) FROM complaints"); n != 2 {
			t.Errorf("%d complaints", n)
		}
		// The number that the refused request took is given back.
		if c := second.Complaint.Reference; c[7:13] != "000002" {
			t.Errorf("second is %s", c)
		}
		audittest.MustVerify(t, o.log)
	})
}

func TestOpen(t *testing.T) {
	o := openSQLite(t)
	filed := o.file(t, sample())
	ref := filed.Complaint.Reference
	if by := o.borrower(t, filed); by.Role != access.Borrower || by.ComplaintID != filed.Complaint.ID || by.Lang != "zh" {
		t.Errorf("opened as %+v", by)
	}
	_, wrong := o.Open(t.Context(), ref, "0000-0000-0000-0000-0000", "192.0.2.1")
	_, unknown := o.Open(t.Context(), "C-2026-999999-9", filed.AccessCode, "192.0.2.1")
	if wrong == nil || unknown == nil || wrong.Error() != unknown.Error() {
		t.Errorf("a wrong code and an unknown reference differ: %v, %v", wrong, unknown)
	}
	for range 8 {
		_, err := o.Open(t.Context(), ref, "1", "192.0.2.1")
		wantKind(t, err, fault.NotFound, "complaint.code")
	}
	_, err := o.Open(t.Context(), ref, "1", "192.0.2.1")
	wantKind(t, err, fault.NotFound, "complaint.code")
	_, err = o.Open(t.Context(), ref, filed.AccessCode, "192.0.2.1")
	wantKind(t, err, fault.TooMany, "")
	o.borrower(t, filed) // from elsewhere: nobody can lock the borrower out
	o.clock.Add(16 * time.Minute)
	_, err = o.Open(t.Context(), ref, filed.AccessCode, "192.0.2.1")
	check(t, err)
}

func TestWhoSees(t *testing.T) {
	o := openSQLite(t)
	o.staff(t)
	filed, other := o.file(t, sample()), o.file(t, sample())
	ref := filed.Complaint.Reference
	ctx := context.Background()
	for name, tt := range map[string]struct {
		by   access.Actor
		kind fault.Kind
	}{
		"another borrower": {o.borrower(t, other), fault.NotFound}, "public": {access.Nobody, fault.NotFound},
		"reviewer": {reviewer, fault.NotFound}, "firm": {access.Actor{Role: access.Firm, UserID: 9, FirmID: 1}, fault.NotFound},
		"admin": {access.Actor{Role: access.Admin, UserID: 8}, fault.NotFound},
	} {
		_, err := o.ByRef(ctx, tt.by, ref)
		if !fault.Is(err, tt.kind) {
			t.Errorf("%s before a case: %v", name, err)
		}
	}
	if _, err := o.ByRef(ctx, supervisor, ref); err != nil {
		t.Error(err)
	}
	o.openCase(t, filed.Complaint, reviewer)
	if _, err := o.ByRef(ctx, reviewer, ref); err != nil {
		t.Error(err)
	}
	_, err := o.ByRef(ctx, stranger, ref)
	wantKind(t, err, fault.NotFound, "")
}

func TestMaskAndReveal(t *testing.T) {
	o := openSQLite(t)
	o.staff(t)
	ctx := t.Context()
	filed := o.file(t, sample())
	ref := filed.Complaint.Reference
	m, err := o.Mask(ctx, supervisor, ref)
	check(t, err)
	if m.Name != "张*三" || m.Phone != "138****5678" || m.Email != "z***@example.cn" {
		t.Errorf("masked %+v", m)
	}
	_, err = o.Reveal(ctx, supervisor, ref, "核实身份")
	wantKind(t, err, fault.Forbidden, "") // nobody's unit yet
	o.openCase(t, filed.Complaint, reviewer)
	_, err = o.Reveal(ctx, reviewer, ref, " ")
	wantKind(t, err, fault.Invalid, "")
	p, err := o.Reveal(ctx, reviewer, ref, "电话核实")
	check(t, err)
	if p.Name != "张小三" || p.Phone != "13812345678" || p.IDNumber != "11010519491231002X" || p.Email != "zhang@example.cn" || p.Address == "" {
		t.Errorf("revealed %+v", p)
	}
	entries, err := o.log.Find(ctx, ref, 10)
	check(t, err)
	last := entries[len(entries)-1]
	if last.Action != audit.IdentityRevealed || last.ActorID != 2 || last.Detail["reason"] != "电话核实" {
		t.Errorf("entry %+v", last)
	}
	shown, err := o.Timeline(ctx, o.borrower(t, filed), ref)
	check(t, err)
	for _, e := range shown {
		if e.Kind == complaint.EventRevealed {
			t.Error("the complainant reads who looked")
		}
	}
	o.mustVerify(t)
}

func TestReporterIsSheltered(t *testing.T) {
	o := openSQLite(t)
	o.staff(t)
	ctx := t.Context()
	f := sample()
	f.Track = complaint.TrackReport
	filed := o.file(t, f)
	ref := filed.Complaint.Reference
	m, err := o.Mask(ctx, supervisor, ref)
	check(t, err)
	if m.Name != "张*三" || m.Hidden {
		t.Errorf("who screens does not see the reporter: %+v", m)
	}
	o.openCase(t, filed.Complaint, reviewer)
	m, err = o.Mask(ctx, elsewhere, ref)
	check(t, err)
	if *m != (complaint.Masked{Hidden: true}) {
		t.Errorf("a reporter shows to another unit: %+v", m)
	}
	_, err = o.Reveal(ctx, elsewhere, ref, "看看")
	wantKind(t, err, fault.Forbidden, "")
	if _, err = o.Reveal(ctx, supervisor, ref, "复核"); err != nil {
		t.Error(err)
	}
	if _, err = o.Reveal(ctx, reviewer, ref, "核实"); err != nil {
		t.Error(err)
	}
	m, err = o.Mask(ctx, o.borrower(t, filed), ref)
	check(t, err)
	if m.Name != "张*三" {
		t.Errorf("the reporter does not see the own name: %+v", m)
	}
}

// closeCase ends the complaint as casework would.
func (o *office) closeCase(t *testing.T, c *complaint.Complaint) {
	t.Helper()
	check(t, o.inCase(t, audit.ComplaintClosed, c, func(tx *store.Tx) error {
		return o.Close(t.Context(), tx, reviewer, c, rulebook.Text{ZH: "已责令改正", EN: "Ordered to put right"})
	}))
}
