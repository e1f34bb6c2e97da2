package complaint

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"dunwatch/internal/store"
)

// Limits of the index, in tokens and code points: PostgreSQL keeps no positions
// beyond 16383, and a word of hundreds of letters is none.
const (
	maxTokens = 16000
	maxWord   = 64
)

// run is a stretch of Chinese characters or of letters and digits.
type run struct {
	han  bool
	text []rune
}

// runs cuts a text where the script changes and at everything that is neither
// letter nor digit, so that no word is found across a full stop.
func runs(s string) []run {
	var out []run
	open := false
	for _, r := range strings.ToLower(norm.NFKC.String(s)) {
		han := unicode.Is(unicode.Han, r)
		if !han && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			open = false
			continue
		}
		if !open || out[len(out)-1].han != han {
			out = append(out, run{han: han})
			open = true
		}
		last := &out[len(out)-1]
		if han || len(last.text) < maxWord {
			last.text = append(last.text, r)
		}
	}
	return out
}

// tokens are what a text is indexed under, in order: Chinese by pairs of
// neighbours, and the last character of each stretch alone, so that every
// character begins a token; other words whole.
func tokens(s string) []string {
	var out []string
	for _, r := range runs(s) {
		if !r.han {
			out = append(out, string(r.text))
			continue
		}
		for i := range r.text {
			out = append(out, string(r.text[i:min(i+2, len(r.text))]))
		}
	}
	if len(out) > maxTokens {
		out = out[:maxTokens]
	}
	return out
}

// term is one thing that a text must hold: neighbouring tokens, the last a
// beginning of a token if prefix is set.
type term struct {
	tokens []string
	prefix bool
}

// terms are what a search asks for. A Chinese word is the run of its pairs; a
// single character begins a pair or stands at an end; other words are found by
// their beginning.
func terms(q string) []term {
	var out []term
	for _, r := range runs(q) {
		switch {
		case !r.han || len(r.text) == 1:
			out = append(out, term{tokens: []string{string(r.text)}, prefix: true})
		default:
			t := term{}
			for i := range len(r.text) - 1 {
				t.tokens = append(t.tokens, string(r.text[i:i+2]))
			}
			out = append(out, t)
		}
	}
	return out
}

// SearchSQL is a subquery of the ids of complaints whose words match q, and its
// argument: for `WHERE complaint_id IN (…)`, here and in casework. A search
// without any letter or digit matches nothing.
func SearchSQL(d store.Dialect, q string) (subquery string, arg string) {
	list := terms(q)
	if len(list) == 0 {
		return "SELECT id FROM complaints WHERE 1 = 0 AND reference = ?", ""
	}
	if d == store.Postgres {
		return "SELECT complaint_id FROM complaint_search WHERE words @@ CAST(? AS tsquery)", tsquery(list)
	}
	return "SELECT docid FROM complaint_search WHERE words MATCH ?", match(list)
}

// match writes terms for FTS4. Tokens hold letters and digits only, so nothing
// in them can leave its quotes.
func match(list []term) string {
	parts := make([]string, len(list))
	for i, t := range list {
		parts[i] = strings.Join(t.tokens, " ")
		if t.prefix {
			parts[i] += "*"
		}
		parts[i] = `"` + parts[i] + `"`
	}
	return strings.Join(parts, " ")
}

// tsquery writes terms for PostgreSQL.
func tsquery(list []term) string {
	parts := make([]string, len(list))
	for i, t := range list {
		words := make([]string, len(t.tokens))
		for k, w := range t.tokens {
			words[k] = "'" + w + "'"
		}
		parts[i] = strings.Join(words, " <-> ")
		if t.prefix {
			parts[i] += ":*"
		}
		parts[i] = "(" + parts[i] + ")"
	}
	return strings.Join(parts, " & ")
}
