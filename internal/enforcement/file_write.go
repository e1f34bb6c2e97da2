package enforcement

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"dunwatch/internal/locale"
	"dunwatch/internal/paper"
	"dunwatch/internal/seal"
)

// pdf writes the file twice: the first time to learn on which page each document begins.
func (f *caseFile) pdf(w io.Writer) error {
	pages, err := f.sheets(nil).TitlePages()
	if err != nil {
		return fmt.Errorf("write file of %s: %w", f.ref, err)
	}
	if _, err := f.sheets(pages[1:]).Write(w); err != nil {
		return fmt.Errorf("write file of %s: %w", f.ref, err)
	}
	return nil
}

// sheets lays the file out; pages are those of the documents, none while they are not known.
func (f *caseFile) sheets(pages []int) *paper.Doc {
	title := f.pick("行政处罚案卷 ", "Penalty file ") + f.ref
	doc := paper.New(paper.Standard, paper.Meta{Title: title, Author: f.documents[0].Office, At: f.at,
		Page: func(n, of int) string {
			if f.lang == locale.EN {
				return fmt.Sprintf("Page %d of %d", n, of)
			}
			return fmt.Sprintf("第 %d 页 共 %d 页", n, of)
		},
		Missing: func(codes string) string {
			return f.pick("下列字符没有字体：", "No font has these characters: ") + codes
		}})
	doc.Letterhead(f.documents[0].Office)
	doc.Title(title)
	rows := make([][]string, len(f.documents))
	for i, d := range f.documents {
		page := "000"
		if i < len(pages) {
			page = fmt.Sprint(pages[i])
		}
		rows[i] = []string{fmt.Sprint(i + 1), d.Title, page, d.SHA256}
	}
	doc.Table([]paper.Column{{Head: f.pick("序号", "No."), Width: 1.2, Align: paper.Centre}, {Head: f.pick("文书", "Document"), Width: 4.6},
		{Head: f.pick("页码", "Page"), Width: 1.4, Align: paper.Right}, {Head: "SHA-256", Width: 8.8}}, rows)
	f.listExhibits(doc)
	for i, d := range f.documents {
		doc.Break() // as in a file of paper, each document has its own sheets
		doc.Title(fmt.Sprintf("%d  %s", i+1, d.Title))
		doc.Under(d.Number)
		for _, l := range strings.Split(d.Body, "\n") {
			head, isHead := strings.CutPrefix(l, "# ")
			switch {
			case isHead:
				doc.Heading(head)
			case strings.TrimSpace(l) != "":
				doc.Paragraph(l, f.lang == locale.ZH)
			}
		}
	}
	return doc
}

// listExhibits is the list of evidence with its digests.
func (f *caseFile) listExhibits(doc *paper.Doc) {
	doc.Heading(f.pick("证据目录", "Evidence"))
	if len(f.exhibits) == 0 {
		doc.Paragraph(f.pick("认定没有引用证据文件，当事人也没有提交文件。", "No finding cites a file, and the party gave none."), false)
		return
	}
	var rows [][]string
	for _, x := range f.exhibits {
		rows = append(rows, []string{x.label, x.what.In(string(f.lang)) + f.because(x), x.receivedOn.String(), hex.EncodeToString(x.sha256)})
	}
	doc.Table([]paper.Column{{Head: f.pick("编号", "No."), Width: 1.2}, {Head: f.pick("证据", "Evidence"), Width: 4.6},
		{Head: f.pick("收到日期", "Received"), Width: 2.2}, {Head: "SHA-256", Width: 8}}, rows)
}

// because says why an exhibit is left out, in brackets; "" where it is there.
func (f *caseFile) because(x exhibit) string {
	if x.left.IsZero() {
		return ""
	}
	return f.pick("（未附："+x.left.ZH+"）", " (left out: "+x.left.EN+")")
}

// indexed is a ZIP that remembers what was put into it.
type indexed struct {
	z     *zip.Writer
	at    time.Time
	lines [][]string
}

// add copies a file into the archive without holding it.
func (x *indexed) add(name, what string, r io.Reader) (sum []byte, err error) {
	e, err := x.z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: x.at})
	if err != nil {
		return nil, fmt.Errorf("zip %s: %w", name, err)
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(e, h), r)
	if err != nil {
		return nil, fmt.Errorf("zip %s: %w", name, err)
	}
	sum = h.Sum(nil)
	x.lines = append(x.lines, []string{name, fmt.Sprint(n), hex.EncodeToString(sum), what})
	return sum, nil
}

func (f *caseFile) zip(w io.Writer) error {
	var pdf bytes.Buffer
	if err := f.pdf(&pdf); err != nil {
		return err
	}
	x := &indexed{z: zip.NewWriter(w), at: f.at}
	if _, err := x.add("00-file.pdf", f.pick("全部文书", "every document"), &pdf); err != nil {
		return err
	}
	for i, d := range f.documents {
		if _, err := x.add(fmt.Sprintf("%02d-%s.txt", i+1, d.Kind), d.Title, strings.NewReader(d.Text()+"\n")); err != nil {
			return err
		}
	}
	if err := f.zipExhibits(x); err != nil {
		return err
	}
	for _, v := range []struct {
		name, what string
		data       any
	}{{"90-steps.json", f.pick("程序步骤", "steps"), f.steps()}, {"91-ledger.json", f.pick("缴款台账", "ledger"), f.ledger}} {
		data, err := json.MarshalIndent(v.data, "", "  ")
		if err != nil {
			return fmt.Errorf("write %s of %s: %w", v.name, f.ref, err)
		}
		if _, err := x.add(v.name, v.what, bytes.NewReader(append(data, '\n'))); err != nil {
			return err
		}
	}
	var index bytes.Buffer
	c := csv.NewWriter(&index)
	_ = c.Write([]string{"name", "bytes", "sha256", "what"}) // a bytes.Buffer never fails
	_ = c.WriteAll(x.lines)
	if _, err := x.add("index.csv", "", &index); err != nil {
		return err
	}
	return x.z.Close()
}

// zipExhibits copies the exhibits, each held against the digest that it was received with.
func (f *caseFile) zipExhibits(x *indexed) error {
	for _, e := range f.exhibits {
		name, what := "evidence/"+e.label+e.ext, e.what.In(string(f.lang))
		if !e.left.IsZero() {
			x.lines = append(x.lines, []string{name, "", hex.EncodeToString(e.sha256), what + f.because(e)})
			continue
		}
		body, err := f.open(e.number)
		if err != nil {
			return fmt.Errorf("open %s of %s: %w", e.label, f.ref, err)
		}
		sum, err := x.add(name, what, body)
		body.Close()
		if err != nil {
			return err
		}
		if !bytes.Equal(sum, e.sha256) {
			return fmt.Errorf("%s of %s: %w", e.label, f.ref, seal.ErrAltered)
		}
	}
	return nil
}

// stepOf is a step as the file tells it.
type stepOf struct {
	Number    int    `json:"number"`
	Step      Step   `json:"step"`
	On        string `json:"on"`
	At        string `json:"at"`
	ActorRole string `json:"role"`
	ActorID   int64  `json:"user"`
	Said      Deed   `json:"said"`
}

func (f *caseFile) steps() []stepOf {
	out := make([]stepOf, 0, len(f.course.Taken))
	for _, t := range f.course.Taken {
		out = append(out, stepOf{t.Number, t.Step, t.On.String(), t.At.UTC().Format(time.RFC3339), t.ActorRole, t.ActorID, t.Deed})
	}
	return out
}
