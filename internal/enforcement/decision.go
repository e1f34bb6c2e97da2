package enforcement

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the texts of decisions
	"fmt"
	"strings"
	"text/template"

	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
)

// Decision is the sealed text of an issued penalty. SHA256 is over the Chinese text, a zero byte and the English text,
// in UTF-8; the Chinese text is the one that counts.
type Decision struct {
	Number         string
	IssuedOn       calendar.Date
	TextZH, TextEN string
	SHA256         []byte
}

//go:embed decision_zh.txt
var decisionZH string

//go:embed decision_en.txt
var decisionEN string

var decisionTexts = map[locale.Lang]*template.Template{
	locale.ZH: template.Must(template.New("decision_zh.txt").Parse(decisionZH)),
	locale.EN: template.Must(template.New("decision_en.txt").Parse(decisionEN)),
}

// compose writes the decision of a penalty that has its number: what 行政处罚法 art. 59 asks of a decision, as far as the
// desk holds it. Every time limit comes from the rulebook of the day, with the mark of what was not verified.
func compose(pack *rulebook.Pack, p *Penalty) (*Decision, error) {
	d := &Decision{Number: p.DecisionNumber, IssuedOn: p.IssuedOn}
	for lang, text := range map[locale.Lang]*string{locale.ZH: &d.TextZH, locale.EN: &d.TextEN} {
		var b bytes.Buffer
		if err := decisionTexts[lang].Execute(&b, letterOf(lang, pack, p)); err != nil {
			return nil, fmt.Errorf("write decision %s: %w", p.DecisionNumber, err)
		}
		*text = b.String()
	}
	h := sha256.New()
	h.Write([]byte(d.TextZH))
	h.Write([]byte{0})
	h.Write([]byte(d.TextEN))
	d.SHA256 = h.Sum(nil)
	return d, nil
}

// letter is what the templates say, every word in one language.
type letter struct {
	Office, Number, Case, Date string
	Party, PartyCode, USCC     string
	Facts, Reasons             string
	Findings                   []letterFinding
	Bases                      []string
	Measures                   []string
	Pays                       bool   // something is to be paid
	Pay                        string // until when
	Surcharge                  string // what lateness costs; "" where the pack has no such rate
	Review, Suit               string // remedies with their limits; "" where the pack has none
	Unverified                 bool   // something in the text carries a mark
}

type letterFinding struct {
	Number                                       int
	Code, Name, Outcome, Day, Reasons, Standards string
	Evidence                                     string
}

func letterOf(lang locale.Lang, pack *rulebook.Pack, p *Penalty) letter {
	in := func(t rulebook.Text) string { return t.In(string(lang)) }
	w := &wording{lang: lang, pack: pack, on: p.IssuedOn}
	l := letter{
		Office: in(pack.Office), Number: p.DecisionNumber, Case: p.Case.Reference, Date: locale.Date(lang, p.IssuedOn),
		Party: p.Firm.Name, PartyCode: p.Firm.Code, USCC: p.Firm.USCC, Facts: p.Facts, Reasons: p.Reasons,
	}
	for _, f := range p.Findings {
		l.Findings = append(l.Findings, w.finding(f))
	}
	for _, id := range p.Bases {
		if b, ok := pack.Basis(id); ok {
			l.Bases = append(l.Bases, w.cite(b))
		}
	}
	for _, m := range p.Measures {
		l.Measures = append(l.Measures, w.measure(m))
		l.Pays = l.Pays || m.AmountFen > 0
	}
	if l.Pays {
		l.Pay = w.limit("penalty.pay")
		if p.FineFen > 0 {
			l.Surcharge = w.surcharge()
		}
	}
	l.Review, l.Suit = w.limit("review.apply"), w.limit("suit.direct")
	l.Unverified = w.marked
	return l
}

// wording says rulebook data in one language and remembers whether any of it is marked as unverified.
type wording struct {
	lang   locale.Lang
	pack   *rulebook.Pack
	on     calendar.Date
	marked bool
}

func (w *wording) in(t rulebook.Text) string { return t.In(string(w.lang)) }

func (w *wording) cite(b rulebook.Basis) string {
	if _, ok := b.Caveat(); ok {
		w.marked = true
	}
	return w.in(b.Citation())
}

func (w *wording) finding(f casework.Finding) letterFinding {
	v, _ := w.pack.Violation(f.Code)
	out := letterFinding{
		Number: f.Number, Code: f.Code, Name: w.in(v.Name), Outcome: f.Outcome, Day: locale.Date(w.lang, f.ActedOn),
		Reasons: f.Reasons, Evidence: strings.Join(f.Evidence, w.comma()),
	}
	for _, o := range w.pack.FindingOutcomes() {
		if o.ID == f.Outcome {
			out.Outcome = w.in(o.Name)
		}
	}
	var cited []string
	for _, id := range f.Standards {
		if b, ok := w.pack.Basis(id); ok {
			cited = append(cited, w.cite(b))
		}
	}
	out.Standards = strings.Join(cited, w.comma())
	return out
}

func (w *wording) comma() string {
	if w.lang == locale.EN {
		return "; "
	}
	return "、"
}

// measure is a kind with its amount, in Chinese also in the numerals that cannot be altered by a stroke.
func (w *wording) measure(m Measure) string {
	k, _ := w.pack.PenaltyKind(m.Kind)
	name := w.in(k.Name)
	if m.AmountFen == 0 {
		return name
	}
	if w.lang == locale.EN {
		return fmt.Sprintf("%s: %s %s", name, w.pack.Currency.Code, strings.Replace(locale.Money(w.lang, m.AmountFen), "¥", "", 1))
	}
	figures := strings.Replace(locale.Money(w.lang, m.AmountFen), "¥", w.pack.Currency.Symbol, 1)
	if w.pack.Currency.Code == "CNY" {
		return name + "人民币" + InWords(m.AmountFen) + "（" + figures + "）"
	}
	return name + figures
}

var unitWords = map[string][2]string{
	"workday": {"个工作日", "working days"}, "day": {"日", "days"}, "week": {"周", "weeks"}, "month": {"个月", "months"}, "year": {"年", "years"},
}

// limit is a time limit with its article and, if it is not verified, its mark; "" where the pack has none.
func (w *wording) limit(key string) string {
	l, ok := w.pack.LimitOn(key, w.on)
	if !ok {
		return ""
	}
	mark := ""
	if c, unsure := l.Caveat(); unsure && l.Strength != rulebook.Office {
		w.marked = true
		mark = w.in(c)
	}
	u := unitWords[l.Unit]
	if w.lang == locale.EN {
		if mark != "" {
			mark = "; " + mark
		}
		return fmt.Sprintf("%d %s (%s%s)", l.N, u[1], l.Article.EN, mark)
	}
	if mark != "" {
		mark = "，" + mark
	}
	return fmt.Sprintf("%d%s（%s%s）", l.N, u[0], l.Article.ZH, mark)
}

// surcharge says what is added for each day of lateness.
func (w *wording) surcharge() string {
	r, ok := w.pack.Rate("surcharge")
	if !ok || r.Per != "day" {
		return ""
	}
	mark := ""
	if c, unsure := r.Caveat(); unsure {
		w.marked = true
		mark = w.in(c)
	}
	if w.lang == locale.EN {
		if mark != "" {
			mark = "; " + mark
		}
		return fmt.Sprintf("%s%% of the fine for each day, at most %s%% of it in all (%s%s)",
			locale.Number(w.lang, r.Percent), locale.Number(w.lang, r.CapPercent), r.Article.EN, mark)
	}
	if mark != "" {
		mark = "，" + mark
	}
	return fmt.Sprintf("每日按罚款数额的%s%%加处罚款，加处的总额不超过罚款数额的%s%%（%s%s）",
		locale.Number(w.lang, r.Percent), locale.Number(w.lang, r.CapPercent), r.Article.ZH, mark)
}
