package casework

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// Finding says whether one violation happened. It never changes; a mistake is corrected by a new one that supersedes it.
type Finding struct {
	ID           int64
	Number       int // 1, 2 ... within the case
	Code         string
	Severity     int
	Outcome      string // of the rulebook: substantiated, partially_substantiated, unsubstantiated, inconclusive, out_of_scope
	ActedOn      calendar.Date
	Standards    []string // ids of the norms breached that carry no penalty of this office: standards, guides, civil law, police law
	Bases        []string // ids of law on which the office may rest a penalty, in force on ActedOn
	Reasons      string
	Evidence     []string // E-1, E-2 ...
	FirmID       int64    // who did it; 0 unknown
	Rulebook     string   // version of the pack that was applied
	FoundAt      time.Time
	FoundBy      int64
	FoundByName  string
	SupersededBy int64 // id of the correction; 0 stands
	Check        *Check
}

// Check is the check of logs of contacts on which a finding rests; most rest on none.
type Check struct {
	Rule     string       `json:"rule"`     // of the rulebook's contact rules
	Rulebook string       `json:"rulebook"` // version that the logs were checked against
	Side     string       `json:"side"`     // whose logs: borrower or firm
	Hits     int          `json:"hits"`
	Places   []CheckPlace `json:"places"`
}

// CheckPlace are rows of a file of evidence.
type CheckPlace struct {
	Evidence string `json:"evidence"` // E-1, E-2 ...
	Rows     []int  `json:"rows"`
}

// Add notes a row of a file, once.
func (c *Check) Add(evidence string, row int) {
	i := slices.IndexFunc(c.Places, func(p CheckPlace) bool { return p.Evidence == evidence })
	if i < 0 {
		c.Places = append(c.Places, CheckPlace{Evidence: evidence})
		i = len(c.Places) - 1
	}
	p := &c.Places[i]
	if j, known := slices.BinarySearch(p.Rows, row); !known {
		p.Rows = slices.Insert(p.Rows, j, row)
	}
}

// Upheld reports whether the finding counts against the firm.
func (f *Finding) Upheld(p *rulebook.Pack) bool {
	o, ok := outcomeOf(p, f.Outcome)
	return ok && o.Upheld
}

// NewFinding is the request to record a finding. Basis holds ids of standards and legal bases alike; the service sorts
// them by what they are. Corrects is the number of the finding it supersedes, 0 for none.
type NewFinding struct {
	Code     string        `json:"code"`
	Outcome  string        `json:"outcome"`
	ActedOn  calendar.Date `json:"acted_on"` // zero: the complaint's first day
	Basis    []string      `json:"basis"`
	Reasons  string        `json:"reasons"`
	Evidence []string      `json:"evidence"`
	Firm     string        `json:"firm"` // code of the case's agency or lender; "": the agency if known, else the lender
	Corrects int           `json:"corrects"`
	Version  int64         `json:"version"`
	Check    *Check        `json:"-"` // of the logs that it rests on, computed by package logbook and never taken from a person
}

// The lengths of what people write, in characters.
const (
	minReasons   = 10
	minExplained = 30 // reasons of a finding on a day outside the period that the complainant named
	maxReasons   = 10_000
)

// Record records a finding on an own case. Every basis must have been in force on the day of the act; what upholds the
// complaint needs one wherever the rulebook has one. A day outside the period that the complainant named is allowed, but
// needs reasons long enough to explain it.
// Invalid (code, outcome, acted_on, basis, reasons, evidence, firm, corrects), Conflict, Forbidden, NotFound.
func (s *Service) Record(ctx context.Context, by access.Actor, ref string, n NewFinding) (*Case, *Finding, error) {
	var c *Case
	var f *Finding
	err := s.d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		if c, err = s.find(ctx, tx, ref); err != nil {
			return err
		}
		if err := s.d.Policy.Check(by, access.RecordFinding, c.Owner()); err != nil {
			return err
		}
		if err := s.refuseRecused(ctx, tx, by, c); err != nil {
			return err
		}
		if err := c.at(n.Version); err != nil {
			return err
		}
		was := c.slot()
		if c.Status, err = c.Status.next(record, true); err != nil {
			return err
		}
		old, err := s.loadFindings(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		var corrected *Finding
		if f, corrected, err = s.judge(ctx, tx, by, c, old, n); err != nil {
			return err
		}
		return s.keep(ctx, tx, by, c, f, corrected, was)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("record finding on %s: %w", ref, err)
	}
	return c, f, nil
}

// keep stores a checked finding, what it supersedes and the case's new state.
func (s *Service) keep(ctx context.Context, tx *store.Tx, by access.Actor, c *Case, f, corrected *Finding, was slot) error {
	if err := insertFinding(ctx, tx, c.ID, f, s.today(tx)); err != nil {
		return err
	}
	if f.Check != nil {
		if err := insertCheck(ctx, tx, f.ID, f.Check); err != nil {
			return err
		}
	}
	kind, corrects := EventFinding, 0
	if corrected != nil {
		kind, corrects = EventCorrected, corrected.Number
		if err := supersede(ctx, tx, corrected.ID, f.ID); err != nil {
			return err
		}
	}
	if err := s.save(ctx, tx, c, was); err != nil {
		return err
	}
	if err := addEvent(ctx, tx, by, c.ID, kind, fmt.Sprintf("#%d %s", f.Number, f.Code)); err != nil {
		return err
	}
	_, err := s.d.Log.Append(ctx, tx, by, audit.FindingRecorded, c.Reference,
		"number", f.Number, "code", f.Code, "outcome", f.Outcome, "corrects", corrects)
	return err
}

// judge turns a request into a finding and gathers everything that is wrong with it.
func (s *Service) judge(ctx context.Context, tx *store.Tx, by access.Actor, c *Case, old []Finding, n NewFinding) (f, corrected *Finding, err error) {
	pack, ok := s.d.Book.Pack(c.Pack)
	if !ok {
		return nil, nil, fmt.Errorf("no rulebook %q", c.Pack)
	}
	numbers, err := evidenceNumbers(ctx, tx, c.ComplaintID)
	if err != nil {
		return nil, nil, err
	}
	f = &Finding{
		Number: len(old) + 1, Code: n.Code, Outcome: n.Outcome, ActedOn: n.ActedOn, Reasons: strings.TrimSpace(n.Reasons),
		Rulebook: pack.Version(), FoundAt: tx.Now, FoundBy: by.UserID, FoundByName: by.Name,
		Check: n.Check,
	}
	if f.ActedOn.IsZero() {
		f.ActedOn = c.Complaint.OccurredFrom
	}
	var bad fault.Fields
	f.weigh(&bad, pack, n.Basis)
	f.date(&bad, c, s.today(tx))
	f.Evidence = labels(&bad, n.Evidence, numbers)
	f.FirmID = c.accused(&bad, n.Firm)
	if n.Corrects != 0 {
		i := slices.IndexFunc(old, func(o Finding) bool { return o.Number == n.Corrects && o.SupersededBy == 0 })
		if i < 0 {
			bad.Add("corrects", "casework.no_such_finding", n.Corrects)
		} else {
			corrected = &old[i]
		}
	}
	return f, corrected, bad.Err()
}

// weigh checks code, outcome and bases, and sorts the bases into standards and grounds of a penalty.
func (f *Finding) weigh(bad *fault.Fields, pack *rulebook.Pack, basis []string) {
	v, ok := pack.Violation(f.Code)
	if !ok {
		bad.Add("code", "casework.unknown_code", f.Code)
	}
	f.Severity = v.Severity
	o, known := outcomeOf(pack, f.Outcome)
	if !known {
		bad.Add("outcome", "fault.choose")
	}
	seen := map[string]bool{}
	for _, id := range basis {
		if id = strings.TrimSpace(id); id == "" || seen[id] {
			continue
		}
		seen[id] = true
		b, ok := pack.Basis(id)
		switch {
		case !ok:
			bad.Add("basis", "casework.unknown_basis", id)
		case !b.InForce(f.ActedOn):
			bad.Add("basis", "casework.basis_not_in_force", id, f.ActedOn)
		case b.ByOffice():
			f.Bases = append(f.Bases, id)
		default:
			f.Standards = append(f.Standards, id)
		}
	}
	if known && o.Upheld && len(seen) == 0 && len(v.Bases(f.ActedOn)) > 0 {
		bad.Add("basis", "casework.basis_needed")
	}
}

// date checks the day of the act and that the reasons are long enough for it.
func (f *Finding) date(bad *fault.Fields, c *Case, today calendar.Date) {
	if f.ActedOn.IsZero() {
		bad.Add("acted_on", "fault.required")
	} else if f.ActedOn.After(today) {
		bad.Add("acted_on", "fault.date_future")
	}
	n := utf8.RuneCountInString(f.Reasons)
	switch {
	case n < minReasons:
		bad.Add("reasons", "fault.too_short", minReasons)
	case n > maxReasons:
		bad.Add("reasons", "fault.too_long", maxReasons, n)
	case n < minExplained && !c.covers(f.ActedOn):
		bad.Add("reasons", "casework.explain_day", minExplained)
	}
}

// covers reports whether a day lies in the period that the complainant named; an end that is not named is open.
func (c *Case) covers(d calendar.Date) bool {
	from, to := c.Complaint.OccurredFrom, c.Complaint.OccurredTo
	return (from.IsZero() || !d.Before(from)) && (to.IsZero() || !d.After(to))
}

// accused is the id of the firm that a finding is about. Field "firm".
func (c *Case) accused(bad *fault.Fields, code string) int64 {
	if code == "" {
		switch {
		case c.Agency != nil:
			return c.Agency.ID
		case c.Lender != nil:
			return c.Lender.ID
		}
		return 0
	}
	if f := c.Firm(code); f != nil {
		return f.ID
	}
	bad.Add("firm", "casework.not_a_party", code)
	return 0
}

// labels checks the numbers of evidence, written E-1, e1 or 1, and returns them as E-1.
func labels(bad *fault.Fields, list []string, have map[int]bool) []string {
	var out []string
	for _, l := range list {
		l = strings.TrimSpace(l)
		if l == "" {
			continue
		}
		n, err := strconv.Atoi(strings.TrimLeft(l, "Ee-"))
		if err != nil || !have[n] {
			bad.Add("evidence", "casework.no_such_evidence", l)
			continue
		}
		if l = "E-" + strconv.Itoa(n); !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

func outcomeOf(p *rulebook.Pack, id string) (rulebook.Outcome, bool) {
	all := p.FindingOutcomes()
	i := slices.IndexFunc(all, func(o rulebook.Outcome) bool { return o.ID == id })
	if i < 0 {
		return rulebook.Outcome{}, false
	}
	return all[i], true
}

// Best is the outcome of a case: that of its standing findings which comes first in the rulebook (substantiated before
// unsubstantiated before inconclusive), or NoFinding.
func Best(p *rulebook.Pack, findings []Finding) string {
	for _, o := range p.FindingOutcomes() {
		for _, f := range findings {
			if f.SupersededBy == 0 && f.Outcome == o.ID {
				return o.ID
			}
		}
	}
	return NoFinding
}

// Findings lists the findings of a case by number, the superseded ones too. NotFound.
func (s *Service) Findings(ctx context.Context, by access.Actor, ref string) (out []Finding, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		c, err := s.readable(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		out, err = s.loadFindings(ctx, tx, c.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("findings of %s: %w", ref, err)
	}
	return out, nil
}

// StandingFindings are the findings not superseded, inside an open transaction.
func (s *Service) StandingFindings(ctx context.Context, tx *store.Tx, caseID int64) ([]Finding, error) {
	all, err := s.loadFindings(ctx, tx, caseID)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(f Finding) bool { return f.SupersededBy != 0 }), nil
}

// FindingsNumbered are findings of a case by their numbers, corrected ones too: what was cited stays cited. For enforcement.
func (s *Service) FindingsNumbered(ctx context.Context, tx *store.Tx, caseID int64, numbers []int) ([]Finding, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	all, err := s.loadFindings(ctx, tx, caseID)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(f Finding) bool { return !slices.Contains(numbers, f.Number) }), nil
}

func (s *Service) hasFindings(ctx context.Context, tx *store.Tx, caseID int64) (bool, error) {
	list, err := s.StandingFindings(ctx, tx, caseID)
	return len(list) > 0, err
}
