package brief

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"dunwatch/internal/ident"
)

// The forms of what is no plain number. All are looked for in folded text with plain digits.
var (
	emailForm = regexp.MustCompile(`[a-z0-9.+\-]{2,}\s*(?:@|\(at\)|\[at\]|艾特|\bat\b|#)\s*[a-z0-9\-]+\s*(?:\.|点|\(dot\)|\bdot\b)\s*(?:com|cn|net|org|edu|gov|info|me|io|us|hk|tw)\b`)
	plateForm = regexp.MustCompile(`[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼] ?[a-hj-z][ ·•.\-]{0,3}[a-hj-np-z0-9](?:[ ·.\-]?[a-hj-np-z0-9]){4,5}`)
	refForm   = regexp.MustCompile(`\b[a-z]{1,4}\s?-?\s?20\d{2}\s?-?\s?\d{6}\s?-?\s?\d`)

	chatForm = regexp.MustCompile(`(?:微信号?|加?[vｖ]信|薇信|威信|wechat|weixin|\b[vw]x|qq号?码?|扣扣|企鹅号|抖音号?|微博号?|telegram|whatsapp|支付宝号?)(\s*(?:id|号码?|账号|number)?\s*(?:[:是为=]|\bis\b)?\s*)([a-z0-9][a-z0-9\-.]{4,24})`)
	wxid     = regexp.MustCompile(`\bwxid[\-a-z0-9]+`)

	staffForm = regexp.MustCompile(`(?:工号|员工号|员工编号|催收员编号|坐席号?|座席号?|客服号|staff (?:no|number|id)|agent (?:no|number|id)|employee (?:no|number|id)|badge (?:no|number))\.?\s*(?:[:是为#]|\bis\b)?\s*([a-z]{0,4}-?\d{2,12})`)
	tailForm  = regexp.MustCompile(`(?:尾号|末四位|后四位)\s*(?:[:是为])?\s*\d{3,6}|(?:ending (?:in|with)|last four digits(?: are| were|:)?)\s*\d{3,6}`)
	phoneForm = regexp.MustCompile(`(?:电话|座机|手机号?|号码|\btel\b|\bphone\b)[^\p{L}\d\n]{0,3}\d{3,4}[ \-]?\d{4}(?:\D|$)`)
)

// forms looks for addresses of mail, plates of cars and references of the office.
func (s *scan) forms() {
	flat := s.flat()
	each(emailForm, flat, func(from, to int, _ []string) { s.hit(HitEmail, true, from, to) })
	each(refForm, flat, func(from, to int, _ []string) { s.hit(HitReference, true, from, to) })
	each(plateForm, flat, func(from, to int, groups []string) {
		if strings.ContainsAny(groups[0], "0123456789") && s.word(from, to) {
			s.hit(HitPlate, true, from, to)
		}
	})
}

// labels looks for what is named by the word before it.
func (s *scan) labels() {
	flat := s.flat()
	each(chatForm, flat, func(from, to int, groups []string) {
		account := strings.ContainsAny(groups[2], "0123456789-.") || strings.ContainsAny(groups[1], ":是为=号") || strings.Contains(groups[1], "id") || strings.Contains(groups[1], "is")
		han := unicode.Is(unicode.Han, s.runes[from]) // Latin letters after 微信 are no word of the sentence
		if account || han && groups[2] != "wechat" {
			s.hit(HitHandle, true, from, to)
		}
	})
	each(wxid, flat, func(from, to int, _ []string) { s.hit(HitHandle, true, from, to) })
	each(staffForm, flat, func(from, to int, _ []string) { s.hit(HitStaff, true, from, to) })
	each(tailForm, flat, func(from, to int, _ []string) { s.hit(HitTail, true, from, to) })
	each(phoneForm, flat, func(from, to int, _ []string) { s.hit(HitPhone, true, from, to) })
}

// people looks for the names of those in the case. A surname with 某 or a title is how briefs name people, and stands.
func (s *scan) people() {
	for _, name := range s.known.Names {
		for _, form := range namesOf(name) {
			s.find(form, func(from, to int) {
				if han(form) || s.word(from, to) {
					s.hit(HitName, true, from, to)
				}
			})
		}
		r := letters(name)
		if len(r) < 3 || !han(string(r)) {
			continue
		}
		s.masked(r)
		s.find(string(r[len(r)-2:]), func(from, to int) { s.hit(HitGivenName, false, from, to) })
	}
	for _, alias := range s.known.Aliases {
		if len(letters(alias)) > 1 {
			s.find(alias, func(from, to int) { s.hit(HitAlias, false, from, to) })
		}
	}
}

// namesOf are the ways of writing a name: of one in Latin letters also the last part first.
func namesOf(name string) []string {
	parts := strings.FieldsFunc(strings.TrimSpace(name), func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == '·' })
	if len(letters(name)) < 2 {
		return nil
	}
	if han(name) || len(parts) < 2 {
		return []string{name}
	}
	return []string{name, parts[len(parts)-1] + " " + strings.Join(parts[:len(parts)-1], " ")}
}

func han(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// masked finds a name of three with its middle hidden, 金某鸣: surname and last character of a rare name are enough.
func (s *scan) masked(name []rune) {
	if len(name) != 3 {
		return
	}
	for i := 0; i+2 < len(s.runes); i++ {
		if s.runes[i] == name[0] && s.runes[i+2] == name[2] && strings.ContainsRune("某*x×○", s.runes[i+1]) {
			s.hit(HitName, true, i, i+3)
		}
	}
}

// things looks for what is on record besides names and numbers.
func (s *scan) things() {
	for _, x := range []struct {
		kind   string
		list   []string
		blocks bool
		least  int
	}{
		{HitEmail, s.known.Emails, true, 5}, {HitHandle, s.known.Handles, true, 5}, {HitReference, s.known.Refs, true, 5}, {HitStaff, s.known.Staff, false, 3},
	} {
		for _, word := range x.list {
			if len(letters(word)) < x.least {
				continue
			}
			s.find(word, func(from, to int) {
				if s.word(from, to) {
					s.hit(x.kind, x.blocks, from, to)
				}
			})
		}
	}
	for _, name := range s.known.Firms {
		for _, form := range firmNames(name) {
			s.find(form, func(from, to int) {
				if han(form) || s.word(from, to) {
					s.hit(HitFirm, true, from, to)
				}
			})
		}
	}
}

// generic are the ends of firms' names that say what they do: what stands before them is the name.
var generic = []string{"消费金融", "小额贷款", "网络小贷", "融资担保", "信息科技", "信息技术", "网络科技", "科技", "信息服务", "信用管理", "资产管理", "商务服务", "法律咨询", "金融服务", "金融", "银行", "催收", "咨询", "服务"}

// firmNames are the full name of a firm and what people shorten it to.
func firmNames(name string) []string {
	n := ident.NormaliseName(name)
	if slices.Contains(generic, n) {
		return nil // a complainant who names no firm but what it does
	}
	out := []string{n}
	for _, end := range generic {
		if rest, ok := strings.CutSuffix(n, end); ok && len([]rune(rest)) >= 2 && han(rest) {
			out = append(out, rest)
			break
		}
	}
	return slices.DeleteFunc(out, func(s string) bool { return len([]rune(s)) < 2 })
}
