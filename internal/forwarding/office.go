package forwarding

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/fault"
	"dunwatch/internal/letter"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// Points are what an answer may lack, keys of web/locales under "forwarding.points.".
var Points = []string{"complete", "facts", "evidence", "law", "remedy", "period", "tone"}

// Full is a forward as staff read it.
type Full struct {
	Forward
	CaseReference string
	Summary       string
	Answers       []Answer
	Events        []Event
	Letters       []*letter.Letter // to the firm
	Children      []*Full          // what the firm passed to its agencies
	Late          bool
	CheckDueOn    calendar.Date // of the office's check that runs
	ReviewUntil   calendar.Date // the last day on which the complainant may ask for a review; zero: no such right runs
	MayCheck      bool          // role, reach and state leave it open to the actor
	MayEnd        bool
}

// Forwards lists the forwards of a case, oldest first, what lenders passed on under its parent. NotFound.
func (s *Service) Forwards(ctx context.Context, by access.Actor, caseRef string) ([]*Full, error) {
	var out []*Full
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		list, _, err := s.ofCase(ctx, tx, by, caseRef)
		if err != nil {
			return err
		}
		out, err = s.tree(ctx, tx, by, list)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("forwards of %s: %w", caseRef, err)
	}
	return out, nil
}

// ByRef finds a forward for staff. NotFound, also for every firm: see View.
func (s *Service) ByRef(ctx context.Context, by access.Actor, ref string) (*Full, error) {
	var out []*Full
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		if by.Role.OfFirm() {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		h, err := s.hold(ctx, tx, by, access.ReadForward, ref)
		if err != nil {
			return err
		}
		children, err := s.forwardsWhere(ctx, tx, "parent_id = ?", h.ID)
		if err != nil {
			return err
		}
		out, err = s.tree(ctx, tx, by, append([]*Forward{h.Forward}, children...))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find forward: %w", err)
	}
	return out[0], nil
}

// Answers lists the answers of a forward, oldest first, with the office's checks. NotFound.
func (s *Service) Answers(ctx context.Context, by access.Actor, ref string) ([]Answer, error) {
	f, err := s.ByRef(ctx, by, ref)
	if err != nil {
		return nil, err
	}
	return f.Answers, nil
}

// tree opens forwards of one case and hangs each child under its parent; one whose parent is not among them stands alone.
func (s *Service) tree(ctx context.Context, tx *store.Tx, by access.Actor, list []*Forward) ([]*Full, error) {
	if len(list) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(list))
	for i, f := range list {
		ids[i] = f.ID
	}
	h, err := s.holdID(ctx, tx, list[0])
	if err != nil {
		return nil, err
	}
	key, err := s.keyOrNone(ctx, tx, h.k)
	if err != nil {
		return nil, err
	}
	answers, err := answersOf(ctx, tx, key, ids...)
	if err != nil {
		return nil, err
	}
	at := map[int64]*Full{}
	var roots []*Full
	for _, f := range list {
		h.Forward = f
		full := &Full{Forward: *f, CaseReference: h.k.Reference, Answers: answers[f.ID], Late: f.Late(s.today(tx))}
		if full.Summary, err = f.openSummary(key); err != nil {
			return nil, err
		}
		if full.Events, err = eventsOf(ctx, tx, f.ID); err != nil {
			return nil, err
		}
		if full.Letters, err = s.firmLetters(ctx, tx, by, h); err != nil {
			return nil, err
		}
		if err := s.dates(ctx, tx, h, full); err != nil {
			return nil, err
		}
		reach := by.Distance(h.k.Owner())
		mine := s.d.Policy.Allows(by.Role, access.CheckAnswer, reach)
		full.MayCheck = mine && f.ParentID == 0 && f.Status.can(pass)
		full.MayEnd = s.d.Policy.Allows(by.Role, access.SendForward, reach) && f.Status.can(finish)
		at[f.ID] = full
		if p := at[f.ParentID]; p != nil {
			p.Children = append(p.Children, full)
		} else {
			roots = append(roots, full)
		}
	}
	return roots, nil
}

// dates reads the office's and the complainant's due dates off the clock that runs for the forward.
func (s *Service) dates(ctx context.Context, tx *store.Tx, h *held, full *Full) error {
	st, ok, err := s.stateOf(ctx, tx, h, h.Clock)
	if err != nil || !ok || st.Phase == deadline.Stopped {
		return err
	}
	switch deadline.Base(h.Clock) {
	case limitCheck:
		full.CheckDueOn = st.Due
	case limitAskReview:
		full.ReviewUntil = st.Due
	}
	return nil
}

// Check is the office's judgement of the firm's last answer: passed, and the complainant is told; or sent back with what
// it lacks, and the firm answers again. Invalid (points, note), Conflict (stale, nothing to check), Forbidden, NotFound.
func (s *Service) Check(ctx context.Context, by access.Actor, ref string, version int64, passed bool, points []string, note string) (*Forward, error) {
	var wrong fault.Fields
	note = text(&wrong, "note", note, 0, maxNote)
	for _, p := range points {
		if !slices.Contains(Points, p) {
			wrong.Add("points", "fault.choose")
			break
		}
	}
	if !passed && len(points) == 0 && note == "" {
		wrong.Add("points", "forwarding.say_what_lacks")
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	var f *Forward
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		h, err := s.hold(ctx, tx, by, access.CheckAnswer, ref)
		if err != nil {
			return err
		}
		f = h.Forward
		if err := s.refuseRecused(ctx, tx, by, h.k); err != nil {
			return err
		}
		if err := h.at(version); err != nil {
			return err
		}
		if h.ParentID != 0 {
			return fault.New(fault.Conflict, "forwarding.lenders_to_check")
		}
		c := &Check{Passed: passed, Points: points, Note: note}
		if passed {
			return s.passed(ctx, tx, by, h, c)
		}
		return s.sentBack(ctx, tx, by, h, c)
	})
	if err != nil {
		return nil, fmt.Errorf("check answer: %w", err)
	}
	return f, nil
}

// judge moves the forward, stores the check and stops the office's clock; it gives back the answer that was checked.
func (s *Service) judge(ctx context.Context, tx *store.Tx, by access.Actor, h *held, d deed, c *Check) (*Answer, error) {
	next, err := h.Status.next(d)
	if err != nil {
		return nil, err
	}
	key, err := s.keyOrNone(ctx, tx, h.k)
	if err != nil {
		return nil, err
	}
	all, err := answersOf(ctx, tx, key, h.ID)
	if err != nil {
		return nil, err
	}
	list := all[h.ID]
	if len(list) == 0 {
		return nil, fmt.Errorf("forward %s is %s without an answer", h.Reference, h.Status)
	}
	last := &list[len(list)-1]
	if err := insertCheck(ctx, tx, by, last.ID, c); err != nil {
		return nil, err
	}
	h.Status = next
	return last, s.stop(ctx, tx, by, h)
}

func (s *Service) passed(ctx context.Context, tx *store.Tx, by access.Actor, h *held, c *Check) error {
	a, err := s.judge(ctx, tx, by, h, pass, c)
	if err != nil {
		return err
	}
	if h.Kind == ForInformation {
		h.Status, h.EndedAt, h.DueOn = Ended, tx.Now, calendar.Date{}
		if err := save(ctx, tx, h.Forward); err != nil {
			return err
		}
		return s.note(ctx, tx, by, h, EventEnded, audit.ForwardChecked, "answer", a.Number, "passed", true)
	}
	h.ToldOn, h.DueOn = s.today(tx), calendar.Date{}
	fields := map[string]any{"firm": h.Firm.Name, "text": a.Body, "outcome": outcomeName(h.pack, a.Outcome)}
	if a.Fen > 0 {
		fields["amount"] = letter.Fen(a.Fen)
	}
	kind, event := "answer", EventTold
	if a.Stage == StageReview {
		kind, event = "review_decision", EventReviewTold
	} else if due, ok, err := s.start(ctx, tx, by, h, limitAskReview); err != nil {
		return err
	} else if ok {
		fields["due_on"], fields["period"] = due, s.period(h, limitAskReview)
	}
	if err := save(ctx, tx, h.Forward); err != nil {
		return err
	}
	if err := s.toComplainant(ctx, tx, by, h, kind, fields); err != nil {
		return err
	}
	if err := s.note(ctx, tx, by, h, event, audit.ForwardChecked, "answer", a.Number, "passed", true); err != nil {
		return err
	}
	_, err = s.d.Log.Append(ctx, tx, by, audit.ForwardTold, h.Reference, "complaint", h.k.Complaint.Reference)
	return err
}

func (s *Service) sentBack(ctx context.Context, tx *store.Tx, by access.Actor, h *held, c *Check) error {
	a, err := s.judge(ctx, tx, by, h, sendBack, c)
	if err != nil {
		return err
	}
	if h.DueOn, err = s.againBy(ctx, tx, by, h); err != nil {
		return err
	}
	if err := save(ctx, tx, h.Forward); err != nil {
		return err
	}
	fields := map[string]any{"due_on": h.DueOn, "text": lacking(c), "period": s.period(h, limitAgain)}
	if err := s.toFirm(ctx, tx, by, h, "answer_returned", mailReturned, fields); err != nil {
		return err
	}
	return s.note(ctx, tx, by, h, EventReturned, audit.ForwardChecked, "answer", a.Number, "passed", false, "points", strings.Join(c.Points, ","))
}

// againBy is when the firm is to answer again. What no statute times has no clock on the case and is given as long.
func (s *Service) againBy(ctx context.Context, tx *store.Tx, by access.Actor, h *held) (calendar.Date, error) {
	if h.Kind == ToAnswer {
		due, ok, err := s.start(ctx, tx, by, h, limitAgain)
		if err == nil && !ok {
			err = fmt.Errorf("pack %s has no limit %s", h.pack.ID, limitAgain)
		}
		return due, err
	}
	l, ok := h.pack.LimitOn(limitAgain, s.today(tx))
	if !ok {
		return calendar.Date{}, fmt.Errorf("pack %s has no limit %s", h.pack.ID, limitAgain)
	}
	cal, err := s.calendarOf(h.pack)
	if err != nil {
		return calendar.Date{}, err
	}
	st, err := deadline.Compute(cal, deadline.Clock{
		Kind: limitAgain, Limit: deadline.Limit{N: l.N, Unit: deadline.Unit(l.Unit), Roll: l.Roll},
		Events: []deadline.Event{{Kind: deadline.Start, On: s.today(tx)}},
	})
	return st.Due, err
}

// End calls a forward back: sent to the wrong firm, or not needed any more. Its clocks stop; the firm sees that it ended.
// Invalid (reason), Conflict (stale, over), Forbidden, NotFound.
func (s *Service) End(ctx context.Context, by access.Actor, ref string, version int64, reason string) (*Forward, error) {
	var wrong fault.Fields
	reason = text(&wrong, "reason", reason, 2, maxNote)
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	var f *Forward
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		h, err := s.hold(ctx, tx, by, access.SendForward, ref)
		if err != nil {
			return err
		}
		f = h.Forward
		if err := s.refuseRecused(ctx, tx, by, h.k); err != nil {
			return err
		}
		if err := h.at(version); err != nil {
			return err
		}
		if err := s.end(ctx, tx, by, h, reason); err != nil {
			return err
		}
		return s.endChildren(ctx, tx, by, h, reason)
	})
	if err != nil {
		return nil, fmt.Errorf("end forward: %w", err)
	}
	return f, nil
}

// EndOfCase ends what is still open of a case's forwards when the case is closed, inside the caller's transaction.
func (s *Service) EndOfCase(ctx context.Context, tx *store.Tx, by access.Actor, caseID int64) error {
	list, err := s.forwardsWhere(ctx, tx, "case_id = ? AND status NOT IN ?", caseID, names(Over))
	if err != nil {
		return err
	}
	for _, f := range list {
		h, err := s.holdID(ctx, tx, f)
		if err != nil {
			return err
		}
		if err := s.end(ctx, tx, by, h, ""); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) endChildren(ctx context.Context, tx *store.Tx, by access.Actor, h *held, reason string) error {
	list, err := s.forwardsWhere(ctx, tx, "parent_id = ? AND status NOT IN ?", h.ID, names(Over))
	if err != nil {
		return err
	}
	for _, f := range list {
		if err := s.end(ctx, tx, by, &held{Forward: f, k: h.k, pack: h.pack}, reason); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) end(ctx context.Context, tx *store.Tx, by access.Actor, h *held, reason string) error {
	next, err := h.Status.next(finish)
	if err != nil {
		return err
	}
	if err := s.stop(ctx, tx, by, h); err != nil {
		return err
	}
	h.Status, h.EndedAt, h.DueOn = next, tx.Now, calendar.Date{}
	if err := save(ctx, tx, h.Forward); err != nil {
		return err
	}
	return s.note(ctx, tx, by, h, EventEnded, audit.ForwardEnded, "reason", reason)
}

// outcomeName says an outcome of an answer.
func outcomeName(p *rulebook.Pack, id string) rulebook.Text {
	for _, o := range p.AnswerOutcomes() {
		if o.ID == id {
			return o.Name
		}
	}
	return rulebook.Text{}
}
