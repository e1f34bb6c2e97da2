package letter

import (
	"strings"
	"testing"

	"dunwatch/internal/locale"
	"dunwatch/policies"
)

func TestRender(t *testing.T) {
	values := map[string]string{"name": "李四", "due_on": "2026年10月21日", "text": "见 {name} 和 [{due_on}]", "two": "第一行\n第二行"}
	for name, tt := range map[string]struct{ body, want string }{
		"a value":                        {"{name}：", "李四："},
		"a missing field in a line":      {"{name}，{amount}", "李四，"},
		"a line of missing fields":       {"甲\n金额：{amount}\n乙", "甲\n乙"},
		"a part that has its value":      {"请[于{due_on}前]答复。", "请于2026年10月21日前答复。"},
		"a part that lacks one of two":   {"请[于{due_on}前付{amount}]答复。", "请答复。"},
		"a line that is a part alone":    {"甲\n[共{amount}]\n乙", "甲\n乙"},
		"the rest of a line stays":       {"一、[共{amount}]尽快办理。", "一、尽快办理。"},
		"a value cannot bring fields in": {"{text}", "见 {name} 和 [{due_on}]"},
		"empty lines do not pile up":     {"甲\n\n{amount}\n\n乙\n\n", "甲\n\n乙"},
		"a value of two lines":           {"{two}", "第一行\n第二行"},
		"words alone":                    {"无字段的一行", "无字段的一行"},
	} {
		if got := render(tt.body, values); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}

func TestFaults(t *testing.T) {
	for name, tt := range map[string]struct {
		title, body, key string
	}{
		"fine":                   {"受理通知书", "{name}：\n您[于{received_on}]提出", ""},
		"a field of other kinds": {"受理通知书", "{days}", "letter.error.unknown_field"},
		"no such field":          {"受理通知书", "{id_number}", "letter.error.unknown_field"},
		"an open brace":          {"受理通知书", "{name", "letter.error.braces"},
		"a name with a capital":  {"受理通知书", "{Name}", "letter.error.braces"},
		"an open bracket":        {"受理通知书", "您[于{received_on}", "letter.error.brackets"},
		"a bracket closed twice": {"受理通知书", "您[于{received_on}]]", "letter.error.brackets"},
		"nested brackets":        {"受理通知书", "[a[{name}]]", "letter.error.brackets"},
		"a bracket of no field":  {"受理通知书", "[甲]", "letter.error.brackets"},
		"a field in the title":   {"致{name}", "甲", "letter.error.title_field"},
	} {
		wrong := faults("acceptance", tt.title, tt.body)
		if got := len(wrong) > 0; got != (tt.key != "") || got && wrong[0].key != tt.key {
			t.Errorf("%s: got %v, want %q", name, wrong, tt.key)
		}
	}
}

func TestParseSource(t *testing.T) {
	for name, text := range map[string]string{
		"no body":        "title: a\nnumber: b\nsecond_reading: no",
		"no number":      "title: a\nsecond_reading: no\n---\nx\n",
		"a strange line": "title: a\nnumber: b\ncolour: red\n---\nx\n",
		"maybe":          "title: a\nnumber: b\nsecond_reading: maybe\n---\nx\n",
	} {
		if _, err := parseSource(text); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestClean(t *testing.T) {
	if got := clean("a\u202eb\x00c\r\n\r\n\r\n d\t"); got != "abc\nd" {
		t.Errorf("got %q", got)
	}
	if got := cleanLines("a\r\n\r\nb"); got != "a\n\nb" {
		t.Errorf("got %q", got)
	}
}

// Every field of every kind is named by its template in at least one language, or it would be listed in vain; office
// and a few others stand beside the text.
func TestTemplatesUseTheirFields(t *testing.T) {
	spare := map[string]bool{"office": true, "on": true, "track": true, "lender": true, "agency": true, "received_on": true, "firm": true,
		"article": true, "due_on": true, "period": true}
	for kind := range own {
		for _, f := range Fields(kind) {
			if !spare[f] && !strings.Contains(bodies(t, kind), "{"+f+"}") {
				t.Errorf("%s: no template names %s", kind, f)
			}
		}
	}
	if len(own) != len(Kinds) {
		t.Errorf("%d kinds have fields, %d are listed", len(own), len(Kinds))
	}
}

func bodies(t *testing.T, kind string) string {
	t.Helper()
	all, err := load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	return all[templateKey{kind, locale.ZH}].body + all[templateKey{kind, locale.EN}].body
}
