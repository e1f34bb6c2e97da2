package notify

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// Files go with the messages that they were tied to, once for all of them, and are thrown away with the last.
func TestFilesGoWithMessages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		dir := t.TempDir()
		s := open(t, db, Senders{Email: NewFile(dir, "noreply@office.example")})
		files := []File{{"report-2026-10.pdf", "application/pdf", []byte("%PDF-1.7 paper")}, {"report.xlsx", "application/zip", bytes.Repeat([]byte("book"), 1000)}}
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			var ids []int64
			for _, f := range files {
				id, err := s.Keep(t.Context(), tx, f)
				if err != nil {
					return err
				}
				ids = append(ids, id)
			}
			for _, who := range []string{"a", "b", "a"} {
				m := filed(who+"@x.cn", "files "+who)
				m.Files = ids
				if err := s.Queue(t.Context(), tx, m); err != nil {
					return err
				}
			}
			return s.Queue(t.Context(), tx, filed("c@x.cn", "no files"))
		})
		if err != nil {
			t.Fatal(err)
		}
		deliver(t, s, 3)
		found, err := filepath.Glob(filepath.Join(dir, "*.eml"))
		if err != nil || len(found) != 3 {
			t.Fatalf("%v, %v", found, err)
		}
		with := 0
		for _, name := range found {
			eml, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			text := strings.NewReplacer("\r", "", "\n", "").Replace(string(eml))
			for _, f := range files {
				if strings.Contains(text, `filename="`+f.Name+`"`) && strings.Contains(text, base64.StdEncoding.EncodeToString(f.Content)) {
					with++
				}
			}
		}
		if with != 4 {
			t.Errorf("%d files arrived whole, want two with each of two mails", with)
		}
		left := func() (n int) {
			err := db.Read(t.Context(), func(tx *store.Tx) error {
				rows, err := tx.Rows(t.Context(), "SELECT COUNT(*) FROM outbox_files")
				if err != nil {
					return err
				}
				defer rows.Close()
				rows.Next()
				return rows.Scan(&n)
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		for _, step := range []struct {
			after time.Duration
			want  int
		}{{0, 2}, {keep + time.Hour, 0}} {
			clock.Add(step.after)
			if err := s.Purge(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := left(); got != step.want {
				t.Errorf("%d files are left after %s, want %d", got, step.after, step.want)
			}
		}
	})
}

func TestFilesAreRefused(t *testing.T) {
	db := storetest.Open(t)
	s := open(t, db, nil)
	m := filed("a@x.cn", "")
	m.Files = []int64{1}
	try := func(do func(tx *store.Tx) error) error { return db.Write(t.Context(), do) }
	if err := try(func(tx *store.Tx) error { return s.Queue(t.Context(), tx, m) }); err == nil {
		t.Error("files without a dedupe were taken: nothing says whose they are")
	}
	large := File{Name: "x", Type: "application/pdf", Content: make([]byte, MaxAttached+1)}
	if err := try(func(tx *store.Tx) error { _, err := s.Keep(t.Context(), tx, large); return err }); err == nil {
		t.Error("a file that no mail server takes was kept")
	}
	if _, err := letter(Envelope{To: "a@x.cn", Files: []File{{Name: "x", Type: "application/pdf"}}}, "o@x.cn"); errors.Is(err, ErrRefused) {
		t.Errorf("an empty file: %v", err)
	}
}
