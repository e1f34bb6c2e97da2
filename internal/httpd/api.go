package httpd

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"
	"github.com/swaggest/swgui/v5emb"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
)

const apiRoot = "/api/v1"

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

// problemOf puts a failure into the caller's language. What the person typed is
// never echoed back.
func (s *Server) problemOf(lang locale.Lang, f *fault.Error) *problemError {
	code := status(f)
	p := &problemError{ErrorModel: huma.ErrorModel{
		Type: "urn:dunwatch:problem:" + f.Kind.String(), Title: http.StatusText(code), Status: code, Detail: s.sentence(lang, f),
	}, retryAfter: f.RetryAfter}
	for _, fd := range f.Fields {
		p.Errors = append(p.Errors, &huma.ErrorDetail{Location: "body." + fd.Name, Message: s.Words.T(lang, fd.Key, fd.Args...)})
	}
	return p
}

// problem answers a request under /api that failed outside of an operation.
func (s *Server) problem(c echo.Context, f *fault.Error) error {
	p := s.problemOf(s.apiLang(c.Request().Context(), c), f)
	c.Response().Header().Set("Content-Type", "application/problem+json")
	c.Response().WriteHeader(p.Status)
	return encodeJSON(c.Response(), p)
}

func (s *Server) apiLang(ctx context.Context, c echo.Context) locale.Lang {
	if l := callerFrom(ctx).lang; l != "" {
		return l
	}
	return locale.Match(c.Request().Header.Get("Accept-Language"))
}

// endpoint describes one operation of the API.
type endpoint struct {
	method, path string
	id, summary  string
	action       access.Action // "" for anybody
	code         bool          // the Access-Code header of a complaint opens it too
	created      bool          // answers 201
	public       bool
	maxBody      int64 // bytes; 0 is smallBody
}

// serve registers an operation in the API and in the route table. f gets the
// actor as an argument; its errors become problems in one place.
func serve[I, O any](s *Server, api huma.API, ep endpoint, f func(context.Context, access.Actor, *I) (*O, error)) {
	op := huma.Operation{OperationID: ep.id, Method: ep.method, Path: ep.path, Summary: ep.summary, MaxBodyBytes: ep.maxBody}
	if ep.created {
		op.DefaultStatus = http.StatusCreated
	}
	switch {
	case ep.code:
		op.Security = []map[string][]string{{"bearer": {}}, {"accessCode": {}}}
	case !ep.public:
		op.Security = []map[string][]string{{"bearer": {}}}
	}
	huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) {
		who := callerFrom(ctx)
		if !ep.public && !(ep.code && who.actor.Role == access.Public) {
			if err := s.Policy.May(who.actor, ep.action); err != nil {
				return nil, s.apiError(ctx, err, ep)
			}
		}
		out, err := f(ctx, who.actor, in)
		if err != nil {
			return nil, s.apiError(ctx, err, ep)
		}
		return out, nil
	})
	s.table = append(s.table, Route{Method: ep.method, Path: apiRoot + ep.path, Action: ep.action, Public: ep.public, Code: ep.code})
}

func (s *Server) apiError(ctx context.Context, err error, ep endpoint) error {
	f := faultOf(err)
	if f.Kind == fault.Internal && !errors.Is(err, context.Canceled) {
		s.Logger.ErrorContext(ctx, "request failed", "method", ep.method, "route", apiRoot+ep.path, "err", err.Error())
	}
	who := callerFrom(ctx)
	if f.Kind == fault.Forbidden && who.actor.UserID != 0 {
		if nerr := s.noteDenial(ctx, who.actor, ep.method+" "+apiRoot+ep.path); nerr != nil {
			s.Logger.ErrorContext(ctx, "denial not recorded", "err", nerr.Error())
		}
	}
	return s.problemOf(who.lang, f)
}

func (s *Server) buildAPI() error {
	cfg := huma.DefaultConfig("dunwatch", "1")
	cfg.DocsPath, cfg.OpenAPIPath = "", "" // served below, as routes of the table
	cfg.SchemasPath = ""
	cfg.CreateHooks = nil // no $schema links in answers
	cfg.Info.Description = "Debt-collection complaints: filing, casework, enforcement and the monthly report."
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer":     {Type: "http", Scheme: "bearer"},
		"accessCode": {Type: "apiKey", In: "header", Name: "Access-Code"},
	}
	api := humaecho.NewWithGroup(s.echo, s.echo.Group(apiRoot), cfg)
	s.complaintAPI(api)
	s.caseAPI(api)
	s.penaltyAPI(api)
	s.officeAPI(api)
	spec, err := api.OpenAPI().MarshalJSON()
	if err != nil {
		return err
	}
	s.add(open("GET", apiRoot+"/openapi.json", func(c echo.Context) error {
		return c.Blob(http.StatusOK, "application/openapi+json", spec)
	}))
	s.buildDocs()
	return nil
}

// docsPolicy is wider than the site's, for the embedded documentation pages
// alone: they bring an inline script and styles of their own.
const docsPolicy = "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"

func (s *Server) buildDocs() {
	docs := v5emb.New("dunwatch", apiRoot+"/openapi.json", "/api/docs/")
	h := func(c echo.Context) error {
		c.Response().Header().Set("Content-Security-Policy", docsPolicy)
		docs.ServeHTTP(c.Response(), c.Request())
		return nil
	}
	s.add(open("GET", "/api/docs", func(c echo.Context) error { return c.Redirect(http.StatusFound, "/api/docs/") }))
	s.add(open("GET", "/api/docs/*", h))
}
