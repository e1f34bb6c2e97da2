package httpd

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
	"dunwatch/internal/witness"
)

// witnessRoutes are the pages of witnesses, and of those who ask them.
func (s *Server) witnessRoutes() []Route {
	return []Route{
		open("GET", "/witness/thanks", s.witnessThanks),
		open("GET", "/witness/:token", s.witnessPage),
		open("POST", "/witness/:token", s.witnessStates),
		holder(access.InviteWitness, "GET", "/track/witness", s.trackWitnessPage),
		holder(access.InviteWitness, "POST", "/track/witness", s.trackInvite),
		may(access.ReadStatement, "GET", "/complaints/:ref/witnesses", s.witnessesPage),
		may(access.InviteWitness, "POST", "/complaints/:ref/witnesses", s.inviteWitness),
		may(access.InviteWitness, "POST", "/complaints/:ref/witnesses/revoke", s.revokeWitness),
		may(access.ReadStatement, "GET", "/complaints/:ref/witnesses/:number", s.statementPage),
		may(access.ReleaseStatement, "POST", "/complaints/:ref/witnesses/:number/release", s.releaseStatement),
	}
}

// witnessPageData is what a witness sees: questions about calls and messages, and nothing of any complaint.
type witnessPageData struct {
	Page
	Action                    string
	Contacts, Relations, Ages []string
	Gone                      bool
}

func (s *Server) witnessData(c echo.Context) *witnessPageData {
	p := &witnessPageData{Page: s.base(c), Action: "/witness/" + urlPath(c.Param("token")), Contacts: witness.Contacts, Relations: witness.Relations, Ages: witness.Ages}
	p.Query = Query{Path: p.Action}
	return p
}

// witnessPage opens a link. Opening does not use it up: messengers fetch a link before anybody reads it.
func (s *Server) witnessPage(c echo.Context) error {
	if err := s.spend("witness", c.RealIP()); err != nil {
		return err
	}
	p := s.witnessData(c)
	if err := s.Witnesses.Open(c.Request().Context(), c.Param("token")); err != nil {
		return s.witnessGone(c, err, p)
	}
	return s.show(c, http.StatusOK, "witness/page", p)
}

// witnessGone answers every link that does not work alike, and without the words of a missing page.
func (s *Server) witnessGone(c echo.Context, err error, p *witnessPageData) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	p.Gone, p.Action = true, ""
	return s.show(c, http.StatusNotFound, "witness/page", p)
}

func (s *Server) witnessStates(c echo.Context) error {
	if err := s.spend("witness", c.RealIP()); err != nil {
		return err
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	_, err = s.Witnesses.State(c.Request().Context(), c.Param("token"), witness.Answer{
		Contacted: form.Text("contacted"), Relation: form.Text("relation"), Age: form.Text("age"), When: form.Text("when"), Number: form.Text("number"),
		Said: form.Text("said"), About: form.Text("about"), Name: form.Text("name"), Reach: form.Text("reach"),
	})
	if fault.Is(err, fault.NotFound) {
		return s.witnessGone(c, err, s.witnessData(c))
	}
	if err != nil {
		return s.showForm(c, err, form, "witness/page", func(f *Form) (any, error) {
			p := s.witnessData(c)
			p.Form = f
			return p, nil
		})
	}
	return c.Redirect(http.StatusSeeOther, "/witness/thanks")
}

// witnessThanks has no number of anything: the witness follows no case.
func (s *Server) witnessThanks(c echo.Context) error {
	return s.show(c, http.StatusOK, "witness/thanks", struct{ Page }{s.base(c)})
}

// witnessesPageData is who was asked about a complaint and what they said, for staff.
type witnessesPageData struct {
	Page
	Ref        string
	Links      []witnessLinkRow
	Statements []statementRow
	Made       string // the link just made: shown once
	MayAsk     bool
}

type witnessLinkRow struct {
	witness.Link
	Chip    Chip
	Waiting bool
}

type statementRow struct {
	witness.Statement
	Href string
}

const witnessesTemplate = "witness/list"

var witnessTones = map[string]string{witness.Waiting: "wait", witness.Used: "good", witness.Expired: "closed", witness.Revoked: "closed"}

func (s *Server) witnessesPage(c echo.Context) error {
	p, err := s.witnessesData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, witnessesTemplate, p)
}

func (s *Server) witnessesData(c echo.Context) (*witnessesPageData, error) {
	d, ref := s.deskOf(c), c.Param("ref")
	list, err := s.Witnesses.Statements(d.ctx, d.by, ref)
	if err != nil {
		return nil, err
	}
	p := &witnessesPageData{Page: s.base(c), Ref: ref}
	p.Query = Query{Path: "/complaints/" + urlPath(ref) + "/witnesses"}
	p.Crumbs = []Crumb{{Text: d.t("screening.title"), Href: "/complaints"}, {Text: ref, Href: "/complaints/" + urlPath(ref)}}
	for _, x := range list {
		p.Statements = append(p.Statements, statementRow{x, p.Query.Path + "/" + x.Number})
	}
	links, err := s.Witnesses.Links(d.ctx, d.by, ref)
	if err == nil {
		p.MayAsk, p.Links = true, d.witnessLinks(links)
	} else if !fault.Is(err, fault.Forbidden) {
		return nil, err
	}
	return p, nil
}

func (d desk) witnessLinks(list []witness.Link) []witnessLinkRow {
	out := make([]witnessLinkRow, 0, len(list))
	for _, l := range list {
		out = append(out, witnessLinkRow{l, Chip{Tone: witnessTones[l.State], Text: d.t("witness.states." + l.State)}, l.State == witness.Waiting})
	}
	return out
}

func (s *Server) witnessesAgain(c echo.Context, err error, form *Form, name string) error {
	return s.again(c, err, form, name, witnessesTemplate, func() (any, error) { return s.witnessesData(c) }, func(v any, f *Form) any {
		p := v.(*witnessesPageData)
		p.Form = f
		return p
	})
}

// inviteWitness answers without a redirect: the link stands in this one answer and nowhere else.
func (s *Server) inviteWitness(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	_, token, err := s.Witnesses.Invite(c.Request().Context(), actorOf(c), c.Param("ref"), form.Text("label"))
	if err != nil {
		return s.witnessesAgain(c, err, form, "invite")
	}
	p, err := s.witnessesData(c)
	if err != nil {
		return err
	}
	p.Made = s.witnessURL(c, token)
	return s.show(c, http.StatusOK, witnessesTemplate, p)
}

// witnessURL is the whole address of a link, to be copied.
func (s *Server) witnessURL(c echo.Context, token string) string {
	return s.siteURL(c) + "/witness/" + token
}

func (s *Server) revokeWitness(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(form.Text("number"))
	if err := s.Witnesses.Revoke(c.Request().Context(), actorOf(c), c.Param("ref"), n); err != nil {
		return s.witnessesAgain(c, err, form, "revoke")
	}
	s.flash(c, "good", "witness.revoked")
	return c.Redirect(http.StatusSeeOther, "/complaints/"+urlPath(c.Param("ref"))+"/witnesses")
}

// statementPageData is one statement with its custody.
type statementPageData struct {
	Page
	S       *witness.Statement
	Facts   []Answer
	Events  []Event
	Release *Confirm
	Number  string // of the collector, for taking it over
	Ref     string
}

func (s *Server) statementPage(c echo.Context) error {
	p, err := s.statementData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "witness/statement", p)
}

func (s *Server) statementData(c echo.Context) (*statementPageData, error) {
	d, ref := s.deskOf(c), c.Param("ref")
	st, err := s.Witnesses.Read(d.ctx, d.by, ref, c.Param("number"))
	if err != nil {
		return nil, err
	}
	p := &statementPageData{Page: s.base(c), S: st, Facts: d.statementFacts(st), Number: st.Answer.Number, Ref: ref}
	base := "/complaints/" + urlPath(ref)
	p.Query = Query{Path: base + "/witnesses/" + st.Number}
	p.Crumbs = []Crumb{{Text: ref, Href: base}, {Text: d.t("witness.title"), Href: base + "/witnesses"}}
	for i := len(st.Custody) - 1; i >= 0; i-- {
		x := st.Custody[i]
		p.Events = append(p.Events, Event{At: x.At, Text: d.t("witness.custody." + x.Kind), Who: x.Name})
	}
	if st.ReleasedAt.IsZero() && s.Policy.Widest(d.by.Role, access.ReleaseStatement) != access.None {
		p.Release = &Confirm{ID: "release", Action: p.Query.Path + "/release", Label: "witness.release", Text: d.t("witness.release_text")}
	}
	return p, nil
}

func (d desk) statementFacts(st *witness.Statement) []Answer {
	a := st.Answer
	rows := []Answer{
		{Label: d.t("witness.contacted.label"), Lines: []string{d.t("witness.contacts." + st.Contacted)}},
		{Label: d.t("witness.age.label"), Lines: []string{d.t("witness.ages." + st.Age)}},
	}
	if st.Relation != "" {
		rows = append(rows, Answer{Label: d.t("witness.relation.label"), Lines: []string{d.t("witness.relations." + st.Relation)}})
	}
	for _, f := range []struct{ key, text string }{{"when", a.When}, {"number", a.Number}, {"about", a.About}, {"said", a.Said}, {"name", a.Name}, {"reach", a.Reach}} {
		if f.text != "" {
			rows = append(rows, Answer{Label: d.t("witness." + f.key + ".label"), Lines: strings.Split(f.text, "\n")})
		}
	}
	return rows
}

func (s *Server) releaseStatement(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	ref, number := c.Param("ref"), c.Param("number")
	if err := s.Witnesses.Release(c.Request().Context(), actorOf(c), ref, number); err != nil {
		return s.again(c, err, form, "release", "witness/statement", func() (any, error) { return s.statementData(c) }, func(v any, f *Form) any {
			p := v.(*statementPageData)
			p.Form = f
			if p.Release != nil {
				p.Release.Form = f
			}
			return p
		})
	}
	s.flash(c, "good", "witness.released")
	return c.Redirect(http.StatusSeeOther, "/complaints/"+urlPath(ref)+"/witnesses/"+urlPath(number))
}

// trackWitnessData is the same for the complainant: links of their own, and what was released.
type trackWitnessData struct {
	Page
	Links    []witnessLinkRow
	Given    []givenStatement
	Made     string
	Received int
}

type givenStatement struct {
	Number string
	At     time.Time
	Facts  []Answer // none while it is not released
}

func (s *Server) trackWitnessPage(c echo.Context) error {
	p, err := s.trackWitnessData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "track/witness", p)
}

func (s *Server) trackWitnessData(c echo.Context) (*trackWitnessData, error) {
	by, ref, err := s.holderOf(c)
	if err != nil {
		return nil, err
	}
	d := s.deskOf(c)
	p := &trackWitnessData{Page: s.base(c)}
	p.Idle = int(holdingTime.Seconds())
	links, err := s.Witnesses.Links(d.ctx, by, ref)
	if err != nil {
		return nil, err
	}
	p.Links = d.witnessLinks(links)
	list, err := s.Witnesses.Statements(d.ctx, by, ref)
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		g := givenStatement{Number: x.Number, At: x.At}
		if !x.ReleasedAt.IsZero() {
			st, err := s.Witnesses.Read(d.ctx, by, ref, x.Number)
			if err != nil {
				return nil, err
			}
			g.Facts = d.statementFacts(st)
		}
		p.Given = append(p.Given, g)
	}
	return p, nil
}

func (s *Server) trackInvite(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	by, ref, err := s.holderOf(c)
	if err != nil {
		return err
	}
	_, token, err := s.Witnesses.Invite(c.Request().Context(), by, ref, form.Text("label"))
	if err != nil {
		return s.showForm(c, err, form, "track/witness", func(f *Form) (any, error) {
			p, err := s.trackWitnessData(c)
			if err != nil {
				return nil, err
			}
			p.Form = f
			return p, nil
		})
	}
	p, err := s.trackWitnessData(c)
	if err != nil {
		return err
	}
	p.Made = s.witnessURL(c, token)
	return s.show(c, http.StatusOK, "track/witness", p)
}
