package complaint_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/locale"
	"dunwatch/internal/store/storetest"
)

var today = calendar.MustDate("2026-10-20")

// wrongField is the first wrong field as name=key, "" for a filing without fault.
func wrongField(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) == 0 {
		t.Fatalf("no field error: %v", err)
	}
	return f.Fields[0].Name + "=" + f.Fields[0].Key
}

func TestValidate(t *testing.T) {
	o := openSQLite(t)
	words := lawtest.Words(t)
	for _, tt := range []struct {
		name   string
		change func(f *complaint.Filing)
		want   string
	}{
		{"sound", func(f *complaint.Filing) {}, ""},
		{"pack", func(f *complaint.Filing) { f.Pack = "xx" }, "pack=complaint.pack"},
		{"language", func(f *complaint.Filing) { f.Language = "fr" }, "language=complaint.language"},
		{"track", func(f *complaint.Filing) { f.Track = "x" }, "track=complaint.track"},
		{"violation", func(f *complaint.Filing) { f.Violations = []string{"T01", "Z99"} }, "violations[1]=complaint.violation"},
		{"channel", func(f *complaint.Filing) { f.Channels = []string{"telepathy"} }, "channels[0]=complaint.channel"},
		{"no story", func(f *complaint.Filing) { f.Narrative = " \n " }, "narrative=complaint.narrative_missing"},
		{"short story", func(f *complaint.Filing) { f.Narrative = "半夜打电话" }, "narrative=fault.too_short"},
		{"ten characters", func(f *complaint.Filing) { f.Narrative = "半夜打电话来骂人的啊" }, ""},
		{"nothing ticked, few words", func(f *complaint.Filing) { f.Violations = nil }, "violations=complaint.violations_missing"},
		{"nothing ticked, enough words", func(f *complaint.Filing) { f.Violations, f.Narrative = nil, strings.Repeat("半夜打电话", 6) }, ""},
		{"5000", func(f *complaint.Filing) { f.Narrative = strings.Repeat("字", 5000) }, ""},
		{"5001", func(f *complaint.Filing) { f.Narrative = strings.Repeat("字", 5001) }, "narrative=fault.too_long"},
		{"no such day", func(f *complaint.Filing) { f.OccurredFrom = "2026-02-30" }, "occurred_from=fault.date"},
		{"tomorrow", func(f *complaint.Filing) { f.OccurredFrom, f.OccurredTo = "2026-10-21", "" }, "occurred_from=fault.date_future"},
		{"long ago", func(f *complaint.Filing) { f.OccurredFrom = "1999-12-31" }, "occurred_from=complaint.date_old"},
		{"backwards", func(f *complaint.Filing) { f.OccurredTo = "2026-09-30" }, "occurred_to=fault.date_order"},
		{"no dates", func(f *complaint.Filing) { f.OccurredFrom, f.OccurredTo = "", "" }, ""},
		{"nobody accused", func(f *complaint.Filing) { f.Lender, f.AgencyUnknown = complaint.Party{}, true }, "lender.name=complaint.party_missing"},
		{"agency known and unknown", func(f *complaint.Filing) { f.Agency.Name = "某资产管理" }, "agency.name=complaint.agency_unknown"},
		{"kind of accused", func(f *complaint.Filing) { f.Accused[1].Kind = "fax" }, "accused[1].kind=complaint.accused_kind"},
		{"accused without value", func(f *complaint.Filing) { f.Accused[1].Value = " " }, "accused[1].value=fault.required"},
		{"accused number", func(f *complaint.Filing) { f.Accused[0].Value = "none" }, "accused[0].value=complaint.accused_phone"},
		{"forged number", func(f *complaint.Filing) { f.Accused[0].Value = "+00 123 4567" }, ""},
		{"many accused", func(f *complaint.Filing) { f.Accused = make21() }, "accused=complaint.accused_many"},
		{"amount", func(f *complaint.Filing) { f.Loan.AmountFen = -1 }, "loan.amount_fen=complaint.amount_negative"},
		{"contract", func(f *complaint.Filing) { f.Loan.ContractDate = "soon" }, "loan.contract_date=fault.date"},
		{"no name", func(f *complaint.Filing) { f.Complainant.Name = "" }, "complainant.name=complaint.name_missing"},
		{"no contact", func(f *complaint.Filing) { f.Complainant.Phone, f.Complainant.Email = "", "" }, "complainant.phone=complaint.contact_missing"},
		{"e-mail alone", func(f *complaint.Filing) { f.Complainant.Phone = "" }, ""},
		{"phone", func(f *complaint.Filing) { f.Complainant.Phone = "12345" }, "complainant.phone=complaint.phone"},
		{"a hotline is nobody's own", func(f *complaint.Filing) { f.Complainant.Phone = "95588" }, "complainant.phone=complaint.phone"},
		{"landline", func(f *complaint.Filing) { f.Complainant.Phone = "（0571）8888-1234转12" }, ""},
		{"abroad", func(f *complaint.Filing) { f.Complainant.Phone = "+44 20 7946 0958" }, ""},
		{"e-mail", func(f *complaint.Filing) { f.Complainant.Email = "x@y" }, "complainant.email=ident.email.form"},
		{"identity number", func(f *complaint.Filing) { f.Complainant.IDNumber = "110105194912310021" }, "complainant.id_number=ident.id_number.check"},
		{"no identity number", func(f *complaint.Filing) { f.Complainant.IDNumber = "" }, ""},
		{"province", func(f *complaint.Filing) { f.Complainant.Region = "990000" }, "complainant.region=complaint.region"},
		{"no region", func(f *complaint.Filing) { f.Complainant.Region = "" }, ""},
		{"a state in China", func(f *complaint.Filing) { f.Complainant.Region = "CA" }, "complainant.region=complaint.region"},
		{"anonymous complaint", func(f *complaint.Filing) { f.Anonymous = true }, "anonymous=complaint.anonymous_track"},
		{"anonymous petition", func(f *complaint.Filing) { f.Anonymous, f.Track = true, complaint.TrackPetition }, "anonymous=complaint.anonymous_track"},
		{"anonymous report", func(f *complaint.Filing) { f.Anonymous, f.Track = true, complaint.TrackReport }, ""},
		{"declaration", func(f *complaint.Filing) { f.Declaration = false }, "declaration=fault.declaration"},
		{"no consent", func(f *complaint.Filing) { f.ConsentToForward = false }, ""},
		{"NUL", func(f *complaint.Filing) { f.Lender.Name = "a\x00b" }, "lender.name=complaint.characters"},
		{"bytes", func(f *complaint.Filing) { f.Narrative = "半夜打电话来骂人的啊\xff\xfe" }, "narrative=complaint.characters"},
		{"line end in a name", func(f *complaint.Filing) { f.Complainant.Name = "张\n三" }, "complainant.name=complaint.characters"},
		{"copied number", func(f *complaint.Filing) { f.Complainant.Phone = "\u202a13812345678\u202c" }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := sample()
			tt.change(&f)
			err := o.Validate(&f, "", today)
			if got := wrongField(t, err); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if _, key, ok := strings.Cut(tt.want, "="); ok && (!words.Has(locale.ZH, key) || !words.Has(locale.EN, key)) {
				t.Errorf("no words for %s", key)
			}
		})
	}
}

func make21() []complaint.Accused {
	var out []complaint.Accused
	for range 21 {
		out = append(out, complaint.Accused{Kind: "alias", Value: "刘经理"})
	}
	return out
}

func TestValidateOneStep(t *testing.T) {
	o := openSQLite(t)
	f := complaint.Filing{Pack: "cn", Language: "zh", Violations: []string{"T01"}, Narrative: "夜里十一点还在打电话。"}
	check(t, o.Validate(&f, complaint.StepWhat, today))
	for step, want := range map[string]string{
		complaint.StepWho: "lender.name=complaint.party_missing", complaint.StepYou: "complainant.name=complaint.name_missing",
		complaint.StepCheck: "declaration=fault.declaration",
	} {
		if got := wrongField(t, o.Validate(&f, step, today)); got != want {
			t.Errorf("%s: %q, want %q", step, got, want)
		}
	}
}

func TestValidateGathersEverything(t *testing.T) {
	o := openSQLite(t)
	f := complaint.Filing{Pack: "cn"}
	var e *fault.Error
	if err := o.Validate(&f, "", today); !errors.As(err, &e) || len(e.Fields) < 5 {
		t.Errorf("%v", err)
	}
}

func TestCleanKeepsWhatWasMeant(t *testing.T) {
	o := openSQLite(t)
	f := sample()
	f.Complainant.Name = " ﬁ e\u0301ve "              // NFC joins the accent; the ligature is the person's own
	f.Violations = []string{"T01", "", "T01 ", "H02"} // a form sends blanks and repeats
	f.Accused = append(f.Accused, complaint.Accused{}, complaint.Accused{Kind: "qq", Value: "１２３ 45"})
	check(t, o.Validate(&f, "", today))
	if f.Complainant.Name != "ﬁ \u00e9ve" || len(f.Violations) != 2 || len(f.Accused) != 3 || f.Complainant.Phone != "13812345678" {
		t.Errorf("cleaned %+v", f)
	}
}

func TestAnonymousReportKeepsNobody(t *testing.T) {
	o := openSQLite(t)
	f := sample()
	f.Track, f.Anonymous = complaint.TrackReport, true
	filed := o.file(t, f)
	if n := o.count(t, `SELECT count(*) FROM complaints WHERE coalesce(name, id_number, phone, email, address, name_idx, phone_idx, email_idx, id_number_idx) IS NULL
		AND anonymous = 1`); n != 1 {
		t.Error("particulars of an anonymous reporter were stored")
	}
	if n := o.count(t, "SELECT count(*) FROM outbox"); n != 0 {
		t.Error("an anonymous reporter is written to")
	}
	m, err := o.Mask(t.Context(), o.borrower(t, filed), filed.Complaint.Reference)
	check(t, err)
	if !m.Anonymous || m.Name != "" {
		t.Errorf("%+v", m)
	}
}

// Whatever people send, a filing is stored as it was told or refused at a field.
func TestNaughtyStrings(t *testing.T) {
	paths, _ := filepath.Glob("../../../shared/fixtures/payloads/blns/*.txt")
	if len(paths) == 0 {
		storetest.SkipOrFail(t, "payloads not beside the checkout")
	}
	raw, err := os.ReadFile(paths[0])
	check(t, err)
	o := openSQLite(t)
	stored := 0
	for _, line := range strings.Split(string(raw), "\n") {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		f := sample()
		f.Narrative, f.Lender.Name, f.Complainant.Name = "夜里十一点还在打电话。"+line, line, line
		filed, err := o.File(t.Context(), access.Nobody, f, "web", "", "")
		if err != nil {
			wrongField(t, err)
			continue
		}
		stored++
		c, err := o.ByRef(t.Context(), supervisor, filed.Complaint.Reference)
		check(t, err)
		check(t, o.Validate(&f, "", today))
		if c.Narrative != f.Narrative || c.LenderName != f.Lender.Name {
			t.Errorf("%q came back as %q", f.Narrative, c.Narrative)
		}
	}
	if stored < 200 {
		t.Errorf("only %d stored", stored)
	}
	if _, err := o.Index(t.Context()); err != nil {
		t.Error(err)
	}
}
