package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

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

func insertUnit(ctx context.Context, tx *store.Tx, code string) (*unitRow, error) {
	r := &unitRow{Code: code, NameZH: "一处", NameEN: "Unit", CreatedAt: store.At(tx.Now), Version: 1}
	if err := store.Insert(ctx, tx, r); err != nil {
		return nil, err
	}
	tx.Cover()
	return r, nil
}

func countUnits(t *testing.T, db *store.DB) int {
	t.Helper()
	var n int64
	err := db.Read(t.Context(), func(tx *store.Tx) (err error) {
		n, err = gorm.G[unitRow](tx.DB).Count(t.Context(), "*")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

func TestWriteCommitsOrLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		ctx := t.Context()
		boom := errors.New("boom")
		err := db.Write(ctx, func(tx *store.Tx) error {
			if _, err := insertUnit(ctx, tx, "a"); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("got %v, want boom", err)
		}
		if n := countUnits(t, db); n != 0 {
			t.Fatalf("%d rows left by a failed writer", n)
		}
		err = db.Write(ctx, func(tx *store.Tx) error { panic("oh") })
		if err == nil || !strings.Contains(err.Error(), "panic in transaction: oh") {
			t.Fatalf("panic became %v", err)
		}
		if err := db.Write(ctx, func(tx *store.Tx) error { _, err := insertUnit(ctx, tx, "a"); return err }); err != nil {
			t.Fatal(err)
		}
		if n := countUnits(t, db); n != 1 {
			t.Fatalf("%d rows, want 1", n)
		}
	})
}

func TestUncoveredChangeDoesNotCommit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		ctx := t.Context()
		err := db.Write(ctx, func(tx *store.Tx) error {
			return store.Insert(ctx, tx, &unitRow{Code: "a", NameZH: "一", NameEN: "u", CreatedAt: 1, Version: 1})
		})
		if err == nil || !strings.Contains(err.Error(), "without an audit entry") {
			t.Fatalf("got %v", err)
		}
		if n := countUnits(t, db); n != 0 {
			t.Fatalf("%d uncovered rows were stored", n)
		}
	})
}

// One writer that fails in the middle of a gathered batch harms nobody else.
func TestPoisonedWriterHarmsNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		ctx := t.Context()
		const writers = 64
		errs := make([]error, writers)
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() {
				errs[i] = db.Write(ctx, func(tx *store.Tx) error {
					if _, err := insertUnit(ctx, tx, fmt.Sprintf("u%d", i)); err != nil {
						return err
					}
					if i == 13 {
						_, err := insertUnit(ctx, tx, "u13") // the same code again
						return err
					}
					return nil
				})
			})
		}
		wg.Wait()
		for i, err := range errs {
			if i == 13 {
				if !fault.Is(err, fault.Conflict) {
					t.Errorf("the poisoned writer got %v, want a conflict", err)
				}
			} else if err != nil {
				t.Errorf("writer %d: %v", i, err)
			}
		}
		if n := countUnits(t, db); n != writers-1 {
			t.Fatalf("%d rows, want %d", n, writers-1)
		}
	})
}

// A caller that gives up while its statement runs must not roll back the batch.
// Whoever lost to a neighbour of the same batch hears of it once the neighbour's
// change can be read, so that "somebody was first" is true when it is said.
func TestLoserHearsAfterTheWinnersCommit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		ctx := t.Context()
		var wg sync.WaitGroup
		for round := range 20 {
			name := fmt.Sprint("won", round)
			for range 16 {
				wg.Go(func() {
					err := db.Write(ctx, func(tx *store.Tx) error {
						_, err := tx.Exec(ctx, "INSERT INTO counters (name, n) VALUES (?, 1)", name)
						return err
					})
					if err == nil {
						return
					}
					if err := db.Read(ctx, func(tx *store.Tx) error {
						rows, err := tx.Rows(ctx, "SELECT n FROM counters WHERE name = ?", name)
						if err != nil {
							return err
						}
						defer rows.Close()
						if !rows.Next() {
							t.Errorf("round %d: lost to a row that is not there", round)
						}
						return rows.Err()
					}); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		}
	})
}

func TestCancelledWriterHarmsNobody(t *testing.T) {
	db := storetest.Open(t)
	ctx, cancel := context.WithCancel(t.Context())
	inside := make(chan struct{})
	release := make(chan struct{})
	first := make(chan error, 1)
	go func() {
		first <- db.Write(ctx, func(tx *store.Tx) error {
			close(inside)
			<-release
			_, err := insertUnit(ctx, tx, "late")
			return err
		})
	}()
	<-inside
	second := make(chan error, 1)
	go func() {
		second <- db.Write(t.Context(), func(tx *store.Tx) error { _, err := insertUnit(t.Context(), tx, "other"); return err })
	}()
	cancel()
	close(release)
	if err := <-first; err != nil {
		t.Errorf("a running writer must hear the truth, got %v", err)
	}
	if err := <-second; err != nil {
		t.Error(err)
	}
	if n := countUnits(t, db); n != 2 {
		t.Fatalf("%d rows, want 2", n)
	}
}

func TestUpdateRefusesStaleVersion(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		ctx := t.Context()
		var id int64
		if err := db.Write(ctx, func(tx *store.Tx) error {
			r, err := insertUnit(ctx, tx, "a")
			if err == nil {
				id = r.ID
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		rename := func(version int64, name string) error {
			return db.Write(ctx, func(tx *store.Tx) error {
				defer tx.Cover()
				return store.Update[unitRow](ctx, tx, id, version, store.Set("name_en", name))
			})
		}
		if err := rename(1, "first"); err != nil {
			t.Fatal(err)
		}
		if err := rename(1, "second"); !fault.Is(err, fault.Conflict) {
			t.Fatalf("stale update got %v, want a conflict", err)
		}
	})
}

func TestReadCannotWrite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		err := db.Read(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), "INSERT INTO counters (name, n) VALUES ('x', 1)")
			return err
		})
		if err == nil {
			t.Fatal("a reader wrote")
		}
	})
}

func TestNextHasNoGaps(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		ctx := t.Context()
		next := func(fail bool) (n int64) {
			db.Write(ctx, func(tx *store.Tx) (err error) {
				if n, err = store.Next(ctx, tx, "k"); fail {
					return errors.New("no")
				}
				return err
			})
			return n
		}
		if a, _, c := next(false), next(true), next(false); a != 1 || c != 2 {
			t.Fatalf("got %d and %d, want 1 and 2", a, c)
		}
	})
}

// The columns that Insert reports are those that reading the row back gives:
// the audit digest depends on it.
func TestInsertReportsWhatIsStored(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		ctx := t.Context()
		err := db.Write(ctx, func(tx *store.Tx) error {
			r := &unitRow{Code: "一处'\"", NameZH: "", NameEN: "é", CreatedAt: 12, Version: 1}
			if err := store.Insert(ctx, tx, r); err != nil {
				return err
			}
			w := tx.Cover()[0]
			back, err := store.ReadRow(ctx, tx, w.Table, w.ID)
			if err != nil {
				return err
			}
			if a, b := fmt.Sprintf("%#v", w.Values), fmt.Sprintf("%#v", back); a != b {
				t.Errorf("inserted %s\nread     %s", a, b)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestClosedDatabaseAnswers(t *testing.T) {
	db := storetest.Open(t)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), func(*store.Tx) error { return nil }); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("got %v, want unavailable", err)
	}
}

func TestTimeIsWholeSecondsUTC(t *testing.T) {
	c := storetest.NewClock()
	c.Set(time.Date(2026, 10, 20, 10, 0, 0, 999, time.FixedZone("CST", 8*3600)))
	db := storetest.OpenAt(t, c)
	db.Write(t.Context(), func(tx *store.Tx) error {
		if want := time.Date(2026, 10, 20, 2, 0, 0, 0, time.UTC); tx.Now != want {
			t.Errorf("got %v, want %v", tx.Now, want)
		}
		return nil
	})
}

func TestMigrationsComeInPairs(t *testing.T) {
	var names [2][]string
	for i, d := range []string{"sqlite", "postgres"} {
		files, err := os.ReadDir(filepath.Join("..", "..", "migrations", d))
		if err != nil {
			t.Fatal(err)
		}
		for n, f := range files {
			if want := fmt.Sprintf("%05d_", n+1); !strings.HasPrefix(f.Name(), want) {
				t.Errorf("%s/%s: want number %s", d, f.Name(), want)
			}
			names[i] = append(names[i], f.Name())
		}
	}
	if a, b := fmt.Sprint(names[0]), fmt.Sprint(names[1]); a != b {
		t.Fatalf("sqlite has %s\npostgres has %s", a, b)
	}
}

// BenchmarkWrite states what the machine allows beside the filing benchmark:
// one small row a writer, durable on disk.
func BenchmarkWrite(b *testing.B) {
	for _, writers := range []int{1, 8, 64} {
		b.Run(fmt.Sprint(writers), func(b *testing.B) {
			db := storetest.Open(b)
			var n sync.WaitGroup
			work := make(chan int)
			for range writers {
				n.Go(func() {
					for i := range work {
						if err := db.Write(context.Background(), func(tx *store.Tx) error {
							_, err := insertUnit(context.Background(), tx, fmt.Sprint("u", i))
							return err
						}); err != nil {
							b.Error(err)
						}
					}
				})
			}
			for i := range b.N {
				work <- i
			}
			close(work)
			n.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
