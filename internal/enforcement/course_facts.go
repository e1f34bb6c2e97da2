package enforcement

import (
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
)

// ofFirm reports whether the party itself took a step.
func ofFirm(t Taken) bool { return access.Role(t.ActorRole).OfFirm() }

// pair names the officers.
func (c *Course) pair(lead, second int64) {
	c.Lead, c.Second = lead, second
	c.Investigators = with(with(c.Investigators, lead), second)
}

func with(list []int64, id int64) []int64 {
	for _, x := range list {
		if x == id {
			return list
		}
	}
	return append(list[:len(list):len(list)], id)
}

// notice is the last; an empty one before the first.
func (c *Course) notice() *GivenNotice {
	if len(c.Notices) == 0 {
		return &GivenNotice{}
	}
	return &c.Notices[len(c.Notices)-1]
}

// announced is what the last notice said.
func (c *Course) announced() []Share { return c.notice().Shares }

// challenge is the review or suit under way; nil where none is.
func (c *Course) challenge() *Challenged {
	if n := len(c.Challenges); n > 0 && c.Challenges[n-1].EndedOn.IsZero() {
		return &c.Challenges[n-1]
	}
	return nil
}

// inForce is what the decision imposes after all changes; nil once it is annulled, or before it is made.
func (c *Course) inForce() []Share {
	switch {
	case len(c.Changes) > 0:
		return c.Changes[len(c.Changes)-1].Shares
	case c.Decided:
		return c.Sentence.Shares
	default:
		return nil
	}
}

// annulled reports whether the decision was annulled.
func (c *Course) annulled() bool { return len(c.Changes) > 0 && c.Changes[len(c.Changes)-1].Annul }

// onRegister reports whether the decision is on the public register.
func (c *Course) onRegister() bool {
	n := len(c.Published)
	return n > 0 && c.Published[n-1].WithdrawnOn.IsZero()
}

// overtaken reports whether the register shows what a later change took back in part: art. 48 has it withdrawn, with the
// reason, within three working days.
func (c *Course) overtaken() bool {
	return c.onRegister() && len(c.Changes) > 0 && c.Published[len(c.Published)-1].At < c.Changes[len(c.Changes)-1].At
}

// outstandingOutcome is the outcome of a review or suit that nobody carried out yet; "" where there is none.
func (c *Course) outstandingOutcome() string {
	for _, ch := range c.Challenges {
		orders := ch.Outcome == "changed" || ch.Outcome == "annulled" || ch.Outcome == "void"
		if orders && !slices.ContainsFunc(c.Changes, func(x Changed) bool { return x.At > ch.EndedAt }) {
			return ch.Outcome
		}
	}
	return ""
}

// lastOn is the day of the last step.
func (c *Course) lastOn() calendar.Date {
	if len(c.Taken) == 0 {
		return calendar.Date{}
	}
	return c.Taken[len(c.Taken)-1].On
}

// lastMoneyOn is the day of the last payment or refund.
func (c *Course) lastMoneyOn() calendar.Date {
	if len(c.Money) == 0 {
		return c.DecidedOn
	}
	return c.Money[len(c.Money)-1].On
}

// nextPart is the day of the earliest part, of any plan in force, that was not paid yet; zero where there is none.
func (c *Course) nextPart() (due calendar.Date) {
	latest := map[int]*Plan{}
	for i := range c.Plans {
		latest[c.Plans[i].Party] = &c.Plans[i]
	}
	for party, p := range latest {
		paid := -p.PaidBefore
		for _, m := range c.Money {
			if m.Party == party && m.Account == AccountFine {
				paid += m.AmountFen
			}
		}
		for _, part := range p.Parts {
			if paid -= part.AmountFen; paid < 0 {
				if due.IsZero() || part.DueOn.Before(due) {
					due = part.DueOn
				}
				break
			}
		}
	}
	return due
}
