package contactlog

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	uni "golang.org/x/text/encoding/unicode"
)

const telecom = "中国电信语音详单,,,,\n客户号码：13300000000 查询周期：2026年10月01日-2026年10月31日,,,,\n" +
	"序号,对方号码,呼叫类型,通话日期,通话时间,通话时长(秒),通话类型,通话费(元)\n" +
	"1,02160001111,被叫,2026-10-20,22:10:00,35,国内通话,0.00\n" +
	"2,\"0086 13800138000\",主叫,2026-10-21,09:00:00,60,国内通话,0.10\n" +
	"序号,对方号码,呼叫类型,通话日期,通话时间,通话时长(秒),通话类型,通话费(元)\n" +
	"合计,,,,,95,,0.10\n"

func telecomWant(t *testing.T, s *Source) {
	t.Helper()
	got := drain(t, s)
	if len(got) != 2 {
		t.Fatalf("%d contacts, %+v", len(got), s.Tally())
	}
	if c := got[0]; c.Number != "02160001111" || c.Direction != FromFirm || c.Duration != 35 || !c.At.Equal(time.Date(2026, 10, 20, 22, 10, 0, 0, Beijing)) || c.Row != 4 {
		t.Errorf("first %+v", c)
	}
	if c := got[1]; c.Number != "13800138000" || c.Direction != ToFirm {
		t.Errorf("second %+v", c)
	}
	if y := s.Tally(); y.Rows != 4 || y.Read != 2 || len(y.Dropped) != 1 || y.Dropped[0] != (Drop{NoContact, 2, 6}) {
		t.Errorf("tally %+v", y)
	}
	if !s.Bill() {
		t.Error("not taken for a bill")
	}
}

// One table in every encoding in which it comes.
func TestEncodings(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(telecom)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := uni.UTF16(uni.LittleEndian, uni.UseBOM).NewEncoder().String(telecom)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"utf-8": telecom, "bom": "\ufeff" + telecom, "gb18030": gb, "utf-16": wide, "crlf": strings.ReplaceAll(telecom, "\n", "\r\n"),
		"tabs": strings.ReplaceAll(telecom, ",", "\t"), "semicolons": strings.ReplaceAll(telecom, ",", ";"),
	} {
		t.Run(name, func(t *testing.T) { telecomWant(t, open(t, "x.xls", text, Options{})) })
	}
}

// book writes a workbook with excelize, as a carrier's site would.
func book(t testing.TB, rows [][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, r := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetSheetRow("Sheet1", cell, &r); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func openBytes(t testing.TB, name string, b []byte, opt Options) (*Source, error) {
	t.Helper()
	return Open(name, bytes.NewReader(b), int64(len(b)), opt)
}

func TestXLSX(t *testing.T) {
	at := time.Date(2026, 10, 20, 22, 10, 0, 0, time.UTC)
	b := book(t, [][]any{
		{"中国联通通话详单"},
		{"起始时间", "对方号码", "呼叫类型", "通话时长", "备注<&>"},
		{at, "02160001111", "被叫", "8分27秒", "x"},
		{"2026-10-21 09:00:00", 13800138000, "主叫", "1分", nil},
		{},
		{46315.5, "95500", "被叫", 0.5 / 1440, "y"},
	})
	s, err := openBytes(t, "lies.csv", b, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := drain(t, s)
	accounted(t, s, 3, 3)
	if s.Format() != XLSX || len(got) != 3 {
		t.Fatalf("%s: %+v", s.Format(), got)
	}
	want := []Contact{
		{At: time.Date(2026, 10, 20, 22, 10, 0, 0, Beijing), Clock: Wall, Direction: FromFirm, Number: "02160001111", Duration: 507, DurationKnown: true, Row: 3},
		{At: time.Date(2026, 10, 21, 9, 0, 0, 0, Beijing), Clock: Wall, Direction: ToFirm, Number: "13800138000", Duration: 60, DurationKnown: true, Row: 4},
		{At: time.Date(2026, 10, 20, 12, 0, 0, 0, Beijing), Clock: Wall, Direction: FromFirm, Number: "95500", Duration: 30, DurationKnown: true, Row: 6},
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("row %d\n got %+v\nwant %+v", i, got[i], want[i])
		}
	}
}

// The samples that ship with the project.
func TestSamples(t *testing.T) {
	for name, want := range map[string]struct {
		format     Format
		rows, read int
	}{
		"mobile.csv": {CSV, 6, 5}, "calls.xml": {SMSBackupXML, 4, 4}, "messages.xml": {SMSBackupXML, 4, 3}, "messages.ndjson": {SMSExportJSON, 5, 4}, "dialler.csv": {CSV, 4, 4},
	} {
		s, err := openFile(t, filepath.Join("testdata", name), Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		drain(t, s)
		if s.Format() != want.format {
			t.Errorf("%s: format %s", name, s.Format())
		}
		accounted(t, s, want.rows, want.read)
	}
}

func TestSMSBackup(t *testing.T) {
	f := filepath.Join("testdata", "messages.xml")
	s, err := openFile(t, f, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := drain(t, s)
	if len(got) != 3 || got[0].Text != "您的欠款已逾期 😀 <请还款>" || got[0].Direction != FromFirm || got[1].Direction != ToFirm || got[2].Text != "彩信正文" || got[2].Channel != MMS || got[2].Number != "95500" {
		t.Errorf("%+v", got)
	}
	if d := s.Tally().Dropped; len(d) != 1 || d[0].Reason != NotSent {
		t.Errorf("dropped %+v", d)
	}
	s, err = openFile(t, f, Options{Filter: NewNumbers("cn", "13900139000")})
	if err != nil {
		t.Fatal(err)
	}
	if got := drain(t, s); len(got) != 1 || got[0].Number != "13900139000" { // one of several people
		t.Errorf("filtered %+v", got)
	}
	accounted(t, s, 4, 1)
}

func TestSMSExport(t *testing.T) {
	name := filepath.Join("testdata", "messages.ndjson")
	s, err := openFile(t, name, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := drain(t, s)
	if len(got) != 4 || got[0].Channel != SMS || got[0].Text != "欠款逾期" || got[1].Channel != MMS || got[1].Number != "95500" || got[1].At.Year() != 2026 ||
		got[2].Outcome != NoAnswer || got[3].Duration != 42 {
		t.Errorf("%+v", got)
	}
	if d := s.Tally().Dropped; len(d) != 1 || d[0].Reason != BadRow {
		t.Errorf("dropped %+v", d)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var z bytes.Buffer
	w := zip.NewWriter(&z)
	for _, n := range []string{"data/PART_1", "messages.ndjson"} {
		f, err := w.Create(n)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s, err = openBytes(t, "backup.zip", z.Bytes(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := drain(t, s); len(got) != 4 {
		t.Errorf("from the zip: %+v", got)
	}
}

// A dialler's export is the firm's: outgoing is from the firm, and the number is
// the person's.
func TestDialler(t *testing.T) {
	s, err := openFile(t, filepath.Join("testdata", "dialler.csv"), Options{Firm: true})
	if err != nil {
		t.Fatal(err)
	}
	got := drain(t, s)
	if len(got) != 4 {
		t.Fatalf("%+v", got)
	}
	if c := got[0]; c.Direction != FromFirm || c.Number != "13800138000" || c.Line != "02160001111" || !c.Firm || c.Outcome != Connected || c.Recording != RecordingListed {
		t.Errorf("outgoing %+v", c)
	}
	if c := got[1]; c.Direction != ToFirm || c.Number != "13800138000" || c.Line != "02160001111" {
		t.Errorf("incoming %+v", c)
	}
	if c := got[3]; c.Outcome != NotInService || c.Recording != RecordingMissing || c.Role != ThirdPerson {
		t.Errorf("last %+v", c)
	}
}

// Caller and callee without a word on who called: the owner's number tells.
func TestCallerAndCallee(t *testing.T) {
	log := "主叫号码,被叫号码,开始时间,通话时长\n95500,13800138000,2026-10-20 10:00:00,5\n13800138000,95500,2026-10-20 11:00:00,5\n"
	for name, opt := range map[string]Options{
		"own": {Own: NewNumbers("cn", "13800138000")}, "filter": {Filter: NewNumbers("cn", "95500")},
	} {
		got := drain(t, open(t, "x.csv", log, opt))
		if len(got) != 2 || got[0].Direction != FromFirm || got[0].Number != "95500" || got[0].Line != "13800138000" || got[1].Direction != ToFirm || got[1].Number != "95500" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// A mapping made by hand reads what no synonym knows, and is known again by the
// header's signature.
func TestMapping(t *testing.T) {
	log := "A;B;C;D\n2026-10-20 10:00;95500;in;3\n2026-10-20 11:00;95500;out;4\n"
	m := Mapping{HeaderRow: 1, DurationUnit: 60}
	m.Columns[FieldTime], m.Columns[FieldNumber], m.Columns[FieldDirection], m.Columns[FieldDuration] = 1, 2, 3, 4
	got := drain(t, open(t, "x.csv", log, Options{Mapping: &m}))
	if len(got) != 2 || got[0].Duration != 180 || got[0].Direction != FromFirm || got[1].Direction != ToFirm {
		t.Errorf("%+v", got)
	}
	m.HeaderRow = 0
	if got := drain(t, open(t, "x.csv", log[8:], Options{Mapping: &m})); len(got) != 2 {
		t.Errorf("without a header: %+v", got)
	}
	s := open(t, "x.csv", telecom, Options{})
	if s.Mapping().Signature != Signature([]string{"序号", " 对方号码", "呼叫类型", "通话日期", "通话时间", "通话时长", "通话类型", "通话费"}) {
		t.Error("the signature depends on spaces and brackets")
	}
	p, err := Peek("x.csv", strings.NewReader(log), int64(len(log)), Options{})
	if err != nil || len(p.Rows) != 3 || p.Rows[0][3] != "D" || p.Numbers[2] != 3 || p.Understood {
		t.Errorf("peek %+v, %v", p, err)
	}
	if p, err := Peek("x.csv", strings.NewReader(telecom), int64(len(telecom)), Options{}); err != nil || !p.Understood || p.Mapping.HeaderRow != 3 {
		t.Errorf("peek %+v, %v", p, err)
	}
}
