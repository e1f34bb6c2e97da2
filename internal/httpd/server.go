package httpd

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/office"
	"dunwatch/web"
)

// Deps are what the server speaks for.
type Deps struct {
	*office.Office
	Logger *slog.Logger
}

// Config is how the server stands in the world.
type Config struct {
	PublicURL string         // as people reach it; https makes cookies Secure
	Zone      *time.Location // the regulator's
	Pack      string         // the pack that the public form starts with: "cn"
	Demo      bool           // everything is invented, and pages say so
	RateLimit bool           // off only on a loopback address, for load tests
	Proxied   bool           // a trusted proxy on a private address sets X-Forwarded-For
	Dev       bool           // parse templates on every request
}

// Server answers HTTP.
type Server struct {
	Deps
	cfg     Config
	secure  bool
	echo    *echo.Echo
	render  *renderer
	limits  *limits
	metrics *metrics
	waits   waits
	copies  registerCache
	gate    *registerGate
	readers logReaders
	table   []Route
}

// New builds the server with every route. It fails when a template or message
// is broken, so that a broken page cannot be deployed.
func New(d Deps, cfg Config) (*Server, error) {
	r, err := newRenderer(web.FS, d.Words, cfg.Zone, cfg.Dev)
	if err != nil {
		return nil, fmt.Errorf("read templates: %w", err)
	}
	return newServer(d, cfg, r)
}

// newServer is New with pages that are parsed already: tests start a hundred
// servers and parse once.
func newServer(d Deps, cfg Config, r *renderer) (*Server, error) {
	u, err := url.Parse(cfg.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("public URL: %w", err)
	}
	s := &Server{Deps: d, cfg: cfg, secure: u.Scheme == "https", render: r, limits: newLimits(cfg.RateLimit, d.DB.Now), metrics: newMetrics(), gate: newRegisterGate(), readers: make(logReaders, readersMost)}
	s.metrics.registry.MustRegister(outboxFigures{d.Notify, d.DB.Now}, evidenceFigures{d.Evidence})
	s.build(u)
	return s, nil
}

// Handler is the whole site.
func (s *Server) Handler() http.Handler { return s.echo }

// Metrics serves Prometheus figures; it belongs on an address of its own.
func (s *Server) Metrics() http.Handler { return s.metrics.handler() }

func (s *Server) build(public *url.URL) {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = s.handleError
	e.Binder = noBinder{}
	e.IPExtractor = echo.ExtractIPDirect()
	if s.cfg.Proxied {
		e.IPExtractor = echo.ExtractIPFromXFFHeader() // trusts loopback and private peers only
	}
	e.Pre(s.measure, s.recover, s.secureHeaders)
	e.Use(s.limitBody, s.limitRate, s.sameOrigin(public), s.identify, s.countAgain)
	s.echo = e
	for _, rt := range s.pageRoutes() {
		s.add(rt)
	}
	s.buildAPI()
}

// noBinder keeps c.Bind away: it mixes path, query and body into one struct.
type noBinder struct{}

func (noBinder) Bind(any, echo.Context) error { return fmt.Errorf("c.Bind is not used here") }
