package report

import (
	"slices"

	"dunwatch/internal/locale"
)

// DefinitionVersion is the version of the definitions below and of how they are computed. It goes up with every change that
// moves a figure; a frozen report keeps the one under which it was made.
const DefinitionVersion = 1

// Definition says what a figure is. Name, Text and Formula are words of the catalogue: definition.<id>.name and so on.
type Definition struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
	Name    string `json:"name"`
	Text    string `json:"definition"`
	Formula string `json:"formula"`
}

// definitions are all ids with the version under which each stands, in the order of the report.
var definitions = []struct {
	id      string
	version int
}{
	{"received", 1}, {"accepted", 1}, {"closed", 1}, {"open", 1}, {"overdue", 1}, {"findings_substantiated", 1}, {"penalties_issued", 1}, {"penalty_amount", 1},
	{"previous", 1}, {"chain", 1}, {"year_before", 1}, {"year_on_year", 1}, {"average", 1}, {"share_received", 1},
	{"received_code", 1}, {"share_codes", 1}, {"severity", 1}, {"findings", 1}, {"upheld_rate", 1}, {"upheld_of_all", 1}, {"interval", 1},
	{"denominators", 1}, {"customers", 1}, {"per_customers", 1}, {"overdue_accounts", 1}, {"per_overdue", 1}, {"lent", 1}, {"per_lent", 1},
	{"firms", 1}, {"median_count", 1}, {"firms_with_rate", 1}, {"median_rate", 1}, {"top_share", 1}, {"difference", 1}, {"through_agency", 1}, {"agency_share", 1},
	{"repeat_penalties", 1}, {"repeat_code", 1}, {"outcome", 1}, {"share_stage", 1}, {"measures", 1},
	{"decided", 1}, {"wait", 1}, {"clock_started", 1}, {"clock_due", 1}, {"clock_in_time", 1}, {"clock_late", 1}, {"clock_overdue", 1}, {"in_time_rate", 1},
	{"days_taken", 1}, {"clock_suspended", 1}, {"clock_extended", 1},
	{"share_penalties", 1}, {"fine", 1}, {"confiscation", 1}, {"imposed", 1}, {"changed", 1}, {"surcharged", 1}, {"paid", 1}, {"refunded", 1}, {"outstanding", 1}, {"collected_rate", 1},
	{"logs_kept", 1}, {"logged_complaints", 1}, {"log_findings", 1}, {"log_hits", 1}, {"log_corrected", 1}, {"repeat_complainants", 1}, {"known_complainants", 1},
	{"first_reading", 1}, {"unread", 1}, {"not_informed", 1}, {"viewed_only", 1}, {"of", 1}, {"share_of", 1}, {"closed_upheld", 1}, {"closed_upheld_rate", 1}, {"refused", 1},
}

// numberedDefinitions are those of the fixed reports alone, and of alarms.
var numberedDefinitions = []string{"alarm", "cases_open", "cases_unassigned", "cases_overdue", "cases_due_soon", "cases_oldest", "case_days_left"}

// rowDefinitions are the definitions of lines that are different figures, by table and row.
var rowDefinitions = func() map[string]string {
	out := map[string]string{}
	for _, f := range headlineFigures {
		out["headline."+f.key] = f.definition
	}
	for _, f := range fairnessFigures {
		out["fairness."+f.key] = f.definition
	}
	return out
}()

func definitionsIn(words *locale.Catalog, lang locale.Lang) []Definition {
	out := make([]Definition, 0, len(definitions))
	for _, d := range definitions {
		out = append(out, definitionIn(words, lang, d.id))
	}
	return out
}

// definitionIn is a definition in the words of a language; an empty one for an id that does not exist.
func definitionIn(words *locale.Catalog, lang locale.Lang, id string) Definition {
	for _, d := range definitions {
		if d.id == id {
			key := "definition." + id
			return Definition{id, d.version, words.T(lang, key+".name"), words.T(lang, key+".text"), words.T(lang, key+".formula")}
		}
	}
	if slices.Contains(numberedDefinitions, id) {
		key := "definition." + id
		return Definition{id, 1, words.T(lang, key+".name"), words.T(lang, key+".text"), words.T(lang, key+".formula")}
	}
	return Definition{}
}

// Definition finds a definition by its id; nil where there is none.
func (r *Report) Definition(id string) *Definition {
	for i := range r.Definitions {
		if r.Definitions[i].ID == id {
			return &r.Definitions[i]
		}
	}
	return nil
}

// CellDefinition is the definition of a cell of Rows; nil of a text.
func (r *Report) CellDefinition(t *Table, row, column int) *Definition {
	id := t.Definitions[column]
	if id == "" && t.RowDefinitions != nil && t.Kinds[column] != Text {
		id = t.RowDefinitions[row]
	}
	return r.Definition(id)
}
