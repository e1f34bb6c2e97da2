package report

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"

	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

// What the public sees is made from frozen months alone, so that no two views of the same complaints exist that could be
// subtracted: no quarters and years beside their months, no filters, no packs, no tables that cross two properties, no shares
// or changes that give a hidden count away, no table whose lines follow from those of another (a product names its lender).
// Penalties are not hidden: each of them stands on the public register.
const (
	smallest = 1 // counts from smallest to small are hidden
	small    = 4
	// spare is how many values at least each hidden count could have, for all that the public knows, besides the one it has.
	spare = 4
)

// publicTables are the tables that the public sees. summed says that the lines add up to a figure of the headline: then what
// is hidden can be worked out by subtraction unless enough is hidden.
var publicTables = []struct {
	id, summed string
	keep       func(t *Table, row int) bool
}{
	{"headline", "", func(t *Table, i int) bool {
		return slices.Contains([]string{"received", "accepted", "closed", "findings_substantiated", "penalties_issued", "penalty_amount_fen"}, t.RowKeys[i])
	}},
	{"by_channel", "received", nil},
	{"by_contact_channel", "", nil},
	{"by_province", "received", nil},
	{"by_code", "", func(t *Table, i int) bool { return t.Rows[i][1] != int64(0) }},
	{"by_firm", "received", func(t *Table, i int) bool {
		return t.Rows[i][t.Column("role")] == Lender && t.Rows[i][1] != int64(0)
	}},
	{"by_outcome", "closed", func(t *Table, i int) bool { return t.Rows[i][t.Column("stage")] == "closing" }},
}

// Public is what the public sees of a frozen month.
type Public struct {
	Month             Period        `json:"month"`
	Revision          int           `json:"revision"`
	DefinitionVersion int           `json:"definition_version"`
	PublishedOn       calendar.Date `json:"published_on"`
	Tables            []PublicTable `json:"tables"`
	Briefs            []PublicBrief `json:"briefs,omitempty"`
}

// PublicTable is a table of counts.
type PublicTable struct {
	ID       string `json:"id"`
	TitleZH  string `json:"title_zh"`
	TitleEN  string `json:"title_en"`
	Withheld bool   `json:"withheld,omitempty"` // so little that no line can be shown
	// Total is what the lines add up to; none where one thing may stand in several lines, or where it is hidden itself.
	Total *int64      `json:"total,omitempty"`
	Rows  []PublicRow `json:"rows"`
}

// PublicRow is a line; no count where it is hidden.
type PublicRow struct {
	Key    string `json:"key"`
	NameZH string `json:"name_zh"`
	NameEN string `json:"name_en"`
	Kind   string `json:"kind"` // Count or Fen
	Count  *int64 `json:"count"`
}

// Name is the line's name in a language.
func (r PublicRow) Name(lang locale.Lang) string {
	if lang == locale.EN {
		return r.NameEN
	}
	return r.NameZH
}

// Title is the table's title in a language.
func (t *PublicTable) Title(lang locale.Lang) string {
	if lang == locale.EN {
		return t.TitleEN
	}
	return t.TitleZH
}

// Table finds a table by its id; nil where there is none.
func (p *Public) Table(id string) *PublicTable {
	for i := range p.Tables {
		if p.Tables[i].ID == id {
			return &p.Tables[i]
		}
	}
	return nil
}

// PublicOf is the public version of a report in both languages, with what must be hidden hidden.
func PublicOf(zh, en *Report) *Public {
	p := &Public{Month: zh.Month, Revision: zh.Revision, DefinitionVersion: zh.DefinitionVersion, Briefs: publicBriefs(zh, en)}
	totals := map[string]int64{"received": zh.Headline.Received, "closed": zh.Headline.Closed}
	for _, x := range publicTables {
		t := zh.Table(x.id)
		names := rowNames(en.Table(x.id))
		out := PublicTable{ID: x.id, TitleZH: t.Title, TitleEN: en.Table(x.id).Title, Rows: []PublicRow{}}
		for i, row := range t.Rows {
			if x.keep != nil && !x.keep(t, i) {
				continue
			}
			n, _ := row[1].(int64)
			name, _ := row[t.Column("name")].(string)
			out.Rows = append(out.Rows, PublicRow{Key: t.RowKeys[i], NameZH: name, NameEN: names[t.RowKeys[i]], Kind: t.Kind(i, 1), Count: &n})
		}
		if x.summed != "" {
			total := totals[x.summed]
			out.Total = &total
		}
		out.hide()
		p.Tables = append(p.Tables, out)
	}
	return p
}

func rowNames(t *Table) map[string]string {
	out := map[string]string{}
	for i, row := range t.Rows {
		out[t.RowKeys[i]], _ = row[t.Column("name")].(string)
	}
	return out
}

// open says which lines are on record elsewhere and never hidden.
func (r PublicRow) open() bool {
	return r.Key == "penalties_issued" || r.Key == "penalty_amount_fen"
}

// hide takes out the counts from 1 to 4. Where the lines have a total, the next smallest go with them until whoever
// subtracts the rest from the total is left with at least two counts, none of which they can tell within spare values. Where
// even all lines are too few for that, none is shown, and a small total is hidden with them.
func (t *PublicTable) hide() {
	var hidden []int
	order := make([]int, 0, len(t.Rows))
	for i, r := range t.Rows {
		if n := *r.Count; n >= smallest && n <= small && !r.open() {
			hidden = append(hidden, i)
		} else if n > small {
			order = append(order, i)
		}
	}
	if t.Total != nil {
		if *t.Total >= smallest && *t.Total <= small {
			t.Total, t.Withheld, t.Rows = nil, true, []PublicRow{}
			return
		}
		slices.SortStableFunc(order, func(a, b int) int { return int(*t.Rows[a].Count - *t.Rows[b].Count) })
		for len(hidden) > 0 && !t.safe(hidden) {
			if len(order) == 0 {
				t.Withheld, t.Rows = true, []PublicRow{}
				return
			}
			hidden, order = append(hidden, order[0]), order[1:]
		}
	}
	for _, i := range hidden {
		t.Rows[i].Count = nil
	}
}

// safe reports whether the hidden counts cannot be told from their sum. Each is at least 1, so that each may be anything from
// 1 to the sum less one for each of the others. Whoever knows this method knows more: so there must always be a count beyond 4
// among them, which may be any of the lines; were all of them small, a sum of 12 in three lines could only be 4, 4 and 4.
func (t *PublicTable) safe(hidden []int) bool {
	var sum int64
	large := false
	for _, i := range hidden {
		sum += *t.Rows[i].Count
		large = large || *t.Rows[i].Count > small
	}
	return large && sum-int64(len(hidden)) >= spare
}

// follows reports whether a revision may be shown after what the public has seen: where one of the two could be subtracted
// from the other, to learn of a few complaints that were corrected, the earlier stays.
func (p *Public) follows(before *Public) bool {
	far := func(a, b *int64) bool {
		if a == nil || b == nil {
			return a == nil && b == nil
		}
		return *a == *b || *a-*b > small || *b-*a > small
	}
	for i := range p.Tables {
		t := &p.Tables[i]
		o := before.Table(t.ID)
		if o == nil || o.Withheld != t.Withheld || len(o.Rows) != len(t.Rows) || !far(o.Total, t.Total) {
			return false
		}
		old := map[string]PublicRow{}
		for _, r := range o.Rows {
			old[r.Key] = r
		}
		var now, then int64
		for _, r := range t.Rows {
			x, ok := old[r.Key]
			if !ok || !r.open() && !far(x.Count, r.Count) {
				return false
			}
			if r.Count != nil {
				now, then = now+*r.Count, then+*x.Count
			}
		}
		if t.Total != nil { // the sums of what is hidden
			x, y := *t.Total-now, *o.Total-then
			if !far(&x, &y) {
				return false
			}
		}
	}
	return true
}

// publication is what a freeze shows the public: nothing of periods other than months, and nothing that would give away what
// an earlier revision hid.
func (s *Service) publication(ctx context.Context, tx *store.Tx, d *draft) (*publicationRow, error) {
	if d.period.Kind() != KindMonth {
		return nil, nil
	}
	p := PublicOf(d.reports[All][locale.ZH], d.reports[All][locale.EN])
	p.PublishedOn = s.today(tx)
	last, err := findPublication(ctx, tx, d.period.String())
	if err != nil {
		return nil, err
	}
	if last != nil {
		before, err := readPublic(last.Content)
		if err != nil {
			return nil, err
		}
		if !p.follows(before) {
			if reflect.DeepEqual(p.Briefs, before.Briefs) {
				return nil, nil
			}
			before.Briefs, before.PublishedOn = p.Briefs, p.PublishedOn // the figures stay those of their revision
			p = before
		}
	}
	content, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("write public figures: %w", err)
	}
	return &publicationRow{Period: d.period.String(), Revision: int64(d.revision), PublishedOn: p.PublishedOn, Content: content}, nil
}

func readPublic(content []byte) (*Public, error) {
	p := &Public{}
	if err := json.Unmarshal(content, p); err != nil {
		return nil, fmt.Errorf("read public figures: %w", err)
	}
	return p, nil
}

// Public is what anybody may see of a month. NotFound where the month is not frozen.
func (s *Service) Public(ctx context.Context, p Period) (out *Public, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		row, err := findPublication(ctx, tx, p.String())
		if err != nil {
			return err
		}
		if row == nil {
			return notFound()
		}
		if out, err = readPublic(row.Content); err != nil {
			return err
		}
		return s.withoutGone(ctx, tx, out)
	})
	return out, err
}

// PublicMonths are the months of which anybody may see figures, the newest first.
func (s *Service) PublicMonths(ctx context.Context) (out []Period, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Rows(ctx, "SELECT DISTINCT period FROM report_publications ORDER BY period DESC")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				return err
			}
			p, err := ParsePeriod(text)
			if err != nil {
				return err
			}
			out = append(out, p)
		}
		return rows.Err()
	})
	return out, err
}

// WriteCSV writes the figures as one table: month, revision, table, key, name, kind, count; a hidden count is empty.
func (p *Public) WriteCSV(w io.Writer, lang locale.Lang) error {
	if _, err := io.WriteString(w, bom); err != nil {
		return fmt.Errorf("write public figures: %w", err)
	}
	c := csv.NewWriter(w)
	lines := [][]string{{"month", "revision", "table", "key", "name", "kind", "count"}}
	for i := range p.Tables {
		t := &p.Tables[i]
		line := func(key, name, kind string, n *int64) {
			count := ""
			if n != nil {
				count = strconv.FormatInt(*n, 10)
			}
			lines = append(lines, []string{p.Month.String(), strconv.Itoa(p.Revision), t.ID, safe(key), safe(name), kind, count})
		}
		for _, r := range t.Rows {
			line(r.Key, r.Name(lang), r.Kind, r.Count)
		}
		if t.Total != nil {
			line(Total, t.Title(lang), Count, t.Total)
		}
	}
	if err := c.WriteAll(lines); err != nil {
		return fmt.Errorf("write public figures: %w", err)
	}
	return nil
}
