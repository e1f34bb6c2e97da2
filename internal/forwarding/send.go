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
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

// SendInput is what an officer decides about a forward.
type SendInput struct {
	Firm     string // code
	Kind     Kind
	Disclose []string // see Fields
	Summary  string   // by staff, for the firm; needed where the narrative is not disclosed
	Note     string   // what the letter asks for besides
	// DueOn is for a request for information alone, which no statute times. An answer is due by its clock.
	DueOn calendar.Date
}

// Send forwards the complaint of a case to a firm (转办), or asks a firm for information. version is the case's.
// Invalid (firm, kind, disclose, summary, note, due_on), Conflict (stale, closed, at that firm already), Forbidden, NotFound.
func (s *Service) Send(ctx context.Context, by access.Actor, caseRef string, version int64, in SendInput) (*Forward, error) {
	var f *Forward
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		k, err := s.d.Cases.Find(ctx, tx, caseRef)
		if err != nil {
			return err
		}
		if err := s.maySend(ctx, tx, by, k, version); err != nil {
			return err
		}
		to, err := s.checkSend(ctx, tx, k, &in)
		if err != nil {
			return err
		}
		f = &Forward{Firm: *to, Kind: in.Kind, Disclosed: in.Disclose, DueOn: in.DueOn}
		if in.Kind == ForInformation && in.Note != "" {
			in.Summary += "\n\n" + in.Note // there is no letter that could say it
		}
		h, err := s.put(ctx, tx, by, k, f, in.Summary)
		if err != nil {
			return err
		}
		if in.Kind == ToAnswer {
			if err := s.beginAnswer(ctx, tx, by, h); err != nil {
				return err
			}
		}
		return s.announce(ctx, tx, by, h, in.Note)
	})
	if err != nil {
		return nil, fmt.Errorf("forward %s: %w", caseRef, err)
	}
	return f, nil
}

// maySend checks who sends, and whether the case is still as they saw it. A case that one may not read does not exist.
func (s *Service) maySend(ctx context.Context, tx *store.Tx, by access.Actor, k *casework.Case, version int64) error {
	if err := s.d.Policy.Check(by, access.ReadCase, k.Owner()); err != nil {
		return err
	}
	if !s.d.Policy.Allows(by.Role, access.SendForward, by.Distance(k.Owner())) {
		return access.Denied(by)
	}
	if err := s.refuseRecused(ctx, tx, by, k); err != nil {
		return err
	}
	if k.Version != version {
		return fault.New(fault.Conflict, "fault.stale")
	}
	if k.Status == casework.Closed {
		return fault.New(fault.Conflict, "casework.closed")
	}
	if k.Complaint.Status.Ended() {
		return fault.New(fault.Conflict, "forwarding.complaint_ended")
	}
	return nil
}

// checkSend checks and tidies what was decided, and finds the firm.
func (s *Service) checkSend(ctx context.Context, tx *store.Tx, k *casework.Case, in *SendInput) (*firm.Firm, error) {
	var wrong fault.Fields
	to, err := s.recipient(ctx, tx, k, in.Firm, &wrong)
	if err != nil {
		return nil, err
	}
	switch {
	case in.Kind != ToAnswer && in.Kind != ForInformation:
		wrong.Add("kind", "fault.choose")
	case in.Kind == ToAnswer && k.Track == complaint.TrackReport:
		wrong.Add("kind", "forwarding.report")
	}
	in.Disclose = disclosure(in.Disclose, Disclosable(k.Complaint, in.Kind), &wrong)
	least := minText
	if slices.Contains(in.Disclose, FieldNarrative) && in.Summary == "" {
		least = 0
	}
	in.Summary = text(&wrong, "summary", in.Summary, least, maxSummary)
	in.Note = text(&wrong, "note", in.Note, 0, maxNote)
	switch {
	case in.Kind == ToAnswer && !in.DueOn.IsZero():
		wrong.Add("due_on", "forwarding.due_by_law")
	case in.Kind == ForInformation && in.DueOn.IsZero():
		wrong.Add("due_on", "fault.required")
	case in.Kind == ForInformation && !in.DueOn.After(s.today(tx)):
		wrong.Add("due_on", "forwarding.due_past")
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	return to, s.notThereYet(ctx, tx, k.ID, to.ID, 0)
}

// recipient finds the firm that is to answer: a party of the complaint, or who was linked with one that day. Where the
// complaint names nobody whom the registry knows, any registered firm may be asked.
func (s *Service) recipient(ctx context.Context, tx *store.Tx, k *casework.Case, code string, wrong *fault.Fields) (*firm.Firm, error) {
	if code == "" {
		wrong.Add("firm", "fault.choose")
		return nil, nil
	}
	to, err := s.d.Firms.Resolve(ctx, tx, code, "")
	if err != nil {
		return nil, err
	}
	if to == nil {
		wrong.Add("firm", "forwarding.no_such_firm", code)
		return nil, nil
	}
	if k.Lender == nil && k.Agency == nil {
		return to, nil
	}
	for _, p := range []*firm.Firm{k.Lender, k.Agency} {
		if p == nil {
			continue
		}
		if p.ID == to.ID || p.MergedID == to.ID {
			return to, nil
		}
		for _, pair := range [][2]int64{{p.ID, to.ID}, {to.ID, p.ID}} {
			linked, err := s.d.Firms.Linked(ctx, tx, pair[0], pair[1], s.today(tx))
			if err != nil || linked {
				return to, err
			}
		}
	}
	wrong.Add("firm", "forwarding.not_a_party", to.Name)
	return nil, nil
}

// notThereYet refuses a second forward to a firm that has not finished with the first.
func (s *Service) notThereYet(ctx context.Context, tx *store.Tx, caseID, firmID, parentID int64) error {
	where, args := "case_id = ? AND firm_id = ? AND parent_id IS NULL AND status NOT IN ?", []any{caseID, firmID, names(Over)}
	if parentID != 0 {
		where, args = "parent_id = ? AND firm_id = ? AND status IN ?", []any{parentID, firmID, names(Waiting)}
	}
	there, err := s.forwardsWhere(ctx, tx, where, args...)
	if err != nil {
		return err
	}
	if len(there) > 0 {
		return fault.New(fault.Conflict, "forwarding.sent_already", there[0].Firm.Name)
	}
	return nil
}

// put stores a forward with its number, its summary and the disclosure.
func (s *Service) put(ctx context.Context, tx *store.Tx, by access.Actor, k *casework.Case, f *Forward, summary string) (*held, error) {
	year := s.today(tx).Year()
	n, err := store.Next(ctx, tx, fmt.Sprintf("forward.%d", year))
	if err != nil {
		return nil, err
	}
	f.Reference, f.CaseID, f.ComplaintID = ident.NewReference("F", year, n), k.ID, k.ComplaintID
	f.Status, f.SentAt, f.SentOn, f.SentBy, f.Version = Sent, tx.Now, s.today(tx), by.UserID, 1
	key, err := s.key(ctx, tx, k)
	if err != nil {
		return nil, err
	}
	sealed, err := key.Seal(fieldSummary, summary)
	if err != nil {
		return nil, err
	}
	if err := insertForward(ctx, tx, f, sealed); err != nil {
		return nil, err
	}
	if err := insertDisclosure(ctx, tx, by, f); err != nil {
		return nil, err
	}
	h, err := s.holdID(ctx, tx, f)
	if err != nil {
		return nil, err
	}
	return h, s.handOver(ctx, tx, by, h)
}

// beginAnswer stops the office's clock for forwarding and starts the firm's.
func (s *Service) beginAnswer(ctx context.Context, tx *store.Tx, by access.Actor, h *held) error {
	err := s.stopWhere(ctx, tx, by, h.k, func(kind string) bool { return deadline.Base(kind) == limitForward })
	if err != nil {
		return err
	}
	if _, _, err := s.start(ctx, tx, by, h, limitSummary); err != nil {
		return err
	}
	due, ok, err := s.start(ctx, tx, by, h, limitAnswer)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("pack %s has no limit %s", h.pack.ID, limitAnswer)
	}
	h.DueOn = due
	return save(ctx, tx, h.Forward)
}

// announce tells firm and complainant, and puts the forward on record. Of a request for information the complainant hears
// nothing, and the firm gets no letter that would say what it springs from.
func (s *Service) announce(ctx context.Context, tx *store.Tx, by access.Actor, h *held, note string) error {
	if h.Kind == ToAnswer {
		fields := map[string]any{"due_on": h.DueOn, "text": note, "period": s.period(h, limitAnswer), "article": s.article(h, limitAnswer)}
		if err := s.toFirm(ctx, tx, by, h, "forward", mailSent, fields); err != nil {
			return err
		}
		told := map[string]any{"firm": h.Firm.Name, "due_on": h.DueOn, "period": fields["period"], "article": fields["article"]}
		if err := s.toComplainant(ctx, tx, by, h, "forward_notice", told); err != nil {
			return err
		}
	} else if err := s.mailFirm(ctx, tx, h, mailSent); err != nil {
		return err
	}
	return s.note(ctx, tx, by, h, EventSent, audit.ForwardSent, "case", h.k.Reference, "firm", h.Firm.Code,
		"kind", string(h.Kind), "disclosed", fmt.Sprint(h.Disclosed))
}

// shown are the kinds of events that the complainant may see of a complaint sent for an answer; the note is the firm's name.
var shown = map[string]bool{
	EventSent: true, EventTold: true, EventReviewTold: true, EventAccepted: true, EventReviewAsked: true,
}

// note adds a line to the forward, and to the timeline of the complaint where the complainant may see it, else to that of
// the case; and it appends the audit entry with the pairs of the detail.
func (s *Service) note(ctx context.Context, tx *store.Tx, by access.Actor, h *held, kind string, act audit.Action, detail ...any) error {
	if err := s.line(ctx, tx, by, h, kind); err != nil {
		return err
	}
	_, err := s.d.Log.Append(ctx, tx, by, act, h.Reference, detail...)
	return err
}

func (s *Service) line(ctx context.Context, tx *store.Tx, by access.Actor, h *held, kind string) error {
	if err := addEvent(ctx, tx, by, h.ID, kind, ""); err != nil {
		return err
	}
	if shown[kind] && h.Kind == ToAnswer && h.ParentID == 0 {
		return s.d.Complaints.Note(ctx, tx, by, h.ComplaintID, kind, true, h.Firm.Name)
	}
	return s.d.Cases.EventLine(ctx, tx, by, h.k, kind, h.Reference)
}
