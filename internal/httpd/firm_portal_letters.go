package httpd

import (
	"bytes"
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/fault"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

// portalLetterData is a letter to the firm as a sheet.
type portalLetterData struct {
	Page
	Sheet letter.Sheet
	Lines []string
	Texts []portalLetterText // the languages that it can be read in
	PDF   string
}

type portalLetterText struct {
	Label, Href, Tag string
	Current          bool
}

// portalTextLang is the language that a letter is asked for in: ?text=, else the page's.
func portalTextLang(c echo.Context) locale.Lang {
	if l, ok := locale.Parse(c.QueryParam("text")); ok {
		return l
	}
	return langOf(c)
}

// portalSheet opens a letter for its firm, which is recorded the first time, and gives it as a sheet.
func (s *Server) portalSheet(d desk, ref, number string, lang locale.Lang) (*letter.Letter, letter.Sheet, error) {
	l, err := s.portalLetterAt(d, ref, number)
	if err != nil {
		return nil, letter.Sheet{}, err
	}
	if l, _, _, err = s.Forwards.LetterText(d.ctx, d.by, ref, l.ID, lang); err != nil {
		return nil, letter.Sheet{}, err
	}
	sheet, err := s.portalBody(d.ctx, l, lang)
	return l, sheet, err
}

// portalBody is the text of a letter that the caller was given by Forwards.LetterText.
func (s *Server) portalBody(ctx context.Context, l *letter.Letter, lang locale.Lang) (sheet letter.Sheet, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		all, err := s.Complaints.FindAll(ctx, tx, []int64{l.ComplaintID})
		if err != nil {
			return err
		}
		c := all[l.ComplaintID]
		if c == nil {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		key, err := s.Complaints.DataKey(ctx, tx, c)
		if err != nil {
			return err
		}
		sheet, err = s.Letters.Body(ctx, tx, key, l, lang)
		return err
	})
	return sheet, err
}

func (s *Server) portalLetterPage(c echo.Context) error {
	d, lang := s.deskOf(c), portalTextLang(c)
	ref, number := c.Param("ref"), c.Param("number")
	_, sheet, err := s.portalSheet(d, ref, number, lang)
	if err != nil {
		return err
	}
	path := portalHref(ref) + "/letters/" + urlPath(number)
	p := &portalLetterData{Page: s.base(c), Sheet: sheet, Lines: lines(sheet.Body), PDF: path + "/pdf?text=" + string(lang)}
	p.Crumbs = []Crumb{{Text: ref, Href: portalHref(ref)}}
	for _, l := range locale.Langs {
		p.Texts = append(p.Texts, portalLetterText{Label: d.t("portal.letter.in." + string(l)), Href: path + "?text=" + string(l), Tag: l.Tag(), Current: l == lang})
	}
	return s.show(c, http.StatusOK, "portal/letter", p)
}

func (s *Server) portalLetterPDF(c echo.Context) error {
	_, sheet, err := s.portalSheet(s.deskOf(c), c.Param("ref"), c.Param("number"), portalTextLang(c))
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	if _, err := s.Letters.PDF(&buf, sheet); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Disposition", contentDisposition(portalFileName(sheet)))
	h.Set("Cache-Control", "no-store")
	return c.Blob(http.StatusOK, "application/pdf", buf.Bytes())
}

// portalFileName names the file of a letter by its title and number.
func portalFileName(sheet letter.Sheet) string {
	name := sheet.Title
	if sheet.Number != "" {
		name += " " + sheet.Number
	}
	return name + ".pdf"
}
