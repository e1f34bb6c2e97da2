package enforcement

import (
	"fmt"
	"slices"
	"strings"

	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
)

// dossier is what the templates say, every word in one language.
type dossier struct {
	letter
	CaseRef, Filing, FiledOn, AppliedBy     string
	Officers                                string
	Suspected                               []string
	ActedTo, Grave, ApplyFacts, FileReasons string
	Parties                                 []dossierParty
	Report, TrialReport                     string
	Agree, Complex, Major                   bool
	Factors                                 []string
	LaterLaw, NormReason                    string
	NoticedOn, NoticeMeans, NoticeProof     string
	HearingTold                             bool
	DefenceLimit, HearingLimit              string
	Defences                                []dossierDefence
	AskedOn, HearingOn, HearingPlace, Chair string
	HearingNoticed, Closed                  string
	Absent                                  bool
	Agents, Record, HearingReport           string
	Passed                                  bool
	Opinion, ReviewedOn                     string
	Account                                 string
	ServedOn, ReceivedOn, Means, Proof      string
	DueOn                                   string
	Lines                                   []string // of the ledger
	Outstanding, Surcharged                 string
	Demanded                                string
	DemandLimit                             string
	Ground, NoPenaltyReasons                string
	Authority, TransferReasons              string
	ClosingReport, ClosedOn                 string
	PenaltyLaw, Address, Taught             string // PenaltyLaw is "" where no statute asks for the procedure
	DiscussedOn, Members, Minutes           string
	DiscussionAgrees                        bool
	Granted                                 bool // of an application for instalments
	InstalmentReasons, InstalmentsOn        string
	Parts                                   []string
	Requests                                []string // for a recusal, with their answers
	Today                                   string
}

// signing is the step that a document belongs to; the others tell how things stand on the day on which they are written.
var signing = map[DocumentKind]Step{
	DocNotice: StepNotice, DocHearingNotice: StepSetHearing, DocNoPenalty: StepNoPenalty, DocTransfer: StepTransfer, DocDemand: StepDemand, DocClosing: StepClose,
	DocMinutes: StepDeliberate,
}

// signedOn is the day that a document bears: that of the last step of its kind, so that it reads the same on every day.
func (c *Course) signedOn(kind DocumentKind, today calendar.Date) calendar.Date {
	on := today
	for _, t := range c.Taken {
		if t.Step == signing[kind] {
			on = t.On
		}
	}
	return on
}

type dossierParty struct {
	Name     string
	Measures []string
}

type dossierDefence struct {
	On, Text, Adopted, Reply string
}

var meansWords = map[string][2]string{
	"direct": {"直接送达", "handed over"}, "leave": {"留置送达", "left in place"}, "mail": {"邮寄送达", "by post"}, "entrusted": {"委托送达", "through another office"},
	"electronic": {"电子送达", "electronically"}, "public": {"公告送达", "by public notice"},
}

var adoptedWords = map[string][2]string{"yes": {"采纳", "accepted"}, "partly": {"部分采纳", "accepted in part"}, "no": {"不予采纳", "not accepted"}}

var effectWords = map[string][2]string{"lighter": {"从轻", "lighter"}, "mitigated": {"减轻", "mitigated"}, "heavier": {"从重", "heavier"}}

var entryWords = map[string][2]string{
	"imposed": {"决定", "imposed"}, "changed": {"变更", "changed"}, "surcharge": {"加处罚款", "surcharge"}, "payment": {"缴款", "payment"}, "refund": {"退款", "refund"},
}

// dossierOf gathers the words of a case.
func dossierOf(kind DocumentKind, lang locale.Lang, sc *scene, names map[int64]string) dossier {
	c, p := sc.c, sc.p
	asOf := c.signedOn(kind, sc.today)
	on := p.IssuedOn
	if on.IsZero() {
		on = sc.today
	}
	w := &wording{lang: lang, pack: sc.pack, on: on}
	q := *p
	q.IssuedOn = on
	if c.Conclude == nil {
		q.Findings = nil
	}
	pick := func(m map[string][2]string, key string) string {
		if lang == locale.EN {
			return m[key][1]
		}
		return m[key][0]
	}
	day := func(d calendar.Date) string {
		if d.IsZero() {
			return ""
		}
		return locale.Date(lang, d)
	}
	money := func(fen int64) string {
		return strings.Replace(locale.Money(lang, fen), "¥", sc.pack.Currency.Symbol, 1)
	}
	d := dossier{letter: letterOf(lang, sc.pack, &q), CaseRef: p.Reference, Filing: c.FilingNumber, FiledOn: day(c.FiledOn), AppliedBy: names[c.AppliedBy],
		ActedTo: day(c.Apply.ActedTo), Grave: c.Apply.Grave, ApplyFacts: c.Apply.Facts, Account: c.PayAccount, Today: day(asOf),
		LaterLaw: c.Sentence.LaterLaw, NormReason: c.Sentence.NormReason, PenaltyLaw: w.in(sc.pack.PenaltyLaw), Address: c.Address}
	d.Officers = strings.Join([]string{names[c.Lead], names[c.Second]}, w.comma())
	for _, code := range c.Apply.Codes {
		v, _ := sc.pack.Violation(code)
		d.Suspected = append(d.Suspected, w.in(v.Name))
	}
	shares := c.Sentence.Shares
	for i := range len(c.Persons) + 1 {
		party := dossierParty{Name: p.Firm.Name}
		if i > 0 {
			party.Name = c.Persons[i-1].Name
			if c.Persons[i-1].Post != "" {
				party.Name += "（" + c.Persons[i-1].Post + "）"
			}
		}
		for _, sh := range shares {
			if sh.Party == i+1 {
				party.Measures = append(party.Measures, w.measure(Measure{sh.Kind, sh.AmountFen})+w.days(sh.Days))
			}
		}
		d.Parties = append(d.Parties, party)
	}
	choices := Factors(sc.pack, on)
	for _, f := range c.Sentence.Factors {
		i := slices.IndexFunc(choices, func(g FactorChoice) bool { return g.Key == f.Key })
		if i < 0 {
			continue
		}
		line := pick(effectWords, f.Effect) + w.colon() + w.in(choices[i].Name)
		if mark, ok := choices[i].Caveat(); ok {
			line += w.bracket(w.in(mark))
			w.marked = true
		}
		d.Factors = append(d.Factors, line+w.bracket(strings.Join(f.Evidence, w.comma())))
	}
	if c.Conclude != nil {
		d.Report = c.Conclude.Report
	}
	if c.Try != nil {
		d.TrialReport, d.Agree, d.Complex, d.Major = c.Try.Report, c.Try.Agree, c.Try.Complex, c.Try.Major
	}
	n := c.notice()
	d.NoticedOn, d.NoticeMeans, d.NoticeProof, d.HearingTold = day(n.ServedOn), pick(meansWords, n.Means), n.Proof, n.HearingTold
	d.DefenceLimit, d.HearingLimit = w.limit("penalty.defence"), w.limit("hearing.request")
	for _, f := range c.Defences {
		one := dossierDefence{On: day(f.On), Text: f.Text}
		if f.Reply != nil {
			one.Adopted, one.Reply = pick(adoptedWords, f.Reply.Adopted), f.Reply.Reasons
		}
		d.Defences = append(d.Defences, one)
	}
	d.hearing(c, names, day, w)
	d.rights(c, day, money, w)
	if c.Review != nil {
		d.Passed, d.Opinion, d.ReviewedOn = c.Review.Passed, c.Review.Opinion, day(c.ReviewedOn)
	}
	if c.Served != nil {
		d.ServedOn, d.ReceivedOn, d.Means, d.Proof = day(c.Served.On), day(c.Served.ReceivedOn), pick(meansWords, c.Served.Means), c.Served.Proof
	}
	l := sc.ledger(asOf)
	d.DueOn = day(l.DueOn)
	for _, e := range l.Entries {
		d.Lines = append(d.Lines, fmt.Sprintf("%s  %s  %s  %s", day(e.On), d.Parties[e.Party-1].Name, pick(entryWords, e.Kind), money(e.AmountFen)))
	}
	d.Outstanding, d.Surcharged = money(l.OutstandingFen), money(l.due(AccountSurcharge))
	if c.Demanded != nil {
		d.Demanded, d.DemandLimit = day(c.Demanded.ServedOn), w.limit("execution.demand")
	}
	if c.NoPenalty != nil {
		g, _ := sc.pack.Ground("no_penalty", c.NoPenalty.Ground)
		d.Ground, d.NoPenaltyReasons, d.Taught = w.in(g.Name), c.NoPenalty.Reasons, c.NoPenalty.Taught
		if !g.Article.IsZero() {
			d.Ground += w.bracket(w.in(g.Article))
		}
	}
	if c.Transfer != nil {
		for _, a := range sc.pack.Authorities {
			if a.ID == c.Transfer.Authority {
				d.Authority = w.in(a.Name)
			}
		}
		d.TransferReasons = c.Transfer.Reasons
	}
	for _, t := range c.Taken {
		switch x := t.Deed.(type) {
		case *CloseCase:
			d.ClosingReport, d.ClosedOn = x.Report, day(t.On)
		case *FileCase:
			d.FileReasons = x.Reasons
		}
	}
	d.Unverified = d.Unverified || w.marked
	return d
}

func (d *dossier) hearing(c *Course, names map[int64]string, day func(calendar.Date) string, w *wording) {
	h := c.Hearing
	if h == nil {
		return
	}
	d.AskedOn = day(h.AskedOn)
	if h.Set != nil {
		d.HearingOn, d.HearingPlace, d.Chair, d.HearingNoticed, d.Closed = day(h.Set.On), h.Set.Place, names[h.Set.Chair], day(h.Set.NoticedOn), h.Set.Closed
	}
	if h.Held != nil {
		d.HearingOn, d.Absent, d.Agents, d.Record = day(h.Held.On), h.Held.Absent, strings.Join(h.Held.Agents, w.comma()), h.Held.Record
	}
	if h.Report != nil {
		d.HearingReport = h.Report.Report
	}
}

// rights are the discussion, the answer to an application for instalments and the requests for a recusal.
func (d *dossier) rights(c *Course, day func(calendar.Date) string, money func(int64) string, w *wording) {
	if x := c.Deliberate; x != nil {
		d.DiscussedOn, d.Members, d.Minutes, d.DiscussionAgrees = day(x.On), strings.Join(x.Members, w.comma()), x.Minutes, x.Agree
	}
	if x := c.Answered; x != nil {
		d.Granted, d.InstalmentReasons, d.InstalmentsOn = len(x.Parts) > 0, x.Reasons, day(x.On)
		for _, p := range x.Parts {
			d.Parts = append(d.Parts, day(p.DueOn)+w.colon()+money(p.AmountFen))
		}
	}
	for _, o := range c.Objections {
		if o.Answer == nil {
			continue
		}
		word := [2]string{"驳回", "refused"}
		if o.Answer.Upheld {
			word = [2]string{"准许", "granted"}
		}
		line := o.Against + w.colon()
		if w.lang == locale.EN {
			line += word[1]
		} else {
			line += word[0]
		}
		d.Requests = append(d.Requests, line+w.bracket(o.Answer.Reasons))
	}
}

// days says for how many days of violation a sum is reckoned.
func (w *wording) days(n int) string {
	switch {
	case n == 0:
		return ""
	case w.lang == locale.EN:
		return fmt.Sprintf(" (for %d days of violation)", n)
	default:
		return fmt.Sprintf("（按违法%d日计）", n)
	}
}

func (w *wording) colon() string {
	if w.lang == locale.EN {
		return ": "
	}
	return "："
}

func (w *wording) bracket(s string) string {
	switch {
	case s == "":
		return ""
	case w.lang == locale.EN:
		return " (" + s + ")"
	default:
		return "（" + s + "）"
	}
}
