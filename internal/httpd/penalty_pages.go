package httpd

import "dunwatch/internal/access"

// penaltyRoutes are the pages on which penalties are proposed, decided and issued.
func (s *Server) penaltyRoutes() []Route {
	return []Route{
		may(access.ReadPenalty, "GET", "/penalties", s.penaltiesPage),
		may(access.ReadPenalty, "GET", "/penalties/:ref", s.penaltyPage),
		may(access.ReadPenalty, "GET", "/penalties/:ref/decision", s.decisionPage),
		may(access.ProposePenalty, "GET", "/penalties/:ref/amend", s.amendPage),
		may(access.ProposePenalty, "POST", "/penalties/:ref/amend", s.amendPenalty),
		may(access.ProposePenalty, "POST", "/penalties/:ref/drop", s.dropPenalty),
		may(access.ApprovePenalty, "POST", "/penalties/:ref/approve", s.approvePenalty),
		may(access.ApprovePenalty, "POST", "/penalties/:ref/return", s.returnPenalty),
		may(access.IssuePenalty, "POST", "/penalties/:ref/issue", s.issuePenalty),
	}
}
