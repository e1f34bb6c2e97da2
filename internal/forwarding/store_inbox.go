package forwarding

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"dunwatch/internal/calendar"
	"dunwatch/internal/store"
)

// sorted is the order of a firm's list: what is due first, then what waits for others, oldest first.
const sorted = "coalesce(due_on, '9999-12-31')"

// tabWhere narrows a firm's forwards to a tab. late counts from the day.
func tabWhere(tab Tab, today calendar.Date) (where string, args []any) {
	switch tab {
	case TabLate:
		return "status IN ? AND due_on < ?", []any{names(Waiting), today.String()}
	case TabAnswered:
		return "status IN ?", []any{names([]Status{Answered, Told, ReviewAnswered, ReviewTold})}
	case TabEnded:
		return "status IN ?", []any{names(Over)}
	default:
		return "status IN ?", []any{names(Waiting)}
	}
}

func names(list []Status) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

func (s *Service) inboxPage(ctx context.Context, tx *store.Tx, firms []int64, f InboxFilter, today calendar.Date) (*Inbox, error) {
	where, args := tabWhere(f.Tab, today)
	q := gorm.G[forwardRow](tx.DB).Where("firm_id IN ?", firms).Where(where, args...)
	if f.Q != "" {
		q = q.Where("reference LIKE ? ESCAPE '!'", "%"+escape(strings.ToUpper(f.Q))+"%")
	}
	if due, id, ok := cutCursor(f.Cursor); ok {
		q = q.Where("("+sorted+" > ? OR "+sorted+" = ? AND id > ?)", due, due, id)
	}
	rows, err := q.Order(sorted + ", id").Limit(f.Limit + 1).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load forwards: %w", err)
	}
	in := &Inbox{}
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		last := rows[f.Limit-1]
		due := "9999-12-31"
		if !last.DueOn.IsZero() {
			due = last.DueOn.String()
		}
		in.NextCursor = due + "." + strconv.FormatInt(last.ID, 10)
	}
	list, err := s.withFirms(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(list))
	for i, w := range list {
		ids[i] = w.CaseID
	}
	cases, err := s.d.Cases.FindAll(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for _, w := range list {
		k := cases[w.CaseID]
		if k == nil {
			return nil, fmt.Errorf("forward %s: no case %d", w.Reference, w.CaseID)
		}
		in.Items = append(in.Items, InboxItem{
			Reference: w.Reference, Pack: k.Pack, Kind: w.Kind, Status: w.Status, SentOn: w.SentOn, DueOn: w.DueOn, Late: w.Late(today),
			FromLender: w.ParentID != 0, AnsweredOn: w.AnsweredOn,
		})
	}
	return in, nil
}

func inboxCounts(ctx context.Context, tx *store.Tx, firms []int64, today calendar.Date) (InboxCounts, error) {
	var c InboxCounts
	for _, t := range []struct {
		tab Tab
		n   *int64
	}{{TabOpen, &c.Open}, {TabLate, &c.Late}, {TabAnswered, &c.Answered}, {TabEnded, &c.Ended}} {
		where, args := tabWhere(t.tab, today)
		n, err := gorm.G[forwardRow](tx.DB).Where("firm_id IN ?", firms).Where(where, args...).Count(ctx, "id")
		if err != nil {
			return c, fmt.Errorf("count forwards: %w", err)
		}
		*t.n = n
	}
	return c, nil
}

func cutCursor(cursor string) (due string, id int64, ok bool) {
	due, rest, ok := strings.Cut(cursor, ".")
	if !ok {
		return "", 0, false
	}
	if _, err := calendar.ParseDate(due); err != nil {
		return "", 0, false
	}
	id, err := strconv.ParseInt(rest, 10, 64)
	return due, id, err == nil
}

func escape(s string) string { return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s) }
