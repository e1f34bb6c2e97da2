package enforcement

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/firm"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// History is what the office knows of the conduct of a firm, or of a group: a firm with those whose parent it is.
//
// What counts: complaints as they were received, whatever became of them; findings that stand and uphold a complaint; decisions
// that stand, with the sums in force after every change; measures short of a penalty. A decision that was annulled is listed
// and marked, and counted nowhere. Withdrawal from the register changes nothing.
//
// A lender answers for the agencies that collect for it: what was found against an agency in a case about the lender stands in
// the agency's part and in Together, once. What was merged into a firm is the firm's.
type History struct {
	Firm  firm.Firm
	Group bool // it has subsidiaries: Parts are its members
	// Own is against the firm itself: of a lender what names no agency, of an agency everything.
	Own Tally
	// Parts share out what is in Together by firm. Of a lender: itself, then each agency, in cases about the lender. Of an
	// agency: the lenders in whose cases it was named. Of a group: each member, and the agencies from outside in their cases. The
	// sums of the parts are Together, but for complaints of a group, which may name a member and another of the firms.
	Parts    []HistoryPart
	Together Tally
	Quarters []HistoryQuarter // of Together, from the first with an entry to the last, none left out
	Codes    []HistoryCode    // upheld findings of Together
	// Decisions are those of Together, the newest first, annulled ones included.
	Decisions []HistoryDecision
	Repeat    []RepeatGround // why the firm itself is a repeat offender; nil: it is none
	Rule      RepeatRule     // of the pack of its cases
	// Few: fewer complaints in all than Minimum. A share or a comparison would say nothing then, and none is made.
	Few     bool
	Minimum int
}

// Tally counts what there is against firms. Sums are in fen and in force; Paid is what came in, less what went back.
type Tally struct {
	Complaints, Findings, Decisions, Measures int
	FineFen                                   int64
	OtherFen                                  int64 // confiscation and restitution
	PaidFen                                   int64
}

// HistoryPart is the part of one firm. Firm is nil for the cases of an agency that name no lender.
type HistoryPart struct {
	Firm   *firm.Firm
	Self   bool // of the firm whose history it is
	Member bool // of the group
	Tally
	Repeat []RepeatGround // of this firm, by what is in this part
}

// HistoryQuarter counts a quarter of a year.
type HistoryQuarter struct {
	Year, Quarter                             int
	Complaints, Findings, Decisions, Measures int
}

// HistoryCode counts the upheld findings of a code, those against the firm itself apart.
type HistoryCode struct {
	Pack, Code string
	N, Own     int
	LastOn     calendar.Date
}

// HistoryDecision is one decision with what is in force and what was paid.
type HistoryDecision struct {
	Reference, Number string
	Firm              firm.Firm
	UnitID            int64
	On                calendar.Date
	Tally                   // of this decision alone
	Stage             Stage // "" of the short way
	Changed, Annulled bool
}

// RepeatRule is when a firm is called a repeat offender: so many decisions, or so many findings of one code, within so many
// months. It is the office's own measure and no law: data of the rulebook, marked as unverified. Zero: the pack has none.
type RepeatRule struct {
	Decisions, DecisionMonths int
	Findings, FindingMonths   int
	Article                   rulebook.Text
	Verified                  bool
}

// RepeatGround is why a firm is a repeat offender: the last time that the rule was met. Code is "" for decisions.
type RepeatGround struct {
	Pack, Code string
	N          int
	From, To   calendar.Date
}

// History gathers the compliance history of a firm or group with the firms merged into it; code is the firm's. It counts over
// all units, so it needs the right to read firms and penalties. NotFound, Forbidden.
func (s *Service) History(ctx context.Context, by access.Actor, code string) (*History, error) {
	for _, act := range []access.Action{access.ReadFirm, access.ReadPenalty} {
		if err := s.d.Policy.May(by, act); err != nil {
			return nil, err
		}
	}
	f, err := s.d.Firms.ByCode(ctx, code)
	if err != nil {
		return nil, fmt.Errorf("history of %s: %w", code, err)
	}
	h := &History{Firm: *f}
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		m, err := s.loadMatters(ctx, tx, f)
		if err != nil {
			return err
		}
		h.count(m)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("history of %s: %w", code, err)
	}
	return h, nil
}

// matters is everything on which a history rests.
type matters struct {
	self       int64
	kind       firm.Kind
	members    map[int64]bool      // the firm, or the group
	firms      map[int64]firm.Firm // everybody named
	complaints []complaintCell
	findings   []matter
	decisions  []matter
	measures   []matter
	rules      map[string]RepeatRule // by pack
	minimum    int
}

// complaintCell counts complaints of one month that name the same two firms; 0 is none.
type complaintCell struct {
	lender, agency int64
	month          calendar.Month
	n              int
}

// matter is a finding, a decision or a measure against a firm, in a case about a lender (0: none).
type matter struct {
	id, accused, lender int64
	pack, code, outcome string // of a finding
	on                  calendar.Date
	decision            HistoryDecision
}

// none is the part of what has no counterpart.
const none int64 = 0

// partOf is in whose part a matter lies.
func (m *matters) partOf(accused, lender int64) int64 {
	switch {
	case len(m.members) > 1, accused != m.self: // a member; an agency, in a case about the lender or a member
		return accused
	case m.kind == firm.Agency:
		return lender
	default:
		return none
	}
}

// partsOf is in whose parts complaints lie: in one, but for a group's.
func (m *matters) partsOf(c complaintCell) []int64 {
	if len(m.members) == 1 {
		if c.lender == m.self && c.agency != m.self {
			return []int64{c.agency}
		}
		return []int64{c.lender}
	}
	var out []int64
	for _, id := range []int64{c.lender, c.agency} {
		if id != none && !slices.Contains(out, id) && (m.members[id] || id == c.agency) {
			out = append(out, id)
		}
	}
	return out
}

// count makes the figures; it is pure.
func (h *History) count(m *matters) {
	h.Group = len(m.members) > 1
	parts := map[int64]*HistoryPart{}
	part := func(id int64) *Tally {
		if parts[id] == nil {
			parts[id] = &HistoryPart{}
		}
		return &parts[id].Tally
	}
	quarters := map[int]*HistoryQuarter{}
	at := func(month calendar.Month) *HistoryQuarter { return quarterOf(quarters, month) }
	for _, c := range m.complaints {
		for _, id := range m.partsOf(c) {
			part(id).Complaints += c.n
		}
		h.Together.Complaints += c.n
		at(c.month).Complaints += c.n
	}
	for _, x := range m.findings {
		part(m.partOf(x.accused, x.lender)).Findings++
		h.Together.Findings++
		at(calendar.MonthOf(x.on)).Findings++
	}
	for _, x := range m.decisions {
		h.Decisions = append(h.Decisions, x.decision)
		part(m.partOf(x.accused, x.lender)).add(x.decision.Tally)
		h.Together.add(x.decision.Tally)
		at(calendar.MonthOf(x.on)).Decisions += x.decision.Tally.Decisions
	}
	for _, x := range m.measures {
		part(m.partOf(x.accused, x.lender)).Measures++
		h.Together.Measures++
		at(calendar.MonthOf(x.on)).Measures++
	}
	h.Quarters, h.Codes = inOrder(quarters), codesIn(m)
	slices.Reverse(h.Decisions)
	h.Repeat = m.repeats(func(x matter) bool { return x.accused == m.self })
	h.share(m, parts)
	h.Minimum, h.Few = m.minimum, h.Together.Complaints < m.minimum
	h.Rule = m.rules[m.mainPack()]
}

// share puts the parts in order: the firm itself, then by how much was found.
func (h *History) share(m *matters, parts map[int64]*HistoryPart) {
	own := func(x matter) bool { return x.accused == m.self }
	for _, id := range slices.Sorted(maps.Keys(parts)) {
		p := *parts[id]
		f, known := m.firms[id]
		switch {
		case id == m.self || id == none && m.kind == firm.Lender && !h.Group:
			p.Self, p.Firm, h.Own = true, &h.Firm, p.Tally
			p.Repeat = m.repeats(own)
		case known:
			p.Firm, p.Member = &f, h.Group && m.members[id]
			p.Repeat = m.repeats(func(x matter) bool { return m.partOf(x.accused, x.lender) == id })
		}
		h.Parts = append(h.Parts, p)
	}
	if m.kind == firm.Agency && !h.Group {
		h.Own = h.Together
	}
	rank := func(p HistoryPart) int {
		switch {
		case p.Self:
			return 0
		case p.Member:
			return 1
		case p.Firm != nil:
			return 2
		default:
			return 3
		}
	}
	slices.SortStableFunc(h.Parts, func(a, b HistoryPart) int {
		return cmp.Or(rank(a)-rank(b), b.Decisions-a.Decisions, b.Findings-a.Findings, b.Complaints-a.Complaints)
	})
}

func (t *Tally) add(o Tally) {
	t.Decisions += o.Decisions
	t.FineFen += o.FineFen
	t.OtherFen += o.OtherFen
	t.PaidFen += o.PaidFen
}

func quarterOf(all map[int]*HistoryQuarter, m calendar.Month) *HistoryQuarter {
	d := m.First()
	key := d.Year()*4 + (int(d.Month())-1)/3
	if all[key] == nil {
		all[key] = &HistoryQuarter{Year: d.Year(), Quarter: key%4 + 1}
	}
	return all[key]
}

// inOrder lists the quarters from the first to the last, with those in which nothing was.
func inOrder(all map[int]*HistoryQuarter) (out []HistoryQuarter) {
	keys := slices.Sorted(maps.Keys(all))
	if len(keys) == 0 {
		return nil
	}
	for key := keys[0]; key <= keys[len(keys)-1]; key++ {
		q := HistoryQuarter{Year: key / 4, Quarter: key%4 + 1}
		if all[key] != nil {
			q = *all[key]
		}
		out = append(out, q)
	}
	return out
}

func codesIn(m *matters) []HistoryCode {
	all := map[[2]string]*HistoryCode{}
	for _, x := range m.findings {
		c := all[[2]string{x.pack, x.code}]
		if c == nil {
			c = &HistoryCode{Pack: x.pack, Code: x.code}
			all[[2]string{x.pack, x.code}] = c
		}
		c.N++
		if x.accused == m.self {
			c.Own++
		}
		if x.on.After(c.LastOn) {
			c.LastOn = x.on
		}
	}
	out := make([]HistoryCode, 0, len(all))
	for _, c := range all {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b HistoryCode) int {
		return cmp.Or(b.N-a.N, cmp.Compare(a.Code, b.Code), cmp.Compare(a.Pack, b.Pack))
	})
	return out
}

// mainPack is the pack of the last decision or finding.
func (m *matters) mainPack() string {
	pack, last := "cn", calendar.Date{}
	for _, list := range [][]matter{m.findings, m.decisions} {
		for _, x := range list {
			if x.on.After(last) {
				pack, last = x.pack, x.on
			}
		}
	}
	return pack
}

// repeats says by which rule what was decided and found of some matters makes a repeat offender.
func (m *matters) repeats(of func(matter) bool) (out []RepeatGround) {
	days := map[[2]string][]calendar.Date{}
	for _, x := range m.decisions {
		if of(x) && x.decision.Tally.Decisions > 0 {
			key := [2]string{x.pack, ""}
			days[key] = append(days[key], x.on)
		}
	}
	for _, x := range m.findings {
		if of(x) {
			key := [2]string{x.pack, x.code}
			days[key] = append(days[key], x.on)
		}
	}
	for key, list := range days {
		r := m.rules[key[0]]
		n, months := r.Findings, r.FindingMonths
		if key[1] == "" {
			n, months = r.Decisions, r.DecisionMonths
		}
		slices.SortFunc(list, calendar.Date.Compare)
		if from, to, ok := lastWithin(list, n, months); ok {
			out = append(out, RepeatGround{Pack: key[0], Code: key[1], N: n, From: from, To: to})
		}
	}
	slices.SortFunc(out, func(a, b RepeatGround) int { return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Pack, b.Pack)) })
	return out
}

// lastWithin finds the last n of the days, in order, that lie within so many months.
func lastWithin(days []calendar.Date, n, months int) (from, to calendar.Date, ok bool) {
	if n < 1 || months < 1 {
		return from, to, false
	}
	for i := len(days) - 1; i >= n-1; i-- {
		if first := days[i-n+1]; !days[i].After(first.AddMonths(months)) {
			return first, days[i], true
		}
	}
	return from, to, false
}

// repeatRule reads the rule of a pack.
func repeatRule(p *rulebook.Pack) (r RepeatRule) {
	read := func(key string) int {
		t, _ := p.Threshold(key)
		return int(t.Value)
	}
	r = RepeatRule{Decisions: read("repeat.decisions"), DecisionMonths: read("repeat.decision_months"), Findings: read("repeat.findings"), FindingMonths: read("repeat.finding_months")}
	if t, ok := p.Threshold("repeat.decisions"); ok {
		r.Article, r.Verified = t.Article, t.Verified
	}
	return r
}
