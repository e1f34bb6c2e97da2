package enforcement

import (
	"context"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// clocks starts and stops the limits of the procedure as a step asks. The course counts by itself; the clocks are for
// reminders, lists and reports.
func (s *Service) clocks(ctx context.Context, tx *store.Tx, sc *scene, d Deed) error {
	k := &ticker{ctx: ctx, tx: tx, sc: sc, owner: deadline.Owner{Kind: deadline.OfPenalty, ID: sc.p.ID}}
	all, err := deadline.Of(ctx, tx, k.owner)
	if err != nil {
		return err
	}
	k.all = all
	switch d := d.(type) {
	case *FileCase:
		k.start("penalty.decide", sc.today)
	case *Preserve:
		k.start("penalty.preserve_evidence", d.On)
	case *DecidePreserved:
		k.stop("penalty.preserve_evidence")
	case *Suspend:
		k.happen("penalty.decide", deadline.Event{Kind: deadline.Suspend, On: sc.today, Reason: d.Reasons})
	case *Resume:
		k.happen("penalty.decide", deadline.Event{Kind: deadline.Resume, On: sc.today, Reason: d.Reasons})
	case *Extend:
		k.happen("penalty.decide", deadline.Event{Kind: deadline.Extend, On: sc.today, Limit: deadline.Limit{N: d.Days, Unit: "day"}, Reason: d.Reasons})
	case *Notice:
		k.stop("penalty.defence", "hearing.request", "hearing.notice")
		k.start("penalty.defence", d.ReceivedOn)
		if d.HearingTold && sc.c.Hearing == nil {
			k.start("hearing.request", d.ReceivedOn)
		}
	case *Waive:
		if d.What == "hearing" {
			k.stop("hearing.request")
		} else {
			k.stop("penalty.defence")
		}
	case *AskHearing:
		k.stop("hearing.request")
		k.start("hearing.set", d.On)
	case *SetHearing:
		k.stop("hearing.set")
	case *IssueCase:
		k.stop("penalty.decide", "penalty.defence", "hearing.request")
		k.start("penalty.service", sc.today)
		k.start("publication.publish", sc.today)
	case *NoPenalty:
		k.stopAll()
		k.start("penalty.service", sc.today)
	case *Transfer, *RefuseFiling, *CloseCase:
		k.stopAll()
	default:
		k.after(d)
	}
	return k.err
}

// after is what follows the decision.
func (k *ticker) after(d Deed) {
	sc := k.sc
	settled := func() {
		if l := sc.ledger(sc.today); l.OutstandingFen == 0 {
			k.stop("penalty.pay")
			return
		}
		k.part()
	}
	switch d := d.(type) {
	case *Serve:
		k.stop("penalty.service")
		if !sc.c.Decided { // a decision for no penalty
			return
		}
		if sc.pays() {
			k.start("penalty.pay", d.ReceivedOn)
		}
		k.start("review.apply", d.ReceivedOn)
		k.start("suit.direct", d.ReceivedOn)
	case *Publish:
		k.stop("publication.publish")
	case *WithdrawPublication:
		k.stop("publication.withdraw")
	case *CorrectPublication:
		if !sc.c.overtaken() && !sc.c.annulled() {
			k.stop("publication.withdraw")
		}
	case *Change:
		if sc.c.onRegister() { // changed or annulled (art. 48)
			k.start("publication.withdraw", sc.today)
		}
		settled()
	case *Pay:
		settled()
	case *AllowInstalments:
		k.part()
	case *Challenge:
		k.stop("review.apply", "suit.after_review")
		if d.Kind == "suit" {
			k.stop("suit.direct")
		}
	case *ChallengeEnded:
		if sc.c.Challenges[len(sc.c.Challenges)-1].Kind == "review" && d.Outcome != "withdrawn" {
			k.stop("suit.direct")
			k.start("suit.after_review", d.On)
		}
	case *Demand:
		k.stop("execution.demand")
		k.start("execution.demand", d.ReceivedOn)
	case *Court:
		k.stop("execution.demand")
	}
}

// Clock is a limit of a penalty: the rule with its article and mark, and where it stands.
type Clock struct {
	Kind    string // with its round
	Limit   rulebook.Limit
	State   deadline.State
	Overdue bool
}

// ticker gathers the first failure of several clocks.
type ticker struct {
	ctx   context.Context
	tx    *store.Tx
	sc    *scene
	owner deadline.Owner
	all   []deadline.Clock
	err   error
}

// start begins a limit that the pack has, in its next round.
func (k *ticker) start(key string, on calendar.Date) {
	l, ok := k.sc.pack.LimitOn(key, on)
	if !ok || k.err != nil {
		return
	}
	var c deadline.Clock
	c, k.err = deadline.Begin(k.ctx, k.tx, k.sc.cal, k.owner, deadline.Round(key, k.all),
		deadline.Limit{N: l.N, Unit: deadline.Unit(l.Unit), Roll: l.Roll}, on, k.sc.by.UserID)
	k.all = append(k.all, c)
}

// part lets the time to pay run to the day of the next part of a plan, where there is one. It is not moved to a working day:
// the plan names the day itself.
func (k *ticker) part() {
	due := k.sc.c.nextPart()
	if due.IsZero() || k.err != nil {
		return
	}
	for _, c := range k.all {
		st, err := deadline.Compute(k.sc.cal, c)
		if err != nil {
			k.err = err
			return
		}
		if deadline.Base(c.Kind) == "penalty.pay" && c.Events[len(c.Events)-1].Kind != deadline.Stop && st.Due == due {
			return
		}
	}
	k.stop("penalty.pay")
	if k.err != nil {
		return
	}
	on := k.sc.today
	if !due.After(on) {
		on = due.AddDays(-1)
	}
	var c deadline.Clock
	c, k.err = deadline.Begin(k.ctx, k.tx, k.sc.cal, k.owner, deadline.Round("penalty.pay", k.all), deadline.Limit{N: due.Sub(on), Unit: "day"}, on, k.sc.by.UserID)
	k.all = append(k.all, c)
}

// stop stops what runs of the limits named.
func (k *ticker) stop(keys ...string) {
	for _, c := range k.all {
		if slices.Contains(keys, deadline.Base(c.Kind)) {
			k.end(c)
		}
	}
}

func (k *ticker) stopAll() {
	for _, c := range k.all {
		k.end(c)
	}
}

// end stops a clock today, or, where it starts on a later day, on that.
func (k *ticker) end(c deadline.Clock) {
	last := c.Events[len(c.Events)-1]
	if last.Kind == deadline.Stop || k.err != nil {
		return
	}
	on := k.sc.today
	if last.On.After(on) {
		on = last.On
	}
	_, k.err = deadline.Happen(k.ctx, k.tx, k.sc.cal, k.owner, c.Kind, deadline.Event{Kind: deadline.Stop, On: on}, k.sc.by.UserID)
}

// happen lets something happen to a running clock. One that ran out is not suspended: it stays late.
func (k *ticker) happen(key string, e deadline.Event) {
	if k.err != nil {
		return
	}
	for _, c := range k.all {
		if deadline.Base(c.Kind) != key || c.Events[len(c.Events)-1].Kind == deadline.Stop {
			continue
		}
		if e.Kind == deadline.Resume && c.Events[len(c.Events)-1].Kind != deadline.Suspend {
			continue
		}
		if _, err := deadline.Happen(k.ctx, k.tx, k.sc.cal, k.owner, c.Kind, e, k.sc.by.UserID); err != nil && !deadline.Expired(err) {
			k.err = err
		}
	}
}

// Clocks are the limits of a penalty as of today, the oldest first. NotFound.
func (s *Service) Clocks(ctx context.Context, by access.Actor, ref string) (out []Clock, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		sc, err := s.enter(ctx, tx, by, ref, nil)
		if err != nil {
			return err
		}
		all, err := deadline.Of(ctx, tx, deadline.Owner{Kind: deadline.OfPenalty, ID: sc.p.ID})
		if err != nil {
			return err
		}
		for _, c := range all {
			st, err := deadline.Compute(sc.cal, c)
			if err != nil {
				return err
			}
			l, ok := sc.pack.LimitOn(deadline.Base(c.Kind), st.Started)
			if !ok {
				l, _ = sc.pack.Limit(deadline.Base(c.Kind))
			}
			if by.Role.OfFirm() && l.Party != "respondent" {
				continue
			}
			out = append(out, Clock{Kind: c.Kind, Limit: l, State: st, Overdue: st.Overdue(sc.today)})
		}
		return nil
	})
	return out, err
}
