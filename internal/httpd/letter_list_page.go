package httpd

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
)

// lettersPageData is the list of letters: those to read, those that went out, those that did not arrive.
type lettersPageData struct {
	Page
	Show  string
	Tabs  []Tab
	Rows  []letterListRow
	Pager Pager

	Empty, EmptyText string // said where there is none
}

type letterListRow struct {
	handlingLetter
	Reference string // of the complaint
	Written   calendar.Date
}

// The tabs, as the address names them.
const (
	lettersToRead = "read"
	lettersIssued = "issued"
	lettersLost   = "lost"
)

func (s *Server) lettersPage(c echo.Context) error {
	d, p := s.deskOf(c), lettersPageData{Page: s.base(c)}
	a := ask{values: p.Query.Values}
	p.Show = a.oneOf("show", lettersToRead, lettersIssued, lettersLost)
	if err := a.err(); err != nil {
		return err
	}
	reads := s.Policy.Widest(d.by.Role, access.ReleaseLetter) != access.None
	q := a.text("q")
	if p.Show == "" {
		p.Show = lettersIssued
		if reads && q == "" {
			p.Show = lettersToRead
		}
	}
	var drafts []complaint.WaitingLetter
	var err error
	if reads {
		if drafts, err = s.Complaints.LettersToRead(d.ctx, d.by); err != nil {
			return err
		}
	}
	list, err := s.Complaints.IssuedLetters(d.ctx, d.by, complaint.LetterFilter{Undelivered: p.Show == lettersLost, Q: q, Cursor: p.Query.Get("cursor")})
	if err != nil {
		return err
	}
	shown := list.Items
	if p.Show == lettersToRead {
		shown, list.NextCursor = drafts, ""
	}
	for _, l := range shown {
		p.Rows = append(p.Rows, letterListRow{d.handlingLetter(l.Letter), l.Reference, calendar.OfTime(l.WrittenAt.In(s.cfg.Zone))})
	}
	p.Empty, p.EmptyText = d.t("letter_page.empty."+p.Show), d.t("letter_page.empty_text."+p.Show)
	p.Pager = d.pager(p.Query, len(p.Rows), list.NextCursor)
	if reads {
		p.Tabs = append(p.Tabs, Tab{Label: d.t("letter_page.tab.read"), Href: "/letters?show=read", Count: len(drafts), Counted: true, Current: p.Show == lettersToRead})
	}
	p.Tabs = append(p.Tabs,
		Tab{Label: d.t("letter_page.tab.issued"), Href: "/letters?show=issued", Current: p.Show == lettersIssued},
		Tab{Label: d.t("letter_page.tab.lost"), Href: "/letters?show=lost", Count: list.Undelivered, Counted: true, Current: p.Show == lettersLost})
	return s.show(c, http.StatusOK, "letter/list", p)
}
