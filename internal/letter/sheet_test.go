package letter_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

func (d *desk) sheet(l *letter.Letter, lang locale.Lang) (sheet letter.Sheet) {
	d.t.Helper()
	check(d.t, d.db.Read(d.t.Context(), func(tx *store.Tx) (err error) {
		sheet, err = d.Body(d.t.Context(), tx, d.key, l, lang)
		return err
	}))
	return sheet
}

func (d *desk) pdf(s letter.Sheet) []byte {
	d.t.Helper()
	var b bytes.Buffer
	missing, err := d.PDF(&b, s)
	check(d.t, err)
	if len(missing) > 0 {
		d.t.Errorf("no glyph for %q", string(missing))
	}
	return b.Bytes()
}

// extract reads the text of a PDF with poppler.
func extract(t *testing.T, pdf []byte) string {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		storetest.SkipOrFail(t, "pdftotext is not installed (Debian: apt-get install poppler-utils)")
	}
	file := filepath.Join(t.TempDir(), "x.pdf")
	check(t, os.WriteFile(file, pdf, 0o600))
	if keep := os.Getenv("LETTER_TEST_KEEP"); keep != "" {
		check(t, os.WriteFile(filepath.Join(keep, strings.ReplaceAll(t.Name(), "/", "_")+".pdf"), pdf, 0o600))
	}
	out, err := exec.Command("pdftotext", "-layout", file, "-").Output()
	check(t, err)
	return string(out)
}

func TestPaperSaysWhatTheLetterSays(t *testing.T) {
	d := open(t, storetest.Open(t))
	long := strings.Repeat("经查，贵公司于2026年10月3日至10月9日期间，委托催收机构对投诉人本人拨打电话四十七次，其中二十二时以后九次；向其单位同事透露欠款信息（有录音为证）。上述行为不符合有关规定。\n", 8)
	fields := full("answer")
	fields["text"] = long
	l := d.write(letter.New{Kind: "answer", Fields: fields})
	for lang, want := range map[locale.Lang][]string{
		locale.ZH: {"投诉处理答复书", "金消答复〔2026〕1号", "金融监管部门消费者权益保护处", "张小明：", "第1页共2页", "第2页共2页", "2026年10月20日", "有录音为"},
		locale.EN: {"Theanswertoyourcomplaint", "金消答复〔2026〕1号", "Dear张小明,", "Page1of2", "Financialregulator,consumerprotectiondivision", "20October2026"},
	} {
		t.Run(string(lang), func(t *testing.T) {
			s := d.sheet(l, lang)
			pdf := d.pdf(s)
			if !bytes.Equal(pdf, d.pdf(s)) {
				t.Error("the same letter gave other bytes")
			}
			text := extract(t, pdf)
			for _, w := range want {
				if !strings.Contains(strings.ReplaceAll(text, " ", ""), w) {
					t.Errorf("the paper lacks %q:\n%s", w, text)
				}
			}
			for line := range strings.SplitSeq(text, "\n") {
				if r := []rune(strings.TrimSpace(line)); len(r) > 0 && slices.Contains([]rune("，。；：、）》”"), r[0]) {
					t.Errorf("a line begins with a closing mark: %s", line)
				}
			}
		})
	}
}

// A document of the procedure brings its own signature, and its parts have headings.
func TestSignedSheetIsSignedOnce(t *testing.T) {
	d := open(t, storetest.Open(t))
	sheet := letter.Sheet{Lang: locale.ZH, Number: "〔2026〕监管12号", Title: "责令改正通知书", Office: "某监管局", Signed: true,
		Body: "当事人：某催收公司\n# 查明的问题\n夜间来电。\n\n某监管局\n2026年5月12日"}
	text := extract(t, d.pdf(sheet))
	if strings.Contains(text, "#") || strings.Count(text, "某监管局") != 2 || strings.Count(text, "2026年5月12日") != 1 || !strings.Contains(text, "查明的问题") {
		t.Errorf("the sheet says:\n%s", text)
	}
	sheet.Signed = false
	if text := extract(t, d.pdf(sheet)); !strings.Contains(text, "# 查明的问题") || strings.Count(text, "某监管局") != 3 {
		t.Errorf("a letter says:\n%s", text)
	}
}
