package httpd

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/complaint"
)

// sentTime is how long the page after filing can be opened again on the device
// that filed.
const sentTime = 30 * time.Minute

// sentFiling is kept sealed in a cookie, so that the page with the access code
// survives a reload, and nobody finds it in an address or on the server.
type sentFiling struct {
	Complaint int64
	Reference string
	Code      string
	Until     int64 // unix seconds
}

const sentPlace = "cookie.sent"

// receiptPageData is the page after filing.
type receiptPageData struct {
	Page
	Reference string
	Code      []string // in groups of four
	CodeText  string   // to copy
	Filed     time.Time
	Report    bool
	Anonymous bool
	Due       complaint.Clock
	Files     int
	Minutes   int
}

// toReceipt remembers what was filed and leads to the page that shows it.
func (s *Server) toReceipt(c echo.Context, filed *complaint.Filed) error {
	id, ref := filed.Complaint.ID, filed.Complaint.Reference
	text, err := s.sealed(sentPlace, sentFiling{id, ref, filed.AccessCode, s.DB.Now().Add(sentTime).Unix()})
	if err != nil {
		return err
	}
	if err := s.hold(c, id, ref); err != nil {
		return err
	}
	c.SetCookie(s.cookie("sent", text, sentTime))
	s.dropCookie(c, "draft")
	return c.Redirect(http.StatusSeeOther, "/complain/sent")
}

func (s *Server) sentOf(c echo.Context) (sentFiling, bool) {
	ck, err := c.Cookie(s.cookieName("sent"))
	if err != nil {
		return sentFiling{}, false
	}
	var v sentFiling
	ok := s.unsealed(sentPlace, ck.Value, &v)
	return v, ok && s.DB.Now().Unix() < v.Until
}

func (s *Server) sentPage(c echo.Context) error {
	v, ok := s.sentOf(c)
	if !ok {
		s.flash(c, "wait", "complain.sent_gone")
		return c.Redirect(http.StatusSeeOther, "/track")
	}
	by := access.Actor{Role: access.Borrower, ComplaintID: v.Complaint, Lang: string(langOf(c)), Address: c.RealIP()}
	ctx := c.Request().Context()
	co, err := s.Complaints.ByRef(ctx, by, v.Reference)
	if err != nil {
		return err
	}
	clocks, err := s.Complaints.Clocks(ctx, by, v.Reference)
	if err != nil {
		return err
	}
	files, err := s.Evidence.List(ctx, by, v.Reference)
	if err != nil {
		return err
	}
	groups := codeGroups(v.Code)
	d := receiptPageData{
		Page: s.base(c), Reference: v.Reference, Code: groups, CodeText: strings.Join(groups, " "), Filed: co.ReceivedAt,
		Report: co.Track == complaint.TrackReport, Anonymous: co.Anonymous, Files: len(files), Minutes: int(sentTime.Minutes()),
	}
	d.Due, _ = runningClock(clocks)
	return s.show(c, http.StatusOK, "complain/sent", d)
}

// hideCode forgets the access code on this device, once it was written down.
func (s *Server) hideCode(c echo.Context) error {
	s.dropCookie(c, "sent")
	return c.Redirect(http.StatusSeeOther, "/track/case")
}

// codeGroups cuts an access code into groups of four digits, however it came.
func codeGroups(code string) []string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, code)
	var out []string
	for len(digits) > 4 {
		out, digits = append(out, digits[:4]), digits[4:]
	}
	return append(out, digits)
}

// runningClock is the clock that people wait for.
func runningClock(clocks []complaint.Clock) (complaint.Clock, bool) {
	for i := len(clocks) - 1; i >= 0; i-- {
		if !clocks[i].Stopped && !clocks[i].Suspended {
			return clocks[i], true
		}
	}
	return complaint.Clock{}, false
}

// receiptFile is the signed receipt, to keep and to verify without this office.
func (s *Server) receiptFile(c echo.Context) error {
	by, ref, err := s.holderOf(c)
	if err != nil {
		return err
	}
	r, err := s.Complaints.Receipt(c.Request().Context(), by, ref)
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Disposition", contentDisposition("receipt-"+ref+".json"))
	h.Set("Cache-Control", "no-store")
	return c.Blob(http.StatusOK, "application/json; charset=utf-8", buf.Bytes())
}
