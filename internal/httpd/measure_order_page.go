package httpd

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/casework"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
	"dunwatch/internal/rulebook"
)

// measureOrderData orders a measure in two steps: first its kind, because each is asked for other things; then what it says.
type measureOrderData struct {
	Page
	K      *casework.Case
	After  string // reference of the measure that it follows; "" for none
	Kinds  []measureChoiceRow
	Kind   *measureChoiceRow // nil in the first step
	Fields []stepField
	Text   string // what the kind is about
}

// measureChoiceRow is a kind of measure to choose.
type measureChoiceRow struct {
	ID, Name, About, Href string
	Caveat, Article       string
}

const measureOrderTemplate = "measure/order"

// measureStep names the form in the locales: "procedure.field_of.measure.…".
const measureStep enforcement.Step = "measure"

// measureFields are the fields of the form of a kind, in their order.
func measureFields(k enforcement.MeasureKind) []deedField {
	how := map[enforcement.MeasureField]deedField{
		enforcement.AsksHeldOn: inDay("held_on"), enforcement.AsksPlace: inLine("place"), enforcement.AsksPresent: inLines("present"),
		enforcement.AsksGround: inOne("ground", "no_penalty"), enforcement.AsksAuthority: inOne("authority", "authorities"), enforcement.AsksProof: inArea("proof"),
		enforcement.AsksUntilOn: inLater("until_on"), enforcement.AsksDueOn: inLater("due_on"),
	}
	out := []deedField{inOne("firm", "firms"), {name: "findings", as: asNumbers, of: "findings", optional: !k.Finding}}
	before := []enforcement.MeasureField{enforcement.AsksHeldOn, enforcement.AsksPlace, enforcement.AsksPresent, enforcement.AsksGround, enforcement.AsksAuthority}
	add := func(fields []enforcement.MeasureField, early bool) {
		for _, f := range fields {
			if slices.Contains(before, f) != early {
				continue
			}
			x := how[f]
			x.optional = !slices.Contains(k.Needs, f)
			out = append(out, x)
		}
	}
	add(k.Asks, true)
	out = append(out, inLong("text"))
	add(k.Asks, false)
	return append(out, deedField{name: "basis", as: asBases, optional: true})
}

func (s *Server) measureOrderPage(c echo.Context) error {
	p, err := s.measureOrderData(c, c.QueryParam("kind"), c.QueryParam("after"), nil)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, measureOrderTemplate, p)
}

// measureOrderData prepares the first step where kind is none, the second where it is one. Who may not order hears it now.
func (s *Server) measureOrderData(c echo.Context, kind, after string, form *Form) (*measureOrderData, error) {
	d := s.deskOf(c)
	k, err := s.Cases.ByRef(d.ctx, d.by, c.Param("ref"))
	if err != nil {
		return nil, err
	}
	if err := s.Penalties.MayOrder(d.ctx, d.by, k.Reference); err != nil {
		return nil, err
	}
	at := "/cases/" + urlPath(k.Reference)
	p := &measureOrderData{Page: s.base(c), K: k, After: after}
	p.Query, p.Form = Query{Path: at + "/measures/new"}, form
	p.Crumbs = []Crumb{{Text: d.t("queue.title"), Href: "/queue"}, {Text: k.Reference, Href: at + "#measures"}, {Text: d.t("measure.order")}}
	pack := d.pack(k.Pack)
	var chosen enforcement.MeasureKind
	for _, x := range enforcement.MeasureKinds(pack) {
		row := measureChoiceRow{ID: x.ID, Name: d.measureKind(k.Pack, x.ID), About: d.t("measure.about." + measureAbout(x)), Article: d.text(x.Article),
			Href: p.Query.With("kind", x.ID, "after", after)}
		if t, ok := x.Caveat(); ok && x.ID != enforcement.NoPenaltyKind {
			row.Caveat = d.text(t)
		}
		p.Kinds = append(p.Kinds, row)
		if x.ID == kind {
			chosen, p.Kind = x, &row
		}
	}
	if p.Kind == nil {
		return p, nil
	}
	m, err := d.measureMatter(k, pack, kind)
	if err != nil {
		return nil, err
	}
	p.Fields, err = d.stepForm(m, measureStep, measureFields(chosen), form)
	return p, err
}

// measureAbout names the sentence that says what a kind is about.
func measureAbout(k enforcement.MeasureKind) string {
	switch {
	case k.Class == "referral":
		return "referral"
	case slices.Contains(k.Asks, enforcement.AsksHeldOn):
		return "talk"
	case slices.Contains(k.Asks, enforcement.AsksProof):
		return "correct"
	case slices.Contains(k.Asks, enforcement.AsksGround):
		return "no_penalty"
	case slices.Contains(k.Asks, enforcement.AsksUntilOn):
		return "restriction"
	}
	return "letter"
}

// measureMatter is what the form chooses from, and what it begins with: whoever is accused, all findings, their law.
func (d desk) measureMatter(k *casework.Case, pack *rulebook.Pack, kind string) (*stepMatter, error) {
	m := &stepMatter{k: k, pack: pack, choices: map[string][]Option{}, values: map[string]any{}}
	if err := d.stepFindings(m, enforcement.StepApply); err != nil {
		return nil, err
	}
	if err := d.stepLaw(m, enforcement.StepApply); err != nil {
		return nil, err
	}
	m.choices["authorities"] = nil
	for _, a := range enforcement.AuthoritiesFor(pack, kind) {
		m.choices["authorities"] = append(m.choices["authorities"], Option{Value: a.ID, Label: d.text(a.Name)})
	}
	for _, f := range d.parties(k.Agency, k.Lender) {
		if f.Code != "" {
			m.choices["firms"] = append(m.choices["firms"], Option{Value: f.Code, Label: f.Name + " · " + d.t("ui.party."+f.Kind)})
		}
	}
	n := enforcement.NewMeasure{Findings: []int{}, Basis: []string{}}
	if len(m.choices["firms"]) > 0 {
		n.Firm = m.choices["firms"][0].Value
	}
	for i := range m.findings {
		f := &m.findings[i]
		n.Findings = append(n.Findings, f.Number)
		n.Basis = append(n.Basis, f.Finding.Bases...)
		// A measure may rest on a standard that carries no penalty: it is offered beside the law.
		f.Finding.Bases = slices.Concat(f.Finding.Bases, f.Finding.Standards)
	}
	slices.Sort(n.Basis)
	n.Basis = slices.Compact(n.Basis)
	values, err := jsonValues(n)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"firm", "findings", "basis"} { // the rest is empty: nothing is said yet
		m.values[name] = values[name]
	}
	return m, nil
}

func (s *Server) orderMeasure(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	d, ref := s.deskOf(c), c.Param("ref")
	k, err := s.Cases.ByRef(d.ctx, d.by, ref)
	if err != nil {
		return err
	}
	// What may be done is asked before what was typed.
	if err := s.Penalties.MayOrder(d.ctx, d.by, ref); err != nil {
		return err
	}
	kind := form.Text("kind")
	n := enforcement.NewMeasure{Kind: kind}
	chosen, ok := enforcement.MeasureKindOf(d.pack(k.Pack), kind)
	if !ok {
		err = fault.Fields{{Name: "kind", Key: "penalty_case.measure_kind"}}.Err()
	} else {
		err = measureTyped(form, measureFields(chosen), &n)
	}
	var m *enforcement.FirmMeasure
	if err == nil {
		n.Kind, n.After = kind, form.Text("after")
		m, err = s.Penalties.OrderMeasure(d.ctx, d.by, ref, n)
	}
	if err != nil {
		return s.showForm(c, staleDesk(atDeed(err, nil)), form, measureOrderTemplate, func(f *Form) (any, error) {
			return s.measureOrderData(c, kind, form.Text("after"), f)
		})
	}
	s.flash(c, "good", "measure.ordered", m.Reference)
	return c.Redirect(http.StatusSeeOther, measureHref(m.Reference))
}

// measureTyped reads typed fields into something by the names that it has in JSON.
func measureTyped(form *Form, fields []deedField, into any) error {
	r := deedReader{form: form, at: map[string][]int{}}
	data, err := json.Marshal(r.all("", fields))
	if err != nil {
		return err
	}
	if err := r.wrong.Err(); err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fault.Wrap(err, fault.Invalid, "fault.invalid")
	}
	return nil
}

// caseMeasures are the measures of a case on its page.
func (s *Server) caseMeasures(d desk, p *casePageData) error {
	if s.Policy.Widest(d.by.Role, access.ReadPenalty) == access.None {
		return nil
	}
	list, err := s.Penalties.MeasuresOf(d.ctx, d.by, p.K.Reference)
	if err != nil {
		return err
	}
	p.Measures = d.measureRows(list)
	// A case that is closed gets no more, but for what follows from a measure that was not heeded: its page leads there.
	if p.K.Status != casework.Closed && d.may(access.OrderMeasure, p.K.Owner()) {
		p.OrderHref = "/cases/" + urlPath(p.K.Reference) + "/measures/new"
	}
	return nil
}

// evidenceOptions are the files of a case to tick.
func (d desk) evidenceOptions(complaintRef string) ([]Option, error) {
	items, err := d.s.Evidence.List(d.ctx, d.by, complaintRef)
	if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Option
	for _, i := range items {
		name := i.Name
		if i.Hidden {
			continue
		}
		out = append(out, Option{Value: i.Label(), Label: i.Label() + " " + name, Hint: strconv.FormatInt((i.Size+1023)/1024, 10) + " KB"})
	}
	return out, nil
}
