package httpd

import (
	"dunwatch/internal/complaint"
	"dunwatch/internal/firm"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/hardship"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
)

// What a firm's staff read by the API: what the pages of the portal show them, and no id of the office's.

type firmForwardItem struct {
	Reference  string `json:"reference"`
	Kind       string `json:"kind"`
	Status     string `json:"status"`
	SentOn     string `json:"sent_on" format:"date"`
	DueOn      string `json:"due_on,omitempty" doc:"Empty where it is not the firm's turn."`
	Late       bool   `json:"late"`
	FromLender bool   `json:"from_lender" doc:"A lender passed it on."`
	AnsweredOn string `json:"answered_on,omitempty"`
}

func firmForwardItemOf(i forwarding.InboxItem) firmForwardItem {
	return firmForwardItem{Reference: i.Reference, Kind: string(i.Kind), Status: string(i.Status), SentOn: firmDay(i.SentOn), DueOn: firmDay(i.DueOn),
		Late: i.Late, FromLender: i.FromLender, AnsweredOn: firmDay(i.AnsweredOn)}
}

type firmForwardView struct {
	Reference  string           `json:"reference"`
	Kind       string           `json:"kind"`
	Status     string           `json:"status"`
	Version    int64            `json:"version"`
	SentOn     string           `json:"sent_on" format:"date"`
	DueOn      string           `json:"due_on,omitempty"`
	Original   string           `json:"original_due_on,omitempty"`
	Late       bool             `json:"late"`
	From       *partyView       `json:"from,omitempty" doc:"The lender that passed it on."`
	Summary    string           `json:"summary"`
	Disclosed  []string         `json:"disclosed"`
	Complaint  string           `json:"complaint,omitempty" doc:"Its reference, where it was disclosed."`
	Name       string           `json:"name,omitempty"`
	Phone      string           `json:"phone,omitempty"`
	IDNumber   string           `json:"id_number,omitempty"`
	Email      string           `json:"email,omitempty"`
	Narrative  string           `json:"narrative,omitempty"`
	Demand     string           `json:"demand,omitempty"`
	Loan       *complaint.Loan  `json:"loan,omitempty"`
	Files      []firmFileView   `json:"files"`
	Answers    []firmAnswerView `json:"answers"`
	Asked      []firmAskedView  `json:"time_requests"`
	Agencies   []firmAgencyView `json:"agencies"`
	PassTo     []partyView      `json:"may_pass_to"`
	Outcomes   []string         `json:"outcomes" doc:"Those that an answer may have."`
	Timeline   []eventView      `json:"timeline"`
	MayAskTime bool             `json:"may_ask_time"`
	MayAnswer  bool             `json:"may_answer"`
}

func (s *Server) firmForwardViewOf(lang locale.Lang, v *forwarding.FirmView) *firmForwardView {
	out := &firmForwardView{
		Reference: v.Reference, Kind: string(v.Kind), Status: string(v.Status), Version: v.Version, SentOn: firmDay(v.SentOn), DueOn: firmDay(v.DueOn),
		Original: firmDay(v.Original), Late: v.Late, Summary: v.Summary, Disclosed: listOf(v.Disclosed), Complaint: v.ComplaintReference,
		Name: v.Name, Phone: v.Phone, IDNumber: v.IDNumber, Email: v.Email, Narrative: v.Narrative, Demand: v.Demand, Loan: v.Loan,
		Files: viewsOf(v.Files, firmFileViewOf), Answers: viewsOf(v.Answers, firmAnswerViewOf), Asked: viewsOf(v.Asked, firmAskedViewOf),
		PassTo:     viewsOf(v.PassTo, func(f firm.Firm) partyView { return partyView{f.Code, f.Name} }),
		MayAskTime: v.Moves.AskTime, MayAnswer: v.Moves.Answer, Outcomes: []string{},
	}
	if v.From != nil {
		out.From = &partyView{v.From.Code, v.From.Name}
	}
	for _, o := range v.Outcomes {
		out.Outcomes = append(out.Outcomes, o.ID)
	}
	out.Agencies = viewsOf(v.Agencies, func(p forwarding.AgencyPart) firmAgencyView {
		return firmAgencyView{Agency: partyView{p.Agency.Code, p.Agency.Name}, Status: string(p.Status), SentOn: firmDay(p.SentOn), DueOn: firmDay(p.DueOn),
			Late: p.Late, Answers: viewsOf(p.Answers, firmAnswerViewOf)}
	})
	out.Timeline = viewsOf(v.Events, func(e forwarding.Event) eventView {
		line := eventView{At: stamp(e.At), Kind: e.Kind, Text: s.eventText(lang, e.Kind), Role: e.ActorRole}
		if e.Kind == forwarding.EventPassed || e.Kind == forwarding.EventAgencyAnswered {
			line.Note = e.Note // the agency's name
		}
		return line
	})
	return out
}

type firmFileView struct {
	Number     int    `json:"number" doc:"Counts the files that the firm may see."`
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	Size       int64  `json:"size"`
	MediaType  string `json:"media_type"`
	ReceivedAt string `json:"received_at" format:"date-time"`
	From       string `json:"from" doc:"complainant, own or agency"`
}

func firmFileViewOf(f forwarding.File) firmFileView {
	return firmFileView{Number: f.Number, Kind: f.Kind, Name: f.Name, Size: f.Size, MediaType: f.MediaType, ReceivedAt: stamp(f.ReceivedAt), From: f.From}
}

type firmAnswerView struct {
	Number    int            `json:"number"`
	Stage     string         `json:"stage" doc:"answer, or review"`
	Outcome   string         `json:"outcome"`
	Body      string         `json:"body"`
	AmountFen int64          `json:"amount_fen,omitempty"`
	On        string         `json:"on" format:"date"`
	Check     *firmCheckView `json:"check,omitempty"`
}

type firmCheckView struct {
	Passed bool     `json:"passed"`
	Points []string `json:"points" doc:"What is lacking."`
	Note   string   `json:"note,omitempty"`
	At     string   `json:"at" format:"date-time"`
}

func firmAnswerViewOf(a forwarding.Answer) firmAnswerView {
	v := firmAnswerView{Number: a.Number, Stage: string(a.Stage), Outcome: a.Outcome, Body: a.Body, AmountFen: a.Fen, On: firmDay(a.On)}
	if c := a.Check; c != nil {
		v.Check = &firmCheckView{Passed: c.Passed, Points: listOf(c.Points), Note: c.Note, At: stamp(c.At)}
	}
	return v
}

type firmAskedView struct {
	N        int    `json:"n"`
	Unit     string `json:"unit"`
	Ground   string `json:"ground"`
	Reason   string `json:"reason"`
	AskedAt  string `json:"asked_at" format:"date-time"`
	State    string `json:"state" doc:"open, granted or refused"`
	Decision string `json:"decision,omitempty"`
}

func firmAskedViewOf(m forwarding.MoreTime) firmAskedView {
	v := firmAskedView{N: m.N, Unit: string(m.Unit), Ground: m.Ground, Reason: m.Reason, AskedAt: stamp(m.AskedAt), State: "refused", Decision: m.Decision}
	switch {
	case m.Open:
		v.State = "open"
	case m.Granted:
		v.State = "granted"
	}
	return v
}

type firmAgencyView struct {
	Agency  partyView        `json:"agency"`
	Status  string           `json:"status"`
	SentOn  string           `json:"sent_on" format:"date"`
	DueOn   string           `json:"due_on,omitempty"`
	Late    bool             `json:"late"`
	Answers []firmAnswerView `json:"answers"`
}

type firmLetterView struct {
	Position int    `json:"position" doc:"By which the letter is read: 1, 2 … in the order in which they went out."`
	Kind     string `json:"kind"`
	Number   string `json:"number"`
	Title    string `json:"title"`
	IssuedOn string `json:"issued_on" format:"date"`
}

func firmLetterViewOf(n int, l *letter.Letter, lang locale.Lang) firmLetterView {
	return firmLetterView{Position: n, Kind: l.Kind, Number: l.Number, Title: l.Title(lang), IssuedOn: firmDay(l.IssuedOn)}
}

type firmLetterText struct {
	firmLetterView
	Text   string `json:"text"`
	Office string `json:"office"`
}

type firmPlanView struct {
	Reference      string               `json:"reference"`
	Kind           string               `json:"kind"`
	Status         string               `json:"status"`
	Terms          string               `json:"terms"`
	TotalFen       int64                `json:"total_fen"`
	StopCollection bool                 `json:"stop_collection"`
	OfferedAt      string               `json:"offered_at" format:"date-time"`
	AnsweredOn     string               `json:"answered_on,omitempty"`
	EndedOn        string               `json:"ended_on,omitempty"`
	Instalments    []firmInstalmentView `json:"instalments"`
	Performance    firmPlanPerformance  `json:"performance"`
	Version        int64                `json:"version"`
}

type firmInstalmentView struct {
	Number    int    `json:"number"`
	DueOn     string `json:"due_on" format:"date"`
	AmountFen int64  `json:"amount_fen"`
	PaidFen   int64  `json:"paid_fen"`
	State     string `json:"state" doc:"paid, paid_late, late or open"`
}

type firmPlanPerformance struct {
	PaidFen int64 `json:"paid_fen"`
	DueFen  int64 `json:"due_fen"`
	LateFen int64 `json:"late_fen"`
	Late    int   `json:"late_instalments"`
}

func (s *Server) firmPlanViewOf(p *hardship.Plan) firmPlanView {
	today := s.today()
	return firmPlanView{
		Reference: p.Reference, Kind: string(p.Kind), Status: string(p.Status), Terms: p.Terms, TotalFen: p.TotalFen, StopCollection: p.StopCollection,
		OfferedAt: stamp(p.OfferedAt), AnsweredOn: firmDay(p.AnsweredOn), EndedOn: firmDay(p.EndedOn), Version: p.Version,
		Instalments: viewsOf(p.Instalments, func(i hardship.Instalment) firmInstalmentView {
			return firmInstalmentView{i.Number, firmDay(i.DueOn), i.Fen, i.PaidFen, i.State(today)}
		}),
		Performance: firmPlanPerformance{p.Performance.PaidFen, p.Performance.DueFen, p.Performance.LateFen, p.Performance.Late},
	}
}
