package httpd

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/firm"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/store"
)

// firmPortalRoutes are the pages of a firm's own staff. What they may see of a thing, the services decide: everything of
// another firm is unknown here, in the words of what never was.
func (s *Server) firmPortalRoutes() []Route {
	return []Route{
		may(access.UseFirmPortal, "GET", "/firm", s.portalInboxPage),
		may(access.UseFirmPortal, "GET", "/firm/forwards/:ref", s.portalForwardPage),
		may(access.UseFirmPortal, "GET", "/firm/forwards/:ref/files/:number", s.portalFile),
		may(access.UseFirmPortal, "GET", "/firm/forwards/:ref/letters/:number", s.portalLetterPage),
		may(access.UseFirmPortal, "GET", "/firm/forwards/:ref/letters/:number/pdf", s.portalLetterPDF),
		may(access.AnswerForward, "POST", "/firm/forwards/:ref/acknowledge", s.portalAcknowledge),
		may(access.AnswerForward, "POST", "/firm/forwards/:ref/time", s.portalAskTime),
		may(access.AnswerForward, "POST", "/firm/forwards/:ref/answer", s.portalAnswer),
		may(access.AnswerForward, "POST", "/firm/forwards/:ref/pass-on", s.portalPassOn),
		may(access.OfferPlan, "POST", "/firm/forwards/:ref/plan", s.portalOfferPlan),
		may(access.OfferPlan, "POST", "/firm/forwards/:ref/plan/withdraw", s.portalWithdrawPlan),
		may(access.OfferPlan, "POST", "/firm/forwards/:ref/plan/paid", s.portalPlanPaid),
		may(access.ManageFirmUsers, "GET", "/firm/staff", s.portalStaffPage),
		may(access.ManageFirmUsers, "POST", "/firm/staff", s.portalAddStaff),
		may(access.ManageFirmUsers, "POST", "/firm/staff/disable", s.portalDisableStaff),
		may(access.ManageFirmUsers, "POST", "/firm/staff/reset", s.portalResetStaff),
	}
}

// portalInboxData is a firm's list of what was sent to it.
type portalInboxData struct {
	Page
	Firm  string
	Empty string // message key of what an empty list says
	Tabs  []Tab
	Rows  []portalRow
	Q     string
	Clear string
	Pager Pager
	// Penalties is how many penalty cases the firm was told of.
	Penalties int
}

type portalRow struct {
	Ref, Href  string
	Kind       string
	FromLender bool
	Item       forwarding.InboxItem
	Due        *Deadline
	Chip       Chip
}

// portalTones are the shapes of a forward's states to its firm: what waits for the firm stands out.
var portalTones = map[forwarding.Status]string{
	forwarding.Sent: "new", forwarding.Acknowledged: "active", forwarding.Answered: "wait", forwarding.Returned: "danger", forwarding.Told: "good",
	forwarding.Review: "active", forwarding.ReviewAnswered: "wait", forwarding.ReviewReturned: "danger", forwarding.ReviewTold: "good",
	forwarding.Accepted: "good", forwarding.Ended: "closed",
}

func (d desk) portalChip(st forwarding.Status) Chip {
	return Chip{Tone: portalTones[st], Text: d.t("portal.status." + string(st))}
}

func portalHref(ref string) string { return "/firm/forwards/" + urlPath(ref) }

func (s *Server) portalInboxPage(c echo.Context) error {
	d, q := s.deskOf(c), QueryOf(c.Request().URL)
	a := ask{values: q.Values}
	f := forwarding.InboxFilter{Tab: forwarding.Tab(a.oneOf("tab", portalTabs()...)), Q: a.text("q"), Cursor: a.text("cursor")}
	if err := a.err(); err != nil {
		return err
	}
	in, err := s.Forwards.Inbox(d.ctx, d.by, f)
	if err != nil {
		return err
	}
	if f.Tab == "" {
		f.Tab = forwarding.TabOpen
	}
	p := &portalInboxData{Page: s.base(c), Empty: "portal.empty." + string(f.Tab), Q: f.Q, Pager: d.pager(q, len(in.Items), in.NextCursor),
		Clear: q.Only("tab"), Tabs: d.portalTabs(q, f.Tab, in.Counts)}
	for _, i := range in.Items {
		r := portalRow{Ref: i.Reference, Href: portalHref(i.Reference), Kind: d.t("portal.kinds." + string(i.Kind)), FromLender: i.FromLender, Item: i, Chip: d.portalChip(i.Status)}
		if !i.DueOn.IsZero() && i.Status.Awaits() {
			due := d.due(i.Pack, i.DueOn)
			r.Due = &due
		}
		p.Rows = append(p.Rows, r)
	}
	if p.Firm, err = s.portalFirm(d.ctx, d.by); err != nil {
		return err
	}
	if p.Penalties, err = s.firmPenaltyCount(d); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "portal/inbox", p)
}

func portalTabs() []string {
	out := make([]string, len(forwarding.Tabs))
	for i, t := range forwarding.Tabs {
		out[i] = string(t)
	}
	return out
}

func (d desk) portalTabs(q Query, now forwarding.Tab, n forwarding.InboxCounts) []Tab {
	counts := map[forwarding.Tab]int64{
		forwarding.TabOpen: n.Open, forwarding.TabLate: n.Late, forwarding.TabAnswered: n.Answered, forwarding.TabEnded: n.Ended,
	}
	var tabs []Tab
	for _, t := range forwarding.Tabs {
		href := q.Path
		if t != forwarding.TabOpen {
			href += "?tab=" + string(t)
		}
		tabs = append(tabs, Tab{Label: d.t("portal.tabs." + string(t)), Href: href, Count: int(counts[t]), Counted: true, Current: t == now})
	}
	return tabs
}

// portalFirm is the name of the actor's own firm.
func (s *Server) portalFirm(ctx context.Context, by access.Actor) (string, error) {
	var firms map[int64]firm.Firm
	err := s.DB.Read(ctx, func(tx *store.Tx) (err error) {
		firms, err = s.Firms.ByIDs(ctx, tx, []int64{by.FirmID})
		return err
	})
	return firms[by.FirmID].Name, err
}
