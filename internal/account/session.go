package account

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// How long a session lasts: NIST SP 800-63B-4 allows 24 hours and one hour idle
// where personal data is online; these are stricter.
const (
	overall   = 12 * time.Hour
	idle      = 30 * time.Minute // cookies only
	seenEvery = time.Minute
)

var errRefused = fault.New(fault.Unauthenticated, "account.refused")

// SignIn checks credentials and opens a session. It fails with Unauthenticated,
// alike for unknown names, wrong passwords and ended accounts; with the key
// account.otp_needed where the password is right and a one-time code is missing;
// with TooMany and RetryAfter after too many failures of the account or the
// address.
func (s *Service) SignIn(ctx context.Context, c Credentials) (*Session, error) {
	email, err := ident.ParseEmail(c.Email)
	if err != nil {
		email = strings.ToLower(strings.TrimSpace(c.Email)) // counted and hashed like any other
	}
	limits := s.limits(email, c.Address)
	var out *Session
	// The check, the hashing and the count happen in one turn, so that a burst of
	// guesses cannot all pass the check before the first is counted.
	err = s.inTurn(ctx, func() error {
		var r *userRow
		err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
			if err := checkLimits(ctx, tx, limits); err != nil {
				return err
			}
			r, err = findUser(ctx, tx, "email = ?", email)
			return err
		})
		if err != nil {
			return err
		}
		hash := s.dummy()
		if r != nil {
			hash = r.Password
		}
		ok, old := verifyPassword(c.Password, hash, s.cost)
		if ok = ok && r != nil && r.DisabledAt == 0; !ok {
			return s.refuse(ctx, limits, r)
		}
		rehashed := ""
		if old {
			rehashed = hashPassword(c.Password, s.cost)
		}
		out, err = s.admit(ctx, c, r, rehashed, limits)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	return out, nil
}

// refuse counts a failure and records it. What was typed is not recorded where
// no account has it: people type passwords into the wrong field.
func (s *Service) refuse(ctx context.Context, limits []limit, r *userRow) error {
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		if err := countFailure(ctx, tx, limits); err != nil {
			return err
		}
		subject := "unknown"
		if r != nil {
			subject = r.Email
		}
		_, err := s.log.Append(ctx, tx, access.Nobody, audit.SignInRefused, subject)
		return err
	})
	if err != nil {
		return err
	}
	return errRefused
}

// admit checks the one-time code and opens the session, in the transaction that
// takes the code: of two who bring the same, one is refused.
func (s *Service) admit(ctx context.Context, c Credentials, seen *userRow, rehashed string, limits []limit) (*Session, error) {
	if c.Kind != Bearer {
		c.Kind = Cookie
	}
	out := &Session{Token: seal.NewToken()}
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		r, err := lockUser(ctx, tx, "id = ?", seen.ID)
		if err != nil {
			return err
		}
		if r == nil || r.DisabledAt != 0 || r.Password != seen.Password {
			return errRefused
		}
		if err := s.takeCode(ctx, tx, r, c.OTP); err != nil {
			return err
		}
		if rehashed != "" {
			if err := store.Amend[userRow](ctx, tx, r.ID, store.Set("password", rehashed)); err != nil {
				return err
			}
		}
		if err := forgetFailures(ctx, tx, limits[:1]); err != nil {
			return err
		}
		out.ExpiresAt = tx.Now.Add(overall)
		if err := insertSession(ctx, tx, out, r.ID, c); err != nil {
			return err
		}
		if out.User, err = r.load(ctx, tx); err != nil {
			return err
		}
		_, err = s.log.Append(ctx, tx, out.User.Actor(), audit.SignedIn, r.Email, "kind", string(c.Kind))
		return err
	})
	if errors.Is(err, errWrongCode) {
		return nil, s.refuse(ctx, limits, seen)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Authenticate finds who holds a token and until when, unless they stay active.
// A cookie does not pass as a bearer token nor the other way. Unauthenticated.
func (s *Service) Authenticate(ctx context.Context, token string, kind SessionKind) (*User, time.Time, error) {
	var u *User
	var se *sessionRow
	now := s.db.Now()
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		if se, err = findSession(ctx, tx, seal.HashToken(token), kind); err != nil {
			return err
		}
		if se == nil || !se.live(now) {
			return fault.New(fault.Unauthenticated, "fault.unauthenticated")
		}
		r, err := findUser(ctx, tx, "id = ?", se.UserID)
		if err != nil {
			return err
		}
		if r == nil || r.DisabledAt != 0 {
			return fault.New(fault.Unauthenticated, "fault.unauthenticated")
		}
		u, err = r.load(ctx, tx)
		return err
	})
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("authenticate: %w", err)
	}
	if now.Sub(se.SeenAt.Time()) >= seenEvery {
		err := s.db.Write(ctx, func(tx *store.Tx) error { return touchSession(ctx, tx, se.ID) })
		if err != nil {
			return nil, time.Time{}, fmt.Errorf("authenticate: %w", err)
		}
		se.SeenAt = store.At(now)
	}
	return u, se.end(), nil
}

// SignOut ends the session of a token; one that is not there has ended already.
func (s *Service) SignOut(ctx context.Context, token string) error {
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		id, err := endSession(ctx, tx, seal.HashToken(token))
		if err != nil || id == 0 {
			return err
		}
		r, err := findUser(ctx, tx, "id = ?", id)
		if err != nil || r == nil {
			return err
		}
		u, err := r.load(ctx, tx)
		if err != nil {
			return err
		}
		_, err = s.log.Append(ctx, tx, u.Actor(), audit.SignedOut, u.Email)
		return err
	})
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}

// ChangePassword gives the person a new password and ends all of their sessions.
// Unauthenticated for nobody; Invalid for a wrong old or a weak new password.
func (s *Service) ChangePassword(ctx context.Context, by access.Actor, old, password string) error {
	var r *userRow
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		r, err = findUser(ctx, tx, "id = ?", by.UserID)
		return err
	})
	if err != nil || r == nil {
		return errors.Join(err, access.Denied(access.Nobody))
	}
	ok := false
	if err := s.inTurn(ctx, func() error { ok, _ = verifyPassword(old, r.Password, s.cost); return nil }); err != nil {
		return err
	}
	if !ok {
		return fault.Fields{{Name: "old", Key: "account.password.wrong"}}.Err()
	}
	hash, err := s.newPassword(ctx, password, r.Email, r.Name)
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		if err := store.Update[userRow](ctx, tx, r.ID, r.Version, store.Set("password", hash)); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, r.ID); err != nil {
			return err
		}
		_, err := s.log.Append(ctx, tx, by, audit.PasswordChanged, r.Email)
		return err
	})
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	return nil
}

// limits are the counters of a sign-in: the account's first, then the address's.
func (s *Service) limits(email, address string) []limit {
	out := []limit{{"account:" + hex.EncodeToString(s.keys.Blind("sign_in", email)), 5}}
	if address != "" {
		// A whole office may share one address, hence its larger allowance.
		out = append(out, limit{"address:" + network(address), 20})
	}
	return out
}

// network is the address, or for IPv6 the /64 that one household gets.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return address
	}
	p, _ := a.WithZone("").Prefix(64)
	return p.String()
}
