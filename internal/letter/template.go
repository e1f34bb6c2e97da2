package letter

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"dunwatch/internal/locale"
)

type templateKey struct {
	kind string
	lang locale.Lang
}

// source is the text of a template. The prefix of the number belongs to the built-in text and cannot be changed; that of
// the Chinese text numbers letters under Chinese law, that of the English one letters under other packs.
type source struct {
	number        int64 // of the version; 0 is the built-in text
	title, body   string
	prefix        string
	secondReading bool
}

// load reads letter/<lang>/<kind>.txt for every kind and language.
func load(fsys fs.FS) (map[templateKey]*source, error) {
	all := map[templateKey]*source{}
	for _, kind := range Kinds {
		for _, lang := range locale.Langs {
			file := path.Join("letter", string(lang), kind+".txt")
			text, err := fs.ReadFile(fsys, file)
			if err != nil {
				return nil, fmt.Errorf("load letter template: %w", err)
			}
			t, err := parseSource(string(text))
			if err != nil {
				return nil, fmt.Errorf("load letter template %s: %w", file, err)
			}
			if wrong := faults(kind, t.title, t.body); len(wrong) > 0 {
				return nil, fmt.Errorf("load letter template %s: %v", file, wrong)
			}
			all[templateKey{kind, lang}] = t
		}
		zh, en := all[templateKey{kind, locale.ZH}], all[templateKey{kind, locale.EN}]
		if zh.secondReading != en.secondReading {
			return nil, fmt.Errorf("load letter template %s: the heads of the two languages differ", kind)
		}
	}
	return all, nil
}

// parseSource reads a head of "title:", "number:" and "second_reading:" and, after a line of three hyphens, the body.
func parseSource(text string) (*source, error) {
	head, body, ok := strings.Cut(text, "\n---\n")
	if !ok {
		return nil, fmt.Errorf("no line --- between head and body")
	}
	t := &source{body: strings.Trim(body, "\n")}
	for line := range strings.SplitSeq(head, "\n") {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch name {
		case "title":
			t.title = value
		case "number":
			t.prefix = value
		case "second_reading":
			if value != "yes" && value != "no" {
				return nil, fmt.Errorf("second_reading: want yes or no, got %q", value)
			}
			t.secondReading = value == "yes"
		default:
			return nil, fmt.Errorf("unknown line %q in the head", line)
		}
	}
	if t.title == "" || t.prefix == "" || t.body == "" {
		return nil, fmt.Errorf("title, number or body is empty")
	}
	return t, nil
}

// mistake is what an administrator must mend in a template, with the piece of text that is wrong.
type mistake struct {
	field string // title or body
	key   string // of web/locales
	what  string
}

var placeholder = regexp.MustCompile(`\{([a-z_]+)\}`)

// faults checks a template's text: fields known for its kind, braces and brackets that close, bracketed parts that
// depend on a field. The title takes no fields, because it is shown where the text is not, unsealed.
func faults(kind, title, body string) (wrong []mistake) {
	if i := strings.IndexAny(title, "{}[]\n"); i >= 0 {
		wrong = append(wrong, mistake{"title", "letter.error.title_field", title[i : i+1]})
	}
	known := Fields(kind)
	for line := range strings.SplitSeq(body, "\n") {
		for _, m := range placeholder.FindAllStringSubmatch(line, -1) {
			if !slices.Contains(known, m[1]) {
				wrong = append(wrong, mistake{"body", "letter.error.unknown_field", m[1]})
			}
		}
		rest := placeholder.ReplaceAllString(line, "")
		if strings.ContainsAny(rest, "{}") {
			wrong = append(wrong, mistake{"body", "letter.error.braces", line})
		}
		if !brackets(line) {
			wrong = append(wrong, mistake{"body", "letter.error.brackets", line})
		}
	}
	return wrong
}

// brackets reports whether every [ in a line closes before the next opens, around at least one field.
func brackets(line string) bool {
	for {
		open, end := strings.IndexByte(line, '['), strings.IndexByte(line, ']')
		if open < 0 && end < 0 {
			return true
		}
		if open < 0 || end < open {
			return false
		}
		part := line[open+1 : end]
		if strings.Contains(part, "[") || !placeholder.MatchString(part) {
			return false
		}
		line = line[end+1:]
	}
}

// render puts values into a template, each line by itself. A part in [brackets] goes when one of its fields has no
// value; a line goes when it has fields and none of those outside brackets has a value. It is one pass: what looks like a
// field inside a value stays as it is.
func render(body string, values map[string]string) string {
	var out []string
	for line := range strings.SplitSeq(body, "\n") {
		text, kept := renderLine(line, values)
		if !kept {
			continue
		}
		text = strings.TrimRight(text, " ")
		if text == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue // no two empty lines together, none at the head
		}
		out = append(out, text)
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n")
}

func renderLine(line string, values map[string]string) (string, bool) {
	var b strings.Builder
	fields, filled, parts, shown := 0, 0, 0, 0
	for line != "" {
		open := strings.IndexByte(line, '[')
		plain := line
		if open >= 0 {
			plain = line[:open]
		}
		n, f := fill(&b, plain, values)
		fields, filled = fields+n, filled+f
		if open < 0 {
			break
		}
		end := open + strings.IndexByte(line[open:], ']')
		var part strings.Builder
		parts++
		if n, f := fill(&part, line[open+1:end], values); n == f {
			b.WriteString(part.String())
			shown++
		}
		line = line[end+1:]
	}
	text := b.String()
	switch {
	case fields > 0:
		return text, filled > 0
	case parts > 0:
		return text, shown > 0 || strings.TrimSpace(text) != ""
	default:
		return text, true
	}
}

// fill writes text with its fields and counts them.
func fill(b *strings.Builder, text string, values map[string]string) (fields, filled int) {
	at := 0
	for _, m := range placeholder.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(text[at:m[0]])
		v := values[text[m[2]:m[3]]]
		b.WriteString(v)
		fields++
		if v != "" {
			filled++
		}
		at = m[1]
	}
	b.WriteString(text[at:])
	return fields, filled
}
