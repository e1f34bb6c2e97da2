package httpd

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
)

// rightsPageData is the guide to what collectors may not do.
type rightsPageData struct {
	Page
	Groups   []rightsGroup
	Hotlines []hotline
	AsOf     calendar.Date // the day up to which the law was read
}

// rightsGroup is one heading with the conduct under it.
type rightsGroup struct {
	ID, Name, Note string
	Conduct        []conduct
}

// conduct is what a collector may not do, with the rules behind it.
type conduct struct {
	Code string
	Text string
	Law  bool // hard law stands behind it, not a standard alone
	Base []rightsBasis
}

// rightsBasis is one rule in plain words.
type rightsBasis struct {
	Says     string
	Citation string // with its mark where nobody has verified it
	Law      bool   // else it is a standard or a guide: an indicator
}

func (s *Server) rightsPage(c echo.Context) error {
	p, err := s.publicPack()
	if err != nil {
		return err
	}
	d := rightsPageData{Page: s.base(c), Groups: rightsOf(p, s.today(), langOf(c)), Hotlines: hotlinesOf(p, langOf(c)), AsOf: p.AsOf}
	return s.show(c, http.StatusOK, "public/rights", d)
}

// rightsOf lists the conduct that the public form asks about, under the rules in
// force on a day. Where the law is silent nothing is claimed.
func rightsOf(p *rulebook.Pack, on calendar.Date, lang locale.Lang) []rightsGroup {
	l := string(lang)
	var out []rightsGroup
	for _, g := range p.PublicChoices() {
		group := rightsGroup{ID: g.ID, Name: g.Name.In(l), Note: g.Note.In(l)}
		for _, choice := range g.Choices {
			v, ok := p.Violation(choice.Code)
			if !ok {
				continue
			}
			if c := conductOf(v, choice, on, l); len(c.Base) > 0 {
				group.Conduct = append(group.Conduct, c)
			}
		}
		if len(group.Conduct) > 0 {
			out = append(out, group)
		}
	}
	return out
}

func conductOf(v rulebook.Violation, choice rulebook.Choice, on calendar.Date, lang string) conduct {
	c := conduct{Code: v.Code, Text: choice.Question.In(lang)}
	for _, b := range v.Bases(on) {
		law := b.Strength.Hard()
		c.Law = c.Law || law
		c.Base = append(c.Base, rightsBasis{Says: b.Says.In(lang), Citation: b.Citation().In(lang), Law: law})
	}
	return c
}
