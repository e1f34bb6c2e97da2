package httpd

import (
	"slices"
	"strconv"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/casework"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
)

// stepMatter gathers what the form of a step chooses from, and what it begins with.
func (d desk) stepMatter(p *enforcement.Penalty, c *enforcement.Course, step enforcement.Step) (*stepMatter, error) {
	m := &stepMatter{k: p.Case, p: p, c: c, pack: d.pack(p.Case.Pack), choices: d.stepLists()}
	for _, fill := range []func(*stepMatter, enforcement.Step) error{d.stepPeople, d.stepFindings, d.stepLaw, d.stepMoney, d.stepBegin} {
		if err := fill(m, step); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// stepWords are choices whose words stand in the locales.
func (d desk) stepWords(list string, values ...string) []Option {
	out := make([]Option, 0, len(values))
	for _, v := range values {
		out = append(out, Option{Value: v, Label: d.t("procedure.of." + list + "." + v)})
	}
	return out
}

// stepLists are the choices that are the same for every case.
func (d desk) stepLists() map[string][]Option {
	m := map[string][]Option{
		"adopted":    d.stepWords("adopted", "yes", "partly", "no"),
		"waive":      d.stepWords("waive", "defence", "hearing"),
		"return_to":  d.stepWords("return_to", "trial", "investigation"),
		"challenges": d.stepWords("challenges", "review", "suit"),
		"outcomes":   d.stepWords("outcomes", enforcement.Outcomes...),
		"orders":     d.stepWords("orders", "own", "review", "court"),
		"legal":      d.stepWords("legal", enforcement.LegalGrounds...),
	}
	for _, w := range enforcement.Means {
		m["means"] = append(m["means"], Option{Value: w, Label: d.t("penalty_case.means." + w)})
	}
	return m
}

// stepPeople are who may be named as officer or chair. The procedure itself says of each whether the case allows it.
func (d desk) stepPeople(m *stepMatter, step enforcement.Step) error {
	list := func(users []account.User, not ...int64) (out []Option) {
		for _, u := range users {
			if !slices.Contains(not, u.ID) {
				out = append(out, Option{Value: strconv.FormatInt(u.ID, 10), Label: u.Name + " · " + d.t("role."+string(u.Role))})
			}
		}
		return out
	}
	switch step {
	case enforcement.StepRecusal:
		return d.stepObjections(m)
	case enforcement.StepFile, enforcement.StepOfficers:
		users, err := d.s.Accounts.WithRole(d.ctx, m.p.UnitID, access.Reviewer, access.Supervisor)
		m.choices["officers"] = list(users, m.k.OfficerID, d.by.UserID)
		return err
	case enforcement.StepSetHearing:
		legal, err := d.s.Accounts.WithRole(d.ctx, 0, access.Legal)
		if err != nil {
			return err
		}
		chiefs, err := d.s.Accounts.WithRole(d.ctx, m.p.UnitID, access.Supervisor)
		m.choices["chairs"] = list(append(legal, chiefs...), m.c.Investigators...)
		return err
	}
	return nil
}

// stepObjections are the requests for recusal that wait for an answer, and whom they can be about: everybody who took a step,
// the officers and the chair of the hearing.
func (d desk) stepObjections(m *stepMatter) error {
	ids := []int64{m.c.Lead, m.c.Second}
	for _, t := range m.c.Taken {
		if !access.Role(t.ActorRole).OfFirm() {
			ids = append(ids, t.ActorID)
		}
	}
	if h := m.c.Hearing; h != nil && h.Set != nil {
		ids = append(ids, h.Set.Chair)
	}
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(id int64) bool { return id == 0 })
	names, err := d.s.namesOf(d.ctx, ids...)
	if err != nil {
		return err
	}
	for i, id := range ids {
		m.choices["people"] = append(m.choices["people"], Option{Value: strconv.FormatInt(id, 10), Label: names[i]})
	}
	for i, o := range m.c.Objections {
		if o.Answer == nil {
			m.choices["objections"] = append(m.choices["objections"], Option{Value: strconv.Itoa(i + 1), Label: d.t("procedure.objection_no", i+1, o.Against)})
		}
	}
	return nil
}

func (d desk) stepFindings(m *stepMatter, step enforcement.Step) error {
	if step != enforcement.StepConclude && step != enforcement.StepRevise && step != enforcement.StepApply {
		return nil
	}
	list, err := d.s.Cases.Findings(d.ctx, d.by, m.k.Reference)
	if err != nil {
		return err
	}
	for _, f := range d.findingRows(m.k, list) {
		if !f.Standing || !f.Upheld(m.pack) {
			continue
		}
		m.findings = append(m.findings, f)
		m.choices["findings"] = append(m.choices["findings"], Option{Value: strconv.Itoa(f.Number), Label: d.t("case_page.finding_no", f.Number) + " " + f.Code + " " + f.Name,
			Hint: f.Chip.Text + " · " + locale.Date(d.lang, f.ActedOn)})
	}
	return nil
}

// stepLaw are the choices of the rulebook: kinds of penalties, grounds, authorities.
func (d desk) stepLaw(m *stepMatter, _ enforcement.Step) error {
	for _, k := range m.pack.PenaltyKinds() {
		if k.ByOffice && k.Class != "referral" {
			m.choices["kinds"] = append(m.choices["kinds"], Option{Value: k.ID, Label: d.text(k.Name)})
		}
	}
	for _, kind := range []string{"suspend", "no_penalty"} {
		for _, g := range m.pack.Grounds(kind) {
			o := Option{Value: g.Key, Label: d.text(g.Name)}
			if t, ok := g.Caveat(); ok {
				o.Label += " · " + d.text(t)
			}
			m.choices[kind] = append(m.choices[kind], o)
		}
	}
	for _, a := range m.pack.Authorities {
		m.choices["authorities"] = append(m.choices["authorities"], Option{Value: a.ID, Label: d.text(a.Name)})
	}
	return nil
}

// stepMoney are the parties, the accounts and the defences that wait for a reply.
func (d desk) stepMoney(m *stepMatter, step enforcement.Step) error {
	m.choices["parties"] = d.stepParties(m.p, m.c)
	if step == enforcement.StepConclude { // persons are named on the same form
		for n := len(m.choices["parties"]) + 1; n <= 1+maxPersons; n++ {
			m.choices["parties"] = append(m.choices["parties"], Option{Value: strconv.Itoa(n), Label: d.t("procedure.person", n-1)})
		}
	}
	for i, x := range m.c.Defences {
		if x.Reply == nil {
			m.choices["defences"] = append(m.choices["defences"], Option{Value: strconv.Itoa(i + 1), Label: d.t("procedure.defence_no", i+1, locale.Date(d.lang, x.On))})
		}
	}
	for _, a := range enforcement.Accounts {
		m.choices["accounts"] = append(m.choices["accounts"], Option{Value: string(a), Label: d.t("penalty_case.account." + string(a))})
	}
	return nil
}

// maxPersons is how many people beside the firm the form lets one name at once.
const maxPersons = 5

// stepParties are the firm and the persons beside it, as they are numbered.
func (d desk) stepParties(p *enforcement.Penalty, c *enforcement.Course) []Option {
	out := []Option{{Value: "1", Label: p.Firm.Name}}
	if c != nil {
		for i, x := range c.Persons {
			out = append(out, Option{Value: strconv.Itoa(i + 2), Label: x.Name})
		}
	}
	return out
}

// stepBegin is what a form begins with: the plan as it stands, what is owed, the words published before.
func (d desk) stepBegin(m *stepMatter, step enforcement.Step) error {
	var deed enforcement.Deed
	switch step {
	case enforcement.StepConclude:
		deed = d.firstConclusion(m)
	case enforcement.StepRevise:
		deed = &enforcement.Revise{Sentence: *m.c.Sentence}
	case enforcement.StepChange:
		deed = &enforcement.Change{Order: "own", Shares: m.inForce()}
	case enforcement.StepCorrect:
		if n := len(m.c.Published); n > 0 {
			deed = &enforcement.CorrectPublication{Facts: m.c.Published[n-1].Facts}
		}
	case enforcement.StepPay, enforcement.StepRefund:
		l, err := d.s.Penalties.Ledger(d.ctx, d.by, m.p.Reference, d.day)
		if err != nil {
			return err
		}
		deed = &enforcement.Pay{On: d.day}
		for _, b := range l.Balances {
			fen := b.OutstandingFen
			if step == enforcement.StepRefund {
				fen = -fen
			}
			if fen > 0 {
				deed = &enforcement.Pay{Party: b.Party, Account: b.Account, AmountFen: fen, On: d.day}
				break
			}
		}
	case enforcement.StepAskParts, enforcement.StepAllowParts:
		deed = &enforcement.AskInstalments{Party: 1}
	}
	if deed == nil {
		return nil
	}
	var err error
	m.values, err = deedValues(deed)
	return err
}

// firstConclusion drafts the end of the investigation from the findings, or takes up what was concluded before.
func (d desk) firstConclusion(m *stepMatter) *enforcement.Conclude {
	if m.c.Conclude != nil {
		out := *m.c.Conclude
		out.Sentence = *m.c.Sentence
		return &out
	}
	out := &enforcement.Conclude{}
	var drafted []findingChoice
	for _, f := range m.findings {
		out.Findings = append(out.Findings, f.Number)
		out.Basis = append(out.Basis, f.Finding.Bases...)
		drafted = append(drafted, findingChoice{findingRow: f})
	}
	slices.Sort(out.Basis)
	out.Basis = slices.DeleteFunc(slices.Compact(out.Basis), func(id string) bool {
		return !slices.ContainsFunc(m.pack.PenaltyBases(d.day), func(b rulebook.Basis) bool { return b.ID == id })
	})
	out.Facts = d.factsOf(drafted)
	return out
}

// inForce are the shares as last changed.
func (m *stepMatter) inForce() []enforcement.Share {
	if n := len(m.c.Changes); n > 0 {
		return m.c.Changes[n-1].Shares
	}
	return m.c.Sentence.Shares
}

// applyMatter is what an application chooses from: the firms of the case and the violations it is about.
func (d desk) applyMatter(k *casework.Case) (*stepMatter, error) {
	m := &stepMatter{k: k, pack: d.pack(k.Pack), choices: map[string][]Option{}}
	if err := d.stepFindings(m, enforcement.StepApply); err != nil {
		return nil, err
	}
	deed := &enforcement.Apply{ActedTo: k.Complaint.OccurredTo}
	codes := slices.Clone(k.Complaint.Codes)
	var drafted []findingChoice
	for _, f := range m.findings {
		codes = append(codes, f.Code)
		deed.Codes = append(deed.Codes, f.Code)
		drafted = append(drafted, findingChoice{findingRow: f})
		if f.ActedOn.After(deed.ActedTo) {
			deed.ActedTo = f.ActedOn
		}
	}
	deed.Facts = d.factsOf(drafted)
	slices.Sort(codes)
	for _, code := range slices.Compact(codes) {
		m.choices["codes"] = append(m.choices["codes"], Option{Value: code, Label: code + " " + d.codeName(k.Pack, code)})
	}
	for _, f := range d.parties(k.Lender, k.Agency) {
		if f.Code != "" {
			m.choices["firms"] = append(m.choices["firms"], Option{Value: f.Code, Label: f.Name + " · " + d.t("ui.party."+f.Kind)})
		}
	}
	if k.Agency != nil {
		deed.Firm = k.Agency.Code
	} else if k.Lender != nil {
		deed.Firm = k.Lender.Code
	}
	var err error
	m.values, err = deedValues(deed)
	return m, err
}
