package docket_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit"
	"dunwatch/internal/casework"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/deadline"
	"dunwatch/internal/docket"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/locale"
	"dunwatch/internal/notify"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

const (
	wang = "wang@desk.example" // the officer
	chen = "chen@desk.example" // supervisor of unit A
	sun  = "sun@desk.example"  // director
)

// told runs the reminders of an hour and returns who got a mail, with its body.
func (h *house) told(t *testing.T, day string, hour int) map[string]string {
	t.Helper()
	h.at(day, hour)
	caseworktest.Check(t, h.docket.Remind(t.Context()))
	out := map[string]string{}
	for to, mails := range h.digests(t) {
		if len(mails) != 1 {
			t.Errorf("%s %d:00: %d mails to %s", day, hour, len(mails), to)
		}
		out[to] = mails[0].Body
	}
	return out
}

func (h *house) expectTold(t *testing.T, day string, hour int, want map[string][]string) {
	t.Helper()
	got := h.told(t, day, hour)
	for to, lines := range want {
		for _, line := range lines {
			if !strings.Contains(got[to], line) {
				t.Errorf("%s %d:00: %s got %q, want %q", day, hour, to, got[to], line)
			}
		}
	}
	for to := range got {
		if _, ok := want[to]; !ok {
			t.Errorf("%s %d:00: %s was told too: %s", day, hour, to, got[to])
		}
	}
}

// Seven working days from Tuesday 20 October end on Thursday the 29th: warned on Monday the 26th, escalated on Tuesday
// 3 November.
func TestEachMarkIsToldOnceToThoseItConcerns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		h := open(t, db, clock)
		k := h.Assigned(t) // of Wang Min in unit A
		c := h.File(t, h.Filing())
		none := map[string][]string{}
		const elsewhere = "he@desk.example" // supervisor of unit B: hears of what nobody took in yet, not of unit A's cases
		_, err := h.Accounts.Create(t.Context(), h.Admin, account.NewUser{Email: elsewhere, Name: "何静", Role: access.Supervisor, Unit: "B", Password: "long-enough-for-9-cats"})
		caseworktest.Check(t, err)

		h.expectTold(t, "2026-10-25", 10, none) // a Sunday, four working days before
		h.expectTold(t, "2026-10-26", 7, none)  // not before eight
		h.expectTold(t, "2026-10-26", 8, map[string][]string{
			wang: {k.Reference + "　还剩 3 个工作日", "以下 1 件", "https://desk.example/queue"}, chen: {c.Reference + "　还剩 3 个工作日", "以下 1 件"},
			elsewhere: {c.Reference, "以下 1 件"},
		})
		h.expectTold(t, "2026-10-26", 15, none)
		h.expectTold(t, "2026-10-28", 9, none)
		h.expectTold(t, "2026-10-29", 9, map[string][]string{
			wang: {k.Reference + "　今日到期"}, chen: {k.Reference + "　今日到期", c.Reference + "　今日到期", "以下 2 件"},
			elsewhere: {c.Reference, "以下 1 件"},
		})
		h.expectTold(t, "2026-10-30", 9, none)
		h.expectTold(t, "2026-11-03", 9, map[string][]string{
			chen: {k.Reference + "　已逾期 5 天", c.Reference + "　已逾期 5 天"}, sun: {"以下 2 件"},
			elsewhere: {c.Reference, "以下 1 件"},
		})
		h.expectTold(t, "2026-11-04", 9, none)
		for _, body := range []string{"张小三", "13812341234", "zhang@example.cn"} {
			for _, m := range h.mails {
				if strings.Contains(m.Body, body) {
					t.Errorf("a mail names %s", body)
				}
			}
		}
		if n := h.count(t, "SELECT count(*) FROM clock_marks"); n != 6 {
			t.Errorf("%d marks on record, want 3 of each clock", n)
		}
		h.MustVerify(t)
	})
}

// A moved date is told of again; a clock that stopped, or is found long past its end, makes no flood.
func TestMovedStoppedAndLateClocks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		h := open(t, db, clock)
		c := h.File(t, h.Filing())
		h.expectTold(t, "2026-11-20", 9, map[string][]string{chen: {c.Reference + "　已逾期 22 天", "以下 1 件"}, sun: {c.Reference}})
		h.expectTold(t, "2026-11-21", 9, nil)

		late := h.File(t, h.Filing()) // filed on Saturday the 21st: due on 1 December
		h.told(t, "2026-11-26", 9)
		caseworktest.Check(t, h.DB.Write(t.Context(), func(tx *store.Tx) error {
			_, err := deadline.Happen(t.Context(), tx, h.Calendars["cn"], deadline.Owner{Kind: deadline.OfComplaint, ID: late.ID}, "complaint.accept",
				deadline.Event{Kind: deadline.Extend, On: d("2026-11-26"), Limit: deadline.Limit{N: 1, Unit: deadline.Workday}}, 0)
			if err != nil {
				return err
			}
			_, err = h.Log.Append(t.Context(), tx, access.Program, audit.CaseNoted, late.Reference)
			return err
		}))
		h.expectTold(t, "2026-11-27", 9, map[string][]string{chen: {late.Reference + "　还剩 3 个工作日"}})
		_, err := h.Complaints.Refuse(t.Context(), h.Supervisor, late.Reference, late.Version, refusal(t, h), "不属于本机关职责范围，请向有管辖权的机关反映。")
		caseworktest.Check(t, err)
		h.expectTold(t, "2026-12-02", 9, nil)
	})
}

func refusal(t *testing.T, h *house) string {
	t.Helper()
	p, _ := h.Book.Pack("cn")
	for _, g := range p.Grounds("reject") {
		return g.Key
	}
	t.Fatal("the pack has no ground for not accepting")
	return ""
}

// What reaches a mark after the mail of the day waits for the next; it is not lost.
func TestOneMailADay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		h := open(t, db, clock)
		c := h.File(t, h.Filing())
		h.expectTold(t, "2026-10-29", 9, map[string][]string{chen: {c.Reference}})
		later := h.begin(t, h.Case(t), "complaint.forward", "2026-10-20")
		h.expectTold(t, "2026-10-29", 16, nil)
		h.expectTold(t, "2026-10-30", 9, map[string][]string{chen: {later}})
	})
}

// begin starts another clock of a case on a day and returns the reference of the case.
func (h *house) begin(t *testing.T, k *casework.Case, key, day string) string {
	t.Helper()
	caseworktest.Check(t, h.DB.Write(t.Context(), func(tx *store.Tx) error {
		_, _, ok, err := h.Cases.StartClock(t.Context(), tx, h.Supervisor, k, key, d(day))
		if err != nil || !ok {
			return errors.Join(err, errors.New("no such clock"))
		}
		_, err = h.Log.Append(t.Context(), tx, h.Supervisor, audit.CaseNoted, k.Reference)
		return err
	}))
	return k.Reference
}

func TestFirmsAreChasedOnceForEachMark(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		h := open(t, db, clock)
		k := h.Assigned(t)
		h.begin(t, k, "firm.answer", "2026-10-20") // 15 days: due on 4 November, warned from 30 October
		h.told(t, "2026-10-29", 9)
		if len(h.chased) != 0 {
			t.Errorf("chased %v", h.chased)
		}
		h.told(t, "2026-10-30", 9)
		h.told(t, "2026-10-30", 10)
		h.told(t, "2026-11-09", 9) // the due day passed while nobody looked
		h.told(t, "2026-11-10", 9)
		if len(h.chased) != 2 || !strings.HasSuffix(h.chased[0], " firm.answer warn") || !strings.HasSuffix(h.chased[1], " firm.answer escalate") {
			t.Errorf("chased %v", h.chased)
		}
	})
}

// A letter that cannot be written is written later, keeps no other waiting and is not put down as written.
func TestChaseIsTriedAgain(t *testing.T) {
	clock := storetest.NewClock()
	h := open(t, storetest.OpenAt(t, clock), clock)
	one, two := h.Assigned(t), h.Assigned(t)
	h.begin(t, one, "firm.answer", "2026-10-20")
	h.begin(t, two, "firm.answer", "2026-10-20")
	h.at("2026-11-04", 9)
	deps, broken := h.deps(t), true
	var written []int64
	deps.Chase = func(_ context.Context, _ *store.Tx, caseID int64, _ string, _ deadline.Mark) error {
		if broken && caseID == one.ID {
			return errors.New("the letter is too long")
		}
		written = append(written, caseID)
		return nil
	}
	s := docket.New(deps)
	if err := s.Remind(t.Context()); err == nil || !strings.Contains(err.Error(), one.Reference) {
		t.Errorf("the failure is not told: %v", err)
	}
	broken = false
	caseworktest.Check(t, s.Remind(t.Context()))
	caseworktest.Check(t, s.Remind(t.Context()))
	if !slices.Equal(written, []int64{two.ID, one.ID}) {
		t.Errorf("written %v", written)
	}
}

// The end of the complainant's own time is told on the day, once; nobody in the office is late by it.
func TestComplainantsTimeEscalatesNowhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		h := open(t, db, clock)
		k := h.Assigned(t)
		h.begin(t, k, "firm.review_request", "2026-10-20") // 30 days: due on 19 November
		caseworktest.Check(t, h.DB.Write(t.Context(), func(tx *store.Tx) error {
			_, err := h.Cases.ClockEvent(t.Context(), tx, h.Supervisor, k, "complaint.forward", deadline.Event{Kind: deadline.Stop, On: d("2026-10-20")})
			if err != nil {
				return err
			}
			_, err = h.Log.Append(t.Context(), tx, h.Supervisor, audit.CaseNoted, k.Reference)
			return err
		}))
		h.expectTold(t, "2026-11-17", 9, nil)
		h.expectTold(t, "2026-11-19", 9, map[string][]string{wang: {k.Reference + "　今日到期"}, chen: {k.Reference}})
		h.expectTold(t, "2026-11-25", 9, nil)
		if len(h.chased) != 0 {
			t.Errorf("a firm was chased for it: %v", h.chased)
		}
	})
}

// Whatever happens before the mails are queued leaves no mark, so that nothing is put down that nobody was told of; and
// any number of instances tell once.
func TestMarksAndMailsStandOrFallTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		h := open(t, db, clock)
		c := h.File(t, h.Filing())
		k := h.Assigned(t)
		h.begin(t, k, "firm.answer", "2026-10-20")
		h.at("2026-11-04", 9)
		deps := h.deps(t)
		deps.Chase = nil
		keys, err := seal.New([]byte("0123456789abcdefghijklmnopqrstuv"))
		caseworktest.Check(t, err)
		empty, err := locale.Load(fstest.MapFS{"locales/zh/a.yaml": {Data: []byte("a: \"b\"\n")}, "locales/en/a.yaml": {Data: []byte("a: \"b\"\n")}})
		caseworktest.Check(t, err)
		deps.Notify = notify.New(h.DB, keys, empty, nil) // fails at the first mail, after the marks
		if err := docket.New(deps).Remind(t.Context()); err == nil {
			t.Fatal("no error")
		}
		if n := h.count(t, "SELECT count(*) FROM clock_marks WHERE mark NOT LIKE 'chase%'"); n != 0 {
			t.Errorf("%d marks without a mail", n)
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if err := docket.New(h.deps(t)).Remind(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		got := h.digests(t)
		if len(got[chen]) != 1 || len(got[wang]) != 1 || !strings.Contains(got[chen][0].Body, c.Reference) || !strings.Contains(got[wang][0].Body, k.Reference) {
			t.Errorf("told %+v", got)
		}
		if len(h.chased) != 1 {
			t.Errorf("chased %v", h.chased)
		}
	})
}

// Whoever ordered a measure is told before its day, on it, and once when it has passed, whoever has the case.
func TestOrdererIsToldOfTheDayOfAMeasure(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		h := open(t, db, clock)
		k := h.Found(t)
		caseworktest.Check(t, h.DB.Write(t.Context(), func(tx *store.Tx) error { // the case's own limits would be told of too
			_, err := tx.Exec(t.Context(), "UPDATE clock_states SET phase = 'stopped' WHERE owner <> 'measure'")
			return err
		}))
		s := enforcement.New(enforcement.Deps{DB: h.DB, Log: h.Log, Policy: h.Policy, Book: h.Book, Calendars: h.Calendars, Zone: caseworktest.Zone,
			Accounts: h.Accounts, Firms: h.Firms, Cases: h.Cases, Notify: h.notify})
		h.at("2026-10-21", 10)
		m, err := s.OrderMeasure(t.Context(), h.Reviewer, k.Reference, enforcement.NewMeasure{Firm: "A1", Kind: "warning_letter", Text: "对催收管理不到位予以警示。", DueOn: d("2026-11-04")})
		caseworktest.Check(t, err)
		h.expectTold(t, "2026-10-29", 9, nil)
		h.expectTold(t, "2026-10-30", 9, map[string][]string{wang: {m.Reference}}) // three working days before
		h.expectTold(t, "2026-11-03", 9, nil)
		h.expectTold(t, "2026-11-04", 9, map[string][]string{wang: {m.Reference}, chen: {m.Reference}})
		h.expectTold(t, "2026-11-06", 9, nil)
		h.expectTold(t, "2026-11-09", 9, map[string][]string{wang: {m.Reference, "已逾期"}, chen: {m.Reference}, sun: {m.Reference}})
		h.expectTold(t, "2026-11-10", 9, nil)
		h.at("2026-11-11", 9)
		_, err = s.CheckCorrection(t.Context(), h.Reviewer, m.Reference, m.Version, enforcement.MeasureCheck{Note: "抽查仍有夜间来电", NextOn: d("2026-11-20")})
		caseworktest.Check(t, err)
		h.expectTold(t, "2026-11-16", 9, nil)
		h.expectTold(t, "2026-11-17", 9, map[string][]string{wang: {m.Reference}})
		h.MustVerify(t)
	})
}
