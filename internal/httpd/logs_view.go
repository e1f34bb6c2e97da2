package httpd

import (
	"cmp"
	"slices"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/contactlog"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
)

// logView is the result of a check as pages show it: the picture, the hits under
// their rules, and what could not be checked.
type logView struct {
	Summary   string
	Numbers   []string
	Contacts  int
	From, To  calendar.Date
	Months    []logMonth
	Cut       bool // more months than are shown
	Rules     []logRule
	Hints     []logRule // rules that only sort
	Unchecked []logUnchecked
	Files     []logAccount
	Version   string
	Pack      string
	More      bool // more hits than were looked at
}

// logRule is a rule with its hits.
type logRule struct {
	ID, Name, Says  string
	Code, CodeName  string
	Strength        string // in words
	Not             string // what a hit of it is not
	Caveat, Note    string
	Exempt, Sources []string
	Bases           []logBasis
	Hits            []logHit
	Count, More     int
	Href            string // the hits of this rule alone, or the way back
	Draft           string // address of the draft finding; "" where there is none
	NoDraft         string // why there is none, in words
}

// logBasis is a provision behind a rule with the days from which it holds.
type logBasis struct{ Cite, Since string }

// logHit is a contact that goes against a rule.
type logHit struct {
	At       time.Time
	When     string
	What     string
	Number   string
	Place    string   // of the contact itself
	With     []string // places of those that it is counted with
	Counted  int
	Word     string // that a list found
	Outdated bool   // the rule was not in force that day
	Hint     bool   // weaker than its rule
}

type logUnchecked struct {
	ID, Name string
	Why      []string
}

// logAccount is what became of the rows of a file.
type logAccount struct {
	Name, Format string
	Rows, Read   int
	Dropped      []string
	Bill         bool
}

// logSource is what a view is made of.
type logSource struct {
	pack     *rulebook.Pack
	contacts []contactlog.Contact
	files    []contactlog.Account
	checker  *contactlog.Checker
	place    func(contactlog.Row) string // names a row of a file in words
	mask     func(*contactlog.Contact) string
	only     func(contactlog.Hit) bool // of the hits; nil all
	numbers  []string
}

// The most of what a page shows.
const (
	maxHits     = 20_000 // looked at
	hitsShown   = 40     // of one rule
	placesShown = 12
)

// checkLogs gathers contacts of files and makes a checker of them.
func checkLogs(t contactlog.Terms, contacts []contactlog.Contact, files []contactlog.Account) (*contactlog.Checker, error) {
	c, err := contactlog.NewChecker(t)
	if err != nil {
		return nil, err
	}
	for i := range contacts {
		if err := c.Add(&contacts[i]); err != nil {
			return nil, err
		}
	}
	for i := range files {
		c.AddFile(files[i].Bill)
	}
	for i := range files {
		if d := c.Duplicates(i); d.Rows > 0 {
			files[i].Tally.Withdraw(d.Rows, d.Reason, d.First)
		}
	}
	return c, nil
}

// logView checks and puts everything into words.
func (d desk) logView(src logSource) logView {
	v := logView{Version: src.pack.Version(), Pack: d.text(src.pack.Name), Contacts: len(src.contacts), Numbers: src.numbers}
	hits, more := src.checker.Collect(maxHits)
	v.More = more
	if src.only != nil {
		hits = slices.DeleteFunc(hits, func(h contactlog.Hit) bool { return !src.only(h) })
	}
	at := map[contactlog.Row]*contactlog.Contact{}
	zone := gridZone(src.pack)
	for i := range src.contacts {
		c := &src.contacts[i]
		at[contactlog.Row{File: c.File, Row: c.Row}] = c
		on := calendar.OfTime(c.At.In(zone))
		if v.From.IsZero() || on.Before(v.From) {
			v.From = on
		}
		if v.To.IsZero() || on.After(v.To) {
			v.To = on
		}
	}
	marked := map[contactlog.Row][]string{}
	serious := map[contactlog.Row]bool{}
	for _, h := range hits {
		if h.Strength != "heuristic" {
			serious[h.Rows[0]] = true
			if ids := marked[h.Rows[0]]; !slices.Contains(ids, h.Rule.ID) {
				marked[h.Rows[0]] = append(ids, h.Rule.ID)
			}
		}
	}
	v.Months, v.Cut = d.grid(src.pack, src.contacts, marked)
	rules := d.logRules(src, hits, at)
	for _, r := range rules {
		if r.hint {
			v.Hints = append(v.Hints, r.logRule)
		} else {
			v.Rules = append(v.Rules, r.logRule)
		}
	}
	v.Unchecked = d.logUnchecked(src.pack, src.checker.Unchecked())
	for _, f := range src.files {
		v.Files = append(v.Files, d.logAccount(f))
	}
	v.Summary = d.logSummary(v, len(serious))
	return v
}

func (d desk) logSummary(v logView, serious int) string {
	span := d.t("contacts.span", locale.Date(d.lang, v.From), locale.Date(d.lang, v.To))
	if v.From == v.To {
		span = locale.Date(d.lang, v.From)
	}
	switch {
	case v.Contacts == 0:
		return d.t("contacts.summary.nothing")
	case serious == 0:
		return d.t("contacts.summary.none", v.Contacts, span)
	}
	return d.t("contacts.summary.some", v.Contacts, span, serious, len(v.Rules))
}

type ruleOf struct {
	logRule
	hint bool
}

// logRules gathers hits under their rules, in the order of the pack. A rule all
// of whose hits are mere hints stands among the hints.
func (d desk) logRules(src logSource, hits []contactlog.Hit, at map[contactlog.Row]*contactlog.Contact) []ruleOf {
	var out []ruleOf
	for _, h := range hits {
		i := slices.IndexFunc(out, func(r ruleOf) bool { return r.ID == h.Rule.ID })
		if i < 0 {
			out = append(out, ruleOf{d.logRule(src.pack, *h.Rule), true})
			i = len(out) - 1
		}
		r := &out[i]
		r.Count++
		r.hint = r.hint && h.Strength == "heuristic"
		if len(r.Hits) == hitsShown {
			r.More++
			continue
		}
		r.Hits = append(r.Hits, d.logHit(src, h, at))
	}
	return out
}

func (d desk) logRule(p *rulebook.Pack, r rulebook.Rule) logRule {
	out := logRule{ID: r.ID, Name: d.text(r.Name), Says: d.text(r.Says), Code: r.Code, CodeName: d.codeName(p.ID, r.Code),
		Strength: d.t("contactlog.strength." + r.Strength), Not: d.t("contactlog.not." + r.Strength), Note: d.text(r.Note)}
	if c, ok := r.Caveat(); ok {
		out.Caveat = d.text(c)
	}
	for _, e := range r.Exempt {
		out.Exempt = append(out.Exempt, d.text(e))
	}
	for _, id := range r.Bases {
		if b, ok := p.Basis(id); ok {
			out.Bases = append(out.Bases, logBasis{d.text(b.Citation()), d.t("contacts.since", locale.Date(d.lang, b.From))})
		}
	}
	for _, id := range r.Source {
		if s, ok := d.s.Book.Source(id); ok {
			out.Sources = append(out.Sources, s.Where)
		}
	}
	return out
}

func (d desk) logHit(src logSource, h contactlog.Hit, at map[contactlog.Row]*contactlog.Contact) logHit {
	out := logHit{At: h.At, When: h.At.Format("2006-01-02 15:04:05"), Place: src.place(h.Rows[0]), Counted: h.Counted, Outdated: !h.InForce,
		Hint: h.InForce && h.Strength != h.Rule.Strength}
	if c := at[h.Rows[0]]; c != nil {
		out.What, out.Number = d.contactKind(c), src.mask(c)
		if c.Clock == contactlog.DateOnly {
			out.When = h.At.Format("2006-01-02")
		}
	}
	if h.Word != "" {
		out.Word = d.t("contacts.word", d.t("contacts.lists."+h.List), h.Word)
	}
	for _, r := range h.Rows[1:] {
		if len(out.With) == placesShown {
			out.With = append(out.With, "…")
			break
		}
		out.With = append(out.With, src.place(r))
	}
	return out
}

func (d desk) logUnchecked(p *rulebook.Pack, list []contactlog.Unchecked) []logUnchecked {
	var out []logUnchecked
	for _, u := range list {
		if len(out) == 0 || out[len(out)-1].ID != u.Rule {
			r, _ := p.Rule(u.Rule)
			out = append(out, logUnchecked{ID: u.Rule, Name: d.text(r.Name)})
		}
		last := &out[len(out)-1]
		last.Why = append(last.Why, d.t("contactlog.unchecked."+string(u.Why), u.Rows))
	}
	slices.SortStableFunc(out, func(a, b logUnchecked) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

func (d desk) logAccount(f contactlog.Account) logAccount {
	a := logAccount{Name: f.Name, Format: d.t("contacts.format." + string(f.Format)), Rows: f.Tally.Rows, Read: f.Tally.Read, Bill: f.Bill}
	for _, x := range f.Tally.Dropped {
		a.Dropped = append(a.Dropped, d.t("contacts.dropped", d.t("contactlog.dropped."+string(x.Reason)), x.Rows))
	}
	return a
}
