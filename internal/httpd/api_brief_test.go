package httpd

import (
	"fmt"
	"strings"
	"testing"

	"dunwatch/internal/audit/audittest"
)

// By the API one person writes a brief and another lets it into the report; a number in Chinese digits is refused at its field,
// and who may not read the case does not learn which it is.
func TestBriefByAPI(t *testing.T) {
	s := newSite(t)
	k := s.closedCase()
	month := "2026-10"
	words := func(happened string, submit bool) obj {
		return obj{"month": month, "firm_kind": "agency", "codes": []string{"T01"}, "submit": submit,
			"title_zh": "深夜来电案", "happened_zh": happened, "rule_zh": "当日22时至次日8时不得催收。", "outcome_zh": "认定属实，责令改正。",
			"title_en": "Calls at night", "happened_en": "An agency rang late at night again and again.", "rule_en": "Nobody may ring between 22:00 and 8:00.", "outcome_en": "Upheld; the firm was ordered to put it right."}
	}
	fine := "某催收机构多次在深夜来电。"
	author, director := s.token("reviewer"), s.token("director")
	wrong := s.must(422, "POST", "/cases/"+k.Reference+"/brief", author, words(fine+"来电号码为幺三九零零一三九零零零。", false))
	if list, _ := wrong["errors"].([]any); len(list) != 1 || textAt(wrong, "errors", "0", "location") != "body.happened_zh" || textAt(wrong, "errors", "0", "message") == "" {
		t.Errorf("a telephone number in Chinese digits: %v", wrong)
	}
	s.must(403, "POST", "/cases/"+k.Reference+"/brief", s.token("reviewer2"), words(fine, false))
	b := s.must(201, "POST", "/cases/"+k.Reference+"/brief", author, words(fine, false))
	at := "/briefs/" + textAt(b, "reference")
	if b["state"] != "draft" || b["case"] != k.Reference || at == "/briefs/" {
		t.Errorf("a draft: %v", b)
	}
	s.must(409, "POST", at, author, merged(words(fine, true), "version", 7))
	b = s.must(200, "POST", at, author, merged(words(fine, true), "version", b["version"]))
	s.must(403, "POST", at+"/approve", author, obj{"version": b["version"]})
	s.must(422, "POST", at+"/return", director, obj{"version": b["version"], "reason": "王小明看得出来"})
	b = s.must(200, "POST", at+"/return", director, obj{"version": b["version"], "reason": "请把题目写得更明白"})
	b = s.must(200, "POST", at, author, merged(words(fine, true), "version", b["version"]))
	told := func() string {
		return fmt.Sprint(s.must(200, "GET", "/reports/monthly/"+month, s.token("auditor"), nil)["briefs"])
	}
	if strings.Contains(told(), "深夜来电案") {
		t.Error("the report tells what nobody approved")
	}
	b = s.must(200, "POST", at+"/approve", director, obj{"version": b["version"]})
	if report := told(); !strings.Contains(report, "深夜来电案") || strings.Contains(report, k.Reference) {
		t.Errorf("the report tells %s", report)
	}
	list := s.must(200, "GET", "/reports/monthly/"+month+"/briefs", director, nil)
	if textAt(list, "items", "0", "state") != "approved" || textAt(list, "items", "0", "author") == "" {
		t.Errorf("the month has %v", list)
	}
	s.must(403, "GET", "/reports/monthly/"+month+"/briefs", s.token("admin"), nil)
	s.must(422, "GET", "/reports/monthly/2026-13/briefs", director, nil)
	if m := s.must(200, "GET", "/reports/monthly/"+month+"/briefs", s.token("outsider"), nil); strings.Contains(fmt.Sprint(m), k.Reference) {
		t.Errorf("an officer of another unit learns which case it is: %v", m)
	}
	b = s.must(200, "POST", at+"/withdraw", director, obj{"version": b["version"], "reason": "细节仍可能被认出"})
	if b["state"] != "withdrawn" || strings.Contains(told(), "深夜来电案") {
		t.Errorf("withdrawn, and told: %v", b)
	}
	audittest.MustVerify(t, s.Deps.Log)
}

func merged(o obj, key string, v any) obj {
	o[key] = v
	return o
}
