package httpd

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// cookieName carries the __Host- prefix where the site runs on https: the
// browser then refuses the cookie from any other host or path.
func (s *Server) cookieName(name string) string {
	if s.secure {
		return "__Host-" + name
	}
	return "dunwatch-" + name
}

func (s *Server) cookie(name, value string, age time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: s.cookieName(name), Value: value, Path: "/", MaxAge: int(age.Seconds()),
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	}
}

func (s *Server) dropCookie(c echo.Context, name string) {
	ck := s.cookie(name, "", 0)
	ck.MaxAge = -1
	c.SetCookie(ck)
}

func encodeCookie(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func decodeCookie(s string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(s) }

// flash shows a message on the next page. tone as in Flash; args are finished
// text such as references.
func (s *Server) flash(c echo.Context, tone, key string, args ...string) {
	parts := append([]string{tone, key}, args...)
	for i := range parts {
		parts[i] = encodeCookie([]byte(parts[i]))
	}
	c.SetCookie(s.cookie("flash", strings.Join(parts, "."), time.Minute))
}

// takeFlash reads the message once.
func (s *Server) takeFlash(c echo.Context) []Flash {
	ck, err := c.Cookie(s.cookieName("flash"))
	if err != nil {
		return nil
	}
	s.dropCookie(c, "flash")
	var parts []string
	for _, p := range strings.Split(ck.Value, ".") {
		b, err := decodeCookie(p)
		if err != nil {
			return nil
		}
		parts = append(parts, string(b))
	}
	if len(parts) < 2 || !s.Words.Has(langOf(c), parts[1]) {
		return nil
	}
	f := Flash{Tone: parts[0], Key: parts[1]}
	for _, a := range parts[2:] {
		f.Args = append(f.Args, a)
	}
	return []Flash{f}
}
