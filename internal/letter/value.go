package letter

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
)

// values writes the fields of a letter in one language, with those that this package fills itself.
func (s *Service) values(n New, pack *rulebook.Pack, today calendar.Date, lang locale.Lang) (map[string]string, error) {
	out := make(map[string]string, len(n.Fields)+3)
	for name, v := range n.Fields {
		if !everyField[name] {
			return nil, fmt.Errorf("no letter has a field %q", name)
		}
		text, err := written(lang, v)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", name, err)
		}
		out[name] = text
	}
	if n.To != ToComplainant {
		delete(out, "name") // who complained is told to others by no letter
	}
	if n.To == ToComplainant && out["name"] == "" {
		out["name"] = s.words.T(lang, "letter.no_name")
	}
	if out["firm"] == "" {
		out["firm"] = out["lender"] // the lender answers for its agency
	}
	out["office"] = pack.Office.In(string(lang))
	if out["on"] == "" {
		out["on"] = locale.Date(lang, today)
	}
	if out["remedy"] == "" {
		out["remedy"] = s.remedy(n.Kind, pack, today, lang)
	}
	return out, nil
}

func written(lang locale.Lang, v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return clean(v), nil
	case int:
		if v == 0 {
			return "", nil
		}
		return strconv.Itoa(v), nil
	case calendar.Date:
		return locale.Date(lang, v), nil
	case rulebook.Text:
		return clean(v.In(string(lang))), nil
	case Fen:
		if v == 0 {
			return "", nil
		}
		return locale.Money(lang, int64(v)), nil
	default:
		return "", fmt.Errorf("cannot write a %T", v)
	}
}

// clean keeps the text of a person to what paper can show: no control characters, no marks that turn the direction of
// the words after them, no more than one empty line in a row.
func clean(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSpace(s), "\n") {
		line = strings.TrimSpace(line)
		if line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// remedy says in which time and under which article the recipient can object, from the limits of the pack in force that
// day; "" where it has none.
func (s *Service) remedy(kind string, pack *rulebook.Pack, on calendar.Date, lang locale.Lang) string {
	var said []string
	for _, key := range remedies[kind] {
		l, ok := pack.LimitOn(key, on)
		if !ok {
			continue
		}
		basis := l.Article.In(string(lang))
		if c, unsure := l.Caveat(); unsure && l.Strength != rulebook.Office {
			basis += s.words.T(lang, "letter.comma") + c.In(string(lang))
		}
		period := s.words.T(lang, "letter.unit."+l.Unit, l.N)
		said = append(said, s.words.T(lang, "letter.remedy."+strings.ReplaceAll(key, ".", "_"), period, basis))
	}
	if len(said) == 0 {
		return ""
	}
	return s.words.T(lang, "letter.remedy.lead", strings.Join(said, s.words.T(lang, "letter.remedy.or")))
}

// cleanLines is clean for a whole text, where one empty line parts the sections.
func cleanLines(s string) string {
	var out []string
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		line = clean(line)
		if line == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, line)
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n")
}
