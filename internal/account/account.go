// Package account keeps the people who sign in: staff, and staff of firms. It
// holds passwords (Argon2id), second factors (RFC 6238), sessions and the
// back-off against guessing.
//
// There is no default password: the first administrator is made with a one-time
// code that the first start prints. Whether a name exists shows neither in the
// answer to a sign-in nor in the work it takes. The package does not promise to
// hold off somebody who knows the password and holds the second factor.
package account

import (
	"runtime"
	"sync"
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
	turns  chan struct{} // bounds how many passwords are hashed at once
	dummy  func() string // the hash that unknown names are checked against
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
	return &Service{db, log, policy, keys, cost, make(chan struct{}, runtime.NumCPU()),
		sync.OnceValue(func() string { return hashPassword(seal.NewToken(), cost) })}
}
