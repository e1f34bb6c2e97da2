package httpd

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
)

// deskRoutes are the pages of this area.
func (s *Server) deskRoutes() []Route {
	return []Route{
		may(access.ManageOwnSession, "GET", "/desk", s.desk),
	}
}

// desk sends everybody to where their day begins.
func (s *Server) desk(c echo.Context) error {
	return c.Redirect(http.StatusSeeOther, homeOf(actorOf(c).Role))
}
