package contactlog

import (
	"fmt"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/rulebook"
)

// Terms are what the rules ask and no log tells. All of it but Pack is
// optional: a rule that lacks its facts is reported as unchecked.
type Terms struct {
	Pack *rulebook.Pack
	// Zones are where the debtor may be, for rules on the consumer's clock; the
	// pack's zone if empty. Where there are several, a time of day must be
	// allowed in each, and a count is a hit only if it is one in each.
	Zones []*time.Location
	// Firms says whose numbers they are. A lender and its agencies share the
	// Lender and are counted together. Numbers that are not named all belong to
	// one more lender: whoever checks a log without naming numbers checks all of
	// it as one firm's.
	Firms []Firm
	// Agreed are hours in which the debtor allowed contact.
	Agreed []Hours
	// Inconvenient are hours that the debtor declared inconvenient.
	Inconvenient []Hours
	// Consents are the days on which the debtor agreed to be called.
	Consents []calendar.Date
	// Debtor are the debtor's numbers in a firm's log; without them each number
	// there is taken for another debtor.
	Debtor *Numbers
	// Roles are who answers a number, in a firm's log; debtor where not named.
	Roles map[string]Role
	// Refusals are when a contact person refused, by number.
	Refusals map[string]time.Time
	// Cease is when the firm received the debtor's notice to stop.
	Cease time.Time
	// OptOuts are mediums that the debtor opted out of.
	OptOuts []OptOut
	// Unreachable is since when the debtor's number was invalid, or the debtor
	// dead or without capacity.
	Unreachable time.Time
	// Agreements are the days on which an instalment agreement was performed.
	Agreements []Days
	// Disputes run from a written dispute to its verification.
	Disputes []Days
	// NotAtWork is since when the firm knew that the employer prohibits contact.
	NotAtWork time.Time
	// Registered are the numbers that the firm has registered, if not nil.
	Registered *Numbers
}

// Firm is one party of the lender's side.
type Firm struct {
	Name    string
	Lender  string // equal for all who collect for one lender
	Numbers []string
}

// Hours is a daily window of the debtor's clock, on the days given (open where
// zero). From is in it, To is not; it may run over midnight.
type Hours struct {
	From, To     string // HH:MM
	Since, Until calendar.Date
}

// Days runs from the first to the last day; open where zero.
type Days struct{ From, To calendar.Date }

// OptOut is a medium and when the firm learnt that it must not be used.
type OptOut struct {
	Channel Channel
	At      time.Time
}

// window is Hours in seconds of the day and days since 1970.
type window struct {
	from, to     int64
	since, until int64
}

const (
	daySeconds = 86400
	someDay    = int64(1) << 40 // later than any day
)

func dayNumber(d calendar.Date) int64 { return d.Start(time.UTC).Unix() / daySeconds }

func span(from, to calendar.Date) (lo, hi int64) {
	lo, hi = -someDay, someDay
	if !from.IsZero() {
		lo = dayNumber(from)
	}
	if !to.IsZero() {
		hi = dayNumber(to)
	}
	return lo, hi
}

func clockSeconds(s string) (int64, error) {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, err
	}
	return int64(t.Hour()*3600 + t.Minute()*60), nil
}

func windows(field string, hours []Hours) ([]window, error) {
	var out []window
	var wrong fault.Fields
	for i, h := range hours {
		from, err := clockSeconds(h.From)
		if err != nil {
			wrong.Add(fmt.Sprintf("%s[%d].from", field, i), "contactlog.hours")
		}
		to, err := clockSeconds(h.To)
		if err != nil {
			wrong.Add(fmt.Sprintf("%s[%d].to", field, i), "contactlog.hours")
		}
		w := window{from: from, to: to}
		w.since, w.until = span(h.Since, h.Until)
		out = append(out, w)
	}
	return out, wrong.Err()
}

// has reports whether the second of the day on that day is in the window.
func (w window) has(day, sec int64) bool {
	if day < w.since || day > w.until {
		return false
	}
	if w.from <= w.to {
		return sec >= w.from && sec < w.to
	}
	return sec >= w.from || sec < w.to
}

func inAny(ws []window, day, sec int64) bool {
	for _, w := range ws {
		if w.has(day, sec) {
			return true
		}
	}
	return false
}
