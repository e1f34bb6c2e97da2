package rulebook

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"dunwatch/internal/calendar"

	"go.yaml.in/yaml/v3"
)

// dateKeys are the keys whose values are dates in every file.
var dateKeys = map[string]bool{"from": true, "to": true, "as_of": true}

// lint checks what holds in every file, on the nodes, where the lines are
// known: dates are dates, texts come in both languages, nothing is left blank.
// It reports whether the dates allow decoding.
func (r *reader) lint(name string, n *yaml.Node) bool {
	ok := true
	switch n.Kind {
	case yaml.MappingNode:
		keys := map[string]*yaml.Node{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			k, v := n.Content[i], n.Content[i+1]
			keys[k.Value] = v
			if v.Kind == yaml.ScalarNode && strings.TrimSpace(v.Value) == "" && k.Value != "sub" {
				r.add(name, k.Line, "%s is blank", k.Value)
			}
			if dateKeys[k.Value] && v.Kind == yaml.ScalarNode {
				if _, err := calendar.ParseDate(v.Value); err != nil {
					r.add(name, v.Line, "%s: %v", k.Value, err)
					ok = false
				}
			}
			ok = r.lint(name, v) && ok
		}
		r.lintText(name, n.Line, keys)
	case yaml.SequenceNode:
		for _, c := range n.Content {
			ok = r.lint(name, c) && ok
		}
	}
	return ok
}

func (r *reader) lintText(name string, line int, keys map[string]*yaml.Node) {
	zh, en := keys["zh"], keys["en"]
	switch {
	case zh == nil && en == nil:
	case zh == nil:
		r.add(name, line, "Chinese missing (zh) beside %q", en.Value)
	case en == nil:
		r.add(name, line, "English missing (en) beside %q", zh.Value)
	case hasHan(en.Value):
		r.add(name, en.Line, "English text holds Chinese: %q", en.Value)
	}
}

func hasHan(s string) bool {
	for _, c := range s {
		if unicode.Is(unicode.Han, c) {
			return true
		}
	}
	return false
}

var yamlLine = regexp.MustCompile(`line (\d+): (.*)`)
var goType = regexp.MustCompile(` (in|into) type \S+|into rulebook\.\S+`)

// addYAML takes over the decoder's own complaints, without the Go type names
// that mean nothing to whoever edits the law.
func (r *reader) addYAML(name string, err error) {
	texts := []string{err.Error()}
	var list *yaml.TypeError
	if errors.As(err, &list) {
		texts = list.Errors
	}
	for _, t := range texts {
		m := yamlLine.FindStringSubmatch(t)
		if m == nil {
			r.add(name, 0, "%s", t)
			continue
		}
		line, _ := strconv.Atoi(m[1]) // the pattern admits digits only
		r.add(name, line, "%s", goType.ReplaceAllString(m[2], ""))
	}
}
