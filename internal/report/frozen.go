package report

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

// edition is the frozen report of a period as it was stored; nil where there is none.
func (s *Service) edition(ctx context.Context, tx *store.Tx, p Period, pack string, lang locale.Lang, revision int) (*Report, error) {
	f, err := findFreeze(ctx, tx, p, revision)
	if err != nil || f == nil {
		return nil, err
	}
	if pack == "" {
		pack = All
	}
	e, err := findEdition(ctx, tx, f.ID, pack, string(lang))
	if err != nil || e == nil {
		return nil, err
	}
	content, err := decompress(e.Content)
	if err != nil {
		return nil, err
	}
	return readReport(content, s.words)
}

// readReport reads the bytes of a frozen report. WriteJSON gives the same bytes again.
func readReport(content []byte, words *locale.Catalog) (*Report, error) {
	r := &Report{words: words, raw: content}
	dec := json.NewDecoder(bytes.NewReader(content))
	dec.UseNumber()
	if err := dec.Decode(r); err != nil {
		return nil, fmt.Errorf("read frozen report: %w", err)
	}
	for _, t := range r.Listed() {
		for _, row := range append(t.Rows, t.Totals) {
			for j := range row {
				row[j] = numberOf(row[j], t.Kinds[j])
			}
		}
	}
	for i := range r.Changes {
		c := &r.Changes[i]
		c.Was, c.Is = numberOf(c.Was, c.Kind), numberOf(c.Is, c.Kind)
	}
	return r, nil
}

// numberOf gives a number the type that a column of a kind has.
func numberOf(v any, kind string) any {
	n, ok := v.(json.Number)
	if !ok {
		return v
	}
	if i, err := n.Int64(); err == nil && kind != Percent && kind != Rate {
		return i
	}
	f, _ := n.Float64()
	return f
}

// keptList is a list that was kept with a frozen report.
type keptList struct {
	items  []Item
	cutOff time.Time
}

// kept is what was behind a figure when the period was frozen; nil where it is not frozen.
func (s *Service) kept(ctx context.Context, tx *store.Tx, p Period, pack string, f Figure, revision int) (*keptList, error) {
	row, err := findFreeze(ctx, tx, p, revision)
	if err != nil || row == nil {
		return nil, err
	}
	if pack == "" {
		pack = All
	}
	content, err := findReferences(ctx, tx, row.ID, pack, f.Table)
	if err != nil || content == nil {
		return nil, err
	}
	out := &keptList{cutOff: row.CutOff.Time()}
	err = readReferences(content, func(r reference) {
		if r.Column == f.Column && (r.Row == f.Row || f.Row == Total) {
			out.items = append(out.items, r.Item)
		}
	})
	return out, err
}

// Revision is the report of a period as it was frozen at a revision. Forbidden; NotFound where there is none.
func (s *Service) Revision(ctx context.Context, by access.Actor, p Period, pack string, lang locale.Lang, revision int) (out *Report, err error) {
	if err := s.policy.May(by, access.ReadReport); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		out, err = s.edition(ctx, tx, p, pack, lang, revision)
		return err
	})
	if err == nil && out == nil {
		err = notFound()
	}
	return out, err
}

// Revisions lists how a period was frozen, the newest first. Forbidden.
func (s *Service) Revisions(ctx context.Context, by access.Actor, p Period) ([]Freeze, error) {
	if err := s.policy.May(by, access.ReadReport); err != nil {
		return nil, err
	}
	var out []Freeze
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		rows, err := freezesOf(ctx, tx, p.String())
		if err != nil {
			return err
		}
		pub, err := findPublication(ctx, tx, p.String())
		if err != nil {
			return err
		}
		for i := len(rows) - 1; i >= 0; i-- {
			f, err := s.freezeOf(ctx, tx, p, rows[i])
			if err != nil {
				return err
			}
			f.Published = pub != nil && pub.FreezeID == rows[i].ID
			out = append(out, *f)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("revisions of %s: %w", p, err)
	}
	return out, nil
}

func (s *Service) freezeOf(ctx context.Context, tx *store.Tx, p Period, r freezeRow) (*Freeze, error) {
	f := &Freeze{Period: p, Revision: int(r.Revision), CutOff: r.CutOff.Time(), FrozenAt: r.FrozenAt.Time(), Reason: r.Reason}
	e, err := findEdition(ctx, tx, r.ID, All, string(locale.ZH))
	if err != nil || e == nil {
		return nil, errors.Join(err, errors.New("frozen report without bytes"))
	}
	f.SHA256 = hex.EncodeToString(e.Sha256)
	if r.FrozenBy != 0 {
		rows, err := tx.Rows(ctx, "SELECT name FROM users WHERE id = ?", int64(r.FrozenBy))
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		for rows.Next() {
			if err := rows.Scan(&f.By); err != nil {
				return nil, err
			}
		}
		return f, rows.Err()
	}
	return f, nil
}

// Pending is what has changed since a period was frozen, and would be explained by its next revision: nothing where it is
// not frozen. Forbidden.
func (s *Service) Pending(ctx context.Context, by access.Actor, p Period, lang locale.Lang) (changes []Change, events []Event, err error) {
	if err := s.policy.May(by, access.ReadReport); err != nil {
		return nil, nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		last, err := findFreeze(ctx, tx, p, latest)
		if err != nil || last == nil {
			return err
		}
		q, err := s.query(tx, p, All)
		if err != nil {
			return err
		}
		b := s.builder(q, lang)
		r, err := b.report(ctx)
		if err != nil {
			return err
		}
		refs, err := b.allReferences(ctx, All)
		if err != nil {
			return err
		}
		changes, events, err = b.changes(ctx, r, last, refs)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("what changed since %s was frozen: %w", p, err)
	}
	return changes, events, nil
}

// FrozenPeriods are the periods that are frozen, with the newest revision of each. Forbidden.
func (s *Service) FrozenPeriods(ctx context.Context, by access.Actor) (map[Period]int, error) {
	if err := s.policy.May(by, access.ReadReport); err != nil {
		return nil, err
	}
	out := map[Period]int{}
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		rows, err := freezesOf(ctx, tx, "")
		for _, r := range rows {
			if p, perr := ParsePeriod(r.Period); perr == nil {
				out[p] = int(r.Revision)
			}
		}
		return err
	})
	return out, err
}

// today is the day of the transaction in the regulator's zone.
func (s *Service) today(tx *store.Tx) calendar.Date { return calendar.OfTime(tx.Now.In(s.zone)) }
