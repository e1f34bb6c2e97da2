package enforcement

import (
	"cmp"
	"math"
	"slices"

	"dunwatch/internal/calendar"
)

// Account is what money is owed for.
type Account string

// The accounts of each party.
const (
	AccountFine         Account = "fine"
	AccountConfiscation Account = "confiscation"
	AccountRestitution  Account = "restitution"
	AccountSurcharge    Account = "surcharge"
)

// Accounts lists them.
var Accounts = []Account{AccountFine, AccountConfiscation, AccountRestitution, AccountSurcharge}

// Entry is a line of the ledger. AmountFen is what it adds to the debt: payments are negative.
type Entry struct {
	On         calendar.Date `json:"on"`
	Kind       string        `json:"kind"` // imposed, changed, surcharge, payment, refund
	Party      int           `json:"party"`
	Account    Account       `json:"account"`
	AmountFen  int64         `json:"amount_fen"`
	BalanceFen int64         `json:"balance_fen"` // of the account, afterwards
	// Of a surcharge: the days from From to On, Days of them, each on BaseFen.
	From    calendar.Date `json:"from,omitzero"`
	Days    int           `json:"days,omitempty"`
	BaseFen int64         `json:"base_fen,omitempty"`
	Receipt string        `json:"receipt,omitempty"`
}

// Balance is an account of a party: OutstandingFen is DueFen less PaidFen, and negative where money is to go back.
// PaidFen is net of refunds.
type Balance struct {
	Party          int     `json:"party"`
	Account        Account `json:"account"`
	DueFen         int64   `json:"due_fen"`
	PaidFen        int64   `json:"paid_fen"`
	OutstandingFen int64   `json:"outstanding_fen"`
}

// Ledger is what is owed and paid as of a day. Every figure comes from the steps of the case.
type Ledger struct {
	On       calendar.Date `json:"on"`
	DueOn    calendar.Date `json:"due_on,omitzero"` // last day to pay in time; none before service
	Frozen   bool          `json:"frozen"`          // a review or suit is under way: no surcharge is counted
	Entries  []Entry       `json:"entries"`
	Balances []Balance     `json:"balances"`
	// OverdueFen is the part of the fines whose day has passed.
	OverdueFen     int64 `json:"overdue_fen"`
	OutstandingFen int64 `json:"outstanding_fen"` // of all accounts that are owed
	RefundFen      int64 `json:"refund_fen"`      // of all accounts that were overpaid
}

func (l *Ledger) account(party int, a Account) *Balance {
	for i := range l.Balances {
		if l.Balances[i].Party == party && l.Balances[i].Account == a {
			return &l.Balances[i]
		}
	}
	return nil
}

// due is what is outstanding on an account, of all parties.
func (l *Ledger) due(a Account) (n int64) {
	for _, b := range l.Balances {
		if b.Account == a {
			n += max(0, b.OutstandingFen)
		}
	}
	return n
}

// terms are what the ledger counts with: the last day to pay, the surcharge in hundredths of a percent a day, its ceiling
// in percent of the fine, and which account a kind of measure goes to.
type terms struct {
	due       calendar.Date
	perDay    int64 // 300 is 3 %
	capOf     int64 // 100 is the fine itself; 0: no surcharge
	accountOf func(kind string) (Account, bool)
	daily     bool // an entry for each day of a surcharge
}

// percentOf makes hundredths of a percent of a rate of the rulebook.
func percentOf(rate float64) int64 { return int64(math.Round(rate * 100)) }

// ledgerOf computes the ledger. The surcharge is reckoned on the part of the fine that is overdue at the beginning of each
// day (行政处罚法 art. 72 names the fine; for a fine paid in part the reading that favours the party is taken), without the
// days of a review or suit (art. 73), and ends at the ceiling. A lowered fine is taken to have been the lower one from the
// beginning. Fractions of a fen are dropped once, at the end.
func ledgerOf(c *Course, t terms, on calendar.Date) *Ledger {
	l := &Ledger{On: on}
	if !c.Decided || c.DecidedOn.After(on) {
		return l
	}
	if c.Served != nil {
		l.DueOn = t.due
	}
	for _, ch := range c.Challenges {
		l.Frozen = l.Frozen || frozen(ch, on)
	}
	for party := 1; party <= len(c.Persons)+1; party++ {
		l.party(c, t, party)
	}
	slices.SortStableFunc(l.Entries, func(a, b Entry) int { return cmp.Or(a.On.Compare(b.On), cmp.Compare(a.Party, b.Party)) })
	l.sum()
	return l
}

// sum carries the balances.
func (l *Ledger) sum() {
	for i := range l.Entries {
		e := &l.Entries[i]
		b := l.account(e.Party, e.Account)
		if b == nil {
			l.Balances = append(l.Balances, Balance{Party: e.Party, Account: e.Account})
			b = &l.Balances[len(l.Balances)-1]
		}
		if e.Kind == "payment" || e.Kind == "refund" {
			b.PaidFen -= e.AmountFen
		} else {
			b.DueFen += e.AmountFen
		}
		b.OutstandingFen += e.AmountFen
		e.BalanceFen = b.OutstandingFen
	}
	slices.SortFunc(l.Balances, func(a, b Balance) int {
		return cmp.Or(cmp.Compare(a.Party, b.Party), slices.Index(Accounts, a.Account)-slices.Index(Accounts, b.Account))
	})
	for _, b := range l.Balances {
		l.OutstandingFen += max(0, b.OutstandingFen)
		l.RefundFen += max(0, -b.OutstandingFen)
	}
}

// party adds the entries of one party.
func (l *Ledger) party(c *Course, t terms, party int) {
	owed := map[Account]int64{}
	add := func(kind string, on calendar.Date, shares []Share) {
		now := amounts(shares, party, t)
		for _, a := range Accounts {
			if d := now[a] - owed[a]; d != 0 {
				l.Entries = append(l.Entries, Entry{On: on, Kind: kind, Party: party, Account: a, AmountFen: d})
			}
		}
		owed = now
	}
	add("imposed", c.DecidedOn, c.Sentence.Shares)
	for _, ch := range c.Changes {
		if !ch.On.After(l.On) {
			add("changed", ch.On, ch.Shares)
		}
	}
	for _, m := range c.Money {
		if m.Party != party || m.On.After(l.On) {
			continue
		}
		kind := "payment"
		if m.AmountFen < 0 {
			kind = "refund"
		}
		l.Entries = append(l.Entries, Entry{On: m.On, Kind: kind, Party: party, Account: m.Account, AmountFen: -m.AmountFen, Receipt: m.Receipt})
	}
	if c.Served == nil || t.due.IsZero() {
		return
	}
	l.OverdueFen += overdue(c, t, party, owed[AccountFine], l.On, l.On.AddDays(1))
	if t.capOf > 0 {
		l.surcharge(c, t, party, owed[AccountFine])
	}
}

// amounts are what shares impose on a party, by account.
func amounts(shares []Share, party int, t terms) map[Account]int64 {
	out := map[Account]int64{}
	for _, sh := range shares {
		if a, ok := t.accountOf(sh.Kind); ok && sh.Party == party {
			out[a] += sh.AmountFen
		}
	}
	return out
}

// surcharge adds the surcharge of a party in stretches of days with the same base.
func (l *Ledger) surcharge(c *Course, t terms, party int, fine int64) {
	const whole = 10_000 // hundredths of a percent
	ceiling := fine * t.capOf / 100
	var parts, said int64 // said: fen in entries so far; parts: ten-thousandths of a fen still to be said
	var run Entry
	flush := func() {
		if run.Days == 0 {
			return
		}
		total := min((said*whole+parts)/whole, ceiling)
		run.AmountFen = total - said
		parts -= run.AmountFen * whole
		said = total
		l.Entries = append(l.Entries, run)
		run = Entry{}
	}
	for d := t.due.AddDays(1); !d.After(l.On) && said+parts/whole < ceiling; d = d.AddDays(1) {
		base := overdue(c, t, party, fine, d, d)
		if stopped(c, d) {
			base = 0
		}
		if base != run.BaseFen || base == 0 || t.daily {
			flush()
		}
		if base == 0 {
			continue
		}
		if run.Days == 0 {
			run = Entry{Kind: "surcharge", Party: party, Account: AccountSurcharge, From: d, BaseFen: base}
		}
		run.On, run.Days = d, run.Days+1
		parts += base * t.perDay
	}
	flush()
}

// overdue is the part of a party's fine whose day to pay was before d and that was not paid before until.
func overdue(c *Course, t terms, party int, fine int64, d, until calendar.Date) int64 {
	var paid int64
	for _, m := range c.Money {
		if m.Party == party && m.Account == AccountFine && m.On.Before(until) {
			paid += m.AmountFen
		}
	}
	unpaid := max(0, fine-paid)
	var plan *Plan
	for i := range c.Plans {
		if p := &c.Plans[i]; p.Party == party && p.On.Before(d) {
			plan = p
		}
	}
	if plan == nil {
		if !d.After(t.due) {
			return 0
		}
		return unpaid
	}
	var fallen int64
	for _, p := range plan.Parts {
		if p.DueOn.Before(d) {
			fallen += p.AmountFen
		}
	}
	return min(unpaid, max(0, fallen-(paid-plan.PaidBefore)))
}

// stopped reports whether a review or suit was under way on a day.
func stopped(c *Course, d calendar.Date) bool {
	return slices.ContainsFunc(c.Challenges, func(ch Challenged) bool { return frozen(ch, d) })
}

// frozen: from the day of the application to the day of its end, both included.
func frozen(ch Challenged, d calendar.Date) bool {
	return !d.Before(ch.On) && (ch.EndedOn.IsZero() || !d.After(ch.EndedOn))
}
