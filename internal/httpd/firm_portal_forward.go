package httpd

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
	"dunwatch/internal/logbook"
)

const portalForwardTemplate = "portal/forward"

// portalForwardData is a forward as its firm reads and answers it.
type portalForwardData struct {
	Page
	V        *forwarding.FirmView
	Path     string
	Kind     string
	Next     string // what the firm is to do now
	Chip     Chip
	Due      *Deadline
	From     *PartyChip // the lender that passed it on; nil: the office
	Facts    []Answer   // what was disclosed
	Told     []portalText
	Files    []portalFileRow
	Limit    string // of a file
	Stage    string // of the answer that is due: answer or review
	Again    bool   // the last answer was sent back
	Outcomes []Option
	Money    string   // the outcomes that state an amount, for the hint
	Kinds    []Option // of files
	Answers  []portalAnswerRow
	Asked    []portalTimeRow
	Grounds  []Option
	Most     string // how much more time may be asked for
	Agencies []portalAgencyRow
	PassTo   []Option
	PassMay  []Option // what may be passed on
	Letters  []portalLetterRow
	Plans    []portalPlanRow
	Offer    *portalOffer // nil: no plan may be offered now
	Events   []Event
	LogsDue  []portalLogRow // logs of contacts that the office asked for
}

// portalLogRow is a log that the office asked the firm for.
type portalLogRow struct {
	logbook.Given
	Chip Chip
	Due  *Deadline
}

// portalText is something said, in paragraphs.
type portalText struct {
	Title string
	Lines []string
}

type portalFileRow struct {
	forwarding.File
	Href, KindName, FromText string
}

type portalAnswerRow struct {
	Title   string // which answer it is
	Outcome string
	Lines   []string
	Fen     int64
	Sent    forwarding.Answer
	Chip    Chip
	Points  []string
	Note    []string
}

type portalTimeRow struct {
	forwarding.MoreTime
	Amount, GroundName string
	Chip               Chip
}

type portalAgencyRow struct {
	Party   PartyChip
	Chip    Chip
	SentOn  string
	Due     *Deadline
	Answers []portalAnswerRow
}

type portalLetterRow struct {
	*letter.Letter
	Title string
	Href  string
}

func (s *Server) portalForwardPage(c echo.Context) error {
	p, err := s.portalForwardData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, portalForwardTemplate, p)
}

// portalForwardData looks at the forward, which is recorded, and at its letters and plans.
func (s *Server) portalForwardData(c echo.Context) (*portalForwardData, error) {
	d := s.deskOf(c)
	v, err := s.Forwards.View(d.ctx, d.by, c.Param("ref"))
	if err != nil {
		return nil, err
	}
	p := &portalForwardData{Page: s.base(c), V: v, Path: portalHref(v.Reference), Chip: d.portalChip(v.Status), Stage: "answer",
		Kind: d.t("portal.kinds." + string(v.Kind)), Next: d.t("portal.next." + string(v.Status))}
	p.Query = Query{Path: p.Path}
	p.Crumbs = []Crumb{{Text: d.t("portal.title"), Href: "/firm"}}
	if v.Status.Awaits() && !v.DueOn.IsZero() {
		due := d.due(v.Pack, v.DueOn)
		p.Due = &due
	}
	if v.From != nil {
		p.From = &PartyChip{Kind: string(v.From.Kind), Name: v.From.Name}
	}
	d.portalTold(p)
	d.portalForms(p)
	p.Limit = locale.Bytes(d.lang, s.Evidence.MaxBytes())
	for _, part := range v.Agencies {
		p.Agencies = append(p.Agencies, d.portalAgency(v.Pack, part))
	}
	for _, e := range slices.Backward(v.Events) {
		p.Events = append(p.Events, d.portalEvent(v, e))
	}
	if p.Letters, err = s.portalLetters(d, v.Reference); err != nil {
		return nil, err
	}
	if err := s.portalLogs(d, p); err != nil {
		return nil, err
	}
	return p, s.portalPlans(d, p)
}

// portalLogs lists the logs of contacts that the office asked the firm for.
func (s *Server) portalLogs(d desk, p *portalForwardData) error {
	list, err := s.Logs.AskedOf(d.ctx, d.by, p.V.Reference)
	if err != nil {
		return err
	}
	for _, g := range slices.Backward(list) {
		r := portalLogRow{Given: g, Chip: Chip{Tone: "good", Text: d.t("contacts.request.given")}}
		if g.Open() {
			due := d.due(p.V.Pack, g.Request.Due)
			r.Due, r.Chip = &due, Chip{Tone: "wait", Text: d.t("contacts.request.open")}
		}
		p.LogsDue = append(p.LogsDue, r)
	}
	return nil
}

// portalTold is what the firm was given: in words, in facts and in files.
func (d desk) portalTold(p *portalForwardData) {
	v := p.V
	for _, x := range []struct{ key, text string }{
		{"portal.summary", v.Summary}, {"forwarding.fields.narrative", v.Narrative}, {"forwarding.fields.demand", v.Demand},
	} {
		if l := lines(x.text); len(l) > 0 {
			p.Told = append(p.Told, portalText{d.t(x.key), l})
		}
	}
	for _, x := range []struct{ key, value string }{
		{"portal.complaint_reference", v.ComplaintReference}, {"forwarding.fields.name", v.Name}, {"forwarding.fields.phone", v.Phone},
		{"forwarding.fields.id_number", v.IDNumber}, {"forwarding.fields.email", v.Email},
	} {
		if x.value != "" {
			p.Facts = append(p.Facts, Answer{Label: d.t(x.key), Lines: []string{x.value}})
		}
	}
	if l := v.Loan; l != nil {
		var said []string
		if l.Product != "" {
			said = append(said, l.Product)
		}
		if l.AmountFen != 0 {
			said = append(said, locale.Money(d.lang, l.AmountFen))
		}
		if on, err := calendar.ParseDate(l.ContractDate); err == nil {
			said = append(said, d.t("portal.contract_date", locale.Date(d.lang, on)))
		}
		p.Facts = append(p.Facts, Answer{Label: d.t("forwarding.fields.loan"), Lines: said})
	}
	for _, f := range v.Files {
		p.Files = append(p.Files, portalFileRow{File: f, Href: p.Path + "/files/" + strconv.Itoa(f.Number), KindName: kindName(d.pack(v.Pack), f.Kind, d.lang),
			FromText: d.t("forwarding.from." + f.From)})
	}
}

// portalForms fills what the forms offer, and what was sent with them before.
func (d desk) portalForms(p *portalForwardData) {
	v, pack := p.V, d.pack(p.V.Pack)
	if v.Status == forwarding.Review || v.Status == forwarding.ReviewReturned {
		p.Stage = "review"
	}
	p.Again = v.Status == forwarding.Returned || v.Status == forwarding.ReviewReturned
	for _, o := range v.Outcomes {
		p.Outcomes = append(p.Outcomes, Option{Value: o.ID, Label: d.text(o.Name), Hint: d.optional("portal.outcome_hint." + o.ID)})
		if o.Amount {
			if p.Money != "" {
				p.Money += d.t("desk.comma")
			}
			p.Money += d.text(o.Name)
		}
	}
	for _, e := range pack.EvidenceTypes() {
		if e.ID != "original" { // of a filing on paper
			p.Kinds = append(p.Kinds, Option{Value: e.ID, Label: d.text(e.Name)})
		}
	}
	for _, a := range slices.Backward(v.Answers) {
		p.Answers = append(p.Answers, d.portalAnswerRow(v.Pack, a))
	}
	for _, g := range pack.Grounds("extend") {
		if g.Track == "both" || g.Track == "complaint" { // a report has no statutory clock at a firm
			p.Grounds = append(p.Grounds, Option{Value: g.Key, Label: d.text(g.Name)})
		}
	}
	for _, m := range slices.Backward(v.Asked) {
		p.Asked = append(p.Asked, d.portalTimeRow(v.Pack, m))
	}
	if v.Room != nil {
		p.Most = d.t("portal.time.most", d.portalDays(v.Room.Most, v.Room.Unit), locale.Date(d.lang, v.Room.Latest))
	}
	for _, f := range v.PassTo {
		p.PassTo = append(p.PassTo, Option{Value: f.Code, Label: f.Name})
	}
	for _, f := range v.Disclosed {
		p.PassMay = append(p.PassMay, Option{Value: f, Label: d.t("forwarding.fields." + f)})
	}
}

// optional is a message, or "" where there is none.
func (d desk) optional(key string) string {
	if !d.s.Words.Has(d.lang, key) {
		return ""
	}
	return d.t(key)
}

func (d desk) portalDays(n int, unit deadline.Unit) string {
	return d.t("portal.units."+string(unit), n)
}

func (d desk) portalAnswerRow(pack string, a forwarding.Answer) portalAnswerRow {
	r := portalAnswerRow{Title: d.t("portal.answer_no", d.t("forwarding.stages."+string(a.Stage)), a.Number), Outcome: a.Outcome, Lines: lines(a.Body), Fen: a.Fen, Sent: a,
		Chip: Chip{Tone: "wait", Text: d.t("portal.check.waits")}}
	for _, o := range d.pack(pack).AnswerOutcomes() {
		if o.ID == a.Outcome {
			r.Outcome = d.text(o.Name)
		}
	}
	if a.Check == nil {
		return r
	}
	for _, point := range a.Check.Points {
		r.Points = append(r.Points, d.t("forwarding.points."+point))
	}
	r.Note = lines(a.Check.Note)
	r.Chip = Chip{Tone: "danger", Text: d.t("portal.check.back")}
	if a.Check.Passed {
		r.Chip = Chip{Tone: "good", Text: d.t("portal.check.passed")}
	}
	return r
}

func (d desk) portalTimeRow(pack string, m forwarding.MoreTime) portalTimeRow {
	r := portalTimeRow{MoreTime: m, Amount: d.portalDays(m.N, m.Unit), GroundName: m.Ground}
	if g, ok := d.pack(pack).Ground("extend", m.Ground); ok {
		r.GroundName = d.text(g.Name)
	}
	switch {
	case m.Open:
		r.Chip = Chip{Tone: "wait", Text: d.t("portal.time.waits")}
	case m.Granted:
		r.Chip = Chip{Tone: "good", Text: d.t("portal.time.granted")}
	default:
		r.Chip = Chip{Tone: "danger", Text: d.t("portal.time.refused")}
	}
	return r
}

func (d desk) portalAgency(pack string, part forwarding.AgencyPart) portalAgencyRow {
	r := portalAgencyRow{Party: PartyChip{Kind: string(firm.Agency), Name: part.Agency.Name}, Chip: d.portalChip(part.Status), SentOn: locale.Date(d.lang, part.SentOn)}
	if part.Status.Awaits() && !part.DueOn.IsZero() {
		due := d.due(pack, part.DueOn)
		r.Due = &due
	}
	for _, a := range slices.Backward(part.Answers) {
		row := d.portalAnswerRow(pack, a)
		row.Chip = Chip{} // the lender reads it, nobody checks it
		r.Answers = append(r.Answers, row)
	}
	return r
}

// portalEvent is a line of the forward's life. Of the office no name is told; a note is the name of the lender's agency.
func (d desk) portalEvent(v *forwarding.FirmView, e forwarding.Event) Event {
	out := Event{At: e.At, Text: d.eventText(e.Kind), Who: d.t("portal.office")}
	switch {
	case e.Kind == forwarding.EventAccepted || e.Kind == forwarding.EventReviewAsked:
		out.Who = d.t("portal.complainant")
	case e.FirmID == d.by.FirmID:
		out.Who = d.t("portal.own")
	case e.FirmID != 0 && v.From != nil:
		out.Who = v.From.Name
	case e.FirmID != 0:
		out.Who = ""
	}
	if e.Kind == forwarding.EventPassed || e.Kind == forwarding.EventAgencyAnswered {
		out.Note = e.Note
	}
	return out
}

// portalLetters lists the letters of a forward in the order in which they went out, which is what numbers them: their ids
// would tell how many letters the office writes.
func (s *Server) portalLetters(d desk, ref string) ([]portalLetterRow, error) {
	list, err := s.Forwards.Letters(d.ctx, d.by, ref)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b *letter.Letter) int { return a.IssuedAt.Compare(b.IssuedAt) })
	out := make([]portalLetterRow, len(list))
	for i, l := range list {
		out[i] = portalLetterRow{Letter: l, Title: l.Title(d.lang), Href: fmt.Sprintf("%s/letters/%d", portalHref(ref), i+1)}
	}
	return out, nil
}

// portalLetterAt is the letter that has a number on the forward's page. NotFound.
func (s *Server) portalLetterAt(d desk, ref, number string) (*letter.Letter, error) {
	list, err := s.portalLetters(d, ref)
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > len(list) {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	return list[n-1].Letter, nil
}
