package evidence_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/complaint"
	"dunwatch/internal/evidence"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/letter"
	"dunwatch/internal/notify"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
	"dunwatch/policies"
)

type office struct {
	*evidence.Service
	complaints *complaint.Service
	log        *audit.Log
	db         *store.DB
	clock      *storetest.Clock
	dir        string
}

func open(tb testing.TB, db *store.DB, clock *storetest.Clock) *office {
	tb.Helper()
	policy := lawtest.Policy(tb)
	book := lawtest.Book(tb)
	calendars := lawtest.Calendars(tb)
	words := lawtest.Words(tb)
	keys, err := seal.New([]byte("0123456789abcdefghijklmnopqrstuv"))
	check(tb, err)
	log := audittest.New(tb, db)
	post := notify.New(db, keys, words, nil)
	letters, err := letter.NewService(letter.Deps{
		DB: db, Log: log, Policy: policy, Words: words, Notify: post, Book: book, Zone: time.FixedZone("CST", 8*3600), Templates: policies.FS,
	})
	check(tb, err)
	complaints := complaint.New(complaint.Deps{
		DB: db, Log: log, Policy: policy, Keys: keys, Book: book, Calendars: calendars, Zone: time.FixedZone("CST", 8*3600),
		Firms: firm.New(db, log, policy), Notify: post, Letters: letters, Words: words,
	})
	dir := filepath.Join(tb.TempDir(), "blobs")
	blobs, err := evidence.NewDisk(dir)
	check(tb, err)
	tb.Cleanup(func() { blobs.Close() })
	return &office{evidence.New(db, log, policy, complaints, blobs, 1<<20), complaints, log, db, clock, dir}
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func sample() complaint.Filing {
	return complaint.Filing{
		Pack: "cn", Language: "zh", Track: complaint.TrackComplaint, Complainant: complaint.Complainant{Name: "张三", Phone: "13812345678"},
		Lender: complaint.Party{Name: "某消费金融"}, Violations: []string{"T01"}, Narrative: "夜里十一点以后还在打电话催收。", Declaration: true,
	}
}

func (o *office) file(t *testing.T, draft string) (ref string, by access.Actor) {
	t.Helper()
	filed, err := o.complaints.File(t.Context(), access.Nobody, sample(), "web", "", draft)
	check(t, err)
	by, err = o.complaints.Open(t.Context(), filed.Complaint.Reference, filed.AccessCode, "192.0.2.1")
	check(t, err)
	return filed.Complaint.Reference, by
}

func wantField(t *testing.T, err error, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || len(f.Fields) == 0 || f.Fields[0].Key != key {
		t.Errorf("got %v, want field error %s", err, key)
	}
}

var auditor = access.Actor{Role: access.Auditor, Name: "审计", UserID: 0}

func TestAddAndOpen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o := open(t, db, clock)
		ref, by := o.file(t, "")
		body := "时间,号码\n2026-10-01 23:10,0571-88881234\n" + strings.Repeat("2026-10-02 23:10,0571-88881234\n", 5000)
		item, err := o.Add(t.Context(), by, ref, "call_log", `C:\Users\张三\通话 记录.csv`, strings.NewReader(body))
		check(t, err)
		sum := sha256.Sum256([]byte(body))
		if item.Label() != "E-1" || item.Name != "通话 记录.csv" || item.Size != int64(len(body)) || !bytes.Equal(item.SHA256, sum[:]) ||
			!strings.HasPrefix(item.MediaType, "text/") {
			t.Errorf("added %+v", item)
		}
		_, err = o.Add(t.Context(), by, ref, "photo", "截图.png", bytes.NewReader(png))
		check(t, err)
		items, err := o.List(t.Context(), auditor, ref)
		check(t, err)
		if len(items) != 2 || items[1].Label() != "E-2" || items[1].MediaType != "image/png" {
			t.Errorf("listed %+v", items)
		}
		for _, who := range []access.Actor{by, auditor} {
			got, r, err := o.Open(t.Context(), who, ref, 1)
			check(t, err)
			b, err := io.ReadAll(r)
			check(t, err)
			check(t, r.Close())
			if string(b) != body || got.Number != 1 {
				t.Errorf("read %d bytes of %s", len(b), got.Label())
			}
		}
		entries, err := o.log.Find(t.Context(), ref, 20)
		check(t, err)
		views := 0
		for _, e := range entries {
			if e.Action == audit.EvidenceViewed {
				views++
			}
		}
		if views != 2 {
			t.Errorf("%d views on record, want 2", views)
		}
		problems, err := o.Verify(t.Context())
		check(t, err)
		if len(problems) != 0 {
			t.Errorf("problems %v", problems)
		}
		audittest.MustVerify(t, o.log)
	})
}

var png = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00")

func TestRefuses(t *testing.T) {
	o := open2(t)
	ref, by := o.file(t, "")
	for name, tt := range map[string]struct{ body, key string }{
		"empty": {"", "evidence.empty"}, "html": {"<!DOCTYPE html><script>alert(1)</script>", "evidence.active"},
		"svg":             {`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "evidence.active"},
		"html with space": {"\n\n  <html><body>", "evidence.active"},
		"zip":             {"PK\x03\x04\x14\x00\x00\x00\x08\x00aaaaaaaaaaaaaaaa\x05\x00\x00\x00a.txt", "evidence.archive"},
		"exe":             {"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00", "evidence.type"},
		"json":            {`{"a": [1, 2, 3]}`, "evidence.type"}, "shell": {"#!/bin/sh\nrm -rf /\n", "evidence.type"},
	} {
		_, err := o.Add(t.Context(), by, ref, "photo", "x.jpg", strings.NewReader(tt.body))
		t.Run(name, func(t *testing.T) { wantField(t, err, tt.key) })
	}
	_, err := o.Add(t.Context(), by, ref, "nonsense", "x.png", bytes.NewReader(png))
	wantField(t, err, "evidence.kind")
	_, err = o.Add(t.Context(), by, ref, "system_audit", "x.png", bytes.NewReader(png))
	wantField(t, err, "evidence.kind") // known, but not offered to the public
	_, err = o.Add(t.Context(), by, ref, "photo", "x.png", io.MultiReader(bytes.NewReader(png), io.LimitReader(zeros{}, 1<<20)))
	if !fault.Is(err, fault.TooLarge) {
		t.Errorf("too large: %v", err)
	}
	_, err = o.Add(t.Context(), access.Nobody, ref, "photo", "x.png", bytes.NewReader(png))
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("the public adds: %v", err)
	}
	broken := errors.New("the line broke")
	_, err = o.Add(t.Context(), by, ref, "photo", "x.png", io.MultiReader(bytes.NewReader(png), strings.NewReader(strings.Repeat("x", 5000)), failing{broken}))
	if !errors.Is(err, broken) {
		t.Errorf("broken upload: %v", err)
	}
	if items, _ := o.List(t.Context(), by, ref); len(items) != 0 {
		t.Errorf("kept %+v", items)
	}
	if n := len(o.files(t)); n != 0 {
		t.Errorf("%d files left behind", n)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func open2(t testing.TB) *office {
	clock := storetest.NewClock()
	return open(t, storetest.OpenAt(t, clock), clock)
}

// files are the paths of all files of the blob folder.
func (o *office) files(t *testing.T) []string {
	t.Helper()
	var out []string
	check(t, filepath.WalkDir(o.dir, func(p string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			out = append(out, p)
		}
		return err
	}))
	return out
}

func TestDraftFilesBecomeEvidence(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o := open(t, db, clock)
		ctx := t.Context()
		d, err := o.complaints.NewDraft(ctx)
		check(t, err)
		f := sample()
		check(t, o.complaints.SaveDraft(ctx, d.Token, f))
		for _, name := range []string{"一.png", "二.png", "三.png"} {
			_, err := o.AddToDraft(ctx, d.Token, "photo", name, bytes.NewReader(append(png, name...)))
			check(t, err)
		}
		d, err = o.complaints.OpenDraft(ctx, d.Token)
		check(t, err)
		if len(d.Files) != 3 || d.Files[1].Name != "二.png" || d.Filing.Narrative != f.Narrative {
			t.Fatalf("draft %+v", d)
		}
		check(t, o.complaints.RemoveDraftFile(ctx, d.Token, d.Files[1].ID))
		ref, by := o.file(t, d.Token)
		items, err := o.List(ctx, by, ref)
		check(t, err)
		if len(items) != 2 || items[0].Label() != "E-1" || items[0].Name != "一.png" || items[1].Label() != "E-2" || items[1].Name != "三.png" {
			t.Errorf("adopted %+v", items)
		}
		_, r, err := o.Open(ctx, by, ref, 2)
		check(t, err)
		b, err := io.ReadAll(r)
		check(t, err)
		r.Close()
		if !bytes.HasSuffix(b, []byte("三.png")) {
			t.Error("another file was adopted")
		}
		if _, err := o.complaints.OpenDraft(ctx, d.Token); !fault.Is(err, fault.NotFound) {
			t.Errorf("the draft is still there: %v", err)
		}
		if _, err := o.complaints.File(ctx, access.Nobody, sample(), "web", "", d.Token); !fault.Is(err, fault.NotFound) {
			t.Errorf("filed twice: %v", err)
		}
		audittest.MustVerify(t, o.log)
	})
}

func TestVerifyNamesWhatWasTouched(t *testing.T) {
	o := open2(t)
	ref, by := o.file(t, "")
	for range 3 {
		_, err := o.Add(t.Context(), by, ref, "photo", "x.png", bytes.NewReader(png))
		check(t, err)
	}
	files := o.files(t)
	if len(files) != 3 {
		t.Fatalf("%d files for three equal uploads", len(files))
	}
	b, err := os.ReadFile(files[0])
	check(t, err)
	b[len(b)-1] ^= 1
	check(t, os.WriteFile(files[0], b, 0o600))
	check(t, os.Remove(files[1]))
	check(t, os.MkdirAll(filepath.Join(o.dir, "00"), 0o700))
	alien := filepath.Join(o.dir, "00", strings.Repeat("0", 64))
	check(t, os.WriteFile(alien, []byte("x"), 0o600))
	old := time.Now().Add(-48 * time.Hour)
	check(t, os.Chtimes(alien, old, old))
	problems, err := o.Verify(t.Context())
	check(t, err)
	var all strings.Builder
	for _, p := range problems {
		all.WriteString(p.String() + "\n")
	}
	for _, want := range []string{filepath.Base(files[0]) + " was changed", filepath.Base(files[1]) + " is missing", filepath.Base(alien) + " belongs to no row"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("%q not in:\n%s", want, all.String())
		}
	}
	if len(problems) != 3 {
		t.Errorf("%d problems:\n%s", len(problems), all.String())
	}
	n, err := o.Clean(t.Context(), time.Hour)
	check(t, err)
	if _, err := os.Stat(alien); n != 1 || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("cleaned %d, %v", n, err)
	}
}

func TestCleanDropsOldDraftsOnly(t *testing.T) {
	o := open2(t)
	ctx := t.Context()
	ref, by := o.file(t, "")
	_, err := o.Add(ctx, by, ref, "photo", "x.png", bytes.NewReader(png))
	check(t, err)
	old, err := o.complaints.NewDraft(ctx)
	check(t, err)
	_, err = o.AddToDraft(ctx, old.Token, "photo", "x.png", bytes.NewReader(png))
	check(t, err)
	o.clock.Add(31 * 24 * time.Hour)
	fresh, err := o.complaints.NewDraft(ctx)
	check(t, err)
	_, err = o.AddToDraft(ctx, fresh.Token, "photo", "x.png", bytes.NewReader(png))
	check(t, err)
	n, err := o.Clean(ctx, 30*24*time.Hour)
	check(t, err)
	if n != 1 || len(o.files(t)) != 2 {
		t.Errorf("cleaned %d, %d files left", n, len(o.files(t)))
	}
	if _, err := o.complaints.OpenDraft(ctx, old.Token); !fault.Is(err, fault.NotFound) {
		t.Errorf("old draft: %v", err)
	}
	if _, err := o.complaints.OpenDraft(ctx, fresh.Token); err != nil {
		t.Errorf("fresh draft: %v", err)
	}
	if p, err := o.Verify(ctx); err != nil || len(p) != 0 {
		t.Errorf("verify: %v, %v", p, err)
	}
}

func TestNumbersWithoutGapsUnderConcurrency(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o := open(t, db, clock)
		ref, by := o.file(t, "")
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := o.Add(t.Context(), by, ref, "photo", "x.png", bytes.NewReader(png)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		items, err := o.List(t.Context(), by, ref)
		check(t, err)
		for i, it := range items {
			if it.Number != i+1 {
				t.Errorf("number %d at %d", it.Number, i)
			}
		}
		if len(items) != 4 {
			t.Errorf("%d files", len(items))
		}
	})
}
