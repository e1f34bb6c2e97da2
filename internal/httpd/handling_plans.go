package httpd

import (
	"dunwatch/internal/access"
	"dunwatch/internal/hardship"
)

// handledPlan is a plan of repayment as the case page shows it.
type handledPlan struct {
	*hardship.Plan
	Party PartyChip
	Chip  Chip
	Name  string // of its kind
	Parts []handledPart
}

// handledPart is an instalment with where it stands today.
type handledPart struct {
	hardship.Instalment
	Chip Chip
}

// handlingPlanTones are the shapes of a plan's states; handlingPartTones those of its instalments.
var (
	handlingPlanTones = map[hardship.Status]string{
		hardship.Offered: "wait", hardship.Accepted: "active", hardship.Declined: "closed", hardship.Withdrawn: "closed", hardship.Ended: "good",
	}
	handlingPartTones = map[string]string{"paid": "good", "paid_late": "good", "late": "danger", "open": "new"}
)

// casePlans lists the plans that firms offered.
func (s *Server) casePlans(d desk, p *casePageData) error {
	if !d.may(access.ReadForward, p.K.Owner()) {
		return nil
	}
	list, err := s.Plans.Plans(d.ctx, d.by, p.C.Reference)
	if err != nil {
		return err
	}
	for _, plan := range list {
		row := handledPlan{Plan: plan, Party: firmChip(plan.Firm), Name: d.t("hardship.kinds." + string(plan.Kind)),
			Chip: Chip{Tone: handlingPlanTones[plan.Status], Text: d.t("handling.plan." + string(plan.Status))}}
		for _, part := range plan.Instalments {
			state := part.State(d.day)
			row.Parts = append(row.Parts, handledPart{part, Chip{Tone: handlingPartTones[state], Text: d.t("hardship.state." + state)}})
		}
		p.Plans = append(p.Plans, row)
	}
	return nil
}
