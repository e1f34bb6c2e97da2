package notify

import (
	"slices"
	"strings"
	"unicode"

	"dunwatch/internal/calendar"
)

// parts are the keys below a template that each channel needs.
var parts = map[Channel][]string{Email: {"subject", "body"}, SMS: {"sms"}}

func argument(name string) int { return slices.Index(Arguments, name) }

// envelope puts a stored message into words.
func (s *Service) envelope(m queued, to string) Envelope {
	args := arguments(m.data)
	e := Envelope{ID: m.id, Channel: m.channel, To: to, Lang: m.lang, QueuedAt: m.at, FromName: s.words.T(m.lang, "brand.name")}
	if m.channel == SMS {
		e.Body = s.words.T(m.lang, m.template+".sms", args...)
		return e
	}
	e.Subject = oneLine(s.words.T(m.lang, m.template+".subject", args...))
	e.Body = strings.TrimRight(s.words.T(m.lang, m.template+".body", args...), "\n") +
		"\n\n" + s.words.T(m.lang, "mail.foot") + "\n"
	return e
}

func arguments(data map[string]string) []any {
	args := make([]any, len(Arguments))
	for i, name := range Arguments {
		args[i] = data[name]
		if d, err := calendar.ParseDate(data[name]); err == nil {
			args[i] = d
		}
	}
	return args
}

// oneLine keeps a value from starting a header of its own.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}
