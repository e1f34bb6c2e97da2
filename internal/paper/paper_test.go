package paper

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/store/storetest"
)

// one is a measure in which every rune has the width 1.
func one(rune) float64 { return 1 }

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		name, text   string
		first, width float64
		want         []string
	}{
		{"Chinese breaks anywhere", "一二三四五六", 4, 4, []string{"一二三四", "五六"}},
		{"no comma begins a line", "一二三四，五六", 4, 4, []string{"一二三", "四，五六"}},
		{"no bracket ends a line", "一二三（四五六", 4, 4, []string{"一二三", "（四五六"}},
		{"closing marks stay together", "一二三四”）。五", 5, 5, []string{"一二三", "四”）。五"}},
		{"words stay whole", "ask the firm", 7, 7, []string{"ask the", "firm"}},
		{"a space hangs over", "abc def", 3, 3, []string{"abc", "def"}},
		{"a long word is cut", "abcdefgh", 3, 3, []string{"abc", "def", "gh"}},
		{"the first line is shorter", "一二三四五", 2, 4, []string{"一二", "三四五"}},
		{"a year stays with its number", "于是2026年办", 6, 6, []string{"于是", "2026年办"}},
		{"both tongues in one line", "按Regulation F办", 5, 12, []string{"按", "Regulation F", "办"}},
		{"paragraphs", "一\n二", 4, 4, []string{"一", "二"}},
		{"nothing", "", 4, 4, []string{""}},
	} {
		if got := wrap(tt.text, tt.first, tt.width, one); fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestLatin(t *testing.T) {
	for text, want := range map[string]string{
		"the firm’s “reply”": `the firm's "reply"`,
		"“不属实”":              "“不属实”",
		"见“Credit’s”一栏":      "见“Credit’s”一栏",
	} {
		if got := latin(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func write(t *testing.T, d *Doc) (pdf []byte, missing []rune) {
	t.Helper()
	var b bytes.Buffer
	missing, err := d.Write(&b)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), missing
}

func extract(t *testing.T, pdf []byte) string {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		storetest.SkipOrFail(t, "pdftotext is not installed (Debian: apt-get install poppler-utils)")
	}
	file := filepath.Join(t.TempDir(), "x.pdf")
	if keep := os.Getenv("PAPER_TEST_KEEP"); keep != "" {
		file = filepath.Join(keep, t.Name()+".pdf")
	}
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-layout", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(out), " ", "")
}

var meta = Meta{
	Title: "监管月报", Author: "某局", At: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
	Page:    func(n, of int) string { return fmt.Sprintf("第 %d 页 共 %d 页", n, of) },
	Missing: func(codes string) string { return "缺字：" + codes },
}

// TestTable goes over pages: the head is said again, every row is there once, numbers stand at the right.
func TestTable(t *testing.T) {
	d := New(Standard, meta)
	d.Title("监管月报")
	d.Under("2026年10月")
	d.Heading("一、各机构投诉情况")
	var rows [][]string
	for i := range 60 {
		rows = append(rows, []string{fmt.Sprintf("第%d家某某消费金融股份有限公司及其分支机构", i), fmt.Sprint(i * 100), "短信、电话、上门催收，联系亲友"})
	}
	d.Table([]Column{{"机构", 3, Left}, {"件数", 1, Right}, {"主要问题", 2, Left}}, rows)
	d.Heading("二、说明")
	d.Paragraph("数据截至月末。", true)
	d.Signature("某局", "2026年11月1日")
	pdf, missing := write(t, d)
	if len(missing) != 0 {
		t.Errorf("no glyph for %q", string(missing))
	}
	text := extract(t, pdf)
	pages := strings.Count(text, "\f")
	if heads := strings.Count(text, "主要问题"); pages < 3 || heads != pages && heads != pages-1 {
		t.Errorf("%d pages, %d heads", pages, heads)
	}
	for i := range 60 {
		if n := strings.Count(text, fmt.Sprintf("第%d家", i)); n != 1 {
			t.Errorf("row %d is there %d times", i, n)
		}
	}
	if !strings.Contains(text, fmt.Sprintf("第%d页共%d页", pages, pages)) {
		t.Error("the last page has no number")
	}
	again, _ := write(t, d)
	if !bytes.Equal(pdf, again) {
		t.Error("the same document gave other bytes")
	}
}

func TestSignatureStaysTogether(t *testing.T) {
	for n := 25; n < 35; n++ {
		d := New(Standard, meta)
		for range n {
			d.Paragraph("一行", true)
		}
		d.Signature("某局", "2026年11月1日")
		faces, err := d.fonts.load()
		if err != nil {
			t.Fatal(err)
		}
		l := layOut(faces, Meta{}, d.blocks)
		last := l.pages[len(l.pages)-1]
		var end strings.Builder // a line is one run or several, as the fonts of the machine have its letters
		for _, r := range last.runs {
			end.WriteString(r.text)
		}
		if !strings.HasSuffix(end.String(), "某局2026年11月1日") {
			t.Errorf("%d lines: the signature is torn apart: %s", n, end.String())
		}
		for _, p := range l.pages {
			for _, r := range p.runs {
				if r.y > pageHeight-margin || r.x < margin-0.1 || r.x > margin+inner {
					t.Errorf("%d lines: %q stands outside the page", n, r.text)
				}
			}
		}
	}
}

// A title never stands at the foot of a page without its text: in a file of many documents one begins anywhere.
func TestTitleTakesItsTextAlong(t *testing.T) {
	for n := 20; n < 45; n++ {
		d := New(Standard, meta)
		for range n {
			d.Paragraph("一行", true)
		}
		d.Title("第二份文书")
		d.Under("〔2026〕1号")
		d.Paragraph("正文", true)
		faces, err := d.fonts.load()
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range layOut(faces, Meta{}, d.blocks).pages {
			for i, r := range p.runs {
				if strings.Contains(r.text, "第二份文书") && i+2 >= len(p.runs) {
					t.Errorf("%d lines: the title stands without its text", n)
				}
			}
		}
	}
}

// TestMissingGlyph names what no font has, and prints a box for it.
func TestMissingGlyph(t *testing.T) {
	const strange = '\U000E0041' // a tag character: no font draws it
	d := New(Standard, meta)
	d.Paragraph("王"+string(strange)+"同志", false)
	pdf, missing := write(t, d)
	if string(missing) != string(strange) {
		t.Errorf("got %q", missing)
	}
	if text := extract(t, pdf); !strings.Contains(text, "缺字：U+E0041") || !strings.Contains(text, "王□同志") {
		t.Errorf("got %s", text)
	}
}

// TestFallback takes from a later font what the first lacks.
func TestFallback(t *testing.T) {
	base, err := builtin()
	if err != nil {
		t.Fatal(err)
	}
	latin := &face{name: "latin", ttf: base.ttf, font: base.font, unit: base.unit, widths: map[rune]float64{'中': -1}}
	l := layOut([]*face{latin, base}, Meta{}, []block{{lines: []line{{"a中b", style{size: 10, leading: 12}}}}})
	if got := fmt.Sprint(l.pages[0].runs); len(l.pages[0].runs) != 3 || l.pages[0].runs[1].face != 1 || len(l.missing()) != 0 {
		t.Errorf("got %s", got)
	}
}

// TestBuiltin: a binary alone can print every character of the national standard's first and second level.
func TestBuiltin(t *testing.T) {
	f, err := builtin()
	if err != nil {
		t.Fatal(err)
	}
	absent := 0
	for r := rune(0x4E00); r <= 0x9FA5; r++ {
		if !f.has(r) {
			absent++
		}
	}
	if absent > 100 {
		t.Errorf("%d of the common characters are missing", absent)
	}
	for _, r := range "，。〔〕《》“”¥0aZ" {
		if !f.has(r) {
			t.Errorf("no %c", r)
		}
	}
	var b bytes.Buffer
	only := &Fonts{}
	only.once.Do(func() { only.faces = []*face{f} })
	d := New(only, meta)
	d.Paragraph("只用内置字库：催收监察。", false)
	if _, err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	if text := extract(t, b.Bytes()); !strings.Contains(text, "只用内置字库：催收监察。") {
		t.Errorf("got %s", text)
	}
}

func TestNewFonts(t *testing.T) {
	base, err := builtin()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	for name, data := range map[string][]byte{
		"empty": nil, "text": []byte("this is no font at all"), "cut": base.ttf[:len(base.ttf)/2], "collection": []byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x01"),
		"far": []byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x01\xff\xff\xff\xff"),
	} {
		if _, err := NewFonts(file(name, data)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := NewFonts(filepath.Join(dir, "none.ttf")); err == nil {
		t.Error("a file that does not exist was accepted")
	}
	fonts, err := NewFonts(file("good.ttf", base.ttf))
	if err != nil {
		t.Fatal(err)
	}
	if fonts.faces[0].name != "good.ttf" {
		t.Errorf("the first font is %s", fonts.faces[0].name)
	}
}

func BenchmarkLetter(b *testing.B) {
	for b.Loop() {
		d := New(Standard, meta)
		d.Title("投诉处理答复书")
		for range 30 {
			d.Paragraph(strings.Repeat("经查，贵公司委托催收机构拨打电话四十七次。", 4), true)
		}
		var out bytes.Buffer
		if _, err := d.Write(&out); err != nil {
			b.Fatal(err)
		}
	}
}
