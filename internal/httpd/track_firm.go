package httpd

import (
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/hardship"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
)

// trackFirm is what became of the complaint at one firm, for who complained.
type trackFirm struct {
	forwarding.Followed
	Chip    Chip
	Now     string // whose turn it is, in words
	Answers []trackAnswer
	Accept  *Confirm // nil: nothing to accept
}

// trackAnswer is an answer of a firm that the office found sound.
type trackAnswer struct {
	forwarding.FollowedAnswer
	Title string
	Name  string // of the outcome
	Lines []string
}

// trackPlan is a plan of repayment for the borrower.
type trackPlan struct {
	*hardship.Plan
	Chip   Chip
	Lines  []string
	Parts  []trackPart
	Accept *Confirm // nil: nothing to answer
	Refuse *Confirm
	Breach bool // it is agreed, and a breach can be reported
}

// trackPart is an instalment with its state.
type trackPart struct {
	hardship.Instalment
	Chip Chip
}

// The shapes of a forward's states as the complainant sees them: what waits for them stands out.
var trackFirmTones = map[forwarding.Status]string{
	forwarding.Sent: "active", forwarding.Acknowledged: "active", forwarding.Answered: "active", forwarding.Returned: "active",
	forwarding.Told: "wait", forwarding.Review: "active", forwarding.ReviewAnswered: "active", forwarding.ReviewReturned: "active",
	forwarding.ReviewTold: "wait", forwarding.Accepted: "good", forwarding.Ended: "closed",
}

var (
	trackPlanTones = map[hardship.Status]string{
		hardship.Offered: "wait", hardship.Accepted: "active", hardship.Declined: "closed", hardship.Withdrawn: "closed", hardship.Ended: "good",
	}
	trackPartTones = map[string]string{"paid": "good", "paid_late": "good", "late": "danger", "open": "new"}
)

// trackFirms fills in the firms' side: who has the complaint, what they answered, what can be done about it.
func (s *Server) trackFirms(c echo.Context, by access.Actor, d *trackCaseData, p *rulebook.Pack) error {
	list, err := s.Forwards.Follow(c.Request().Context(), by, d.Complaint.Reference)
	if err != nil {
		return err
	}
	for _, f := range list {
		row := trackFirm{Followed: f, Chip: Chip{Tone: trackFirmTones[f.Status], Text: s.Words.T(d.Lang, "track.firm.status."+string(f.Status))},
			Now: s.Words.T(d.Lang, "track.firm.now."+string(f.Status), f.Firm)}
		for _, a := range f.Answers {
			row.Answers = append(row.Answers, trackAnswer{a, s.Words.T(d.Lang, "track.firm.stage."+string(a.Stage)), outcomeName(p, d.Lang, a.Outcome), strings.Split(a.Body, "\n")})
		}
		if f.MayAccept {
			row.Accept = &Confirm{ID: "accept-" + f.Reference, Action: "/track/accept", Label: "track.firm.accept", Text: s.Words.T(d.Lang, "track.firm.accept_text"),
				Hidden: []Option{{Label: "of", Value: f.Reference}}, Form: d.Form}
		}
		d.Firms = append(d.Firms, row)
	}
	return nil
}

func outcomeName(p *rulebook.Pack, lang locale.Lang, id string) string {
	for _, o := range p.AnswerOutcomes() {
		if o.ID == id {
			return o.Name.In(string(lang))
		}
	}
	return id
}

// trackPlans fills in the plans of repayment, the newest first.
func (s *Server) trackPlans(c echo.Context, by access.Actor, d *trackCaseData) error {
	list, err := s.Plans.Plans(c.Request().Context(), by, d.Complaint.Reference)
	if err != nil {
		return err
	}
	today := s.today()
	for _, p := range slices.Backward(list) {
		row := trackPlan{Plan: p, Chip: Chip{Tone: trackPlanTones[p.Status], Text: s.Words.T(d.Lang, "track.plan.status."+string(p.Status))},
			Lines: lines(p.Terms), Breach: p.Status == hardship.Accepted || p.Status == hardship.Ended}
		for _, i := range p.Instalments {
			state := i.State(today)
			row.Parts = append(row.Parts, trackPart{i, Chip{Tone: trackPartTones[state], Text: s.Words.T(d.Lang, "track.plan.state."+state)}})
		}
		if p.Status == hardship.Offered && len(p.Instalments) > 0 && !today.After(p.Instalments[0].DueOn) {
			hidden := func(answer string) []Option {
				return []Option{{Label: "of", Value: p.Reference}, {Label: "answer", Value: answer}, {Label: "version", Value: formatID(p.Version)}}
			}
			row.Accept = &Confirm{ID: "plan-yes-" + p.Reference, Action: "/track/plan", Label: "track.plan.accept", Text: s.Words.T(d.Lang, "track.plan.accept_text"), Hidden: hidden("accept"), Form: d.Form}
			row.Refuse = &Confirm{ID: "plan-no-" + p.Reference, Action: "/track/plan", Label: "track.plan.decline", Text: s.Words.T(d.Lang, "track.plan.decline_text"), Hidden: hidden("decline"), Form: d.Form}
		}
		d.Plans = append(d.Plans, row)
	}
	return nil
}

// LapsesOn is the last day on which the offer can be accepted.
func (p trackPlan) LapsesOn() calendar.Date {
	if len(p.Instalments) == 0 {
		return calendar.Date{}
	}
	return p.Instalments[0].DueOn
}

func (s *Server) trackAccept(c echo.Context) error {
	return s.trackDo(c, "accept", "track.firm.accepted", func(by access.Actor, ref string, form *Form) error {
		return s.Forwards.Accept(c.Request().Context(), by, ref, form.Text("of"))
	})
}

func (s *Server) trackReview(c echo.Context) error {
	return s.trackDo(c, "review", "track.firm.review_sent", func(by access.Actor, ref string, form *Form) error {
		return s.Forwards.RequestReview(c.Request().Context(), by, ref, form.Text("of"), form.Value("text"))
	})
}

// trackPlanAnswer takes the answer to a plan; neither is preset, so that nobody agrees by haste.
func (s *Server) trackPlanAnswer(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	name, done := "plan-no", "track.plan.declined"
	if form.Text("answer") == "accept" {
		name, done = "plan-yes", "track.plan.accepted"
	}
	return s.trackDo(c, name, done, func(by access.Actor, _ string, form *Form) error {
		_, err := s.Plans.Answer(c.Request().Context(), by, form.Text("of"), form.Version(), name == "plan-yes")
		return err
	})
}

func (s *Server) trackBreach(c echo.Context) error {
	return s.trackDo(c, "breach", "track.plan.breach_sent", func(by access.Actor, _ string, form *Form) error {
		return s.Plans.Breach(c.Request().Context(), by, form.Text("of"), hardship.BreachInput{What: hardship.Breach(form.Text("what")), Text: form.Value("text")})
	})
}
