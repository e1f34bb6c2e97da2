package calendar_test

import (
	"encoding/json"
	"testing"
	"time"

	"dunwatch/internal/calendar"
)

func TestMonth(t *testing.T) {
	m := calendar.MustMonth("2026-12")
	for _, c := range []struct{ what, got, want string }{
		{"string", m.String(), "2026-12"},
		{"next", m.Next().String(), "2027-01"},
		{"prev", m.Prev().String(), "2026-11"},
		{"add", m.Add(-24).String(), "2024-12"},
		{"first", m.First().String(), "2026-12-01"},
		{"last", m.Last().String(), "2026-12-31"},
		{"leap", calendar.MustMonth("2024-02").Last().String(), "2024-02-29"},
		{"of", calendar.MonthOf(d("2026-10-31")).String(), "2026-10"},
		{"zero", calendar.Month{}.String(), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s = %q, want %q", c.what, c.got, c.want)
		}
	}
	if !m.Contains(d("2026-12-01")) || !m.Contains(d("2026-12-31")) || m.Contains(d("2027-01-01")) || (calendar.Month{}).Contains(calendar.Date{}) {
		t.Error("Contains is wrong at a border")
	}
	if !m.Before(m.Next()) || m.Before(m) || !m.After(m.Add(-11)) || m.Compare(m) != 0 {
		t.Error("the order of months is wrong")
	}
}

func TestMonthRange(t *testing.T) {
	zone := time.FixedZone("CST", 8*3600)
	start, end := calendar.MustMonth("2026-10").Range(zone)
	if got, want := start.UTC().Format(time.RFC3339)+" "+end.UTC().Format(time.RFC3339), "2026-09-30T16:00:00Z 2026-10-31T16:00:00Z"; got != want {
		t.Errorf("range %s, want %s", got, want)
	}
}

func TestParseMonthRefuses(t *testing.T) {
	for _, s := range []string{"", "2026", "2026-1", "2026-13", "2026-00", "2026-10-01", "26-10", "2026/10", " 2026-10"} {
		if m, err := calendar.ParseMonth(s); err == nil {
			t.Errorf("ParseMonth(%q) = %s", s, m)
		}
	}
}

func TestMonthIsStoredAndSentAsText(t *testing.T) {
	m := calendar.MustMonth("2026-10")
	var stored calendar.Month
	v, err := m.Value()
	if err != nil {
		t.Fatal(err)
	}
	if err := stored.Scan(v); err != nil || stored != m {
		t.Errorf("stored %v: %v", stored, err)
	}
	if err := stored.Scan(nil); err != nil || !stored.IsZero() {
		t.Errorf("NULL is %v: %v", stored, err)
	}
	if err := stored.Scan(7); err == nil {
		t.Error("a number was taken for a month")
	}
	var sent struct{ M, None calendar.Month }
	if err := json.Unmarshal([]byte(`{"M":"2026-10","None":""}`), &sent); err != nil || sent.M != m || !sent.None.IsZero() {
		t.Errorf("sent %v: %v", sent, err)
	}
	if b, err := json.Marshal(m); err != nil || string(b) != `"2026-10"` {
		t.Errorf("marshalled %s: %v", b, err)
	}
}
