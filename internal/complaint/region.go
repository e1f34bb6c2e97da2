package complaint

import "strings"

// provinces are the first two digits of GB/T 2260. The digits after them are
// not held against a list: counties are merged and renamed every year, and a
// filing must not fail over that.
const provinces = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82"

// states are the postal codes of the United States: states, the capital,
// territories, freely associated states and the armed forces' post.
const states = "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX " +
	"UT VT VA WA WV WI WY DC AS GU MP PR UM VI FM MH PW AA AE AP"

// nations are the parts of the United Kingdom (ISO 3166-2:GB).
const nations = "ENG NIR SCT WLS"

// knownRegion reports whether a pack knows the region code.
func knownRegion(pack, region string) bool {
	switch pack {
	case "cn":
		return len(region) == 6 && strings.Trim(region, "0123456789") == "" && listed(provinces, region[:2])
	case "us":
		return listed(states, region)
	default:
		return listed(nations, region)
	}
}

func listed(list, word string) bool {
	return word != "" && strings.Contains(" "+list+" ", " "+word+" ")
}
