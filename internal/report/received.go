package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
)

// tally is how often a key came up in the month and in the month before.
type tally struct {
	key      string
	n, prior int64
}

// byCount puts the largest first and equal ones in the order of their keys.
func byCount(a, b tally) int {
	return cmp.Or(cmp.Compare(b.n, a.n), strings.Compare(a.key, b.key))
}

// received counts the complaints received in this month and the month before by an expression over c (complaints) and
// what join adds. Keys that did not come up in this month are left out.
func (q query) received(ctx context.Context, key, join string) ([]tally, error) {
	s := new(sql)
	what := "1"
	if join != "" {
		what = "c.id" // a complaint may stand twice under one key
	}
	s.add("SELECT "+key+", "+counting(what, "c.received_on >= ?")+", "+counting(what, "c.received_on < ?")+" FROM complaints c "+join+
		" WHERE c.received_on >= ? AND c.received_on < ?", q.first, q.first, q.month.Prev().First(), q.end)
	q.packed(s, "c.pack").add(" GROUP BY 1")
	return q.tallies(ctx, s)
}

// counting counts the rows that meet a condition; of an id, each once.
func counting(what, condition string) string {
	if what == "1" {
		return "COUNT(CASE WHEN " + condition + " THEN 1 END)"
	}
	return "COUNT(DISTINCT CASE WHEN " + condition + " THEN " + what + " END)"
}

// tallies reads key, count and count before. What says nothing and what says None come to one.
func (q query) tallies(ctx context.Context, s *sql) ([]tally, error) {
	var out []tally
	var none tally
	err := q.each(ctx, s, func(scan func(...any) error) error {
		var t tally
		if err := scan(&t.key, &t.n, &t.prior); err != nil {
			return err
		}
		if t.key == "" || t.key == None {
			none = tally{None, none.n + t.n, none.prior + t.prior}
			return nil
		}
		if t.n > 0 {
			out = append(out, t)
		}
		return nil
	})
	if none.n > 0 {
		out = append(out, none)
	}
	slices.SortFunc(out, byCount)
	return out, err
}

// sorted is a table of complaints received by one key: count, share of all received, change on the month before.
func (b *builder) sorted(id, param string, tallies []tally, name func(string) string) *Table {
	t := b.table(id, column{param, Text}, column{"count", Count}, column{"share", Percent}, column{"change", Percent}, column{"name", Text})
	var sum int64
	for _, x := range tallies {
		t.add(plain(x.key), cell{x.n, b.links.Received(param, x.key)}, plain(ratio(x.n, b.head.Received)), plain(change(x.n, x.prior)), plain(name(x.key)))
		sum += x.n
	}
	t.total(plain("total"), plain(sum), plain(ratio(sum, b.head.Received)), plain(nil), plain(b.words.T(b.lang, "report.total")))
	return t
}

// byChannel says how complaints reached the office.
func (b *builder) byChannel(ctx context.Context) (*Table, error) {
	tallies, err := b.received(ctx, "c.source", "")
	if err != nil {
		return nil, fmt.Errorf("count by source: %w", err)
	}
	t := b.sorted("by_channel", "source", tallies, b.sourceName)
	t.TotalLinks[1] = b.links.Received()
	return t, nil
}

func (b *builder) sourceName(id string) string {
	return b.namer(func(p *rulebook.Pack, id string) (rulebook.Text, bool) {
		c, ok := p.Submission(id)
		return c.Name, ok
	})(id)
}

// byContactChannel says how collectors made contact. A complaint may name several.
func (b *builder) byContactChannel(ctx context.Context) (*Table, error) {
	tallies, err := b.received(ctx, "x.channel", "JOIN complaint_channels x ON x.complaint_id = c.id")
	if err != nil {
		return nil, fmt.Errorf("count by channel: %w", err)
	}
	return b.sorted("by_contact_channel", "channel", tallies, b.namer(func(p *rulebook.Pack, id string) (rulebook.Text, bool) {
		c, ok := p.Channel(id)
		return c.Name, ok
	})), nil
}

func (b *builder) byProduct(ctx context.Context) (*Table, error) {
	tallies, err := b.received(ctx, "c.product", "")
	if err != nil {
		return nil, fmt.Errorf("count by product: %w", err)
	}
	t := b.sorted("by_product", "product", tallies, b.namer(nil))
	t.TotalLinks[1] = b.links.Received()
	return t, nil
}

func (b *builder) byRegion(ctx context.Context) (*Table, error) {
	tallies, err := b.received(ctx, "c.region", "")
	if err != nil {
		return nil, fmt.Errorf("count by region: %w", err)
	}
	t := b.sorted("by_region", "region", tallies, b.region)
	t.TotalLinks[1] = b.links.Received()
	return t, nil
}

func (b *builder) region(code string) string { return RegionName(b.words, b.lang, code) }

// RegionName says a region as people read it: a province by its name, a place in it by the province's name and its own
// GB/T 2260 code (places are renamed every year), a part of the United Kingdom by its name. The states of the public
// files are their own name. None is what is not filled in.
func RegionName(words *locale.Catalog, lang locale.Lang, code string) string {
	if code == None {
		return words.T(lang, "report.none")
	}
	if key := "region." + code; len(code) == 3 && words.Has(lang, key) {
		return words.T(lang, key)
	}
	if len(code) != 6 || !words.Has(lang, "region."+code[:2]) {
		return code
	}
	province := words.T(lang, "region."+code[:2])
	if code[2:] == "0000" {
		return province
	}
	return province + " " + code
}

// packs are those in question: one, or all.
func (s *Service) packs(pack string) []*rulebook.Pack {
	if p, ok := s.book.Pack(pack); ok {
		return []*rulebook.Pack{p}
	}
	return s.book.Packs()
}

// namer names keys by the first pack in question that knows them; an unknown key is its own name.
func (b *builder) namer(find func(*rulebook.Pack, string) (rulebook.Text, bool)) func(string) string {
	return func(key string) string {
		if key == None {
			return b.words.T(b.lang, "report.none")
		}
		if find == nil {
			return key
		}
		for _, p := range b.s.packs(b.pack) {
			if name, ok := find(p, key); ok {
				return name.In(string(b.lang))
			}
		}
		return key
	}
}
