package brief

import (
	"crypto/sha256"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"dunwatch/internal/fault"
)

// The lengths of what people write, in characters.
const (
	maxTitleZH, maxTitleEN = 60, 160
	maxPartZH, maxPartEN   = 1500, 4000
	minReason, maxReason   = 4, 1000
)

// field is a part of a text with its name in forms and in the API, and its length.
type field struct {
	name  string
	value *string
	max   int
	title bool
}

func (t *Text) fields() []field {
	return []field{
		{"title_zh", &t.TitleZH, maxTitleZH, true}, {"happened_zh", &t.HappenedZH, maxPartZH, false}, {"rule_zh", &t.RuleZH, maxPartZH, false},
		{"outcome_zh", &t.OutcomeZH, maxPartZH, false}, {"title_en", &t.TitleEN, maxTitleEN, true}, {"happened_en", &t.HappenedEN, maxPartEN, false},
		{"rule_en", &t.RuleEN, maxPartEN, false}, {"outcome_en", &t.OutcomeEN, maxPartEN, false},
	}
}

// Fields are the parts by their names, in the order of the form.
func (t Text) Fields() map[string]string {
	out := map[string]string{}
	for _, f := range t.fields() {
		out[f.name] = *f.value
	}
	return out
}

// clean gives a text the form in which it is kept.
func (t Text) clean() Text {
	for _, f := range t.fields() {
		if !utf8.ValidString(*f.value) {
			continue // refused by check
		}
		v := strings.ReplaceAll(norm.NFC.String(*f.value), "\r\n", "\n")
		if f.title {
			v = strings.Join(strings.Fields(v), " ")
		}
		*f.value = strings.TrimSpace(v)
	}
	return t
}

// check finds what is missing or too long. A draft may be unfinished but for its title, by which it is found.
func (t Text) check(wrong *fault.Fields, whole bool) {
	for _, f := range t.fields() {
		n := utf8.RuneCountInString(*f.value)
		switch {
		case !utf8.ValidString(*f.value) || strings.ContainsFunc(*f.value, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }):
			wrong.Add(f.name, "complaint.characters")
		case n == 0 && (whole || f.name == "title_zh"):
			wrong.Add(f.name, "fault.required")
		case n > f.max:
			wrong.Add(f.name, "fault.too_long", f.max, n)
		}
	}
}

// digestOf is what the record keeps of a text: enough to tell it from another, and nothing of what it says.
func digestOf(t Text) []byte {
	var parts []string
	for _, f := range t.fields() {
		parts = append(parts, *f.value)
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return sum[:]
}

// reasoned checks why something was sent back or withdrawn.
func reasoned(reason string) (string, error) {
	reason = strings.TrimSpace(norm.NFC.String(reason))
	var wrong fault.Fields
	switch n := utf8.RuneCountInString(reason); {
	case n == 0:
		wrong.Add("reason", "fault.required")
	case n < minReason:
		wrong.Add("reason", "fault.too_short", minReason)
	case n > maxReason:
		wrong.Add("reason", "fault.too_long", maxReason, n)
	}
	return reason, wrong.Err()
}

// unique drops blanks and repetitions and keeps the order.
func unique(list []string) []string {
	var out []string
	for _, x := range list {
		if x = strings.TrimSpace(x); x != "" && !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}
