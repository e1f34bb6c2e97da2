package forwarding_test

import (
	"errors"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/fault"
	"dunwatch/internal/forwarding/forwardingtest"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

type (
	tx      = *store.Tx
	storeDB = store.DB
)

func asFault(err error, to **fault.Error) bool { return errors.As(err, to) }

func localeOf(s string) locale.Lang { l, _ := locale.Parse(s); return l }

// write runs what jobs and other packages do in a transaction of their own, with an entry that covers it.
func write(t *testing.T, o *forwardingtest.Office, do func(tx tx) error) error {
	t.Helper()
	return o.DB.Write(t.Context(), func(tx tx) error {
		if err := do(tx); err != nil {
			return err
		}
		_, err := o.Log.Append(t.Context(), tx, access.Program, audit.ForwardChased, "test")
		return err
	})
}
