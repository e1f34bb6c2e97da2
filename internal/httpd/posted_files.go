package httpd

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
)

// This file reads posted files: those of pages, those of the API, and tables that are read at once.

// formWithFiles reads a form that may carry files. Where it is too large to be read, the form is an empty one, so that its page can
// be shown again, with the error at the field of the files; for any other error there is no form.
func (s *Server) formWithFiles(c echo.Context) (*Form, error) {
	form, err := formOf(c)
	if fault.Is(err, fault.TooLarge) {
		return NewForm(nil), fileFault("complain.file_too_large", locale.Bytes(langOf(c), s.Evidence.MaxBytes()))
	}
	if err != nil {
		return nil, err
	}
	return form, nil
}

// storeFiles hands the files of a form to store, one after the other. Those that
// are refused are named; the rest are kept.
func (s *Server) storeFiles(c echo.Context, form *Form, store func(*multipart.FileHeader, multipart.File) error) error {
	files := uploads(c, "file")
	var wrong fault.Fields
	if len(files) == 0 {
		wrong.Add("file", "fault.file_missing")
	}
	for _, h := range files {
		if err := s.spend("upload", c.RealIP()); err != nil {
			return err
		}
		f, err := h.Open()
		if err != nil {
			return err
		}
		err = store(h, f)
		f.Close()
		if err == nil {
			continue
		}
		bad := faultOf(s.named(langOf(c), err, h.Filename))
		if len(bad.Fields) == 0 {
			return err
		}
		wrong = append(wrong, bad.Fields...)
	}
	return wrong.Err()
}

// named tells which of several files was refused.
func (s *Server) named(lang locale.Lang, err error, file string) error {
	f := faultOf(err)
	switch f.Kind {
	case fault.TooLarge:
		return fileFault("complain.one_too_large", file)
	case fault.Invalid:
		if len(f.Fields) == 1 && f.Fields[0].Name == "file" {
			return fileFault("complain.one_because", file, s.Words.T(lang, f.Fields[0].Key, f.Fields[0].Args...))
		}
		return fileFault("complain.one_refused", file)
	default:
		return err
	}
}

func fileFault(key string, args ...any) error {
	return fault.Fields{{Name: "file", Key: key, Args: args}}.Err()
}

// uploads lists the files sent for a field; an empty file input sends none.
func uploads(c echo.Context, name string) []*multipart.FileHeader {
	m := c.Request().MultipartForm
	if m == nil {
		return nil
	}
	var out []*multipart.FileHeader
	for _, h := range m.File[name] {
		if h.Filename != "" || h.Size > 0 {
			out = append(out, h)
		}
	}
	return out
}

// dropUploads deletes the temporary files of a request.
func dropUploads(c echo.Context) {
	if m := c.Request().MultipartForm; m != nil {
		if err := m.RemoveAll(); err != nil && !errors.Is(err, http.ErrMissingFile) {
			c.Logger().Warn("temporary upload stays")
		}
	}
}

// postedTable opens the file of a form that is read at once and not kept. The caller closes it. Invalid (field "file") where
// none was chosen.
func postedTable(c echo.Context) (multipart.File, error) {
	file, _, err := c.Request().FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, fault.Fields{{Name: "file", Key: "fault.file_missing"}}.Err()
	}
	return file, err
}

// postedFile hands the one file of an API's form to store, with its kind and name.
func postedFile[T any](r *http.Request, store func(kind, name string, body io.Reader) (T, error)) (T, error) {
	var none T
	form, err := uploadForm(r)
	if err != nil {
		return none, err
	}
	defer form.RemoveAll()
	head := form.File["file"][0]
	file, err := head.Open()
	if err != nil {
		return none, err
	}
	defer file.Close()
	return store(strings.Join(form.Value["kind"], ""), head.Filename, file)
}

// uploadForm reads the form: one file and its kind, and nothing else.
func uploadForm(r *http.Request) (*multipart.Form, error) {
	if !isMultipart(r) {
		return nil, fault.Fields{{Name: "file", Key: "fault.file_missing"}}.Err()
	}
	if err := r.ParseMultipartForm(1 << 20); err != nil { // larger files pass through a temporary one
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, fault.Wrap(err, fault.TooLarge, "fault.too_large")
		}
		return nil, fault.Wrap(err, fault.Invalid, "fault.invalid")
	}
	form := r.MultipartForm
	var wrong fault.Fields
	switch n := len(form.File["file"]); {
	case n == 0:
		wrong.Add("file", "fault.file_missing")
	case n > 1:
		wrong.Add("file", "api.one_file")
	}
	for name, files := range form.File {
		if name != "file" && len(files) > 0 {
			wrong.Add(safeName(name), "api.unknown_field")
		}
	}
	for name, values := range form.Value {
		switch {
		case name != "kind":
			wrong.Add(safeName(name), "api.unknown_field")
		case len(values) > 1 || !utf8.ValidString(values[0]) || strings.ContainsRune(values[0], 0):
			wrong.Add("kind", "fault.text")
		}
	}
	if err := wrong.Err(); err != nil {
		return nil, errors.Join(err, form.RemoveAll())
	}
	return form, nil
}
