package httpd

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"dunwatch/internal/access"
)

func (s *Server) healthz(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }

// readyz answers 200 only while the database is migrated and takes writes.
func (s *Server) readyz(c echo.Context) error {
	if err := s.DB.Ready(c.Request().Context()); err != nil {
		s.Logger.Error("not ready", "err", err.Error())
		return c.String(http.StatusServiceUnavailable, "not ready\n")
	}
	return c.String(http.StatusOK, "ready\n")
}

func (s *Server) robots(c echo.Context) error {
	return c.String(http.StatusOK, "User-agent: *\nDisallow: /track\nDisallow: /complain\nDisallow: /api/\n")
}

// static serves a file under its content hash, for ever.
func (s *Server) static(c echo.Context) error {
	s.render.assets.ServeHTTP(c.Response(), c.Request())
	return nil
}

func (s *Server) favicon(c echo.Context) error {
	return c.Redirect(http.StatusFound, s.render.assets.url("favicon.svg"))
}

// deskNav is the rail of the desk: what this person's role can open.
func (s *Server) deskNav(c echo.Context) []NavItem {
	by := actorOf(c)
	var nav []NavItem
	for _, it := range []struct {
		act               access.Action
		label, href, icon string
	}{
		{access.Screen, "nav.screening", "/complaints", "inbox"},
		{access.Screen, "nav.intake", "/intake", "people"},
		{access.LogContact, "nav.not_informed", "/not-informed", "alert"},
		{access.CheckAnswer, "nav.waiting", "/waiting", "clock"},
		{access.ReadCase, "nav.queue", "/queue", "queue"},
		{access.SearchIdentifier, "nav.numbers", "/numbers", "search"},
		{access.ReadClusters, "nav.clusters", "/clusters", "copies"},
		{access.UseFirmPortal, "nav.portal", "/firm", "inbox"},
		{access.AnswerPenalty, "procedure.firm.title", "/firm/penalties", "penalty"},
		{access.AnswerPenalty, "measure.firm.title", "/firm/measures", "measure"},
		{access.ManageFirmUsers, "nav.portal_staff", "/firm/staff", "people"},
		{access.ManageFirmUsers, "nav.portal_roster", "/firm/roster", "queue"},
		{access.ReadComplaint, "letter_page.title", "/letters", "letter"},
		{access.ReadPenalty, "nav.penalties", "/penalties", "penalty"},
		{access.ReadPenalty, "measure.title", "/measures", "measure"},
		{access.ReadReport, "dashboard.title", "/dashboard", "pulse"},
		{access.ReadReport, "nav.reports", "/reports", "report"},
		{access.ReadFirm, "nav.firms", "/firms", "firm"},
		{access.ReadAudit, "nav.audit", "/audit", "audit"},
		{access.ManageAccount, "nav.admin", "/admin", "settings"},
		{access.ReadOperations, "operations.title", "/operations", "pulse"},
	} {
		if s.Policy.Widest(by.Role, it.act) == access.None {
			continue
		}
		item := NavItem{Label: it.label, Href: it.href, Icon: it.icon, Current: under(c, it.href) || it.href == "/queue" && under(c, "/cases") || it.href == "/dashboard" && under(c, "/alarms")}
		if it.href == "/firm" && (under(c, "/firm/staff") || under(c, "/firm/roster") || under(c, "/firm/penalties") || under(c, "/firm/measures")) {
			item.Current = false
		}
		if it.href == "/waiting" {
			item.Count = s.waitingCount(c)
		}
		if it.href == homeOf(by.Role) {
			nav = slices.Insert(nav, 0, item) // where the day begins stands first
			continue
		}
		nav = append(nav, item)
	}
	return nav
}

func publicNav(c echo.Context) []NavItem {
	var nav []NavItem
	for _, it := range []struct{ label, href string }{
		{"nav.complain", "/complain"}, {"nav.track", "/track"}, {"nav.rights", "/rights"}, {"nav.check_collector", "/check-collector"}, {"nav.check_log", "/check-my-log"},
		{"nav.register", "/register"},
	} {
		nav = append(nav, NavItem{Label: it.label, Href: it.href, Current: under(c, it.href)})
	}
	return nav
}

// under reports whether the request is for path or something below it.
func under(c echo.Context, path string) bool {
	p := c.Request().URL.Path
	return p == path || len(p) > len(path) && p[:len(path)] == path && p[len(path)] == '/'
}

// metrics counts requests by route, never by address or person.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dunwatch_http_requests_total", Help: "Requests by route and status."}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "dunwatch_http_request_seconds", Help: "Time to answer by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5}}, []string{"method", "route"}),
	}
	m.registry.MustRegister(m.requests, m.seconds)
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// measure counts and logs every request: by route, so that no reference, code
// or search word reaches the log.
func (s *Server) measure(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		if err := next(c); err != nil {
			c.Error(err)
		}
		took, route, code := time.Since(start), c.Path(), c.Response().Status
		if route == "" {
			route = "none"
		}
		s.metrics.requests.WithLabelValues(c.Request().Method, route, strconv.Itoa(code)).Inc()
		s.metrics.seconds.WithLabelValues(c.Request().Method, route).Observe(took.Seconds())
		s.Logger.Debug("request", "method", c.Request().Method, "route", route, "status", code, "ms", float64(took.Microseconds())/1000)
		return nil
	}
}
