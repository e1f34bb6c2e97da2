package brief

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

type briefRow struct {
	ID          int64
	Reference   string
	CaseID      int64
	Pack        string
	Period      calendar.Month
	State       string
	FirmKind    string
	Codes       string // with blanks between
	Rules       string
	TitleZh     string
	HappenedZh  string
	RuleZh      string
	OutcomeZh   string
	TitleEn     string
	HappenedEn  string
	RuleEn      string
	OutcomeEn   string
	Digest      []byte
	Position    int64
	AuthorID    int64
	WrittenAt   store.Time
	SubmittedAt store.Time
	ApprovedBy  store.ID
	ApprovedAt  store.Time
	WithdrawnBy store.ID
	WithdrawnAt store.Time
	Note        string
	Version     int64
}

func (briefRow) TableName() string { return "case_briefs" }

func rowOf(b *Brief) *briefRow {
	t := b.Text
	return &briefRow{Reference: b.Reference, CaseID: b.caseID, Pack: b.Case.Pack, Period: b.Month, State: string(b.State), FirmKind: b.FirmKind,
		Codes: strings.Join(b.Codes, " "), Rules: strings.Join(b.Rules, " "), TitleZh: t.TitleZH, HappenedZh: t.HappenedZH, RuleZh: t.RuleZH, OutcomeZh: t.OutcomeZH,
		TitleEn: t.TitleEN, HappenedEn: t.HappenedEN, RuleEn: t.RuleEN, OutcomeEn: t.OutcomeEN, Digest: digestOf(t), AuthorID: b.AuthorID,
		WrittenAt: store.At(b.WrittenAt), SubmittedAt: store.At(b.SubmittedAt), Note: b.Note, Version: 1}
}

func (r *briefRow) load() *Brief {
	return &Brief{id: r.ID, caseID: r.CaseID, Reference: r.Reference, Month: r.Period, State: State(r.State), FirmKind: r.FirmKind, Codes: strings.Fields(r.Codes), Rules: strings.Fields(r.Rules),
		Text:     Text{r.TitleZh, r.HappenedZh, r.RuleZh, r.OutcomeZh, r.TitleEn, r.HappenedEn, r.RuleEn, r.OutcomeEn},
		Position: int(r.Position), AuthorID: r.AuthorID, WrittenAt: r.WrittenAt.Time(), SubmittedAt: r.SubmittedAt.Time(), ApprovedAt: r.ApprovedAt.Time(), WithdrawnAt: r.WithdrawnAt.Time(),
		Note: r.Note, Version: r.Version, digest: r.Digest, approverID: int64(r.ApprovedBy), withdrawerID: int64(r.WithdrawnBy)}
}

// findBriefs loads briefs with their cases and the names of who dealt with them.
func (s *Service) findBriefs(ctx context.Context, tx *store.Tx, where string, args ...any) ([]Brief, error) {
	rows, err := gorm.G[briefRow](tx.DB).Where(where, args...).Order("period DESC, position, id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load briefs: %w", err)
	}
	var cases, users []int64
	for _, r := range rows {
		cases, users = append(cases, r.CaseID), append(users, r.AuthorID, int64(r.ApprovedBy), int64(r.WithdrawnBy))
	}
	if len(rows) == 0 {
		return nil, nil
	}
	list, err := s.d.Cases.FindAll(ctx, tx, cases)
	if err != nil {
		return nil, err
	}
	names, err := s.d.Accounts.Names(ctx, tx, users)
	if err != nil {
		return nil, err
	}
	out := make([]Brief, 0, len(rows))
	for i := range rows {
		b := rows[i].load()
		b.Case, b.Author, b.Approver, b.WithdrawnBy = list[b.caseID], names[b.AuthorID], names[b.approverID], names[b.withdrawerID]
		out = append(out, *b)
	}
	return out, nil
}

// find is a brief by its reference, whoever asks. NotFound.
func (s *Service) find(ctx context.Context, tx *store.Tx, ref string) (*Brief, error) {
	prefix, year, serial, err := ident.ParseReference(ref)
	if err != nil || prefix != "B" {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	list, err := s.findBriefs(ctx, tx, "reference = ?", ident.NewReference(prefix, year, serial))
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	return &list[0], nil
}

// insert stores a new brief. Conflict where the case is told already.
func insert(ctx context.Context, tx *store.Tx, b *Brief) error {
	r := rowOf(b)
	err := store.Insert(ctx, tx, r)
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return fault.New(fault.Conflict, "brief.told_already")
	}
	if err != nil {
		return err
	}
	b.id, b.Version, b.digest = r.ID, 1, r.Digest
	return nil
}

// rewrite stores what a draft says now.
func rewrite(ctx context.Context, tx *store.Tx, b *Brief) error {
	r := rowOf(b)
	err := store.Update[briefRow](ctx, tx, b.id, b.Version, store.Set("period", r.Period), store.Set("state", r.State), store.Set("firm_kind", r.FirmKind), store.Set("codes", r.Codes),
		store.Set("rules", r.Rules), store.Set("title_zh", r.TitleZh), store.Set("happened_zh", r.HappenedZh), store.Set("rule_zh", r.RuleZh), store.Set("outcome_zh", r.OutcomeZh),
		store.Set("title_en", r.TitleEn), store.Set("happened_en", r.HappenedEn), store.Set("rule_en", r.RuleEn), store.Set("outcome_en", r.OutcomeEn),
		store.Set("digest", r.Digest), store.Set("submitted_at", r.SubmittedAt), store.Set("note", r.Note))
	if err == nil {
		b.Version, b.digest = b.Version+1, r.Digest
	}
	return err
}

// texts runs a query for one column of text.
func texts(ctx context.Context, tx *store.Tx, query string, args ...any) (out []string, err error) {
	rows, err := tx.Rows(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var x string
		if err := rows.Scan(&x); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// count runs a query for one number.
func count(ctx context.Context, tx *store.Tx, query string, args ...any) (n int64, err error) {
	rows, err := tx.Rows(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	if rows.Next() {
		err = rows.Scan(&n)
	}
	return n, errors.Join(err, rows.Err())
}
