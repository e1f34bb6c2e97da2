package logbook

import (
	"time"

	"dunwatch/internal/contactlog"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
)

// The JSON shape of a check that scripts rely on: pack, files, hits, unchecked;
// the rest is more than they ask.
type (
	// FileReport is a file with what became of its rows.
	FileReport struct {
		Name    string       `json:"name"`
		Format  string       `json:"format"`
		Rows    int          `json:"rows"`
		Read    int          `json:"read"`
		Dropped []DropReport `json:"dropped"`
	}
	// DropReport is how many rows were left out for one reason.
	DropReport struct {
		Reason string `json:"reason"`
		Rows   int    `json:"rows"`
		First  int    `json:"first"`
		Says   string `json:"says"`
	}
	// RowReport is a place in a file, by the file's index.
	RowReport struct {
		File int `json:"file"`
		Line int `json:"line"`
	}
	// HitReport is a contact that goes against a rule; its rows name it first.
	HitReport struct {
		Rule     string      `json:"rule"`
		Code     string      `json:"code"`
		Strength string      `json:"strength"`
		At       string      `json:"at"`
		Rows     []RowReport `json:"rows"`
		Counted  int         `json:"counted"`
		InForce  bool        `json:"in_force"`
		List     string      `json:"list,omitempty"`
		Word     string      `json:"word,omitempty"`
	}
	// UncheckedReport is a rule that was not checked, or not for some rows.
	UncheckedReport struct {
		Rule   string `json:"rule"`
		Why    string `json:"why"`
		Reason string `json:"reason"`
		Rows   int    `json:"rows,omitempty"`
	}
	// RuleReport is a rule in words.
	RuleReport struct {
		ID       string   `json:"id"`
		Name     string   `json:"name"`
		Says     string   `json:"says"`
		Strength string   `json:"strength"`
		Not      string   `json:"not"`
		Verified bool     `json:"verified"`
		Caveat   string   `json:"caveat,omitempty"`
		Source   []string `json:"source,omitempty"`
	}
	// Report is a whole check.
	Report struct {
		Pack      string            `json:"pack"`
		Version   string            `json:"version"`
		Files     []FileReport      `json:"files"`
		Hits      []HitReport       `json:"hits"`
		Unchecked []UncheckedReport `json:"unchecked"`
		Rules     []RuleReport      `json:"rules"`
		More      bool              `json:"more,omitempty"` // there are more hits
	}
)

// Reporter puts checks into the words of one language.
type Reporter struct {
	Words *locale.Catalog
	Lang  locale.Lang
	Book  *rulebook.Book
	Pack  *rulebook.Pack
}

func (r Reporter) t(key string, args ...any) string { return r.Words.T(r.Lang, key, args...) }

// Hit is a hit.
func (r Reporter) Hit(h contactlog.Hit) HitReport {
	out := HitReport{
		Rule: h.Rule.ID, Code: h.Rule.Code, Strength: h.Strength, At: h.At.Format(time.RFC3339), Counted: h.Counted, InForce: h.InForce,
		List: h.List, Word: h.Word,
	}
	for _, x := range h.Rows {
		out.Rows = append(out.Rows, RowReport{x.File, x.Row})
	}
	return out
}

// Files are files.
func (r Reporter) Files(list []contactlog.Account) []FileReport {
	out := []FileReport{}
	for _, f := range list {
		j := FileReport{f.Name, string(f.Format), f.Tally.Rows, f.Tally.Read, []DropReport{}}
		for _, d := range f.Tally.Dropped {
			j.Dropped = append(j.Dropped, DropReport{string(d.Reason), d.Rows, d.First, r.t("contactlog.dropped." + string(d.Reason))})
		}
		out = append(out, j)
	}
	return out
}

// Why says why a rule was not checked.
func (r Reporter) Why(u contactlog.Unchecked) string {
	return r.t("contactlog.unchecked."+string(u.Why), u.Rows)
}

// Unchecked is what was not checked.
func (r Reporter) Unchecked(list []contactlog.Unchecked) []UncheckedReport {
	out := []UncheckedReport{}
	for _, u := range list {
		out = append(out, UncheckedReport{u.Rule, r.Why(u), string(u.Why), u.Rows})
	}
	return out
}

// Rules are the rules of the pack that were used, by id.
func (r Reporter) Rules(used map[string]bool) []RuleReport {
	out := []RuleReport{}
	lang := string(r.Lang)
	for _, x := range r.Pack.Rules() {
		if !used[x.ID] {
			continue
		}
		j := RuleReport{ID: x.ID, Name: x.Name.In(lang), Says: x.Says.In(lang), Strength: x.Strength, Not: r.t("contactlog.not." + x.Strength), Verified: x.Verified}
		for _, id := range x.Source {
			if s, ok := r.Book.Source(id); ok {
				j.Source = append(j.Source, s.Where)
			}
		}
		if c, ok := x.Caveat(); ok {
			j.Caveat = c.In(lang)
		}
		out = append(out, j)
	}
	return out
}

// Report is the whole of a check with the first hits, at most as many as said.
func (r Reporter) Report(c *contactlog.Checker, files []contactlog.Account, most int) Report {
	hits, more := c.Collect(most)
	out := Report{Pack: r.Pack.ID, Version: r.Pack.Version(), Files: r.Files(files), Hits: []HitReport{}, More: more}
	used := map[string]bool{}
	for _, h := range hits {
		used[h.Rule.ID] = true
		out.Hits = append(out.Hits, r.Hit(h))
	}
	out.Unchecked, out.Rules = r.Unchecked(c.Unchecked()), r.Rules(used)
	return out
}
