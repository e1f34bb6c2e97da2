package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// Operations is the outbox for whoever keeps the program running: what waits,
// what was given up, what may have gone out twice.
type Operations struct {
	s      *Service
	log    *audit.Log
	policy *access.Policy
}

// NewOperations returns it.
func NewOperations(s *Service, log *audit.Log, policy *access.Policy) *Operations {
	return &Operations{s, log, policy}
}

// Filters lists what List can show.
var Filters = []string{"waiting", "dead", "doubtful", "sent"}

// conditions of the filters; each has an index or walks the newest rows.
var conditions = map[string]string{
	"waiting":  "sent_at IS NULL AND dead_at IS NULL",
	"dead":     "dead_at IS NOT NULL",
	"doubtful": "doubtful = 1",
	"sent":     "sent_at IS NOT NULL",
}

// Item is a message as the operations page shows it.
type Item struct {
	ID        int64
	Channel   Channel
	To        string // masked
	Lang      string
	Template  string
	Reference string // of what it tells about; "" for none
	QueuedAt  time.Time
	NotBefore time.Time
	Attempts  int
	SentAt    time.Time
	DeadAt    time.Time
	Doubtful  bool
	LastError string // without the recipient's address
}

// List is a page of messages, the newest first. cursor is "" or what the page
// before gave as next; next is "" on the last page. Invalid (filter, cursor),
// Forbidden.
func (o *Operations) List(ctx context.Context, by access.Actor, filter, cursor string, limit int) (items []Item, next string, err error) {
	if err := o.policy.May(by, access.ReadOperations); err != nil {
		return nil, "", err
	}
	var bad fault.Fields
	if !slices.Contains(Filters, filter) {
		bad.Add("filter", "fault.choose")
	}
	before := int64(1) << 62
	if cursor != "" {
		if before, err = strconv.ParseInt(cursor, 10, 64); err != nil {
			bad.Add("cursor", "fault.choose")
		}
	}
	if err := bad.Err(); err != nil {
		return nil, "", err
	}
	if limit < 1 || limit > 100 {
		limit = 50
	}
	err = o.s.db.Read(ctx, func(tx *store.Tx) error {
		items, err = o.s.items(ctx, tx, conditions[filter], before, limit+1)
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list outbox: %w", err)
	}
	if len(items) > limit {
		items = items[:limit]
		next = strconv.FormatInt(items[limit-1].ID, 10)
	}
	return items, next, nil
}

func (s *Service) items(ctx context.Context, tx *store.Tx, where string, before int64, limit int) (out []Item, err error) {
	rows, err := tx.Rows(ctx, `SELECT id, channel, recipient, lang, template, data, created_at, not_before, attempts, sent_at, dead_at, doubtful, last_error
		FROM outbox WHERE `+where+` AND id < ? ORDER BY id DESC LIMIT ?`, before, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var it Item
		var to seal.Sealed
		var data string
		var queued, from, sent, dead store.Time
		var doubtful store.Bool
		if err := rows.Scan(&it.ID, &it.Channel, &to, &it.Lang, &it.Template, &data, &queued, &from, &it.Attempts, &sent, &dead, &doubtful, &it.LastError); err != nil {
			return nil, err
		}
		it.QueuedAt, it.NotBefore, it.SentAt, it.DeadAt, it.Doubtful = queued.Time(), from.Time(), sent.Time(), dead.Time(), bool(doubtful)
		it.To = s.masked(it.Channel, to)
		args := map[string]string{}
		if err := json.Unmarshal([]byte(data), &args); err != nil {
			return nil, fmt.Errorf("message %d: %w", it.ID, err)
		}
		it.Reference = args["reference"]
		out = append(out, it)
	}
	return out, rows.Err()
}

// masked is a recipient as people may see it who need not know them; one that
// cannot be opened shows nothing.
func (s *Service) masked(c Channel, to seal.Sealed) string {
	clear, err := s.keys.Open(recipientField, to)
	if err != nil {
		return "***"
	}
	if c == SMS {
		return seal.MaskPhone(clear)
	}
	return seal.MaskEmail(clear)
}

// Resend lets a message that was given up go out once more, with all its
// attempts before it. Conflict for one that was not given up, Forbidden,
// NotFound.
func (o *Operations) Resend(ctx context.Context, by access.Actor, id int64) error {
	if err := o.policy.May(by, access.ManageOperations); err != nil {
		return err
	}
	err := o.s.db.Write(ctx, func(tx *store.Tx) error {
		items, err := o.s.items(ctx, tx, "id >= "+strconv.FormatInt(id, 10), id+1, 1)
		if err != nil {
			return err
		}
		if len(items) == 0 {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		again, err := reviveMessage(ctx, tx, id)
		if err != nil {
			return err
		}
		if !again {
			return fault.New(fault.Conflict, "mail.not_dead")
		}
		_, err = o.log.Append(ctx, tx, by, audit.MessageResent, "outbox "+strconv.FormatInt(id, 10), "template", items[0].Template, "reference", items[0].Reference)
		return err
	})
	if err != nil {
		return fmt.Errorf("resend message %d: %w", id, err)
	}
	return nil
}

// The states of a message, as Delivered tells them.
const (
	StateNone   = ""       // no such message: never queued, or thrown away since
	StateQueued = "queued" // to be sent now or later
	StateSent   = "sent"   // handed over
	StateDead   = "dead"   // given up
)

// Delivered tells what became of the message with a Dedupe inside an open
// transaction: its state, and since when.
func (s *Service) Delivered(ctx context.Context, tx *store.Tx, dedupe string) (state string, at time.Time, err error) {
	rows, err := tx.Rows(ctx, "SELECT created_at, sent_at, dead_at FROM outbox WHERE dedupe = ?", dedupe)
	if err != nil {
		return StateNone, time.Time{}, fmt.Errorf("look up message: %w", err)
	}
	defer rows.Close()
	if !rows.Next() {
		return StateNone, time.Time{}, rows.Err()
	}
	var queued, sent, dead store.Time
	if err := rows.Scan(&queued, &sent, &dead); err != nil {
		return StateNone, time.Time{}, fmt.Errorf("look up message: %w", err)
	}
	switch {
	case sent != 0:
		return StateSent, sent.Time(), nil
	case dead != 0:
		return StateDead, dead.Time(), nil
	default:
		return StateQueued, queued.Time(), nil
	}
}
