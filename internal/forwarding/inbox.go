package forwarding

import (
	"context"
	"fmt"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/store"
)

// Tab is a part of a firm's list.
type Tab string

// Open waits for the firm; late is the part of it past its due date; answered waits for the office or the complainant.
const (
	TabOpen     Tab = "open"
	TabLate     Tab = "late"
	TabAnswered Tab = "answered"
	TabEnded    Tab = "ended"
)

// Tabs lists them in the order of the page.
var Tabs = []Tab{TabOpen, TabLate, TabAnswered, TabEnded}

// InboxFilter of a firm's list. Zero values: the open ones, from the start, 50.
type InboxFilter struct {
	Tab    Tab
	Q      string // part of a forward's reference
	Cursor string
	Limit  int // 1..100
}

// Inbox is a page of a firm's forwards, and how many of its own there are.
type Inbox struct {
	Items      []InboxItem
	NextCursor string
	Counts     InboxCounts
}

// InboxItem is a line of a firm's list.
type InboxItem struct {
	Reference  string
	Pack       string // whose calendar its days are counted by
	Kind       Kind
	Status     Status
	SentOn     calendar.Date
	DueOn      calendar.Date // zero: not the firm's turn
	Late       bool
	FromLender bool // passed on by a lender
	AnsweredOn calendar.Date
}

// InboxCounts are of the firm's own forwards, whatever the filter.
type InboxCounts struct {
	Open, Late, Answered, Ended int64
}

// Inbox lists the forwards of the actor's own firm, and of firms merged into it. Forbidden for everybody else.
func (s *Service) Inbox(ctx context.Context, by access.Actor, f InboxFilter) (*Inbox, error) {
	f.Q = strings.TrimSpace(f.Q)
	if f.Limit < 1 || f.Limit > 100 {
		f.Limit = 50
	}
	var in *Inbox
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		firms, err := s.portal(ctx, tx, by)
		if err != nil {
			return err
		}
		if in, err = s.inboxPage(ctx, tx, firms, f, s.today(tx)); err != nil {
			return err
		}
		in.Counts, err = inboxCounts(ctx, tx, firms, s.today(tx))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list forwards of a firm: %w", err)
	}
	return in, nil
}

// portal is the firms for which the actor acts: the own one and those merged into it. Forbidden for who is not of a firm.
func (s *Service) portal(ctx context.Context, tx *store.Tx, by access.Actor) ([]int64, error) {
	if !by.Role.OfFirm() || by.FirmID == 0 {
		return nil, access.Denied(by)
	}
	if err := s.d.Policy.May(by, access.UseFirmPortal); err != nil {
		return nil, err
	}
	return s.ownFirms(ctx, tx, by.FirmID)
}

func (s *Service) ownFirms(ctx context.Context, tx *store.Tx, firmID int64) ([]int64, error) {
	merged, err := s.d.Firms.Absorbed(ctx, tx, firmID)
	return append([]int64{firmID}, merged...), err
}
