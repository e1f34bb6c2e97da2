package httpd

import "dunwatch/internal/access"

// penaltyRoutes are the pages on which penalties are proposed, decided and issued.
func (s *Server) penaltyRoutes() []Route {
	return append(append(s.firmPenaltyRoutes(), s.measureRoutes()...), []Route{
		may(access.ReadPenalty, "GET", "/penalties", s.penaltiesPage),
		may(access.ReadPenalty, "GET", "/penalties/:ref", s.penaltyPage),
		may(access.ReadPenalty, "GET", "/penalties/:ref/decision", s.decisionPage),
		// The statutory procedure. Which role may take a step stands in the machine of internal/enforcement.
		may(access.ProposePenalty, "GET", "/cases/:ref/penalties/apply", s.applyPage),
		may(access.ProposePenalty, "POST", "/cases/:ref/penalties/apply", s.applyForCase),
		may(access.ReadPenalty, "GET", "/penalties/:ref/steps/:step", s.penaltyStepPage),
		may(access.ReadPenalty, "POST", "/penalties/:ref/steps/:step", s.takePenaltyStep),
		may(access.ReadPenalty, "GET", "/penalties/:ref/documents/:kind", s.deskDocument),
		may(access.ReadPenalty, "GET", "/penalties/:ref/documents/:kind/pdf", s.documentPDF),
		may(access.ReadPenalty, "GET", "/penalties/:ref/file", s.caseFileZIP),
		may(access.ReadPenalty, "GET", "/penalties/:ref/file/pdf", s.caseFilePDF),
		may(access.ProposePenalty, "GET", "/penalties/:ref/amend", s.amendPage),
		may(access.ProposePenalty, "POST", "/penalties/:ref/amend", s.amendPenalty),
		may(access.ProposePenalty, "POST", "/penalties/:ref/drop", s.dropPenalty),
		may(access.ApprovePenalty, "POST", "/penalties/:ref/approve", s.approvePenalty),
		may(access.ApprovePenalty, "POST", "/penalties/:ref/return", s.returnPenalty),
		may(access.IssuePenalty, "POST", "/penalties/:ref/issue", s.issuePenalty),
	}...)
}
