package httpd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"
	"github.com/swaggest/swgui/v5emb"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
)

const apiRoot = "/api/v1"

// endpoint describes one operation of the API.
type endpoint struct {
	method, path string
	id, summary  string
	action       access.Action // "" for anybody
	code         bool          // the Access-Code header of a complaint opens it too
	created      bool          // answers 201
	public       bool
	upload       bool // the body is a multipart form with a file, which the operation reads itself
}

// operation is the endpoint in the words of huma.
func (ep endpoint) operation() huma.Operation {
	op := huma.Operation{OperationID: ep.id, Method: ep.method, Path: ep.path, Summary: ep.summary, MaxBodyBytes: smallBody + 1,
		Errors: []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusTooManyRequests}}
	if ep.created {
		op.DefaultStatus = http.StatusCreated
	}
	switch {
	case ep.public:
		op.Security = []map[string][]string{} // nothing, said aloud
	case ep.code:
		op.Security = []map[string][]string{{"bearer": {}}, {"accessCode": {}}}
	default:
		op.Security = []map[string][]string{{"bearer": {}}}
	}
	if ep.method != http.MethodGet {
		op.Errors = append(op.Errors, http.StatusConflict, http.StatusRequestEntityTooLarge)
	}
	return op
}

// serve registers an operation in the API and in the route table. f gets the
// actor as an argument; its errors become problems in one place. Whether the
// actor may come in at all is asked before a byte of the body is read.
func serve[I, O any](s *Server, api huma.API, ep endpoint, f func(context.Context, access.Actor, *I) (*O, error)) {
	op := ep.operation()
	op.Middlewares = huma.Middlewares{s.admit(ep), s.readText(ep)}
	huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := f(ctx, callerFrom(ctx).actor, in)
		if err != nil {
			return nil, s.apiError(ctx, err, ep)
		}
		return out, nil
	})
	if ep.upload { // only now: huma would read and check the form itself, before the access code
		api.OpenAPI().Paths[ep.path].Post.RequestBody = uploadBody
	}
	s.table = append(s.table, Route{Method: ep.method, Path: apiRoot + ep.path, Action: ep.action, Public: ep.public, Code: ep.code})
}

// admit asks the policy whether the actor may do the action on anything.
func (s *Server) admit(ep endpoint) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		by := callerFrom(ctx.Context()).actor
		if ep.public || ep.code && by.Role == access.Public {
			next(ctx)
			return
		}
		if err := s.Policy.May(by, ep.action); err != nil {
			s.refuse(ctx, ep, err)
			return
		}
		next(ctx)
	}
}

// readText reads a JSON body whole and refuses what is no JSON or no text, in it
// and in the query, before anything else looks: Go's decoder would put a
// replacement character where the bytes are broken.
func (s *Server) readText(ep endpoint) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r := humaecho.Unwrap(ctx).Request()
		err := checkQuery(r.URL.Query())
		if err == nil && ep.method != http.MethodGet && !ep.upload {
			var body []byte
			if body, err = io.ReadAll(r.Body); err == nil {
				err = checkText(body)
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		if err != nil {
			s.refuse(ctx, ep, err)
			return
		}
		next(ctx)
	}
}

// refuse answers in place of an operation.
func (s *Server) refuse(ctx huma.Context, ep endpoint, err error) {
	p := s.apiError(ctx.Context(), err, ep)
	if werr := writeProblem(humaecho.Unwrap(ctx), p); werr != nil {
		s.Logger.ErrorContext(ctx.Context(), "problem not written", "err", werr.Error())
	}
}

func (s *Server) apiError(ctx context.Context, err error, ep endpoint) *problemError {
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
	where := "body."
	if ep.method == http.MethodGet {
		where = "query."
	}
	return s.problemOf(who.lang, f, where)
}

func (s *Server) buildAPI() {
	cfg := huma.DefaultConfig("dunwatch", "1")
	cfg.DocsPath, cfg.OpenAPIPath = "", "" // served below, as routes of the table
	cfg.SchemasPath = ""
	cfg.CreateHooks = nil // no $schema links in answers
	cfg.FieldsOptionalByDefault = true
	cfg.RejectUnknownQueryParameters = true // a filter with a slip in its name would answer too much
	cfg.Transformers = []huma.Transformer{s.ownProblem}
	cfg.Info.Description = "Debt-collection complaints: filing, casework, enforcement and the monthly report."
	cfg.Servers = []*huma.Server{{URL: apiRoot}}
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer":     {Type: "http", Scheme: "bearer"},
		"accessCode": {Type: "apiKey", In: "header", Name: "Access-Code"},
	}
	api := humaecho.NewWithGroup(s.echo, s.echo.Group(apiRoot), cfg)
	s.complaintAPI(api)
	s.caseAPI(api)
	s.penaltyAPI(api)
	s.briefAPI(api)
	s.measureAPI(api)
	s.officeAPI(api)
	s.firmAPI(api)
	s.handlingAPI(api)
	s.letterAPI(api)
	s.intakeAPI(api)
	s.registerAPI(api)
	s.linkageAPI(api)
	s.witnessAPI(api)
	s.contactsAPI(api)
	spec := sync.OnceValues(api.OpenAPI().MarshalJSON) // costs more than all of the above, and few ask
	s.add(open("GET", apiRoot+"/openapi.json", func(c echo.Context) error {
		b, err := spec()
		if err != nil {
			return fmt.Errorf("describe the API: %w", err)
		}
		return c.Blob(http.StatusOK, "application/openapi+json", b)
	}))
	s.buildDocs()
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
