package httpd

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/brief"
	"dunwatch/internal/locale"
)

// briefFormData is the form in which a case is told.
type briefFormData struct {
	Page
	Frame    *brief.Frame
	Action   string
	Back     string
	Version  int64
	In       brief.Input // what the fields begin with
	Months   []Option
	Kinds    []Option
	Codes    []Option
	Note     string      // why it was sent back
	mayEdit  bool        // the draft that it was begun with
	Looked   []briefView // the text as it would be told, after somebody asked to see it
	Warnings []string
}

const briefFormTemplate = "report/brief_form"

// What a person may want of the form.
const (
	briefLook   = "look"
	briefSubmit = "submit"
)

func versionText(v int64) string { return strconv.FormatInt(v, 10) }

// newBriefPage is the form of a case that is not told yet.
func (s *Server) newBriefPage(c echo.Context) error {
	d := s.deskOf(c)
	b, _, err := s.Briefs.OfCase(d.ctx, d.by, c.Param("ref"))
	if err != nil {
		return err
	}
	if b != nil {
		return c.Redirect(http.StatusSeeOther, "/briefs/"+urlPath(b.Reference))
	}
	p, err := s.briefForm(c, c.Param("ref"))
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, briefFormTemplate, p)
}

// briefForm is the form of a case, with the likeliest choices made.
func (s *Server) briefForm(c echo.Context, caseRef string) (*briefFormData, error) {
	d := s.deskOf(c)
	f, err := s.Briefs.Frame(d.ctx, d.by, caseRef)
	if err != nil {
		return nil, err
	}
	k := f.Case
	p := &briefFormData{Page: s.base(c), Frame: f, Action: "/cases/" + urlPath(k.Reference) + "/brief", Back: "/cases/" + urlPath(k.Reference),
		In: brief.Input{Month: f.First.String(), FirmKind: f.Kind, Codes: f.Upheld}, Months: d.briefMonths(f.First, f.Last)}
	p.Crumbs = []Crumb{{Text: d.t("queue.title"), Href: "/queue"}, {Text: k.Reference, Href: p.Back}, {Text: d.t("brief_page.write")}}
	for _, kind := range brief.FirmKinds {
		p.Kinds = append(p.Kinds, Option{Value: kind, Label: d.t("report.firm_kind." + kind)})
	}
	for _, code := range f.Codes {
		o := Option{Value: code, Label: code + " " + d.codeName(k.Pack, code)}
		if slices.Contains(f.Upheld, code) {
			o.Hint = d.t("brief_page.upheld")
		}
		p.Codes = append(p.Codes, o)
	}
	return p, nil
}

// briefInput is what was typed.
func briefInput(form *Form) brief.Input {
	return brief.Input{Month: form.Text("month"), FirmKind: form.Text("firm_kind"), Codes: form.List("codes"), Text: brief.Text{
		TitleZH: form.Value("title_zh"), HappenedZH: form.Value("happened_zh"), RuleZH: form.Value("rule_zh"), OutcomeZH: form.Value("outcome_zh"),
		TitleEN: form.Value("title_en"), HappenedEN: form.Value("happened_en"), RuleEN: form.Value("rule_en"), OutcomeEN: form.Value("outcome_en")}}
}

// writeBrief looks at a new brief, or keeps it.
func (s *Server) writeBrief(c echo.Context) error {
	ref := c.Param("ref")
	return s.briefTyped(c, ref, func() (*briefFormData, error) { return s.briefForm(c, ref) }, func(ctx context.Context, by access.Actor, in brief.Input, _ int64, submit bool) (*brief.Brief, error) {
		return s.Briefs.Write(ctx, by, ref, in, submit)
	})
}

// editBriefPage is the form of a draft.
func (s *Server) editBriefPage(c echo.Context) error {
	p, err := s.draftForm(c)
	if err != nil {
		return err
	}
	if !p.mayEdit {
		return c.Redirect(http.StatusSeeOther, "/briefs/"+urlPath(c.Param("ref")))
	}
	return s.show(c, http.StatusOK, briefFormTemplate, p)
}

// draftForm is the form with what is kept of a draft in it.
func (s *Server) draftForm(c echo.Context) (*briefFormData, error) {
	d := s.deskOf(c)
	b, err := s.Briefs.Read(d.ctx, d.by, c.Param("ref"))
	if err != nil {
		return nil, err
	}
	p, err := s.briefForm(c, b.Case.Reference)
	if err != nil {
		return nil, err
	}
	p.Action, p.Back = "/briefs/"+urlPath(b.Reference)+"/edit", "/briefs/"+urlPath(b.Reference)
	p.Version, p.Note = b.Version, b.Note
	p.In = brief.Input{Month: b.Month.String(), FirmKind: b.FirmKind, Codes: b.Codes, Text: b.Text}
	p.mayEdit = b.Moves.Edit
	return p, nil
}

func (s *Server) editBrief(c echo.Context) error {
	d, ref := s.deskOf(c), c.Param("ref")
	b, err := s.Briefs.Read(d.ctx, d.by, ref)
	if err != nil {
		return err
	}
	return s.briefTyped(c, b.Case.Reference, func() (*briefFormData, error) { return s.draftForm(c) }, func(ctx context.Context, by access.Actor, in brief.Input, version int64, submit bool) (*brief.Brief, error) {
		return s.Briefs.Rewrite(ctx, by, ref, version, in, submit)
	})
}

// briefTyped shows what was typed as it would be told, with what was found in it at its fields, or keeps it.
func (s *Server) briefTyped(c echo.Context, caseRef string, build func() (*briefFormData, error), keep func(context.Context, access.Actor, brief.Input, int64, bool) (*brief.Brief, error)) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	d, in, deed := s.deskOf(c), briefInput(form), form.Value("deed")
	put := func(look *brief.Preview) func(any, *Form) any {
		return func(v any, f *Form) any {
			p := v.(*briefFormData)
			p.Form = f
			if look != nil {
				p.Warnings = d.briefWarnings(look.Hits)
				for _, lang := range locale.Langs {
					p.Looked = append(p.Looked, d.briefView(s.Reports.BriefIn(look.Brief, lang), lang))
				}
			}
			return p
		}
	}
	make := func() (any, error) { return build() }
	if deed == briefLook {
		look, err := s.Briefs.Look(d.ctx, d.by, caseRef, in)
		if err == nil {
			err = brief.Faults(look.Hits)
		}
		if err != nil {
			return s.again(c, err, form, "brief", briefFormTemplate, make, put(look))
		}
		p, err := build()
		if err != nil {
			return err
		}
		form.Name = "brief"
		return s.show(c, http.StatusOK, briefFormTemplate, put(look)(p, form))
	}
	b, err := keep(d.ctx, d.by, in, form.Version(), deed == briefSubmit)
	if err != nil {
		return s.again(c, err, form, "brief", briefFormTemplate, make, put(nil))
	}
	s.flash(c, "good", map[bool]string{true: "brief_page.submitted_flash", false: "brief_page.saved_flash"}[deed == briefSubmit])
	return c.Redirect(http.StatusSeeOther, "/briefs/"+urlPath(b.Reference))
}
