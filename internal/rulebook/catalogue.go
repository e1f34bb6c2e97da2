package rulebook

import (
	"slices"

	"dunwatch/internal/calendar"
)

// PenaltyKind is a penalty, or a graduated measure short of one.
type PenaltyKind struct {
	ID   string `yaml:"id" json:"id"`
	Name Text   `yaml:"name" json:"name"`
	// Class is penalty (the full procedure), measure (short of a penalty) or
	// referral (another authority acts).
	Class string `yaml:"class" json:"class"`
	// Step is its place on the ladder, mildest first.
	Step int `yaml:"step" json:"step"`
	// Money: an amount belongs to it. Person: it may fall on a person.
	Money  bool `yaml:"money,omitempty" json:"money"`
	Person bool `yaml:"person,omitempty" json:"person"`
	// Hearing: 行政处罚法 art. 63 gives a right to a hearing; for sums above the
	// threshold only.
	Hearing bool `yaml:"hearing,omitempty" json:"hearing"`
	// ByConsent: it rests on what the party agrees to in writing, not on a provision that lists it.
	ByConsent bool `yaml:"by_consent,omitempty" json:"by_consent,omitempty"`
	// ByOffice: the office itself may impose it.
	ByOffice bool `yaml:"by_office" json:"by_office"`
	Article  Text `yaml:"article,omitempty" json:"article,omitzero"`
	Trust    `yaml:",inline"`
}

// Channel is a way in which somebody reached somebody else.
type Channel struct {
	ID   string `yaml:"id" json:"id"`
	Name Text   `yaml:"name" json:"name"`
	// Public: the filing form offers it. The others only come with imports or
	// are set by the clerk.
	Public bool `yaml:"public,omitempty" json:"public"`
	// Log are the channels of contact records that it stands for.
	Log []string `yaml:"log,omitempty" json:"log,omitempty"`
	// CFPB is the exact string of the CFPB's "Submitted via".
	CFPB string `yaml:"cfpb,omitempty" json:"cfpb,omitempty"`
}

// Ground is a reason that a decision must name.
type Ground struct {
	Key     string `yaml:"key" json:"key"`
	Name    Text   `yaml:"name" json:"name"`
	Article Text   `yaml:"article,omitempty" json:"article,omitzero"`
	// Track is complaint, report or both.
	Track    string   `yaml:"track" json:"track"`
	Strength Strength `yaml:"strength" json:"strength"`
	// From and To are the first and the last day on which it may be named, both included. No date is open.
	From  calendar.Date `yaml:"from,omitempty" json:"from,omitzero"`
	To    calendar.Date `yaml:"to,omitempty" json:"to,omitzero"`
	Trust `yaml:",inline"`
}

// InForce reports whether the ground may be named on a day.
func (g Ground) InForce(on calendar.Date) bool {
	return (g.From.IsZero() || !on.Before(g.From)) && (g.To.IsZero() || !on.After(g.To))
}

// Outcome is a value that a finding or an answer may have.
type Outcome struct {
	ID   string `yaml:"id" json:"id"`
	Name Text   `yaml:"name" json:"name"`
	// Upheld: it counts for the complainant; Counted: it counts at all in the
	// rate.
	Upheld  bool `yaml:"upheld,omitempty" json:"upheld"`
	Counted bool `yaml:"counted,omitempty" json:"counted"`
	// Portal: a firm may choose it as its answer; Amount: it then states a sum.
	Portal bool   `yaml:"portal,omitempty" json:"portal,omitempty"`
	Amount bool   `yaml:"amount,omitempty" json:"amount,omitempty"`
	CFPB   string `yaml:"cfpb,omitempty" json:"cfpb,omitempty"` // exact string of the public data
}

// EvidenceType is a kind of evidence file.
type EvidenceType struct {
	ID   string `yaml:"id" json:"id"`
	Name Text   `yaml:"name" json:"name"`
	// Public: the filing form offers it to borrowers.
	Public bool `yaml:"public,omitempty" json:"public"`
}

// Reason is a heading of the sector's complaint statistics (JR/T 0169-2018).
type Reason struct {
	ID   string `yaml:"id" json:"id"`
	Name Text   `yaml:"name" json:"name"`
}

// PenaltyKinds returns penalties and measures, mildest first.
func (p *Pack) PenaltyKinds() []PenaltyKind { return slices.Clone(p.kinds) }

// PenaltyKind returns the kind with the id.
func (p *Pack) PenaltyKind(id string) (PenaltyKind, bool) {
	i := slices.IndexFunc(p.kinds, func(k PenaltyKind) bool { return k.ID == id })
	if i < 0 {
		return PenaltyKind{}, false
	}
	return p.kinds[i], true
}

// Channels are the ways in which a collector contacts a debtor.
func (p *Pack) Channels() []Channel { return slices.Clone(p.channels) }

// Channel returns the collector's channel with the id.
func (p *Pack) Channel(id string) (Channel, bool) { return channel(p.channels, id) }

// Submissions are the ways in which a complaint reaches the office.
func (p *Pack) Submissions() []Channel { return slices.Clone(p.submissions) }

// Submission returns the way of filing with the id.
func (p *Pack) Submission(id string) (Channel, bool) { return channel(p.submissions, id) }

func channel(all []Channel, id string) (Channel, bool) {
	i := slices.IndexFunc(all, func(c Channel) bool { return c.ID == id })
	if i < 0 {
		return Channel{}, false
	}
	return all[i], true
}

// Grounds returns the reasons for one kind of decision: reject, refer,
// supplement, close, extend, suspend, reopen, mitigate, aggravate, no_penalty, withdraw_publication.
func (p *Pack) Grounds(kind string) []Ground { return slices.Clone(p.grounds[kind]) }

// Ground returns one reason of a kind of decision.
func (p *Pack) Ground(kind, key string) (Ground, bool) {
	i := slices.IndexFunc(p.grounds[kind], func(g Ground) bool { return g.Key == key })
	if i < 0 {
		return Ground{}, false
	}
	return p.grounds[kind][i], true
}

// FindingOutcomes are the values of a finding.
func (p *Pack) FindingOutcomes() []Outcome { return slices.Clone(p.findings) }

// AnswerOutcomes are the values of a firm's answer.
func (p *Pack) AnswerOutcomes() []Outcome { return slices.Clone(p.answers) }

// EvidenceTypes returns the kinds of evidence.
func (p *Pack) EvidenceTypes() []EvidenceType { return slices.Clone(p.evidence) }

// EvidenceType returns the kind of evidence with the id.
func (p *Pack) EvidenceType(id string) (EvidenceType, bool) {
	i := slices.IndexFunc(p.evidence, func(e EvidenceType) bool { return e.ID == id })
	if i < 0 {
		return EvidenceType{}, false
	}
	return p.evidence[i], true
}

// Reasons returns the statistical headings that Violation.Reason names.
func (p *Pack) Reasons() []Reason { return slices.Clone(p.reasons) }
