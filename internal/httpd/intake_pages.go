package httpd

import "dunwatch/internal/access"

// intakeRoutes are the pages of complaints taken down by a clerk, and of complainants still to be told.
func (s *Server) intakeRoutes() []Route {
	return []Route{
		may(access.Screen, "GET", "/intake", s.intakePage),
		may(access.Screen, "POST", "/intake", s.takeDown),
		may(access.Screen, "GET", "/intake/slip", s.takenPage),
		may(access.AddEvidence, "POST", "/complaints/:ref/evidence", s.addStaffFile),
		may(access.Screen, "POST", "/complaints/:ref/split", s.splitComplaint),
		may(access.LogContact, "GET", "/not-informed", s.notInformedPage),
		may(access.LogContact, "POST", "/complaints/:ref/contacts", s.logContact),
	}
}
