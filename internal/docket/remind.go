package docket

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/locale"
	"dunwatch/internal/notify"
	"dunwatch/internal/store"
)

const (
	// opens is the hour from which people are told: nobody is woken at midnight.
	opens = 8
	// maxLines is how many references a mail names; the queue has them all.
	maxLines = 30
)

// Remind tells of every running clock that reached a mark: the officer, or whoever ordered a measure, when its end nears, the supervisors too on the
// last day, supervisors and directors when it has been over for some days; where nobody has the case the supervisors of
// the unit, and of a complaint that is still to be screened all of them. A person gets one mail a day, with what is
// newest for all: what reaches a mark later the same day waits for the next. A firm whose clock it is gets a letter
// (Deps.Chase).
//
// It may be called as often as one likes and be killed at any point: a mark is put down in the transaction that queues
// its mails, and one that was put down is never told of again unless the due date moves.
func (s *Service) Remind(ctx context.Context) error {
	now := s.d.DB.Now()
	if now.In(s.d.Zone).Hour() < opens {
		return nil
	}
	today := s.today(now)
	var work []running
	// Looking first costs no write, and most of the time there is nothing.
	err := s.d.DB.Read(ctx, func(tx *store.Tx) (err error) {
		work, err = s.due(ctx, tx, today)
		return err
	})
	if err == nil && slices.ContainsFunc(work, func(r running) bool { return len(r.tell) > 0 }) {
		err = s.d.DB.Write(ctx, func(tx *store.Tx) error { return s.tell(ctx, tx, today) })
	}
	if err != nil {
		return fmt.Errorf("remind: %w", err)
	}
	if err := s.chase(ctx, work); err != nil {
		return fmt.Errorf("remind: %w", err)
	}
	return nil
}

// tell queues the digests of a day and puts down what they tell of.
func (s *Service) tell(ctx context.Context, tx *store.Tx, today calendar.Date) error {
	// One teller at a time: the number makes another instance wait on PostgreSQL too.
	if _, err := store.Next(ctx, tx, "docket.digest"); err != nil {
		return err
	}
	work, err := s.due(ctx, tx, today)
	if err != nil {
		return err
	}
	people, err := staff(ctx, tx)
	if err != nil {
		return err
	}
	had, err := digested(ctx, tx, today, people)
	if err != nil {
		return err
	}
	var marks []toldOf
	digests := map[int64][]*running{}
	for i := range work {
		r := &work[i]
		to := recipients(r, people)
		if len(r.tell) == 0 || len(to) == 0 || slices.ContainsFunc(to, func(p person) bool { return had[p.id] }) {
			continue
		}
		for _, p := range to {
			digests[p.id] = append(digests[p.id], r)
		}
		for _, m := range r.tell {
			marks = append(marks, toldOf{r, m})
		}
	}
	if _, err := putDown(ctx, tx, marks); err != nil {
		return err
	}
	for _, p := range people {
		if list := digests[p.id]; len(list) > 0 {
			if err := s.d.Notify.Queue(ctx, tx, s.digest(p, list, today)); err != nil {
				return err
			}
		}
	}
	return nil
}

// recipients are who hears of the marks that a clock reached, each person once.
func recipients(r *running, people []person) []person {
	officer := slices.IndexFunc(people, func(p person) bool { return p.id == r.officer })
	supervises := func(p person) bool { return p.role == access.Supervisor && (r.unit == 0 || p.unit == r.unit) }
	if !slices.ContainsFunc(people, supervises) { // a unit without one: any of them rather than nobody
		supervises = func(p person) bool { return p.role == access.Supervisor }
	}
	warned, due, late := slices.Contains(r.tell, deadline.Warn), slices.Contains(r.tell, deadline.DueDay), slices.Contains(r.tell, deadline.Escalate)
	var out []person
	for i, p := range people {
		// The day of a measure is its orderer's own: they hear too that it has passed.
		if i == officer && (warned || due || late && r.owner.Kind == deadline.OfMeasure) || supervises(p) && (due || late || officer < 0) || p.role == access.Director && late {
			out = append(out, p)
		}
	}
	return out
}

// dedupe names the mail of a person and a day.
func dedupe(p person, today calendar.Date) string { return fmt.Sprintf("digest/%d/%s", p.id, today) }

// digested finds out who got the mail of the day already.
func digested(ctx context.Context, tx *store.Tx, today calendar.Date, people []person) (map[int64]bool, error) {
	if len(people) == 0 {
		return nil, nil
	}
	args, of := make([]any, len(people)), map[string]int64{}
	for i, p := range people {
		key := dedupe(p, today)
		args[i], of[key] = key, p.id
	}
	rows, err := tx.Rows(ctx, "SELECT dedupe FROM outbox WHERE dedupe IN (?"+strings.Repeat(",?", len(people)-1)+")", args...)
	if err != nil {
		return nil, fmt.Errorf("find the mails of the day: %w", err)
	}
	defer rows.Close()
	had := map[int64]bool{}
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, fmt.Errorf("find the mails of the day: %w", err)
		}
		had[of[key]] = true
	}
	return had, rows.Err()
}

// digest is the mail of a person and a day: references and days, nothing of anybody's person.
func (s *Service) digest(p person, list []*running, today calendar.Date) notify.Message {
	lang, ok := locale.Parse(p.lang)
	if !ok {
		lang = locale.ZH
	}
	slices.SortStableFunc(list, func(a, b *running) int { return a.due.Compare(b.due) })
	var lines []string
	for _, r := range list[:min(len(list), maxLines)] {
		lines = append(lines, s.d.Words.T(lang, "docket.line", r.reference, s.left(lang, r, today)))
	}
	if more := len(list) - maxLines; more > 0 {
		lines = append(lines, s.d.Words.T(lang, "docket.more", more))
	}
	return notify.Message{
		Channel: notify.Email, To: p.email, Lang: p.lang, Template: "mail.digest", Dedupe: dedupe(p, today),
		Data: map[string]string{"reference": strings.Join(lines, "\n"), "date": today.String(), "link": s.d.DeskURL, "number": strconv.Itoa(len(list))},
	}
}

// left says how long a clock still has, or for how long it has been over.
func (s *Service) left(lang locale.Lang, r *running, today calendar.Date) string {
	n := s.calendarOf(r.pack).Workdays(today, r.due)
	switch {
	case today == r.due:
		return s.d.Words.T(lang, "docket.today")
	case today.After(r.due):
		return s.d.Words.T(lang, "docket.late", today.Sub(r.due))
	case n == 0: // it ends on a day off, before anybody works again
		return s.d.Words.T(lang, "docket.on", r.due)
	default:
		return s.d.Words.T(lang, "docket.left", n)
	}
}

// chase has the firms written to, each letter in a transaction of its own, so that one that cannot be written keeps
// nobody else waiting. Of several marks at once the last one is written about.
func (s *Service) chase(ctx context.Context, work []running) error {
	if s.d.Chase == nil {
		return nil
	}
	var failed []error
	for i := range work {
		r := &work[i]
		if len(r.chase) == 0 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
			still, err := stands(ctx, tx, r)
			if err != nil || !still {
				return err
			}
			last := len(r.chase) - 1
			if fresh, err := putDown(ctx, tx, []toldOf{{r, chase(r.chase[last])}}); err != nil || fresh == 0 {
				return err // another instance was first
			}
			for _, m := range r.chase[:last] {
				if _, err := putDown(ctx, tx, []toldOf{{r, chase(m)}}); err != nil {
					return err
				}
			}
			return s.d.Chase(ctx, tx, r.caseID, r.clock, r.chase[last])
		})
		if err != nil {
			failed = append(failed, fmt.Errorf("chase %s: %w", r.reference, err))
		}
	}
	return errors.Join(failed...)
}

// stands reports whether a clock still runs towards the due date that it was found with: the firm may just have answered.
func stands(ctx context.Context, tx *store.Tx, r *running) (bool, error) {
	rows, err := tx.Rows(ctx, "SELECT 1 FROM clock_states WHERE owner = ? AND owner_id = ? AND clock = ? AND phase = 'running' AND due_on = ?",
		string(r.owner.Kind), r.owner.ID, r.clock, r.due)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	return rows.Next(), rows.Err()
}
