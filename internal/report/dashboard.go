package report

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

// dashboardDays is how many days the trend of the dashboard shows, today included.
const dashboardDays = 28

// Dashboard is how things stand now. Each figure comes from an index or a kept counter: none costs more in a larger office
// than what is open in it.
type Dashboard struct {
	Today      calendar.Date `json:"today"`
	Received   int64         `json:"received"`    // complaints received today
	Week       int64         `json:"week"`        // in the last seven days, today included
	WeekBefore int64         `json:"week_before"` // in the seven days before these
	ToScreen   int64         `json:"to_screen"`   // complaints that wait for the office to screen them
	Opened     int64         `json:"opened"`      // cases opened today
	Closed     int64         `json:"closed"`      // cases closed today
	Open       int64         `json:"open"`        // cases not closed
	Unassigned int64         `json:"unassigned"`  // of these, without an officer
	Overdue    int64         `json:"overdue"`     // of these, past their due date
	Units      []UnitLoad    `json:"units"`
	Days       []DayCount    `json:"days"`   // oldest first, days without anything too
	Alarms     int64         `json:"alarms"` // unusual rises that nobody has dealt with
}

// UnitLoad is what a unit has in hand.
type UnitLoad struct {
	Code       string `json:"code"`
	Name       string `json:"name"`
	Open       int64  `json:"open"`
	Unassigned int64  `json:"unassigned"`
	Overdue    int64  `json:"overdue"`
}

// DayCount is how many complaints were received on a day.
type DayCount struct {
	On       calendar.Date `json:"on"`
	Received int64         `json:"received"`
}

// Dashboard says how things stand. Forbidden.
func (s *Service) Dashboard(ctx context.Context, by access.Actor, lang locale.Lang) (*Dashboard, error) {
	if err := s.policy.May(by, access.ReadReport); err != nil {
		return nil, err
	}
	d := &Dashboard{}
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		d.Today = calendar.OfTime(tx.Now.In(s.zone))
		q := query{tx: tx, zone: s.zone}
		if err := d.count(ctx, q); err != nil {
			return err
		}
		if err := d.units(ctx, q, lang); err != nil {
			return err
		}
		return d.days(ctx, q)
	})
	if err != nil {
		return nil, fmt.Errorf("dashboard: %w", err)
	}
	return d, nil
}

func (d *Dashboard) count(ctx context.Context, q query) error {
	for _, x := range []struct {
		text string
		args []any
		into *int64
	}{
		{"SELECT COUNT(*) FROM complaints WHERE status = 'received' AND ended_at IS NULL", nil, &d.ToScreen},
		{"SELECT COUNT(*) FROM alarms WHERE acknowledged_at IS NULL", nil, &d.Alarms},
		{"SELECT COUNT(*) FROM cases WHERE opened_on = ?", []any{d.Today}, &d.Opened},
		{"SELECT COUNT(*) FROM cases WHERE closed_on = ?", []any{d.Today}, &d.Closed},
	} {
		if err := q.one(ctx, new(sql).add(x.text, x.args...), x.into); err != nil {
			return err
		}
	}
	return nil
}

// units sums the kept counters and counts what is late.
func (d *Dashboard) units(ctx context.Context, q query, lang locale.Lang) error {
	name := "u.name_zh"
	if lang == locale.EN {
		name = "u.name_en"
	}
	s := new(sql).add("SELECT u.code, " + name + ", CAST(COALESCE(c.open, 0) AS BIGINT), CAST(COALESCE(c.free, 0) AS BIGINT), COALESCE(l.late, 0) FROM units u" +
		" LEFT JOIN (SELECT unit_id, SUM(n) AS open, SUM(CASE WHEN officer_id = 0 THEN n ELSE 0 END) AS free FROM case_counts WHERE status <> 'closed' GROUP BY unit_id) c ON c.unit_id = u.id" +
		" LEFT JOIN (SELECT unit_id, COUNT(*) AS late FROM cases WHERE due_on < ?")
	s.args = append(s.args, d.Today)
	oneOf(s, "status", openStatuses()).add(" GROUP BY unit_id) l ON l.unit_id = u.id ORDER BY u.id")
	return q.each(ctx, s, func(scan func(...any) error) error {
		var u UnitLoad
		if err := scan(&u.Code, &u.Name, &u.Open, &u.Unassigned, &u.Overdue); err != nil {
			return err
		}
		d.Open, d.Unassigned, d.Overdue = d.Open+u.Open, d.Unassigned+u.Unassigned, d.Overdue+u.Overdue
		d.Units = append(d.Units, u)
		return nil
	})
}

func (d *Dashboard) days(ctx context.Context, q query) error {
	from := d.Today.AddDays(1 - dashboardDays)
	for i := range dashboardDays {
		d.Days = append(d.Days, DayCount{On: from.AddDays(i)})
	}
	s := new(sql).add("SELECT received_on, COUNT(*) FROM complaints WHERE received_on >= ? AND received_on <= ? GROUP BY received_on", from, d.Today)
	err := q.each(ctx, s, func(scan func(...any) error) error {
		var on calendar.Date
		var n int64
		if err := scan(&on, &n); err != nil {
			return err
		}
		d.Days[on.Sub(from)].Received = n
		return nil
	})
	d.Received = d.Days[dashboardDays-1].Received
	for i := 1; i <= 7; i++ {
		d.Week += d.Days[dashboardDays-i].Received
		d.WeekBefore += d.Days[dashboardDays-7-i].Received
	}
	return err
}

// Mean is how many complaints a day were received in the days shown, without today, which is not over.
func (d *Dashboard) Mean() float64 {
	sum := int64(0)
	for _, day := range d.Days[:len(d.Days)-1] {
		sum += day.Received
	}
	return float64(sum) / float64(len(d.Days)-1)
}
