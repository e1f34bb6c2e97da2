package casework

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"dunwatch/internal/calendar"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// texts is a list of words, stored as JSON.
func texts(list []string) string {
	if list == nil {
		list = []string{}
	}
	b, err := json.Marshal(list)
	if err != nil {
		panic(err) // a list of strings always encodes
	}
	return string(b)
}

func parseTexts(s string) ([]string, error) {
	var list []string
	if err := json.Unmarshal([]byte(s), &list); err != nil {
		return nil, fmt.Errorf("read list %q: %w", s, err)
	}
	return list, nil
}

type findingRow struct {
	ID           int64
	CaseID       int64
	Number       int
	Code         string
	Severity     int
	Outcome      string
	ActedOn      calendar.Date
	Standards    string
	Bases        string
	Reasons      string
	Evidence     string
	FirmID       store.ID
	Rulebook     string
	FoundAt      store.Time
	FoundOn      calendar.Date
	FoundBy      int64
	SupersededBy store.ID
}

func (findingRow) TableName() string { return "findings" }

func (r *findingRow) load() (f Finding, err error) {
	f = Finding{
		ID: r.ID, Number: r.Number, Code: r.Code, Severity: r.Severity, Outcome: r.Outcome, ActedOn: r.ActedOn, Reasons: r.Reasons,
		FirmID: int64(r.FirmID), Rulebook: r.Rulebook, FoundAt: r.FoundAt.Time(), FoundBy: r.FoundBy, SupersededBy: int64(r.SupersededBy),
	}
	if f.Standards, err = parseTexts(r.Standards); err != nil {
		return f, err
	}
	if f.Bases, err = parseTexts(r.Bases); err != nil {
		return f, err
	}
	f.Evidence, err = parseTexts(r.Evidence)
	return f, err
}

func insertFinding(ctx context.Context, tx *store.Tx, caseID int64, f *Finding, on calendar.Date) error {
	r := &findingRow{
		CaseID: caseID, Number: f.Number, Code: f.Code, Severity: f.Severity, Outcome: f.Outcome, ActedOn: f.ActedOn,
		Standards: texts(f.Standards), Bases: texts(f.Bases), Reasons: f.Reasons, Evidence: texts(f.Evidence),
		FirmID: store.ID(f.FirmID), Rulebook: f.Rulebook, FoundAt: store.At(f.FoundAt), FoundOn: on, FoundBy: f.FoundBy,
	}
	if err := store.Insert(ctx, tx, r); err != nil {
		return fmt.Errorf("insert finding: %w", err)
	}
	f.ID = r.ID
	return nil
}

type findingCheckRow struct {
	ID        int64
	FindingID int64
	Rule      string
	Rulebook  string
	Side      string
	Hits      int64
	Places    string
}

func (findingCheckRow) TableName() string { return "finding_checks" }

func insertCheck(ctx context.Context, tx *store.Tx, findingID int64, c *Check) error {
	places, err := json.Marshal(c.Places)
	if err != nil {
		return err
	}
	r := &findingCheckRow{FindingID: findingID, Rule: c.Rule, Rulebook: c.Rulebook, Side: c.Side, Hits: int64(c.Hits), Places: string(places)}
	if err := store.Insert(ctx, tx, r); err != nil {
		return fmt.Errorf("insert check of finding: %w", err)
	}
	return nil
}

// checksOf loads the checks on which findings rest, by the findings' ids.
func checksOf(ctx context.Context, tx *store.Tx, findings []int64) (map[int64]*Check, error) {
	rows, err := gorm.G[findingCheckRow](tx.DB).Where("finding_id IN ?", findings).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load checks of findings: %w", err)
	}
	out := map[int64]*Check{}
	for _, r := range rows {
		c := &Check{Rule: r.Rule, Rulebook: r.Rulebook, Side: r.Side, Hits: int(r.Hits)}
		if err := json.Unmarshal([]byte(r.Places), &c.Places); err != nil {
			return nil, fmt.Errorf("read check of finding %d: %w", r.FindingID, err)
		}
		out[r.FindingID] = c
	}
	return out, nil
}

func supersede(ctx context.Context, tx *store.Tx, old, by int64) error {
	if err := store.Amend[findingRow](ctx, tx, old, store.Set("superseded_by", by)); err != nil {
		return fmt.Errorf("supersede finding %d: %w", old, err)
	}
	return nil
}

// loadFindings lists all findings of a case by number, with the names of who found.
func (s *Service) loadFindings(ctx context.Context, tx *store.Tx, caseID int64) ([]Finding, error) {
	rows, err := gorm.G[findingRow](tx.DB).Where("case_id = ?", caseID).Order("number").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load findings: %w", err)
	}
	var users ids
	out := make([]Finding, len(rows))
	for i := range rows {
		if out[i], err = rows[i].load(); err != nil {
			return nil, err
		}
		users.add(out[i].FoundBy)
	}
	names, err := s.d.Accounts.Names(ctx, tx, users.list)
	if err != nil {
		return nil, err
	}
	list := make([]int64, len(out))
	for i := range out {
		out[i].FoundByName = names[out[i].FoundBy]
		list[i] = out[i].ID
	}
	if len(list) == 0 {
		return out, nil
	}
	checks, err := checksOf(ctx, tx, list)
	for i := range out {
		out[i].Check = checks[out[i].ID]
	}
	return out, err
}

// evidenceNumbers are the numbers of a complaint's files.
func evidenceNumbers(ctx context.Context, tx *store.Tx, complaintID int64) (map[int]bool, error) {
	rows, err := tx.Rows(ctx, "SELECT number FROM evidence WHERE complaint_id = ?", complaintID)
	if err != nil {
		return nil, fmt.Errorf("list evidence: %w", err)
	}
	defer rows.Close()
	out := map[int]bool{}
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			return nil, fmt.Errorf("list evidence: %w", err)
		}
		out[n] = true
	}
	return out, rows.Err()
}

type noteRow struct {
	ID     int64
	CaseID int64
	At     store.Time
	UserID int64
	Body   seal.Sealed
}

func (noteRow) TableName() string { return "case_notes" }

func insertNote(ctx context.Context, tx *store.Tx, caseID, userID int64, body seal.Sealed) (int64, error) {
	r := &noteRow{CaseID: caseID, At: store.At(tx.Now), UserID: userID, Body: body}
	if err := store.Insert(ctx, tx, r); err != nil {
		return 0, fmt.Errorf("insert note: %w", err)
	}
	return r.ID, nil
}

func loadNotes(ctx context.Context, tx *store.Tx, caseID int64) ([]noteRow, error) {
	rows, err := gorm.G[noteRow](tx.DB).Where("case_id = ?", caseID).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load notes: %w", err)
	}
	return rows, nil
}

// FindingsByID loads findings inside an open transaction, whoever asks, the superseded ones too. For enforcement.
func (s *Service) FindingsByID(ctx context.Context, tx *store.Tx, list []int64) (map[int64]Finding, error) {
	out := map[int64]Finding{}
	if len(list) == 0 {
		return out, nil
	}
	rows, err := gorm.G[findingRow](tx.DB).Where("id IN ?", list).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load findings: %w", err)
	}
	for i := range rows {
		f, err := rows[i].load()
		if err != nil {
			return nil, err
		}
		out[f.ID] = f
	}
	return out, nil
}
