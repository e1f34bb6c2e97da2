package httpd

import (
	"encoding/hex"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/width"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
)

// trackDo runs a command of the complainant and goes back to the case.
func (s *Server) trackDo(c echo.Context, name, done string, deed func(access.Actor, string, *Form) error) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	defer dropUploads(c)
	form.Name = name
	if of := form.Text("of"); of != "" { // one of several forms of the kind
		form.Name += "-" + of
	}
	by, ref, err := s.holderOf(c)
	if err != nil {
		return err
	}
	if err := deed(by, ref, form); err != nil {
		return s.showForm(c, err, form, "track/case", func(f *Form) (any, error) { return s.trackCase(c, f) })
	}
	s.flash(c, "good", done)
	return c.Redirect(http.StatusSeeOther, "/track/case")
}

func missing(name string) fault.Fields {
	return fault.Fields{{Name: name, Key: "track.missing." + name}}
}

func (s *Server) trackMessage(c echo.Context) error {
	return s.trackDo(c, "message", "track.message_sent", func(by access.Actor, ref string, form *Form) error {
		if form.Text("body") == "" {
			return missing("body").Err()
		}
		_, err := s.Complaints.Send(c.Request().Context(), by, ref, form.Value("body"))
		return err
	})
}

func (s *Server) trackSupply(c echo.Context) error {
	return s.trackDo(c, "supply", "track.supplied", func(by access.Actor, ref string, form *Form) error {
		if form.Text("text") == "" {
			return missing("text").Err()
		}
		_, err := s.Complaints.Supply(c.Request().Context(), by, ref, form.Value("text"))
		return err
	})
}

func (s *Server) trackWithdraw(c echo.Context) error {
	return s.trackDo(c, "withdraw", "track.withdrawn", func(by access.Actor, ref string, form *Form) error {
		if form.Text("reason") == "" {
			return missing("reason").Err()
		}
		_, err := s.Complaints.Withdraw(c.Request().Context(), by, ref, form.Value("reason"))
		return err
	})
}

// trackEvidence stores files of any kind; logs among them are asked about first.
func (s *Server) trackEvidence(c echo.Context) error {
	form, err := formOf(c)
	if err == nil {
		var logs []heldFile
		if logs, err = s.logsAmong(c, form); err == nil && len(logs) > 0 {
			return s.trackLogsSent(c, form, logs)
		}
	}
	if err != nil && !fault.Is(err, fault.TooLarge) {
		return err
	}
	return s.trackStore(c)
}

func (s *Server) trackLogsSent(c echo.Context, form *Form, logs []heldFile) error {
	if len(uploads(c, "file")) > 0 {
		by, ref, err := s.holderOf(c)
		if err != nil {
			return err
		}
		if err := s.storeTracked(c, by, ref, form); err != nil {
			return s.showForm(c, err, form, "track/case", func(f *Form) (any, error) { f.Name = "evidence"; return s.trackCase(c, f) })
		}
	}
	k, err := s.trackKeeper(c)
	if err != nil {
		return err
	}
	return s.askAboutLogs(c, k, logs)
}

func (s *Server) trackStore(c echo.Context) error {
	return s.trackDo(c, "evidence", "track.evidence_added", func(by access.Actor, ref string, form *Form) error {
		return s.storeTracked(c, by, ref, form)
	})
}

func (s *Server) storeTracked(c echo.Context, by access.Actor, ref string, form *Form) error {
	ctx := c.Request().Context()
	co, err := s.Complaints.ByRef(ctx, by, ref)
	if err != nil {
		return err
	}
	p, ok := s.Book.Pack(co.Pack)
	if !ok {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	return s.storeFiles(c, form, func(h *multipart.FileHeader, f multipart.File) error {
		_, err := s.Evidence.Add(ctx, by, ref, kindSaid(form, p, co.Codes, h), h.Filename, f)
		return err
	})
}

// tidyReference takes a reference as people copy it: small letters, full-width
// characters, blanks.
func tidyReference(s string) string {
	return strings.ToUpper(strings.Join(strings.Fields(width.Fold.String(s)), ""))
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }
