package deadline_test

import (
	"testing"

	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
)

func TestMarks(t *testing.T) {
	cn := mustChina(t)
	for name, c := range map[string]struct {
		due            string
		warn, escalate int
		want           map[deadline.Mark]string
	}{
		"plain weeks":                   {"2026-11-12", 3, 3, map[deadline.Mark]string{"warn": "2026-11-09", "due": "2026-11-12", "escalate": "2026-11-17"}},
		"over National Day":             {"2026-10-08", 3, 3, map[deadline.Mark]string{"warn": "2026-09-28", "due": "2026-10-08", "escalate": "2026-10-12"}},
		"due on a day off":              {"2026-10-05", 3, 3, map[deadline.Mark]string{"warn": "2026-09-28", "due": "2026-10-05", "escalate": "2026-10-10"}},
		"a make-up Saturday counts":     {"2026-10-12", 1, 1, map[deadline.Mark]string{"warn": "2026-10-10", "due": "2026-10-12", "escalate": "2026-10-13"}},
		"no warning, no escalation":     {"2026-11-12", 0, 0, map[deadline.Mark]string{"due": "2026-11-12"}},
		"held back: nothing to tell of": {"", 3, 3, nil},
	} {
		var due calendar.Date
		if c.due != "" {
			due = d(c.due)
		}
		got := deadline.Marks(cn, due, c.warn, c.escalate)
		if len(got) != len(c.want) {
			t.Errorf("%s: %v", name, got)
		}
		for i, m := range got {
			if m.On.String() != c.want[m.Mark] {
				t.Errorf("%s: %s on %s, want %s", name, m.Mark, m.On, c.want[m.Mark])
			}
			if i > 0 && m.On.Before(got[i-1].On) {
				t.Errorf("%s: out of order: %v", name, got)
			}
		}
	}
}
