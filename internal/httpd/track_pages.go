package httpd

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
)

// trackRoutes are the pages of whoever holds the access code of a complaint.
func (s *Server) trackRoutes() []Route {
	return []Route{
		open("GET", "/track", s.trackPage),
		open("POST", "/track", s.track),
		open("POST", "/track/end", s.endTracking),
		holder(access.ReadComplaint, "GET", "/track/case", s.trackCasePage),
		holder(access.ReadComplaint, "GET", "/track/receipt", s.receiptFile),
		holder(access.ReadComplaint, "GET", "/track/sheet", s.trackSheetPage),
		holder(access.Message, "POST", "/track/message", s.trackMessage),
		holder(access.Message, "POST", "/track/supply", s.trackSupply),
		holder(access.AddEvidence, "POST", "/track/evidence", s.trackEvidence),
		holder(access.ReadComplaint, "GET", "/track/evidence/:number", s.trackFile),
		holder(access.Withdraw, "POST", "/track/withdraw", s.trackWithdraw),
		holder(access.ReadComplaint, "GET", "/track/letters/:id", s.trackLetterPage),
		holder(access.ReadComplaint, "GET", "/track/letters/:id/pdf", s.trackLetterPDF),
		holder(access.ReadComplaint, "POST", "/track/other", s.trackOther),
		holder(access.RequestReview, "POST", "/track/accept", s.trackAccept),
		holder(access.RequestReview, "POST", "/track/review", s.trackReview),
		holder(access.AnswerPlan, "POST", "/track/plan", s.trackPlanAnswer),
		holder(access.AnswerPlan, "POST", "/track/breach", s.trackBreach),
		holder(access.RateHandling, "POST", "/track/rate", s.trackRate),
		holder(access.RequestReview, "POST", "/track/reopen", s.trackReopen),
	}
}

// byCode lets in whoever gave the access code in this browser; others are asked
// for it.
func (s *Server) byCode(rt Route) echo.HandlerFunc {
	return func(c echo.Context) error {
		by, ref, err := s.holderOf(c)
		if err != nil {
			s.flash(c, "wait", "track.ended")
			return c.Redirect(http.StatusSeeOther, "/track")
		}
		if err := s.Policy.May(by, rt.Action); err != nil {
			return err
		}
		if err := s.hold(c, by.ComplaintID, ref); err != nil { // another half hour
			return err
		}
		return rt.handler(c)
	}
}
