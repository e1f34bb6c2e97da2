package rulebook

import (
	"regexp"
	"slices"
	"time"

	"dunwatch/internal/calendar"
)

// files are the documents of one pack, held against each other.
type files struct {
	head       document[Header]
	violations document[violationsFile]
	bases      document[basesFile]
	limits     document[limitsFile]
	rules      document[rulesFile]
	kinds      document[kindsFile]
	channels   document[channelsFile]
	grounds    document[groundsFile]
	outcomes   document[outcomesFile]
	evidence   document[evidenceFile]
	cfpb       document[cfpbFile]
}

// logChannels are the channels of contact records (contactlog's vocabulary).
var logChannels = []string{"voice_human", "voice_robot", "voicemail", "sms", "im", "email", "letter", "visit", "social_public", "push"}

var (
	unitNames   = []string{"workday", "day", "week", "month", "hour", "year"}
	partyNames  = []string{"office", "firm", "complainant", "respondent", "other"}
	strengths   = []Strength{Law, Regulation, RuleOf, Standard, Guide, Office, Heuristic}
	weights     = []string{"binding", "standard", "presumption", "heuristic"}
	groundKinds = []string{"reject", "refer", "supplement", "close", "extend", "suspend", "reopen", "mitigate", "aggravate", "no_penalty", "withdraw_publication"}
	codeForm    = regexp.MustCompile(`^[A-Z]\d\d$`)
	idForm      = regexp.MustCompile(`^[a-z0-9]+([._-][a-z0-9]+)*$`)
	clockForm   = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)
)

// inventory is how many codes a family has. The Chinese pack is the full list;
// the others may leave out what their law does not know.
var inventory = map[string]int{"T": 7, "C": 5, "P": 8, "I": 5, "H": 6, "V": 1, "F": 5, "N": 3, "G": 4, "S": 1}

// unique reports the second use of a key.
type unique map[string]bool

func (u unique) add(r *reader, file string, line int, what, key string) {
	if key == "" {
		r.add(file, line, "%s has no id", what)
		return
	}
	if u[key] {
		r.add(file, line, "%s %s stands twice", what, key)
	}
	u[key] = true
}

func (r *reader) check(dir string, f *files) {
	r.checkHeader(dir, f)
	kinds := r.checkKinds(f)
	bases := r.checkBases(f, kinds)
	evidence := r.checkEvidence(f)
	codes := unique{}
	for _, v := range f.violations.data.Violations {
		codes[v.Code] = true
	}
	rules := r.checkRules(f, codes, bases)
	r.checkViolations(dir, f, bases, rules, evidence)
	r.checkLimits(f)
	r.checkChannels(f)
	r.checkGrounds(f)
	r.checkOutcomes(f)
	r.checkCFPB(f, codes)
}

func (r *reader) checkSources(d document[sourcesFile]) {
	seen := unique{}
	for i, s := range d.data.Sources {
		line := d.line("sources", i)
		seen.add(r, d.name, line, "source", s.ID)
		r.oneOf(d.name, line, "quality", s.Quality, []string{"A", "B", "C"})
		r.sources[s.ID] = true
	}
}

// checkTrust holds that a confirmed value names its source, and that an
// unconfirmed one says how likely it is. own is what the office set itself.
func (r *reader) checkTrust(file string, line int, what string, t Trust, own bool) {
	switch {
	case t.Verified && len(t.Source) == 0:
		r.add(file, line, "%s is verified but names no source", what)
	case t.Verified && t.Confidence != "":
		r.add(file, line, "%s is verified: confidence belongs to unverified values", what)
	case !t.Verified && !own && !slices.Contains([]string{"high", "medium", "low"}, t.Confidence):
		r.add(file, line, "%s is not verified: confidence must be high, medium or low", what)
	}
	for _, s := range t.Source {
		if !r.sources[s] {
			r.add(file, line, "%s: source %s is not in %s", what, s, sourcesName)
		}
	}
}

func (r *reader) oneOf(file string, line int, what, got string, want []string) {
	if !slices.Contains(want, got) {
		r.add(file, line, "%s %q: want one of %v", what, got, want)
	}
}

func (r *reader) checkDates(file string, line int, what string, from, to calendar.Date) {
	if !from.IsZero() && !to.IsZero() && to.Before(from) {
		r.add(file, line, "%s ends on %s before it begins on %s", what, to, from)
	}
}

func (r *reader) checkText(file string, line int, what string, t Text) {
	if t.IsZero() { // lint has seen a text in one language only
		r.add(file, line, "%s is missing in both languages", what)
	}
}

func (r *reader) checkHeader(dir string, f *files) {
	d := f.head
	h := d.data
	if h.ID != dir {
		r.add(d.name, d.line("id"), "id %q must be the name of the folder", h.ID)
	}
	if _, err := time.LoadLocation(h.Zone); err != nil || h.Zone == "" {
		r.add(d.name, d.line("zone"), "zone %q is not an IANA zone", h.Zone)
	}
	for what, blank := range map[string]bool{
		"version": h.Edition == "", "calendar": h.Calendar == "", "currency": h.Currency.Code == "",
		"from": h.From.IsZero(), "as_of": h.AsOf.IsZero(),
	} {
		if blank && d.root != nil {
			r.add(d.name, d.line(), "%s is missing", what)
		}
	}
	r.checkDates(d.name, d.line("to"), "the pack", h.From, h.To)
	r.checkText(d.name, d.line("name"), "name", h.Name)
	r.checkText(d.name, d.line("office"), "office", h.Office)
	if d.root != nil {
		r.oneOf(d.name, d.line("letters"), "letters", h.Letters, []string{"zh", "en"})
	}
	for i, l := range h.Hotlines {
		line := d.line("hotlines", i)
		r.checkText(d.name, line, "hotline", l.Name)
		r.checkTrust(d.name, line, "hotline "+l.Number, l.Trust, false)
	}
	seen := unique{}
	for i, a := range h.Authorities {
		line := d.line("authorities", i)
		seen.add(r, d.name, line, "authority", a.ID)
		r.checkText(d.name, line, "authority "+a.ID, a.Name)
		r.checkText(d.name, line, "remit of "+a.ID, a.Remit)
	}
}

func (r *reader) checkKinds(f *files) unique {
	seen := unique{}
	d := f.kinds
	for i, k := range d.data.Kinds {
		line := d.line("kinds", i)
		seen.add(r, d.name, line, "penalty kind", k.ID)
		r.checkText(d.name, line, "penalty kind "+k.ID, k.Name)
		r.oneOf(d.name, line, "class", k.Class, []string{"penalty", "measure", "referral"})
		r.checkTrust(d.name, line, "penalty kind "+k.ID, k.Trust, false)
		if k.Step <= 0 {
			r.add(d.name, line, "penalty kind %s: step must be positive", k.ID)
		}
	}
	return seen
}

func (r *reader) checkBases(f *files, kinds unique) unique {
	seen := unique{}
	d := f.bases
	for i, b := range d.data.Bases {
		line, what := d.line("bases", i), "basis "+b.ID
		seen.add(r, d.name, line, "basis", b.ID)
		r.checkText(d.name, line, what+": instrument", b.Instrument)
		r.checkText(d.name, line, what+": says", b.Says)
		r.checkDates(d.name, line, what, b.From, b.To)
		r.checkTrust(d.name, line, what, b.Trust, false)
		if !slices.Contains(strengths, b.Strength) {
			r.add(d.name, line, "%s: strength %q: want one of %v", what, b.Strength, strengths)
		}
		r.checkPenaltyBasis(d.name, line, b)
		for j, a := range b.Amounts {
			r.checkAmount(d.name, d.line("bases", i, "amounts", j), what, a, kinds)
		}
	}
	for i, b := range d.data.Bases {
		line := d.line("bases", i)
		if b.ReplacedBy == "" {
			continue
		}
		j := slices.IndexFunc(d.data.Bases, func(x Basis) bool { return x.ID == b.ReplacedBy })
		switch {
		case j < 0:
			r.add(d.name, line, "basis %s: replaced by unknown %s", b.ID, b.ReplacedBy)
		case b.To.IsZero() || d.data.Bases[j].From != b.To.AddDays(1):
			r.add(d.name, line, "basis %s must end the day before %s begins", b.ID, b.ReplacedBy)
		}
	}
	return seen
}

// checkPenaltyBasis keeps soft law and hearsay from carrying a penalty.
func (r *reader) checkPenaltyBasis(file string, line int, b Basis) {
	switch {
	case !b.PenaltyBasis && b.ImposedBy != "":
		r.add(file, line, "basis %s: imposed_by belongs to penalty bases", b.ID)
	case !b.PenaltyBasis && len(b.Amounts) > 0:
		r.add(file, line, "basis %s: amounts belong to penalty bases", b.ID)
	case !b.PenaltyBasis:
	case !b.Strength.Hard():
		r.add(file, line, "basis %s: a %s cannot carry a penalty", b.ID, b.Strength)
	case !b.Verified:
		r.add(file, line, "basis %s: an unverified provision cannot carry a penalty", b.ID)
	default:
		r.oneOf(file, line, "imposed_by", b.ImposedBy, []string{"office", "public_security", "court", "other"})
	}
}

func (r *reader) checkAmount(file string, line int, what string, a Amount, kinds unique) {
	if !kinds[a.Kind] {
		r.add(file, line, "%s: penalty kind %q is unknown", what, a.Kind)
	}
	r.oneOf(file, line, "subject", a.Subject, []string{"unit", "person", "any"})
	lo, hasLo := a.MinMinor()
	hi, hasHi := a.MaxMinor()
	if hasLo && lo <= 0 || hasHi && hi <= 0 || hasLo && hasHi && hi < lo {
		r.add(file, line, "%s: amounts must be positive and in order", what)
	}
	if a.MaxTimesIncome < a.MinTimesIncome || a.MaxDays < a.MinDays {
		r.add(file, line, "%s: bounds out of order", what)
	}
	if a.Per != "" {
		r.oneOf(file, line, "per", a.Per, []string{"act", "day"})
	}
}

func (r *reader) checkEvidence(f *files) unique {
	seen := unique{}
	d := f.evidence
	for i, e := range d.data.Types {
		line := d.line("types", i)
		seen.add(r, d.name, line, "evidence type", e.ID)
		r.checkText(d.name, line, "evidence type "+e.ID, e.Name)
	}
	return seen
}

func (r *reader) checkRules(f *files, codes, bases unique) unique {
	seen := unique{}
	d := f.rules
	for i, x := range d.data.Rules {
		line, what := d.line("rules", i), "rule "+x.ID
		seen.add(r, d.name, line, "rule", x.ID)
		if !codeForm.MatchString(x.ID) || x.ID[0] != 'R' {
			r.add(d.name, line, "%s: ids are R and two digits", what)
		}
		r.checkText(d.name, line, what+": name", x.Name)
		r.checkText(d.name, line, what+": says", x.Says)
		r.oneOf(d.name, line, "strength", x.Strength, weights)
		r.oneOf(d.name, line, "mode", x.Mode, []string{"auto", "assisted"})
		r.checkTrust(d.name, line, what, x.Trust, x.Strength == "heuristic")
		if !codes[x.Code] {
			r.add(d.name, line, "%s: violation %q is unknown", what, x.Code)
		}
		for _, b := range x.Bases {
			if !bases[b] {
				r.add(d.name, line, "%s: basis %q is unknown", what, b)
			}
		}
		if _, err := time.LoadLocation(x.Zone); err != nil && x.Zone != "consumer" {
			r.add(d.name, line, "%s: zone %q is neither an IANA zone nor \"consumer\"", what, x.Zone)
		}
		r.checkRuleParams(d, i, x)
	}
	return seen
}

func (r *reader) checkRuleParams(d document[rulesFile], i int, x Rule) {
	what := "rule " + x.ID
	for _, c := range x.Channels {
		r.oneOf(d.name, d.line("rules", i, "channels"), "channel", c, logChannels)
	}
	if h := x.Hours; h != nil {
		line := d.line("rules", i, "hours")
		r.oneOf(d.name, line, "hours kind", h.Kind, []string{"prohibited", "permitted"})
		if !clockForm.MatchString(h.Start) || !clockForm.MatchString(h.End) {
			r.add(d.name, line, "%s: hours are HH:MM", what)
		}
	}
	for k, n := range x.Numbers {
		if n <= 0 {
			r.add(d.name, d.line("rules", i, "numbers", k), "%s: %s must be positive", what, k)
		}
	}
	for k, p := range x.Patterns {
		if _, err := regexp.Compile(p); err != nil {
			r.add(d.name, d.line("rules", i, "patterns", k), "%s: %s: %v", what, k, err)
		}
	}
	for j, c := range x.Caps {
		line := d.line("rules", i, "caps", j)
		r.checkDates(d.name, line, what, c.From, c.To)
		r.checkText(d.name, line, "cap "+c.Scope, c.Name)
		r.checkTrust(d.name, line, "cap "+c.Scope, c.Trust, false)
		if (c.PercentPerYear > 0) == (c.TimesLPR > 0) {
			r.add(d.name, line, "cap %s: want either percent_per_year or times_lpr", c.Scope)
		}
	}
	for j, e := range x.Exempt {
		r.checkText(d.name, d.line("rules", i, "exempt", j), what+": exemption", e)
	}
}
