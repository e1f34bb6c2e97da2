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
func insertMessage(ctx context.Context, tx *store.Tx, m Message, lang locale.Lang, to seal.Sealed, data string) error {
	var dedupe any
	if m.Dedupe != "" {
		dedupe = m.Dedupe
	}
	now := tx.Now.Unix()
	_, err := tx.Exec(ctx, `INSERT INTO outbox
		(created_at, dedupe, channel, recipient, lang, template, data, not_before, attempts, last_error)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, '') ON CONFLICT (dedupe) DO NOTHING`,
		now, dedupe, string(m.Channel), to, string(lang), m.Template, data, now)
	return err
}

// dueMessages reads what could be sent now over a channel.
func dueMessages(ctx context.Context, tx *store.Tx, c Channel, limit int) ([]queued, error) {
	rows, err := tx.Rows(ctx, `SELECT id, created_at, channel, recipient, lang, template, data, attempts FROM outbox
		WHERE sent_at IS NULL AND dead_at IS NULL AND not_before <= ? AND channel = ?
		AND (claimed_until IS NULL OR claimed_until <= ?)
		ORDER BY not_before, id LIMIT ?`, tx.Now.Unix(), string(c), tx.Now.Unix(), limit)
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
// program is given up too.
func claimMessage(ctx context.Context, tx *store.Tx, id int64, until time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE outbox SET claimed_until = ?, attempts = attempts + 1
		WHERE id = ? AND sent_at IS NULL AND dead_at IS NULL AND (claimed_until IS NULL OR claimed_until <= ?)`,
		until.Unix(), id, tx.Now.Unix())
	return n == 1, err
}

// returnMessage gives an unused claim back.
func returnMessage(ctx context.Context, tx *store.Tx, id int64) error {
	_, err := tx.Exec(ctx, `UPDATE outbox SET claimed_until = NULL, attempts = attempts - 1 WHERE id = ? AND sent_at IS NULL`, id)
	return err
}

func markSent(ctx context.Context, tx *store.Tx, id int64) error {
	_, err := tx.Exec(ctx, `UPDATE outbox SET sent_at = ?, claimed_until = NULL, last_error = '' WHERE id = ?`, tx.Now.Unix(), id)
	return err
}

func markFailed(ctx context.Context, tx *store.Tx, id int64, again time.Time, why string) error {
	_, err := tx.Exec(ctx, `UPDATE outbox SET not_before = ?, claimed_until = NULL, last_error = ? WHERE id = ?`, again.Unix(), why, id)
	return err
}

func markDead(ctx context.Context, tx *store.Tx, id int64, why string) error {
	_, err := tx.Exec(ctx, `UPDATE outbox SET dead_at = ?, claimed_until = NULL, last_error = ? WHERE id = ?`, tx.Now.Unix(), why, id)
	return err
}

// Stats counts what the outbox holds.
type Stats struct {
	Waiting int64     // to be sent now or later
	Dead    int64     // given up
	Oldest  time.Time // when the oldest waiting message was queued; zero for none
}

// Stats is for the operations page and its alarms: an outbox that grows means a
// gateway that does not answer.
func (s *Service) Stats(ctx context.Context) (Stats, error) {
	var st Stats
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Rows(ctx, `SELECT COUNT(CASE WHEN dead_at IS NULL THEN 1 END), COUNT(dead_at),
			MIN(CASE WHEN dead_at IS NULL THEN created_at END) FROM outbox WHERE sent_at IS NULL`)
		if err != nil {
			return err
		}
		defer rows.Close()
		var oldest store.Time
		for rows.Next() {
			if err := rows.Scan(&st.Waiting, &st.Dead, &oldest); err != nil {
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
		_, err := tx.Exec(ctx, `DELETE FROM outbox WHERE sent_at < ? OR dead_at < ?`, before, before)
		return err
	})
	if err != nil {
		return fmt.Errorf("purge outbox: %w", err)
	}
	return nil
}
