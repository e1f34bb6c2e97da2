package httpd

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
)

// adminPageData is the administrator's page: accounts, units, firms.
type adminPageData struct {
	Page
	Users    []userRow
	Units    []account.Unit
	UnitList []Option
	Roles    []access.Role
	Kinds    []Option
	Import   *firm.ImportResult // what an import has just done
}

type userRow struct {
	account.User
	Unit    string
	Off     bool
	Self    bool
	Disable Confirm
	Reset   string // name of its form
}

const adminTemplate = "admin/page"

func (s *Server) adminPage(c echo.Context) error {
	p, err := s.adminData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, adminTemplate, p)
}

func (s *Server) adminData(c echo.Context) (*adminPageData, error) {
	d := s.deskOf(c)
	p := &adminPageData{Page: s.base(c), Roles: access.StaffRoles}
	p.Query = Query{Path: "/admin"}
	users, err := s.Accounts.Users(d.ctx, d.by)
	if err != nil {
		return nil, err
	}
	if p.Units, err = s.Accounts.Units(d.ctx); err != nil {
		return nil, err
	}
	for _, u := range users {
		id := strconv.FormatInt(u.ID, 10)
		p.Users = append(p.Users, userRow{User: u, Unit: u.UnitCode, Off: !u.DisabledAt.IsZero(), Self: u.ID == d.by.UserID, Reset: "reset-" + id,
			Disable: Confirm{ID: "disable-" + id, Action: "/admin/users/disable", Label: "admin.disable", Text: d.t("admin.disable_text", u.Name),
				Danger: true, Hidden: []Option{{Label: "email", Value: u.Email}, {Label: "id", Value: id}}}})
	}
	p.UnitList, err = d.unitOptions()
	p.Kinds = []Option{{Value: "lender", Label: d.t("ui.party.lender")}, {Value: "agency", Label: d.t("ui.party.agency")}}
	return p, err
}

func (s *Server) adminAgain(c echo.Context, err error, form *Form, name string) error {
	form.Values.Del("password") // a password is never sent back
	return s.again(c, err, form, name, adminTemplate, func() (any, error) { return s.adminData(c) }, func(v any, f *Form) any {
		p := v.(*adminPageData)
		p.Form = f
		for i := range p.Users {
			p.Users[i].Disable.Form = f
		}
		return p
	})
}

// adminDeed runs one command of the page and goes back to it.
func (s *Server) adminDeed(c echo.Context, name, done string, do func(*Form) (arg string, err error)) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	if id := form.Value("id"); id != "" {
		name += "-" + id // each row has a form of its own
	}
	arg, err := do(form)
	if err != nil {
		return s.adminAgain(c, err, form, name)
	}
	s.flash(c, "good", done, arg)
	return c.Redirect(http.StatusSeeOther, "/admin")
}

func (s *Server) addUser(c echo.Context) error {
	return s.adminDeed(c, "user", "admin.user_added", func(f *Form) (string, error) {
		n := account.NewUser{Email: f.Text("email"), Name: f.Text("name"), Role: access.Role(f.Text("role")), Unit: f.Text("unit"), Lang: string(langOf(c)), Password: f.Value("password")}
		if code := f.Text("firm"); code != "" {
			fm, err := s.Firms.ByCode(c.Request().Context(), code)
			if fault.Is(err, fault.NotFound) {
				return "", fault.Fields{{Name: "firm", Key: "admin.no_firm", Args: []any{code}}}.Err()
			}
			if err != nil {
				return "", err
			}
			n.FirmID = fm.ID
		}
		u, err := s.Accounts.Create(c.Request().Context(), actorOf(c), n)
		if err != nil {
			return "", err
		}
		return u.Name, nil
	})
}

func (s *Server) disableUser(c echo.Context) error {
	return s.adminDeed(c, "disable", "admin.disabled", func(f *Form) (string, error) {
		return f.Text("email"), s.Accounts.Disable(c.Request().Context(), actorOf(c), f.Text("email"))
	})
}

func (s *Server) resetUser(c echo.Context) error {
	return s.adminDeed(c, "reset", "admin.reset_done", func(f *Form) (string, error) {
		return f.Text("email"), s.Accounts.Reset(c.Request().Context(), actorOf(c), f.Text("email"), f.Value("password"))
	})
}

func (s *Server) addUnit(c echo.Context) error {
	return s.adminDeed(c, "unit", "admin.unit_added", func(f *Form) (string, error) {
		u, err := s.Accounts.CreateUnit(c.Request().Context(), actorOf(c), account.Unit{Code: f.Text("code"), NameZH: f.Text("name_zh"), NameEN: f.Text("name_en")})
		if err != nil {
			return "", err
		}
		return u.Code, nil
	})
}

func (s *Server) addFirm(c echo.Context) error {
	return s.adminDeed(c, "firm", "admin.firm_added", func(f *Form) (string, error) {
		fm, err := s.Firms.Create(c.Request().Context(), actorOf(c), newFirmOf(f))
		if err != nil {
			return "", err
		}
		return fm.Code, nil
	})
}

// newFirmOf reads a firm; several aliases stand one a line.
func newFirmOf(f *Form) firm.NewFirm {
	return firm.NewFirm{Code: f.Text("code"), Name: f.Text("name"), Kind: firm.Kind(f.Text("kind")), ParentCode: f.Text("parent_code"), USCC: f.Text("uscc"), Aliases: lines(f.Text("aliases"))}
}

// importFirms takes a CSV file. Its answer is the page itself: the rows that were
// refused have no other place to stand.
func (s *Server) importFirms(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	file, _, err := c.Request().FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return s.adminAgain(c, fault.Fields{{Name: "file", Key: "fault.file_missing"}}.Err(), form, "import")
	}
	if err != nil {
		return err
	}
	defer file.Close()
	res, err := s.Firms.ImportCSV(c.Request().Context(), actorOf(c), file)
	if err != nil {
		return s.adminAgain(c, err, form, "import")
	}
	p, err := s.adminData(c)
	if err != nil {
		return err
	}
	p.Import = res
	return s.show(c, http.StatusOK, adminTemplate, p)
}
