package firm

import (
	"context"
	"fmt"
	"io"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/store"
)

// ImportCSV reads code,name,kind,parent_code,uscc,aliases, the first three
// required, aliases separated by |. A new code is registered; a known one is
// brought up to date, an empty field leaving what is there; a provisional firm
// named by its code is thereby confirmed. Rows that cannot be taken are rejected
// by line and the others taken, all in one transaction; parents may come after
// their subsidiaries. Repeating an import changes nothing. Forbidden; Invalid
// for a file that is not such a table; TooLarge over 16 MiB.
func (s *Service) ImportCSV(ctx context.Context, by access.Actor, r io.Reader) (*ImportResult, error) {
	if err := s.policy.May(by, access.ManageFirm); err != nil {
		return nil, err
	}
	var read ImportResult
	rows, err := readCSV(r, &read)
	if err != nil {
		return nil, fmt.Errorf("import firms: %w", err)
	}
	var res *ImportResult
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		if err := serialise(ctx, tx); err != nil {
			return err
		}
		p, err := newPlan(ctx, tx, &ImportResult{Rows: read.Rows, Rejects: slices.Clone(read.Rejects)})
		if err != nil {
			return err
		}
		p.choose(rows)
		if err := p.carryOut(ctx, tx); err != nil {
			return err
		}
		res = p.res
		if res.Created+res.Changed == 0 {
			return nil
		}
		s.known.forget(tx)
		_, err = s.log.Append(ctx, tx, by, audit.ImportFinished, "firms",
			"rows", res.Rows, "created", res.Created, "changed", res.Changed, "rejected", len(res.Rejects))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("import firms: %w", err)
	}
	slices.SortFunc(res.Rejects, func(a, b ImportReject) int { return a.Line - b.Line })
	return res, nil
}

// plan decides over a whole file before anything is stored, since a failed
// INSERT would lose the transaction and because rows lean on each other.
type plan struct {
	res    *ImportResult
	known  map[string]Firm   // by code, as the registry has them
	names  map[string]string // form of a name -> code of its firm
	usccs  map[string]string // credit code -> code of its firm
	stored map[string]bool   // forms that the registry has
	linked map[int64]bool    // firms that have links: their kind stays
	taken  []csvRow
}

func newPlan(ctx context.Context, tx *store.Tx, res *ImportResult) (*plan, error) {
	p := &plan{res: res, known: map[string]Firm{}, names: map[string]string{}, usccs: map[string]string{}, stored: map[string]bool{}}
	err := allFirms(ctx, tx, func(f Firm) {
		p.known[f.Code] = f
		if f.USCC != "" {
			p.usccs[f.USCC] = f.Code
		}
	}, func(key, code string) { p.names[key], p.stored[key] = code, true })
	if err != nil {
		return nil, err
	}
	p.linked, err = linkedFirms(ctx, tx)
	return p, err
}

// choose takes the rows that agree with the registry and with each other.
func (p *plan) choose(rows []csvRow) {
	for _, r := range rows {
		if reason, args := p.objection(r); reason != "" {
			p.res.reject(r.line, reason, args...)
			continue
		}
		p.taken = append(p.taken, r)
	}
	// A row that goes takes its subsidiaries along, hence until nothing changes.
	for before := -1; before != len(p.taken); {
		before = len(p.taken)
		parents := p.parents()
		p.taken = slices.DeleteFunc(p.taken, func(r csvRow) bool {
			reason := parentObjection(r, parents)
			if reason != "" {
				p.res.reject(r.line, reason, r.ParentCode)
			}
			return reason != ""
		})
	}
}

// objection is why a row cannot be taken, and claims its names if it can.
func (p *plan) objection(r csvRow) (reason string, args []any) {
	old, known := p.known[r.Code]
	switch {
	case old.MergedID != 0:
		return "firm.import.merged", []any{r.Code}
	case known && old.Kind != r.Kind && p.linked[old.ID]:
		return "firm.kind_linked", nil
	}
	if code := p.usccs[r.USCC]; r.USCC != "" && code != "" && code != r.Code {
		return "firm.uscc_taken", []any{code}
	}
	for _, n := range r.names() {
		if code := p.names[n.key]; code != "" && code != r.Code {
			return "firm.name_taken", []any{n.text, code}
		}
	}
	if r.USCC != "" {
		p.usccs[r.USCC] = r.Code
	}
	for _, n := range r.names() {
		p.names[n.key] = r.Code
	}
	return "", nil
}

// parents maps every firm there would be to its parent.
func (p *plan) parents() map[string]string {
	out := map[string]string{}
	for code, f := range p.known {
		if f.MergedID == 0 {
			out[code] = f.ParentCode
		}
	}
	for _, r := range p.taken {
		if r.ParentCode != "" || out[r.Code] == "" {
			out[r.Code] = r.ParentCode
		}
	}
	return out
}

func parentObjection(r csvRow, parents map[string]string) string {
	if r.ParentCode == "" {
		return ""
	}
	if _, ok := parents[r.ParentCode]; !ok {
		return "firm.parent_unknown"
	}
	steps := 0
	for code := r.ParentCode; code != ""; code = parents[code] {
		// A circle further up that this row is not part of ends by the count.
		if steps++; code == r.Code || steps > len(parents) {
			return "firm.parent_circle"
		}
	}
	return ""
}

// carryOut stores what was chosen: firms first, then parents, then names.
func (p *plan) carryOut(ctx context.Context, tx *store.Tx) error {
	var fresh []*firmRow
	for _, r := range p.taken {
		if _, ok := p.known[r.Code]; !ok {
			fresh = append(fresh, newRow(r.NewFirm, 0, false, tx))
		}
	}
	if err := insertFirms(ctx, tx, fresh); err != nil {
		return err
	}
	isNew := map[string]bool{}
	for _, r := range fresh {
		f := r.firm()
		p.known[f.Code], isNew[f.Code] = f, true
	}
	named, err := p.addNames(ctx, tx)
	if err != nil {
		return err
	}
	for _, r := range p.taken {
		f := p.known[r.Code]
		changed, err := p.bring(ctx, tx, &f, r.NewFirm)
		if err != nil {
			return err
		}
		switch {
		case isNew[r.Code]:
			p.res.Created++
		case changed || named[r.Code]:
			p.res.Changed++
		default:
			p.res.Unchanged++
		}
	}
	return nil
}

// bring updates one firm and reports whether there was anything to do.
func (p *plan) bring(ctx context.Context, tx *store.Tx, f *Firm, n NewFirm) (bool, error) {
	was := *f
	f.Name, f.Kind, f.Provisional = n.Name, n.Kind, false
	if n.USCC != "" {
		f.USCC = n.USCC
	}
	if n.ParentCode != "" {
		f.ParentID = p.known[n.ParentCode].ID
	}
	if f.Name == was.Name && f.Kind == was.Kind && f.USCC == was.USCC && f.ParentID == was.ParentID && !was.Provisional {
		return false, nil
	}
	return true, updateFirm(ctx, tx, f)
}

// addNames stores the names that the registry lacks and reports whose.
func (p *plan) addNames(ctx context.Context, tx *store.Tx) (map[string]bool, error) {
	whose := map[string]bool{}
	var rows []*aliasRow
	for _, r := range p.taken {
		for _, n := range r.names() {
			if p.stored[n.key] {
				continue
			}
			whose[r.Code] = true
			rows = append(rows, &aliasRow{FirmID: p.known[r.Code].ID, Alias: n.text, AliasKey: n.key, CreatedAt: store.At(tx.Now)})
		}
	}
	return whose, insertAliases(ctx, tx, rows)
}
