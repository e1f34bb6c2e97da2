package httpd

import (
	"context"
	"io"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"dunwatch/internal/access"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
)

// measureAPI registers the operations of measures short of a penalty: the desk's and the firm's.
func (s *Server) measureAPI(api huma.API) {
	post, get := "POST", "GET"
	serve(s, api, endpoint{method: get, path: "/cases/{ref}/measures", id: "list-case-measures", summary: "Measures short of a penalty of a case",
		action: access.ReadPenalty}, s.apiCaseMeasures)
	serve(s, api, endpoint{method: post, path: "/cases/{ref}/measures", id: "order-measure", summary: "Order a measure short of a penalty, refer a case, or end it with no penalty",
		action: access.OrderMeasure, created: true}, s.apiOrderMeasure)
	serve(s, api, endpoint{method: get, path: "/measures", id: "list-measures", summary: "List measures short of a penalty: what is to be followed up, and what was",
		action: access.ReadPenalty}, s.apiMeasures)
	serve(s, api, endpoint{method: get, path: "/measures/{ref}", id: "read-measure", summary: "Read a measure with its history",
		action: access.ReadPenalty}, s.apiMeasure)
	serve(s, api, endpoint{method: post, path: "/measures/{ref}/proof", id: "enter-proof", summary: "Enter a proof of correction that came on paper",
		action: access.OrderMeasure}, s.apiEnterProof)
	serve(s, api, endpoint{method: post, path: "/measures/{ref}/check", id: "check-measure", summary: "Say whether the firm corrected it",
		action: access.OrderMeasure}, s.apiCheckMeasure)
	serve(s, api, endpoint{method: post, path: "/measures/{ref}/referral", id: "refer-measure", summary: "Record that a referral was handed over, its number, or the answer",
		action: access.OrderMeasure}, s.apiReferMeasure)
	serve(s, api, endpoint{method: get, path: "/firm/measures", id: "list-own-measures", summary: "Measures against the caller's firm",
		action: access.AnswerPenalty}, s.apiFirmMeasures)
	serve(s, api, endpoint{method: get, path: "/firm/measures/{ref}", id: "read-own-measure", summary: "A measure against the caller's firm",
		action: access.AnswerPenalty}, s.apiMeasure)
	serve(s, api, endpoint{method: post, path: "/firm/measures/{ref}/files", id: "give-proof-file", summary: "Give a file: it goes with the firm's next proof of correction",
		action: access.AnswerPenalty, created: true, upload: true}, s.apiGiveProof)
	serve(s, api, endpoint{method: get, path: "/firm/measures/{ref}/files/{number}", id: "read-own-proof", summary: "The bytes of a file that the firm gave",
		action: access.AnswerPenalty}, s.apiOwnProof)
	serve(s, api, endpoint{method: post, path: "/firm/measures/{ref}/proof", id: "prove-correction", summary: "Prove that what was ordered was corrected",
		action: access.AnswerPenalty}, s.apiEnterProof)
}

// measureEventView is a line of a measure's history. What the office keeps to itself is left out for the firm.
type measureEventView struct {
	Kind     string      `json:"kind" enum:"ordered,proved,corrected,not_corrected,follow_up,given_up,handed,received,answered"`
	At       string      `json:"at" format:"date-time"`
	On       string      `json:"on" format:"date" doc:"Of follow_up: the new day."`
	By       *personView `json:"by,omitempty"`
	OfFirm   bool        `json:"of_firm" doc:"The firm itself did it."`
	Note     string      `json:"note,omitempty"`
	Evidence []string    `json:"evidence"`
}

// shortMeasureView is a measure short of a penalty.
type shortMeasureView struct {
	Reference  string             `json:"reference"`
	Number     string             `json:"number" doc:"Of its paper."`
	Case       string             `json:"case,omitempty" doc:"Its reference; not for the firm."`
	Firm       partyView          `json:"firm"`
	Kind       string             `json:"kind"`
	Status     string             `json:"status" enum:"ordered,proved,corrected,not_corrected,handed,ended"`
	Text       string             `json:"text"`
	Findings   []int              `json:"findings"`
	Basis      []string           `json:"basis"`
	Ground     string             `json:"ground,omitempty"`
	Authority  string             `json:"authority,omitempty"`
	HeldOn     string             `json:"held_on,omitempty"`
	Place      string             `json:"place,omitempty"`
	Present    []string           `json:"present,omitempty"`
	Proof      string             `json:"proof,omitempty"`
	UntilOn    string             `json:"until_on,omitempty"`
	OrderedOn  string             `json:"ordered_on" format:"date"`
	OrderedBy  *personView        `json:"ordered_by,omitempty"`
	DueOn      string             `json:"due_on,omitempty" doc:"When it is followed up."`
	EndedOn    string             `json:"ended_on,omitempty"`
	Overdue    bool               `json:"overdue"`
	Follows    string             `json:"follows,omitempty" doc:"The measure after which it was ordered."`
	FollowedBy []string           `json:"followed_by,omitempty"`
	Events     []measureEventView `json:"events"`
	Files      []partyFileView    `json:"files,omitempty" doc:"That the firm gave; of one measure, not in lists."`
	Version    int64              `json:"version"`
}

func shortMeasureViewOf(m enforcement.FirmMeasure) shortMeasureView {
	v := shortMeasureView{Reference: m.Reference, Number: m.Number, Firm: partyView{m.Firm.Code, m.Firm.Name}, Kind: m.Kind, Status: string(m.Status), Text: m.Text, Findings: append([]int{}, m.Findings...),
		Basis: listOf(m.Basis), Ground: m.Ground, Authority: m.Authority, HeldOn: m.HeldOn.String(), Place: m.Place, Present: m.Present, Proof: m.Proof, UntilOn: m.UntilOn.String(),
		OrderedOn: m.OrderedOn.String(), OrderedBy: personViewOf(m.OrderedBy, m.OrderedByName), DueOn: m.DueOn.String(), EndedOn: m.EndedOn.String(), Overdue: m.Overdue,
		Follows: m.Follows, FollowedBy: m.FollowedBy, Events: []measureEventView{}, Version: m.Version}
	if m.Case != nil {
		v.Case = m.Case.Reference
	}
	for _, e := range m.Events {
		v.Events = append(v.Events, measureEventView{e.Kind, stamp(e.At), e.On.String(), personViewOf(e.ActorID, e.ActorName), access.Role(e.ActorRole).OfFirm(), e.Note, listOf(e.Evidence)})
	}
	for _, f := range m.Files {
		v.Files = append(v.Files, partyFileViewOf(f))
	}
	return v
}

// shortMeasureReply answers a command with the measure as it stands.
func shortMeasureReply(m *enforcement.FirmMeasure, err error) (*answer[shortMeasureView], error) {
	if err != nil {
		return nil, err
	}
	return reply(shortMeasureViewOf(*m)), nil
}

func (s *Server) apiCaseMeasures(ctx context.Context, by access.Actor, in *RefPath) (*answer[itemsView[shortMeasureView]], error) {
	list, err := s.Penalties.MeasuresOf(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[shortMeasureView]{viewsOf(list, shortMeasureViewOf)}), nil
}

type orderMeasureInput struct {
	RefPath
	Body struct {
		Firm      string   `json:"firm" maxLength:"64"`
		Kind      string   `json:"kind" maxLength:"64" doc:"Of the rulebook with class measure or referral, or no_penalty."`
		Findings  []int    `json:"findings" maxItems:"100"`
		Text      string   `json:"text"`
		Basis     []string `json:"basis" maxItems:"50"`
		Ground    string   `json:"ground" maxLength:"64" doc:"Of no_penalty."`
		Authority string   `json:"authority" maxLength:"64" doc:"Of a referral."`
		DueOn     string   `json:"due_on" maxLength:"10" doc:"When it is followed up; an order to correct has to say it."`
		HeldOn    string   `json:"held_on" maxLength:"10" doc:"Of a talk."`
		Place     string   `json:"place" maxLength:"400" doc:"Of a talk."`
		Present   []string `json:"present" maxItems:"50" doc:"Of a talk: who was there."`
		Proof     string   `json:"proof" doc:"Of an order to correct: what is to be shown."`
		UntilOn   string   `json:"until_on" maxLength:"10" doc:"Of a restriction: its last day."`
		After     string   `json:"after" maxLength:"40" doc:"The measure of the case that it follows."`
	}
}

func (s *Server) apiOrderMeasure(ctx context.Context, by access.Actor, in *orderMeasureInput) (*answer[shortMeasureView], error) {
	var wrong fault.Fields
	b := &in.Body
	n := enforcement.NewMeasure{Firm: b.Firm, Kind: b.Kind, Findings: b.Findings, Text: b.Text, Basis: b.Basis, Ground: b.Ground, Authority: b.Authority,
		DueOn: dayGiven(&wrong, "due_on", b.DueOn), HeldOn: dayGiven(&wrong, "held_on", b.HeldOn), Place: b.Place, Present: b.Present, Proof: b.Proof,
		UntilOn: dayGiven(&wrong, "until_on", b.UntilOn), After: b.After}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	return shortMeasureReply(s.Penalties.OrderMeasure(ctx, by, in.Ref, n))
}

type measuresInput struct {
	Paging
	Shelf string `query:"shelf" enum:"open,overdue,soon,proved,ended,all" doc:"The open ones where it is left out; soon: due within 14 days."`
	Mine  bool   `query:"mine" doc:"Ordered by the caller, or of a case that the caller has."`
	Unit  string `query:"unit" maxLength:"40" doc:"Its code, or mine."`
	Firm  string `query:"firm" maxLength:"64"`
	Kind  string `query:"kind" maxLength:"64"`
}

func (s *Server) apiMeasures(ctx context.Context, by access.Actor, in *measuresInput) (*answer[pageView[shortMeasureView]], error) {
	l, err := s.Penalties.Measures(ctx, by, enforcement.MeasureFilter{Shelf: enforcement.MeasureShelf(in.Shelf), Mine: in.Mine, Unit: in.Unit, Firm: in.Firm, Kind: in.Kind,
		Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for sh, n := range l.Counts {
		counts[string(sh)] = n
	}
	return reply(pageView[shortMeasureView]{viewsOf(l.Items, shortMeasureViewOf), l.NextCursor, counts}), nil
}

func (s *Server) apiMeasure(ctx context.Context, by access.Actor, in *RefPath) (*answer[shortMeasureView], error) {
	return shortMeasureReply(s.Penalties.MeasureByRef(ctx, by, in.Ref))
}

type measureProofInput struct {
	RefPath
	Body struct {
		Version  int64    `json:"version" required:"true"`
		Note     string   `json:"note"`
		Evidence []string `json:"evidence" maxItems:"50" doc:"Of a proof on paper: labels of files, or what came in words."`
	}
}

func (s *Server) apiEnterProof(ctx context.Context, by access.Actor, in *measureProofInput) (*answer[shortMeasureView], error) {
	evidence := in.Body.Evidence
	if by.Role.OfFirm() {
		evidence = nil // its files go with it, whatever they are called
	}
	return shortMeasureReply(s.Penalties.ProveCorrection(ctx, by, in.Ref, in.Body.Version, in.Body.Note, evidence))
}

type checkMeasureInput struct {
	RefPath
	Body struct {
		Version   int64    `json:"version" required:"true"`
		Corrected bool     `json:"corrected" required:"true"`
		Note      string   `json:"note"`
		Evidence  []string `json:"evidence" maxItems:"50"`
		NextOn    string   `json:"next_on" maxLength:"10" doc:"Not corrected: when it is followed up again."`
		GiveUp    bool     `json:"give_up" doc:"Not corrected, and a penalty or a further measure takes its place."`
	}
}

func (s *Server) apiCheckMeasure(ctx context.Context, by access.Actor, in *checkMeasureInput) (*answer[shortMeasureView], error) {
	var wrong fault.Fields
	x := enforcement.MeasureCheck{Corrected: in.Body.Corrected, Note: in.Body.Note, Evidence: in.Body.Evidence, NextOn: dayGiven(&wrong, "next_on", in.Body.NextOn), GiveUp: in.Body.GiveUp}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	return shortMeasureReply(s.Penalties.CheckCorrection(ctx, by, in.Ref, in.Body.Version, x))
}

type referralInput struct {
	RefPath
	Body struct {
		Version int64    `json:"version" required:"true"`
		Step    string   `json:"step" enum:"handed,received,answered"`
		On      string   `json:"on" maxLength:"10" doc:"Today where it is left out."`
		Files   []string `json:"files" maxItems:"200" doc:"Of handed: references of penalties whose file went, labels of evidence."`
		Text    string   `json:"text" doc:"Of handed: how, and the proof; of received: the number; of answered: the answer."`
	}
}

func (s *Server) apiReferMeasure(ctx context.Context, by access.Actor, in *referralInput) (*answer[shortMeasureView], error) {
	var wrong fault.Fields
	x := enforcement.ReferralStep{Step: in.Body.Step, On: dayGiven(&wrong, "on", in.Body.On), Files: in.Body.Files, Text: in.Body.Text}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	return shortMeasureReply(s.Penalties.TakeReferral(ctx, by, in.Ref, in.Body.Version, x))
}

func (s *Server) apiFirmMeasures(ctx context.Context, by access.Actor, _ *struct{}) (*answer[itemsView[shortMeasureView]], error) {
	list, err := s.Penalties.PartyMeasures(ctx, by)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[shortMeasureView]{viewsOf(list, shortMeasureViewOf)}), nil
}

func (s *Server) apiGiveProof(ctx context.Context, by access.Actor, in *uploadInput) (*answer[partyFileView], error) {
	if err := s.spendFrom(ctx, "upload"); err != nil {
		return nil, err
	}
	f, err := postedFile(in.request, func(kind, name string, r io.Reader) (*enforcement.PartyFile, error) {
		return s.Penalties.GiveProof(ctx, by, in.Ref, kind, name, r)
	})
	if err != nil {
		return nil, err
	}
	return reply(partyFileViewOf(*f)), nil
}

func (s *Server) apiOwnProof(ctx context.Context, by access.Actor, in *FirmNumber) (*download, error) {
	number, err := strconv.Atoi(in.Number)
	if err != nil {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	f, body, err := s.Penalties.OpenProof(ctx, by, in.Ref, number)
	if err != nil {
		return nil, err
	}
	return s.firmDownload(ctx, "application/octet-stream", f.Name, body), nil
}
