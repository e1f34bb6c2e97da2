package httpd

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/calendar"
)

const htmlType = "text/html; charset=UTF-8"

// registerAge is how long a reader, or a cache between, may use a copy of the register without asking again. It is short:
// what was withdrawn must be gone.
const registerAge = "public, max-age=20, must-revalidate"

// registerCache keeps what the register answered, ready to be written: a thousand readers of one page cost one reading of the
// database and one rendering. A copy is good for one version of the register; its age bounds what else may change, such as a
// firm's name.
type registerCache struct {
	mu      sync.Mutex
	version string
	copies  map[string]registerCopy
	bytes   int
	flights map[string]*registerFlight

	asking sync.Mutex // guards what follows: the version as it was last asked for
	pulse  uint64
	day    calendar.Date
	asked  time.Time
	last   string
}

// registerAnswer is what a handler of the register has to say.
type registerAnswer struct {
	status   int // 200 unless given
	location string
	body     []byte
}

type registerCopy struct {
	registerAnswer
	zipped []byte // the body for readers who take gzip; nil where it is not worth it
	etag   string // without quotes
	at     time.Time
}

// registerFlight is a page that is being made; others who want it wait.
type registerFlight struct {
	done chan struct{}
	cp   registerCopy
	err  error
}

const (
	registerCopyAge = 20 * time.Second
	// registerBytes bounds what is kept: some thousand pages and a few of the long files.
	registerBytes = 48 << 20
	// registerAsk is how long another program's change of the register, such as a second instance's, may stay unseen.
	// What this one changes is seen at once.
	registerAsk = time.Second
	worthZip    = 1 << 10
)

// registerVersion is the version of the register, from the database once a second and after each change made here.
func (s *Server) registerVersion(ctx context.Context) (string, error) {
	r := &s.copies
	pulse, now, day := s.Penalties.RegisterPulse(), s.DB.Now(), s.today()
	r.asking.Lock()
	defer r.asking.Unlock()
	if r.last != "" && r.pulse == pulse && r.day == day && now.Sub(r.asked) < registerAsk {
		return r.last, nil
	}
	version, err := s.Penalties.RegisterVersion(ctx)
	if err != nil {
		return "", err
	}
	r.pulse, r.day, r.asked, r.last = pulse, day, now, version
	return version, nil
}

// have is a copy that is still good.
func (r *registerCache) have(version, key string, now time.Time) (registerCopy, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	cp, ok := r.copies[key]
	return cp, ok && r.version == version && now.Sub(cp.at) <= registerCopyAge
}

// get is a copy that is still good, or else the flight that makes it: one's own where lead is true.
func (r *registerCache) get(version, key string, now time.Time) (cp registerCopy, f *registerFlight, lead bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.version != version || r.copies == nil {
		r.version, r.copies, r.flights, r.bytes = version, map[string]registerCopy{}, map[string]*registerFlight{}, 0
	}
	if cp, ok := r.copies[key]; ok && now.Sub(cp.at) <= registerCopyAge {
		return cp, nil, false
	}
	if f := r.flights[key]; f != nil {
		return cp, f, false
	}
	f = &registerFlight{done: make(chan struct{})}
	r.flights[key] = f
	return cp, f, true
}

// land ends a flight. What came of it is kept while its version is the newest.
func (r *registerCache) land(version, key string, f *registerFlight) {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(f.done)
	if r.version != version {
		return
	}
	delete(r.flights, key)
	if f.err != nil {
		return
	}
	r.drop(key)
	size := f.cp.size()
	for k := range r.copies { // any will do: what is read often is soon there again
		if r.bytes+size <= registerBytes {
			break
		}
		r.drop(k)
	}
	r.copies[key], r.bytes = f.cp, r.bytes+size
}

func (r *registerCache) drop(key string) {
	if old, ok := r.copies[key]; ok {
		r.bytes -= old.size()
		delete(r.copies, key)
	}
}

func (cp registerCopy) size() int { return len(cp.body) + len(cp.zipped) + 512 }

// registerTurn is the answer for a key, and a turn at the gate to write it. Nobody holds a turn while a page is being made, and
// who waited for a turn gets what the register says then.
func (s *Server) registerTurn(ctx context.Context, key string, build func() (registerAnswer, error)) (cp registerCopy, leave func(), err error) {
	for tries := 0; ; tries++ {
		if leave, err = s.gate.enter(ctx); err != nil {
			return cp, nil, err
		}
		version, err := s.registerVersion(ctx)
		if err != nil {
			leave()
			return cp, nil, err
		}
		if fresh, ok := s.copies.have(version, key, s.DB.Now()); ok {
			return fresh, leave, nil
		}
		if tries >= 3 { // too large to be kept, or the register is changing all the time
			return cp, leave, nil
		}
		leave()
		if cp, err = s.copyOf(ctx, key, build); err != nil {
			return cp, nil, err
		}
	}
}

// copyOf is the answer for a key, from the cache or made by build; of many who ask at once one makes it, the others wait.
func (s *Server) copyOf(ctx context.Context, key string, build func() (registerAnswer, error)) (registerCopy, error) {
	for {
		version, err := s.registerVersion(ctx)
		if err != nil {
			return registerCopy{}, err
		}
		now := s.DB.Now()
		cp, f, lead := s.copies.get(version, key, now)
		switch {
		case f == nil:
			return cp, nil
		case lead:
			f.cp, f.err = s.gate.render(ctx, func() (registerCopy, error) {
				a, err := build()
				if err != nil {
					return registerCopy{}, err
				}
				return newRegisterCopy(a, now)
			})
			s.copies.land(version, key, f)
			return f.cp, f.err
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return registerCopy{}, ctx.Err()
		}
		if !errors.Is(f.err, context.Canceled) { // else: the reader who made it went away
			return f.cp, f.err
		}
	}
}

func newRegisterCopy(a registerAnswer, now time.Time) (registerCopy, error) {
	sum := sha256.Sum256(a.body)
	cp := registerCopy{registerAnswer: a, etag: hex.EncodeToString(sum[:12]), at: now}
	if len(a.body) < worthZip {
		return cp, nil
	}
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	if _, err := w.Write(a.body); err != nil {
		return cp, err
	}
	if err := w.Close(); err != nil {
		return cp, err
	}
	cp.zipped = buf.Bytes()
	return cp, nil
}

// cached answers with a page of the register that is the same for everybody, with its ETag. Who is signed in, or is about
// to be told something, gets a page of their own that is kept nowhere.
func (s *Server) cached(c echo.Context, contentType string, build func() (registerAnswer, error)) error {
	_, ferr := c.Cookie(s.cookieName("flash"))
	if contentType == htmlType && (actorOf(c).UserID != 0 || ferr == nil) {
		a, err := build()
		if err != nil {
			return err
		}
		c.Response().Header().Set("Cache-Control", "no-store")
		return s.sendRegister(c, contentType, a, a.body)
	}
	ctx, key := c.Request().Context(), string(langOf(c))+" "+c.Request().Host+" "+c.Request().URL.RequestURI()
	cp, leave, err := s.registerTurn(ctx, key, build)
	if err != nil {
		return err
	}
	defer leave()
	h := c.Response().Header()
	body, etag := cp.body, cp.etag
	if cp.zipped != nil && strings.Contains(c.Request().Header.Get("Accept-Encoding"), "gzip") {
		body, etag = cp.zipped, etag+"-gz"
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Language", langOf(c).Tag())
	h.Set("ETag", `"`+etag+`"`)
	h.Add("Vary", "Accept-Encoding, Accept-Language, Cookie")
	h.Set("Cache-Control", registerAge)
	if h.Get("Set-Cookie") != "" { // a cookie is one person's
		h.Set("Cache-Control", "private, no-cache")
	}
	if cp.status == 0 && hasTag(c.Request().Header.Get("If-None-Match"), cp.etag) {
		h.Del("Content-Encoding")
		return c.NoContent(http.StatusNotModified)
	}
	if len(body) > fitsSocket { // who reads slowly must not keep others from the gate
		leave()
	}
	return s.sendRegister(c, contentType, cp.registerAnswer, body)
}

func (s *Server) sendRegister(c echo.Context, contentType string, a registerAnswer, body []byte) error {
	switch {
	case a.location != "":
		return c.Redirect(http.StatusMovedPermanently, a.location)
	case a.status != 0:
		return c.Blob(a.status, contentType, body)
	default:
		return c.Blob(http.StatusOK, contentType, body)
	}
}

// hasTag reports whether an If-None-Match names a copy, in either of its encodings.
func hasTag(header, etag string) bool {
	for tag := range strings.SplitSeq(header, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == "*" || tag == `"`+etag+`"` || tag == `"`+etag+`-gz"` {
			return true
		}
	}
	return false
}

// rendered is a page as an answer.
func (s *Server) rendered(c echo.Context, name string, data any) (registerAnswer, error) {
	var buf bytes.Buffer
	err := s.render.render(&buf, langOf(c), name, data)
	return registerAnswer{body: buf.Bytes()}, err
}
