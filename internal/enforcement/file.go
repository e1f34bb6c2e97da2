package enforcement

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/paper"
	"dunwatch/internal/store"
)

// caseFile is a case ready for export.
type caseFile struct {
	ref       string
	lang      locale.Lang
	at        time.Time
	documents []*Document // in the language of the export, in the order of the file
	course    *Course
	ledger    *Ledger
}

// FilePDF writes the whole case as one PDF: a numbered list of its documents with their digests, then each document.
// An export is an entry of the record. NotFound; Forbidden for the party.
func (s *Service) FilePDF(ctx context.Context, by access.Actor, ref string, lang locale.Lang, w io.Writer) error {
	f, err := s.export(ctx, by, ref, lang, "pdf")
	if err != nil {
		return err
	}
	return f.pdf(w)
}

// File writes the case as a ZIP: the PDF of FilePDF, each document as a text, the steps and the ledger as JSON, and
// index.csv with the name, length and SHA-256 of every other file. The same case gives the same bytes on the same moment.
// An export is an entry of the record. NotFound; Forbidden for the party.
func (s *Service) File(ctx context.Context, by access.Actor, ref string, lang locale.Lang, w io.Writer) error {
	f, err := s.export(ctx, by, ref, lang, "zip")
	if err != nil {
		return err
	}
	return f.zip(w)
}

func (s *Service) export(ctx context.Context, by access.Actor, ref string, lang locale.Lang, format string) (*caseFile, error) {
	var f *caseFile
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		sc, err := s.enter(ctx, tx, by, ref, nil)
		if err != nil {
			return err
		}
		if by.Role.OfFirm() {
			return fault.New(fault.Forbidden, "fault.forbidden")
		}
		names, err := s.people(ctx, tx, sc.c)
		if err != nil {
			return err
		}
		f = &caseFile{ref: sc.p.Reference, lang: lang, at: tx.Now, course: sc.c, ledger: sc.ledger(sc.today)}
		for _, k := range sc.c.Documents() {
			d, err := s.document(ctx, tx, sc, k, lang, names)
			if err != nil {
				return err
			}
			f.documents = append(f.documents, d)
		}
		if len(f.documents) == 0 {
			return fault.New(fault.Conflict, "penalty_case.export_empty")
		}
		_, err = s.d.Log.Append(ctx, tx, by, audit.DataExported, sc.p.Reference, "what", "penalty file", "format", format)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("export %s: %w", ref, err)
	}
	return f, nil
}

// pick says a word in the language of the file.
func (f *caseFile) pick(zh, en string) string {
	if f.lang == locale.EN {
		return en
	}
	return zh
}

func (f *caseFile) pdf(w io.Writer) error {
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
		rows[i] = []string{fmt.Sprint(i + 1), d.Title, d.SHA256}
	}
	doc.Table([]paper.Column{{Head: f.pick("序号", "No."), Width: 1, Align: paper.Centre}, {Head: f.pick("文书", "Document"), Width: 5}, {Head: "SHA-256", Width: 10}}, rows)
	for i, d := range f.documents {
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
	if _, err := doc.Write(w); err != nil {
		return fmt.Errorf("write file of %s: %w", f.ref, err)
	}
	return nil
}

func (f *caseFile) zip(w io.Writer) error {
	type part struct {
		name string
		data []byte
	}
	var pdf bytes.Buffer
	if err := f.pdf(&pdf); err != nil {
		return err
	}
	parts := []part{{"00-file.pdf", pdf.Bytes()}}
	for i, d := range f.documents {
		parts = append(parts, part{fmt.Sprintf("%02d-%s.txt", i+1, d.Kind), []byte(d.Text() + "\n")})
	}
	type step struct {
		Number    int    `json:"number"`
		Step      Step   `json:"step"`
		On        string `json:"on"`
		At        string `json:"at"`
		ActorRole string `json:"role"`
		ActorID   int64  `json:"user"`
		Said      Deed   `json:"said"`
	}
	var steps []step
	for _, t := range f.course.Taken {
		steps = append(steps, step{t.Number, t.Step, t.On.String(), t.At.UTC().Format(time.RFC3339), t.ActorRole, t.ActorID, t.Deed})
	}
	for name, v := range map[string]any{"90-steps.json": steps, "91-ledger.json": f.ledger} {
		data, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			return fmt.Errorf("write %s of %s: %w", name, f.ref, err)
		}
		parts = append(parts, part{name, append(data, '\n')})
	}
	if parts[len(parts)-1].name < parts[len(parts)-2].name {
		parts[len(parts)-1], parts[len(parts)-2] = parts[len(parts)-2], parts[len(parts)-1]
	}
	var index strings.Builder
	index.WriteString("name,bytes,sha256\n")
	for _, p := range parts {
		h := sha256.Sum256(p.data)
		fmt.Fprintf(&index, "%s,%d,%s\n", p.name, len(p.data), hex.EncodeToString(h[:]))
	}
	z := zip.NewWriter(w)
	for _, p := range append(parts, part{"index.csv", []byte(index.String())}) {
		e, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: f.at})
		if err != nil {
			return fmt.Errorf("zip %s: %w", p.name, err)
		}
		if _, err := e.Write(p.data); err != nil {
			return fmt.Errorf("zip %s: %w", p.name, err)
		}
	}
	return z.Close()
}
