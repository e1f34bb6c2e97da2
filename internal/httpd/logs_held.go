package httpd

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/contactlog"
	"dunwatch/internal/fault"
)

// heldFile is a log on its way through the pages that ask about it. Nothing of
// it is stored: the page itself carries it, sealed, and brings it back.
type heldFile struct {
	Name  string `json:"n"`
	Bytes []byte `json:"b"` // packed while it is carried
}

// heldLogs are the files of one upload. Place ties them to where they were sent.
type heldLogs struct {
	Place string     `json:"p"`
	Until int64      `json:"u"` // unix seconds
	Files []heldFile `json:"f"`
}

// The bounds of what is read while somebody waits.
const (
	logBytes    = 16 << 20 // all files of one upload together; they are held in memory and nowhere else
	logFiles    = 5
	heldBytes   = 1 << 20 // packed, that a page carries; what is larger must be chosen again on the next page
	heldTime    = time.Hour
	readersMost = 4 // uploads that are read at once
	readTime    = 20 * time.Second
)

// heldPlace is what the seal of a page's logs is bound to.
const heldPlace = "contact_logs.held"

// readLogForm reads a form with logs wholly into memory: no byte of them reaches
// a disk. It takes a token for reading before the body. TooMany, Invalid, TooLarge.
func (s *Server) readLogForm(c echo.Context) (*Form, error) {
	if err := s.spend("log", c.RealIP()); err != nil {
		return nil, err
	}
	if r := c.Request(); isMultipart(r) {
		if err := r.ParseMultipartForm(logBytes + formSlack); err != nil {
			return nil, badForm(err)
		}
	}
	return formOf(c)
}

// badForm puts into words why a form could not be read.
func badForm(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.Wrap(err, fault.TooLarge, "fault.too_large")
	}
	return fault.Wrap(err, fault.Invalid, "fault.invalid")
}

// readable makes an empty form of one that could not be read, so that its page can
// be shown again, and puts too large a one into words.
func readable(form *Form, err error) (*Form, error) {
	if fault.Is(err, fault.TooLarge) {
		err = fileFault("contacts.too_much", logBytes>>20)
	}
	if form == nil {
		form = NewForm(nil)
	}
	return form, err
}

// logsSent are the files of a form: those chosen now, else those that its page
// carried. Invalid (field "file") for too many or too large ones.
func (s *Server) logsSent(c echo.Context, form *Form, place string) ([]heldFile, error) {
	var out []heldFile
	total := int64(0)
	for _, h := range uploads(c, "file") {
		total += h.Size
		if total > logBytes {
			return nil, fileFault("contacts.too_much", logBytes>>20)
		}
		if len(out) == logFiles {
			return nil, fileFault("contacts.too_many_files", logFiles)
		}
		b, err := readUpload(h)
		if err != nil {
			return nil, err
		}
		out = append(out, heldFile{Name: logName(h.Filename), Bytes: b})
	}
	if len(out) > 0 {
		return out, nil
	}
	return s.unhold(form.Value("held"), place)
}

func readUpload(h *multipart.FileHeader) ([]byte, error) {
	f, err := h.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// logName is the last part of a file's name, short enough for a page.
func logName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, "_"), `\`, "/"))
	if r := []rune(name); len(r) > 100 {
		name = "…" + string(r[len(r)-99:])
	}
	return name
}

// holdLogs packs and seals files for a page; "" where they are too large for that.
func (s *Server) holdLogs(files []heldFile, place string) (string, error) {
	h := heldLogs{Place: place, Until: s.DB.Now().Add(heldTime).Unix()}
	total := 0
	for _, f := range files {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write(f.Bytes); err != nil {
			return "", err
		}
		if err := z.Close(); err != nil {
			return "", err
		}
		if total += b.Len(); total > heldBytes {
			return "", nil
		}
		h.Files = append(h.Files, heldFile{f.Name, b.Bytes()})
	}
	return s.sealed(heldPlace, h)
}

// unhold opens what holdLogs sealed; none for anything else, and after an hour.
func (s *Server) unhold(text, place string) ([]heldFile, error) {
	var h heldLogs
	if text == "" || !s.unsealed(heldPlace, text, &h) || h.Place != place || h.Until < s.DB.Now().Unix() {
		return nil, nil
	}
	for i, f := range h.Files {
		z, err := gzip.NewReader(bytes.NewReader(f.Bytes))
		if err != nil {
			return nil, err
		}
		if h.Files[i].Bytes, err = io.ReadAll(io.LimitReader(z, logBytes)); err != nil {
			return nil, err
		}
	}
	return h.Files, nil
}

func (f heldFile) file(m *contactlog.Mapping) contactlog.File {
	return contactlog.File{Name: f.Name, Size: int64(len(f.Bytes)), ReaderAt: bytes.NewReader(f.Bytes), Mapping: m}
}

// logReaders lets only so many uploads be read at once, and each for so long:
// reading is the most that a visitor can make this server do.
type logReaders chan struct{}

// enter waits for its turn. TooMany with RetryAfter.
func (r logReaders) enter(ctx context.Context) (context.Context, func(), error) {
	patience := time.NewTimer(readTime / 4)
	defer patience.Stop()
	select {
	case r <- struct{}{}:
		ctx, cancel := context.WithTimeout(ctx, readTime)
		return ctx, func() { cancel(); <-r }, nil
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	case <-patience.C:
		f := fault.New(fault.TooMany, "contacts.busy")
		f.RetryAfter = 5
		return nil, nil, f
	}
}

// tookTooLong puts the end of the time for reading into words.
func tookTooLong(ctx context.Context, err error) error {
	if err != nil && ctx.Err() == context.DeadlineExceeded {
		return fileFault("contacts.too_slow")
	}
	return err
}

// logBody bounds the body of a form with logs.
func logBody(r *http.Request) int64 {
	if isMultipart(r) {
		return logBytes + heldBytes*2 + formSlack
	}
	return smallBody
}
