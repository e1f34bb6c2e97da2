package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"dunwatch/internal/account"
	"dunwatch/internal/audit"
	"dunwatch/internal/evidence"
	"dunwatch/internal/httpd"
	"dunwatch/internal/notify"
	"dunwatch/internal/office"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
	"dunwatch/internal/worker"
)

// running is an office that is open on this machine.
type running struct {
	*office.Office
	logger *slog.Logger
	dir    string
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
	// scan says who looks for malware.
	scan scanFlags
}

// openOffice opens the stored data and wires the capabilities. Keys are made on
// the first start; a database that was sealed with keys that are gone is
// refused, since new ones would silently part the old data from its readers.
func openOffice(ctx context.Context, f dataFlags, logger *slog.Logger, opt openOptions) (*running, error) {
	zone, err := f.location()
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, store.Config{Dir: f.Data, URL: f.DatabaseURL, Now: opt.now, Hasty: opt.hasty})
	if err != nil {
		return nil, err
	}
	o, err := wire(ctx, db, f, zone, logger, opt)
	if err != nil {
		db.Close()
		return nil, err
	}
	return o, nil
}

func wire(ctx context.Context, db *store.DB, f dataFlags, zone *time.Location, logger *slog.Logger, opt openOptions) (*running, error) {
	dir := f.Data
	log, keys, err := openKeys(ctx, db, dir)
	if err != nil {
		return nil, err
	}
	law, err := office.ReadLaw()
	if err != nil {
		return nil, err
	}
	blobs, err := f.blobs(dir)
	if err != nil {
		return nil, err
	}
	if d, ok := blobs.(*evidence.Disk); ok && opt.hasty {
		blobs = d.Hasty()
	}
	scanner, err := opt.scan.scanner()
	if err != nil {
		return nil, err
	}
	var senders notify.Senders
	if opt.mail != nil {
		if senders, err = opt.mail.senders(dir); err != nil {
			return nil, err
		}
	}
	o, err := office.Wire(law, office.Options{DB: db, Log: log, Keys: keys, Blobs: blobs, Zone: zone, Cost: opt.cost, Senders: senders, PublicURL: opt.public})
	if err != nil {
		return nil, err
	}
	if scanner != nil {
		o.Evidence.WithScanner(scanner)
	}
	if err := o.Docket.Refresh(ctx); err != nil {
		return nil, err
	}
	return &running{o, logger, dir}, o.Docket.Rebuild(ctx)
}

// site is what the server speaks for.
func (o *running) site() httpd.Deps { return httpd.Deps{Office: o.Office, Logger: o.logger} }

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
func (o *running) jobs() []worker.Job {
	return []worker.Job{
		{Name: "outbox", Every: 5 * time.Second, Run: func(ctx context.Context) error { _, err := o.Notify.Deliver(ctx); return err }},
		{Name: "letters", Every: time.Minute, Run: o.Letters.Settle},
		{Name: "reminders", Every: time.Hour, Run: o.Docket.Remind},
		{Name: "report mail", Every: time.Hour, Run: o.Reports.Mail},
		{Name: "alarms", Every: time.Hour, Run: o.Reports.Watch},
		{Name: "register", Every: time.Hour, Run: func(ctx context.Context) error { _, err := o.Penalties.Expire(ctx); return err }},
		{Name: "ledgers", Every: 24 * time.Hour, Run: func(ctx context.Context) error { _, err := o.Penalties.KeepLedgers(ctx); return err }},
		{Name: "search", Every: time.Second, Run: func(ctx context.Context) error { _, err := o.Complaints.Index(ctx); return err }},
		{Name: "links", Every: time.Second, Run: func(ctx context.Context) error { _, err := o.Links.Run(ctx); return err }},
		{Name: "evidence", Every: time.Hour, Run: func(ctx context.Context) error { _, err := o.Evidence.Clean(ctx, httpd.DraftAge); return err }},
		{Name: "malware", Every: 5 * time.Second, Run: func(ctx context.Context) error { _, err := o.Evidence.ScanWaiting(ctx); return err }},
		{Name: "previews", Every: 15 * time.Second, Run: func(ctx context.Context) error { _, err := o.Evidence.MakePreviews(ctx); return err }},
		{Name: "reconcile", Every: 24 * time.Hour, Run: o.reconcile},
		{Name: "sessions", Every: time.Hour, Run: o.Accounts.Sweep},
		{Name: "sent mail", Every: 24 * time.Hour, Run: o.Notify.Purge},
	}
}

// reconcile holds rows and stored files against each other. What was lost or altered is an error of the job, so that whoever
// watches the jobs sees it; left-over files are not.
func (o *running) reconcile(ctx context.Context) error {
	c, problems, err := o.Evidence.Reconcile(ctx)
	if err != nil || c.Sound() {
		return err
	}
	return fmt.Errorf("%d evidence files are missing and %d altered, the first: %v", c.Missing, c.Altered, problems[0])
}

// wireCopy wires a copy of the data with the keys of the original.
func wireCopy(ctx context.Context, db *store.DB, keysDir, dir string, o *running) (*running, error) {
	log, keys, err := openKeys(ctx, db, keysDir)
	if err != nil {
		return nil, err
	}
	blobs, err := evidence.NewDisk(filepath.Join(dir, "blobs"))
	if err != nil {
		return nil, err
	}
	c, err := office.Wire(o.Law, office.Options{DB: db, Log: log, Keys: keys, Blobs: blobs, Zone: o.Zone})
	if err != nil {
		return nil, err
	}
	return &running{c, o.logger, dir}, nil
}
