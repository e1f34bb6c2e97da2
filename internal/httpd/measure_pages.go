package httpd

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/enforcement"
)

// measureRoutes are the pages of measures short of a penalty: the desk's and the firm's.
func (s *Server) measureRoutes() []Route {
	return []Route{
		may(access.ReadPenalty, "GET", "/measures", s.measuresPage),
		may(access.ReadPenalty, "GET", "/measures/:ref", s.measurePage),
		may(access.ReadPenalty, "GET", "/measures/:ref/document", s.deskMeasurePaper),
		may(access.ReadPenalty, "GET", "/measures/:ref/document/pdf", s.measurePDF),
		may(access.OrderMeasure, "GET", "/cases/:ref/measures/new", s.measureOrderPage),
		may(access.OrderMeasure, "POST", "/cases/:ref/measures", s.orderMeasure),
		may(access.OrderMeasure, "POST", "/measures/:ref/prove", s.enterProof),
		may(access.OrderMeasure, "POST", "/measures/:ref/check", s.checkMeasure),
		may(access.OrderMeasure, "POST", "/measures/:ref/referral", s.referMeasure),

		may(access.AnswerPenalty, "GET", "/firm/measures", s.firmMeasuresPage),
		may(access.AnswerPenalty, "GET", "/firm/measures/:ref", s.firmMeasurePage),
		may(access.AnswerPenalty, "POST", "/firm/measures/:ref/prove", s.firmProves),
		may(access.AnswerPenalty, "GET", "/firm/measures/:ref/files/:number", s.firmProofFile),
		may(access.AnswerPenalty, "GET", "/firm/measures/:ref/document", s.firmMeasurePaper),
		may(access.AnswerPenalty, "GET", "/firm/measures/:ref/document/pdf", s.measurePDF),
	}
}

func measureHref(ref string) string     { return "/measures/" + urlPath(ref) }
func firmMeasureHref(ref string) string { return "/firm/measures/" + urlPath(ref) }

// measureTones are the tones of statuses.
var measureTones = map[enforcement.MeasureStatus]string{
	enforcement.MeasureOrdered: "active", enforcement.MeasureProved: "wait", enforcement.MeasureCorrected: "good", enforcement.MeasureNotCorrected: "danger",
	enforcement.MeasureHanded: "wait", enforcement.MeasureEnded: "closed",
}

func (d desk) measureChip(m *enforcement.FirmMeasure) Chip {
	key := string(m.Status)
	if m.Status == enforcement.MeasureNotCorrected && m.Open() {
		key = "again"
	}
	return Chip{Tone: measureTones[m.Status], Text: d.t("measure.status." + key)}
}

// measureKind is the name of a kind of measure.
func (d desk) measureKind(pack, kind string) string {
	if k, ok := d.pack(pack).PenaltyKind(kind); ok {
		return d.text(k.Name)
	}
	if kind == enforcement.NoPenaltyKind {
		return d.t("measure.no_penalty")
	}
	return kind
}

// deskMeasure is a measure in a list.
type deskMeasure struct {
	Ref, Number, Href string
	CaseRef           string
	Kind              string
	To                string // of a referral: the authority
	Party             PartyChip
	Chip              Chip
	Due               *Deadline
	By                string
	OrderedOn         calendar.Date
	EndedOn           calendar.Date
}

func (d desk) measureRow(m *enforcement.FirmMeasure) deskMeasure {
	r := deskMeasure{Ref: m.Reference, Number: m.Number, Href: measureHref(m.Reference), CaseRef: m.Case.Reference, Kind: d.measureKind(m.Case.Pack, m.Kind), Party: firmChip(m.Firm),
		Chip: d.measureChip(m), By: m.OrderedByName, OrderedOn: m.OrderedOn, EndedOn: m.EndedOn, Due: d.measureDue(m)}
	if m.Referral() {
		r.To = d.authority(m.Case.Pack, m.Authority)
	}
	return r
}

// measureDue is the badge of a measure that is open and has a day; nil else.
func (d desk) measureDue(m *enforcement.FirmMeasure) *Deadline {
	if !m.Open() || m.DueOn.IsZero() {
		return nil
	}
	pack := ""
	if m.Case != nil {
		pack = m.Case.Pack
	}
	due := d.due(pack, m.DueOn)
	return &due
}

func (d desk) measureRows(list []enforcement.FirmMeasure) []deskMeasure {
	out := make([]deskMeasure, 0, len(list))
	for i := range list {
		out = append(out, d.measureRow(&list[i]))
	}
	return out
}

// measuresPageData is the list of measures: what is to be followed up, and what was.
type measuresPageData struct {
	Page
	Rows  []deskMeasure
	Tabs  []Tab
	Pills []Pill
	Clear string
	Pager Pager
	Whose []Option
	Units []Option
	Kinds []Option
}

var measureFilters = []string{"firm", "kind", "whose", "unit"}

func (s *Server) measureFilter(values url.Values) (enforcement.MeasureFilter, error) {
	a := ask{values: values}
	shelves := make([]string, 0, len(enforcement.MeasureShelves))
	for _, sh := range enforcement.MeasureShelves {
		shelves = append(shelves, string(sh))
	}
	f := enforcement.MeasureFilter{Shelf: enforcement.MeasureShelf(a.oneOf("shelf", shelves...)), Firm: a.text("firm"), Kind: a.text("kind"), Unit: a.text("unit"),
		Cursor: a.text("cursor"), Limit: a.number("limit", 100)}
	switch a.oneOf("whose", "me", "unit") {
	case "me":
		f.Mine = true
	case "unit":
		f.Unit = "mine"
	}
	return f, a.err()
}

func (s *Server) measuresPage(c echo.Context) error {
	d, p := s.deskOf(c), measuresPageData{Page: s.base(c)}
	if to, err := d.meantFirm(p.Query); err != nil || to != "" {
		return orRedirect(c, to, err)
	}
	f, err := s.measureFilter(p.Query.Values)
	if err != nil {
		return err
	}
	list, err := s.Penalties.Measures(d.ctx, d.by, f)
	if err != nil {
		return err
	}
	p.Rows = d.measureRows(list.Items)
	p.Pager = d.pager(p.Query, len(list.Items), list.NextCursor)
	p.Pills = d.pills(p.Query, measureFilters, d.measureFilterValue)
	p.Clear = p.Query.Only("shelf")
	for _, k := range enforcement.MeasureKinds(d.pack("")) {
		p.Kinds = append(p.Kinds, Option{Value: k.ID, Label: d.measureKind("", k.ID)})
	}
	p.Whose = []Option{{Value: "me", Label: d.t("measure.whose.me")}, {Value: "unit", Label: d.t("measure.whose.unit")}}
	if p.Units, err = d.unitOptions(); err != nil {
		return err
	}
	now := string(f.Shelf)
	for _, sh := range enforcement.MeasureShelves {
		p.Tabs = append(p.Tabs, Tab{Label: d.t("measure.shelf." + string(sh)), Href: p.Query.With("shelf", string(sh), "cursor", "", "back", ""), Count: list.Counts[sh], Counted: true,
			Current: now == string(sh) || now == "" && sh == enforcement.ShelfOpen})
	}
	return s.show(c, http.StatusOK, "measure/list", p)
}

func (d desk) measureFilterValue(name, v string) string {
	switch name {
	case "whose":
		return d.t("measure.whose." + v)
	case "kind":
		return d.measureKind("", v)
	}
	return d.filterValue("", name, v)
}

// measureEvents are the lines of a measure's history, newest first.
func (d desk) measureEvents(m *enforcement.FirmMeasure) []Event {
	var out []Event
	for i := len(m.Events) - 1; i >= 0; i-- {
		e := m.Events[i]
		who := e.ActorName
		if who == "" && e.ActorRole != "" {
			who = d.t("measure.by_office")
			if access.Role(e.ActorRole).OfFirm() {
				who = m.Firm.Name
			}
		}
		note := e.Note
		if with := m.Cited(e); len(with) > 0 {
			note = strings.TrimSpace(note + "\n" + d.t("measure.with", strings.Join(with, d.t("desk.comma"))))
		}
		text := d.t("measure.event." + e.Kind)
		if e.Kind == "follow_up" {
			text = d.t("measure.event.follow_up", e.On)
		}
		out = append(out, Event{At: e.At, Text: text, Who: who, Note: note, Tone: measureEventTones[e.Kind]})
	}
	return out
}

var measureEventTones = map[string]string{"ordered": "active", "proved": "wait", "corrected": "good", "not_corrected": "danger", "given_up": "danger", "answered": "good"}
