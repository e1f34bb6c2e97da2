package httpd

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/ident"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

const credentialTemplate = "credential/check"

// credentialData asks for a firm and a number and says what is known. The numbers are posted, so that they stay out of
// addresses and histories.
type credentialData struct {
	Page
	Houses []Option         // firms whose name is like the one that was typed
	Answer *credentialReply // nil before anything was asked
}

// credentialReply is the answer in words.
type credentialReply struct {
	Tone, Key string // "credential.answer.KEY"
	Text      string
	Firm      string // as it is registered, or as it was typed
	Number    string
	Complain  bool // offers to start a complaint
}

func (s *Server) credentialPage(c echo.Context) error {
	return s.show(c, http.StatusOK, credentialTemplate, &credentialData{Page: s.base(c)})
}

func (s *Server) checkCredential(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	d, p := s.deskOf(c), &credentialData{}
	if err = s.spend("credential", c.RealIP()); err == nil {
		err = s.askCredential(d, form, p)
	}
	if err != nil {
		return s.showForm(c, err, form, credentialTemplate, func(f *Form) (any, error) {
			p.Page = s.base(c)
			p.Form = f
			return p, nil
		})
	}
	p.Page = s.base(c)
	p.Form = form
	return s.show(c, http.StatusOK, credentialTemplate, p)
}

// askCredential finds the firm that was meant and looks for the number.
func (s *Server) askCredential(d desk, form *Form, p *credentialData) error {
	var wrong fault.Fields
	typed, number := form.Text("firm"), form.Text("number")
	if typed == "" {
		wrong.Add("firm", "credential.firm_missing")
	}
	if number == "" {
		wrong.Add("number", "firm.roster.number")
	}
	on, err := form.Date("on")
	if err != nil {
		wrong.Add("on", "fault.date")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	code, like, err := s.meantHouse(d.ctx, typed)
	if err != nil {
		return err
	}
	if pick := form.Text("pick"); code == "" && slices.ContainsFunc(like, func(f firm.Firm) bool { return f.Code == pick }) {
		code = pick
	}
	if code == "" && len(like) > 0 && form.Text("pick") != noneOfThese {
		for _, f := range like {
			p.Houses = append(p.Houses, Option{Value: f.Code, Label: f.Name, Hint: strings.Join(f.Aliases, d.t("complain.list_mark"))})
		}
		p.Houses = append(p.Houses, Option{Value: noneOfThese, Label: d.t("complain.none_of_these", typed)})
		return fault.Fields{{Name: "pick", Key: "credential.pick"}}.Err()
	}
	cr, err := s.Rosters.Look(d.ctx, code, number, on)
	if err != nil {
		return err
	}
	p.Answer = d.credentialReply(cr, typed, number)
	return nil
}

func (d desk) credentialReply(cr *firm.Credential, typed, number string) *credentialReply {
	a := &credentialReply{Firm: typed, Number: number}
	if cr.Firm != nil {
		a.Firm = cr.Firm.Name
	}
	on := locale.Date(d.lang, cr.On)
	switch {
	case cr.Standing == firm.OnRoster:
		a.Tone, a.Key = "good", "registered"
		a.Text = d.t("credential.text.registered", cr.At.Name, on, locale.Date(d.lang, cr.ListOn))
	case cr.Standing == firm.OffRoster:
		a.Tone, a.Key, a.Complain = "danger", "not_registered", true
		a.Text = d.t("credential.text.not_registered", a.Firm, on, locale.Date(d.lang, cr.ListOn))
	case cr.Reason == "firm":
		a.Tone, a.Key, a.Complain = "wait", "cannot_tell", true
		a.Text = d.t("credential.text.firm", typed)
	case cr.Reason == "old":
		a.Tone, a.Key = "wait", "cannot_tell"
		a.Text = d.t("credential.text.old", a.Firm, on, firm.RosterDays)
	default:
		a.Tone, a.Key = "wait", "cannot_tell"
		a.Text = d.t("credential.text.roster", a.Firm, on)
	}
	return a
}

// meantHouse is the code of the firm that a code or a name means exactly; else firms whose names are like it.
func (s *Server) meantHouse(ctx context.Context, typed string) (code string, like []firm.Firm, err error) {
	var f *firm.Firm
	err = s.DB.Read(ctx, func(tx *store.Tx) (err error) {
		f, err = s.Firms.Resolve(ctx, tx, typed, typed)
		return err
	})
	if err != nil || f != nil {
		if f != nil {
			code = f.Code
		}
		return code, nil, err
	}
	like, err = s.Firms.Suggest(ctx, "", typed, maxSuggest)
	return "", like, err
}

// complainOfCollector begins a filing with the firm and the number that were asked about, or adds them to the filing
// that this browser has begun.
func (s *Server) complainOfCollector(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	if err := s.begin(c); err != nil {
		return err
	}
	name, number := form.Text("firm"), form.Text("number")
	ctx := c.Request().Context()
	token := s.draftToken(c)
	dr, err := s.Complaints.OpenDraft(ctx, token)
	if err != nil {
		return err
	}
	f := dr.Filing
	if err := s.accuse(ctx, &f, name, number); err != nil {
		return err
	}
	if err := s.Complaints.SaveDraft(ctx, token, f); err != nil {
		return err
	}
	s.flash(c, "good", "credential.filled")
	return c.Redirect(http.StatusSeeOther, "/complain/way")
}

// draftToken is the draft that this browser has, or was given by this very answer.
func (s *Server) draftToken(c echo.Context) string {
	res := http.Response{Header: c.Response().Header()}
	for _, ck := range res.Cookies() {
		if ck.Name == s.cookieName("draft") && ck.Value != "" {
			return ck.Value
		}
	}
	ck, err := c.Cookie(s.cookieName("draft"))
	if err != nil {
		return ""
	}
	return ck.Value
}

// accuse fills in a firm and a number; what the person wrote before stays.
func (s *Server) accuse(ctx context.Context, f *complaint.Filing, name, number string) error {
	const longest = 200
	if r := []rune(name); len(r) > longest {
		name = string(r[:longest])
	}
	code, _, err := s.meantHouse(ctx, name)
	if err != nil {
		return err
	}
	to := &f.Lender
	if code != "" {
		known, err := s.Firms.ByCode(ctx, code)
		if err != nil {
			return err
		}
		name = known.Name
		if known.Kind == firm.Agency {
			to = &f.Agency
		}
	}
	if to.Name == "" && name != "" {
		*to = complaint.Party{Code: code, Name: name}
	}
	if r := []rune(number); len(r) > 40 {
		number = string(r[:40])
	}
	a := complaint.Accused{Kind: "staff_number", Value: number}
	if _, err := ident.ParsePhone(number); err == nil {
		a.Kind = "phone"
	}
	if number != "" && len(f.Accused) < maxRows && !slices.Contains(f.Accused, a) {
		f.Accused = append(f.Accused, a)
	}
	return nil
}
