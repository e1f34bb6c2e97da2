package linkage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// Duplicates are a complaint's ties to others that say the same thing of the same person.
type Duplicates struct {
	Original  *Duplicate  // this one is a copy of it; nil where it is none
	Copies    []Duplicate // that point at this one
	Suggested []Hint      // may be the same; the oldest first
	// Hidden says that the original is one that the actor may not see, or counts such copies.
	HiddenOriginal bool
	HiddenCopies   int
}

func (d Duplicates) any() bool {
	return d.Original != nil || d.HiddenOriginal || len(d.Copies)+d.HiddenCopies+len(d.Suggested) > 0
}

// Duplicate is the other side of a merge.
type Duplicate struct {
	Complaint *complaint.Complaint
	Case      casework.Standing
	Reason    string
	At        time.Time
	By        string
}

// Hint is a complaint of the same person about the same firm.
type Hint struct {
	Complaint *complaint.Complaint
	Case      casework.Standing
	Same      []string // what shows the same person: complaint.SamePhone, complaint.SameIDNumber
	SameLoan  bool     // the same loan as well: sum or day of the contract
}

// sameLimit bounds how many complaints of one person are looked at.
const sameLimit = 50

// duplicates gathers merges and hints. That two complaints are one person's is for those who may see who made both.
func (s *Service) duplicates(ctx context.Context, tx *store.Tx, by access.Actor, c *complaint.Complaint, owner access.Owner) (Duplicates, error) {
	var d Duplicates
	merged, err := mergesOf(ctx, tx, c.ID)
	if err != nil {
		return d, err
	}
	var ids []int64
	for _, m := range merged {
		ids = append(ids, m.other(c.ID))
	}
	sees := s.d.Complaints.SeesPerson(by, c, owner)
	same := map[int64][]string{}
	if sees && !c.Anonymous {
		var found []int64
		if found, same, err = s.d.Complaints.SamePerson(ctx, tx, c, sameLimit); err != nil {
			return d, err
		}
		ids = append(ids, found...)
	}
	if len(ids) == 0 {
		return d, nil
	}
	reach, err := s.reachOf(ctx, tx, by, ids)
	if err != nil {
		return d, err
	}
	cs, err := s.d.Complaints.FindAll(ctx, tx, ids)
	if err != nil {
		return d, err
	}
	cases, err := s.d.Cases.Standings(ctx, tx, ids)
	if err != nil {
		return d, err
	}
	if err := s.putMerges(ctx, tx, &d, c, merged, func(id int64) bool { return sees && reach[id].seen }, cs, cases); err != nil {
		return d, err
	}
	return d, s.putHints(ctx, tx, &d, c, same, reach, cs, cases)
}

func (s *Service) putMerges(ctx context.Context, tx *store.Tx, d *Duplicates, c *complaint.Complaint, merged []mergeRow, seen func(int64) bool,
	cs map[int64]*complaint.Complaint, cases map[int64]casework.Standing) error {
	var users []int64
	for _, m := range merged {
		users = append(users, m.UserID)
	}
	names, err := s.d.Accounts.Names(ctx, tx, users)
	if err != nil {
		return err
	}
	for _, m := range merged {
		id := m.other(c.ID)
		x := Duplicate{Complaint: cs[id], Case: cases[id], Reason: m.Reason, At: m.At.Time(), By: names[m.UserID]}
		switch {
		case m.ComplaintID == c.ID && seen(id):
			d.Original = &x
		case m.ComplaintID == c.ID:
			d.HiddenOriginal = true
		case seen(id):
			d.Copies = append(d.Copies, x)
		default:
			d.HiddenCopies++
		}
	}
	return nil
}

func (s *Service) putHints(ctx context.Context, tx *store.Tx, d *Duplicates, c *complaint.Complaint, same map[int64][]string, reach map[int64]reached,
	cs map[int64]*complaint.Complaint, cases map[int64]casework.Standing) error {
	letter, err := sameLetter(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for id, ways := range same {
		o := cs[id]
		if o == nil || !reach[id].seen || slices.Contains(letter, id) || !sameMatter(c, o) || o.Status == complaint.Withdrawn {
			continue
		}
		d.Suggested = append(d.Suggested, Hint{Complaint: o, Case: cases[id], Same: ways, SameLoan: sameLoan(c, o)})
	}
	slices.SortFunc(d.Suggested, func(a, b Hint) int { return cmp.Compare(a.Complaint.ID, b.Complaint.ID) })
	return nil
}

// sameMatter: one track, and a firm in common, registered or as typed.
func sameMatter(a, b *complaint.Complaint) bool {
	if a.Track != b.Track || a.Pack != b.Pack {
		return false
	}
	same := func(x, y int64, m, n string) bool { return x != 0 && x == y || m != "" && strings.EqualFold(m, n) }
	return same(a.LenderID, b.LenderID, a.LenderName, b.LenderName) || same(a.AgencyID, b.AgencyID, a.AgencyName, b.AgencyName)
}

func sameLoan(a, b *complaint.Complaint) bool {
	return a.LoanFen > 0 && a.LoanFen == b.LoanFen || !a.ContractOn.IsZero() && a.ContractOn == b.ContractOn
}

// Merge says that a complaint repeats another one of the same person: it points at its original from then on, and both show
// it. An original that is a copy itself stands for its own original, and copies of the merged one follow it, so that there
// are neither chains nor loops. Nothing is closed and no clock stops: whoever screens still decides on the copy, and both
// count as received. Invalid, Conflict (stale, merged before, a loop, another track), Forbidden, NotFound.
func (s *Service) Merge(ctx context.Context, by access.Actor, ref, original string, version int64, reason string) error {
	reason, err := checkReason("reason", reason)
	if err != nil {
		return err
	}
	err = s.d.DB.Write(ctx, func(tx *store.Tx) error {
		c, o, err := s.pair(ctx, tx, by, access.MergeDuplicate, ref, original)
		if err != nil {
			return err
		}
		if c.Version != version {
			return fault.New(fault.Conflict, "fault.stale")
		}
		if o, err = s.root(ctx, tx, by, c, o); err != nil {
			return err
		}
		if c.Track != o.Track || c.Pack != o.Pack {
			return fault.New(fault.Conflict, "linkage.other_track")
		}
		if err := repoint(ctx, tx, by, c.ID, o.ID); err != nil {
			return err
		}
		r := &mergeRow{ComplaintID: c.ID, OriginalID: o.ID, Reason: reason, At: store.At(tx.Now), UserID: by.UserID}
		if err := store.Insert(ctx, tx, r); err != nil {
			return err
		}
		return s.d.Complaints.Together(ctx, tx, by, audit.DuplicateMerged, c, o, complaint.EventMerged, reason)
	})
	if err != nil {
		return fmt.Errorf("merge %s into %s: %w", ref, original, err)
	}
	return nil
}

// root is the original that o stands for. Conflict where c is merged already, or is that original.
func (s *Service) root(ctx context.Context, tx *store.Tx, by access.Actor, c, o *complaint.Complaint) (*complaint.Complaint, error) {
	if m, err := mergeOf(ctx, tx, c.ID); err != nil || m != nil {
		if err == nil {
			err = fault.New(fault.Conflict, "linkage.merged_already")
		}
		return nil, err
	}
	m, err := mergeOf(ctx, tx, o.ID)
	if err != nil || m == nil {
		return o, err
	}
	if m.OriginalID == c.ID {
		return nil, fault.New(fault.Conflict, "linkage.loop")
	}
	list, err := s.d.Complaints.FindAll(ctx, tx, []int64{m.OriginalID})
	if err != nil {
		return nil, err
	}
	reach, err := s.reachOf(ctx, tx, by, []int64{m.OriginalID})
	if err != nil {
		return nil, err
	}
	if !reach[m.OriginalID].seen {
		return nil, fault.New(fault.Conflict, "linkage.original_elsewhere")
	}
	return list[m.OriginalID], nil
}

// Part undoes a merge, with a reason. Copies that followed stay with the original. Invalid, Conflict (stale, not merged),
// Forbidden, NotFound.
func (s *Service) Part(ctx context.Context, by access.Actor, ref string, version int64, reason string) error {
	reason, err := checkReason("reason", reason)
	if err != nil {
		return err
	}
	err = s.d.DB.Write(ctx, func(tx *store.Tx) error {
		c, owner, err := s.d.Complaints.Reach(ctx, tx, by, access.MergeDuplicate, ref)
		if err != nil {
			return err
		}
		if !s.d.Complaints.SeesPerson(by, c, owner) {
			return fault.New(fault.Forbidden, "linkage.sheltered")
		}
		if c.Version != version {
			return fault.New(fault.Conflict, "fault.stale")
		}
		m, err := mergeOf(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if m == nil {
			return fault.New(fault.Conflict, "linkage.not_merged")
		}
		list, err := s.d.Complaints.FindAll(ctx, tx, []int64{m.OriginalID})
		if err != nil {
			return err
		}
		if err := undo(ctx, tx, by, m.ID, reason); err != nil {
			return err
		}
		return s.d.Complaints.Together(ctx, tx, by, audit.DuplicateUndone, c, list[m.OriginalID], complaint.EventUnmerged, reason)
	})
	if err != nil {
		return fmt.Errorf("part %s from its original: %w", ref, err)
	}
	return nil
}
