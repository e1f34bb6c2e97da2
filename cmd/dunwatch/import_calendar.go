package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/deadline"
	"dunwatch/internal/docket"
	"dunwatch/internal/rulebook"
)

// importCalendar is import calendar.
type importCalendar struct {
	dataFlags
	File     string `arg:"" help:"The days of a year: CSV with the header date,off, or holiday-cn JSON." type:"existingfile"`
	Calendar string `help:"Which calendar: cn, us or uk." default:"cn"`
	Source   string `help:"The notice that announced the days; the file's name unless given." placeholder:"TEXT"`
}

// Run imports the days and lists every due date that they moved.
func (c *importCalendar) Run(ctx context.Context, s Streams) error {
	return withOffice(ctx, c.dataFlags, s, func(o *running) error {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		source := c.Source
		if source == "" {
			source = filepath.Base(c.File)
		}
		res, err := o.Docket.ImportCalendar(ctx, access.Program, c.Calendar, source, f)
		if err != nil {
			return err
		}
		c.tell(s.Out, o.Book, res)
		return nil
	})
}

// tell lists what moved: reference, clock, old date, new date.
func (c *importCalendar) tell(w io.Writer, book *rulebook.Book, res *docket.ImportResult) {
	name := filepath.Base(c.File)
	switch {
	case res.Known:
		fmt.Fprintf(w, "%s: this file is what counts already; nothing was done\n", name)
		return
	case len(res.Years) == 0:
		fmt.Fprintf(w, "%s: %d days put right in calendar %s\n", name, res.Days, res.Calendar)
	default:
		fmt.Fprintf(w, "%s: %d days, calendar %s now knows %v\n", name, res.Days, res.Calendar, res.Years)
	}
	fmt.Fprintf(w, "%d dates moved\n", len(res.Moved))
	for _, m := range res.Moved {
		fmt.Fprintf(w, "  %s  %s  %s -> %s\n", m.Reference, clockName(book, res.Calendar, m.Clock), m.Was, m.Is)
	}
}

// clockName is a clock as the rulebook calls it, with its round, or its key where no pack of the calendar has it any more.
func clockName(book *rulebook.Book, calendar, clock string) string {
	base := deadline.Base(clock)
	for _, p := range book.Packs() {
		if l, ok := p.Limit(base); ok && p.Calendar == calendar {
			return l.Name.In(string(terminalLang())) + strings.TrimPrefix(clock, base)
		}
	}
	return clock
}
