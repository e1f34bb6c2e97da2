package httpd

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/locale"
)

// What the API answers is written out here, apart from the types of the trade: a
// field that is added to those must not reach the outside by itself. Times are
// RFC 3339 in UTC, dates YYYY-MM-DD, amounts whole fen.

// answer is a JSON body.
type answer[T any] struct{ Body T }

func reply[T any](v T) *answer[T] { return &answer[T]{v} }

// itemsView is a list without pages.
type itemsView[T any] struct {
	Items []T `json:"items"`
}

// pageView is a page of a list. The cursor of the last page is "".
type pageView[T any] struct {
	Items      []T            `json:"items"`
	NextCursor string         `json:"next_cursor" doc:"Give it as cursor to get the next page; empty on the last."`
	Counts     map[string]int `json:"counts,omitempty"`
}

// RefPath is the reference in a path.
type RefPath struct {
	Ref string `path:"ref" maxLength:"40"`
}

// Paging is what every list takes.
type Paging struct {
	Cursor string `query:"cursor" maxLength:"500"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// viewsOf turns a list into views; an empty one is [] in JSON, never null.
func viewsOf[A, B any](list []A, f func(A) B) []B {
	out := make([]B, len(list))
	for i, a := range list {
		out[i] = f(a)
	}
	return out
}

func listOf(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// personView is somebody of the office.
type personView struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

func personViewOf(id int64, name string) *personView {
	if id == 0 {
		return nil
	}
	return &personView{id, name}
}

// partyView is a firm as another object names it.
type partyView struct {
	Code string `json:"code,omitempty"`
	Name string `json:"name,omitempty"`
}

func partyViewOf(f *firm.Firm) *partyView {
	if f == nil {
		return nil
	}
	return &partyView{f.Code, f.Name}
}

// eventView is a line of a timeline.
type eventView struct {
	At    string      `json:"at" format:"date-time"`
	Kind  string      `json:"kind"`
	Text  string      `json:"text" doc:"The event in the language of the request."`
	Role  string      `json:"role,omitempty"`
	Actor *personView `json:"actor,omitempty"`
	Note  string      `json:"note,omitempty"`
}

func (s *Server) eventText(lang locale.Lang, kind string) string {
	if key := "event." + kind; s.Words.Has(lang, key) {
		return s.Words.T(lang, key)
	}
	return kind
}

func (s *Server) complaintEvents(lang locale.Lang, list []complaint.Event) []eventView {
	return viewsOf(list, func(e complaint.Event) eventView {
		return eventView{At: stamp(e.At), Kind: e.Kind, Text: s.eventText(lang, e.Kind), Role: e.ActorRole, Note: e.Note}
	})
}

func (s *Server) caseEvents(lang locale.Lang, list []casework.Event) []eventView {
	return viewsOf(list, func(e casework.Event) eventView {
		return eventView{At: stamp(e.At), Kind: e.Kind, Text: s.eventText(lang, e.Kind), Role: e.ActorRole,
			Actor: personViewOf(e.ActorID, e.ActorName), Note: e.Note}
	})
}

// clockView is a statutory clock.
type clockView struct {
	Kind        string `json:"kind"`
	Due         string `json:"due_on,omitempty" format:"date"`
	Original    string `json:"original_due_on,omitempty" format:"date"`
	Provisional bool   `json:"provisional" doc:"The calendar of a year on the way is not announced yet."`
	Suspended   bool   `json:"suspended"`
	Stopped     bool   `json:"stopped"`
	InTime      *bool  `json:"in_time,omitempty"`
	Left        int    `json:"left"`
	LeftUnit    string `json:"left_unit,omitempty"`
	Verified    bool   `json:"verified" doc:"The length of the limit was checked against its source."`
	Basis       string `json:"basis,omitempty"`
}

func clockViews(list []complaint.Clock) []clockView {
	return viewsOf(list, func(c complaint.Clock) clockView {
		return clockView{Kind: c.Kind, Due: c.Due.String(), Original: c.Original.String(), Provisional: c.Provisional, Suspended: c.Suspended,
			Stopped: c.Stopped, InTime: c.InTime, Left: c.Left, LeftUnit: c.LeftUnit, Verified: c.Verified, Basis: c.Basis}
	})
}

// officerRef is a colleague by id or e-mail; in JSON a number or a text.
type officerRef string

// Schema describes both forms.
func (officerRef) Schema(huma.Registry) *huma.Schema {
	limit := 254
	return &huma.Schema{Description: "id or e-mail", OneOf: []*huma.Schema{{Type: huma.TypeString, MaxLength: &limit}, {Type: huma.TypeInteger}}}
}

// UnmarshalJSON takes both forms.
func (o *officerRef) UnmarshalJSON(b []byte) error {
	var n int64
	if json.Unmarshal(b, &n) == nil {
		*o = officerRef(strconv.FormatInt(n, 10))
		return nil
	}
	return json.Unmarshal(b, (*string)(o))
}

// evidenceRef is a file of the complaint: "E-2", or 2.
type evidenceRef string

// Schema describes both forms.
func (evidenceRef) Schema(huma.Registry) *huma.Schema {
	limit := 20
	return &huma.Schema{Description: "E-2, or 2", OneOf: []*huma.Schema{{Type: huma.TypeString, MaxLength: &limit}, {Type: huma.TypeInteger}}}
}

// UnmarshalJSON takes both forms.
func (e *evidenceRef) UnmarshalJSON(b []byte) error {
	var n int64
	if json.Unmarshal(b, &n) == nil {
		*e = evidenceRef("E-" + strconv.FormatInt(n, 10))
		return nil
	}
	return json.Unmarshal(b, (*string)(e))
}

// dayGiven reads a date of the request; "" is none. Wrong ones are added to f.
func dayGiven(f *fault.Fields, name, s string) calendar.Date {
	if s == "" {
		return calendar.Date{}
	}
	d, err := calendar.ParseDate(s)
	if err != nil {
		f.Add(name, "fault.date")
	}
	return d
}

// monthGiven reads a month of the request; "" is none. Wrong ones are added to f.
func monthGiven(f *fault.Fields, name, s string) calendar.Month {
	if s == "" {
		return calendar.Month{}
	}
	m, err := calendar.ParseMonth(s)
	if err != nil {
		f.Add(name, "api.month")
	}
	return m
}
