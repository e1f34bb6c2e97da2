package httpd

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
)

// homePageData is the public front.
type homePageData struct {
	Page
	Hotlines []hotline
}

// hotline is a number that people can ring, in one language.
type hotline struct {
	Number, Name, Hours string
	Emergency           bool
	Verified            bool
}

func (s *Server) homePage(c echo.Context) error {
	p, err := s.publicPack()
	if err != nil {
		return err
	}
	d := homePageData{Page: s.base(c), Hotlines: hotlinesOf(p, langOf(c))}
	return s.show(c, http.StatusOK, "public/home", d)
}

// publicPack is the law under which the public files here.
func (s *Server) publicPack() (*rulebook.Pack, error) {
	p, ok := s.Book.Pack(s.cfg.Pack)
	if !ok {
		return nil, fmt.Errorf("no rulebook pack %q", s.cfg.Pack)
	}
	return p, nil
}

// today is the day in the regulator's zone.
func (s *Server) today() calendar.Date { return calendar.OfTime(s.DB.Now().In(s.cfg.Zone)) }

func hotlinesOf(p *rulebook.Pack, lang locale.Lang) []hotline {
	var out []hotline
	for _, h := range p.Hotlines {
		out = append(out, hotline{h.Number, h.Name.In(string(lang)), h.Hours.In(string(lang)), h.Emergency, h.Verified})
	}
	return out
}

// privacyPageData is the notice that the personal information law asks for.
type privacyPageData struct {
	Page
	Office    string
	Years     int // how long files are kept
	Basis     string
	Caveat    string // set while the limit's source is not confirmed
	DraftDays int
}

func (s *Server) privacyPage(c echo.Context) error {
	p, err := s.publicPack()
	if err != nil {
		return err
	}
	lang := string(langOf(c))
	d := privacyPageData{Page: s.base(c), Office: p.Office.In(lang), DraftDays: draftDays}
	if l, ok := p.Limit("complaint.retention"); ok {
		d.Years, d.Basis = l.N, l.Article.In(lang)
		if mark, ok := l.Caveat(); ok && l.Marked() {
			d.Caveat = mark.In(lang)
		}
	}
	return s.show(c, http.StatusOK, "public/privacy", d)
}

func (s *Server) accessibilityPage(c echo.Context) error {
	return s.show(c, http.StatusOK, "public/accessibility", struct{ Page }{s.base(c)})
}
