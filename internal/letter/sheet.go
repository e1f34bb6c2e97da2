package letter

import (
	"fmt"
	"io"
	"strings"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/paper"
)

// Sheet is a letter ready for paper.
type Sheet struct {
	Lang          locale.Lang
	Number, Title string
	Body          string // paragraphs, one a line; empty lines part them
	Office        string // who signs
	On            calendar.Date
	At            time.Time // when it was issued
	Draft         bool      // the paper says that it was not issued
	// Signed: the body ends with its own signature and date, and its lines that begin with "# " are headings.
	Signed bool
}

// text is the body with the signature.
func (s *Sheet) text() string {
	end := []string{s.Body, "", s.Office}
	if !s.On.IsZero() {
		end = append(end, locale.Date(s.Lang, s.On))
	}
	return strings.Join(end, "\n")
}

// PDF writes a letter on A4: title and number in the middle, the text, the signature at the right, page numbers. The same
// sheet gives the same bytes. missing lists the characters that no font has; the paper shows a box for each and names
// them in a note.
func (s *Service) PDF(w io.Writer, sheet Sheet) (missing []rune, err error) {
	lang := sheet.Lang
	m := paper.Meta{
		Title: sheet.Title, Author: sheet.Office, At: sheet.At,
		Page:    func(n, of int) string { return s.words.T(lang, "letter.page", n, of) },
		Missing: func(codes string) string { return s.words.T(lang, "letter.missing", codes) },
	}
	if sheet.Draft {
		m.Mark = s.words.T(lang, "letter.draft_mark")
	}
	d := paper.New(s.fonts, m)
	d.Letterhead(sheet.Office)
	d.Title(sheet.Title)
	if sheet.Number != "" {
		d.Under(sheet.Number)
	} else {
		d.Space(6)
	}
	for i, p := range strings.Split(sheet.Body, "\n") {
		head, isHead := strings.CutPrefix(p, "# ")
		switch {
		case isHead && sheet.Signed:
			d.Heading(head)
		case p == "":
			d.Space(3)
		case lang == locale.EN:
			d.Paragraph(p, false)
		default:
			d.Paragraph(p, i > 0) // whom it is for stands at the edge
		}
	}
	if !sheet.Signed {
		end := []string{sheet.Office}
		if !sheet.On.IsZero() {
			end = append(end, locale.Date(lang, sheet.On))
		}
		d.Signature(end...)
	}
	if missing, err = d.Write(w); err != nil {
		return nil, fmt.Errorf("print letter: %w", err)
	}
	return missing, nil
}
