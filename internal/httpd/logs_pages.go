package httpd

import (
	"dunwatch/internal/access"
)

// logRoutes are the pages of logs of contacts that are kept: in the filing flow,
// with a complaint, at the desk, and in a firm's portal.
func (s *Server) logRoutes() []Route {
	return []Route{
		open("GET", "/check-my-log", s.logCheckPage),
		open("POST", "/check-my-log", s.checkLog),
		open("GET", "/complain/log", s.draftLogPage),
		open("POST", "/complain/log", s.addDraftLog),
		holder(access.AddEvidence, "GET", "/track/log", s.trackLogPage),
		holder(access.AddEvidence, "POST", "/track/log", s.addTrackLog),
		may(access.ReadEvidence, "GET", "/cases/:ref/contacts", s.caseContactsPage),
		may(access.AddEvidence, "GET", "/cases/:ref/contacts/add", s.caseLogPage),
		may(access.AddEvidence, "POST", "/cases/:ref/contacts/add", s.addCaseLog),
		may(access.SendForward, "POST", "/cases/:ref/contacts/ask", s.askFirmForLog),
		may(access.AnswerForward, "GET", "/firm/forwards/:ref/log", s.firmLogPage),
		may(access.AnswerForward, "POST", "/firm/forwards/:ref/log", s.addFirmLog),
		may(access.ReadEvidence, "GET", "/log-mappings", s.logMappingsPage),
		may(access.Screen, "POST", "/log-mappings", s.settleMapping),
	}
}

// takesLogs are the routes whose forms carry logs of contacts, which are read in
// memory.
var takesLogs = map[string]bool{
	"/check-my-log": true, "/complain/log": true, "/track/log": true, "/cases/:ref/contacts/add": true, "/firm/forwards/:ref/log": true,
	apiRoot + "/contacts/check": true, apiRoot + "/complaints/:ref/contact-logs": true, apiRoot + "/forwards/:ref/log": true,
}

// maySettle reports whether the actor may say which remembered columns are used.
func (s *Server) maySettle(d desk) bool {
	return s.Policy.Widest(d.by.Role, access.Screen) != access.None
}
