package firm

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// Rosters keeps the firms' lists of their collectors and answers whether somebody stands on one. Each list replaces the
// firm's list before from the day on which it was received, and says nothing about the days before: who was left out of
// a list was not registered, whatever a later one claims.
//
// It gives nothing back that was not asked for: numbers are stored as keyed indexes and names sealed, so there is no way
// to read a list out again. It is safe for concurrent use.
type Rosters struct {
	s    *Service
	keys *seal.Keys
	zone *time.Location
}

// NewRosters returns the service; zone is the regulator's, in which days begin.
func NewRosters(s *Service, keys *seal.Keys, zone *time.Location) *Rosters {
	return &Rosters{s, keys, zone}
}

// RosterDays is for how many days a list speaks before it must be handed in again. It is the office's own measure, no law.
const RosterDays = 180

// Collector is one person of a list.
type Collector struct {
	StaffNumber string
	Name        string
	Phone       string
	From, To    calendar.Date // both days included; no To: still
}

// Roster is a list as it was received.
type Roster struct {
	ReceivedOn calendar.Date
	LastOn     calendar.Date // the last day of which it speaks, unless a newer one replaces it
	Collectors int
}

// RosterResult is what an import of lists did. A firm whose part of the file has a wrong row is left as it was: a list
// with a gap would call somebody unregistered who is not.
type RosterResult struct {
	Rows    int
	Taken   []RosterTaken // by code
	Rejects []ImportReject
}

// RosterTaken is one firm's list. Same says that this very list was received today already and nothing was stored.
type RosterTaken struct {
	Firm       string
	Collectors int
	Same       bool
}

// ImportCSV reads firm_code,staff_number,name,phone,from,to; the columns staff_number and from must be there, and
// firm_code unless a firm's manager sends the own list. Each firm in the file gets the list that the file has of it.
// Forbidden; Invalid (encoding, header, nobody on it), TooLarge. Rows that are wrong are in the result.
func (r *Rosters) ImportCSV(ctx context.Context, by access.Actor, in io.Reader) (*RosterResult, error) {
	own, err := r.mayHandIn(ctx, by)
	if err != nil {
		return nil, fmt.Errorf("import rosters: %w", err)
	}
	res := &RosterResult{}
	lists, err := readRosters(in, own, res)
	if err != nil {
		return nil, fmt.Errorf("import rosters: %w", err)
	}
	return res, r.take(ctx, by, lists, res)
}

// HandIn takes the list of the actor's own firm. Forbidden; Invalid, with the fields named collectors[0].staff_number.
func (r *Rosters) HandIn(ctx context.Context, by access.Actor, list []Collector) (*RosterResult, error) {
	own, err := r.mayHandIn(ctx, by)
	if err == nil && own == "" {
		err = fault.New(fault.Forbidden, "fault.forbidden")
	}
	if err != nil {
		return nil, fmt.Errorf("hand in roster: %w", err)
	}
	var wrong fault.Fields
	b := rosterBuild{}
	for i, c := range list {
		field, key, args := b.add(own, i+1, c)
		if key != "" {
			wrong.Add(fmt.Sprintf("collectors[%d].%s", i, field), key, args...)
		}
	}
	if len(list) == 0 {
		wrong.Add("collectors", "firm.roster.empty")
	}
	if err := wrong.Err(); err != nil {
		return nil, fmt.Errorf("hand in roster: %w", err)
	}
	res := &RosterResult{Rows: len(list)}
	return res, r.take(ctx, by, b.lists, res)
}

// mayHandIn is the code of the only firm whose list the actor may hand in; "" for those who keep the registry.
func (r *Rosters) mayHandIn(ctx context.Context, by access.Actor) (string, error) {
	if r.s.policy.May(by, access.ManageFirm) == nil {
		return "", nil
	}
	if err := r.s.policy.May(by, access.ManageFirmUsers); err != nil {
		return "", err
	}
	var code string
	err := r.s.db.Read(ctx, func(tx *store.Tx) error {
		firms, err := r.s.ByIDs(ctx, tx, []int64{by.FirmID})
		if err != nil {
			return err
		}
		f, ok := firms[by.FirmID]
		if !ok {
			return fault.New(fault.Forbidden, "fault.forbidden")
		}
		code = cmp.Or(f.MergedInto, f.Code)
		return nil
	})
	return code, err
}

// sealedList is a firm's list ready to be stored: sealing is too slow for the one writer.
type sealedList struct {
	rosterList
	digest []byte
	rows   []*collectorRow
}

func (r *Rosters) seal(l rosterList) (*sealedList, error) {
	out, sum := &sealedList{rosterList: l}, sha256.New()
	for _, c := range l.collectors {
		fmt.Fprintf(sum, "%q %q %q %s %s\n", c.StaffNumber, c.Name, c.Phone, c.From, c.To)
		name, err := r.keys.Seal("collector.name", c.Name)
		if err != nil {
			return nil, err
		}
		out.rows = append(out.rows, &collectorRow{StaffKey: r.keys.Blind(staffIndex, c.StaffNumber), PhoneKey: r.keys.Blind(phoneIndex, c.Phone),
			Name: name, FromOn: c.From, ToOn: c.To})
	}
	// Keyed: a plain digest of a short list could be guessed.
	out.digest = r.keys.Blind("roster", string(sum.Sum(nil)))
	return out, nil
}

func (r *Rosters) take(ctx context.Context, by access.Actor, lists []rosterList, res *RosterResult) error {
	var ready []*sealedList
	for _, l := range lists {
		if l.wrong {
			continue
		}
		s, err := r.seal(l)
		if err != nil {
			return fmt.Errorf("seal roster of %s: %w", l.firm, err)
		}
		ready = append(ready, s)
	}
	var rejects []ImportReject
	var taken []RosterTaken
	err := r.s.db.Write(ctx, func(tx *store.Tx) error {
		rejects, taken = nil, nil
		for _, l := range ready {
			t, err := r.store(ctx, tx, by, l)
			if err != nil {
				return err
			}
			if t == nil {
				rejects = append(rejects, ImportReject{l.line, "firm.roster.unknown_firm", []any{l.firm}})
				continue
			}
			taken = append(taken, *t)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store rosters: %w", err)
	}
	res.Taken, res.Rejects = taken, append(res.Rejects, rejects...)
	slices.SortStableFunc(res.Rejects, func(a, b ImportReject) int { return a.Line - b.Line })
	return nil
}

// store keeps one firm's list; nil where there is no such firm.
func (r *Rosters) store(ctx context.Context, tx *store.Tx, by access.Actor, l *sealedList) (*RosterTaken, error) {
	f, err := lookUp(ctx, tx, l.firm)
	if err != nil || f == nil {
		return nil, err
	}
	if f.MergedID != 0 {
		if f, err = findFirm(ctx, tx, f.MergedInto); err != nil {
			return nil, err
		}
	}
	today := calendar.OfTime(tx.Now.In(r.zone))
	t := &RosterTaken{Firm: f.Code, Collectors: len(l.rows)}
	last, err := rosterOn(ctx, tx, []int64{f.ID}, today)
	if err != nil {
		return nil, err
	}
	if last != nil && last.ReceivedOn == today && slices.Equal(last.Digest, l.digest) {
		t.Same = true
		return t, nil
	}
	if err := insertRoster(ctx, tx, f.ID, today, l); err != nil {
		return nil, fmt.Errorf("roster of %s: %w", f.Code, err)
	}
	_, err = r.s.log.Append(ctx, tx, by, audit.RosterStored, f.Code, "collectors", len(l.rows))
	return t, err
}

// List lists the lists of the actor's own firm, the newest first, at most 50. Forbidden.
func (r *Rosters) List(ctx context.Context, by access.Actor) ([]Roster, error) {
	if err := r.s.policy.May(by, access.ManageFirmUsers); err != nil {
		return nil, err
	}
	var out []Roster
	err := r.s.db.Read(ctx, func(tx *store.Tx) error {
		rows, err := rostersOf(ctx, tx, by.FirmID)
		for _, w := range rows {
			out = append(out, Roster{w.ReceivedOn, w.ReceivedOn.AddDays(RosterDays), int(w.Collectors)})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list rosters: %w", err)
	}
	return out, nil
}
