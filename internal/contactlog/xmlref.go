package contactlog

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// attrNames are the names that scanners want, so that a name costs nothing.
var attrNames = func() map[string]string {
	m := map[string]string{}
	for _, n := range []string{"number", "duration", "date", "type", "address", "body", "msg_box", "ct", "text", "presentation", "r", "t", "s", "name", "sheetId", "r:id", "Id", "Target", "date1904", "state"} {
		m[n] = n
	}
	return m
}()

func wantedName(want map[string]bool, name []byte) string {
	if n, ok := attrNames[string(name)]; ok {
		return n
	}
	return string(name)
}

// attr is the value of an attribute of the element last opened.
func (x *xmlScan) attr(name string) []byte {
	for _, a := range x.attrs {
		if a.name == name {
			return x.arena[a.lo:a.hi]
		}
	}
	return nil
}

// unescape resolves the references in b from lo on, in place.
func (x *xmlScan) unescape(b []byte, lo int) ([]byte, error) {
	i := bytes.IndexByte(b[lo:], '&')
	if i < 0 {
		return b, nil
	}
	out, rest := b[:lo+i], b[lo+i:]
	high := rune(0) // a surrogate half that waits for the other
	for len(rest) > 0 {
		if rest[0] != '&' {
			high = 0
			out, rest = append(out, rest[0]), rest[1:]
			continue
		}
		end := bytes.IndexByte(rest, ';')
		if end < 2 || end > 12 {
			return nil, x.broken()
		}
		r, ok := reference(rest[1:end])
		if !ok {
			return nil, refuse("entity", x.line)
		}
		rest = rest[end+1:]
		switch {
		case high != 0 && r >= 0xdc00 && r < 0xe000:
			out = utf8.AppendRune(out[:len(out)-3], utf16.DecodeRune(high, r)) // over the mark that stood for the first half
			high = 0
		case r >= 0xd800 && r < 0xdc00:
			high = r
			out = utf8.AppendRune(out, utf8.RuneError)
		default:
			high = 0
			out = utf8.AppendRune(out, r) // a reference is never shorter than what it stands for
		}
	}
	return out, nil
}

func reference(name []byte) (rune, bool) {
	switch string(name) {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if name[0] != '#' {
		return 0, false
	}
	digits, base := string(name[1:]), 10
	if len(digits) > 1 && (digits[0] == 'x' || digits[0] == 'X') {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	return rune(n), err == nil && n <= utf8.MaxRune
}
