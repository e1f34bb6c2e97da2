package cfpb

import "strings"

// Via is how a complaint reached the regulator, in our words.
type Via string

// The ways in. A referral comes from another authority, on paper or over the
// web ("Web Referral").
const (
	ViaUnknown  Via = ""
	ViaWeb      Via = "web"
	ViaReferral Via = "referral"
	ViaPhone    Via = "phone"
	ViaPost     Via = "post"
	ViaFax      Via = "fax"
	ViaEmail    Via = "email"
)

// ParseVia reads the column "Submitted via"; ViaUnknown for a word it does not
// know.
func ParseVia(raw string) Via {
	switch fold(raw) {
	case "web":
		return ViaWeb
	case "referral", "webreferral":
		return ViaReferral
	case "phone":
		return ViaPhone
	case "postalmail":
		return ViaPost
	case "fax":
		return ViaFax
	case "email":
		return ViaEmail
	}
	return ViaUnknown
}

// Answer is yes, no or not known.
type Answer string

// Answers. The zero Answer is not known: the cell was empty, N/A, or the file
// has no such column.
const (
	Unknown Answer = ""
	Yes     Answer = "yes"
	No      Answer = "no"
)

// parseAnswer reports false for a word that is no answer at all: a sign that
// the row's cells have shifted.
func parseAnswer(raw string) (Answer, bool) {
	switch raw { // as the regulator writes them, without a copy
	case "Yes":
		return Yes, true
	case "No":
		return No, true
	case "", "N/A":
		return Unknown, true
	}
	switch fold(raw) {
	case "yes", "y", "true":
		return Yes, true
	case "no", "n", "false":
		return No, true
	case "", "na", "unknown":
		return Unknown, true
	}
	return Unknown, false
}

// debtCollection is the product of which this office judges the complaints.
const debtCollection = "Debt collection"

// currentProducts maps product names retired in April 2017 to the names that
// followed, as the public data set's users group them; the test holds the table
// against one such published mapping. "Credit card" and "Prepaid card" came back
// as names of their own in later years, so this groups names and corrects none:
// a Complaint keeps the name its file used.
var currentProducts = map[string]string{
	"Bank account or service": "Checking or savings account",
	"Consumer Loan":           "Payday loan, title loan, or personal loan",
	"Credit card":             "Credit card or prepaid card",
	"Credit reporting":        "Credit reporting, credit repair services, or other personal consumer reports",
	"Money transfers":         "Money transfer, virtual currency, or money service",
	"Payday loan":             "Payday loan, title loan, or personal loan",
	"Prepaid card":            "Credit card or prepaid card",
	"Virtual currency":        "Money transfer, virtual currency, or money service",
}

// currentDebts maps retired sub-products of debt collection.
var currentDebts = map[string]string{
	"Auto":                                  "Auto debt",
	"Credit card":                           "Credit card debt",
	"Federal student loan":                  "Federal student loan debt",
	"Medical":                               "Medical debt",
	"Mortgage":                              "Mortgage debt",
	"Non-federal student loan":              "Private student loan debt",
	"Payday loan":                           "Payday loan debt",
	"Other (i.e. phone, health club, etc.)": "Other debt",
}

// CurrentProduct gives the name that followed a retired product name, and any
// other name as it is.
func CurrentProduct(raw string) string {
	if now, ok := currentProducts[raw]; ok {
		return now
	}
	return raw
}

// CurrentSubProduct is CurrentProduct for the sub-products of debt collection;
// those of other products come back as they are.
func CurrentSubProduct(product, raw string) string {
	if now, ok := currentDebts[raw]; ok && fold(product) == fold(debtCollection) {
		return now
	}
	return raw
}

// canonicalID gives the digits of a complaint number without leading zeros. A
// ".0" at the end is forgiven: statistics programs write whole numbers so.
func canonicalID(s string) (string, bool) {
	if whole, frac, ok := strings.Cut(s, "."); ok && frac != "" && strings.Trim(frac, "0") == "" {
		s = whole
	}
	s = strings.TrimLeft(s, "0")
	if s == "" || len(s) > 18 {
		return "", false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return "", false
		}
	}
	return s, true
}

// canonicalZIP gives back the leading zeros that spreadsheets take away (725 is
// 00725, in Puerto Rico). Masked codes (330XX) are put in capitals.
func canonicalZIP(s string) string {
	s = strings.ToUpper(strings.TrimSuffix(s, ".0"))
	if len(s) < 3 || len(s) >= 5 || strings.Trim(s, "0123456789") != "" {
		return s
	}
	return "00"[:5-len(s)] + s
}

// fold keeps letters and digits in lower case: what is left of a name when
// punctuation, spacing and capitals do not count.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r > 127:
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return -1
	}, s)
}

// clip shortens s for a message, at a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
