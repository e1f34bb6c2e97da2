package httpd

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"dunwatch/internal/access"
	"dunwatch/internal/deadline"
	"dunwatch/internal/fault"
	"dunwatch/internal/forwarding"
)

// handlingAPI registers the operations of forwards, clocks and requests for time.
func (s *Server) handlingAPI(api huma.API) {
	post, get := "POST", "GET"
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/forward", id: "forward-complaint", summary: "Send a complaint to a firm, or ask a firm for information",
		action: access.SendForward, created: true}, s.apiForward)
	serve(s, api, endpoint{method: get, path: "/cases/{ref}/forwards", id: "list-case-forwards", summary: "List what was sent to firms, with their answers",
		action: access.ReadForward}, s.apiForwards)
	serve(s, api, endpoint{method: post, path: "/forwards/{ref}/check", id: "check-answer", summary: "Pass a firm's answer, or send it back",
		action: access.CheckAnswer}, s.apiCheck)
	serve(s, api, endpoint{method: post, path: "/forwards/{ref}/end", id: "end-forward", summary: "Call a forward back",
		action: access.SendForward}, s.apiEndForward)
	serve(s, api, endpoint{method: post, path: "/cases/{ref}/clocks/{clock}/suspend", id: "suspend-clock", summary: "Hold a time limit from today on",
		action: access.DecideOnTime}, s.apiSuspend)
	serve(s, api, endpoint{method: post, path: "/cases/{ref}/clocks/{clock}/resume", id: "resume-clock", summary: "Let a held time limit run again from tomorrow",
		action: access.DecideOnTime}, s.apiResume)
	serve(s, api, endpoint{method: post, path: "/cases/{ref}/clocks/{clock}/extend", id: "ask-for-time", summary: "Ask for more time; somebody else decides",
		action: access.AskForTime, created: true}, s.apiAskTime)
	serve(s, api, endpoint{method: get, path: "/cases/{ref}/time-requests", id: "list-time-requests", summary: "List who asked for more time and what became of it",
		action: access.ReadCase}, s.apiTimeRequests)
	serve(s, api, endpoint{method: post, path: "/time-requests/{id}/decide", id: "decide-on-time", summary: "Grant or refuse more time, never one's own request",
		action: access.DecideOnTime}, s.apiDecideTime)
	serve(s, api, endpoint{method: post, path: "/cases/{ref}/reopen", id: "reopen-case", summary: "Take up a closed case and its complaint again",
		action: access.ReopenCase}, s.apiReopen)
	serve(s, api, endpoint{method: get, path: "/waiting", id: "list-waiting", summary: "List what waits for the caller's decision",
		action: access.CheckAnswer}, s.apiWaiting)
}

type forwardInput struct {
	RefPath
	Body struct {
		Firm     string   `json:"firm" required:"true" maxLength:"64" doc:"Code."`
		Kind     string   `json:"kind" enum:"answer,information" default:"answer"`
		Disclose []string `json:"disclose" maxItems:"20" doc:"Of name, phone, id_number, email, narrative, demand, loan, evidence: as far as track and consent allow."`
		Summary  string   `json:"summary" doc:"Needed where the narrative is not disclosed."`
		Note     string   `json:"note"`
		DueOn    string   `json:"due_on" doc:"YYYY-MM-DD; of a request for information alone."`
		Version  int64    `json:"version" required:"true" doc:"Of the case."`
	}
}

func (s *Server) apiForward(ctx context.Context, by access.Actor, in *forwardInput) (*answer[*HandledForward], error) {
	b := in.Body
	var wrong fault.Fields
	due := dayGiven(&wrong, "due_on", b.DueOn)
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	f, err := s.Forwards.Send(ctx, by, in.Ref, b.Version, forwarding.SendInput{
		Firm: b.Firm, Kind: forwarding.Kind(b.Kind), Disclose: b.Disclose, Summary: b.Summary, Note: b.Note, DueOn: due})
	if err != nil {
		return nil, err
	}
	return s.handledForwardOf(ctx, by, f.Reference)
}

func (s *Server) handledForwardOf(ctx context.Context, by access.Actor, ref string) (*answer[*HandledForward], error) {
	f, err := s.Forwards.ByRef(ctx, by, ref)
	if err != nil {
		return nil, err
	}
	return reply(handledForwardView(f)), nil
}

func (s *Server) apiForwards(ctx context.Context, by access.Actor, in *RefPath) (*answer[itemsView[*HandledForward]], error) {
	list, err := s.Forwards.Forwards(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[*HandledForward]{viewsOf(list, handledForwardView)}), nil
}

type checkInput struct {
	RefPath
	Body struct {
		Passed  bool     `json:"passed" required:"true"`
		Points  []string `json:"points" maxItems:"20" doc:"What the answer lacks: complete, facts, evidence, law, remedy, period, tone."`
		Note    string   `json:"note"`
		Version int64    `json:"version" required:"true" doc:"Of the forward."`
	}
}

func (s *Server) apiCheck(ctx context.Context, by access.Actor, in *checkInput) (*answer[*HandledForward], error) {
	f, err := s.Forwards.Check(ctx, by, in.Ref, in.Body.Version, in.Body.Passed, in.Body.Points, in.Body.Note)
	if err != nil {
		return nil, err
	}
	return s.handledForwardOf(ctx, by, f.Reference)
}

type endForwardInput struct {
	RefPath
	Body struct {
		Reason  string `json:"reason" required:"true"`
		Version int64  `json:"version" required:"true" doc:"Of the forward."`
	}
}

func (s *Server) apiEndForward(ctx context.Context, by access.Actor, in *endForwardInput) (*answer[*HandledForward], error) {
	f, err := s.Forwards.End(ctx, by, in.Ref, in.Body.Version, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return s.handledForwardOf(ctx, by, f.Reference)
}

// ClockPath names a clock of a case: the rulebook's key, with its round where it runs again ("firm.answer#2", the # written
// as %23).
type ClockPath struct {
	RefPath
	Clock string `path:"clock" maxLength:"80"`
}

type suspendInput struct {
	ClockPath
	Body struct {
		Ground string `json:"ground" required:"true" maxLength:"40" doc:"Key of the rulebook's grounds for it."`
		Reason string `json:"reason" required:"true"`
	}
}

func (s *Server) apiSuspend(ctx context.Context, by access.Actor, in *suspendInput) (*answer[itemsView[clockView]], error) {
	if _, err := s.Cases.Suspend(ctx, by, in.Ref, in.Clock, in.Body.Ground, in.Body.Reason); err != nil {
		return nil, err
	}
	return s.clocksNow(ctx, by, in.Ref)
}

type resumeInput struct {
	ClockPath
	Body struct {
		Reason string `json:"reason" required:"true"`
	}
}

func (s *Server) apiResume(ctx context.Context, by access.Actor, in *resumeInput) (*answer[itemsView[clockView]], error) {
	if _, err := s.Cases.Resume(ctx, by, in.Ref, in.Clock, in.Body.Reason); err != nil {
		return nil, err
	}
	return s.clocksNow(ctx, by, in.Ref)
}

func (s *Server) clocksNow(ctx context.Context, by access.Actor, ref string) (*answer[itemsView[clockView]], error) {
	list, err := s.Cases.Clocks(ctx, by, ref)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[clockView]{clockViews(list)}), nil
}

type askTimeInput struct {
	ClockPath
	Body struct {
		N      int    `json:"n" required:"true" minimum:"1" maximum:"3660"`
		Unit   string `json:"unit" enum:"day,workday" doc:"That of the rule if none is given."`
		Ground string `json:"ground" required:"true" maxLength:"40" doc:"Key of the rulebook's grounds for it."`
		Reason string `json:"reason" required:"true"`
	}
}

func (s *Server) apiAskTime(ctx context.Context, by access.Actor, in *askTimeInput) (*answer[timeRequestView], error) {
	b := in.Body
	r, err := s.Cases.AskTime(ctx, by, in.Ref, in.Clock, b.N, deadline.Unit(b.Unit), b.Ground, b.Reason)
	if err != nil {
		return nil, err
	}
	return reply(timeRequestViewOf(*r)), nil
}

func (s *Server) apiTimeRequests(ctx context.Context, by access.Actor, in *RefPath) (*answer[itemsView[timeRequestView]], error) {
	list, err := s.Cases.TimeRequests(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[timeRequestView]{viewsOf(list, timeRequestViewOf)}), nil
}

type decideTimeInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Case    string `json:"case" required:"true" maxLength:"40" doc:"Its reference."`
		Granted bool   `json:"granted" required:"true"`
		Reason  string `json:"reason" doc:"Needed for a refusal."`
		Version int64  `json:"version" required:"true" doc:"Of the request."`
	}
}

func (s *Server) apiDecideTime(ctx context.Context, by access.Actor, in *decideTimeInput) (*answer[timeRequestView], error) {
	r, err := s.Cases.DecideTime(ctx, by, in.Body.Case, in.ID, in.Body.Version, in.Body.Granted, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return reply(timeRequestViewOf(*r)), nil
}

type reopenInput struct {
	RefPath
	Body struct {
		Ground  string `json:"ground" required:"true" maxLength:"40" doc:"Key of the rulebook's grounds for it."`
		Reason  string `json:"reason" required:"true"`
		Version int64  `json:"version" required:"true"`
	}
}

func (s *Server) apiReopen(ctx context.Context, by access.Actor, in *reopenInput) (*answer[*CaseView], error) {
	k, err := s.Cases.Reopen(ctx, by, in.Ref, in.Body.Version, in.Body.Ground, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return reply(s.caseViewOf(k)), nil
}

func (s *Server) apiWaiting(ctx context.Context, by access.Actor, _ *struct{}) (*answer[waitingView], error) {
	w, err := s.waitingFor(ctx, by)
	if err != nil {
		return nil, err
	}
	return reply(waitingViewOf(w)), nil
}
