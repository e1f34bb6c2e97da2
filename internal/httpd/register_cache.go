package httpd

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
)

const htmlType = "text/html; charset=UTF-8"

// registerAge is how long a reader, or a cache between, may use a copy of the register without asking again. It is short:
// what was withdrawn must be gone.
const registerAge = "public, max-age=20, must-revalidate"

// registerCache keeps what the register answered, so that a thousand readers of one page cost one reading of the
// database. A copy is good for one version of the register; its age bounds what else may change, such as a firm's name.
type registerCache struct {
	mu      sync.Mutex
	version string
	copies  map[string]registerCopy
}

type registerCopy struct {
	body []byte
	etag string
	at   time.Time
}

const (
	registerCopies  = 500
	registerCopyAge = 20 * time.Second
)

func (r *registerCache) get(version, key string, now time.Time) (registerCopy, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.version != version || r.copies == nil {
		r.version, r.copies = version, map[string]registerCopy{}
	}
	cp, ok := r.copies[key]
	return cp, ok && now.Sub(cp.at) <= registerCopyAge
}

func (r *registerCache) put(version, key string, cp registerCopy) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.version != version {
		return
	}
	if len(r.copies) >= registerCopies {
		clear(r.copies)
	}
	r.copies[key] = cp
}

// cached answers with a page of the register that is the same for everybody, with its ETag. Who is signed in, or is about
// to be told something, gets a page of their own that is kept nowhere.
func (s *Server) cached(c echo.Context, contentType string, build func() ([]byte, error)) error {
	h := c.Response().Header()
	_, ferr := c.Cookie(s.cookieName("flash"))
	own := contentType == htmlType && (actorOf(c).UserID != 0 || ferr == nil)
	if own {
		body, err := build()
		if err != nil {
			return err
		}
		h.Set("Cache-Control", "no-store")
		return c.Blob(http.StatusOK, contentType, body)
	}
	version, err := s.Penalties.RegisterVersion(c.Request().Context())
	if err != nil {
		return err
	}
	now := s.DB.Now()
	key := string(langOf(c)) + " " + c.Request().Host + " " + c.Request().URL.RequestURI()
	cp, ok := s.copies.get(version, key, now)
	if !ok {
		body, err := build()
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		cp = registerCopy{body: body, etag: `"` + hex.EncodeToString(sum[:12]) + `"`, at: now}
		s.copies.put(version, key, cp)
	}
	h.Set("Content-Language", langOf(c).Tag())
	h.Set("ETag", cp.etag)
	h.Add("Vary", "Accept-Language, Cookie")
	h.Set("Cache-Control", registerAge)
	if h.Get("Set-Cookie") != "" { // a cookie is one person's
		h.Set("Cache-Control", "private, no-cache")
	}
	if c.Request().Header.Get("If-None-Match") == cp.etag {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, contentType, cp.body)
}

// rendered is a page as bytes.
func (s *Server) rendered(c echo.Context, name string, data any) ([]byte, error) {
	var buf bytes.Buffer
	err := s.render.render(&buf, langOf(c), name, data)
	return buf.Bytes(), err
}
