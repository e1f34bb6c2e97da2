package httpd

import (
	"context"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit"
	"dunwatch/internal/firm"
)

// officeAPI registers the operations of this area: sessions, firms, reports and
// the record.
func (s *Server) officeAPI(api huma.API) {
	post, get := "POST", "GET"
	serve(s, api, endpoint{method: post, path: "/session", id: "sign-in", summary: "Sign in and get a bearer token", public: true}, s.apiSignIn)
	serve(s, api, endpoint{method: get, path: "/session", id: "read-session", summary: "Who am I", action: access.ManageOwnSession}, s.apiSession)
	serve(s, api, endpoint{method: "DELETE", path: "/session", id: "sign-out", summary: "Sign out", action: access.ManageOwnSession}, s.apiSignOut)
	serve(s, api, endpoint{method: get, path: "/firms", id: "list-firms", summary: "List lenders and agencies", action: access.ReadFirm}, s.apiFirms)
	serve(s, api, endpoint{method: post, path: "/firms", id: "create-firm", summary: "Register a firm", action: access.ManageFirm, created: true}, s.apiCreateFirm)
	serve(s, api, endpoint{method: get, path: "/firms/{code}", id: "read-firm", summary: "Read a firm and its links", action: access.ReadFirm}, s.apiFirm)
	serve(s, api, endpoint{method: get, path: "/firms/{code}/history", id: "read-firm-history", summary: "Who collected for whom, and what there is against a firm or group",
		action: access.ReadFirm}, s.apiFirmHistory)
	serve(s, api, endpoint{method: get, path: "/reports/monthly/{month}", id: "read-monthly-report", summary: "The monthly enforcement report",
		action: access.ReadReport}, s.apiReport)
	serve(s, api, endpoint{method: get, path: "/reports/monthly/{month}/behind", id: "read-behind-figure", summary: "What a figure of the report counts, by reference",
		action: access.ReadReport}, s.apiBehind)
	serve(s, api, endpoint{method: post, path: "/reports/monthly/{month}/freeze", id: "freeze-report", summary: "Freeze the report of a period that is over, or make a revision",
		action: access.FreezeReport, created: true}, s.apiFreeze)
	serve(s, api, endpoint{method: get, path: "/reports/monthly/{month}/revisions", id: "list-report-revisions", summary: "How a report was frozen, and what has changed since",
		action: access.ReadReport}, s.apiRevisions)
	serve(s, api, endpoint{method: get, path: "/reports/subscription", id: "read-report-subscription", summary: "Whether the monthly report comes to me by mail",
		action: access.SubscribeReport}, s.apiSubscription)
	serve(s, api, endpoint{method: post, path: "/reports/subscription", id: "subscribe-to-report", summary: "Have the monthly report by mail, or no longer",
		action: access.SubscribeReport}, s.apiSubscribe)
	serve(s, api, endpoint{method: get, path: "/reports/numbered/{number}", id: "read-numbered-report", summary: "A fixed report, by its number", action: access.ReadReport}, s.apiNumbered)
	serve(s, api, endpoint{method: get, path: "/reports/numbered/{number}/behind", id: "read-behind-numbered-figure", summary: "What a figure of the scorecard of a firm counts, by reference",
		action: access.ReadReport}, s.apiNumberedBehind)
	serve(s, api, endpoint{method: get, path: "/dashboard", id: "read-dashboard", summary: "How things stand now", action: access.ReadReport}, s.apiDashboard)
	serve(s, api, endpoint{method: get, path: "/alarms", id: "list-alarms", summary: "Unusual rises of what is received", action: access.ReadReport}, s.apiAlarms)
	serve(s, api, endpoint{method: get, path: "/alarms/{id}", id: "read-alarm", summary: "An unusual rise, and what a person made of it", action: access.ReadReport}, s.apiAlarm)
	serve(s, api, endpoint{method: post, path: "/alarms/{id}/acknowledge", id: "acknowledge-alarm", summary: "Record what was found behind an unusual rise, and what is done",
		action: access.AcknowledgeAlarm}, s.apiAcknowledge)
	serve(s, api, endpoint{method: get, path: "/statistics", id: "list-public-months", summary: "Months of which figures are public", public: true}, s.apiPublicMonths)
	serve(s, api, endpoint{method: get, path: "/statistics/{month}", id: "read-public-figures", summary: "Public figures of a frozen month, small counts hidden", public: true}, s.apiPublicFigures)
	serve(s, api, endpoint{method: get, path: "/firms/{code}/denominators", id: "read-firm-sizes", summary: "What a firm said of its size, by month", action: access.ReadFirm}, s.apiSizes)
	serve(s, api, endpoint{method: post, path: "/denominators", id: "hand-in-firm-sizes", summary: "Hand in the size of firms", action: access.ManageFirm}, s.apiHandInSizes)
	serve(s, api, endpoint{method: get, path: "/log/checkpoint", id: "read-checkpoint", summary: "The newest signed head of the record", public: true}, s.apiCheckpoint)
	serve(s, api, endpoint{method: get, path: "/log/proof", id: "read-proof", summary: "Proof that an entry is in the record", public: true}, s.apiProof)
}

type signInInput struct {
	Body struct {
		Email    string `json:"email" required:"true" maxLength:"254"`
		Password string `json:"password" required:"true" maxLength:"1000"`
		OTP      string `json:"otp" maxLength:"20"`
	}
}

// userView is who is signed in.
type userView struct {
	ID       int64  `json:"id"`
	Email    string `json:"email"`
	Name     string `json:"name"`
	Role     string `json:"role"`
	Unit     string `json:"unit,omitempty"`
	Language string `json:"language"`
	OTP      bool   `json:"otp" doc:"A second factor is set."`
}

func userViewOf(u *account.User) userView {
	return userView{u.ID, u.Email, u.Name, string(u.Role), u.UnitCode, u.Lang, u.OTP}
}

// sessionView is a sign-in. The token is shown this once.
type sessionView struct {
	Token     string   `json:"token,omitempty"`
	ExpiresAt string   `json:"expires_at" format:"date-time"`
	User      userView `json:"user"`
}

func (s *Server) apiSignIn(ctx context.Context, by access.Actor, in *signInInput) (*answer[sessionView], error) {
	if err := s.spendFrom(ctx, "sign_in"); err != nil {
		return nil, err
	}
	ses, err := s.Accounts.SignIn(ctx, account.Credentials{
		Email: strings.TrimSpace(in.Body.Email), Password: in.Body.Password, OTP: in.Body.OTP, Address: by.Address, Kind: account.Bearer,
	})
	if err != nil {
		return nil, err
	}
	return reply(sessionView{ses.Token, stamp(ses.ExpiresAt), userViewOf(ses.User)}), nil
}

// tokenInput is the token itself, which identify has checked already.
type tokenInput struct {
	Authorization string `header:"Authorization" hidden:"true"`
}

func (in *tokenInput) token() string { return strings.TrimPrefix(in.Authorization, "Bearer ") }

func (s *Server) apiSession(ctx context.Context, _ access.Actor, in *tokenInput) (*answer[sessionView], error) {
	u, expires, err := s.Accounts.Authenticate(ctx, in.token(), account.Bearer)
	if err != nil {
		return nil, err
	}
	return reply(sessionView{ExpiresAt: stamp(expires), User: userViewOf(u)}), nil
}

func (s *Server) apiSignOut(ctx context.Context, _ access.Actor, in *tokenInput) (*struct{}, error) {
	return nil, s.Accounts.SignOut(ctx, in.token())
}

// FirmView is a lender or an agency.
type FirmView struct {
	Code        string   `json:"code"`
	Kind        string   `json:"kind"`
	Name        string   `json:"name"`
	Aliases     []string `json:"aliases"`
	ParentCode  string   `json:"parent_code,omitempty"`
	USCC        string   `json:"uscc,omitempty"`
	Provisional bool     `json:"provisional" doc:"Made by an import; waits for a person."`
	MergedInto  string   `json:"merged_into,omitempty"`
	Version     int64    `json:"version"`
}

func firmViewOf(f firm.Firm) FirmView {
	return FirmView{f.Code, string(f.Kind), f.Name, listOf(f.Aliases), f.ParentCode, f.USCC, f.Provisional, f.MergedInto, f.Version}
}

type firmsInput struct {
	Paging
	Q           string `query:"q" maxLength:"200" doc:"Part of a name, or the start of a code."`
	Kind        string `query:"kind" enum:"lender,agency"`
	Provisional bool   `query:"provisional" doc:"Only those that wait for a person."`
}

func (s *Server) apiFirms(ctx context.Context, by access.Actor, in *firmsInput) (*answer[pageView[FirmView]], error) {
	list, next, err := s.Firms.List(ctx, by, firm.Filter{Q: in.Q, Kind: firm.Kind(in.Kind), Provisional: in.Provisional, Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return reply(pageView[FirmView]{Items: viewsOf(list, firmViewOf), NextCursor: next}), nil
}

type newFirmInput struct {
	Body struct {
		Code       string   `json:"code" required:"true"`
		Name       string   `json:"name" required:"true"`
		Kind       string   `json:"kind" required:"true" enum:"lender,agency"`
		ParentCode string   `json:"parent_code"`
		USCC       string   `json:"uscc"`
		Aliases    []string `json:"aliases" maxItems:"100"`
	}
}

func (s *Server) apiCreateFirm(ctx context.Context, by access.Actor, in *newFirmInput) (*answer[FirmView], error) {
	b := in.Body
	f, err := s.Firms.Create(ctx, by, firm.NewFirm{Code: b.Code, Name: b.Name, Kind: firm.Kind(b.Kind), ParentCode: b.ParentCode, USCC: b.USCC, Aliases: b.Aliases})
	if err != nil {
		return nil, err
	}
	return reply(firmViewOf(*f)), nil
}

type codePath struct {
	Code string `path:"code" maxLength:"64"`
}

// linkView says that an agency collects for a lender.
type linkView struct {
	Lender partyView `json:"lender"`
	Agency partyView `json:"agency"`
	From   string    `json:"from" format:"date"`
	To     string    `json:"to,omitempty" format:"date" doc:"The last day; none while it lasts."`
}

func linkViewOf(l firm.Link) linkView {
	return linkView{*partyViewOf(&l.Lender), *partyViewOf(&l.Agency), l.From.String(), l.To.String()}
}

// firmFile is a firm with its links.
type firmFile struct {
	FirmView
	Links []linkView `json:"links"`
}

func (s *Server) apiFirm(ctx context.Context, _ access.Actor, in *codePath) (*answer[firmFile], error) {
	f, err := s.Firms.ByCode(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	links, err := s.Firms.Links(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	return reply(firmFile{firmViewOf(*f), viewsOf(links, linkViewOf)}), nil
}

// checkpointView is a signed head: a signed note, and the key that checks it.
type checkpointView struct {
	Origin     string `json:"origin"`
	Size       int64  `json:"size"`
	Checkpoint string `json:"checkpoint" doc:"The signed note, to be kept as it is."`
	Key        string `json:"key"`
}

func (s *Server) apiCheckpoint(ctx context.Context, _ access.Actor, _ *struct{}) (*answer[checkpointView], error) {
	text, err := s.Log.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	head, err := audit.OpenCheckpoint([]byte(text), s.Log.VerifierKey())
	if err != nil {
		return nil, err
	}
	return reply(checkpointView{audit.Origin, head.Size, text, s.Log.VerifierKey()}), nil
}

type proofInput struct {
	Entry int64 `query:"entry" required:"true" minimum:"1"`
}

func (s *Server) apiProof(ctx context.Context, _ access.Actor, in *proofInput) (*answer[*audit.Proof], error) {
	p, err := s.Log.Proof(ctx, in.Entry)
	if err != nil {
		return nil, err
	}
	return reply(p), nil
}
