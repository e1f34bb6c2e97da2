package httpd

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/fault"
)

// frameable is the policy of a page that shows files in it: pictures, sound and film as elements of its own, all else in a
// frame. Files come from this site alone.
const frameable = contentPolicy + "; frame-src 'self'; media-src 'self'"

// How a file is shown on its sheet, by its media type: as what kind of element. What is not listed cannot be shown by a
// browser, or not without running something.
var shownAs = map[string]string{
	"image/jpeg": "image", "image/png": "image", "image/webp": "image",
	"audio/mpeg": "audio", "audio/mp4": "audio", "audio/aac": "audio", "audio/wav": "audio", "audio/ogg": "audio",
	"video/mp4": "video", "video/quicktime": "video", "video/3gpp": "video", "video/3gpp2": "video",
	"application/pdf": "frame", "text/plain": "frame", "text/csv": "frame", "text/xml": "frame",
}

// previewEvidence shows a file on the screen, alone in its response: with a type that was found from its content, in a
// sandbox of no origin, where nothing runs and nothing is fetched. It is on the record as looked at.
func (s *Server) previewEvidence(c echo.Context) error {
	number, err := evidenceNumber(c)
	if err != nil {
		return err
	}
	item, file, err := s.Evidence.Open(c.Request().Context(), actorOf(c), c.Param("ref"), number)
	if err != nil {
		return err
	}
	as := shownAs[item.MediaType]
	if as == "" {
		file.Close()
		return fault.New(fault.NotFound, "fault.not_found")
	}
	h := c.Response().Header()
	policy := "default-src 'none'; frame-ancestors 'self'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'"
	kind := item.MediaType
	switch {
	case kind == "application/pdf":
		// Browsers show no PDF in a sandbox. Their viewers run no script of the document in this site's name, and the type
		// is fixed; nothing else gets this exception.
		policy = "default-src 'none'; frame-ancestors 'self'; object-src 'self'; style-src 'unsafe-inline'"
	case as == "frame":
		kind = "text/plain; charset=utf-8" // tables and XML are read as text, never interpreted
		fallthrough
	default:
		policy += "; sandbox"
	}
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", strings.Replace(contentDisposition(evidenceLabel(item.Number)+" "+item.Name), "attachment", "inline", 1))
	return s.pour(c, item.Size, file)
}

// evidenceThumbnail shows the small picture of an item.
func (s *Server) evidenceThumbnail(c echo.Context) error {
	number, err := evidenceNumber(c)
	if err != nil {
		return err
	}
	size, file, err := s.Evidence.Preview(c.Request().Context(), actorOf(c), c.Param("ref"), number)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Content-Type", "image/jpeg")
	return s.pour(c, size, file)
}

// evidenceListData is the register of a complaint's evidence.
type evidenceListData struct {
	Page
	Ref, CaseRef string
	Path         string
	Rows         []evidenceRowView
	Hidden       bool // names and contents are not for this person
	Forms        []Option
}

type evidenceRowView struct {
	EvidenceCard
	Thumbnail string // address of the small picture; "" for none
	Type      string
}

func (s *Server) evidenceList(c echo.Context) error {
	p, err := s.evidenceListData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "evidence/register", p)
}

func (s *Server) evidenceListData(c echo.Context) (*evidenceListData, error) {
	d, ref := s.deskOf(c), c.Param("ref")
	items, err := s.Evidence.List(d.ctx, d.by, ref)
	if err != nil {
		return nil, err
	}
	co, err := s.Complaints.ByRef(d.ctx, d.by, ref)
	if err != nil {
		return nil, err
	}
	p := &evidenceListData{Page: s.base(c), Ref: co.Reference, Path: "/evidence/" + urlPath(co.Reference)}
	if p.CaseRef, _, err = s.caseOf(d, co.ID); err != nil {
		return nil, err
	}
	p.Crumbs = append(d.evidenceCrumbs(p.Ref, p.CaseRef, false), Crumb{Text: d.t("evidence_page.register")})
	for i, card := range d.evidence(co.Pack, co.Reference, items) {
		it := items[i]
		row := evidenceRowView{EvidenceCard: card, Type: it.MediaType}
		if it.Hidden {
			p.Hidden, row.Name, row.Href = true, d.t("screening.hidden_file"), ""
		} else if it.Preview && !it.Barred() {
			row.Thumbnail = p.Path + "/" + strings.TrimPrefix(card.Number, "E-") + "/thumbnail"
		}
		p.Rows = append(p.Rows, row)
	}
	for _, f := range []string{"copy", "original"} {
		p.Forms = append(p.Forms, Option{Value: f, Label: d.t("evidence_page.zip." + f)})
	}
	return p, nil
}

// preview says on the sheet how the item can be looked at.
func (p *evidenceSheetData) preview() {
	switch {
	case p.Item.Barred():
	case shownAs[p.Item.MediaType] != "":
		p.As = shownAs[p.Item.MediaType]
	default:
		p.As = "none"
	}
}
