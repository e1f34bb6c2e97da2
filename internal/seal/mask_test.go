package seal

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMasks(t *testing.T) {
	for _, c := range []struct {
		name string
		mask func(string) string
		in   map[string]string
	}{
		{"name", MaskName, map[string]string{
			"": "", "张": "*", "张三": "张*", "张小三": "张*三", "欧阳娜娜": "欧**娜", "𠮷野家": "𠮷*家", "𠮷田": "𠮷*",
			"葛\U000E0100城": "葛\U000E0100*", "阿依古丽·买买提": "阿***·**提", "张 三": "张 *",
			"John Smith": "J*** S***", "  élodie  ": "é***", "e\u0301lodie": "e\u0301***", "O'Neil-Brown": "O***", "···": "***",
		}},
		{"phone", MaskPhone, map[string]string{
			"": "", "13812345678": "138****5678", "+86 138-1234-5678": "138****5678", "１３８１２３４５６７８": "138****5678",
			"010-62345678": "010-****5678", "+861062345678": "010-****5678", "0571-88881234": "0571-****1234", "05718888123": "0571-***8123",
			"+12125551234": "+1******1234", "4008123456": "******3456", "95588": "***88", "不详号码": "**号码", "12": "**",
		}},
		{"id", MaskID, map[string]string{
			"": "", "11010519491231002x": "1101**********002X", "110105491231002": "1101*******1002", "E12345678": "E******78", "1234": "1***", "1": "*",
		}},
		{"email", MaskEmail, map[string]string{
			"": "", "zhangsan@example.com": "z***@example.com", "z@example.com": "***@example.com", "zhangsan": "***", "@x": "***@x",
		}},
		{"card", MaskCard, map[string]string{
			"": "", "6222 0212 3456 7890 128": "**** **** **** 0128", "123": "****",
		}},
		{"address", MaskAddress, map[string]string{
			"": "", "浙江省杭州市西湖区文三路100号1幢203室": "浙江省杭州市西湖区******", "北京市朝阳区建国路1号": "北京市朝阳区******",
			"内蒙古自治区锡林郭勒盟正蓝旗上都镇": "内蒙古自治区锡林郭勒盟正蓝旗******", "上海市浦东新区世纪大道1号": "上海市浦东新区******",
			"浙江省杭州市阳光小区3幢": "浙江省杭州市******", "幸福社区12号": "******", "文三路家乐福超市楼上": "******",
			"1600 Pennsylvania Ave NW, Washington": "******",
		}},
	} {
		for in, want := range c.in {
			if got := c.mask(in); got != want {
				t.Errorf("%s %q -> %q, want %q", c.name, in, got, want)
			}
		}
	}
}

func FuzzMasks(f *testing.F) {
	for _, s := range []string{"", "张三", "+86", "+1", "0086", "a@", "𠮷", "\xff\xfe", "e\u0301", "·", "浙江省", "01", "+8601234567890"} {
		f.Add(s)
	}
	masks := map[string]func(string) string{
		"name": MaskName, "phone": MaskPhone, "id": MaskID, "email": MaskEmail, "card": MaskCard, "address": MaskAddress,
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, mask := range masks {
			got := mask(s)
			if utf8.ValidString(s) && !utf8.ValidString(got) {
				t.Fatalf("%s %q -> %q", name, s, got)
			}
			if got != "" && !strings.Contains(got, "*") {
				t.Fatalf("%s %q -> %q is not masked", name, s, got)
			}
		}
	})
}
