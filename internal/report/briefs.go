package report

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"dunwatch/internal/brief"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// sectionBriefs is the section of the case briefs, behind that of the penalties. It has no table: briefs are no figures.
const sectionBriefs = "briefs"

// Brief is an anonymised case brief as the report tells it. Its reference is its own and leads to no case.
type Brief struct {
	Reference    string      `json:"reference"`
	Month        string      `json:"month"` // in whose report it was told first
	FirmKind     string      `json:"firm_kind"`
	FirmKindName string      `json:"firm_kind_name"`
	Codes        []BriefCode `json:"codes"`
	Rules        []string    `json:"rules"` // the norms breached, as documents cite them
	Title        string      `json:"title"`
	Happened     string      `json:"happened"`
	Rule         string      `json:"rule"`
	Outcome      string      `json:"outcome"`
}

// BriefCode is a violation that a brief is about.
type BriefCode struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Telling makes the service tell the approved briefs; without it no report has any.
func (s *Service) Telling(briefs *brief.Service) *Service {
	s.briefs = briefs
	return s
}

// told are the approved briefs of the period.
func (b *builder) told(ctx context.Context) ([]brief.Brief, error) {
	if b.s.briefs == nil {
		return nil, nil
	}
	return b.s.briefs.Told(ctx, b.tx, b.period.From, b.period.Last(), b.pack)
}

// tell puts the briefs and their section into a report.
func (b *builder) tell(ctx context.Context, r *Report) error {
	list, err := b.told(ctx)
	if err != nil {
		return fmt.Errorf("tell briefs: %w", err)
	}
	for _, x := range list {
		r.Briefs = append(r.Briefs, b.s.BriefIn(x, b.lang))
	}
	at := 1 + slices.IndexFunc(r.Sections, func(s Section) bool { return s.ID == sectionPenalties })
	r.Sections = slices.Insert(r.Sections, at, Section{ID: sectionBriefs, Title: b.words.T(b.lang, "report.section."+sectionBriefs), Tables: []string{}})
	return nil
}

// retell gives a report that may have been kept for some minutes the briefs of now: one that was withdrawn leaves at once.
func (s *Service) retell(ctx context.Context, key keepKey, r *Report) error {
	return s.db.Read(ctx, func(tx *store.Tx) error {
		q, err := s.query(tx, key.period, key.pack)
		if err != nil {
			return err
		}
		list, err := s.builder(q, key.lang).told(ctx)
		r.Briefs = nil
		for _, x := range list {
			r.Briefs = append(r.Briefs, s.BriefIn(x, key.lang))
		}
		return err
	})
}

// BriefIn is a brief in one language, as the report tells it; for looking at one before it is told too.
func (s *Service) BriefIn(x brief.Brief, lang locale.Lang) Brief {
	t := x.Text
	out := Brief{Reference: x.Reference, Month: x.Month.String(), FirmKind: x.FirmKind, FirmKindName: s.words.T(lang, "report.firm_kind."+x.FirmKind), Codes: []BriefCode{}, Rules: []string{},
		Title: t.TitleZH, Happened: t.HappenedZH, Rule: t.RuleZH, Outcome: t.OutcomeZH}
	if lang == locale.EN {
		out.Title, out.Happened, out.Rule, out.Outcome = t.TitleEN, t.HappenedEN, t.RuleEN, t.OutcomeEN
	}
	pack := &rulebook.Pack{}
	if p, ok := s.book.Pack(x.Case.Pack); ok {
		pack = p
	}
	for _, code := range x.Codes {
		v, _ := pack.Violation(code)
		out.Codes = append(out.Codes, BriefCode{code, v.Name.In(string(lang))})
	}
	for _, id := range x.Rules {
		if n, ok := pack.Basis(id); ok {
			out.Rules = append(out.Rules, n.Citation().In(string(lang)))
		}
	}
	return out
}

// TellsBriefs reports whether the report has a section for briefs: those frozen before there were any have none.
func (r *Report) TellsBriefs() bool {
	return slices.ContainsFunc(r.Sections, func(s Section) bool { return s.ID == sectionBriefs })
}

// checkBriefs holds the briefs of a period against what is known now, before they are frozen.
func (b *builder) checkBriefs(ctx context.Context) error {
	list, err := b.told(ctx)
	if err != nil || len(list) == 0 {
		return err
	}
	return b.s.briefs.StillNobody(ctx, b.tx, list)
}

// sameBriefs fails with Conflict where other briefs are approved now than when a report was drafted: one may have been withdrawn
// for what it gives away.
func (s *Service) sameBriefs(ctx context.Context, tx *store.Tx, d *draft) error {
	q, err := s.query(tx, d.period, All)
	if err != nil {
		return err
	}
	list, err := s.builder(q, locale.ZH).told(ctx)
	if err != nil {
		return err
	}
	same := slices.EqualFunc(list, d.reports[All][locale.ZH].Briefs, func(x brief.Brief, y Brief) bool { return x.Reference == y.Reference })
	if !same {
		return fault.New(fault.Conflict, "report.freeze.taken")
	}
	return nil
}

// briefChanges are the briefs that were told since a report was frozen, and those that were withdrawn.
func briefChanges(was, is *Report) (out []Change) {
	title := func(x Brief) string {
		return is.words.T(locale.Lang(is.Lang), "report.section."+sectionBriefs) + " · " + x.Title
	}
	in := func(list []Brief, ref string) bool {
		return slices.ContainsFunc(list, func(x Brief) bool { return x.Reference == ref })
	}
	for _, x := range is.Briefs {
		if !in(was.Briefs, x.Reference) {
			out = append(out, Change{Figure: Figure{sectionBriefs, x.Reference, "told"}, Name: title(x), Kind: Count, Is: int64(1), Added: []string{x.Reference}})
		}
	}
	for _, x := range was.Briefs {
		if !in(is.Briefs, x.Reference) {
			out = append(out, Change{Figure: Figure{sectionBriefs, x.Reference, "told"}, Name: title(x), Kind: Count, Was: int64(1), Removed: []string{x.Reference}})
		}
	}
	return out
}

// Tags say in one line what a brief is about: the kind of firm and the violations.
func (x Brief) Tags(words *locale.Catalog, lang locale.Lang) string {
	names := []string{x.FirmKindName}
	for _, c := range x.Codes {
		names = append(names, strings.TrimSpace(c.Code+" "+c.Name))
	}
	return strings.Join(names, words.T(lang, "report.brief.between"))
}

// parts are the heads and texts of a brief in the order of reading.
func (m *Report) parts(x Brief) [][2]string {
	t := func(key string) string { return m.words.T(locale.Lang(m.Lang), "report.brief."+key) }
	out := [][2]string{{t("happened"), x.Happened}, {t("rule"), x.Rule}, {t("outcome"), x.Outcome}}
	if len(x.Rules) > 0 {
		out = append(out, [2]string{t("rules"), strings.Join(x.Rules, t("semicolon"))})
	}
	return out
}

// briefLines are the briefs as a table of words for files of data.
func (m *Report) briefLines() [][]string {
	t := func(key string) string { return m.words.T(locale.Lang(m.Lang), "report.brief."+key) }
	lines := [][]string{{t("reference"), t("month"), t("title"), t("firm_kind"), t("codes"), t("happened"), t("rule"), t("outcome"), t("rules")}}
	for _, x := range m.Briefs {
		var codes []string
		for _, c := range x.Codes {
			codes = append(codes, strings.TrimSpace(c.Code+" "+c.Name))
		}
		lines = append(lines, []string{x.Reference, x.Month, x.Title, x.FirmKindName, strings.Join(codes, t("semicolon")), x.Happened, x.Rule, x.Outcome, strings.Join(x.Rules, t("semicolon"))})
	}
	return lines
}

// csvBriefs are the lines of the briefs, safe for spreadsheets.
func (m *Report) csvBriefs() [][]string {
	lines := m.briefLines()
	for _, line := range lines {
		for i := range line {
			line[i] = safe(line[i])
		}
	}
	return lines
}

// briefs prints the section of the briefs.
func (p *printing) briefs() {
	if len(p.Briefs) == 0 {
		p.doc.Paragraph(p.t("report.brief.none"), false)
		return
	}
	p.doc.Note(p.t("report.brief.note"))
	for i, x := range p.Briefs {
		p.doc.Subsection(p.t("report.form.item", i+1, x.Title))
		p.doc.Note(x.Tags(p.words, p.lang()))
		for _, part := range p.parts(x) {
			for _, line := range strings.Split(part[0]+p.t("report.form.colon")+part[1], "\n") {
				if strings.TrimSpace(line) != "" {
					p.doc.Paragraph(line, false)
				}
			}
		}
	}
}

// briefSheet is the sheet of the briefs, one a line.
func (b *workbook) briefSheet() error {
	widths := []float64{18, 10, 30, 16, 30, 70, 50, 50, 50}
	w, err := b.stream(b.briefName, widths...)
	if err != nil {
		return err
	}
	lines := b.briefLines()
	out := [][]any{b.styled(styleHead, lines[0]...)}
	for _, line := range lines[1:] {
		out = append(out, b.styled(styleWrap, line...))
	}
	if len(b.Briefs) == 0 {
		out = append(out, []any{excelize.Cell{StyleID: b.styles[styleWrap], Value: b.t("report.brief.none")}})
	}
	return lined(w, out, widths...)
}

// PublicBrief is a brief as the public reads it.
type PublicBrief struct {
	Reference  string   `json:"reference"`
	FirmKind   string   `json:"firm_kind"`
	FirmZH     string   `json:"firm_zh"`
	FirmEN     string   `json:"firm_en"`
	Codes      []string `json:"codes"`
	CodesZH    []string `json:"codes_zh"`
	CodesEN    []string `json:"codes_en"`
	RulesZH    []string `json:"rules_zh"`
	RulesEN    []string `json:"rules_en"`
	TitleZH    string   `json:"title_zh"`
	TitleEN    string   `json:"title_en"`
	HappenedZH string   `json:"happened_zh"`
	HappenedEN string   `json:"happened_en"`
	RuleZH     string   `json:"rule_zh"`
	RuleEN     string   `json:"rule_en"`
	OutcomeZH  string   `json:"outcome_zh"`
	OutcomeEN  string   `json:"outcome_en"`
}

// In is the brief in a language.
func (x PublicBrief) In(lang locale.Lang) Brief {
	out := Brief{Reference: x.Reference, FirmKind: x.FirmKind, FirmKindName: x.FirmZH, Rules: x.RulesZH, Title: x.TitleZH, Happened: x.HappenedZH, Rule: x.RuleZH, Outcome: x.OutcomeZH}
	names := x.CodesZH
	if lang == locale.EN {
		out.FirmKindName, out.Rules, out.Title, out.Happened, out.Rule, out.Outcome, names = x.FirmEN, x.RulesEN, x.TitleEN, x.HappenedEN, x.RuleEN, x.OutcomeEN, x.CodesEN
	}
	for i, name := range names {
		out.Codes = append(out.Codes, BriefCode{x.Codes[i], name})
	}
	return out
}

// publicBriefs are the briefs of a report in both languages.
func publicBriefs(zh, en *Report) (out []PublicBrief) {
	for i, x := range zh.Briefs {
		y := en.Briefs[i]
		p := PublicBrief{Reference: x.Reference, FirmKind: x.FirmKind, FirmZH: x.FirmKindName, FirmEN: y.FirmKindName, Codes: []string{}, CodesZH: []string{}, CodesEN: []string{},
			RulesZH: x.Rules, RulesEN: y.Rules, TitleZH: x.Title, TitleEN: y.Title, HappenedZH: x.Happened, HappenedEN: y.Happened, RuleZH: x.Rule, RuleEN: y.Rule, OutcomeZH: x.Outcome, OutcomeEN: y.Outcome}
		for j, c := range x.Codes {
			p.Codes, p.CodesZH, p.CodesEN = append(p.Codes, c.Code), append(p.CodesZH, c.Name), append(p.CodesEN, y.Codes[j].Name)
		}
		out = append(out, p)
	}
	return out
}

// withoutGone leaves out of what was published the briefs that were withdrawn since: they leave the public's pages at once, for
// the reason may be that they say too much.
func (s *Service) withoutGone(ctx context.Context, tx *store.Tx, p *Public) error {
	if s.briefs == nil || len(p.Briefs) == 0 {
		return nil
	}
	var refs []string
	for _, x := range p.Briefs {
		refs = append(refs, x.Reference)
	}
	gone, err := s.briefs.Gone(ctx, tx, refs)
	p.Briefs = slices.DeleteFunc(p.Briefs, func(x PublicBrief) bool { return gone[x.Reference] })
	return err
}
