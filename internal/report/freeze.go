package report

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
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
