package demo

import (
	"testing"
	"time"
	"unicode/utf8"

	"dunwatch/internal/calendar"
	"dunwatch/internal/ident"
	house "dunwatch/internal/office"
	"dunwatch/policies"
)

var lastDay = time.Date(2026, 11, 21, 6, 30, 0, 0, time.UTC)

func planned(t *testing.T, until time.Time) []*plan {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	cals, err := calendar.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	return newOffice(Deps{Office: &house.Office{Zone: zone, Law: &house.Law{Calendars: cals}}}, until).plans()
}

func TestNarrativesReadAlone(t *testing.T) {
	seen := map[string]bool{}
	languages := map[string]int{}
	kinds := map[string]bool{}
	all := planned(t, lastDay)
	for _, p := range all {
		s := p.filing.Narrative
		n := utf8.RuneCountInString(s)
		least, most := 60, 800
		if p.filing.Language == "en" {
			most = 1400 // letters, not characters
		}
		if n < least || n > most {
			t.Errorf("%s %d characters: %s", p.kind.code, n, s)
		}
		if !utf8.ValidString(s) || !clean(s) || !clean(p.filing.Demand) {
			t.Errorf("slot or broken text in %q / %q", s, p.filing.Demand)
		}
		seen[s] = true
		languages[p.filing.Language]++
		kinds[p.kind.code] = true
	}
	if len(all) < 400 || len(seen)*100 < len(all)*95 {
		t.Errorf("%d complaints, %d distinct", len(all), len(seen))
	}
	if share := languages["en"] * 100 / len(all); share < 5 || share > 15 {
		t.Errorf("%d %% of the complaints are English", share)
	}
	if len(kinds) < 12 {
		t.Errorf("only %d kinds occur", len(kinds))
	}
}

func TestKindsHaveEnoughToTell(t *testing.T) {
	codes := map[string]bool{}
	for _, k := range zhKinds {
		codes[k.code] = true
		if len(k.openings) < 6 || len(k.incidents) < 8 || len(k.proof) == 0 || len(k.channels) == 0 {
			t.Errorf("%s: %d openings, %d incidents", k.code, len(k.openings), len(k.incidents))
		}
		tags := map[string]bool{"": true}
		for _, s := range k.openings {
			_, tag := cutTag(s)
			tags[tag] = true
		}
		for _, s := range k.incidents {
			if _, tag := cutTag(s); !tags[tag] {
				t.Errorf("%s: no opening leads to %q", k.code, s)
			}
		}
	}
	if len(codes) < 12 {
		t.Errorf("only %d kinds", len(codes))
	}
}

func TestPlansAreTheSameForTheSameMoment(t *testing.T) {
	a, b := planned(t, lastDay), planned(t, lastDay)
	for i := range a {
		if !a[i].at.Equal(b[i].at) || a[i].filing.Narrative != b[i].filing.Narrative || a[i].filing.Complainant != b[i].filing.Complainant {
			t.Fatalf("plan %d differs", i)
		}
	}
	later := planned(t, lastDay.AddDate(0, 0, 40))
	if later[0].at.Equal(a[0].at) {
		t.Error("another day gives the same office")
	}
}

func TestComplaintsRiseSinceAugust(t *testing.T) {
	months, weekend := map[string]int{}, 0
	all := planned(t, lastDay)
	for _, p := range all {
		months[p.at.Format("2006-01")]++
		if d := p.at.Weekday(); d == time.Saturday || d == time.Sunday {
			weekend++
		}
		if p.at.After(lastDay) {
			t.Errorf("filed at %s, after the end", p.at)
		}
	}
	if len(months) != 14 {
		t.Errorf("%d months: %v", len(months), months)
	}
	if !(months["2026-08"] > months["2026-06"] && months["2026-09"] > months["2026-08"] && months["2026-10"] > months["2026-09"]) {
		t.Errorf("no rise since August: %v", months)
	}
	if months["2026-02"] >= months["2026-01"] {
		t.Errorf("no dip at the Spring Festival: %v", months)
	}
	if weekend*100 > len(all)*25 {
		t.Errorf("%d of %d at weekends", weekend, len(all))
	}
}

func TestCreditCodesPassTheirCheckAndNameNoOffice(t *testing.T) {
	for i := range makers {
		c, err := creditCode(1000 + 37*i)
		if err != nil {
			t.Fatal(err)
		}
		if p, err := ident.ParseUSCC(c); err != nil || p[2:8] != "990000" {
			t.Errorf("%s: %v", c, err)
		}
	}
}
