package httpd

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// hostileZip is an archive whose members are made while it is written.
func hostileZip(t *testing.T, members map[string]io.Reader) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, r := range members {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(w, r); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// nothing yields zeros.
type nothing struct{}

func (nothing) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// tenGigabytes is a gzip file of ten gigabytes of zeros: one packed piece of 16
// megabytes, again and again.
func tenGigabytes(t *testing.T) string {
	t.Helper()
	var piece bytes.Buffer
	z := gzip.NewWriter(&piece)
	if _, err := io.CopyN(z, nothing{}, 16<<20); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return strings.Repeat(piece.String(), 640)
}

// heapPeak watches the heap while f runs and returns by how many bytes it grew.
func heapPeak(f func()) uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before := m.HeapAlloc
	var peak atomic.Uint64
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for tick := time.NewTicker(10 * time.Millisecond); ; {
			select {
			case <-stop:
				tick.Stop()
				return
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak.Store(max(peak.Load(), m.HeapAlloc))
			}
		}
	}()
	f()
	close(stop)
	<-done
	return max(peak.Load(), before) - before
}

// Hostile files are refused with a sentence at their field, through the whole
// server; memory stays flat and the server stays well.
func TestHostileLogsAreRefused(t *testing.T) {
	s := newSite(t)
	sheet := `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>开始时间</t></is></c><c r="B1" t="inlineStr"><is><t>对方号码</t></is></c></row>`
	book := func(body io.Reader) string {
		return hostileZip(t, map[string]io.Reader{"[Content_Types].xml": strings.NewReader("<Types/>"), "xl/workbook.xml": strings.NewReader(`<workbook xmlns:r="x"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>`), "xl/worksheets/sheet1.xml": body})
	}
	head := "起始时间,对方号码,通信方式\n2026-10-05 23:00:00,13900139000,被叫\n"
	files := []struct{ what, name, body, want string }{
		{"ten gigabytes behind gzip", "a.gz", tenGigabytes(t), "这是压缩文件"},
		{"the same, as a table", "a.csv", tenGigabytes(t)[:1<<20], "这是压缩文件"},
		{"a workbook that unpacks to zeros", "a.xlsx", book(io.LimitReader(nothing{}, 96<<20)), ""},
		{"a workbook that unpacks to spaces", "a.xlsx", book(io.MultiReader(strings.NewReader(sheet), strings.NewReader(strings.Repeat(" ", 64<<20)))), ""},
		{"a formula", "a.xlsx", book(strings.NewReader(sheet + `<row r="2"><c r="A2"><f>WEBSERVICE("http://x")</f><v>1</v></c></row></sheetData></worksheet>`)), "是公式"},
		{"a picture that calls itself a table", "log.csv", "\x89PNG\r\n\x1a\n" + head, "这是图片"},
		{"a PDF with a table behind", "log.csv", "%PDF-1.7\n" + head, "这是图片、视频或者 PDF"},
		{"a web page as a workbook", "详单.xls", "<html><script>alert(1)</script><table></table></html>", "这是网页文件"},
		{"a thousand million laughs", "a.xml", `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><smses>&b;</smses>`, "DOCTYPE"},
		{"an outer entity", "a.xml", `<!DOCTYPE a SYSTEM "file:///etc/passwd"><calls/>`, "DOCTYPE"},
		{"a deep nest", "a.json", strings.Repeat("[", 200_000), ""},
		{"one endless line", "a.csv", head + strings.Repeat("9", 3<<20), ""},
		{"nothing but zeros", "a.csv", strings.Repeat("\x00", 1<<20), "不是文字"},
		{"a program", "a.csv", "MZ" + head, "程序"},
	}
	for i, name := range []string{"../../etc/passwd.csv", "شكوى\u202egpj.csv", "жалоба.csv", "苦情🙂.csv", "'; DROP TABLE--.csv", "<img src=x onerror=alert(1)>.csv", strings.Repeat("长", 300) + ".csv", "a\u0000b.csv"} {
		want := "程序"
		if strings.Contains(name, "\x00") {
			want = "" // no form has such a name
		}
		files = append(files, struct{ what, name, body, want string }{fmt.Sprintf("name %d", i), name, "MZ", want})
	}
	b := s.browser()
	grown := heapPeak(func() {
		for _, f := range files {
			p := b.upload("/check-my-log", url.Values{"do": {"file"}, "pack": {"cn"}}, map[string]map[string]string{"file": {f.name: f.body}})
			said := p.text(".errors")
			if p.status != 422 || !strings.Contains(said, f.want) || said == "" || strings.Contains(p.body, "<img src=x") || strings.Contains(p.body, "<script>alert") {
				t.Errorf("%s: %d %q", f.what, p.status, said)
			}
		}
	})
	t.Logf("the heap grew by %d MB over %d files", grown>>20, len(files))
	if grown > 256<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
	b.get("/healthz").want(200)
}

// A body without an end is cut off: nothing of it is kept in memory or on disk.
func TestEndlessLogIsCutOff(t *testing.T) {
	s := newSite(t)
	sent := &atomic.Int64{}
	grown := heapPeak(func() {
		r, w := io.Pipe()
		m := multipart.NewWriter(w)
		go func() {
			part, err := m.CreateFormFile("file", "a.csv")
			if err == nil {
				_, err = io.Copy(part, io.TeeReader(io.LimitReader(nothing{}, 10<<30), counter{sent}))
			}
			w.CloseWithError(err)
		}()
		req, err := http.NewRequestWithContext(t.Context(), "POST", s.url+"/check-my-log", r)
		s.ok(err)
		req.Header.Set("Content-Type", m.FormDataContentType())
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			res.Body.Close()
			if res.StatusCode != 422 && res.StatusCode != 413 {
				t.Errorf("answered %d", res.StatusCode)
			}
		}
	})
	if n := sent.Load(); n > 64<<20 {
		t.Errorf("%d MB were taken", n>>20)
	}
	if grown > 160<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
	s.browser().get("/healthz").want(200)
}

type counter struct{ n *atomic.Int64 }

func (c counter) Write(p []byte) (int, error) { c.n.Add(int64(len(p))); return len(p), nil }
