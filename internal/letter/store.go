package letter

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

type letterRow struct {
	ID          int64
	Number      *string // NULL until issued
	Kind        string
	Template    string
	ComplaintID int64
	CaseID      store.ID
	ForwardID   store.ID
	Recipient   string
	FirmID      store.ID
	Authority   string
	Lang        string
	TitleZH     string      `gorm:"column:title_zh"`
	TitleEN     string      `gorm:"column:title_en"`
	BodyZH      seal.Sealed `gorm:"column:body_zh"`
	BodyEN      seal.Sealed `gorm:"column:body_en"`
	Notices     seal.Sealed
	Status      string
	WrittenAt   store.Time
	WrittenBy   store.ID
	ReadAt      store.Time
	ReadBy      store.ID
	IssuedAt    store.Time
	IssuedOn    calendar.Date
	Version     int64
}

func (letterRow) TableName() string { return "letters" }

type eventRow struct {
	ID        int64
	LetterID  int64
	At        store.Time
	Kind      string
	ActorRole string
	ActorID   store.ID
	OnDate    calendar.Date
	Note      string
}

func (eventRow) TableName() string { return "letter_events" }

type templateRow struct {
	ID            int64
	Kind          string
	Lang          string
	Number        int64
	Title         string
	Body          string
	SecondReading store.Bool
	Note          string
	At            store.Time
	UserID        int64
}

func (templateRow) TableName() string { return "letter_templates" }

func (r *letterRow) letter() *Letter {
	l := &Letter{ID: r.ID, Kind: r.Kind, Template: r.Template, ComplaintID: r.ComplaintID, CaseID: int64(r.CaseID),
		ForwardID: int64(r.ForwardID), FirmID: int64(r.FirmID), To: Recipient(r.Recipient), Authority: r.Authority, Lang: r.Lang,
		TitleZH: r.TitleZH, TitleEN: r.TitleEN, Status: Status(r.Status), WrittenBy: int64(r.WrittenBy), ReadBy: int64(r.ReadBy),
		WrittenAt: r.WrittenAt.Time(), IssuedAt: r.IssuedAt.Time(), IssuedOn: r.IssuedOn, Delivery: None, Version: r.Version}
	if r.Number != nil {
		l.Number = *r.Number
	}
	return l
}

// event adds a line to what happened to a letter.
func event(ctx context.Context, tx *store.Tx, by access.Actor, id int64, kind string, on calendar.Date, note string) error {
	return store.Insert(ctx, tx, &eventRow{LetterID: id, At: store.At(tx.Now), Kind: kind, ActorRole: string(by.Role),
		ActorID: store.ID(by.UserID), OnDate: on, Note: note})
}

// events are what happened to letters, oldest first.
func events(ctx context.Context, tx *store.Tx, ids []int64) ([]eventRow, error) {
	rows, err := gorm.G[eventRow](tx.DB).Where("letter_id IN ?", ids).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load events of letters: %w", err)
	}
	return rows, nil
}

func findRow(ctx context.Context, tx *store.Tx, id int64) (*letterRow, error) {
	r, err := gorm.G[letterRow](tx.DB).Where("id = ?", id).First(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return nil, fmt.Errorf("load letter %d: %w", id, err)
	}
	return &r, nil
}

// list loads letters, oldest first, with how far each was delivered.
func list(ctx context.Context, tx *store.Tx, where string, args ...any) ([]*Letter, error) {
	rows, err := gorm.G[letterRow](tx.DB).Where(where, args...).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("list letters: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	out, ids, byID := make([]*Letter, len(rows)), make([]int64, len(rows)), map[int64]*Letter{}
	for i := range rows {
		out[i] = rows[i].letter()
		ids[i] = rows[i].ID
		byID[rows[i].ID] = out[i]
	}
	all, err := events(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		byID[e.LetterID].deliver(e)
	}
	return out, nil
}

// newest loads the newest version of each language of a kind.
func newest(ctx context.Context, tx *store.Tx, kind string) ([]templateRow, error) {
	rows, err := gorm.G[templateRow](tx.DB).
		Where("kind = ? AND number = (SELECT MAX(t.number) FROM letter_templates t WHERE t.kind = letter_templates.kind AND t.lang = letter_templates.lang)", kind).
		Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load templates of %s: %w", kind, err)
	}
	return rows, nil
}

// versions loads every version of a kind and language, newest first.
func versions(ctx context.Context, tx *store.Tx, kind string, lang locale.Lang) ([]templateRow, error) {
	rows, err := gorm.G[templateRow](tx.DB).Where("kind = ? AND lang = ?", kind, string(lang)).Order("number DESC").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load versions of %s: %w", kind, err)
	}
	return rows, nil
}

// waitingSQL names the kind in the text, not as an argument: else no database would use the partial index.
const waitingSQL = `SELECT id, at, letter_id, note FROM letter_events WHERE kind = 'queued' AND at >= ? AND (at > ? OR id > ?)
	AND NOT EXISTS (SELECT 1 FROM letter_events e WHERE e.letter_id = letter_events.letter_id AND e.kind IN ('notified', 'failed'))
	ORDER BY at, id LIMIT ?`

// waiting loads the letters whose notices are in the outbox without an outcome, by the event that queued them: those after
// the event named, oldest first.
func waiting(ctx context.Context, tx *store.Tx, after eventRow, limit int) ([]eventRow, error) {
	rows, err := tx.Rows(ctx, waitingSQL, int64(after.At), int64(after.At), after.ID, limit)
	if err != nil {
		return nil, fmt.Errorf("load letters on their way: %w", err)
	}
	defer rows.Close()
	var out []eventRow
	for rows.Next() {
		var e eventRow
		if err := rows.Scan(&e.ID, &e.At, &e.LetterID, &e.Note); err != nil {
			return nil, fmt.Errorf("load letters on their way: %w", err)
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// insertTemplate stores a version of a template. Conflict when somebody else stored that version first.
func insertTemplate(ctx context.Context, tx *store.Tx, by access.Actor, t *Template) error {
	err := store.Insert(ctx, tx, &templateRow{Kind: t.Kind, Lang: string(t.Lang), Number: t.Number, Title: t.Title, Body: t.Body,
		SecondReading: store.Bool(t.SecondReading), Note: t.Note, At: store.At(tx.Now), UserID: by.UserID})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return fault.New(fault.Conflict, "fault.stale")
	}
	return err
}
