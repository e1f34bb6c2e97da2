package contactlog

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// Field is what a column of a table holds.
type Field uint8

// The fields.
const (
	FieldTime Field = iota // day and time of day
	FieldDay
	FieldClock
	FieldNumber // the other party
	FieldFrom   // caller
	FieldTo     // callee
	FieldDirection
	FieldChannel
	FieldDuration
	FieldOutcome
	FieldText
	FieldRecording
	FieldRole
	FieldLender
	FieldDebtor
	fields
)

// FieldNames are the fields in order, as forms and settings name them.
var FieldNames = [fields]string{"time", "day", "clock", "number", "from", "to", "direction", "channel", "duration", "outcome", "text", "recording", "role", "lender", "debtor"}

// Mapping says what the columns of a table are.
type Mapping struct {
	// HeaderRow is the line or row of the header; 0 if there is none, and then
	// every row is data.
	HeaderRow int `json:"header_row"`
	// Columns holds the number of each field's column, counted from 1; 0 where
	// the table has none.
	Columns [fields]int `json:"columns"`
	// DurationUnit is what a bare number in the duration column counts, in
	// seconds: 1, or 60 for minutes. 0 is 1.
	DurationUnit int `json:"duration_unit,omitempty"`
	// Signature is that of the header (see Signature), so that a mapping made by
	// hand is known again for the next file of the same carrier.
	Signature string `json:"signature,omitempty"`
}

// Signature is the same for all files with the same header.
func Signature(header []string) string {
	h := sha256.New()
	for _, c := range header {
		h.Write([]byte(plain(c)))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// synonyms are the headers of carriers and diallers, in the form that plain
// gives them. Where a field has several columns in one table, the one that
// stands first here wins.
var synonyms = [fields][]string{
	FieldTime: {"startedatutc", "startedat", "起始时间", "通话起始时间", "通话开始时间", "开始时间", "呼叫开始时间", "呼叫时间", "拨打时间", "通话时间", "通信时间", "发送时间", "短信发送时间",
		"日期时间", "发生时间", "联系时间", "starttime", "calltime", "callstart", "datetime", "date/time", "timestamp", "start", "dialtime", "sentat", "时间", "time", "date", "通话日期", "日期"},
	FieldDay:       {"日期", "通话日期", "呼叫日期", "发送日期", "date", "calldate", "day"},
	FieldClock:     {"时间", "通话时间", "通话时刻", "时刻", "起始时刻", "呼叫时间", "发送时间", "time", "calltime", "starttime"},
	FieldNumber:    {"对方号码", "对端号码", "对方电话", "对方电话号码", "对方手机号", "通话号码", "联系号码", "联系电话", "来电号码", "phonenumber", "otherparty", "othernumber", "counterparty", "电话号码", "手机号码", "手机号", "号码", "电话", "phone", "number", "address", "telephone"},
	FieldFrom:      {"fromnumber", "主叫号码", "主叫", "主叫方", "外显号码", "主叫电话", "发送方", "caller", "callingnumber", "callernumber", "callerid", "source", "from"},
	FieldTo:        {"toendpoint", "tonumber", "被叫号码", "被叫", "被叫方", "被叫电话", "客户号码", "客户电话", "债务人号码", "接收方", "callee", "callednumber", "calleenumber", "dialednumber", "dialled", "destination", "to"},
	FieldDirection: {"通信方式", "呼叫类型", "主被叫", "呼叫方式", "呼叫方向", "通话方式", "收发类型", "收发", "通话类型", "通信类型", "呼叫类别", "传送方式", "direction", "calldirection", "calltype", "方向", "类型", "type"},
	FieldChannel:   {"channel", "渠道", "信息类型", "业务类型", "联系方式", "方式", "medium"},
	FieldDuration:  {"talkseconds", "talktime", "通话时长", "通信时长", "通话时间", "时长", "通话秒数", "通话时长秒", "接通时长", "durationseconds", "duration", "billsec", "callduration", "seconds", "length"},
	FieldOutcome:   {"outcome", "通话结果", "接通状态", "呼叫结果", "呼叫状态", "是否接通", "通话状态", "拨打结果", "联系结果", "结果", "状态", "result", "disposition", "callstatus", "status"},
	FieldText:      {"contenttext", "短信内容", "信息内容", "内容", "消息内容", "message", "body", "text", "content"},
	FieldRecording: {"recordingref", "录音", "录音编号", "录音文件", "录音地址", "是否录音", "recording", "recordingid", "recordingurl"},
	FieldRole:      {"torole", "对象", "联系对象", "与借款人关系", "关系", "身份", "role", "relation", "relationship"},
	FieldLender:    {"creditorid", "贷款机构", "债权人", "委托方", "委托机构", "出借人", "lender", "creditor"},
	FieldDebtor:    {"debtorid", "客户编号", "借款人编号", "客户姓名", "借款人", "债务人", "debtor", "customerid"},
}

// feeWords mark a carrier's bill.
var feeWords = []string{"通信费", "通话费", "费用", "套餐", "话费", "资费", "漫游", "费(元", "实收"}

// layout is a header that was understood.
type layout struct {
	m     Mapping
	ways  []int // columns that may hold the direction, best first
	bill  bool
	utc   bool // times without offset are UTC
	firm  bool // contact records: outbound is the firm's
	texts bool // messages
}

// understand finds the fields in a row of headers; ok if there is a time and a
// number. in is the line or row that it stands on.
func understand(header []string, in int) (l layout, ok bool) {
	at := func(f Field) *int { return &l.m.Columns[f] }
	names := make([]string, len(header))
	for i, h := range header {
		names[i] = plain(h)
		if strings.Contains(h, "秒") {
			names[i] = strings.Replace(names[i], "时间", "时长", 1) // 通话时间(秒) is a length
		}
	}
	find := func(f Field) int {
		for _, w := range synonyms[f] {
			if i := slices.Index(names, w); i >= 0 {
				return i + 1
			}
		}
		return 0
	}
	for f := range fields {
		l.m.Columns[f] = find(f)
	}
	l.splitTime()
	for _, w := range synonyms[FieldDirection] {
		if i := slices.Index(names, w); i >= 0 && !slices.Contains(l.m.Columns[:FieldDirection], i+1) {
			l.ways = append(l.ways, i)
		}
	}
	if *at(FieldFrom) > 0 != (*at(FieldTo) > 0) && *at(FieldNumber) == 0 {
		*at(FieldNumber), *at(FieldFrom), *at(FieldTo) = *at(FieldFrom)+*at(FieldTo), 0, 0
	}
	l.marks(header, names)
	l.m.HeaderRow, l.m.Signature = in, Signature(header)
	timed := *at(FieldTime) > 0 || *at(FieldDay) > 0
	numbered := *at(FieldNumber) > 0 || *at(FieldFrom) > 0 && *at(FieldTo) > 0
	return l, timed && numbered
}

// splitTime settles tables that hold the day and the time of day apart, and
// those where one word means the time or the length of a call.
func (l *layout) splitTime() {
	c := &l.m.Columns
	if c[FieldDay] > 0 && c[FieldClock] > 0 && c[FieldDay] != c[FieldClock] {
		if c[FieldTime] == c[FieldDay] || c[FieldTime] == c[FieldClock] {
			c[FieldTime] = 0
		}
	}
	if c[FieldTime] > 0 {
		c[FieldDay], c[FieldClock] = 0, 0
	}
	for _, f := range []Field{FieldTime, FieldClock} {
		if c[f] > 0 && c[FieldDuration] == c[f] {
			c[FieldDuration] = 0
		}
	}
	if c[FieldClock] > 0 && c[FieldDay] == 0 {
		c[FieldClock] = 0
	}
}

// marks reads from the words of the header what the table as a whole is.
func (l *layout) marks(header, names []string) {
	l.m.DurationUnit = 1
	if d := l.m.Columns[FieldDuration]; d > 0 {
		if h := header[d-1]; strings.Contains(h, "分钟") || strings.Contains(strings.ToLower(h), "minute") {
			l.m.DurationUnit = 60
		}
	}
	for i, n := range names {
		for _, w := range feeWords {
			if strings.Contains(header[i], w) || strings.Contains(n, w) {
				l.bill = true
			}
		}
		switch n {
		case "startedatutc":
			l.utc = true
		case "toendpoint", "torole", "collectorfirmid":
			l.firm = true
		case "信息类型", "短信内容", "收发类型", "信息内容", "短信发送时间":
			l.texts = true
		}
	}
	if l.m.Columns[FieldText] > 0 && l.m.Columns[FieldDuration] == 0 {
		l.texts = true
	}
}
