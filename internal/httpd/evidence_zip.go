package httpd

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/evidence"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
)

// evidenceZip hands all files of a complaint out in one archive, as far as the actor may have them: clean copies, or with a
// reason the originals.
func (s *Server) evidenceZip(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	d, ref := s.deskOf(c), c.Param("ref")
	b, err := s.bundleOf(d.ctx, d.by, d.lang, ref, form.Value("form"), form.Text("reason"))
	if err != nil {
		return s.again(c, err, form, "zip", "evidence/register", func() (any, error) { return s.evidenceListData(c) }, func(v any, f *Form) any {
			p := v.(*evidenceListData)
			p.Form = f
			return p
		})
	}
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Content-Disposition", contentDisposition(b.name))
	h.Set("Content-Type", "application/zip")
	h.Set("Cache-Control", "no-store")
	c.Response().WriteHeader(http.StatusOK)
	if err := b.write(d.ctx, c.Response()); err != nil {
		s.Logger.ErrorContext(d.ctx, "bundle broke off", "err", err.Error())
		panic(http.ErrAbortHandler)
	}
	return nil
}

type bundleInput struct {
	Ref    string `path:"ref" maxLength:"40"`
	Form   string `query:"form" enum:"copy,original" default:"copy"`
	Reason string `query:"reason" maxLength:"2000" doc:"Needed for originals; it goes on record for each file."`
	Lang   string `query:"lang" enum:"zh,en" default:"zh" doc:"Of the index."`
}

func (s *Server) apiBundle(ctx context.Context, by access.Actor, in *bundleInput) (*download, error) {
	b, err := s.bundleOf(ctx, by, locale.Lang(in.Lang), in.Ref, in.Form, in.Reason)
	if err != nil {
		return nil, err
	}
	return &download{Type: "application/zip", Disposition: contentDisposition(b.name), Cache: "no-store", Body: func(hc huma.Context) {
		if err := b.write(ctx, hc.BodyWriter()); err != nil {
			s.Logger.ErrorContext(ctx, "bundle broke off", "err", err.Error())
			panic(http.ErrAbortHandler)
		}
	}}, nil
}

// bundle is an archive of a complaint's files about to be written: one file after the other, so that memory stays flat.
type bundle struct {
	s         *Server
	by        access.Actor
	lang      locale.Lang
	ref, name string
	originals bool
	reason    string
	items     []evidence.Item
}

// bundleOf checks what is asked for. Invalid (form, reason), Forbidden for a report that the actor may not read, NotFound.
func (s *Server) bundleOf(ctx context.Context, by access.Actor, lang locale.Lang, ref, form, reason string) (*bundle, error) {
	b := &bundle{s: s, by: by, lang: lang, ref: ref, originals: form == "original", reason: reason}
	if by.Role == access.Borrower {
		return nil, access.Denied(by)
	}
	var wrong fault.Fields
	if form != "copy" && form != "original" {
		wrong.Add("form", "fault.choose")
	}
	if b.originals && len([]rune(reason)) < 4 {
		wrong.Add("reason", "evidence_page.zip.why")
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	var err error
	if b.items, err = s.Evidence.List(ctx, by, ref); err != nil {
		return nil, err
	}
	for _, it := range b.items {
		if it.Hidden {
			return nil, fault.New(fault.Forbidden, "complaint.sheltered")
		}
	}
	b.name = "evidence " + ref + ".zip"
	return b, nil
}

// write writes the archive: the files by number, and index.csv last, since it holds the hash of what was written.
func (b *bundle) write(ctx context.Context, w io.Writer) error {
	z := zip.NewWriter(w)
	head := make([]string, 0, 10)
	for _, col := range []string{"number", "file", "name", "kind", "type", "size", "received", "from", "sha256", "sha256_here", "note"} {
		head = append(head, b.t("evidence_page.zip.col."+col))
	}
	rows := [][]string{head}
	for _, it := range b.items {
		row, err := b.add(ctx, z, it)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	f, err := z.Create("index.csv")
	if err != nil {
		return err
	}
	io.WriteString(f, "\ufeff") // spreadsheets take it for UTF-8 only then
	cw := csv.NewWriter(f)
	for _, r := range rows {
		for i := range r {
			r[i] = inert(r[i])
		}
	}
	if err := cw.WriteAll(rows); err != nil {
		return err
	}
	return z.Close()
}

// add writes one file, and returns its line of the index. A file that cannot be had is named there with the reason.
func (b *bundle) add(ctx context.Context, z *zip.Writer, it evidence.Item) ([]string, error) {
	row := []string{it.Label(), "", it.Name, it.Kind, it.MediaType, "", it.ReceivedAt.Format("2006-01-02 15:04:05Z"), b.t("role." + it.FromRole), hexOf(it.SHA256), "", ""}
	var file io.ReadCloser
	var err error
	if b.originals {
		_, file, err = b.s.Evidence.Take(ctx, b.by, b.ref, it.Number, b.reason)
	} else {
		_, file, err = b.s.Evidence.Copy(ctx, b.by, b.ref, it.Number)
	}
	if f := faultOf(err); err != nil && (f.Kind == fault.Conflict || f.Kind == fault.NotFound || f.Kind == fault.Forbidden) {
		row[10] = b.t(f.Key, f.Args...)
		return row, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	row[1] = bundleName(it)
	out, err := z.CreateHeader(&zip.FileHeader{Name: row[1], Method: zip.Store, Modified: it.ReceivedAt})
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, h), file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", it.Label(), err)
	}
	row[5], row[9] = strconv.FormatInt(n, 10), hex.EncodeToString(h.Sum(nil))
	return row, nil
}

func (b *bundle) t(key string, args ...any) string { return b.s.Words.T(b.lang, key, args...) }

// bundleName is the name of a file in an archive: its number, and the ending of its own name if that is a plain one.
func bundleName(it evidence.Item) string {
	ext := strings.ToLower(path.Ext(it.Name))
	if len(ext) > 6 || strings.Trim(ext, ".abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		ext = ""
	}
	return it.Label() + ext
}

// inert keeps a spreadsheet from taking a stranger's text for a formula.
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
