package httpd

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

const rosterTemplate = "credential/roster"

// rosterData is where a firm's manager hands in the list of collectors, with the lists before and the firms on either
// side of its collection.
type rosterData struct {
	Page
	Firm     firm.Firm
	Lists    []firm.Roster
	Partners []firm.Firm
	Links    string // heading of Partners
	State    Chip
	Days     int
}

func (s *Server) rosterPage(c echo.Context) error {
	p, err := s.rosterData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, rosterTemplate, p)
}

func (s *Server) rosterData(c echo.Context) (*rosterData, error) {
	d, p := s.deskOf(c), &rosterData{Page: s.base(c), Days: firm.RosterDays}
	p.Query = Query{Path: "/firm/roster"}
	var firms map[int64]firm.Firm
	err := s.DB.Read(d.ctx, func(tx *store.Tx) (err error) {
		firms, err = s.Firms.ByIDs(d.ctx, tx, []int64{d.by.FirmID})
		return err
	})
	if err != nil {
		return nil, err
	}
	f, ok := firms[d.by.FirmID]
	if !ok {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	p.Firm, p.Links = f, d.t("register.partners."+string(f.Kind))
	if p.Lists, err = s.Rosters.List(d.ctx, d.by); err != nil {
		return nil, err
	}
	switch {
	case len(p.Lists) == 0:
		p.State = Chip{Tone: "wait", Text: d.t("credential.roster.none")}
	case d.day.After(p.Lists[0].LastOn):
		p.State = Chip{Tone: "danger", Text: d.t("credential.roster.old")}
	default:
		p.State = Chip{Tone: "good", Text: d.t("credential.roster.speaks", locale.Date(d.lang, p.Lists[0].LastOn))}
	}
	p.Partners, err = d.partners(f)
	return p, err
}

func (s *Server) handInRoster(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	again := func(err error) error {
		return s.again(c, err, form, "", rosterTemplate, func() (any, error) { return s.rosterData(c) }, func(v any, f *Form) any {
			p := v.(*rosterData)
			p.Form = f
			return p
		})
	}
	file, err := postedTable(c)
	if fault.Is(err, fault.Invalid) {
		return again(err)
	}
	if err != nil {
		return err
	}
	defer file.Close()
	d := s.deskOf(c)
	res, err := s.Rosters.ImportCSV(d.ctx, d.by, file)
	if err == nil {
		err = res.Wrong(d.t)
	}
	if err != nil {
		return again(err)
	}
	key, n := "credential.roster.taken", 0
	for _, t := range res.Taken {
		n += t.Collectors
		if t.Same {
			key = "credential.roster.same"
		}
	}
	s.flash(c, "good", key, strconv.Itoa(n))
	return c.Redirect(http.StatusSeeOther, "/firm/roster")
}

// partners are the firms linked with one today.
func (d desk) partners(f firm.Firm) ([]firm.Firm, error) {
	links, err := d.s.Firms.Links(d.ctx, f.Code)
	if err != nil {
		return nil, err
	}
	var out []firm.Firm
	for _, l := range links {
		if d.day.Before(l.From) || !l.To.IsZero() && d.day.After(l.To) {
			continue
		}
		other := l.Agency
		if other.ID == f.ID {
			other = l.Lender
		}
		if !other.Provisional && !slices.ContainsFunc(out, func(o firm.Firm) bool { return o.ID == other.ID }) {
			out = append(out, other)
		}
	}
	slices.SortFunc(out, func(a, b firm.Firm) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}
