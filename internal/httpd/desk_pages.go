package httpd

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
)

// evidenceRoutes are the pages of the evidence register.
func (s *Server) evidenceRoutes() []Route {
	return []Route{
		may(access.ReadEvidence, "GET", "/evidence/:ref/:number", s.downloadEvidence),
		may(access.ReadEvidence, "GET", "/evidence/:ref/:number/sheet", s.evidenceSheet),
		may(access.ReadEvidence, "POST", "/evidence/:ref/:number/original", s.takeOriginal),
		may(access.ReadEvidence, "GET", "/evidence/:ref", s.evidenceList),
		may(access.ReadEvidence, "POST", "/evidence/:ref/zip", s.evidenceZip),
		may(access.ReadEvidence, "GET", "/evidence/:ref/:number/preview", s.previewEvidence),
		may(access.ReadEvidence, "GET", "/evidence/:ref/:number/thumbnail", s.evidenceThumbnail),
		may(access.AddEvidence, "GET", "/evidence/:ref/:number/redact", s.redactPage),
		may(access.AddEvidence, "POST", "/evidence/:ref/:number/redact", s.redactEvidence),
		may(access.AddEvidence, "POST", "/evidence/:ref/:number/supersede", s.supersedeEvidence),
		may(access.ReleaseEvidence, "POST", "/evidence/:ref/:number/release", s.releaseEvidence),
	}
}

// deskRoutes are the pages on which complaints are screened and cases worked.
func (s *Server) deskRoutes() []Route {
	rs := []Route{
		may(access.ManageOwnSession, "GET", "/desk", s.desk),

		may(access.ReadComplaint, "GET", "/complaints", s.complaintsPage),
		may(access.ReadComplaint, "POST", "/complaints/find", s.findComplaints),
		may(access.ReadComplaint, "GET", "/complaints/:ref", s.complaintPage),
		may(access.Screen, "POST", "/complaints/:ref/accept", s.acceptComplaint),
		may(access.Screen, "POST", "/complaints/:ref/ask", s.askForMore),
		may(access.Screen, "POST", "/complaints/:ref/reject", s.refuseComplaint),
		may(access.Screen, "POST", "/complaints/:ref/refer", s.referComplaint),
		may(access.RevealIdentity, "POST", "/complaints/:ref/reveal", s.revealComplainant),
		may(access.Message, "POST", "/complaints/:ref/messages", s.writeToComplainant),

		may(access.ReadCase, "GET", "/queue", s.queuePage),
		may(access.AssignCase, "POST", "/queue/assign", s.assignMany),
		may(access.TakeCase, "POST", "/queue/take-next", s.takeNext),
		may(access.ReadCase, "GET", "/cases/:ref", s.casePage),
		may(access.AssignCase, "POST", "/cases/:ref/assign", s.assignCase),
		may(access.AssignCase, "POST", "/cases/:ref/release", s.releaseCase),
		may(access.TakeCase, "POST", "/cases/:ref/take", s.takeCase),
		may(access.NoteCase, "POST", "/cases/:ref/notes", s.noteCase),
		may(access.RecuseCase, "POST", "/cases/:ref/recuse", s.recuseOfficer),
		may(access.CloseCase, "POST", "/cases/:ref/close", s.closeCase),
		may(access.RevealIdentity, "POST", "/cases/:ref/reveal", s.revealOfCase),
		may(access.Message, "POST", "/cases/:ref/messages", s.writeFromCase),
		may(access.RecordFinding, "GET", "/cases/:ref/findings/new", s.findingPage),
		may(access.RecordFinding, "POST", "/cases/:ref/findings", s.recordFinding),
		may(access.ProposePenalty, "GET", "/cases/:ref/penalties/new", s.proposalPage),
		may(access.ProposePenalty, "POST", "/cases/:ref/penalties", s.proposePenalty),
	}
	if s.cfg.Demo {
		rs = append(rs, open("GET", "/styleguide", s.styleguide))
	}
	return rs
}

// desk sends everybody to where their day begins.
func (s *Server) desk(c echo.Context) error {
	return c.Redirect(http.StatusSeeOther, homeOf(actorOf(c).Role))
}

// styleguide shows every component with invented content; the demo alone has it.
func (s *Server) styleguide(c echo.Context) error {
	return s.show(c, http.StatusOK, "styleguide", newStyleguide(langOf(c), c.Request().URL))
}
