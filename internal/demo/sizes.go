package demo

import (
	"context"
	"fmt"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/firm"
)

// sizesOf are the months of which the firms said how large they are, in months before the last.
var sizesOf = []int{12, 9, 6, 3, 1}

// measured lets the firms hand in their sizes, in the first days of the month after.
func (o *office) measured() {
	last := calendar.MonthOf(calendar.OfTime(o.until.In(o.d.Zone)))
	for i, before := range sizesOf {
		month := last.Add(-before)
		at := month.Add(1).First().Start(o.d.Zone).Add(9 * time.Hour)
		o.at(at, func(ctx context.Context) error { return o.handInSizes(ctx, month, int64(i)) })
	}
}

// handInSizes says of each firm of the pack cn how large it is, growing by three in a hundred each time. A firm's size goes with
// how often it is complained of, but not so closely that all would have one rate; the smallest agency says nothing.
func (o *office) handInSizes(ctx context.Context, month calendar.Month, times int64) error {
	var sizes []firm.Size
	for i, m := range makers {
		if m.pack != "cn" || m.parent != "" || m.code == "A-FEIYAN" {
			continue
		}
		customers := int64(m.weight)*(61_000+int64(i*7919%40_000)) + 12_340
		if m.kind == firm.Agency {
			customers /= 9 // whose accounts were given to it
		}
		customers += customers * 3 * times / 100
		overdue := customers * int64(31+i*13%29) / 1000
		if m.kind == firm.Agency {
			overdue = customers // it gets no others
		}
		sizes = append(sizes, firm.Size{Firm: m.code, Month: month, Customers: customers, OverdueAccounts: overdue, LentFen: customers * int64(520_000+i*31_000)})
	}
	res, err := o.d.Firms.HandInSizes(ctx, o.admin, sizes, o.d.Zone)
	if err != nil {
		return fmt.Errorf("sizes of %s: %w", month, err)
	}
	if res.Stored != len(sizes) {
		return fmt.Errorf("sizes of %s: %d of %d stored", month, res.Stored, len(sizes))
	}
	return nil
}
