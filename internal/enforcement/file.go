package enforcement

import (
	"context"
	"fmt"
	"io"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

// caseFile is a case ready for export.
type caseFile struct {
	ref       string
	lang      locale.Lang
	at        time.Time
	documents []*Document // in the language of the export, in the order of the file
	exhibits  []exhibit
	open      func(number int) (io.ReadCloser, error) // the bytes of an exhibit; the look is on the record
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

// File writes the case as a ZIP: the PDF of FilePDF, each document as a text, the files that findings and factors cite and
// those that the party gave, the steps and the ledger as JSON, and index.csv with the name, length and SHA-256 of every other
// file and, for what was left out, why. Files are named by their numbers alone, for the names that people gave them may name
// people. The same case gives the same bytes on the same moment. Nothing is written before the first failure that can be
// foreseen; a file that turns out to be altered fails half-way. An export is an entry of the record, and so is each file in
// it. NotFound; Forbidden for the party.
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
		if f.exhibits, err = s.exhibits(ctx, tx, by, sc); err != nil {
			return err
		}
		complaintRef := sc.p.Case.Complaint.Reference
		f.open = func(number int) (io.ReadCloser, error) {
			_, body, err := s.d.Evidence.Open(ctx, by, complaintRef, number)
			return body, err
		}
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
		// The talks, letters and orders of the case belong into its file (案卷) too.
		papers, err := s.papersOfCase(ctx, tx, sc.p.Case.ID, lang)
		if err != nil {
			return err
		}
		f.documents = append(f.documents, papers...)
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
