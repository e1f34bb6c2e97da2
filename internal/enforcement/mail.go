package enforcement

import (
	"context"
	"fmt"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/calendar"
	"dunwatch/internal/notify"
	"dunwatch/internal/store"
)

// hears says who learns of a step, and by which words: a key of web/locales below "mail.penalty_party." for the firm, and
// below "mail.penalty_desk." for people of the office. Whoever acts is never written to. What is in the mail is a reference,
// a date and a link: what the case is about is read after signing in.
type hears struct {
	party     string        // the firm's staff
	officers  string        // both officers
	desk      string        // those of the roles below
	roles     []access.Role // of the unit; directors and legal of the whole office
	partyOnly bool          // only where the party itself took the step
}

// audience lists the steps that somebody hears of. That legal review or approval is next is found in next.
var audience = map[Step]hears{
	StepApply:        {desk: "to_file", roles: []access.Role{access.Supervisor}},
	StepFile:         {officers: "filed"},
	StepRefuse:       {officers: "not_filed"},
	StepOfficers:     {officers: "officers"},
	StepConclude:     {desk: "to_try", roles: []access.Role{access.Supervisor}},
	StepReturn:       {officers: "returned"},
	StepNotice:       {party: "noticed"},
	StepDefend:       {officers: "defence", desk: "defence", roles: []access.Role{access.Supervisor}, partyOnly: true},
	StepWaive:        {officers: "waived", partyOnly: true},
	StepAskHearing:   {officers: "hearing_asked", desk: "hearing_asked", roles: []access.Role{access.Supervisor, access.Legal}},
	StepSetHearing:   {party: "hearing", officers: "hearing_set"},
	StepAskRecusal:   {desk: "recusal", roles: []access.Role{access.Director}},
	StepRecusal:      {party: "recusal", officers: "recusal_decided"},
	StepNoPenalty:    {officers: "ended"},
	StepTransfer:     {officers: "ended"},
	StepIssue:        {officers: "issued"},
	StepServe:        {party: "decision"},
	StepPublish:      {party: "register"},
	StepCorrect:      {party: "register"},
	StepWithdraw:     {party: "register"},
	StepAskParts:     {officers: "instalments", desk: "instalments", roles: []access.Role{access.Director}},
	StepAllowParts:   {party: "instalments", officers: "instalments_answered"},
	StepRefuseParts:  {party: "instalments", officers: "instalments_answered"},
	StepDemand:       {party: "demand"},
	StepChange:       {party: "changed", officers: "changed"},
	StepChallengeEnd: {officers: "challenge_ended", desk: "challenge_ended", roles: []access.Role{access.Director}},
}

// MailTemplates lists every message of this package, so that a test can hold the locales against it.
func MailTemplates() []string {
	seen := map[string]bool{deskMail + "to_review": true, deskMail + "to_approve": true, deskMail + "proved": true, partyMail + "measure": true, partyMail + "checked": true}
	for _, h := range audience {
		for prefix, keys := range map[string][]string{partyMail: {h.party}, deskMail: {h.officers, h.desk}} {
			for _, k := range keys {
				if k != "" {
					seen[prefix+k] = true
				}
			}
		}
	}
	var out []string
	for k := range seen {
		out = append(out, k)
	}
	return out
}

const (
	partyMail = "mail.penalty_party."
	deskMail  = "mail.penalty_desk."
)

// tell queues the messages that follow from a step. ready says whether the case could be approved before it.
func (s *Service) tell(ctx context.Context, tx *store.Tx, sc *scene, t Taken, ready bool) error {
	m := &mailing{ctx: ctx, tx: tx, s: s, by: t.ActorID, on: sc.today, told: map[int64]bool{},
		ref: sc.p.Reference, desk: link(s.d.DeskURL, sc.p.Reference), portal: link(s.d.PortalURL, sc.p.Reference), dedupe: fmt.Sprintf("penalty:%s:%d", sc.p.Reference, t.Number)}
	h := audience[t.Step]
	if h.partyOnly && !ofFirm(t) {
		h = hears{}
	}
	if d, ok := t.Deed.(*Try); ok && !d.Agree {
		h.officers = "returned"
	}
	if d, ok := t.Deed.(*Serve); ok && sc.c.NoPenalty != nil && d != nil {
		h.party = "ended"
	}
	m.officers(sc.c, h.officers)
	m.role(h.desk, sc.p.UnitID, h.roles...)
	if sc.asksReview(t) {
		m.role("to_review", 0, access.Legal)
	}
	if !ready && sc.c.Stage == StageNoticed && len(sc.lacks(StepApprove)) == 0 {
		m.role("to_approve", 0, access.Director)
	}
	m.party(h.party, sc.p.Firm.ID)
	return m.err
}

// asksReview reports whether legal has to review now, because of this step.
func (sc *scene) asksReview(t Taken) bool {
	c := sc.c
	switch t.Step {
	case StepTry, StepRevise, StepHearReport:
		waits := c.Review == nil || !c.Review.Passed || c.ReviewedAt < max(c.SentencedAt, c.HeardAt)
		return (c.Stage == StageTried || c.Stage == StageNoticed) && sc.needsLegal() && waits
	}
	return false
}

// mailing queues messages about one thing, to nobody twice, and gathers the first failure.
type mailing struct {
	ctx               context.Context
	tx                *store.Tx
	s                 *Service
	by                int64
	on                calendar.Date
	ref, desk, portal string
	dedupe            string
	told              map[int64]bool
	err               error
}

func (m *mailing) officers(c *Course, words string) {
	if words == "" || m.err != nil {
		return
	}
	users, err := m.s.d.Accounts.Find(m.ctx, m.tx, unique([]int64{c.Lead, c.Second, c.AppliedBy}))
	m.send(deskMail+words, m.desk, users, err)
}

// role writes to the people of roles: supervisors of the unit, directors and legal of the whole office.
func (m *mailing) role(words string, unit int64, roles ...access.Role) {
	for _, r := range roles {
		if words == "" || m.err != nil {
			return
		}
		of := unit
		if r != access.Supervisor {
			of = 0
		}
		users, err := m.s.d.Accounts.Holding(m.ctx, m.tx, of, r)
		m.send(deskMail+words, m.desk, users, err)
	}
}

func (m *mailing) party(words string, firmID int64) {
	if words == "" || m.err != nil {
		return
	}
	users, err := m.s.d.Accounts.OfFirm(m.ctx, m.tx, firmID)
	m.send(partyMail+words, m.portal, users, err)
}

func (m *mailing) send(template, link string, users []account.User, err error) {
	if m.err = err; err != nil {
		return
	}
	for _, u := range users {
		if u.ID == m.by || m.told[u.ID] || !u.DisabledAt.IsZero() || m.err != nil {
			continue
		}
		m.told[u.ID] = true
		m.err = m.s.d.Notify.Queue(m.ctx, m.tx, notify.Message{
			Channel: notify.Email, To: u.Email, Lang: u.Lang, Template: template, Dedupe: fmt.Sprintf("%s:%d", m.dedupe, u.ID),
			Data: map[string]string{"reference": m.ref, "date": m.on.String(), "link": link},
		})
	}
}

func link(base, ref string) string {
	if base == "" {
		return ""
	}
	return strings.TrimRight(base, "/") + "/" + ref
}
