package httpd

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/evidence"
	"dunwatch/internal/fault"
)

// redactPageData is the page on which parts of a picture or words of a text are hidden.
type redactPageData struct {
	Page
	Ref, Path string
	Label     string
	Mode      string // "boxes" or "words"
	Rows      []int  // numbers of the boxes that can be filled in
	Lines     []int  // of the grid
}

// redactRows is how many boxes the page offers at once; a copy can be redacted again.
const redactRows = 8

func (s *Server) redactPage(c echo.Context) error {
	p, err := s.redactData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "evidence/redact", p)
}

func (s *Server) redactData(c echo.Context) (*redactPageData, error) {
	d, ref := s.deskOf(c), c.Param("ref")
	number, err := evidenceNumber(c)
	if err != nil {
		return nil, err
	}
	it, _, err := s.evidenceItem(d, ref, number)
	if err != nil {
		return nil, err
	}
	co, err := s.Complaints.ByRef(d.ctx, d.by, ref)
	if err != nil {
		return nil, err
	}
	_, owner, err := s.caseOf(d, co.ID)
	if err != nil {
		return nil, err
	}
	if !d.may(access.AddEvidence, owner) {
		return nil, access.Denied(d.by)
	}
	p := &redactPageData{Page: s.base(c), Ref: ref, Label: it.Label(), Mode: evidence.Redacts(*it), Path: "/evidence/" + urlPath(ref) + "/" + strconv.Itoa(number)}
	if it.Hidden || p.Mode == "" || it.Barred() {
		return nil, fault.New(fault.Conflict, "evidence.not_redactable")
	}
	p.Crumbs = append(d.evidenceCrumbs(ref, "", true), Crumb{Text: p.Label, Href: d.sheetHref(ref, number)}, Crumb{Text: d.t("evidence_page.redact.title")})
	for i := range redactRows {
		p.Rows = append(p.Rows, i+1)
	}
	for i := 10; i < 100; i += 10 {
		p.Lines = append(p.Lines, i)
	}
	return p, nil
}

func (s *Server) redactEvidence(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	number, err := evidenceNumber(c)
	if err != nil {
		return err
	}
	red := evidence.Redaction{Reason: form.Value("reason"), Words: strings.Split(form.Value("words"), "\n")}
	var item *evidence.Item
	if red.Boxes, err = boxesOf(form); err == nil {
		item, err = s.Evidence.Redact(c.Request().Context(), actorOf(c), c.Param("ref"), number, red)
	}
	if err != nil {
		return s.again(c, err, form, "redact", "evidence/redact", func() (any, error) { return s.redactData(c) }, func(v any, f *Form) any {
			p := v.(*redactPageData)
			p.Form = f
			return p
		})
	}
	s.flash(c, "good", "evidence_page.redact.done", item.Label())
	return c.Redirect(http.StatusSeeOther, s.deskOf(c).sheetHref(c.Param("ref"), item.Number))
}

// boxesOf reads the boxes of a form, in hundredths with at most one decimal; rows that are empty are left out. Invalid
// (boxes).
func boxesOf(form *Form) ([]evidence.Box, error) {
	var out []evidence.Box
	for i := 1; i <= redactRows; i++ {
		var v [4]int
		filled := 0
		for k, name := range []string{"left", "top", "width", "height"} {
			text := strings.ReplaceAll(form.Text("box."+strconv.Itoa(i)+"."+name), "，", ".")
			if text == "" {
				continue
			}
			n, err := strconv.ParseFloat(text, 64)
			if err != nil || !(n >= 0 && n <= 100) {
				return nil, fault.Fields{{Name: "boxes", Key: "evidence_page.redact.number", Args: []any{i}}}.Err()
			}
			v[k], filled = int(n*10+0.5), filled+1
		}
		switch filled {
		case 0:
		case 4:
			out = append(out, evidence.Box{Left: v[0], Top: v[1], Width: v[2], Height: v[3]})
		default:
			return nil, fault.Fields{{Name: "boxes", Key: "evidence_page.redact.four", Args: []any{i}}}.Err()
		}
	}
	return out, nil
}

// sheetDeed runs a deed on an item and goes back to its sheet.
func (s *Server) sheetDeed(c echo.Context, name, done string, deed func(ctx context.Context, by access.Actor, ref string, number int, form *Form) error) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	number, err := evidenceNumber(c)
	if err != nil {
		return err
	}
	if err := deed(c.Request().Context(), actorOf(c), c.Param("ref"), number, form); err != nil {
		return s.sheetAgain(c, err, form, name)
	}
	s.flash(c, "good", done)
	return c.Redirect(http.StatusSeeOther, s.deskOf(c).sheetHref(c.Param("ref"), number))
}

func (s *Server) supersedeEvidence(c echo.Context) error {
	return s.sheetDeed(c, "supersede", "evidence_page.supersede.done", func(ctx context.Context, by access.Actor, ref string, number int, form *Form) error {
		return s.Evidence.Supersede(ctx, by, ref, number, atoi(form.Text("by")), form.Value("reason"))
	})
}

func (s *Server) releaseEvidence(c echo.Context) error {
	return s.sheetDeed(c, "release", "evidence_page.release.done", func(ctx context.Context, by access.Actor, ref string, number int, form *Form) error {
		return s.Evidence.Release(ctx, by, ref, number, form.Text("what"), form.Value("reason"))
	})
}

// deeds offers what this person may do with the item.
func (p *evidenceSheetData) deeds(d desk, items []evidence.Item, o access.Owner) {
	p.MayChange = d.may(access.AddEvidence, o)
	p.Redacts = evidence.Redacts(*p.Item)
	if !p.MayChange || p.Item.Barred() {
		p.Redacts = ""
	}
	if d.may(access.ReleaseEvidence, o) {
		switch {
		case p.Item.Barred():
			p.Releases = "suspect"
		case p.NoCopy && !p.Item.Original && !access.Role(p.Item.FromRole).OfFirm():
			p.Releases = "original"
		}
	}
	if !p.MayChange || p.Item.SupersededBy != 0 {
		return
	}
	for _, it := range items {
		if it.Number != p.Item.Number && it.Number != p.Item.Supersedes {
			p.Better = append(p.Better, Option{Value: strconv.Itoa(it.Number), Label: it.Label() + " " + it.Name})
		}
	}
}
