package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

type sessionRow struct {
	ID        int64
	TokenHash []byte
	UserID    int64
	Kind      string
	CreatedAt store.Time `gorm:"autoCreateTime:false"`
	SeenAt    store.Time
	ExpiresAt store.Time
	EndedAt   store.Time
	Address   string
}

func (sessionRow) TableName() string { return "sessions" }

// end is when the session ends if nothing more is heard of it.
func (r *sessionRow) end() time.Time {
	end := r.ExpiresAt.Time()
	if quiet := r.SeenAt.Time().Add(idle); r.Kind == string(Cookie) && quiet.Before(end) {
		return quiet
	}
	return end
}

func (r *sessionRow) live(now time.Time) bool { return r.EndedAt == 0 && now.Before(r.end()) }

func insertSession(ctx context.Context, tx *store.Tx, s *Session, user int64, c Credentials) error {
	return store.InsertPlain(ctx, tx, &sessionRow{TokenHash: seal.HashToken(s.Token), UserID: user, Kind: string(c.Kind),
		CreatedAt: store.At(tx.Now), SeenAt: store.At(tx.Now), ExpiresAt: store.At(s.ExpiresAt), Address: network(c.Address)})
}

func findSession(ctx context.Context, tx *store.Tx, hash []byte, kind SessionKind) (*sessionRow, error) {
	r, err := gorm.G[sessionRow](tx.DB).Where("token_hash = ? AND kind = ?", hash, string(kind)).First(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find session: %w", err)
	}
	return &r, nil
}

func touchSession(ctx context.Context, tx *store.Tx, id int64) error {
	_, err := tx.Exec(ctx, "UPDATE sessions SET seen_at = ? WHERE id = ? AND seen_at < ?", tx.Now.Unix(), id, tx.Now.Unix())
	return err
}

// endSession returns whose session it was; 0 where it was none.
func endSession(ctx context.Context, tx *store.Tx, hash []byte) (user int64, err error) {
	rows, err := tx.Rows(ctx, "UPDATE sessions SET ended_at = ? WHERE token_hash = ? AND ended_at IS NULL RETURNING user_id", tx.Now.Unix(), hash)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&user); err != nil {
			return 0, err
		}
	}
	return user, rows.Err()
}

func endSessions(ctx context.Context, tx *store.Tx, user int64) error {
	_, err := tx.Exec(ctx, "UPDATE sessions SET ended_at = ? WHERE user_id = ? AND ended_at IS NULL", tx.Now.Unix(), user)
	return err
}

// limit is a counter of failures and how many of them are free.
type limit struct {
	key  string
	free int64
}

const (
	firstPause = 5 * time.Second
	lastPause  = 15 * time.Minute
	forgetIn   = 24 * time.Hour
)

// pauseAfter is how long to wait after the n-th failure: nothing before free,
// then 5, 10, 20 ... seconds, at most a quarter of an hour.
func pauseAfter(n, free int64) time.Duration {
	if n < free {
		return 0
	}
	d := firstPause
	for ; n > free && d < lastPause; n-- {
		d *= 2
	}
	return min(d, lastPause)
}

// checkLimits fails with TooMany while a pause lasts.
func checkLimits(ctx context.Context, tx *store.Tx, limits []limit) error {
	wait := int64(0)
	for _, l := range limits {
		rows, err := tx.Rows(ctx, "SELECT until FROM sign_in_failures WHERE key = ?", l.key)
		if err != nil {
			return err
		}
		var until int64
		for rows.Next() {
			if err := rows.Scan(&until); err != nil {
				rows.Close()
				return err
			}
		}
		rows.Close()
		wait = max(wait, until-tx.Now.Unix())
	}
	if wait > 0 {
		e := fault.New(fault.TooMany, "account.too_many", wait)
		e.RetryAfter = int(wait)
		return e
	}
	return nil
}

func countFailure(ctx context.Context, tx *store.Tx, limits []limit) error {
	now := tx.Now.Unix()
	for _, l := range limits {
		rows, err := tx.Rows(ctx, `INSERT INTO sign_in_failures (key, n, until, last_at) VALUES (?, 1, 0, ?)
			ON CONFLICT (key) DO UPDATE SET last_at = excluded.last_at,
			n = CASE WHEN sign_in_failures.last_at < ? THEN 1 ELSE sign_in_failures.n + 1 END RETURNING n`,
			l.key, now, tx.Now.Add(-forgetIn).Unix())
		if err != nil {
			return err
		}
		var n int64
		for rows.Next() {
			if err := rows.Scan(&n); err != nil {
				rows.Close()
				return err
			}
		}
		rows.Close()
		until := tx.Now.Add(pauseAfter(n, l.free)).Unix()
		if _, err := tx.Exec(ctx, "UPDATE sign_in_failures SET until = ? WHERE key = ?", until, l.key); err != nil {
			return err
		}
	}
	return nil
}

func forgetFailures(ctx context.Context, tx *store.Tx, limits []limit) error {
	for _, l := range limits {
		if _, err := tx.Exec(ctx, "DELETE FROM sign_in_failures WHERE key = ?", l.key); err != nil {
			return err
		}
	}
	return nil
}

// Sweep throws away ended sessions and old counters: a job.
func (s *Service) Sweep(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *store.Tx) error {
		before := tx.Now.Add(-forgetIn).Unix()
		if _, err := tx.Exec(ctx, "DELETE FROM sessions WHERE expires_at < ?", before); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "DELETE FROM sign_in_failures WHERE last_at < ?", before)
		return err
	})
}
