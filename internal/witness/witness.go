// Package witness takes what relatives and colleagues say about being contacted by a collector: the side-channel of a
// complaint.
//
// The complainant or an officer makes a link for one person. Whoever opens it learns that the regulator asks about calls and
// messages from collectors, and nothing else: not who complained, not about whom, not what for. The link works once and for
// two weeks; only a hash of its secret is kept. What the witness says becomes a numbered statement (W-1, W-2 …) of the
// complaint, sealed with the complaint's key, with a record of who read it. The complainant does not read it unless an officer
// releases it: a witness may say what they would not say to a relative's face.
//
// What the package does not promise: that the person who answers is the one whom the link was meant for.
package witness

import (
	"encoding/json"
	"strconv"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit"
	"dunwatch/internal/complaint"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// Deps are what New needs.
type Deps struct {
	DB         *store.DB
	Log        *audit.Log
	Policy     *access.Policy
	Accounts   *account.Service
	Complaints *complaint.Service
}

// Service does what this package does. It is safe for concurrent use.
type Service struct{ d Deps }

// New returns the service.
func New(d Deps) *Service { return &Service{d} }

const (
	// Lasting is how long a link works.
	Lasting = 14 * 24 * time.Hour
	// maxOpen is how many links of one complaint may wait at once: a family and some colleagues, not a mailing.
	maxOpen  = 10
	maxLabel = 40
)

// States of a link, keys of web/locales under "witness.states".
const (
	Waiting = "waiting"
	Used    = "used"
	Expired = "expired"
	Revoked = "revoked"
)

// Link is an invitation to one witness.
type Link struct {
	Number    int
	Label     string // for whom it is, in the words of who made it; "" once the complaint's key is destroyed
	ByStaff   bool
	CreatedAt time.Time
	ExpiresAt time.Time
	State     string
}

// What a witness can say: whether they were contacted, what they are to the person, and whether they are grown up. Keys of
// web/locales under "witness.contacts", "witness.relations" and "witness.ages".
var (
	Contacts  = []string{"yes", "no", "unsure"}
	Relations = []string{"family", "friend", "colleague", "employer", "neighbour", "other"}
	Ages      = []string{"adult", "minor", "unsaid"}
)

// Answer is what a witness sends.
type Answer struct {
	Contacted string `json:"contacted"`
	Relation  string `json:"relation"`
	Age       string `json:"age"`
	When      string `json:"when"`
	Number    string `json:"number"` // that rang or wrote
	Said      string `json:"said"`
	About     string `json:"about"` // of whom it was said
	Name      string `json:"name"`  // of the witness; may be left out, as may Reach
	Reach     string `json:"reach"`
}

// Statement is what a witness said, with how it was kept.
type Statement struct {
	Number     string // W-1
	At         time.Time
	Contacted  string
	Relation   string
	Age        string
	ReleasedAt time.Time // to the complainant; zero: not
	Answer     *Answer   // nil until it is opened
	Custody    []Custody // oldest first; with Answer
	id         int64
}

// Custody is one thing that happened to a statement: received, viewed, released.
type Custody struct {
	At   time.Time
	Kind string
	Role string
	Name string
}

// Kinds of custody, keys of web/locales under "witness.custody".
const (
	Received = "received"
	Viewed   = "viewed"
	Released = "released"
)

const (
	fieldLabel  = "witness_link.label"
	fieldAnswer = "witness_statement.answer"
)

// NumberOf is a statement's number as people write it.
func NumberOf(n int64) string { return "W-" + strconv.FormatInt(n, 10) }

func (a *Answer) seal(k *seal.DataKey) (seal.Sealed, error) {
	b, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	return k.Seal(fieldAnswer, string(b))
}
