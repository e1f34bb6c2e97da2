package forwarding

import (
	"context"
	"fmt"
	"slices"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/deadline"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// MoreTime is a wish for more time as the firm that asked reads it; who decided stays hidden.
type MoreTime struct {
	N         int
	Unit      deadline.Unit
	Ground    string // key of the rulebook's grounds for extending
	Reason    string
	AskedAt   time.Time
	Open      bool // nobody decided yet
	Granted   bool
	Decision  string // the reasons given with it
	DecidedAt time.Time
}

// time fills in what became of the due date: the one that the firm had at first, and its wishes for more time. The office's
// own wishes are its own business: of those the firm sees the date that came of them.
func (s *Service) time(ctx context.Context, tx *store.Tx, h *held, v *FirmView) error {
	asked, err := s.d.Cases.TimeRequestsFor(ctx, tx, h.ID)
	if err != nil {
		return err
	}
	for _, r := range asked {
		v.Asked = append(v.Asked, MoreTime{
			N: r.N, Unit: r.Unit, Ground: r.Ground, Reason: r.Reason, AskedAt: r.AskedAt, Open: r.Open, Granted: r.Granted,
			Decision: r.Decision, DecidedAt: r.DecidedAt,
		})
		if r.Open && r.Clock == h.Clock {
			v.Room, v.Moves.AskTime = nil, false
		}
	}
	if !h.Status.Awaits() {
		return nil
	}
	st, ok, err := s.stateOf(ctx, tx, h, h.Clock)
	if err != nil || !ok {
		return err
	}
	v.Original = st.Original
	return nil
}

// ByComplaint finds the forward by which staff of a firm know a complaint: of their own forwards with which its reference
// was disclosed, the one that awaits them, else the last. NotFound for every other complaint, in the same words.
func (s *Service) ByComplaint(ctx context.Context, by access.Actor, complaintRef string) (*Forward, error) {
	var out *Forward
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		firms, err := s.portal(ctx, tx, by)
		if err != nil {
			return err
		}
		list, err := s.forwardsWhere(ctx, tx,
			"firm_id IN ? AND complaint_id = (SELECT id FROM complaints WHERE reference = ?)", firms, canonical(complaintRef))
		if err != nil {
			return err
		}
		for _, f := range list {
			if slices.Contains(f.Disclosed, FieldName) && (out == nil || f.Status.Awaits() || !out.Status.Awaits()) {
				out = f
			}
		}
		if out == nil {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find forward of a complaint: %w", err)
	}
	return out, nil
}
