package httpd

import (
	"context"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"dunwatch/internal/access"
	"dunwatch/internal/casework"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
)

// caseAPI registers the operations of this area.
func (s *Server) caseAPI(api huma.API) {
	post, get := "POST", "GET"
	serve(s, api, endpoint{method: get, path: "/cases", id: "list-cases", summary: "The queue", action: access.ReadCase}, s.apiQueue)
	serve(s, api, endpoint{method: get, path: "/cases/{ref}", id: "read-case", summary: "Read a case file; the look is recorded",
		action: access.ReadCase}, s.apiCase)
	serve(s, api, endpoint{method: post, path: "/cases/take-next", id: "take-next", summary: "Take the most urgent case that nobody has",
		action: access.TakeCase}, s.apiTakeNext)
	serve(s, api, endpoint{method: post, path: "/cases/bulk/assign", id: "assign-cases", summary: "Give many cases to one officer, each answered alone",
		action: access.AssignCase}, s.apiAssignAll)
	serve(s, api, endpoint{method: post, path: "/cases/{ref}/assign", id: "assign-case", summary: "Give a case to an officer",
		action: access.AssignCase}, s.apiAssign)
	serve(s, api, endpoint{method: get, path: "/cases/{ref}/findings", id: "list-findings", summary: "List the findings",
		action: access.ReadCase}, s.apiFindings)
	serve(s, api, endpoint{method: post, path: "/cases/{ref}/findings", id: "record-finding", summary: "Record whether a violation happened",
		action: access.RecordFinding, created: true}, s.apiRecord)
	serve(s, api, endpoint{method: get, path: "/cases/{ref}/notes", id: "list-notes", summary: "List the internal remarks",
		action: access.ReadCase}, s.apiNotes)
	serve(s, api, endpoint{method: post, path: "/cases/{ref}/notes", id: "note-case", summary: "Add an internal remark",
		action: access.NoteCase, created: true}, s.apiNote)
	serve(s, api, endpoint{method: post, path: "/cases/{ref}/close", id: "close-case", summary: "Close a case and its complaint",
		action: access.CloseCase}, s.apiClose)
	serve(s, api, endpoint{method: post, path: "/cases/{ref}/recuse", id: "recuse", summary: "Keep an officer off a case",
		action: access.RecuseCase}, s.apiRecuse)
	serve(s, api, endpoint{method: post, path: "/cases/{ref}/penalties", id: "propose-penalty", summary: "Propose a penalty",
		action: access.ProposePenalty, created: true}, s.apiPropose)
}

// queueInput is the filter of the queue.
type queueInput struct {
	Paging
	Status      []string `query:"status" enum:"unassigned,investigating,found,enforcement,closed,all" doc:"One or more, separated by commas; open ones if none is given."`
	Unit        string   `query:"unit" maxLength:"40" doc:"Code, or mine."`
	Officer     string   `query:"officer" maxLength:"254" doc:"Id or e-mail, me, or none."`
	Pack        string   `query:"pack" maxLength:"40"`
	Firm        string   `query:"firm" maxLength:"64" doc:"Code of the lender or agency."`
	Lender      string   `query:"lender" maxLength:"64" doc:"Code, or none."`
	Agency      string   `query:"agency" maxLength:"64" doc:"Code, or none."`
	Code        string   `query:"code" maxLength:"20" doc:"Violation code."`
	Channel     string   `query:"channel" maxLength:"40"`
	Severity    int      `query:"severity" minimum:"1" maximum:"5" doc:"At least."`
	DueBefore   string   `query:"due_before" maxLength:"10" doc:"YYYY-MM-DD; due on an earlier day."`
	Late        string   `query:"late" enum:"late,in_time"`
	Source      string   `query:"source" maxLength:"40"`
	Outcome     string   `query:"outcome" maxLength:"40"`
	Received    string   `query:"received" maxLength:"7" doc:"YYYY-MM"`
	Opened      string   `query:"opened" maxLength:"7" doc:"YYYY-MM"`
	Closed      string   `query:"closed" maxLength:"7" doc:"YYYY-MM"`
	OpenedSince string   `query:"opened_since" maxLength:"10" doc:"YYYY-MM-DD"`
	OpenedUntil string   `query:"opened_until" maxLength:"10" doc:"YYYY-MM-DD"`
	ClosedSince string   `query:"closed_since" maxLength:"10" doc:"YYYY-MM-DD"`
	ClosedUntil string   `query:"closed_until" maxLength:"10" doc:"YYYY-MM-DD"`
	Q           string   `query:"q" maxLength:"200" doc:"Reference, external id or words."`
	Sort        string   `query:"sort" enum:"due,received,-received,severity,opened,-opened"`
}

func (in *queueInput) filter() (casework.Filter, error) {
	var wrong fault.Fields
	f := casework.Filter{
		Unit: in.Unit, Officer: in.Officer, Pack: in.Pack, Firm: in.Firm, Lender: in.Lender, Agency: in.Agency, Code: in.Code, Channel: in.Channel, Severity: in.Severity,
		DueBefore: dayGiven(&wrong, "due_before", in.DueBefore), Late: in.Late, Source: in.Source, Outcome: in.Outcome,
		Received: monthGiven(&wrong, "received", in.Received), Opened: monthGiven(&wrong, "opened", in.Opened), Closed: monthGiven(&wrong, "closed", in.Closed),
		OpenedSince: dayGiven(&wrong, "opened_since", in.OpenedSince), OpenedUntil: dayGiven(&wrong, "opened_until", in.OpenedUntil),
		ClosedSince: dayGiven(&wrong, "closed_since", in.ClosedSince), ClosedUntil: dayGiven(&wrong, "closed_until", in.ClosedUntil),
		Q: in.Q, Sort: in.Sort, Cursor: in.Cursor, Limit: in.Limit,
	}
	for _, st := range in.Status {
		if st == "all" {
			f.Status = casework.Statuses
			break
		}
		f.Status = append(f.Status, casework.Status(st))
	}
	return f, wrong.Err()
}

func (s *Server) apiQueue(ctx context.Context, by access.Actor, in *queueInput) (*answer[pageView[*CaseView]], error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	l, err := s.Cases.Queue(ctx, by, f)
	if err != nil {
		return nil, err
	}
	today := s.officeDay()
	items := viewsOf(l.Items, func(k casework.Case) *CaseView { return caseOn(&k, today) })
	return reply(pageView[*CaseView]{items, l.NextCursor, l.Counts}), nil
}

func (s *Server) apiCase(ctx context.Context, by access.Actor, in *RefPath) (*answer[*caseFile], error) {
	k, err := s.Cases.View(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	v, err := s.caseFile(ctx, by, k)
	if err != nil {
		return nil, err
	}
	return reply(v), nil
}

func (s *Server) apiTakeNext(ctx context.Context, by access.Actor, _ *struct{}) (*answer[*CaseView], error) {
	k, err := s.Cases.TakeNext(ctx, by)
	if err != nil {
		return nil, err
	}
	return reply(s.caseViewOf(k)), nil
}

type assignInput struct {
	RefPath
	Body struct {
		Officer officerRef `json:"officer" required:"true" doc:"Empty: the case is nobody's again."`
		Version int64      `json:"version" required:"true"`
	}
}

func (s *Server) apiAssign(ctx context.Context, by access.Actor, in *assignInput) (*answer[*CaseView], error) {
	k, err := s.Cases.Assign(ctx, by, in.Ref, in.Body.Version, string(in.Body.Officer))
	if err != nil {
		return nil, err
	}
	return reply(s.caseViewOf(k)), nil
}

type assignAllInput struct {
	Body struct {
		Items []struct {
			Reference string `json:"reference" required:"true" maxLength:"40"`
			Version   int64  `json:"version" doc:"0: whatever it is now."`
		} `json:"items" required:"true" minItems:"1" maxItems:"100"`
		Officer officerRef `json:"officer" required:"true"`
	}
}

// assignedView is one item's answer of a bulk assign.
type assignedView struct {
	Reference string        `json:"reference"`
	Status    int           `json:"status" doc:"As the single operation would answer: 200, 404, 409 …"`
	Case      *CaseView     `json:"case,omitempty"`
	Problem   *problemError `json:"problem,omitempty"`
}

// assignedAllView is the answer to a bulk assign.
type assignedAllView struct {
	Items   []assignedView `json:"items"`
	Done    int            `json:"done"`
	Refused int            `json:"refused"`
}

func (s *Server) apiAssignAll(ctx context.Context, by access.Actor, in *assignAllInput) (*answer[assignedAllView], error) {
	items := make([]casework.BulkItem, len(in.Body.Items))
	for i, it := range in.Body.Items {
		items[i] = casework.BulkItem{Reference: it.Reference, Version: it.Version}
	}
	list, err := s.Cases.AssignAll(ctx, by, items, string(in.Body.Officer))
	if err != nil {
		return nil, err
	}
	out := assignedAllView{Items: make([]assignedView, len(list))}
	for i, a := range list {
		out.Items[i] = s.assigned(ctx, callerFrom(ctx).lang, a)
		if a.Err == nil {
			out.Done++
		} else {
			out.Refused++
		}
	}
	return reply(out), nil
}

func (s *Server) assigned(ctx context.Context, lang locale.Lang, a casework.Assignment) assignedView {
	if a.Err == nil {
		return assignedView{Reference: a.Reference, Status: 200, Case: s.caseViewOf(a.Case)}
	}
	f := faultOf(a.Err)
	if f.Kind == fault.Internal {
		s.Logger.ErrorContext(ctx, "bulk assign failed", "case", a.Reference, "err", a.Err.Error())
	}
	return assignedView{Reference: a.Reference, Status: status(f), Problem: s.problemOf(lang, f, "body.")}
}

func (s *Server) apiFindings(ctx context.Context, by access.Actor, in *RefPath) (*answer[itemsView[FindingView]], error) {
	list, err := s.Cases.Findings(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	views, err := s.findingViews(ctx, list)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[FindingView]{views}), nil
}

type findingInput struct {
	RefPath
	Body struct {
		Code     string        `json:"code" required:"true" maxLength:"20"`
		Outcome  string        `json:"outcome" required:"true" maxLength:"40"`
		ActedOn  string        `json:"acted_on" doc:"YYYY-MM-DD; the complaint's first day if empty."`
		Basis    []string      `json:"basis" maxItems:"50" doc:"Ids of standards and law, alike."`
		Reasons  string        `json:"reasons" required:"true"`
		Evidence []evidenceRef `json:"evidence" maxItems:"200"`
		Firm     string        `json:"firm" maxLength:"64" doc:"Code; the agency if known, else the lender, if empty."`
		Corrects int           `json:"corrects" minimum:"0" doc:"Number of the finding that this one supersedes."`
		Version  int64         `json:"version" required:"true" doc:"Of the case."`
	}
}

// recordedView is a finding with the case as it stands after it.
type recordedView struct {
	FindingView
	Case    *CaseView `json:"case"`
	Version int64     `json:"version" doc:"Of the case."`
}

func (s *Server) apiRecord(ctx context.Context, by access.Actor, in *findingInput) (*answer[recordedView], error) {
	b := in.Body
	var wrong fault.Fields
	n := casework.NewFinding{
		Code: b.Code, Outcome: b.Outcome, ActedOn: dayGiven(&wrong, "acted_on", strings.TrimSpace(b.ActedOn)), Basis: b.Basis, Reasons: b.Reasons,
		Evidence: viewsOf(b.Evidence, func(e evidenceRef) string { return string(e) }), Firm: b.Firm, Corrects: b.Corrects, Version: b.Version,
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	k, f, err := s.Cases.Record(ctx, by, in.Ref, n)
	if err != nil {
		return nil, err
	}
	views, err := s.findingViews(ctx, []casework.Finding{*f})
	if err != nil {
		return nil, err
	}
	return reply(recordedView{views[0], s.caseViewOf(k), k.Version}), nil
}

func (s *Server) apiNotes(ctx context.Context, by access.Actor, in *RefPath) (*answer[itemsView[noteView]], error) {
	list, err := s.Cases.Notes(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[noteView]{viewsOf(list, noteViewOf)}), nil
}

type noteInput struct {
	RefPath
	Body struct {
		Body string `json:"body" required:"true"`
	}
}

func (s *Server) apiNote(ctx context.Context, by access.Actor, in *noteInput) (*answer[noteView], error) {
	n, err := s.Cases.Note(ctx, by, in.Ref, in.Body.Body)
	if err != nil {
		return nil, err
	}
	return reply(noteViewOf(*n)), nil
}

type closeInput struct {
	RefPath
	Body struct {
		Reasons string `json:"reasons" required:"true"`
		Version int64  `json:"version" required:"true"`
	}
}

func (s *Server) apiClose(ctx context.Context, by access.Actor, in *closeInput) (*answer[*CaseView], error) {
	k, err := s.Cases.Close(ctx, by, in.Ref, in.Body.Version, in.Body.Reasons)
	if err != nil {
		return nil, err
	}
	return reply(s.caseViewOf(k)), nil
}

type recuseInput struct {
	RefPath
	Body struct {
		Officer officerRef `json:"officer" required:"true"`
		Reason  string     `json:"reason" required:"true"`
	}
}

func (s *Server) apiRecuse(ctx context.Context, by access.Actor, in *recuseInput) (*struct{}, error) {
	return nil, s.Cases.Recuse(ctx, by, in.Ref, string(in.Body.Officer), in.Body.Reason)
}
