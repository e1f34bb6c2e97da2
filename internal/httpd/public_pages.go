package httpd

import "slices"

// publicRoutes are the pages for anybody: the front, the rights guide, the
// notices, and the filing flow.
func (s *Server) publicRoutes() []Route {
	return slices.Concat([]Route{
		open("GET", "/", s.homePage),
		open("GET", "/rights", s.rightsPage),
		open("GET", "/privacy", s.privacyPage),
		open("GET", "/accessibility", s.accessibilityPage),
	}, s.complainRoutes())
}
