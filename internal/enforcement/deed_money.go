package enforcement

import (
	"fmt"

	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
)

// Pay is money that came in, towards one account of one party.
type Pay struct {
	Party     int           `json:"party"`
	Account   Account       `json:"account"`
	AmountFen int64         `json:"amount_fen"`
	On        calendar.Date `json:"on"`
	Receipt   string        `json:"receipt"` // number of the bank's receipt
}

// Step names the step.
func (*Pay) Step() Step { return StepPay }

func (d *Pay) check(sc *scene, bad *fault.Fields) {
	day(sc, bad, "on", &d.On, sc.c.DecidedOn)
	text(bad, "receipt", &d.Receipt, 2)
	if !d.On.IsZero() && d.On.Before(sc.c.lastMoneyOn()) {
		bad.Add("on", "penalty_case.too_early", sc.c.lastMoneyOn())
	}
	l := sc.ledger(sc.today)
	a := l.account(d.Party, d.Account)
	switch {
	case a == nil:
		bad.Add("account", "fault.choose")
	case d.AmountFen <= 0:
		bad.Add("amount_fen", "enforcement.amount_needed")
	case d.AmountFen > a.OutstandingFen:
		bad.Add("amount_fen", "penalty_case.more_than_due", a.OutstandingFen)
	}
}

// Refund is money that went back, after a decision was lowered or annulled.
type Refund struct {
	Party     int           `json:"party"`
	Account   Account       `json:"account"`
	AmountFen int64         `json:"amount_fen"`
	On        calendar.Date `json:"on"`
	Receipt   string        `json:"receipt"`
}

// Step names the step.
func (*Refund) Step() Step { return StepRefund }

func (d *Refund) check(sc *scene, bad *fault.Fields) {
	day(sc, bad, "on", &d.On, sc.c.lastMoneyOn())
	text(bad, "receipt", &d.Receipt, 2)
	a := sc.ledger(sc.today).account(d.Party, d.Account)
	switch {
	case a == nil:
		bad.Add("account", "fault.choose")
	case d.AmountFen <= 0:
		bad.Add("amount_fen", "enforcement.amount_needed")
	case d.AmountFen > -a.OutstandingFen:
		bad.Add("amount_fen", "penalty_case.more_than_owed")
	}
}

// Part is one instalment.
type Part struct {
	DueOn     calendar.Date `json:"due_on"`
	AmountFen int64         `json:"amount_fen"`
}

// AskInstalments asks for more time or for instalments of the fine, for hardship (art. 66).
type AskInstalments struct {
	Party    int      `json:"party"`
	Hardship string   `json:"hardship"`
	Proof    string   `json:"proof"`
	Files    []string `json:"files"` // set here
}

// Step names the step.
func (*AskInstalments) Step() Step { return StepAskParts }

func (d *AskInstalments) check(sc *scene, bad *fault.Fields) {
	if d.Party < 1 || d.Party > len(sc.c.Persons)+1 {
		bad.Add("party", "fault.choose")
	}
	text(bad, "hardship", &d.Hardship, minOrder)
	text(bad, "proof", &d.Proof, 2)
}

// AllowInstalments grants a plan; its parts add up to what is outstanding of the fine on that day.
type AllowInstalments struct {
	Party   int    `json:"party"`
	Parts   []Part `json:"parts"`
	Reasons string `json:"reasons"`
}

// Step names the step.
func (*AllowInstalments) Step() Step { return StepAllowParts }

const maxParts = 60

func (d *AllowInstalments) check(sc *scene, bad *fault.Fields) {
	text(bad, "reasons", &d.Reasons, minOrder)
	a := sc.ledger(sc.today).account(d.Party, AccountFine)
	if a == nil || a.OutstandingFen <= 0 {
		bad.Add("party", "fault.choose")
		return
	}
	if len(d.Parts) == 0 || len(d.Parts) > maxParts {
		bad.Add("parts", "penalty_case.parts", maxParts)
		return
	}
	var sum int64
	last := sc.today
	for i, p := range d.Parts {
		switch {
		case p.AmountFen <= 0 || p.AmountFen > maxAmount:
			bad.Add(fmt.Sprintf("parts[%d].amount_fen", i), "enforcement.amount_needed")
			continue
		case !p.DueOn.After(last):
			bad.Add(fmt.Sprintf("parts[%d].due_on", i), "penalty_case.too_early", last)
		}
		sum, last = sum+p.AmountFen, p.DueOn
	}
	if sum != a.OutstandingFen {
		bad.Add("parts", "penalty_case.parts_sum", a.OutstandingFen)
	}
}
