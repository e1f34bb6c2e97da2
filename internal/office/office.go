// Package office puts the house together: the law as built in, and every capability over one database. The command line,
// the tests of whole flows and the demo all wire it here, so that none of them runs another house than the rest.
package office

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit"
	"dunwatch/internal/brief"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/deadline"
	"dunwatch/internal/docket"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/evidence"
	"dunwatch/internal/firm"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/hardship"
	"dunwatch/internal/letter"
	"dunwatch/internal/linkage"
	"dunwatch/internal/locale"
	"dunwatch/internal/logbook"
	"dunwatch/internal/notify"
	"dunwatch/internal/report"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
	"dunwatch/internal/witness"
	"dunwatch/policies"
	"dunwatch/web"
)

// MaxEvidence is the largest file taken unless Options say otherwise, in bytes: a long call recording, or minutes of
// video from a phone.
const MaxEvidence = 50 << 20

// Law is what is built in: who may do what, the rulebook, the calendars and the words.
type Law struct {
	Policy    *access.Policy
	Book      *rulebook.Book
	Calendars map[string]*calendar.Calendar
	Words     *locale.Catalog
}

// ReadLaw reads it. It fails for a policy, rulebook, calendar or locale that is broken.
func ReadLaw() (*Law, error) {
	l, err := builtIn()
	if err != nil {
		return nil, err
	}
	calendars, err := calendar.Load(policies.FS)
	if err != nil {
		return nil, fmt.Errorf("read calendars: %w", err)
	}
	l.Calendars = calendars
	return &l, nil
}

// builtIn is what nothing changes in a running program: a process that runs
// many commands, as tests do, reads it once. Calendars are not part of it, since
// an import changes them.
var builtIn = sync.OnceValues(func() (l Law, err error) {
	if l.Policy, err = access.Load(policies.FS); err != nil {
		return l, err
	}
	rules, err := fs.Sub(policies.FS, "rulebook")
	if err != nil {
		return l, err
	}
	if l.Book, err = rulebook.Load(rules); err != nil {
		return l, fmt.Errorf("read rulebook: %w", err)
	}
	if l.Words, err = locale.Load(web.FS); err != nil {
		return l, fmt.Errorf("read locales: %w", err)
	}
	return l, nil
})

// Options are what an office stands on.
type Options struct {
	DB          *store.DB
	Log         *audit.Log
	Keys        *seal.Keys
	Blobs       evidence.Blobs
	Zone        *time.Location // the regulator's
	Cost        account.Cost   // zero: account.Strong
	Senders     notify.Senders // nil only queues messages
	MaxEvidence int64          // bytes; 0: MaxEvidence
	// PublicURL is the address of the site, for links in messages; "" while it is not known.
	PublicURL string
}

// Office is every capability, wired together.
type Office struct {
	*Law
	DB         *store.DB
	Log        *audit.Log
	Keys       *seal.Keys
	Zone       *time.Location
	Blobs      evidence.Blobs
	Notify     *notify.Service
	Outbox     *notify.Operations
	Accounts   *account.Service
	Firms      *firm.Service
	Rosters    *firm.Rosters
	Letters    *letter.Service
	Complaints *complaint.Service
	Evidence   *evidence.Service
	Cases      *casework.Service
	Forwards   *forwarding.Service
	Plans      *hardship.Service
	Penalties  *enforcement.Service
	Reports    *report.Service
	Docket     *docket.Service
	Links      *linkage.Service
	Witnesses  *witness.Service
	Briefs     *brief.Service
	Logs       *logbook.Service
}

// Wire makes every capability. It fails when a built-in template is broken.
func Wire(law *Law, opt Options) (*Office, error) {
	if opt.Cost == (account.Cost{}) {
		opt.Cost = account.Strong
	}
	if opt.MaxEvidence == 0 {
		opt.MaxEvidence = MaxEvidence
	}
	o := &Office{Law: law, DB: opt.DB, Log: opt.Log, Keys: opt.Keys, Zone: opt.Zone, Blobs: opt.Blobs}
	o.Notify = notify.New(o.DB, o.Keys, o.Words, opt.Senders).In(o.Zone)
	o.Outbox = notify.NewOperations(o.Notify, o.Log, o.Policy)
	o.Accounts = account.New(o.DB, o.Log, o.Policy, o.Keys, opt.Cost)
	o.Firms = firm.New(o.DB, o.Log, o.Policy)
	o.Rosters = firm.NewRosters(o.Firms, o.Keys, o.Zone)
	letters, err := letter.NewService(letter.Deps{
		DB: o.DB, Log: o.Log, Policy: o.Policy, Words: o.Words, Notify: o.Notify, Book: o.Book, Zone: o.Zone, Templates: policies.FS,
	})
	if err != nil {
		return nil, fmt.Errorf("read letter templates: %w", err)
	}
	o.Letters = letters
	o.Complaints = complaint.New(complaint.Deps{
		DB: o.DB, Log: o.Log, Policy: o.Policy, Keys: o.Keys, Book: o.Book, Calendars: o.Calendars, Zone: o.Zone,
		Firms: o.Firms, Notify: o.Notify, Letters: o.Letters, Words: o.Words, TrackURL: opt.page("/track"),
	})
	o.Evidence = evidence.New(o.DB, o.Log, o.Policy, o.Complaints, opt.Blobs, opt.MaxEvidence)
	o.Cases = casework.New(casework.Deps{
		DB: o.DB, Log: o.Log, Policy: o.Policy, Book: o.Book, Calendars: o.Calendars, Zone: o.Zone,
		Accounts: o.Accounts, Firms: o.Firms, Complaints: o.Complaints, Evidence: o.Evidence, Notify: o.Notify, CaseURL: opt.page("/cases/"),
	})
	o.Forwards = forwarding.New(forwarding.Deps{
		DB: o.DB, Log: o.Log, Policy: o.Policy, Book: o.Book, Calendars: o.Calendars, Zone: o.Zone,
		Accounts: o.Accounts, Firms: o.Firms, Complaints: o.Complaints, Evidence: o.Evidence, Cases: o.Cases, Letters: o.Letters, Notify: o.Notify,
		PortalURL: opt.page("/firm/forwards"), CaseURL: opt.page("/cases"),
	})
	o.Plans = hardship.New(hardship.Deps{
		DB: o.DB, Log: o.Log, Policy: o.Policy, Zone: o.Zone, Accounts: o.Accounts, Firms: o.Firms, Complaints: o.Complaints,
		Cases: o.Cases, Forwards: o.Forwards, Notify: o.Notify, PortalURL: opt.page("/firm/forwards"), CaseURL: opt.page("/cases"),
	})
	o.Logs = logbook.New(logbook.Deps{
		DB: o.DB, Log: o.Log, Policy: o.Policy, Book: o.Book, Zone: o.Zone, Complaints: o.Complaints, Evidence: o.Evidence,
		Cases: o.Cases, Forwards: o.Forwards,
	})
	o.Penalties = enforcement.New(enforcement.Deps{
		DB: o.DB, Log: o.Log, Policy: o.Policy, Book: o.Book, Calendars: o.Calendars, Zone: o.Zone,
		Accounts: o.Accounts, Firms: o.Firms, Cases: o.Cases, Evidence: o.Evidence, Notify: o.Notify, FullOnly: true,
		PortalURL: opt.page("/firm/penalties"), DeskURL: opt.page("/penalties"), MeasurePortalURL: opt.page("/firm/measures"), MeasureDeskURL: opt.page("/measures"),
	})
	o.Witnesses = witness.New(witness.Deps{DB: o.DB, Log: o.Log, Policy: o.Policy, Accounts: o.Accounts, Complaints: o.Complaints})
	o.Links = linkage.New(linkage.Deps{
		DB: o.DB, Log: o.Log, Policy: o.Policy, Zone: o.Zone, Accounts: o.Accounts, Firms: o.Firms, Complaints: o.Complaints, Cases: o.Cases,
	})
	o.Briefs = brief.New(brief.Deps{
		DB: o.DB, Log: o.Log, Policy: o.Policy, Book: o.Book, Zone: o.Zone, Accounts: o.Accounts, Complaints: o.Complaints, Cases: o.Cases, Witnesses: o.Witnesses,
	})
	o.Reports = report.New(o.DB, o.Log, o.Policy, o.Book, o.Calendars, o.Zone, o.Words).Mailing(o.Notify, opt.page("/reports")).Telling(o.Briefs)
	o.Docket = docket.New(docket.Deps{
		DB: o.DB, Log: o.Log, Policy: o.Policy, Book: o.Book, Calendars: o.Calendars, Zone: o.Zone, Words: o.Words, Notify: o.Notify,
		DeskURL: opt.page("/queue"), RedueComplaints: o.Complaints.Redue, RedueCases: o.redueCases, Chase: o.chase,
	})
	return o, nil
}

// page is the address of a page, "" while that of the site is not known.
func (opt Options) page(path string) string {
	if opt.PublicURL == "" {
		return ""
	}
	return strings.TrimSuffix(opt.PublicURL, "/") + path
}

// redueCases brings cases and what firms still have to answer in them in step with their clocks.
func (o *Office) redueCases(ctx context.Context, tx *store.Tx, ids []int64) error {
	if err := o.Cases.Redue(ctx, tx, ids); err != nil {
		return err
	}
	return o.Forwards.Redue(ctx, tx, ids)
}

func (o *Office) chase(ctx context.Context, tx *store.Tx, caseID int64, clock string, mark deadline.Mark) error {
	return o.Forwards.Chase(ctx, tx, caseID, clock, string(mark))
}
