package httpd

import (
	"bytes"
	"context"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/contactlog"
	"dunwatch/internal/locale"
)

// logKind is the kind of evidence that an extract is: calls, or messages where it
// holds nothing else.
func logKind(x *contactlog.Extract) string {
	for i := range x.Contacts {
		if x.Contacts[i].Channel.Spoken() {
			return "call_log"
		}
	}
	return "sms"
}

// extractName is the name under which an extract of a file is kept.
func extractName(s *Server, lang locale.Lang, x *contactlog.Extract) string {
	return s.Words.T(lang, "contacts.extract_name", logStem(x.Name)) + ".csv"
}

// keepInDraft adds what was kept of logs to an unfinished filing.
func (s *Server) keepInDraft(ctx context.Context, lang locale.Lang, token string, extracts []*contactlog.Extract) error {
	for _, x := range extracts {
		if len(x.Contacts) == 0 {
			continue
		}
		var b bytes.Buffer
		if err := x.Write(&b); err != nil {
			return err
		}
		if _, err := s.Evidence.AddLogToDraft(ctx, token, complaint.LogExtract, logKind(x), extractName(s, lang, x), &b); err != nil {
			return err
		}
	}
	return nil
}

// complainWithLog begins a filing with what the check found, or adds it to the
// filing that this browser has begun. What the person wrote before stays.
func (s *Server) complainWithLog(c echo.Context, a *logAsk, extracts []*contactlog.Extract) error {
	if err := s.begin(c); err != nil {
		return err
	}
	ctx, token := c.Request().Context(), s.draftToken(c)
	dr, err := s.Complaints.OpenDraft(ctx, token)
	if err != nil {
		return err
	}
	f := dr.Filing
	if f.Pack == "" || len(dr.Files) == 0 && f.Narrative == "" {
		f.Pack = a.pack.ID
	}
	if err := s.keepInDraft(ctx, langOf(c), token, extracts); err != nil {
		return err
	}
	if err := fillFromLog(&f, a, extracts); err != nil {
		return err
	}
	if err := s.Complaints.SaveDraft(ctx, token, f); err != nil {
		return err
	}
	s.flash(c, "good", "contacts.taken_over")
	return c.Redirect(http.StatusSeeOther, "/complain/way")
}

// fillFromLog fills in what a log tells of a complaint and nobody wrote yet: the
// numbers, how and when, and what the check found.
func fillFromLog(f *complaint.Filing, a *logAsk, extracts []*contactlog.Extract) error {
	var all []contactlog.Contact
	var files []contactlog.Account
	for _, x := range extracts {
		all = append(all, x.Contacts...)
		files = append(files, x.Account)
	}
	checker, err := checkLogs(contactlog.Terms{Pack: a.pack}, all, files)
	if err != nil {
		return err
	}
	hits, _ := checker.Collect(maxHits)
	for _, h := range hits {
		if h.Strength != "heuristic" && !slices.Contains(f.Violations, h.Rule.Code) {
			f.Violations = append(f.Violations, h.Rule.Code)
		}
	}
	var from, to calendar.Date
	for i := range all {
		k := &all[i]
		channel := "sms"
		if k.Channel.Spoken() {
			channel = "phone"
		}
		if _, ok := a.pack.Channel(channel); ok && !slices.Contains(f.Channels, channel) {
			f.Channels = append(f.Channels, channel)
		}
		on := calendar.OfTime(k.At.In(a.zone()))
		if from.IsZero() || on.Before(from) {
			from = on
		}
		if to.IsZero() || on.After(to) {
			to = on
		}
	}
	if f.OccurredFrom == "" && f.OccurredTo == "" && !from.IsZero() {
		f.OccurredFrom, f.OccurredTo = from.String(), to.String()
	}
	for _, n := range a.filter().List() {
		acc := complaint.Accused{Kind: "phone", Value: n}
		if len(f.Accused) < maxRows && !slices.Contains(f.Accused, acc) {
			f.Accused = append(f.Accused, acc)
		}
	}
	return nil
}
