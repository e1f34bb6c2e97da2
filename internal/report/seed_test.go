package report_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/fstest"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
	"dunwatch/internal/report/reporttest"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
	"dunwatch/web"
)

// beijing is the regulator's zone of the tests, 8 hours ahead of UTC.
var beijing = time.FixedZone("Asia/Shanghai", 8*3600)

func dayOf(t time.Time) string { return t.In(beijing).Format(time.DateOnly) }

// The world of the tests: plain data, inserted as it stands and counted again by loops that know no SQL.
type world struct {
	prompt     bool // nothing is left lying for good
	complaints []*seedComplaint
	clocks     []*seedClock
	sizes      []seedSize
}

// seedSize is what a firm said of itself for a month, in the order in which it said so.
type seedSize struct {
	firm, month              string
	customers, overdue, lent int64
}

type seedComplaint struct {
	id                             int64
	ref, pack, source, status      string
	region, product                string
	lender, agency                 int64
	auto                           bool // an import refused it
	receivedAt, decidedAt, endedAt time.Time
	readAt                         time.Time // when a person first dealt with it
	codes, channels                []string
	theCase                        *seedCase
}

type seedCase struct {
	id                         int64
	ref, outcome               string
	openedOn, closedOn, status string
	findings                   []*seedFinding
	penalties                  []*seedPenalty
	measures                   []seedMeasure
	viewedOn, actedOn          string // looked at, and something done
}

type seedMeasure struct{ kind, on string }

type seedFinding struct {
	id                     int64
	number, severity       int
	code, outcome, foundOn string
	firm, supersededBy     int64
}

type seedPenalty struct {
	id           int64
	ref          string
	firm         int64
	issuedOn     string
	fine, seized int64
	annulled     bool
	ledger       []seedMoney
}

// seedMoney is a line of a ledger: what it adds to the debt.
type seedMoney struct {
	on, kind, account string
	fen               int64
}

type seedEvent struct {
	kind, on string
	n        int
}

// seedClock counts n days of a unit; an extension counts in the same unit.
type seedClock struct {
	owner      string
	ownerID    int64
	complaint  *seedComplaint
	kind, unit string
	n          int
	events     []seedEvent
}

var seedFirms = []string{"", "L1", "L2", "A1", "A2"} // by id
var seedCodes = []string{"T01", "T03", "H02", "P01", "ZZ9"}
var seedMeasures = []string{"talk", "order"}
var seedOutcomes = []string{"substantiated", "partially_substantiated", "unsubstantiated", "inconclusive", "out_of_scope"}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// some picks a few, each once.
func some(r *rand.Rand, from []string) (out []string) {
	for _, x := range from {
		if r.IntN(3) == 0 {
			out = append(out, x)
		}
	}
	return out
}

// newWorld makes n complaints that came before now, some at the very borders of months in the regulator's zone.
func newWorld(n int, now time.Time) *world {
	w, r := &world{prompt: n > 10_000}, rand.New(rand.NewPCG(1, 2))
	borders := []string{"2026-08-31T15:59:59Z", "2026-08-31T16:00:00Z", "2026-09-30T15:59:59Z", "2026-09-30T16:00:00Z", "2025-09-30T15:59:59Z", "2025-09-30T16:00:00Z"}
	for i := range n {
		first := time.Date(2026, 6, 25, 0, 0, 0, 0, time.UTC)
		if i%4 == 0 || w.prompt { // evenly
			first = time.Date(2025, 7, 20, 0, 0, 0, 0, time.UTC)
		}
		at := first.Add(time.Duration(r.Int64N(int64(now.Sub(first)/time.Second))) * time.Second)
		if i < len(borders) {
			at, _ = time.Parse(time.RFC3339, borders[i])
		}
		w.file(r, at, now)
	}
	for i, code := range seedFirms[1:] {
		n := int64(i + 1)
		w.sizes = append(w.sizes, seedSize{code, "2025-06", 50_000 * n, 900 * n, 3_000_000_000 * n}, seedSize{code, "2026-08", 60_000 * n, 1_100 * n, 900 * n},
			seedSize{code, "2026-09", 70_000 * n, 1_200 * n, 4_000_000_000 * n}, seedSize{code, "2026-09", 71_000 * n, 1_300 * n, 5_000_000_000 * n})
	}
	w.sizes = append(w.sizes[:4], w.sizes[5:]...) // one firm says less
	return w
}

func (w *world) file(r *rand.Rand, at, now time.Time) {
	id := int64(len(w.complaints) + 1)
	c := &seedComplaint{
		id: id, ref: fmt.Sprintf("C-%d", id), pack: pick(r, "cn", "cn", "us"), source: pick(r, "web", "web", "phone", "post", "referral"), status: "received",
		region: pick(r, "330100", "110101", "FL", ""), product: pick(r, "消费贷款", "=cmd|x", ""), lender: pick[int64](r, 0, 1, 1, 2), agency: pick[int64](r, 0, 2, 3, 4),
		receivedAt: at, codes: some(r, seedCodes), channels: some(r, []string{"phone", "sms", "visit"}),
	}
	w.complaints = append(w.complaints, c)
	if t := at.Add(time.Duration(r.IntN(40*86400)) * time.Second); !t.After(now) {
		c.readAt = t
	}
	if r.IntN(12) == 0 {
		c.auto, c.status, c.decidedAt, c.endedAt = true, "not_accepted", now, now
		return
	}
	accept := w.clock("complaint", id, c, "complaint.accept", pick(r, "workday", "day"), 7+r.IntN(8), dayOf(at))
	later := func(t time.Time, days int) (time.Time, bool) {
		t = t.Add(time.Duration(1+r.IntN(days*86400)) * time.Second)
		if r.IntN(9) == 0 { // the first second of a month
			y, m, _ := t.In(beijing).Date()
			t = time.Date(y, m+1, 1, 0, 0, 0, 0, beijing)
		}
		return t, !t.After(now)
	}
	if r.IntN(4) == 0 { // asked for more, and perhaps answered
		t, ok := later(at, 6)
		if !ok {
			return
		}
		c.status = "supplement"
		accept.happen("suspend", dayOf(t), 0)
		own := w.clock("complaint", id, c, "complaint.supplement", "day", 10, dayOf(t))
		if t, ok = later(t, 30); !ok || r.IntN(3) == 0 && !w.prompt {
			return
		}
		c.status = "received"
		accept.happen("resume", dayOf(t), 0)
		own.happen("stop", dayOf(t), 0)
		at = t
	}
	w.decide(r, c, accept, at, later)
}

func (w *world) decide(r *rand.Rand, c *seedComplaint, accept *seedClock, at time.Time, later func(time.Time, int) (time.Time, bool)) {
	t, ok := later(at, 25)
	if !ok || r.IntN(8) == 0 && !w.prompt {
		return
	}
	accept.happen("stop", dayOf(t), 0)
	switch k := r.IntN(20); {
	case k < 1:
		c.status, c.endedAt = "withdrawn", t
		return
	case k < 4:
		c.status, c.decidedAt, c.endedAt = "not_accepted", t, t
		return
	case k < 6:
		c.status, c.decidedAt, c.endedAt = "referred", t, t
		return
	}
	c.status, c.decidedAt = "accepted", t
	k := &seedCase{id: c.id + 1000, ref: fmt.Sprintf("K-%d", c.id), openedOn: dayOf(t), status: "investigating"}
	c.theCase = k
	if u, ok := later(t, 30); ok && r.IntN(2) == 0 {
		k.viewedOn = dayOf(u)
		if r.IntN(2) == 0 {
			k.actedOn = dayOf(u.Add(-time.Hour))
		}
	}
	if u, ok := later(t, 30); ok && r.IntN(3) == 0 {
		k.measures = append(k.measures, seedMeasure{pick(r, seedMeasures...), dayOf(u)})
	}
	answer := w.clock("case", k.id, c, "firm.answer", "day", 15, dayOf(t))
	if u, ok := later(t, 10); ok && r.IntN(5) == 0 {
		answer.happen("extend", dayOf(u), 10)
		t = u
	}
	var again *seedClock
	if r.IntN(4) == 0 {
		again = w.clock("case", k.id, c, "firm.answer#2", "day", 7, dayOf(t))
	}
	w.investigate(r, c, t, later)
	if u, ok := later(t, 60); ok && (r.IntN(2) == 0 || w.prompt) && !w.underWay(k) {
		if len(k.penalties) > 0 { // a case closes after its decision
			if d, _ := time.ParseInLocation(time.DateOnly, k.penalties[0].issuedOn, beijing); u.Before(d.AddDate(0, 0, 1)) {
				return
			}
		}
		k.status, k.closedOn, c.status, c.endedAt = "closed", dayOf(u), "closed", u
		answer.happen("stop", dayOf(u), 0)
		if again != nil {
			again.happen("stop", dayOf(u), 0)
		}
		k.outcome = best(k.findings)
		notice := w.clock("complaint", c.id, c, "complaint.result_notice", "workday", 7, dayOf(u))
		if v, ok := later(u, 90); ok && r.IntN(2) == 0 {
			notice.happen("stop", dayOf(v), 0)
		}
	}
}

func (w *world) underWay(k *seedCase) bool {
	return len(k.penalties) > 0 && k.penalties[0].issuedOn == ""
}

func best(findings []*seedFinding) string {
	for _, o := range seedOutcomes {
		for _, f := range findings {
			if f.supersededBy == 0 && f.outcome == o {
				return o
			}
		}
	}
	return "no_finding"
}

func (w *world) investigate(r *rand.Rand, c *seedComplaint, at time.Time, later func(time.Time, int) (time.Time, bool)) {
	k := c.theCase
	upheld := false
	for n := range r.IntN(4) {
		t, ok := later(at, 20)
		if !ok {
			return
		}
		f := &seedFinding{id: k.id*10 + int64(n), number: n + 1, severity: 1 + r.IntN(5), code: pick(r, seedCodes...), outcome: pick(r, seedOutcomes...), foundOn: dayOf(t), firm: c.agency}
		if f.firm == 0 {
			f.firm = c.lender
		}
		if n > 0 && r.IntN(4) == 0 {
			k.findings[n-1].supersededBy = f.id
		}
		k.findings = append(k.findings, f)
		upheld = upheld || f.outcome == "substantiated" && f.firm != 0
	}
	if t, ok := later(at, 40); ok && upheld {
		p := &seedPenalty{id: k.id, ref: fmt.Sprintf("P-%d", k.id), firm: pick(r, c.lender, c.agency), fine: int64(r.IntN(5)) * 100_000, seized: int64(r.IntN(2)) * 1_234_567}
		if p.firm == 0 {
			p.firm = max(c.lender, c.agency)
		}
		k.penalties, k.status = append(k.penalties, p), "enforcement"
		if r.IntN(4) > 0 {
			p.issuedOn = dayOf(t)
			p.annulled = r.IntN(6) == 0
			pay := w.clock("penalty", p.id, c, "penalty.pay", "day", 15, p.issuedOn)
			u, ok := later(t, 30)
			if ok {
				pay.happen("stop", dayOf(u), 0)
			}
			p.bill(r, t, u, ok)
		}
	}
}

func (w *world) clock(owner string, id int64, c *seedComplaint, kind, unit string, n int, on string) *seedClock {
	k := &seedClock{owner: owner, ownerID: id, complaint: c, kind: kind, unit: unit, n: n, events: []seedEvent{{"start", on, 0}}}
	w.clocks = append(w.clocks, k)
	return k
}

func (k *seedClock) happen(kind, on string, n int) {
	k.events = append(k.events, seedEvent{kind, on, n})
}

// desk is the service over a database with the data that the binary carries.
type desk struct {
	*report.Service
	book      *rulebook.Book
	calendars map[string]*calendar.Calendar
	words     *locale.Catalog
}

func newDesk(t testing.TB, db *store.DB) desk {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	policy := lawtest.Policy(t)
	book := lawtest.Book(t)
	calendars := lawtest.Calendars(t)
	own := fstest.MapFS{} // the report must not lean on the words of others
	for _, lang := range locale.Langs {
		for _, file := range []string{"report", "report_definition", "report_form", "report_numbered"} {
			name := "locales/" + string(lang) + "/" + file + ".yaml"
			text, err := web.FS.ReadFile(name)
			must(err)
			own[name] = &fstest.MapFile{Data: text}
		}
	}
	words, err := locale.Load(own)
	must(err)
	return desk{report.New(db, nil, policy, book, calendars, beijing, words), book, calendars, words}
}

// oracle counts what stands in the database a second time.
func (d desk) oracle(t testing.TB, db *store.DB) reporttest.Oracle {
	t.Helper()
	return reporttest.Of(reporttest.Read(t, db), d.book, d.calendars, beijing, now)
}

// supervisor may read reports, public may not.
var supervisor = access.Actor{Role: access.Supervisor, UserID: 1, UnitID: 1}

var now = storetest.Start

// bill writes the ledger of a penalty: some paid, some paid too much and got it back, some lowered, some with surcharges of
// days that lie ahead.
func (p *seedPenalty) bill(r *rand.Rand, issued, paid time.Time, isPaid bool) {
	line := func(at time.Time, kind, account string, fen int64) {
		if fen != 0 {
			p.ledger = append(p.ledger, seedMoney{dayOf(at), kind, account, fen})
		}
	}
	line(issued, "imposed", "fine", p.fine)
	line(issued, "imposed", "confiscation", p.seized)
	switch r.IntN(4) {
	case 0:
		if isPaid {
			line(paid, "payment", "fine", -p.fine)
		}
	case 1:
		if isPaid {
			line(paid, "payment", "confiscation", -p.seized)
			line(paid.AddDate(0, 0, 9), "changed", "confiscation", -p.seized/2)
			line(paid.AddDate(0, 0, 12), "refund", "confiscation", p.seized/2)
		}
	default:
		for day := range 40 {
			line(issued.AddDate(0, 0, 16+day), "surcharge", "surcharge", p.fine*3/100)
		}
	}
}
