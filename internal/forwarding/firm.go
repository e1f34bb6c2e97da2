package forwarding

import (
	"context"
	"fmt"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/deadline"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// FirmView is a forward as its firm reads it: the office's summary and what was disclosed, and nothing else of the
// complaint.
type FirmView struct {
	Reference string
	Kind      Kind
	Pack      string
	Status    Status
	Version   int64
	SentOn    calendar.Date
	DueOn     calendar.Date // zero: not the firm's turn
	Original  calendar.Date // what DueOn was before anything moved it; zero: no clock of a statute runs
	Late      bool
	Asked     []MoreTime // oldest first
	Disclosed []string
	From      *firm.Firm // the lender that passed it on; nil: the office
	Summary   string

	ComplaintReference           string // known with the name alone
	Name, Phone, IDNumber, Email string
	Narrative, Demand            string
	Loan                         *complaint.Loan
	Files                        []File
	Answers                      []Answer // the firm's own, with the office's checks
	Events                       []Event  // of this forward; who acted in the office stays hidden
	Agencies                     []AgencyPart
	PassTo                       []firm.Firm // agencies that collect for the firm today
	Outcomes                     []rulebook.Outcome
	Room                         *casework.Room // for more time; nil: none left, or asked for already
	Moves                        FirmMoves
}

// AgencyPart is what a lender sees of what it passed to its agency.
type AgencyPart struct {
	Agency  firm.Firm
	Status  Status
	SentOn  calendar.Date
	DueOn   calendar.Date
	Late    bool
	Answers []Answer
}

// FirmMoves are the deeds open to the firm now.
type FirmMoves struct {
	Acknowledge, Answer, AskTime, PassOn, AddFile bool
}

// View shows a forward to staff of its firm and records that they looked. NotFound.
func (s *Service) View(ctx context.Context, by access.Actor, ref string) (*FirmView, error) {
	var v *FirmView
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		h, err := s.ofFirm(ctx, tx, by, access.ReadForward, ref)
		if err != nil {
			return err
		}
		if v, err = s.view(ctx, tx, by, h); err != nil {
			return err
		}
		_, err = s.d.Log.Append(ctx, tx, by, audit.ForwardSeen, h.Reference, "firm", h.Firm.Code)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("view forward: %w", err)
	}
	return v, nil
}

// ofFirm is hold for the firm's own deeds: nobody else has them, whatever the policy says.
func (s *Service) ofFirm(ctx context.Context, tx *store.Tx, by access.Actor, act access.Action, ref string) (*held, error) {
	if !by.Role.OfFirm() {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	return s.hold(ctx, tx, by, act, ref)
}

func (s *Service) view(ctx context.Context, tx *store.Tx, by access.Actor, h *held) (*FirmView, error) {
	v := &FirmView{
		Reference: h.Reference, Kind: h.Kind, Pack: h.pack.ID, Status: h.Status, Version: h.Version, SentOn: h.SentOn, DueOn: h.DueOn,
		Late: h.Late(s.today(tx)), Outcomes: portalOutcomes(h.pack),
	}
	key, err := s.keyOrNone(ctx, tx, h.k)
	if err != nil {
		return nil, err
	}
	if v.Summary, err = h.openSummary(key); err != nil {
		return nil, err
	}
	if err := s.disclose(ctx, tx, h.Forward, h.k.Complaint, v); err != nil {
		return nil, err
	}
	answers, err := answersOf(ctx, tx, key, h.ID)
	if err != nil {
		return nil, err
	}
	v.Answers = answers[h.ID]
	for i := range v.Answers {
		if c := v.Answers[i].Check; c != nil {
			c.UserID = 0 // who in the office checked stays hidden
		}
	}
	if v.Events, err = eventsOf(ctx, tx, h.ID); err != nil {
		return nil, err
	}
	for i := range v.Events {
		if v.Events[i].FirmID == 0 {
			v.Events[i].ActorID = 0
		}
	}
	if v.Files, err = s.filesFor(ctx, tx, h); err != nil {
		return nil, err
	}
	if err := s.chain(ctx, tx, h, key, v); err != nil {
		return nil, err
	}
	if err := s.moves(ctx, tx, h, v); err != nil {
		return nil, err
	}
	return v, s.time(ctx, tx, h, v)
}

// chain fills in from whom a forward came and to whom it was passed.
func (s *Service) chain(ctx context.Context, tx *store.Tx, h *held, key *seal.DataKey, v *FirmView) error {
	if h.ParentID != 0 {
		parent, err := s.forwardsWhere(ctx, tx, "id = ?", h.ParentID)
		if err != nil || len(parent) == 0 {
			return err
		}
		v.From = &parent[0].Firm
		return nil
	}
	children, err := s.forwardsWhere(ctx, tx, "parent_id = ?", h.ID)
	if err != nil {
		return err
	}
	for _, c := range children { // a lender has few agencies
		answers, err := answersOf(ctx, tx, key, c.ID)
		if err != nil {
			return err
		}
		part := AgencyPart{Agency: c.Firm, Status: c.Status, SentOn: c.SentOn, DueOn: c.DueOn, Late: c.Late(s.today(tx)), Answers: answers[c.ID]}
		for i := range part.Answers {
			part.Answers[i].UserID = 0
		}
		v.Agencies = append(v.Agencies, part)
	}
	return nil
}

// moves computes what the firm may do now.
func (s *Service) moves(ctx context.Context, tx *store.Tx, h *held, v *FirmView) error {
	awaits := h.Status.Awaits()
	v.Moves = FirmMoves{Acknowledge: h.Status.can(acknowledge), Answer: awaits, AddFile: awaits}
	if !awaits || h.ParentID != 0 {
		return nil
	}
	var err error
	if v.PassTo, err = s.agencies(ctx, tx, h); err != nil {
		return err
	}
	v.Moves.PassOn = len(v.PassTo) > 0
	if h.Clock == "" {
		return nil
	}
	room, ok, err := s.d.Cases.RoomIn(ctx, tx, h.k, h.Clock)
	if err != nil {
		return err
	}
	if ok {
		v.Room, v.Moves.AskTime = &room, true
	}
	return nil
}

func portalOutcomes(p *rulebook.Pack) []rulebook.Outcome {
	return slices.DeleteFunc(p.AnswerOutcomes(), func(o rulebook.Outcome) bool { return !o.Portal })
}

// change is a firm's deed on its forward: load, may the actor, same version, change, save; do appends the audit entry.
func (s *Service) change(ctx context.Context, by access.Actor, op, ref string, version int64, do func(*store.Tx, *held) error) (*Forward, error) {
	var f *Forward
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		h, err := s.ofFirm(ctx, tx, by, access.AnswerForward, ref)
		if err != nil {
			return err
		}
		f = h.Forward
		if err := h.at(version); err != nil {
			return err
		}
		return do(tx, h)
	})
	if err != nil {
		return nil, fmt.Errorf("%s forward: %w", op, err)
	}
	return f, nil
}

// Acknowledge tells the office that the firm received a forward. Conflict (stale, acknowledged before, over), NotFound.
func (s *Service) Acknowledge(ctx context.Context, by access.Actor, ref string, version int64) (*Forward, error) {
	return s.change(ctx, by, "acknowledge", ref, version, func(tx *store.Tx, h *held) (err error) {
		if h.Status, err = h.Status.next(acknowledge); err != nil {
			return err
		}
		h.AcknowledgedAt = tx.Now
		if err := save(ctx, tx, h.Forward); err != nil {
			return err
		}
		return s.note(ctx, tx, by, h, EventAcknowledged, audit.ForwardReceived, "firm", h.Firm.Code)
	})
}

// TimeInput is a firm's wish for more time.
type TimeInput struct {
	Days   int    // calendar days; 0: as many as the rule allows
	Ground string // key of the rulebook's grounds for extending
	Reason string
}

// AskTime asks for more time on the clock that runs for the forward: first as a complex matter, then with approval, as far
// as the pack's limits go; a supervisor decides. Invalid (days, ground, reason), Conflict (stale, no clock of a statute,
// nothing left, asked before, ran out), NotFound.
func (s *Service) AskTime(ctx context.Context, by access.Actor, ref string, version int64, in TimeInput) (*Forward, error) {
	return s.change(ctx, by, "ask for time on", ref, version, func(tx *store.Tx, h *held) error {
		if !h.Status.Awaits() {
			return fault.New(fault.Conflict, h.Status.refusal(answer))
		}
		if h.Clock == "" {
			return fault.New(fault.Conflict, "forwarding.not_statutory")
		}
		room, ok, err := s.d.Cases.RoomIn(ctx, tx, h.k, h.Clock)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "forwarding.no_more_time")
		}
		l := deadline.Limit{N: in.Days, Unit: deadline.Day}
		if in.Days == 0 {
			l = deadline.Limit{N: room.Most, Unit: room.Unit}
		}
		if _, err := s.d.Cases.AskTimeIn(ctx, tx, by, h.k, h.Clock, l, in.Ground, in.Reason, h.ID); err != nil {
			return err
		}
		if err := save(ctx, tx, h.Forward); err != nil {
			return err
		}
		if err := addEvent(ctx, tx, by, h.ID, EventTimeAsked, room.Rule.Key); err != nil {
			return err
		}
		_, err = s.d.Log.Append(ctx, tx, by, audit.TimeAsked, h.Reference, "clock", h.Clock)
		return err
	})
}

// decided is told by casework that a request for time was granted or refused.
func (s *Service) decided(ctx context.Context, tx *store.Tx, by access.Actor, c *casework.Case, r *casework.TimeRequest, st deadline.State) error {
	list, err := s.forwardsWhere(ctx, tx, "case_id = ? AND clock = ?", c.ID, r.Clock)
	if err != nil || len(list) == 0 {
		return err
	}
	f := list[0]
	if !f.Status.Awaits() {
		return nil // a clock of the office or the complainant
	}
	h, err := s.holdID(ctx, tx, f)
	if err != nil {
		return err
	}
	kind, event, was := "more_time_refused", EventTimeRefused, h.DueOn
	fields := map[string]any{"text": r.Decision}
	if r.Granted {
		kind, event, h.DueOn = "more_time_granted", EventTimeGranted, st.Due
		fields["original_on"] = was
	}
	if g, ok := h.pack.Ground("extend", r.Ground); ok && r.Granted {
		fields["ground"] = g.Name
	}
	fields["due_on"] = h.DueOn
	if err := save(ctx, tx, h.Forward); err != nil {
		return err
	}
	if err := s.toFirm(ctx, tx, by, h, kind, mailTime, fields); err != nil {
		return err
	}
	if err := addEvent(ctx, tx, by, h.ID, event, ""); err != nil {
		return err
	}
	action := audit.TimeRefused
	if r.Granted {
		action = audit.TimeGranted
	}
	_, err = s.d.Log.Append(ctx, tx, by, action, h.Reference, "clock", r.Clock, "request", r.ID)
	return err
}
