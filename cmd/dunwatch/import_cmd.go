package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/complaint"
)

// importCmd is import cfpb | firms | rosters | denominators | calendar.
type importCmd struct {
	CFPB         importCFPB         `cmd:"" name:"cfpb" help:"Import files of the public CFPB complaint database."`
	Firms        importFirms        `cmd:"" help:"Import firms from CSV: code,name,kind,parent_code,uscc,aliases."`
	Rosters      importRosters      `cmd:"" help:"Import the firms' lists of collectors from CSV: firm_code,staff_number,name,phone,from,to."`
	Denominators importDenominators `cmd:"" help:"Import the size of firms from CSV: firm_code,month,customers,overdue_accounts,lent_fen."`
	Calendar     importCalendar     `cmd:"" help:"Import the holidays of a year and list the due dates that they move."`
}

type importCFPB struct {
	dataFlags
	Files   []string `arg:"" name:"file" help:"CSV files, in any of the public forms." type:"existingfile"`
	Company string   `help:"The company, for files that have no company column." placeholder:"NAME"`
	Rejects string   `help:"Write the rows that were not taken to this CSV." placeholder:"FILE"`
	DryRun  bool     `name:"dry-run" help:"Read and compare, store nothing."`
}

// Run imports each file and says what became of every row.
func (c *importCFPB) Run(ctx context.Context, s Streams) error {
	return withOffice(ctx, c.dataFlags, s, func(o *running) (err error) {
		rejects, closeRejects, err := c.rejects()
		if err != nil {
			return err
		}
		defer func() {
			if cerr := closeRejects(); err == nil {
				err = cerr
			}
		}()
		for _, name := range c.Files {
			if err := c.one(ctx, s, o, name, rejects); err != nil {
				return fmt.Errorf("%s: %w", filepath.Base(name), err)
			}
		}
		_, err = o.Complaints.Index(ctx)
		return err
	})
}

func (c *importCFPB) rejects() (io.Writer, func() error, error) {
	if c.Rejects == "" {
		return io.Discard, func() error { return nil }, nil
	}
	return outputFor(c.Rejects, Streams{})
}

func (c *importCFPB) one(ctx context.Context, s Streams, o *running, name string, rejects io.Writer) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	show, done := progress(s.Err, filepath.Base(name))
	sum, err := o.Complaints.ImportCFPB(ctx, access.Program, f, complaint.ImportOptions{
		Name: filepath.Base(name), Company: c.Company, Rejects: rejects, DryRun: c.DryRun, Progress: show,
	})
	done()
	if err != nil {
		return err
	}
	c.tell(s.Out, filepath.Base(name), sum)
	return nil
}

// tell lists what a person must look at: conflicts, rejects, unknown names.
func (c *importCFPB) tell(w io.Writer, name string, sum *complaint.ImportSummary) {
	verb := "stored"
	if c.DryRun {
		verb = "would be stored"
	}
	fmt.Fprintf(w, "%s: %d rows: %d %s, %d known already, %d conflicts, %d rejected\n", name, sum.Rows, sum.Stored, verb, sum.Known, sum.Conflicts, sum.Rejected)
	for _, k := range sum.ConflictRows {
		fmt.Fprintf(w, "  conflict: line %d, complaint %s (%s), %s: stored %q, offered %q; the stored value stays\n", k.Line, k.ExternalID, k.Reference, k.Field, k.Stored, k.Offered)
	}
	if sum.Rejected > 0 && c.Rejects == "" {
		fmt.Fprintln(w, "  to see the rejected rows with line and reason, run again with --rejects FILE")
	}
	if sum.Rejected > 0 && c.Rejects != "" {
		fmt.Fprintf(w, "  the rejected rows are in %s\n", c.Rejects)
	}
	if n := len(sum.NewFirms); n > 0 {
		fmt.Fprintf(w, "  %d firms were not registered and now wait for confirmation:\n", n)
		for _, f := range sum.NewFirms {
			fmt.Fprintf(w, "    %s\n", f)
		}
	}
	keys := make([]string, 0, len(sum.Unmapped))
	for k := range sum.Unmapped {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		fmt.Fprintf(w, "  not in the rulebook's map: %s (%d)\n", k, sum.Unmapped[k])
	}
}

// progress shows a running count on a terminal, and nothing elsewhere.
func progress(w io.Writer, name string) (show func(rows int), done func()) {
	f, ok := w.(*os.File)
	if !ok {
		return nil, func() {}
	}
	if st, err := f.Stat(); err != nil || st.Mode()&os.ModeCharDevice == 0 {
		return nil, func() {}
	}
	var last time.Time
	shown := false
	return func(rows int) {
			if time.Since(last) < 200*time.Millisecond {
				return
			}
			last, shown = time.Now(), true
			fmt.Fprintf(w, "\r%s: %d rows", name, rows)
		}, func() {
			if shown {
				fmt.Fprint(w, "\r\033[K")
			}
		}
}

type importFirms struct {
	dataFlags
	File string `arg:"" type:"existingfile"`
}

// Run imports firms; running it again changes nothing.
func (c *importFirms) Run(ctx context.Context, s Streams) error {
	return withOffice(ctx, c.dataFlags, s, func(o *running) error {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		r, err := o.Firms.ImportCSV(ctx, access.Program, f)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.Out, "%d rows: %d new, %d changed, %d as they were, %d rejected\n", r.Rows, r.Created, r.Changed, r.Unchanged, len(r.Rejects))
		for _, j := range r.Rejects {
			fmt.Fprintf(s.Out, "  line %d: %s\n", j.Line, o.Words.T(terminalLang(), j.Reason, j.Args...))
		}
		return nil
	})
}

type importRosters struct {
	dataFlags
	File string `arg:"" type:"existingfile"`
}

// Run imports rosters; each firm's list replaces the one before, whole or not at all.
func (c *importRosters) Run(ctx context.Context, s Streams) error {
	return withOffice(ctx, c.dataFlags, s, func(o *running) error {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		r, err := o.Rosters.ImportCSV(ctx, access.Program, f)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.Out, "%d rows: %d lists, %d rows rejected\n", r.Rows, len(r.Taken), len(r.Rejects))
		for _, t := range r.Taken {
			state := "stored"
			if t.Same {
				state = "as it was"
			}
			fmt.Fprintf(s.Out, "  %s: %d collectors, %s\n", t.Firm, t.Collectors, state)
		}
		for _, j := range r.Rejects {
			fmt.Fprintf(s.Out, "  line %d: %s\n", j.Line, o.Words.T(terminalLang(), j.Reason, j.Args...))
		}
		if len(r.Rejects) > 0 {
			fmt.Fprintln(s.Out, "  a list with a wrong row is not stored: correct it and import it again")
		}
		return nil
	})
}

type importDenominators struct {
	dataFlags
	File string `arg:"" type:"existingfile"`
}

// Run imports what firms said of their size; running it again changes nothing.
func (c *importDenominators) Run(ctx context.Context, s Streams) error {
	return withOffice(ctx, c.dataFlags, s, func(o *running) error {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		r, err := o.Firms.ImportSizes(ctx, access.Program, f, o.Zone)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.Out, "%d rows: %d stored, %d as they were, %d rejected\n", r.Rows, r.Stored, r.Unchanged, len(r.Rejects))
		for _, j := range r.Rejects {
			fmt.Fprintf(s.Out, "  line %d: %s\n", j.Line, o.Words.T(terminalLang(), j.Reason, j.Args...))
		}
		return nil
	})
}
