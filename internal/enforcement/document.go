package enforcement

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

//go:embed documents
var documentFiles embed.FS

// DocumentKind is an official document of a case.
type DocumentKind string

// The documents in the order of the file.
const (
	DocFiling        DocumentKind = "filing"         // 立案审批表
	DocReport        DocumentKind = "report"         // 调查终结报告
	DocTrial         DocumentKind = "trial"          // 审理报告
	DocNotice        DocumentKind = "notice"         // 行政处罚事先告知书
	DocHearingNotice DocumentKind = "hearing_notice" // 听证通知书
	DocHearingRecord DocumentKind = "hearing_record" // 听证笔录
	DocLegalOpinion  DocumentKind = "legal_opinion"  // 法制审核意见书
	DocDecision      DocumentKind = "decision"       // 行政处罚决定书
	DocNoPenalty     DocumentKind = "no_penalty"     // 不予行政处罚决定书
	DocTransfer      DocumentKind = "transfer"       // 案件移送函
	DocService       DocumentKind = "service"        // 送达回证
	DocPayment       DocumentKind = "payment"        // 缴款通知书
	DocDemand        DocumentKind = "demand"         // 催告书
	DocClosing       DocumentKind = "closing"        // 结案报告
)

// DocumentKinds lists them.
var DocumentKinds = []DocumentKind{
	DocFiling, DocReport, DocTrial, DocNotice, DocHearingNotice, DocHearingRecord, DocLegalOpinion, DocDecision, DocNoPenalty, DocTransfer,
	DocService, DocPayment, DocDemand, DocClosing,
}

// ready says from when a document can be written, and which the party itself may read.
var ready = map[DocumentKind]struct {
	is    func(c *Course) bool
	party bool
}{
	DocFiling:        {is: func(c *Course) bool { return !c.FiledOn.IsZero() }},
	DocReport:        {is: func(c *Course) bool { return c.Conclude != nil }},
	DocTrial:         {is: func(c *Course) bool { return c.Try != nil }},
	DocNotice:        {is: func(c *Course) bool { return len(c.Notices) > 0 }, party: true},
	DocHearingNotice: {is: func(c *Course) bool { return c.Hearing != nil && c.Hearing.Set != nil }, party: true},
	DocHearingRecord: {is: func(c *Course) bool { return c.Hearing != nil && c.Hearing.Held != nil }, party: true},
	DocLegalOpinion:  {is: func(c *Course) bool { return c.Review != nil }},
	DocDecision:      {is: func(c *Course) bool { return c.Decided }, party: true},
	DocNoPenalty:     {is: func(c *Course) bool { return c.NoPenalty != nil }, party: true},
	DocTransfer:      {is: func(c *Course) bool { return c.Transfer != nil }},
	DocService:       {is: func(c *Course) bool { return c.Served != nil }},
	DocPayment:       {is: func(c *Course) bool { return c.Served != nil }, party: true},
	DocDemand:        {is: func(c *Course) bool { return c.Demanded != nil }, party: true},
	DocClosing:       {is: func(c *Course) bool { return !c.ClosedOn.IsZero() }},
}

// Document is a document of the case in one language. Its text is computed from the steps; the decision is the sealed one.
type Document struct {
	Kind                  DocumentKind
	Lang                  locale.Lang
	Office, Title, Number string
	Body                  string // paragraphs, one a line; a line that begins with "# " is a heading
	On                    calendar.Date
	SHA256                string // of Text, in hexadecimal
}

// Text is the whole document as it stands on paper.
func (d *Document) Text() string {
	return strings.Join([]string{d.Office, d.Title, d.Number, "", d.Body}, "\n")
}

var documentTexts = parseDocuments()

func parseDocuments() map[locale.Lang]map[DocumentKind]*template.Template {
	out := map[locale.Lang]map[DocumentKind]*template.Template{}
	for _, lang := range []locale.Lang{locale.ZH, locale.EN} {
		out[lang] = map[DocumentKind]*template.Template{}
		for _, k := range DocumentKinds {
			name := fmt.Sprintf("documents/%s/%s.txt", lang, k)
			out[lang][k] = template.Must(template.New(string(k)+".txt").ParseFS(documentFiles, name, fmt.Sprintf("documents/%s/parts.txt", lang)))
		}
	}
	return out
}

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
	Today                                   string
}

// signing is the step that a document belongs to; the others tell how things stand on the day on which they are written.
var signing = map[DocumentKind]Step{
	DocNotice: StepNotice, DocHearingNotice: StepSetHearing, DocNoPenalty: StepNoPenalty, DocTransfer: StepTransfer, DocDemand: StepDemand, DocClosing: StepClose,
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
		LaterLaw: c.Sentence.LaterLaw, NormReason: c.Sentence.NormReason}
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
				party.Measures = append(party.Measures, w.measure(Measure{sh.Kind, sh.AmountFen}))
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
		d.Ground, d.NoPenaltyReasons = w.in(g.Name), c.NoPenalty.Reasons
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

// write executes the template of a document: its first line is the title.
func write(kind DocumentKind, lang locale.Lang, d dossier) (*Document, error) {
	var b bytes.Buffer
	if err := documentTexts[lang][kind].Execute(&b, d); err != nil {
		return nil, fmt.Errorf("write %s: %w", kind, err)
	}
	title, body, _ := strings.Cut(strings.TrimSpace(b.String()), "\n")
	out := &Document{Kind: kind, Lang: lang, Office: d.Office, Title: title, Body: strings.TrimSpace(body)}
	out.Number = d.CaseRef
	switch {
	case kind == DocDecision || kind == DocService || kind == DocPayment || kind == DocDemand || kind == DocClosing:
		out.Number = d.Number
	case kind == DocFiling || kind == DocReport:
		out.Number = d.Filing
	}
	return out, nil
}

// sum fills the digest.
func (d *Document) sum() *Document {
	h := sha256.Sum256([]byte(d.Text()))
	d.SHA256 = hex.EncodeToString(h[:])
	return d
}

// seal writes the decision in both languages: what it says from then on is what was stored.
func (s *Service) seal(ctx context.Context, tx *store.Tx, sc *scene) (*Decision, error) {
	names, err := s.people(ctx, tx, sc.c)
	if err != nil {
		return nil, err
	}
	out := &Decision{Number: sc.p.DecisionNumber, IssuedOn: sc.p.IssuedOn}
	for lang, to := range map[locale.Lang]*string{locale.ZH: &out.TextZH, locale.EN: &out.TextEN} {
		doc, err := write(DocDecision, lang, dossierOf(DocDecision, lang, sc, names))
		if err != nil {
			return nil, err
		}
		*to = doc.Text()
	}
	h := sha256.New()
	h.Write([]byte(out.TextZH))
	h.Write([]byte{0})
	h.Write([]byte(out.TextEN))
	out.SHA256 = h.Sum(nil)
	return out, nil
}

// people are the names that documents say.
func (s *Service) people(ctx context.Context, tx *store.Tx, c *Course) (map[int64]string, error) {
	ids := []int64{c.Lead, c.Second, c.AppliedBy}
	if c.Hearing != nil && c.Hearing.Set != nil {
		ids = append(ids, c.Hearing.Set.Chair)
	}
	return s.names(ctx, tx, ids...)
}

// document is one of a case that can be written, inside the transaction.
func (s *Service) document(ctx context.Context, tx *store.Tx, sc *scene, kind DocumentKind, lang locale.Lang, names map[int64]string) (*Document, error) {
	r, ok := ready[kind]
	if !ok || !r.is(sc.c) || sc.by.Role.OfFirm() && !r.party {
		return nil, fault.New(fault.NotFound, "penalty_case.no_document")
	}
	d, err := write(kind, lang, dossierOf(kind, lang, sc, names))
	if err != nil || kind != DocDecision {
		if err == nil {
			d.sum()
		}
		return d, err
	}
	sealed, err := loadDecision(ctx, tx, sc.p.ID)
	if err != nil {
		return nil, err
	}
	whole := sealed.TextZH
	if lang == locale.EN {
		whole = sealed.TextEN
	}
	head := strings.SplitN(whole, "\n", 5)
	if len(head) == 5 {
		d.Office, d.Title, d.Number, d.Body = head[0], head[1], head[2], head[4]
	}
	d.On = sealed.IssuedOn
	return d.sum(), nil
}

// Document is a document of a case in a language. NotFound where the case has not come that far, and for the party what is
// not addressed to it.
func (s *Service) Document(ctx context.Context, by access.Actor, ref string, kind DocumentKind, lang locale.Lang) (d *Document, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		sc, err := s.enter(ctx, tx, by, ref, nil)
		if err != nil {
			return err
		}
		names, err := s.people(ctx, tx, sc.c)
		if err != nil {
			return err
		}
		d, err = s.document(ctx, tx, sc, kind, lang, names)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("document %s of %s: %w", kind, ref, err)
	}
	return d, nil
}

// Documents lists what can be written of a case so far.
func (c *Course) Documents() []DocumentKind {
	var out []DocumentKind
	for _, k := range DocumentKinds {
		if ready[k].is(c) {
			out = append(out, k)
		}
	}
	return out
}
