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
	Format string `enum:"json,csv" default:"json" help:"json or csv."`
	Lang   string `enum:"zh,en" default:"zh" help:"zh or en."`
	Pack   string `help:"Only this jurisdiction: cn, us or uk." placeholder:"PACK"`
	Output string `short:"o" help:"Write to this file." placeholder:"FILE"`
}

// Run prints the report.
func (c *reportMonthly) Run(ctx context.Context, s Streams) (err error) {
	p, err := report.ParsePeriod(c.Month)
	if err != nil {
		return fmt.Errorf("%w: %v", errUsage, err)
	}
	return withOffice(ctx, c.dataFlags, s, func(o *running) (err error) {
		r, err := o.Reports.Of(ctx, access.Program, p, c.Pack, locale.Lang(c.Lang))
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
		if c.Format == "csv" {
			return r.WriteCSV(w)
		}
		return r.WriteJSON(w)
	})
}
