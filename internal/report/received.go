package report

import (
	"cmp"
	"context"
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

// tallies counts what a column counts in this period and the one before. Keys that did not come up in this period are left
// out.
func (b *builder) tallies(ctx context.Context, table, column string) ([]tally, error) {
	now, err := b.count(ctx, b.query, table, column)
	if err != nil {
		return nil, err
	}
	before, err := b.count(ctx, b.at(b.period.Prev()), table, column)
	if err != nil {
		return nil, err
	}
	out := make([]tally, 0, len(now))
	for key, x := range now {
		out = append(out, tally{key, x.n, before[key].n})
	}
	slices.SortFunc(out, byCount)
	return out, nil
}

// sorted is a table of complaints received by one key: count, share of all received, change on the period before.
func (b *builder) sorted(ctx context.Context, id string, name func(string) string) (*Table, error) {
	tallies, err := b.tallies(ctx, id, "count")
	if err != nil {
		return nil, err
	}
	t := b.table(id)
	var sum int64
	for _, x := range tallies {
		t.add(x.key, x.key, x.n, ratio(x.n, b.head.Received), change(x.n, x.prior), name(x.key))
		sum += x.n
	}
	t.Totals = []any{Total, sum, ratio(sum, b.head.Received), nil, b.words.T(b.lang, "report.total")}
	return t, nil
}

// byChannel says how complaints reached the office.
func (b *builder) byChannel(ctx context.Context) (*Table, error) {
	return b.sorted(ctx, "by_channel", b.sourceName)
}

func (b *builder) sourceName(id string) string {
	return b.namer(func(p *rulebook.Pack, id string) (rulebook.Text, bool) {
		c, ok := p.Submission(id)
		return c.Name, ok
	})(id)
}

// byContactChannel says how collectors made contact. A complaint may name several.
func (b *builder) byContactChannel(ctx context.Context) (*Table, error) {
	return b.sorted(ctx, "by_contact_channel", b.namer(func(p *rulebook.Pack, id string) (rulebook.Text, bool) {
		c, ok := p.Channel(id)
		return c.Name, ok
	}))
}

func (b *builder) byProduct(ctx context.Context) (*Table, error) {
	return b.sorted(ctx, "by_product", b.namer(nil))
}

func (b *builder) byRegion(ctx context.Context) (*Table, error) {
	return b.sorted(ctx, "by_region", b.region)
}

// byProvince is by_region at its first level: what the map of tiles shows.
func (b *builder) byProvince(ctx context.Context) (*Table, error) {
	return b.sorted(ctx, "by_province", b.province)
}

func (b *builder) province(code string) string {
	if key := "region." + code; b.words.Has(b.lang, key) {
		return b.words.T(b.lang, key)
	}
	return b.region(code)
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
