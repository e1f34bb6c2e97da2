package httpd

import (
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/forwarding"
)

// HandledForward is what was sent to a firm, as the office reads it.
type HandledForward struct {
	Reference      string              `json:"reference"`
	Case           string              `json:"case"`
	Firm           partyView           `json:"firm"`
	Kind           string              `json:"kind"`
	Status         string              `json:"status"`
	Disclosed      []string            `json:"disclosed"`
	Summary        string              `json:"summary,omitempty"`
	SentOn         string              `json:"sent_on" format:"date"`
	DueOn          string              `json:"due_on,omitempty" format:"date" doc:"Of the firm; none while it is not its turn."`
	Late           bool                `json:"late"`
	CheckDueOn     string              `json:"check_due_on,omitempty" format:"date"`
	ReviewUntil    string              `json:"review_until,omitempty" format:"date"`
	AcknowledgedAt string              `json:"acknowledged_at,omitempty" format:"date-time"`
	ToldOn         string              `json:"told_on,omitempty" format:"date"`
	EndedAt        string              `json:"ended_at,omitempty" format:"date-time"`
	Answers        []handledAnswerView `json:"answers"`
	PassedOn       []*HandledForward   `json:"passed_on" doc:"What the lender passed to its agencies."`
	MayCheck       bool                `json:"may_check"`
	MayEnd         bool                `json:"may_end"`
	Version        int64               `json:"version"`
}

// handledAnswerView is an answer of a firm.
type handledAnswerView struct {
	Number    int               `json:"number"`
	Stage     string            `json:"stage"`
	Outcome   string            `json:"outcome"`
	Body      string            `json:"body"`
	AmountFen int64             `json:"amount_fen,omitempty"`
	At        string            `json:"at" format:"date-time"`
	Check     *handledCheckView `json:"check,omitempty"`
}

// handledCheckView is the office's judgement of it.
type handledCheckView struct {
	Passed bool     `json:"passed"`
	Points []string `json:"points"`
	Note   string   `json:"note,omitempty"`
	At     string   `json:"at" format:"date-time"`
}

func handledForwardView(f *forwarding.Full) *HandledForward {
	return &HandledForward{
		Reference: f.Reference, Case: f.CaseReference, Firm: partyView{f.Firm.Code, f.Firm.Name}, Kind: string(f.Kind), Status: string(f.Status),
		Disclosed: listOf(f.Forward.Disclosed), Summary: f.Summary, SentOn: f.SentOn.String(), DueOn: f.DueOn.String(), Late: f.Late,
		CheckDueOn: f.CheckDueOn.String(), ReviewUntil: f.ReviewUntil.String(), AcknowledgedAt: stamp(f.AcknowledgedAt), ToldOn: f.ToldOn.String(),
		EndedAt: stamp(f.EndedAt), Answers: viewsOf(f.Answers, handledAnswerViewOf), PassedOn: viewsOf(f.Children, handledForwardView),
		MayCheck: f.MayCheck, MayEnd: f.MayEnd, Version: f.Version,
	}
}

func handledAnswerViewOf(a forwarding.Answer) handledAnswerView {
	v := handledAnswerView{Number: a.Number, Stage: string(a.Stage), Outcome: a.Outcome, Body: a.Body, AmountFen: a.Fen, At: stamp(a.At)}
	if c := a.Check; c != nil {
		v.Check = &handledCheckView{c.Passed, listOf(c.Points), c.Note, stamp(c.At)}
	}
	return v
}

// timeRequestView is a wish for more time.
type timeRequestView struct {
	ID       int64       `json:"id"`
	Case     string      `json:"case"`
	Clock    string      `json:"clock"`
	N        int         `json:"n"`
	Unit     string      `json:"unit"`
	Ground   string      `json:"ground"`
	Reason   string      `json:"reason"`
	OfFirm   bool        `json:"of_firm" doc:"A firm asks; else the office."`
	AskedBy  *personView `json:"asked_by,omitempty"`
	AskedAt  string      `json:"asked_at" format:"date-time"`
	Open     bool        `json:"open"`
	Granted  bool        `json:"granted"`
	Decision string      `json:"decision,omitempty"`
	Decided  string      `json:"decided_at,omitempty" format:"date-time"`
	By       *personView `json:"decided_by,omitempty"`
	Version  int64       `json:"version"`
}

func timeRequestViewOf(r casework.TimeRequest) timeRequestView {
	v := timeRequestView{ID: r.ID, Case: r.CaseReference, Clock: r.Clock, N: r.N, Unit: string(r.Unit), Ground: r.Ground, Reason: r.Reason, OfFirm: r.ForwardID != 0,
		AskedAt: stamp(r.AskedAt), Open: r.Open, Granted: r.Granted, Decision: r.Decision, Decided: stamp(r.DecidedAt), By: personViewOf(r.DecidedBy, r.DecidedName), Version: r.Version}
	if !v.OfFirm {
		v.AskedBy = personViewOf(r.AskedBy, r.AskedName)
	}
	return v
}

// waitingView is what waits for the caller.
type waitingView struct {
	Answers []waitingAnswerView `json:"answers"`
	Times   []timeRequestView   `json:"time_requests"`
	Letters []waitingLetterView `json:"letters"`
	Untold  []waitingUntoldView `json:"not_informed"`
}

type waitingAnswerView struct {
	Forward    string    `json:"forward"`
	Case       string    `json:"case"`
	Firm       partyView `json:"firm"`
	Status     string    `json:"status"`
	AnsweredOn string    `json:"answered_on" format:"date"`
	DueOn      string    `json:"due_on,omitempty" format:"date"`
}

type waitingLetterView struct {
	ID        int64  `json:"id"`
	Complaint string `json:"complaint"`
	Kind      string `json:"kind"`
	WrittenAt string `json:"written_at" format:"date-time"`
}

type waitingUntoldView struct {
	Complaint string `json:"complaint"`
	DueOn     string `json:"due_on" format:"date"`
	Attempts  int    `json:"attempts"`
}

func waitingViewOf(w waiting) waitingView {
	return waitingView{
		Answers: viewsOf(w.answers, func(a forwarding.ToCheck) waitingAnswerView {
			return waitingAnswerView{a.Reference, a.CaseReference, partyView{a.Firm.Code, a.Firm.Name}, string(a.Status), a.AnsweredOn.String(), a.DueOn.String()}
		}),
		Times: viewsOf(w.times, func(r casework.WaitingRequest) timeRequestView { return timeRequestViewOf(r.TimeRequest) }),
		Letters: viewsOf(w.letters, func(l complaint.WaitingLetter) waitingLetterView {
			return waitingLetterView{l.ID, l.Reference, l.Kind, stamp(l.WrittenAt)}
		}),
		Untold: viewsOf(w.untold, func(n complaint.NotInformed) waitingUntoldView {
			return waitingUntoldView{n.Reference, n.DueOn.String(), n.Attempts}
		}),
	}
}
