package firm

import (
	"context"
	"fmt"
	"unicode/utf8"

	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

// The kinds of the keyed indexes.
const (
	staffIndex = "roster.staff_number"
	phoneIndex = "roster.phone"
)

// Standing is what can be said of a collector.
type Standing string

// A silent roster is no answer: CannotTell never means "not registered".
const (
	OnRoster   Standing = "registered"
	OffRoster  Standing = "not_registered"
	CannotTell Standing = "cannot_tell"
)

// Credential is the answer to "is this collector entitled?". It names no person.
type Credential struct {
	Standing Standing
	// Reason of CannotTell: firm (not registered here, or not confirmed), roster (none for that day), old (the list is
	// older than RosterDays).
	Reason string
	Firm   *Firm         // that was asked about; nil where it is unknown
	At     *Firm         // on whose list the collector stands: the firm or an agency of it
	ListOn calendar.Date // when the list was received
	On     calendar.Date // the day asked about
}

// Look says whether a staff number or telephone number is on the list of a firm on a day; no day is today. For a lender it
// looks on the lists of the agencies that collect for it on that day too, and says "not registered" only where each of
// them has a list. Anybody may ask; the caller bounds how often. Invalid (number, a day to come).
func (r *Rosters) Look(ctx context.Context, code, number string, on calendar.Date) (*Credential, error) {
	staff, phone := staffNumber(number), ""
	if p, err := ident.ParsePhone(number); err == nil {
		phone = p.Number
	}
	var wrong fault.Fields
	if staff == "" || utf8.RuneCountInString(number) > maxStaffNumber {
		wrong.Add("number", "firm.roster.number")
	}
	var out *Credential
	err := r.s.db.Read(ctx, func(tx *store.Tx) error {
		today := calendar.OfTime(tx.Now.In(r.zone))
		if on.IsZero() {
			on = today
		}
		if on.After(today) {
			wrong.Add("on", "firm.roster.future")
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		out = &Credential{Standing: CannotTell, Reason: "firm", On: on}
		f, err := r.s.Resolve(ctx, tx, code, "")
		if err != nil || f == nil || f.Provisional {
			return err
		}
		out.Firm = f
		return r.look(ctx, tx, out, r.keys.Blinds(staffIndex, staff), r.keys.Blinds(phoneIndex, phone))
	})
	if err != nil {
		return nil, fmt.Errorf("look for a collector: %w", err)
	}
	return out, nil
}

// look asks the firm's own list first, then those of its agencies.
func (r *Rosters) look(ctx context.Context, tx *store.Tx, out *Credential, staff, phone [][]byte) error {
	houses := []Firm{*out.Firm}
	if out.Firm.Kind == Lender {
		agencies, err := r.s.Agencies(ctx, tx, out.Firm.ID, out.On)
		if err != nil {
			return err
		}
		houses = append(houses, agencies...)
	}
	out.Standing, out.Reason = OffRoster, ""
	for i := range houses {
		f := &houses[i]
		list, reason, err := r.listOf(ctx, tx, f, out.On)
		if err != nil {
			return err
		}
		if list == nil {
			out.Standing, out.Reason = CannotTell, reason
			continue
		}
		found, err := onRoster(ctx, tx, list.ID, staff, phone, out.On)
		if err != nil {
			return err
		}
		if found {
			out.Standing, out.Reason, out.At, out.ListOn = OnRoster, "", f, list.ReceivedOn
			return nil
		}
		if out.ListOn.IsZero() || list.ReceivedOn.Before(out.ListOn) {
			out.ListOn = list.ReceivedOn
		}
	}
	return nil
}

// listOf is the list of a firm that speaks of a day, or why there is none.
func (r *Rosters) listOf(ctx context.Context, tx *store.Tx, f *Firm, on calendar.Date) (*rosterRow, string, error) {
	absorbed, err := r.s.Absorbed(ctx, tx, f.ID)
	if err != nil {
		return nil, "", err
	}
	list, err := rosterOn(ctx, tx, append([]int64{f.ID}, absorbed...), on)
	switch {
	case err != nil:
		return nil, "", err
	case list == nil:
		return nil, "roster", nil
	case on.After(list.ReceivedOn.AddDays(RosterDays)):
		return nil, "old", nil
	}
	return list, "", nil
}
