package contactlog

// hours is R01: no contact in prohibited hours, or outside permitted ones. The
// bounds are the rulebook's: a prohibited window holds its start and not its
// end, a permitted one both.
func (x *run) hours() {
	h := x.rule.Hours
	if h == nil {
		x.unseen(NoCheck)
		return
	}
	from, errFrom := clockSeconds(h.Start)
	to, errTo := clockSeconds(h.End)
	if errFrom != nil || errTo != nil {
		x.unseen(NoCheck)
		return
	}
	clocks := x.zoneClocks()
	forbidden := func(sec int64) bool { return sec < from || sec > to }
	if h.Kind == "prohibited" {
		w := window{from: from, to: to, since: -someDay, until: someDay}
		forbidden = func(sec int64) bool { return w.has(0, sec) }
	}
	x.each(func(i uint32, r *record, _ *party) {
		if r.is(flagNoClock) {
			x.blindTo(NoClock)
			return
		}
		for k := range clocks {
			day, sec := clocks[k].local(r.at)
			if forbidden(sec) && !inAny(x.agreed, day, sec) {
				x.hit(i, nil)
				return
			}
		}
	})
}

// inconvenient is R02: hours that the debtor declared inconvenient.
func (x *run) inconvenient() {
	if len(x.awkward) == 0 {
		x.unseen(NeedFacts)
		return
	}
	clocks := x.zoneClocks()
	x.each(func(i uint32, r *record, p *party) {
		switch day, sec := clocks[0].local(r.at); {
		case p.role.Third():
		case r.is(flagNoClock):
			x.blindTo(NoClock)
		case inAny(x.awkward, day, sec):
			x.hit(i, nil)
		}
	})
}

// aDay counts contacts of one key and one local day; what is beyond the limit
// is a hit, counted with all before it that day.
func (x *run) aDay(counts func(*record) bool, key func(*party) uint32) {
	limit, ok := x.need("max")
	if !ok {
		return
	}
	type state struct {
		day  int64
		rows []uint32
	}
	var states perKey[state]
	clocks := x.zoneClocks()
	x.each(func(i uint32, r *record, p *party) {
		if p.role != Debtor || !counts(r) {
			return
		}
		day, _ := clocks[0].local(r.at)
		s := states.of(key(p))
		if s.day != day || len(s.rows) == 0 {
			s.day, s.rows = day, s.rows[:0]
		}
		if int64(len(s.rows)) >= limit {
			x.hit(i, s.rows)
		}
		s.rows = append(s.rows, i)
	})
}

// connectedADay is R03: connected calls to one debtor, a lender and its agencies
// counted together.
func (x *run) connectedADay() {
	x.aDay(func(r *record) bool {
		yes, known := r.talked()
		if !known {
			x.blindTo(NoDuration)
		}
		return yes
	}, func(p *party) uint32 { return p.group })
}

// unansweredADay is R04: calls to one number that nobody answered. A number
// that does not exist cannot be answered and does not count.
func (x *run) unansweredADay() {
	if x.files > 0 && x.bills == x.files {
		x.unseen(NoUnanswered)
		return
	}
	if x.bills > 0 {
		x.unseen(NoUnanswered)
	}
	pairs := map[[2]uint32]uint32{}
	x.aDay(func(r *record) bool {
		yes, known := r.talked()
		if !known {
			x.blindTo(NoDuration)
		}
		return known && !yes && r.outcome != NotInService && r.outcome != WrongNumber
	}, func(p *party) uint32 {
		k := [2]uint32{p.group, p.endpoint}
		id, ok := pairs[k]
		if !ok {
			id = uint32(len(pairs))
			pairs[k] = id
		}
		return id
	})
}

// placed reports a call that counts as placed to the person: it reached the
// number dialled, and not the debtor's lawyer.
func placed(r *record, p *party) bool {
	return r.channel().Spoken() && r.outcome != NotInService && r.outcome != Busy && r.outcome != WrongNumber && p.role == Debtor
}

// sevenInSeven is R05: calls placed on the days d-6 to d, answered or not.
func (x *run) sevenInSeven() {
	limit, ok := x.need("max")
	days, ok2 := x.need("window_days")
	if !ok || !ok2 {
		return
	}
	clocks := x.zoneClocks()
	states := make([]perKey[queue], len(clocks))
	x.each(func(i uint32, r *record, p *party) {
		if !placed(r, p) {
			return
		}
		if day, _ := clocks[0].local(r.at); x.consented(day, days) {
			return
		}
		over := true
		for k := range clocks {
			day, _ := clocks[k].local(r.at)
			q := states[k].of(p.group)
			q.cut(day - days + 1)
			over = over && int64(len(q.held())) >= limit
			q.push(i, day)
		}
		if over {
			held := states[0].of(p.group).held()
			x.hit(i, held[:len(held)-1])
		}
	})
}

// sevenDayPause is R06: after a conversation on day c, whoever began it, no call
// on the days c to c+6.
func (x *run) sevenDayPause() {
	days, ok := x.need("window_days")
	if !ok {
		return
	}
	type talk struct {
		had bool
		row uint32
	}
	var states perKey[talk]
	clocks := x.zoneClocks()
	x.all(func(i uint32, r *record, p *party) {
		if !r.channel().Spoken() || p.role == Attorney || p.role.Third() {
			return
		}
		last := states.of(p.group)
		yes, known := r.talked()
		switch {
		case r.direction() == DirectionUnknown:
			x.blindTo(NoDirection)
		case !known:
			x.blindTo(NoDuration)
		}
		if r.direction() == FromFirm && last.had && placed(r, p) && x.soon(clocks, x.at(last.row), r, days) {
			x.hit(i, []uint32{last.row})
		}
		if yes && r.channel() == Voice {
			last.had, last.row = true, i
		}
	})
}

// soon reports that the call falls into the pause in every zone, and that
// nobody had agreed to be called.
func (x *run) soon(clocks []zoned, talk, call *record, days int64) bool {
	for k := range clocks {
		then, _ := clocks[k].local(talk.at)
		day, _ := clocks[k].local(call.at)
		if day-then >= days || k == 0 && x.consented(day, days) {
			return false
		}
	}
	return true
}

// bursts is R09: so many calls within minutes, or messages within hours. The
// number itself is the burst.
func (x *run) bursts() {
	calls, ok1 := x.need("voice_attempts")
	minutes, ok2 := x.need("voice_minutes")
	messages, ok3 := x.need("messages")
	hours, ok4 := x.need("message_hours")
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return
	}
	var voice, text perKey[queue]
	x.each(func(i uint32, r *record, p *party) {
		q, limit, seconds := voice.of(p.group), calls, minutes*60
		switch {
		case p.role.Third():
			return
		case r.is(flagNoClock):
			x.blindTo(NoClock)
			return
		case r.channel().Written():
			q, limit, seconds = text.of(p.group), messages, hours*3600
		case !r.channel().Spoken():
			return
		}
		q.cut(r.at - seconds)
		q.push(i, r.at)
		if held := q.held(); int64(len(held)) >= limit {
			x.hit(i, held[:len(held)-1])
		}
	})
}

// afterOptOut is R11: a medium that the person opted out of, as somebody said or
// a short message in the log shows. One confirmation is allowed, and one answer
// each time the person writes.
func (x *run) afterOptOut() {
	type state struct {
		out, grace bool
		with       []uint32
	}
	var states [channels]perKey[state]
	known := len(x.terms.OptOuts) > 0
	x.all(func(i uint32, r *record, p *party) {
		ch := r.channel()
		if ch == MMS {
			ch = SMS
		}
		s := states[ch].of(p.group)
		switch {
		case p.role.Third():
		case r.direction() == ToFirm && r.is(flagStop):
			*s = state{out: true, grace: true, with: []uint32{i}}
			known = true
		case r.direction() == ToFirm:
			s.grace = true
		case r.direction() == FromFirm:
			for _, o := range x.terms.OptOuts {
				if o.Channel == ch && !s.out && r.at > o.At.Unix() {
					s.out, s.grace = true, true
				}
			}
			if s.out && !s.grace {
				x.hit(i, s.with)
			}
			s.grace = false
		}
	})
	if !known {
		x.unseen(NeedFacts)
	}
}

// noOptOut is R12: messages that do not say how to opt out.
func (x *run) noOptOut() {
	x.each(func(i uint32, r *record, _ *party) {
		switch {
		case !r.is(flagText):
			x.blindTo(NoText)
		case !r.is(flagOptOut):
			x.hit(i, nil)
		}
	})
}

// numbersUsed is R13: numbers that the firm did not register, and, as a hint
// alone, many different numbers in seven days.
func (x *run) numbersUsed() {
	if reg := x.terms.Registered; reg != nil {
		x.each(func(i uint32, _ *record, p *party) {
			if p.number != "" && p.number != "*" && !reg.Has(p.number) {
				x.hit(i, nil)
			}
		})
	} else {
		x.unseen(NeedFacts)
	}
	if len(x.firmOf) == 0 {
		x.unseen(NeedNumbers)
		return
	}
	if n, ok := x.need("distinct_from_numbers_7d"); ok {
		x.distinct([]spread{{n, 7 * daySeconds}}, heuristic, func(p *party) (string, bool) { return p.number, p.number != "" })
	}
}

// mustRecord are the packs whose law obliges firms to record calls. Elsewhere
// they must only keep what they recorded.
var mustRecord = map[string]bool{"cn": true}

// recordings is R14, for logs that name the recording of each call.
func (x *run) recordings() {
	if !mustRecord[x.terms.Pack.ID] {
		x.unseen(NeedRecords)
		return
	}
	named := false
	x.each(func(i uint32, r *record, _ *party) {
		yes, known := r.talked()
		switch {
		case !r.is(flagRecKnow):
		case !known:
			named = true
			x.blindTo(NoDuration)
		default:
			named = true
			if yes && !r.recorded() {
				x.hit(i, nil)
			}
		}
	})
	if !named {
		x.unseen(NeedRecords)
	}
}

func (x *run) during(spans []Days) {
	if len(spans) == 0 {
		x.unseen(NeedFacts)
		return
	}
	x.each(func(i uint32, r *record, p *party) {
		if p.role.Third() {
			return
		}
		day, _ := x.zone.local(r.at)
		for _, s := range spans {
			if lo, hi := span(s.From, s.To); day >= lo && day <= hi {
				x.hit(i, nil)
				return
			}
		}
	})
}

// duringDispute is R16, duringAgreement R17.
func (x *run) duringDispute()   { x.during(x.terms.Disputes) }
func (x *run) duringAgreement() { x.during(x.terms.Agreements) }

// wordLists is R19.
func (x *run) wordLists() {
	for _, h := range x.hints {
		if x.done {
			return
		}
		if !x.at(h.record).is(flagDropped) {
			x.hitAs(h.record, nil, Hit{Strength: x.rule.Strength, List: h.list, Word: h.word})
		}
	}
	if x.crowded {
		x.unseen(TooManyWords)
	}
	x.each(func(_ uint32, r *record, _ *party) {
		if r.channel().Written() && !r.is(flagText) {
			x.blindTo(NoText)
		}
	})
	x.unseen(NeedPerson) // calls: only somebody who hears them knows
}
