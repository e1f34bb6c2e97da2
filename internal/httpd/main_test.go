package httpd

import (
	"runtime/debug"
	"testing"
)

// TestMain collects garbage less often: the tests start a hundred servers and
// throw them away, and going through them time and again was a sixth of the work.
// The limit keeps that from taking more than a small machine has.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(1 << 30)
	m.Run()
}
