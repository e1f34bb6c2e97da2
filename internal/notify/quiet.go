package notify

import "time"

// The hours in which a message may reach people at home: an office that watches
// over calls at night does not write at night.
const (
	wakeHour  = 8  // from 08:00 on
	sleepHour = 22 // until 22:00, not included
)

// awake reports whether a moment lies within the hours of the zone.
func awake(t time.Time, zone *time.Location) bool {
	h := t.In(zone).Hour()
	return h >= wakeHour && h < sleepHour
}

// morning is the moment itself while people are awake, else the next 08:00 by the
// clocks of the zone, whatever the night did to them.
func morning(t time.Time, zone *time.Location) time.Time {
	if awake(t, zone) {
		return t
	}
	l := t.In(zone)
	day := l.Day()
	if l.Hour() >= sleepHour {
		day++
	}
	return time.Date(l.Year(), l.Month(), day, wakeHour, 0, 0, 0, zone).UTC()
}
