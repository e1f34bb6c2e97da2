package report

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

// Freeze is a frozen report, or a revision of one.
type Freeze struct {
	Period   Period
	Revision int
	CutOff   time.Time
	FrozenAt time.Time
	Reason   string
	By       string // name; "" for the command line
	// SHA256 is that of the bytes in Chinese over all packs, as the record has it.
	SHA256 string
	// Published says that the public sees the figures of this revision.
	Published bool
}

// Subject is how the record names the reports of a period.
func Subject(p Period) string { return "report " + p.String() }

// maxReason is how long the reason of a freeze may be, in bytes.
const maxReason = 2000

// Freeze makes the report of a period that is over stay as it is: the bytes in both languages for every pack, what is behind
// each figure, and the versions of the definitions and the rulebook are stored and covered by the record. A period that is
// frozen already gets a revision, with a reason and with each difference explained; where nothing differs there is none.
// Forbidden; Conflict while the period runs, where nothing differs, and where somebody else was first; Invalid without a
// reason for a revision.
func (s *Service) Freeze(ctx context.Context, by access.Actor, p Period, reason string) (*Freeze, error) {
	if err := s.policy.May(by, access.FreezeReport); err != nil {
		return nil, err
	}
	if p.IsZero() {
		return nil, notFound()
	}
	reason = strings.TrimSpace(reason)
	if len(reason) > maxReason {
		return nil, fault.Fields{{Name: "reason", Key: "fault.too_long", Args: []any{maxReason, len(reason)}}}.Err()
	}
	var d *draft
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		d, err = s.draft(ctx, tx, p, reason)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("freeze %s: %w", p, err)
	}
	if d.revision > 0 && len(d.changes) == 0 {
		return nil, fault.New(fault.Conflict, "report.freeze.unchanged")
	}
	if d.revision > 0 && reason == "" {
		return nil, fault.Fields{{Name: "reason", Key: "fault.required"}}.Err()
	}
	var out *Freeze
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		out, err = s.seal(ctx, tx, by, d)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("freeze %s: %w", p, err)
	}
	return out, nil
}

// draft is a frozen report that is not stored yet: computed in a transaction that only reads, since the one writer must not
// wait for it.
type draft struct {
	period     Period
	revision   int
	reason     string
	cutOff     time.Time
	rulebook   string
	reports    map[string]map[locale.Lang]*Report // by pack
	references []*referencesRow
	changes    []Change // over all packs
}

// draft computes every edition of a period and what is behind the figures.
func (s *Service) draft(ctx context.Context, tx *store.Tx, p Period, reason string) (*draft, error) {
	if !p.Over(tx.Now, s.zone) {
		return nil, fault.New(fault.Conflict, "report.freeze.running")
	}
	last, err := findFreeze(ctx, tx, p, latest)
	if err != nil {
		return nil, err
	}
	d := &draft{period: p, reason: reason, reports: map[string]map[locale.Lang]*Report{}}
	if last != nil {
		d.revision = int(last.Revision) + 1
	}
	packs := []string{All}
	for _, pack := range s.book.Packs() {
		packs = append(packs, pack.ID)
	}
	for _, pack := range packs {
		q, err := s.query(tx, p, pack)
		if err != nil {
			return nil, err
		}
		if pack == All {
			if err := s.builder(q, locale.ZH).checkBriefs(ctx); err != nil {
				return nil, err
			}
		}
		d.cutOff, d.reports[pack] = q.cutOff, map[locale.Lang]*Report{}
		first := s.builder(q, locale.ZH)
		refs, err := first.allReferences(ctx, pack)
		if err != nil {
			return nil, err
		}
		d.references = append(d.references, refs...)
		for _, lang := range locale.Langs {
			b := s.builder(q, lang)
			b.tallied, b.ended = first.tallied, first.ended // the numbers know no language
			r, err := b.report(ctx)
			if err != nil {
				return nil, err
			}
			first = b
			if r.Trend, err = b.trendTable(ctx); err != nil {
				return nil, err
			}
			r.Frozen, r.Revision, r.Reason = true, d.revision, reason
			if last != nil {
				if r.Changes, r.Events, err = b.changes(ctx, r, last, refs); err != nil {
					return nil, err
				}
			}
			d.reports[pack][lang] = r
		}
	}
	d.changes = d.reports[All][locale.ZH].Changes
	rulebook, err := json.Marshal(d.reports[All][locale.ZH].Rulebook)
	d.rulebook = string(rulebook)
	return d, err
}

// allReferences is what is behind every figure of a pack's report.
func (b *builder) allReferences(ctx context.Context, pack string) ([]*referencesRow, error) {
	var out []*referencesRow
	for _, c := range contents {
		content, err := b.references(ctx, c)
		if err != nil {
			return nil, err
		}
		if content != nil {
			out = append(out, &referencesRow{Pack: pack, TableID: c.id, Content: content})
		}
	}
	return out, nil
}

// seal stores a draft, if it is still the next revision.
func (s *Service) seal(ctx context.Context, tx *store.Tx, by access.Actor, d *draft) (*Freeze, error) {
	last, err := findFreeze(ctx, tx, d.period, latest)
	if err != nil {
		return nil, err
	}
	if last != nil && int(last.Revision) >= d.revision {
		return nil, fault.New(fault.Conflict, "report.freeze.taken")
	}
	if err := s.sameBriefs(ctx, tx, d); err != nil {
		return nil, err
	}
	r := &freezeRow{Period: d.period.String(), Revision: int64(d.revision), CutOff: store.At(d.cutOff), Definitions: DefinitionVersion, Rulebook: d.rulebook,
		Reason: d.reason, FrozenAt: store.At(tx.Now), FrozenBy: store.ID(by.UserID)}
	var editions []*editionRow
	var sum string
	at := tx.Now.In(s.zone)
	for pack, langs := range d.reports {
		for lang, rep := range langs {
			rep.FrozenAt = &at
			var buf bytes.Buffer
			if err := rep.WriteJSON(&buf); err != nil {
				return nil, err
			}
			hash := sha256.Sum256(buf.Bytes())
			content, err := compress(buf.Bytes())
			if err != nil {
				return nil, err
			}
			editions = append(editions, &editionRow{Pack: pack, Lang: string(lang), Sha256: hash[:], Content: content})
			if pack == All && lang == locale.ZH {
				sum = hex.EncodeToString(hash[:])
			}
		}
	}
	pub, err := s.publication(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	if err := storeFreeze(ctx, tx, r, editions, d.references, pub); err != nil {
		return nil, err
	}
	_, err = s.log.Append(ctx, tx, by, audit.ReportFrozen, Subject(d.period), "revision", d.revision, "sha256", sum, "definitions", DefinitionVersion,
		"rulebook", d.rulebook, "changes", len(d.changes), "published", pub != nil)
	return &Freeze{Period: d.period, Revision: d.revision, CutOff: d.cutOff, FrozenAt: tx.Now, Reason: d.reason, By: by.Name, SHA256: sum, Published: pub != nil}, err
}

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
