// Package account keeps the people who sign in: staff, and staff of firms.
package account

import (
	"context"
	"errors"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// User is a person with an account.
type User struct {
	ID         int64
	Email      string
	Name       string
	Role       access.Role
	UnitID     int64 // 0: of no unit
	UnitCode   string
	FirmID     int64 // for role firm
	Lang       string
	OTP        bool // a second factor is set
	CreatedAt  time.Time
	DisabledAt time.Time
	Version    int64
}

// Actor is the user as commands see it.
func (u *User) Actor() access.Actor {
	return access.Actor{Role: u.Role, UserID: u.ID, Name: u.Name, UnitID: u.UnitID, FirmID: u.FirmID, Lang: u.Lang}
}

// NewUser is the request to make an account.
type NewUser struct {
	Email, Name string
	Role        access.Role
	Unit        string // code
	FirmID      int64
	Lang        string
	Password    string
}

// Unit is a part of the office that works a queue.
type Unit struct {
	ID             int64
	Code           string
	NameZH, NameEN string
}

// SessionKind is how a token travels.
type SessionKind string

// A cookie of the pages, or a bearer token of the API.
const (
	Cookie SessionKind = "cookie"
	Bearer SessionKind = "bearer"
)

// Credentials are what somebody signs in with.
type Credentials struct {
	Email, Password, OTP string
	Address              string
	Kind                 SessionKind
}

// Session is a fresh sign-in. Token is shown once and stored hashed.
type Session struct {
	Token     string
	ExpiresAt time.Time
	User      *User
}

// Service does what this package does.
type Service struct {
	db     *store.DB
	log    *audit.Log
	policy *access.Policy
	keys   *seal.Keys
	cost   Cost
}

// Cost is what hashing a password takes.
type Cost struct {
	MemoryKiB, Time uint32
}

// The costs: of production, and of tests and the demo's seed.
var (
	Strong = Cost{19 * 1024, 2}
	Cheap  = Cost{64, 1}
)

// New returns the service.
func New(db *store.DB, log *audit.Log, policy *access.Policy, keys *seal.Keys, cost Cost) *Service {
	return &Service{db, log, policy, keys, cost}
}

var errStub = errors.ErrUnsupported

// Create makes an account. Invalid, Forbidden, Conflict.
func (s *Service) Create(ctx context.Context, by access.Actor, n NewUser) (*User, error) {
	return nil, errStub
}

// Users lists all accounts.
func (s *Service) Users(ctx context.Context, by access.Actor) ([]User, error) { return nil, errStub }

// Disable ends an account and its sessions.
func (s *Service) Disable(ctx context.Context, by access.Actor, email string) error { return errStub }

// Reset gives an account a new password, ends its sessions and removes its second factor.
func (s *Service) Reset(ctx context.Context, by access.Actor, email, password string) error {
	return errStub
}

// SignIn checks credentials and opens a session. Unauthenticated (alike for unknown names), TooMany with RetryAfter.
func (s *Service) SignIn(ctx context.Context, c Credentials) (*Session, error) { return nil, errStub }

// Authenticate finds who holds a token. Unauthenticated.
func (s *Service) Authenticate(ctx context.Context, token string, kind SessionKind) (*User, time.Time, error) {
	return nil, time.Time{}, errStub
}

// SignOut ends the session of a token.
func (s *Service) SignOut(ctx context.Context, token string) error { return errStub }

// Units lists the units.
func (s *Service) Units(ctx context.Context) ([]Unit, error) { return nil, errStub }

// CreateUnit makes a unit.
func (s *Service) CreateUnit(ctx context.Context, by access.Actor, u Unit) (*Unit, error) {
	return nil, errStub
}

// Officers lists the active reviewers of a unit (0: of all units).
func (s *Service) Officers(ctx context.Context, unitID int64) ([]User, error) { return nil, errStub }

// Officer finds an active reviewer by id or e-mail, inside an open transaction. Invalid when there is none.
func (s *Service) Officer(ctx context.Context, tx *store.Tx, idOrEmail string) (*User, error) {
	return nil, errStub
}

// Names gives the names of users by id, inside an open transaction.
func (s *Service) Names(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]string, error) {
	return nil, errStub
}

// NeedsSetUp reports whether there is no account yet.
func (s *Service) NeedsSetUp(ctx context.Context) (bool, error) { return false, errStub }

// NewSetUpCode makes the one-time code of the first start.
func (s *Service) NewSetUpCode(ctx context.Context) (string, error) { return "", errStub }

// SetUp makes the first administrator with the one-time code.
func (s *Service) SetUp(ctx context.Context, code string, n NewUser) (*User, error) {
	return nil, errStub
}
