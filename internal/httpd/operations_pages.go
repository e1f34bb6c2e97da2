package httpd

import "dunwatch/internal/access"

// operationsRoutes are the pages of those who keep the program running.
func (s *Server) operationsRoutes() []Route {
	return []Route{
		may(access.ReadOperations, "GET", "/operations", s.operationsPage),
		may(access.ManageOperations, "POST", "/operations/outbox/:id/resend", s.resendMessage),
		may(access.ManageCalendar, "GET", "/admin/calendars", s.calendarsPage),
		may(access.ManageCalendar, "POST", "/admin/calendars/import", s.importCalendar),
		may(access.ManageCalendar, "GET", "/admin/calendars/imports/:id", s.calendarImportPage),
	}
}
