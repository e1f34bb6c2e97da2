package httpd

import (
	"net/url"
	"strings"
	"testing"
)

func TestLikelyKind(t *testing.T) {
	s := newSite(t)
	p, ok := s.Book.Pack("cn")
	if !ok {
		t.Fatal("no pack")
	}
	for _, c := range []struct {
		name  string
		codes []string
		want  string
	}{
		{"IMG_2031.HEIC", nil, "photo"},
		{"截图.png", []string{"T07"}, "sms"}, // helps to prove a bombardment, and can be a picture
		{"通话录音.m4a", []string{"T07"}, "recording"},
		{"scan.pdf", nil, "letter"},
		{"详单.xlsx", nil, "call_log"},
		{"无后缀", []string{"T07"}, "other"},
	} {
		if got := likelyKind(p, c.codes, c.name); got != c.want {
			t.Errorf("%s %v: %s, want %s", c.name, c.codes, got, c.want)
		}
	}
	for _, p := range s.Book.Packs() {
		for _, name := range []string{"a.png", "a.mp3", "a.bin"} {
			if e, ok := p.EvidenceType(likelyKind(p, nil, name)); !ok || !e.Public {
				t.Errorf("pack %s: %s is kept as %q, which the public may not send", p.ID, name, e.ID)
			}
		}
	}
}

func TestNoFileIsLostToAnotherOrToAnUnansweredQuestion(t *testing.T) {
	s := newSite(t)
	b := s.begun()
	b.goesOn("/complain/way", url.Values{"track": {"complaint"}}, "/complain/what")
	b.goesOn("/complain/what", url.Values{"violations": {"T07"}}, "/complain/how")
	p := b.upload("/complain/evidence", url.Values{"do": {"next"}}, map[string]map[string]string{"file": {"a.exe": "MZ\x90\x00\x03", "截图.png": tinyPNG}}).want(422)
	if !strings.Contains(p.text("#f-file-error"), "a.exe") || !strings.Contains(p.text(".files"), "截图.png") {
		t.Errorf("error %q, kept %q", p.text("#f-file-error"), p.text(".files"))
	}
	if !strings.Contains(p.text(".files"), "短信") {
		t.Errorf("kept as %q", p.text(".files"))
	}
}
