package letter

import (
	"strings"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
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
}

// text is the body with the signature.
func (s *Sheet) text() string {
	end := []string{s.Body, "", s.Office}
	if !s.On.IsZero() {
		end = append(end, locale.Date(s.Lang, s.On))
	}
	return strings.Join(end, "\n")
}
