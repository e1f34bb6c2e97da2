package report

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

// Total is the row of a table's last line.
const Total = "total"

// Figure names a cell of the report: the table, the key of the row (Total for the last line) and the column.
type Figure struct {
	Table  string `json:"table"`
	Row    string `json:"row"`
	Column string `json:"column"`
}

// FigureOf reads the address that Links.Behind wrote.
func FigureOf(v url.Values) Figure {
	return Figure{v.Get("table"), v.Get("row"), v.Get("column")}
}

// Item is one thing behind a figure. It names things by their references and holds no personal data, so that everybody
// who reads reports may see the whole list; opening a thing is another question.
type Item struct {
	Kind      string // complaint, case, finding, penalty, measure
	Reference string // of the complaint, the case (for a finding and a measure too) or the penalty
	Number    int    // of a finding
	Code      string // violation, or kind of measure
	Outcome   string
	On        calendar.Date // when received, opened, due, found, issued ...
	Fen       int64         // where the figure is an amount: the part of this thing
}

var itemPaths = map[string]string{"complaint": "/complaints/", "case": "/cases/", "finding": "/cases/", "measure": "/cases/", "penalty": "/penalties/"}

// Path opens the thing.
func (it Item) Path() string {
	path := itemPaths[it.Kind] + url.PathEscape(it.Reference)
	if it.Kind == "finding" && it.Number > 0 {
		path += "#finding-" + strconv.Itoa(it.Number)
	}
	return path
}

// List is what is behind a figure.
type List struct {
	Title      string     // of the table, and the names of the row and the column
	Column     string     // name of the column
	RowName    string     // name of the row, where the key has one in the report itself; else the key
	RowKey     string     // what the key of the row is: firm, region, code ...; "" of RowNames that are words
	Definition Definition // of the figure
	Kind       string     // of the figure: Count, Fen ...
	Frozen     bool       // the list is the one that was kept with the frozen report
	CutOff     string     // RFC 3339
	Items      []Item
	Fen        int64 // sum of the items' amounts
}

// Behind lists what is behind a figure, as many as the figure says: of a frozen report what was kept with it. Forbidden;
// NotFound for a figure or a pack that does not exist.
func (s *Service) Behind(ctx context.Context, by access.Actor, p Period, pack string, f Figure, lang locale.Lang) (*List, error) {
	if err := s.policy.May(by, access.ReadReport); err != nil {
		return nil, err
	}
	var out *List
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		q, err := s.query(tx, p, pack)
		if err != nil {
			return err
		}
		b := s.builder(q, lang)
		if len(b.opens[f.Table+"."+f.Column]) == 0 || f.Row == "" {
			return notFound()
		}
		out = &List{CutOff: q.cutOff.In(q.zone).Format("2006-01-02T15:04:05Z07:00")}
		out.describe(b, f)
		if head, ok := once[f.Table+"."+f.Column]; ok && f.Row == Total {
			f = Figure{"headline", head, "value"}
		}
		frozen, err := s.kept(ctx, tx, p, q.pack, f, latest)
		if err != nil {
			return err
		}
		if frozen != nil {
			out.Frozen, out.CutOff = true, frozen.cutOff.In(q.zone).Format("2006-01-02T15:04:05Z07:00")
			out.take(frozen.items)
			return nil
		}
		items, err := b.behind(ctx, f)
		out.take(items)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("behind %s %s %s of %s: %w", f.Table, f.Row, f.Column, p, err)
	}
	return out, nil
}

// behind lists what a cell counts; of Total all that the column's cells count.
func (b *builder) behind(ctx context.Context, f Figure) (out []Item, err error) {
	total := f.Row == Total
	if total {
		f.Row = ""
	}
	err = b.items(ctx, f, func(row string, it Item) error {
		if total || row == f.Row {
			out = append(out, it)
		}
		return nil
	})
	return out, err
}

func (l *List) take(items []Item) {
	l.Items = items
	for _, it := range items {
		l.Fen += it.Fen
	}
}

// describe says in words what the figure is.
func (l *List) describe(b *builder, f Figure) {
	c := contentOf(f.Table)
	l.Title = b.words.T(b.lang, "report."+f.Table+".title")
	id := ""
	for _, col := range c.columns {
		if col.key == f.Column {
			id, l.Kind, l.Column = col.definition, col.kind, b.words.T(b.lang, "report.column."+col.key)
		}
	}
	if id == "" || f.Table == "headline" {
		if k, ok := rowDefinitions[f.Table+"."+f.Row]; ok {
			id = k
		}
		if f.Table == "headline" && f.Row == "penalty_amount_fen" {
			l.Kind = Fen
		}
	}
	l.Definition = definitionIn(b.words, b.lang, id)
	l.RowKey = c.columns[0].key
	l.RowName = f.Row
	for _, name := range []string{"report.figure." + f.Row, "report.fair." + f.Row, "report.account." + f.Row, "report." + f.Row} {
		if (f.Row == Total || l.RowKey == "figure" || l.RowKey == "account") && b.words.Has(b.lang, name) {
			l.RowName, l.RowKey = b.words.T(b.lang, name), ""
			return
		}
	}
	for _, role := range []string{Lender, Agency} {
		l.RowName = strings.TrimPrefix(l.RowName, role+":")
	}
	if l.RowKey == "clock" {
		clock, _, _ := strings.Cut(f.Row, "/")
		l.RowName, l.RowKey = b.clockName(clock), ""
	}
}
