package httpd

import (
	"mime/multipart"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
)

// draftFile is a file of the unfinished filing as the page lists it.
type draftFile struct {
	ID         int64
	Name, Kind string
	Size       int64
	Scan       string
}

func (s *Server) draftEvidencePage(c echo.Context) error {
	return s.withDraft(c, func(dr *complaint.Draft) error {
		d, err := s.draftEvidenceData(c, dr, nil)
		if err != nil {
			return err
		}
		return s.show(c, http.StatusOK, "complain/evidence", d)
	})
}

func (s *Server) draftEvidenceData(c echo.Context, dr *complaint.Draft, form *Form) (*filingPageData, error) {
	i, _ := stepAt("evidence")
	d, err := s.stepData(c, i, dr.Filing, form)
	if err != nil {
		return nil, err
	}
	p, err := s.packOf(dr.Filing)
	if err != nil {
		return nil, err
	}
	d.Kinds, d.Helpful = kindsOf(p, d.Lang), helpfulFor(p, dr.Filing.Violations, d.Lang)
	d.MaxBytes, d.Limit = s.Evidence.MaxBytes(), locale.Bytes(d.Lang, s.Evidence.MaxBytes())
	for _, f := range dr.Files {
		d.Uploaded = append(d.Uploaded, draftFile{f.ID, f.Name, kindName(p, f.Kind, d.Lang), f.Size, f.Scan})
	}
	return d, nil
}

// kindsOf are the kinds of evidence that the public can name.
func kindsOf(p *rulebook.Pack, lang locale.Lang) []Option {
	var out []Option
	for _, e := range p.EvidenceTypes() {
		if e.Public {
			out = append(out, Option{Value: e.ID, Label: e.Name.In(string(lang))})
		}
	}
	return out
}

func kindName(p *rulebook.Pack, id string, lang locale.Lang) string {
	if e, ok := p.EvidenceType(id); ok {
		return e.Name.In(string(lang))
	}
	return id
}

// helpfulFor lists the evidence that the rulebook names for what was ticked.
func helpfulFor(p *rulebook.Pack, codes []string, lang locale.Lang) []string {
	wanted := map[string]bool{}
	for _, code := range codes {
		if v, ok := p.Violation(code); ok {
			for _, id := range v.Evidence {
				wanted[id] = true
			}
		}
	}
	var out []string
	for _, e := range p.EvidenceTypes() {
		if e.Public && wanted[e.ID] {
			out = append(out, e.Name.In(string(lang)))
		}
	}
	return out
}

// addDraftEvidence stores the files that were chosen. A bad one does not take the
// others with it; going on with files chosen stores them first.
func (s *Server) addDraftEvidence(c echo.Context) error {
	form, err := formOf(c)
	if fault.Is(err, fault.TooLarge) {
		form = NewForm(nil)
		return s.withDraft(c, func(dr *complaint.Draft) error {
			return s.showDraftEvidence(c, fileFault("complain.file_too_large", locale.Bytes(langOf(c), s.Evidence.MaxBytes())), dr, form)
		})
	}
	if err != nil {
		return err
	}
	defer dropUploads(c)
	return s.withDraft(c, func(dr *complaint.Draft) error {
		logs, err := s.logsAmong(c, form)
		if err != nil {
			return err
		}
		files := uploads(c, "file")
		if len(logs) > 0 {
			return s.draftLogsSent(c, dr, form, logs)
		}
		next := form.Value("do") == "next"
		if next && len(files) == 0 {
			i, _ := stepAt("evidence")
			return c.Redirect(http.StatusSeeOther, afterStep(i, form))
		}
		if err := s.storeDraftFiles(c, dr, form); err != nil {
			return s.showDraftEvidence(c, err, dr, form)
		}
		s.keepDraft(c, dr.Token)
		if next {
			i, _ := stepAt("evidence")
			return c.Redirect(http.StatusSeeOther, afterStep(i, form))
		}
		s.flash(c, "good", "complain.files_added", strconv.Itoa(len(files)))
		return c.Redirect(http.StatusSeeOther, returning("/complain/evidence", form))
	})
}

// draftLogsSent stores the files that came with logs and asks about the logs.
func (s *Server) draftLogsSent(c echo.Context, dr *complaint.Draft, form *Form, logs []heldFile) error {
	if len(uploads(c, "file")) > 0 {
		if err := s.storeDraftFiles(c, dr, form); err != nil {
			return s.showDraftEvidence(c, err, dr, form)
		}
	}
	s.keepDraft(c, dr.Token)
	k, err := s.draftKeeper(c, dr)
	if err != nil {
		return err
	}
	return s.askAboutLogs(c, k, logs)
}

// showDraftEvidence shows the page again; files stored beside the bad one are
// listed, so the draft is read anew.
func (s *Server) showDraftEvidence(c echo.Context, err error, dr *complaint.Draft, form *Form) error {
	return s.showForm(c, err, form, "complain/evidence", func(form *Form) (any, error) {
		fresh, err := s.Complaints.OpenDraft(c.Request().Context(), dr.Token)
		if err != nil {
			return nil, err
		}
		return s.draftEvidenceData(c, fresh, form)
	})
}

func (s *Server) storeDraftFiles(c echo.Context, dr *complaint.Draft, form *Form) error {
	p, err := s.packOf(dr.Filing)
	if err != nil {
		return err
	}
	return s.storeFiles(c, form, func(h *multipart.FileHeader, f multipart.File) error {
		_, err := s.Evidence.AddToDraft(c.Request().Context(), dr.Token, kindSaid(form, p, dr.Filing.Violations, h), h.Filename, f)
		return err
	})
}

// kindSaid is the kind that was chosen for the files, or the likeliest of each.
func kindSaid(form *Form, p *rulebook.Pack, violations []string, h *multipart.FileHeader) string {
	if kind := form.Value("kind"); kind != "" {
		return kind
	}
	return likelyKind(p, violations, h.Filename)
}

func (s *Server) removeDraftEvidence(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	return s.withDraft(c, func(dr *complaint.Draft) error {
		id, err := strconv.ParseInt(form.Value("id"), 10, 64)
		if err != nil {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		err = s.Complaints.RemoveDraftFile(c.Request().Context(), dr.Token, id)
		if err != nil && !fault.Is(err, fault.NotFound) { // removed by an earlier click
			return err
		}
		s.flash(c, "good", "complain.file_removed")
		return c.Redirect(http.StatusSeeOther, returning("/complain/evidence", form))
	})
}

// returning keeps the way back to the last check.
func returning(path string, form *Form) string {
	if form.Value("return") == "check" {
		return path + "?return=check"
	}
	return path
}
