package httpd

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"dunwatch/internal/access"
	"dunwatch/internal/brief"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
)

// briefAPI registers the operations of this area: the anonymised case briefs of the report.
func (s *Server) briefAPI(api huma.API) {
	post, get := "POST", "GET"
	serve(s, api, endpoint{method: get, path: "/reports/monthly/{month}/briefs", id: "list-briefs", summary: "Case briefs of the report of a month, in every state", action: access.ReadBrief}, s.apiBriefs)
	serve(s, api, endpoint{method: post, path: "/cases/{ref}/brief", id: "write-brief", summary: "Tell a case in the report without anybody in it", action: access.WriteBrief, created: true}, s.apiWriteBrief)
	serve(s, api, endpoint{method: get, path: "/briefs/{ref}", id: "read-brief", summary: "Read a case brief", action: access.ReadBrief}, s.apiBrief)
	serve(s, api, endpoint{method: "POST", path: "/briefs/{ref}", id: "rewrite-brief", summary: "Keep what the author makes of a draft", action: access.WriteBrief}, s.apiRewriteBrief)
	serve(s, api, endpoint{method: post, path: "/briefs/{ref}/approve", id: "approve-brief", summary: "Let a brief that somebody else wrote into the report", action: access.ApproveBrief}, s.apiApproveBrief)
	serve(s, api, endpoint{method: post, path: "/briefs/{ref}/return", id: "return-brief", summary: "Give a brief back to its author with a reason", action: access.ApproveBrief}, s.apiReturnBrief)
	serve(s, api, endpoint{method: post, path: "/briefs/{ref}/withdraw", id: "withdraw-brief", summary: "Take a brief back for good with a reason", action: access.ReadBrief}, s.apiWithdrawBrief)
}

// BriefWords are the words of a brief. Their lengths are checked by the package brief, in characters.
type BriefWords struct {
	TitleZH    string `json:"title_zh" required:"true" maxLength:"4000"`
	HappenedZH string `json:"happened_zh" maxLength:"16000"`
	RuleZH     string `json:"rule_zh" maxLength:"16000"`
	OutcomeZH  string `json:"outcome_zh" maxLength:"16000"`
	TitleEN    string `json:"title_en" maxLength:"4000"`
	HappenedEN string `json:"happened_en" maxLength:"16000"`
	RuleEN     string `json:"rule_en" maxLength:"16000"`
	OutcomeEN  string `json:"outcome_en" maxLength:"16000"`
}

// BriefEntry is a brief. Case is there only for those who may read it.
type BriefEntry struct {
	Reference string   `json:"reference"`
	Case      string   `json:"case,omitempty" doc:"Its reference, for those who may read it."`
	Month     string   `json:"month" doc:"Of the report, YYYY-MM."`
	State     string   `json:"state" doc:"draft, submitted, approved, withdrawn"`
	FirmKind  string   `json:"firm_kind"`
	Codes     []string `json:"codes" doc:"Violations that it is about."`
	Rules     []string `json:"rules" doc:"Ids of the norms on which the findings rest."`
	BriefWords
	Position    int    `json:"position,omitempty" doc:"Among the briefs of its month, once approved."`
	Author      string `json:"author"`
	WrittenAt   string `json:"written_at" format:"date-time"`
	SubmittedAt string `json:"submitted_at,omitempty" format:"date-time"`
	ApprovedBy  string `json:"approved_by,omitempty"`
	ApprovedAt  string `json:"approved_at,omitempty" format:"date-time"`
	WithdrawnBy string `json:"withdrawn_by,omitempty"`
	WithdrawnAt string `json:"withdrawn_at,omitempty" format:"date-time"`
	Note        string `json:"note,omitempty" doc:"Why it was given back or withdrawn."`
	Version     int64  `json:"version"`
}

// briefHit is something in a text that a person should judge.
type briefHit struct {
	Field   string `json:"field"`
	Kind    string `json:"kind" doc:"name, given_name, phone, date, place and the like."`
	Excerpt string `json:"excerpt" doc:"The author's own words around it."`
	Blocks  bool   `json:"blocks" doc:"The text cannot stand with it."`
}

// fullBrief is a brief with what its reader can do.
type fullBrief struct {
	BriefEntry
	Moves struct {
		Edit     bool `json:"edit"`
		Approve  bool `json:"approve"`
		Return   bool `json:"return"`
		Withdraw bool `json:"withdraw"`
	} `json:"moves" doc:"What the caller may do now."`
	Hits []briefHit `json:"hits" doc:"Of a text that is not told yet; none for those who may not see who is in the case."`
}

// briefEntries are briefs as somebody may see them.
func (s *Server) briefEntries(ctx context.Context, by access.Actor, list []brief.Brief) ([]BriefEntry, error) {
	cases, err := s.Briefs.Behind(ctx, by, viewsOf(list, func(b brief.Brief) string { return b.Reference }))
	if err != nil {
		return nil, err
	}
	return viewsOf(list, func(b brief.Brief) BriefEntry {
		return BriefEntry{Reference: b.Reference, Case: cases[b.Reference], Month: b.Month.String(), State: string(b.State), FirmKind: b.FirmKind, Codes: listOf(b.Codes), Rules: listOf(b.Rules),
			BriefWords: BriefWords(b.Text), Position: b.Position, Author: b.Author, WrittenAt: stamp(b.WrittenAt), SubmittedAt: stamp(b.SubmittedAt), ApprovedBy: b.Approver, ApprovedAt: stamp(b.ApprovedAt),
			WithdrawnBy: b.WithdrawnBy, WithdrawnAt: stamp(b.WithdrawnAt), Note: b.Note, Version: b.Version}
	}), nil
}

type briefsInput struct {
	Month string `path:"month" maxLength:"7" doc:"YYYY-MM"`
}

func (s *Server) apiBriefs(ctx context.Context, by access.Actor, in *briefsInput) (*answer[itemsView[BriefEntry]], error) {
	month, err := calendar.ParseMonth(in.Month)
	if err != nil {
		return nil, fault.Fields{{Name: "month", Key: "api.month"}}.Err()
	}
	list, err := s.Briefs.List(ctx, by, month)
	if err != nil {
		return nil, err
	}
	views, err := s.briefEntries(ctx, by, list)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[BriefEntry]{views}), nil
}

func (s *Server) apiBrief(ctx context.Context, by access.Actor, in *RefPath) (*answer[fullBrief], error) {
	b, err := s.Briefs.Read(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	views, err := s.briefEntries(ctx, by, []brief.Brief{b.Brief})
	if err != nil {
		return nil, err
	}
	v := fullBrief{BriefEntry: views[0], Hits: viewsOf(b.Hits, func(h brief.Hit) briefHit { return briefHit(h) })}
	v.Moves.Edit, v.Moves.Approve, v.Moves.Return, v.Moves.Withdraw = b.Moves.Edit, b.Moves.Approve, b.Moves.SendBack, b.Moves.Withdraw
	return reply(v), nil
}

// BriefBody is what an author says of a case.
type BriefBody struct {
	Month    string   `json:"month" required:"true" maxLength:"7" doc:"Of the report, YYYY-MM."`
	FirmKind string   `json:"firm_kind" required:"true" maxLength:"40" doc:"consumer_finance, bank, micro_loan, platform, auto_finance, guarantee, agency, other"`
	Codes    []string `json:"codes" required:"true" maxItems:"40" doc:"Violations of the case that it is about."`
	BriefWords
	Submit bool `json:"submit" doc:"For approval at once, which wants both languages whole; else it is a draft."`
}

func (w BriefBody) input() brief.Input {
	return brief.Input{Month: w.Month, FirmKind: w.FirmKind, Codes: w.Codes, Text: brief.Text(w.BriefWords)}
}

type writeBriefInput struct {
	RefPath
	Body BriefBody
}

// briefAnswer is a brief after a deed, as its reader sees it.
func (s *Server) briefAnswer(ctx context.Context, by access.Actor, b *brief.Brief, err error) (*answer[fullBrief], error) {
	if err != nil {
		return nil, err
	}
	return s.apiBrief(ctx, by, &RefPath{b.Reference})
}

func (s *Server) apiWriteBrief(ctx context.Context, by access.Actor, in *writeBriefInput) (*answer[fullBrief], error) {
	b, err := s.Briefs.Write(ctx, by, in.Ref, in.Body.input(), in.Body.Submit)
	return s.briefAnswer(ctx, by, b, err)
}

type rewriteBriefInput struct {
	RefPath
	Body struct {
		BriefBody
		Version int64 `json:"version" required:"true"`
	}
}

func (s *Server) apiRewriteBrief(ctx context.Context, by access.Actor, in *rewriteBriefInput) (*answer[fullBrief], error) {
	b, err := s.Briefs.Rewrite(ctx, by, in.Ref, in.Body.Version, in.Body.input(), in.Body.Submit)
	return s.briefAnswer(ctx, by, b, err)
}

type approveBriefInput struct {
	RefPath
	Body struct {
		Version int64 `json:"version" required:"true"`
	}
}

func (s *Server) apiApproveBrief(ctx context.Context, by access.Actor, in *approveBriefInput) (*answer[fullBrief], error) {
	b, err := s.Briefs.Approve(ctx, by, in.Ref, in.Body.Version)
	return s.briefAnswer(ctx, by, b, err)
}

type reasonBriefInput struct {
	RefPath
	Body struct {
		Version int64  `json:"version" required:"true"`
		Reason  string `json:"reason" required:"true" maxLength:"4000"`
	}
}

func (s *Server) apiReturnBrief(ctx context.Context, by access.Actor, in *reasonBriefInput) (*answer[fullBrief], error) {
	b, err := s.Briefs.SendBack(ctx, by, in.Ref, in.Body.Version, in.Body.Reason)
	return s.briefAnswer(ctx, by, b, err)
}

func (s *Server) apiWithdrawBrief(ctx context.Context, by access.Actor, in *reasonBriefInput) (*answer[fullBrief], error) {
	b, err := s.Briefs.Withdraw(ctx, by, in.Ref, in.Body.Version, in.Body.Reason)
	return s.briefAnswer(ctx, by, b, err)
}
