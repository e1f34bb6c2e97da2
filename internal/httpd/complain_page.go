package httpd

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
)

// complainPageData is the first page of filing: what it takes, and the draft
// that waits on this device.
type complainPageData struct {
	Page
	Waiting bool
	Days    int
	Files   int
}

func (s *Server) complainPage(c echo.Context) error {
	d := complainPageData{Page: s.base(c), Days: draftDays}
	dr, err := s.draft(c)
	switch {
	case err == nil:
		d.Waiting, d.Files = true, len(dr.Files)
	case !fault.Is(err, fault.NotFound):
		return err
	}
	return s.show(c, http.StatusOK, "complain/start", d)
}

// discardDraft empties the draft of this device: answers and files.
func (s *Server) discardDraft(c echo.Context) error {
	return s.withDraft(c, func(d *complaint.Draft) error {
		ctx := c.Request().Context()
		for _, f := range d.Files {
			if err := s.Complaints.RemoveDraftFile(ctx, d.Token, f.ID); err != nil {
				return err
			}
		}
		if err := s.Complaints.SaveDraft(ctx, d.Token, complaint.Filing{}); err != nil {
			return err
		}
		s.dropCookie(c, "draft")
		s.flash(c, "good", "complain.discarded")
		return c.Redirect(http.StatusSeeOther, "/complain")
	})
}

// fitPageData asks whether this office is the right place.
type fitPageData struct {
	Page
	Choices []string
}

// The answers to "is this the right place?".
const (
	fitCollection = "collection"
	fitDanger     = "danger"
	fitFraud      = "fraud"
	fitOther      = "other"
)

func (s *Server) fitData(c echo.Context, form *Form) fitPageData {
	d := fitPageData{Page: s.base(c), Choices: []string{fitCollection, fitDanger, fitFraud, fitOther}}
	d.Form = form
	return d
}

func (s *Server) fitPage(c echo.Context) error {
	return s.show(c, http.StatusOK, "complain/fit", s.fitData(c, nil))
}

func (s *Server) fit(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	switch form.Value("fit") {
	case fitCollection:
		err = s.begin(c)
	case fitDanger:
		return c.Redirect(http.StatusSeeOther, "/complain/danger")
	case fitFraud, fitOther:
		return c.Redirect(http.StatusSeeOther, "/complain/elsewhere")
	default:
		err = fault.Fields{{Name: "fit", Key: "fault.choose"}}.Err()
	}
	if err != nil {
		return s.showForm(c, err, form, "complain/fit", func(f *Form) (any, error) { return s.fitData(c, f), nil })
	}
	return c.Redirect(http.StatusSeeOther, "/complain/way")
}

// begin makes a draft, unless this browser has one already.
func (s *Server) begin(c echo.Context) error {
	if _, err := s.draft(c); err == nil || !fault.Is(err, fault.NotFound) {
		return err
	}
	if err := s.spend("file", c.RealIP()); err != nil {
		return err
	}
	ctx := c.Request().Context()
	d, err := s.Complaints.NewDraft(ctx)
	if err != nil {
		return err
	}
	f := complaint.Filing{Pack: s.cfg.Pack, Language: string(langOf(c)), Track: complaint.TrackComplaint}
	if err := s.Complaints.SaveDraft(ctx, d.Token, f); err != nil {
		return err
	}
	s.keepDraft(c, d.Token)
	return nil
}

// adviceData is a page that leads elsewhere.
type adviceData struct {
	Page
	Hotlines    []hotline
	Authorities []authority
}

// authority is a body that is competent for what this office is not.
type authority struct{ Name, Remit string }

func (s *Server) advice(c echo.Context) (adviceData, error) {
	p, err := s.publicPack()
	if err != nil {
		return adviceData{}, err
	}
	d := adviceData{Page: s.base(c), Hotlines: hotlinesOf(p, langOf(c))}
	for _, a := range p.Authorities {
		d.Authorities = append(d.Authorities, authority{a.Name.In(string(d.Lang)), a.Remit.In(string(d.Lang))})
	}
	return d, nil
}

func (s *Server) dangerPage(c echo.Context) error {
	d, err := s.advice(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "complain/danger", d)
}

func (s *Server) elsewherePage(c echo.Context) error {
	d, err := s.advice(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "complain/elsewhere", d)
}
