package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dunwatch/internal/lawtest"
	"dunwatch/internal/locale"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

func words(t *testing.T) *locale.Catalog {
	t.Helper()
	return lawtest.Words(t)
}

func open(t *testing.T, db *store.DB, senders Senders) *Service {
	t.Helper()
	keys, err := seal.New(make([]byte, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return New(db, keys, words(t), senders)
}

// gateway is a Sender of the tests: it keeps what it was given and answers as
// told.
type gateway struct {
	mu     sync.Mutex
	got    []Envelope
	answer func(n int) error // n counts from 1
}

func (g *gateway) Send(_ context.Context, e Envelope) error {
	g.mu.Lock()
	g.got = append(g.got, e)
	n := len(g.got)
	g.mu.Unlock()
	if g.answer == nil {
		return nil
	}
	return g.answer(n)
}

func filed(to, dedupe string) Message {
	return Message{Channel: Email, To: to, Lang: "en", Template: "mail.filed", Dedupe: dedupe,
		Data: map[string]string{"reference": "C-2026-000123-7", "date": "2026-10-20", "link": "https://x.example/track"}}
}

func (s *Service) must(t *testing.T, ms ...Message) {
	t.Helper()
	err := s.db.Write(t.Context(), func(tx *store.Tx) error {
		for _, m := range ms {
			if err := s.Queue(t.Context(), tx, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func deliver(t *testing.T, s *Service, want int) {
	t.Helper()
	n, err := s.Deliver(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n != want {
		t.Fatalf("%d messages sent, want %d", n, want)
	}
}

// column reads one column of the outbox as text.
func column(t *testing.T, s *Service, col string) (out []string) {
	t.Helper()
	err := s.db.Read(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Rows(t.Context(), "SELECT "+col+" FROM outbox ORDER BY id")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			cols, err := store.ScanRow(rows)
			if err != nil {
				return err
			}
			out = append(out, fmt.Sprintf("%s", cols[0].Value))
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestQueueAndDeliver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, c *storetest.Clock) {
		g := &gateway{}
		s := open(t, db, Senders{Email: g})
		s.must(t, filed("li@example.cn", "a"), filed("li@example.cn", "a"), filed("", "b"), filed("wang@example.cn", ""), filed("wang@example.cn", ""))
		if got := column(t, s, "recipient"); len(got) != 3 || strings.Contains(got[0], "example") {
			t.Fatalf("stored recipients %q: want three, sealed", got)
		}
		deliver(t, s, 3)
		deliver(t, s, 0)
		e := g.got[0]
		if e.To != "li@example.cn" || e.Subject != "C-2026-000123-7 was received" || e.FromName == "" {
			t.Errorf("got %+v", e)
		}
		for _, want := range []string{"20 October 2026", "https://x.example/track", "sent by a program"} {
			if !strings.Contains(e.Body, want) {
				t.Errorf("%q is not in:\n%s", want, e.Body)
			}
		}
		c.Add(keep + time.Second)
		if err := s.Purge(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := column(t, s, "id"); len(got) != 0 {
			t.Errorf("left after purging: %v", got)
		}
	})
}

func TestQueueRefusesMistakes(t *testing.T) {
	db := storetest.Open(t)
	s := open(t, db, nil)
	for name, spoil := range map[string]func(*Message){
		"no words":       func(m *Message) { m.Template = "mail.nothing" },
		"no placeholder": func(m *Message) { m.Data = map[string]string{"name": "李"} },
		"no channel":     func(m *Message) { m.Channel = "pigeon" },
	} {
		m := filed("li@example.cn", "")
		spoil(&m)
		err := db.Write(t.Context(), func(tx *store.Tx) error { return s.Queue(t.Context(), tx, m) })
		if err == nil {
			t.Errorf("%s: queued", name)
		}
	}
}

func TestFailuresAreTriedAgainThenGivenUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, c *storetest.Clock) {
		g := &gateway{answer: func(int) error { return errors.New("451 <li@example.cn> try later") }}
		s := open(t, db, Senders{Email: g})
		s.must(t, filed("li@example.cn", ""))
		deliver(t, s, 0)
		deliver(t, s, 0) // not due yet
		if len(g.got) != 1 {
			t.Fatalf("%d attempts at once", len(g.got))
		}
		if got := column(t, s, "last_error")[0]; got != "451 <[recipient]> try later" {
			t.Errorf("last error is %q", got)
		}
		for n := 1; n < maxAttempts; n++ {
			c.Add(pause(n) - time.Second)
			deliver(t, s, 0)
			if len(g.got) != n {
				t.Fatalf("attempt %d came too early", n+1)
			}
			c.Add(time.Second)
			deliver(t, s, 0)
		}
		if st, err := s.Stats(t.Context()); err != nil || st.Dead != 1 || st.Waiting != 0 || len(g.got) != maxAttempts {
			t.Errorf("got %+v, %v after %d attempts", st, err, len(g.got))
		}
	})
}

// A gateway that says nothing may have taken the message; one that answers has not.
func TestSilenceLeavesDoubt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		for why, want := range map[error]string{
			context.DeadlineExceeded: "1", io.ErrUnexpectedEOF: "1", os.ErrDeadlineExceeded: "1", errors.New("451 try later"): "0",
		} {
			g := &gateway{answer: func(int) error { return fmt.Errorf("hand over: %w", why) }}
			s := open(t, db, Senders{Email: g})
			s.must(t, filed("li@example.cn", ""))
			deliver(t, s, 0)
			marks := column(t, s, "CAST(doubtful AS TEXT)")
			if got := marks[len(marks)-1]; got != want {
				t.Errorf("%v: doubtful is %s, want %s", why, got, want)
			}
		}
	})
}

func TestRefusedIsFinal(t *testing.T) {
	db := storetest.Open(t)
	g := &gateway{answer: func(n int) error {
		if n == 1 {
			return fmt.Errorf("%w: no such mailbox", ErrRefused)
		}
		panic("a broken sender")
	}}
	s := open(t, db, Senders{Email: g})
	s.must(t, filed("li@example.cn", ""), filed("wang@example.cn", ""))
	deliver(t, s, 0)
	if st, _ := s.Stats(t.Context()); st.Dead != 1 || st.Waiting != 1 || st.Oldest.IsZero() {
		t.Errorf("got %+v: one refused, one that broke the sender waits", st)
	}
}

// Two instances deliver at once; one crashes with a message in its hands.
func TestNothingGoesTwice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, c *storetest.Clock) {
		g := &gateway{}
		s := open(t, db, Senders{Email: g})
		var ms []Message
		for i := range 3*batch + 1 {
			ms = append(ms, filed(fmt.Sprintf("n%d@example.cn", i), ""))
		}
		s.must(t, ms...)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if _, err := s.Deliver(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		deliver(t, s, 0)
		seen := map[int64]bool{}
		for _, e := range g.got {
			if seen[e.ID] {
				t.Errorf("message %d went twice", e.ID)
			}
			seen[e.ID] = true
		}
		if len(seen) != len(ms) {
			t.Errorf("%d messages went, want %d", len(seen), len(ms))
		}

		s.must(t, filed("crash@example.cn", ""))
		due, err := s.due(t.Context(), Email)
		if err != nil || len(due) != 1 {
			t.Fatal(due, err)
		}
		if mine, err := s.claim(t.Context(), &due[0]); err != nil || !mine {
			t.Fatal(mine, err)
		}
		deliver(t, s, 0) // still in the crashed one's hands
		c.Add(claimFor)
		deliver(t, s, 1)
		if st, err := s.Stats(t.Context()); err != nil || st.Doubtful != 1 {
			t.Errorf("%+v %v: want one in doubt, the crashed one", st, err)
		}
	})
}

// A program that is told to stop writes down what it has sent and gives back
// what it has not.
func TestStopInTheMiddle(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		ctx, cancel := context.WithCancel(t.Context())
		g := &gateway{answer: func(n int) error {
			if n == 2 {
				cancel()
			}
			return nil
		}}
		s := open(t, db, Senders{Email: g})
		s.must(t, filed("a@example.cn", ""), filed("b@example.cn", ""), filed("c@example.cn", ""))
		if n, err := s.Deliver(ctx); n != 2 || !errors.Is(err, context.Canceled) {
			t.Fatalf("sent %d, %v", n, err)
		}
		deliver(t, s, 1)
		if len(g.got) != 3 || g.got[2].To != "c@example.cn" {
			t.Errorf("got %v", g.got)
		}
	})
}

func TestPause(t *testing.T) {
	for n, want := range map[int]time.Duration{1: time.Minute, 2: 2 * time.Minute, 5: 16 * time.Minute, 10: 6 * time.Hour, 99: 6 * time.Hour} {
		if got := pause(n); got != want {
			t.Errorf("pause(%d) = %s, want %s", n, got, want)
		}
	}
}

// Every message has words for e-mail and for short messages, and no subject
// shows more than a reference or a month.
func TestWords(t *testing.T) {
	w := words(t)
	templates := 0
	for _, lang := range locale.Langs {
		for _, key := range w.Keys(lang) {
			name, ok := strings.CutSuffix(key, ".subject")
			if !ok || !strings.HasPrefix(name, "mail.") {
				continue
			}
			templates++
			for _, c := range []Channel{Email, SMS} {
				for _, part := range parts[c] {
					if !w.Has(lang, name+"."+part) {
						t.Errorf("%s: no %s.%s", lang, name, part)
					}
				}
			}
			if n := len([]rune(w.T(lang, name+".sms"))); lang == locale.ZH && n > 70 {
				t.Errorf("%s.sms has %d characters: it would go as two messages", name, n)
			}
		}
	}
	if templates < 20 {
		t.Fatalf("only %d templates found", templates)
	}
	if s := oneLine("a\r\nBcc: x"); strings.ContainsAny(s, "\r\n") {
		t.Errorf("got %q", s)
	}
}

func TestFileSender(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mail")
	f := NewFile(dir, "noreply@office.example")
	at := storetest.Start
	for _, e := range []Envelope{
		{ID: 7, Channel: Email, To: "li@example.cn", Lang: locale.ZH, FromName: "催收监察", Subject: "已收到", Body: "您好", QueuedAt: at},
		{ID: 8, Channel: SMS, To: "13812345678", Body: "已收到", QueuedAt: at},
	} {
		if err := f.Send(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	eml, err := os.ReadFile(filepath.Join(dir, "000007.eml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"To: <li@example.cn>", "Auto-Submitted: auto-generated", "Content-Language: zh-CN", "<outbox-7-", "@office.example>"} {
		if !strings.Contains(string(eml), want) {
			t.Errorf("%q is not in:\n%s", want, eml)
		}
	}
	if sms, err := os.ReadFile(filepath.Join(dir, "000008.txt")); err != nil || !strings.Contains(string(sms), "已收到") {
		t.Errorf("got %q, %v", sms, err)
	}
	if err := f.Send(t.Context(), Envelope{Channel: Email, To: "not an address"}); !errors.Is(err, ErrRefused) {
		t.Errorf("a wrong address: %v", err)
	}
}
