package httpd

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
)

const portalStaffTemplate = "portal/staff"

// portalStaffData is the accounts of a firm's own staff, for its manager.
type portalStaffData struct {
	Page
	Firm  string
	Users []portalUserRow
	Roles []access.Role
}

// portalUserRow is somebody of the firm. Its forms are named by the row: the account's id would tell how many there are.
type portalUserRow struct {
	account.User
	Off, Self bool
	Disable   Confirm
	Reset     string
}

func (s *Server) portalStaffPage(c echo.Context) error {
	p, err := s.portalStaffData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, portalStaffTemplate, p)
}

func (s *Server) portalStaffData(c echo.Context) (*portalStaffData, error) {
	d := s.deskOf(c)
	users, err := s.Accounts.FirmUsers(d.ctx, d.by)
	if err != nil {
		return nil, err
	}
	p := &portalStaffData{Page: s.base(c), Roles: []access.Role{access.Firm, access.FirmManager}}
	p.Query = Query{Path: "/firm/staff"}
	for i, u := range users {
		n := strconv.Itoa(i + 1)
		p.Users = append(p.Users, portalUserRow{User: u, Off: !u.DisabledAt.IsZero(), Self: u.ID == d.by.UserID, Reset: "reset-" + n,
			Disable: Confirm{ID: "disable-" + n, Action: "/firm/staff/disable", Label: "portal.staff.disable", Text: d.t("portal.staff.disable_text", u.Name),
				Danger: true, Hidden: []Option{{Label: "email", Value: u.Email}}}})
	}
	p.Firm, err = s.portalFirm(d.ctx, d.by)
	return p, err
}

// portalStaffDeed runs one command of the page and goes back to it.
func (s *Server) portalStaffDeed(c echo.Context, kind, done string, do func(*Form) (arg string, err error)) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	arg, err := do(form)
	if err == nil {
		s.flash(c, "good", done, arg)
		return c.Redirect(http.StatusSeeOther, "/firm/staff")
	}
	form.Values.Del("password") // a password is never sent back
	return s.again(c, err, form, kind, portalStaffTemplate, func() (any, error) { return s.portalStaffData(c) }, func(v any, f *Form) any {
		p := v.(*portalStaffData)
		p.Form = f
		for i := range p.Users {
			u := &p.Users[i]
			if kind != "user" && u.Email == f.Text("email") {
				f.Name = kind + "-" + strconv.Itoa(i+1)
			}
			u.Disable.Form = f
		}
		return p
	})
}

func (s *Server) portalAddStaff(c echo.Context) error {
	return s.portalStaffDeed(c, "user", "portal.staff.added", func(f *Form) (string, error) {
		by := actorOf(c)
		u, err := s.Accounts.Create(c.Request().Context(), by, account.NewUser{
			Email: f.Text("email"), Name: f.Text("name"), Role: access.Role(f.Text("role")), FirmID: by.FirmID, Lang: string(langOf(c)), Password: f.Value("password")})
		if err != nil {
			return "", err
		}
		return u.Name, nil
	})
}

func (s *Server) portalDisableStaff(c echo.Context) error {
	return s.portalStaffDeed(c, "disable", "portal.staff.disabled", func(f *Form) (string, error) {
		return f.Text("email"), s.Accounts.Disable(c.Request().Context(), actorOf(c), f.Text("email"))
	})
}

func (s *Server) portalResetStaff(c echo.Context) error {
	return s.portalStaffDeed(c, "reset", "portal.staff.reset_done", func(f *Form) (string, error) {
		return f.Text("email"), s.Accounts.Reset(c.Request().Context(), actorOf(c), f.Text("email"), f.Value("password"))
	})
}
