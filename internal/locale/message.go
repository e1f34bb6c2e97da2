package locale

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dunwatch/internal/calendar"
)

// Key is an argument that is itself a message: T("case.stale", Key("case.status.open")).
type Key string

// Fen is an argument that is an amount of money, in fen.
type Fen int64

// message is a text cut at its placeholders.
type message []part

// part is a piece of fixed text (arg < 0), a placeholder, or a plural choice.
type part struct {
	text       string
	arg        int
	one, other string
	plural     bool
}

func parse(s string) (message, error) {
	if s == "" {
		return message{{arg: -1}}, nil
	}
	var m message
	for s != "" {
		open := strings.IndexByte(s, '{')
		if open < 0 {
			return append(m, part{text: s, arg: -1}), nil
		}
		if open > 0 {
			m = append(m, part{text: s[:open], arg: -1})
		}
		end := strings.IndexByte(s[open:], '}')
		if end < 0 {
			return nil, fmt.Errorf("placeholder without } in %q", s)
		}
		p, err := parsePlaceholder(s[open+1 : open+end])
		if err != nil {
			return nil, err
		}
		m, s = append(m, p), s[open+end+1:]
	}
	return m, nil
}

func parsePlaceholder(s string) (part, error) {
	fields := strings.Split(s, "|")
	n, err := strconv.Atoi(fields[0])
	if err != nil || n < 0 || len(fields) == 2 || len(fields) > 3 {
		return part{}, fmt.Errorf("placeholder {%s}: want {0} or {0|one|other}", s)
	}
	if len(fields) == 3 {
		return part{arg: n, one: fields[1], other: fields[2], plural: true}, nil
	}
	return part{arg: n}, nil
}

func (p part) write(b *strings.Builder, c *Catalog, lang Lang, args []any) {
	switch {
	case p.arg < 0:
		b.WriteString(p.text)
	case p.arg >= len(args):
		b.WriteString(p.written())
	case p.plural && isOne(args[p.arg]):
		b.WriteString(p.one)
	case p.plural:
		b.WriteString(p.other)
	default:
		b.WriteString(c.format(lang, args[p.arg]))
	}
}

// written is the placeholder as the file has it: scripts fill counters in
// themselves and get the message with its placeholders left open.
func (p part) written() string {
	if p.plural {
		return fmt.Sprintf("{%d|%s|%s}", p.arg, p.one, p.other)
	}
	return fmt.Sprintf("{%d}", p.arg)
}

// args lists the placeholders of m, each once, sorted.
func (m message) args() []int {
	var list []int
	for _, p := range m {
		if p.arg >= 0 {
			list = append(list, p.arg)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// source is m without its arguments, enough to see whether it is empty.
func (m message) source() string {
	var b strings.Builder
	for _, p := range m {
		b.WriteString(p.text)
		if p.arg >= 0 {
			b.WriteByte('*')
		}
	}
	return b.String()
}

// isOne compares by text: arguments come as int, int64 or already written.
func isOne(v any) bool { return fmt.Sprint(v) == "1" }

// format writes one argument. Whole numbers stay ungrouped, because many are
// years and reference numbers; a count that needs grouping comes as Number.
func (c *Catalog) format(lang Lang, v any) string {
	switch v := v.(type) {
	case string:
		return v
	case Key:
		return c.T(lang, string(v))
	case Fen:
		return Money(lang, int64(v))
	case calendar.Date:
		return Date(lang, v)
	case time.Time:
		return DateTime(lang, v, v.Location())
	default:
		return fmt.Sprint(v)
	}
}
