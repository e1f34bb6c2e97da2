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
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// letterPageData is one letter: the sheet as its recipient reads it, its life, and what can be done with it.
type letterPageData struct {
	Page
	L        *complaint.LetterFile
	Chip     Chip
	Sheet    letter.Sheet
	Lines    []string
	Text     locale.Lang // the language of the sheet
	Withheld string      // message key: why there is no text; "" where there is one
	Facts    []Answer
	Events   []Event
	Draft    [2]letter.Sheet // both languages, for whoever may edit
	Cancel   *Confirm
	Noted    []Option
	Today    any // calendar.Date of a delivery, unless another is typed
}

const (
	letterTemplate     = "letter/page"
	formLetterEdit     = "edit"
	formLetterDelivery = "delivery"
	formLetterCancel   = "cancel"
	formLetterRelease  = "release"
)

// letterID reads the id in the address; what is none is not found.
func letterID(c echo.Context) (int64, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil || id < 1 {
		return 0, fault.New(fault.NotFound, "fault.not_found")
	}
	return id, nil
}

// letterText is the language that ?text= asks for, else the recipient's own.
func letterText(asked, own string) locale.Lang {
	if l, ok := locale.Parse(asked); ok {
		return l
	}
	if l, ok := locale.Parse(own); ok {
		return l
	}
	return locale.ZH
}

func (s *Server) letterPage(c echo.Context) error {
	p, err := s.letterData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, letterTemplate, p)
}

func (s *Server) letterData(c echo.Context) (*letterPageData, error) {
	id, err := letterID(c)
	if err != nil {
		return nil, err
	}
	d := s.deskOf(c)
	l, err := s.Complaints.LetterAt(d.ctx, d.by, id)
	if err != nil {
		return nil, err
	}
	p := &letterPageData{Page: s.base(c), L: l, Today: d.day, Text: letterText(c.QueryParam("text"), l.Lang)}
	p.Crumbs = []Crumb{{Text: d.t("letter_page.title"), Href: "/letters"}, {Text: l.Reference, Href: "/complaints/" + urlPath(l.Reference)}}
	p.Chip = d.handlingLetter(l.Letter).Chip
	if err := s.letterSheets(d, p); err != nil {
		return nil, err
	}
	if p.Facts, err = s.letterFacts(d, l); err != nil {
		return nil, err
	}
	if p.Events, err = s.letterEvents(d, l); err != nil {
		return nil, err
	}
	for _, n := range letter.Noted {
		p.Noted = append(p.Noted, Option{Value: string(n), Label: d.t("letter_page.noted." + string(n))})
	}
	if l.MayCancel {
		p.Cancel = &Confirm{ID: formLetterCancel, Action: "/letters/" + strconv.FormatInt(id, 10) + "/cancel", Label: "letter_page.cancel",
			Text: d.t("letter_page.cancel_text"), Danger: true, Reason: true, Hidden: []Option{{Label: "version", Value: strconv.FormatInt(l.Version, 10)}}}
	}
	return p, nil
}

// letterSheets opens the text. A sheltered complainant's name keeps the sheet closed, and a destroyed key does for good:
// the page says so instead.
func (s *Server) letterSheets(d desk, p *letterPageData) (err error) {
	if p.L.Sheltered {
		p.Withheld = "letter_page.sheltered"
		return nil
	}
	p.Sheet, err = s.Complaints.LetterSheet(d.ctx, d.by, p.L.Reference, p.L.ID, p.Text)
	if fault.Is(err, fault.NotFound) {
		p.Withheld, p.L.MayEdit, p.L.MayRelease = "letter_page.forgotten", false, false
		return nil
	}
	if err != nil {
		return err
	}
	p.Lines = strings.Split(p.Sheet.Body, "\n")
	if !p.L.MayEdit {
		return nil
	}
	for i, lang := range locale.Langs {
		if p.Draft[i], err = s.Complaints.LetterSheet(d.ctx, d.by, p.L.Reference, p.L.ID, lang); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) letterFacts(d desk, l *complaint.LetterFile) ([]Answer, error) {
	to := d.t("letter.recipient." + string(l.To))
	switch {
	case l.FirmID != 0:
		err := s.DB.Read(d.ctx, func(tx *store.Tx) error {
			firms, err := s.Firms.ByIDs(d.ctx, tx, []int64{l.FirmID})
			to = firms[l.FirmID].Name
			return err
		})
		if err != nil {
			return nil, err
		}
	case l.Authority != "":
		c, err := s.Complaints.ByRef(d.ctx, d.by, l.Reference)
		if err != nil {
			return nil, err
		}
		to = d.authority(c.Pack, l.Authority)
	}
	rows := []Answer{{Label: d.t("letter_page.to"), Lines: []string{to}}}
	if l.Status == letter.Issued {
		how := d.t("letter.delivery." + string(l.Delivery))
		if !l.DeliveredOn.IsZero() {
			how = d.t("letter_page.delivered_on", how, l.DeliveredOn)
		}
		rows = append(rows, Answer{Label: d.t("letter_page.delivery"), Lines: []string{how}})
	}
	return append(rows, Answer{Label: d.t("letter_page.words"), Lines: d.letterTemplate(l.Template)}), nil
}

// letterTemplate puts "zh@2 en@0" into words.
func (d desk) letterTemplate(used string) (lines []string) {
	for part := range strings.FieldsSeq(used) {
		lang, number, _ := strings.Cut(part, "@")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return []string{used}
		}
		lines = append(lines, d.t("letter_page.template_of", d.t("letter_template.lang."+lang), d.letterVersion(n)))
	}
	return lines
}

// letterNames are the names of accounts; 0 stands for the program and has none.
func (s *Server) letterNames(d desk, ids []int64) (names map[int64]string, err error) {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return id == 0 })
	if len(ids) == 0 {
		return nil, nil
	}
	err = s.DB.Read(d.ctx, func(tx *store.Tx) error {
		names, err = s.Accounts.Names(d.ctx, tx, ids)
		return err
	})
	return names, err
}

// letterTones are the shapes of what happens to a letter.
var letterTones = map[string]string{"issued": "active", "cancelled": "closed", "seen": "good", "delivered": "good", "returned": "danger", "failed": "danger"}

func (s *Server) letterEvents(d desk, l *complaint.LetterFile) ([]Event, error) {
	ids := make([]int64, len(l.Events))
	for i, e := range l.Events {
		ids[i] = e.ActorID
	}
	names, err := s.letterNames(d, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Event, 0, len(l.Events))
	for _, e := range slices.Backward(l.Events) {
		row := Event{At: e.At, Who: names[e.ActorID], Note: e.Note, Tone: letterTones[e.Kind]}
		switch e.Kind {
		case "written", "edited", "issued", "cancelled":
			row.Text = d.t("letter.event." + e.Kind)
		default:
			row.Text = d.t("letter.delivery." + e.Kind)
		}
		switch e.Kind {
		case string(letter.Queued): // how many notices: of use to the program alone
			row.Note = ""
		case string(letter.Posted), string(letter.Delivered), string(letter.Returned), string(letter.Failed):
			row.Text = d.t("letter_page.delivered_on", row.Text, e.On)
		}
		if row.Who == "" && e.ActorRole != string(access.System) && e.ActorRole != string(access.Borrower) && d.s.Words.Has(d.lang, "role."+e.ActorRole) {
			row.Who = d.t("role." + e.ActorRole)
		}
		out = append(out, row)
	}
	return out, nil
}

// letterPDF is the sheet on paper.
func (s *Server) letterPDF(c echo.Context) error {
	id, err := letterID(c)
	if err != nil {
		return err
	}
	d := s.deskOf(c)
	l, err := s.Complaints.LetterAt(d.ctx, d.by, id)
	if err != nil {
		return err
	}
	sheet, err := s.Complaints.LetterSheet(d.ctx, d.by, l.Reference, id, letterText(c.QueryParam("text"), l.Lang))
	if err != nil {
		return err
	}
	return s.sendPDF(c, sheet)
}

// printLetter is the letter as it goes out on paper, with the name; the look is recorded, so it is a deed and no link.
func (s *Server) printLetter(c echo.Context) error {
	id, err := letterID(c)
	if err != nil {
		return err
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	d := s.deskOf(c)
	l, err := s.Complaints.LetterAt(d.ctx, d.by, id)
	if err != nil {
		return err
	}
	sheet, err := s.Complaints.PrintLetter(d.ctx, d.by, l.Reference, id, letterText(form.Text("text"), l.Lang))
	if err != nil {
		return err
	}
	return s.sendPDF(c, sheet)
}

// sendPDF prints a sheet whole before a byte of it is sent.
func (s *Server) sendPDF(c echo.Context, sheet letter.Sheet) error {
	var buf bytes.Buffer
	if _, err := s.Letters.PDF(&buf, sheet); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Disposition", contentDisposition(strings.TrimSpace(sheet.Title+" "+sheet.Number)+".pdf"))
	h.Set("Cache-Control", "no-store")
	return c.Blob(http.StatusOK, "application/pdf", buf.Bytes())
}

// letterDeed runs one command on a letter and goes back to it.
func (s *Server) letterDeed(c echo.Context, name, done string, do func(context.Context, access.Actor, *complaint.LetterFile, *Form) error) error {
	id, err := letterID(c)
	if err != nil {
		return err
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	ctx, by := c.Request().Context(), actorOf(c)
	l, err := s.Complaints.LetterAt(ctx, by, id)
	if err != nil {
		return err
	}
	if err := do(ctx, by, l, form); err != nil {
		return s.again(c, err, form, name, letterTemplate, func() (any, error) { return s.letterData(c) }, func(v any, f *Form) any {
			p := v.(*letterPageData)
			p.Form = f
			if p.Cancel != nil {
				p.Cancel.Form = f
			}
			return p
		})
	}
	s.flash(c, "good", done)
	return c.Redirect(http.StatusSeeOther, "/letters/"+strconv.FormatInt(id, 10))
}

func (s *Server) editLetter(c echo.Context) error {
	return s.letterDeed(c, formLetterEdit, "letter_page.edited", func(ctx context.Context, by access.Actor, l *complaint.LetterFile, f *Form) error {
		_, err := s.Complaints.EditLetter(ctx, by, l.Reference, l.ID, f.Version(), rulebook.Text{ZH: f.Text("body_zh"), EN: f.Text("body_en")})
		return err
	})
}

func (s *Server) releaseLetter(c echo.Context) error {
	return s.letterDeed(c, formLetterRelease, "letter_page.released", func(ctx context.Context, by access.Actor, l *complaint.LetterFile, f *Form) error {
		_, err := s.Complaints.ReleaseLetter(ctx, by, l.Reference, l.ID, f.Version())
		return err
	})
}

func (s *Server) cancelLetter(c echo.Context) error {
	return s.letterDeed(c, formLetterCancel, "letter_page.cancelled", func(ctx context.Context, by access.Actor, l *complaint.LetterFile, f *Form) error {
		_, err := s.Complaints.CancelLetter(ctx, by, l.Reference, l.ID, f.Version(), f.Text("reason"))
		return err
	})
}

func (s *Server) noteLetterDelivery(c echo.Context) error {
	return s.letterDeed(c, formLetterDelivery, "letter_page.noted_done", func(ctx context.Context, by access.Actor, l *complaint.LetterFile, f *Form) error {
		on, err := f.Date("on")
		if err != nil {
			return handlingWrong("on", err)
		}
		_, err = s.Complaints.NoteLetterDelivery(ctx, by, l.Reference, l.ID, f.Version(), letter.Delivery(f.Text("delivery")), on, f.Text("note"))
		return err
	})
}
