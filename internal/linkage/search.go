package linkage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"

	"dunwatch/internal/store"
)

// Found answers a search by an identifier.
type Found struct {
	Use       // with ID 0 where nobody names it
	Firms     []FirmCount
	Items     []Related // that the actor may see, newest first
	More      int
	Elsewhere []Elsewhere
	Sheltered int
}

// FirmCount is a firm with how many complaints of a group are about it.
type FirmCount struct {
	FirmID     int64
	Lender     bool // it lends; else it collects
	Code, Name string
	Count      int
}

// Search finds the complaints that name an identifier. The look-up is recorded, without the number. Invalid, Forbidden.
func (s *Service) Search(ctx context.Context, by access.Actor, kind, value string) (*Found, error) {
	value = strings.TrimSpace(value)
	id, wrong := checkNumber(kind, value)
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	if err := s.d.Policy.May(by, access.SearchIdentifier); err != nil {
		return nil, err
	}
	f := &Found{Use: Use{Identifier: id}}
	var hidden map[int64]int
	err := s.d.DB.Read(ctx, func(tx *store.Tx) (err error) {
		hidden, err = s.search(ctx, tx, by, f)
		return err
	})
	if err == nil {
		f.Elsewhere, err = s.elsewhere(ctx, hidden)
	}
	if err == nil {
		err = s.d.DB.Write(ctx, func(tx *store.Tx) error {
			_, err := s.d.Log.Append(ctx, tx, by, audit.NumberSearched, id.Kind, "complaints", f.Complaints)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("search by %s: %w", kind, err)
	}
	return f, nil
}

func (s *Service) search(ctx context.Context, tx *store.Tx, by access.Actor, f *Found) (map[int64]int, error) {
	id, err := number(ctx, tx, "SELECT id FROM identifiers WHERE kind = ? AND value_key = ?", f.Kind, f.Key)
	if err != nil || id == 0 {
		return nil, err
	}
	f.ID = id
	ids, err := spread(ctx, tx, &f.Use, nil)
	if err != nil {
		return nil, err
	}
	if f.Firms, err = firmsAmong(ctx, tx, ids); err != nil {
		return nil, err
	}
	if err := s.nameFirms(ctx, tx, f.Firms); err != nil {
		return nil, err
	}
	reach, err := s.reachOf(ctx, tx, by, ids)
	if err != nil {
		return nil, err
	}
	hidden := map[int64]int{}
	var seen []*candidate
	for _, id := range ids {
		switch r := reach[id]; {
		case r.seen && len(seen) >= listed:
			f.More++
		case r.seen:
			seen = append(seen, &candidate{id: id, grounds: []Ground{{Kind: f.Kind, Value: f.Key, Weight: f.Weight(), Shared: f.Shared()}}})
		case r.sheltered:
			f.Sheltered++
		default:
			hidden[r.unit]++
		}
	}
	f.Items, err = s.load(ctx, tx, seen)
	return hidden, err
}

// firmsAmong counts the firms that complaints are about, lenders and collectors apart, the most frequent first.
func firmsAmong(ctx context.Context, tx *store.Tx, ids []int64) ([]FirmCount, error) {
	facts, err := factsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	n := map[FirmCount]int{}
	for _, f := range facts {
		if f.lender != 0 {
			n[FirmCount{FirmID: f.lender, Lender: true}]++
		}
		if f.agency != 0 {
			n[FirmCount{FirmID: f.agency}]++
		}
	}
	return sortFirms(n), nil
}

func sortFirms(n map[FirmCount]int) []FirmCount {
	out := make([]FirmCount, 0, len(n))
	for f, count := range n {
		f.Count = count
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b FirmCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.FirmID, b.FirmID))
	})
	return out
}

// nameFirms fills in codes and names of lists of firms.
func (s *Service) nameFirms(ctx context.Context, tx *store.Tx, lists ...[]FirmCount) error {
	var ids []int64
	for _, l := range lists {
		for _, f := range l {
			ids = append(ids, f.FirmID)
		}
	}
	firms, err := s.d.Firms.ByIDs(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, l := range lists {
		for i := range l {
			l[i].Code, l[i].Name = firms[l[i].FirmID].Code, firms[l[i].FirmID].Name
		}
	}
	return nil
}
