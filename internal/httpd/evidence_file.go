package httpd

import (
	"io"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/fault"
)

// evidenceNumber is the item that a page's address names.
func evidenceNumber(c echo.Context) (int, error) {
	n, err := strconv.Atoi(c.Param("number"))
	if err != nil || n < 1 {
		return 0, fault.New(fault.NotFound, "fault.not_found")
	}
	return n, nil
}

// downloadEvidence hands a clean copy of a file out. It is on the record, see evidence.Service.Copy.
func (s *Server) downloadEvidence(c echo.Context) error {
	number, err := evidenceNumber(c)
	if err != nil {
		return err
	}
	item, file, err := s.Evidence.Copy(c.Request().Context(), actorOf(c), c.Param("ref"), number)
	if err != nil {
		return err
	}
	return s.saveFile(c, evidenceLabel(item.Number)+" "+item.Name, item.Size, file)
}

// takeOriginal hands out a file byte for byte as it was received, to staff who said what for.
func (s *Server) takeOriginal(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	number, err := evidenceNumber(c)
	if err != nil {
		return err
	}
	item, file, err := s.Evidence.Take(c.Request().Context(), actorOf(c), c.Param("ref"), number, form.Value("reason"))
	if err != nil {
		return s.sheetAgain(c, err, form, "original")
	}
	return s.saveFile(c, evidenceLabel(item.Number)+" "+item.Name, item.Size, file)
}

// trackFile gives complainants their own files back, and what a firm gave and the office passed on.
func (s *Server) trackFile(c echo.Context) error {
	number, err := evidenceNumber(c)
	if err != nil {
		return err
	}
	by, ref, err := s.holderOf(c)
	if err != nil {
		return err
	}
	item, file, err := s.Evidence.Copy(c.Request().Context(), by, ref, number)
	if err != nil {
		return err
	}
	return s.saveFile(c, evidenceLabel(item.Number)+" "+item.Name, item.Size, file)
}

// saveFile sends a file to be saved, never to be shown: it came from a stranger, and nothing in it may run in this site's
// name. It closes the file.
func (s *Server) saveFile(c echo.Context, name string, size int64, file io.ReadCloser) error {
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Content-Disposition", contentDisposition(name))
	h.Set("Content-Type", "application/octet-stream")
	return s.pour(c, size, file)
}

// pour sends a file whose other headers are set, and closes it.
func (s *Server) pour(c echo.Context, size int64, file io.ReadCloser) error {
	defer file.Close()
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	if c.Request().Method == http.MethodHead {
		return c.NoContent(http.StatusOK)
	}
	c.Response().WriteHeader(http.StatusOK)
	if _, err := io.Copy(c.Response(), file); err != nil {
		// The head is sent: cutting the connection is the only way left to say that the file is not whole.
		s.Logger.ErrorContext(c.Request().Context(), "download broke off", "err", err.Error())
		panic(http.ErrAbortHandler)
	}
	return nil
}
