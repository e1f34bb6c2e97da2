package firm

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// Connect links an agency to a lender from a day on, to a day where to is not
// zero; both days count. It fails with NotFound, Forbidden, Invalid (no lender,
// no agency, days out of order), and with Conflict where the two are linked
// already on one of these days.
func (s *Service) Connect(ctx context.Context, by access.Actor, lender, agency string, from, to calendar.Date) error {
	return s.relink(ctx, by, audit.FirmLinked, lender, agency, func(tx *store.Tx, l, a *Firm) ([]any, error) {
		var f fault.Fields
		if l.Kind != Lender {
			f.Add("lender", "firm.no_lender", l.Code)
		}
		if a.Kind != Agency {
			f.Add("agency", "firm.no_agency", a.Code)
		}
		switch {
		case from.IsZero():
			f.Add("from", "fault.required")
		case !to.IsZero() && to.Before(from):
			f.Add("to", "fault.date_order")
		}
		if err := f.Err(); err != nil {
			return nil, err
		}
		overlap, err := linkDuring(ctx, tx, l.ID, a.ID, from, to)
		if err != nil {
			return nil, err
		}
		if overlap != nil {
			return nil, conflict("from", "firm.link_overlap", overlap.FromOn)
		}
		return []any{"agency", a.Code, "from", from.String(), "to", to.String()}, insertLink(ctx, tx, l.ID, a.ID, from, to)
	})
}

// Disconnect ends a link on a day, the last on which it held. NotFound when the
// two are not linked on that day; Forbidden; Invalid without a day.
func (s *Service) Disconnect(ctx context.Context, by access.Actor, lender, agency string, to calendar.Date) error {
	return s.relink(ctx, by, audit.FirmUnlinked, lender, agency, func(tx *store.Tx, l, a *Firm) ([]any, error) {
		if to.IsZero() {
			return nil, fault.Fields{{Name: "to", Key: "fault.required"}}.Err()
		}
		held, err := linkDuring(ctx, tx, l.ID, a.ID, to, to)
		if err != nil {
			return nil, err
		}
		if held == nil {
			return nil, fault.New(fault.NotFound, "firm.link_none", to)
		}
		return []any{"agency", a.Code, "to", to.String()}, endLink(ctx, tx, held, to)
	})
}

func (s *Service) relink(ctx context.Context, by access.Actor, act audit.Action, lender, agency string,
	do func(tx *store.Tx, l, a *Firm) ([]any, error)) error {
	lender, agency = tidyCode(lender), tidyCode(agency)
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		if err := s.policy.May(by, access.ManageFirm); err != nil {
			return err
		}
		if err := serialise(ctx, tx); err != nil {
			return err
		}
		l, err := findFirm(ctx, tx, lender)
		if err != nil {
			return err
		}
		a, err := findFirm(ctx, tx, agency)
		if err != nil {
			return err
		}
		for _, f := range []*Firm{l, a} {
			if err := f.live(); err != nil {
				return err
			}
		}
		detail, err := do(tx, l, a)
		if err != nil {
			return err
		}
		_, err = s.log.Append(ctx, tx, by, act, lender, detail...)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s %s, %s: %w", act, lender, agency, err)
	}
	return nil
}

// Links lists the links of a firm on either side, newest first. NotFound.
func (s *Service) Links(ctx context.Context, code string) ([]Link, error) {
	var out []Link
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		f, err := findFirm(ctx, tx, tidyCode(code))
		if err != nil {
			return err
		}
		rows, err := linksOf(ctx, tx, f.ID)
		if err != nil {
			return err
		}
		var ids []int64
		for _, r := range rows {
			ids = append(ids, r.LenderID, r.AgencyID)
		}
		firms, err := s.ByIDs(ctx, tx, ids)
		if err != nil {
			return err
		}
		for _, r := range rows {
			out = append(out, Link{ID: r.ID, Lender: firms[r.LenderID], Agency: firms[r.AgencyID], From: r.FromOn, To: r.ToOn})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("links of %s: %w", code, err)
	}
	return out, nil
}
