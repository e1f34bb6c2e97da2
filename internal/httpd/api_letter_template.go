package httpd

import (
	"context"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
)

// templateView is one version of a template.
type templateView struct {
	Kind          string `json:"kind"`
	Language      string `json:"language"`
	Version       int64  `json:"version" doc:"0 is the built-in text."`
	Title         string `json:"title"`
	Body          string `json:"body"`
	SecondReading bool   `json:"second_reading"`
	Note          string `json:"note,omitempty"`
	At            string `json:"at,omitempty" format:"date-time"`
}

func templateViewOf(t letter.Template) templateView {
	return templateView{t.Kind, string(t.Lang), t.Number, t.Title, t.Body, t.SecondReading, t.Note, stamp(t.At)}
}

func (s *Server) apiTemplates(ctx context.Context, by access.Actor, _ *struct{}) (*answer[itemsView[templateView]], error) {
	list, err := s.Letters.Templates(ctx, by)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[templateView]{viewsOf(list, templateViewOf)}), nil
}

// TemplatePath names a template.
type TemplatePath struct {
	Kind     string `path:"kind" maxLength:"40"`
	Language string `path:"language" maxLength:"5"`
}

func (p TemplatePath) lang() (locale.Lang, error) {
	if l, ok := locale.Parse(p.Language); ok {
		return l, nil
	}
	return "", fault.New(fault.NotFound, "letter.error.no_kind")
}

// templateFile is a template with what a change needs to know.
type templateFile struct {
	templateView
	Fields   []string       `json:"fields" doc:"What the text can name in braces."`
	Versions []templateView `json:"versions" doc:"Newest first, the built-in text last."`
}

func (s *Server) apiTemplate(ctx context.Context, by access.Actor, in *TemplatePath) (*answer[templateFile], error) {
	lang, err := in.lang()
	if err != nil {
		return nil, err
	}
	now, all, err := s.Letters.Template(ctx, by, in.Kind, lang)
	if err != nil {
		return nil, err
	}
	return reply(templateFile{templateViewOf(*now), letter.Fields(in.Kind), viewsOf(all, templateViewOf)}), nil
}

type changeTemplateInput struct {
	TemplatePath
	Body struct {
		Title         string `json:"title" required:"true"`
		Body          string `json:"body" required:"true"`
		SecondReading bool   `json:"second_reading"`
		Note          string `json:"note" doc:"Why; required to save."`
		Version       int64  `json:"version" doc:"Of the text that was changed."`
	}
}

func (in *changeTemplateInput) change() letter.Change {
	return letter.Change{Title: in.Body.Title, Body: in.Body.Body, SecondReading: in.Body.SecondReading, Note: in.Body.Note}
}

func (s *Server) apiChangeTemplate(ctx context.Context, by access.Actor, in *changeTemplateInput) (*answer[templateView], error) {
	lang, err := in.lang()
	if err != nil {
		return nil, err
	}
	t, err := s.Letters.ChangeTemplate(ctx, by, in.Kind, lang, in.Body.Version, in.change())
	if err != nil {
		return nil, err
	}
	return reply(templateViewOf(*t)), nil
}

// previewView is a letter that nobody wrote.
type previewView struct {
	Number string `json:"number"`
	Title  string `json:"title"`
	Text   string `json:"text"`
	Office string `json:"office"`
	On     string `json:"on" format:"date"`
}

func (s *Server) apiPreviewTemplate(ctx context.Context, by access.Actor, in *changeTemplateInput) (*answer[previewView], error) {
	lang, err := in.lang()
	if err != nil {
		return nil, err
	}
	sheet, err := s.Letters.PreviewTemplate(ctx, by, in.Kind, lang, in.change())
	if err != nil {
		return nil, err
	}
	return reply(previewView{sheet.Number, sheet.Title, sheet.Body, sheet.Office, sheet.On.String()}), nil
}

type restoreTemplateInput struct {
	TemplatePath
	Body struct {
		Note    string `json:"note" required:"true"`
		Version int64  `json:"version" required:"true"`
	}
}

func (s *Server) apiRestoreTemplate(ctx context.Context, by access.Actor, in *restoreTemplateInput) (*answer[templateView], error) {
	lang, err := in.lang()
	if err != nil {
		return nil, err
	}
	t, err := s.Letters.RestoreTemplate(ctx, by, in.Kind, lang, in.Body.Version, in.Body.Note)
	if err != nil {
		return nil, err
	}
	return reply(templateViewOf(*t)), nil
}
