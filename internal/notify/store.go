package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"dunwatch/internal/locale"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// queued is a message as the outbox holds it.
type queued struct {
	id       int64
	at       time.Time
	channel  Channel
	to       seal.Sealed
	lang     locale.Lang
	template string
	data     map[string]string
	attempts int
}

// insertMessage leaves a message with a known dedupe out by ON CONFLICT: a
// failed INSERT would end a PostgreSQL transaction.
func insertMessage(ctx context.Context, tx *store.Tx, m Message, lang locale.Lang, to seal.Sealed, data string, from time.Time) error {
	var dedupe any
	if m.Dedupe != "" {
		dedupe = m.Dedupe
	}
	_, err := tx.Exec(ctx, `INSERT INTO outbox
		(created_at, dedupe, channel, recipient, lang, template, data, not_before, attempts, last_error, quiet)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, '', ?) ON CONFLICT (dedupe) DO NOTHING`,
		tx.Now.Unix(), dedupe, string(m.Channel), to, string(lang), m.Template, data, from.Unix(), store.Bool(m.Quiet))
	return err
}

// dueMessages reads what could be sent now over a channel; quiet ones only while
// people are awake, however long they waited.
func dueMessages(ctx context.Context, tx *store.Tx, c Channel, awake bool, limit int) ([]queued, error) {
	rows, err := tx.Rows(ctx, `SELECT id, created_at, channel, recipient, lang, template, data, attempts FROM outbox
		WHERE sent_at IS NULL AND dead_at IS NULL AND not_before <= ? AND channel = ?
		AND (claimed_until IS NULL OR claimed_until <= ?) AND quiet <= ?
		ORDER BY not_before, id LIMIT ?`, tx.Now.Unix(), string(c), tx.Now.Unix(), store.Bool(awake), limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []queued
	for rows.Next() {
		var m queued
		var at store.Time
		var data string
		if err := rows.Scan(&m.id, &at, &m.channel, &m.to, &m.lang, &m.template, &data, &m.attempts); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(data), &m.data); err != nil {
			return nil, fmt.Errorf("message %d: %w", m.id, err)
		}
		m.at = at.Time()
		out = append(out, m)
	}
	return out, rows.Err()
}

// claimMessage takes a message for this instance; false when another was
// faster. The attempt counts from here, so that a message which crashes the
// program is given up too. A claim that ran out without an outcome leaves its
// message in doubt for good: it may go out twice.
func claimMessage(ctx context.Context, tx *store.Tx, id int64, until time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE outbox SET doubtful = CASE WHEN claimed_until IS NULL THEN doubtful ELSE 1 END,
			claimed_until = ?, attempts = attempts + 1
		WHERE id = ? AND sent_at IS NULL AND dead_at IS NULL AND (claimed_until IS NULL OR claimed_until <= ?)`,
		until.Unix(), id, tx.Now.Unix())
	return n == 1, err
}

func markSent(ctx context.Context, tx *store.Tx, id int64) error {
	_, err := tx.Exec(ctx, `UPDATE outbox SET sent_at = ?, claimed_until = NULL, last_error = '' WHERE id = ?`, tx.Now.Unix(), id)
	return err
}

// markFailed puts a message off. silent says that it may have arrived all the same.
func markFailed(ctx context.Context, tx *store.Tx, id int64, again time.Time, why string, silent bool) error {
	_, err := tx.Exec(ctx, `UPDATE outbox SET not_before = ?, claimed_until = NULL, last_error = ?, doubtful = CASE WHEN ? = 1 THEN 1 ELSE doubtful END WHERE id = ?`,
		again.Unix(), why, store.Bool(silent), id)
	return err
}

func markDead(ctx context.Context, tx *store.Tx, id int64, why string) error {
	_, err := tx.Exec(ctx, `UPDATE outbox SET dead_at = ?, claimed_until = NULL, last_error = ? WHERE id = ?`, tx.Now.Unix(), why, id)
	return err
}

// reviveMessage makes a message that was given up due again; false for any other.
func reviveMessage(ctx context.Context, tx *store.Tx, id int64) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE outbox SET dead_at = NULL, attempts = 0, not_before = ? WHERE id = ? AND dead_at IS NOT NULL`, tx.Now.Unix(), id)
	return n == 1, err
}

// Stats counts what the outbox holds.
type Stats struct {
	Waiting int64     // to be sent now or later
	Dead    int64     // given up
	Sent    int64     // handed over in the last 90 days
	Oldest  time.Time // when the oldest waiting message was queued; zero for none
	// Doubtful messages were on their way when the program died: they may have gone out twice.
	Doubtful int64
}

// Stats is for the operations page and its alarms: an outbox that grows means a
// gateway that does not answer.
func (s *Service) Stats(ctx context.Context) (Stats, error) {
	var st Stats
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Rows(ctx, `SELECT COUNT(CASE WHEN dead_at IS NULL THEN 1 END), COUNT(dead_at),
			MIN(CASE WHEN dead_at IS NULL THEN created_at END), (SELECT COUNT(*) FROM outbox WHERE doubtful = 1),
			(SELECT COUNT(*) FROM outbox WHERE sent_at IS NOT NULL)
			FROM outbox WHERE sent_at IS NULL`)
		if err != nil {
			return err
		}
		defer rows.Close()
		var oldest store.Time
		for rows.Next() {
			if err := rows.Scan(&st.Waiting, &st.Dead, &oldest, &st.Doubtful, &st.Sent); err != nil {
				return err
			}
		}
		st.Oldest = oldest.Time()
		return rows.Err()
	})
	if err != nil {
		return Stats{}, fmt.Errorf("count outbox: %w", err)
	}
	return st, nil
}

// keep is how long sent and dead messages stay, which is also how long a Dedupe
// is remembered.
const keep = 90 * 24 * time.Hour

// Purge throws away messages that were sent or given up more than 90 days ago:
// the outbox holds addresses, sealed as they are, no longer than needed.
func (s *Service) Purge(ctx context.Context) error {
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		before := tx.Now.Add(-keep).Unix()
		if _, err := tx.Exec(ctx, `DELETE FROM outbox WHERE sent_at < ? OR dead_at < ?`, before, before); err != nil {
			return err
		}
		return dropLoose(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("purge outbox: %w", err)
	}
	return nil
}
