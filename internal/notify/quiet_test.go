package notify

import (
	"testing"
	"time"

	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

func TestMorning(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		storetest.SkipOrFail(t, "no time zones on this machine (Debian: apt-get install tzdata): "+err.Error())
	}
	for _, tt := range []struct {
		zone     *time.Location
		at, want string
	}{
		{beijing, "2026-10-20T00:00:00Z", "2026-10-20T00:00:00Z"}, // 08:00: at once
		{beijing, "2026-10-19T23:59:59Z", "2026-10-20T00:00:00Z"}, // a second before
		{beijing, "2026-10-20T13:59:59Z", "2026-10-20T13:59:59Z"}, // 21:59:59
		{beijing, "2026-10-20T14:00:00Z", "2026-10-21T00:00:00Z"}, // 22:00
		{beijing, "2026-12-31T15:30:00Z", "2027-01-01T00:00:00Z"}, // 23:30 on the last day of the year
		{beijing, "2026-10-20T16:00:00Z", "2026-10-21T00:00:00Z"}, // midnight: the same morning, not the next
		// The clocks go forward in the night to 29 March 2026 and back in the night to 25 October 2026.
		{london, "2026-03-28T23:00:00Z", "2026-03-29T07:00:00Z"},
		{london, "2026-03-29T06:59:59Z", "2026-03-29T07:00:00Z"},
		{london, "2026-03-29T20:59:59Z", "2026-03-29T20:59:59Z"},
		{london, "2026-03-29T21:00:00Z", "2026-03-30T07:00:00Z"},
		{london, "2026-10-24T21:30:00Z", "2026-10-25T08:00:00Z"},
		{london, "2026-10-25T07:30:00Z", "2026-10-25T08:00:00Z"},
	} {
		at, want := mustTime(t, tt.at), mustTime(t, tt.want)
		if got := morning(at, tt.zone); !got.Equal(want) {
			t.Errorf("%s in %s: %s, want %s", tt.at, tt.zone, got.UTC(), want)
		}
		if awake(at, tt.zone) != at.Equal(want) {
			t.Errorf("%s in %s: awake %v", tt.at, tt.zone, awake(at, tt.zone))
		}
	}
}

func mustTime(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// A quiet message waits for the morning, even when a retry falls into the night; others go at any hour.
func TestQuietMessagesWait(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, c *storetest.Clock) {
		g := &gateway{answer: func(n int) error {
			if n == 2 {
				return errTemporary
			}
			return nil
		}}
		s := open(t, db, Senders{Email: g})
		c.Set(mustTime(t, "2026-10-20T13:58:00Z")) // 21:58 in Beijing
		night, day := filed("li@example.cn", ""), filed("wang@desk.example", "")
		night.Quiet = true
		s.must(t, day, night)
		deliver(t, s, 1) // the quiet one failed for now
		c.Add(10 * time.Minute)
		s.must(t, night)
		deliver(t, s, 0)
		c.Set(mustTime(t, "2026-10-20T23:59:59Z"))
		deliver(t, s, 0)
		c.Add(time.Second)
		deliver(t, s, 2)
	})
}
