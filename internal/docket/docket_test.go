package docket_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/complaint"
	"dunwatch/internal/deadline"
	"dunwatch/internal/docket"
	"dunwatch/internal/fault"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/locale"
	"dunwatch/internal/notify"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

var d = calendar.MustDate

// house is an office with a docket and a mail box.
type house struct {
	*caseworktest.Office
	docket *docket.Service
	notify *notify.Service
	mails  []notify.Envelope
	mu     sync.Mutex
	chased []string
}

func (h *house) Send(_ context.Context, e notify.Envelope) error {
	h.mails = append(h.mails, e)
	return nil
}

func open(t *testing.T, db *store.DB, clock *storetest.Clock) *house {
	t.Helper()
	h := &house{Office: caseworktest.Open(t, db, clock)}
	keys, err := seal.New([]byte("0123456789abcdefghijklmnopqrstuv"))
	caseworktest.Check(t, err)
	h.notify = notify.New(db, keys, words(t), notify.Senders{notify.Email: h})
	h.docket = docket.New(h.deps(t))
	return h
}

func words(t *testing.T) *locale.Catalog {
	t.Helper()
	return lawtest.Words(t)
}

func (h *house) deps(t *testing.T) docket.Deps {
	return docket.Deps{
		DB: h.DB, Log: h.Log, Policy: h.Policy, Book: h.Book, Calendars: h.Calendars, Zone: caseworktest.Zone, Words: words(t), Notify: h.notify,
		DeskURL: "https://desk.example/queue", RedueComplaints: h.Complaints.Redue, RedueCases: h.Cases.Redue,
		Chase: func(_ context.Context, _ *store.Tx, caseID int64, clock string, mark deadline.Mark) error {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.chased = append(h.chased, fmt.Sprintf("%d %s %s", caseID, clock, mark))
			return nil
		},
	}
}

// at sets the clock to an hour of a day at the office.
func (h *house) at(day string, hour int) {
	h.Clock.Set(d(day).Start(caseworktest.Zone).Add(time.Duration(hour) * time.Hour))
}

// digests delivers what is queued and returns the mails of the day by recipient, without what the office writes otherwise.
func (h *house) digests(t *testing.T) map[string][]notify.Envelope {
	t.Helper()
	h.mails = nil
	_, err := h.notify.Deliver(t.Context())
	caseworktest.Check(t, err)
	out := map[string][]notify.Envelope{}
	for _, m := range h.mails {
		if strings.Contains(m.Subject, "期限提醒") {
			out[m.To] = append(out[m.To], m)
		}
	}
	return out
}

func (h *house) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	caseworktest.Check(t, h.DB.Read(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Rows(t.Context(), query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := rows.Scan(&n); err != nil {
				return err
			}
		}
		return rows.Err()
	}))
	return n
}

// year is an import file: days off of 2027, "date,off".
func year(off ...string) *strings.Reader {
	return strings.NewReader("date,off\n" + strings.Join(off, ",true\n") + ",true\n2027-02-20,false\n")
}

var first = []string{"2027-01-01", "2027-02-08", "2027-02-09", "2027-02-10", "2027-02-11", "2027-02-12", "2027-05-03", "2027-10-01"}

func TestImportMovesExactlyWhatLeansOnIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		h, ctx := open(t, db, clock), t.Context()
		// Seven working days each: due on 18 and 31 December, on 1 and on 6 January by weekends alone.
		refs := map[string]*complaint.Complaint{}
		for _, day := range []string{"2026-12-09", "2026-12-22", "2026-12-23", "2026-12-28"} {
			h.at(day, 10)
			refs[day] = h.File(t, h.Filing())
		}
		// A case that is due in the year too, and a closed book: a complaint screened before.
		k := h.Case(t)
		other := docket.New(func() docket.Deps {
			deps := h.deps(t)
			deps.Calendars = load(t)
			return deps
		}())

		if _, err := h.docket.ImportCalendar(ctx, h.Reviewer, "cn", "x", year(first...)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a reviewer imported: %v", err)
		}
		res, err := h.docket.ImportCalendar(ctx, h.Admin, "cn", "2027.csv", year(first...))
		caseworktest.Check(t, err)
		want := map[string]string{
			refs["2026-12-23"].Reference + " complaint.accept": "2027-01-01 2027-01-04",
			refs["2026-12-28"].Reference + " complaint.accept": "2027-01-06 2027-01-07",
			k.Reference + " complaint.forward":                 "2027-01-06 2027-01-07",
		}
		expect(t, res.Moved, want)
		if !slices.Equal(res.Years, []int{2027}) || res.Days != 9 || res.Known {
			t.Errorf("result %+v", res)
		}
		for day, due := range map[string]string{"2026-12-09": "2026-12-18", "2026-12-22": "2026-12-31", "2026-12-23": "2027-01-04", "2026-12-28": "2027-01-07"} {
			if n := h.count(t, "SELECT count(*) FROM complaints WHERE id = ? AND due_on = ?", refs[day].ID, due); n != 1 {
				t.Errorf("the complaint of %s is not due on %s", day, due)
			}
		}
		if n := h.count(t, "SELECT count(*) FROM cases WHERE id = ? AND due_on = ?", k.ID, "2027-01-07"); n != 1 {
			t.Error("the case is not due on 2027-01-07")
		}
		if n := h.count(t, "SELECT count(*) FROM clock_states WHERE phase = 'running' AND provisional = 1"); n != 0 {
			t.Errorf("%d clocks are still provisional", n)
		}
		h.recorded(t, want, res)

		again, err := h.docket.ImportCalendar(ctx, h.Admin, "cn", "2027.csv", year(first...))
		if err != nil || !again.Known || len(again.Moved) != 0 {
			t.Errorf("the same file again: %+v, %v", again, err)
		}
		us, err := h.docket.ImportCalendar(ctx, h.Admin, "us", "us.csv", year(append(first, "2027-01-04", "2027-01-05")...))
		if err != nil || len(us.Moved) != 0 {
			t.Errorf("another calendar moved %+v, %v", us, err)
		}

		// Another instance counts with it after a look; nothing is counted twice.
		if load(t)["cn"].Announced(2027) {
			t.Fatal("2027 is built in: the test needs another year")
		}
		caseworktest.Check(t, other.Refresh(ctx))
		if n := h.count(t, "SELECT count(*) FROM calendar_moves"); n != len(want) {
			t.Errorf("%d moves on record", n)
		}
		fresh := load(t)
		caseworktest.Check(t, docket.LoadImports(ctx, h.DB, fresh))
		if !fresh["cn"].Announced(2027) || fresh["cn"].IsWorkday(d("2027-01-01")) || fresh["uk"].Announced(2027) != load(t)["uk"].Announced(2027) {
			t.Error("stored imports were not loaded as they are")
		}

		// A corrected notice: the 1st is worked after all, the 7th is off.
		second, err := h.docket.ImportCalendar(ctx, h.Admin, "cn", "2027b.csv", year(append([]string{"2027-01-07"}, first[1:]...)...))
		caseworktest.Check(t, err)
		expect(t, second.Moved, map[string]string{
			refs["2026-12-23"].Reference + " complaint.accept": "2027-01-04 2027-01-01",
			refs["2026-12-28"].Reference + " complaint.accept": "2027-01-07 2027-01-06",
			k.Reference + " complaint.forward":                 "2027-01-07 2027-01-06",
		})
		h.MustVerify(t)
	})
}

func load(t *testing.T) map[string]*calendar.Calendar {
	t.Helper()
	all := lawtest.Calendars(t)
	return all
}

func expect(t *testing.T, moved []docket.Move, want map[string]string) {
	t.Helper()
	for _, m := range moved {
		if key := m.Reference + " " + m.Clock; want[key] != m.Was.String()+" "+m.Is.String() {
			t.Errorf("moved %+v, want %q", m, want[key])
		}
	}
	if len(moved) != len(want) {
		t.Errorf("%d moved, want %d: %+v", len(moved), len(want), moved)
	}
}

// recorded holds what stands on record of the import against its result.
func (h *house) recorded(t *testing.T, want map[string]string, res *docket.ImportResult) {
	t.Helper()
	list, err := h.docket.Imports(t.Context(), h.Admin)
	caseworktest.Check(t, err)
	if len(list) != 1 || list[0].Year != 2027 || list[0].Days != 9 || list[0].Moved != len(want) || list[0].By != h.Admin.Name || list[0].Source != "2027.csv" {
		t.Fatalf("imports %+v", list)
	}
	moves, err := h.docket.Moves(t.Context(), h.Admin, list[0].ID)
	caseworktest.Check(t, err)
	if !slices.Equal(moves, res.Moved) {
		t.Errorf("recorded %+v, told %+v", moves, res.Moved)
	}
	entries, err := h.Log.Find(t.Context(), "calendar/cn", 10)
	caseworktest.Check(t, err)
	if len(entries) != 1 || fmt.Sprint(entries[0].Detail["moved"]) != "3" || len(entries[0].Detail["references"].([]any)) != 3 {
		t.Errorf("entries %+v", entries)
	}
	if _, err := h.docket.Moves(t.Context(), h.Reviewer, list[0].ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a reviewer reads imports: %v", err)
	}
	if _, err := h.docket.Imports(t.Context(), h.Auditor); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an auditor reads imports: %v", err)
	}
}

// What fails halfway leaves neither rows nor a calendar that knows more than the record.
func TestFailedImportLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		h := open(t, db, clock)
		h.at("2026-12-28", 10)
		h.File(t, h.Filing())
		deps := h.deps(t)
		deps.RedueComplaints = func(context.Context, *store.Tx, []int64) error { return fmt.Errorf("no disk") }
		broken := docket.New(deps)
		if _, err := broken.ImportCalendar(t.Context(), h.Admin, "cn", "x", year(first...)); err == nil {
			t.Fatal("no error")
		}
		if h.Calendars["cn"].Announced(2027) || h.count(t, "SELECT count(*) FROM calendar_years") != 0 ||
			h.count(t, "SELECT count(*) FROM clock_states WHERE provisional = 1") != 1 {
			t.Error("something is left of it")
		}
		for name, c := range map[string]struct{ file, key string }{
			"no such calendar": {"date,off\n2027-01-01,true\n", "fault.choose"},
			"bad line":         {"date,off\n2027-01-01,perhaps\n", "docket.import.off"},
			"empty":            {"date,off\n", "docket.import.empty"},
		} {
			code := "cn"
			if name == "no such calendar" {
				code = "xx"
			}
			_, err := h.docket.ImportCalendar(t.Context(), h.Admin, code, "", strings.NewReader(c.file))
			caseworktest.Want(t, err, fault.Invalid, c.key)
			if !words(t).Has(locale.ZH, c.key) {
				t.Errorf("%s: no words", c.key)
			}
		}
	})
}

// What another instance counted before it heard of an import is counted again.
func TestRefreshCatchesUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		h, ctx := open(t, db, clock), t.Context()
		h.at("2026-12-28", 10)
		deps := h.deps(t)
		deps.Calendars = load(t)
		_, err := docket.New(deps).ImportCalendar(ctx, h.Admin, "cn", "x", year(first...))
		caseworktest.Check(t, err)
		c := h.File(t, h.Filing()) // here, where nobody has heard of 2027
		if c.DueOn != d("2027-01-06") {
			t.Fatalf("due %s", c.DueOn)
		}
		caseworktest.Check(t, h.docket.Refresh(ctx))
		if n := h.count(t, "SELECT count(*) FROM complaints WHERE id = ? AND due_on = '2027-01-07'", c.ID); n != 1 {
			t.Error("the due date is still the old one")
		}
		if n := h.count(t, "SELECT count(*) FROM calendar_moves WHERE reference = ?", c.Reference); n != 1 {
			t.Errorf("%d moves on record", n)
		}
		h.MustVerify(t)
	})
}

func TestRebuildFillsInWhatIsMissing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		h, ctx := open(t, db, clock), t.Context()
		h.File(t, h.Filing())
		h.Assigned(t)
		all := func() (out []deadline.Standing) {
			caseworktest.Check(t, h.DB.Read(ctx, func(tx *store.Tx) (err error) {
				out, err = deadline.States(ctx, tx, deadline.Filter{})
				return err
			}))
			return out
		}
		before := all()
		caseworktest.Check(t, h.DB.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "DELETE FROM clock_states")
			return err
		}))
		caseworktest.Check(t, h.docket.Rebuild(ctx))
		caseworktest.Check(t, h.docket.Rebuild(ctx))
		if after := all(); len(before) != 2 || !slices.Equal(before, after) {
			t.Errorf("before %+v\nafter %+v", before, after)
		}
		h.MustVerify(t)
	})
}
