package httpd

import (
	"net/url"
	"reflect"
	"testing"

	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
)

// setHere are fields that the procedure fills itself; no form asks for them.
var setHere = map[enforcement.Step][]string{
	enforcement.StepFile: {"number", "lead"}, enforcement.StepOfficers: {"lead"}, enforcement.StepNotice: {"shares", "basis", "received_on"}, enforcement.StepIssue: {"number"},
	enforcement.StepServe: {"received_on"}, enforcement.StepDefend: {"files"}, enforcement.StepAskHearing: {"files"}, enforcement.StepAskParts: {"files"}, enforcement.StepSetHearing: {"told_on"}, enforcement.StepDemand: {"received_on"},
}

// Each step has a form, and the form asks for every field of its deed, and for nothing else.
func TestEveryStepHasItsForm(t *testing.T) {
	for _, step := range enforcement.Steps {
		d, ok := enforcement.Blank(step)
		if !ok {
			t.Fatalf("no deed for %s", step)
		}
		want, err := deedValues(d)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range setHere[step] {
			delete(want, name)
		}
		got := map[string]any{}
		for _, f := range deedForms[step] {
			got[f.name] = nil
		}
		for name := range want {
			if _, ok := got[name]; !ok {
				t.Errorf("the form of %s does not ask for %s", step, name)
			}
			delete(got, name)
		}
		if len(got) > 0 {
			t.Errorf("the form of %s asks for %v, which the deed does not know", step, got)
		}
	}
}

// What was read from a form fills the same form again.
func TestDeedFormRoundTrip(t *testing.T) {
	form := NewForm(url.Values{
		"report": {"报告"}, "findings": {"2", "1"}, "rows.shares": {"4"}, "shares[0].party": {"1"}, "shares[2].party": {"2"}, "shares[2].kind": {"fine"}, "shares[2].amount_fen": {"1,400.5"},
		"rows.persons": {"2"}, "persons[1].name": {"刘德厚"}, "basis": {"b1"}, "rows.factors": {"2"}, "factors[0].key": {"x"}, "factors[1].key": {"y"}, "factors[1].effect": {"heavier"},
		"factors[1].evidence": {" E-1 \n\nE-2"},
	})
	d, at, err := deedOf(enforcement.StepConclude, deedForms[enforcement.StepConclude], form)
	if err != nil {
		t.Fatal(err)
	}
	c := d.(*enforcement.Conclude)
	if len(c.Shares) != 1 || c.Shares[0] != (enforcement.Share{Party: 2, Kind: "fine", AmountFen: 1400_50}) || len(c.Persons) != 1 || c.Persons[0].Name != "刘德厚" {
		t.Errorf("read %+v", c)
	}
	if len(c.Factors) != 1 || c.Factors[0].Key != "y" || !reflect.DeepEqual(c.Factors[0].Evidence, []string{"E-1", "E-2"}) || !reflect.DeepEqual(c.Findings, []int{2, 1}) {
		t.Errorf("read %+v", c)
	}
	wrong := faultOf(atDeed(fault.Fields{{Name: "shares[0].kind", Key: "x"}, {Name: "persons[0].name", Key: "x"}, {Name: "factors[0].key", Key: "x"}, {Name: "codes[3]", Key: "x"}}.Err(), at))
	var names []string
	for _, f := range wrong.Fields {
		names = append(names, f.Name)
	}
	if want := []string{"shares[2].kind", "persons[1].name", "factors[1].effect", "codes"}; !reflect.DeepEqual(names, want) {
		t.Errorf("errors at %v, want %v", names, want)
	}
	if got := yuanOf(1400_50); got != "1400.50" || yuanOf(1400_00) != "1400" {
		t.Errorf("yuan %q", got)
	}
	for _, bad := range []url.Values{{"shares[0].kind": {"fine"}, "shares[0].amount_fen": {"1.234"}, "rows.shares": {"1"}}, {"findings": {"x"}}} {
		if _, _, err := deedOf(enforcement.StepConclude, deedForms[enforcement.StepConclude], NewForm(bad)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v is read as %v", bad, err)
		}
	}
}
