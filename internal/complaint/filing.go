package complaint

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"dunwatch/internal/ident"
)

// clean gives every text of a filing the form in which it is checked and kept:
// Unicode NFC, no blanks around it. Nothing is folded further: a person's name
// must stay as the person writes it. Numbers get the one form in which equal
// means equal. An anonymous filing loses its particulars here, before anything
// could store them.
func (f Filing) clean() Filing {
	for _, p := range f.texts() {
		*p.value = tidy(*p.value)
	}
	f.Channels, f.Violations = unique(f.Channels), unique(f.Violations)
	accused := make([]Accused, 0, len(f.Accused))
	for _, a := range f.Accused {
		a.Kind, a.Value = strings.TrimSpace(a.Kind), tidy(a.Value)
		if a.Kind == "" && a.Value == "" {
			continue // an empty line of the form
		}
		accused = append(accused, a)
	}
	f.Accused = accused
	if f.Track == "" {
		f.Track = TrackComplaint
	}
	if f.Anonymous {
		f.Complainant = Complainant{Region: f.Complainant.Region}
	}
	return f
}

// tidy is NFC without blanks around it, with plain line ends, and without the
// marks that turn the direction of reading: numbers copied from an address book
// carry them, and a screen that obeys them shows another text than is stored.
func tidy(s string) string {
	if !utf8.ValidString(s) {
		return s // refused by the check of texts; mapping would mend it in silence
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		if r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, norm.NFC.String(s))
	return strings.TrimSpace(s)
}

// text is one free text of a filing with its name in the JSON body and the most
// code points that it may have.
type text struct {
	name  string
	value *string
	max   int
	lines bool // line ends are allowed
}

const (
	maxNarrative = 5000
	maxName      = 100
	maxParty     = 200
	maxAccused   = 20
	maxLoanFen   = 1e13 // a hundred thousand million yuan: a slip in typing, not a loan
)

func (f *Filing) texts() []text {
	c := &f.Complainant
	return []text{
		{"pack", &f.Pack, 10, false}, {"language", &f.Language, 10, false}, {"track", (*string)(&f.Track), 20, false},
		{"complainant.name", &c.Name, maxName, false}, {"complainant.id_number", &c.IDNumber, 40, false},
		{"complainant.phone", &c.Phone, 40, false}, {"complainant.email", &c.Email, 254, false},
		{"complainant.address", &c.Address, 300, true}, {"complainant.region", &c.Region, 12, false},
		{"lender.code", &f.Lender.Code, 40, false}, {"lender.name", &f.Lender.Name, maxParty, false},
		{"agency.code", &f.Agency.Code, 40, false}, {"agency.name", &f.Agency.Name, maxParty, false},
		{"occurred_from", &f.OccurredFrom, 10, false}, {"occurred_to", &f.OccurredTo, 10, false},
		{"narrative", &f.Narrative, maxNarrative, true}, {"demand", &f.Demand, 2000, true},
		{"loan.product", &f.Loan.Product, 100, false}, {"loan.contract_date", &f.Loan.ContractDate, 10, false},
	}
}

// unique drops blanks and repetitions and keeps the order.
func unique(list []string) []string {
	var out []string
	for _, s := range list {
		s = strings.TrimSpace(s)
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// unwanted reports what no honest text holds: broken UTF-8 and control
// characters.
func unwanted(s string, lines bool) bool {
	if !utf8.ValidString(s) {
		return true
	}
	for _, r := range s {
		switch {
		case lines && (r == '\n' || r == '\t'):
		case unicode.IsControl(r):
			return true
		}
	}
	return false
}

// accusedKey is the form in which an accused's number meets the same number in
// another complaint; what identifies nobody stays as it was typed.
func accusedKey(a Accused) string {
	if id, ok := ident.NewIdentifier(a.Kind, a.Value); ok {
		return id.Key
	}
	return strings.ToLower(norm.NFKC.String(ident.NormaliseDigits(a.Value)))
}

// contentHash is the SHA-256 of what was told, for the record and the receipt.
// The complainant's particulars are left out, because the record outlives their
// key and a hash of a telephone number can be guessed; they are vouched for by
// the keyed digest of the row.
func (f Filing) contentHash() (string, error) {
	f.Complainant = Complainant{Region: f.Complainant.Region}
	b, err := json.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("hash filing: %w", err)
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:]), nil
}

// nameKey is the form of a person's name for exact search.
func nameKey(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(norm.NFC.String(name)), ""))
}
