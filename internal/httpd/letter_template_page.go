package httpd

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/fault"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
)

// letterTemplatesData lists the kinds of letters with the words in use.
type letterTemplatesData struct {
	Page
	Rows []letterTemplateRow
}

type letterTemplateRow struct {
	Kind, Name    string
	SecondReading bool
	Langs         []letterTemplateLink
}

type letterTemplateLink struct {
	Href, Lang, Text string
	Own              bool // changed by this office
}

func (s *Server) letterTemplatesPage(c echo.Context) error {
	d, p := s.deskOf(c), letterTemplatesData{Page: s.base(c)}
	list, err := s.Letters.Templates(d.ctx, d.by)
	if err != nil {
		return err
	}
	p.Crumbs = []Crumb{{Text: d.t("admin.title"), Href: "/admin"}}
	for _, t := range list {
		if n := len(p.Rows); n == 0 || p.Rows[n-1].Kind != t.Kind {
			p.Rows = append(p.Rows, letterTemplateRow{Kind: t.Kind, Name: d.t("letter.kind." + t.Kind), SecondReading: t.SecondReading})
		}
		r := &p.Rows[len(p.Rows)-1]
		r.Langs = append(r.Langs, letterTemplateLink{Href: letterTemplateAddress(t.Kind, t.Lang), Lang: d.t("letter_template.lang." + string(t.Lang)),
			Text: d.letterVersion(t.Number), Own: t.Number > 0})
	}
	return s.show(c, http.StatusOK, "letter/templates", p)
}

func letterTemplateAddress(kind string, lang locale.Lang) string {
	return "/admin/letters/" + kind + "/" + string(lang)
}

// letterVersion is a version of a template in words.
func (d desk) letterVersion(n int64) string {
	if n == 0 {
		return d.t("letter_template.builtin")
	}
	return d.t("letter_template.version", n)
}

// letterTemplateData is one template: its words, its fields, what it looks like, and what it was.
type letterTemplateData struct {
	Page
	Live     *letter.Template
	Name     string
	LangName string
	Other    Crumb // the same kind in the other language
	Fields   []Option
	Versions []letterVersionRow
	Old      *letter.Template // the version that ?version= asks for
	OldName  string
	Preview  *letter.Sheet
	Lines    []string
	Restore  *Confirm
}

type letterVersionRow struct {
	letter.Template
	Name, Who, Href string
	Current         bool
}

const (
	letterTemplateTemplate = "letter/template"
	formTemplate           = "template"
	formTemplateRestore    = "restore"
)

// letterTemplateAsked reads the kind and language of the address.
func letterTemplateAsked(c echo.Context) (string, locale.Lang, error) {
	lang, ok := locale.Parse(c.Param("language"))
	if kind := c.Param("kind"); ok && slices.Contains(letter.Kinds, kind) {
		return kind, lang, nil
	}
	return "", "", fault.New(fault.NotFound, "letter.error.no_kind")
}

func (s *Server) letterTemplatePage(c echo.Context) error {
	p, err := s.letterTemplateData(c)
	if err != nil {
		return err
	}
	if v := c.QueryParam("version"); v != "" {
		i := slices.IndexFunc(p.Versions, func(r letterVersionRow) bool { return strconv.FormatInt(r.Number, 10) == v })
		if i < 0 {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		p.Old, p.OldName = &p.Versions[i].Template, p.Versions[i].Name
	}
	return s.show(c, http.StatusOK, letterTemplateTemplate, p)
}

func (s *Server) letterTemplateData(c echo.Context) (*letterTemplateData, error) {
	kind, lang, err := letterTemplateAsked(c)
	if err != nil {
		return nil, err
	}
	d := s.deskOf(c)
	now, all, err := s.Letters.Template(d.ctx, d.by, kind, lang)
	if err != nil {
		return nil, err
	}
	p := &letterTemplateData{Page: s.base(c), Live: now, Name: d.t("letter.kind." + kind), LangName: d.t("letter_template.lang." + string(lang))}
	p.Query.Path = letterTemplateAddress(kind, lang) // posts stand below it
	p.Crumbs = []Crumb{{Text: d.t("admin.title"), Href: "/admin"}, {Text: d.t("letter_template.title"), Href: "/admin/letters"}}
	p.Other = Crumb{Text: d.t("letter_template.lang." + string(lang.Other())), Href: letterTemplateAddress(kind, lang.Other())}
	for _, f := range letter.Fields(kind) {
		p.Fields = append(p.Fields, Option{Value: "{" + f + "}", Label: d.t("letter.field." + f)})
	}
	if p.Versions, err = s.letterVersions(d, p.Query.Path, now, all); err != nil {
		return nil, err
	}
	if now.Title != all[len(all)-1].Title || now.Body != all[len(all)-1].Body || now.SecondReading != all[len(all)-1].SecondReading {
		p.Restore = &Confirm{ID: formTemplateRestore, Action: p.Query.Path + "/restore", Label: "letter_template.restore",
			Text: d.t("letter_template.restore_text"), Reason: true, Hidden: []Option{{Label: "version", Value: strconv.FormatInt(now.Number, 10)}}}
	}
	return p, nil
}

func (s *Server) letterVersions(d desk, path string, now *letter.Template, all []letter.Template) ([]letterVersionRow, error) {
	ids := make([]int64, len(all))
	for i, t := range all {
		ids[i] = t.UserID
	}
	names, err := s.letterNames(d, ids)
	if err != nil {
		return nil, err
	}
	out := make([]letterVersionRow, len(all))
	for i, t := range all {
		out[i] = letterVersionRow{Template: t, Name: d.letterVersion(t.Number), Who: names[t.UserID],
			Href: path + "?version=" + strconv.FormatInt(t.Number, 10), Current: t.Number == now.Number}
	}
	return out, nil
}

func letterChangeOf(f *Form) letter.Change {
	return letter.Change{Title: f.Text("title"), Body: f.Value("body"), SecondReading: f.Value("second_reading") != "", Note: f.Text("note")}
}

func (s *Server) letterTemplateAgain(c echo.Context, err error, form *Form, name string) error {
	return s.again(c, err, form, name, letterTemplateTemplate, func() (any, error) { return s.letterTemplateData(c) }, func(v any, f *Form) any {
		p := v.(*letterTemplateData)
		p.Form = f
		if p.Restore != nil {
			p.Restore.Form = f
		}
		return p
	})
}

func (s *Server) changeLetterTemplate(c echo.Context) error {
	kind, lang, err := letterTemplateAsked(c)
	if err != nil {
		return err
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	t, err := s.Letters.ChangeTemplate(c.Request().Context(), actorOf(c), kind, lang, form.Version(), letterChangeOf(form))
	if err != nil {
		return s.letterTemplateAgain(c, err, form, formTemplate)
	}
	s.flash(c, "good", "letter_template.saved", strconv.FormatInt(t.Number, 10))
	return c.Redirect(http.StatusSeeOther, letterTemplateAddress(kind, lang))
}

// previewLetterTemplate shows what was typed as a letter, with sample values. Nothing is kept, so the page itself is the
// answer.
func (s *Server) previewLetterTemplate(c echo.Context) error {
	kind, lang, err := letterTemplateAsked(c)
	if err != nil {
		return err
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	sheet, err := s.Letters.PreviewTemplate(c.Request().Context(), actorOf(c), kind, lang, letterChangeOf(form))
	if err != nil {
		return s.letterTemplateAgain(c, err, form, formTemplate)
	}
	p, err := s.letterTemplateData(c)
	if err != nil {
		return err
	}
	form.Name = formTemplate
	p.Form, p.Preview, p.Lines = form, &sheet, strings.Split(sheet.Body, "\n")
	return s.show(c, http.StatusOK, letterTemplateTemplate, p)
}

func (s *Server) restoreLetterTemplate(c echo.Context) error {
	kind, lang, err := letterTemplateAsked(c)
	if err != nil {
		return err
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	_, err = s.Letters.RestoreTemplate(c.Request().Context(), actorOf(c), kind, lang, form.Version(), form.Text("reason"))
	if err != nil {
		return s.letterTemplateAgain(c, letterReason(err), form, formTemplateRestore)
	}
	s.flash(c, "good", "letter_template.restored")
	return c.Redirect(http.StatusSeeOther, letterTemplateAddress(kind, lang))
}

// letterReason puts what is wrong with the note beside the input that the page asks it in.
func letterReason(err error) error {
	f := faultOf(err)
	var out fault.Fields
	for _, w := range f.Fields {
		if w.Name == "note" {
			w.Name = "reason"
		}
		out = append(out, w)
	}
	if len(out) == 0 {
		return err
	}
	return out.Err()
}
