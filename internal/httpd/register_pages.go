package httpd

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/locale"
)

// registerRoutes are the public register of penalties, the question whether a collector is registered, and the page where
// a firm's manager hands in the list that answers it.
func (s *Server) registerRoutes() []Route {
	return []Route{
		open("GET", "/register", s.registerPage),
		open("GET", "/register.csv", s.registerCSV),
		open("GET", "/register.rss", s.registerRSS),
		open("GET", "/register/:number", s.registerEntryPage),
		open("GET", "/register/firms/:code", s.registerFirmPage),
		open("GET", "/statistics", s.publicMonthsPage),
		open("GET", "/statistics/:month", s.publicFiguresPage),
		open("GET", "/check-collector", s.credentialPage),
		open("POST", "/check-collector", s.checkCredential),
		open("POST", "/check-collector/complain", s.complainOfCollector),
		may(access.ManageFirmUsers, "GET", "/firm/roster", s.rosterPage),
		may(access.ManageFirmUsers, "POST", "/firm/roster", s.handInRoster),
	}
}

// registerItem is a published decision as a page shows it.
type registerItem struct {
	enforcement.RegisterEntry
	Href      string
	FirmHref  string
	Party     string   // the firm
	Persons   []string // masked
	Bases     []string
	Measures  []string
	Authority string
}

func (d desk) registerItem(e enforcement.RegisterEntry) registerItem {
	it := registerItem{RegisterEntry: e, Href: registerHref(e.Number), FirmHref: "/register/firms/" + urlPath(e.FirmCode), Authority: d.text(e.Authority)}
	if len(e.Parties) > 0 {
		it.Party, it.Persons = e.Parties[0], e.Parties[1:]
	}
	it.Bases, it.Measures = registerLines(d.text(e.Bases)), registerLines(d.text(e.Measures))
	return it
}

func registerLines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

func registerHref(number string) string {
	return "/register/" + urlPath(enforcement.ShortNumber(number))
}

// registerPageData is the list.
type registerPageData struct {
	Page
	Items []registerItem
	Years []Option
	Kinds []Option
	Pills []Pill
	Clear string
	Pager Pager
	CSV   string
	RSS   string
}

// registerFilter reads the address of the list, of the CSV and of the feed.
func (d desk) registerFilter(q Query) (enforcement.RegisterFilter, error) {
	a := ask{values: q.Values}
	f := enforcement.RegisterFilter{Firm: strings.ToUpper(a.text("firm")), Q: a.text("q"), Pack: a.text("pack"), Year: a.number("year", 2999),
		Kind: a.oneOf("kind", d.measureKinds()...), Cursor: a.text("cursor"), Limit: a.number("limit", 100)}
	return f, a.err()
}

func (d desk) measureKinds() (ids []string) {
	for _, p := range d.s.Book.Packs() {
		for _, k := range p.PenaltyKinds() {
			ids = append(ids, k.ID)
		}
	}
	return ids
}

func (s *Server) registerPage(c echo.Context) error {
	return s.cached(c, htmlType, func() (registerAnswer, error) {
		d, p := s.deskOf(c), &registerPageData{Page: s.base(c)}
		f, err := d.registerFilter(p.Query)
		if err != nil {
			return registerAnswer{}, err
		}
		page, err := s.Penalties.Register(d.ctx, f)
		if err != nil {
			return registerAnswer{}, err
		}
		for _, e := range page.Items {
			p.Items = append(p.Items, d.registerItem(e))
		}
		p.choices(d)
		p.Pills = d.pills(p.Query, []string{"q", "firm", "year", "kind"}, d.registerValue)
		p.Clear, p.Pager = p.Query.Only("lang"), d.pager(p.Query, len(p.Items), page.NextCursor)
		feed := Query{Values: p.Query.copy()}
		for _, name := range []string{"cursor", "back", "lang", "limit"} {
			feed.Values.Del(name)
		}
		feed.Values.Set("lang", string(d.lang)) // who opens the file later has no cookie of this browser
		feed.Path = "/register.csv"
		p.CSV = feed.String()
		feed.Path = "/register.rss"
		p.RSS = feed.String()
		return s.rendered(c, "register/list", p)
	})
}

// choices are the filters that can be picked.
func (p *registerPageData) choices(d desk) {
	const first = 2021 // the penalty law as it stands is of that year
	for y := d.day.Year(); y >= first; y-- {
		n := strconv.Itoa(y)
		p.Years = append(p.Years, Option{Value: n, Label: d.t("register.year", n)})
	}
	for _, k := range d.pack("").PenaltyKinds() {
		p.Kinds = append(p.Kinds, Option{Value: k.ID, Label: d.text(k.Name)})
	}
}

func (d desk) registerValue(name, v string) string {
	switch name {
	case "firm":
		if f, err := d.s.Firms.ByCode(d.ctx, v); err == nil && !f.Provisional {
			return f.Name
		}
	case "kind":
		for _, p := range d.s.Book.Packs() {
			if k, ok := p.PenaltyKind(v); ok {
				return d.text(k.Name)
			}
		}
	case "year":
		return d.t("register.year", v)
	}
	return v
}

// registerEntryData is one decision with what happened to its publication.
type registerEntryData struct {
	Page
	Item   registerItem
	Facts  []Answer
	Events []registerEventRow
	State  string // "", withdrawn or expired
}

type registerEventRow struct {
	enforcement.RegisterEvent
	Label string
}

func (s *Server) registerEntryPage(c echo.Context) error {
	return s.cached(c, htmlType, func() (registerAnswer, error) {
		d, p := s.deskOf(c), &registerEntryData{Page: s.base(c)}
		e, err := s.Penalties.RegisterEntry(d.ctx, c.Param("number"))
		if err != nil {
			return registerAnswer{}, err
		}
		p.Crumbs = []Crumb{{Text: d.t("register.title"), Href: "/register"}}
		p.Item = d.registerItem(*e)
		switch {
		case !e.WithdrawnOn.IsZero():
			p.State = "withdrawn"
		case e.Gone:
			p.State = "expired"
		}
		p.facts(d)
		for _, v := range e.Events {
			p.Events = append(p.Events, registerEventRow{v, d.t("register.event." + v.Kind)})
		}
		a, err := s.rendered(c, "register/entry", p)
		if e.Gone { // the link lives on and says why; who keeps lists of pages should let go of it
			a.status = http.StatusGone
		}
		return a, err
	})
}

func (p *registerEntryData) facts(d desk) {
	it := p.Item
	row := func(key string, lines ...string) {
		lines = slices.DeleteFunc(lines, func(l string) bool { return l == "" })
		if len(lines) > 0 {
			p.Facts = append(p.Facts, Answer{Label: d.t("register.col." + key), Lines: lines})
		}
	}
	row("number", it.Number)
	row("party", it.Parties...)
	row("facts", it.RegisterEntry.Facts)
	row("basis", it.Bases...)
	row("decision", it.Measures...)
	row("authority", it.Authority)
	row("decided_on", d.dayText(it.DecidedOn))
	row("published_on", d.dayText(it.PublishedOn))
	row("expires_on", d.dayText(it.ExpiresOn))
}

// dayText is a day in words, "" for none.
func (d desk) dayText(on calendar.Date) string {
	if on.IsZero() {
		return ""
	}
	return locale.Date(d.lang, on)
}

// registerFirmData is what the register says of a firm that has an entry. Who collects for whom is not browsed here: the
// credential lookup answers that for one collector.
type registerFirmData struct {
	Page
	Firm  firm.Firm
	Kind  string // in words
	Items []registerItem
	Years []registerYear
	Pager Pager
}

type registerYear struct {
	Year, N int
	Href    string
}

func (s *Server) registerFirmPage(c echo.Context) error {
	return s.cached(c, htmlType, func() (registerAnswer, error) {
		d := s.deskOf(c)
		f, err := s.Firms.ByCode(d.ctx, c.Param("code"))
		if err != nil {
			return registerAnswer{}, err
		}
		if f.MergedInto != "" {
			return registerAnswer{location: "/register/firms/" + urlPath(f.MergedInto)}, nil
		}
		if f.Provisional { // nobody has looked at its name yet
			return registerAnswer{}, fault.New(fault.NotFound, "fault.not_found")
		}
		p := &registerFirmData{Page: s.base(c), Firm: *f, Kind: d.t("ui.party." + string(f.Kind))}
		p.Crumbs = []Crumb{{Text: d.t("register.title"), Href: "/register"}}
		if err := p.fill(d); err != nil {
			return registerAnswer{}, err
		}
		return s.rendered(c, "register/firm", p)
	})
}

func (p *registerFirmData) fill(d desk) error {
	a := ask{values: p.Query.Values}
	filter := enforcement.RegisterFilter{Firm: p.Firm.Code, Limit: 100, Cursor: a.text("cursor")}
	page, err := d.s.Penalties.Register(d.ctx, filter)
	if err != nil {
		return err
	}
	if len(page.Items) == 0 && filter.Cursor == "" { // the register is no list of firms
		return fault.New(fault.NotFound, "fault.not_found")
	}
	for _, e := range page.Items {
		p.Items = append(p.Items, d.registerItem(e))
		if y := e.PublishedOn.Year(); len(p.Years) == 0 || p.Years[len(p.Years)-1].Year != y {
			p.Years = append(p.Years, registerYear{Year: y, Href: Query{Path: "/register"}.With("firm", p.Firm.Code, "year", strconv.Itoa(y))})
		}
		p.Years[len(p.Years)-1].N++
	}
	p.Pager = d.pager(p.Query, len(p.Items), page.NextCursor)
	if page.NextCursor != "" || filter.Cursor != "" {
		p.Years = nil // a part of them would be a wrong count
	}
	return nil
}
