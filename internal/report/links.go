package report

import (
	"net/url"

	"dunwatch/internal/calendar"
)

// Links writes addresses of lists of one report.
//
// Behind is the report's own list of a figure: whoever reads reports sees the
// whole of it. The others are the lists of work of other areas with the same
// filters; they reach as far as the reader's own cases or unit do, and know
// months only.
type Links struct {
	Period Period
	Pack   string // "" all
}

// MonthLinks are the links of a month.
func MonthLinks(m calendar.Month, pack string) Links { return Links{MonthPeriod(m), pack} }

// Behind opens the report's own list of what is behind a figure.
func (l Links) Behind(f Figure) string {
	return l.to("/reports/"+l.Period.String()+"/behind", []string{"table", f.Table, "row", f.Row, "column", f.Column})
}

// Received opens the complaints received in the month; more are name, value, name, value ...
func (l Links) Received(more ...string) string {
	return l.to("/complaints", append([]string{"month", l.Period.String()}, more...))
}

// receivedBy are the filters of the list of complaints by the tables that count by them.
var receivedBy = map[string]string{"by_channel": "source", "by_contact_channel": "channel", "by_product": "product", "by_region": "region", "by_code": "code"}

// Worklist is the list of another area that shows what a figure counts, with its own means to work on it; "" where there is
// none. It shows what the reader's own reach allows, and what is so today.
func (l Links) Worklist(f Figure) string {
	if l.Period.Kind() != KindMonth || f.Row == Total {
		return ""
	}
	month := l.Period.String()
	if f.Column == "count" && receivedBy[f.Table] != "" {
		return l.Received(receivedBy[f.Table], f.Row)
	}
	if f.Table != "headline" || f.Column != "value" {
		return ""
	}
	switch f.Row {
	case "received":
		return l.Received()
	case "open":
		return l.to("/complaints", []string{"open", month})
	case "accepted":
		return l.to("/queue", []string{"status", "all", "opened", month})
	case "closed":
		return l.to("/queue", []string{"status", "closed", "closed", month})
	case "penalties_issued", "penalty_amount_fen":
		return l.to("/penalties", []string{"issued", month})
	}
	return ""
}

// to leaves empty values out and sorts the names, so that equal lists have equal addresses.
func (l Links) to(path string, pairs []string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	if l.Pack != "" {
		v.Set("pack", l.Pack)
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}
