// Package httpd is the only place that speaks HTTP: routes, sessions, pages and
// the JSON API.
//
// # How to add a page
//
//  1. Write web/templates/<capability>/<page>.html. It names its layout in the
//     first line and defines two blocks:
//
//     {{template "layout-desk" .}}
//     {{define "title"}}{{t "queue.title"}}{{end}}
//     {{define "main"}}{{template "page-head" (dict "title" (t "queue.title"))}} … {{end}}
//
//     Layouts: layout-public (one column, roomy), layout-desk (rail, dense),
//     layout-sheet (to print). The title never holds personal data; the layout
//     adds "错误：" when a form was rejected, and the brand.
//
//  2. Give it a struct beside its handler that embeds Page, and fill it before
//     rendering: render(w, lang, "<capability>/<page>", data).
//
//  3. Put its words in web/locales/zh/<capability>.yaml and en/<capability>.yaml.
//
// A partial used by several pages of a capability is <capability>/_row.html,
// called as {{template "<capability>/row" .}}. Partials of everybody are
// components/<name>.html, called by name; the comment at the top of each says
// what it takes. The program does not start when a template names a partial, a
// literal message or a dict argument that does not exist.
//
// # Forms
//
// A handler that refuses a form keeps it and shows the page again:
//
//	form := NewForm(c.Request().PostForm)
//	…
//	if err := form.Reject(err); err != nil { return err } // nil: can be shown
//	page.Form = form                                      // status 422
//
// The template asks for one input a line; label, hint and "why we ask" are the
// messages key.label (or key), key.hint and key.why:
//
//	{{template "field-text" (field .Form "phone" "complaint.phone" "inputmode" "numeric" "autocomplete" "tel")}}
//	{{template "field-area" (field .Form "narrative" "complaint.narrative" "rows" 8 "max" 3000)}}
//	{{template "field-select" (field .Form "unit" "screen.unit" "options" .Units "value" .Unit)}}
//	{{template "field-choices" (field .Form "channels" "complaint.channels" "options" (options "channel" .Channels) "multiple" true)}}
//	{{template "field-date" (field .Form "occurred_from" "complaint.occurred_from" "value" .From)}}
//	{{template "field-file" (field .Form "file" "complaint.file" "multiple" true "limit" (bytes .MaxBytes))}}
//	{{template "field-check" (field .Form "declaration" "complaint.declaration")}}
//
// Settings: value, options ([]Option), type, inputmode, autocomplete, width
// ("short", "medium"), rows, max, accept, limit, optional, multiple, heading
// (the label is the page's h1), inline, and label and hint to override the
// messages. The layout shows the error summary by itself. A page with several
// forms sets Form.Name before showing one again, and writes
// {{$f := .Form.For "assign"}} … (field $f "officer" …).
//
// # Functions
//
//	t KEY ARGS…        message; {0|one|other} inside it makes plurals; a []any spreads
//	has KEY            whether there is such a message
//	date D  datetime T  iso T  month Y M    calendar.Date, time.Time in the regulator's zone
//	money FEN  moneyShort FEN  number N  percent RATIO  bytes N
//	asset NAME         address of a static file
//	id TEXT            safe HTML id        dict K V …   list V …
//	field, options     see above           problems FORM   lines of the error summary
//	chip TONE KEY ARGS…                    lang  tag  other   this language, its tag, the other one
//
// Lists build their links from Page.Query: With, Drop, Only, Sort, Hidden.
//
// No style attribute, no inline script and no event attribute anywhere: the
// content security policy refuses them.
package httpd
