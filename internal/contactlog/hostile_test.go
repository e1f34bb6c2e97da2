package contactlog

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"dunwatch/internal/fault"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/locale"
)

// endless is a file of any size that exists nowhere.
type endless struct {
	head string
	fill byte
}

func (e endless) ReadAt(b []byte, at int64) (int, error) {
	for i := range b {
		b[i] = e.fill
		if k := at + int64(i); k < int64(len(e.head)) {
			b[i] = e.head[k]
		}
	}
	return len(b), nil
}

// refused opens and reads a file and returns the key of what was said; "" if it
// was read to its end.
func refused(t *testing.T, r io.ReaderAt, size int64, opt Options) string {
	t.Helper()
	s, err := Open("x", r, size, opt)
	for err == nil {
		var c Contact
		err = s.Next(&c)
	}
	if errors.Is(err, io.EOF) {
		return ""
	}
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid {
		t.Fatalf("not a refusal: %v", err)
	}
	return strings.TrimPrefix(f.Key, "contactlog.refused.")
}

func zipOf(t *testing.T, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, files[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const (
	types    = "[Content_Types].xml"
	workbook = `<workbook xmlns:r="x"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>`
)

func xlsxOf(t *testing.T, sheet string, more ...string) string {
	return zipOf(t, append([]string{types, "<Types/>", "xl/workbook.xml", workbook, "xl/worksheets/sheet1.xml", sheet}, more...)...)
}

func TestHostileFiles(t *testing.T) {
	var gz bytes.Buffer
	z := gzip.NewWriter(&gz)
	if _, err := z.Write(make([]byte, 10<<20)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	head := "开始时间,对方号码,呼叫类型\n"
	row := `<row r="1"><c r="A1" t="inlineStr"><is><t>开始时间</t></is></c><c r="B1" t="inlineStr"><is><t>对方号码</t></is></c></row>`
	for name, c := range map[string]struct{ text, want string }{
		"gzip of zeros":        {gz.String(), "packed"},
		"zeros":                {strings.Repeat("\x00", 1000), "not_text"},
		"a PDF named csv":      {"%PDF-1.7\n" + head, "picture"},
		"a picture":            {"\x89PNG\r\n\x1a\n", "picture"},
		"a program":            {"MZ\x90\x00", "program"},
		"a database":           {"SQLite format 3\x00", "database"},
		"plain words":          {"hello world", "not_a_log"},
		"spaces":               {" \n\t\n", "blank"},
		"a web page as xls":    {"<html><table><tr><td>起始时间</td></tr></table></html>", "web_page"},
		"some XML":             {"<feed><entry/></feed>", "other_xml"},
		"XML cut short":        {"<calls><call number=\"1\" date=\"17925054", "broken_xml"},
		"XML never closed":     {"<calls><call number=\"1\" date=\"1792505401000\" type=\"1\" />", "broken_xml"},
		"words behind the end": {"<calls></calls><script>", "broken_xml"},
		"no XML at all":        {"<", "broken_xml"},
		"entities":             {"<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY b \"&lol;&lol;\">]><smses>&b;</smses>", "doctype"},
		"an outer entity":      {"<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><calls/>", "doctype"},
		"an unknown entity":    {"<smses><sms address=\"1\" date=\"1792505401000\" type=\"1\" body=\"&xxe;\"/></smses>", "entity"},
		"a deep nest":          {strings.Repeat("<calls>", 100000), "broken_xml"},
		"other JSON":           {"{\"a\":[1,2]}", "other_json"},
		"JSON list":            {"[1,2]", "other_json"},
		"a plain zip":          {zipOf(t, "a.txt", "x"), "packed"},
		"a broken zip":         {"PK\x03\x04garbage", "damaged"},
		"a zip cut short":      {xlsxOf(t, "<worksheet/>")[:200], "damaged"},
		"two of one name":      {zipOf(t, types, "", "xl/workbook.xml", workbook, "xl/workbook.xml", workbook), "damaged"},
		"a book without pages": {zipOf(t, types, "", "xl/workbook.xml", workbook), "damaged"},
		"a bomb":               {xlsxOf(t, "<worksheet>"+strings.Repeat(" ", 40<<20)+"</worksheet>"), "bomb"},
		"a bomb of texts":      {xlsxOf(t, "<worksheet/>", "xl/sharedStrings.xml", "<sst>"+strings.Repeat("<si><t>a</t></si>", 4<<20)+"</sst>"), "bomb"},
		"doctype in a book":    {xlsxOf(t, "<!DOCTYPE x><worksheet/>"), "doctype"},
		"a text that is none":  {xlsxOf(t, `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>99</v></c></row></sheetData></worksheet>`), "damaged"},
		"a formula":            {xlsxOf(t, `<worksheet><sheetData>`+row+`<row r="2"><c r="A2"><f>NOW()</f><v>46315</v></c><c r="B2"><v>95500</v></c></row></sheetData></worksheet>`), "formula"},
		"a far column":         {xlsxOf(t, `<worksheet><sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>`), "too_many_columns"},
		"an empty page":        {xlsxOf(t, `<worksheet><sheetData/></worksheet>`), "not_a_log"},
		"a long row":           {head + strings.Repeat("9", 3<<20), "row_too_long"},
		"a quote never closed": {head + "\"" + strings.Repeat("9,\n", 2<<20), "row_too_long"},
		"one long line":        {strings.Repeat("a,", 3<<20), "row_too_long"},
		"many columns":         {head + strings.Repeat(",1", 1000) + "\n", "too_many_columns"},
		"a compound of noise":  {string(cfbMagic) + strings.Repeat("\xff", 4096), "damaged"},
		"a compound of zeros":  {string(cfbMagic) + strings.Repeat("\x00", 4096), "damaged"},
	} {
		if got := refused(t, strings.NewReader(c.text), int64(len(c.text)), Options{}); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func encrypted(t *testing.T) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	var b bytes.Buffer
	if err := f.Write(&b, excelize.Options{Password: "secret"}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestEncryptedBook(t *testing.T) {
	b := encrypted(t)
	if got := refused(t, bytes.NewReader(b), int64(len(b)), Options{}); got != "other_office" && got != "encrypted" {
		t.Errorf("said %q", got)
	}
}

// An old workbook with any byte wrong is read or refused, never worse; and a
// loop in its sectors ends.
func TestDamagedXLS(t *testing.T) {
	s, err := openFile(t, fixture(t, "cdr/meiran97_china-mobile_2020-03.xls"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	_ = drain(t, s)
	whole := fixtureBytes(t, "cdr/meiran97_china-mobile_2020-03.xls")
	for at := 0; at < len(whole); at += 7 {
		for _, v := range []byte{0x00, 0xff, whole[at] ^ 0x80} {
			b := bytes.Clone(whole)
			b[at] = v
			refused(t, bytes.NewReader(b), int64(len(b)), Options{})
		}
		if at%512 == 0 {
			refused(t, bytes.NewReader(whole[:at]), int64(at), Options{})
		}
	}
}

// Files of ten gigabytes are refused at once, in little memory, whatever they
// hold.
func TestEndlessFiles(t *testing.T) {
	const size = 10 << 30
	before := heap()
	start := time.Now()
	for name, e := range map[string]endless{
		"zeros": {"", 0}, "gzip": {"\x1f\x8b\x08\x00", 0}, "one row": {"开始时间,对方号码\n", '9'}, "one value": {"<calls><call number=\"", '9'},
		"one comment": {"<calls><!--", ' '}, "spaces": {"", ' '}, "JSON": {"{\"address\":\"1\",\"date\":\"1\"}\n{\"body\":\"", 'a'}, "quotes": {"开始时间,对方号码\n", '"'},
	} {
		opt := Options{MaxBytes: 20 << 30}
		if name == "one comment" || name == "spaces" {
			opt.MaxBytes = 0 // nothing but the bound on bytes can stop what is well formed
		}
		if got := refused(t, e, size, opt); got == "" {
			t.Errorf("%s was read", name)
		}
	}
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("took %s", took)
	}
	if grown := heap() - before; grown > 64<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestBounds(t *testing.T) {
	log := "开始时间,对方号码,呼叫类型\n" + strings.Repeat("2026-10-20 10:00:00,95500,被叫\n", 11)
	if got := refused(t, strings.NewReader(log), int64(len(log)), Options{MaxRows: 10}); got != "too_many_rows" {
		t.Errorf("rows: %q", got)
	}
	if got := refused(t, strings.NewReader(log), int64(len(log)), Options{MaxRows: 11}); got != "" {
		t.Errorf("just as many rows: %q", got)
	}
	if got := refused(t, strings.NewReader(log), int64(len(log)), Options{MaxBytes: 100}); got != "too_large" {
		t.Errorf("bytes: %q", got)
	}
	if _, err := open(t, "x.csv", log, Options{}).All(10); !fault.Is(err, fault.Invalid) {
		t.Errorf("all of too many: %v", err)
	}
	if got, err := open(t, "x.csv", log, Options{}).All(11); err != nil || len(got) != 11 {
		t.Errorf("all: %d, %v", len(got), err)
	}
	c, err := NewChecker(Terms{Pack: pack(t, "cn")})
	if err != nil {
		t.Fatal(err)
	}
	for i := range maxParties + 1 {
		err = c.Add(&Contact{At: time.Unix(1, 0), Number: fmt.Sprint(i)})
	}
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Key != "contactlog.refused.too_many_numbers" {
		t.Errorf("numbers: %v", err)
	}
}

// Names in every script are names: they neither break a file nor count as
// numbers.
func TestNamesInEveryScript(t *testing.T) {
	names := []string{"阿依古丽·买买提", "𠮷野家", "Ω≈ç√∫", "عبد الله", "\u202egnp.exe", "Ṱ̺̺̕o͞", "<script>alert(1)</script>", "=cmd|'/C calc'!A0", "👩‍👩‍👧", "ﷺ", "\u200b", "'; DROP TABLE x;--", "%s%n", strings.Repeat("啊", 5000)}
	var b strings.Builder
	b.WriteString("开始时间,对方号码,呼叫类型,姓名\n")
	for _, n := range names {
		fmt.Fprintf(&b, "2026-10-20 10:00:00,%s,被叫,\"%s\"\n", strings.ReplaceAll(n, ",", ""), strings.ReplaceAll(n, `"`, `""`))
	}
	s := open(t, "x.csv", b.String(), Options{})
	got := drain(t, s)
	accounted(t, s, len(names), len(names))
	for _, c := range got {
		if len(c.Number) > 64 {
			t.Errorf("a number of %d bytes", len(c.Number))
		}
	}
	s = open(t, "x.csv", b.String(), Options{Filter: NewNumbers("cn", "95500")})
	drain(t, s)
	accounted(t, s, len(names), 0)
}

func TestEmptyFile(t *testing.T) {
	s := open(t, "sms-empty.xml", "", Options{})
	if drain(t, s); s.Format() != Empty {
		t.Errorf("format %s", s.Format())
	}
	accounted(t, s, 0, 0)
	for _, x := range []string{"<calls/>", "<smses count=\"0\"></smses>\n"} {
		s := open(t, "x", x, Options{})
		drain(t, s)
		accounted(t, s, 0, 0)
	}
}

// Every word that a person can be shown stands in both languages.
func TestWords(t *testing.T) {
	words := lawtest.Words(t)
	keys := []string{"contactlog.hours", "contactlog.not_in_force"}
	for _, r := range Reasons() {
		keys = append(keys, "contactlog.dropped."+string(r))
	}
	for _, w := range Whys() {
		keys = append(keys, "contactlog.unchecked."+string(w))
	}
	for _, s := range []string{"binding", "standard", "presumption", "heuristic"} {
		keys = append(keys, "contactlog.not."+s, "contactlog.strength."+s)
	}
	keys = append(keys, refusalKeys(t)...)
	for _, k := range keys {
		for _, l := range []locale.Lang{locale.ZH, locale.EN} {
			if !words.Has(l, k) {
				t.Errorf("%s has no words for %s", l.Tag(), k)
			}
		}
	}
}

// refusalKeys finds the refusals in the code.
func refusalKeys(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	var out []string
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		for _, m := range refusalForm.FindAllStringSubmatch(string(readFile(t, f)), -1) {
			if !seen[m[1]] {
				seen[m[1]] = true
				out = append(out, "contactlog.refused."+m[1])
			}
		}
	}
	for _, k := range []string{"packed", "picture", "program", "database"} {
		out = append(out, "contactlog.refused."+k)
	}
	if len(out) < 25 {
		t.Fatalf("found %d refusals only: %v", len(out), out)
	}
	return out
}
