package main

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
)

// reportCmd is report monthly.
type reportCmd struct {
	Monthly reportMonthly `cmd:"" help:"The enforcement report of one month."`
}

type reportMonthly struct {
	dataFlags
	Month  string `arg:"" help:"For example 2026-10; also 2026-Q4, 2026-H2 or 2026."`
	Format string `enum:"json,csv,xlsx,pdf" default:"json" help:"json, csv, xlsx or pdf."`
	Lang   string `enum:"zh,en" default:"zh" help:"zh or en."`
	Pack   string `help:"Only this jurisdiction: cn, us or uk." placeholder:"PACK"`
	Freeze bool   `help:"Freeze the report of the period, or make a revision of a frozen one, and print it."`
	Reason string `help:"Why a frozen report is revised; needed for a revision." placeholder:"TEXT"`
	Output string `short:"o" help:"Write to this file." placeholder:"FILE"`
}

// Run prints the report.
func (c *reportMonthly) Run(ctx context.Context, s Streams) (err error) {
	p, err := report.ParsePeriod(c.Month)
	if err != nil {
		return fmt.Errorf("%w: %v", errUsage, err)
	}
	return withOffice(ctx, c.dataFlags, s, func(o *running) (err error) {
		if c.Freeze {
			f, err := o.Reports.Freeze(ctx, access.Program, p, c.Reason)
			if err != nil {
				return err
			}
			fmt.Fprintf(s.Err, "frozen: %s, revision %d, sha256 %s\n", p, f.Revision, f.SHA256)
		}
		r, err := o.Reports.Whole(ctx, access.Program, p, c.Pack, locale.Lang(c.Lang))
		if err != nil {
			return err
		}
		w, closeOut, err := outputFor(c.Output, s)
		if err != nil {
			return err
		}
		defer func() {
			if cerr := closeOut(); err == nil {
				err = cerr
			}
		}()
		switch c.Format {
		case "csv":
			return r.WriteCSV(w)
		case "xlsx":
			return o.Reports.Form(r).WriteXLSX(w)
		case "pdf":
			missing, err := o.Reports.Form(r).WritePDF(w)
			if len(missing) > 0 {
				fmt.Fprintf(s.Err, "no font has: %s\n", string(missing))
			}
			return err
		default:
			return r.WriteJSON(w)
		}
	})
}
