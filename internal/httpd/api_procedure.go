package httpd

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
)

// procedureAPI registers the operations of the statutory procedure. A body is the step's own fields beside the version of
// the penalty; which role may take a step stands in the machine of internal/enforcement, and a refusal names what is missing.
func (s *Server) procedureAPI(api huma.API) {
	post, get := "POST", "GET"
	serve(s, api, endpoint{method: post, path: "/cases/{ref}/filing", id: "apply-filing", summary: "Ask that a penalty case be filed: the first step of the statutory procedure",
		action: access.ProposePenalty, created: true}, s.apiApply)
	serve(s, api, endpoint{method: get, path: "/penalties/{ref}/course", id: "read-course", summary: "The statutory course of a penalty: every step taken",
		action: access.ReadPenalty}, s.apiCourse)
	serve(s, api, endpoint{method: get, path: "/penalties/{ref}/missing", id: "read-missing", summary: "What the steps open to the caller still need, each with its article",
		action: access.ReadPenalty}, s.apiMissing)
	serve(s, api, endpoint{method: get, path: "/penalties/{ref}/content", id: "read-content", summary: "What the decision must say (art. 59), element by element",
		action: access.ReadPenalty}, s.apiContent)
	serve(s, api, endpoint{method: get, path: "/penalties/{ref}/ledger", id: "read-ledger", summary: "What is owed and paid as of a day",
		action: access.ReadPenalty}, s.apiLedger)
	serve(s, api, endpoint{method: post, path: "/penalties/{ref}/steps", id: "take-step", summary: "Take a step of the statutory procedure, named in the body",
		action: access.ReadPenalty}, s.apiStep)
	for _, x := range []struct {
		path, id, summary string
		step              enforcement.Step
		action            access.Action
	}{
		{"notice", "give-notice", "Tell the party what is planned and its rights", enforcement.StepNotice, access.ServePenalty},
		{"defence", "enter-defence", "Enter a defence that came on paper", enforcement.StepDefend, access.ServePenalty},
		{"hearing", "set-hearing", "Set the hearing that the party asked for", enforcement.StepSetHearing, access.HearPenalty},
		{"legal-review", "review-penalty", "Review before the decision", enforcement.StepLegalReview, access.ReviewPenalty},
		{"serve", "serve-decision", "Record the service of the decision", enforcement.StepServe, access.ServePenalty},
		{"payment", "enter-payment", "Enter money that came in", enforcement.StepPay, access.CollectPenalty},
		{"publish", "publish-decision", "Put the decision on the public register", enforcement.StepPublish, access.PublishPenalty},
		{"revoke", "change-decision", "Lower or annul a decision", enforcement.StepChange, access.ApprovePenalty},
	} {
		serve(s, api, endpoint{method: post, path: "/penalties/{ref}/" + x.path, id: x.id, summary: x.summary, action: x.action},
			func(ctx context.Context, by access.Actor, in *stepInput) (*answer[PenaltyView], error) {
				return s.apiTake(ctx, by, in.Ref, x.step, in.Body)
			})
	}
	serve(s, api, endpoint{method: get, path: "/firm/penalties", id: "list-own-penalties", summary: "Penalty cases that the caller's firm was told of",
		action: access.AnswerPenalty}, s.apiFirmPenalties)
	serve(s, api, endpoint{method: get, path: "/firm/penalties/{ref}", id: "read-own-penalty", summary: "A penalty case of the caller's firm",
		action: access.AnswerPenalty}, s.apiFirmPenalty)
	serve(s, api, endpoint{method: post, path: "/firm/penalties/{ref}/files", id: "give-file", summary: "Give a file: it goes with what the firm says next",
		action: access.AnswerPenalty, created: true, upload: true}, s.apiGiveFile)
	serve(s, api, endpoint{method: get, path: "/firm/penalties/{ref}/files/{number}", id: "read-own-file", summary: "The bytes of a file that the firm gave",
		action: access.AnswerPenalty}, s.apiOwnFile)
	serve(s, api, endpoint{method: post, path: "/firm/penalties/{ref}/steps", id: "take-own-step", summary: "Defend, waive, ask for a hearing or for instalments",
		action: access.AnswerPenalty}, s.apiFirmStep)
}

// stepBody is a step: "version" of the penalty, "step" where the address does not name it, and the step's own fields.
type stepBody map[string]any

type stepInput struct {
	RefPath
	Body stepBody
}

// deed reads the body as a step.
func (b stepBody) deed(step enforcement.Step) (enforcement.Deed, int64, error) {
	version, ok := b["version"].(float64)
	if !ok {
		return nil, 0, fault.Fields{{Name: "version", Key: "fault.required"}}.Err()
	}
	d, known := enforcement.Blank(step)
	if !known {
		return nil, 0, fault.Fields{{Name: "step", Key: "fault.choose"}}.Err()
	}
	data, err := json.Marshal(b)
	if err != nil {
		return nil, 0, fault.Wrap(err, fault.Invalid, "fault.invalid")
	}
	if err := json.Unmarshal(data, d); err != nil {
		return nil, 0, fault.Wrap(err, fault.Invalid, "fault.invalid")
	}
	return d, int64(version), nil
}

func (b stepBody) step() enforcement.Step {
	name, _ := b["step"].(string)
	return enforcement.Step(name)
}

func (s *Server) apiTake(ctx context.Context, by access.Actor, ref string, step enforcement.Step, b stepBody) (*answer[PenaltyView], error) {
	d, version, err := b.deed(step)
	if err != nil {
		return nil, err
	}
	p, _, err := s.Penalties.Take(ctx, by, ref, version, d)
	return penaltyReply(p, err)
}

func (s *Server) apiStep(ctx context.Context, by access.Actor, in *stepInput) (*answer[PenaltyView], error) {
	return s.apiTake(ctx, by, in.Ref, in.Body.step(), in.Body)
}

func (s *Server) apiApply(ctx context.Context, by access.Actor, in *stepInput) (*answer[PenaltyView], error) {
	d, version, err := in.Body.deed(enforcement.StepApply)
	if err != nil {
		return nil, err
	}
	p, _, err := s.Penalties.Apply(ctx, by, in.Ref, version, d.(*enforcement.Apply))
	return penaltyReply(p, err)
}

// courseView is the course of a penalty.
type courseView struct {
	Stage        string      `json:"stage"`
	FilingNumber string      `json:"filing_number,omitempty"`
	FiledOn      string      `json:"filed_on,omitempty" format:"date"`
	Documents    []string    `json:"documents" doc:"Kinds of documents that can be read."`
	Steps        []takenView `json:"steps"`
}

type takenView struct {
	Number int             `json:"number"`
	Step   string          `json:"step"`
	On     string          `json:"on" format:"date"`
	At     string          `json:"at" format:"date-time"`
	By     *personView     `json:"by,omitempty"`
	Role   string          `json:"role"`
	Data   json.RawMessage `json:"data" doc:"What the step said."`
}

func (s *Server) apiCourse(ctx context.Context, by access.Actor, in *RefPath) (*answer[courseView], error) {
	c, err := s.Penalties.Course(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	v := courseView{Stage: string(c.Stage), FilingNumber: c.FilingNumber, FiledOn: c.FiledOn.String(), Documents: []string{}, Steps: []takenView{}}
	for _, k := range c.Documents() {
		v.Documents = append(v.Documents, string(k))
	}
	for _, t := range c.Taken {
		data, err := json.Marshal(t.Deed)
		if err != nil {
			return nil, err
		}
		v.Steps = append(v.Steps, takenView{t.Number, string(t.Step), t.On.String(), stamp(t.At), personViewOf(t.ActorID, t.ActorName), t.ActorRole, data})
	}
	return reply(v), nil
}

// stepsView is a list that has no pages.
type stepsView[T any] struct {
	Items []T `json:"items"`
}

// missingView is what one step still needs.
type missingView struct {
	Step  string     `json:"step"`
	Lacks []lackView `json:"missing"`
}

type lackView struct {
	Guard    string `json:"guard"`
	Text     string `json:"text"`
	Article  string `json:"article"`
	Verified bool   `json:"verified" doc:"Whether the article was checked against its source."`
}

type missingInput struct {
	RefPath
	Step string `query:"step" maxLength:"40" doc:"One step, also one that is not open; empty: all that are open to the caller."`
}

func (s *Server) apiMissing(ctx context.Context, by access.Actor, in *missingInput) (*answer[stepsView[missingView]], error) {
	lang := callerFrom(ctx).lang
	view := func(step enforcement.Step, list []enforcement.Lack) missingView {
		v := missingView{Step: string(step), Lacks: []lackView{}}
		for _, l := range list {
			v.Lacks = append(v.Lacks, lackView{l.Guard, s.Words.T(lang, l.Key, l.Args...), l.Article.In(string(lang)), l.Verified})
		}
		return v
	}
	out := stepsView[missingView]{Items: []missingView{}}
	if in.Step != "" {
		step := enforcement.Step(in.Step)
		if !slices.Contains(enforcement.Steps, step) {
			return nil, fault.Fields{{Name: "step", Key: "fault.choose"}}.Err()
		}
		list, err := s.Penalties.Missing(ctx, by, in.Ref, step)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, view(step, list))
		return reply(out), nil
	}
	open, err := s.Penalties.Open(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	for _, step := range enforcement.Steps {
		if list, ok := open[step]; ok {
			out.Items = append(out.Items, view(step, list))
		}
	}
	return reply(out), nil
}

func (s *Server) apiContent(ctx context.Context, by access.Actor, in *RefPath) (*answer[stepsView[enforcement.Element]], error) {
	list, err := s.Penalties.Content(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	return reply(stepsView[enforcement.Element]{Items: list}), nil
}

type ledgerInput struct {
	RefPath
	On string `query:"on" maxLength:"10" doc:"YYYY-MM-DD; empty: today."`
}

func (s *Server) apiLedger(ctx context.Context, by access.Actor, in *ledgerInput) (*answer[enforcement.Ledger], error) {
	var on calendar.Date
	if in.On != "" {
		var err error
		if on, err = calendar.ParseDate(in.On); err != nil {
			return nil, fault.Fields{{Name: "on", Key: "fault.date"}}.Err()
		}
	}
	l, err := s.Penalties.Ledger(ctx, by, in.Ref, on)
	if err != nil {
		return nil, err
	}
	return reply(*l), nil
}

// ownPenaltyView is a case as its party reads it.
type ownPenaltyView struct {
	Reference      string              `json:"reference"`
	Number         string              `json:"number,omitempty"`
	Stage          string              `json:"stage"`
	NoticedOn      string              `json:"noticed_on" format:"date"`
	Facts          string              `json:"facts"`
	Announced      []enforcement.Share `json:"announced"`
	InForce        []enforcement.Share `json:"in_force"`
	HearingTold    bool                `json:"hearing_told"`
	DefenceDue     string              `json:"defence_due,omitempty"`
	HearingDue     string              `json:"hearing_due,omitempty"`
	ReceivedOn     string              `json:"received_on,omitempty"`
	DueOn          string              `json:"due_on,omitempty"`
	OutstandingFen int64               `json:"outstanding_fen"`
	Documents      []string            `json:"documents"`
	Files          []partyFileView     `json:"files"`
	Version        int64               `json:"version"`
}

func sameShare(sh enforcement.Share) enforcement.Share { return sh }

func ownPenaltyViewOf(p enforcement.PartyView) ownPenaltyView {
	v := ownPenaltyView{Reference: p.Reference, Number: p.Number, Stage: string(p.Stage), NoticedOn: p.NoticedOn.String(), Facts: p.Facts,
		Announced: viewsOf(p.Announced, sameShare), InForce: viewsOf(p.InForce, sameShare), HearingTold: p.HearingTold, DefenceDue: p.DefenceDue.String(), HearingDue: p.HearingDue.String(), Files: viewsOf(p.Files, partyFileViewOf),
		ReceivedOn: p.ReceivedOn.String(), DueOn: p.DueOn.String(), OutstandingFen: p.OutstandingFen, Documents: []string{}, Version: p.Version}
	for _, k := range p.Documents {
		v.Documents = append(v.Documents, string(k))
	}
	return v
}

func (s *Server) apiFirmPenalties(ctx context.Context, by access.Actor, _ *struct{}) (*answer[stepsView[ownPenaltyView]], error) {
	list, err := s.Penalties.PartyCases(ctx, by)
	if err != nil {
		return nil, err
	}
	return reply(stepsView[ownPenaltyView]{viewsOf(list, ownPenaltyViewOf)}), nil
}

func (s *Server) apiFirmPenalty(ctx context.Context, by access.Actor, in *RefPath) (*answer[ownPenaltyView], error) {
	v, err := s.Penalties.PartyCase(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	return reply(ownPenaltyViewOf(*v)), nil
}

func (s *Server) apiFirmStep(ctx context.Context, by access.Actor, in *stepInput) (*answer[ownPenaltyView], error) {
	step, _, err := firmStepAsked(string(in.Body.step()))
	if err != nil {
		return nil, fault.Fields{{Name: "step", Key: "fault.choose"}}.Err()
	}
	d, version, err := in.Body.deed(step)
	if err != nil {
		return nil, err
	}
	if _, _, err := s.Penalties.Take(ctx, by, in.Ref, version, firmDeedFor(d)); err != nil {
		return nil, err
	}
	return s.apiFirmPenalty(ctx, by, &in.RefPath)
}
