package enforcement

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// measurePapers are the papers of measures; the kind of a measure says which.
var measurePapers = []DocumentKind{"measure_talk", "measure_letter", "measure_order", "measure_restriction", "measure_referral", "measure_no_penalty"}

// paperOf is the paper of a kind of measure.
func paperOf(k MeasureKind) DocumentKind {
	switch {
	case k.ID == NoPenaltyKind:
		return "measure_no_penalty"
	case k.Class == "referral":
		return "measure_referral"
	case k.ID == kindTalk:
		return "measure_talk"
	case k.ID == kindCorrect:
		return "measure_order"
	case strings.HasSuffix(k.ID, "_letter"):
		return "measure_letter"
	}
	return "measure_restriction"
}

var measureTexts = parseDocuments(measurePapers)

// measureLetter is what the templates of measures say, every word in one language. Address, LaterLaw and NormReason are those
// of the common parts.
type measureLetter struct {
	Office, CaseRef, Today               string
	Party, PartyCode, USCC, Address      string
	Kind, Article                        string
	Findings                             []string
	Bases                                []string
	LaterLaw, NormReason                 string
	Text                                 []string // paragraphs
	HeldOn, Place, Present               string
	Proof, DueOn, UntilOn                string
	Ground, Authority, Officer, Followed string
	Unverified                           bool
}

// MeasureDocument is the paper of a measure in a language: the record of the talk, the letter, the order, the referral. It
// reads the same on every day. NotFound.
func (s *Service) MeasureDocument(ctx context.Context, by access.Actor, ref string, lang locale.Lang) (d *Document, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		m, err := s.findMeasure(ctx, tx, ref)
		if err != nil {
			return err
		}
		if err := s.reachMeasure(by, m, access.ReadPenalty); err != nil {
			return err
		}
		d, err = s.measurePaper(ctx, tx, m, lang)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("paper of measure %s: %w", ref, err)
	}
	return d, nil
}

// papersOfCase are the papers of the measures of a case, for its file.
func (s *Service) papersOfCase(ctx context.Context, tx *store.Tx, caseID int64, lang locale.Lang) ([]*Document, error) {
	rows, err := findRows[firmMeasureRow](ctx, tx, "id", 0, "case_id = ?", caseID)
	if err != nil {
		return nil, fmt.Errorf("load measures: %w", err)
	}
	list, err := s.joinMeasures(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	var out []*Document
	for i := range list {
		d, err := s.measurePaper(ctx, tx, &list[i], lang)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

func (s *Service) measurePaper(ctx context.Context, tx *store.Tx, m *FirmMeasure, lang locale.Lang) (*Document, error) {
	pack, err := s.pack(m.Case.Pack)
	if err != nil {
		return nil, err
	}
	findings, err := s.d.Cases.FindingsNumbered(ctx, tx, m.CaseID, m.Findings)
	if err != nil {
		return nil, err
	}
	k, ok := MeasureKindOf(pack, m.Kind)
	if !ok {
		k.ID = m.Kind
	}
	l := measureLetterOf(lang, pack, m, k, findings)
	paper := paperOf(k)
	var b bytes.Buffer
	if err := measureTexts[lang][paper].Execute(&b, l); err != nil {
		return nil, fmt.Errorf("write %s: %w", paper, err)
	}
	title, body, _ := strings.Cut(strings.TrimSpace(b.String()), "\n")
	d := &Document{Kind: paper, Lang: lang, Office: l.Office, Title: title, Number: m.Number, Body: strings.TrimSpace(body), On: m.OrderedOn}
	return d.sum(), nil
}

func measureLetterOf(lang locale.Lang, pack *rulebook.Pack, m *FirmMeasure, k MeasureKind, findings []casework.Finding) measureLetter {
	w := &wording{lang: lang, pack: pack, on: m.OrderedOn}
	date := func(d calendar.Date) string {
		if d.IsZero() {
			return ""
		}
		return locale.Date(lang, d)
	}
	l := measureLetter{Office: w.in(pack.Office), CaseRef: m.Case.Reference, Today: date(m.OrderedOn), Party: m.Firm.Name, PartyCode: m.Firm.Code, USCC: m.Firm.USCC,
		Kind: w.in(k.Name), Article: w.in(k.Article), HeldOn: date(m.HeldOn), Place: m.Place, Present: strings.Join(m.Present, w.comma()), Proof: m.Proof, DueOn: date(m.FirstDueOn),
		UntilOn: date(m.UntilOn), Officer: m.OrderedByName, Followed: m.Follows, Text: strings.Split(strings.TrimSpace(m.Text), "\n")}
	slices.SortFunc(findings, func(a, b casework.Finding) int { return a.Number - b.Number })
	aside := &wording{lang: lang, pack: pack, on: m.OrderedOn} // what the paper does not cite gives it no mark
	pause := "，"
	if lang == locale.EN {
		pause = ", "
	}
	for _, f := range findings {
		x := aside.finding(f)
		l.Findings = append(l.Findings, x.Name+w.bracket(x.Code)+pause+x.Day+pause+x.Outcome)
	}
	for _, id := range m.Basis {
		if b, ok := pack.Basis(id); ok {
			l.Bases = append(l.Bases, w.cite(b))
		}
	}
	if g, ok := pack.Ground(NoPenaltyKind, m.Ground); ok {
		l.Ground = w.in(g.Name) + w.bracket(w.in(g.Article))
	}
	for _, a := range pack.Authorities {
		if a.ID == m.Authority {
			l.Authority = w.in(a.Name)
		}
	}
	l.Unverified = w.marked
	return l
}
