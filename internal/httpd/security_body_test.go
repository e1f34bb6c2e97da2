package httpd

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/complaint"
	"dunwatch/internal/firm"
)

// Bodies that are too long, too deep, too many or not what they say.
func TestHostileBodiesAreRefused(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	s := newSite(t)
	b := s.begun()
	many := strings.Repeat("a=1&", 20_000)
	deep := strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	j, err := json.Marshal(filing())
	s.ok(err)
	z.Write(j)
	s.ok(z.Close())
	big, kind := multipartBody(s, url.Values{"email": {"x@example.cn"}}, map[string]map[string]string{"file": {"a.bin": strings.Repeat("x", 3<<20)}})
	for _, tt := range []struct {
		name, path, kind, body string
		head                   string
		want                   []int
	}{
		{"2 MB of JSON", apiRoot + "/complaints", "application/json", `{"narrative":"` + strings.Repeat("长", 700_000) + `"}`, "", []int{413}},
		{"deep JSON", apiRoot + "/complaints", "application/json", deep, "", []int{400, 413, 422}},
		{"a deep array", apiRoot + "/complaints", "application/json", strings.Repeat("[", 500_000), "", []int{400, 422}},
		{"gzip", apiRoot + "/complaints", "application/json", zipped.String(), "gzip", []int{400, 415, 422}},
		{"XML", apiRoot + "/complaints", "application/xml", "<a/>", "", []int{400, 415, 422}},
		{"20,000 fields", "/complain/story", "application/x-www-form-urlencoded", many, "", []int{200, 303, 413, 422}},
		{"2 MB of form", "/complain/story", "application/x-www-form-urlencoded", "narrative=" + strings.Repeat("x", 2<<20), "", []int{413}},
		{"a file where none is taken", "/sign-in", kind, fmt.Sprint(big), "", []int{413}},
		{"no boundary", "/complain/evidence", "multipart/form-data", "x", "", []int{400, 422}},
		{"cut multipart", "/complain/evidence", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nabc", "", []int{400, 422}},
	} {
		b.header = http.Header{"Accept-Language": {"zh-CN"}}
		if tt.head != "" {
			b.header.Set("Content-Encoding", tt.head)
		}
		begun := time.Now()
		p := b.do("POST", tt.path, tt.kind, strings.NewReader(tt.body))
		if !slices.Contains(tt.want, p.status) {
			t.Errorf("%s: %d, want one of %v: %.200s", tt.name, p.status, tt.want, p.body)
		}
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("%s took %s", tt.name, took)
		}
		if kind := p.header.Get("Content-Type"); strings.HasPrefix(tt.path, "/api/") && kind != "application/problem+json" {
			t.Errorf("%s: refused as %s", tt.name, kind)
		}
		if p.body == "" && p.status != 303 {
			t.Errorf("%s: an empty answer", tt.name)
		}
	}
	b.header = http.Header{"Accept-Language": {"zh-CN"}}
	p := b.upload("/complain/evidence", url.Values{"do": {"upload"}, "kind": {"sms"}}, map[string]map[string]string{"file": {"大.txt": strings.Repeat("一行文字\n", 400_000)}})
	if p.status != 303 {
		t.Errorf("a file of 5 MB: %d", p.status)
	}
	left, err := os.ReadDir(temp)
	s.ok(err)
	for _, e := range left {
		if strings.HasPrefix(e.Name(), "multipart") {
			t.Errorf("the temporary file %s stays", e.Name())
		}
	}
	if n := s.count("SELECT COUNT(*) FROM complaints"); n != 0 {
		t.Errorf("%d complaints were stored", n)
	}
}

// A body shorter than it says is no filing.
func TestLyingLengthStoresNothing(t *testing.T) {
	s := newSite(t)
	j, err := json.Marshal(filing())
	s.ok(err)
	for _, extra := range []int{1, 1000} {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		s.ok(err)
		fmt.Fprintf(c, "POST %s/complaints HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", apiRoot, len(j)+extra, j)
		s.ok(c.(*net.TCPConn).CloseWrite())
		answer := make([]byte, 4096)
		n, _ := c.Read(answer)
		c.Close()
		if strings.Contains(string(answer[:n]), " 201 ") {
			t.Errorf("%d bytes short: %.200s", extra, answer[:n])
		}
	}
	if n := s.count("SELECT COUNT(*) FROM complaints"); n != 0 {
		t.Errorf("%d complaints were stored", n)
	}
}

// TestHostileStringsByAPI puts every string that has broken programs through
// every text of a filing, and looks at the pages that show what was taken.
func TestHostileStringsByAPI(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	desk := s.signIn("supervisor")
	taken, refused := 0, 0
	send := func(f complaint.Filing, evil string) string {
		status, m := s.api("POST", "/complaints", "", f)
		switch {
		case status == 201:
			taken++
		case status >= 400 && status < 500:
			refused++
		default:
			t.Errorf("%q: %d %v", evil, status, m)
		}
		return textAt(m, "reference")
	}
	for i, evil := range hostile(t) {
		f := filing()
		f.Narrative += evil
		f.Demand, f.Loan.Product, f.Lender, f.Complainant.Address, f.Complainant.Name = evil, evil, complaint.Party{Name: evil}, evil, evil
		f.Agency = complaint.Party{Name: evil}
		f.Accused = append(f.Accused, complaint.Accused{Kind: "wechat", Value: evil})
		ref := send(f, evil)
		if ref != "" && i%8 == 0 {
			p := desk.get("/complaints/" + ref).want(200)
			sound(t, evil, p)
		}
		f.Pack, f.Language, f.Track, f.OccurredFrom, f.OccurredTo, f.Loan.ContractDate = evil, evil, complaint.Track(evil), evil, evil, evil
		f.Channels, f.Violations = []string{evil}, []string{evil}
		f.Complainant = complaint.Complainant{Name: evil, Phone: evil, IDNumber: evil, Email: evil, Address: evil, Region: evil}
		send(f, evil)
	}
	sound(t, "list", desk.get("/complaints?status=all&limit=100").want(200))
	t.Logf("%d taken, %d refused", taken, refused)
	if taken < 100 || refused < 100 {
		t.Errorf("%d taken, %d refused: the corpus was not tried on both", taken, refused)
	}
	audittest.MustVerify(t, s.Deps.Log)
}

// No cell of an exported report starts a formula, whatever a firm calls itself.
func TestReportStartsNoFormula(t *testing.T) {
	s := newSite(t)
	for i, name := range []string{`=HYPERLINK("http://evil","x")`, "+1+1有限公司", "-2+3有限公司", "@SUM(A1)", "＝2+2股份有限公司", "\u3000=3+3有限公司", " =cmd|' /C calc'!A0"} {
		code := "X" + strconv.Itoa(i)
		_, err := s.Firms.Create(t.Context(), access.Program, firm.NewFirm{Code: code, Name: name, Kind: firm.Lender})
		s.ok(err)
		f := filing()
		f.Lender, f.Agency, f.AgencyUnknown = complaint.Party{Code: code, Name: name}, complaint.Party{}, true
		filed, err := s.Complaints.File(t.Context(), access.Nobody, f, "web", "", "")
		s.ok(err)
		_, _, err = s.Cases.Accept(t.Context(), s.as("supervisor"), filed.Complaint.Reference, filed.Complaint.Version, "HZ", "")
		s.ok(err)
	}
	_, body := s.send(s.apiRequest(t.Context(), "GET", "/reports/monthly/2026-10?format=csv", s.token("auditor"), nil))
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(body), "\ufeff")))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	s.ok(err)
	named := 0
	for _, row := range rows {
		for _, cell := range row {
			if strings.Contains(cell, "HYPERLINK") || strings.Contains(cell, "1+1") {
				named++
			}
			trimmed := strings.TrimLeft(cell, " \u3000\ufeff\u200b")
			if _, err := strconv.ParseFloat(cell, 64); err != nil && trimmed != "" && strings.ContainsAny(string([]rune(trimmed)[0]), "=+-@\t\r\n＝＋－＠") {
				t.Errorf("a cell starts a formula: %q", cell)
			}
		}
	}
	if named == 0 {
		t.Errorf("the firms are not in the report: %.300s", body)
	}
}

// TestTimeDoesNotTellWhichReferencesExist asks with wrong codes for references
// that exist and that do not, by turns, and compares how long the answers take.
func TestTimeDoesNotTellWhichReferencesExist(t *testing.T) {
	s := newSite(t)
	ref := s.filed().Complaint.Reference
	ask := func(ref string) (time.Duration, int, string) {
		r := httptest.NewRequest("GET", apiRoot+"/complaints/"+ref, nil)
		r.Header.Set("Access-Code", "1111-2222-3333-4444-5555")
		w := httptest.NewRecorder()
		begun := time.Now()
		s.Handler().ServeHTTP(w, r)
		return time.Since(begun), w.Code, w.Body.String()
	}
	z, gap := 0.0, time.Duration(0)
	for round := 1; round <= 2; round++ { // a busy machine gets a second, longer try
		var known, unknown []time.Duration
		for i := range 250 * round * round {
			s.clock.Add(16 * time.Minute) // past the window that counts guesses
			order := []string{ref, "C-2026-000999-1"}
			if i%2 == 1 {
				slices.Reverse(order)
			}
			for _, r := range order {
				d, status, body := ask(r)
				if status != 404 || strings.Contains(body, r) {
					t.Fatalf("%s: %d %s", r, status, body)
				}
				if r == ref {
					known = append(known, d)
				} else {
					unknown = append(unknown, d)
				}
			}
		}
		z, gap = rankTest(known, unknown)
		if z > -4 && z < 4 || gap.Abs() < 500*time.Microsecond {
			t.Logf("z %.1f, medians differ by %s", z, gap)
			return
		}
	}
	t.Errorf("time tells which references exist: z %.1f, medians differ by %s", z, gap)
}

// rankTest is the z of a Wilcoxon rank-sum test, and the difference of medians.
func rankTest(a, b []time.Duration) (z float64, gap time.Duration) {
	type sample struct {
		d     time.Duration
		first bool
	}
	var all []sample
	for _, d := range a {
		all = append(all, sample{d, true})
	}
	for _, d := range b {
		all = append(all, sample{d, false})
	}
	slices.SortFunc(all, func(x, y sample) int { return int(x.d - y.d) })
	sum := 0.0
	for i, x := range all {
		if x.first {
			sum += float64(i + 1)
		}
	}
	n, m := float64(len(a)), float64(len(b))
	slices.Sort(a)
	slices.Sort(b)
	return (sum - n*(n+m+1)/2) / math.Sqrt(n*m*(n+m+1)/12), a[len(a)/2] - b[len(b)/2]
}
