package httpd

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/locale"
)

// notInformedData is the list of closed complaints whose complainants were not told the result.
type notInformedData struct {
	Page
	Rows  []notInformedRow
	Tabs  []Tab
	Pager Pager
	Late  bool
}

type notInformedRow struct {
	complaint.NotInformed
	Href   string
	Track  string
	Closed calendar.Date
	Due    Deadline
	Last   string // what came of the newest attempt
	Tried  string // how often
}

func (s *Server) notInformedPage(c echo.Context) error {
	p, err := s.notInformed(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "complaint/not_informed", p)
}

func (s *Server) notInformed(c echo.Context) (*notInformedData, error) {
	d, p := s.deskOf(c), &notInformedData{Page: s.base(c)}
	if c.Request().Method != http.MethodGet { // a rejected form was posted elsewhere
		p.Query = Query{Path: "/not-informed"}
	}
	a := ask{values: p.Query.Values}
	f := complaint.NotInformedFilter{Late: a.oneOf("late", "yes") == "yes", Cursor: a.text("cursor"), Limit: a.number("limit", 100)}
	if err := a.err(); err != nil {
		return nil, err
	}
	list, err := s.Complaints.NotInformed(d.ctx, d.by, f)
	if err != nil {
		return nil, err
	}
	for _, n := range list.Items {
		r := notInformedRow{NotInformed: n, Href: "/complaints/" + urlPath(n.Reference), Track: d.t("complaint.tracks." + string(n.Track)),
			Closed: calendar.OfTime(n.ClosedAt.In(s.Zone)), Due: d.due(s.cfg.Pack, n.DueOn), Tried: d.t("intake_page.tried", n.Attempts)}
		if n.LastResult != "" {
			r.Last = d.t("intake_page.last", locale.DateTime(d.lang, n.LastAt, s.Zone), d.t("intake.results."+n.LastResult))
		}
		p.Rows = append(p.Rows, r)
	}
	p.Late = f.Late
	p.Tabs = []Tab{
		{Label: d.t("intake_page.tab_all"), Href: p.Query.With("late", "", "cursor", "", "back", ""), Current: !f.Late},
		{Label: d.t("intake_page.tab_late"), Href: p.Query.With("late", "yes", "cursor", "", "back", ""), Current: f.Late},
	}
	p.Pager = d.pager(p.Query, len(p.Rows), list.NextCursor)
	return p, nil
}

// logContact notes an attempt to tell the result, from the list or from the complaint's page.
func (s *Server) logContact(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	ref := c.Param("ref")
	_, err = s.Complaints.LogContact(c.Request().Context(), actorOf(c), ref, form.Text("way"), form.Text("result"), form.Value("note"))
	fromList := form.Text("from") == "list"
	switch {
	case err != nil && fromList:
		return s.again(c, err, form, "contact-"+ref, "complaint/not_informed", func() (any, error) { return s.notInformed(c) }, func(v any, f *Form) any {
			p := v.(*notInformedData)
			p.Form = f
			return p
		})
	case err != nil:
		return s.complaintAgain(c, err, form, "contact-"+ref)
	}
	done := "intake_page.contact_logged"
	if form.Text("result") == complaint.Reached {
		done = "intake_page.contact_told"
	}
	s.flash(c, "good", done, ref)
	if fromList {
		return c.Redirect(http.StatusSeeOther, "/not-informed")
	}
	return c.Redirect(http.StatusSeeOther, "/complaints/"+urlPath(ref)+"#contacts")
}

// Ways and Results are what a contact can be.
func (notInformedData) Ways() []string    { return complaint.ContactWays }
func (notInformedData) Results() []string { return complaint.ContactResults }

// Ways and Results are what a contact can be.
func (complaintPageData) Ways() []string    { return complaint.ContactWays }
func (complaintPageData) Results() []string { return complaint.ContactResults }
