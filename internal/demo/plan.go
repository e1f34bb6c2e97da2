package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/firm"
)

// seedOf is the seed of all chance in the demo.
const seedOf = 0x64756e7761746368

// plan is one complaint before it is filed.
type plan struct {
	n      int
	at     time.Time
	r      *rand.Rand // of this complaint alone: one more draw here moves nothing elsewhere
	kind   *kind
	lender maker
	agency maker // zero: not known to the complainant
	unit   string
	source string
	filing complaint.Filing
	proof  []string // kinds of the files that come with it
	inbox  bool     // nobody has screened it yet
}

// key is the idempotency key: it makes the access code the same for the same
// master key.
func (p *plan) key() string { return fmt.Sprintf("demo-%04d", p.n) }

// planner draws plans.
type planner struct {
	zone  *time.Location
	first calendar.Date
	links []link
	used  map[string]bool // narratives told already
}

// plans draws every complaint up to until, oldest first.
func (o *office) plans() []*plan {
	r := rand.New(rand.NewPCG(seedOf, 1))
	w := planner{zone: o.d.Zone, first: o.first, links: o.links(), used: map[string]bool{}}
	times := arrivals(r, o.cal, o.d.Zone, o.first, o.until)
	type slot struct {
		at  time.Time
		hot *hotDay
	}
	var slots []slot
	for _, t := range times {
		slots = append(slots, slot{at: t})
	}
	for i := range hotDays {
		h := &hotDays[i]
		day := calendar.OfTime(o.until.In(o.d.Zone)).AddDays(-h.before)
		for range h.n {
			slots = append(slots, slot{momentOf(r, day, o.d.Zone), h})
		}
	}
	slices.SortStableFunc(slots, func(a, b slot) int { return a.at.Compare(b.at) })
	out := make([]*plan, len(slots))
	for i, s := range slots {
		p := &plan{n: i + 1, at: s.at, r: rand.New(rand.NewPCG(seedOf, uint64(i)+100))}
		w.draw(p, s.hot, o.until)
		out[i] = p
	}
	waiting(out, o.until)
	return out
}

// waiting marks what lies in the inbox today: the newest, and a few that should
// have been screened long ago.
func waiting(all []*plan, until time.Time) {
	const newest, forgotten = 18, 7
	for _, p := range all[max(0, len(all)-newest):] {
		p.inbox = true
	}
	n := 0
	for i := len(all) - newest - 1; i >= 0 && n < forgotten; i-- {
		age := until.Sub(all[i].at)
		if age > 11*24*time.Hour && i%5 == 0 {
			all[i].inbox = true
			n++
		}
	}
}

func (w *planner) draw(p *plan, hot *hotDay, until time.Time) {
	r := p.r
	pack, lang := "cn", "zh"
	switch n := r.IntN(100); {
	case hot != nil:
	case n < 5:
		lang = "en"
	case n < 10:
		pack, lang = "us", "en"
	}
	late := until.Sub(p.at) < 55*24*time.Hour
	p.lender = drawMaker(r, makersOf(pack, firm.Lender), late)
	p.kind = drawKind(r, lang)
	if hot != nil {
		p.lender, p.kind = makerOf(hot.lender), kindOf(hot.code)
	}
	day := calendar.OfTime(p.at.In(w.zone))
	p.agency = w.agencyOf(r, p.lender, day, late)
	p.unit = p.lender.unit
	if p.agency.code != "" && r.IntN(100) < 45 {
		p.unit = unitAgency
	}
	p.source = drawSource(r)
	p.proof = drawProof(r, p.kind)
	w.fill(p, pack, lang, day)
}

// drawMaker draws a firm by weight.
func drawMaker(r *rand.Rand, list []maker, late bool) maker {
	weight := func(m maker) int {
		if late {
			return m.weight + m.late
		}
		return m.weight
	}
	total := 0
	for _, m := range list {
		total += weight(m)
	}
	n := r.IntN(total)
	for _, m := range list {
		if n -= weight(m); n < 0 {
			return m
		}
	}
	return list[0]
}

func makerOf(code string) maker {
	i := slices.IndexFunc(makers, func(m maker) bool { return m.code == code })
	return makers[i]
}

func kindsIn(lang string) []kind {
	if lang == "en" {
		return englishKinds
	}
	return zhKinds
}

func drawKind(r *rand.Rand, lang string) *kind {
	list := kindsIn(lang)
	total := 0
	for i := range list {
		total += list[i].weight
	}
	n := r.IntN(total)
	for i := range list {
		if n -= list[i].weight; n < 0 {
			return &list[i]
		}
	}
	return &list[0]
}

func kindOf(code string) *kind {
	i := slices.IndexFunc(zhKinds, func(k kind) bool { return k.code == code })
	return &zhKinds[i]
}

// agencyOf draws one of the agencies that collected for the lender on the day;
// a third of the people do not know who rang.
func (w *planner) agencyOf(r *rand.Rand, lender maker, day calendar.Date, late bool) maker {
	var list []maker
	for _, l := range w.links {
		if l.lender == lender.code && !day.Before(l.from) && (l.to.IsZero() || !day.After(l.to)) {
			list = append(list, makerOf(l.agency))
		}
	}
	if len(list) == 0 || r.IntN(3) == 0 {
		return maker{}
	}
	return drawMaker(r, list, late)
}

func drawSource(r *rand.Rand) string {
	switch n := r.IntN(100); {
	case n < 72:
		return "web"
	case n < 86:
		return "phone"
	case n < 90:
		return "visit"
	case n < 94:
		return "post"
	case n < 97:
		return "email"
	default:
		return "referral"
	}
}

func drawProof(r *rand.Rand, k *kind) []string {
	if r.IntN(100) >= 30 {
		return nil
	}
	n := 1
	if r.IntN(7) == 0 {
		n = min(2, len(k.proof))
	}
	from := r.IntN(len(k.proof))
	var out []string
	for i := range n {
		out = append(out, k.proof[(from+i)%len(k.proof)])
	}
	return out
}

// fill writes the filing of a plan.
func (w *planner) fill(p *plan, pack, lang string, day calendar.Date) {
	r := p.r
	to := day.AddDays(-r.IntN(9))
	from := to.AddDays(-2 - r.IntN(26))
	place := drawPlace(r, pack)
	number := drawNumber(r, pack, p.lender, p.agency)
	f := facts{
		app: p.lender.called(), agency: p.agency.called(), city: place.city, number: number,
		from: from, to: to, loan: from.AddMonths(-5 - r.IntN(22)), dollars: pack == "us",
		months: pick(r, []int{6, 12, 12, 12, 24, 36}), paid: 2 + r.IntN(8), overdue: 4 + r.IntN(140),
		small: 3 + r.IntN(7), many: 9 + r.IntN(42), flood: 70 + r.IntN(390),
		amount: drawAmount(r),
	}
	since := (from.Year()-f.loan.Year())*12 + int(from.Month()-f.loan.Month())
	f.paid = max(min(f.paid, f.months-1, since-2), 1)
	f.fee = max(f.amount/int64(f.months)*int64(100+r.IntN(40))/10000*100, 200)
	f.owed = max(f.amount*int64(30+r.IntN(60))/100/10*10, 300)
	if lang == "en" && pack == "cn" {
		f.app, f.agency, f.city = p.lender.latin(), p.agency.latin(), place.english
	}
	s := tell(r, lang, p.kind, f)
	for w.used[s.narrative] {
		s = tell(r, lang, p.kind, f)
	}
	w.used[s.narrative] = true
	c := complaint.Filing{
		Pack: pack, Language: lang, Track: complaint.TrackComplaint,
		Violations: []string{p.kind.code}, Channels: p.kind.channels[:1+r.IntN(len(p.kind.channels))],
		OccurredFrom: from.String(), OccurredTo: to.String(), Narrative: s.narrative, Demand: s.demand,
		Lender: complaint.Party{Code: p.lender.code}, ConsentToForward: r.IntN(8) > 0, Declaration: true,
	}
	if r.IntN(3) == 0 && len(p.kind.also) > 0 {
		c.Violations = append(c.Violations, pick(r, p.kind.also))
	}
	if r.IntN(4) == 0 { // most choose from the list, some type the name that they know
		c.Lender = complaint.Party{Name: p.lender.called()}
	}
	if p.agency.code != "" {
		c.Agency = complaint.Party{Code: p.agency.code}
	} else {
		c.AgencyUnknown = true
	}
	if !p.kind.third {
		c.Loan = complaint.Loan{Product: f.app, AmountFen: f.amount * 100, ContractDate: f.loan.String()}
	}
	if r.IntN(100) < 62 {
		c.Accused = append(c.Accused, complaint.Accused{Kind: "phone", Value: number})
	}
	if slices.Contains(c.Channels, "social") && r.IntN(2) == 0 {
		c.Accused = append(c.Accused, complaint.Accused{Kind: "wechat", Value: fmt.Sprintf("wx_demo%04d", 1000+r.IntN(60))})
	}
	w.sign(p, &c, place)
	p.filing = c
}

// sign says who complains: most with their name, informers in part without.
func (w *planner) sign(p *plan, c *complaint.Filing, place place) {
	r := p.r
	switch n := r.IntN(100); {
	case n < 78 || c.Pack != "cn":
	case n < 97:
		c.Track, c.HideIdentity = complaint.TrackReport, true
		if r.IntN(5) < 2 {
			c.Anonymous, c.HideIdentity = true, false
			c.Complainant.Region = place.code
			return
		}
	default:
		c.Track = complaint.TrackPetition
	}
	c.Complainant = drawPerson(r, c.Pack, c.Language, place, p.n)
}

func drawAmount(r *rand.Rand) int64 {
	return pick(r, []int64{1500, 2000, 3000, 3000, 5000, 5000, 6000, 8000, 8600, 10000, 10000, 12000, 15000, 18000, 20000, 26000, 30000, 50000, 80000, 120000})
}

// clean reports a narrative without a slot left open.
func clean(s string) bool { return !strings.ContainsAny(s, "{}@") }
