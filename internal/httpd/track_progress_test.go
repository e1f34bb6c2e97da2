package httpd

import (
	"net/url"
	"testing"
	"time"

	"dunwatch/internal/locale"
)

// After acceptance the complainant still reads what comes next and by when.
func TestAcceptedComplaintSaysWhatComesNextAndByWhen(t *testing.T) {
	s := newSite(t)
	f := s.filed()
	_, k, err := s.Cases.Accept(t.Context(), s.as("supervisor"), f.Complaint.Reference, f.Complaint.Version, "HZ", "")
	s.ok(err)
	b := s.browser()
	p := b.goesOn("/track", url.Values{"reference": {f.Complaint.Reference}, "access_code": {f.AccessCode}}, "/track/case")
	p.hasWords(".standing", "正在指定承办人员", "把您的投诉转给机构处理", locale.Date(locale.ZH, k.DueOn), "剩")
	b.get("/track/sheet").want(200).hasWords("main", locale.Date(locale.ZH, k.DueOn))
	s.clock.Add(40 * 24 * time.Hour)
	p = b.goesOn("/track", url.Values{"reference": {f.Complaint.Reference}, "access_code": {f.AccessCode}}, "/track/case")
	p.hasWords(".standing", "期限已经过了")
}
