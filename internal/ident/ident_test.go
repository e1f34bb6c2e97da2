package ident

import (
	"errors"
	"strings"
	"testing"

	"dunwatch/internal/calendar"
)

var today = calendar.MustDate("2026-11-21")

func TestResidentID(t *testing.T) {
	for _, c := range []struct {
		in, number, birth string
		err               error
	}{
		{"11010519491231002X", "11010519491231002X", "1949-12-31", nil},
		{" 110105 19491231 002x ", "11010519491231002X", "1949-12-31", nil},
		{"１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X", "1949-12-31", nil},
		{"\u202d110105-19491231-002X\u202c", "11010519491231002X", "1949-12-31", nil},
		{"110105491231002", "11010519491231002X", "1949-12-31", nil}, // 15 digits
		{"110105194912310021", "", "", ErrIDCheck},
		{"440524188001010014", "", "", ErrIDBirth}, // right check digit, born 1880
		{"11010519491231002", "", "", ErrIDForm},
		{"1101051949123100XX", "", "", ErrIDForm},
		{"", "", "", ErrIDForm},
		{"99010519491231002X", "", "", ErrIDProvince},
		{"110105194902300021", "", "", ErrIDBirth},
		{"110105203012310021", "", "", ErrIDBirth},
		{"110105491331002", "", "", ErrIDBirth},
	} {
		got, err := ParseResidentID(c.in, today)
		if !errors.Is(err, c.err) || got.Number != c.number || got.Birth.String() != c.birth {
			t.Errorf("ParseResidentID(%q) = %+v, %v; want %s, %v", c.in, got, err, c.number, c.err)
		}
	}
	id, err := ParseResidentID("440524188001010014", calendar.MustDate("1950-01-01"))
	if err != nil || id.Area != "440524" || id.Legacy {
		t.Errorf("the vector of 1880, read in 1950: %+v, %v", id, err)
	}
	if id, _ := ParseResidentID("110105491231002", today); !id.Legacy {
		t.Error("15 digits are not marked as legacy")
	}
}

func TestAgeBounds(t *testing.T) {
	for _, c := range []struct {
		birth string
		ok    bool
	}{
		{"19051121", false}, // 121 today
		{"19051122", true},  // 121 tomorrow
		{"20261121", true},  // born today
		{"20261122", false},
	} {
		n := "110105" + c.birth + "002"
		_, err := ParseResidentID(n+string(residentCheck(n)), today)
		if (err == nil) != c.ok {
			t.Errorf("born %s: %v", c.birth, err)
		}
	}
}

// Every single wrong digit of an identity number must be noticed.
func TestResidentIDCatchesSlips(t *testing.T) {
	const good = "11010519491231002X"
	for i := range 17 {
		for d := '0'; d <= '9'; d++ {
			bad := good[:i] + string(d) + good[i+1:]
			if bad == good {
				continue
			}
			if _, err := ParseResidentID(bad, today); err == nil {
				t.Errorf("%s passes", bad)
			}
		}
	}
}

func TestUSCC(t *testing.T) {
	for _, c := range []struct {
		in, want string
		err      error
	}{
		{"9144030071526726XG", "9144030071526726XG", nil},
		{"91110000802100433B", "91110000802100433B", nil},
		{"91350100M000100Y43", "91350100M000100Y43", nil},
		{" 9135 0100-m000100y43", "91350100M000100Y43", nil},
		{"９１１１００００８０２１００４３３Ｂ", "91110000802100433B", nil},
		{"91110000802100433C", "", ErrUSCCCheck},
		{"91110000802100434B", "", ErrUSCCCheck},
		{"9111000080210043SB", "", ErrUSCCForm},
		{"9111000080210043B", "", ErrUSCCForm},
		{"", "", ErrUSCCForm},
	} {
		got, err := ParseUSCC(c.in)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("ParseUSCC(%q) = %q, %v; want %q, %v", c.in, got, err, c.want, c.err)
		}
	}
	// Right outer, wrong inner check: only the organisation code tells.
	c := "911100008021004340"
	c = c[:17] + string(usccCheck(c))
	if _, err := ParseUSCC(c); !errors.Is(err, ErrUSCCCheck) {
		t.Errorf("%s: wrong organisation check passes: %v", c, err)
	}
}

func TestPhone(t *testing.T) {
	for _, c := range []struct {
		in, number string
		kind       PhoneKind
		ext        string
	}{
		{"13812345678", "13812345678", Mobile, ""},
		{"138 1234-5678", "13812345678", Mobile, ""},
		{"＋８６ １３８１２３４５６７８", "13812345678", Mobile, ""},
		{"008613812345678", "13812345678", Mobile, ""},
		{"8613812345678", "13812345678", Mobile, ""},
		{"\u202d+86 199 0000 0000\u202c", "19900000000", Mobile, ""},
		{"010-62345678", "01062345678", Landline, ""},
		{"（0571）8888 1234", "057188881234", Landline, ""},
		{"0571-8888123", "05718888123", Landline, ""},
		{"+86 10 6234 5678", "01062345678", Landline, ""},
		{"+86 571 8888 1234", "057188881234", Landline, ""},
		{"+86 21 6234 5678", "02162345678", Landline, ""},
		{"010-62345678转801", "01062345678", Landline, "801"},
		{"010-62345678 ext. 12", "01062345678", Landline, "12"},
		{"400-812-3456", "4008123456", Hotline, ""},
		{"+864008123456", "4008123456", Hotline, ""},
		{"8008203456", "8008203456", Hotline, ""},
		{"95588", "95588", ServiceNumber, ""},
		{"0755 95588", "95588", ServiceNumber, ""},
		{"950138812345", "950138812345", ServiceNumber, ""},
		{"96110", "96110", ServiceNumber, ""},
		{"1010 0011", "10100011", ServiceNumber, ""},
		{"12378", "12378", ServiceNumber, ""},
		{"10086", "10086", ServiceNumber, ""},
		{"106905711234567", "106905711234567", SMSPort, ""},
		{"(212) 555-1234", "+12125551234", NorthAmerican, ""},
		{"+1 310.555.1234", "+13105551234", NorthAmerican, ""},
		{"13105551234", "13105551234", Mobile, ""}, // without + it is Chinese
	} {
		got, err := ParsePhone(c.in)
		if err != nil || got != (Phone{c.number, c.kind, c.ext}) {
			t.Errorf("ParsePhone(%q) = %+v, %v; want %s %s", c.in, got, err, c.number, c.kind)
		}
		again, err := ParsePhone(got.Number)
		if err != nil || again.Number != got.Number || again.Kind != got.Kind {
			t.Errorf("%q is not stable: %+v, %v", got.Number, again, err)
		}
	}
	for _, bad := range []string{"", "12812345678", "1381234567", "138123456789", "abc", "+", "转1", "0571", "+86", "+1 012 555 1234", "13812345678;1", "+1 138 1234 5678", "+1 95588"} {
		if got, err := ParsePhone(bad); !errors.Is(err, ErrPhone) {
			t.Errorf("ParsePhone(%q) = %+v, %v", bad, got, err)
		}
	}
	if (Phone{Kind: SMSPort}).Personal() || !(Phone{Kind: Landline}).Personal() {
		t.Error("Personal: a message port is nobody's line, a landline is")
	}
}

func TestEmail(t *testing.T) {
	for in, want := range map[string]string{
		" Zhang.San@Example.COM ": "zhang.san@example.com",
		"123456@qq.com":           "123456@qq.com",
		"ａ@ｅｘａｍｐｌｅ．ｃｏｍ":           "a@example.com",
		"a+b@中文.中国":               "a+b@xn--fiq228c.xn--fiqs8s",
	} {
		if got, err := ParseEmail(in); got != want || err != nil {
			t.Errorf("ParseEmail(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, bad := range []string{
		"", "@", "a@", "@b.com", "a@b", "a@@b.com", "a b@c.com", "a@b.com\r\nBcc: x@y.z", "张@example.com", ".a@b.com",
		"a..b@c.com", `"a"@b.com`, "A <a@b.com>", "a@127.0.0.1", "a@[127.0.0.1]", "a@b.com.", "a@b.123", "a@-b.com", "a@b_c.com",
		strings.Repeat("a", 65) + "@b.com", "a@" + strings.Repeat("b.", 130) + "com",
	} {
		if got, err := ParseEmail(bad); !errors.Is(err, ErrEmail) {
			t.Errorf("ParseEmail(%q) = %q, %v", bad, got, err)
		}
	}
}

func TestBankCard(t *testing.T) {
	for in, want := range map[string]string{
		"4111 1111 1111 1111":     "4111111111111111",
		"６２２２-0212-3456-7890-128": "6222021234567890128",
	} {
		if got, err := ParseBankCard(in); got != want || err != nil {
			t.Errorf("ParseBankCard(%q) = %q, %v", in, got, err)
		}
	}
	for in, want := range map[string]error{
		"4111111111111112": ErrCardCheck, "4111": ErrCardForm, "0000000000000": ErrCardForm, "": ErrCardForm,
		"41111111111111111111": ErrCardForm, "4111-1111-1111-111a": ErrCardForm,
	} {
		if _, err := ParseBankCard(in); !errors.Is(err, want) {
			t.Errorf("ParseBankCard(%q): %v, want %v", in, err, want)
		}
	}
}

func TestName(t *testing.T) {
	same := [][]string{
		{"马上消费金融股份有限公司", "马上消费金融", "马上消费金融 有限责任公司", "马上消费金融公司", "马上消费金融（中国）有限公司"},
		{"上海某某（有限合伙）", "上海某某", "上海 某某"},
		{"Midland Credit Management, Inc.", "MIDLAND CREDIT MANAGEMENT INC", "midland credit management", "Ｍidland Credit Management Incorporated"},
		{"CITIBANK, N.A.", "Citibank", "Citibank, National Association", "Citibank NA"},
		{"JPMORGAN CHASE & CO.", "JPMorgan Chase", "The JPMorgan Chase and Company"},
		{"Portfolio Recovery Associates, L.L.C.", "portfolio recovery associates llc"},
		{"平安 (China) Co., Ltd.", "平安"},
	}
	for _, group := range same {
		for _, s := range group[1:] {
			if a, b := NormaliseName(group[0]), NormaliseName(s); a != b {
				t.Errorf("%q -> %q but %q -> %q", group[0], a, s, b)
			}
		}
	}
	differ := [][2]string{
		{"某某（北京）科技有限公司", "某某（上海）科技有限公司"},
		{"某某有限公司", "某某有限公司杭州分公司"},
		{"某某集团有限公司", "某某有限公司"},
		{"某某杭州分公司", "某某杭州分"},
		{"Citi Bank", "Citibank"},
		{"有限公司", "股份有限公司"},
		{"LLC", "Inc"},
	}
	for _, d := range differ {
		if NormaliseName(d[0]) == NormaliseName(d[1]) {
			t.Errorf("%q and %q meet in %q", d[0], d[1], NormaliseName(d[0]))
		}
	}
	if got := NormaliseName("  ，。 "); got != "" {
		t.Errorf("punctuation alone gives %q", got)
	}
}

func TestNormaliseDigits(t *testing.T) {
	if got := NormaliseDigits(" １２\u30003—4\u200b-5\tＸ−6 "); got != "12345X6" {
		t.Errorf("got %q", got)
	}
}

func TestErrors(t *testing.T) {
	for _, e := range Errors() {
		if !strings.HasPrefix(e.Key(), "ident.") || Key(e) != e.Key() {
			t.Errorf("%q is no key of ident", e)
		}
	}
	if Key(errors.New("other")) != "" || Key(nil) != "" {
		t.Error("Key knows errors of others")
	}
}
