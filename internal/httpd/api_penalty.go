package httpd

import (
	"cmp"
	"context"
	"encoding/hex"

	"github.com/danielgtaylor/huma/v2"

	"dunwatch/internal/access"
	"dunwatch/internal/casework"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
)

// penaltyAPI registers the operations of this area.
func (s *Server) penaltyAPI(api huma.API) {
	post, get := "POST", "GET"
	serve(s, api, endpoint{method: get, path: "/penalties", id: "list-penalties", summary: "List penalties", action: access.ReadPenalty}, s.apiPenalties)
	serve(s, api, endpoint{method: get, path: "/penalties/{ref}", id: "read-penalty", summary: "Read a penalty", action: access.ReadPenalty}, s.apiPenalty)
	serve(s, api, endpoint{method: get, path: "/penalties/{ref}/similar", id: "compare-penalty", summary: "Compare a penalty with earlier decisions on the same violations",
		action: access.ReadPenalty}, s.apiSimilar)
	serve(s, api, endpoint{method: get, path: "/penalties/{ref}/decision", id: "read-decision", summary: "Read the decision that was issued",
		action: access.ReadPenalty}, s.apiDecision)
	serve(s, api, endpoint{method: post, path: "/penalties/{ref}/approve", id: "approve-penalty", summary: "Approve what somebody else proposed",
		action: access.ApprovePenalty}, s.apiApprove)
	serve(s, api, endpoint{method: post, path: "/penalties/{ref}/return", id: "return-penalty", summary: "Send a proposal back with reasons",
		action: access.ApprovePenalty}, s.apiReturn)
	serve(s, api, endpoint{method: post, path: "/penalties/{ref}/amend", id: "amend-penalty", summary: "Propose a returned penalty anew",
		action: access.ProposePenalty}, s.apiAmend)
	serve(s, api, endpoint{method: post, path: "/penalties/{ref}/drop", id: "drop-penalty", summary: "Withdraw one's own proposal",
		action: access.ProposePenalty}, s.apiDrop)
	serve(s, api, endpoint{method: post, path: "/penalties/{ref}/issue", id: "issue-penalty", summary: "Write, number and seal the decision",
		action: access.IssuePenalty}, s.apiIssue)
	s.procedureAPI(api)
}

// measureView is one kind of penalty.
type measureView struct {
	Kind      string `json:"kind" maxLength:"64"`
	AmountFen int64  `json:"amount_fen" minimum:"0"`
}

// PenaltyView is a penalty as lists and commands answer it.
type PenaltyView struct {
	Reference       string        `json:"reference"`
	Case            string        `json:"case" doc:"Its reference."`
	Firm            partyView     `json:"firm"`
	Status          string        `json:"status"`
	Stage           string        `json:"stage,omitempty" doc:"Of the statutory procedure."`
	FilingNumber    string        `json:"filing_number,omitempty"`
	Facts           string        `json:"facts"`
	Reasons         string        `json:"reasons"`
	Basis           []string      `json:"basis"`
	Measures        []measureView `json:"measures"`
	FineFen         int64         `json:"fine_fen"`
	ConfiscationFen int64         `json:"confiscation_fen"`
	Findings        []int         `json:"findings" doc:"Numbers of the findings that it rests on."`
	ProposedBy      *personView   `json:"proposed_by,omitempty"`
	ProposedAt      string        `json:"proposed_at" format:"date-time"`
	DecidedBy       *personView   `json:"decided_by,omitempty"`
	DecidedAt       string        `json:"decided_at,omitempty" format:"date-time"`
	IssuedBy        *personView   `json:"issued_by,omitempty"`
	IssuedAt        string        `json:"issued_at,omitempty" format:"date-time"`
	IssuedOn        string        `json:"issued_on,omitempty" format:"date"`
	DecisionNumber  string        `json:"decision_number,omitempty"`
	Rulebook        string        `json:"rulebook"`
	Version         int64         `json:"version"`
}

func penaltyViewOf(p enforcement.Penalty) PenaltyView {
	v := PenaltyView{
		Reference: p.Reference, Firm: partyView{p.Firm.Code, p.Firm.Name}, Status: string(p.Status), Stage: string(p.Stage), FilingNumber: p.FilingNumber, Facts: p.Facts, Reasons: p.Reasons,
		Basis: listOf(p.Bases), Measures: viewsOf(p.Measures, func(m enforcement.Measure) measureView { return measureView(m) }),
		FineFen: p.FineFen, ConfiscationFen: p.ConfiscationFen, Findings: viewsOf(p.Findings, func(f casework.Finding) int { return f.Number }),
		ProposedBy: personViewOf(p.ProposedBy, p.ProposedByName), ProposedAt: stamp(p.ProposedAt),
		DecidedBy: personViewOf(p.DecidedBy, p.DecidedByName), DecidedAt: stamp(p.DecidedAt),
		IssuedBy: personViewOf(p.IssuedBy, p.IssuedByName), IssuedAt: stamp(p.IssuedAt), IssuedOn: p.IssuedOn.String(),
		DecisionNumber: p.DecisionNumber, Rulebook: p.Rulebook, Version: p.Version,
	}
	if p.Case != nil {
		v.Case = p.Case.Reference
	}
	return v
}

// proposalBody is a proposal, or one made anew.
type proposalBody struct {
	Firm     string        `json:"firm" maxLength:"64" doc:"Code of the party penalised."`
	Findings []int         `json:"findings" maxItems:"100" doc:"Numbers of substantiated findings."`
	Measures []measureView `json:"measures" maxItems:"20"`
	Basis    []string      `json:"basis" maxItems:"50"`
	Facts    string        `json:"facts"`
	Reasons  string        `json:"reasons"`
	Version  int64         `json:"version" required:"true" doc:"Of the case when proposing, of the penalty when amending."`
}

func (b *proposalBody) proposal() enforcement.Proposal {
	return enforcement.Proposal{Firm: b.Firm, Findings: b.Findings, Basis: b.Basis, Facts: b.Facts, Reasons: b.Reasons, Version: b.Version,
		Measures: viewsOf(b.Measures, func(m measureView) enforcement.Measure { return enforcement.Measure(m) })}
}

type proposalInput struct {
	RefPath
	Body proposalBody
}

// penaltyReply answers a command with the penalty as it stands.
func penaltyReply(p *enforcement.Penalty, err error) (*answer[PenaltyView], error) {
	if err != nil {
		return nil, err
	}
	return reply(penaltyViewOf(*p)), nil
}

func (s *Server) apiPropose(ctx context.Context, by access.Actor, in *proposalInput) (*answer[PenaltyView], error) {
	return penaltyReply(s.Penalties.Propose(ctx, by, in.Ref, in.Body.proposal()))
}

func (s *Server) apiAmend(ctx context.Context, by access.Actor, in *proposalInput) (*answer[PenaltyView], error) {
	return penaltyReply(s.Penalties.Amend(ctx, by, in.Ref, in.Body.proposal()))
}

type approveInput struct {
	RefPath
	Body struct {
		Version int64  `json:"version" required:"true"`
		Note    string `json:"note"`
	}
}

// goesCourse reports whether a penalty goes the statutory procedure, where the same words mean a step of it.
func (s *Server) goesCourse(ctx context.Context, by access.Actor, ref string) (bool, error) {
	p, err := s.Penalties.ByRef(ctx, by, ref)
	return err == nil && p.Full, err
}

// takeInstead takes a step of the statutory procedure.
func (s *Server) takeInstead(ctx context.Context, by access.Actor, ref string, version int64, d enforcement.Deed) (*answer[PenaltyView], error) {
	p, _, err := s.Penalties.Take(ctx, by, ref, version, d)
	return penaltyReply(p, err)
}

func (s *Server) apiApprove(ctx context.Context, by access.Actor, in *approveInput) (*answer[PenaltyView], error) {
	if full, err := s.goesCourse(ctx, by, in.Ref); err != nil {
		return nil, err
	} else if full {
		return s.takeInstead(ctx, by, in.Ref, in.Body.Version, &enforcement.ApproveCase{Note: in.Body.Note})
	}
	return penaltyReply(s.Penalties.Approve(ctx, by, in.Ref, in.Body.Version, in.Body.Note))
}

type reasonsInput struct {
	RefPath
	Body struct {
		Version int64  `json:"version" required:"true"`
		Reasons string `json:"reasons" required:"true"`
	}
}

type returnInput struct {
	RefPath
	Body struct {
		Version int64  `json:"version" required:"true"`
		Reasons string `json:"reasons" required:"true"`
		To      string `json:"to" maxLength:"20" doc:"Of the statutory procedure: investigation or trial; empty is trial."`
	}
}

func (s *Server) apiReturn(ctx context.Context, by access.Actor, in *returnInput) (*answer[PenaltyView], error) {
	if full, err := s.goesCourse(ctx, by, in.Ref); err != nil {
		return nil, err
	} else if full {
		return s.takeInstead(ctx, by, in.Ref, in.Body.Version, &enforcement.ReturnCase{To: cmp.Or(in.Body.To, "trial"), Reasons: in.Body.Reasons})
	}
	return penaltyReply(s.Penalties.Return(ctx, by, in.Ref, in.Body.Version, in.Body.Reasons))
}

func (s *Server) apiDrop(ctx context.Context, by access.Actor, in *reasonsInput) (*answer[PenaltyView], error) {
	return penaltyReply(s.Penalties.Drop(ctx, by, in.Ref, in.Body.Version, in.Body.Reasons))
}

type issueInput struct {
	RefPath
	Body struct {
		Version int64  `json:"version" required:"true"`
		Account string `json:"account" maxLength:"200" doc:"Of the statutory procedure: where the party pays."`
		Address string `json:"address" maxLength:"400" doc:"Of the statutory procedure: of the party, where the investigation did not say it."`
		Late    string `json:"late_reason" maxLength:"2000" doc:"Of the statutory procedure, after its 90 days: why, and on what provision."`
	}
}

func (s *Server) apiIssue(ctx context.Context, by access.Actor, in *issueInput) (*answer[PenaltyView], error) {
	if full, err := s.goesCourse(ctx, by, in.Ref); err != nil {
		return nil, err
	} else if full {
		return s.takeInstead(ctx, by, in.Ref, in.Body.Version, &enforcement.IssueCase{Account: in.Body.Account, Address: in.Body.Address, LateReason: in.Body.Late})
	}
	return penaltyReply(s.Penalties.Issue(ctx, by, in.Ref, in.Body.Version))
}

// penaltyFile is a penalty with what happened to it.
type penaltyFile struct {
	PenaltyView
	Timeline []eventView `json:"timeline"`
}

func (s *Server) apiPenalty(ctx context.Context, by access.Actor, in *RefPath) (*answer[penaltyFile], error) {
	p, err := s.Penalties.ByRef(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	events, err := s.Penalties.Timeline(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	return reply(penaltyFile{penaltyViewOf(*p), s.caseEvents(callerFrom(ctx).lang, events)}), nil
}

type penaltiesInput struct {
	Paging
	Status []string `query:"status" enum:"proceeding,proposed,returned,approved,issued,ended,dropped" doc:"One or more, separated by commas."`
	Pack   string   `query:"pack" maxLength:"40"`
	Firm   string   `query:"firm" maxLength:"64"`
	Unit   string   `query:"unit" maxLength:"40"`
	Issued string   `query:"issued" maxLength:"7" doc:"YYYY-MM"`
	Kind   string   `query:"kind" maxLength:"64"`
}

func (s *Server) apiPenalties(ctx context.Context, by access.Actor, in *penaltiesInput) (*answer[pageView[PenaltyView]], error) {
	var wrong fault.Fields
	f := enforcement.Filter{Pack: in.Pack, Firm: in.Firm, Unit: in.Unit, Issued: monthGiven(&wrong, "issued", in.Issued), Kind: in.Kind, Cursor: in.Cursor, Limit: in.Limit}
	for _, st := range in.Status {
		f.Status = append(f.Status, enforcement.Status(st))
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	l, err := s.Penalties.List(ctx, by, f)
	if err != nil {
		return nil, err
	}
	return reply(pageView[PenaltyView]{viewsOf(l.Items, penaltyViewOf), l.NextCursor, l.Counts}), nil
}

// decisionView is the sealed text of a decision.
type decisionView struct {
	Number   string `json:"number"`
	IssuedOn string `json:"issued_on" format:"date"`
	TextZH   string `json:"text_zh"`
	TextEN   string `json:"text_en"`
	SHA256   string `json:"sha256" doc:"Hexadecimal."`
}

func (s *Server) apiDecision(ctx context.Context, by access.Actor, in *RefPath) (*answer[decisionView], error) {
	d, err := s.Penalties.DecisionOf(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	return reply(decisionView{d.Number, d.IssuedOn.String(), d.TextZH, d.TextEN, hex.EncodeToString(d.SHA256)}), nil
}
