package httpd

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/casework"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
)

// measurePageData is one measure at the desk.
type measurePageData struct {
	Page
	M        *enforcement.FirmMeasure
	Kind     string
	Article  string
	Chip     Chip
	Party    PartyChip
	Due      *Deadline
	To       string // of a referral: the authority
	Text     []string
	Facts    []Answer
	Findings []findingRow
	Bases    []basisRow
	Files    []proofRow
	Events   []Event
	Acts     enforcement.MeasureActs
	Results  []Option // of a check
	Evidence []Option // to tick
	Steps    []measureReferral
	Papers   []documentLink // that can be handed over with a referral
	Follows  *documentLink
	After    []documentLink
	LeadsOn  bool // not corrected: offer a penalty or a further measure
	CaseHref string
}

// proofRow is a file that the firm gave.
type proofRow struct {
	enforcement.PartyFile
	Href, KindName, State string
}

// measureReferral is a step of a referral that is open, with its form.
type measureReferral struct {
	Step, Name string
	Files      []Option
	Form       *Form
}

const measureTemplate = "measure/page"

func (s *Server) measurePage(c echo.Context) error {
	p, err := s.measureData(c, nil)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, measureTemplate, p)
}

func (s *Server) measureData(c echo.Context, form *Form) (*measurePageData, error) {
	d := s.deskOf(c)
	m, err := s.Penalties.MeasureByRef(d.ctx, d.by, c.Param("ref"))
	if err != nil {
		return nil, err
	}
	if m.Case == nil { // a firm's staff have pages of their own
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	pack := d.pack(m.Case.Pack)
	p := &measurePageData{Page: s.base(c), M: m, Kind: d.measureKind(pack.ID, m.Kind), Chip: d.measureChip(m), Party: firmChip(m.Firm), Due: d.measureDue(m), Text: lines(m.Text),
		Facts: d.measureFacts(m), Bases: d.bases(pack, m.Basis), Events: d.measureEvents(m), CaseHref: "/cases/" + urlPath(m.Case.Reference),
		LeadsOn: m.Status == enforcement.MeasureNotCorrected}
	if k, ok := pack.PenaltyKind(m.Kind); ok {
		p.Article = d.text(k.Article)
	}
	if m.Referral() {
		p.To = d.authority(pack.ID, m.Authority)
	}
	p.Form, p.Query = form, Query{Path: measureHref(m.Reference)}
	p.Crumbs = []Crumb{{Text: d.t("measure.title"), Href: "/measures"}, {Text: m.Reference}}
	p.link(m)
	for _, f := range m.Files {
		p.Files = append(p.Files, d.proofRow(evidenceHref(m.Case)+"/"+strings.TrimPrefix(f.Label, "E-"), pack.ID, f))
	}
	if err := s.measureFindings(d, p, m.Case); err != nil {
		return nil, err
	}
	return p, s.measureForms(d, p, form)
}

// link leads to the measures before and after this one.
func (p *measurePageData) link(m *enforcement.FirmMeasure) {
	if m.Follows != "" {
		p.Follows = &documentLink{Name: m.Follows, Href: measureHref(m.Follows)}
	}
	for _, ref := range m.FollowedBy {
		p.After = append(p.After, documentLink{Name: ref, Href: measureHref(ref)})
	}
}

func (d desk) proofRow(href, pack string, f enforcement.PartyFile) proofRow {
	r := proofRow{PartyFile: f, Href: href, State: d.t("measure.file_loose")}
	if k, ok := d.pack(pack).EvidenceType(f.Kind); ok {
		r.KindName = d.text(k.Name)
	}
	if f.Sent {
		r.State = d.t("measure.file_sent")
	}
	return r
}

// measureFacts are what the kind of a measure says beside its text.
func (d desk) measureFacts(m *enforcement.FirmMeasure) []Answer {
	pack := ""
	if m.Case != nil {
		pack = m.Case.Pack
	}
	var out []Answer
	add := func(key string, lines ...string) {
		if lines = slices.DeleteFunc(lines, func(l string) bool { return l == "" }); len(lines) > 0 {
			out = append(out, Answer{Label: d.t("measure.fact." + key), Lines: lines})
		}
	}
	add("ordered_on", locale.Date(d.lang, m.OrderedOn))
	if !m.HeldOn.IsZero() {
		add("held_on", locale.Date(d.lang, m.HeldOn))
	}
	add("place", m.Place)
	add("present", m.Present...)
	if g, ok := d.pack(pack).Ground(enforcement.NoPenaltyKind, m.Ground); ok {
		add("ground", d.text(g.Name), d.text(g.Article))
	}
	add("proof", lines(m.Proof)...)
	if !m.UntilOn.IsZero() {
		add("until_on", locale.Date(d.lang, m.UntilOn))
	}
	if !m.DueOn.IsZero() {
		add("due_on", locale.Date(d.lang, m.DueOn))
	}
	if !m.EndedOn.IsZero() {
		add("ended_on", locale.Date(d.lang, m.EndedOn))
	}
	return out
}

func (s *Server) measureFindings(d desk, p *measurePageData, k *casework.Case) error {
	list, err := s.Cases.Findings(d.ctx, d.by, k.Reference)
	if err != nil {
		return err
	}
	for _, f := range d.findingRows(k, list) {
		if slices.Contains(p.M.Findings, f.Number) {
			p.Findings = append(p.Findings, f)
		}
	}
	return nil
}

// measureForms prepares what the reader may do.
func (s *Server) measureForms(d desk, p *measurePageData, form *Form) (err error) {
	if p.Acts, err = s.Penalties.MeasureActs(d.ctx, d.by, p.M); err != nil {
		return err
	}
	if p.M.Referral() {
		return s.referralForms(d, p, form)
	}
	if p.Acts.Check {
		for _, r := range []string{"corrected", "again", "give_up"} {
			p.Results = append(p.Results, Option{Value: r, Label: d.t("measure.result." + r), Hint: d.t("measure.result_hint." + r)})
		}
		p.Evidence, err = d.evidenceOptions(p.M.Case.Complaint.Reference)
	}
	return err
}

// referralForms are the steps of a referral that are open, and the papers that can go with it.
func (s *Server) referralForms(d desk, p *measurePageData, form *Form) error {
	known, err := s.Penalties.Handable(d.ctx, d.by, p.M)
	if err != nil {
		return err
	}
	p.Papers = append(p.Papers, documentLink{Name: d.t("measure.evidence_file"), Href: evidenceHref(p.M.Case)})
	var files []Option
	for _, ref := range known {
		o := Option{Value: ref, Label: ref}
		if strings.HasPrefix(ref, "P-") {
			o.Label = d.t("measure.penalty_file", ref)
			p.Papers = append(p.Papers, documentLink{Name: o.Label, Href: penaltyHref(ref) + "/file", PDF: penaltyHref(ref) + "/file/pdf"})
		}
		files = append(files, o)
	}
	for _, step := range p.Acts.Referral {
		x := measureReferral{Step: step, Name: d.t("measure.referral." + step), Form: form.For("referral-" + step)}
		if step == "handed" {
			x.Files = files
		}
		p.Steps = append(p.Steps, x)
	}
	return nil
}

// measureDeed runs one command of the page of a measure and goes back to it.
func (s *Server) measureDeed(c echo.Context, form *Form, name, done string, do func(form *Form) error) error {
	if err := do(form); err != nil {
		form.Name = name
		return s.showForm(c, staleDesk(atDeed(err, nil)), form, measureTemplate, func(f *Form) (any, error) { return s.measureData(c, f) })
	}
	s.flash(c, "good", done)
	return c.Redirect(http.StatusSeeOther, measureHref(c.Param("ref")))
}

// enterProof notes a proof that came on paper.
func (s *Server) enterProof(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	return s.measureDeed(c, form, "prove", "measure.proof_entered", func(f *Form) error {
		_, err := s.Penalties.ProveCorrection(c.Request().Context(), actorOf(c), c.Param("ref"), f.Version(), f.Value("note"), f.List("evidence"))
		return err
	})
}

func (s *Server) checkMeasure(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	return s.measureDeed(c, form, "check", "measure.checked", func(f *Form) error {
		x := enforcement.MeasureCheck{Note: f.Value("note"), Evidence: f.List("evidence")}
		var wrong fault.Fields
		switch f.Value("result") {
		case "corrected":
			x.Corrected = true
		case "give_up":
			x.GiveUp = true
		case "again":
		default:
			wrong.Add("result", "fault.choose")
		}
		if x.NextOn, err = f.Date("next_on"); err != nil {
			wrong.Add("next_on", "fault.date")
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		_, err := s.Penalties.CheckCorrection(c.Request().Context(), actorOf(c), c.Param("ref"), f.Version(), x)
		return err
	})
}

// referMeasure records what happened to a referral.
func (s *Server) referMeasure(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	step := form.Text("step")
	return s.measureDeed(c, form, "referral-"+step, "measure.referral_noted", func(f *Form) error {
		on, err := f.Date("on")
		if err != nil {
			return fault.Fields{{Name: "on", Key: "fault.date"}}.Err()
		}
		_, err = s.Penalties.TakeReferral(c.Request().Context(), actorOf(c), c.Param("ref"), f.Version(), enforcement.ReferralStep{Step: step, On: on, Files: f.List("files"), Text: f.Value("text")})
		return err
	})
}

func (s *Server) deskMeasurePaper(c echo.Context) error {
	return s.measurePaperPage(c, measureHref(c.Param("ref")))
}

// measurePaperPage shows the paper of a measure as a sheet, below back.
func (s *Server) measurePaperPage(c echo.Context, back string) error {
	d, lang := s.deskOf(c), portalTextLang(c)
	doc, err := s.Penalties.MeasureDocument(d.ctx, d.by, c.Param("ref"), lang)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "enforcement/document", d.sheetOf(s.base(c), doc, c.Param("ref"), back, back+"/document", lang))
}

func (s *Server) measurePDF(c echo.Context) error {
	doc, err := s.Penalties.MeasureDocument(c.Request().Context(), actorOf(c), c.Param("ref"), portalTextLang(c))
	if err != nil {
		return err
	}
	return s.sendSheet(c, doc)
}

// sendSheet hands a document out as a PDF.
func (s *Server) sendSheet(c echo.Context, doc *enforcement.Document) error {
	sheet := letter.Sheet{Lang: doc.Lang, Number: doc.Number, Title: doc.Title, Body: doc.Body, Office: doc.Office, At: doc.On.Start(s.cfg.Zone), Signed: true}
	var buf bytes.Buffer
	if _, err := s.Letters.PDF(&buf, sheet); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Disposition", contentDisposition(portalFileName(sheet)))
	h.Set("Cache-Control", "no-store")
	return c.Blob(http.StatusOK, "application/pdf", buf.Bytes())
}
