package httpd

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
)

// documentLink is a document of the case on a page.
type documentLink struct {
	Name, Href, PDF string
	kind            enforcement.DocumentKind
}

// papers links documents below an address.
func (d desk) papers(base string, kinds []enforcement.DocumentKind) []documentLink {
	var out []documentLink
	for _, k := range kinds {
		href := base + "/documents/" + string(k)
		out = append(out, documentLink{d.t("penalty_case.document." + string(k)), href, href + "/pdf?text=" + string(d.lang), k})
	}
	return out
}

func (s *Server) procedurePapers(d desk, p *procedurePageData) error {
	p.Documents = d.papers(p.Query.Path, p.C.Documents())
	if len(p.Documents) > 0 {
		p.Export = p.Query.Path + "/file"
	}
	return nil
}

// linkPapers puts each document beside the station that made it.
func (d desk) linkPapers(p *procedurePageData) {
	for i := range p.Rows {
		for _, l := range p.Documents {
			if slices.Contains(p.Rows[i].docs, l.kind) {
				p.Rows[i].Papers = append(p.Rows[i].Papers, l)
			}
		}
	}
}

// documentPageData is a document of a case as a sheet.
type documentPageData struct {
	Page
	Doc   *enforcement.Document
	Parts []documentPart
	Texts []portalLetterText
	PDF   string
}

// documentPart is a line of a document; Heading marks the heading of a part.
type documentPart struct {
	Text    string
	Heading bool
}

// documentPage shows a document below back, the page of its case.
func (s *Server) documentPage(c echo.Context, back string) error {
	d, lang := s.deskOf(c), portalTextLang(c)
	doc, err := s.documentAsked(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "enforcement/document", d.sheetOf(s.base(c), doc, c.Param("ref"), back, back+"/documents/"+string(doc.Kind), lang))
}

// sheetOf lays a document out: back is the page of its matter, path its own.
func (d desk) sheetOf(base Page, doc *enforcement.Document, ref, back, path string, lang locale.Lang) *documentPageData {
	p := &documentPageData{Page: base, Doc: doc, PDF: path + "/pdf?text=" + string(lang)}
	p.Crumbs = []Crumb{{Text: ref, Href: back}}
	for _, l := range lines(doc.Body) {
		if head, ok := strings.CutPrefix(l, "# "); ok {
			p.Parts = append(p.Parts, documentPart{head, true})
		} else {
			p.Parts = append(p.Parts, documentPart{l, false})
		}
	}
	for _, l := range locale.Langs {
		p.Texts = append(p.Texts, portalLetterText{Label: d.t("portal.letter.in." + string(l)), Href: path + "?text=" + string(l), Tag: l.Tag(), Current: l == lang})
	}
	return p
}

// documentAsked is the document that the address names, in the language that is asked for.
func (s *Server) documentAsked(c echo.Context) (*enforcement.Document, error) {
	kind := enforcement.DocumentKind(c.Param("kind"))
	if !slices.Contains(enforcement.DocumentKinds, kind) {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	return s.Penalties.Document(c.Request().Context(), actorOf(c), c.Param("ref"), kind, portalTextLang(c))
}

func (s *Server) documentPDF(c echo.Context) error {
	doc, err := s.documentAsked(c)
	if err != nil {
		return err
	}
	return s.sendSheet(c, doc)
}

func (s *Server) deskDocument(c echo.Context) error {
	return s.documentPage(c, penaltyHref(c.Param("ref")))
}

// archive is a ZIP on its way out: its head is sent with the first byte, so that a failure before is an ordinary answer.
type archive struct{ c echo.Context }

func (a *archive) Write(p []byte) (int, error) {
	if r := a.c.Response(); !r.Committed {
		r.Header().Set("Content-Disposition", contentDisposition(a.c.Param("ref")+".zip"))
		r.Header().Set("Content-Type", "application/zip")
		r.Header().Set("Cache-Control", "no-store")
		r.WriteHeader(http.StatusOK)
	}
	return a.c.Response().Write(p)
}

// caseFileZIP hands the whole case out with an index and digests; the export is on the record.
func (s *Server) caseFileZIP(c echo.Context) error {
	err := s.Penalties.File(c.Request().Context(), actorOf(c), c.Param("ref"), portalTextLang(c), &archive{c})
	if err != nil && c.Response().Committed {
		// The head is sent: cutting the connection is the only way left to say that the file is not whole.
		s.Logger.ErrorContext(c.Request().Context(), "export broke off", "err", err.Error())
		panic(http.ErrAbortHandler)
	}
	return err
}

// caseFilePDF hands the whole case out as one numbered PDF; the export is on the record.
func (s *Server) caseFilePDF(c echo.Context) error {
	var buf bytes.Buffer
	if err := s.Penalties.FilePDF(c.Request().Context(), actorOf(c), c.Param("ref"), portalTextLang(c), &buf); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Disposition", contentDisposition(c.Param("ref")+".pdf"))
	h.Set("Cache-Control", "no-store")
	return c.Blob(http.StatusOK, "application/pdf", buf.Bytes())
}
