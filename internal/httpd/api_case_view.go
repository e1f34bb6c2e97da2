package httpd

import (
	"context"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/store"
)

// CaseView is a case as lists and commands answer it.
type CaseView struct {
	Reference  string      `json:"reference"`
	Complaint  string      `json:"complaint" doc:"Its reference."`
	ExternalID string      `json:"external_id,omitempty"`
	Pack       string      `json:"pack"`
	Track      string      `json:"track"`
	Status     string      `json:"status"`
	Unit       string      `json:"unit"`
	Officer    *personView `json:"officer,omitempty"`
	AssignedAt string      `json:"assigned_at,omitempty" format:"date-time"`
	Severity   int         `json:"severity"`
	Lender     *partyView  `json:"lender,omitempty"`
	Agency     *partyView  `json:"agency,omitempty"`
	Violations []string    `json:"violations"`
	Channels   []string    `json:"channels"`
	ReceivedOn string      `json:"received_on" format:"date"`
	OpenedAt   string      `json:"opened_at" format:"date-time"`
	OpenedOn   string      `json:"opened_on" format:"date"`
	DueOn      string      `json:"due_on,omitempty" format:"date"`
	Late       bool        `json:"late"`
	ClosedAt   string      `json:"closed_at,omitempty" format:"date-time"`
	ClosedOn   string      `json:"closed_on,omitempty" format:"date"`
	Outcome    string      `json:"outcome,omitempty"`
	Rulebook   string      `json:"rulebook"`
	Version    int64       `json:"version"`
}

func (s *Server) caseViewOf(k *casework.Case) *CaseView {
	return caseOn(k, s.officeDay())
}

// officeDay is the day that it is where the regulator is.
func (s *Server) officeDay() calendar.Date { return calendar.OfTime(s.DB.Now().In(s.cfg.Zone)) }

func caseOn(k *casework.Case, today calendar.Date) *CaseView {
	v := &CaseView{
		Reference: k.Reference, Pack: k.Pack, Track: string(k.Track), Status: string(k.Status), Unit: k.UnitCode,
		Officer: personViewOf(k.OfficerID, k.OfficerName), AssignedAt: stamp(k.AssignedAt), Severity: k.Severity,
		Lender: partyViewOf(k.Lender), Agency: partyViewOf(k.Agency), Violations: []string{}, Channels: []string{},
		ReceivedOn: k.ReceivedOn.String(), OpenedAt: stamp(k.OpenedAt), OpenedOn: k.OpenedOn.String(), DueOn: k.DueOn.String(),
		Late: k.Late(today), ClosedAt: stamp(k.ClosedAt), ClosedOn: k.ClosedOn.String(), Outcome: k.Outcome, Rulebook: k.Rulebook, Version: k.Version,
	}
	if c := k.Complaint; c != nil {
		v.Complaint, v.ExternalID, v.Violations, v.Channels = c.Reference, c.ExternalID, listOf(c.Codes), listOf(c.Channels)
	}
	return v
}

// FindingView says whether one violation happened.
type FindingView struct {
	Number    int         `json:"number"`
	Code      string      `json:"code"`
	Severity  int         `json:"severity"`
	Outcome   string      `json:"outcome"`
	ActedOn   string      `json:"acted_on" format:"date"`
	Basis     []string    `json:"basis" doc:"Law on which a penalty may rest."`
	Standards []string    `json:"standards" doc:"Other norms that were breached."`
	Reasons   string      `json:"reasons"`
	Evidence  []string    `json:"evidence"`
	Firm      *partyView  `json:"firm,omitempty"`
	Rulebook  string      `json:"rulebook"`
	FoundAt   string      `json:"found_at" format:"date-time"`
	FoundBy   *personView `json:"found_by,omitempty"`
	// SupersededBy is the number of the finding that corrected this one.
	SupersededBy int  `json:"superseded_by,omitempty"`
	Stands       bool `json:"stands"`
}

// findingViews needs all findings of a case, to name corrections by number.
func (s *Server) findingViews(ctx context.Context, list []casework.Finding) ([]FindingView, error) {
	var ids []int64
	numbers := map[int64]int{}
	for _, f := range list {
		numbers[f.ID] = f.Number
		if f.FirmID != 0 {
			ids = append(ids, f.FirmID)
		}
	}
	parties := map[int64]*partyView{}
	err := s.DB.Read(ctx, func(tx *store.Tx) error {
		firms, err := s.Firms.ByIDs(ctx, tx, ids)
		for id, f := range firms {
			parties[id] = &partyView{f.Code, f.Name}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return viewsOf(list, func(f casework.Finding) FindingView {
		return FindingView{
			Number: f.Number, Code: f.Code, Severity: f.Severity, Outcome: f.Outcome, ActedOn: f.ActedOn.String(), Basis: listOf(f.Bases),
			Standards: listOf(f.Standards), Reasons: f.Reasons, Evidence: listOf(f.Evidence), Firm: parties[f.FirmID], Rulebook: f.Rulebook,
			FoundAt: stamp(f.FoundAt), FoundBy: personViewOf(f.FoundBy, f.FoundByName), SupersededBy: numbers[f.SupersededBy], Stands: f.SupersededBy == 0,
		}
	}), nil
}

// noteView is an internal remark.
type noteView struct {
	ID   int64       `json:"id"`
	At   string      `json:"at" format:"date-time"`
	By   *personView `json:"by,omitempty"`
	Body string      `json:"body"`
}

func noteViewOf(n casework.Note) noteView {
	return noteView{n.ID, stamp(n.At), personViewOf(n.UserID, n.UserName), n.Body}
}

// caseFile is a case with everything in it.
type caseFile struct {
	CaseView
	Moves    casework.Moves `json:"moves" doc:"What the caller may do now."`
	File     *complaintView `json:"complaint_file"`
	Findings []FindingView  `json:"findings"`
	Notes    []noteView     `json:"notes"`
	Evidence []evidenceView `json:"evidence"`
	Clocks   []clockView    `json:"clocks"`
	Timeline []eventView    `json:"timeline"`
	Penalty  []PenaltyView  `json:"penalties"`
}

// caseFile gathers what the actor may see of a case.
func (s *Server) caseFile(ctx context.Context, by access.Actor, k *casework.Case) (*caseFile, error) {
	v := &caseFile{CaseView: *s.caseViewOf(k), Moves: s.Cases.Moves(by, k)}
	c, err := s.Complaints.ByRef(ctx, by, k.Complaint.Reference)
	if err != nil {
		return nil, err
	}
	if v.File, err = s.complaintView(ctx, by, c); err != nil {
		return nil, err
	}
	findings, err := s.Cases.Findings(ctx, by, k.Reference)
	if err != nil {
		return nil, err
	}
	if v.Findings, err = s.findingViews(ctx, findings); err != nil {
		return nil, err
	}
	notes, err := s.Cases.Notes(ctx, by, k.Reference)
	if err != nil {
		return nil, err
	}
	files, err := s.Evidence.List(ctx, by, c.Reference)
	if err != nil {
		return nil, err
	}
	clocks, err := s.Cases.Clocks(ctx, by, k.Reference)
	if err != nil {
		return nil, err
	}
	events, err := s.Cases.Timeline(ctx, by, k.Reference)
	if err != nil {
		return nil, err
	}
	penalties, err := s.Penalties.OfCase(ctx, by, k.Reference)
	if err != nil {
		return nil, err
	}
	v.Notes, v.Evidence, v.Clocks = viewsOf(notes, noteViewOf), viewsOf(files, evidenceViewOf), clockViews(clocks)
	v.Timeline, v.Penalty = s.caseEvents(callerFrom(ctx).lang, events), viewsOf(penalties, penaltyViewOf)
	return v, nil
}
