package httpd

import "dunwatch/internal/access"

// adminRoutes are the record, and the administrator's pages.
func (s *Server) adminRoutes() []Route {
	return []Route{
		may(access.ReadAudit, "GET", "/audit", s.auditPage),

		may(access.ManageAccount, "GET", "/admin", s.adminPage),
		may(access.ManageAccount, "POST", "/admin/users", s.addUser),
		may(access.ManageAccount, "POST", "/admin/users/disable", s.disableUser),
		may(access.ManageAccount, "POST", "/admin/users/reset", s.resetUser),
		may(access.ManageAccount, "POST", "/admin/units", s.addUnit),
		may(access.ManageFirm, "POST", "/admin/firms", s.addFirm),
		may(access.ManageFirm, "POST", "/admin/firms/import", s.importFirms),
		may(access.ManageFirm, "POST", "/firms/:code/aliases", s.addAlias),
		may(access.ManageFirm, "POST", "/firms/:code/links", s.linkFirm),
		may(access.ManageFirm, "POST", "/firms/:code/unlink", s.unlinkFirm),
		may(access.ManageFirm, "POST", "/firms/:code/confirm", s.confirmFirm),
	}
}
