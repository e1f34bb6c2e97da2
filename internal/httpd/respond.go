package httpd

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
)

// statusOf is the only place that turns a kind of failure into a status.
var statusOf = map[fault.Kind]int{
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.TooMany:         http.StatusTooManyRequests,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// faultOf gives every error a kind and a message that is safe to show. Errors of
// the router and of the body reader are known by their type.
func faultOf(err error) *fault.Error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	if h, ok := errors.AsType[*echo.HTTPError](err); ok {
		for kind, status := range statusOf {
			if status == h.Code {
				return fault.Wrap(err, kind, "fault."+kind.String())
			}
		}
		if h.Code == http.StatusMethodNotAllowed {
			return fault.Wrap(err, fault.NotFound, "fault.not_found")
		}
		if h.Code < 500 {
			return fault.Wrap(err, fault.Invalid, "fault.invalid")
		}
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.Wrap(err, fault.TooLarge, "fault.too_large")
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fault.Wrap(err, fault.Unavailable, "fault.unavailable")
	}
	return fault.Wrap(err, fault.Internal, "fault.internal")
}

func status(f *fault.Error) int {
	if code, ok := statusOf[f.Kind]; ok {
		return code
	}
	return http.StatusInternalServerError
}

// handleError answers every failed request, once: echo may call it again for a
// response that is already on its way.
func (s *Server) handleError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	f := faultOf(err)
	if f.Kind == fault.Internal && !errors.Is(err, context.Canceled) {
		s.Logger.ErrorContext(c.Request().Context(), "request failed", "method", c.Request().Method, "route", c.Path(), "err", err.Error())
	}
	if f.RetryAfter > 0 {
		c.Response().Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	if f.Kind == fault.Forbidden {
		s.recordDenial(c)
	}
	if isAPI(c.Request()) {
		err = s.problem(c, f)
	} else {
		err = s.errorPage(c, f)
	}
	if err != nil {
		s.Logger.ErrorContext(c.Request().Context(), "error page failed", "err", err.Error())
		if !c.Response().Committed { // else net/http would say 200
			c.Response().WriteHeader(status(f))
		}
	}
}

// errorPageData is the page of a failure.
type errorPageData struct {
	Page
	Status  int
	Heading string // message keys
	Text    string
	Args    []any
	SignIn  string // where to sign in, for those who are not
}

func (s *Server) errorPage(c echo.Context, f *fault.Error) error {
	if f.Kind == fault.Unauthenticated && c.Request().Method == http.MethodGet && f.Key == "fault.unauthenticated" {
		return c.Redirect(http.StatusSeeOther, "/sign-in?next="+urlQuery(c.Request().URL.RequestURI()))
	}
	d := errorPageData{Page: s.base(c), Status: status(f), Heading: "fault.heading." + f.Kind.String(), Text: f.Key, Args: f.Args}
	if f.Kind == fault.Unauthenticated {
		d.SignIn = "/sign-in"
	}
	return s.show(c, d.Status, "error", d)
}

// show renders a page. The page is built whole before a byte is sent.
func (s *Server) show(c echo.Context, code int, name string, data any) error {
	var buf bytes.Buffer
	if err := s.render.render(&buf, langOf(c), name, data); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Language", langOf(c).Tag())
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	return c.HTMLBlob(code, buf.Bytes())
}

// showForm renders a page again with what the person typed: 422 for wrong
// fields, 409 for a lost race. Other failures go to the error page.
func (s *Server) showForm(c echo.Context, err error, form *Form, name string, data func(*Form) (any, error)) error {
	f := faultOf(err)
	switch f.Kind {
	case fault.Invalid, fault.Conflict, fault.TooLarge, fault.TooMany, fault.Unauthenticated:
	case fault.Forbidden:
		s.recordDenial(c)
	default:
		return err
	}
	if rerr := form.Reject(err); rerr != nil {
		return rerr
	}
	if f.RetryAfter > 0 {
		c.Response().Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	d, derr := data(form)
	if derr != nil {
		return errors.Join(derr, err)
	}
	return s.show(c, status(f), name, d)
}

// base is what the layout of every page needs.
func (s *Server) base(c echo.Context) Page {
	who := callerOf(c)
	p := Page{Lang: langOf(c), Query: QueryOf(c.Request().URL), Demo: s.cfg.Demo, Now: s.DB.Now(), Flash: s.takeFlash(c)}
	if who.actor.UserID != 0 {
		p.User = &Viewer{Name: who.actor.Name, Role: string(who.actor.Role), Unit: who.unit}
		p.Nav = s.deskNav(c)
		p.Idle = max(0, int(who.expires.Sub(p.Now).Seconds()))
	} else {
		p.Nav = publicNav(c)
		p.Exit = exitURL
	}
	return p
}

// exitURL is where the quick exit leads: a page about nothing.
const exitURL = "https://www.baidu.com/s?wd=天气预报"

// recordDenial notes that a signed-in person tried what they may not. A failure
// to note it must not change the answer.
func (s *Server) recordDenial(c echo.Context) {
	by := actorOf(c)
	if by.UserID == 0 {
		return
	}
	if err := s.noteDenial(c.Request().Context(), by, c.Request().Method+" "+c.Path()); err != nil {
		s.Logger.ErrorContext(c.Request().Context(), "denial not recorded", "err", err.Error())
	}
}

// sentence is a failure's message in the caller's language.
func (s *Server) sentence(lang locale.Lang, f *fault.Error) string {
	return s.Words.T(lang, f.Key, f.Args...)
}
