package casework

import (
	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/rulebook"
)

// extension is one time that a clock may be lengthened, by a limit of the rulebook.
type extension struct {
	key   string // of the rulebook's limit
	whole bool   // the limit is what the clock may run in all; else what may be added
}

// extensions are, for each limit that may be lengthened at all, the times it may be, in order. What is not here, or has
// no such limit in the pack, is not lengthened: the office's own report and petition once (cn: 30 days each,
// 银行保险违法行为举报处理办法, 信访工作条例), the firm's answer first as a complex matter and then with approval
// (cn: 30 days in all and 30 more, 银行业保险业消费投诉处理管理办法; us: 60 days in all, "in progress").
var extensions = map[string][]extension{
	"report.investigate": {{key: "report.extend"}},
	"petition.close":     {{key: "petition.extend"}},
	"firm.answer":        {{key: "firm.answer_complex", whole: true}, {key: "firm.answer_extension"}},
}

// Room is by how much a clock may still be lengthened.
type Room struct {
	Rule   rulebook.Limit // that allows it
	Latest calendar.Date  // the last day to which it may be lengthened
	Most   int            // of Unit
	Unit   deadline.Unit
}

// roomOf computes how far a clock may be lengthened now; ok is false where it may not: no rule of the pack allows it, or
// what it allows was granted before. Each rule is used once, however little of it was granted.
func roomOf(p *rulebook.Pack, cal *calendar.Calendar, c deadline.Clock) (r Room, ok bool, err error) {
	rules, used := extensions[deadline.Base(c.Kind)], c.Extensions()
	if used >= len(rules) {
		return Room{}, false, nil
	}
	rule := rules[used]
	st, err := deadline.Compute(cal, c)
	if err != nil {
		return Room{}, false, err
	}
	l, ok := p.LimitOn(rule.key, st.Started)
	if !ok {
		return Room{}, false, nil
	}
	r = Room{Rule: l, Most: l.N, Unit: deadline.Unit(l.Unit)}
	if !rule.whole {
		r.Latest, err = lengthened(cal, c, counted(l))
		return r, true, err
	}
	if r.Latest, _, err = deadline.Cap(cal, c, counted(l)); err != nil {
		return Room{}, false, err
	}
	r.Most, r.Unit = r.Latest.Sub(st.Earliest), deadline.Day
	return r, r.Most > 0, nil
}

// lengthened is when a clock would be due with an extension; whether it may have it is for others to say.
func lengthened(cal *calendar.Calendar, c deadline.Clock, l deadline.Limit) (calendar.Date, error) {
	last := c.Events[len(c.Events)-1].On
	next := deadline.Clock{Kind: c.Kind, Limit: c.Limit, Events: append(c.Events[:len(c.Events):len(c.Events)],
		deadline.Event{Kind: deadline.Extend, On: last, Limit: deadline.Limit{N: l.N, Unit: l.Unit}})}
	st, err := deadline.Compute(cal, next)
	return st.Earliest, err
}
