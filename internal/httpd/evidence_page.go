package httpd

import (
	"io"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/fault"
)

// downloadEvidence hands a file out to be saved, never to be shown: it came from
// a stranger, and nothing in it may run in this site's name. Opening it is on
// the record, see evidence.Service.Open.
func (s *Server) downloadEvidence(c echo.Context) error {
	number, err := strconv.Atoi(c.Param("number"))
	if err != nil {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	item, file, err := s.Evidence.Open(c.Request().Context(), actorOf(c), c.Param("ref"), number)
	if err != nil {
		return err
	}
	defer file.Close()
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Content-Disposition", contentDisposition(evidenceLabel(item.Number)+" "+item.Name))
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Length", strconv.FormatInt(item.Size, 10))
	h.Set("Cache-Control", "no-store")
	if c.Request().Method == http.MethodHead {
		return c.NoContent(http.StatusOK)
	}
	c.Response().WriteHeader(http.StatusOK)
	if _, err = io.Copy(c.Response(), file); err != nil {
		// The head is sent: cutting the connection is the only way left to say that the file is not whole.
		s.Logger.ErrorContext(c.Request().Context(), "download broke off", "err", err.Error())
		panic(http.ErrAbortHandler)
	}
	return nil
}
