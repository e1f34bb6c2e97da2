package casework

import (
	"context"
	"fmt"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit"
	"dunwatch/internal/fault"
	"dunwatch/internal/notify"
	"dunwatch/internal/store"
)

// BulkItem names a case and the version that the caller saw (0: whatever it is now).
type BulkItem struct {
	Reference string `json:"reference"`
	Version   int64  `json:"version"`
}

// Assignment is one item's answer of a bulk assign.
type Assignment struct {
	Reference string
	Case      *Case // nil where Err is set
	Err       error
}

// maxBulk bounds a bulk assign to what one page can select.
const maxBulk = maxPage

// Assign gives a case to an officer (id or e-mail; "" takes it from its officer): an active reviewer of the case's unit
// who is not recused. Giving it to who has it already changes nothing.
// Conflict (stale, or impossible in its state), Invalid (officer), Forbidden, NotFound.
func (s *Service) Assign(ctx context.Context, by access.Actor, ref string, version int64, officer string) (*Case, error) {
	return s.assign(ctx, by, BulkItem{ref, version}, officer, true)
}

// AssignAll assigns many, each in a transaction of its own and answered alone: one that fails stops nothing.
// Invalid for no items or more than 100, Forbidden for whoever assigns nothing at all.
func (s *Service) AssignAll(ctx context.Context, by access.Actor, items []BulkItem, officer string) ([]Assignment, error) {
	if err := s.d.Policy.May(by, access.AssignCase); err != nil {
		return nil, err
	}
	var f fault.Fields
	if len(items) == 0 {
		f.Add("items", "casework.choose_cases")
	}
	if len(items) > maxBulk {
		f.Add("items", "casework.too_many_cases", maxBulk)
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	out := make([]Assignment, len(items))
	for i, item := range items {
		c, err := s.assign(ctx, by, item, officer, item.Version != 0)
		out[i] = Assignment{Reference: item.Reference, Case: c, Err: err}
	}
	return out, nil
}

func (s *Service) assign(ctx context.Context, by access.Actor, item BulkItem, officer string, strict bool) (*Case, error) {
	var c *Case
	err := s.d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		if c, err = s.find(ctx, tx, item.Reference); err != nil {
			return err
		}
		if err := s.d.Policy.Check(by, access.AssignCase, c.Owner()); err != nil {
			return err
		}
		if strict {
			if err := c.at(item.Version); err != nil {
				return err
			}
		}
		if officer == "" {
			return s.release(ctx, tx, by, c, audit.CaseAssigned)
		}
		u, err := s.eligible(ctx, tx, c, officer)
		if err != nil || u.ID == c.OfficerID {
			return err
		}
		return s.give(ctx, tx, by, c, u.ID, u.Name, audit.CaseAssigned)
	})
	if err != nil {
		return nil, fmt.Errorf("assign case %s: %w", item.Reference, err)
	}
	return c, nil
}

// eligible finds the officer to whom a case may be given. Invalid, field "officer".
func (s *Service) eligible(ctx context.Context, tx *store.Tx, c *Case, officer string) (*account.User, error) {
	u, err := s.d.Accounts.Officer(ctx, tx, officer)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) {
		return nil, wrong("officer", "casework.no_such_officer")
	}
	if err != nil {
		return nil, err
	}
	if u.UnitID != c.UnitID {
		return nil, wrong("officer", "casework.other_unit", u.Name, c.UnitCode)
	}
	off, err := recused(ctx, tx, c.ID, u.ID)
	if err != nil {
		return nil, err
	}
	if off {
		return nil, wrong("officer", "casework.officer_recused", u.Name)
	}
	return u, nil
}

// wrong is an Invalid failure of one field.
func wrong(field, key string, args ...any) error {
	var f fault.Fields
	f.Add(field, key, args...)
	return f.Err()
}

// give puts a case into an officer's hands.
func (s *Service) give(ctx context.Context, tx *store.Tx, by access.Actor, c *Case, officer int64, name string, act audit.Action) error {
	was, kind := c.slot(), EventAssigned
	switch {
	case act == audit.CaseTaken:
		kind = EventTaken
	case c.OfficerID != 0:
		kind = EventReassigned
	}
	found, err := s.hasFindings(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	if c.Status, err = c.Status.next(assign, found); err != nil {
		return err
	}
	from := c.OfficerID
	c.OfficerID, c.OfficerName, c.AssignedAt = officer, name, tx.Now
	if err := s.save(ctx, tx, c, was); err != nil {
		return err
	}
	if err := addHandover(ctx, tx, by, c.ID, kind, officer, name); err != nil {
		return err
	}
	if _, err = s.d.Log.Append(ctx, tx, by, act, c.Reference, "officer", officer, "from", from); err != nil {
		return err
	}
	return s.tellOfficer(ctx, tx, by, c)
}

// tellOfficer writes to whoever was given a case by somebody else.
func (s *Service) tellOfficer(ctx context.Context, tx *store.Tx, by access.Actor, c *Case) error {
	if c.OfficerID == by.UserID {
		return nil
	}
	people, err := s.d.Accounts.Find(ctx, tx, []int64{c.OfficerID})
	if err != nil {
		return err
	}
	data := map[string]string{"reference": c.Reference, "date": "–"}
	if s.d.CaseURL != "" {
		data["link"] = s.d.CaseURL + c.Reference
	}
	if !c.DueOn.IsZero() {
		data["date"] = c.DueOn.String()
	}
	for _, u := range people {
		// A case may come to the same person twice, each time at another version.
		err := s.d.Notify.Queue(ctx, tx, notify.Message{
			Channel: notify.Email, To: u.Email, Lang: u.Lang, Template: "mail.assigned", Data: data,
			Dedupe: fmt.Sprintf("assigned:%s:%d", c.Reference, c.Version),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// release takes a case from its officer.
func (s *Service) release(ctx context.Context, tx *store.Tx, by access.Actor, c *Case, act audit.Action) error {
	was, from, name := c.slot(), c.OfficerID, c.OfficerName
	var err error
	if c.Status, err = c.Status.next(release, false); err != nil {
		return err
	}
	c.drop()
	if err := s.save(ctx, tx, c, was); err != nil {
		return err
	}
	if err := addEvent(ctx, tx, by, c.ID, EventReleased, name); err != nil {
		return err
	}
	_, err = s.d.Log.Append(ctx, tx, by, act, c.Reference, "officer", 0, "from", from)
	return err
}

func (c *Case) drop() {
	c.OfficerID, c.OfficerName, c.AssignedAt = 0, "", time.Time{}
}

// Take gives an unassigned case of the actor's unit to the actor. Conflict (stale, taken meanwhile), Forbidden
// (recused), NotFound.
func (s *Service) Take(ctx context.Context, by access.Actor, ref string, version int64) (*Case, error) {
	var c *Case
	err := s.d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		if c, err = s.find(ctx, tx, ref); err != nil {
			return err
		}
		if err := s.d.Policy.Check(by, access.TakeCase, c.Owner()); err != nil {
			return err
		}
		if err := c.at(version); err != nil {
			return err
		}
		if c.Status != Unassigned {
			return fault.New(fault.Conflict, "casework.taken")
		}
		if err := s.refuseRecused(ctx, tx, by, c); err != nil {
			return err
		}
		return s.give(ctx, tx, by, c, by.UserID, by.Name, audit.CaseTaken)
	})
	if err != nil {
		return nil, fmt.Errorf("take case %s: %w", ref, err)
	}
	return c, nil
}

// TakeNext gives the most urgent unassigned case of the actor's unit to the actor: the gravest, and of equally grave
// ones that due first. Two who ask at once get two cases. NotFound when there is none, Forbidden.
func (s *Service) TakeNext(ctx context.Context, by access.Actor) (*Case, error) {
	if err := s.d.Policy.May(by, access.TakeCase); err != nil {
		return nil, err
	}
	var c *Case
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		id, err := mostUrgent(ctx, tx, by.UnitID, by.UserID)
		if err != nil {
			return err
		}
		if id == 0 {
			return fault.New(fault.NotFound, "casework.nothing_to_take")
		}
		list, err := s.loadCases(ctx, tx, []int64{id})
		if err != nil {
			return err
		}
		c = &list[0]
		return s.give(ctx, tx, by, c, by.UserID, by.Name, audit.CaseTaken)
	})
	if err != nil {
		return nil, fmt.Errorf("take next case: %w", err)
	}
	return c, nil
}

// refuseRecused fails with Forbidden where the actor is kept off the case.
func (s *Service) refuseRecused(ctx context.Context, tx *store.Tx, by access.Actor, c *Case) error {
	off, err := recused(ctx, tx, c.ID, by.UserID)
	if err != nil {
		return err
	}
	if off {
		return fault.New(fault.Forbidden, "casework.you_are_recused")
	}
	return nil
}
