package httpd

import (
	"fmt"
	"slices"
	"time"

	"dunwatch/internal/contactlog"
	"dunwatch/internal/locale"
	"dunwatch/internal/logbook"
	"dunwatch/internal/rulebook"
)

// logCompare is the borrower's log beside the firm's: what both have, what one
// side alone has, and how far their clocks differ.
type logCompare struct {
	Summary string
	Clock   string
	Span    string
	Bill    string // unanswered calls of the firm's that a bill cannot show; "" none
	Months  []logMonth
	Both    []comparedRow
	Left    []comparedRow // in the borrower's log alone
	Right   []comparedRow // in the firm's log alone
	More    [3]int        // rows of each that are not listed
	Outside int
	Differ  int // pairs that do not agree in length or result
}

type comparedRow struct {
	When, What, Number, Place string
	FirmWhen, FirmPlace       string // of the same contact in the firm's log
	Apart, Length             string
	Differs                   bool
}

// comparedShown is how many rows of each kind a page lists.
const comparedShown = 200

func (d desk) compareLogs(b *logbook.Book) *logCompare {
	mine, left, _ := b.Side(logbook.Borrower)
	theirs, right, _ := b.Side(logbook.OfFirm)
	out := &logCompare{}
	if slices.ContainsFunc(mine, func(l logbook.Log) bool { return l.Extract.Bill }) && !slices.ContainsFunc(mine, func(l logbook.Log) bool { return !l.Extract.Bill }) {
		n := len(right)
		right = slices.DeleteFunc(right, func(c contactlog.Contact) bool {
			yes, known := c.Talked()
			return c.Channel.Spoken() && known && !yes
		})
		if n -= len(right); n > 0 {
			out.Bill = d.t("contacts.compare.bill", n)
		}
	}
	zone := gridZone(b.Pack)
	var opt contactlog.CompareOptions
	for _, r := range b.Requests { // what a firm leaves out of the days that were asked for counts as missing
		if slices.ContainsFunc(theirs, func(l logbook.Log) bool { return l.RequestID == r.ID }) {
			if from := r.From.Start(zone); opt.FirmFrom.IsZero() || from.Before(opt.FirmFrom) {
				opt.FirmFrom = from
			}
			if to := r.To.AddDays(1).Start(zone); to.After(opt.FirmTo) {
				opt.FirmTo = to
			}
		}
	}
	cmp := contactlog.Compare(left, right, opt)
	out.Outside = cmp.Outside
	for _, x := range cmp.Pairs {
		if x.LengthDiffers || x.ResultDiffers {
			out.Differ++
		}
		if len(out.Both) == comparedShown {
			out.More[0]++
			continue
		}
		out.Both = append(out.Both, d.pairRow(b, x, zone))
	}
	out.Left, out.More[1] = d.aloneRows(b, cmp.OnlyBorrower, zone)
	out.Right, out.More[2] = d.aloneRows(b, cmp.OnlyFirm, zone)
	out.Summary = d.t("contacts.compare.summary", len(cmp.Pairs), len(cmp.OnlyBorrower), len(cmp.OnlyFirm))
	switch {
	case !cmp.Sure:
		out.Clock = d.t("contacts.compare.clock_unknown")
	case cmp.Skew == 0:
		out.Clock = d.t("contacts.compare.clock_same")
	case cmp.Skew > 0:
		out.Clock = d.t("contacts.compare.clock_slow", d.length(int(cmp.Skew/time.Second)))
	default:
		out.Clock = d.t("contacts.compare.clock_fast", d.length(int(-cmp.Skew/time.Second)))
	}
	if !cmp.From.IsZero() && cmp.From.Before(cmp.To) {
		out.Span = d.t("contacts.compare.span", locale.DateTime(d.lang, cmp.From, zone), locale.DateTime(d.lang, cmp.To, zone))
	}
	out.Months = d.compareGrid(b.Pack, cmp)
	return out
}

func (d desk) pairRow(b *logbook.Book, x contactlog.Pair, zone *time.Location) comparedRow {
	r := d.aloneRow(b, &x.Borrower, zone)
	r.FirmWhen, r.FirmPlace = x.Firm.At.In(zone).Format("15:04:05"), d.t("contacts.place", b.LogOf(x.Firm.File).Label(), x.Firm.Row)
	r.Apart = fmt.Sprintf("%+d", int(x.Apart/time.Second))
	if x.LengthKnown {
		r.Length = fmt.Sprintf("%+d", int(x.Longer/time.Second))
	}
	if r.Differs = x.LengthDiffers || x.ResultDiffers; x.ResultDiffers {
		r.What += d.t("contacts.compare.but", d.contactKind(&x.Firm))
	}
	if r.Number == d.t("contacts.withheld") && x.Firm.Line != "" {
		r.Number = x.Firm.Line
	}
	return r
}

func (d desk) aloneRow(b *logbook.Book, c *contactlog.Contact, zone *time.Location) comparedRow {
	return comparedRow{When: c.At.In(zone).Format("2006-01-02 15:04:05"), What: d.contactKind(c), Number: d.numberWords(firmNumber(c)), Place: d.t("contacts.place", b.LogOf(c.File).Label(), c.Row)}
}

func (d desk) aloneRows(b *logbook.Book, list []contactlog.Contact, zone *time.Location) (out []comparedRow, more int) {
	for i := range list {
		if len(out) == comparedShown {
			return out, len(list) - comparedShown
		}
		out = append(out, d.aloneRow(b, &list[i], zone))
	}
	return out, 0
}

// compareGrid draws the months of a comparison: what both have, and to which side
// points what one alone has.
func (d desk) compareGrid(p *rulebook.Pack, cmp contactlog.Comparison) []logMonth {
	zone := gridZone(p)
	var months []logMonth
	put := func(c *contactlog.Contact, kind string) {
		t := c.At.In(zone)
		id := fmt.Sprintf("m-%d-%02d", t.Year(), int(t.Month()))
		i := slices.IndexFunc(months, func(m logMonth) bool { return m.ID == id })
		if i < 0 {
			m := d.blankMonth(p, t.Year(), t.Month())
			m.Compare = true
			months = append(months, m)
			i = len(months) - 1
		}
		g := &months[i]
		m := logMark{Kind: kind, Title: d.contactWords(c, t) + " · " + d.t("contacts.legend."+kind)}
		m.X, m.Y = gridPlace(t)
		row := g.day(t)
		switch kind {
		case "both":
			row.Both++
		case "left":
			row.Left++
		default:
			row.Right++
		}
		g.Total++
		if kind != "both" {
			g.Hits++
		}
		if len(g.Marks) < maxMarks {
			g.Marks = append(g.Marks, m)
		}
	}
	for i := range cmp.Pairs {
		put(&cmp.Pairs[i].Borrower, "both")
	}
	for i := range cmp.OnlyBorrower {
		put(&cmp.OnlyBorrower[i], "left")
	}
	for i := range cmp.OnlyFirm {
		put(&cmp.OnlyFirm[i], "right")
	}
	slices.SortFunc(months, func(a, b logMonth) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	for i := range months {
		g := &months[i]
		g.Desc = d.t("contacts.compare.desc", g.Total, g.Hits)
		slices.SortFunc(g.Rows, func(a, b logDay) int { return a.Day.Sub(b.Day) })
	}
	return months[max(0, len(months)-maxMonths):]
}
