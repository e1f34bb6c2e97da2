package enforcement

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/rulebook"
)

// The people of the model by id. The roles are the policy's matter; here everybody tries everything.
const (
	pApplicant int64 = iota + 1
	pSecond
	pThird
	pTrier
	pLegal
	pDirector
	pOther
	pRecused
)

type model struct {
	sc    *scene
	taken map[Step]int
}

func law(t testing.TB) (*rulebook.Pack, *calendar.Calendar) {
	t.Helper()
	book := lawtest.Book(t)
	cals := lawtest.Calendars(t)
	pack, _ := book.Pack("cn")
	return pack, cals[pack.Calendar]
}

func newModel(pack *rulebook.Pack, cal *calendar.Calendar) *model {
	finding := func(n int) casework.Finding {
		return casework.Finding{ID: int64(n), Number: n, Code: "H02", Severity: 3, Outcome: "substantiated", ActedOn: calendar.MustDate("2026-03-02"),
			Reasons: "录音和通话记录相互印证", Evidence: []string{"E-1"}, FoundBy: pApplicant}
	}
	everybody := map[int64]bool{pSecond: true, pThird: true, pRecused: true}
	return &model{taken: map[Step]int{}, sc: &scene{
		p: &Penalty{Case: &casework.Case{OfficerID: pApplicant}, Firm: firm.Firm{ID: 1, Name: "诚信催收服务有限公司"}, ProposedBy: pApplicant},
		c: &Course{Stage: StageLead, Apply: &Apply{}, Sentence: &Sentence{}}, pack: pack, cal: cal, today: calendar.MustDate("2026-03-09"),
		standing: []casework.Finding{finding(1), finding(2)}, fined: map[int64]bool{}, recused: map[int64]bool{pRecused: true}, former: map[int64]bool{},
		officers: everybody, files: map[string]bool{"E-1": true}, chairs: map[int64]bool{pLegal: true, pOther: true, pDirector: true},
	}}
}

// try takes a step as the service does, without a database.
func (m *model) try(by int64, d Deed) error {
	sc := m.sc
	sc.by = access.Actor{UserID: by, Role: access.Supervisor}
	sc.number = "〔2026〕1号"
	for id := range sc.chairs { // as the service finds them
		sc.chairs[id] = !slices.Contains(sc.c.Investigators, id)
	}
	if err := sc.allow(d); err != nil {
		return err
	}
	c := sc.c
	c.take(Taken{Number: len(c.Taken) + 1, Step: d.Step(), On: sc.today, ActorRole: "supervisor", ActorID: by, Deed: d},
		func(shares []Share) bool { return trigger(sc.pack, sc.level, shares) })
	switch d := d.(type) {
	case *Conclude:
		sc.p.Findings = sc.findings
		sc.p.FineFen, sc.p.ConfiscationFen = sums(sc.pack, totals(d.Shares))
	case *Revise:
		sc.p.FineFen, sc.p.ConfiscationFen = sums(sc.pack, totals(d.Shares))
	}
	m.taken[d.Step()]++
	return nil
}

const said = "经查证属实，情况如上，特此说明。"

// draw makes a deed of a step, mostly sound.
func (m *model) draw(t *rapid.T, step Step) Deed {
	sc, c := m.sc, m.sc.c
	often := func(label string) bool { return rapid.IntRange(0, 9).Draw(t, label) > 1 }
	seldom := func(label string) bool { return rapid.IntRange(0, 9).Draw(t, label) < 3 }
	one := func(label string, list ...string) string { return rapid.SampledFrom(list).Draw(t, label) }
	sum := func(label string) int64 {
		if rapid.IntRange(0, 39).Draw(t, label+" wrong") == 0 { // nothing, less than nothing, and more than any law allows
			return rapid.SampledFrom([]int64{0, -1, maxAmount + 1, 900_000_000_00}).Draw(t, label+" instead")
		}
		return rapid.Int64Range(1, 50).Draw(t, label) * 1_000_000
	}
	sentence := func() Sentence {
		s := Sentence{Basis: []string{"cn-cpl-56"}, Facts: said, Reasons: said}
		if rapid.IntRange(0, 9).Draw(t, "other norm") == 0 {
			s.Basis = append(s.Basis, "cn-bsl-48")
		}
		if len(c.Persons) > 0 && seldom("person") {
			s.Shares = append(s.Shares, Share{Party: 2, Kind: "fine", AmountFen: rapid.Int64Range(1, 9).Draw(t, "person's") * 1_000_000})
			s.Basis = []string{"cn-cpl-56", "cn-bsl-48"}
		}
		if seldom("factor") {
			s.Factors = []Factor{{Key: "harm_removed", Effect: one("effect", "lighter", "mitigated", "heavier"), Evidence: [][]string{{"E-1"}, {"E-9"}, {"退赔凭证"}, nil}[rapid.IntRange(0, 3).Draw(t, "cited")]}}
		}
		if often("fine") {
			s.Shares = append(s.Shares, Share{Party: 1, Kind: "fine", AmountFen: sum("fine of")})
		}
		if seldom("confiscation") {
			s.Shares = append(s.Shares, Share{Party: 1, Kind: confiscate, AmountFen: sum("confiscation of")})
			if seldom("large") {
				s.Shares[len(s.Shares)-1].AmountFen *= 10
			}
		}
		if seldom("warning") || len(s.Shares) == 0 {
			s.Shares = append(s.Shares, Share{Party: 1, Kind: "warning"})
		}
		return s
	}
	means := one("means", "direct", "direct", "mail", "public", "electronic")
	consent, failed := one("consent", "", "同意书"), one("failed", "", "直接、邮寄送达均被退回")
	all := often("every party")
	switch step {
	case StepApply:
		return &Apply{Firm: "A1", Codes: []string{"H02"}, ActedTo: sc.today.AddDays(-rapid.IntRange(0, 900).Draw(t, "ago")), Facts: said}
	case StepFile:
		return &FileCase{Second: rapid.SampledFrom([]int64{pSecond, pThird, pRecused, pApplicant}).Draw(t, "second"), Reasons: said}
	case StepRefuse:
		return &RefuseFiling{Reasons: said}
	case StepOfficers:
		return &Officers{Second: rapid.SampledFrom([]int64{pSecond, pThird, pRecused}).Draw(t, "second"), Reasons: said}
	case StepInvestigate:
		return &Investigate{CardsShown: often("cards"), Told: said}
	case StepPreserve:
		return &Preserve{What: said, Approved: said}
	case StepPreserved:
		return &DecidePreserved{Decision: said}
	case StepSuspend:
		return &Suspend{Ground: "expert", Reasons: said}
	case StepResume:
		return &Resume{Reasons: said}
	case StepExtend:
		return &Extend{Days: rapid.IntRange(0, 90).Draw(t, "more days"), Basis: "规章另有规定", Reasons: said}
	case StepAskRecusal:
		return &AskRecusal{Against: "承办人", Reasons: said}
	case StepRecusal:
		return &DecideRecusal{Request: rapid.IntRange(1, max(1, len(c.Objections))).Draw(t, "request"), Upheld: rapid.IntRange(0, 19).Draw(t, "upheld") == 0,
			Person: rapid.SampledFrom([]int64{0, pThird, pRecused}).Draw(t, "person"), Reasons: said}
	case StepConclude:
		d := &Conclude{Report: said, Findings: []int{1, 2}[:rapid.IntRange(1, 2).Draw(t, "findings")]}
		if seldom("with a person") {
			d.Persons = []Person{{Name: "刘德厚", Post: "催收主管"}}
		}
		if seldom("address") {
			d.Address = "杭州市西湖区文三路1号"
		}
		was := c.Persons
		c.Persons = d.Persons // what the sentence draws from
		d.Sentence = sentence()
		c.Persons = was
		return d
	case StepTry:
		d := &Try{Agree: often("agree"), Report: said, Complex: seldom("complex"), Major: seldom("major")}
		if seldom("legal") {
			d.Legal = []string{"public_interest"}
		}
		return d
	case StepLegalReview:
		return &LegalReview{Passed: often("passed"), Opinion: said}
	case StepRevise:
		d := &Revise{Why: said, Sentence: sentence()}
		if seldom("new facts") {
			d.NewFacts = said
		}
		return d
	case StepNotice:
		return &Notice{Means: means, Proof: said, Consent: consent, Failed: failed, AllParties: all, HearingTold: often("told")}
	case StepDefend:
		return &Defend{Text: said}
	case StepReply:
		return &ReplyDefence{Defence: rapid.IntRange(1, max(1, len(c.Defences))).Draw(t, "which"), Adopted: one("adopted", "yes", "partly", "no"), Reasons: said}
	case StepWaive:
		return &Waive{What: one("what", "defence", "hearing"), Proof: said, AllParties: all}
	case StepAskHearing:
		return &AskHearing{Text: said}
	case StepSetHearing:
		return &SetHearing{On: sc.today.AddDays(rapid.IntRange(1, 20).Draw(t, "in")), Place: said, Proof: said, Means: means, Consent: consent, Failed: failed, Chair: rapid.SampledFrom([]int64{pLegal, pOther, pSecond}).Draw(t, "chair")}
	case StepHold:
		return &HoldHearing{Absent: seldom("absent"), Record: said, Signed: often("signed")}
	case StepHearReport:
		return &ReportHearing{Report: said}
	case StepDeliberate:
		return &Deliberate{Members: []string{"甲", "乙"}, Minutes: said, Agree: often("agree")}
	case StepApprove:
		return &ApproveCase{}
	case StepReturn:
		return &ReturnCase{To: one("to", "investigation", "trial"), Reasons: said}
	case StepIssue:
		return &IssueCase{Account: one("account", "国库专户", "国库专户", ""), Address: one("at", "杭州市西湖区文三路1号", ""), LateReason: one("late", "规章另有规定，案情复杂", "")}
	case StepNoPenalty:
		return &NoPenalty{Ground: "slight", Reasons: said, Evidence: []string{"E-1"}, LateReason: said}
	case StepTransfer:
		return &Transfer{Authority: "police", Reasons: said, FileSent: often("file")}
	case StepServe:
		return &Serve{Means: means, Proof: said, Consent: consent, Failed: failed, AllParties: all}
	case StepPublish:
		return &Publish{Facts: said}
	case StepCorrect:
		return &CorrectPublication{Facts: said, Reasons: said}
	case StepWithdraw:
		return &WithdrawPublication{Reasons: said}
	case StepPay, StepRefund:
		l := sc.ledger(sc.today)
		b := Balance{Party: 1, Account: AccountFine}
		if len(l.Balances) > 0 {
			b = rapid.SampledFrom(l.Balances).Draw(t, "account")
		}
		n := max(b.OutstandingFen, -b.OutstandingFen)
		if seldom("part") && n > 1 {
			n = rapid.Int64Range(1, n).Draw(t, "sum")
		}
		if step == StepRefund {
			return &Refund{Party: b.Party, Account: b.Account, AmountFen: n, Receipt: "R-1"}
		}
		if !often("right sum") {
			n++
		}
		return &Pay{Party: b.Party, Account: b.Account, AmountFen: n, Receipt: "R-1"}
	case StepAskParts:
		return &AskInstalments{Party: 1, Hardship: said, Proof: said}
	case StepAllowParts:
		n := amountDue(sc, AccountFine)
		if n < 2 {
			n = 2
		}
		first := rapid.Int64Range(1, n-1).Draw(t, "first")
		return &AllowInstalments{Party: 1, Reasons: said, Parts: []Part{{sc.today.AddDays(10), first}, {sc.today.AddDays(40), n - first}}}
	case StepRefuseParts:
		return &RefuseInstalments{Party: 1, Reasons: said}
	case StepChallenge:
		return &Challenge{Kind: one("kind", "review", "suit"), Body: said}
	case StepChallengeEnd:
		return &ChallengeEnded{Outcome: one("outcome", Outcomes...)}
	case StepDemand:
		return &Demand{Means: means, Proof: said, Consent: consent, Failed: failed}
	case StepCourt:
		return &Court{Name: said}
	case StepExecuted:
		return &Executed{Exhausted: often("exhausted"), Note: said}
	case StepChange:
		if seldom("annul") {
			return &Change{Annul: true, Order: "own", Reasons: said}
		}
		shares := slices.Clone(c.inForce())
		for i := range shares {
			if shares[i].AmountFen > 0 {
				shares[i].AmountFen = max(1, shares[i].AmountFen*rapid.Int64Range(5, 11).Draw(t, "tenths")/10)
			}
		}
		return &Change{Shares: shares, Order: "review", Reasons: said}
	case StepClose:
		return &CloseCase{Report: said}
	default:
		return &ArchiveCase{Place: said}
	}
}

// distractions are steps that a case can take without end: seldom here, or few cases would come to a decision.
var distractions = []Step{StepAskRecusal, StepDefend, StepPreserve, StepSuspend, StepOfficers, StepExtend, StepWaive, StepRefuseParts}

// next picks a step that nothing keeps from being taken, and somebody for it: random steps alone seldom come to a decision.
func (m *model) next(t *rapid.T, by int64, endings bool) (int64, Step) {
	sc := m.sc
	early := []Step{StepRefuse, StepTransfer, StepNoPenalty, StepReturn}
	var open []Step
	who := map[Step]int64{}
	for _, s := range Steps {
		if !s.fits(sc.c.Stage) || !endings && slices.Contains(early, s) {
			continue
		}
		again := slices.Contains(distractions, s) || (s == StepNotice || s == StepRevise) && len(sc.c.Notices) > 0
		if again && rapid.IntRange(0, 14).Draw(t, "again") > 0 {
			continue
		}
		for _, id := range []int64{by, pDirector, pTrier, pLegal, pOther} {
			sc.by = access.Actor{UserID: id, Role: access.Supervisor}
			if sc.barred(s) == noPart && len(sc.lacks(s)) == 0 {
				open, who[s] = append(open, s), id
				break
			}
		}
	}
	if len(open) == 0 {
		return by, rapid.SampledFrom(Steps).Draw(t, "nothing open")
	}
	for _, s := range []Step{StepRecusal, StepReply, StepHearReport, StepHold, StepSetHearing, StepAskHearing, StepApprove, StepIssue, StepServe, StepTry, StepConclude, StepExecuted, StepCourt, StepDemand} { // forward, more often than not
		if _, ok := who[s]; ok && rapid.IntRange(0, 2).Draw(t, "forward") == 0 {
			return who[s], s
		}
	}
	s := rapid.SampledFrom(open).Draw(t, "open step")
	return who[s], s
}

// first is the number of the first taken step of a kind after another; 0 where there is none.
func (c *Course) first(step Step, after int) int {
	for _, t := range c.Taken {
		if t.Step == step && t.Number > after {
			return t.Number
		}
	}
	return 0
}

// Every path of the machine with random deeds by random people: what must never happen does not.
func TestCourseModel(t *testing.T) {
	pack, cal := law(t)
	reached := map[Step]int{}
	run := func(rt *rapid.T) {
		m := newModel(pack, cal)
		if m.try(pApplicant, m.draw(rt, StepApply)) != nil {
			return
		}
		endings := rapid.IntRange(0, 9).Draw(rt, "may end early") == 0
		for range 250 {
			by := rapid.SampledFrom([]int64{pApplicant, pSecond, pThird, pTrier, pLegal, pDirector, pOther, pRecused}).Draw(rt, "by")
			step := rapid.SampledFrom(Steps).Draw(rt, "any step")
			if rapid.IntRange(0, 9).Draw(rt, "fitting") > 1 {
				by, step = m.next(rt, by, endings)
			}
			if step == StepApply {
				continue
			}
			err := m.try(by, m.draw(rt, step))
			if err != nil && fault.KindOf(err) == fault.Internal {
				rt.Fatalf("%s: %v", step, err)
			}
			m.hold(rt)
			m.sc.today = m.sc.today.AddDays(rapid.SampledFrom([]int{0, 0, 0, 1, 3, 8, 20, 200}).Draw(rt, "days"))
		}
		for s, n := range m.taken {
			reached[s] += n
		}
	}
	unreached := func() (out []Step) {
		for _, s := range Steps {
			if reached[s] == 0 {
				out = append(out, s)
			}
		}
		return out
	}
	for round := range 20 {
		rapid.Check(t, run)
		if t.Failed() || round > 4 && len(unreached()) == 0 {
			break
		}
	}
	t.Log(reached)
	if left := unreached(); len(left) > 0 && !t.Failed() {
		t.Errorf("no random path came to %v", left)
	}
}

// hold checks what must be true of every course, counted from its steps alone.
func (m *model) hold(t *rapid.T) {
	sc, c := m.sc, m.sc.c
	last := c.Taken[len(c.Taken)-1]
	switch last.Step {
	case StepApprove, StepIssue:
		m.holdDecision(t, last)
	case StepClose:
		m.holdClose(t)
	case StepReply, StepHold, StepHearReport, StepDeliberate, StepExtend, StepRecusal:
		if slices.Contains(c.Investigators, last.ActorID) || last.ActorID == pApplicant {
			t.Fatalf("%s by %d, who investigated", last.Step, last.ActorID)
		}
	case StepArchive:
		if c.NoPenalty != nil && c.first(StepServe, 0) == 0 {
			t.Fatal("archived before the decision for no penalty was served")
		}
	case StepFile:
		if last.ActorID == pApplicant || c.Second == pRecused || c.Second == c.Lead {
			t.Fatalf("filed by %d with second officer %d", last.ActorID, c.Second)
		}
	case StepTry, StepLegalReview:
		if slices.Contains(c.Investigators, last.ActorID) {
			t.Fatalf("%s by an investigator", last.Step)
		}
	case StepSetHearing:
		d := last.Deed.(*SetHearing)
		if slices.Contains(c.Investigators, d.Chair) || sc.cal.Workdays(d.ToldOn, d.On.AddDays(-1)) < 7 || d.Means == "public" && d.ToldOn.Sub(d.NoticedOn) < 30 {
			t.Fatalf("hearing under %d on %s, told %s", d.Chair, d.On, d.NoticedOn)
		}
	}
	if last.ActorID == pRecused {
		t.Fatalf("%s by a recused person", last.Step)
	}
	m.holdLedger(t)
}

// holdLedger: every account of every party balances by itself, no surcharge exceeds its fine or grew in a review or suit, and
// nothing in force goes beyond what was decided.
func (m *model) holdLedger(t *rapid.T) {
	sc, c := m.sc, m.sc.c
	type key struct {
		party int
		of    Account
	}
	l := sc.ledger(sc.today)
	fine, decided, sums := map[int]int64{}, map[key]int64{}, map[key]int64{}
	for _, sh := range c.Sentence.Shares {
		if a, ok := sc.terms().accountOf(sh.Kind); ok && c.Decided {
			decided[key{sh.Party, a}] += sh.AmountFen
		}
	}
	for _, sh := range c.inForce() {
		if sh.Kind == "fine" {
			fine[sh.Party] += sh.AmountFen
		}
		if a, ok := sc.terms().accountOf(sh.Kind); ok {
			if decided[key{sh.Party, a}] -= sh.AmountFen; decided[key{sh.Party, a}] < 0 {
				t.Fatalf("%s of party %d is in force beyond the decision", a, sh.Party)
			}
		}
	}
	var paid, money int64
	for _, e := range l.Entries {
		sums[key{e.Party, e.Account}] += e.AmountFen
		for d := e.From; e.Kind == "surcharge" && !d.After(e.On); d = d.AddDays(1) {
			if stopped(c, d) {
				t.Fatalf("surcharge of %s, in a review or suit", d)
			}
		}
	}
	for _, b := range l.Balances {
		if sums[key{b.Party, b.Account}] != b.OutstandingFen || b.DueFen-b.PaidFen != b.OutstandingFen {
			t.Fatalf("the ledger does not balance: %+v", b)
		}
		if b.Account == AccountSurcharge && b.DueFen > fine[b.Party] {
			t.Fatalf("surcharge %d on a fine of %d", b.DueFen, fine[b.Party])
		}
		paid += b.PaidFen
	}
	for _, x := range c.Taken {
		switch d := x.Deed.(type) {
		case *Pay:
			money += d.AmountFen
		case *Refund:
			money -= d.AmountFen
		}
	}
	if paid != money {
		t.Fatalf("%d is booked as paid, %d came in", paid, money)
	}
}

// holdClose: nothing is closed with money open either way, a review or suit under way or its outcome not carried out, or a
// publication that says what is no longer so.
func (m *model) holdClose(t *rapid.T) {
	c, l := m.sc.c, m.sc.ledger(m.sc.today)
	done := c.Executed != nil && c.Executed.Exhausted
	if l.RefundFen > 0 || l.OutstandingFen > 0 && !done {
		t.Fatalf("closed with %d to give back and %d to pay", l.RefundFen, l.OutstandingFen)
	}
	published, changed, outcome, open := 0, 0, 0, false
	for _, x := range c.Taken {
		switch d := x.Deed.(type) {
		case *Publish, *CorrectPublication:
			published = x.Number
		case *WithdrawPublication:
			published = 0
		case *Change:
			changed = x.Number
		case *Challenge:
			open = true
		case *ChallengeEnded:
			open = false
			if slices.Contains([]string{"changed", "annulled", "void"}, d.Outcome) {
				outcome = x.Number
			}
		}
	}
	if open || outcome > changed {
		t.Fatal("closed with a review or suit not carried out")
	}
	if published > 0 && published < changed {
		t.Fatal("closed with a publication that was overtaken")
	}
}

// holdDecision: approved and issued only after every step before, by nobody who had a part, and not above the notice.
func (m *model) holdDecision(t *rapid.T, last Taken) {
	sc, c := m.sc, m.sc.c
	at := 0
	for _, s := range []Step{StepApply, StepFile, StepInvestigate, StepConclude, StepTry, StepNotice, StepApprove} {
		if at = c.first(s, at); at == 0 {
			t.Fatalf("%s without %s", last.Step, s)
		}
	}
	if slices.Contains([]int64{pApplicant, c.Lead, c.Second}, last.ActorID) || slices.Contains(c.ReviewedBy, last.ActorID) || slices.Contains(c.Investigators, last.ActorID) || slices.Contains(c.TriedBy, last.ActorID) {
		t.Fatalf("%s by %d, who had a part", last.Step, last.ActorID)
	}
	var n, told *Taken
	for i := range c.Taken {
		if c.Taken[i].Step == StepNotice {
			n = &c.Taken[i]
			told = n
		}
	}
	type share struct {
		party int
		kind  string
	}
	notice := n.Deed.(*Notice)
	announced := map[share]int64{}
	for _, sh := range told.Deed.(*Notice).Shares {
		announced[share{sh.Party, sh.Kind}] += sh.AmountFen
	}
	large := false
	for _, sh := range c.Sentence.Shares {
		if sum, ok := announced[share{sh.Party, sh.Kind}]; sh.AmountFen > sum || !ok && sh.Kind != "warning" {
			t.Fatalf("%s of %d was never announced (%d)", sh.Kind, sh.AmountFen, sum)
		}
		large = large || sh.AmountFen > 1_000_000_00 || sh.Party > 1 && sh.AmountFen > 100_000_00
	}
	for _, id := range c.Sentence.Basis {
		if !slices.Contains(notice.Basis, id) {
			t.Fatalf("%s was never announced", id)
		}
	}
	received := notice.ServedOn
	if notice.Means == "public" {
		received = received.AddDays(30)
	}
	if len(c.Persons) > 0 && !notice.AllParties {
		t.Fatal("a person was never told")
	}
	if last.Step == StepIssue {
		if d := last.Deed.(*IssueCase); c.Address == "" || d.Account == "" && sc.pays() {
			t.Fatalf("sealed without what art. 59 asks for: %+v", d)
		}
	}
	if large && !notice.HearingTold {
		t.Fatal("a large sum without a word of the hearing")
	}
	asked, reported, reviewed, discussed, waived := 0, 0, 0, 0, false
	replies, defences, replied, requests, answers, newFacts := 0, 0, 0, 0, 0, 0
	for _, s := range c.Taken {
		switch d := s.Deed.(type) {
		case *AskHearing:
			asked = s.Number
		case *ReportHearing:
			reported = s.Number
		case *LegalReview:
			reviewed = 0
			if d.Passed {
				reviewed = s.Number
			}
		case *Deliberate:
			discussed = 0
			if d.Agree {
				discussed = s.Number
			}
		case *Waive:
			waived = waived || d.What == "defence" && s.Number > n.Number
		case *Defend:
			defences++
		case *ReplyDefence:
			replies++
			replied = s.Number
		case *AskRecusal:
			requests++
		case *DecideRecusal:
			answers++
		case *Revise:
			if d.NewFacts != "" {
				newFacts = s.Number
			}
		}
	}
	if defences != replies {
		t.Fatalf("%d defences, %d replies", defences, replies)
	}
	if requests != answers {
		t.Fatalf("%d requests for a recusal, %d answers", requests, answers)
	}
	if newFacts > n.Number {
		t.Fatal("decided on facts that were never announced")
	}
	if reported < asked {
		t.Fatal("a hearing was asked for and not reported")
	}
	if reported > 0 && reviewed < reported {
		t.Fatal("no legal review after the hearing")
	}
	if large && discussed < max(replied, reported) {
		t.Fatal("discussed before the defence or the hearing")
	}
	if large && (reviewed < max(c.SentencedAt, min(reported, 1)*reported) && asked > n.Number || reviewed < c.SentencedAt || discussed < n.Number) {
		t.Fatalf("a large sum, reviewed at %d, discussed at %d, planned at %d, heard at %d", reviewed, discussed, c.SentencedAt, reported)
	}
	if !waived && sc.cal.Workdays(received, sc.today.AddDays(-1)) < 5 {
		t.Fatalf("decided on %s, told on %s", sc.today, notice.ServedOn)
	}
	if c.Apply.ActedTo.AddMonths(24).Before(c.FiledOn) {
		t.Fatal("past the limitation")
	}
}
