package httpd

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"
	"net/url"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/audit/audittest"
)

// snapshot is a photo that tells where it was taken, with one red field.
func snapshot(t *testing.T) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 100, 50))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(20, 10, 60, 30), image.NewUniform(color.RGBA{255, 0, 0, 255}), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	told := []byte("Exif\x00\x00GPS-30.2741")
	out := append(binary.BigEndian.AppendUint16([]byte{0xFF, 0xD8, 0xFF, 0xE1}, uint16(len(told)+2)), told...)
	return append(out, b.Bytes()[2:]...)
}

func (p *page) inert(kind string) {
	p.Helper()
	h := p.header
	if policy := h.Get("Content-Security-Policy"); h.Get("Content-Type") != kind || h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(policy, "default-src 'none'") ||
		!strings.Contains(policy, "sandbox") || strings.Contains(policy, "script-src") || h.Get("Cache-Control") != "no-store" {
		p.Errorf("%s leaves with %v", kind, h)
	}
}

// An officer looks at the evidence, takes it, blacks a part out and forwards the case; the firm gets the blacked-out copy; the
// chain of custody says all of it.
func TestEvidenceWalk(t *testing.T) {
	s := newSite(t)
	k := s.assigned()
	ref, photo := k.Complaint.Reference, snapshot(t)
	self := access.Actor{Role: access.Borrower, ComplaintID: k.ComplaintID}
	for name, body := range map[string][]byte{"现场.jpg": photo} {
		_, err := s.Evidence.Add(t.Context(), self, ref, "photo", name, bytes.NewReader(body))
		s.ok(err)
	}
	_, err := s.Evidence.Add(t.Context(), self, ref, "sms", "=1+1<script>.txt", strings.NewReader("来信：<script>alert(1)</script> 李四欠钱"))
	s.ok(err)
	_, err = s.Evidence.MakePreviews(t.Context())
	s.ok(err)
	desk, path := s.signIn("reviewer"), "/evidence/"+ref

	p := desk.get(path).want(200)
	p.hasWords("main", "E-1", "现场.jpg", "E-2", "全部下载")
	desk.get(path + "/1/thumbnail").want(200).inert("image/jpeg")
	desk.get(path + "/2/thumbnail").want(404)
	desk.get(path + "/1/preview").want(200).inert("image/jpeg")
	text := desk.get(path + "/2/preview").want(200)
	text.inert("text/plain; charset=utf-8")
	if !strings.Contains(text.body, "<script>") {
		t.Errorf("the text is shown as %q", text.body)
	}
	sheet := desk.get(path + "/1/sheet?lang=en").want(200)
	sum := sha256.Sum256(photo)
	desk.get(path + "?lang=zh").want(200)
	sheet.hasWords("main", "Chain of custody", "Looked at", "Received and kept", hex.EncodeToString(sum[:]))
	if body := desk.get(path).want(200).body; strings.Contains(body, "<script>.txt") || !strings.Contains(body, "&lt;script&gt;.txt") {
		t.Error("a file's name is not escaped")
	}

	if got := desk.get(path + "/1").want(200); strings.Contains(got.body, "GPS") {
		t.Error("the copy tells where the photo was taken")
	}
	p = desk.post(path+"/1/original", url.Values{"reason": {"看"}}).want(422)
	if p.value("reason") != "看" || p.text(".errors") == "" {
		t.Error("the reason that is too short is lost, or nothing is said")
	}
	if got := desk.post(path+"/1/original", url.Values{"reason": {"送检需要原件"}}).want(200); got.body != string(photo) {
		t.Error("the original is not what was sent")
	}
	s.takesBundle(t, desk, path, photo)

	p = desk.post(path+"/1/redact", url.Values{"box.1.left": {"20"}, "box.1.top": {"20"}, "reason": {"遮盖第三人"}}).want(422)
	if p.value("box.1.left") != "20" || p.text("#f-redact-boxes-error") == "" {
		t.Error("half a box is lost, or nothing is said at its field")
	}
	p = desk.post(path+"/1/redact", url.Values{"box.1.left": {"20"}, "box.1.top": {"20"}, "box.1.width": {"40"}, "box.1.height": {"40"}, "reason": {"遮盖第三人"}}).want(303)
	desk.get(p.location()).want(200).hasWords("main", "证据 E-3", "系 E-1 的遮盖件")
	desk.post(path+"/2/redact", url.Values{"words": {"李四"}, "reason": {"遮盖第三人"}}).want(303)

	f := s.forwarded(k, "L001")
	files, err := s.Forwards.View(t.Context(), s.as("firm"), f.Reference)
	s.ok(err)
	if len(files.Files) != 2 {
		t.Fatalf("the firm sees %+v", files.Files)
	}
	firm := s.signIn("firm")
	m, err := jpeg.Decode(strings.NewReader(firm.get(portalHref(f.Reference) + "/files/1").want(200).body))
	s.ok(err)
	if r, g, _, _ := m.At(40, 20).RGBA(); r > 0x4000 || g > 0x4000 {
		t.Error("the firm sees what was blacked out")
	}
	if got := firm.get(portalHref(f.Reference) + "/files/2").want(200).body; strings.Contains(got, "李四") || !strings.Contains(got, "欠钱") {
		t.Errorf("the firm reads %q", got)
	}
	desk.get(path+"/3/sheet").want(200).hasWords("#custody", "对外提供", "云川消费金融有限公司", "取用净化副本")
	desk.get(path+"/1/sheet").want(200).hasWords("#custody", "取用原件", "送检需要原件", "制作遮盖件", "新证据：E-3")
	audittest.MustVerify(t, s.Deps.Log)
}

// takesBundle takes everything in one archive, in both forms.
func (s *site) takesBundle(t *testing.T, desk *browser, path string, photo []byte) {
	t.Helper()
	desk.post(path+"/zip", url.Values{"form": {"original"}}).want(422)
	for form, told := range map[string]bool{"copy": false, "original": true} {
		p := desk.post(path+"/zip", url.Values{"form": {form}, "reason": {"移送公安机关"}}).want(200)
		z, err := zip.NewReader(strings.NewReader(p.body), int64(len(p.body)))
		s.ok(err)
		files := map[string][]byte{}
		for _, f := range z.File {
			r, err := f.Open()
			s.ok(err)
			files[f.Name], err = io.ReadAll(r)
			s.ok(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(files["index.csv"], []byte("\ufeff")))).ReadAll()
		s.ok(err)
		if len(files) != 3 || len(rows) != 3 || rows[2][2] != "'=1+1<script>.txt" || bytes.Contains(files["E-1.jpg"], []byte("GPS")) != told {
			t.Fatalf("%s: %d files, index %v", form, len(files), rows)
		}
		asSent, here := sha256.Sum256(photo), sha256.Sum256(files["E-1.jpg"])
		if rows[1][8] != hex.EncodeToString(asSent[:]) || rows[1][9] != hex.EncodeToString(here[:]) {
			t.Errorf("%s: the index has other hashes: %v", form, rows[1])
		}
	}
}

// Complainants take back what they sent, as they sent it, and see its fingerprint.
func TestComplainantTakesOwnFile(t *testing.T) {
	s := newSite(t)
	f := s.filed()
	ref, photo := f.Complaint.Reference, snapshot(t)
	_, err := s.Evidence.Add(t.Context(), access.Actor{Role: access.Borrower, ComplaintID: f.Complaint.ID}, ref, "photo", "现场.jpg", bytes.NewReader(photo))
	s.ok(err)
	b := s.browser()
	b.get("/track/evidence/1").want(303)
	p := b.goesOn("/track", url.Values{"reference": {ref}, "access_code": {f.AccessCode}}, "/track/case")
	sum := sha256.Sum256(photo)
	p.hasWords("main", hex.EncodeToString(sum[:]), "下载", "收到")
	if got := b.get("/track/evidence/1").want(200); got.body != string(photo) {
		t.Error("the file came back as another")
	}
	b.get("/track/evidence/2").want(404)
	b.get("/track/evidence/x").want(404)
}

// The same by programs.
func TestEvidenceAPI(t *testing.T) {
	s := newSite(t)
	k := s.assigned()
	ref := k.Complaint.Reference
	self := access.Actor{Role: access.Borrower, ComplaintID: k.ComplaintID}
	for _, text := range []string{"王五说李四欠钱", "更清楚的一份"} {
		_, err := s.Evidence.Add(t.Context(), self, ref, "sms", "短信.txt", strings.NewReader(text))
		s.ok(err)
	}
	token, path := s.token("reviewer"), "/complaints/"+ref+"/evidence"
	red := s.must(201, "POST", path+"/1/redact", token, map[string]any{"words": []string{"李四"}, "reason": "遮盖第三人"})
	if red["id"] != "E-3" {
		t.Errorf("the copy is %v", red)
	}
	s.must(422, "POST", path+"/E-1/redact", token, map[string]any{"words": []string{"赵六"}, "reason": "遮盖第三人"})
	s.must(200, "POST", path+"/1/mark", token, map[string]any{"deed": "supersede", "by": 2, "reason": "第二份更清楚"})
	s.must(403, "POST", path+"/1/mark", token, map[string]any{"deed": "release_suspect", "reason": "没有问题的"})
	custody := s.must(200, "GET", path+"/1/custody", token, nil)
	var deeds []string
	for _, e := range custody["items"].([]any) {
		deeds = append(deeds, e.(map[string]any)["action"].(string))
	}
	if got := strings.Join(deeds, " "); got != "evidence.added evidence.redacted evidence.superseded" {
		t.Errorf("custody: %s", got)
	}
	status, body := s.send(s.apiRequest(t.Context(), "GET", path+".zip?lang=en", token, nil))
	if z, err := zip.NewReader(bytes.NewReader(body), int64(len(body))); status != 200 || err != nil || len(z.File) != 4 {
		t.Errorf("the archive: %d, %v", status, err)
	}
	for query, want := range map[string]int{"?form=original": 422, "?form=original&reason=%E9%80%81%E6%A3%80%E9%9C%80%E8%A6%81": 200, "": 200, "?form=x": 422} {
		if status, _ := s.send(s.apiRequest(t.Context(), "GET", path+"/1"+query, token, nil)); status != want {
			t.Errorf("%q: %d, want %d", query, status, want)
		}
	}
}
