package enforcement

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
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
	DocMinutes       DocumentKind = "minutes"        // 集体讨论记录
	DocDecision      DocumentKind = "decision"       // 行政处罚决定书
	DocNoPenalty     DocumentKind = "no_penalty"     // 不予行政处罚决定书
	DocTransfer      DocumentKind = "transfer"       // 案件移送函
	DocService       DocumentKind = "service"        // 送达回证
	DocPayment       DocumentKind = "payment"        // 缴款通知书
	DocInstalments   DocumentKind = "instalments"    // 延期（分期）缴纳罚款通知书
	DocDemand        DocumentKind = "demand"         // 催告书
	DocClosing       DocumentKind = "closing"        // 结案报告
)

// DocumentKinds lists them.
var DocumentKinds = []DocumentKind{
	DocFiling, DocReport, DocTrial, DocNotice, DocHearingNotice, DocHearingRecord, DocLegalOpinion, DocMinutes, DocDecision, DocNoPenalty, DocTransfer,
	DocService, DocPayment, DocInstalments, DocDemand, DocClosing,
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
	DocMinutes:       {is: func(c *Course) bool { return c.Deliberate != nil }},
	DocDecision:      {is: func(c *Course) bool { return c.Decided }, party: true},
	DocNoPenalty:     {is: func(c *Course) bool { return c.NoPenalty != nil }, party: true},
	DocTransfer:      {is: func(c *Course) bool { return c.Transfer != nil }},
	DocService:       {is: func(c *Course) bool { return c.Served != nil }},
	DocPayment:       {is: func(c *Course) bool { return c.Served != nil }, party: true},
	DocInstalments:   {is: func(c *Course) bool { return c.Answered != nil }, party: true},
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

var documentTexts = parseDocuments(DocumentKinds)

// parseDocuments parses the built-in texts of some kinds in both languages.
func parseDocuments(kinds []DocumentKind) map[locale.Lang]map[DocumentKind]*template.Template {
	out := map[locale.Lang]map[DocumentKind]*template.Template{}
	for _, lang := range []locale.Lang{locale.ZH, locale.EN} {
		out[lang] = map[DocumentKind]*template.Template{}
		for _, k := range kinds {
			name := fmt.Sprintf("documents/%s/%s.txt", lang, k)
			out[lang][k] = template.Must(template.New(string(k)+".txt").ParseFS(documentFiles, name, fmt.Sprintf("documents/%s/parts.txt", lang)))
		}
	}
	return out
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
	case kind == DocDecision || kind == DocService || kind == DocPayment || kind == DocInstalments || kind == DocDemand || kind == DocClosing:
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
