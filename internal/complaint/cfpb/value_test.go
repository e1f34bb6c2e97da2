package cfpb

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dunwatch/internal/calendar"
)

func TestParseDate(t *testing.T) {
	for in, want := range map[string]string{
		"2020-03-18":                "2020-03-18",
		"2020/3/8":                  "2020-03-08",
		"2020-3-8":                  "2020-03-08",
		"03/18/2020":                "2020-03-18",
		"3/8/20":                    "2020-03-08",
		"2019-04-13T12:00:00-05:00": "2019-04-13",
		"2019-04-13T23:30:00-05:00": "2019-04-13",
		"2019-04-13 00:00:00":       "2019-04-13",
		"2020-02-29":                "2020-02-29",
		"2019-02-29":                "",
		"18/03/2020":                "",
		"18-03-20":                  "",
		"1899-12-30":                "",
		"43908":                     "",
		"2019-04-13Tnoon":           "",
		"XX/XX/2020":                "",
		"2020-03":                   "",
		"":                          "",
	} {
		d, err := ParseDate(in)
		if d.String() != want || (err == nil) != (want != "") {
			t.Errorf("ParseDate(%q) = %s, %v; want %q", in, d, err, want)
		}
	}
}

func TestParseVia(t *testing.T) {
	for in, want := range map[string]Via{"Web": ViaWeb, "Referral": ViaReferral, "Phone": ViaPhone, "Postal mail": ViaPost,
		"Fax": ViaFax, "Web Referral": ViaReferral, "Email": ViaEmail, "e-mail": ViaEmail, "pigeon": ViaUnknown, "": ViaUnknown} {
		if got := ParseVia(in); got != want {
			t.Errorf("ParseVia(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{"725": "00725", "6514": "06514", "75201": "75201", "330xx": "330XX", "6514.0": "06514", "": "", "99999": "99999"} {
		if got := canonicalZIP(in); got != want {
			t.Errorf("canonicalZIP(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"12": "12", "0012": "12", "12.0": "12", "12.5": "", "12.": "", "0": "", "": "", "-12": "", "1e6": "", "1234567890123456789": ""} {
		if got, ok := canonicalID(in); got != want || ok != (want != "") {
			t.Errorf("canonicalID(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
}

func TestDiff(t *testing.T) {
	base := Complaint{ID: "1", Received: calendar.MustDate("2020-01-02"), Product: "Debt collection", SubProduct: "Medical",
		Company: "EXAMPLE RECOVERY, INC.", ZIP: "00725", Via: "Web Referral", Consent: "N/A", Narrative: "a  b", Timely: Yes}
	same := base
	same.SubProduct, same.Company, same.ZIP, same.Via, same.Consent, same.Narrative, same.Line = "Medical debt", "Example Recovery Inc", "725", "Referral", "", "a\nb", 9
	if d := base.Diff(&same); len(d) > 0 || base.Digest() != same.Digest() {
		t.Errorf("equal by meaning, but %v", d)
	}
	other := base
	other.Received, other.Company, other.Timely = calendar.MustDate("2020-01-03"), "Example Bank", No
	want := []FieldDiff{{Received, "2020-01-02", "2020-01-03"}, {Company, "EXAMPLE RECOVERY, INC.", "Example Bank"}, {Timely, "yes", "no"}}
	if d := cmp.Diff(want, base.Diff(&other)); d != "" {
		t.Error(d)
	}
	if base.Digest() == other.Digest() {
		t.Error("changed, but the digest is the same")
	}
	// The border between two fields counts.
	a := Complaint{Narrative: "x\x06y", Absent: 1 << PublicResponse}
	b := Complaint{Narrative: "x", PublicResponse: "y"}
	if a.Digest() == b.Digest() {
		t.Error("moving text between fields keeps the digest")
	}
	// Every field is in Diff and in Digest.
	var zero Complaint
	full := Complaint{"1", base.Received, base.Received, "p", "p", "p", "p", "p", "p", "p", "p", "p", "p", "p", "p", "p", Yes, Yes, 0, 1, "p"}
	if d := zero.Diff(&full); len(d) != int(columns) {
		t.Errorf("%d of %d fields are compared", len(d), columns)
	}
}
