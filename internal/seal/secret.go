package seal

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// accessCodeDigits gives 66 bits: more than anybody can try, and still read out
// over the telephone.
const accessCodeDigits = 20

var accessCodes = new(big.Int).Exp(big.NewInt(10), big.NewInt(accessCodeDigits), nil)

// NewAccessCode returns the secret with which a borrower follows a case: 20
// random digits in groups of four. It is shown once; only its hash is stored.
func NewAccessCode() string {
	n, err := rand.Int(rand.Reader, accessCodes)
	if err != nil {
		panic("seal: random: " + err.Error()) // crypto/rand never fails (Go 1.24)
	}
	s := fmt.Sprintf("%0*d", accessCodeDigits, n)
	groups := make([]string, 0, accessCodeDigits/4)
	for ; s != ""; s = s[4:] {
		groups = append(groups, s[:4])
	}
	return strings.Join(groups, " ")
}

// NormaliseAccessCode returns the 20 digits of a code as a person typed it: with
// spaces, hyphens and full-width digits, and with the invisible marks that come
// with copied text. ok is false for anything else.
func NormaliseAccessCode(s string) (code string, ok bool) {
	var b strings.Builder
	for _, r := range width.Fold.String(s) {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.IsSpace(r), unicode.In(r, unicode.Pd, unicode.Cf), r == '−':
		default:
			return "", false
		}
	}
	return b.String(), b.Len() == accessCodeDigits
}

// HashAccessCode is the keyed hash of a code as typed, 32 bytes, or nil for what
// cannot be a code. It is keyed, because 66 bits are within reach of somebody
// who has the database and much hardware, but not without the key.
func (k *Keys) HashAccessCode(code string) []byte {
	c, ok := NormaliseAccessCode(code)
	if !ok {
		return nil
	}
	return mac(k.ring[0].code, c)
}

// CheckAccessCode reports whether code, as typed, is the one of which stored is
// the hash, under any key of the ring. It takes the same time whether the code
// is wrong or stored is empty: call it with nil where the reference is unknown,
// so that time does not tell which cases exist.
func (k *Keys) CheckAccessCode(code string, stored []byte) bool {
	c, ok := NormaliseAccessCode(code)
	match := false
	for _, z := range k.ring {
		if hmac.Equal(mac(z.code, c), padded(stored)) {
			match = true
		}
	}
	return match && ok && len(stored) == sha256.Size
}

// padded makes every comparison one of 32 bytes.
func padded(b []byte) []byte {
	out := make([]byte, sha256.Size)
	copy(out, b)
	return out
}

// NewToken returns a bearer secret of 256 random bits, 43 characters of base64url.
func NewToken() string { return base64.RawURLEncoding.EncodeToString(randomKey()) }

// HashToken is the form in which a token is stored and looked up: SHA-256. A
// slow or keyed hash would add nothing, since 256 bits cannot be guessed.
func HashToken(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}
