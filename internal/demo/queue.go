package demo

import (
	"container/heap"
	"context"
	"time"

	"dunwatch/internal/calendar"
)

// step is something that happens at a moment. Steps at the same moment happen in
// the order in which they were planned.
type step struct {
	at  time.Time
	n   int
	run func(context.Context) error
}

type queue struct {
	steps []step
	n     int
}

func (q *queue) Len() int { return len(q.steps) }
func (q *queue) Less(i, j int) bool {
	a, b := q.steps[i], q.steps[j]
	return a.at.Before(b.at) || a.at.Equal(b.at) && a.n < b.n
}
func (q *queue) Swap(i, j int) { q.steps[i], q.steps[j] = q.steps[j], q.steps[i] }
func (q *queue) Push(x any)    { q.steps = append(q.steps, x.(step)) }
func (q *queue) Pop() any {
	s := q.steps[len(q.steps)-1]
	q.steps = q.steps[:len(q.steps)-1]
	return s
}

// at plans a step. What would happen after the end does not happen: that is how
// work comes to be unfinished.
func (o *office) at(t time.Time, run func(context.Context) error) {
	if t.After(o.until) {
		return
	}
	o.queue.n++
	heap.Push(&o.queue, step{t, o.queue.n, run})
}

// run does the steps in order, the clock at each one's moment.
func (o *office) run(ctx context.Context) error {
	for o.queue.Len() > 0 {
		s := heap.Pop(&o.queue).(step)
		o.clock(s.at)
		if err := s.run(ctx); err != nil {
			return err
		}
	}
	return nil
}

// workdays is a moment in office hours some days from now: between from and to,
// put off to the next working day.
func (o *office) workdays(m *matter, from, to float64) time.Time {
	r := m.plan.r
	days := from + r.Float64()*(to-from)
	t := o.now.Add(time.Duration(days * 24 * float64(time.Hour))).In(o.d.Zone)
	day := calendar.OfTime(t)
	for !o.cal.IsWorkday(day) {
		day = day.AddDays(1)
	}
	at := day.Start(o.d.Zone).Add(9*time.Hour + time.Duration(r.IntN(8*3600))*time.Second)
	if !at.After(o.now) {
		return o.now.Add(time.Duration(10+r.IntN(50)) * time.Minute)
	}
	return at.UTC()
}

// anyTime is a moment of a borrower, who keeps no office hours.
func (o *office) anyTime(m *matter, from, to float64) time.Time {
	r := m.plan.r
	return o.now.Add(time.Duration((from + r.Float64()*(to-from)) * 24 * float64(time.Hour))).Truncate(time.Second)
}
