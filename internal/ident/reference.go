package ident

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// damm is a totally anti-symmetric quasigroup of order 10 (H. M. Damm, 2004):
// its check digit catches every wrong digit and every swap of neighbours, which
// MOD 11,10 and Luhn do not.
var damm = [10]string{
	"0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
	"3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
}

// checkDigit is the Damm digit over the digits, begun from the prefix, so that
// C-... does not pass as K-... with the same check digit (letters ten apart in
// the alphabet, such as A and K, excepted).
func checkDigit(prefix, digits string) byte {
	state := byte(0)
	for i := range len(prefix) {
		state = damm[state][(prefix[i]-'A'+1)%10] - '0'
	}
	for i := range len(digits) {
		state = damm[state][digits[i]-'0'] - '0'
	}
	return state + '0'
}

var (
	referencePrefix = regexp.MustCompile(`^[A-Z]{1,4}$`)
	referenceShape  = regexp.MustCompile(`^([A-Z]{1,4})([1-9]\d{3})(\d{6}|[1-9]\d{6,14})(\d)$`)
)

// NewReference returns the reference that people see: C-2026-000123-7, the last
// being a check digit. It panics unless prefix is one to four capitals, year has
// four digits and serial is 1 to 10^15-1: all three come from the program.
func NewReference(prefix string, year int, serial int64) string {
	if !referencePrefix.MatchString(prefix) || year < 1000 || year > 9999 || serial < 1 || serial > 999_999_999_999_999 {
		panic(fmt.Sprintf("ident: no reference for %q, %d, %d", prefix, year, serial))
	}
	digits := fmt.Sprintf("%06d", serial)
	return fmt.Sprintf("%s-%d-%s-%c", prefix, year, digits, checkDigit(prefix, strconv.Itoa(year)+digits))
}

// ParseReference reads a reference as typed: lower case, full-width, with other
// hyphens or none. It fails with ErrReference, or ErrReferenceCheck for a slip
// in typing. It says nothing about whether the case exists.
func ParseReference(s string) (prefix string, year int, serial int64, err error) {
	m := referenceShape.FindStringSubmatch(strings.ToUpper(NormaliseDigits(s)))
	if m == nil {
		return "", 0, 0, ErrReference
	}
	year, _ = strconv.Atoi(m[2])
	serial, _ = strconv.ParseInt(m[3], 10, 64) // at most 15 digits
	if serial == 0 {
		return "", 0, 0, ErrReference
	}
	if checkDigit(m[1], m[2]+m[3]) != m[4][0] {
		return "", 0, 0, ErrReferenceCheck
	}
	return m[1], year, serial, nil
}
