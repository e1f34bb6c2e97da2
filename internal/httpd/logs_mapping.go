package httpd

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/contactlog"
	"dunwatch/internal/logbook"
)

// rememberedMappings fills in what staff confirmed of tables like those sent.
func (s *Server) rememberedMappings(ctx context.Context, a *logAsk) error {
	for i, f := range a.files {
		if a.maps[i] != nil {
			continue
		}
		file := f.file(nil)
		p, err := contactlog.Peek(file.Name, file, file.Size, a.options(i))
		if err != nil || p.Understood {
			continue // reading it will say what is wrong
		}
		m, err := s.Logs.Known(ctx, p)
		if err != nil {
			return err
		}
		a.maps[i] = m
	}
	return nil
}

// proposeMapping remembers what somebody said of a carrier's table, but nothing
// of what visitors say who only check a log.
func (s *Server) proposeMapping(ctx context.Context, d desk, st *logStep, m *contactlog.Mapping, p contactlog.Preview) error {
	i := slices.Index(p.Numbers, m.HeaderRow)
	if st.Action == "/check-my-log" || i < 0 {
		return nil
	}
	return s.Logs.Propose(ctx, d.by, *m, p.Rows[i])
}

// logMappingsData is the list of tables whose columns are known.
type logMappingsData struct {
	Page
	Rows []logMappingRow
	May  bool // confirm and withdraw
}

type logMappingRow struct {
	Signature string
	Header    []string
	Columns   []Answer
	Chip      Chip
	At        time.Time
	By        string
	Confirm   bool
	Withdraw  bool
}

var mappingTones = map[string]string{logbook.Proposed: "wait", logbook.Confirmed: "good", logbook.Withdrawn: "closed"}

func (s *Server) logMappingsPage(c echo.Context) error {
	p, err := s.logMappingsData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "contacts/mappings", p)
}

func (s *Server) logMappingsData(c echo.Context) (*logMappingsData, error) {
	d := s.deskOf(c)
	list, err := s.Logs.Remembered(d.ctx, d.by)
	if err != nil {
		return nil, err
	}
	p := &logMappingsData{Page: s.base(c), May: s.maySettle(d)}
	for _, m := range list {
		r := logMappingRow{Signature: m.Signature, Header: m.Header, At: m.At, By: d.t("role." + m.Role), Chip: Chip{Tone: mappingTones[m.State], Text: d.t("contacts.mapping.state." + m.State)},
			Confirm: m.State != logbook.Confirmed, Withdraw: m.State == logbook.Confirmed}
		for _, f := range mapFields {
			col := m.Mapping.Columns[f]
			if col == 0 {
				continue
			}
			name := d.t("contacts.columns.column", col)
			if col <= len(m.Header) && strings.TrimSpace(m.Header[col-1]) != "" {
				name = m.Header[col-1]
			}
			r.Columns = append(r.Columns, Answer{Label: name, Lines: []string{d.t("contacts.columns.fields." + contactlog.FieldNames[f])}})
		}
		if m.Mapping.DurationUnit > 1 {
			r.Columns = append(r.Columns, Answer{Label: d.t("contacts.columns.unit"), Lines: []string{d.t("contacts.columns.units." + strconv.Itoa(m.Mapping.DurationUnit))}})
		}
		p.Rows = append(p.Rows, r)
	}
	return p, nil
}

func (s *Server) settleMapping(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	if err := s.Logs.Settle(c.Request().Context(), actorOf(c), form.Text("signature"), form.Text("state")); err != nil {
		return err
	}
	s.flash(c, "good", "contacts.mapping.settled")
	return c.Redirect(http.StatusSeeOther, "/log-mappings")
}
