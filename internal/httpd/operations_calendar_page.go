package httpd

import (
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/docket"
	"dunwatch/internal/fault"
)

// calendarsData is what the program knows of each jurisdiction's days, and how it came by it.
type calendarsData struct {
	Page
	Calendars []calendarView
	Codes     []Option
	Imports   []docket.Imported
}

type calendarView struct {
	Code, Name string
	Years      []calendarYear
}

type calendarYear struct {
	calendar.Year
	Chip    Chip
	Off     int    // working days of the week that are off
	Work    int    // weekend days that are worked
	Sources string // of the import, where no notice is built in
}

const calendarsTemplate = "operations/calendars"

func (s *Server) calendarsPage(c echo.Context) error {
	p, err := s.calendarsData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, calendarsTemplate, p)
}

func (s *Server) calendarsData(c echo.Context) (*calendarsData, error) {
	d, p := s.deskOf(c), &calendarsData{Page: s.base(c)}
	p.Crumbs = []Crumb{{Text: d.t("admin.title"), Href: "/admin"}}
	var err error
	if p.Imports, err = s.Docket.Imports(d.ctx, d.by); err != nil {
		return nil, err
	}
	for _, code := range sortedKeys(s.Calendars) {
		v := s.calendarView(d, code)
		for i := range v.Years {
			at := slices.IndexFunc(p.Imports, func(im docket.Imported) bool { return im.Calendar == code && im.Year == v.Years[i].Year.Year })
			if at >= 0 {
				v.Years[i].Sources = p.Imports[at].Source
			}
		}
		p.Calendars = append(p.Calendars, v)
		p.Codes = append(p.Codes, Option{Value: code, Label: v.Name})
	}
	return p, nil
}

func (s *Server) calendarView(d desk, code string) calendarView {
	cal := s.Calendars[code]
	v := calendarView{Code: code, Name: cal.Name().EN}
	if d.lang == "zh" {
		v.Name = cal.Name().ZH
	}
	years := cal.Years()
	for _, y := range []int{d.day.Year(), d.day.Year() + 1} { // what people count with now, known or not
		if !slices.ContainsFunc(years, func(k calendar.Year) bool { return k.Year == y }) {
			years = append(years, calendar.Year{Year: y})
		}
	}
	slices.SortFunc(years, func(a, b calendar.Year) int { return b.Year - a.Year })
	for _, y := range years {
		row := calendarYear{Year: y}
		row.Off, row.Work = calendarExceptions(cal, y.Year)
		switch {
		case !y.Announced:
			row.Chip = Chip{Tone: "wait", Text: d.t("calendar_page.provisional")}
		case !y.Verified:
			row.Chip = Chip{Tone: "active", Text: d.t("calendar_page.unverified")}
		default:
			row.Chip = Chip{Tone: "good", Text: d.t("calendar_page.announced")}
		}
		v.Years = append(v.Years, row)
	}
	return v
}

// calendarExceptions counts the days of a year on which the rule of the weekend does not hold.
func calendarExceptions(cal *calendar.Calendar, year int) (off, work int) {
	for d := calendar.DateOf(year, 1, 1); d.Year() == year; d = d.AddDays(1) {
		weekend := d.Weekday() == 0 || d.Weekday() == 6
		switch {
		case weekend && cal.IsWorkday(d):
			work++
		case !weekend && !cal.IsWorkday(d):
			off++
		}
	}
	return off, work
}

// importCalendar takes in the file of a year and goes to what it moved.
func (s *Server) importCalendar(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	again := func(err error) error {
		return s.again(c, err, form, "import", calendarsTemplate, func() (any, error) { return s.calendarsData(c) }, func(v any, f *Form) any {
			p := v.(*calendarsData)
			p.Form = f
			return p
		})
	}
	file, head, err := c.Request().FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return again(fault.Fields{{Name: "file", Key: "fault.file_missing"}}.Err())
	}
	if err != nil {
		return err
	}
	defer file.Close()
	source := form.Text("source")
	if source == "" {
		source = filepath.Base(head.Filename)
	}
	d := s.deskOf(c)
	res, err := s.Docket.ImportCalendar(d.ctx, d.by, form.Text("calendar"), source, file)
	if err != nil {
		return again(err)
	}
	if res.Known {
		s.flash(c, "wait", "calendar_page.known")
		return c.Redirect(http.StatusSeeOther, "/admin/calendars")
	}
	s.flash(c, "good", "calendar_page.imported", strconv.Itoa(res.Days), strconv.Itoa(len(res.Moved)))
	to := "/admin/calendars"
	imports, err := s.Docket.Imports(d.ctx, d.by)
	if err != nil {
		return err
	}
	if i := mostMoved(imports, res.Calendar); i >= 0 {
		to += "/imports/" + strconv.FormatInt(imports[i].ID, 10)
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// mostMoved is the place of the newest import of a calendar: of a file that spans years, the year that moved the most.
func mostMoved(list []docket.Imported, code string) int {
	best := -1
	for i, im := range list {
		if im.Calendar != code {
			continue
		}
		if best >= 0 && !im.At.Equal(list[best].At) {
			break
		}
		if best < 0 || im.Moved > list[best].Moved {
			best = i
		}
	}
	return best
}

// calendarImportData is what one imported year moved.
type calendarImportData struct {
	Page
	Import docket.Imported
	Name   string
	Rows   []calendarMove
}

type calendarMove struct {
	docket.Move
	Name string // of the clock
}

func (s *Server) calendarImportPage(c echo.Context) error {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	d, p := s.deskOf(c), calendarImportData{Page: s.base(c)}
	list, err := s.Docket.Imports(d.ctx, d.by)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(im docket.Imported) bool { return im.ID == id })
	if i < 0 {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	p.Import, p.Name = list[i], s.calendarView(d, list[i].Calendar).Name
	p.Crumbs = []Crumb{{Text: d.t("admin.title"), Href: "/admin"}, {Text: d.t("calendar_page.title"), Href: "/admin/calendars"}}
	moves, err := s.Docket.Moves(d.ctx, d.by, id)
	if err != nil {
		return err
	}
	for _, m := range moves {
		p.Rows = append(p.Rows, calendarMove{m, d.clockName(p.Import.Calendar, m.Clock)})
	}
	return s.show(c, http.StatusOK, "operations/calendar_import", p)
}

// clockName is a clock as the rulebook calls it, or its key where no pack of the calendar has it any more.
func (d desk) clockName(code, clock string) string {
	base := deadline.Base(clock)
	for _, p := range d.s.Book.Packs() {
		if l, ok := p.Limit(base); ok && p.Calendar == code {
			if round, err := strconv.Atoi(strings.TrimPrefix(clock, base+"#")); err == nil {
				return d.t("handling.round", d.text(l.Name), round)
			}
			return d.text(l.Name)
		}
	}
	return clock
}
