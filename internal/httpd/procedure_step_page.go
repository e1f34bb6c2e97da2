package httpd

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/casework"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
	"dunwatch/internal/rulebook"
)

// procedureStepData is one step of the procedure: what it still needs, and its form.
type procedureStepData struct {
	Page
	Step    enforcement.Step
	Name    string
	Text    string // message key of what the step is about; "" for none
	Ref     string
	Action  string
	Version int64
	Lacks   []lackRow
	Ready   bool // nothing keeps the viewer from it by stage or part
	Fields  []stepField
	Content []contentRow // of the decision, before it is made
	Rule    string       // from which sum a hearing is offered; "" where it does not matter
	Doubt   string       // why that sum must be checked; "" where it was
	Back    string
	Like    *likeView // beside the steps that approve or issue, and beside the legal review
}

// contentRow is something that the decision must say.
type contentRow struct{ Name, State, Word string }

const procedureStepTemplate = "enforcement/step"

func stepHref(ref string, step enforcement.Step) string {
	return penaltyHref(ref) + "/steps/" + string(step)
}

// stepAsked is the step that the address names. NotFound.
func stepAsked(c echo.Context) (enforcement.Step, []deedField, error) {
	step := enforcement.Step(c.Param("step"))
	fields, ok := deedForms[step]
	if !ok || step == enforcement.StepApply {
		return "", nil, fault.New(fault.NotFound, "fault.not_found")
	}
	return step, fields, nil
}

func (s *Server) penaltyStepPage(c echo.Context) error {
	p, err := s.penaltyStepData(c, nil)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, procedureStepTemplate, p)
}

func (s *Server) penaltyStepData(c echo.Context, form *Form) (*procedureStepData, error) {
	step, fields, err := stepAsked(c)
	if err != nil {
		return nil, err
	}
	d, ref := s.deskOf(c), c.Param("ref")
	pen, err := s.Penalties.ByRef(d.ctx, d.by, ref)
	if err != nil {
		return nil, err
	}
	course, err := s.Penalties.Course(d.ctx, d.by, ref)
	if err != nil {
		return nil, err
	}
	lacks, err := s.Penalties.Missing(d.ctx, d.by, ref, step)
	if err != nil {
		return nil, err
	}
	m, err := d.stepMatter(pen, course, step)
	if err != nil {
		return nil, err
	}
	p := &procedureStepData{Page: s.base(c), Step: step, Name: d.t("penalty_case.step." + string(step)), Ref: pen.Reference, Action: stepHref(pen.Reference, step),
		Version: pen.Version, Lacks: d.lackRows(lacks), Ready: true, Back: penaltyHref(pen.Reference)}
	for _, l := range lacks {
		p.Ready = p.Ready && l.Guard != "stage" && l.Guard != "apart"
	}
	p.finish(d, form)
	p.Crumbs = []Crumb{{Text: d.t("penalty_page.title"), Href: "/penalties"}, {Text: pen.Reference, Href: p.Back}, {Text: p.Name}}
	if p.Fields, err = d.stepForm(m, step, fields, form); err != nil {
		return nil, err
	}
	switch step {
	case enforcement.StepApprove, enforcement.StepIssue, enforcement.StepLegalReview, enforcement.StepDeliberate:
		if p.Like, err = s.likeOf(d, pen, course.Sentence.RangeReason); err != nil {
			return nil, err
		}
	}
	switch step {
	case enforcement.StepApprove, enforcement.StepIssue:
		p.Content, err = d.contentRows(pen.Reference)
	case enforcement.StepConclude, enforcement.StepRevise, enforcement.StepNotice:
		p.Rule, p.Doubt = d.hearingRule(m.pack)
	}
	return p, err
}

// contentRows is what the decision must say, and whether the case says it.
func (d desk) contentRows(ref string) ([]contentRow, error) {
	list, err := d.s.Penalties.Content(d.ctx, d.by, ref)
	if err != nil {
		return nil, err
	}
	var out []contentRow
	for _, e := range list {
		state := "absent"
		switch {
		case e.Present:
			state = "present"
		case e.Asked:
			state = "asked"
		}
		out = append(out, contentRow{d.t("penalty_case.content." + e.ID), state, d.t("penalty_case.content." + state)})
	}
	return out, nil
}

// hearingRule says from which sum a hearing is offered, and what is uncertain about the sum.
func (d desk) hearingRule(pack *rulebook.Pack) (rule, doubt string) {
	t, ok := d.s.Penalties.HearingSum(pack, false)
	if !ok {
		return d.t("penalty_case.hearing_any"), ""
	}
	rule = d.t("penalty_case.hearing_sum", d.money(pack.ID, t.Value*100)) + d.t("procedure.in_brackets", d.text(t.Article))
	if c, unsure := t.Caveat(); unsure {
		doubt = d.text(c)
	}
	return rule, doubt
}

// finish is what the pages of a step and of an application share.
func (p *procedureStepData) finish(d desk, form *Form) {
	p.Form, p.Query = form, Query{Path: p.Action}
	if key := "procedure.about." + string(p.Step); d.s.Words.Has(d.lang, key) {
		p.Text = key
	}
}

// takePenaltyStep takes a step; a refused form comes back as it was typed.
func (s *Server) takePenaltyStep(c echo.Context) error {
	step, fields, err := stepAsked(c)
	if err != nil {
		return err
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	build := func(f *Form) (any, error) { return s.penaltyStepData(c, f) }
	if form.moreRows() {
		p, err := s.penaltyStepData(c, form)
		if err != nil {
			return err
		}
		return s.show(c, http.StatusOK, procedureStepTemplate, p)
	}
	ref := c.Param("ref")
	deed, at, err := deedOf(step, fields, form)
	if err == nil {
		_, _, err = s.Penalties.Take(c.Request().Context(), actorOf(c), ref, form.Version(), deed)
	}
	if err != nil {
		return s.showForm(c, staleDesk(atDeed(err, at)), form, procedureStepTemplate, build)
	}
	s.flash(c, "good", "procedure.taken", s.deskOf(c).t("penalty_case.step."+string(step)))
	return c.Redirect(http.StatusSeeOther, penaltyHref(ref))
}

// staleDesk says of a lost race what the desk says everywhere.
func staleDesk(err error) error {
	if f := faultOf(err); f.Kind == fault.Conflict && f.Key == "fault.stale" {
		return fault.Wrap(err, fault.Conflict, "desk.stale")
	}
	return err
}

// moreRows answers the button that asks for further rows of a list: it only shows the form again.
func (f *Form) moreRows() bool {
	list := f.Value("more")
	if list == "" {
		return false
	}
	f.Values.Set("rows."+list, strconv.Itoa(min(f.rows(list)+stepRowsMore, maxDeedRows)))
	return true
}

// applyPage asks that a case be filed: the first step of the statutory procedure, from the page of the case.
func (s *Server) applyPage(c echo.Context) error {
	p, err := s.applyData(c, nil)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, procedureStepTemplate, p)
}

func (s *Server) applyData(c echo.Context, form *Form) (*procedureStepData, error) {
	d := s.deskOf(c)
	k, err := s.applyCase(c)
	if err != nil {
		return nil, err
	}
	m, err := d.applyMatter(k)
	if err != nil {
		return nil, err
	}
	back := "/cases/" + urlPath(k.Reference)
	p := &procedureStepData{Page: s.base(c), Step: enforcement.StepApply, Name: d.t("penalty_case.step.apply"), Ref: k.Reference, Action: back + "/penalties/apply",
		Version: k.Version, Ready: true, Back: back}
	p.finish(d, form)
	p.Crumbs = []Crumb{{Text: d.t("queue.title"), Href: "/queue"}, {Text: k.Reference, Href: back}, {Text: p.Name}}
	p.Fields, err = d.stepForm(m, p.Step, deedForms[p.Step], form)
	return p, err
}

func (s *Server) applyCase(c echo.Context) (*casework.Case, error) {
	d := s.deskOf(c)
	k, err := s.Cases.ByRef(d.ctx, d.by, c.Param("ref"))
	if err != nil {
		return nil, err
	}
	return k, s.Policy.Check(d.by, access.ProposePenalty, k.Owner())
}

func (s *Server) applyForCase(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	deed, at, err := deedOf(enforcement.StepApply, deedForms[enforcement.StepApply], form)
	var p *enforcement.Penalty
	if err == nil {
		p, _, err = s.Penalties.Apply(c.Request().Context(), actorOf(c), c.Param("ref"), form.Version(), deed.(*enforcement.Apply))
	}
	if err != nil {
		return s.showForm(c, staleDesk(atDeed(err, at)), form, procedureStepTemplate, func(f *Form) (any, error) { return s.applyData(c, f) })
	}
	s.flash(c, "good", "procedure.applied", p.Reference)
	return c.Redirect(http.StatusSeeOther, penaltyHref(p.Reference))
}
