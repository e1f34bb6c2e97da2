package report_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/locale"
	"dunwatch/internal/notify"
	"dunwatch/internal/report"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// post is an office that mails its reports into a folder.
type post struct {
	*testing.T
	*report.Service
	db   *store.DB
	mail *notify.Service
	dir  string
}

func newPost(t *testing.T, db *store.DB) post {
	t.Helper()
	keys, err := seal.New(make([]byte, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	n := notify.New(db, keys, lawtest.Words(t), notify.Senders{notify.Email: notify.NewFile(dir, "noreply@office.example")})
	s := report.New(db, audittest.New(t, db), lawtest.Policy(t), lawtest.Book(t), newDesk(t, db).calendars, beijing, lawtest.Words(t))
	return post{t, s.Mailing(n, "https://x.example/reports"), db, n, dir}
}

func reviewer(id int64) access.Actor {
	return access.Actor{Role: access.Reviewer, UserID: id, UnitID: 1, Name: "甲"}
}

func (p post) wants(id int64, wants bool) {
	p.Helper()
	if err := p.Subscribe(context.Background(), reviewer(id), wants); err != nil {
		p.Fatal(err)
	}
}

// mails sends what is due and returns the mails in the folder since the last time.
func (p post) mails() (out []string) {
	p.Helper()
	if err := p.Mail(context.Background()); err != nil {
		p.Fatal(err)
	}
	if _, err := p.mail.Deliver(context.Background()); err != nil {
		p.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(p.dir, "*.eml"))
	if err != nil {
		p.Fatal(err)
	}
	for _, name := range found {
		text, err := os.ReadFile(name)
		if err != nil {
			p.Fatal(err)
		}
		out = append(out, string(text))
		if err := os.Remove(name); err != nil {
			p.Fatal(err)
		}
	}
	return out
}

// From the 1st at eight each who asked before gets the report of the month before, once, with both files.
func TestReportGoesOutOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		newWorld(40, now).insert(t, db)
		p := newPost(t, db)
		p.wants(1, true)
		p.wants(1, true)
		p.wants(2, true)
		p.wants(2, false)
		for id, want := range map[int64]bool{1: true, 2: false, 3: false} {
			if got, err := p.Subscribed(context.Background(), reviewer(id)); err != nil || got != want {
				t.Errorf("user %d: %v, %v", id, got, err)
			}
		}
		if got := p.mails(); len(got) != 0 {
			t.Errorf("%d mails in the month in which it was asked for", len(got))
		}
		clock.Set(time.Date(2026, 11, 1, 7, 59, 0, 0, beijing))
		if got := p.mails(); len(got) != 0 {
			t.Errorf("%d mails before eight", len(got))
		}
		clock.Set(time.Date(2026, 11, 1, 8, 0, 0, 0, beijing))
		p.wants(3, true) // from the next month on
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if err := p.Mail(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		got := p.mails()
		if len(got) != 1 || !strings.Contains(got[0], "u1@x.cn") || !strings.Contains(got[0], `filename="report-2026-10.pdf"`) || !strings.Contains(got[0], `filename="report-2026-10.xlsx"`) {
			t.Fatalf("%d mails, want one with two files: %.600s", len(got), fmt.Sprint(got))
		}
		clock.Set(time.Date(2026, 11, 20, 8, 0, 0, 0, beijing))
		if got := p.mails(); len(got) != 0 {
			t.Errorf("%d mails more in the same month", len(got))
		}
		p.wants(2, true)
		clock.Set(time.Date(2026, 12, 1, 9, 0, 0, 0, beijing))
		if _, err := p.Freeze(context.Background(), access.Program, report.MonthPeriod(calendar.MustMonth("2026-11")), ""); err != nil {
			t.Fatal(err)
		}
		change := func(query string) {
			err := db.Write(context.Background(), func(tx *store.Tx) error {
				_, err := tx.Exec(context.Background(), query)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		change("UPDATE users SET disabled_at = 1 WHERE id = 1")
		change("UPDATE users SET lang = 'en' WHERE id = 2")
		got = p.mails()
		english := map[string]bool{} // by address
		for _, text := range got {
			for _, to := range []string{"u1@x.cn", "u2@x.cn", "u3@x.cn"} {
				if strings.Contains(text, to) {
					english[to] = strings.Contains(text, "enforcement report")
				}
			}
		}
		if len(got) != 2 || len(english) != 2 || !english["u2@x.cn"] || english["u3@x.cn"] {
			t.Fatalf("%d mails in December, in English: %v; want one in English to user 2 and one in Chinese to user 3", len(got), english)
		}
		workbook := func(text string) string {
			_, file, _ := strings.Cut(text, `filename="report-2026-11.xlsx"`)
			file, _, _ = strings.Cut(file, "\r\n--")
			return file
		}
		if a, b := workbook(got[0]), workbook(got[1]); a == b || len(a) < 1000 || len(b) < 1000 {
			t.Errorf("two languages, one workbook of %d bytes", len(a))
		}
		if r, err := p.Whole(context.Background(), supervisor, report.MonthPeriod(calendar.MustMonth("2026-11")), "", locale.ZH); err != nil || !r.Frozen {
			t.Errorf("the month is not frozen: %v", err)
		}
		clock.Set(time.Date(2027, 1, 1, 9, 0, 0, 0, beijing))
		change("UPDATE users SET role = 'admin' WHERE id = 3") // who may read no report
		if got := p.mails(); len(got) != 1 || !strings.Contains(got[0], "u2@x.cn") {
			t.Errorf("%d mails in January, want one to user 2 alone", len(got))
		}
	})
}

func TestWhoMaySubscribe(t *testing.T) {
	p := newPost(t, storetest.Open(t))
	for _, role := range []access.Role{access.Auditor, access.Admin, access.Firm, access.Borrower, access.System} {
		if err := p.Subscribe(context.Background(), access.Actor{Role: role, UserID: 1}, true); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", role, err)
		}
	}
}
