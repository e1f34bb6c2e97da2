package httpd

import (
	"crypto/rand"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
)

// intakePageData is the whole filing on one page, for a clerk who takes it down from a call, a letter or a visit. The
// questions and their messages are those of the public pages.
type intakePageData struct {
	filingPageData
	Sources []Option
	Source  string
	Arrived calendar.Date
	Papers  []Option // kinds of evidence, all of them
	Paper   string   // the kind proposed
	Once    string   // names this form, so that sent twice it is one complaint
}

// intakePaper is the kind of evidence that the scanned original is.
const intakePaper = "original"

func (s *Server) intakePage(c echo.Context) error {
	d, err := s.intakeData(c, complaint.Filing{Pack: s.cfg.Pack, Language: string(langOf(c)), Track: complaint.TrackComplaint}, nil)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "intake/page", d)
}

func (s *Server) intakeData(c echo.Context, f complaint.Filing, form *Form) (*intakePageData, error) {
	d := &intakePageData{filingPageData: filingPageData{Page: s.base(c), Filing: f}, Arrived: s.today(), Paper: intakePaper}
	d.Form, d.Amount, d.MaxBytes, d.Limit = form, moneyText(f.Loan.AmountFen), s.Evidence.MaxBytes(), locale.Bytes(langOf(c), s.Evidence.MaxBytes())
	d.From, d.To, d.Contract = dayOf(f.OccurredFrom), dayOf(f.OccurredTo), dayOf(f.Loan.ContractDate)
	for _, fill := range []func(echo.Context, *filingPageData) error{s.fillWhat, s.fillHow, s.fillWho, s.fillNumbers, s.fillYou} {
		if err := fill(c, &d.filingPageData); err != nil {
			return nil, err
		}
	}
	p, err := s.packOf(f)
	if err != nil {
		return nil, err
	}
	lang := string(d.Lang)
	for _, id := range complaint.IntakeSources {
		name := id
		if ch, ok := p.Submission(id); ok {
			name = ch.Name.In(lang)
		}
		d.Sources = append(d.Sources, Option{Value: id, Label: name})
	}
	for _, e := range p.EvidenceTypes() {
		d.Papers = append(d.Papers, Option{Value: e.ID, Label: e.Name.In(lang)})
	}
	if d.Once = form.Value("once"); d.Once == "" {
		d.Once = rand.Text()
	}
	return d, nil
}

// readIntake reads the page into a filing, as the pages of the public flow do one after the other.
func readIntake(form *Form, pack string) (complaint.Filing, complaint.Intake, fault.Fields) {
	f := complaint.Filing{Pack: pack}
	lists := []fault.Fields{}
	for _, read := range []func(*Form, *complaint.Filing) fault.Fields{readWay, readWhat, readHow, readStory, readWho, readNumbers, readLoan, readYou} {
		lists = append(lists, read(form, &f))
	}
	f.Anonymous = form.Value("anonymous") == "on"
	f.Declaration = form.Value("declaration") == "on"
	in := complaint.Intake{Source: form.Text("source"), Note: form.Value("note"), Key: "intake:" + form.Text("once")}
	var err error
	if in.ArrivedOn, err = form.Date("arrived_on"); err != nil {
		lists = append(lists, fault.Fields{{Name: "arrived_on", Key: "fault.date"}})
	}
	return f, in, merge(lists...)
}

// takeDown stores the filing, then the scanned papers: one that is refused does not undo the filing, whose date counts.
func (s *Server) takeDown(c echo.Context) error {
	form, err := formOf(c)
	if fault.Is(err, fault.TooLarge) {
		return s.intakeAgain(c, fileFault("complain.file_too_large", locale.Bytes(langOf(c), s.Evidence.MaxBytes())), complaint.Filing{Pack: s.cfg.Pack}, NewForm(nil))
	}
	if err != nil {
		return err
	}
	defer dropUploads(c)
	f, in, wrong := readIntake(form, s.cfg.Pack)
	if form.Value("do") == "add" { // one more line for a number; nothing is stored
		d, err := s.intakeData(c, f, form)
		if err != nil {
			return err
		}
		return s.show(c, http.StatusOK, "intake/page", d)
	}
	filed, err := s.tryTakeDown(c, form, f, in, wrong)
	if err != nil {
		return s.intakeAgain(c, err, f, form)
	}
	if filed.Repeated {
		return s.toTaken(c, filed)
	}
	if err := s.keepPapers(c, form, filed.Complaint); err != nil {
		bad := faultOf(err)
		if bad.Kind == fault.Internal {
			return err
		}
		s.flash(c, "danger", "intake_page.papers_refused", s.firstWrong(langOf(c), bad))
	}
	return s.toTaken(c, filed)
}

// tryTakeDown asks about names that are like registered ones, once everything else is in order.
func (s *Server) tryTakeDown(c echo.Context, form *Form, f complaint.Filing, in complaint.Intake, wrong fault.Fields) (*complaint.Filed, error) {
	ctx := c.Request().Context()
	checked := f
	err := s.Complaints.Validate(&checked, "", s.today())
	if err != nil && !fault.Is(err, fault.Invalid) {
		return nil, err
	}
	if err != nil {
		wrong = merge(wrong, faultOf(err).Fields)
	}
	if in.Source == "" {
		wrong.Add("source", "fault.choose")
	}
	if !f.Declaration {
		wrong = merge(fault.Fields{{Name: "declaration", Key: "intake_page.declare_first"}}, wrong)
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	if err := s.askFirms(c, form, &f); err != nil {
		return nil, err
	}
	return s.Complaints.TakeDown(ctx, actorOf(c), f, in)
}

func (s *Server) intakeAgain(c echo.Context, err error, f complaint.Filing, form *Form) error {
	return s.showForm(c, err, form, "intake/page", func(form *Form) (any, error) { return s.intakeData(c, f, form) })
}

// keepPapers stores the files that came with the form; none is no mistake.
func (s *Server) keepPapers(c echo.Context, form *Form, co *complaint.Complaint) error {
	if len(uploads(c, "file")) == 0 {
		return nil
	}
	return s.addPapers(c, form, co)
}

func (s *Server) addPapers(c echo.Context, form *Form, co *complaint.Complaint) error {
	p, ok := s.Book.Pack(co.Pack)
	if !ok {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	return s.storeFiles(c, form, func(h *multipart.FileHeader, f multipart.File) error {
		_, err := s.Evidence.Add(c.Request().Context(), actorOf(c), co.Reference, kindSaid(form, p, co.Codes, h), h.Filename, f)
		return err
	})
}

// firstWrong is the first sentence of a failure.
func (s *Server) firstWrong(lang locale.Lang, f *fault.Error) string {
	if len(f.Fields) > 0 {
		return s.Words.T(lang, f.Fields[0].Key, f.Fields[0].Args...)
	}
	return s.sentence(lang, f)
}

// addStaffFile adds a file to a complaint from its page: the original of a letter, what came by post later.
func (s *Server) addStaffFile(c echo.Context) error {
	form, err := formOf(c)
	if fault.Is(err, fault.TooLarge) {
		return s.complaintAgain(c, fileFault("complain.file_too_large", locale.Bytes(langOf(c), s.Evidence.MaxBytes())), NewForm(nil), "file")
	}
	if err != nil {
		return err
	}
	defer dropUploads(c)
	co, err := s.Complaints.ByRef(c.Request().Context(), actorOf(c), c.Param("ref"))
	if err != nil {
		return err
	}
	if err := s.addPapers(c, form, co); err != nil {
		return s.complaintAgain(c, err, form, "file")
	}
	s.flash(c, "good", "intake_page.file_added")
	return c.Redirect(http.StatusSeeOther, "/complaints/"+urlPath(co.Reference)+"#evidence")
}

// takenFiling is what was taken down last, kept sealed in a cookie of the clerk's browser, as sentFiling is.
type takenFiling struct {
	User      int64
	Reference string
	Code      string
	Until     int64 // unix seconds
}

const takenPlace = "cookie.taken"

// takenPageData is the slip to hand over.
type takenPageData struct {
	Page
	C        *complaint.Complaint
	Code     []string // in groups of four
	Received calendar.Date
	Due      complaint.Clock
	Minutes  int
}

func (s *Server) toTaken(c echo.Context, filed *complaint.Filed) error {
	text, err := s.sealed(takenPlace, takenFiling{actorOf(c).UserID, filed.Complaint.Reference, filed.AccessCode, s.DB.Now().Add(sentTime).Unix()})
	if err != nil {
		return err
	}
	c.SetCookie(s.cookie("taken", text, sentTime))
	return c.Redirect(http.StatusSeeOther, "/intake/slip")
}

func (s *Server) takenPage(c echo.Context) error {
	var v takenFiling
	ck, err := c.Cookie(s.cookieName("taken"))
	if err != nil || !s.unsealed(takenPlace, ck.Value, &v) || v.User != actorOf(c).UserID || s.DB.Now().Unix() >= v.Until {
		s.flash(c, "wait", "intake_page.slip_gone")
		return c.Redirect(http.StatusSeeOther, "/intake")
	}
	ctx, by := c.Request().Context(), actorOf(c)
	co, err := s.Complaints.ByRef(ctx, by, v.Reference)
	if err != nil {
		return err
	}
	clocks, err := s.Complaints.Clocks(ctx, by, v.Reference)
	if err != nil {
		return err
	}
	d := takenPageData{Page: s.base(c), C: co, Code: codeGroups(v.Code), Received: co.ReceivedOn, Minutes: int(sentTime / time.Minute)}
	d.Due, _ = runningClock(clocks)
	d.Crumbs = []Crumb{{Text: s.Words.T(d.Lang, "intake_page.another"), Href: "/intake"}, {Text: s.Words.T(d.Lang, "intake_page.to_complaint"), Href: "/complaints/" + urlPath(co.Reference)}}
	return s.show(c, http.StatusOK, "intake/slip", d)
}
