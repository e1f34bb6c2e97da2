package enforcement

import (
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/deadline"
	"dunwatch/internal/fault"
	"dunwatch/internal/rulebook"
)

// scene is everything on which a step depends, gathered before it: the rest is pure.
type scene struct {
	p      *Penalty
	c      *Course
	pack   *rulebook.Pack
	cal    *calendar.Calendar
	today  calendar.Date
	by     access.Actor
	level  string // of the office, for the thresholds of a hearing: head, bureau, branch
	number string // of the filing or of the decision, where the step gives one

	standing []casework.Finding
	findings []casework.Finding // those of the sentence under way
	fined    map[int64]bool     // findings for which another penalty fines the firm
	recused  map[int64]bool
	former   map[int64]bool  // had a part in the case once
	officers map[int64]bool  // may be the second officer
	chairs   map[int64]bool  // may chair a hearing
	usual    *Usual          // fines in like cases; nil: too few
	files    map[string]bool // E-1 ... of the complaint; nil: not asked for
}

// due is the last day of a limit that runs from a day; no date where the pack has none.
func (sc *scene) due(key string, from calendar.Date) calendar.Date {
	l, ok := sc.pack.LimitOn(key, from)
	if !ok || from.IsZero() {
		return calendar.Date{}
	}
	if l.Unit == "year" {
		return from.AddMonths(12 * l.N)
	}
	st, err := deadline.Compute(sc.cal, deadline.Clock{Kind: key,
		Limit:  deadline.Limit{N: l.N, Unit: deadline.Unit(l.Unit), Roll: l.Roll},
		Events: []deadline.Event{{Kind: deadline.Start, On: from}}})
	if err != nil {
		return calendar.Date{}
	}
	return st.Due
}

// past reports whether the time of a limit is over; where the pack has none, it is over at once.
func (sc *scene) past(key string, from calendar.Date) (due calendar.Date, over bool) {
	due = sc.due(key, from)
	return due, due.IsZero() || sc.today.After(due)
}

// terms are those of the ledger.
func (sc *scene) terms() terms {
	t := terms{accountOf: func(kind string) (Account, bool) {
		k, ok := sc.pack.PenaltyKind(kind)
		switch {
		case !ok || !k.Money:
			return "", false
		case kind == confiscate:
			return AccountConfiscation, true
		case kind == redress:
			return AccountRestitution, true
		default:
			return AccountFine, true
		}
	}}
	if sc.c.Served != nil {
		t.due = sc.due("penalty.pay", sc.c.Served.ReceivedOn)
	}
	if r, ok := sc.pack.Rate("surcharge"); ok && r.Per == "day" {
		t.perDay, t.capOf = percentOf(r.Percent), int64(r.CapPercent)
	}
	return t
}

func (sc *scene) ledger(on calendar.Date) *Ledger { return ledgerOf(sc.c, sc.terms(), on) }

// trigger reports whether measures give the right to a hearing (行政处罚法 art. 63): by their kind, or by their sum where the
// rulebook has a threshold for the office's level. Without a threshold any sum gives it, which is the careful reading.
func trigger(pack *rulebook.Pack, level string, shares []Share) bool {
	for _, sh := range shares {
		k, ok := pack.PenaltyKind(sh.Kind)
		if !ok || !k.Hearing {
			continue
		}
		if !k.Money {
			return true
		}
		if t, ok := HearingThreshold(pack, level, sh.Party > 1); !ok || sh.AmountFen > t.Value*100 {
			return true
		}
	}
	return false
}

// HearingSum is the sum from which the office offers a hearing, see HearingThreshold.
func (s *Service) HearingSum(pack *rulebook.Pack, person bool) (rulebook.Threshold, bool) {
	return HearingThreshold(pack, s.d.Level, person)
}

// HearingThreshold is the sum, in whole units of the currency, above which a fine or confiscation gives the right to a
// hearing, with the mark of its source. ok is false where the pack has none.
func HearingThreshold(pack *rulebook.Pack, level string, person bool) (rulebook.Threshold, bool) {
	if level == "" {
		level = "branch"
	}
	who := "unit"
	if person {
		who = "person"
	}
	return pack.Threshold("hearing.fine_" + who + "_" + level)
}

// heavier names the kind in which a sentence goes beyond another; "" where it does not. Money is compared by account and
// party; of the other kinds a new one is heavier unless it stands below one that was dropped for it.
func heavier(sc *scene, now, before []Share) string {
	t := sc.terms()
	parties := map[int]bool{}
	for _, sh := range now {
		parties[sh.Party] = true
	}
	for party := range parties {
		a, b := amounts(now, party, t), amounts(before, party, t)
		for _, acc := range Accounts {
			if a[acc] > b[acc] {
				return string(acc)
			}
		}
	}
	for _, sh := range now {
		k, _ := sc.pack.PenaltyKind(sh.Kind)
		has := func(list []Share, f func(rulebook.PenaltyKind, Share) bool) bool {
			return slices.ContainsFunc(list, func(o Share) bool {
				ok, _ := sc.pack.PenaltyKind(o.Kind)
				return o.Party == sh.Party && f(ok, o)
			})
		}
		if k.Money || has(before, func(_ rulebook.PenaltyKind, o Share) bool { return o.Kind == sh.Kind }) {
			continue
		}
		milder := has(before, func(o rulebook.PenaltyKind, old Share) bool {
			gone := !slices.ContainsFunc(now, func(n Share) bool { return n.Party == old.Party && n.Kind == old.Kind })
			return !o.Money && o.Step > k.Step && gone
		})
		if !milder {
			return sh.Kind
		}
	}
	return ""
}

// needsLegal reports whether the decision needs a legal review (art. 58): ticked, difficult, or after a hearing.
func (sc *scene) needsLegal() bool {
	c := sc.c
	return c.HeardAt > 0 || c.Try != nil && (len(c.Try.Legal) > 0 || c.Try.Complex) || c.Sentence != nil && trigger(sc.pack, sc.level, c.Sentence.Shares)
}

// needsDiscussion reports whether those in charge discuss it together (art. 57): complex, or a heavy penalty.
func (sc *scene) needsDiscussion() bool {
	c := sc.c
	return c.Try != nil && (c.Try.Complex || c.Try.Major) || c.Sentence != nil && trigger(sc.pack, sc.level, c.Sentence.Shares)
}

// late is the last day for the decision, suspensions and extensions counted in, and whether it has passed (art. 60).
func (sc *scene) late() (due calendar.Date, late bool) {
	l, ok := sc.pack.LimitOn("penalty.decide", sc.c.FiledOn)
	if !ok || sc.c.FiledOn.IsZero() {
		return calendar.Date{}, false
	}
	unit := deadline.Unit(l.Unit)
	k := deadline.Clock{Kind: l.Key, Limit: deadline.Limit{N: l.N, Unit: unit, Roll: l.Roll},
		Events: []deadline.Event{{Kind: deadline.Start, On: sc.c.FiledOn}}}
	for _, t := range sc.c.Taken {
		switch d := t.Deed.(type) {
		case *Suspend:
			k.Events = append(k.Events, deadline.Event{Kind: deadline.Suspend, On: t.On})
		case *Resume:
			k.Events = append(k.Events, deadline.Event{Kind: deadline.Resume, On: t.On})
		case *Extend:
			k.Events = append(k.Events, deadline.Event{Kind: deadline.Extend, On: t.On, Limit: deadline.Limit{N: d.Days, Unit: "day"}})
		}
	}
	st, err := deadline.Compute(sc.cal, k)
	if err != nil { // suspended only after its end: it had run out by then
		return sc.due("penalty.decide", sc.c.FiledOn), true
	}
	return st.Due, st.Overdue(sc.today)
}

// limitation is the last day on which an act could still be discovered in time.
func (sc *scene) limitation(acted calendar.Date) calendar.Date {
	if sc.c.Apply != nil && sc.c.Apply.Grave != "" {
		return sc.due("penalty.limitation_grave", acted)
	}
	return sc.due("penalty.limitation", acted)
}

// barred is the part of an actor that keeps them from a step; "" where nothing does.
func (sc *scene) barred(step Step) part {
	user := sc.by.UserID
	if user != 0 && sc.recused[user] {
		return "recused"
	}
	r := rules[step]
	if r.side == anyone {
		return noPart
	}
	if part := sc.p.partOf(user); part != noPart {
		return part
	}
	switch {
	case slices.Contains(sc.c.Investigators, user):
		return "investigator"
	case sc.former[user]:
		return "former"
	case r.side == uninvolved && slices.Contains(sc.c.TriedBy, user):
		return "trier"
	case r.side == uninvolved && slices.Contains(sc.c.ReviewedBy, user):
		return "reviewer"
	}
	return noPart
}

// allow checks what somebody says in taking a step, and then its guards. It fails with Conflict for a wrong stage or a
// missing step, Forbidden for a part in the case, Invalid for a wrong field.
func (sc *scene) allow(d Deed) error {
	if !d.Step().fits(sc.c.Stage) && d.Step() != StepApply {
		return fault.New(fault.Conflict, "penalty_case.stage."+string(sc.c.Stage))
	}
	if part := sc.barred(d.Step()); part != noPart {
		return fault.New(fault.Forbidden, "penalty_case.barred."+string(part))
	}
	if lacks := sc.lacks(d.Step()); len(lacks) > 0 {
		return fault.New(fault.Conflict, lacks[0].Key, lacks[0].Args...)
	}
	var bad fault.Fields
	d.check(sc, &bad)
	if err := bad.Err(); err != nil {
		return err
	}
	return sc.after(d)
}
