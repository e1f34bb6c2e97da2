package httpd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
)

// problemError is a failure as the API shows it: RFC 9457 problem+json with the
// fields that are wrong in errors[].location.
type problemError struct {
	huma.ErrorModel
	retryAfter int
}

// GetHeaders adds Retry-After.
func (p *problemError) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", itoa(p.retryAfter))
	}
	return h
}

// problemOf puts a failure into the caller's language. where is the part of the
// request that its fields belong to ("body." or "query."). What the person typed
// is never echoed back.
func (s *Server) problemOf(lang locale.Lang, f *fault.Error, where string) *problemError {
	code := status(f)
	p := &problemError{ErrorModel: huma.ErrorModel{
		Type: "urn:dunwatch:problem:" + f.Kind.String(), Title: http.StatusText(code), Status: code, Detail: s.sentence(lang, f),
	}, retryAfter: f.RetryAfter}
	for _, fd := range f.Fields {
		p.Errors = append(p.Errors, &huma.ErrorDetail{Location: where + fd.Name, Message: s.Words.T(lang, fd.Key, fd.Args...)})
	}
	return p
}

// problem answers a request under /api that failed outside of an operation.
func (s *Server) problem(c echo.Context, f *fault.Error) error {
	lang := s.apiLang(c.Request().Context(), c)
	p := s.problemOf(lang, f, "body.")
	if h, ok := errors.AsType[*echo.HTTPError](f); ok && h.Code == http.StatusMethodNotAllowed {
		p.Status, p.Title, p.Detail = h.Code, http.StatusText(h.Code), s.Words.T(lang, "fault.method")
	}
	return writeProblem(c, p)
}

func writeProblem(c echo.Context, p *problemError) error {
	h := c.Response().Header()
	for name, values := range p.GetHeaders() {
		h[name] = values
	}
	h.Set("Content-Type", "application/problem+json")
	c.Response().WriteHeader(p.Status)
	return encodeJSON(c.Response(), p)
}

func (s *Server) apiLang(ctx context.Context, c echo.Context) locale.Lang {
	if l := callerFrom(ctx).lang; l != "" {
		return l
	}
	return locale.Match(c.Request().Header.Get("Accept-Language"))
}

// ownProblem gives the refusals of huma itself (a field of the wrong type, an
// unknown field) the form, the language and the discretion of all others.
func (s *Server) ownProblem(ctx huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	lang := callerFrom(ctx.Context()).lang
	kind, key := fault.Invalid, "fault.invalid"
	switch {
	case m.Status == http.StatusRequestEntityTooLarge:
		kind, key = fault.TooLarge, "fault.too_large"
	case m.Status == http.StatusUnsupportedMediaType:
		key = "api.media_type"
	case m.Status == http.StatusBadRequest && len(m.Errors) == 0:
		key = "api.body_missing"
	case m.Status >= 500:
		kind, key = fault.Internal, "fault.internal"
		s.Logger.ErrorContext(ctx.Context(), "request failed", "route", ctx.Operation().Path, "err", m.Detail)
	}
	p := &problemError{ErrorModel: huma.ErrorModel{
		Type: "urn:dunwatch:problem:" + kind.String(), Title: http.StatusText(m.Status), Status: m.Status, Detail: s.Words.T(lang, key),
	}}
	for _, d := range m.Errors {
		location, sentence := s.ownDetail(lang, d)
		p.Errors = append(p.Errors, &huma.ErrorDetail{Location: location, Message: sentence})
	}
	return p, nil
}

// humaSentences gives huma's messages our own words: the first whose beginning
// fits. {0} is what follows the beginning in huma's message, which comes from
// the schema and never from the request.
var humaSentences = []struct{ begins, key string }{
	{"unexpected property", "api.unknown_field"},
	{"unknown query parameter", "api.unknown_parameter"},
	{"expected required property", "fault.required"},
	{"required ", "fault.required"},
	{"expected value to be one of ", "api.one_of"},
	{"expected number >= ", "api.at_least"},
	{"expected number <= ", "api.at_most"},
	{"expected length <= ", "api.too_long"},
	{"expected length >= ", "api.too_short"},
	{"expected array length <= ", "api.too_many_items"},
	{"expected array length >= ", "api.too_few_items"},
	{"expected string", "api.string"},
	{"expected boolean", "api.boolean"},
	{"expected integer", "api.integer"},
	{"expected number", "fault.number"},
	{"expected array", "api.array"},
	{"expected object", "api.object"},
	{"invalid integer", "api.integer"},
	{"invalid boolean", "api.boolean"},
}

func (s *Server) ownDetail(lang locale.Lang, d *huma.ErrorDetail) (location, sentence string) {
	location = d.Location
	if runes := []rune(location); len(runes) > 200 {
		location = string(runes[:200]) + "…" // an unknown field may have any name
	}
	if name, ok := strings.CutPrefix(d.Message, "expected required property "); ok {
		location += "." + strings.TrimSuffix(name, " to be present") // huma names the object that lacks it
	}
	for _, h := range humaSentences {
		if rest, ok := strings.CutPrefix(d.Message, h.begins); ok {
			return location, s.Words.T(lang, h.key, strings.Trim(rest, `"`))
		}
	}
	return location, s.Words.T(lang, "api.wrong")
}

// checkQuery refuses parameters that are no text.
func checkQuery(q url.Values) error {
	for name, values := range q {
		for _, v := range append(values, name) {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return fault.New(fault.Invalid, "fault.text")
			}
		}
	}
	return nil
}

// checkText refuses a JSON body that is malformed, followed by something else,
// not UTF-8, or that holds the character NUL, which no database keeps.
func checkText(body []byte) error {
	switch {
	case len(body) == 0:
		return nil
	case !utf8.Valid(body), holdsNUL(body):
		return fault.New(fault.Invalid, "fault.text")
	case !json.Valid(body):
		return fault.New(fault.Invalid, "api.malformed")
	}
	return nil
}

// holdsNUL finds a NUL as it is or written \u0000; a backslash before it that is
// itself escaped makes it plain text.
func holdsNUL(body []byte) bool {
	if bytes.IndexByte(body, 0) >= 0 {
		return true
	}
	for at := 0; ; {
		i := bytes.Index(body[at:], []byte(`\u0000`))
		if i < 0 {
			return false
		}
		at += i
		slashes := 0
		for k := at - 1; k >= 0 && body[k] == '\\'; k-- {
			slashes++
		}
		if slashes%2 == 0 {
			return true
		}
		at++
	}
}
