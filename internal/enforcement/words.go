package enforcement

import "strings"

var (
	numerals = [10]string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}
	places   = [4]string{"", "拾", "佰", "仟"}
	groups   = [5]string{"", "万", "亿", "万亿", "亿亿"}
)

// InWords writes an amount of fen in the numerals that forms of payment ask for (人民币大写): 1234567 fen is
// 壹万贰仟叁佰肆拾伍元陆角柒分. The words follow 《正确填写票据和结算凭证的基本规定》: zeros between digits are said once,
// and an amount without fen ends in 整. Negative amounts do not occur in decisions; they are written with 负.
func InWords(fen int64) string {
	if fen < 0 {
		return "负" + words(uint64(-(fen+1))+1)
	}
	return words(uint64(fen))
}

func words(fen uint64) string {
	yuan, jiao, rest := fen/100, fen/10%10, fen%10
	if fen == 0 {
		return "零元整"
	}
	var b strings.Builder
	if yuan > 0 {
		b.WriteString(whole(yuan) + "元")
	}
	if jiao > 0 {
		b.WriteString(numerals[jiao] + "角")
	} else if rest > 0 && yuan > 0 {
		b.WriteString(numerals[0])
	}
	if rest > 0 {
		b.WriteString(numerals[rest] + "分")
		return b.String()
	}
	return b.String() + "整"
}

// whole writes a positive whole number in groups of four digits.
func whole(n uint64) string {
	var parts []uint64 // groups of four digits, the lowest first
	for ; n > 0; n /= 10_000 {
		parts = append(parts, n%10_000)
	}
	var b strings.Builder
	gap := false // zeros were passed over and not yet said
	for i := len(parts) - 1; i >= 0; i-- {
		p := parts[i]
		if p == 0 {
			gap = b.Len() > 0
			continue
		}
		if b.Len() > 0 && (gap || p < 1000) {
			b.WriteString(numerals[0])
		}
		gap = false
		b.WriteString(four(p) + groups[i])
	}
	return b.String()
}

// four writes 1 to 9999.
func four(n uint64) string {
	var b strings.Builder
	gap := false
	for i, unit := 3, uint64(1000); i >= 0; i, unit = i-1, unit/10 {
		d := n / unit % 10
		if d == 0 {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteString(numerals[0])
		}
		gap = false
		b.WriteString(numerals[d] + places[i])
	}
	return b.String()
}
