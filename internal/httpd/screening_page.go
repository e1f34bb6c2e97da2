package httpd

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
)

// complaintsPageData is the list to screen.
type complaintsPageData struct {
	Page
	Rows    []complaintRow
	Tabs    []Tab
	Pills   []Pill
	Clear   string
	Pager   Pager
	Codes   []Option
	Sources []Option
	Tracks  []complaint.Track
	More    bool // a filter of the second row is in force
	Found   bool // answers a search by number, which has no address
}

type complaintRow struct {
	Ref      string
	Href     string
	Received calendar.Date
	Due      *Deadline
	Chip     Chip
	Codes    []Code
	More     int // codes not shown
	Parties  []PartyChip
	Source   string
	Track    string
	Severity string
	Serious  bool
	Facts    []Answer // of the quick view
}

// complaintFilters are the names that the list understands, in the order of its
// pills. From "decided" on they come from the figures of the monthly report.
var complaintFilters = []string{"q", "code", "firm", "source", "track", "month", "since", "until", "decided", "open", "channel", "region", "product", "lender", "agency", "pack"}

func (s *Server) complaintFilter(q Query) (complaint.Filter, error) {
	a := ask{values: q.Values}
	var statuses []string
	for _, st := range complaint.Statuses {
		statuses = append(statuses, string(st))
	}
	f := complaint.Filter{
		Status: complaint.Status(a.oneOf("status", append(statuses, "all")...)),
		Source: a.text("source"), Firm: a.text("firm"), Code: a.text("code"), Q: a.text("q"), Month: a.month("month"),
		Since: a.date("since"), Until: a.date("until"),
		Pack: a.text("pack"), Lender: a.text("lender"), Agency: a.text("agency"), Channel: a.text("channel"), Region: a.text("region"),
		Product: q.Get("product"), Decided: a.month("decided"), Open: a.month("open"), // a product is somebody's own words, blanks and all
		Track:  complaint.Track(a.oneOf("track", "complaint", "report", "petition")),
		Sort:   a.oneOf("sort", "due", "received", "-received", "severity"),
		Cursor: a.text("cursor"), Limit: a.number("limit", 100),
	}
	if !q.Values.Has("status") && !slices.ContainsFunc([]string{"q", "month", "since", "decided", "open"}, q.Values.Has) {
		f.Status = complaint.Received
	}
	if f.Status == "all" {
		f.Status = ""
	}
	return f, a.err()
}

func (s *Server) complaintsPage(c echo.Context) error {
	d, p := s.deskOf(c), complaintsPageData{Page: s.base(c)}
	if to, err := d.meantFirm(p.Query); err != nil || to != "" {
		return orRedirect(c, to, err)
	}
	f, err := s.complaintFilter(p.Query)
	if err != nil {
		return err
	}
	list, err := s.Complaints.List(d.ctx, d.by, f)
	if err != nil {
		return err
	}
	p.fill(d, list.Items)
	p.Pager = d.pager(p.Query, len(list.Items), list.NextCursor)
	if p.Tabs, err = d.complaintTabs(p.Query, f.Status, len(p.Pills) == 0); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "complaint/list", p)
}

func (p *complaintsPageData) fill(d desk, items []complaint.Complaint) {
	for i := range items {
		p.Rows = append(p.Rows, d.complaintRow(&items[i]))
	}
	pack := d.pack(p.Query.Get("pack"))
	p.Pills = d.pills(p.Query, complaintFilters, func(name, v string) string { return d.filterValue(pack.ID, name, v) })
	p.Clear = p.Query.Only("status", "sort")
	p.Codes, p.Tracks = d.codeOptions(pack.ID), []complaint.Track{complaint.TrackComplaint, complaint.TrackReport, complaint.TrackPetition}
	for _, ch := range pack.Submissions() {
		p.Sources = append(p.Sources, Option{Value: ch.ID, Label: d.text(ch.Name)})
	}
	for _, name := range []string{"source", "track", "month"} {
		p.More = p.More || p.Query.Get(name) != ""
	}
}

// shownCodes is how many violations a row names before it counts the rest.
const shownCodes = 2

func (d desk) complaintRow(c *complaint.Complaint) complaintRow {
	r := complaintRow{
		Ref: c.Reference, Href: "/complaints/" + urlPath(c.Reference), Received: c.ReceivedOn, Chip: d.complaintChip(c.Status),
		Parties: d.namedParties(c), Source: d.sourceName(c.Pack, c.Source), Track: d.t("complaint.tracks." + string(c.Track)),
		Codes: d.codes(c.Pack, c.Codes), Severity: d.severity(c.Pack, c.Severity), Serious: c.Severity >= seriousFrom,
	}
	if !c.DueOn.IsZero() {
		due := d.due(c.Pack, c.DueOn)
		r.Due = &due
	}
	if n := len(r.Codes); n > shownCodes {
		r.More = n - shownCodes
	}
	r.Facts = append([]Answer{{Label: d.t("screening.fact.codes"), Lines: codeLines(r.Codes)}}, d.facts(c)...)
	return r
}

// seriousFrom is the severity that a list makes bold.
const seriousFrom = 4

// Shown are the codes that fit the row.
func (r complaintRow) Shown() []Code { return r.Codes[:len(r.Codes)-r.More] }

func codeLines(codes []Code) []string {
	var out []string
	for _, c := range codes {
		out = append(out, strings.TrimSpace(c.Code+" "+c.Name))
	}
	return out
}

// complaintTabs keep the filters in force. Where there are none, each says how
// many it holds: counting under filters would cost more than the list itself.
func (d desk) complaintTabs(q Query, current complaint.Status, count bool) ([]Tab, error) {
	var counts map[complaint.Status]int
	if count {
		var err error
		if counts, err = d.s.Complaints.Counts(d.ctx, d.by); err != nil {
			return nil, err
		}
	}
	tabs := make([]Tab, 0, len(complaint.Statuses)+1)
	for _, st := range complaint.Statuses {
		n, counted := counts[st]
		tabs = append(tabs, Tab{Label: d.t("complaint.status." + string(st)), Href: q.With("status", string(st), "cursor", "", "back", ""), Current: st == current,
			Counted: counted, Count: min(n, complaint.CountCap), AtLeast: n > complaint.CountCap})
	}
	return append(tabs, Tab{Label: d.t("screening.all"), Href: q.With("status", "all", "cursor", "", "back", ""), Current: current == ""}), nil
}

// meantFirm turns a firm's name in the filter into the address with its code.
func (d desk) meantFirm(q Query) (string, error) {
	name := strings.TrimSpace(q.Get("firm"))
	if name == "" {
		return "", nil
	}
	code, err := d.firmCode(name)
	if err != nil || code == "" || code == name {
		return "", err
	}
	return q.With("firm", code, "cursor", "", "back", ""), nil
}

func orRedirect(c echo.Context, to string, err error) error {
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// findComplaints searches by a complainant's phone or ID number. It is a form
// and not a link, and answers without a redirect: neither number may stand in an
// address, a history or a log.
func (s *Server) findComplaints(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	d := s.deskOf(c)
	f := complaint.Filter{Phone: form.Text("phone"), IDNumber: form.Text("id_number"), Sort: "-received", Limit: 100}
	var list *complaint.List
	if f.Phone == "" && f.IDNumber == "" {
		err = fault.Fields{{Name: "phone", Key: "screening.find_empty"}}.Err()
	} else {
		list, err = s.Complaints.List(d.ctx, d.by, f)
	}
	show := func() complaintsPageData {
		p := complaintsPageData{Page: s.base(c), Found: true}
		p.Query = Query{Path: "/complaints"}
		return p
	}
	if err != nil {
		return s.again(c, err, form, "find", "complaint/list", func() (any, error) {
			p := show()
			p.fill(d, nil)
			return p, nil
		}, func(v any, f *Form) any {
			p := v.(complaintsPageData)
			p.Form = f
			return p
		})
	}
	if len(list.Items) == 1 {
		return c.Redirect(http.StatusSeeOther, "/complaints/"+urlPath(list.Items[0].Reference))
	}
	p := show()
	p.fill(d, list.Items)
	p.Pager = Pager{Text: d.t("desk.shown", len(list.Items))}
	return s.show(c, http.StatusOK, "complaint/list", p)
}

// mayScreen: whoever may screen at all may screen anything, because a complaint
// belongs to no unit before it is accepted.
func (d desk) mayScreen(c *complaint.Complaint) bool {
	return d.may(access.Screen, access.Owner{}) && !c.Status.Screened()
}
