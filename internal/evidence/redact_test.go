package evidence_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	pngs "image/png"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/evidence"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// atWork is a case at its officer, and its complainant.
func atWork(t *testing.T, o *caseworktest.Office) (ref string, self access.Actor) {
	t.Helper()
	filed, err := o.Complaints.File(t.Context(), access.Nobody, o.Filing(), "web", "", "")
	check(t, err)
	ref = filed.Complaint.Reference
	self, err = o.Complaints.Open(t.Context(), ref, filed.AccessCode, "192.0.2.9")
	check(t, err)
	_, k, err := o.Cases.Accept(t.Context(), o.Supervisor, ref, 1, "A", "")
	check(t, err)
	_, err = o.Cases.Assign(t.Context(), o.Supervisor, k.Reference, k.Version, caseworktest.ID(o.Reviewer))
	check(t, err)
	return ref, self
}

func read(t *testing.T, _ *evidence.Item, r io.ReadCloser, err error) []byte {
	t.Helper()
	check(t, err)
	b, err := io.ReadAll(r)
	check(t, errors.Join(err, r.Close()))
	return b
}

// screenshot is a picture with one red field, 100 x 50, as the kind is coded.
func screenshot(t *testing.T, kind string) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 100, 50))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(20, 10, 60, 30), image.NewUniform(color.RGBA{255, 0, 0, 255}), image.Point{}, draw.Src)
	var b bytes.Buffer
	if kind == "png" {
		check(t, pngs.Encode(&b, m))
		return b.Bytes()
	}
	check(t, jpeg.Encode(&b, m, &jpeg.Options{Quality: 100}))
	secret := []byte("Exif\x00\x00GPS-30.2741")
	return slices.Concat(b.Bytes()[:2], binary.BigEndian.AppendUint16([]byte{0xFF, 0xE1}, uint16(len(secret)+2)), secret, b.Bytes()[2:])
}

func TestRedactedPicture(t *testing.T) {
	o, files := casehouse(t, storetest.Open(t), storetest.NewClock())
	ctx := t.Context()
	ref, self := atWork(t, o)
	for i, kind := range []string{"png", "jpeg"} {
		number := 2*i + 1
		whole := screenshot(t, kind)
		_, err := files.Add(ctx, self, ref, "im", "聊天.jpg", bytes.NewReader(whole))
		check(t, err)
		red := evidence.Redaction{Boxes: []evidence.Box{{Left: 200, Top: 200, Width: 400, Height: 400}}, Reason: "遮盖第三人头像"}
		copied, err := files.Redact(ctx, o.Reviewer, ref, number, red)
		check(t, err)
		item, body, err := files.Copy(ctx, o.Reviewer, ref, copied.Number)
		b := read(t, item, body, err)
		m, _, err := image.Decode(bytes.NewReader(b))
		check(t, err)
		for y := range 50 {
			for x := range 100 {
				r, g, bl, _ := m.At(x, y).RGBA()
				if r > 0xD000 && g < 0x6000 && bl < 0x6000 {
					t.Fatalf("%s: red shows at %d,%d", kind, x, y)
				}
			}
		}
		if bytes.Contains(b, []byte("GPS")) || copied.RedactedOf != number || copied.FromRole != string(access.Reviewer) {
			t.Errorf("%s: copy %+v", kind, copied)
		}
		item, body, err = files.Take(ctx, o.Reviewer, ref, number, "核对原件")
		if !bytes.Equal(read(t, item, body, err), whole) {
			t.Errorf("%s: the original changed", kind)
		}
		item, body, err = files.Copy(ctx, o.Reviewer, ref, number)
		if bytes.Contains(read(t, item, body, err), []byte("GPS")) {
			t.Errorf("%s: the clean copy tells where", kind)
		}
	}
	list, err := files.List(ctx, o.Reviewer, ref)
	check(t, err)
	if len(list) != 4 || list[0].Redacted != 2 || list[1].RedactedOf != 1 {
		t.Errorf("the register: %+v", list)
	}
	for _, bad := range [][]evidence.Box{nil, {{Left: 900, Top: 0, Width: 200, Height: 10}}, {{Left: -1, Top: 0, Width: 5, Height: 5}}} {
		_, err := files.Redact(ctx, o.Reviewer, ref, 1, evidence.Redaction{Boxes: bad, Reason: "遮盖头像"})
		caseworktest.Want(t, err, fault.Invalid, "")
	}
	_, err = files.Redact(ctx, o.Second, ref, 1, evidence.Redaction{Boxes: []evidence.Box{{Width: 5, Height: 5}}, Reason: "不是我的案件"})
	caseworktest.Want(t, err, fault.Forbidden, "")
	_, err = files.Redact(ctx, self, ref, 1, evidence.Redaction{Boxes: []evidence.Box{{Width: 5, Height: 5}}, Reason: "我自己来"})
	caseworktest.Want(t, err, fault.Forbidden, "")
	o.MustVerify(t)
}

func TestRedactedText(t *testing.T) {
	o, files := casehouse(t, storetest.Open(t), storetest.NewClock())
	ctx := t.Context()
	ref, self := atWork(t, o)
	_, err := files.Add(ctx, self, ref, "sms", "短信.txt", strings.NewReader("李四同学：王五说李四欠钱不还。李四同"))
	check(t, err)
	copied, err := files.Redact(ctx, o.Reviewer, ref, 1, evidence.Redaction{Words: []string{" 李四 ", "李四同学", ""}, Reason: "遮盖第三人姓名"})
	check(t, err)
	item, body, err := files.Open(ctx, o.Reviewer, ref, copied.Number)
	if got, want := string(read(t, item, body, err)), "█████：王五说█████欠钱不还。█████同"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	_, err = files.Redact(ctx, o.Reviewer, ref, 1, evidence.Redaction{Words: []string{"赵六"}, Reason: "遮盖第三人姓名"})
	wantField(t, err, "evidence.word_absent")
	_, err = files.Redact(ctx, o.Reviewer, ref, 1, evidence.Redaction{Words: []string{"王五"}})
	wantField(t, err, "fault.required")
}

// A picture that claims more than it could ever be is refused before it is decoded.
func TestHugePictureIsNotDecoded(t *testing.T) {
	o, files := casehouse(t, storetest.Open(t), storetest.NewClock())
	ref, self := atWork(t, o)
	b := screenshot(t, "png")
	binary.BigEndian.PutUint32(b[16:], 60_000)
	binary.BigEndian.PutUint32(b[20:], 60_000)
	binary.BigEndian.PutUint32(b[29:], crcOf(b[12:29]))
	_, err := files.Add(t.Context(), self, ref, "photo", "大图.png", bytes.NewReader(b))
	check(t, err)
	_, err = files.Redact(t.Context(), o.Reviewer, ref, 1, evidence.Redaction{Boxes: []evidence.Box{{Width: 5, Height: 5}}, Reason: "遮盖头像"})
	caseworktest.Want(t, err, fault.Conflict, "evidence.not_decodable")
	n, err := files.MakePreviews(t.Context())
	check(t, err)
	if list, err := files.List(t.Context(), o.Reviewer, ref); err != nil || n != 1 || list[0].Preview {
		t.Errorf("%d pictures tried, %+v, %v", n, list, err)
	}
}

func TestPreviews(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o, files := casehouse(t, db, clock)
		ctx := t.Context()
		ref, self := atWork(t, o)
		_, err := files.Add(ctx, self, ref, "im", "聊天.png", bytes.NewReader(screenshot(t, "png")))
		check(t, err)
		_, _, err = files.Preview(ctx, o.Reviewer, ref, 1)
		caseworktest.Want(t, err, fault.NotFound, "")
		for _, want := range []int{1, 0} {
			if n, err := files.MakePreviews(ctx); err != nil || n != want {
				t.Errorf("made %d, %v, want %d", n, err, want)
			}
		}
		_, body, err := files.Preview(ctx, o.Reviewer, ref, 1)
		if m, err := jpeg.Decode(bytes.NewReader(read(t, nil, body, err))); err != nil || m.Bounds().Dx() != 100 {
			t.Errorf("the small picture: %v", err)
		}
		if list, err := files.List(ctx, o.Reviewer, ref); err != nil || !list[0].Preview {
			t.Errorf("%+v, %v", list, err)
		}
		c, problems, err := files.Reconcile(ctx)
		check(t, err)
		if !c.Sound() || c.Files != 2 || len(problems) != 0 {
			t.Errorf("reconciled: %+v %v", c, problems)
		}
		if last, err := files.LastCheck(ctx); err != nil || *last != *c {
			t.Errorf("kept %+v, %v, want %+v", last, err, c)
		}
	})
}

// daemon speaks as clamd does: PING, and INSTREAM with chunks; EICAR in the stream is found, more than limit refused.
func daemon(t *testing.T, limit int) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				command := make([]byte, 0, 16)
				for b := make([]byte, 1); ; command = append(command, b[0]) {
					if _, err := io.ReadFull(c, b); err != nil || b[0] == 0 {
						break
					}
				}
				if string(command) == "zPING" {
					io.WriteString(c, "PONG\x00")
					return
				}
				var all []byte
				for {
					var n uint32
					if binary.Read(c, binary.BigEndian, &n) != nil || n == 0 {
						break
					}
					part := make([]byte, n)
					if _, err := io.ReadFull(c, part); err != nil {
						return
					}
					if all = append(all, part...); len(all) > limit {
						io.WriteString(c, "INSTREAM size limit exceeded. ERROR\x00")
						return
					}
				}
				if bytes.Contains(all, []byte("EICAR-STANDARD-ANTIVIRUS-TEST-FILE")) {
					io.WriteString(c, "stream: Eicar-Signature FOUND\x00")
					return
				}
				io.WriteString(c, "stream: OK\x00")
			}()
		}
	}()
	return "tcp:" + l.Addr().String()
}

func TestScannedFiles(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o, files := casehouse(t, db, clock)
		ctx := t.Context()
		ref, self := atWork(t, o)
		_, err := files.Add(ctx, self, ref, "sms", "以前的.txt", strings.NewReader("没有查过"))
		check(t, err)
		scanner, err := evidence.NewClamd(daemon(t, 200_000))
		check(t, err)
		check(t, scanner.Ping(ctx))
		files.WithScanner(scanner)
		for _, text := range []string{"好的", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE", strings.Repeat("太长了", 100_000)} {
			i, err := files.Add(ctx, self, ref, "sms", "记录.txt", strings.NewReader(text))
			check(t, err)
			if i.Scan != evidence.Waiting {
				t.Errorf("a new file is %s", i.Scan)
			}
		}
		_, _, err = files.Copy(ctx, self, ref, 2)
		caseworktest.Want(t, err, fault.Conflict, "evidence.not_yet")
		if n, err := files.ScanWaiting(ctx); err != nil || n != 3 {
			t.Fatalf("judged %d, %v", n, err)
		}
		list, err := files.List(ctx, o.Reviewer, ref)
		check(t, err)
		var states []string
		for _, i := range list {
			states = append(states, i.Scan)
		}
		if want := []string{evidence.NotScanned, evidence.Clean, evidence.Suspect, evidence.NotScanned}; !slices.Equal(states, want) {
			t.Errorf("states %v, want %v", states, want)
		}
		_, _, err = files.Open(ctx, o.Reviewer, ref, 3)
		caseworktest.Want(t, err, fault.Conflict, "evidence.barred")
		_, _, err = files.Take(ctx, o.Supervisor, ref, 3, "想看一看")
		caseworktest.Want(t, err, fault.Conflict, "evidence.barred")
		caseworktest.Want(t, files.Release(ctx, o.Reviewer, ref, 3, "suspect", "我认为没有问题"), fault.Forbidden, "")
		caseworktest.Want(t, files.Release(ctx, o.Supervisor, ref, 2, "suspect", "本来就没有问题"), fault.Conflict, "evidence.nothing_held")
		check(t, files.Release(ctx, o.Supervisor, ref, 3, "suspect", "系检测用的样本文字，无害"))
		item, body, err := files.Open(ctx, o.Reviewer, ref, 3)
		read(t, item, body, err)
		custody, err := files.Custody(ctx, o.Auditor, ref, 3)
		check(t, err)
		said := ""
		for _, e := range custody {
			said += fmt.Sprintf("%s %v %v;", e.Action, e.Detail["found"], e.Detail["reason"])
		}
		for _, want := range []string{"evidence.added", "evidence.scanned Eicar-Signature", "evidence.released <nil> 系检测用的样本文字，无害", "evidence.viewed"} {
			if !strings.Contains(said, want) {
				t.Errorf("custody lacks %q: %s", want, said)
			}
		}
		o.MustVerify(t)
	})
}

// A scanner that is away judges nothing: the file goes on waiting.
func TestScannerAway(t *testing.T) {
	o, files := casehouse(t, storetest.Open(t), storetest.NewClock())
	ref, self := atWork(t, o)
	scanner, err := evidence.NewClamd("unix:/nonexistent/clamd.ctl")
	check(t, err)
	files.WithScanner(scanner)
	_, err = files.Add(t.Context(), self, ref, "sms", "记录.txt", strings.NewReader("好的"))
	check(t, err)
	if n, err := files.ScanWaiting(t.Context()); err == nil || n != 0 {
		t.Errorf("judged %d, %v", n, err)
	}
	if list, err := files.List(t.Context(), o.Reviewer, ref); err != nil || list[0].Scan != evidence.Waiting {
		t.Errorf("%+v, %v", list, err)
	}
	for _, bad := range []string{"", "clamd", "tcp:nowhere", "udp:1.2.3.4:5", "unix:"} {
		if _, err := evidence.NewClamd(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestSupersede(t *testing.T) {
	o, files := casehouse(t, storetest.Open(t), storetest.NewClock())
	ctx := t.Context()
	ref, self := atWork(t, o)
	for _, text := range []string{"模糊", "清楚"} {
		_, err := files.Add(ctx, self, ref, "sms", text+".txt", strings.NewReader(text))
		check(t, err)
	}
	wantField(t, files.Supersede(ctx, o.Reviewer, ref, 1, 7, "第二份更清楚"), "evidence.no_such_item")
	wantField(t, files.Supersede(ctx, o.Reviewer, ref, 1, 1, "第二份更清楚"), "evidence.no_such_item")
	check(t, files.Supersede(ctx, o.Reviewer, ref, 1, 2, "第二份更清楚"))
	caseworktest.Want(t, files.Supersede(ctx, o.Reviewer, ref, 2, 1, "还是第一份好"), fault.Conflict, "evidence.superseded")
	list, err := files.List(ctx, o.Reviewer, ref)
	check(t, err)
	if list[0].SupersededBy != 2 || list[1].Supersedes != 1 {
		t.Errorf("%+v", list)
	}
	o.MustVerify(t)
}
