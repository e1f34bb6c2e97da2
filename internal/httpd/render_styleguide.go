package httpd

import (
	"net/url"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
)

// styleguidePage shows every component with invented content.
type styleguidePage struct {
	Page
	Desk      bool
	Codes     []string
	Channels  []string
	Rows      []styleguideRow
	Pills     []Pill
	Pager     Pager
	Deadlines []Deadline
	Masked    Masked
	Confirm   Confirm
	Answers   []Answer
	Steps     []Step
	Events    []Event
	Evidence  []EvidenceCard
	Charts    []Chart
	Day       calendar.Date
}

type styleguideRow struct {
	Ref            string
	Lender, Agency PartyChip
	Chip           Chip
	Due            Deadline
	Fen            int64
}

// newStyleguide builds the page for the address u; ?room=desk shows it at the
// desk and ?state=ok without the rejected form.
func newStyleguide(lang locale.Lang, u *url.URL) styleguidePage {
	now := time.Date(2026, 10, 8, 6, 5, 0, 0, time.UTC)
	day := calendar.OfTime(now)
	p := styleguidePage{
		Page: Page{Lang: lang, Query: QueryOf(u), Demo: true, Now: now, Exit: "https://www.weather.com.cn/",
			Flash: []Flash{{Tone: "good", Key: "styleguide.saved", Args: []any{3}}}},
		Codes: []string{"new", "active", "wait", "good", "danger", "closed"}, Channels: []string{"phone", "sms", "visit"},
		Day:     day,
		Masked:  Masked{ID: "mask-1", Text: "138 **** 5678", Action: "/styleguide", Field: "phone"},
		Confirm: Confirm{ID: "revoke", Action: "/styleguide", Label: "styleguide.revoke", Danger: true, Reason: true},
		Pager:   Pager{Newer: "?cursor=a", Older: "?cursor=b", Text: "51–100 / 1,204"},
	}
	p.Desk = p.Query.Get("room") == "desk"
	if p.Query.Get("state") != "ok" {
		p.Form = styleguideForm()
	}
	if p.Desk {
		p.User = &Viewer{Name: "阿依古丽·买买提", Role: "supervisor", Unit: "杭州市分局"}
		p.Exit = ""
		p.Nav = []NavItem{{Label: "styleguide.queue", Href: "#queue", Icon: "queue", Count: 128, Current: true},
			{Label: "styleguide.record", Href: "#record", Icon: "case"}, {Label: "styleguide.charts", Href: "#charts", Icon: "report"}}
		p.Crumbs = []Crumb{{Text: "K-2026", Href: "#"}, {Text: "K-2026-000123-7", Href: "#"}}
	}
	p.Deadlines = []Deadline{
		{Due: day.AddDays(20), Left: 14, Working: true}, {Due: day.AddDays(5), Left: 3, Working: true, Provisional: true},
		{Due: day}, {Due: day.AddDays(-2), Left: -2}, {Due: day, Paused: true}, {Due: day, Left: -4, Done: true},
	}
	p.addRows()
	p.addRecord(now)
	p.addCharts()
	return p
}

func styleguideForm() *Form {
	f := NewForm(url.Values{"name": {"𠮷田·买买提江·阿卜杜热依木"}, "phone": {"１３８ 0013"}, "narrative": {"晚上十一点以后每天打十几个电话。"},
		"channels": {"phone", "visit"}, "track": {"sms"}, "from.year": {"2026"}, "from.month": {"2"}, "from.day": {"30"}})
	f.Fault = &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{
		{Name: "phone", Key: "fault.phone"}, {Name: "narrative", Key: "fault.too_short", Args: []any{20}},
		{Name: "channels", Key: "fault.choose"}, {Name: "from", Key: "fault.date"}, {Name: "file", Key: "fault.file_missing"},
		{Name: "declaration", Key: "fault.declaration"}}}
	return f
}

func (p *styleguidePage) addRows() {
	lender := PartyChip{Kind: "lender", Name: "浙江示例网络小额贷款有限公司", Code: "ZJ-0017", Href: "#firm"}
	agency := PartyChip{Kind: "agency", Name: "上海示例商务信息咨询服务有限公司杭州第二分公司", Href: "#firm"}
	for i, tone := range p.Codes {
		row := styleguideRow{Ref: "K-2026-00012" + string(rune('0'+i)) + "-7", Lender: lender, Agency: agency,
			Chip: Chip{Tone: tone, Text: tone}, Due: p.Deadlines[i], Fen: 140000000 / int64(i*i*i+1)}
		if i == 2 {
			row.Agency = PartyChip{Kind: "unknown", Name: "400-000-0000"}
		}
		p.Rows = append(p.Rows, row)
	}
	p.Pills = []Pill{{Label: "浙江示例网络小额贷款有限公司", Href: p.Query.Drop("firm", "x")}, {Label: "T01", Href: p.Query.Drop("code", "T01")}}
}

func (p *styleguidePage) addRecord(now time.Time) {
	hash := "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	p.Answers = []Answer{
		{Label: "姓名 Name", Lines: []string{"𠮷田·买买提江"}, Edit: "#name"},
		{Label: "经过 Narrative", Lines: []string{"晚上十一点以后每天打十几个电话，还打给我的同事。", "10月5日有人上门。"}, Edit: "#narrative"},
		{Label: "Agency", Edit: "#agency"},
	}
	p.Steps = []Step{{Label: "1", Href: "#1", State: "done"}, {Label: "2", Href: "#2", State: "current", Note: "2 / 5"}, {Label: "3", State: "todo"}}
	p.Events = []Event{
		{At: now, Text: "K-2026-000123-7", Who: "王敏", Tone: "active", Href: "#e", Note: "杭州市分局"},
		{At: now.AddDate(0, 0, -2), Text: "C-2026-000123-7", Tone: "good"}, {At: now.AddDate(0, 0, -5), Text: "C-2026-000123-7"},
	}
	p.Evidence = []EvidenceCard{
		{Number: "E-01", Name: "通话记录_2026年9月_浙江移动_详单_导出后未作任何修改.xlsx", Kind: "XLSX", Size: 48_213, SHA256: hash, Scan: "clean", Href: "#f", At: now, By: "阿依古丽·买买提"},
		{Number: "E-02", Name: "recording.m4a", Size: 3_400_000, SHA256: hash, Scan: "suspect", At: now},
	}
}

func (p *styleguidePage) addCharts() {
	bars := Chart{ID: "c1", Title: "违规类型 Violations", Desc: "2026-09", Labels: [2]string{"类型 Type", "件 Cases"},
		Points: []Point{{Label: "威胁恐吓 Threats", Value: 412, Highlight: true, Href: "#c"}, {Label: "频繁致电 Frequency", Value: 388, Href: "#c"},
			{Label: "联系亲友 Third parties", Value: 201}, {Label: "上门骚扰 Visits", Value: 17}, {Label: "自称公检法", Missing: true}}}
	line := Chart{ID: "c2", Title: "每月投诉 Complaints a month", Desc: "2025-11 – 2026-10", Line: true, Labels: [2]string{"月 Month", "件 Cases"}}
	for i, v := range []float64{210, 240, 198, 0, 260, 251, 270, 290, 330, 420, 466, 512} {
		m := calendar.DateOf(2025, time.Month(11+i), 1)
		line.Points = append(line.Points, Point{Label: m.String()[2:7], Value: v, Missing: i == 3, Highlight: i == 11})
	}
	p.Charts = []Chart{bars, line}
}
