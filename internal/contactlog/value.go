package contactlog

import (
	"bytes"
	"strings"
	"unicode"
)

// parseDuration reads a talk time in seconds: 00:05:38, 5:38, 8分27秒, 1小时3分,
// 338, 338秒, 27s, and Excel's fraction of a day. unit is what a bare number
// counts, in seconds, as the column's header says.
func parseDuration(b []byte, unit int) (secs int, ok bool) {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || len(b) > stampBytes {
		return 0, false
	}
	var n [3]int
	k, cur, digit, total, worded := 0, 0, false, 0, false
	for i := 0; i < len(b); {
		c := b[i]
		switch {
		case c >= '0' && c <= '9':
			if cur > 1e8 {
				return 0, false
			}
			cur, digit = cur*10+int(c-'0'), true
			i++
		case c == ':':
			if !digit || k == len(n)-1 {
				return 0, false
			}
			n[k], k, cur, digit = cur, k+1, 0, false
			i++
		case c == '.' && k == 0 && !worded:
			return decimalDuration(b, unit)
		case c == ' ':
			i++
		default:
			mul, w := durationWord(b[i:])
			if w == 0 || !digit && mul > 0 {
				return 0, false
			}
			total, cur, digit, worded = total+cur*mul, 0, false, true
			i += w
		}
	}
	switch {
	case worded:
		return total + cur, true
	case k > 0 && digit:
		n[k] = cur
		secs = n[0]
		for _, x := range n[1 : k+1] {
			if x > 59 {
				return 0, false
			}
			secs = secs*60 + x
		}
		return secs, true
	}
	return cur * unit, digit
}

// decimalDuration reads a fraction of a day (a spreadsheet's time) or a decimal
// number of units; seconds are rounded.
func decimalDuration(b []byte, unit int) (int, bool) {
	v, scale, dot := int64(0), int64(1), false
	for _, c := range b {
		switch {
		case c == '.' && !dot:
			dot = true
		case c < '0' || c > '9' || v > 1e13:
			return 0, false
		default:
			if dot && scale >= 1e10 {
				continue
			}
			v = v*10 + int64(c-'0')
			if dot {
				scale *= 10
			}
		}
	}
	mul := int64(unit)
	if v < scale && unit == 1 {
		mul = 86400
	}
	secs := (v/scale)*mul + (v%scale*mul+scale/2)/scale
	return int(secs), secs < 1e8
}

var durationWords = []struct {
	word string
	mul  int
}{
	{"小时", 3600}, {"时", 3600}, {"分钟", 60}, {"分", 60}, {"秒钟", 1}, {"秒", 1}, {"hours", 3600}, {"hour", 3600}, {"hrs", 3600}, {"hr", 3600}, {"h", 3600},
	{"minutes", 60}, {"minute", 60}, {"mins", 60}, {"min", 60}, {"m", 60}, {"seconds", 1}, {"second", 1}, {"secs", 1}, {"sec", 1}, {"s", 1}, {",", 0},
}

func durationWord(b []byte) (mul, width int) {
	for _, w := range durationWords {
		if len(b) >= len(w.word) && bytes.EqualFold(b[:len(w.word)], []byte(w.word)) {
			return w.mul, len(w.word)
		}
	}
	return 0, 0
}

// way is a direction as the owner of the log sees it.
type way uint8

const (
	wayUnknown way = iota
	wayOut
	wayIn
)

// verdict is what one word in a log says.
type verdict struct {
	way     way
	outcome Outcome
	channel Channel
	hasChan bool
	role    Role
	known   bool
}

// wordBytes bounds the cells in which words are looked for.
const wordBytes = 64

// The words of logs. The longer word stands first where one holds another.
var (
	directionWords = []struct {
		word    string
		way     way
		outcome Outcome
	}{
		{"未接来电", wayIn, NoAnswer}, {"拒接来电", wayIn, Rejected}, {"已接来电", wayIn, Connected}, {"未接", wayIn, NoAnswer}, {"拒接", wayIn, Rejected},
		{"拦截", wayIn, Rejected}, {"主叫", wayOut, 0}, {"被叫", wayIn, 0}, {"呼出", wayOut, 0}, {"呼入", wayIn, 0}, {"拨出", wayOut, 0}, {"外呼", wayOut, 0},
		{"去电", wayOut, 0}, {"来电", wayIn, 0}, {"已拨", wayOut, 0}, {"已接", wayIn, Connected}, {"打出", wayOut, 0}, {"打入", wayIn, 0}, {"发送", wayOut, 0},
		{"发出", wayOut, 0}, {"接收", wayIn, 0}, {"收到", wayIn, 0}, {"上行", wayOut, 0}, {"下行", wayIn, 0}, {"发", wayOut, 0}, {"收", wayIn, 0},
		{"missed", wayIn, NoAnswer}, {"outbound", wayOut, 0}, {"inbound", wayIn, 0}, {"outgoing", wayOut, 0}, {"incoming", wayIn, 0}, {"sent", wayOut, 0},
		{"received", wayIn, 0}, {"dialled", wayOut, 0}, {"dialed", wayOut, 0}, {"rejected", wayIn, Rejected}, {"blocked", wayIn, Rejected}, {"answered externally", wayIn, Connected},
	}
	exactWays = map[string]way{"out": wayOut, "in": wayIn, "o": wayOut, "i": wayIn, "mo": wayOut, "mt": wayIn, "to": wayOut, "from": wayIn}

	outcomeWords = []struct {
		word    string
		outcome Outcome
	}{
		{"未接通", NoAnswer}, {"未接听", NoAnswer}, {"无人接听", NoAnswer}, {"无应答", NoAnswer}, {"未应答", NoAnswer}, {"未接", NoAnswer}, {"振铃", NoAnswer},
		{"接通", Connected}, {"已接", Connected}, {"接听", Connected}, {"成功", Connected}, {"正在通话", Busy}, {"占线", Busy}, {"忙", Busy}, {"拒接", Rejected}, {"拒绝", Rejected},
		{"挂断", Rejected}, {"留言", VoicemailLeft}, {"空号", NotInService}, {"停机", NotInService}, {"关机", NotInService}, {"不在服务区", NotInService}, {"错号", WrongNumber},
		{"not_in_service", NotInService}, {"not in service", NotInService}, {"invalid", NotInService}, {"disconnected", NotInService}, {"no_answer", NoAnswer}, {"no answer", NoAnswer}, {"noanswer", NoAnswer},
		{"not answered", NoAnswer}, {"unanswered", NoAnswer}, {"missed", NoAnswer}, {"not connected", NoAnswer}, {"refused", Rejected}, {"rejected", Rejected}, {"declined", Rejected}, {"busy", Busy},
		{"voicemail", VoicemailLeft}, {"wrong", WrongNumber}, {"connected", Connected}, {"answered", Connected}, {"completed", Connected}, {"delivered", Delivered}, {"failed", Failed}, {"失败", Failed},
	}
	exactOutcomes = map[string]Outcome{"是": Connected, "否": NoAnswer, "y": Connected, "n": NoAnswer, "yes": Connected, "no": NoAnswer, "true": Connected, "false": NoAnswer, "1": Connected, "0": NoAnswer}

	channelWords = []struct {
		word    string
		channel Channel
	}{
		{"voice_robot", Robot}, {"robot", Robot}, {"机器人", Robot}, {"智能语音", Robot}, {"智能外呼", Robot}, {"ivr", Robot}, {"voicemail", Voicemail}, {"语音信箱", Voicemail}, {"voice", Voice}, {"call", Voice},
		{"彩信", MMS}, {"mms", MMS}, {"短信", SMS}, {"短彩信", SMS}, {"sms", SMS}, {"text", SMS}, {"微信", IM}, {"qq", IM}, {"im", IM}, {"邮件", Email}, {"mail", Email}, {"信函", Letter}, {"letter", Letter},
		{"上门", Visit}, {"外访", Visit}, {"visit", Visit}, {"social_public", Public}, {"push", Push}, {"推送", Push}, {"语音", Voice}, {"电话", Voice}, {"通话", Voice}, {"phone", Voice},
	}

	roleWords = map[string]Role{
		"debtor": Debtor, "本人": Debtor, "债务人": Debtor, "借款人": Debtor, "spouse": Related, "guarantor": Related, "co_debtor": Debtor, "guardian": Related, "executor": Related, "配偶": Related, "担保人": Related,
		"attorney": Attorney, "律师": Attorney, "emergency_contact": ThirdPerson, "relative": ThirdPerson, "colleague": ThirdPerson, "other_third_party": ThirdPerson,
		"紧急联系人": ThirdPerson, "联系人": ThirdPerson, "亲属": ThirdPerson, "亲友": ThirdPerson, "同事": ThirdPerson, "第三人": ThirdPerson, "employer": Employer, "单位": Employer, "工作单位": Employer,
	}
)

func parseWay(w string) (v verdict) {
	if x, ok := exactWays[w]; ok {
		return verdict{way: x, known: true}
	}
	for _, d := range directionWords {
		if strings.Contains(w, d.word) {
			return verdict{way: d.way, outcome: d.outcome, known: true}
		}
	}
	return verdict{}
}

func parseOutcome(w string) (v verdict) {
	if x, ok := exactOutcomes[w]; ok {
		return verdict{outcome: x, known: true}
	}
	for _, d := range outcomeWords {
		if strings.Contains(w, d.word) {
			return verdict{outcome: d.outcome, known: true}
		}
	}
	return verdict{}
}

func parseChannel(w string) (v verdict) {
	for _, d := range channelWords {
		if strings.Contains(w, d.word) {
			return verdict{channel: d.channel, hasChan: true, known: true}
		}
	}
	return verdict{}
}

func parseRole(w string) verdict {
	r, ok := roleWords[w]
	return verdict{role: r, known: ok}
}

// lexicon remembers what each distinct cell of a column meant: a log holds few
// different words, a million times.
type lexicon struct {
	read func(string) verdict
	seen map[string]verdict
}

func (l *lexicon) of(cell []byte) verdict {
	if len(cell) == 0 || len(cell) > wordBytes {
		return verdict{}
	}
	if v, ok := l.seen[string(cell)]; ok {
		return v
	}
	v := l.read(strings.ToLower(strings.TrimSpace(string(cell))))
	const most = 1000 // distinct words; beyond, the column holds free text
	if len(l.seen) < most {
		if l.seen == nil {
			l.seen = map[string]verdict{}
		}
		l.seen[string(cell)] = v
	}
	return v
}

// plain is a header in the form in which headers are compared: lower case,
// without spaces, brackets and what stands in them.
func plain(s string) string {
	var b strings.Builder
	depth := 0
	for _, r := range strings.ToLower(s) {
		switch {
		case strings.ContainsRune("(（[【", r):
			depth++
		case strings.ContainsRune(")）]】", r):
			depth = max(0, depth-1)
		case depth > 0 || unicode.IsSpace(r) || r == '_' || r == '-' || r == '\ufeff' || unicode.Is(unicode.Cf, r):
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
