package linkage

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

// Verdict is what somebody said about two complaints.
type Verdict string

// A pair that was decided can be opened again.
const (
	Confirmed Verdict = "confirmed"
	Dismissed Verdict = "dismissed"
	Open      Verdict = "open"
)

// Verdicts lists them, as the API and the pages name them.
var Verdicts = []Verdict{Confirmed, Dismissed, Open}

// Decision is the newest word about a pair.
type Decision struct {
	Verdict  Verdict
	Strength float64 // that the link had then
	Reason   string
	At       time.Time
	UserID   int64
	By       string
}

const (
	maxReason = 500
	maxValue  = 100
)

func checkReason(field, text string) (string, error) {
	text = strings.TrimSpace(text)
	var wrong fault.Fields
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		wrong.Add(field, "fault.required")
	case n > maxReason:
		wrong.Add(field, "fault.too_long", maxReason, n)
	}
	return text, wrong.Err()
}

// Decide says whether one hand is behind two complaints, with a reason. It holds for both, and the newest word holds. Who
// decides must be able to act on the first and to see the second. Invalid, Conflict (said already), Forbidden, NotFound.
func (s *Service) Decide(ctx context.Context, by access.Actor, ref, other string, verdict Verdict, reason string) error {
	reason, err := checkReason("reason", reason)
	if err != nil {
		return err
	}
	if !slices.Contains(Verdicts, verdict) {
		return fault.Fields{{Name: "verdict", Key: "fault.choose"}}.Err()
	}
	err = s.d.DB.Write(ctx, func(tx *store.Tx) error {
		c, o, err := s.pair(ctx, tx, by, access.DecideLink, ref, other)
		if err != nil {
			return err
		}
		was, err := decisionsOf(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		now := Open
		if d := was[o.ID]; d != nil {
			now = d.Verdict
		}
		if now == verdict {
			return fault.New(fault.Conflict, "linkage.said_already")
		}
		grounds, strength, err := s.groundsOf(ctx, tx, c, o.ID)
		if err != nil {
			return err
		}
		r := &decisionRow{AID: min(c.ID, o.ID), BID: max(c.ID, o.ID), Verdict: string(verdict), Strength: int64(math.Round(strength * 100)),
			Grounds: strings.Join(grounds, ","), Reason: reason, At: store.At(tx.Now), UserID: by.UserID}
		if err := store.Insert(ctx, tx, r); err != nil {
			return err
		}
		for _, x := range []*complaint.Complaint{c, o} {
			// Neither timeline names the other: who may know of it is for Of to say.
			if err := s.d.Complaints.Note(ctx, tx, by, x.ID, complaint.EventLinked, false, ""); err != nil {
				return err
			}
		}
		for _, x := range []*complaint.Complaint{c, o} {
			if _, err := s.d.Log.Append(ctx, tx, by, audit.LinkDecided, x.Reference, "verdict", string(verdict), "grounds", r.Grounds, "strength", r.Strength, "reason", reason); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("decide on %s and %s: %w", ref, other, err)
	}
	return nil
}

// pair loads two complaints of which the actor may act on the first and know that the second belongs to it.
func (s *Service) pair(ctx context.Context, tx *store.Tx, by access.Actor, act access.Action, ref, other string) (c, o *complaint.Complaint, err error) {
	c, owner, err := s.d.Complaints.Reach(ctx, tx, by, act, ref)
	if err != nil {
		return nil, nil, err
	}
	notFound := fault.Fields{{Name: "other", Key: "linkage.no_other"}}.Err()
	o, theirs, err := s.d.Complaints.Reach(ctx, tx, by, access.ReadLinks, other)
	switch {
	case missing(err):
		return nil, nil, notFound
	case err != nil:
		return nil, nil, err
	case o.ID == c.ID:
		return nil, nil, fault.Fields{{Name: "other", Key: "linkage.itself"}}.Err()
	case !s.d.Complaints.SeesPerson(by, c, owner):
		return nil, nil, fault.New(fault.Forbidden, "linkage.sheltered")
	case !s.d.Complaints.SeesPerson(by, o, theirs):
		return nil, nil, notFound
	}
	return c, o, nil
}

// groundsOf is what links c to another complaint, for the record: kinds, never the numbers.
func (s *Service) groundsOf(ctx context.Context, tx *store.Tx, c *complaint.Complaint, other int64) ([]string, float64, error) {
	_, found, err := s.candidates(ctx, tx, c)
	if err != nil || found[other] == nil {
		return nil, 0, err
	}
	var kinds []string
	for _, g := range found[other].grounds {
		if !slices.Contains(kinds, g.Kind) {
			kinds = append(kinds, g.Kind)
		}
	}
	return kinds, found[other].strength(), nil
}

func (s *Service) nameDeciders(ctx context.Context, tx *store.Tx, list map[int64]*Decision) error {
	var users []int64
	for _, d := range list {
		users = append(users, d.UserID)
	}
	names, err := s.d.Accounts.Names(ctx, tx, users)
	if err != nil {
		return err
	}
	for _, d := range list {
		d.By = names[d.UserID]
	}
	return nil
}

// AddNumber puts a number, account or name of the collector on a complaint that the office found later. basis says where it
// was found. Invalid, Conflict (it is there already), Forbidden, NotFound.
func (s *Service) AddNumber(ctx context.Context, by access.Actor, ref, kind, value, basis string) error {
	value = strings.TrimSpace(value)
	id, wrong := checkNumber(kind, value)
	basis, err := checkReason("basis", basis)
	if err != nil {
		wrong = append(wrong, fault.Fields{{Name: "basis", Key: "linkage.basis_missing"}}...)
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	err = s.d.DB.Write(ctx, func(tx *store.Tx) error {
		c, _, err := s.d.Complaints.Reach(ctx, tx, by, access.DecideLink, ref)
		if err != nil {
			return err
		}
		return s.addNumber(ctx, tx, by, c, id, kind, value, basis)
	})
	if err != nil {
		return fmt.Errorf("add number to %s: %w", ref, err)
	}
	return nil
}

func (s *Service) addNumber(ctx context.Context, tx *store.Tx, by access.Actor, c *complaint.Complaint, id ident.Identifier, kind, value, basis string) error {
	for _, a := range c.Accused {
		if had, ok := ident.NewIdentifier(a.Kind, a.Value); ok && had == id {
			return fault.Fields{{Name: "value", Key: "linkage.number_known"}}.Err()
		}
	}
	added, err := addedTo(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, a := range added {
		if had, ok := ident.NewIdentifier(a.Kind, a.Value); ok && had == id {
			return fault.Fields{{Name: "value", Key: "linkage.number_known"}}.Err()
		}
	}
	r := &addedRow{ComplaintID: c.ID, Kind: kind, Value: value, Basis: basis, At: store.At(tx.Now), UserID: by.UserID}
	if err := store.Insert(ctx, tx, r); err != nil {
		return err
	}
	if err := use(ctx, tx, id, c.ID); err != nil {
		return err
	}
	if err := s.d.Complaints.Note(ctx, tx, by, c.ID, complaint.EventNumberAdded, false, ""); err != nil {
		return err
	}
	_, err = s.d.Log.Append(ctx, tx, by, audit.AccusedAdded, c.Reference, "kind", kind)
	return err
}

// checkNumber reads an identifier that somebody typed.
func checkNumber(kind, value string) (ident.Identifier, fault.Fields) {
	var wrong fault.Fields
	if !slices.Contains(ident.IdentifierKinds, kind) {
		wrong.Add("kind", "fault.choose")
	}
	id, ok := ident.NewIdentifier(kind, value)
	switch n := utf8.RuneCountInString(value); {
	case n == 0:
		wrong.Add("value", "fault.required")
	case n > maxValue:
		wrong.Add("value", "fault.too_long", maxValue, n)
	case !ok || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' }):
		wrong.Add("value", "linkage.number_form")
	}
	return id, wrong
}
