package ident

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Kinds of identifiers by which a collector is known to the person who was collected from.
const (
	KindPhone   = "phone"
	KindWeChat  = "wechat"
	KindQQ      = "qq"
	KindEmail   = "email"
	KindAccount = "account" // bank card or payment account to which money was asked
	KindStaff   = "staff_number"
	KindAlias   = "alias"
)

// IdentifierKinds lists them in the order in which forms ask.
var IdentifierKinds = []string{KindPhone, KindWeChat, KindQQ, KindEmail, KindAccount, KindStaff, KindAlias}

// Identifier is a number, account or name in the form in which it meets the same one in another complaint.
type Identifier struct {
	Kind string
	Key  string
}

// labels are what people write before the thing itself: 微信号：abc, QQ 12345, 工号 8012.
var labels = map[string]*regexp.Regexp{
	KindWeChat:  regexp.MustCompile(`^(?:微信号?码?|加?v信|wechat(?:\s*id)?|weixin|wx|vx)\s*(?:[:：是为]\s*|\s+)`),
	KindQQ:      regexp.MustCompile(`^(?:qq号?码?|扣扣)\s*[:：是为]?\s*`),
	KindAccount: regexp.MustCompile(`^(?:银行)?(?:卡号?|账[号户]|帐[号户]|支付宝(?:账号)?|account(?:\s*no\.?)?|alipay)\s*[:：是为]?\s*`),
	KindStaff:   regexp.MustCompile(`^(?:工号|员工号|坐席号?|客服号?|编号|staff(?:\s*(?:no|number|id))?\.?|no\.)\s*[:：是为#]?\s*`),
	KindAlias:   regexp.MustCompile(`^(?:自称|叫做?|姓名|名字|外号)\s*[:：是为]?\s*`),
}

var (
	qqNumber = regexp.MustCompile(`^[1-9]\d{4,11}$`)
	qqMail   = regexp.MustCompile(`^([1-9]\d{4,11})@qq\.com$`)
)

// NewIdentifier gives what somebody typed the one form of its kind. Where two kinds are two ways of writing one line they
// meet: a WeChat or payment account that is a mobile number is that number, and 12345@qq.com is QQ 12345. ok is false where
// nothing is left that could identify anybody.
func NewIdentifier(kind, value string) (id Identifier, ok bool) {
	v := strings.ToLower(strings.TrimSpace(norm.NFKC.String(value)))
	if l := labels[kind]; l != nil {
		v = strings.TrimSpace(l.ReplaceAllString(v, ""))
	}
	switch kind {
	case KindPhone:
		return phoneIdentifier(v)
	case KindEmail:
		return emailIdentifier(v)
	case KindQQ:
		if m := qqMail.FindStringSubmatch(v); m != nil {
			v = m[1]
		}
		d := onlyDigits(v)
		return Identifier{KindQQ, d}, qqNumber.MatchString(d)
	case KindWeChat, KindAccount:
		if p, err := ParsePhone(v); err == nil && p.Kind == Mobile {
			return Identifier{KindPhone, p.Number}, true
		}
		if strings.Contains(v, "@") {
			return emailIdentifier(v)
		}
		v = strings.Join(strings.Fields(v), "")
		if kind == KindAccount {
			v = strings.NewReplacer("-", "", ".", "").Replace(v)
		}
		return Identifier{kind, v}, len(v) >= 5
	case KindStaff:
		v = strings.TrimLeft(strings.Join(strings.Fields(v), ""), "#")
		return Identifier{kind, v}, len(v) >= 2
	default:
		v = strings.Join(strings.Fields(v), "")
		return Identifier{kind, v}, len([]rune(v)) >= 2
	}
}

func phoneIdentifier(v string) (Identifier, bool) {
	if p, err := ParsePhone(v); err == nil {
		return Identifier{KindPhone, p.Number}, true
	}
	// Forged and foreign numbers have no plan; a plus tells a country's number from ours.
	n := NormaliseDigits(v)
	d := onlyDigits(n)
	if strings.HasPrefix(n, "+") {
		return Identifier{KindPhone, "+" + d}, len(d) >= 3
	}
	return Identifier{KindPhone, d}, len(d) >= 3
}

func emailIdentifier(v string) (Identifier, bool) {
	e, err := ParseEmail(v)
	if err != nil {
		return Identifier{KindEmail, v}, len(v) >= 5
	}
	if m := qqMail.FindStringSubmatch(e); m != nil {
		return Identifier{KindQQ, m[1]}, true
	}
	return Identifier{KindEmail, e}, true
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, NormaliseDigits(s))
}

// Shared reports whether many hands use the identifier by its nature: the service numbers of banks and carriers, 400 and
// 800 lines, and the ports that send messages for whole industries.
func (i Identifier) Shared() bool {
	if i.Kind != KindPhone {
		return false
	}
	p, err := ParsePhone(i.Key)
	return err == nil && slices.Contains([]PhoneKind{Hotline, ServiceNumber, SMSPort}, p.Kind)
}

// Local reports whether the identifier means something within one firm only: a staff number 1001 and a Manager Wang there
// are in every firm.
func (i Identifier) Local() bool { return i.Kind == KindStaff || i.Kind == KindAlias }

// Card reports whether an account is a bank card number whose check digit is right (ISO/IEC 7812, Luhn).
func (i Identifier) Card() bool {
	if i.Kind != KindAccount || len(i.Key) < 12 || len(i.Key) > 19 {
		return false
	}
	sum := 0
	for k := range len(i.Key) {
		d := int(i.Key[len(i.Key)-1-k]) - '0'
		if d < 0 || d > 9 {
			return false
		}
		if k%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
