package httpd

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
)

// Route is a line of the route table: what an auditor reads first.
type Route struct {
	Method string        `json:"method"`
	Path   string        `json:"path"`
	Action access.Action `json:"action,omitempty"` // needed to come in at all; services check the thing itself
	Public bool          `json:"public"`           // anybody, on purpose
	// Code says that a complaint's access code opens it too.
	Code    bool             `json:"access_code,omitempty"`
	handler echo.HandlerFunc // nil for operations of the API, which huma serves
}

// Table lists every route.
func (s *Server) Table() []Route { return slices.Clone(s.table) }

// pageRoutes is the table of pages, area by area. The API's operations stand in
// api.go and join the same table.
func (s *Server) pageRoutes() []Route {
	return slices.Concat(s.siteRoutes(), s.publicRoutes(), s.trackRoutes(), s.deskRoutes(), s.evidenceRoutes(), s.penaltyRoutes(), s.reportRoutes(), s.adminRoutes(),
		s.firmPortalRoutes(), s.handlingRoutes(), s.letterRoutes(), s.intakeRoutes(), s.operationsRoutes(), s.registerRoutes(), s.linkageRoutes(), s.witnessRoutes(), s.logRoutes())
}

// open is a route for anybody.
func open(method, path string, h echo.HandlerFunc) Route {
	return Route{Method: method, Path: path, Public: true, handler: h}
}

// may is a route for those who may do the action on something.
func may(act access.Action, method, path string, h echo.HandlerFunc) Route {
	return Route{Method: method, Path: path, Action: act, handler: h}
}

// holder is a route for whoever holds the access code of a complaint.
func holder(act access.Action, method, path string, h echo.HandlerFunc) Route {
	return Route{Method: method, Path: path, Action: act, Code: true, handler: h}
}

func (s *Server) add(rt Route) {
	s.table = append(s.table, rt)
	h := rt.handler
	switch {
	case rt.Code:
		h = s.byCode(rt)
	case !rt.Public:
		h = func(c echo.Context) error {
			if err := s.Policy.May(actorOf(c), rt.Action); err != nil {
				return err
			}
			return rt.handler(c)
		}
	}
	s.echo.Add(rt.Method, rt.Path, h)
	if rt.Method == http.MethodGet {
		s.echo.Add(http.MethodHead, rt.Path, h)
	}
}

// siteRoutes are the few that belong to no capability.
func (s *Server) siteRoutes() []Route {
	return []Route{
		open("GET", "/healthz", s.healthz),
		open("GET", "/readyz", s.readyz),
		open("GET", "/static/:name", s.static),
		open("GET", "/favicon.ico", s.favicon),
		open("GET", "/robots.txt", s.robots),
		open("GET", "/sign-in", s.signInPage),
		open("POST", "/sign-in", s.signIn),
		open("GET", "/set-up", s.setUpPage),
		open("POST", "/set-up", s.setUp),
		may(access.ManageOwnSession, "POST", "/sign-out", s.signOut),
		may(access.ManageOwnSession, "GET", "/account", s.accountPage),
		may(access.ManageOwnSession, "POST", "/account/password", s.changePassword),
		may(access.ManageOwnSession, "POST", "/account/second-factor", s.beginSecondFactor),
		may(access.ManageOwnSession, "POST", "/account/second-factor/confirm", s.confirmSecondFactor),
	}
}
