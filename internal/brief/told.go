package brief

import (
	"context"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// Told are the approved briefs of some months, in the order of reading, of a pack or ("") of all; inside an open transaction,
// whoever asks. For the report.
func (s *Service) Told(ctx context.Context, tx *store.Tx, from, to calendar.Month, pack string) ([]Brief, error) {
	where, args := "state = 'approved' AND period >= ? AND period <= ?", []any{from, to}
	if pack != "" {
		where, args = where+" AND pack = ?", append(args, pack)
	}
	all, err := s.findBriefs(ctx, tx, where, args...)
	if err != nil {
		return nil, err
	}
	var out []Brief
	for i := len(all); i > 0; { // loaded by months, the newest first
		end := i
		for i--; i > 0 && all[i-1].Month == all[i].Month; i-- {
		}
		out = append(out, all[i:end]...)
	}
	return out, nil
}

// StillNobody holds what is about to be frozen against what is known now, and against where the cases stand. Conflict, with the
// reference of the first brief that cannot stay.
func (s *Service) StillNobody(ctx context.Context, tx *store.Tx, list []Brief) error {
	for _, b := range list {
		_, err := s.tellable(ctx, tx, b.Case)
		if fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, "report.freeze.brief_open", b.Reference)
		}
		if err != nil {
			return err
		}
		known, err := s.known(ctx, tx, b.Case)
		if err != nil {
			return err
		}
		if len(Blocking(Check(b.Text, known))) > 0 {
			return fault.New(fault.Conflict, "report.freeze.brief_names", b.Reference)
		}
	}
	return nil
}

// Gone are those of some briefs that were withdrawn, by reference, inside an open transaction.
func (s *Service) Gone(ctx context.Context, tx *store.Tx, refs []string) (map[string]bool, error) {
	out := map[string]bool{}
	for _, ref := range refs {
		n, err := count(ctx, tx, "SELECT COUNT(*) FROM case_briefs WHERE reference = ? AND state = 'withdrawn'", ref)
		if err != nil {
			return nil, err
		}
		out[ref] = n > 0
	}
	return out, nil
}

// Behind are the references of the cases behind briefs that an actor may read, by those of the briefs.
func (s *Service) Behind(ctx context.Context, by access.Actor, refs []string) (map[string]string, error) {
	out := map[string]string{}
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		for _, ref := range refs {
			b, err := s.find(ctx, tx, ref)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if s.d.Policy.Check(by, access.ReadBrief, b.Case.Owner()) == nil && s.d.Policy.Check(by, access.ReadCase, b.Case.Owner()) == nil {
				out[ref] = b.Case.Reference
			}
		}
		return nil
	})
	return out, err
}
