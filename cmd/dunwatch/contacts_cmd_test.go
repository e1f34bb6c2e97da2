package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// contactsOut is the shape that scripts rely on.
type contactsOut struct {
	Pack  string `json:"pack"`
	Files []struct {
		Name, Format string
		Rows, Read   int
		Dropped      []struct {
			Reason string
			Rows   int
		}
	} `json:"files"`
	Hits []struct {
		Rule, Code, Strength, At string
		Rows                     []struct{ File, Line int }
	} `json:"hits"`
	Unchecked []struct{ Rule, Why string } `json:"unchecked"`
}

// contactsRun runs contacts check with a language of the terminal.
func contactsRun(t *testing.T, lang string, args ...string) (code int, out, errs string) {
	t.Helper()
	t.Setenv("LC_ALL", lang)
	var o, e bytes.Buffer
	code = Run(t.Context(), append([]string{"contacts", "check"}, args...), Streams{In: strings.NewReader(""), Out: &o, Err: &e})
	return code, o.String(), e.String()
}

const someCalls = "起始时间,对方号码,通信方式,通信时长\n" +
	"10-20 09:00:00,02160001111,被叫,10\n10-20 10:00:00,02160001111,被叫,10\n10-20 11:00:00,95500,被叫,10\n" +
	"10-20 17:00:00,95500,被叫,10\n10-20 18:00:00,13800138000,被叫,10\n"

func logFile(t *testing.T, name, text string) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestContactsCheckJSON(t *testing.T) {
	f := logFile(t, "a.csv", someCalls)
	code, out, errs := contactsRun(t, "C", f, "--pack", "cn", "--year", "2026", "--number", "021-60001111", "--number", "95500", "--format", "json")
	if code != exitDone {
		t.Fatalf("exit %d: %s", code, errs)
	}
	var got contactsOut
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	if got.Pack != "cn" || len(got.Files) != 1 || got.Files[0].Name != "a.csv" || got.Files[0].Format != "csv" || got.Files[0].Rows != 5 || got.Files[0].Read != 4 ||
		len(got.Files[0].Dropped) != 1 || got.Files[0].Dropped[0].Reason != "unrelated" || got.Files[0].Dropped[0].Rows != 1 {
		t.Errorf("files %+v", got.Files)
	}
	if len(got.Hits) != 1 {
		t.Fatalf("hits %+v", got.Hits)
	}
	h := got.Hits[0]
	if h.Rule != "R03" || h.Code != "T03" || h.Strength != "standard" || h.At != "2026-10-20T17:00:00+08:00" || len(h.Rows) != 4 || h.Rows[0].Line != 5 || h.Rows[3].Line != 4 {
		t.Errorf("hit %+v", h)
	}
	why := map[string]string{}
	for _, u := range got.Unchecked {
		why[u.Rule] = u.Why
	}
	if !strings.Contains(why["R14"], "recordings") {
		t.Errorf("unchecked %+v", got.Unchecked)
	}
}

func TestContactsCheckTable(t *testing.T) {
	f := logFile(t, "a\x1b[31m.csv", someCalls)
	for lang, want := range map[string][]string{
		"en_GB.UTF-8": {"a?[31m.csv", "R03", "T03", "an indicator, not a finding", "NOT CHECKED", "cn-2026", "every contact in the files"},
		"zh_CN.UTF-8": {"推荐性标准", "不是违法认定", "未能检查", "没有指定号码"},
	} {
		code, out, errs := contactsRun(t, lang, f, "--pack", "cn", "--year", "2026")
		if code != exitDone {
			t.Fatalf("exit %d: %s", code, errs)
		}
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("%s: no %q in\n%s", lang, w, out)
			}
		}
	}
}

// The same backup given twice counts once, and each file says what became of its
// rows.
func TestContactsCheckTwoFiles(t *testing.T) {
	f := logFile(t, "a.csv", someCalls)
	code, out, errs := contactsRun(t, "C", f, logFile(t, "b.csv", someCalls), logFile(t, "c.xml", ""), "--pack", "cn", "--year", "2026", "--format", "json")
	var got contactsOut
	if err := json.Unmarshal([]byte(out), &got); code != exitDone || err != nil {
		t.Fatalf("exit %d, %v: %s", code, err, errs)
	}
	if b := got.Files[1]; b.Rows != 5 || b.Read != 0 || len(b.Dropped) != 1 || b.Dropped[0].Reason != "duplicate" || b.Dropped[0].Rows != 5 {
		t.Errorf("second file %+v", b)
	}
	if got.Files[2].Format != "empty" {
		t.Errorf("third file %+v", got.Files[2])
	}
	if len(got.Hits) != 2 || got.Hits[0].Rows[0].File != 0 {
		t.Errorf("hits %+v", got.Hits)
	}
}

func TestContactsCheckExitStatus(t *testing.T) {
	f := logFile(t, "a.csv", someCalls)
	bad := logFile(t, "bad.csv", "\x1f\x8b\x08")
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no pack":     {[]string{f}, exitUsage, "--pack"},
		"other pack":  {[]string{f, "--pack", "fr"}, exitUsage, "--pack"},
		"no file":     {[]string{"--pack", "cn"}, exitUsage, "file"},
		"lost file":   {[]string{f + "x", "--pack", "cn"}, exitUsage, "no such file"},
		"bad year":    {[]string{f, "--pack", "cn", "--year", "26"}, exitUsage, "--year 26"},
		"bad zone":    {[]string{f, "--pack", "us", "--zone", "Mars/Olympus"}, exitUsage, "no time zone"},
		"bad number":  {[]string{f, "--pack", "cn", "--number", "***"}, exitUsage, "--number"},
		"hostile":     {[]string{f, bad, "--pack", "cn", "--year", "2026"}, exitFailed, "bad.csv: This is a compressed file"},
		"bad format":  {[]string{f, "--pack", "cn", "--format", "xml"}, exitUsage, "--format"},
		"all is well": {[]string{f, "--pack", "us", "--zone", "America/Chicago", "--side", "firm"}, exitDone, ""},
	} {
		code, out, errs := contactsRun(t, "C", c.args...)
		if code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%s: exit %d, want %d; said %s", name, code, c.code, errs)
		}
		if code == exitFailed && out != "" {
			t.Errorf("%s: half an answer: %s", name, out)
		}
	}
}
