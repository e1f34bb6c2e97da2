// Package linkage answers who is behind many complaints (串并): which complaints name the same telephone, account or chat
// of a collector, which are told in nearly the same words, and which say the same thing twice.
//
// Everything here is a hint with its reason, and a person decides. A shared number links complaints, weighted by how much
// it tells; a link is confirmed or dismissed with a reason, and holds in both directions. A cluster of like texts has two
// honest readings, one script used on many people or one hand filing for many, and the package says which facts speak for
// which; it closes nothing and orders nothing. A duplicate points at its original and counts as received like any filing.
//
// What somebody may not see stays hidden: complaints out of the actor's reach, and those whose complainant is sheltered
// from the actor, are counted and never named. Numbers of collectors are stored readable, as the complaint that names them
// is: they are searched, and they stand in the narrative anyway. They are personal data all the same; looking one up is an
// entry of the record, and no address of a page holds one.
//
// Identifiers, sketches and clusters are computed beside the filing, by Run, and can be computed again.
package linkage

import (
	"sync"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/firm"
	"dunwatch/internal/store"
)

// Deps are what New needs.
type Deps struct {
	DB         *store.DB
	Log        *audit.Log
	Policy     *access.Policy
	Zone       *time.Location // the regulator's
	Accounts   *account.Service
	Firms      *firm.Service
	Complaints *complaint.Service
	Cases      *casework.Service
}

// Service does what this package does. It is safe for concurrent use.
type Service struct {
	d Deps

	mu     sync.Mutex
	viewed map[view]time.Time
}

// New returns the service.
func New(d Deps) *Service { return &Service{d: d, viewed: map[view]time.Time{}} }

// view is who looked at which cluster.
type view struct{ cluster, user int64 }

// viewEvery is how often one person's looks at one cluster are recorded, and maxViews bounds what is remembered of them.
const (
	viewEvery = time.Hour
	maxViews  = 10_000
)

// unseen reports whether a look is to be recorded, and remembers it.
func (s *Service) unseen(v view, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.viewed[v]; ok && now.Sub(at) < viewEvery {
		return false
	}
	if len(s.viewed) >= maxViews {
		clear(s.viewed)
	}
	s.viewed[v] = now
	return true
}
