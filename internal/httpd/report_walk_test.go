package httpd

import (
	"io/fs"
	"math"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/complaint"
	"dunwatch/internal/demo"
	"dunwatch/internal/firm"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
	"dunwatch/internal/store/storetest"
)

// The report says: each number opens its cases. This test opens many of them,
// page by page, and counts.

// seeded is the demonstration office as files: seeding costs more than walking
// through it does, so a test binary seeds once and every demoSite is a copy.
var seeded struct {
	once  sync.Once
	files map[string][]byte // by path within the folder of a site
	made  *demo.Office
}

// demoSite is the real server over the demonstration office. words may be nil.
func demoSite(tb testing.TB, words *locale.Catalog) (*site, *demo.Office) {
	tb.Helper()
	seeded.once.Do(func() { seedDemo(tb) })
	if seeded.made == nil {
		tb.Fatal("the demonstration office could not be seeded")
	}
	s := &site{TB: tb, clock: storetest.NewClock(), dir: tb.TempDir(), tokens: map[string]string{}, heard: &heard{}, words: words}
	for name, b := range seeded.files {
		path := filepath.Join(s.dir, name)
		s.ok(os.MkdirAll(filepath.Dir(path), 0o700))
		s.ok(os.WriteFile(path, b, 0o600))
	}
	s.clock.Set(seeded.made.Until)
	s.stand(s.wire(storetest.OpenDir(tb, s.clock, s.dir)))
	h := httptest.NewServer(s.Handler())
	tb.Cleanup(h.Close)
	s.url = h.URL
	return s, seeded.made
}

func seedDemo(tb testing.TB) {
	tb.Helper()
	s := &site{TB: tb, clock: storetest.NewClock(), dir: tb.TempDir(), heard: &heard{}}
	db := storetest.OpenDir(tb, s.clock, s.dir)
	d := s.wire(db)
	made, err := demo.Seed(tb.Context(), demo.Deps{Office: d.Office, SetClock: s.clock.Set}, time.Date(2026, 11, 21, 6, 30, 0, 0, time.UTC))
	s.ok(err)
	s.ok(db.Close()) // which folds the write-ahead log into the file
	seeded.files = map[string][]byte{}
	s.ok(fs.WalkDir(os.DirFS(s.dir), ".", func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			seeded.files[path], err = os.ReadFile(filepath.Join(s.dir, path))
		}
		return err
	}))
	seeded.made = made
}

// reader may read everything.
var reader = access.Actor{Role: access.Auditor, UserID: 1}

// oddities are what the demonstration has too little of: nobody named, words
// that look like keys, a firm that was merged into another.
func (s *site) oddities() {
	s.Helper()
	file := func(change func(*complaint.Filing)) {
		f := filing()
		f.Lender, f.Agency, f.AgencyUnknown = complaint.Party{Name: "无人知道的公司"}, complaint.Party{}, true
		change(&f)
		_, err := s.Complaints.File(s.Context(), access.Nobody, f, "web", "", "")
		s.ok(err)
	}
	file(func(*complaint.Filing) {})
	file(func(f *complaint.Filing) { f.Loan.Product = "none" })
	file(func(f *complaint.Filing) { f.Loan.Product, f.Complainant.Region = "分期&现金 贷+", "" })
	file(func(f *complaint.Filing) { f.Pack, f.Complainant.Region, f.Violations = "us", "FL", nil })
	const public = "Date received,Product,Sub-product,Issue,Sub-issue,Consumer complaint narrative,Company public response,Company,State,ZIP code,Tags," +
		"Consumer consent provided?,Submitted via,Date sent to company,Company response to consumer,Timely response?,Consumer disputed?,Complaint ID\n" +
		"2026-11-02,Debt collection,Medical debt,Communication tactics,Frequent or repeated calls,,,UNSEEN COLLECTORS LLC,CA,02139,,,Web,2026-11-03,Closed,Yes,N/A,1\n" +
		"2026-11-03,Mortgage,,x,,,,UNSEEN COLLECTORS LLC,,,,,Phone,2026-11-03,Closed,Yes,N/A,2\n"
	_, err := s.Complaints.ImportCFPB(s.Context(), access.Program, strings.NewReader(public), complaint.ImportOptions{Name: "x.csv"})
	s.ok(err)
	found, _, err := s.Firms.List(s.Context(), reader, firm.Filter{Q: "UNSEEN"})
	s.ok(err)
	if len(found) != 1 || !found[0].Provisional {
		s.Fatalf("want one provisional firm, got %+v", found)
	}
	lenders, _, err := s.Firms.List(s.Context(), reader, firm.Filter{Kind: firm.Lender})
	s.ok(err)
	i := slices.IndexFunc(lenders, func(f firm.Firm) bool { return !f.Provisional })
	_, err = s.Firms.Confirm(s.Context(), access.Program, found[0].Code, found[0].Version, firm.NewFirm{Code: lenders[i].Code})
	s.ok(err)
}

func TestEachNumberOpensItsCases(t *testing.T) {
	t.Parallel()
	s, office := demoSite(t, nil)
	s.oddities()
	i := slices.IndexFunc(office.People, func(p demo.Person) bool { return p.Role == access.Auditor })
	b := s.browser()
	if p := b.post("/sign-in", url.Values{"email": {office.People[i].Email}, "password": {office.Password}}); p.status != 303 {
		t.Fatalf("sign in: %d", p.status)
	}
	w := &walker{browser: b, seen: map[string]int{}}
	for _, path := range []string{"/reports/2026-11", "/reports/2026-11?pack=us", "/reports/2026-Q3?pack=cn", "/reports/2026-09"} {
		w.report(path)
	}
	w.standing()
	w.numbered("/reports/numbered/1", 70)
	w.numbered("/reports/numbered/1?period=2026-10&pack=cn", 70)
	w.numbered("/reports/numbered/2?firm=L-QINGLUAN", 50)
	w.numbered("/reports/numbered/2?firm=A-ZHENGYI&period=2026-H2&pack=cn", 50)
	for _, a := range w.get("/reports/numbered/4?period=2026").want(200).find("main table a") {
		if href, _ := attr(a, "href"); strings.HasPrefix(href, "/register/") {
			w.get(href).want(200)
		}
	}
	s.programsSeeAsMuch(office, w.seen)
	s.dealsWithAnAlarm(office)
	t.Logf("%d figures, %d lists", w.figures, len(w.seen))
	if w.figures < 1000 || w.sums < 20 || w.works < 30 {
		t.Errorf("only %d figures, %d amounts and %d lists of work were looked at", w.figures, w.sums, w.works)
	}
}

// programsSeeAsMuch asks the API for some of the lists.
func (s *site) programsSeeAsMuch(office *demo.Office, lists map[string]int) {
	s.Helper()
	i := slices.IndexFunc(office.People, func(p demo.Person) bool { return p.Role == access.Supervisor })
	_, m := s.api("POST", "/session", "", map[string]string{"email": office.People[i].Email, "password": office.Password})
	token, _ := m["token"].(string)
	asked := 0
	for i, href := range sortedKeys(lists) {
		path, isBehind := strings.CutPrefix(href, "/reports/")
		if !isBehind || i%12 != 0 {
			continue
		}
		asked++
		if !strings.HasPrefix(path, "numbered/") {
			path = "monthly/" + path
		}
		status, page := s.api("GET", "/reports/"+path, token, nil)
		if status != 200 {
			s.Fatalf("%s: %d %v", path, status, page)
		}
		if items, _ := page["items"].([]any); len(items) != lists[href] || page["count"] != float64(lists[href]) {
			s.Errorf("%s has %d items for people, %d and %v for programs", href, lists[href], len(items), page["count"])
		}
	}
	if asked < 20 {
		s.Errorf("only %d lists were asked for", asked)
	}
}

// walker opens the links of reports.
type walker struct {
	*browser
	seen                 map[string]int // items behind a link
	figures, sums, works int
}

func (w *walker) report(path string) {
	w.Helper()
	p := w.get(path).want(200)
	for _, at := range []string{"td", "th", ".tile"} {
		for _, n := range p.find("main " + at) {
			for a := range n.Descendants() {
				if href, ok := attr(a, "href"); ok && a.Data == "a" {
					w.figure(path, textOf(a), href)
				}
			}
		}
	}
	w.linked(path)
}

// figure opens one link and holds what is there against the figure.
func (w *walker) figure(path, text, href string) {
	w.Helper()
	if w.figures++; w.figures%4 != 0 { // internal/report opens every figure; here the pages are what is tested
		return
	}
	u, err := url.Parse(href)
	w.ok(err)
	switch n, err := strconv.Atoi(strings.ReplaceAll(text, ",", "")); {
	case !strings.HasSuffix(u.Path, "/behind"):
		w.Errorf("%s: %q leads to %s, which is no list of the report", path, text, href)
	case err == nil:
		if got := w.count(href); got != n {
			w.Errorf("%s: the figure %d opens %d items: %s", path, n, got, href)
		}
		w.work(path, n, href)
	case strings.ContainsAny(text, "¥元"):
		w.sums++
		if got := w.sum(u); text != locale.Money(locale.ZH, got) && text != locale.MoneyShort(locale.ZH, got) {
			w.Errorf("%s: the amount %s opens a list of %d fen: %s", path, text, got, href)
		}
	default:
		w.Errorf("%s: %q is no figure and has a link: %s", path, text, href)
	}
}

// work holds the list of work that some figures lead on to against the figure: to a reader of everything it shows as much.
func (w *walker) work(path string, n int, href string) {
	w.Helper()
	for _, a := range w.get(href).find("main .block a.button") {
		to, _ := attr(a, "href")
		w.works++
		if got := w.count(to); got != n {
			w.Errorf("%s: the figure %d leads on to a list of %d: %s", path, n, got, to)
		}
	}
}

// count walks a list to its end.
func (w *walker) count(href string) int {
	w.Helper()
	if n, ok := w.seen[href]; ok {
		return n
	}
	n := 0
	for at := href; at != ""; {
		p := w.get(at).want(200)
		n += len(p.find("table[data-rows] tbody th[scope=row]"))
		next := p.find("nav.pager a[rel=next]")
		if at = ""; len(next) > 0 {
			at, _ = attr(next[0], "href")
		}
	}
	w.seen[href] = n
	return n
}

// sum adds up the amounts of a list.
func (w *walker) sum(u *url.URL) (fen int64) {
	w.Helper()
	for at := u.String(); at != ""; {
		p := w.get(at).want(200)
		for _, td := range p.find("table[data-rows] tbody td.num") {
			fen += fenIn(w.site, textOf(td))
		}
		next := p.find("nav.pager a[rel=next]")
		if at = ""; len(next) > 0 {
			at, _ = attr(next[0], "href")
		}
	}
	return fen
}

// fenIn reads "¥1,234.50".
func fenIn(s *site, text string) int64 {
	s.Helper()
	v, err := strconv.ParseFloat(strings.NewReplacer("¥", "", ",", "", "−", "-").Replace(text), 64)
	s.ok(err)
	return int64(math.Round(v * 100))
}

// unlinked are the numbers behind which there are no things of the office: means, what the rulebook or a firm says, numbers
// of firms, differences.
var unlinked = []string{"headline/average", "by_code/severity", "firm_rates/customers", "firm_rates/overdue_accounts", "firm_rates/lent", "firm_medians/firms",
	"firm_medians/with_rate", "firm_movers/difference", "log_findings/hits", "repeat_complainants/count", "repeat_complainants/of"}

// linked holds the tables behind the page to it: every count and every amount
// has a link, but for the unlinked.
func (w *walker) linked(path string) {
	w.Helper()
	u, err := url.Parse(path)
	w.ok(err)
	period, err := report.ParsePeriod(strings.TrimPrefix(u.Path, "/reports/"))
	w.ok(err)
	m, err := w.Reports.Of(w.Context(), access.Program, period, u.Query().Get("pack"), "zh")
	w.ok(err)
	for ti := range m.Tables {
		t := &m.Tables[ti]
		for j, kind := range t.Kinds {
			if kind != report.Count && kind != report.Fen || slices.Contains(unlinked, t.ID+"/"+t.Keys[j]) {
				continue
			}
			for i, row := range t.Rows {
				if row[j] != nil && m.Link(t, i, j) == "" {
					w.Errorf("%s: %s of row %v in %s has no link", path, t.Keys[j], row[0], t.ID)
				}
			}
			if t.Totals != nil && t.Totals[j] != nil && m.TotalLink(t, j) == "" {
				w.Errorf("%s: the total of %s in %s has no link", path, t.Keys[j], t.ID)
			}
		}
	}
}
