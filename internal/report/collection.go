package report

import (
	"context"
	"fmt"

	"dunwatch/internal/calendar"
)

// The accounts of the ledger of penalties, in the order of the table.
var accounts = []string{"fine", "confiscation", "restitution", "surcharge"}

// upTo is the first day whose money the report does not count: tomorrow while the period runs. The ledger holds the
// surcharges of days to come already.
func (q query) upTo() calendar.Date {
	if q.cutOff.Before(q.until) {
		return q.today.AddDays(1)
	}
	return q.end
}

// ledgerEntries are the lines of the ledgers of penalties (enforcement keeps them with each step), of some kinds. A payment
// lowers the debt, so its sign is turned where turn is set.
func ledgerEntries(kind string, turn bool) things {
	fen := "e.amount_fen"
	if turn {
		fen = "-e.amount_fen"
	}
	return things{kind: "penalty", from: from("penalty_entries e JOIN penalties x ON x.id = e.penalty_id JOIN cases k ON k.id = x.case_id"),
		when: func(q query, s *sql) { s.add(" e.on_date >= ? AND e.on_date < ?", q.first, q.upTo()) },
		pack: "k.pack", id: "e.id", ref: "x.reference", on: "e.on_date", fen: fen}.only("e.kind = ?", kind)
}

// outstandingAccounts are the accounts of penalties that were not paid in full at the cut-off.
var outstandingAccounts = things{kind: "penalty",
	from: func(q query, s *sql) {
		s.add("(SELECT penalty_id, party, account, SUM(amount_fen) AS owed, MAX(on_date) AS on_date FROM penalty_entries WHERE on_date < ?"+
			" GROUP BY penalty_id, party, account) e JOIN penalties x ON x.id = e.penalty_id JOIN cases k ON k.id = x.case_id", q.upTo())
	},
	when: func(_ query, s *sql) { s.add(" e.owed > 0") },
	pack: "k.pack", id: "x.id", ref: "x.reference", on: "e.on_date", fen: "e.owed"}

func (b *builder) collectionOpenings(o map[string][]opening) {
	for column, of := range map[string]things{"imposed": ledgerEntries("imposed", false), "changed": ledgerEntries("changed", false),
		"surcharged": ledgerEntries("surcharge", false), "paid": ledgerEntries("payment", true), "refunded": ledgerEntries("refund", false),
		"outstanding": outstandingAccounts} {
		o["collection."+column] = []opening{{of: of, key: "e.account"}}
	}
}

// collection says what was imposed, changed, paid and paid back in the period, the surcharges of its days, and what was
// still owed at the cut-off, by account.
func (b *builder) collection(ctx context.Context) (*Table, error) {
	columns := []string{"imposed", "changed", "surcharged", "paid", "refunded", "outstanding"}
	var got []map[string]sum
	for _, column := range columns {
		x, err := b.count(ctx, b.query, "collection", column)
		if err != nil {
			return nil, err
		}
		got = append(got, x)
	}
	due, paid, err := b.dueAndPaid(ctx)
	if err != nil {
		return nil, err
	}
	t := b.table("collection")
	var all [6]int64
	var allDue, allPaid int64
	for _, account := range accounts {
		row := []any{account}
		known := due[account] != 0 || paid[account] != 0
		for i, x := range got {
			_, is := x[account]
			known = known || is
			row, all[i] = append(row, x[account].fen), all[i]+x[account].fen
		}
		if known {
			t.add(account, append(row, ratio(paid[account], due[account]), b.words.T(b.lang, "report.account."+account))...)
		}
		allDue, allPaid = allDue+due[account], allPaid+paid[account]
	}
	t.Totals = []any{Total}
	for _, fen := range all {
		t.Totals = append(t.Totals, fen)
	}
	t.Totals = append(t.Totals, ratio(allPaid, allDue), b.words.T(b.lang, "report.total"))
	return t, nil
}

// dueAndPaid is everything that was ever due up to the cut-off, and what was paid of it, net of refunds.
func (b *builder) dueAndPaid(ctx context.Context) (due, paid map[string]int64, err error) {
	s := new(sql)
	s.add("SELECT e.account, CAST(COALESCE(SUM(CASE WHEN e.kind IN ('payment', 'refund') THEN 0 ELSE e.amount_fen END), 0) AS BIGINT),"+
		" CAST(COALESCE(SUM(CASE WHEN e.kind IN ('payment', 'refund') THEN -e.amount_fen ELSE 0 END), 0) AS BIGINT)"+
		" FROM penalty_entries e JOIN penalties x ON x.id = e.penalty_id JOIN cases k ON k.id = x.case_id WHERE e.on_date < ?", b.upTo())
	b.packed(s, "k.pack").add(" GROUP BY e.account")
	due, paid = map[string]int64{}, map[string]int64{}
	err = b.each(ctx, s, func(scan func(...any) error) error {
		var account string
		var d, p int64
		if err := scan(&account, &d, &p); err != nil {
			return err
		}
		due[account], paid[account] = d, p
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("sum ledgers: %w", err)
	}
	return due, paid, nil
}
