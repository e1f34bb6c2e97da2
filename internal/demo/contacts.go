package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/contactlog"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/logbook"
)

// This file gives some of the latest cases logs of contacts: the borrower's bill,
// and of one case the firm's dialler export too.

// The bounds of what is given: few cases, so that starting stays quick.
const (
	logsOfBorrowers = 5
	logsOfFirms     = 1
)

// contactLogs gives logs to the newest cases that went to a firm and are still
// under way. It runs last, at the end of the office's fourteen months.
func (o *office) contactLogs(ctx context.Context) error {
	given, firms := 0, 0
	for _, m := range slices.Backward(o.sent) {
		if given == logsOfBorrowers {
			break
		}
		if !m.runs() || m.f.Status == forwarding.Ended || m.c.OccurredFrom.IsZero() || m.english() {
			continue
		}
		calls := o.calls(m)
		if err := o.borrowersBill(ctx, m, calls); err != nil {
			return err
		}
		if given++; given == 1 {
			if err := o.askWitnesses(ctx, m); err != nil {
				return err
			}
		}
		if firms < logsOfFirms && logbook.Knows(m.f) {
			if err := o.firmsExport(ctx, m, calls); err != nil {
				return err
			}
			firms++
		}
	}
	return nil
}

// dialled is a call of the collector's.
type dialled struct {
	at      time.Time
	number  string
	seconds int
}

// calls are three weeks of a collector who keeps no hours.
func (o *office) calls(m *matter) []dialled {
	r := rand.New(rand.NewPCG(seedOf, uint64(m.c.ID)))
	numbers := []string{fmt.Sprintf("161%08d", r.IntN(1e8)), fmt.Sprintf("0571%08d", 80000000+r.IntN(9e6))}
	for _, a := range m.c.Accused {
		if a.Kind == "phone" {
			numbers[0] = a.Value
		}
	}
	last := calendar.OfTime(o.until.In(o.d.Zone)).AddDays(-6)
	var out []dialled
	for day := last.AddDays(-20); !day.After(last); day = day.AddDays(1) {
		n := r.IntN(4)
		if r.IntN(4) == 0 {
			n = 5 + r.IntN(4)
		}
		for range n {
			hour := 8 + r.IntN(14)
			if r.IntN(6) == 0 {
				hour = []int{6, 7, 22, 23}[r.IntN(4)]
			}
			c := dialled{at: day.Start(o.d.Zone).Add(time.Duration(hour)*time.Hour + time.Duration(r.IntN(3600))*time.Second), number: numbers[r.IntN(2)]}
			if r.IntN(5) < 3 {
				c.seconds = 10 + r.IntN(280)
			}
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b dialled) int { return a.at.Compare(b.at) })
	return out
}

func (o *office) borrowersBill(ctx context.Context, m *matter, calls []dialled) error {
	r := rand.New(rand.NewPCG(seedOf, uint64(m.c.ID)+1))
	var b strings.Builder
	b.WriteString("通话记录\n起始时间,通信方式,对方号码,通信时长,通话状态\n")
	numbers := map[string]bool{}
	for _, c := range calls {
		numbers[c.number] = true
		state := "接通"
		if c.seconds == 0 {
			state = "未接通"
		}
		fmt.Fprintf(&b, "%s,被叫,%s,%d,%s\n", c.at.Format(time.DateTime), c.number, c.seconds, state)
		if r.IntN(3) == 0 {
			fmt.Fprintf(&b, "%s,主叫,1390000%04d,%d,接通\n", c.at.Add(time.Hour).Format(time.DateTime), r.IntN(40), 20+r.IntN(200))
		}
	}
	x, err := taken(ctx, "通话详单.csv", b.String(), false, numbers)
	if err != nil {
		return err
	}
	by := access.Actor{Role: access.Borrower, ComplaintID: m.c.ID, Lang: m.c.Lang}
	_, err = o.d.Logs.Keep(ctx, by, m.c.Reference, "call_log", "通话记录摘录（通话详单）.csv", x)
	if err == nil {
		o.out.Files++
	}
	return err
}

// firmsExport is the firm's side of the same days: its clock is behind, some
// calls of the borrower's are missing, and it has some that the borrower has not.
func (o *office) firmsExport(ctx context.Context, m *matter, calls []dialled) error {
	first, last := calendar.OfTime(calls[0].at), calendar.OfTime(calls[len(calls)-1].at)
	today := calendar.OfTime(o.now.In(o.d.Zone))
	if _, err := o.d.Logs.AskFirm(ctx, m.officer, m.k.Reference, logbook.Ask{Forward: m.f.Reference, From: first, To: last, Due: today.AddDays(7), Note: "请一并提供外显号码和呼叫结果。"}); err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(seedOf, uint64(m.c.ID)+2))
	const person = "13800138000"
	var b strings.Builder
	b.WriteString("呼叫时间,主叫号码,被叫号码,通话时长(秒),呼叫结果\n")
	line := func(at time.Time, c dialled) {
		state := "接通"
		if c.seconds == 0 {
			state = "未接通"
		}
		fmt.Fprintf(&b, "%s,%s,%s,%d,%s\n", at.Add(-47*time.Second).Format(time.DateTime), c.number, person, c.seconds, state)
	}
	for _, c := range calls {
		if h := c.at.Hour(); (h >= 22 || h < 8) && r.IntN(3) > 0 {
			continue
		}
		line(c.at, c)
		if r.IntN(14) == 0 {
			line(c.at.Add(25*time.Minute), dialled{number: c.number})
		}
	}
	x, err := taken(ctx, "外呼记录.csv", b.String(), true, map[string]bool{person: true})
	if err != nil {
		return err
	}
	if err := o.d.Logs.KeepOfFirm(ctx, m.firm, m.f.Reference, "外呼记录摘录.csv", x); err != nil {
		return err
	}
	o.out.Files++
	return nil
}

func taken(ctx context.Context, name, text string, firm bool, numbers map[string]bool) (*contactlog.Extract, error) {
	var list []string
	for n := range numbers {
		list = append(list, n)
	}
	slices.Sort(list)
	return contactlog.Take(ctx, contactlog.File{Name: name, Size: int64(len(text)), ReaderAt: strings.NewReader(text)},
		contactlog.Options{Firm: firm, Filter: contactlog.NewNumbers("cn", list...)})
}
