package demo

// Parts of which the ways are made.
var (
	lead     = []turn{{0, apply}}
	filed    = join(lead, turn{2, fileCase})
	probing  = join(filed, turn{1, investigate})
	probed   = join(probing, turn{6, concludeCase})
	examined = join(probed, turn{2, try})
	noticed  = join(examined, turn{1, giveNotice})
	defended = join(noticed, turn{2, defend})
	answered = join(defended, turn{1, answerDefence})
	asked    = join(defended, turn{1, askHearing}, turn{1, answerDefence})
	set      = join(asked, turn{1, setHearing})
	held     = join(set, turn{9, holdHearing})
	heard    = join(held, turn{2, reportHearing})
	approved = join(noticed, turn{7, approveCase})
	decided  = join(approved, turn{1, issueCase})
	served   = join(decided, turn{2, serve})
	public   = join(served, turn{1, publish})
	paid     = join(public, turn{5, payAll})
	closed   = join(paid, turn{3, closeCase})
	archived = join(closed, turn{4, archive})

	brief = join(lead, turn{1, fileCase}, turn{1, investigate}, turn{3, concludeCase}, turn{1, try}, turn{1, giveNotice}, turn{1, waive},
		turn{1, approveCase}, turn{1, issueCase}, turn{1, serve}, turn{1, publish}, turn{2, closeCase}, turn{2, archive})
)

// join is a new list: the parts share nothing.
func join(a []turn, more ...turn) []turn { return append(a[:len(a):len(a)], more...) }

// ways are all of them: those that stand somewhere today, and those of the months behind them.
func (o *office) ways() []way {
	const legal, director = "legal" + mailHost, "director1" + mailHost
	out := []way{
		{turns: lead, ends: 1, worth: "a case to file or refuse", who: theSupervisor},
		{turns: lead, ends: 3},
		{turns: join(lead, turn{3, refuse}), ends: 9},
		{turns: filed, ends: 1, worth: "filed: to be investigated", who: theOfficer},
		{turns: probing, ends: 4},
		{turns: join(probing, turn{2, preserve}), ends: 3, worth: "evidence preserved, not yet decided", who: theOfficer},
		{turns: join(probing, turn{3, suspend}), ends: 12},
		{turns: probed, ends: 2, worth: "to be examined", who: theSupervisor},
		{turns: examined, ends: 1, heavy: true, worth: "needs a legal review", who: legal},
		{turns: noticed, ends: 2, heavy: true, signs: true, worth: "the firm may defend itself and ask for a hearing", who: theFirm},
		{turns: defended, ends: 1, heavy: true, signs: true, worth: "a defence to answer; the firm may ask for a hearing", who: theSupervisor},
		{turns: asked, ends: 1, heavy: true, grave: true, signs: true, worth: "a hearing to set", who: legal},
		{turns: set, ends: 5, heavy: true, grave: true},
		{turns: held, ends: 1, heavy: true, worth: "the hearing to report", who: legal},
		{turns: heard, ends: 2, heavy: true, worth: "needs a legal review after its hearing", who: legal},
		{turns: join(answered, turn{6, review}), ends: 1, heavy: true, worth: "to be discussed by those in charge", who: director},
		{turns: answered, ends: 6, worth: "ready to be approved", who: director},
		{turns: approved, ends: 1, worth: "a decision to seal", who: director},
		{turns: decided, ends: 1, worth: "a decision to serve", who: theSupervisor},
		{turns: public, ends: 3, signs: true, worth: "served, the fine is payable", who: theFirm},
		{turns: paid, ends: 1},
		{turns: public, ends: 19, worth: "overdue, with surcharge", who: theSupervisor},
		{turns: join(public, turn{4, askParts}, turn{2, allowParts}, turn{9, payPart}), ends: 4},
		{turns: join(public, turn{2, askParts}), ends: 1, signs: true, worth: "asks for instalments", who: director},
		{turns: join(public, turn{8, challengeReview}), ends: 14, worth: "under review: the surcharge is frozen", who: theSupervisor},
		{turns: join(public, turn{20, challengeSuit}), ends: 21},
		{turns: join(public, turn{22, demand}), ends: 6},
		{turns: join(public, turn{24, demand}, turn{112, toCourt}), ends: 7},
		{turns: join(paid, turn{6, challengeReview}, turn{24, annulled}, turn{2, revoke}, turn{1, withdrawEntry}, turn{4, refundAll}, turn{3, closeCase}), ends: 15, worth: "revoked after a review, and off the register", who: director},
		{turns: join(public, turn{10, challengeReview}, turn{28, changed}, turn{2, lower}, turn{1, withdrawEntry}, turn{1, publish}, turn{2, payAll}, turn{3, closeCase}), ends: 30},
		{turns: closed, ends: 2},
		{turns: join(examined, turn{4, noPenalty}), ends: 11},
		{turns: join(probing, turn{4, transfer}), ends: 17},
		{turns: join(public, turn{5, correctEntry}, turn{3, payAll}, turn{2, closeCase}, turn{3, archive}), ends: 44},
		{turns: join(heard, turn{2, review}, turn{3, deliberate}, turn{1, approveCase}, turn{1, issueCase}, turn{2, serve}, turn{1, publish}, turn{7, payAll}, turn{3, closeCase}, turn{5, archive}),
			ends: 58, heavy: true, grave: true, worth: "a whole course with a hearing, archived", who: "auditor" + mailHost},
	}
	for i, ends := range []int{6, 16, 26, 37, 50, 66, 80, 98, 116, 134, 152, 172, 192, 206} {
		w := way{turns: archived, ends: ends}
		if i%3 == 2 {
			w.light, w.turns = true, join(public, turn{3, closeCase}, turn{4, archive})
		}
		out = append(out, w)
	}
	for _, ends := range []int{222, 238, 252} {
		out = append(out, way{turns: brief, ends: ends, light: true})
	}
	return out
}
