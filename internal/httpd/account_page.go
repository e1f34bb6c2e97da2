package httpd

import (
	"fmt"
	"image/color"
	"net/http"
	"strings"

	"github.com/boombuler/barcode/qr"
	"github.com/labstack/echo/v4"

	"dunwatch/internal/account"
	"dunwatch/internal/fault"
)

// accountPageData is a person's own account.
type accountPageData struct {
	Page
	Email   string
	OTP     bool // a second factor is set
	Begun   bool // one was begun; its first code is awaited
	Factor  *account.SecondFactor
	QR      qrCode // zero where the secret is not shown
	Profile []Answer
}

const accountTemplate = "account/page"

func (s *Server) accountPage(c echo.Context) error {
	return s.show(c, http.StatusOK, accountTemplate, s.accountData(c, nil))
}

func (s *Server) accountData(c echo.Context, form *Form) *accountPageData {
	who := callerOf(c)
	d := &accountPageData{Page: s.base(c), Email: who.email, OTP: who.otp}
	d.Form = form
	d.Query = Query{Path: "/account"}
	t := func(key string) string { return s.Words.T(d.Lang, key) }
	d.Profile = []Answer{
		{Label: t("own_account.name"), Lines: []string{who.actor.Name}},
		{Label: t("own_account.email"), Lines: []string{who.email}},
		{Label: t("own_account.role"), Lines: []string{t("role." + string(who.actor.Role))}},
	}
	if who.unit != "" {
		d.Profile = append(d.Profile, Answer{Label: t("own_account.unit"), Lines: []string{who.unit}})
	}
	return d
}

// accountAgain shows the account with a rejected form, never with a password.
func (s *Server) accountAgain(c echo.Context, err error, form *Form, name string) error {
	form.Name = name
	return s.showForm(c, err, form, accountTemplate, func(f *Form) (any, error) {
		for _, secret := range []string{"old", "password", "again"} {
			f.Values.Del(secret)
		}
		d := s.accountData(c, f)
		d.Begun = name == "factor"
		return d, nil
	})
}

// changePassword ends all sessions, this one too.
func (s *Server) changePassword(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	if err := s.tryPassword(c, form); err != nil {
		return s.accountAgain(c, err, form, "password")
	}
	s.dropCookie(c, "session")
	s.flash(c, "good", "own_account.password_done")
	return c.Redirect(http.StatusSeeOther, "/sign-in")
}

func (s *Server) tryPassword(c echo.Context, form *Form) error {
	if err := s.spend("sign_in", c.RealIP()); err != nil {
		return err
	}
	if form.Value("password") != form.Value("again") {
		return fault.Fields{{Name: "again", Key: "own_account.differs"}}.Err()
	}
	return s.Accounts.ChangePassword(c.Request().Context(), actorOf(c), form.Value("old"), form.Value("password"))
}

// beginSecondFactor answers without a redirect: the secret stands in this one
// answer and nowhere else.
func (s *Server) beginSecondFactor(c echo.Context) error {
	f, err := s.Accounts.BeginSecondFactor(c.Request().Context(), actorOf(c))
	if err != nil {
		return s.accountAgain(c, err, NewForm(nil), "begin") // one is set already
	}
	d := s.accountData(c, nil)
	d.Begun, d.Factor = true, f
	if d.QR, err = qrOf(f.URL); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, accountTemplate, d)
}

func (s *Server) confirmSecondFactor(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	if err := s.spend("sign_in", c.RealIP()); err != nil {
		return s.accountAgain(c, err, form, "factor")
	}
	if err := s.Accounts.ConfirmSecondFactor(c.Request().Context(), actorOf(c), form.Text("code")); err != nil {
		return s.accountAgain(c, err, form, "factor")
	}
	s.flash(c, "good", "own_account.factor_done")
	return c.Redirect(http.StatusSeeOther, "/account")
}

// qrCode is a QR code as the path of an SVG: one square for each dark module.
type qrCode struct {
	Size int // of a side, in modules
	Path string
}

func qrOf(text string) (qrCode, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return qrCode{}, fmt.Errorf("draw QR code: %w", err)
	}
	b := code.Bounds()
	var path strings.Builder
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if color.GrayModel.Convert(code.At(x, y)).(color.Gray).Y < 128 {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x-b.Min.X, y-b.Min.Y)
			}
		}
	}
	return qrCode{Size: b.Dx(), Path: path.String()}, nil
}

// Box is the view box with the quiet zone of 4 modules that readers need.
func (q qrCode) Box() string { return fmt.Sprintf("-4 -4 %d %d", q.Size+8, q.Size+8) }
