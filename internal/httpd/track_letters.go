package httpd

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
)

// trackLetter is a letter in the list of the complainant.
type trackLetter struct {
	Title, Number, Href string
	On                  calendar.Date
	New                 bool // not opened yet
	kind                string
}

// letterSheetData is a letter to read and print.
type letterSheetData struct {
	Page
	letter.Sheet
	Lines  []string
	PDF    string
	Others []Option // the same letter in the other languages: label and address
}

func (s *Server) trackLetters(c echo.Context, by access.Actor, d *trackCaseData) error {
	list, err := s.Complaints.Letters(c.Request().Context(), by, d.Complaint.Reference)
	if err != nil {
		return err
	}
	for _, l := range slices.Backward(list) {
		d.Letters = append(d.Letters, trackLetter{Title: l.Title(d.Lang), Number: l.Number, On: l.IssuedOn, Href: "/track/letters/" + formatID(l.ID), New: isNew(l.Delivery), kind: l.Kind})
	}
	return nil
}

func isNew(d letter.Delivery) bool {
	return d == letter.None || d == letter.Queued || d == letter.Notified
}

// letterAbout is the address of the newest letter of a kind; "" where there is none.
func (d *trackCaseData) letterAbout(kind string) string {
	for _, l := range d.Letters {
		if l.kind == kind {
			return l.Href
		}
	}
	return ""
}

// letterAsked is the letter that the address names, and the language to read it in.
func letterAsked(c echo.Context) (int64, locale.Lang, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return 0, "", fault.New(fault.NotFound, "fault.not_found")
	}
	if lang, ok := locale.Parse(c.QueryParam("text")); ok {
		return id, lang, nil
	}
	return id, langOf(c), nil
}

func (s *Server) trackLetterPage(c echo.Context) error {
	by, ref, err := s.holderOf(c)
	if err != nil {
		return err
	}
	id, lang, err := letterAsked(c)
	if err != nil {
		return err
	}
	sheet, err := s.Complaints.LetterSheet(c.Request().Context(), by, ref, id, lang)
	if err != nil {
		return err
	}
	d := letterSheetData{Page: s.base(c), Sheet: sheet, Lines: strings.Split(sheet.Body, "\n")}
	d.Crumbs = []Crumb{{Text: s.Words.T(d.Page.Lang, "track.back_to_case"), Href: "/track/case#letters"}}
	d.PDF = "/track/letters/" + formatID(id) + "/pdf?text=" + string(lang)
	for _, l := range locale.Langs {
		if l != lang {
			d.Others = append(d.Others, Option{Label: s.Words.T(d.Page.Lang, "track.letter.in."+string(l)), Value: d.Page.Query.With("text", string(l))})
		}
	}
	return s.show(c, http.StatusOK, "track/letter", d)
}

func (s *Server) trackLetterPDF(c echo.Context) error {
	by, ref, err := s.holderOf(c)
	if err != nil {
		return err
	}
	id, lang, err := letterAsked(c)
	if err != nil {
		return err
	}
	name, pdf, err := s.ownLetterPDF(c.Request().Context(), by, ref, id, lang)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Disposition", contentDisposition(name))
	h.Set("Cache-Control", "no-store")
	return c.Blob(http.StatusOK, "application/pdf", pdf)
}

// ownLetterPDF is a letter of a complaint as a file, and a name for it that tells nothing but the letter's number.
func (s *Server) ownLetterPDF(ctx context.Context, by access.Actor, ref string, id int64, lang locale.Lang) (string, []byte, error) {
	sheet, err := s.Complaints.LetterSheet(ctx, by, ref, id, lang)
	if err != nil {
		return "", nil, err
	}
	var buf bytes.Buffer
	if _, err := s.Letters.PDF(&buf, sheet); err != nil {
		return "", nil, err
	}
	name := sheet.Number
	if name == "" {
		name = "letter-" + formatID(id)
	}
	return name + ".pdf", buf.Bytes(), nil
}

func formatID(n int64) string { return strconv.FormatInt(n, 10) }
