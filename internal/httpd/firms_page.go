package httpd

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/firm"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
)

// firmsPageData is the registry.
type firmsPageData struct {
	Page
	Rows   []firmRow
	Tabs   []Tab
	Pager  Pager
	Manage bool
}

type firmRow struct {
	firm.Firm
	Href    string
	Aliases string
}

func (s *Server) firmsPage(c echo.Context) error {
	d, p := s.deskOf(c), firmsPageData{Page: s.base(c)}
	a := ask{values: p.Query.Values}
	f := firm.Filter{Q: a.text("q"), Kind: firm.Kind(a.oneOf("kind", "lender", "agency")), Provisional: a.oneOf("provisional", "1") != "", Cursor: a.text("cursor"), Limit: a.number("limit", 100)}
	if err := a.err(); err != nil {
		return err
	}
	list, next, err := s.Firms.List(d.ctx, d.by, f)
	if err != nil {
		return err
	}
	for _, x := range list {
		p.Rows = append(p.Rows, firmRow{x, "/firms/" + urlPath(x.Code), strings.Join(x.Aliases, d.t("desk.comma"))})
	}
	p.Pager = d.pager(p.Query, len(list), next)
	q := p.Query.Get("q")
	tab := func(key, kind, provisional string) Tab {
		return Tab{Label: d.t("firms_page.tab." + key), Href: Query{Path: "/firms"}.With("q", q, "kind", kind, "provisional", provisional),
			Current: string(f.Kind) == kind && f.Provisional == (provisional != "")}
	}
	p.Tabs = []Tab{tab("all", "", ""), tab("lender", "lender", ""), tab("agency", "agency", ""), tab("provisional", "", "1")}
	p.Manage = s.Policy.Widest(d.by.Role, access.ManageFirm) != access.None
	return s.show(c, http.StatusOK, "firm/list", p)
}

// firmPageData is one firm: names, links by date, and what there is against it.
type firmPageData struct {
	Page
	F          *firm.Firm
	Facts      []Answer
	Size       []Answer // none where the firm never said
	Links      []firmLink
	Complaints []complaintRow
	Cases      []caseRow
	Penalties  []penaltyRow
	History    *historyView // nil for who may not read penalties
	MoreC      string       // all of them
	MoreK      string
	MoreP      string
	Manage     bool
	Kinds      []Option
}

type firmLink struct {
	firm.Link
	Other PartyChip
	Ended bool
}

const firmTemplate = "firm/page"

// recentShown is how many of each kind the firm's page lists.
const recentShown = 8

func (s *Server) firmPage(c echo.Context) error {
	p, err := s.firmData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, firmTemplate, p)
}

func (s *Server) firmData(c echo.Context) (*firmPageData, error) {
	d := s.deskOf(c)
	f, err := s.Firms.ByCode(d.ctx, c.Param("code"))
	if err != nil {
		return nil, err
	}
	p := &firmPageData{Page: s.base(c), F: f, Manage: s.Policy.Widest(d.by.Role, access.ManageFirm) != access.None}
	p.Query = Query{Path: "/firms/" + urlPath(f.Code)}
	p.Crumbs = []Crumb{{Text: d.t("firms_page.title"), Href: "/firms"}, {Text: f.Code}}
	p.Kinds = []Option{{Value: "lender", Label: d.t("ui.party.lender")}, {Value: "agency", Label: d.t("ui.party.agency")}}
	p.Facts = []Answer{
		{Label: d.t("firms_page.code"), Lines: []string{f.Code}}, {Label: d.t("firms_page.kind"), Lines: []string{d.t("ui.party." + string(f.Kind))}},
		{Label: d.t("firms_page.uscc"), Lines: lines(f.USCC)}, {Label: d.t("firms_page.parent"), Lines: lines(f.ParentCode)},
		{Label: d.t("firms_page.aliases"), Lines: f.Aliases},
	}
	if p.Size, err = d.size(f.Code); err != nil {
		return nil, err
	}
	links, err := s.Firms.Links(d.ctx, f.Code)
	if err != nil {
		return nil, err
	}
	for _, l := range links {
		other := l.Agency
		if f.Kind == firm.Agency {
			other = l.Lender
		}
		p.Links = append(p.Links, firmLink{l, firmChip(other), !l.To.IsZero() && l.To.Before(d.day)})
	}
	if p.History, err = s.firmHistory(d, f); err != nil {
		return nil, err
	}
	return p, s.firmRecord(d, p)
}

// size is what a firm last said of its size; none of one that never did.
func (d desk) size(code string) ([]Answer, error) {
	list, err := d.s.Firms.Sizes(d.ctx, d.by, code, 1)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	z := list[0]
	count := func(n int64) []string { return []string{report.Format(d.lang, n, report.Count)} }
	return []Answer{
		{Label: d.t("firm_size.month"), Lines: []string{locale.Month(d.lang, z.Month.Year, z.Month.Month)}}, {Label: d.t("firm_size.customers"), Lines: count(z.Customers)},
		{Label: d.t("firm_size.overdue"), Lines: count(z.OverdueAccounts)}, {Label: d.t("firm_size.lent"), Lines: []string{locale.MoneyShort(d.lang, z.LentFen)}},
	}, nil
}

// firmRecord gathers what this person may see against the firm.
func (s *Server) firmRecord(d desk, p *firmPageData) error {
	code := p.F.Code
	can := func(act access.Action) bool { return s.Policy.Widest(d.by.Role, act) != access.None }
	if can(access.ReadComplaint) {
		list, err := s.Complaints.List(d.ctx, d.by, complaint.Filter{Firm: code, Sort: "-received", Limit: recentShown})
		if err != nil {
			return err
		}
		for i := range list.Items {
			p.Complaints = append(p.Complaints, d.complaintRow(&list.Items[i]))
		}
		p.MoreC = Query{Path: "/complaints"}.With("firm", code, "status", "all", "sort", "-received")
	}
	if can(access.ReadCase) {
		list, err := s.Cases.Queue(d.ctx, d.by, casework.Filter{Firm: code, Status: casework.Statuses, Sort: "-received", Limit: recentShown})
		if err != nil {
			return err
		}
		p.MoreK = Query{Path: "/queue"}.With("firm", code, "status", "all")
		for i := range list.Items {
			p.Cases = append(p.Cases, d.caseRow(&list.Items[i], Query{}))
		}
	}
	if can(access.ReadPenalty) {
		list, err := s.Penalties.List(d.ctx, d.by, enforcement.Filter{Firm: code, Limit: recentShown})
		if err != nil {
			return err
		}
		p.Penalties = d.casePenaltyRows(list.Items)
		p.MoreP = Query{Path: "/penalties"}.With("firm", code)
	}
	return nil
}
