package enforcement

import (
	"io/fs"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/rulebook"
	"dunwatch/policies"
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
	rules, err := fs.Sub(policies.FS, "rulebook")
	if err != nil {
		t.Fatal(err)
	}
	book, err := rulebook.Load(rules)
	if err != nil {
		t.Fatal(err)
	}
	cals, err := calendar.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
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
		officers: everybody, chairs: map[int64]bool{pLegal: true, pOther: true, pDirector: true},
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
	sum := func(label string) int64 { return rapid.Int64Range(1, 50).Draw(t, label) * 1_000_000 }
	sentence := func() Sentence {
		s := Sentence{Basis: []string{"cn-cpl-56"}, Facts: said, Reasons: said}
		if often("fine") {
			s.Shares = append(s.Shares, Share{1, "fine", sum("fine of")})
		}
		if seldom("confiscation") {
			s.Shares = append(s.Shares, Share{1, confiscate, sum("confiscation of")})
			if seldom("large") {
				s.Shares[len(s.Shares)-1].AmountFen *= 10
			}
		}
		if seldom("warning") || len(s.Shares) == 0 {
			s.Shares = append(s.Shares, Share{1, "warning", 0})
		}
		return s
	}
	means := one("means", "direct", "mail", "public")
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
	case StepConclude:
		return &Conclude{Report: said, Findings: []int{1, 2}[:rapid.IntRange(1, 2).Draw(t, "findings")], Sentence: sentence()}
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
		return &Notice{Means: means, Proof: said, HearingTold: often("told")}
	case StepDefend:
		return &Defend{Text: said}
	case StepReply:
		return &ReplyDefence{Defence: rapid.IntRange(1, max(1, len(c.Defences))).Draw(t, "which"), Adopted: one("adopted", "yes", "partly", "no"), Reasons: said}
	case StepWaive:
		return &Waive{What: one("what", "defence", "hearing"), Proof: said}
	case StepAskHearing:
		return &AskHearing{Text: said}
	case StepSetHearing:
		return &SetHearing{On: sc.today.AddDays(rapid.IntRange(1, 20).Draw(t, "in")), Place: said, Chair: rapid.SampledFrom([]int64{pLegal, pOther, pSecond}).Draw(t, "chair")}
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
		return &IssueCase{Account: "国库专户"}
	case StepNoPenalty:
		return &NoPenalty{Ground: "slight", Reasons: said, Evidence: []string{"E-1"}}
	case StepTransfer:
		return &Transfer{Authority: "police", Reasons: said, FileSent: often("file")}
	case StepServe:
		return &Serve{Means: means, Proof: said}
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
	case StepChallenge:
		return &Challenge{Kind: one("kind", "review", "suit"), Body: said}
	case StepChallengeEnd:
		return &ChallengeEnded{Outcome: one("outcome", "upheld", "changed", "annulled", "withdrawn")}
	case StepDemand:
		return &Demand{Means: "mail", Proof: said}
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
		if again := s == StepNotice || s == StepRevise; again && len(sc.c.Notices) > 0 && rapid.IntRange(0, 9).Draw(t, "again") > 0 {
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
	for _, s := range []Step{StepHearReport, StepHold, StepSetHearing, StepAskHearing, StepApprove, StepIssue, StepServe, StepTry, StepConclude, StepExecuted, StepCourt, StepDemand} { // forward, more often than not
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
		if slices.Contains(c.Investigators, d.Chair) || sc.cal.Workdays(d.NoticedOn, d.On) < 7 {
			t.Fatalf("hearing under %d on %s, told %s", d.Chair, d.On, d.NoticedOn)
		}
	}
	if last.ActorID == pRecused {
		t.Fatalf("%s by a recused person", last.Step)
	}
	l := sc.ledger(sc.today)
	var fine int64
	for _, sh := range c.inForce() {
		if sh.Kind == "fine" {
			fine += sh.AmountFen
		}
	}
	sums := map[Account]int64{}
	for _, e := range l.Entries {
		sums[e.Account] += e.AmountFen
	}
	for _, b := range l.Balances {
		if sums[b.Account] != b.OutstandingFen || b.DueFen-b.PaidFen != b.OutstandingFen {
			t.Fatalf("the ledger does not balance: %+v", b)
		}
		if b.Account == AccountSurcharge && b.DueFen > fine {
			t.Fatalf("surcharge %d on a fine of %d", b.DueFen, fine)
		}
	}
	if c.Stage == StageClosed && last.Step == StepClose && l.RefundFen > 0 {
		t.Fatal("closed with money to give back")
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
	if slices.Contains([]int64{pApplicant, c.Lead, c.Second}, last.ActorID) || slices.Contains(c.Investigators, last.ActorID) || slices.Contains(c.TriedBy, last.ActorID) {
		t.Fatalf("%s by %d, who had a part", last.Step, last.ActorID)
	}
	var n, told *Taken
	for i := range c.Taken {
		if c.Taken[i].Step == StepNotice {
			n = &c.Taken[i]
			told = n
		}
	}
	announced := map[string]int64{}
	for _, sh := range told.Deed.(*Notice).Shares {
		announced[sh.Kind] += sh.AmountFen
	}
	large := false
	for _, sh := range c.Sentence.Shares {
		if sum, ok := announced[sh.Kind]; sh.AmountFen > sum || !ok && sh.Kind != "warning" {
			t.Fatalf("%s of %d was never announced (%d)", sh.Kind, sh.AmountFen, sum)
		}
		large = large || sh.AmountFen > 1_000_000_00
	}
	notice := n.Deed.(*Notice)
	if large && !notice.HearingTold {
		t.Fatal("a large sum without a word of the hearing")
	}
	asked, reported, reviewed, discussed, waived := 0, 0, 0, 0, false
	replies, defences := 0, 0
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
		}
	}
	if defences != replies {
		t.Fatalf("%d defences, %d replies", defences, replies)
	}
	if asked > n.Number && reported < asked {
		t.Fatal("a hearing was asked for and not reported")
	}
	if large && (reviewed < max(c.SentencedAt, min(reported, 1)*reported) && asked > n.Number || reviewed < c.SentencedAt || discussed < n.Number) {
		t.Fatalf("a large sum, reviewed at %d, discussed at %d, planned at %d, heard at %d", reviewed, discussed, c.SentencedAt, reported)
	}
	if !waived && sc.cal.Workdays(notice.ServedOn, sc.today.AddDays(-1)) < 5 {
		t.Fatalf("decided on %s, told on %s", sc.today, notice.ServedOn)
	}
	if c.Apply.ActedTo.AddMonths(24).Before(c.FiledOn) {
		t.Fatal("past the limitation")
	}
}
