package httpd

import "dunwatch/internal/access"

// letterRoutes are the pages of official letters and their templates.
func (s *Server) letterRoutes() []Route {
	return []Route{
		may(access.ReadComplaint, "GET", "/letters", s.lettersPage),
		may(access.ReadComplaint, "GET", "/letters/:id", s.letterPage),
		may(access.ReadComplaint, "GET", "/letters/:id/pdf", s.letterPDF),
		may(access.RevealIdentity, "POST", "/letters/:id/print", s.printLetter),
		may(access.WriteLetter, "POST", "/letters/:id/edit", s.editLetter),
		may(access.ReleaseLetter, "POST", "/letters/:id/release", s.releaseLetter),
		may(access.WriteLetter, "POST", "/letters/:id/cancel", s.cancelLetter),
		may(access.WriteLetter, "POST", "/letters/:id/delivery", s.noteLetterDelivery),

		may(access.ManageTemplates, "GET", "/admin/letters", s.letterTemplatesPage),
		may(access.ManageTemplates, "GET", "/admin/letters/:kind/:language", s.letterTemplatePage),
		may(access.ManageTemplates, "POST", "/admin/letters/:kind/:language", s.changeLetterTemplate),
		may(access.ManageTemplates, "POST", "/admin/letters/:kind/:language/preview", s.previewLetterTemplate),
		may(access.ManageTemplates, "POST", "/admin/letters/:kind/:language/restore", s.restoreLetterTemplate),
	}
}
