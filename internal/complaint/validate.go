package complaint

import (
	"strconv"
	"unicode/utf8"

	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
	"dunwatch/internal/rulebook"
)

// The pages of the filing flow, for Validate.
const (
	StepWhat  = "what"  // what happened, when, how
	StepWho   = "who"   // who collects, for whom
	StepYou   = "you"   // who complains
	StepCheck = "check" // consent and declaration
)

// How much must be told. A filing that ticks no violation needs enough words for
// the office to find one.
const (
	minNarrative      = 10
	minNarrativeAlone = 30
)

// AccusedKinds are the kinds of number and account that a filing may name.
var AccusedKinds = ident.IdentifierKinds

// firstDay is the earliest day that a filing may speak of: older matters cannot
// be judged by any rule that the office holds.
var firstDay = calendar.MustDate("2000-01-01")

// Validate checks a filing without storing it; fields are named as in the JSON
// body ("complainant.phone", "accused[0].value"). step limits the check to one
// page of the flow ("what", "who", "you", "check"); "" checks all. It cleans f in
// place (NFC, no blanks around), so that what was checked is what is kept.
// Invalid.
func (s *Service) Validate(f *Filing, step string, today calendar.Date) error {
	*f = f.clean()
	v := &validation{f: f, today: today}
	v.texts()
	pack, ok := s.book.Pack(f.Pack)
	if !ok {
		v.add("pack", "complaint.pack")
		return v.fields.Err()
	}
	for _, part := range []struct {
		step  string
		check func(*rulebook.Pack)
	}{{StepWhat, v.what}, {StepWho, v.who}, {StepYou, v.you}, {StepCheck, v.consent}} {
		if step == "" || step == part.step {
			part.check(pack)
		}
	}
	return v.fields.Err()
}

// validation gathers what is wrong. A field gets one message: the first.
type validation struct {
	f      *Filing
	today  calendar.Date
	fields fault.Fields
}

func (v *validation) add(name, key string, args ...any) {
	for _, f := range v.fields {
		if f.Name == name {
			return
		}
	}
	v.fields.Add(name, key, args...)
}

// texts checks the form of every text on every step: a hidden field with broken
// bytes must not slip through because its page was passed.
func (v *validation) texts() {
	for _, t := range v.f.texts() {
		if n := utf8.RuneCountInString(*t.value); n > t.max {
			v.add(t.name, "fault.too_long", t.max, n)
		}
		if unwanted(*t.value, t.lines) {
			v.add(t.name, "complaint.characters")
		}
	}
	for i, a := range v.f.Accused {
		name := "accused[" + strconv.Itoa(i) + "]"
		if unwanted(a.Value, false) || unwanted(a.Kind, false) {
			v.add(name+".value", "complaint.characters")
		}
	}
}

func (v *validation) what(p *rulebook.Pack) {
	f := v.f
	if f.Language != "zh" && f.Language != "en" {
		v.add("language", "complaint.language")
	}
	if f.Track != TrackComplaint && f.Track != TrackReport && f.Track != TrackPetition {
		v.add("track", "complaint.track")
	}
	for i, c := range f.Violations {
		if _, ok := p.Violation(c); !ok {
			v.add("violations["+strconv.Itoa(i)+"]", "complaint.violation", shown(c))
		}
	}
	for i, c := range f.Channels {
		if _, ok := p.Channel(c); !ok {
			v.add("channels["+strconv.Itoa(i)+"]", "complaint.channel", shown(c))
		}
	}
	switch n := utf8.RuneCountInString(f.Narrative); {
	case n == 0:
		v.add("narrative", "complaint.narrative_missing")
	case n < minNarrative:
		v.add("narrative", "fault.too_short", minNarrative)
	case n < minNarrativeAlone && len(f.Violations) == 0:
		v.add("violations", "complaint.violations_missing", minNarrativeAlone)
	}
	from := v.date("occurred_from", f.OccurredFrom)
	to := v.date("occurred_to", f.OccurredTo)
	if !from.IsZero() && !to.IsZero() && to.Before(from) {
		v.add("occurred_to", "fault.date_order")
	}
}

// shown is an unknown code as it may be shown again: cut short.
func shown(code string) string {
	if r := []rune(code); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return code
}

// date reads an optional date; no date where there is none or it is wrong.
func (v *validation) date(name, s string) calendar.Date {
	if s == "" {
		return calendar.Date{}
	}
	d, err := calendar.ParseDate(s)
	switch {
	case err != nil:
		v.add(name, "fault.date")
		return calendar.Date{}
	case d.After(v.today):
		v.add(name, "fault.date_future")
	case d.Before(firstDay):
		v.add(name, "complaint.date_old", firstDay.Year())
	}
	return d
}

func (v *validation) who(*rulebook.Pack) {
	f := v.f
	if f.Lender == (Party{}) && f.Agency == (Party{}) {
		v.add("lender.name", "complaint.party_missing")
	}
	if f.AgencyUnknown && f.Agency != (Party{}) {
		v.add("agency.name", "complaint.agency_unknown")
	}
	if len(f.Accused) > maxAccused {
		v.add("accused", "complaint.accused_many", maxAccused)
	}
	for i, a := range f.Accused {
		v.accused("accused["+strconv.Itoa(i)+"]", a)
	}
	switch {
	case f.Loan.AmountFen < 0:
		v.add("loan.amount_fen", "complaint.amount_negative")
	case f.Loan.AmountFen > maxLoanFen:
		v.add("loan.amount_fen", "complaint.amount_large")
	}
	v.date("loan.contract_date", f.Loan.ContractDate)
}

func (v *validation) accused(name string, a Accused) {
	known := false
	for _, k := range AccusedKinds {
		known = known || k == a.Kind
	}
	n := utf8.RuneCountInString(a.Value)
	switch {
	case !known:
		v.add(name+".kind", "complaint.accused_kind")
	case n == 0:
		v.add(name+".value", "fault.required")
	case n > maxName:
		v.add(name+".value", "fault.too_long", maxName, n)
	case a.Kind == "email":
		if _, err := ident.ParseEmail(a.Value); err != nil {
			v.add(name+".value", "fault.email")
		}
	case a.Kind == "phone":
		// Collectors ring from forged and foreign numbers: any digits will do.
		if d := digitsOf(a.Value); len(d) < 3 || len(d) > 25 {
			v.add(name+".value", "complaint.accused_phone")
		}
	}
}

func digitsOf(s string) string {
	out := make([]byte, 0, len(s))
	for _, r := range ident.NormaliseDigits(s) {
		if r >= '0' && r <= '9' {
			out = append(out, byte(r))
		}
	}
	return string(out)
}

func (v *validation) you(p *rulebook.Pack) {
	f, c := v.f, &v.f.Complainant
	if c.Region != "" && !knownRegion(p.ID, c.Region) {
		v.add("complainant.region", "complaint.region")
	}
	if f.Anonymous {
		if f.Track != TrackReport {
			v.add("anonymous", "complaint.anonymous_track")
		}
		return
	}
	if c.Name == "" {
		v.add("complainant.name", "complaint.name_missing")
	}
	if c.Phone == "" && c.Email == "" {
		v.add("complainant.phone", "complaint.contact_missing")
	}
	if c.Phone != "" {
		if n, err := personalPhone(p.ID, c.Phone); err != nil {
			v.add("complainant.phone", "complaint.phone")
		} else {
			c.Phone = n
		}
	}
	if c.Email != "" {
		if e, err := ident.ParseEmail(c.Email); err != nil {
			v.add("complainant.email", ident.Key(err))
		} else {
			c.Email = e
		}
	}
	v.idNumber(p.ID)
}

// idNumber is optional. Only the Chinese number has a form that can be checked;
// a foreign document in a Chinese filing is told to go elsewhere than here.
func (v *validation) idNumber(pack string) {
	c := &v.f.Complainant
	if c.IDNumber == "" || pack != "cn" {
		return
	}
	id, err := ident.ParseResidentID(c.IDNumber, v.today)
	if err != nil {
		v.add("complainant.id_number", ident.Key(err))
		return
	}
	c.IDNumber = id.Number
}

// personalPhone reads the complainant's own number. Numbers of the pack's
// country are held against its plan; outside China any number of 7 to 15 digits
// passes (ITU-T E.164), because no plan of the world is carried here.
func personalPhone(pack, s string) (string, error) {
	p, err := ident.ParsePhone(s)
	if err == nil && p.Personal() {
		if p.Ext != "" {
			return p.Number + " ext " + p.Ext, nil
		}
		return p.Number, nil
	}
	d := digitsOf(s)
	foreign := pack != "cn" || len(s) > 0 && s[0] == '+'
	if foreign && err != nil && len(d) >= 7 && len(d) <= 15 {
		if s[0] == '+' {
			d = "+" + d
		}
		return d, nil
	}
	return "", ident.ErrPhone
}

func (v *validation) consent(*rulebook.Pack) {
	if !v.f.Declaration {
		v.add("declaration", "fault.declaration")
	}
}
