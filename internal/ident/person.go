package ident

import (
	"strconv"
	"strings"
	"time"

	"dunwatch/internal/calendar"
)

// maxAge is the greatest age in years that an identity number may imply.
const maxAge = 120

// provinces are the first two digits of GB/T 2260 codes, with 81, 82 and 83 for
// the residence permits of people from Hong Kong, Macao and Taiwan. The other
// four digits are not checked: codes of counties that no longer exist stay
// valid in the numbers of those born there.
const provinces = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"

// ResidentID is a citizen's identity number (GB 11643-1999, ISO 7064 MOD 11-2).
type ResidentID struct {
	Number string        // 18 characters, the last may be X; a 15-digit number is given its 18-character form
	Area   string        // six digits of GB/T 2260, the area of first registration
	Birth  calendar.Date // as the number says
	Legacy bool          // typed as 15 digits, without a check character of its own
}

// ParseResidentID reads an identity number as typed: full-width, spaced,
// lower-case x. today bounds the age to 0..120. It fails with ErrIDForm,
// ErrIDProvince, ErrIDBirth or ErrIDCheck.
func ParseResidentID(s string, today calendar.Date) (ResidentID, error) {
	n := strings.ToUpper(NormaliseDigits(s))
	legacy := allDigits(n, 15)
	if legacy {
		n = n[:6] + "19" + n[6:]
		n += string(residentCheck(n))
	}
	if len(n) != 18 || !isDigits(n[:17]) || !strings.ContainsRune("0123456789X", rune(n[17])) {
		return ResidentID{}, ErrIDForm
	}
	if !strings.Contains(provinces, n[:2]) {
		return ResidentID{}, ErrIDProvince
	}
	birth, ok := dateOf(n[6:14])
	if !ok || birth.After(today) || birth.AddMonths(12*(maxAge+1)).Compare(today) <= 0 {
		return ResidentID{}, ErrIDBirth
	}
	if residentCheck(n) != n[17] {
		return ResidentID{}, ErrIDCheck
	}
	return ResidentID{Number: n, Area: n[:6], Birth: birth, Legacy: legacy}, nil
}

// residentCheck is the check character over the first 17 digits.
func residentCheck(n string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(n[i]-'0')
	}
	return "10X98765432"[sum%11]
}

// dateOf reads YYYYMMDD; false for a day that does not exist.
func dateOf(s string) (calendar.Date, bool) {
	y, _ := strconv.Atoi(s[:4])
	m, _ := strconv.Atoi(s[4:6])
	d, _ := strconv.Atoi(s[6:])
	date := calendar.DateOf(y, time.Month(m), d)
	return date, y > 0 && date.Month() == time.Month(m) && date.Day() == d
}

// ParseBankCard reads a bank card number of 13 to 19 digits with a Luhn digit
// (ISO/IEC 7812-1) and returns its digits. It fails with ErrCardForm or
// ErrCardCheck.
func ParseBankCard(s string) (string, error) {
	n := NormaliseDigits(s)
	if len(n) < 13 || len(n) > 19 || !isDigits(n) || n[0] == '0' {
		return "", ErrCardForm
	}
	sum := 0
	for i := range len(n) {
		d := int(n[len(n)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
			if d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	if sum%10 != 0 {
		return "", ErrCardCheck
	}
	return n, nil
}
