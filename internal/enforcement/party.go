package enforcement

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// PartyView is what the party may know of its case: from the notice on, nothing of the office's own papers and of no other
// person's part but the announced.
type PartyView struct {
	Reference              string
	Number                 string // of the decision; "" before
	Stage                  Stage
	NoticedOn              calendar.Date
	Facts                  string
	Announced, InForce     []Share
	HearingTold            bool
	DefenceDue, HearingDue calendar.Date
	Defences               []Defence
	Objections             []Objection
	Files                  []PartyFile
	Hearing                *SetHearing
	Documents              []DocumentKind
	ReceivedOn, DueOn      calendar.Date
	OutstandingFen         int64
	Currency               rulebook.Currency
	Version                int64
}

// PartyCases lists the cases of the actor's own firm that it was told of, the newest first. Forbidden for others.
func (s *Service) PartyCases(ctx context.Context, by access.Actor) (out []PartyView, err error) {
	if !by.Role.OfFirm() || by.FirmID == 0 {
		return nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Rows(ctx, `SELECT p.reference FROM penalties p JOIN procedures d ON d.penalty_id = p.id WHERE p.firm_id = ?
			AND EXISTS (SELECT 1 FROM penalty_steps x WHERE x.penalty_id = p.id AND x.step = 'notice') ORDER BY p.id DESC`, by.FirmID)
		if err != nil {
			return err
		}
		var refs []string
		for rows.Next() {
			var ref string
			if err := rows.Scan(&ref); err != nil {
				rows.Close()
				return err
			}
			refs = append(refs, ref)
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return err
		}
		for _, ref := range refs {
			sc, err := s.enter(ctx, tx, by, ref, nil)
			if err != nil {
				return err
			}
			out = append(out, *sc.party())
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("cases of firm %d: %w", by.FirmID, err)
	}
	return out, nil
}

// PartyCase is one case of the actor's own firm. NotFound for others', and before the notice.
func (s *Service) PartyCase(ctx context.Context, by access.Actor, ref string) (v *PartyView, err error) {
	if !by.Role.OfFirm() {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		sc, err := s.enter(ctx, tx, by, ref, nil)
		if err != nil {
			return err
		}
		v = sc.party()
		v.Files, err = s.viewFiles(ctx, tx, sc)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("case %s of the party: %w", ref, err)
	}
	return v, nil
}

func (sc *scene) party() *PartyView {
	c, n := sc.c, sc.c.notice()
	v := &PartyView{
		Reference: sc.p.Reference, Number: c.Number, Stage: c.Stage, NoticedOn: n.ServedOn, Facts: c.Sentence.Facts, Announced: n.Shares,
		InForce: c.inForce(), HearingTold: n.HearingTold, DefenceDue: sc.due("penalty.defence", n.ReceivedOn), Defences: c.Defences,
		Objections: c.Objections,
		Currency:   sc.pack.Currency, Version: sc.p.Version,
	}
	if n.HearingTold {
		v.HearingDue = sc.due("hearing.request", n.ReceivedOn)
	}
	if c.Hearing != nil {
		v.Hearing = c.Hearing.Set
	}
	if c.Served != nil {
		l := sc.ledger(sc.today)
		v.ReceivedOn, v.DueOn, v.OutstandingFen = c.Served.ReceivedOn, l.DueOn, l.OutstandingFen
	}
	for _, k := range c.Documents() {
		if ready[k].party && (k != DocDecision || c.Served != nil) {
			v.Documents = append(v.Documents, k)
		}
	}
	return v
}
