package forwarding_test

import (
	"errors"

	"dunwatch/internal/fault"
)

func asFault(err error, to **fault.Error) bool { return errors.As(err, to) }
