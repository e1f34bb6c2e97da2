package casework

import (
	"testing"

	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/rulebook"
)

func mustBook(t *testing.T) (*rulebook.Book, map[string]*calendar.Calendar) {
	t.Helper()
	book := lawtest.Book(t)
	cals := lawtest.Calendars(t)
	return book, cals
}

// TestRoom holds each rule of extension against dates counted by hand.
func TestRoom(t *testing.T) {
	book, cals := mustBook(t)
	begun := func(kind string, n int, more ...deadline.Event) deadline.Clock {
		return deadline.Clock{Kind: kind, Limit: deadline.Limit{N: n, Unit: deadline.Day},
			Events: append([]deadline.Event{{Kind: deadline.Start, On: calendar.MustDate("2026-03-02")}}, more...)}
	}
	extended := func(n int) deadline.Event {
		return deadline.Event{Kind: deadline.Extend, On: calendar.MustDate("2026-03-10"), Limit: deadline.Limit{N: n, Unit: deadline.Day}}
	}
	for name, tt := range map[string]struct {
		pack   string
		clock  deadline.Clock
		latest string // "": may not be lengthened
		most   int
	}{
		"cn report once":                {"cn", begun("report.investigate", 60), "2026-05-31", 30},
		"cn report twice":               {"cn", begun("report.investigate", 60, extended(10)), "", 0},
		"cn petition once":              {"cn", begun("petition.close", 60), "2026-05-31", 30},
		"cn petition twice":             {"cn", begun("petition.close", 60, extended(30)), "", 0},
		"cn firm, complex":              {"cn", begun("firm.answer", 15), "2026-04-01", 15},
		"cn firm, with approval":        {"cn", begun("firm.answer", 15, extended(15)), "2026-05-01", 30},
		"cn firm, little was granted":   {"cn", begun("firm.answer", 15, extended(5)), "2026-04-21", 30},
		"cn firm, all used":             {"cn", begun("firm.answer", 15, extended(15), extended(30)), "", 0},
		"cn firm, second round":         {"cn", begun("firm.answer#2", 15), "2026-04-01", 15},
		"cn better answer":              {"cn", begun("firm.answer_again", 7), "", 0},
		"cn review":                     {"cn", begun("firm.review", 30), "", 0},
		"cn check":                      {"cn", begun("complaint.quality_check", 5), "", 0},
		"us firm, in progress":          {"us", begun("firm.answer", 15), "2026-05-01", 45},
		"us firm, once":                 {"us", begun("firm.answer", 15, extended(45)), "", 0},
		"uk firm: eight weeks and over": {"uk", begun("firm.answer", 56), "", 0},
		"uk report":                     {"uk", begun("report.investigate", 60), "2026-05-31", 30},
	} {
		t.Run(name, func(t *testing.T) {
			p, ok := book.Pack(tt.pack)
			if !ok {
				t.Fatal("no pack")
			}
			r, ok, err := roomOf(p, cals[p.Calendar], tt.clock)
			if err != nil {
				t.Fatal(err)
			}
			if ok != (tt.latest != "") {
				t.Fatalf("may be lengthened: %v, %+v", ok, r)
			}
			if ok && (r.Latest != calendar.MustDate(tt.latest) || r.Most != tt.most || r.Unit != deadline.Day) {
				t.Errorf("to %s by %d %s, want %s by %d days", r.Latest, r.Most, r.Unit, tt.latest, tt.most)
			}
		})
	}
}

func TestRoomOfHeldClock(t *testing.T) {
	book, cals := mustBook(t)
	p, _ := book.Pack("cn")
	// 15 days from 2 March; held from the 5th to the 12th, 7 days: the 30 days in all end on 8 April, not on the 1st.
	k := deadline.Clock{Kind: "firm.answer", Limit: deadline.Limit{N: 15, Unit: deadline.Day}, Events: []deadline.Event{
		{Kind: deadline.Start, On: calendar.MustDate("2026-03-02")}, {Kind: deadline.Suspend, On: calendar.MustDate("2026-03-05")},
		{Kind: deadline.Resume, On: calendar.MustDate("2026-03-12")},
	}}
	r, ok, err := roomOf(p, cals["cn"], k)
	if err != nil || !ok || r.Latest != calendar.MustDate("2026-04-08") || r.Most != 15 {
		t.Errorf("%+v %v %v", r, ok, err)
	}
}
