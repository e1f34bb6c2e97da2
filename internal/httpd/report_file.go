package httpd

import (
	"bytes"
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/fault"
	"dunwatch/internal/report"
)

// reportFormat is a file that a report can be had as.
type reportFormat struct {
	name, mediaType string
	write           func(*Server, *report.Report, io.Writer) error
}

// reportFormats in the order in which they are offered.
var reportFormats = []reportFormat{
	{"pdf", "application/pdf", func(s *Server, r *report.Report, w io.Writer) error {
		_, err := s.Reports.Form(r).WritePDF(w)
		return err
	}},
	{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", func(s *Server, r *report.Report, w io.Writer) error {
		return s.Reports.Form(r).WriteXLSX(w)
	}},
	{"csv", "text/csv; charset=utf-8", func(_ *Server, r *report.Report, w io.Writer) error { return r.WriteCSV(w) }},
	{"json", "application/json", func(_ *Server, r *report.Report, w io.Writer) error { return r.WriteJSON(w) }},
}

// fileOf writes a report as a file, of a format and, for CSV, of one table alone if table is not empty. NotFound for a format or
// table that there is not.
func (s *Server) fileOf(r *report.Report, format, table string) (*fileAnswer, error) {
	for _, f := range reportFormats {
		if f.name != format {
			continue
		}
		name, write := "report-"+r.Month.String()+"-"+r.Pack, f.write
		if table != "" && format == "csv" {
			name += "-" + table
			write = func(_ *Server, r *report.Report, w io.Writer) error { return r.WriteTableCSV(w, table) }
		}
		var b bytes.Buffer
		if err := write(s, r, &b); err != nil {
			return nil, err
		}
		return &fileAnswer{f.mediaType, contentDisposition(name + "." + f.name), b.Bytes()}, nil
	}
	return nil, fault.New(fault.NotFound, "fault.not_found")
}

func (s *Server) reportFile(c echo.Context, r *report.Report, format string) error {
	f, err := s.fileOf(r, format, c.QueryParam("table"))
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", f.Disposition)
	return c.Blob(http.StatusOK, f.Type, f.Body)
}

// schemaFile serves a JSON Schema: what it describes is public knowledge.
func schemaFile(content []byte) echo.HandlerFunc {
	return func(c echo.Context) error {
		return c.Blob(http.StatusOK, "application/schema+json", content)
	}
}
