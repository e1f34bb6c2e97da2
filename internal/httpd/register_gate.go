package httpd

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"dunwatch/internal/fault"
)

// registerGate lets the public read the register without keeping the office from its work: only so many readers are answered
// at the same moment, and fewer pages are made at once. The others wait without using the processor, each turn being a
// fraction of a millisecond; only far beyond what the machine can answer is somebody asked to come back later.
type registerGate struct {
	readers, renders chan struct{}
	waiting          atomic.Int64
}

const (
	registerQueue  = 4_000
	registerWait   = 10 * time.Second
	registerComeIn = 5        // seconds after which to come back
	fitsSocket     = 64 << 10 // bytes that the system takes from us at once, however slowly they are read
)

func newRegisterGate() *registerGate {
	cores := runtime.GOMAXPROCS(0)
	return &registerGate{readers: make(chan struct{}, max(2, cores)), renders: make(chan struct{}, max(1, cores/2))}
}

// enter waits for a turn; leave gives it back and may be called twice. Unavailable with RetryAfter.
func (g *registerGate) enter(ctx context.Context) (leave func(), err error) {
	leave = sync.OnceFunc(func() { <-g.readers })
	select {
	case g.readers <- struct{}{}:
		return leave, nil
	default:
	}
	if g.waiting.Add(1) > registerQueue {
		g.waiting.Add(-1)
		return nil, registerBusy()
	}
	defer g.waiting.Add(-1)
	late := time.NewTimer(registerWait)
	defer late.Stop()
	select {
	case g.readers <- struct{}{}:
		return leave, nil
	case <-late.C:
		return nil, registerBusy()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// render makes a page when it is its turn.
func (g *registerGate) render(ctx context.Context, build func() (registerCopy, error)) (registerCopy, error) {
	select {
	case g.renders <- struct{}{}:
		defer func() { <-g.renders }()
		return build()
	case <-ctx.Done():
		return registerCopy{}, ctx.Err()
	}
}

func registerBusy() error {
	f := fault.New(fault.Unavailable, "fault.unavailable")
	f.RetryAfter = registerComeIn
	return f
}
