package httpd

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/hardship"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
)

// complaintAfterAPI registers what happens to a complaint after it was accepted, from the complainant's side.
func (s *Server) complaintAfterAPI(api huma.API) {
	post, get := "POST", "GET"
	serve(s, api, endpoint{method: get, path: "/complaints/{ref}/letters", id: "list-own-letters", summary: "List the letters of a complaint; the complainant sees the own ones",
		action: access.ReadComplaint, code: true}, s.apiOwnLetters)
	serve(s, api, endpoint{method: get, path: "/complaints/{ref}/letters/{id}", id: "read-own-letter", summary: "Read a letter, in Chinese or English",
		action: access.ReadComplaint, code: true}, s.apiOwnLetter)
	serve(s, api, endpoint{method: get, path: "/complaints/{ref}/letters/{id}/pdf", id: "print-own-letter", summary: "A letter as PDF",
		action: access.ReadComplaint, code: true}, s.apiOwnLetterPDF)
	serve(s, api, endpoint{method: get, path: "/complaints/{ref}/answers", id: "read-answers", summary: "What firms answered, once the office found it sound, and what can be done about it",
		action: access.ReadComplaint, code: true}, s.apiAnswers)
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/accept-answer", id: "accept-answer", summary: "Accept a firm's answer",
		action: access.RequestReview, code: true}, s.apiAcceptAnswer)
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/review-request", id: "request-review", summary: "Ask the firm to look at its answer again",
		action: access.RequestReview, code: true}, s.apiRequestReview)
	serve(s, api, endpoint{method: get, path: "/complaints/{ref}/plans", id: "list-own-plans", summary: "Plans of repayment that firms offered",
		action: access.ReadComplaint, code: true}, s.apiPlans)
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/plan", id: "answer-own-plan", summary: "Accept or decline a plan of repayment",
		action: access.AnswerPlan, code: true}, s.apiAnswerPlan)
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/plan/breach", id: "report-breach", summary: "Report that a firm does not keep to a plan",
		action: access.AnswerPlan, code: true}, s.apiBreach)
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/rate", id: "rate", summary: "Rate the handling, once, after it ended",
		action: access.RateHandling, code: true}, s.apiRate)
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/reopen-request", id: "request-reopening", summary: "Ask to have a closed complaint taken up again",
		action: access.RequestReview, code: true}, s.apiReopenRequest)
}

// ownLetterView is a letter; the text is there when one letter was asked for.
type ownLetterView struct {
	ID       int64  `json:"id"`
	Number   string `json:"number,omitempty"`
	Kind     string `json:"kind"`
	To       string `json:"to" enum:"complainant,firm,authority"`
	Title    string `json:"title"`
	Status   string `json:"status" enum:"draft,issued,cancelled"`
	IssuedOn string `json:"issued_on,omitempty" format:"date"`
	Delivery string `json:"delivery"`
	Version  int64  `json:"version"`
}

func ownLetterViewOf(lang locale.Lang) func(*letter.Letter) ownLetterView {
	return func(l *letter.Letter) ownLetterView {
		return ownLetterView{l.ID, l.Number, l.Kind, string(l.To), l.Title(lang), string(l.Status), l.IssuedOn.String(), string(l.Delivery), l.Version}
	}
}

func (s *Server) apiOwnLetters(ctx context.Context, by access.Actor, in *CodeInput) (*answer[itemsView[ownLetterView]], error) {
	by, err := s.enter(ctx, by, *in)
	if err != nil {
		return nil, err
	}
	list, err := s.Complaints.Letters(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[ownLetterView]{viewsOf(list, ownLetterViewOf(callerFrom(ctx).lang))}), nil
}

// OwnLetterInput is a letter of a complaint.
type OwnLetterInput struct {
	CodeInput
	ID   int64  `path:"id" minimum:"1"`
	Text string `query:"text" enum:"zh,en" doc:"Language of the text; that of the request if left out."`
}

func (in *OwnLetterInput) lang(ctx context.Context) locale.Lang {
	if l, ok := locale.Parse(in.Text); ok {
		return l
	}
	return callerFrom(ctx).lang
}

// letterTextView is a letter with its text.
type letterTextView struct {
	ID       int64  `json:"id"`
	Number   string `json:"number,omitempty"`
	Language string `json:"language"`
	Title    string `json:"title"`
	Body     string `json:"body"`
	Office   string `json:"office"`
	On       string `json:"on,omitempty" format:"date"`
	Draft    bool   `json:"draft"`
}

func (s *Server) apiOwnLetter(ctx context.Context, by access.Actor, in *OwnLetterInput) (*answer[letterTextView], error) {
	by, err := s.enter(ctx, by, in.CodeInput)
	if err != nil {
		return nil, err
	}
	lang := in.lang(ctx)
	l, err := s.Complaints.LetterSheet(ctx, by, in.Ref, in.ID, lang)
	if err != nil {
		return nil, err
	}
	return reply(letterTextView{in.ID, l.Number, string(lang), l.Title, l.Body, l.Office, l.On.String(), l.Draft}), nil
}

// pdfAnswer is a file to save.
type pdfAnswer struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Cache       string `header:"Cache-Control"`
	Body        []byte
}

func (s *Server) apiOwnLetterPDF(ctx context.Context, by access.Actor, in *OwnLetterInput) (*pdfAnswer, error) {
	by, err := s.enter(ctx, by, in.CodeInput)
	if err != nil {
		return nil, err
	}
	name, pdf, err := s.ownLetterPDF(ctx, by, in.Ref, in.ID, in.lang(ctx))
	if err != nil {
		return nil, err
	}
	return &pdfAnswer{"application/pdf", contentDisposition(name), "no-store", pdf}, nil
}

// followedView is what became of a complaint at a firm.
type followedView struct {
	Forward     string              `json:"forward"`
	Firm        string              `json:"firm"`
	Status      string              `json:"status"`
	SentOn      string              `json:"sent_on,omitempty" format:"date"`
	DueOn       string              `json:"due_on,omitempty" format:"date" doc:"Of the firm; left out when it is not its turn."`
	ToldOn      string              `json:"told_on,omitempty" format:"date"`
	Answers     []followedReplyView `json:"answers"`
	MayAccept   bool                `json:"may_accept"`
	MayReview   bool                `json:"may_review"`
	ReviewUntil string              `json:"review_until,omitempty" format:"date"`
}

type followedReplyView struct {
	Stage     string `json:"stage" enum:"answer,review"`
	Outcome   string `json:"outcome"`
	Text      string `json:"text"`
	AmountFen int64  `json:"amount_fen,omitempty"`
	On        string `json:"on" format:"date"`
}

func followedViewOf(f forwarding.Followed) followedView {
	return followedView{f.Reference, f.Firm, string(f.Status), f.SentOn.String(), f.DueOn.String(), f.ToldOn.String(),
		viewsOf(f.Answers, func(a forwarding.FollowedAnswer) followedReplyView {
			return followedReplyView{string(a.Stage), a.Outcome, a.Body, a.Fen, a.On.String()}
		}), f.MayAccept, f.MayReview, f.ReviewUntil.String()}
}

func (s *Server) answersReply(ctx context.Context, by access.Actor, ref string) (*answer[itemsView[followedView]], error) {
	list, err := s.Forwards.Follow(ctx, by, ref)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[followedView]{viewsOf(list, followedViewOf)}), nil
}

func (s *Server) apiAnswers(ctx context.Context, by access.Actor, in *CodeInput) (*answer[itemsView[followedView]], error) {
	by, err := s.enter(ctx, by, *in)
	if err != nil {
		return nil, err
	}
	return s.answersReply(ctx, by, in.Ref)
}

type acceptAnswerInput struct {
	CodeInput
	Body struct {
		Forward string `json:"forward" maxLength:"40" doc:"Left out: the answer that waits."`
	}
}

func (s *Server) apiAcceptAnswer(ctx context.Context, by access.Actor, in *acceptAnswerInput) (*answer[itemsView[followedView]], error) {
	by, err := s.enter(ctx, by, in.CodeInput)
	if err != nil {
		return nil, err
	}
	if err := s.Forwards.Accept(ctx, by, in.Ref, in.Body.Forward); err != nil {
		return nil, err
	}
	return s.answersReply(ctx, by, in.Ref)
}

type reviewRequestInput struct {
	CodeInput
	Body struct {
		Forward string `json:"forward" maxLength:"40" doc:"Left out: the answer that waits."`
		Text    string `json:"text" doc:"What is wrong with the answer."`
	}
}

func (s *Server) apiRequestReview(ctx context.Context, by access.Actor, in *reviewRequestInput) (*answer[itemsView[followedView]], error) {
	by, err := s.enter(ctx, by, in.CodeInput)
	if err != nil {
		return nil, err
	}
	if err := s.Forwards.RequestReview(ctx, by, in.Ref, in.Body.Forward, in.Body.Text); err != nil {
		return nil, err
	}
	return s.answersReply(ctx, by, in.Ref)
}

// ownPlanView is a plan of repayment.
type ownPlanView struct {
	Reference      string         `json:"reference"`
	Firm           string         `json:"firm"`
	Kind           string         `json:"kind" enum:"deferral,instalments"`
	Status         string         `json:"status"`
	Terms          string         `json:"terms"`
	TotalFen       int64          `json:"total_fen"`
	StopCollection bool           `json:"stop_collection"`
	Instalments    []partPaidView `json:"instalments"`
	Version        int64          `json:"version"`
}

type partPaidView struct {
	Number  int    `json:"number"`
	DueOn   string `json:"due_on" format:"date"`
	Fen     int64  `json:"amount_fen"`
	PaidFen int64  `json:"paid_fen"`
	PaidOn  string `json:"paid_on,omitempty" format:"date"`
	State   string `json:"state" enum:"paid,paid_late,late,open"`
}

func (s *Server) ownPlanViewOf(p *hardship.Plan) ownPlanView {
	today := s.today()
	return ownPlanView{p.Reference, p.Firm.Name, string(p.Kind), string(p.Status), p.Terms, p.TotalFen, p.StopCollection,
		viewsOf(p.Instalments, func(i hardship.Instalment) partPaidView {
			return partPaidView{i.Number, i.DueOn.String(), i.Fen, i.PaidFen, i.PaidOn.String(), i.State(today)}
		}), p.Version}
}

func (s *Server) apiPlans(ctx context.Context, by access.Actor, in *CodeInput) (*answer[itemsView[ownPlanView]], error) {
	by, err := s.enter(ctx, by, *in)
	if err != nil {
		return nil, err
	}
	list, err := s.Plans.Plans(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[ownPlanView]{viewsOf(list, s.ownPlanViewOf)}), nil
}

type answerPlanInput struct {
	CodeInput
	Body struct {
		Plan    string `json:"plan" maxLength:"40"`
		Version int64  `json:"version"`
		Answer  string `json:"answer" doc:"accept or decline"`
	}
}

func (s *Server) apiAnswerPlan(ctx context.Context, by access.Actor, in *answerPlanInput) (*answer[ownPlanView], error) {
	by, err := s.enter(ctx, by, in.CodeInput)
	if err != nil {
		return nil, err
	}
	yes := in.Body.Answer == "accept"
	if !yes && in.Body.Answer != "decline" {
		return nil, fault.Fields{{Name: "answer", Key: "fault.choose"}}.Err()
	}
	p, err := s.Plans.Answer(ctx, by, in.Body.Plan, in.Body.Version, yes)
	if err != nil {
		return nil, err
	}
	return reply(s.ownPlanViewOf(p)), nil
}

type breachInput struct {
	CodeInput
	Body struct {
		Plan string `json:"plan" maxLength:"40"`
		What string `json:"what" doc:"collected or changed"`
		Text string `json:"text"`
	}
}

func (s *Server) apiBreach(ctx context.Context, by access.Actor, in *breachInput) (*answer[*complaintView], error) {
	by, err := s.enter(ctx, by, in.CodeInput)
	if err != nil {
		return nil, err
	}
	if err := s.Plans.Breach(ctx, by, in.Body.Plan, hardship.BreachInput{What: hardship.Breach(in.Body.What), Text: in.Body.Text}); err != nil {
		return nil, err
	}
	return s.complaintNow(ctx, by, in.Ref)
}

func (s *Server) complaintNow(ctx context.Context, by access.Actor, ref string) (*answer[*complaintView], error) {
	c, err := s.Complaints.ByRef(ctx, by, ref)
	if err != nil {
		return nil, err
	}
	return s.complaintReply(ctx, by, c)
}

type rateInput struct {
	CodeInput
	Body struct {
		Score   int    `json:"score" doc:"1, very bad, to 5, very good"`
		Comment string `json:"comment"`
	}
}

// ratingView is a rating.
type ratingView struct {
	At      string `json:"at" format:"date-time"`
	Score   int    `json:"score"`
	Comment string `json:"comment,omitempty"`
}

func (s *Server) apiRate(ctx context.Context, by access.Actor, in *rateInput) (*answer[ratingView], error) {
	by, err := s.enter(ctx, by, in.CodeInput)
	if err != nil {
		return nil, err
	}
	r, err := s.Complaints.Rate(ctx, by, in.Ref, in.Body.Score, in.Body.Comment)
	if err != nil {
		return nil, err
	}
	return reply(ratingView{stamp(r.At), r.Score, r.Comment}), nil
}

type reopenRequestInput struct {
	CodeInput
	Body struct {
		Text string `json:"text" doc:"What is new."`
	}
}

func (s *Server) apiReopenRequest(ctx context.Context, by access.Actor, in *reopenRequestInput) (*answer[*complaintView], error) {
	by, err := s.enter(ctx, by, in.CodeInput)
	if err != nil {
		return nil, err
	}
	if _, err := s.Complaints.AskReopen(ctx, by, in.Ref, in.Body.Text); err != nil {
		return nil, err
	}
	return s.complaintNow(ctx, by, in.Ref)
}
