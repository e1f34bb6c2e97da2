package demo

import (
	"context"
	"fmt"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/report"
)

// frozenMonths are the whole months, the last but these left out, whose report a director has frozen: the last is left for a
// visitor to freeze, and what was corrected since in the others comes out as their first revision.
const frozenMonths = 1

// freezing lets a director freeze the report of the month before the last on the fifth of the next.
func (o *office) freezing() {
	month := calendar.MonthOf(calendar.OfTime(o.until.In(o.d.Zone))).Add(-1 - frozenMonths)
	o.at(month.Next().First().AddDays(4).Start(o.d.Zone).Add(10*time.Hour), func(ctx context.Context) error {
		if _, err := o.d.Reports.Freeze(ctx, o.heads[0], report.MonthPeriod(month), ""); err != nil {
			return fmt.Errorf("freeze %s: %w", month, err)
		}
		return nil
	})
}
