package httpd

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/audit"
	"dunwatch/internal/fault"
)

// auditPageData is the record: what was done to one subject, and how to check it.
type auditPageData struct {
	Page
	Subject    string
	Entries    []entryRow
	Full       bool // there may be more
	Key        string
	Checkpoint string
}

type entryRow struct {
	*audit.Entry
	Text   string
	Who    string
	Detail []Answer
	Hash   string
}

// maxEntries is how many entries on one subject the page lists.
const maxEntries = 500

func (s *Server) auditPage(c echo.Context) error {
	d, p := s.deskOf(c), auditPageData{Page: s.base(c), Key: s.Log.VerifierKey()}
	var err error
	if p.Checkpoint, err = s.Log.Checkpoint(d.ctx); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	p.Subject = strings.TrimSpace(p.Query.Get("subject"))
	if p.Subject != "" {
		list, err := s.Log.Find(d.ctx, p.Subject, maxEntries)
		if err != nil {
			return err
		}
		p.Full = len(list) == maxEntries
		for _, e := range list {
			r, err := d.entry(e)
			if err != nil {
				return err
			}
			p.Entries = append(p.Entries, r)
		}
	}
	return s.show(c, http.StatusOK, "audit/page", p)
}

func (d desk) entry(e *audit.Entry) (entryRow, error) {
	r := entryRow{Entry: e, Text: string(e.Action), Who: e.ActorName}
	if key := "audit_page.action." + string(e.Action); d.s.Words.Has(d.lang, key) {
		r.Text = d.t(key)
	}
	if r.Who == "" {
		r.Who = d.t("role." + string(e.ActorRole))
		if !d.s.Words.Has(d.lang, "role."+string(e.ActorRole)) {
			r.Who = d.t("audit_page.program")
		}
	}
	var err error
	if r.Hash, err = e.Hash(); err != nil {
		return r, err
	}
	for _, name := range sortedKeys(e.Detail) {
		text, err := json.Marshal(e.Detail[name])
		if err != nil {
			return r, err
		}
		r.Detail = append(r.Detail, Answer{Label: name, Lines: []string{strings.Trim(string(text), `"`)}})
	}
	return r, nil
}
