package account

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

// SecondFactor is what an authenticator app is given, once.
type SecondFactor struct {
	Secret string // base32, to type in
	URL    string // otpauth://, for a QR code
}

const timeStep = 30 // seconds, RFC 6238

func factorField(id int64) string { return fmt.Sprintf("users.totp/%d", id) }

// BeginSecondFactor makes a secret for the person's app; it counts only once
// ConfirmSecondFactor has seen a code. Beginning again makes another. Conflict
// where a second factor is set: only an administrator removes it, by Reset.
func (s *Service) BeginSecondFactor(ctx context.Context, by access.Actor) (*SecondFactor, error) {
	var out *SecondFactor
	err := s.own(ctx, by, audit.AccountChanged, func(tx *store.Tx, r *userRow) error {
		if r.secondFactor() {
			return fault.New(fault.Conflict, "account.otp_set")
		}
		key, err := totp.Generate(totp.GenerateOpts{Issuer: "dunwatch", AccountName: r.Email, SecretSize: 20})
		if err != nil {
			return fmt.Errorf("make secret: %w", err)
		}
		sealed, err := s.keys.Seal(factorField(r.ID), key.Secret())
		if err != nil {
			return err
		}
		out = &SecondFactor{key.Secret(), key.URL()}
		return store.Amend[userRow](ctx, tx, r.ID, store.Set("totp", sealed), store.Set("totp_used", pending))
	})
	if err != nil {
		return nil, fmt.Errorf("begin second factor: %w", err)
	}
	return out, nil
}

// ConfirmSecondFactor sets the second factor begun, with a code of the app. The
// code counts as used. Invalid for a wrong code; Conflict where none was begun.
func (s *Service) ConfirmSecondFactor(ctx context.Context, by access.Actor, code string) error {
	err := s.own(ctx, by, audit.SecondFactorSet, func(tx *store.Tx, r *userRow) error {
		if len(r.TOTP) == 0 || r.secondFactor() {
			return fault.New(fault.Conflict, "account.otp_not_begun")
		}
		step, err := s.matchCode(r, code, tx.Now)
		if err != nil {
			return err
		}
		if step == 0 {
			return fault.Fields{{Name: "code", Key: "account.otp_wrong"}}.Err()
		}
		return store.Amend[userRow](ctx, tx, r.ID, store.Set("totp_used", step))
	})
	if err != nil {
		return fmt.Errorf("confirm second factor: %w", err)
	}
	return nil
}

// own runs a change that somebody makes to the own account.
func (s *Service) own(ctx context.Context, by access.Actor, act audit.Action, do func(*store.Tx, *userRow) error) error {
	return s.db.Write(ctx, func(tx *store.Tx) error {
		if err := s.policy.May(by, access.ManageOwnSession); err != nil {
			return err
		}
		r, err := lockUser(ctx, tx, "id = ?", by.UserID)
		if err != nil {
			return err
		}
		if r == nil || r.DisabledAt != 0 {
			return access.Denied(access.Nobody)
		}
		if err := do(tx, r); err != nil {
			return err
		}
		_, err = s.log.Append(ctx, tx, by, act, r.Email)
		return err
	})
}

var errWrongCode = errors.New("wrong one-time code")

// takeCode checks the one-time code of a sign-in and uses it up.
func (s *Service) takeCode(ctx context.Context, tx *store.Tx, r *userRow, code string) error {
	if !r.secondFactor() {
		return nil
	}
	if code == "" {
		return fault.New(fault.Unauthenticated, "account.otp_needed")
	}
	step, err := s.matchCode(r, code, tx.Now)
	if err != nil {
		return err
	}
	if step <= r.TOTPUsed {
		return errWrongCode
	}
	return store.Amend[userRow](ctx, tx, r.ID, store.Set("totp_used", step))
}

// matchCode is the time step whose code it is, one step of the clock either way
// allowed; 0 where it is none.
func (s *Service) matchCode(r *userRow, code string, now time.Time) (int64, error) {
	secret, err := s.keys.Open(factorField(r.ID), r.TOTP)
	if err != nil {
		return 0, err
	}
	code = ident.NormaliseDigits(code)
	found := int64(0)
	for step := now.Unix()/timeStep - 1; step <= now.Unix()/timeStep+1; step++ {
		want, err := hotp.GenerateCodeCustom(secret, uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, fmt.Errorf("compute code: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			found = step
		}
	}
	return found, nil
}
