package httpd

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/time/rate"

	"dunwatch/internal/fault"
)

// contentPolicy allows our own files and nothing else: no inline script or
// style, no frame, no foreign host.
const contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

func (s *Server) secureHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
		if s.secure {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		return next(c)
	}
}

// recover turns a panic into an error of this request alone. The log gets the
// stack, never the request.
func (s *Server) recover(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			s.Logger.Error("panic", "route", c.Path(), "value", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			err = fault.New(fault.Internal, "fault.internal")
		}()
		return next(c)
	}
}

// The largest bodies taken, in bytes: of ordinary requests, and of those that
// carry files.
const (
	smallBody = 1 << 20
	formSlack = 1 << 20 // what a multipart form adds to its file
)

// takesFiles are the routes whose forms carry files.
var takesFiles = map[string]bool{
	"/complain/evidence": true, "/track/evidence": true, "/admin/firms/import": true, "/intake": true, "/complaints/:ref/evidence": true, apiRoot + "/complaints/:ref/evidence": true,
	"/firm/forwards/:ref/answer": true, apiRoot + "/forwards/:ref/files": true, "/firm/roster": true, "/firm-sizes": true,
	"/firm/penalties/:ref/steps/:step": true, apiRoot + "/firm/penalties/:ref/files": true,
	"/firm/measures/:ref/prove": true, apiRoot + "/firm/measures/:ref/files": true,
}

// limitBody bounds what a request may send: only forms of routes that take files
// may be as long as a file. What a form left in temporary files goes with the
// request; net/http forgets it, since identify hands on a copy of the request.
func (s *Server) limitBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		defer dropUploads(c)
		r := c.Request()
		limit := int64(smallBody)
		switch {
		case takesLogs[c.Path()]:
			limit = logBody(r)
		case takesFiles[c.Path()] && isMultipart(r):
			limit = s.Evidence.MaxBytes() + formSlack
		}
		if r.ContentLength > limit {
			return fault.New(fault.TooLarge, "fault.too_large")
		}
		r.Body = http.MaxBytesReader(c.Response(), r.Body, limit)
		return next(c)
	}
}

// sameOrigin refuses changes that another site's page asks the browser for. The
// API is exempt: it takes no cookies.
func (s *Server) sameOrigin(public *url.URL) echo.MiddlewareFunc {
	cop := http.NewCrossOriginProtection()
	if public.Host != "" {
		if err := cop.AddTrustedOrigin(public.Scheme + "://" + public.Host); err != nil {
			s.Logger.Error("public URL is no origin", "err", err.Error())
		}
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if isAPI(c.Request()) {
				return next(c)
			}
			if err := cop.Check(c.Request()); err != nil {
				return fault.Wrap(err, fault.Forbidden, "fault.cross_site")
			}
			return next(c)
		}
	}
}

// limits holds token buckets by class and address.
type limits struct {
	on  bool
	now func() time.Time

	mu      sync.Mutex
	buckets map[bucketKey]*bucket
	swept   time.Time
}

type bucketKey struct {
	class   string
	address netip.Prefix
}

type bucket struct {
	*rate.Limiter
	used time.Time
}

// pace is how many requests an address may make: burst at once, then one every
// interval. The figures stand in SECURITY.md.
type pace struct {
	burst int
	every time.Duration
}

var paces = map[string]pace{
	"any":     {burst: 240, every: 50 * time.Millisecond},
	"file":    {burst: 20, every: 30 * time.Second},
	"log":     {burst: 24, every: 15 * time.Second}, // a step of reading a log of contacts
	"sign_in": {burst: 30, every: 10 * time.Second},
	"track":   {burst: 30, every: 10 * time.Second},
	"upload":  {burst: 60, every: 10 * time.Second},
	// Few, so that nobody learns who is on a roster by asking for every number.
	// A link is opened a few times by one person; nobody needs to try many.
	"witness":    {burst: 20, every: 30 * time.Second},
	"credential": {burst: 20, every: 30 * time.Second},
}

func newLimits(on bool, now func() time.Time) *limits {
	return &limits{on: on, now: now, buckets: map[bucketKey]*bucket{}}
}

// take spends a token; it returns the seconds to wait when there is none.
func (l *limits) take(class, address string) (wait int, ok bool) {
	if !l.on {
		return 0, true
	}
	p := paces[class]
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.sweep(now)
	k := bucketKey{class, network(address)}
	b := l.buckets[k]
	if b == nil {
		b = &bucket{Limiter: rate.NewLimiter(rate.Every(p.every), p.burst)}
		l.buckets[k] = b
	}
	b.used = now
	if b.AllowN(now, 1) {
		return 0, true
	}
	return max(1, int(p.every.Seconds())), false
}

// sweep forgets addresses unseen for an hour, so that the map stays small.
func (l *limits) sweep(now time.Time) {
	if now.Sub(l.swept) < time.Minute {
		return
	}
	l.swept = now
	for k, b := range l.buckets {
		if now.Sub(b.used) > time.Hour {
			delete(l.buckets, k)
		}
	}
}

// network is what one household shares: an IPv4 address or an IPv6 /64.
func network(address string) netip.Prefix {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return netip.Prefix{}
	}
	bits := 32
	if a = a.Unmap(); a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits)
	return p
}

func (s *Server) limitRate(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := s.spend("any", c.RealIP()); err != nil {
			return err
		}
		return next(c)
	}
}

// spend takes a token of a class for an address. TooMany with RetryAfter.
func (s *Server) spend(class, address string) error {
	if wait, ok := s.limits.take(class, address); !ok {
		f := fault.New(fault.TooMany, "fault.too_many")
		f.RetryAfter = wait
		return f
	}
	return nil
}

// spendFrom is spend for an operation of the API.
func (s *Server) spendFrom(ctx context.Context, class string) error {
	return s.spend(class, callerFrom(ctx).actor.Address)
}
