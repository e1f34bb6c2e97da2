package httpd

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
)

// signInPageData is the page on which staff sign in.
type signInPageData struct {
	Page
	Next string
	OTP  bool // the account wants its second factor
}

func (s *Server) signInPage(c echo.Context) error {
	first, err := s.Accounts.NeedsSetUp(c.Request().Context())
	if err != nil {
		return err
	}
	if first {
		return c.Redirect(http.StatusSeeOther, "/set-up")
	}
	return s.show(c, http.StatusOK, "account/sign-in", signInPageData{Page: s.base(c), Next: safeNext(c.QueryParam("next"), "")})
}

func (s *Server) signIn(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	next := form.Value("next")
	ses, err := s.trySignIn(c, form)
	if err != nil {
		return s.showForm(c, err, form, "account/sign-in", func(f *Form) (any, error) {
			f.Values.Del("password")
			d := signInPageData{Page: s.base(c), Next: safeNext(next, ""), OTP: f.Fault.Key == "account.otp_needed" || form.Value("otp") != ""}
			d.Form = f
			return d, nil
		})
	}
	c.SetCookie(s.cookie("session", ses.Token, 12*time.Hour))
	return c.Redirect(http.StatusSeeOther, safeNext(next, homeOf(ses.User.Role)))
}

func (s *Server) trySignIn(c echo.Context, form *Form) (*account.Session, error) {
	if err := s.spend("sign_in", c.RealIP()); err != nil {
		return nil, err
	}
	return s.Accounts.SignIn(c.Request().Context(), account.Credentials{
		Email: form.Text("email"), Password: form.Value("password"), OTP: form.Text("otp"), Address: c.RealIP(), Kind: account.Cookie,
	})
}

// homeOf is where a role's day begins.
func homeOf(r access.Role) string {
	switch r {
	case access.Supervisor, access.Director:
		return "/dashboard"
	case access.Reviewer:
		return "/queue?officer=me"
	case access.Admin:
		return "/admin"
	case access.Firm, access.FirmManager:
		return "/firm"
	default:
		return "/queue"
	}
}

func (s *Server) signOut(c echo.Context) error {
	if ck, err := c.Cookie(s.cookieName("session")); err == nil {
		if err := s.Accounts.SignOut(c.Request().Context(), ck.Value); err != nil {
			return err
		}
	}
	s.dropCookie(c, "session")
	c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return c.Redirect(http.StatusSeeOther, "/sign-in")
}

// setUpPageData is the page of the first start.
type setUpPageData struct{ Page }

func (s *Server) setUpPage(c echo.Context) error {
	first, err := s.Accounts.NeedsSetUp(c.Request().Context())
	if err != nil {
		return err
	}
	if !first {
		return c.Redirect(http.StatusSeeOther, "/sign-in")
	}
	return s.show(c, http.StatusOK, "account/set-up", setUpPageData{s.base(c)})
}

func (s *Server) setUp(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	if err := s.spend("sign_in", c.RealIP()); err != nil {
		return err
	}
	_, err = s.Accounts.SetUp(c.Request().Context(), form.Text("code"), account.NewUser{
		Name: form.Text("name"), Email: form.Text("email"), Password: form.Value("password"), Role: access.Admin, Lang: string(langOf(c)),
	})
	if err != nil {
		return s.showForm(c, err, form, "account/set-up", func(f *Form) (any, error) {
			f.Values.Del("password")
			d := setUpPageData{s.base(c)}
			d.Form = f
			return d, nil
		})
	}
	s.flash(c, "good", "account.set_up_done")
	return c.Redirect(http.StatusSeeOther, "/sign-in")
}
