package audit_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

type unitRow struct {
	ID        int64
	Code      string
	NameZH    string
	NameEN    string
	CreatedAt store.Time `gorm:"autoCreateTime:false"`
	Version   int64
}

func (unitRow) TableName() string { return "units" }

var clerk = access.Actor{Role: access.Admin, UserID: 3, Name: "管理员"}

func addUnit(t *testing.T, db *store.DB, l *audit.Log, code string) *audit.Entry {
	t.Helper()
	var e *audit.Entry
	err := db.Write(t.Context(), func(tx *store.Tx) (err error) {
		r := &unitRow{Code: code, NameZH: "一处", NameEN: "Unit", CreatedAt: store.At(tx.Now), Version: 1}
		if err := store.Insert(t.Context(), tx, r); err != nil {
			return err
		}
		e, err = l.Append(t.Context(), tx, clerk, audit.UnitCreated, code, "n", 12, "why", "开业 <>&")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func sequence(t *testing.T, l *audit.Log) int {
	t.Helper()
	n, err := l.Sequence(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestReceiptAndProof(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		l := audittest.New(t, db)
		for i := range 5 {
			addUnit(t, db, l, fmt.Sprint("u", i))
		}
		r, err := l.ReceiptOf(t.Context(), "u3", audit.UnitCreated)
		if err != nil {
			t.Fatal(err)
		}
		if r.Proof != nil {
			t.Error("a proof before the entry is in the tree")
		}
		if _, err := r.Check(l.VerifierKey()); err != nil {
			t.Errorf("the signature alone: %v", err)
		}
		if n := sequence(t, l); n != 5 {
			t.Fatalf("sequenced %d, want 5", n)
		}
		if r, err = l.ReceiptOf(t.Context(), "u3", audit.UnitCreated); err != nil {
			t.Fatal(err)
		}
		// A person may open the file and save it laid out anew.
		var copied audit.Receipt
		b, _ := json.MarshalIndent(r, "", "  ")
		if err := json.Unmarshal(b, &copied); err != nil {
			t.Fatal(err)
		}
		head, err := copied.Check(l.VerifierKey())
		if err != nil || head == nil || head.Size != 5 {
			t.Fatalf("head %v, err %v", head, err)
		}
		forged := copied
		forged.Entry = strings.Replace(forged.Entry, "u3", "u2", 1)
		if _, err := forged.Check(""); err == nil {
			t.Error("a forged entry passed")
		}
		forged = copied
		forged.FiledAt = forged.FiledAt.Add(-24 * time.Hour)
		if _, err := forged.Check(""); err == nil {
			t.Error("a back-dated receipt passed")
		}
		if _, err := l.ReceiptOf(t.Context(), "nobody", audit.UnitCreated); !fault.Is(err, fault.NotFound) {
			t.Errorf("unknown subject: %v", err)
		}
	})
}

// A row changed several times in one command or by several answers to its last
// form alone.
func TestVerifyPassesOnAnHonestDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		l, ctx := audittest.New(t, db), t.Context()
		addUnit(t, db, l, "a")
		err := db.Write(ctx, func(tx *store.Tx) error {
			for v := int64(1); v < 4; v++ {
				if err := store.Update[unitRow](ctx, tx, 1, v, store.Set("name_en", fmt.Sprint(v))); err != nil {
					return err
				}
			}
			_, err := l.Append(ctx, tx, clerk, audit.UnitCreated, "a")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		audittest.MustVerify(t, l)
		sequence(t, l)
		addUnit(t, db, l, "b")
		audittest.MustVerify(t, l)
	})
}

func TestHistoryRefusesChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		l := audittest.New(t, db)
		addUnit(t, db, l, "a")
		sequence(t, l)
		for _, q := range []string{
			"UPDATE audit_entries SET actor_name = 'x'", "DELETE FROM audit_entries", "UPDATE audit_leaves SET entry_id = 9",
			"DELETE FROM audit_hashes", "DELETE FROM audit_checkpoints", "DELETE FROM units",
		} {
			err := db.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.Exec(t.Context(), q); return err })
			if err == nil {
				t.Errorf("%s was accepted", q)
			}
		}
	})
}

// Whoever opens the database file can drop the triggers; Verify names what they
// did.
func TestVerifyNamesWhatWasDone(t *testing.T) {
	for _, tt := range []struct{ name, sql, want string }{
		{"changed", "UPDATE units SET name_en = 'x' WHERE id = 2", "units 2: was changed"},
		{"renumbered", "UPDATE units SET id = 9 WHERE id = 2", "units 9: was added"},
		{"removed", "DELETE FROM units WHERE id = 2", "units 2: was removed"},
		{"added", "INSERT INTO units SELECT 77, 'x', name_zh, name_en, created_at, version FROM units WHERE id = 1", "units 77: was added"},
		{"swapped", "UPDATE units SET code = 'tmp' WHERE id = 2; UPDATE units SET code = 'u1' WHERE id = 3; UPDATE units SET code = 'u2' WHERE id = 2", "units 2: was changed"},
		{"entry edited", "UPDATE audit_entries SET actor_name = 'y' WHERE id = 2", "audit_entries 2: was changed"},
		{"entry back-dated", "UPDATE audit_entries SET at = at - 86400 WHERE id = 3", "audit_entries 3: was changed"},
		{"entry removed", "DELETE FROM audit_entries WHERE id = 2", "its entry 2 was changed or removed"},
		{"leaf removed", "DELETE FROM audit_leaves WHERE seq = 1", "the place before it is missing"},
		{"leaves swapped", "UPDATE audit_leaves SET entry_id = 99 WHERE entry_id = 1; UPDATE audit_leaves SET entry_id = 1 WHERE entry_id = 2; UPDATE audit_leaves SET entry_id = 2 WHERE entry_id = 99", "audit_hashes 0: does not follow"},
		{"hash changed", "UPDATE audit_hashes SET hash = zeroblob(32) WHERE idx = 2", "audit_hashes 2: does not follow"},
		{"head changed", "UPDATE audit_checkpoints SET note = replace(note, '3', '4')", "audit_checkpoints 3: was changed"},
		{"head removed", "DELETE FROM audit_checkpoints", "the tree has 3 entries"},
		{"waiting entry removed", "DELETE FROM audit_entries WHERE id = 4", "audit_pending 4"},
		{"waiting mark removed", "DELETE FROM audit_pending", "neither in the tree nor waiting"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			db := storetest.OpenDir(t, storetest.NewClock(), dir)
			l := audittest.New(t, db)
			for i := range 3 {
				addUnit(t, db, l, fmt.Sprint("u", i))
			}
			sequence(t, l)
			addUnit(t, db, l, "u3")
			audittest.MustVerify(t, l)
			tamper(t, dir, tt.sql)
			v, err := l.Verify(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(v.Problems, func(p audit.Problem) bool { return strings.Contains(p.String(), tt.want) }) {
				t.Errorf("got %v, want %q", v.Problems, tt.want)
			}
		})
	}
}

// A tail cut off with everything that belongs to it shows against a checkpoint
// kept elsewhere, and only there.
func TestVerifyAgainstKeptCheckpoint(t *testing.T) {
	dir := t.TempDir()
	db := storetest.OpenDir(t, storetest.NewClock(), dir)
	l := audittest.New(t, db)
	addUnit(t, db, l, "a")
	sequence(t, l)
	addUnit(t, db, l, "b")
	sequence(t, l)
	text, err := l.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	kept, err := audit.OpenCheckpoint([]byte(text), l.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	tamper(t, dir, "DELETE FROM units WHERE id = 2; DELETE FROM audit_leaves WHERE seq = 1; DELETE FROM audit_entries WHERE id = 2; DELETE FROM audit_hashes WHERE idx > 0; DELETE FROM audit_checkpoints WHERE size = 2")
	audittest.MustVerify(t, l)
	v, err := l.Verify(t.Context(), kept)
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Problems) == 0 || !strings.Contains(v.Problems[0].What, "cut off") {
		t.Fatalf("got %v", v.Problems)
	}
}

// tamper does what somebody with the file can do: without triggers and foreign
// keys.
func tamper(t *testing.T, dir, statements string) {
	t.Helper()
	raw, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "dunwatch.db")+"?_foreign_keys=off&_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	raw.SetMaxOpenConns(1)
	rows, err := raw.Query("SELECT name FROM sqlite_master WHERE type = 'trigger'")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for rows.Next() {
		var n string
		rows.Scan(&n)
		names = append(names, n)
	}
	rows.Close()
	for _, n := range names {
		if _, err := raw.Exec("DROP TRIGGER " + n); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := raw.Exec(statements); err != nil {
		t.Fatal(err)
	}
}

// Every table of the schema is either of record or excused by name.
func TestEveryTableIsListed(t *testing.T) {
	db := storetest.Open(t)
	var found []string
	err := db.Read(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Rows(t.Context(), "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var n string
			if err := rows.Scan(&n); err != nil {
				return err
			}
			found = append(found, n)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range found {
		_, excused := audit.Unrecorded[n]
		if excused == slices.Contains(audit.Recorded, n) {
			t.Errorf("table %s must be in exactly one of Recorded and Unrecorded", n)
		}
	}
	for _, n := range audit.Recorded {
		if !slices.Contains(found, n) {
			t.Errorf("Recorded names %s, which does not exist", n)
		}
	}
}

func TestFailedCommandLeavesNoEntry(t *testing.T) {
	db := storetest.Open(t)
	l := audittest.New(t, db)
	no := errors.New("no")
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		if _, err := l.Append(t.Context(), tx, clerk, audit.UnitCreated, "x"); err != nil {
			return err
		}
		return no
	})
	if !errors.Is(err, no) {
		t.Fatal(err)
	}
	if es, err := l.Find(t.Context(), "x", 10); err != nil || len(es) != 0 {
		t.Fatalf("%d entries, %v", len(es), err)
	}
}

func TestKeyIsMadeOnceForItsOwnerAlone(t *testing.T) {
	dir := t.TempDir()
	none := func(string) string { return "" }
	a, err := audit.LoadOrCreateKey(dir, none, false)
	if err != nil {
		t.Fatal(err)
	}
	b, err := audit.LoadOrCreateKey(dir, none, true)
	if err != nil || a != b {
		t.Fatalf("second start: %v", err)
	}
	if _, err := audit.LoadOrCreateKey(t.TempDir(), none, true); err == nil {
		t.Error("a new key was made for a log that has checkpoints")
	}
	env := func(k string) string { return map[string]string{"DUNWATCH_LOG_KEY": "PRIVATE+KEY+x"}[k] }
	if k, err := audit.LoadOrCreateKey(t.TempDir(), env, true); err != nil || k != "PRIVATE+KEY+x" {
		t.Errorf("from the environment: %q, %v", k, err)
	}
}

func BenchmarkAppend(b *testing.B) {
	db := storetest.Open(b)
	l := audittest.New(b, db)
	ctx := context.Background()
	b.ReportAllocs()
	err := db.Write(ctx, func(tx *store.Tx) error {
		for b.Loop() {
			if _, err := l.Append(ctx, tx, clerk, audit.UnitCreated, "x", "n", 1); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
