package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"dunwatch/internal/firm"
)

// rosterOf is a firm's list of collectors: who hands it in, how long ago, and how many stand on it.
type rosterOf struct {
	code, prefix string
	days, size   int
	own          bool // handed in by the firm's own manager, else entered by the office
}

// rosters are of some firms only: of the others nothing can be said, and of one the list is too old.
var rosters = []rosterOf{
	{code: "A-ZHENGYI", prefix: "ZY", days: 41, size: 24, own: true},
	{code: "L-QINGLUAN", prefix: "QL", days: 18, size: 9, own: true},
	{code: "L-XINGCHA", prefix: "XC", days: 63, size: 7, own: true},
	{code: "A-HESHUO", prefix: "HS", days: 90, size: 12},
	{code: "A-DINGFENG", prefix: "DF", days: 25, size: 10},
	{code: "A-JUNTU", prefix: "JT", days: firm.RosterDays + 60, size: 8},
}

// Lookup is a question to /check-collector and its answer.
type Lookup struct{ Firm, Number, Answer string }

func (o *office) handsIn() {
	for i, l := range rosters {
		r := rand.New(rand.NewPCG(seedOf, uint64(i)+900_000))
		at := o.until.Add(-time.Duration(l.days) * 24 * time.Hour).Truncate(time.Hour)
		o.at(at, func(ctx context.Context) error { return o.handIn(ctx, l, r) })
	}
	o.out.Lookups = []Lookup{
		{"A-ZHENGYI", rosters[0].number(3), "registered"},
		{"A-ZHENGYI", roaming[0], "not registered: the page starts a complaint"},
		{"A-JUNTU", rosters[5].number(3), "cannot tell: its list is too old"},
	}
}

func (l rosterOf) number(i int) string { return fmt.Sprintf("%s-%04d", l.prefix, 101+i*3) }

func (o *office) handIn(ctx context.Context, l rosterOf, r *rand.Rand) error {
	by := o.admin
	if l.own {
		f, err := o.d.Firms.ByCode(ctx, l.code)
		if err != nil {
			return err
		}
		by = o.clerks[f.ID][0]
	}
	var b strings.Builder
	b.WriteString("firm_code,staff_number,name,phone,from,to\n")
	for i := range l.size {
		from := o.first.AddDays(r.IntN(90))
		to := ""
		if i%7 == 6 {
			to = from.AddDays(120).String()
		}
		fmt.Fprintf(&b, "%s,%s,%s,154%08d,%s,%s\n", l.code, l.number(i), pick(r, surnames)+pick(r, given), 20_000_000+r.IntN(70_000_000), from, to)
	}
	res, err := o.d.Rosters.ImportCSV(ctx, by, strings.NewReader(b.String()))
	if err == nil && len(res.Rejects) > 0 {
		err = fmt.Errorf("roster of %s: %d rows are wrong", l.code, len(res.Rejects))
	}
	return err
}
