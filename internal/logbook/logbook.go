// Package logbook keeps the logs of contacts of complaints: what a borrower gives
// of a phone's or a carrier's records, and what the firm gives of its dialler's.
//
// A log is kept as a file of evidence that holds the contacts with the numbers of
// the complaint alone (see contactlog.Extract); the rows of everybody else are
// dropped before anything is stored, and the file says how many they were. The
// whole file is kept only where whoever gave it chose so. What this package
// stores itself is which files are logs, whose side they are of, what the office
// asked a firm for, and what the columns of a carrier's table are.
//
// A firm sees its own log and never the borrower's. Hits are computed when
// somebody looks, from the files and the rulebook; a finding that rests on them
// keeps the rule, the version and the rows (casework.Check). It decides nothing:
// a person does.
package logbook

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/contactlog"
	"dunwatch/internal/evidence"
	"dunwatch/internal/fault"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// Side is whose log it is.
type Side string

// The sides.
const (
	Borrower Side = "borrower"
	OfFirm   Side = "firm"
)

// Log is a kept log.
type Log struct {
	ID        int64
	Evidence  int // number of the file
	Side      Side
	Original  bool // the whole file as it was given, beside its extract
	FirmID    int64
	RequestID int64 // of what the office asked for; 0 none
	At        time.Time
	Name      string
	SHA256    []byte
	Size      int64
	// Extract is what the file says; nil for an original.
	Extract *contactlog.Extract
}

// Label is E-1, E-2 ... of the file.
func (l Log) Label() string { return fmt.Sprintf("E-%d", l.Evidence) }

// Deps are what New needs.
type Deps struct {
	DB         *store.DB
	Log        *audit.Log
	Policy     *access.Policy
	Book       *rulebook.Book
	Zone       *time.Location // the regulator's
	Complaints *complaint.Service
	Evidence   *evidence.Service
	Cases      *casework.Service
	Forwards   *forwarding.Service
}

// Service does what this package does. It is safe for concurrent use.
type Service struct{ d Deps }

// New returns the service.
func New(d Deps) *Service { return &Service{d} }

func (s *Service) today(tx *store.Tx) calendar.Date { return calendar.OfTime(tx.Now.In(s.d.Zone)) }

// maxLogs bounds the logs of one complaint: the checks take so many files.
const maxLogs = 40

// written streams an extract.
func written(x *contactlog.Extract) io.Reader {
	r, w := io.Pipe()
	go func() { w.CloseWithError(x.Write(w)) }()
	return r
}

// kept appends the audit entry of a log: what was read and what stays of it, in
// numbers and hashes alone.
func (s *Service) kept(ctx context.Context, tx *store.Tx, by access.Actor, ref, label string, x *contactlog.Extract) error {
	_, err := s.d.Log.Append(ctx, tx, by, audit.LogKept, ref, "evidence", label, "source_sha256", x.SHA256, "source_bytes", x.Bytes, "rows", x.Tally.Rows, "kept", x.Tally.Read)
	return err
}

// Keep stores what was kept of a log of the borrower's as evidence of the kind.
// It fails as evidence.Service.Add does, and with Invalid (field "file") for an
// extract without contacts or one log too many.
func (s *Service) Keep(ctx context.Context, by access.Actor, ref, kind, name string, x *contactlog.Extract) (*evidence.Item, error) {
	if len(x.Contacts) == 0 {
		return nil, wrongFile("logbook.nothing_kept")
	}
	r := written(x)
	item, err := s.d.Evidence.AddThen(ctx, by, ref, kind, name, r, func(ctx context.Context, tx *store.Tx, c *complaint.Complaint, i *evidence.Item) error {
		if err := s.room(ctx, tx, c.ID); err != nil {
			return err
		}
		if err := insertLog(ctx, tx, by, &logRow{ComplaintID: c.ID, EvidenceID: i.ID, Side: string(Borrower), Part: complaint.LogExtract}); err != nil {
			return err
		}
		return s.kept(ctx, tx, by, c.Reference, i.Label(), x)
	})
	closeReader(r)
	if err != nil {
		return nil, fmt.Errorf("keep contact log: %w", err)
	}
	return item, nil
}

// KeepWhole stores the whole file of a log beside its extract, because whoever
// gave it chose so. It fails as evidence.Service.Add does.
func (s *Service) KeepWhole(ctx context.Context, by access.Actor, ref, kind, name string, r io.Reader) (*evidence.Item, error) {
	item, err := s.d.Evidence.AddThen(ctx, by, ref, kind, name, r, func(ctx context.Context, tx *store.Tx, c *complaint.Complaint, i *evidence.Item) error {
		return insertLog(ctx, tx, by, &logRow{ComplaintID: c.ID, EvidenceID: i.ID, Side: string(Borrower), Part: complaint.LogOriginal})
	})
	if err != nil {
		return nil, fmt.Errorf("keep whole log: %w", err)
	}
	return item, nil
}

// closeReader lets a writer go that waits for a reader which gave up.
func closeReader(r io.Reader) {
	if c, ok := r.(*io.PipeReader); ok {
		c.Close()
	}
}

func (s *Service) room(ctx context.Context, tx *store.Tx, complaintID int64) error {
	rows, err := logsOf(ctx, tx, complaintID)
	if err != nil {
		return err
	}
	if len(rows) >= maxLogs {
		return wrongFile("logbook.too_many", maxLogs)
	}
	return nil
}

func wrongFile(key string, args ...any) error {
	var w fault.Fields
	w.Add("file", key, args...)
	return w.Err()
}

// Book is every log of a case, with what was asked of firms.
type Book struct {
	Case     *casework.Case
	Pack     *rulebook.Pack
	Logs     []Log // by number of the file
	Requests []Request
}

// Of opens the logs of a case for staff and records that they looked at them. A
// log whose words are gone with the complaint's key is left out. Forbidden for
// logs of a report that the actor may not read, NotFound.
func (s *Service) Of(ctx context.Context, by access.Actor, caseRef string) (*Book, error) {
	b := &Book{}
	var rows []logRow
	err := s.d.DB.Read(ctx, func(tx *store.Tx) (err error) {
		if b.Case, err = s.caseFor(ctx, tx, by, access.ReadEvidence, caseRef); err != nil {
			return err
		}
		if rows, err = logsOf(ctx, tx, b.Case.ComplaintID); err != nil {
			return err
		}
		b.Requests, err = s.requestsWhere(ctx, tx, "forward_id IN (SELECT id FROM forwards WHERE case_id = ?)", b.Case.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("contact logs of %s: %w", caseRef, err)
	}
	var ok bool
	if b.Pack, ok = s.d.Book.Pack(b.Case.Pack); !ok {
		return nil, fmt.Errorf("contact logs of %s: no rulebook %q", caseRef, b.Case.Pack)
	}
	for _, r := range rows {
		l, err := s.open(ctx, by, b.Case.Complaint.Reference, r, len(b.Logs))
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("contact logs of %s: %w", caseRef, err)
		}
		b.Logs = append(b.Logs, *l)
	}
	return b, nil
}

// caseFor loads a case for staff who may do the deed on it. NotFound, Forbidden.
func (s *Service) caseFor(ctx context.Context, tx *store.Tx, by access.Actor, act access.Action, ref string) (*casework.Case, error) {
	k, err := s.d.Cases.Find(ctx, tx, ref)
	if err != nil {
		return nil, err
	}
	if err := s.d.Policy.Check(by, access.ReadCase, k.Owner()); err != nil {
		return nil, err
	}
	if !s.d.Policy.Allows(by.Role, act, by.Distance(k.Owner())) {
		return nil, access.Denied(by)
	}
	return k, nil
}

// open reads one log. Its contacts carry file as their file.
func (s *Service) open(ctx context.Context, by access.Actor, ref string, r logRow, file int) (*Log, error) {
	l := &Log{ID: r.ID, Side: Side(r.Side), Original: r.Part == complaint.LogOriginal, FirmID: int64(r.FirmID), RequestID: int64(r.RequestID), At: r.At.Time(), Evidence: int(r.number)}
	if l.Original {
		return l, nil
	}
	item, body, err := s.d.Evidence.Open(ctx, by, ref, l.Evidence)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	l.Name, l.SHA256, l.Size = item.Name, item.SHA256, item.Size
	if l.Extract, err = contactlog.ReadExtract(body, file); err != nil {
		return nil, fmt.Errorf("read %s: %w", l.Label(), err)
	}
	return l, nil
}

// Side gathers the logs of one side, the contacts and what the checks ask about
// them: numbers whose meaning the log itself tells.
func (b *Book) Side(side Side) (logs []Log, contacts []contactlog.Contact, terms contactlog.Terms) {
	terms.Pack = b.Pack
	var debtor []string
	for _, l := range b.Logs {
		if l.Side != side || l.Extract == nil {
			continue
		}
		logs = append(logs, l)
		contacts = append(contacts, l.Extract.Contacts...)
		debtor = append(debtor, l.Extract.Numbers...)
	}
	if side == OfFirm {
		terms.Debtor = contactlog.NewNumbers(b.Pack.ID, debtor...)
	}
	return logs, contacts, terms
}

// Has reports whether there is a log of the side.
func (b *Book) Has(side Side) bool {
	return slices.ContainsFunc(b.Logs, func(l Log) bool { return l.Side == side && l.Extract != nil })
}

// LogOf is the log with the index that contacts carry.
func (b *Book) LogOf(file int) *Log {
	if file < 0 || file >= len(b.Logs) {
		return nil
	}
	return &b.Logs[file]
}

// Checker makes a checker of the logs of one side. A log that is an extract of
// another's rows is counted once.
func (b *Book) Checker(side Side) (*contactlog.Checker, error) {
	logs, contacts, terms := b.Side(side)
	c, err := contactlog.NewChecker(terms)
	if err != nil {
		return nil, err
	}
	for i := range contacts {
		if err := c.Add(&contacts[i]); err != nil {
			return nil, err
		}
	}
	for _, l := range logs {
		c.AddFile(l.Extract.Bill)
	}
	return c, nil
}

// Count is how many logs a case has, without opening any.
func (s *Service) Count(ctx context.Context, by access.Actor, caseRef string) (n int, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		k, err := s.caseFor(ctx, tx, by, access.ReadEvidence, caseRef)
		if err != nil {
			return err
		}
		rows, err := logsOf(ctx, tx, k.ComplaintID)
		for _, r := range rows {
			if r.Part == complaint.LogExtract {
				n++
			}
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count contact logs of %s: %w", caseRef, err)
	}
	return n, nil
}
