package complaint

import (
	"fmt"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/firm"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
	"dunwatch/internal/notify"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// Service answers for complaints. It is safe for concurrent use.
type Service struct {
	db        *store.DB
	log       *audit.Log
	policy    *access.Policy
	keys      *seal.Keys
	book      *rulebook.Book
	calendars map[string]*calendar.Calendar
	zone      *time.Location
	firms     *firm.Service
	notify    *notify.Service
	letters   *letter.Service
	words     *locale.Catalog
	track     string
	guesses   *guesses
}

// Deps are what New needs.
type Deps struct {
	DB        *store.DB
	Log       *audit.Log
	Policy    *access.Policy
	Keys      *seal.Keys
	Book      *rulebook.Book
	Calendars map[string]*calendar.Calendar
	Zone      *time.Location // the regulator's
	Firms     *firm.Service
	Notify    *notify.Service
	Letters   *letter.Service
	Words     *locale.Catalog
	TrackURL  string // where a complainant follows a case, for messages: https://…/track
}

// New returns the service.
func New(d Deps) *Service {
	return &Service{d.DB, d.Log, d.Policy, d.Keys, d.Book, d.Calendars, d.Zone, d.Firms, d.Notify, d.Letters, d.Words, d.TrackURL, newGuesses()}
}

// today is the office's day at the moment of the transaction.
func (s *Service) today(tx *store.Tx) calendar.Date { return calendar.OfTime(tx.Now.In(s.zone)) }

// pack is the law under which a stored complaint was filed.
func (s *Service) pack(c *Complaint) (*rulebook.Pack, error) {
	p, ok := s.book.Pack(c.Pack)
	if !ok {
		return nil, fmt.Errorf("complaint %s: no rulebook %q is loaded", c.Reference, c.Pack)
	}
	return p, nil
}

// calendar is the working-day calendar of a pack.
func (s *Service) calendar(p *rulebook.Pack) (*calendar.Calendar, error) {
	cal, ok := s.calendars[p.Calendar]
	if !ok {
		return nil, fmt.Errorf("pack %s: no calendar %q is loaded", p.ID, p.Calendar)
	}
	return cal, nil
}
