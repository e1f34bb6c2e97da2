package httpd

import (
	"cmp"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
)

// firmPenaltyRoutes are the firm's own side of a penalty against it, from the notice on.
func (s *Server) firmPenaltyRoutes() []Route {
	return []Route{
		may(access.AnswerPenalty, "GET", "/firm/penalties", s.firmPenaltiesPage),
		may(access.AnswerPenalty, "GET", "/firm/penalties/:ref", s.firmPenaltyPage),
		may(access.AnswerPenalty, "POST", "/firm/penalties/:ref/steps/:step", s.takeFirmStep),
		may(access.AnswerPenalty, "GET", "/firm/penalties/:ref/files/:number", s.firmPenaltyFile),
		may(access.AnswerPenalty, "GET", "/firm/penalties/:ref/documents/:kind", s.firmDocument),
		may(access.AnswerPenalty, "GET", "/firm/penalties/:ref/documents/:kind/pdf", s.documentPDF),
	}
}

// firmSteps are what the party itself may do, with what it is asked for: its dates and its own number are set for it.
var firmSteps = []struct {
	step   enforcement.Step
	fields []deedField
	files  bool // files can be given with it
}{
	{enforcement.StepDefend, []deedField{inLong("text"), inLines("evidence").opt()}, true},
	{enforcement.StepAskHearing, []deedField{inArea("text")}, true},
	{enforcement.StepAskRecusal, []deedField{inLine("against"), inArea("reasons")}, false},
	{enforcement.StepWaive, []deedField{inOne("what", "waive"), inLine("proof")}, false},
	{enforcement.StepAskParts, []deedField{inArea("hardship"), inLine("proof")}, true},
}

type firmPenaltiesData struct {
	Page
	Firm string
	Rows []firmPenaltyRow
}

type firmPenaltyRow struct {
	enforcement.PartyView
	Href  string
	Chip  Chip
	Until *Deadline // the next day that counts for the firm
}

func firmPenaltyHref(ref string) string { return "/firm/penalties/" + urlPath(ref) }

func (s *Server) firmPenaltiesPage(c echo.Context) error {
	d := s.deskOf(c)
	list, err := s.Penalties.PartyCases(d.ctx, d.by)
	if err != nil {
		return err
	}
	p := &firmPenaltiesData{Page: s.base(c)}
	for _, v := range list {
		p.Rows = append(p.Rows, d.firmPenaltyRow(v))
	}
	if p.Firm, err = s.portalFirm(d.ctx, d.by); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "portal/penalties", p)
}

func (d desk) firmPenaltyRow(v enforcement.PartyView) firmPenaltyRow {
	r := firmPenaltyRow{PartyView: v, Href: firmPenaltyHref(v.Reference), Chip: d.stageChip(v.Stage)}
	var on calendar.Date
	switch {
	case v.Stage == enforcement.StageNoticed:
		for _, x := range []calendar.Date{v.DefenceDue, v.HearingDue} {
			if !x.IsZero() && !d.day.After(x) && (on.IsZero() || x.Before(on)) {
				on = x
			}
		}
	case v.Stage == enforcement.StageServed && v.OutstandingFen > 0:
		on = v.DueOn
	}
	if !on.IsZero() {
		due := d.due("", on)
		r.Until = &due
	}
	return r
}

// firmPenaltyData is one case of the firm.
type firmPenaltyData struct {
	Page
	V         *enforcement.PartyView
	Chip      Chip
	Facts     []string
	Announced []string
	InForce   []string
	Dates     []firmDate
	Hearing   string
	Defences  []defenceRow
	Objected  []objectionRow
	Deeds     []firmDeed
	Documents []documentLink
	Ledger    *ledgerView
	Files     []partyFileRow
	Kinds     []Option // of files
	Limit     string   // the largest file
	NoneWorse bool
	ManyParty bool
}

// firmDate is a day that counts for the firm, with what is left until then where it can still act.
type firmDate struct {
	Name string
	On   calendar.Date
	Due  *Deadline
}

// firmDeed is a form of the firm, with what it still lacks.
type firmDeed struct {
	Step   string
	Name   string
	Text   string // message key of a warning; "" for none
	Action string
	Lacks  []lackRow
	Fields []stepField
	Failed bool
	Files  bool  // files can be given with it
	Form   *Form // as it was sent
}

const firmPenaltyTemplate = "portal/penalty"

func (s *Server) firmPenaltyPage(c echo.Context) error {
	p, err := s.firmPenaltyData(c, nil)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, firmPenaltyTemplate, p)
}

func (s *Server) firmPenaltyData(c echo.Context, form *Form) (*firmPenaltyData, error) {
	d := s.deskOf(c)
	v, err := s.Penalties.PartyCase(d.ctx, d.by, c.Param("ref"))
	if err != nil {
		return nil, err
	}
	name, err := s.portalFirm(d.ctx, d.by)
	if err != nil {
		return nil, err
	}
	p := &firmPenaltyData{Page: s.base(c), V: v, Chip: d.stageChip(v.Stage), Facts: lines(v.Facts), Defences: d.defenceRows(v.Defences, ""), Objected: d.objectionRows(v.Objections),
		Documents: d.papers(firmPenaltyHref(v.Reference), v.Documents), NoneWorse: v.Stage == enforcement.StageNoticed}
	p.Form, p.Query = form, Query{Path: firmPenaltyHref(v.Reference)}
	p.Crumbs = []Crumb{{Text: d.t("procedure.firm.title"), Href: "/firm/penalties"}, {Text: v.Reference}}
	parties := []Option{{Value: "1", Label: name}}
	for _, sh := range slices.Concat(v.Announced, v.InForce) {
		for n := len(parties) + 1; n <= sh.Party; n++ {
			parties = append(parties, Option{Value: strconv.Itoa(n), Label: d.t("procedure.person", n-1)})
		}
	}
	p.ManyParty = len(parties) > 1
	p.Announced = d.shareLines("", parties, v.Announced)
	if v.Number != "" {
		p.InForce = d.shareLines("", parties, v.InForce)
	}
	if h := v.Hearing; h != nil {
		p.Hearing = d.t("procedure.firm.hearing", locale.Date(d.lang, h.On), h.Place)
	}
	p.dates(d)
	p.files(d)
	if !v.ReceivedOn.IsZero() {
		l, err := s.Penalties.Ledger(d.ctx, d.by, v.Reference, d.day)
		if err != nil {
			return nil, err
		}
		p.Ledger = d.ledger(l, parties)
	}
	return p, s.firmDeeds(d, p, form)
}

// dates are those that the firm must know, in their order.
func (p *firmPenaltyData) dates(d desk) {
	v := p.V
	add := func(key string, on calendar.Date, acts bool) {
		if on.IsZero() {
			return
		}
		x := firmDate{Name: d.t("procedure.firm." + key), On: on}
		if acts {
			due := d.due("", on)
			x.Due = &due
		}
		p.Dates = append(p.Dates, x)
	}
	noticed := v.Stage == enforcement.StageNoticed
	add("noticed_on", v.NoticedOn, false)
	add("defence_due", v.DefenceDue, noticed)
	add("hearing_due", v.HearingDue, noticed)
	add("received_on", v.ReceivedOn, false)
	add("due_on", v.DueOn, v.OutstandingFen > 0)
}

// firmDeeds are the forms of the steps that are open to the firm.
func (s *Server) firmDeeds(d desk, p *firmPenaltyData, form *Form) error {
	open, err := s.Penalties.Open(d.ctx, d.by, p.V.Reference)
	if err != nil {
		return err
	}
	m := &stepMatter{pack: d.pack(""), choices: d.stepLists(), values: map[string]any{}}
	for _, x := range firmSteps {
		lacks, ok := open[x.step]
		if !ok || x.step == enforcement.StepAskHearing && !p.V.HearingTold {
			continue
		}
		f := form.For(string(x.step))
		deed := firmDeed{Step: string(x.step), Name: d.t("procedure.firm.words." + string(x.step)), Action: p.Query.Path + "/steps/" + string(x.step), Lacks: d.lackRows(lacks), Failed: f.Failed()}
		deed.Files, deed.Form = x.files, f
		if x.step == enforcement.StepWaive {
			deed.Text = "procedure.firm.waive_text"
		}
		if len(lacks) == 0 {
			if deed.Fields, err = d.stepForm(m, x.step, x.fields, f); err != nil {
				return err
			}
		}
		p.Deeds = append(p.Deeds, deed)
	}
	return nil
}

// firmStepAsked is the step of the firm that the address names. NotFound.
func firmStepAsked(name string) (enforcement.Step, []deedField, error) {
	for _, x := range firmSteps {
		if string(x.step) == name {
			return x.step, x.fields, nil
		}
	}
	return "", nil, fault.New(fault.NotFound, "fault.not_found")
}

// firmDeedFor fills what the firm is not asked for: it speaks for itself alone, the first party.
func firmDeedFor(deed enforcement.Deed) enforcement.Deed {
	if d, ok := deed.(*enforcement.AskInstalments); ok {
		d.Party = 1
	}
	return deed
}

func (s *Server) takeFirmStep(c echo.Context) error {
	step, fields, err := firmStepAsked(c.Param("step"))
	if err != nil {
		return err
	}
	build := func(f *Form) (any, error) { return s.firmPenaltyData(c, f) }
	form, err := s.formWithFiles(c)
	if err != nil {
		if form == nil {
			return err
		}
		form.Name = string(step)
		return s.showForm(c, err, form, firmPenaltyTemplate, build)
	}
	ref, only := c.Param("ref"), form.Value("do") == "file"
	if only || len(uploads(c, "file")) > 0 {
		err = s.storeFiles(c, form, func(h *multipart.FileHeader, f multipart.File) error {
			_, err := s.Penalties.GiveFile(c.Request().Context(), actorOf(c), ref, cmp.Or(form.Text("file_kind"), "other"), h.Filename, f)
			return err
		})
	}
	if only && err == nil {
		form.Name = string(step)
		return s.firmFilesStored(c, form)
	}
	var deed enforcement.Deed
	var at map[string][]int
	if err == nil {
		deed, at, err = deedOf(step, fields, form)
	}
	if err == nil {
		_, _, err = s.Penalties.Take(c.Request().Context(), actorOf(c), ref, form.Version(), firmDeedFor(deed))
	}
	if err != nil {
		form.Name = string(step)
		return s.showForm(c, staleDesk(atDeed(err, at)), form, firmPenaltyTemplate, build)
	}
	s.flash(c, "good", "procedure.firm.done."+string(step))
	return c.Redirect(http.StatusSeeOther, firmPenaltyHref(ref))
}

func (s *Server) firmDocument(c echo.Context) error {
	return s.documentPage(c, firmPenaltyHref(c.Param("ref")))
}

// firmPenaltyCount is how many penalty cases the actor's firm was told of.
func (s *Server) firmPenaltyCount(d desk) (int, error) {
	if s.Policy.Widest(d.by.Role, access.AnswerPenalty) == access.None {
		return 0, nil
	}
	list, err := s.Penalties.PartyCases(d.ctx, d.by)
	return len(list), err
}
