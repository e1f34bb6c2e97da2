package forwarding

import (
	"slices"

	"dunwatch/internal/fault"
)

// Status of a forward.
//
//	send                                    check: back                        request review
//	  |                                   +-------------+                    +----------------+
//	  v     acknowledge          answer   v             |   check: passed    |                v
//	sent -------------> acknowledged --> answered --> returned      +----> told            review
//	  |                                   ^  |          |           |        |                |
//	  +----------- answer ----------------+  +----------|-----------+        | accept         | answer
//	                                      +-- answer ---+                    v                v
//	                                                                     accepted      review_answered <--+
//	                                                                         ^           |          |     | answer
//	                                                                  accept |    passed |     back v     |
//	                                                                         +-- review_told   review_returned
//
// Any of them leads to ended, when the case is closed or the office calls the forward back. A request for information
// ends when its answer passed: nobody is told of it. What a lender passed to its agency stays answered: the lender reads
// it, the office checks the lender's own answer.
type Status string

// The states.
const (
	Sent           Status = "sent"
	Acknowledged   Status = "acknowledged"
	Answered       Status = "answered" // the office checks the answer
	Returned       Status = "returned" // to be answered again
	Told           Status = "told"     // the complainant was told the answer
	Review         Status = "review"   // the complainant asked for a review (核查)
	ReviewAnswered Status = "review_answered"
	ReviewReturned Status = "review_returned"
	ReviewTold     Status = "review_told"
	Accepted       Status = "accepted" // the complainant is content
	Ended          Status = "ended"
)

// Statuses lists every state, in the order of the work.
var Statuses = []Status{
	Sent, Acknowledged, Answered, Returned, Told, Review, ReviewAnswered, ReviewReturned, ReviewTold, Accepted, Ended,
}

// Waiting lists the states in which the firm is the one to act.
var Waiting = []Status{Sent, Acknowledged, Returned, Review, ReviewReturned}

// Over lists the states after which nothing happens to a forward.
var Over = []Status{Accepted, Ended}

// deed is what moves a forward.
type deed string

const (
	acknowledge deed = "acknowledge"
	answer      deed = "answer"
	pass        deed = "pass"      // the office finds the answer sound
	sendBack    deed = "send_back" // the office wants a better one
	accept      deed = "accept"    // by the complainant
	askReview   deed = "ask_review"
	finish      deed = "end"
)

// moves is the whole machine: what is not in it is a Conflict.
var moves = map[deed]map[Status]Status{
	acknowledge: {Sent: Acknowledged},
	answer: {
		Sent: Answered, Acknowledged: Answered, Returned: Answered,
		Review: ReviewAnswered, ReviewReturned: ReviewAnswered,
	},
	pass:      {Answered: Told, ReviewAnswered: ReviewTold},
	sendBack:  {Answered: Returned, ReviewAnswered: ReviewReturned},
	accept:    {Told: Accepted, ReviewTold: Accepted},
	askReview: {Told: Review},
	finish: {
		Sent: Ended, Acknowledged: Ended, Answered: Ended, Returned: Ended, Told: Ended,
		Review: Ended, ReviewAnswered: Ended, ReviewReturned: Ended, ReviewTold: Ended,
	},
}

// next is the state after a deed. It fails with Conflict and a sentence that says why the deed is impossible now.
func (s Status) next(d deed) (Status, error) {
	to, ok := moves[d][s]
	if !ok {
		return "", fault.New(fault.Conflict, s.refusal(d))
	}
	return to, nil
}

// can reports whether a deed is possible in a state.
func (s Status) can(d deed) bool { _, ok := moves[d][s]; return ok }

// Awaits reports whether the firm is to act.
func (s Status) Awaits() bool { return slices.Contains(Waiting, s) }

// refusal is the key of the sentence about an impossible deed.
func (s Status) refusal(d deed) string {
	switch {
	case slices.Contains(Over, s):
		return "forwarding.over"
	case d == acknowledge:
		return "forwarding.acknowledged_already"
	case d == answer:
		return "forwarding.answered_already"
	case d == pass || d == sendBack:
		return "forwarding.nothing_to_check"
	case d == askReview && (s == Review || s == ReviewAnswered || s == ReviewReturned || s == ReviewTold):
		return "forwarding.reviewed_already"
	default:
		return "forwarding.not_told"
	}
}

// Stage says what an answer answers.
type Stage string

// The answer to the complaint, and the decision on its review.
const (
	StageAnswer Stage = "answer"
	StageReview Stage = "review"
)

// stage is that of an answer given in a state.
func (s Status) stage() Stage {
	switch s {
	case Review, ReviewAnswered, ReviewReturned, ReviewTold:
		return StageReview
	default:
		return StageAnswer
	}
}
