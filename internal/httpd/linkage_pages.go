package httpd

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/ident"
	"dunwatch/internal/linkage"
)

// linkageRoutes are the pages on which complaints are held against each other.
func (s *Server) linkageRoutes() []Route {
	return []Route{
		may(access.ReadLinks, "GET", "/complaints/:ref/links", s.linksPage),
		may(access.DecideLink, "POST", "/complaints/:ref/links", s.decideLink),
		may(access.DecideLink, "POST", "/complaints/:ref/numbers", s.addNumber),
		may(access.MergeDuplicate, "POST", "/complaints/:ref/merge", s.mergeDuplicate),
		may(access.MergeDuplicate, "POST", "/complaints/:ref/part", s.partDuplicate),
		may(access.SearchIdentifier, "GET", "/numbers", s.numbersPage),
		may(access.SearchIdentifier, "POST", "/numbers", s.findNumber),
		may(access.ReadClusters, "GET", "/clusters", s.clustersPage),
		may(access.ReadClusters, "GET", "/clusters/:number", s.clusterPage),
	}
}

// linksPageData is everything that links one complaint to others.
type linksPageData struct {
	Page
	O         *linkage.Overview
	Side      linkedSide
	Suggested []relatedRow
	Weak      []relatedRow // suggested, and saying little
	Confirmed []relatedRow
	Dismissed []relatedRow
	Elsewhere []string
	Graph     *linkGraph
	Kinds     []string
	Verdicts  []linkage.Verdict
	Merge     string // reference proposed as the original
	Part      *Confirm
}

const linksTemplate = "linkage/page"

func (s *Server) linksPage(c echo.Context) error {
	p, err := s.linksData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, linksTemplate, p)
}

func (s *Server) linksData(c echo.Context) (*linksPageData, error) {
	d := s.deskOf(c)
	o, err := s.Links.Of(d.ctx, d.by, c.Param("ref"))
	if err != nil {
		return nil, err
	}
	ref := o.Complaint.Reference
	p := &linksPageData{Page: s.base(c), O: o, Side: d.linkedSide(o), Kinds: ident.IdentifierKinds, Verdicts: []linkage.Verdict{linkage.Confirmed, linkage.Dismissed}}
	p.Query = Query{Path: "/complaints/" + urlPath(ref) + "/links"}
	p.Crumbs = []Crumb{{Text: d.t("screening.title"), Href: "/complaints"}, {Text: ref, Href: "/complaints/" + urlPath(ref)}}
	// The strongest come first: from the first weak one on, all are.
	weak := slices.IndexFunc(o.Suggested, func(r linkage.Related) bool { return r.Grade() == linkage.Weak })
	if p.Suggested = d.relatedRows(o.Suggested); weak >= 0 {
		p.Suggested, p.Weak = p.Suggested[:weak], p.Suggested[weak:]
	}
	p.Confirmed, p.Dismissed = d.relatedRows(o.Confirmed), d.relatedRows(o.Dismissed)
	p.Elsewhere = d.elsewhere(o.Elsewhere, o.Sheltered)
	if len(o.Duplicates.Suggested) > 0 {
		p.Merge = o.Duplicates.Suggested[0].Complaint.Reference
	}
	version := []Option{{Label: "version", Value: strconv.FormatInt(o.Complaint.Version, 10)}}
	if o.MayMerge && (o.Duplicates.Original != nil || o.Duplicates.HiddenOriginal) {
		p.Part = &Confirm{ID: "part", Action: "/complaints/" + urlPath(ref) + "/part", Label: "linkage.part", Text: d.t("linkage.part_text"), Reason: true, Hidden: version}
	}
	n, err := s.Links.NetworkOf(d.ctx, d.by, o)
	if err != nil {
		return nil, err
	}
	p.Graph = d.linkGraph(n)
	return p, nil
}

// linksAgain shows the page with a rejected form.
func (s *Server) linksAgain(c echo.Context, err error, form *Form, name string) error {
	return s.again(c, err, form, name, linksTemplate, func() (any, error) { return s.linksData(c) }, func(v any, f *Form) any {
		p := v.(*linksPageData)
		p.Form = f
		if p.Part != nil {
			p.Part.Form = f
		}
		return p
	})
}

// linkDeed runs one command of the page and goes back to it.
func (s *Server) linkDeed(c echo.Context, name, done, anchor string, do func(form *Form) error) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	if name == "" {
		name = "link-" + form.Text("other")
	}
	if err := do(form); err != nil {
		return s.linksAgain(c, err, form, name)
	}
	s.flash(c, "good", done)
	return c.Redirect(http.StatusSeeOther, "/complaints/"+urlPath(c.Param("ref"))+"/links"+anchor)
}

func (s *Server) decideLink(c echo.Context) error {
	return s.linkDeed(c, "", "linkage.decided", "#links", func(f *Form) error {
		return s.Links.Decide(c.Request().Context(), actorOf(c), c.Param("ref"), f.Text("other"), linkage.Verdict(f.Text("verdict")), f.Text("reason"))
	})
}

func (s *Server) addNumber(c echo.Context) error {
	return s.linkDeed(c, "number", "linkage.number_added", "#numbers", func(f *Form) error {
		return s.Links.AddNumber(c.Request().Context(), actorOf(c), c.Param("ref"), f.Text("kind"), f.Text("value"), f.Text("basis"))
	})
}

func (s *Server) mergeDuplicate(c echo.Context) error {
	return s.linkDeed(c, "merge", "linkage.merged", "#duplicates", func(f *Form) error {
		return s.Links.Merge(c.Request().Context(), actorOf(c), c.Param("ref"), f.Text("other"), f.Version(), f.Text("reason"))
	})
}

func (s *Server) partDuplicate(c echo.Context) error {
	return s.linkDeed(c, "part", "linkage.parted", "#duplicates", func(f *Form) error {
		return s.Links.Part(c.Request().Context(), actorOf(c), c.Param("ref"), f.Version(), f.Text("reason"))
	})
}

// numbersPageData is the search by a collector's number. What was typed stands in this one answer and in no address.
type numbersPageData struct {
	Page
	Kinds     []string
	Kind      string
	Value     string
	F         *linkage.Found
	Spread    string
	Note      string
	Firms     []firmCountRow
	Rows      []relatedRow
	Elsewhere []string
}

func (s *Server) numbersPage(c echo.Context) error {
	return s.show(c, http.StatusOK, "linkage/numbers", &numbersPageData{Page: s.base(c), Kinds: ident.IdentifierKinds})
}

func (s *Server) findNumber(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	d := s.deskOf(c)
	p := &numbersPageData{Page: s.base(c), Kinds: ident.IdentifierKinds, Kind: form.Text("kind"), Value: form.Text("value")}
	f, err := s.Links.Search(d.ctx, d.by, p.Kind, p.Value)
	if err != nil {
		return s.showForm(c, err, form, "linkage/numbers", func(f *Form) (any, error) {
			p.Form = f
			return p, nil
		})
	}
	p.F, p.Spread, p.Note = f, d.spread(f.Use), d.useNote(f.Use)
	p.Firms, p.Rows, p.Elsewhere = d.firmCounts(f.Firms), d.relatedRows(f.Items), d.elsewhere(f.Elsewhere, f.Sheltered)
	return s.show(c, http.StatusOK, "linkage/numbers", p)
}
