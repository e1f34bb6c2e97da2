package enforcement_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"reflect"
	"slices"
	"sort"
	"testing"
	"time"

	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
	"dunwatch/migrations"
)

func pastRef(n int) string { return ident.NewReference("P", 2026, int64(n)) }

// withPast opens an office on a database that holds a made-up past. The rows stand there without entries in the record, so that
// nothing is verified here.
func withPast(t testing.TB, db *store.DB, clock *storetest.Clock, w *past) *office {
	t.Helper()
	o := &office{Office: caseworktest.Open(t, db, clock)}
	o.Service = enforcement.New(enforcement.Deps{
		DB: db, Log: o.Log, Policy: o.Policy, Book: o.Book, Calendars: o.Calendars, Zone: caseworktest.Zone, Accounts: o.Accounts, Firms: o.Firms,
		Cases: o.Cases, Notify: o.Notify,
	})
	w.insert(t, o)
	return o
}

// What the views say of ten thousand decisions is what a plain count over the lists of the made-up past says.
func TestFiguresOfThePast(t *testing.T) {
	for name, tt := range map[string]struct {
		decisions, sampled int
		open               func(testing.TB, *storetest.Clock) *store.DB
	}{
		"sqlite":   {10_000, 120, func(tb testing.TB, c *storetest.Clock) *store.DB { return storetest.OpenAt(tb, c) }},
		"postgres": {1_000, 60, storetest.OpenPostgres},
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() {
				tt.decisions = min(tt.decisions, 1_000)
			}
			w, clock := newPast(tt.decisions), storetest.NewClock()
			o := withPast(t, tt.open(t, clock), clock, w)
			o.migratesAlike(t)
			c := newCount(w)
			r := rand.New(rand.NewPCG(1, 9))
			shown, compared := 0, 0
			for range tt.sampled {
				n := r.IntN(len(w.penalties))
				got, err := o.Similar(t.Context(), o.Director, w.penalties[n].ref)
				check(t, err)
				if c.holds(t, n, got); got.Usual != nil {
					shown++
				}
				compared += got.N
			}
			if shown < tt.sampled/2 || compared == 0 {
				t.Errorf("only %d of %d comparisons had enough like decisions", shown, tt.sampled)
			}
			groups, repeat := 0, 0
			for n := 1; n < len(w.firms); n++ {
				got, err := o.History(t.Context(), o.Director, w.firms[n].code)
				check(t, err)
				c.recalls(t, n, got)
				if got.Group {
					groups++
				}
				if got.Repeat != nil {
					repeat++
				}
			}
			if groups != 3 || repeat == 0 {
				t.Errorf("%d groups, %d repeat offenders", groups, repeat)
			}
		})
	}
}

// pastRows is the table past_decisions as text.
func (o *office) pastRows(t testing.TB) (out []string) {
	t.Helper()
	check(t, o.DB.Read(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Rows(t.Context(), "SELECT pack || code || issued_on || ' ' || penalty_id || ' ' || firm_id || ' ' || severity || ' ' || codes || ' ' || fine_fen FROM past_decisions ORDER BY penalty_id, code")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var row string
			if err := rows.Scan(&row); err != nil {
				return err
			}
			out = append(out, row)
		}
		return rows.Err()
	}))
	return out
}

// migratesAlike holds what the migration writes down of decisions that were there before it against what the steps write.
func (o *office) migratesAlike(t *testing.T) {
	t.Helper()
	kept := o.pastRows(t)
	check(t, o.DB.Write(t.Context(), func(tx *store.Tx) error {
		files, err := fs.Glob(migrations.FS, string(tx.Dialect)+"/*_past_decisions.sql")
		if err != nil || len(files) != 1 {
			t.Fatalf("migrations %v: %v", files, err)
		}
		text, err := fs.ReadFile(migrations.FS, files[0])
		if err != nil {
			return err
		}
		if _, err := tx.Exec(t.Context(), "DELETE FROM past_decisions"); err != nil {
			return err
		}
		_, err = tx.Exec(t.Context(), string(text[bytes.Index(text, []byte("INSERT INTO past_decisions")):]))
		return err
	}))
	if moved := o.pastRows(t); len(kept) == 0 || !slices.Equal(moved, kept) {
		t.Errorf("the migration writes %d rows, the steps %d, and not the same", len(moved), len(kept))
	}
}

// pastHolds fails where a step forgot to write down what stands of decisions.
func (o *office) pastHolds(t testing.TB) {
	t.Helper()
	kept := o.pastRows(t)
	check(t, o.DB.Write(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Rows(t.Context(), "SELECT id FROM penalties")
		if err != nil {
			return err
		}
		defer rows.Close()
		var ids []int64
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return enforcement.KeepPast(o.Service, t.Context(), tx, ids...)
	}))
	if again := o.pastRows(t); !slices.Equal(again, kept) {
		t.Errorf("standing decisions %v, kept %v", again, kept)
	}
}

// count is the plain way to the figures: it walks the lists.
type count struct {
	*past
	byFirm map[int][]int // penalties of a firm, with those merged into it
	found  map[int][]int // findings
	// Remembered, for the count would take a minute else.
	stands  []int64 // seconds of the day of each decision that stands; 0: none
	victims map[string][]int64
	its     [][]string
	gravest []int
}

func newCount(w *past) *count {
	c := &count{past: w, byFirm: map[int][]int{}, found: map[int][]int{}, victims: map[string][]int64{}}
	for i, p := range w.penalties {
		var on int64
		if _, _, ok := p.inForce(); ok {
			on = p.on.Unix()
		}
		codes, gravest := w.codes(&p)
		c.stands, c.its, c.gravest = append(c.stands, on), append(c.its, codes), append(c.gravest, gravest)
		c.byFirm[w.house(p.firm)] = append(c.byFirm[w.house(p.firm)], i)
	}
	for i, f := range w.findings {
		if f.firm != 0 {
			c.found[w.house(f.firm)] = append(c.found[w.house(f.firm)], i)
		}
	}
	return c
}

// back is the same day some months before, or the last of a shorter month; the other way for less than nothing.
func back(on time.Time, months int) time.Time {
	first := time.Date(on.Year(), on.Month()-time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, 0).AddDate(0, 0, -1)
	if on.Day() < last.Day() {
		return first.AddDate(0, 0, on.Day()-1)
	}
	return last
}

func (c *count) upheld(f pastFinding) bool {
	return f.superseded < 0 && (f.outcome == "substantiated" || f.outcome == "partially_substantiated")
}

// weigh counts victims and earlier decisions in the 24 months to a day.
func (c *count) weigh(n int, codes []string, to time.Time) (victims, repeat int) {
	firm, from := c.house(c.penalties[n].firm), back(to, 24).Unix()
	until := to.Unix()
	for _, on := range c.victimsOf(firm, codes) {
		if on >= from && on <= until {
			victims++
		}
	}
	for _, i := range c.byFirm[firm] {
		if on := c.stands[i]; i != n && on >= from && on <= until {
			repeat++
		}
	}
	return victims, repeat
}

// victimsOf are the days on which each case of a firm got its first upheld finding on some codes.
func (c *count) victimsOf(firm int, codes []string) []int64 {
	key := fmt.Sprint(firm, codes)
	if list, ok := c.victims[key]; ok {
		return list
	}
	first := map[int]int64{}
	for _, i := range c.found[firm] {
		f := c.findings[i]
		if !c.upheld(f) || !slices.Contains(codes, f.code) {
			continue
		}
		if at, ok := first[f.caseOf]; !ok || f.on.Unix() < at {
			first[f.caseOf] = f.on.Unix()
		}
	}
	var list []int64
	for _, on := range first {
		list = append(list, on)
	}
	c.victims[key] = list
	return list
}

type near struct {
	n, distance int
	victims     int
	repeat      int
}

// holds compares the view of a penalty with the count.
func (c *count) holds(t *testing.T, n int, got *enforcement.Comparison) {
	t.Helper()
	p := c.penalties[n]
	day := p.on
	if p.status != "issued" {
		day = c.today
	}
	codes, gravest := c.codes(&p)
	here := near{n: n}
	here.victims, here.repeat = c.weigh(n, codes, day)
	var fines []int64
	unfined := 0
	var all []near
	for i := range c.penalties {
		q, its, severity := &c.penalties[i], c.its[i], c.gravest[i]
		fine, _, ok := q.inForce()
		shared := 0
		for _, code := range its {
			if slices.Contains(codes, code) {
				shared++
			}
		}
		if !ok || i == n || shared == 0 || q.on.After(day) || c.cases[q.caseOf].pack != c.cases[p.caseOf].pack {
			continue
		}
		if fine > 0 {
			fines = append(fines, fine)
		} else {
			unfined++
		}
		x := near{n: i}
		x.victims, x.repeat = c.weigh(i, codes, q.on)
		x.distance = 2*(len(codes)-shared) + 2*(len(its)-shared) + gap(gravest, severity) + gap(doublings(here.victims), doublings(x.victims)) + gap(doublings(here.repeat), doublings(x.repeat))
		all = append(all, x)
	}
	sort.Slice(fines, func(i, j int) bool { return fines[i] < fines[j] })
	want := fmt.Sprint(codes, gravest, here.victims, here.repeat, len(fines), unfined)
	if g := fmt.Sprint(got.Here.Codes, got.Here.Severity, got.Here.Victims, got.Here.Repeat, got.N, got.Unfined); g != want {
		t.Fatalf("%s: %s, counted %s", p.ref, g, want)
	}
	if len(fines) < 30 {
		if got.Usual != nil || got.Nearest != nil || got.Fines != nil || got.Percent != -1 || got.Leaves {
			t.Errorf("%s shows %d like decisions", p.ref, len(fines))
		}
		return
	}
	if !slices.Equal(got.Fines, fines) {
		t.Errorf("%s: other fines than counted", p.ref)
	}
	c.spreads(t, p, fines, got)
	sort.Slice(all, func(i, j int) bool {
		a, b := all[i], all[j]
		if a.distance != b.distance {
			return a.distance < b.distance
		}
		if !c.penalties[a.n].on.Equal(c.penalties[b.n].on) {
			return c.penalties[a.n].on.After(c.penalties[b.n].on)
		}
		return a.n > b.n
	})
	for i, x := range all[:min(10, len(all))] {
		q := c.penalties[x.n]
		fine, _, _ := q.inForce()
		its, severity := c.codes(&q)
		want := fmt.Sprint(q.ref, q.number, q.on.Format(time.DateOnly), c.firms[q.firm].code, fine, its, severity, x.victims, x.repeat, x.distance)
		l := got.Nearest[i]
		if g := fmt.Sprint(l.Reference, l.Number, l.DecidedOn, l.FirmCode, l.FineFen, l.Codes, l.Severity, l.Victims, l.Repeat, l.Distance); g != want {
			t.Fatalf("%s, nearest %d: %s, counted %s", p.ref, i, g, want)
		}
	}
}

// spreads holds the percentiles against their meaning: so many of the fines are no higher.
func (c *count) spreads(t *testing.T, p pastPenalty, fines []int64, got *enforcement.Comparison) {
	t.Helper()
	u := got.Usual
	atMost := func(fen int64) (n int) {
		for _, f := range fines {
			if f <= fen {
				n++
			}
		}
		return n
	}
	below := func(fen int64) (n int) {
		for _, f := range fines {
			if f < fen {
				n++
			}
		}
		return n
	}
	for percent, fen := range map[int]int64{10: u.P10Fen, 50: u.MedianFen, 90: u.P90Fen} {
		if atMost(fen)*100 < percent*len(fines) || below(fen)*100 >= percent*len(fines) {
			t.Errorf("%s: %d is no percentile %d", p.ref, fen, percent)
		}
	}
	if u.N != len(fines) || u.LeastFen != fines[0] || u.MostFen != fines[len(fines)-1] {
		t.Errorf("%s: %+v", p.ref, u)
	}
	percent := -1
	if p.fine > 0 {
		percent = below(p.fine) * 100 / len(fines)
	}
	if got.Percent != percent || got.Leaves != (p.fine > 0 && (p.fine < u.P10Fen || p.fine > u.P90Fen)) {
		t.Errorf("%s with %d: percent %d, leaves %v; counted %d", p.ref, p.fine, got.Percent, got.Leaves, percent)
	}
}

func gap(a, b int) int {
	if a > b {
		return a - b
	}
	return b - a
}

func doublings(n int) (k int) {
	for ; n > 0; n /= 2 {
		k++
	}
	return k
}

// sum is a tally of the plain count.
type sum struct {
	Complaints, Findings, Decisions, Measures int
	FineFen, OtherFen, PaidFen                int64
}

func (s *sum) decide(p *pastPenalty) {
	fine, other, ok := p.inForce()
	if !ok {
		return
	}
	s.Decisions++
	s.FineFen += fine
	s.OtherFen += other
	for _, fen := range p.paid {
		s.PaidFen += fen
	}
}

// family is a firm and the subsidiaries of it and of them.
func (c *count) family(n int) map[int]bool {
	out := map[int]bool{n: true}
	for range c.firms {
		for i, f := range c.firms {
			if out[f.parent] && f.parent != 0 {
				out[i] = true
			}
		}
	}
	return out
}

// recalls compares the history of a firm with the count.
func (c *count) recalls(t *testing.T, n int, got *enforcement.History) {
	t.Helper()
	code := c.firms[n].code
	n = c.house(n)
	members := c.family(n)
	var together sum
	parts := map[string]*sum{}
	part := func(key string) *sum {
		if parts[key] == nil {
			parts[key] = &sum{}
		}
		return parts[key]
	}
	quarters := map[string][4]int{}
	at := func(on time.Time, what int) {
		key := fmt.Sprint(on.Year(), " ", (int(on.Month())+2)/3)
		q := quarters[key]
		q[what]++
		quarters[key] = q
	}
	for _, x := range c.complaints {
		lender, agency := c.houseOr0(x.lender), c.houseOr0(x.agency)
		if !members[lender] && !members[agency] {
			continue
		}
		together.Complaints++
		at(x.on, 0)
		for _, key := range c.complaintParts(n, members, lender, agency) {
			part(key).Complaints++
		}
	}
	concerns := func(accused, caseOf int) (string, bool) {
		lender := c.houseOr0(c.complaints[c.cases[caseOf].complaint].lender)
		if accused == 0 || !members[accused] && !members[lender] {
			return "", false
		}
		return c.matterPart(n, members, accused, lender), true
	}
	codes, own := map[string]int{}, map[string][]time.Time{}
	for _, f := range c.findings {
		accused := c.houseOr0(f.firm)
		key, ok := concerns(accused, f.caseOf)
		if !ok || !c.upheld(f) {
			continue
		}
		together.Findings++
		part(key).Findings++
		at(f.on, 1)
		codes[c.cases[f.caseOf].pack+f.code]++
		if accused == n {
			own[c.cases[f.caseOf].pack+f.code] = append(own[c.cases[f.caseOf].pack+f.code], f.on)
		}
	}
	listed := map[string]bool{}
	for i := range c.penalties {
		p := &c.penalties[i]
		key, ok := concerns(c.houseOr0(p.firm), p.caseOf)
		if !ok || p.status != "issued" {
			continue
		}
		listed[p.ref] = true
		together.decide(p)
		part(key).decide(p)
		if _, _, stands := p.inForce(); stands {
			at(p.on, 2)
			if c.houseOr0(p.firm) == n {
				own[c.cases[p.caseOf].pack] = append(own[c.cases[p.caseOf].pack], p.on)
			}
		}
	}
	for _, m := range c.measures {
		if key, ok := concerns(c.houseOr0(m.firm), m.caseOf); ok {
			together.Measures++
			part(key).Measures++
			at(m.on, 3)
		}
	}
	c.agrees(t, code, n, got, together, parts)
	for _, q := range got.Quarters {
		key := fmt.Sprint(q.Year, " ", q.Quarter)
		if have := [4]int{q.Complaints, q.Findings, q.Decisions, q.Measures}; have != quarters[key] {
			t.Errorf("%s in %s: %v, counted %v", code, key, have, quarters[key])
		}
		delete(quarters, key)
	}
	if len(quarters) > 0 {
		t.Errorf("%s lacks quarters %v", code, quarters)
	}
	for _, x := range got.Codes {
		if x.N != codes[x.Pack+x.Code] || x.Own != len(own[x.Pack+x.Code]) {
			t.Errorf("%s: %+v, counted %d, %d", code, x, codes[x.Pack+x.Code], len(own[x.Pack+x.Code]))
		}
		delete(codes, x.Pack+x.Code)
	}
	for _, d := range got.Decisions {
		if !listed[d.Reference] {
			t.Errorf("%s lists %s", code, d.Reference)
		}
		delete(listed, d.Reference)
	}
	if len(codes)+len(listed) > 0 {
		t.Errorf("%s lacks %v, %v", code, codes, listed)
	}
	if why := c.offends(own); !reflect.DeepEqual(why, grounds(got.Repeat)) {
		t.Errorf("%s is a repeat offender by %v, counted %v", code, grounds(got.Repeat), why)
	}
}

func (c *count) agrees(t *testing.T, code string, n int, got *enforcement.History, together sum, parts map[string]*sum) {
	t.Helper()
	if sum(got.Together) != together {
		t.Errorf("%s together: %+v, counted %+v", code, got.Together, together)
	}
	own := together
	if got.Group || c.firms[n].lender {
		own = sum{}
		if p := parts[c.firms[n].code]; p != nil {
			own = *p
		}
	}
	if sum(got.Own) != own {
		t.Errorf("%s itself: %+v, counted %+v", code, got.Own, own)
	}
	if got.Few != (together.Complaints < 5) {
		t.Errorf("%s: few is %v with %d complaints", code, got.Few, together.Complaints)
	}
	for _, p := range got.Parts {
		key := ""
		if p.Firm != nil {
			key = p.Firm.Code
		}
		if parts[key] == nil || sum(p.Tally) != *parts[key] {
			t.Errorf("%s, part %q: %+v, counted %+v", code, key, p.Tally, parts[key])
		}
		delete(parts, key)
	}
	if len(parts) > 0 {
		t.Errorf("%s lacks parts %v", code, parts)
	}
}

func (c *count) houseOr0(n int) int {
	if n == 0 {
		return 0
	}
	return c.house(n)
}

// complaintParts names the parts of a complaint: codes of firms, "" where there is none.
func (c *count) complaintParts(n int, members map[int]bool, lender, agency int) []string {
	if len(members) == 1 {
		switch {
		case lender == n && agency == 0:
			return []string{c.firms[n].code}
		case lender == n:
			return []string{c.firms[agency].code}
		case lender == 0:
			return []string{""}
		}
		return []string{c.firms[lender].code}
	}
	var out []string
	if members[lender] {
		out = append(out, c.firms[lender].code)
	}
	if members[agency] {
		out = append(out, c.firms[agency].code)
	} else if agency != 0 {
		out = append(out, c.firms[agency].code)
	}
	return out
}

func (c *count) matterPart(n int, members map[int]bool, accused, lender int) string {
	switch {
	case len(members) > 1, accused != n:
		return c.firms[accused].code
	case c.firms[n].lender:
		return c.firms[n].code
	case lender == 0:
		return ""
	}
	return c.firms[lender].code
}

// offends counts by which rule a firm offends again: two decisions of a pack in twelve months, a code found three times in six.
func (c *count) offends(days map[string][]time.Time) map[string]bool {
	out := map[string]bool{}
	for key, list := range days {
		n, months := 3, 6
		if key == "cn" || key == "us" {
			n, months = 2, 12
		}
		for _, from := range list {
			in := 0
			for _, d := range list {
				if !d.Before(from) && !d.After(back(from, -months)) {
					in++
				}
			}
			if in >= n {
				out[key] = true
			}
		}
	}
	return out
}

func grounds(list []enforcement.RepeatGround) map[string]bool {
	out := map[string]bool{}
	for _, g := range list {
		out[g.Pack+g.Code] = true
	}
	return out
}
