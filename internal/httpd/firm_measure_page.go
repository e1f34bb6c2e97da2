package httpd

import (
	"cmp"
	"mime/multipart"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
)

// firmMeasuresData are the measures against the reader's firm.
type firmMeasuresData struct {
	Page
	Firm string
	Rows []firmMeasureRow
}

type firmMeasureRow struct {
	*enforcement.FirmMeasure
	Href, Name string
	Chip       Chip
	Due        *Deadline
}

func (s *Server) firmMeasuresPage(c echo.Context) error {
	d := s.deskOf(c)
	list, err := s.Penalties.PartyMeasures(d.ctx, d.by)
	if err != nil {
		return err
	}
	p := &firmMeasuresData{Page: s.base(c)}
	for i := range list {
		m := &list[i]
		p.Rows = append(p.Rows, firmMeasureRow{m, firmMeasureHref(m.Reference), d.measureKind("", m.Kind), d.measureChip(m), d.measureDue(m)})
	}
	if p.Firm, err = s.portalFirm(d.ctx, d.by); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "portal/measures", p)
}

// firmMeasureData is one measure as the firm reads it.
type firmMeasureData struct {
	Page
	M      *enforcement.FirmMeasure
	Kind   string
	Chip   Chip
	Due    *Deadline
	Text   []string
	Facts  []Answer
	Bases  []basisRow
	Files  []proofRow
	Events []Event
	Prove  bool
	Kinds  []Option // of files
	Limit  string   // the largest file
	Paper  documentLink
}

const firmMeasureTemplate = "portal/measure"

func (s *Server) firmMeasurePage(c echo.Context) error {
	p, err := s.firmMeasureData(c, nil)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, firmMeasureTemplate, p)
}

func (s *Server) firmMeasureData(c echo.Context, form *Form) (*firmMeasureData, error) {
	d := s.deskOf(c)
	m, err := s.Penalties.MeasureByRef(d.ctx, d.by, c.Param("ref"))
	if err != nil {
		return nil, err
	}
	acts, err := s.Penalties.MeasureActs(d.ctx, d.by, m)
	if err != nil {
		return nil, err
	}
	at, pack := firmMeasureHref(m.Reference), d.pack("")
	p := &firmMeasureData{Page: s.base(c), M: m, Kind: d.measureKind("", m.Kind), Chip: d.measureChip(m), Due: d.measureDue(m), Text: lines(m.Text), Facts: d.measureFacts(m),
		Bases: d.bases(pack, m.Basis), Events: d.measureEvents(m), Prove: acts.Prove, Kinds: d.fileKinds(pack), Limit: locale.Bytes(d.lang, s.Evidence.MaxBytes()),
		Paper: documentLink{Name: m.Number, Href: at + "/document", PDF: at + "/document/pdf?text=" + string(d.lang)}}
	p.Form, p.Query = form, Query{Path: at}
	p.Crumbs = []Crumb{{Text: d.t("measure.firm.title"), Href: "/firm/measures"}, {Text: m.Reference}}
	for _, f := range m.Files {
		p.Files = append(p.Files, d.proofRow(at+"/files/"+strconv.Itoa(f.Number), "", f))
	}
	return p, nil
}

// firmProves stores the files that were chosen and then sends the proof; the button beside the files stores them alone, and
// what was typed stays.
func (s *Server) firmProves(c echo.Context) error {
	build := func(f *Form) (any, error) { return s.firmMeasureData(c, f) }
	form, err := s.formWithFiles(c)
	if err != nil {
		if form == nil {
			return err
		}
		form.Name = "prove"
		return s.showForm(c, err, form, firmMeasureTemplate, build)
	}
	form.Name = "prove"
	ctx, by, ref, only := c.Request().Context(), actorOf(c), c.Param("ref"), form.Value("do") == "file"
	if only || len(uploads(c, "file")) > 0 {
		err = s.storeFiles(c, form, func(h *multipart.FileHeader, f multipart.File) error {
			_, err := s.Penalties.GiveProof(ctx, by, ref, cmp.Or(form.Text("file_kind"), "other"), h.Filename, f)
			return err
		})
	}
	if only && err == nil {
		p, err := s.firmMeasureData(c, form)
		if err != nil {
			return err
		}
		p.Flash = append(p.Flash, Flash{Tone: "good", Key: "portal.files_stored"})
		return s.show(c, http.StatusOK, firmMeasureTemplate, p)
	}
	if err == nil {
		_, err = s.Penalties.ProveCorrection(ctx, by, ref, form.Version(), form.Value("note"), nil)
	}
	if err != nil {
		return s.showForm(c, staleDesk(err), form, firmMeasureTemplate, build)
	}
	s.flash(c, "good", "measure.firm.proved")
	return c.Redirect(http.StatusSeeOther, firmMeasureHref(ref))
}

// firmProofFile hands the firm one of its own files, to be saved and never to be shown. The look is on the record.
func (s *Server) firmProofFile(c echo.Context) error {
	number, err := strconv.Atoi(c.Param("number"))
	if err != nil {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	f, body, err := s.Penalties.OpenProof(c.Request().Context(), actorOf(c), c.Param("ref"), number)
	if err != nil {
		return err
	}
	return s.saveFile(c, strconv.Itoa(f.Number)+" "+f.Name, f.Size, body)
}

func (s *Server) firmMeasurePaper(c echo.Context) error {
	return s.measurePaperPage(c, firmMeasureHref(c.Param("ref")))
}
