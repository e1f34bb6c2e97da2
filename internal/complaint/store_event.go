package complaint

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"dunwatch/internal/access"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

type assignment = clause.Assignment

type eventRow struct {
	ID          int64
	ComplaintID int64
	At          store.Time
	Kind        string
	ActorRole   string
	ActorID     store.ID
	Shown       store.Bool
	Note        string
}

func (eventRow) TableName() string { return "complaint_events" }

type messageRow struct {
	ID          int64
	ComplaintID int64
	At          store.Time
	FromStaff   store.Bool
	UserID      store.ID
	Body        seal.Sealed
}

func (messageRow) TableName() string { return "messages" }

// note adds a line to the complaint's timeline.
func note(ctx context.Context, tx *store.Tx, by access.Actor, complaintID int64, kind string, shown bool, text string) error {
	return store.Insert(ctx, tx, &eventRow{
		ComplaintID: complaintID, At: store.At(tx.Now), Kind: kind, ActorRole: string(by.Role), ActorID: store.ID(by.UserID),
		Shown: store.Bool(shown), Note: text,
	})
}

// events are the lines of a timeline, oldest first.
func events(ctx context.Context, tx *store.Tx, complaintID int64, shownOnly bool) ([]Event, error) {
	q := gorm.G[eventRow](tx.DB).Where("complaint_id = ?", complaintID)
	if shownOnly {
		q = q.Where("shown = 1")
	}
	rows, err := q.Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load events: %w", err)
	}
	out := make([]Event, len(rows))
	for i, r := range rows {
		out[i] = Event{At: r.At.Time(), Kind: r.Kind, ActorRole: r.ActorRole, ActorID: int64(r.ActorID), Shown: bool(r.Shown), Note: r.Note}
		if shownOnly {
			out[i].ActorID = 0 // who in the office did it is not the complainant's to know
		}
	}
	return out, nil
}

func insertMessage(ctx context.Context, tx *store.Tx, by access.Actor, complaintID int64, body seal.Sealed) (*messageRow, error) {
	r := &messageRow{ComplaintID: complaintID, At: store.At(tx.Now), FromStaff: by.Role != access.Borrower, UserID: store.ID(by.UserID), Body: body}
	if err := store.Insert(ctx, tx, r); err != nil {
		return nil, err
	}
	return r, nil
}

func messages(ctx context.Context, tx *store.Tx, complaintID int64) ([]messageRow, error) {
	rows, err := gorm.G[messageRow](tx.DB).Where("complaint_id = ?", complaintID).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load messages: %w", err)
	}
	return rows, nil
}
