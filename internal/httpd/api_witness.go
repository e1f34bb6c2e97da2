package httpd

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"dunwatch/internal/access"
	"dunwatch/internal/witness"
)

// witnessAPI registers the operations of witnesses.
func (s *Server) witnessAPI(api huma.API) {
	post, get := "POST", "GET"
	serve(s, api, endpoint{method: get, path: "/complaints/{ref}/witness-links", id: "list-witness-links", summary: "Links that were made for witnesses",
		action: access.InviteWitness}, s.apiWitnessLinks)
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/witness-links", id: "invite-witness", summary: "Make a link for one witness; its secret is shown once",
		action: access.InviteWitness, created: true}, s.apiInviteWitness)
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/witness-links/{number}/revoke", id: "revoke-witness-link", summary: "Make a waiting link useless",
		action: access.InviteWitness}, s.apiRevokeWitness)
	serve(s, api, endpoint{method: get, path: "/complaints/{ref}/statements", id: "list-statements", summary: "Statements of witnesses, without their words",
		action: access.ReadStatement}, s.apiStatements)
	serve(s, api, endpoint{method: get, path: "/complaints/{ref}/statements/{number}", id: "read-statement", summary: "Read a statement; the look is recorded",
		action: access.ReadStatement}, s.apiStatement)
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/statements/{number}/release", id: "release-statement", summary: "Let the complainant read a statement, without the witness's name",
		action: access.ReleaseStatement}, s.apiReleaseStatement)
	serve(s, api, endpoint{method: post, path: "/witness-statements", id: "state", summary: "What a witness says, by a link that works once", public: true, created: true}, s.apiState)
}

// witnessLinkView is a link without its secret.
type witnessLinkView struct {
	Number    int    `json:"number"`
	Label     string `json:"label"`
	State     string `json:"state" enum:"waiting,used,expired,revoked"`
	CreatedAt string `json:"created_at" format:"date-time"`
	ExpiresAt string `json:"expires_at" format:"date-time"`
}

func witnessLinkViewOf(l witness.Link) witnessLinkView {
	return witnessLinkView{l.Number, l.Label, l.State, stamp(l.CreatedAt), stamp(l.ExpiresAt)}
}

func (s *Server) apiWitnessLinks(ctx context.Context, by access.Actor, in *RefPath) (*answer[itemsView[witnessLinkView]], error) {
	list, err := s.Witnesses.Links(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[witnessLinkView]{viewsOf(list, witnessLinkViewOf)}), nil
}

type inviteInput struct {
	RefPath
	Body struct {
		Label string `json:"label" required:"true" doc:"For whom it is; the witness does not see it."`
	}
}

// invitedView is a link with its secret, once.
type invitedView struct {
	witnessLinkView
	Token string `json:"token" doc:"The page is /witness/ and this."`
}

func (s *Server) apiInviteWitness(ctx context.Context, by access.Actor, in *inviteInput) (*answer[invitedView], error) {
	l, token, err := s.Witnesses.Invite(ctx, by, in.Ref, in.Body.Label)
	if err != nil {
		return nil, err
	}
	return reply(invitedView{witnessLinkViewOf(*l), token}), nil
}

type witnessLinkPath struct {
	RefPath
	Number int `path:"number" minimum:"1" maximum:"100000"`
}

func (s *Server) apiRevokeWitness(ctx context.Context, by access.Actor, in *witnessLinkPath) (*struct{}, error) {
	return nil, s.Witnesses.Revoke(ctx, by, in.Ref, in.Number)
}

// statementView is a statement; its words only where it was opened.
type statementView struct {
	Number     string               `json:"number"`
	At         string               `json:"at" format:"date-time"`
	Contacted  string               `json:"contacted"`
	Relation   string               `json:"relation,omitempty"`
	Age        string               `json:"age"`
	ReleasedAt string               `json:"released_at,omitempty" format:"date-time"`
	Answer     *saidView            `json:"answer,omitempty" doc:"The words, where the statement was opened."`
	Custody    []witnessCustodyView `json:"custody,omitempty"`
}

// saidView is what a witness wrote.
type saidView struct {
	When   string `json:"when,omitempty"`
	Number string `json:"number,omitempty"`
	Said   string `json:"said,omitempty"`
	About  string `json:"about,omitempty"`
	Name   string `json:"name,omitempty"`
	Reach  string `json:"reach,omitempty"`
}

// witnessCustodyView is one thing that happened to a statement.
type witnessCustodyView struct {
	At   string `json:"at" format:"date-time"`
	Kind string `json:"kind"`
	By   string `json:"by,omitempty"`
}

func statementViewOf(st witness.Statement) statementView {
	v := statementView{Number: st.Number, At: stamp(st.At), Contacted: st.Contacted, Relation: st.Relation, Age: st.Age, ReleasedAt: stamp(st.ReleasedAt)}
	if a := st.Answer; a != nil {
		v.Answer = &saidView{a.When, a.Number, a.Said, a.About, a.Name, a.Reach}
	}
	for _, c := range st.Custody {
		v.Custody = append(v.Custody, witnessCustodyView{c.At.UTC().Format(time.RFC3339), c.Kind, c.Name})
	}
	return v
}

func (s *Server) apiStatements(ctx context.Context, by access.Actor, in *RefPath) (*answer[itemsView[statementView]], error) {
	list, err := s.Witnesses.Statements(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[statementView]{viewsOf(list, statementViewOf)}), nil
}

type statementPath struct {
	RefPath
	Number string `path:"number" maxLength:"20" doc:"W-1, or 1."`
}

func (s *Server) apiStatement(ctx context.Context, by access.Actor, in *statementPath) (*answer[statementView], error) {
	st, err := s.Witnesses.Read(ctx, by, in.Ref, in.Number)
	if err != nil {
		return nil, err
	}
	return reply(statementViewOf(*st)), nil
}

func (s *Server) apiReleaseStatement(ctx context.Context, by access.Actor, in *statementPath) (*struct{}, error) {
	return nil, s.Witnesses.Release(ctx, by, in.Ref, in.Number)
}

type stateInput struct {
	Body struct {
		Token     string `json:"token" required:"true" maxLength:"100"`
		Contacted string `json:"contacted" required:"true" enum:"yes,no,unsure"`
		Relation  string `json:"relation" enum:"family,friend,colleague,employer,neighbour,other"`
		Age       string `json:"age" enum:"adult,minor,unsaid"`
		When      string `json:"when"`
		Number    string `json:"number" doc:"That rang or wrote."`
		Said      string `json:"said"`
		About     string `json:"about" doc:"Of whom it was said."`
		Name      string `json:"name"`
		Reach     string `json:"reach"`
	}
}

// witnessTakenView says that a statement was taken, and nothing of what it is about.
type witnessTakenView struct {
	Taken bool `json:"taken"`
}

func (s *Server) apiState(ctx context.Context, _ access.Actor, in *stateInput) (*answer[witnessTakenView], error) {
	if err := s.spendFrom(ctx, "witness"); err != nil {
		return nil, err
	}
	b := in.Body
	_, err := s.Witnesses.State(ctx, b.Token, witness.Answer{Contacted: b.Contacted, Relation: b.Relation, Age: b.Age, When: b.When, Number: b.Number, Said: b.Said, About: b.About, Name: b.Name, Reach: b.Reach})
	if err != nil {
		return nil, err
	}
	return reply(witnessTakenView{true}), nil
}
