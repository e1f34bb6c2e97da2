package httpd

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/rulebook"
)

// draftDays is how long an unfinished filing stays on the device that began it.
// The job that drops drafts must not be quicker.
const draftDays = 7

// DraftAge is how long an unfinished filing is kept untouched.
const DraftAge = draftDays * 24 * time.Hour

// filingStep is one page of the filing flow: one group of questions.
type filingStep struct {
	slug  string
	part  int      // of the five parts that people are shown
	check string   // the part of complaint.Validate that holds its fields
	names []string // its fields, as errors name them
	// read puts what was typed into the filing; it reports what cannot be read.
	read func(*Form, *complaint.Filing) fault.Fields
	// fill adds what the page needs beside the filing; it may be nil.
	fill func(*Server, echo.Context, *filingPageData) error
	// ask looks at a filing that is in order and may ask once more; may be nil.
	ask func(*Server, echo.Context, *Form, *complaint.Filing) error
}

// filingSteps are the pages in their order. Evidence and the last check have
// handlers of their own.
var filingSteps = []filingStep{
	{slug: "way", part: 1, check: complaint.StepWhat, names: []string{"track"}, read: readWay},
	{slug: "what", part: 1, check: complaint.StepWhat, names: []string{"violations"}, read: readWhat, fill: (*Server).fillWhat},
	{slug: "how", part: 1, check: complaint.StepWhat, names: []string{"channels", "occurred_from", "occurred_to"}, read: readHow, fill: (*Server).fillHow},
	{slug: "story", part: 1, check: complaint.StepWhat, names: []string{"narrative", "demand"}, read: readStory},
	{slug: "who", part: 2, check: complaint.StepWho, names: []string{"lender", "agency", "agency_side"}, read: readWho, fill: (*Server).fillWho, ask: (*Server).askFirms},
	{slug: "numbers", part: 2, check: complaint.StepWho, names: []string{"accused"}, read: readNumbers, fill: (*Server).fillNumbers},
	{slug: "loan", part: 2, check: complaint.StepWho, names: []string{"loan"}, read: readLoan},
	{slug: "evidence", part: 3},
	{slug: "you", part: 4, check: complaint.StepYou, names: []string{"complainant", "anonymous", "hide_identity", "consent_to_forward", "language"}, read: readYou, fill: (*Server).fillYou},
	{slug: "check", part: 5},
}

// filingParts is how many parts people are told of.
const filingParts = 5

func stepAt(slug string) (int, filingStep) {
	for i, st := range filingSteps {
		if st.slug == slug {
			return i, st
		}
	}
	panic("no filing step " + slug) // slugs come from the table above
}

// filingPageData is a page of the flow.
type filingPageData struct {
	Page
	Slug     string
	Part     int
	Parts    []int
	Back     string
	Return   bool // the page was opened from the last check and goes back there
	Filing   complaint.Filing
	Groups   []Field // violations, one field for each heading
	Options  []Option
	Regions  []Option
	Kinds    []Option
	Side     string
	Lender   firmQuestion
	Agency   firmQuestion
	Rows     []accusedRow
	Amount   string // in yuan, as its field shows it
	From, To calendar.Date
	Contract calendar.Date
	Uploaded []draftFile
	Helpful  []string
	Answers  []checkAnswer
	Sealed   string
	Limit    string
	MaxBytes int64
	Days     int
}

func (s *Server) complainRoutes() []Route {
	routes := []Route{
		open("GET", "/complain", s.complainPage),
		open("POST", "/complain/discard", s.discardDraft),
		open("GET", "/complain/fit", s.fitPage),
		open("POST", "/complain/fit", s.fit),
		open("GET", "/complain/danger", s.dangerPage),
		open("GET", "/complain/elsewhere", s.elsewherePage),
		open("GET", "/complain/resume", s.resumeDraft),
		open("GET", "/complain/evidence", s.draftEvidencePage),
		open("POST", "/complain/evidence", s.addDraftEvidence),
		open("POST", "/complain/evidence/remove", s.removeDraftEvidence),
		open("GET", "/complain/check", s.checkPage),
		open("POST", "/complain/check", s.fileComplaint),
		open("GET", "/complain/sent", s.sentPage),
		open("POST", "/complain/sent", s.hideCode),
	}
	for i, st := range filingSteps {
		if st.read == nil {
			continue
		}
		routes = append(routes, open("GET", "/complain/"+st.slug, s.stepPage(i)), open("POST", "/complain/"+st.slug, s.saveStep(i)))
	}
	return routes
}

// filer is who files: the person at the keyboard, as anybody, whoever is signed
// in.
func filer(c echo.Context) access.Actor {
	by := access.Nobody
	by.Lang, by.Address = string(langOf(c)), c.RealIP()
	return by
}

// draft opens the unfinished filing of this browser. NotFound where there is
// none, or it has been dropped.
func (s *Server) draft(c echo.Context) (*complaint.Draft, error) {
	ck, err := c.Cookie(s.cookieName("draft"))
	if err != nil {
		return nil, fault.Wrap(err, fault.NotFound, "complain.no_draft")
	}
	d, err := s.Complaints.OpenDraft(c.Request().Context(), ck.Value)
	if err != nil {
		return nil, err
	}
	d.Token = ck.Value
	return d, nil
}

// keepDraft lets the browser hold on to the draft for another week.
func (s *Server) keepDraft(c echo.Context, token string) {
	c.SetCookie(s.cookie("draft", token, DraftAge))
}

// withDraft is a page that needs an unfinished filing: without one it leads back
// to the start, which says why.
func (s *Server) withDraft(c echo.Context, page func(*complaint.Draft) error) error {
	d, err := s.draft(c)
	switch {
	case fault.Is(err, fault.NotFound):
		s.dropCookie(c, "draft")
		s.flash(c, "wait", "complain.no_draft")
		return c.Redirect(http.StatusSeeOther, "/complain")
	case err != nil:
		return err
	}
	return page(d)
}

// stepData is what the page of a step shows for a filing.
func (s *Server) stepData(c echo.Context, i int, f complaint.Filing, form *Form) (*filingPageData, error) {
	st := filingSteps[i]
	d := &filingPageData{Page: s.base(c), Slug: st.slug, Part: st.part, Filing: f, Days: draftDays}
	d.Form, d.Amount = form, moneyText(f.Loan.AmountFen)
	d.From, d.To, d.Contract = dayOf(f.OccurredFrom), dayOf(f.OccurredTo), dayOf(f.Loan.ContractDate)
	d.Return = c.QueryParam("return") == "check" || form.Value("return") == "check"
	for n := range filingParts {
		d.Parts = append(d.Parts, n+1)
	}
	switch {
	case d.Return:
		d.Back = "/complain/check"
	case i == 0:
		d.Back = "/complain/fit"
	default:
		d.Back = "/complain/" + filingSteps[i-1].slug
	}
	if st.fill == nil {
		return d, nil
	}
	return d, st.fill(s, c, d)
}

// dayOf is a date of the filing; none for what is not one.
func dayOf(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		return calendar.Date{}
	}
	return d
}

func (s *Server) stepPage(i int) echo.HandlerFunc {
	return func(c echo.Context) error {
		return s.withDraft(c, func(dr *complaint.Draft) error {
			d, err := s.stepData(c, i, dr.Filing, nil)
			if err != nil {
				return err
			}
			return s.show(c, http.StatusOK, "complain/"+filingSteps[i].slug, d)
		})
	}
}

func (s *Server) saveStep(i int) echo.HandlerFunc {
	return func(c echo.Context) error {
		form, err := formOf(c)
		if err != nil {
			return err
		}
		return s.withDraft(c, func(dr *complaint.Draft) error {
			if form.Value("do") == "add" {
				return s.addRow(c, i, dr, form)
			}
			f := dr.Filing
			if err := s.takeStep(c, i, form, &f); err != nil {
				return s.showStep(c, err, i, f, form)
			}
			if err := s.Complaints.SaveDraft(c.Request().Context(), dr.Token, f); err != nil {
				return s.showStep(c, err, i, f, form)
			}
			s.keepDraft(c, dr.Token)
			return c.Redirect(http.StatusSeeOther, afterStep(i, form))
		})
	}
}

func (s *Server) showStep(c echo.Context, err error, i int, f complaint.Filing, form *Form) error {
	return s.showForm(c, err, form, "complain/"+filingSteps[i].slug, func(form *Form) (any, error) { return s.stepData(c, i, f, form) })
}

// takeStep puts what was typed on a page into the filing and checks what the
// page asks for, and nothing else: the rest is not asked yet.
func (s *Server) takeStep(c echo.Context, i int, form *Form, f *complaint.Filing) error {
	st := filingSteps[i]
	wrong := st.read(form, f)
	err := s.Complaints.Validate(f, st.check, s.today())
	if err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	if err := merge(wrong, onPage(err, st)).Err(); err != nil {
		return err
	}
	if st.ask == nil {
		return nil
	}
	return st.ask(s, c, form, f)
}

// onPage keeps the wrong fields that a page asks for.
func onPage(err error, st filingStep) fault.Fields {
	var out fault.Fields
	if err == nil {
		return nil
	}
	for _, f := range faultOf(err).Fields {
		name := f.Name
		if st.slug == "story" && name == "violations" {
			// Nothing was ticked, so the words must say it all: this page can mend it.
			name = "narrative"
		}
		if asks(st, name) {
			out.Add(name, f.Key, f.Args...)
		}
	}
	return out
}

func asks(st filingStep, name string) bool {
	for _, own := range st.names {
		if rest, ok := strings.CutPrefix(name, own); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return true
		}
	}
	return false
}

// merge joins lists of wrong fields; a field keeps its first message.
func merge(lists ...fault.Fields) fault.Fields {
	var out fault.Fields
	seen := map[string]bool{}
	for _, list := range lists {
		for _, f := range list {
			if !seen[f.Name] {
				seen[f.Name] = true
				out = append(out, f)
			}
		}
	}
	return out
}

func afterStep(i int, form *Form) string {
	if form.Value("return") == "check" {
		return "/complain/check"
	}
	return "/complain/" + filingSteps[i+1].slug
}

// resumeDraft leads to the first page that still lacks something.
func (s *Server) resumeDraft(c echo.Context) error {
	return s.withDraft(c, func(d *complaint.Draft) error {
		for _, st := range filingSteps {
			if st.read == nil {
				continue
			}
			f := d.Filing
			if err := s.Complaints.Validate(&f, st.check, s.today()); len(onPage(err, st)) > 0 {
				return c.Redirect(http.StatusSeeOther, "/complain/"+st.slug)
			}
		}
		return c.Redirect(http.StatusSeeOther, "/complain/check")
	})
}

// sealed puts v into a text that only this office can read, for a cookie or a
// hidden field.
func (s *Server) sealed(place string, v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	out, err := s.Keys.Seal(place, string(b))
	if err != nil {
		return "", err
	}
	return encodeCookie(out), nil
}

// unsealed reads what sealed made; false for anything else.
func (s *Server) unsealed(place, text string, v any) bool {
	raw, err := decodeCookie(text)
	if err != nil {
		return false
	}
	plain, err := s.Keys.Open(place, raw)
	return err == nil && json.Unmarshal([]byte(plain), v) == nil
}

// packOf is the law that a filing is made under.
func (s *Server) packOf(f complaint.Filing) (*rulebook.Pack, error) {
	if p, ok := s.Book.Pack(f.Pack); ok {
		return p, nil
	}
	return s.publicPack()
}
