package httpd

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
)

// checkAnswer is a row of the last check, with the way to change it and what is
// wrong with it.
type checkAnswer struct {
	Answer
	ID    string
	Error string
	Part  string // heading before it; "" under the one above
}

// checkedFiling is what the last check showed, sealed into its form: what is
// filed is what was read, even if another window changed the draft meanwhile,
// and a form sent twice is the same request twice.
type checkedFiling struct {
	Token  string
	Filing complaint.Filing
}

const checkedPlace = "complain.checked"

func (s *Server) checkPage(c echo.Context) error {
	return s.withDraft(c, func(dr *complaint.Draft) error {
		d, err := s.checkData(c, checkedFiling{dr.Token, dr.Filing}, dr.Files, nil)
		if err != nil {
			return err
		}
		return s.show(c, http.StatusOK, "complain/check", d)
	})
}

func (s *Server) checkData(c echo.Context, checked checkedFiling, files []complaint.DraftFile, form *Form) (*filingPageData, error) {
	i, _ := stepAt("check")
	checked.Filing.Declaration = false
	d, err := s.stepData(c, i, checked.Filing, form)
	if err != nil {
		return nil, err
	}
	d.Return, d.Back = false, "/complain/you"
	p, err := s.packOf(checked.Filing)
	if err != nil {
		return nil, err
	}
	if d.Sealed, err = s.sealed(checkedPlace, checked); err != nil {
		return nil, err
	}
	d.Answers = s.answersOf(p, d.Lang, checked.Filing, files, form)
	return d, nil
}

// fileComplaint files what the last check showed.
func (s *Server) fileComplaint(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	var checked checkedFiling
	if !s.unsealed(checkedPlace, form.Value("filing"), &checked) {
		return c.Redirect(http.StatusSeeOther, "/complain/check")
	}
	f := checked.Filing
	f.Declaration = form.Value("declaration") == "on"
	filed, err := s.tryFile(c, f, checked.Token)
	switch {
	case err == nil:
	case fault.Is(err, fault.NotFound), fault.Is(err, fault.Conflict):
		// The draft was filed from another window, with other answers.
		s.dropCookie(c, "draft")
		s.flash(c, "wait", "complain.filed_already")
		return c.Redirect(http.StatusSeeOther, "/track")
	default:
		return s.showForm(c, onCheck(err), form, "complain/check", func(form *Form) (any, error) {
			files, err := s.filesOf(c, checked.Token)
			if err != nil {
				return nil, err
			}
			return s.checkData(c, checked, files, form)
		})
	}
	return s.toReceipt(c, filed)
}

// onCheck names wrong fields as the rows of the last check are named: a row
// stands for a whole list.
func onCheck(err error) error {
	f := faultOf(err)
	if f.Kind != fault.Invalid {
		return err
	}
	var rows fault.Fields
	for _, x := range f.Fields {
		name, _, _ := strings.Cut(x.Name, "[")
		rows.Add(name, x.Key, x.Args...)
	}
	return merge(rows).Err()
}

func (s *Server) tryFile(c echo.Context, f complaint.Filing, token string) (*complaint.Filed, error) {
	if err := s.spend("file", c.RealIP()); err != nil {
		return nil, err
	}
	// The draft's secret is the key of the request: a draft is filed once.
	return s.Complaints.File(c.Request().Context(), filer(c), f, "web", "draft:"+token, token)
}

func (s *Server) filesOf(c echo.Context, token string) ([]complaint.DraftFile, error) {
	dr, err := s.Complaints.OpenDraft(c.Request().Context(), token)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return dr.Files, nil
}

// answersOf lists every answer of a filing in the order in which it was asked.
func (s *Server) answersOf(p *rulebook.Pack, lang locale.Lang, f complaint.Filing, files []complaint.DraftFile, form *Form) []checkAnswer {
	l := answerList{words: words{s.Words, lang}, form: form, f: f, p: p}
	l.part("complain.part.1")
	l.add("way", "track", "complain.track", l.label("complain.track."+string(f.Track)))
	l.add("what", "violations", "complain.violations", l.violations()...)
	l.add("how", "channels", "complain.channels", l.channels()...)
	l.add("how", "occurred_from", "complain.occurred_from", l.date(f.OccurredFrom))
	l.add("how", "occurred_to", "complain.occurred_to", l.date(f.OccurredTo))
	l.add("story", "narrative", "complain.narrative", strings.Split(f.Narrative, "\n")...)
	l.add("story", "demand", "complain.demand", strings.Split(f.Demand, "\n")...)
	l.part("complain.part.2")
	l.add("who", "lender.name", "complain.lender", f.Lender.Name)
	l.add("who", "agency.name", "complain.agency", l.agency())
	l.add("numbers", "accused", "complain.accused", l.accused()...)
	l.add("loan", "loan.product", "complain.product", f.Loan.Product)
	l.add("loan", "loan.amount_fen", "complain.amount", l.amount())
	l.add("loan", "loan.contract_date", "complain.contract_date", l.date(f.Loan.ContractDate))
	l.part("complain.part.3")
	l.add("evidence", "file", "complain.evidence", l.files(files)...)
	l.part("complain.part.4")
	l.person()
	return l.rows
}

// answerList gathers the rows of the last check.
type answerList struct {
	words
	form    *Form
	f       complaint.Filing
	p       *rulebook.Pack
	heading string
	rows    []checkAnswer
}

func (l *answerList) part(key string) { l.heading = l.t(key) }

// add is one row: the page that asked, the field's name, its message, and what
// was answered.
func (l *answerList) add(slug, name, key string, lines ...string) {
	row := checkAnswer{ID: l.form.id(name), Part: l.heading}
	row.Label, row.Edit = l.label(key), "/complain/"+slug+"?return=check"
	for _, line := range lines {
		if strings.TrimSpace(line) != "" {
			row.Lines = append(row.Lines, line)
		}
	}
	for _, wrong := range l.wrong() {
		if base, _, _ := strings.Cut(wrong.Name, "["); base == name || wrong.Name == name {
			row.Error = l.t(wrong.Key, wrong.Args...)
			break
		}
	}
	l.heading = ""
	l.rows = append(l.rows, row)
}

func (l *answerList) wrong() fault.Fields {
	if !l.form.Failed() {
		return nil
	}
	return l.form.Fault.Fields
}

func (l *answerList) violations() []string {
	var out []string
	for _, code := range l.f.Violations {
		if v, ok := l.p.Violation(code); ok {
			out = append(out, v.Question.In(string(l.lang)))
		}
	}
	return out
}

func (l *answerList) channels() []string {
	var out []string
	for _, id := range l.f.Channels {
		if ch, ok := l.p.Channel(id); ok {
			out = append(out, ch.Name.In(string(l.lang)))
		}
	}
	return out
}

func (l *answerList) date(s string) string {
	d := dayOf(s)
	if d.IsZero() {
		return ""
	}
	return locale.Date(l.lang, d)
}

func (l *answerList) agency() string {
	switch sideOf(l.f) {
	case sideAgency:
		return l.f.Agency.Name
	case sideUnknown, sideLender:
		return l.t("complain.agency_side." + sideOf(l.f))
	default:
		return ""
	}
}

func (l *answerList) accused() []string {
	var out []string
	for _, a := range l.f.Accused {
		out = append(out, l.t("complain.accused_line", l.t("complaint.accused_kinds."+a.Kind), a.Value))
	}
	return out
}

func (l *answerList) amount() string {
	if l.f.Loan.AmountFen == 0 {
		return ""
	}
	return locale.Money(l.lang, l.f.Loan.AmountFen)
}

func (l *answerList) files(files []complaint.DraftFile) []string {
	var out []string
	for _, f := range files {
		out = append(out, l.t("complain.file_line", f.Name, kindName(l.p, f.Kind, l.lang), locale.Bytes(l.lang, f.Size)))
	}
	return out
}

func (l *answerList) person() {
	c, f := l.f.Complainant, l.f
	yes := func(on bool) string {
		if on {
			return l.t("complain.yes")
		}
		return l.t("complain.no")
	}
	region := c.Region
	if key := "region." + strings.TrimSuffix(region, "0000"); l.catalog.Has(l.lang, key) {
		region = l.t(key)
	}
	if f.Anonymous {
		l.add("you", "anonymous", "complain.anonymous_short", yes(true))
		l.add("you", "complainant.region", "complain.region", region)
	} else {
		l.add("you", "complainant.name", "complain.name", c.Name)
		l.add("you", "complainant.phone", "complain.phone", c.Phone)
		l.add("you", "complainant.email", "complain.email", c.Email)
		l.add("you", "complainant.id_number", "complain.id_number", c.IDNumber)
		l.add("you", "complainant.region", "complain.region", region)
		l.add("you", "complainant.address", "complain.address", c.Address)
		l.add("you", "hide_identity", "complain.hide_short", yes(f.HideIdentity))
	}
	l.add("you", "consent_to_forward", "complain.consent_short", yes(f.ConsentToForward))
	l.add("you", "language", "complain.language", l.t("complain.language."+f.Language))
}
