package logbook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/contactlog"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// Columns is what the columns of a carrier's table are, known by its header. It
// is of a carrier and never of a person: a header that holds digits as a number
// has them is not remembered.
type Columns struct {
	Signature string
	Header    []string
	Mapping   contactlog.Mapping
	State     string // proposed, confirmed, withdrawn
	At        time.Time
	Role      string // of who said so
}

// The states of remembered columns. Only what staff confirmed is used without
// asking: a stranger must not be able to teach this office that incoming calls
// are outgoing ones.
const (
	Proposed  = "proposed"
	Confirmed = "confirmed"
	Withdrawn = "withdrawn"
)

var digitsOfPeople = regexp.MustCompile(`[0-9]{5}`)

// Propose remembers what somebody said of the columns of a table, unless its
// header is known already. Nothing is kept of a table without a header.
func (s *Service) Propose(ctx context.Context, by access.Actor, m contactlog.Mapping, header []string) error {
	if m.Signature == "" || m.HeaderRow == 0 || len(header) == 0 || len(header) > 64 {
		return nil
	}
	for _, h := range header {
		if len(h) > 100 || digitsOfPeople.MatchString(h) {
			return nil
		}
	}
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		known, err := mappingsOf(ctx, tx, m.Signature)
		if err != nil || len(known) > 0 {
			return err
		}
		m.HeaderRow = 0 // it stands elsewhere in the next file
		return s.say(ctx, tx, by, Columns{Signature: m.Signature, Header: header, Mapping: m, State: Proposed})
	})
	if err != nil {
		return fmt.Errorf("propose columns: %w", err)
	}
	return nil
}

func (s *Service) say(ctx context.Context, tx *store.Tx, by access.Actor, c Columns) error {
	header, err := json.Marshal(c.Header)
	if err != nil {
		return err
	}
	mapping, err := json.Marshal(c.Mapping)
	if err != nil {
		return err
	}
	r := &mappingRow{Signature: c.Signature, Header: string(header), Mapping: string(mapping), State: c.State, At: store.At(tx.Now), Role: string(by.Role), UserID: store.ID(by.UserID)}
	if err := store.Insert(ctx, tx, r); err != nil {
		return fmt.Errorf("insert mapping: %w", err)
	}
	_, err = s.d.Log.Append(ctx, tx, by, audit.LogMappingSaid, c.Signature, "state", c.State)
	return err
}

// Settle confirms or withdraws remembered columns. Conflict for a state that they
// are in already, Forbidden, NotFound.
func (s *Service) Settle(ctx context.Context, by access.Actor, signature, state string) error {
	if state != Confirmed && state != Withdrawn {
		return fault.New(fault.Invalid, "fault.invalid")
	}
	if err := s.d.Policy.May(by, access.Screen); err != nil {
		return err
	}
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		known, err := mappingsOf(ctx, tx, signature)
		if err != nil {
			return err
		}
		if len(known) == 0 {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		c := known[0]
		if c.State == state {
			return fault.New(fault.Conflict, "fault.stale")
		}
		c.State = state
		return s.say(ctx, tx, by, c)
	})
	if err != nil {
		return fmt.Errorf("settle columns: %w", err)
	}
	return nil
}

// Remembered lists the columns that are known, the latest word of each.
func (s *Service) Remembered(ctx context.Context, by access.Actor) (out []Columns, err error) {
	if err := s.d.Policy.May(by, access.ReadEvidence); err != nil {
		return nil, err
	}
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		out, err = mappingsOf(ctx, tx, "")
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list remembered columns: %w", err)
	}
	return out, nil
}

// Known finds a confirmed mapping for one of the rows with which a table begins;
// nil where there is none. Whoever asks learns nothing but what columns are.
func (s *Service) Known(ctx context.Context, p contactlog.Preview) (*contactlog.Mapping, error) {
	var out *contactlog.Mapping
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		for i, row := range p.Rows {
			list, err := mappingsOf(ctx, tx, contactlog.Signature(row))
			if err != nil {
				return err
			}
			if j := slices.IndexFunc(list, func(c Columns) bool { return c.State == Confirmed }); j >= 0 {
				m := list[j].Mapping
				m.HeaderRow = p.Numbers[i]
				out = &m
				return errFound
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, errFound) {
		return nil, fmt.Errorf("find remembered columns: %w", err)
	}
	return out, nil
}

var errFound = errors.New("found")
