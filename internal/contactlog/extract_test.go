package contactlog

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// anyContact makes up a contact with whatever can stand in one.
func anyContact(r *rand.Rand, zone *time.Location, row int) Contact {
	texts := []string{"", "=HYPERLINK(\"http://x\")", "'", "''x", "-1", "+86", "@a", "\tx", " =1", "＝1", "您的\"账户\",已逾期\n请还款", "\u202e倒", "*", "\x00", "٣", "回T退订"}
	k := Contact{
		At: time.Unix(1_750_000_000+r.Int64N(50_000_000), 0).In(zone), Clock: Clock(r.IntN(3)), Direction: Direction(r.IntN(3)), Channel: Channel(r.IntN(int(channels))),
		Number: texts[r.IntN(len(texts))], Line: texts[r.IntN(len(texts))], Outcome: Outcome(r.IntN(int(Failed) + 1)), Recording: Recording(r.IntN(3)), Role: Role(r.IntN(5)),
		Lender: texts[r.IntN(len(texts))], Debtor: texts[r.IntN(len(texts))], Origin: row,
	}
	if r.IntN(2) == 0 {
		k.DurationKnown, k.Duration = true, r.IntN(4000)
	}
	if r.IntN(2) == 0 {
		k.TextKnown, k.Text = true, texts[r.IntN(len(texts))]
	}
	if k.Clock == DateOnly {
		k.At = time.Date(k.At.Year(), k.At.Month(), k.At.Day(), 0, 0, 0, 0, zone)
	}
	return k
}

// What is written is read back whole, whatever stands in it, and no cell can run
// in a spreadsheet.
func TestExtractComesBackWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 1))
	for n := range 200 {
		x := &Extract{
			Account: Account{Name: "=通话\"详单\".csv", Format: XLS, Bill: n%2 == 0, Firm: n%3 == 0, Tally: Tally{Rows: 40, Read: 30, Dropped: []Drop{{Unrelated, 8, 3}, {BadTime, 2, 9}}}},
			Pack:    "cn", Zone: "Asia/Shanghai", SHA256: strings.Repeat("ab", 32), Bytes: 12345, Numbers: []string{"13800138000", "+15005550100"}, Withheld: n%5 == 0,
		}
		for i := range 30 {
			k := anyContact(r, Beijing, i+7)
			k.Firm = x.Firm
			x.Contacts = append(x.Contacts, k)
		}
		var b bytes.Buffer
		want := *x
		want.Contacts = slices.Clone(x.Contacts)
		for i := range x.Contacts { // as rows of a file, before they are kept
			x.Contacts[i].Row, x.Contacts[i].Origin = x.Contacts[i].Origin, 0
		}
		if err := x.Write(&b); err != nil {
			t.Fatal(err)
		}
		got, err := ReadExtract(bytes.NewReader(b.Bytes()), 4)
		if err != nil {
			t.Fatalf("%v\n%s", err, b.String())
		}
		lines := 0
		for i := range got.Contacts {
			k := &got.Contacts[i]
			if k.File != 4 || k.Row <= lines {
				t.Fatalf("contact %d: file %d, row %d after %d", i, k.File, k.Row, lines)
			}
			lines = k.Row
			k.File, k.Row = 0, want.Contacts[i].Row
		}
		for i := range want.Contacts {
			want.Contacts[i].Row = got.Contacts[i].Row
		}
		if !reflect.DeepEqual(*got, want) {
			t.Fatalf("came back changed:\n%.2000s\n%.2000s", fmt.Sprint(*got), fmt.Sprint(want))
		}
		for _, cell := range strings.FieldsFunc(b.String()[len(byteOrderMark):], func(r rune) bool { return r == '\n' }) {
			for part := range strings.SplitSeq(cell, ",") {
				if part = strings.Trim(part, "\""); part != "" && strings.ContainsAny(part[:1], "=+-@\t") {
					t.Fatalf("a cell may run: %q in %q", part, cell)
				}
			}
		}
	}
}

// Taking an extract and checking it gives the hits of the whole file with the
// numbers of the complaint; the rows of the file stay known.
func TestTakeKeepsWhatCounts(t *testing.T) {
	var log strings.Builder
	log.WriteString("开始时间,对方号码,呼叫类型,通话时长,通话状态\n")
	for i := range 6 {
		fmt.Fprintf(&log, "2026-10-20 %02d:00:00,95500,被叫,30,接通\n2026-10-20 %02d:10:00,1380000%04d,主叫,30,接通\n2026-10-20 %02d:20:00,未知号码,被叫,30,接通\n", 9+i, 9+i, i, 9+i)
	}
	text := log.String()
	only := func(n *Numbers) *Extract {
		x, err := Take(t.Context(), File{Name: "a.csv", Size: int64(len(text)), ReaderAt: strings.NewReader(text)}, Options{Filter: n})
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	x := only(NewNumbers("cn", "95500"))
	if x.Tally.Rows != 18 || x.Tally.Read != 6 || len(x.Contacts) != 6 || x.Bytes != int64(len(text)) || len(x.SHA256) != 64 {
		t.Errorf("%+v", x)
	}
	if n := len(only(NewNumbers("cn", "95500").AndWithheld()).Contacts); n != 12 {
		t.Errorf("with those that show no number: %d, want 12", n)
	}
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	_, hits := checked(t, Terms{Pack: pack(t, "cn")}, Options{}, b.String())
	if got := of(hits, "R03"); len(got) != 3 {
		t.Errorf("hits of the extract: %q", got)
	}
	if strings.Contains(b.String(), "1380000") {
		t.Error("an unrelated number is in the extract")
	}
	s := open(t, "x.csv", b.String(), Options{})
	if k := drain(t, s); s.Format() != FormatExtract || k[1].Origin != 5 {
		t.Errorf("format %s, second contact from row %d", s.Format(), k[1].Origin)
	}
	broken := strings.Replace(b.String(), "outbound", "sideways", 1)
	if got := refused(t, strings.NewReader(broken), int64(len(broken)), Options{}); got != "damaged" {
		t.Errorf("a broken extract: %q", got)
	}
}

func TestSurveyCounts(t *testing.T) {
	text := "开始时间,对方号码,呼叫类型,通话时长,通话状态\n2026-10-20 09:00:00,95500,被叫,30,接通\n2026-10-21 09:00:00,95500,被叫,0,未接\n2026-10-22 09:00:00,95500,主叫,9,接通\n2026-10-20 09:00:00,未知号码,被叫,30,接通\n"
	var v Survey
	if _, err := Each(t.Context(), File{Name: "a.csv", Size: int64(len(text)), ReaderAt: strings.NewReader(text)}, Options{}, v.Add); err != nil {
		t.Fatal(err)
	}
	all := v.Callers()
	if len(all) != 2 || all[0].Number != "95500" || all[0].Calls != 2 || all[0].Answered != 1 || all[0].Out != 1 || all[0].Last.Day() != 22 || all[1].Number != "" || all[1].All() != 1 {
		t.Errorf("%+v", all)
	}
	for i := range maxSurveyed {
		if err := v.Add(&Contact{Number: fmt.Sprint(i)}); err != nil {
			return
		}
	}
	t.Error("there is no end to the numbers")
}

func TestExtractRefusesForeignText(t *testing.T) {
	for _, text := range []string{"", "a,b\n", extractMark + ",2\n", extractMark + ",1\n", extractMark + ",1\nbytes,x\n"} {
		if _, err := ReadExtract(io.LimitReader(strings.NewReader(text), 1000), 0); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}
