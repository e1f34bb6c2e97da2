package letter_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
	"dunwatch/internal/notify"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

func (d *desk) change(by access.Actor, f func(ctx context.Context, tx *store.Tx) (*letter.Letter, error)) (l *letter.Letter, err error) {
	d.t.Helper()
	err = d.deed(by, func(ctx context.Context, tx *store.Tx) (err error) {
		l, err = f(ctx, tx)
		return err
	})
	return l, err
}

func (d *desk) releaseBy(by access.Actor, l *letter.Letter) (*letter.Letter, error) {
	d.t.Helper()
	return d.change(by, func(ctx context.Context, tx *store.Tx) (*letter.Letter, error) {
		return d.Release(ctx, tx, by, d.key, l.ID, l.Version)
	})
}

func (d *desk) release(l *letter.Letter) *letter.Letter {
	d.t.Helper()
	l, err := d.releaseBy(d.reader, l)
	check(d.t, err)
	return l
}

func (d *desk) edit(by access.Actor, l *letter.Letter, body rulebook.Text) (*letter.Letter, error) {
	d.t.Helper()
	return d.change(by, func(ctx context.Context, tx *store.Tx) (*letter.Letter, error) {
		return d.Edit(ctx, tx, by, d.key, l.ID, l.Version, body)
	})
}

// count counts rows.
func (d *desk) count(query string, args ...any) (n int) {
	d.t.Helper()
	check(d.t, d.db.Read(d.t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Rows(d.t.Context(), query, args...)
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

func want(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind {
		t.Errorf("got %v, want %s %s", err, kind, key)
		return
	}
	if f.Key == key || slices.ContainsFunc(f.Fields, func(g fault.Field) bool { return g.Key == key }) {
		return
	}
	t.Errorf("got %v, want %s %s", err, kind, key)
}

var mail = notify.Message{Channel: notify.Email, To: "li@example.cn", Lang: "zh", Template: "mail.message", Data: map[string]string{"reference": "C-1", "link": "https://x"}}

func TestNumbersHaveNoGapsAndNoDoubles(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		d := open(t, db)
		const writers, each = 6, 10
		var mu sync.Mutex
		var got []string
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() {
				for i := range each {
					giveUp := (w+i)%3 == 0
					var l *letter.Letter
					err := d.deed(d.writer, func(ctx context.Context, tx *store.Tx) (err error) {
						l, err = d.Write(ctx, tx, d.writer, d.key, letter.New{Kind: "acceptance", Pack: "cn", ComplaintID: d.complaint, To: letter.ToComplainant})
						if err == nil && giveUp {
							err = errors.New("the deed failed after the letter was written")
						}
						return err
					})
					if giveUp != (err != nil) {
						t.Errorf("got %v", err)
					}
					if err == nil {
						mu.Lock()
						got = append(got, l.Number)
						mu.Unlock()
					}
				}
			})
		}
		all.Wait()
		slices.SortFunc(got, func(a, b string) int { return len(a)*1000 - len(b)*1000 + strings.Compare(a, b) })
		if len(got) != writers*each*2/3 {
			t.Errorf("%d letters", len(got))
		}
		for i, n := range got {
			if want := fmt.Sprintf("金消投受〔2026〕%d号", i+1); n != want {
				t.Fatalf("number %d is %s", i+1, n)
			}
		}
	})
}

func TestSecondReading(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		d := open(t, db)
		l := d.write(letter.New{Kind: "closing", Fields: full("closing"), Notices: []notify.Message{mail}})
		if l.Status != letter.Draft || l.Number != "" || d.count(`SELECT COUNT(*) FROM outbox`) != 0 {
			t.Fatalf("got %+v, and %d messages", l, d.count(`SELECT COUNT(*) FROM outbox`))
		}
		if d.count(`SELECT COUNT(*) FROM letters WHERE notices IS NOT NULL`) != 1 {
			t.Error("the notices were not kept")
		}
		_, err := d.releaseBy(d.writer, l)
		want(t, err, fault.Forbidden, "letter.error.own_draft")
		_, err = d.releaseBy(access.Program, l)
		want(t, err, fault.Forbidden, "fault.forbidden")

		// Who edited it has read it with an author's eyes.
		l, err = d.edit(d.admin, l, rulebook.Text{ZH: "改过的\n\n正文 {name}", EN: ""})
		check(t, err)
		_, err = d.releaseBy(d.admin, l)
		want(t, err, fault.Forbidden, "letter.error.own_draft")
		_, err = d.edit(d.writer, &letter.Letter{ID: l.ID, Version: 1}, rulebook.Text{ZH: "x"})
		want(t, err, fault.Conflict, "fault.stale")

		l = d.release(l)
		if l.Status != letter.Issued || l.Number != "金消办结〔2026〕1号" || l.ReadBy != d.reader.UserID || l.Delivery != letter.Queued {
			t.Errorf("got %+v", l)
		}
		if _, body := d.text(l, locale.ZH); !strings.HasPrefix(body, "改过的\n\n正文 {name}\n") {
			t.Errorf("got %s", body)
		}
		if _, body := d.text(l, locale.EN); !strings.Contains(body, "Dear 张小明,") {
			t.Errorf("got %s", body)
		}
		if d.count(`SELECT COUNT(*) FROM outbox WHERE dedupe = ?`, fmt.Sprintf("letter:%d:0", l.ID)) != 1 {
			t.Error("the notice was not queued")
		}
		if d.count(`SELECT COUNT(*) FROM letters WHERE notices IS NOT NULL`) != 0 {
			t.Error("the notices were kept after they went out")
		}
		_, err = d.edit(d.writer, l, rulebook.Text{ZH: "x"})
		want(t, err, fault.Conflict, "letter.error.not_draft")
		_, err = d.releaseBy(d.reader, l)
		want(t, err, fault.Conflict, "letter.error.not_draft")
		d.verify()
	})
}

func TestReaderIsNotTheWriterInTheDatabaseEither(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		d := open(t, db)
		l := d.write(letter.New{Kind: "closing"})
		err := d.db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE letters SET read_by = written_by WHERE id = ?`, l.ID)
			return err
		})
		if err == nil {
			t.Error("the database took the writer for the reader")
		}
		issued := d.release(l)
		err = d.db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE letters SET title_zh = 'x' WHERE id = ?`, issued.ID)
			return err
		})
		if err == nil {
			t.Error("an issued letter was changed")
		}
	})
}

// A release that is cut off leaves a draft: no number is spent, nothing is sent, and it can be released again.
func TestReleaseCutOff(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		d := open(t, db)
		l := d.write(letter.New{Kind: "closing", Notices: []notify.Message{mail}})
		for _, cut := range []error{errors.New("cut off"), nil} {
			err := d.deed(d.reader, func(ctx context.Context, tx *store.Tx) error {
				if _, err := d.Release(ctx, tx, d.reader, d.key, l.ID, l.Version); err != nil {
					return err
				}
				if cut == nil {
					panic("killed")
				}
				return cut
			})
			if err == nil {
				t.Fatal("the cut did not happen")
			}
			if n := d.count(`SELECT COUNT(*) FROM outbox`) + d.count(`SELECT COUNT(*) FROM letters WHERE number IS NOT NULL`) + d.count(`SELECT COUNT(*) FROM counters WHERE name LIKE 'letter:%'`); n != 0 {
				t.Errorf("%d traces of a release that did not happen", n)
			}
		}
		if l = d.release(l); l.Number != "金消办结〔2026〕1号" || d.count(`SELECT COUNT(*) FROM outbox`) != 1 {
			t.Errorf("got %+v", l)
		}
	})
}

func TestCancel(t *testing.T) {
	d := open(t, storetest.Open(t))
	l := d.write(letter.New{Kind: "closing", Notices: []notify.Message{mail}})
	cancel := func(l *letter.Letter, reason string) (*letter.Letter, error) {
		return d.change(d.writer, func(ctx context.Context, tx *store.Tx) (*letter.Letter, error) {
			return d.Cancel(ctx, tx, d.writer, l.ID, l.Version, reason)
		})
	}
	_, err := cancel(l, " ")
	want(t, err, fault.Invalid, "fault.required")
	l, err = cancel(l, "写错了对象")
	check(t, err)
	if l.Status != letter.Cancelled || d.count(`SELECT COUNT(*) FROM letters WHERE notices IS NOT NULL`) != 0 || d.count(`SELECT COUNT(*) FROM outbox`) != 0 {
		t.Errorf("got %+v", l)
	}
	_, err = d.releaseBy(d.reader, l)
	want(t, err, fault.Conflict, "letter.error.not_draft")
	d.verify()
}

func TestWriteRefusesMistakesOfTheProgram(t *testing.T) {
	d := open(t, storetest.Open(t))
	for name, n := range map[string]letter.New{
		"no such kind":   {Kind: "poem", Pack: "cn"},
		"no such field":  {Kind: "acceptance", Pack: "cn", Fields: map[string]any{"dueon": oct21}},
		"a strange type": {Kind: "acceptance", Pack: "cn", Fields: map[string]any{"due_on": 3.5}},
		"no such pack":   {Kind: "acceptance", Pack: "fr"},
	} {
		n.ComplaintID, n.To = d.complaint, letter.ToComplainant
		err := d.deed(d.writer, func(ctx context.Context, tx *store.Tx) error {
			_, err := d.Write(ctx, tx, d.writer, d.key, n)
			return err
		})
		if err == nil {
			t.Errorf("%s: written", name)
		}
	}
}

// A letter under American law carries a number that its reader can read.
func TestNumberFollowsTheLaw(t *testing.T) {
	d := open(t, storetest.Open(t))
	for _, c := range []struct{ pack, want string }{{"cn", "金消投受〔2026〕1号"}, {"us", "ACC/2026/1"}, {"uk", "ACC/2026/2"}} {
		if l := d.writeFor(c.pack, "acceptance"); l.Number != c.want {
			t.Errorf("%s: %q, want %q", c.pack, l.Number, c.want)
		}
	}
}

func (d *desk) writeFor(pack, kind string) (l *letter.Letter) {
	d.t.Helper()
	check(d.t, d.deed(d.writer, func(ctx context.Context, tx *store.Tx) (err error) {
		l, err = d.Write(ctx, tx, d.writer, d.key, letter.New{Kind: kind, Pack: pack, ComplaintID: d.complaint, To: letter.ToComplainant, Lang: "en"})
		return err
	}))
	return l
}
