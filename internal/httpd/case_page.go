package httpd

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/evidence"
	"dunwatch/internal/fault"
	"dunwatch/internal/rulebook"
)

// casePageData is one case.
type casePageData struct {
	Page
	K         *casework.Case
	C         *complaint.Complaint
	Chip      Chip
	Due       *Deadline
	Severity  string
	Parties   []PartyChip
	Codes     []Code
	Facts     []Answer
	Accused   []Answer
	Person    []Answer
	Reveal    *Confirm
	Revealed  bool
	Time      timeSide
	Firms     firmSide
	FirmPart  bool     // may see it
	Points    []Option // what an answer may lack
	Plans     []handledPlan
	Letters   []handlingLetter
	Contacts  []handlingContact
	Links     []complaint.Link
	Linked    *linkedSide // what it has in common with others
	Events    []Event
	Evidence  []EvidenceCard
	Findings  []findingRow
	Penalties []penaltyRow
	Measures  []deskMeasure
	OrderHref string // where a measure is ordered; "" for who may not
	// BriefHref leads to the brief that tells the case in the report, or to its form; "" for who may do neither.
	BriefHref, BriefText string
	Messages             []messageRow
	Notes                []casework.Note
	Moves                casework.Moves
	Officers             []Option
	Release              *Confirm
	Recuse               *Confirm
	RecuseAny            bool // may keep others off the case, not only themselves
	Close                *Confirm
	Reopen               []Option // the grounds for it; none where it is not offered
	Back                 string   // the list this case was opened from
	Prev, Next           string   // its neighbours there
	List                 string   // the address of the list, carried along
	Logs                 int      // of contacts; -1 where they may not be seen

	items []evidence.Item // behind Evidence
}

// findingRow is a finding with its law in words.
type findingRow struct {
	casework.Finding
	Name      string
	Chip      Chip
	Standards []basisRow
	Bases     []basisRow
	Firm      string
	Standing  bool
	Replaced  int    // number of the finding that corrects this one
	Check     string // of logs, on which it rests; "" on none
	Correct   string
}

// basisRow is a provision as pages name it.
type basisRow struct {
	ID       string
	Citation string
	Says     string
	When     string
	Strength string // message key
	Caveat   string
	Amounts  []string
}

const caseTemplate = "casework/case"

func (s *Server) casePage(c echo.Context) error {
	k, err := s.Cases.View(c.Request().Context(), actorOf(c), c.Param("ref"))
	if err != nil {
		return err
	}
	p, err := s.caseData(c, k, nil)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, caseTemplate, p)
}

func (s *Server) caseData(c echo.Context, k *casework.Case, revealed *complaint.Complainant) (*casePageData, error) {
	d := s.deskOf(c)
	p := &casePageData{
		Page: s.base(c), K: k, C: k.Complaint, Chip: d.caseChip(k.Status), Severity: d.severity(k.Pack, k.Severity), Parties: d.parties(k.Lender, k.Agency),
		Codes: d.codes(k.Pack, k.Complaint.Codes), Facts: d.facts(k.Complaint), Accused: d.accused(k.Complaint), Moves: s.Cases.Moves(d.by, k),
		Revealed: revealed != nil, List: c.QueryParam("list"),
	}
	p.Query = Query{Path: "/cases/" + urlPath(k.Reference), Values: map[string][]string{}}
	if p.List != "" {
		p.Query.Values.Set("list", p.List)
	}
	if !k.DueOn.IsZero() {
		due := d.caseDue(k)
		p.Due = &due
	}
	var err error
	if p.Person, err = d.person(k.Complaint.Reference, revealed); err != nil {
		return nil, err
	}
	for _, part := range []func(desk, *casePageData) error{
		s.caseNeighbours, s.caseRecord, s.timeSide, s.firmSide, s.casePlans, s.caseLetters, s.caseFindings, s.casePenalties, s.caseMeasures, s.caseBrief, s.caseTalk, s.caseCommands, s.caseLinked, s.caseLogs,
	} {
		if err := part(d, p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// caseNeighbours finds the way through the list that the case was opened from. A
// list that no longer makes sense only loses its way.
func (s *Server) caseNeighbours(d desk, p *casePageData) error {
	list := Query{Path: "/queue", Values: listQuery(p.List)}
	p.Back = list.String()
	p.Crumbs = []Crumb{{Text: d.t("queue.title"), Href: p.Back}, {Text: p.K.Reference}}
	f, err := s.caseFilter(list.Values)
	if err != nil {
		return nil
	}
	prev, next, err := s.Cases.Neighbours(d.ctx, d.by, f, p.K.Reference)
	if fault.Is(err, fault.Invalid) {
		return nil
	}
	if err != nil {
		return err
	}
	if prev != "" {
		p.Prev = caseHref(prev, list)
	}
	if next != "" {
		p.Next = caseHref(next, list)
	}
	return nil
}

func (s *Server) caseRecord(d desk, p *casePageData) error {
	events, err := s.Cases.Timeline(d.ctx, d.by, p.K.Reference)
	if err != nil {
		return err
	}
	p.Events = d.caseEvents(events)
	items, err := s.Evidence.List(d.ctx, d.by, p.C.Reference)
	if err != nil {
		return err
	}
	p.items, p.Evidence = items, d.evidence(p.K.Pack, p.C.Reference, items)
	return nil
}

// caseLogs counts the case's logs of contacts.
func (s *Server) caseLogs(d desk, p *casePageData) (err error) {
	if p.Logs = -1; !d.may(access.ReadEvidence, p.K.Owner()) {
		return nil
	}
	p.Logs, err = s.Logs.Count(d.ctx, d.by, p.K.Reference)
	return err
}

func (s *Server) caseFindings(d desk, p *casePageData) error {
	list, err := s.Cases.Findings(d.ctx, d.by, p.K.Reference)
	if err != nil {
		return err
	}
	p.Findings = d.findingRows(p.K, list)
	if !p.Moves.Record {
		return nil
	}
	for i := range p.Findings {
		f := &p.Findings[i]
		if f.Standing {
			f.Correct = findingHref(p.K.Reference, f.Finding)
		}
	}
	return nil
}

func (d desk) findingRows(k *casework.Case, list []casework.Finding) []findingRow {
	pack := d.pack(k.Pack)
	out := make([]findingRow, 0, len(list))
	for _, f := range list {
		r := findingRow{Finding: f, Name: d.codeName(k.Pack, f.Code), Chip: d.outcomeChip(k.Pack, f.Outcome), Standing: f.SupersededBy == 0,
			Standards: d.bases(pack, f.Standards), Bases: d.bases(pack, f.Bases), Firm: firmOf(k, f.FirmID), Check: d.checkWords(k.Pack, f.Check)}
		for _, o := range list {
			if o.ID == f.SupersededBy {
				r.Replaced = o.Number
			}
		}
		out = append(out, r)
	}
	return out
}

func firmOf(k *casework.Case, id int64) string {
	switch {
	case k.Agency != nil && k.Agency.ID == id:
		return k.Agency.Name
	case k.Lender != nil && k.Lender.ID == id:
		return k.Lender.Name
	}
	return ""
}

func (d desk) bases(p *rulebook.Pack, ids []string) []basisRow {
	out := make([]basisRow, 0, len(ids))
	for _, id := range ids {
		if b, ok := p.Basis(id); ok {
			out = append(out, d.basis(p, b))
		} else {
			out = append(out, basisRow{ID: id, Citation: id})
		}
	}
	return out
}

func (d desk) casePenaltyRows(list []enforcement.Penalty) []penaltyRow {
	out := make([]penaltyRow, 0, len(list))
	for i := range list {
		out = append(out, d.penaltyRow(&list[i]))
	}
	return out
}

func (s *Server) casePenalties(d desk, p *casePageData) error {
	if s.Policy.Widest(d.by.Role, access.ReadPenalty) == access.None {
		return nil
	}
	list, err := s.Penalties.OfCase(d.ctx, d.by, p.K.Reference)
	if err != nil {
		return err
	}
	p.Penalties = d.casePenaltyRows(list)
	return nil
}

func (s *Server) caseTalk(d desk, p *casePageData) (err error) {
	if p.Messages, err = d.messages(p.C.Reference); err != nil {
		return err
	}
	p.Notes, err = s.Cases.Notes(d.ctx, d.by, p.K.Reference)
	if fault.Is(err, fault.Forbidden) {
		return nil
	}
	return err
}

// caseCommands prepares what may be done now.
func (s *Server) caseCommands(d desk, p *casePageData) (err error) {
	version := []Option{{Label: "version", Value: strconv.FormatInt(p.K.Version, 10)}, {Label: "list", Value: p.List}}
	at := func(deed string) string { return "/cases/" + urlPath(p.K.Reference) + "/" + deed }
	if p.Moves.Reveal && d.mayReveal(p.C, p.K.Owner()) {
		p.Reveal = d.revealConfirm(at("reveal"))
	}
	if p.Moves.Release {
		p.Release = &Confirm{ID: "release", Action: at("release"), Label: "case_page.release", Text: d.t("case_page.release_text", p.K.OfficerName), Hidden: version}
	}
	if p.Moves.Close {
		p.Close = &Confirm{ID: "close", Action: at("close"), Label: "case_page.close", Text: d.t("case_page.close_text"), Danger: true, Reason: true, Hidden: version}
	}
	if p.Moves.Recuse {
		self := append(slices.Clone(version), Option{Label: "officer", Value: strconv.FormatInt(d.by.UserID, 10)})
		p.Recuse = &Confirm{ID: "recuse", Action: at("recuse"), Label: "case_page.recuse", Text: d.t("case_page.recuse_text"), Reason: true, Hidden: self}
		p.RecuseAny = p.Moves.Assign
	}
	if p.K.Status == casework.Closed && d.may(access.ReopenCase, p.K.Owner()) {
		p.Reopen = d.handlingGrounds(d.pack(p.K.Pack), "reopen", p.K.Track)
	}
	if p.Moves.Assign {
		p.Officers, err = d.officers(p.K.UnitID, true)
	}
	return err
}

// putForm gives a rejected form to everything on the page that has one.
func (p *casePageData) putForm(f *Form) {
	p.Form = f
	for _, box := range []*Confirm{p.Reveal, p.Release, p.Recuse, p.Close} {
		if box != nil {
			box.Form = f
		}
	}
	for i := range p.Firms.Sent {
		if end := p.Firms.Sent[i].End; end != nil {
			end.Form = f
		}
	}
}

// caseLinked says in short what the complaint has in common with others.
func (s *Server) caseLinked(d desk, p *casePageData) (err error) {
	p.Linked, err = s.linkedOf(d, p.C.Reference)
	return err
}
