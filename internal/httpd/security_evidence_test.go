package httpd

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dunwatch/internal/access"
)

// blobs lists the stored files of a site, the newest last.
func (s *site) blobs() (out []string) {
	s.Helper()
	s.ok(filepath.WalkDir(filepath.Join(s.dir, "evidence"), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, path)
		}
		return err
	}))
	return out
}

// bytesOf reads a stored file.
func (s *site) bytesOf(path string) []byte {
	s.Helper()
	b, err := os.ReadFile(path)
	s.ok(err)
	return b
}

func (s *site) overwrite(path string, b []byte) {
	s.Helper()
	s.ok(os.RemoveAll(path)) // it is read-only
	s.ok(os.WriteFile(path, b, 0o600))
}

// A stored file that was altered, cut, removed or put in the place of another of
// the same complaint, which has the same key and size, is named by Verify and
// never handed out.
func TestAlteredEvidenceIsNamedAndNotHandedOut(t *testing.T) {
	s := newSite(t)
	f := s.filed()
	ref := f.Complaint.Reference
	by := access.Actor{Role: access.Borrower, ComplaintID: f.Complaint.ID}
	text := strings.Repeat("第一份录音文字记录，每天十二次来电。", 20_000) // several chunks of the cipher
	for _, content := range []string{text, strings.ReplaceAll(text, "第一", "第二")} {
		_, err := s.Evidence.Add(t.Context(), by, ref, "sms", "记录.txt", strings.NewReader(content))
		s.ok(err)
	}
	blobs := s.blobs()
	if len(blobs) != 2 {
		t.Fatalf("%d stored files, want 2", len(blobs))
	}
	one, two := s.bytesOf(blobs[0]), s.bytesOf(blobs[1])
	if len(one) != len(two) {
		t.Fatalf("the two differ in size: %d, %d", len(one), len(two))
	}
	flipped := func(at int) []byte {
		b := slices.Clone(one)
		b[(at+len(b))%len(b)] ^= 1
		return b
	}
	desk := s.signIn("supervisor")
	for _, tt := range []struct {
		name     string
		one, two []byte // nil: removed
		broken   int    // how many of the two must be named
	}{
		{"first byte", flipped(0), two, 1},
		{"byte of the first chunk", flipped(300), two, 1},
		{"last byte", flipped(-1), two, 1},
		{"cut at the end", one[:len(one)-1], two, 1},
		{"cut at a chunk", one[:len(one)/2], two, 1},
		{"made longer", append(slices.Clone(one), 0), two, 1},
		{"emptied", []byte{}, two, 1},
		{"removed", nil, two, 1},
		{"swapped", two, one, 2},
		{"copied over the other", two, two, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for i, b := range [][]byte{tt.one, tt.two} {
				s.overwrite(blobs[i], b)
				if b == nil {
					s.ok(os.Remove(blobs[i]))
				}
			}
			problems, err := s.Evidence.Verify(t.Context())
			s.ok(err)
			if len(problems) != tt.broken {
				t.Errorf("verify names %v, want %d", problems, tt.broken)
			}
			refused := 0
			for _, number := range []string{"1", "2"} {
				page := desk.get("/evidence/" + ref + "/" + number)
				req := s.apiRequest(t.Context(), "GET", "/complaints/"+ref+"/evidence/"+number, "", nil)
				req.Header.Set("Access-Code", f.AccessCode)
				status, body := s.send(req)
				if page.status >= 500 && status >= 500 {
					refused++
					if strings.Contains(page.body+string(body), "录音") {
						t.Errorf("%s: the refusal holds a part of the file", number)
					}
				}
			}
			if refused != tt.broken {
				t.Errorf("%d files were refused, want %d", refused, tt.broken)
			}
		})
	}
	s.overwrite(blobs[0], one)
	s.overwrite(blobs[1], two)
	if problems, err := s.Evidence.Verify(t.Context()); err != nil || len(problems) != 0 {
		t.Errorf("restored: %v %v", problems, err)
	}
	desk.get("/evidence/" + ref + "/1").want(200)
}

// Whatever a stranger's file calls itself, it leaves as an attachment.
func TestHostileFileNamesLeaveAsAttachments(t *testing.T) {
	s := newSite(t)
	f := s.filed()
	ref := f.Complaint.Reference
	names := []string{"../../etc/passwd", "..\\..\\boot.ini", "a\r\nSet-Cookie: x=1", "\"; filename=\"evil.html", "<img src=x onerror=alert(1)>.txt", "录音\u202etxt.exe", strings.Repeat("长", 300) + ".txt", "con.txt", "/", "a\x00b.txt"}
	accepted := 0
	for _, name := range names {
		status, m := s.sendFile(ref, f.AccessCode, "sms", name, "一段文字")
		if status >= 500 || status != 201 && status != 422 {
			t.Errorf("%q: %d %v", name, status, m)
		}
		if status == 201 {
			accepted++
		}
	}
	if accepted < 5 {
		t.Fatalf("only %d of the names were accepted", accepted)
	}
	desk := s.signIn("supervisor")
	sound(t, "file name", desk.get("/complaints/"+ref).want(200))
	for i := range accepted {
		number := version(int64(i + 1))
		r, err := http.NewRequestWithContext(t.Context(), "GET", s.url+apiRoot+"/complaints/"+ref+"/evidence/"+number, nil)
		s.ok(err)
		r.Header.Set("Access-Code", f.AccessCode)
		res, err := http.DefaultClient.Do(r)
		s.ok(err)
		_, err = io.Copy(io.Discard, res.Body)
		s.ok(err)
		res.Body.Close()
		for where, h := range map[string]http.Header{"page": desk.get("/evidence/" + ref + "/" + number).want(200).header, "API": res.Header} {
			d := h.Get("Content-Disposition")
			if !strings.HasPrefix(d, `attachment; filename="`) || strings.Count(d, `"`) != 2 || strings.ContainsAny(d, "\r\n/\\") || strings.Contains(d, "%E2%80%AE") || h.Get("Set-Cookie") != "" || h.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s, file %s: %q", where, number, d)
			}
		}
	}
	if n := len(s.blobs()); n != accepted {
		t.Errorf("%d files on disk, want %d", n, accepted)
	}
}
