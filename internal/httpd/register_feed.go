package httpd

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/calendar"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/report"
)

// registerColumns are those of the CSV, each a key of the register's locale.
var registerColumns = []string{"number", "firm", "party", "facts", "basis", "decision", "amount", "authority", "decided_on", "published_on", "expires_on",
	"corrected_on", "link"}

// maxRegisterRows bounds the CSV; longer registers are taken year by year.
const maxRegisterRows = 10_000

// registerCSV is the whole list that a filter finds, with a byte order mark, without which spreadsheets misread Chinese.
func (s *Server) registerCSV(c echo.Context) error {
	d := s.deskOf(c)
	f, err := d.registerFilter(QueryOf(c.Request().URL))
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="register.csv"`)
	return s.cached(c, "text/csv; charset=utf-8", func() (registerAnswer, error) {
		var buf bytes.Buffer
		buf.WriteString("\ufeff")
		w := csv.NewWriter(&buf)
		head := make([]string, len(registerColumns))
		for i, col := range registerColumns {
			head[i] = d.t("register.col." + col)
		}
		if err := w.Write(head); err != nil {
			return registerAnswer{}, err
		}
		f.Cursor, f.Limit = "", 100
		for n := 0; n < maxRegisterRows; {
			page, err := s.Penalties.Register(d.ctx, f)
			if err != nil {
				return registerAnswer{}, err
			}
			for _, e := range page.Items {
				if err := w.Write(d.registerCells(e, s.siteURL(c))); err != nil {
					return registerAnswer{}, err
				}
			}
			if n += len(page.Items); page.NextCursor == "" {
				break
			}
			f.Cursor = page.NextCursor
		}
		w.Flush()
		return registerAnswer{body: buf.Bytes()}, w.Error()
	})
}

func (d desk) registerCells(e enforcement.RegisterEntry, site string) []string {
	it := d.registerItem(e)
	line := []string{it.Number, it.FirmCode, strings.Join(it.Parties, "; "), it.RegisterEntry.Facts, strings.Join(it.Bases, "; "), strings.Join(it.Measures, "; "),
		strconv.FormatFloat(float64(it.AmountFen)/100, 'f', 2, 64), it.Authority, isoDay(it.DecidedOn), isoDay(it.PublishedOn), isoDay(it.ExpiresOn),
		isoDay(it.CorrectedOn), site + it.Href}
	for i := range line {
		line[i] = report.SafeCell(line[i])
	}
	return line
}

func isoDay(on calendar.Date) string {
	if on.IsZero() {
		return ""
	}
	return on.String()
}

// siteURL is where the site stands, without a slash at its end.
func (s *Server) siteURL(c echo.Context) string {
	if s.cfg.PublicURL != "" {
		return strings.TrimSuffix(s.cfg.PublicURL, "/")
	}
	return c.Scheme() + "://" + c.Request().Host
}

// registerFeed is RSS 2.0.
type registerFeed struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Channel struct {
		Title       string         `xml:"title"`
		Link        string         `xml:"link"`
		Description string         `xml:"description"`
		Language    string         `xml:"language"`
		Items       []registerNews `xml:"item"`
	} `xml:"channel"`
}

type registerNews struct {
	Title       string `xml:"title"`
	Link        string `xml:"link"`
	GUID        string `xml:"guid"`
	PubDate     string `xml:"pubDate"`
	Description string `xml:"description"`
}

func (s *Server) registerRSS(c echo.Context) error {
	return s.cached(c, "application/rss+xml; charset=utf-8", func() (registerAnswer, error) {
		d, site := s.deskOf(c), s.siteURL(c)
		f, err := d.registerFilter(QueryOf(c.Request().URL))
		if err != nil {
			return registerAnswer{}, err
		}
		page, err := s.Penalties.Register(d.ctx, f)
		if err != nil {
			return registerAnswer{}, err
		}
		feed := registerFeed{Version: "2.0"}
		ch := &feed.Channel
		ch.Title, ch.Link, ch.Description, ch.Language = d.t("register.title"), site+"/register", d.t("register.lead"), d.lang.Tag()
		for _, e := range page.Items {
			it := d.registerItem(e)
			ch.Items = append(ch.Items, registerNews{
				Title: it.Number + " " + strings.Join(it.Parties, "; "), Link: site + it.Href, GUID: site + it.Href,
				PubDate:     time.Date(it.PublishedOn.Year(), it.PublishedOn.Month(), it.PublishedOn.Day(), 0, 0, 0, 0, s.cfg.Zone).Format(time.RFC1123Z),
				Description: strings.Join(append([]string{it.RegisterEntry.Facts}, it.Measures...), "\n"),
			})
		}
		body, err := xml.MarshalIndent(feed, "", " ")
		return registerAnswer{body: append([]byte(xml.Header), body...)}, err
	})
}
