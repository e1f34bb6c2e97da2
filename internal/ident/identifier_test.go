package ident

import "testing"

func TestIdentifiersMeetInOneForm(t *testing.T) {
	for _, c := range []struct {
		kind, typed, wantKind, want string
	}{
		{"phone", "138-1234-5678", "phone", "13812345678"},
		{"phone", "+86 138 1234 5678", "phone", "13812345678"},
		{"phone", "0086１３８１２３４５６７８", "phone", "13812345678"},
		{"phone", "（0571）8888-1234 转 8", "phone", "057188881234"},
		{"phone", "010 95588", "phone", "95588"},
		{"phone", "+852 5123 4567", "phone", "+85251234567"},
		{"phone", "999 888 7", "phone", "9998887"},
		{"wechat", "WX_Abc123", "wechat", "wx_abc123"},
		{"wechat", "微信号：ＡＢＣ_123", "wechat", "abc_123"},
		{"wechat", "wx: abc_123", "wechat", "abc_123"},
		{"wechat", "wxid_7788", "wechat", "wxid_7788"},
		{"wechat", "138 1234 5678", "phone", "13812345678"},
		{"qq", "QQ：12345678", "qq", "12345678"},
		{"qq", "１２３４５６７８", "qq", "12345678"},
		{"qq", "12345678@qq.com", "qq", "12345678"},
		{"email", " 12345678@QQ.com", "qq", "12345678"},
		{"email", "Cui.Shou@Example.CN", "email", "cui.shou@example.cn"},
		{"account", "6222 0212 3456 7890 123", "account", "6222021234567890123"},
		{"account", "支付宝 13812345678", "phone", "13812345678"},
		{"account", "卡号：6222-0212-3456", "account", "622202123456"},
		{"staff_number", "工号 ｘｄ８０１２", "staff_number", "xd8012"},
		{"staff_number", "No. 8012", "staff_number", "8012"},
		{"alias", "自称 王 经理", "alias", "王经理"},
	} {
		got, ok := NewIdentifier(c.kind, c.typed)
		if !ok || got != (Identifier{c.wantKind, c.want}) {
			t.Errorf("%s %q: %v %v, want %s %s", c.kind, c.typed, got, ok, c.wantKind, c.want)
		}
	}
	for _, c := range []struct{ kind, typed string }{{"phone", "12"}, {"phone", "不知道"}, {"qq", "123"}, {"qq", "没有"}, {"wechat", "a"}, {"alias", "王"}, {"staff_number", "工号 "}, {"email", "@"}, {"account", "-"}} {
		if got, ok := NewIdentifier(c.kind, c.typed); ok {
			t.Errorf("%s %q identifies nobody, and yet is %v", c.kind, c.typed, got)
		}
	}
}

func TestIdentifierNature(t *testing.T) {
	for _, c := range []struct {
		id                  Identifier
		shared, local, card bool
	}{
		{Identifier{"phone", "95588"}, true, false, false},
		{Identifier{"phone", "4008123456"}, true, false, false},
		{Identifier{"phone", "106912345678"}, true, false, false},
		{Identifier{"phone", "10101234"}, true, false, false},
		{Identifier{"phone", "12378"}, true, false, false},
		{Identifier{"phone", "13812345678"}, false, false, false},
		{Identifier{"phone", "057188881234"}, false, false, false},
		{Identifier{"qq", "95588"}, false, false, false},
		{Identifier{"staff_number", "8012"}, false, true, false},
		{Identifier{"alias", "王经理"}, false, true, false},
		{Identifier{"account", "4111111111111111"}, false, false, true},
		{Identifier{"account", "4111111111111112"}, false, false, false},
		{Identifier{"account", "41111111111a1111"}, false, false, false},
	} {
		if c.id.Shared() != c.shared || c.id.Local() != c.local || c.id.Card() != c.card {
			t.Errorf("%v: shared %v, local %v, card %v", c.id, c.id.Shared(), c.id.Local(), c.id.Card())
		}
	}
}
