package httpd

import (
	"testing"

	"dunwatch/internal/enforcement"
)

// Each finds a penalty among what waits for them exactly while its next step is theirs.
func TestPenaltiesThatWaitForMe(t *testing.T) {
	s := newSite(t)
	c := &course{site: s, who: map[string]*browser{}}
	c.apply(s.lends())
	waits := func(yes string, step enforcement.Step, no ...string) {
		t.Helper()
		p := c.as(yes).get("/penalties?status=mine").want(200)
		if n := len(p.find(`tbody a[href="/penalties/` + c.ref + `/steps/` + string(step) + `"]`)); n != 1 {
			t.Errorf("%s for %s: %s", step, yes, p.text("main"))
		}
		for _, name := range no {
			if p := c.as(name).get("/penalties?status=mine").want(200); len(p.find("tbody tr")) != 0 {
				t.Errorf("%s is asked for something: %s", name, p.text("tbody"))
			}
		}
	}
	waits("supervisor", enforcement.StepFile, "reviewer", "legal", "auditor", "outsider_supervisor")
	c.step("supervisor", enforcement.StepFile, typed("second", version(s.users["reviewer2"].ID), "reasons", "符合立案条件，准予立案"))
	waits("reviewer", enforcement.StepInvestigate, "legal")
	waits("reviewer2", enforcement.StepInvestigate)
	c.step("reviewer2", enforcement.StepInvestigate, typed("cards_shown", "on", "told", "出示执法证并送达调查通知书"))
	waits("reviewer", enforcement.StepConclude, "supervisor", "director")
}
