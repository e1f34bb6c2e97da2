package httpd

import (
	"encoding/json"
	"fmt"
	"slices"

	"dunwatch/internal/casework"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/rulebook"
)

// stepField is a field of a step's form, ready to show.
type stepField struct {
	As    deedKind
	Field Field
	Bases []basisChoice // that the findings rest on
	Other []basisChoice
	Rows  []stepRow
	More  bool // further rows may be asked for
}

// stepRow is one of a list: its fields, and what the form carries along.
type stepRow struct {
	Title, Note string
	Mark        bool // the rule behind it was not checked against its source
	Fields      []stepField
	Key         string // value of the hidden input KeyName; "" for none
	KeyName     string
}

// stepMatter is what the forms of a penalty choose from.
type stepMatter struct {
	k        *casework.Case
	p        *enforcement.Penalty // nil before the case is applied for
	c        *enforcement.Course  // nil for the party itself
	pack     *rulebook.Pack
	findings []findingRow   // upheld and standing
	values   map[string]any // what the form begins with
	choices  map[string][]Option
}

// stepForm makes the fields of a form; names are prefixed for rows of lists.
func (d desk) stepForm(m *stepMatter, step enforcement.Step, fields []deedField, form *Form) ([]stepField, error) {
	var out []stepField
	for _, f := range fields {
		x, err := d.stepField(m, step, f, f.name, m.values[f.name], form)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// stepKey is the message of a field: of this step, or the same in every step.
func (d desk) stepKey(step enforcement.Step, name string) string {
	if key := "procedure.field_of." + string(step) + "." + name; d.s.Words.Has(d.lang, key) || d.s.Words.Has(d.lang, key+".label") {
		return key
	}
	return "procedure.field." + name
}

func (d desk) stepField(m *stepMatter, step enforcement.Step, f deedField, name string, v any, form *Form) (stepField, error) {
	if f.as == asRows {
		return d.stepRows(m, step, f, v, form)
	}
	value := deedValue(f, v)
	if f.as == asDay && v == nil {
		value = d.day
	}
	if only := m.choices[f.of]; v == nil && len(only) == 1 && !f.optional && (f.as == asOne || f.as == asNumber) {
		value = only[0].Value
	}
	set := []any{"value", value, "optional", f.optional && f.as != asTick}
	switch f.as {
	case asArea:
		set = append(set, "rows", 3, "max", 10000)
	case asLong:
		set = append(set, "rows", 8, "max", 10000)
	case asLines:
		set = append(set, "rows", 2)
	case asMoney:
		set = append(set, "inputmode", "decimal", "width", "short")
	case asCount:
		set = append(set, "inputmode", "numeric", "width", "short")
	case asOne, asNumber:
		set = append(set, "options", m.choices[f.of])
	case asEither:
		set = append(set, "inline", true, "options", []Option{{Value: "true", Label: d.t(d.stepKey(step, f.name+"_yes"))}, {Value: "false", Label: d.t(d.stepKey(step, f.name+"_no"))}})
	case asSome, asNumbers:
		set = append(set, "options", m.choices[f.of], "multiple", true)
	}
	field, err := words{catalog: d.s.Words, lang: d.lang}.field(form, name, d.stepKey(step, f.name), set...)
	if err != nil {
		return stepField{}, err
	}
	out := stepField{As: f.as, Field: field}
	if f.as == asBases {
		out.Bases, out.Other = d.stepBases(m, field.Values)
	}
	return out, nil
}

// The rows that a list begins with, and how many the button adds.
var stepRowsFirst = map[string]int{"shares": 3, "persons": 1, "parts": 3}

const stepRowsMore = 3

func (d desk) stepRows(m *stepMatter, step enforcement.Step, f deedField, v any, form *Form) (stepField, error) {
	given, _ := v.([]any)
	field, err := words{catalog: d.s.Words, lang: d.lang}.field(form, f.name, d.stepKey(step, f.name), "optional", f.optional)
	if err != nil {
		return stepField{}, err
	}
	out := stepField{As: asRows, Field: field, More: f.name != "factors"}
	factors := enforcement.Factors(m.pack, d.day)
	n := max(stepRowsFirst[f.name], len(given)+1)
	if f.name == "factors" {
		n, given = len(factors), factorsInOrder(factors, given)
	} else if form.Sent() {
		n = form.rows(f.name)
	}
	for i := range n {
		var row map[string]any
		if i < len(given) {
			row, _ = given[i].(map[string]any)
		}
		x := stepRow{Title: d.t("procedure.row."+f.name, i+1)}
		if f.name == "factors" {
			x.Title, x.Note, x.Mark = d.text(factors[i].Name), d.text(factors[i].Article), !factors[i].Verified
			x.Key, x.KeyName = factors[i].Key, fmt.Sprintf("factors[%d].key", i)
			m.choices["effects"] = d.stepWords("effects", factors[i].Effects...)
		}
		for _, col := range f.rows {
			val := row[col.name]
			if col.name == "party" && val == nil {
				val = json.Number("1")
			}
			y, err := d.stepField(m, step, col, fmt.Sprintf("%s[%d].%s", f.name, i, col.name), val, form)
			if err != nil {
				return stepField{}, err
			}
			x.Fields = append(x.Fields, y)
		}
		out.Rows = append(out.Rows, x)
	}
	return out, nil
}

// factorsInOrder puts what was weighed before beside the circumstances of the form.
func factorsInOrder(all []enforcement.FactorChoice, given []any) []any {
	out := make([]any, len(all))
	for _, g := range given {
		row, _ := g.(map[string]any)
		if i := slices.IndexFunc(all, func(c enforcement.FactorChoice) bool { return c.Key == row["key"] }); i >= 0 {
			out[i] = row
		}
	}
	return out
}

// stepBases are the provisions that the findings rest on, then every other that the office may penalise by today.
func (d desk) stepBases(m *stepMatter, ticked []string) (near, other []basisChoice) {
	ids := slices.Clone(ticked)
	for _, f := range m.findings {
		ids = append(ids, f.Finding.Bases...)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	add := func(list []basisChoice, b rulebook.Basis) []basisChoice {
		return append(list, basisChoice{basisRow: d.basis(m.pack, b), Key: idOf(b.ID), Checked: slices.Contains(ticked, b.ID)})
	}
	for _, id := range ids {
		if b, ok := m.pack.Basis(id); ok {
			near = add(near, b)
		}
	}
	for _, b := range m.pack.PenaltyBases(d.day) {
		if !slices.Contains(ids, b.ID) {
			other = add(other, b)
		}
	}
	return near, other
}
