package main

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/evidence"
	"dunwatch/internal/firm"
	"dunwatch/internal/httpd"
	"dunwatch/internal/locale"
	"dunwatch/internal/notify"
	"dunwatch/internal/report"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
	"dunwatch/internal/worker"
	"dunwatch/policies"
	"dunwatch/web"
)

// maxEvidence is the largest file taken, in bytes: a long call recording, or
// minutes of video from a phone.
const maxEvidence = 50 << 20

// trackURL is where a complainant follows a case; "" while the address of the
// site is not known.
func (o openOptions) trackURL() string {
	if o.public == "" {
		return ""
	}
	return strings.TrimSuffix(o.public, "/") + "/track"
}

// office is everything wired together.
type office struct {
	httpd.Deps
	notify *notify.Service
	zone   *time.Location
	dir    string
	blobs  evidence.Blobs
}

// openOptions say how an office differs from the ordinary.
type openOptions struct {
	now   func() time.Time
	hasty bool
	cost  account.Cost
	// mail is how messages leave; nil only queues them.
	mail *mailFlags
	// public is the site's address, for links in messages.
	public string
}

// openOffice opens the stored data and wires the capabilities. Keys are made on
// the first start; a database that was sealed with keys that are gone is
// refused, since new ones would silently part the old data from its readers.
func openOffice(ctx context.Context, f dataFlags, logger *slog.Logger, opt openOptions) (*office, error) {
	zone, err := f.location()
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, store.Config{Dir: f.Data, URL: f.DatabaseURL, Now: opt.now, Hasty: opt.hasty})
	if err != nil {
		return nil, err
	}
	o, err := wire(ctx, db, f.Data, zone, logger, opt)
	if err != nil {
		db.Close()
		return nil, err
	}
	return o, nil
}

func wire(ctx context.Context, db *store.DB, dir string, zone *time.Location, logger *slog.Logger, opt openOptions) (*office, error) {
	log, keys, err := openKeys(ctx, db, dir)
	if err != nil {
		return nil, err
	}
	policy, err := access.Load(policies.FS)
	if err != nil {
		return nil, err
	}
	book, calendars, words, err := readLaw()
	if err != nil {
		return nil, err
	}
	blobs, err := evidence.NewDisk(filepath.Join(dir, "blobs"))
	if err != nil {
		return nil, err
	}
	if opt.hasty {
		blobs = blobs.Hasty()
	}
	if opt.cost == (account.Cost{}) {
		opt.cost = account.Strong
	}
	o := &office{dir: dir, zone: zone, blobs: blobs}
	o.Deps = httpd.Deps{DB: db, Log: log, Policy: policy, Keys: keys, Book: book, Words: words, Calendars: calendars, Logger: logger}
	var senders notify.Senders
	if opt.mail != nil {
		if senders, err = opt.mail.senders(dir); err != nil {
			return nil, err
		}
	}
	o.notify = notify.New(db, keys, words, senders)
	o.Accounts = account.New(db, log, policy, keys, opt.cost)
	o.Firms = firm.New(db, log, policy)
	o.Complaints = complaint.New(complaint.Deps{DB: db, Log: log, Policy: policy, Keys: keys, Book: book, Calendars: calendars, Zone: zone, Firms: o.Firms, Notify: o.notify, TrackURL: opt.trackURL()})
	o.Evidence = evidence.New(db, log, policy, o.Complaints, blobs, maxEvidence)
	o.Cases = casework.New(casework.Deps{DB: db, Log: log, Policy: policy, Book: book, Calendars: calendars, Zone: zone,
		Accounts: o.Accounts, Firms: o.Firms, Complaints: o.Complaints, Evidence: o.Evidence, Notify: o.notify})
	o.Penalties = enforcement.New(enforcement.Deps{DB: db, Log: log, Policy: policy, Book: book, Zone: zone,
		Accounts: o.Accounts, Firms: o.Firms, Cases: o.Cases, Notify: o.notify})
	o.Reports = report.New(db, policy, book, calendars, zone, words)
	return o, nil
}

// readLaw reads what is built in: rulebook, calendars and words.
func readLaw() (*rulebook.Book, map[string]*calendar.Calendar, *locale.Catalog, error) {
	rules, err := fs.Sub(policies.FS, "rulebook")
	if err != nil {
		return nil, nil, nil, err
	}
	book, err := rulebook.Load(rules)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("read rulebook: %w", err)
	}
	calendars, err := calendar.Load(policies.FS)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("read calendars: %w", err)
	}
	words, err := locale.Load(web.FS)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("read locales: %w", err)
	}
	return book, calendars, words, nil
}

// openKeys reads or makes the master key and the log's key. Once anything is on
// record neither may be made anew.
func openKeys(ctx context.Context, db *store.DB, dir string) (*audit.Log, *seal.Keys, error) {
	used, err := audit.Begun(ctx, db)
	if err != nil {
		return nil, nil, err
	}
	keys, err := seal.LoadOrCreate(dir, os.Getenv, used)
	if err != nil {
		return nil, nil, err
	}
	signer, err := audit.LoadOrCreateKey(dir, os.Getenv, used)
	if err != nil {
		return nil, nil, err
	}
	log, err := audit.New(db, keys.RowDigestKey(), signer)
	if err != nil {
		return nil, nil, err
	}
	return log, keys, nil
}

// jobs is everything that runs on a schedule.
func (o *office) jobs() []worker.Job {
	return []worker.Job{
		{Name: "outbox", Every: 5 * time.Second, Run: func(ctx context.Context) error { _, err := o.notify.Deliver(ctx); return err }},
		{Name: "search", Every: time.Second, Run: func(ctx context.Context) error { _, err := o.Complaints.Index(ctx); return err }},
		{Name: "evidence", Every: time.Hour, Run: func(ctx context.Context) error { _, err := o.Evidence.Clean(ctx, httpd.DraftAge); return err }},
		{Name: "sessions", Every: time.Hour, Run: o.Accounts.Sweep},
		{Name: "sent mail", Every: 24 * time.Hour, Run: o.notify.Purge},
	}
}

// wireCopy wires a copy of the data with the keys of the original.
func wireCopy(ctx context.Context, db *store.DB, keysDir, dir string, o *office) (*office, error) {
	log, keys, err := openKeys(ctx, db, keysDir)
	if err != nil {
		return nil, err
	}
	blobs, err := evidence.NewDisk(filepath.Join(dir, "blobs"))
	if err != nil {
		return nil, err
	}
	c := *o
	c.DB, c.Log, c.Keys, c.blobs = db, log, keys, blobs
	c.Complaints = complaint.New(complaint.Deps{DB: db, Log: log, Policy: o.Policy, Keys: keys, Book: o.Book, Calendars: o.Calendars, Zone: o.zone, Firms: o.Firms, Notify: o.notify})
	c.Evidence = evidence.New(db, log, o.Policy, c.Complaints, blobs, maxEvidence)
	return &c, nil
}
