package httpd

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/calendar"
	"dunwatch/internal/contactlog"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
)

const logCheckTemplate = "contacts/check"

// logCheckData is the page on which anybody checks a log: it asks for files,
// then what their columns are where nothing tells, then whose numbers they hold,
// and shows the result. Nothing is stored; the page carries the files.
type logCheckData struct {
	Page
	logStep
	Packs []Option
	Pack  string
	View  *logView // the result
}

// logStep is what every page asks that takes a log: the public check, the filing
// flow, the page of a case, a firm's portal.
type logStep struct {
	Action  string // where its forms go
	Step    string // "file", "columns", "numbers", "done"
	PackID  string // whose rules; fixed but on the public page
	Held    string // the files, sealed; "" where they must be chosen again
	Files   []string
	Limit   string
	Mapping []Option // of the files so far, by number
	Columns *logColumns
	Callers []logCaller
	Rest    int  // callers that are not listed
	NoYear  bool // the year is asked for
	Year    string
	Own     string
	Typed   string
	Firm    bool // whoever sends the log is the firm
}

// logColumns asks what the columns of a table are.
type logColumns struct {
	File    string
	Index   int
	Rows    []logPreviewRow
	Columns []logColumn
	Headers []Option
	Header  string
}

type logPreviewRow struct {
	Number int
	Cells  []string
}

type logColumn struct {
	Name, Label string
	Options     []Option
	Value       string
}

// logCaller is a number to tick.
type logCaller struct {
	contactlog.Caller
	Value, Label, Text string
	Checked            bool
}

// callersShown is how many numbers are listed to tick; the rest can be typed.
const callersShown = 60

func (s *Server) logCheckPage(c echo.Context) error {
	return s.show(c, http.StatusOK, logCheckTemplate, s.logCheckData(c, s.cfg.Pack))
}

func (s *Server) logCheckData(c echo.Context, pack string) *logCheckData {
	d := &logCheckData{Page: s.base(c), Pack: pack}
	d.Action, d.Step, d.Limit = "/check-my-log", "file", locale.Bytes(d.Lang, logBytes)
	for _, p := range s.Book.Packs() {
		d.Packs = append(d.Packs, Option{Value: p.ID, Label: p.Name.In(string(d.Lang))})
	}
	return d
}

// checkLog answers every form of the page. Which question comes next, what was
// sent decides.
func (s *Server) checkLog(c echo.Context) error {
	form, err := s.readLogForm(c)
	form, err = readable(form, err)
	var a *logAsk
	p := s.logPack(form)
	if err == nil {
		a, err = s.logAsked(c, form, p, "check", false)
	}
	d := s.logCheckData(c, p.ID)
	if err == nil {
		err = s.answerLogCheck(c, d, a, form)
	}
	if err != nil {
		if d.Step == "file" {
			d.Held = ""
		}
		return s.showForm(c, err, form, logCheckTemplate, func(f *Form) (any, error) {
			d.Form = f
			return d, nil
		})
	}
	if c.Response().Committed {
		return nil
	}
	return s.show(c, http.StatusOK, logCheckTemplate, d)
}

// logPack is the law that a form chose, or the office's.
func (s *Server) logPack(form *Form) *rulebook.Pack {
	if p, ok := s.Book.Pack(form.Value("pack")); ok {
		return p
	}
	p, _ := s.Book.Pack(s.cfg.Pack)
	return p
}

// logAsked reads what a form says of the files that were sent.
func (s *Server) logAsked(c echo.Context, form *Form, p *rulebook.Pack, place string, firm bool) (*logAsk, error) {
	files, err := s.logsSent(c, form, place)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fileFault("fault.file_missing")
	}
	a, err := s.askOf(form, p, files)
	if a != nil {
		a.firm = firm
	}
	return a, err
}

func (s *Server) answerLogCheck(c echo.Context, d *logCheckData, a *logAsk, form *Form) error {
	ctx, leave, err := s.readers.enter(c.Request().Context())
	if err != nil {
		return err
	}
	defer leave()
	ready, err := s.nextLogStep(ctx, s.deskOf(c), &d.logStep, a, form, "check")
	if err != nil || !ready {
		return err
	}
	extracts, err := a.take(ctx, s.deskOf(c))
	if err != nil {
		return err
	}
	if form.Value("do") == "complain" {
		return s.complainWithLog(c, a, extracts)
	}
	v, err := s.viewExtracts(s.deskOf(c), a.pack, extracts, true)
	if err != nil {
		return err
	}
	d.Step, d.View, d.Form = "done", v, form
	return nil
}

// nextLogStep finds out which question comes next and fills the step with it;
// ready says that there is none.
func (s *Server) nextLogStep(ctx context.Context, d desk, st *logStep, a *logAsk, form *Form, place string) (ready bool, err error) {
	var held string
	if held, err = s.holdLogs(a.files, place); err != nil {
		return false, err
	}
	st.PackID, st.Held, st.Year, st.Own, st.Typed, st.Firm = a.pack.ID, held, form.Text("year"), form.Text("own"), form.Text("numbers"), a.firm
	st.Files = nil
	for _, f := range a.files {
		st.Files = append(st.Files, f.Name)
	}
	if form.Value("do") == "columns" {
		if err := s.takeColumns(ctx, d, st, a, form); err != nil {
			return false, err
		}
	}
	if err := s.rememberedMappings(ctx, a); err != nil {
		return false, err
	}
	if err := st.carry(a); err != nil {
		return false, err
	}
	v, err := a.survey(ctx, s, d)
	if err != nil {
		return false, err
	}
	if v.unknown >= 0 {
		return false, s.askColumns(d, st, a, v.unknown)
	}
	if a.chosen && (!v.noYear || a.year != 0) && form.Value("do") != "columns" {
		return true, nil
	}
	st.Step, st.NoYear = "numbers", v.noYear
	s.listCallers(d, st, a, v)
	if form.Value("do") != "numbers" {
		return false, nil
	}
	if v.noYear {
		return false, fault.Fields{{Name: "year", Key: "contacts.year_missing"}}.Err()
	}
	return false, fault.Fields{{Name: "number", Key: "contacts.choose_number"}}.Err()
}

// carry puts the mappings so far into hidden fields.
func (st *logStep) carry(a *logAsk) error {
	st.Mapping = nil
	for i, m := range a.maps {
		if m == nil {
			continue
		}
		text, err := encodeMapping(m)
		if err != nil {
			return err
		}
		st.Mapping = append(st.Mapping, Option{Label: "mapping-" + strconv.Itoa(i), Value: text})
	}
	return nil
}

// takeColumns reads what was said of the columns of one file.
func (s *Server) takeColumns(ctx context.Context, d desk, st *logStep, a *logAsk, form *Form) error {
	i, err := strconv.Atoi(form.Value("file_index"))
	if err != nil || i < 0 || i >= len(a.files) {
		return fault.New(fault.Invalid, "fault.invalid")
	}
	f := a.files[i].file(nil)
	p, err := contactlog.Peek(f.Name, f, f.Size, a.options(i))
	if err != nil {
		return a.named(d, a.files[i], err)
	}
	m, err := mappingOf(form, p)
	if err == nil {
		a.maps[i] = m
		return s.proposeMapping(ctx, d, st, m, p)
	}
	if cerr := st.carry(a); cerr != nil {
		return cerr
	}
	if aerr := s.askColumns(d, st, a, i); aerr != nil {
		return aerr
	}
	st.Columns.Header = strconv.Itoa(m.HeaderRow)
	return err
}

// askColumns shows the first rows of a table and asks what its columns are.
func (s *Server) askColumns(d desk, st *logStep, a *logAsk, i int) error {
	f := a.files[i].file(nil)
	p, err := contactlog.Peek(f.Name, f, f.Size, a.options(i))
	if err != nil {
		return a.named(d, a.files[i], err)
	}
	n := columnsOf(p)
	q := &logColumns{File: f.Name, Index: i, Header: "0"}
	most := 0
	q.Headers = append(q.Headers, Option{Value: "0", Label: d.t("contacts.columns.no_header")})
	for k, r := range p.Rows {
		row := logPreviewRow{Number: p.Numbers[k]}
		words := 0
		for col := range n {
			cell := ""
			if col < len(r) {
				cell = r[col]
			}
			if cell != "" {
				words++
			}
			row.Cells = append(row.Cells, short(cell, 40))
		}
		if words > most {
			most, q.Header = words, strconv.Itoa(row.Number)
		}
		if k < 10 {
			q.Rows = append(q.Rows, row)
			q.Headers = append(q.Headers, Option{Value: strconv.Itoa(row.Number), Label: d.t("contacts.columns.row", row.Number)})
		}
	}
	kinds := []Option{{Value: "", Label: d.t("contacts.columns.other")}}
	for _, x := range mapFields {
		name := contactlog.FieldNames[x]
		kinds = append(kinds, Option{Value: name, Label: d.t("contacts.columns.fields." + name)})
	}
	for col := range n {
		q.Columns = append(q.Columns, logColumn{Name: "column-" + strconv.Itoa(col+1), Label: d.t("contacts.columns.column", col+1), Options: kinds})
	}
	st.Step, st.Columns = "columns", q
	return nil
}

// listCallers prepares the numbers to tick.
func (s *Server) listCallers(d desk, st *logStep, a *logAsk, v *logSurvey) {
	picked := contactlog.NewNumbers(a.pack.ID, append(slices.Clone(a.numbers), a.suggest...)...)
	zone := a.zone()
	for _, k := range v.callers {
		if len(st.Callers) == callersShown {
			st.Rest = len(v.callers) - callersShown
			break
		}
		row := logCaller{Caller: k, Value: k.Number, Label: k.Number, Checked: k.Number != "" && picked.Has(k.Number)}
		if k.Number == "" {
			row.Label, row.Checked = d.t("contacts.withheld"), a.withheld
		}
		row.Text = d.callerWords(k, a.firm, zone)
		st.Callers = append(st.Callers, row)
	}
}

// callerWords says what a log holds of a number, and nothing of what it does not.
func (d desk) callerWords(k contactlog.Caller, firm bool, zone *time.Location) string {
	var said []string
	add := func(n int, key string, args ...any) {
		if n > 0 {
			said = append(said, d.t(key, args...))
		}
	}
	if firm {
		add(k.Out, "contacts.caller.out", k.Out)
		add(k.Calls+k.Messages, "contacts.caller.in", k.Calls+k.Messages)
	} else {
		add(k.Calls, "contacts.caller.calls", k.Calls, k.Answered)
		add(k.Messages, "contacts.caller.messages", k.Messages)
		add(k.Out, "contacts.caller.own", k.Out)
	}
	first, last := calendar.OfTime(k.First.In(zone)), calendar.OfTime(k.Last.In(zone))
	if first == last {
		said = append(said, locale.Date(d.lang, first))
	} else {
		said = append(said, d.t("contacts.span", locale.Date(d.lang, first), locale.Date(d.lang, last)))
	}
	return strings.Join(said, d.t("contacts.and"))
}

// viewExtracts checks what was kept and puts it into words. own says that whoever
// looks sees the own log: its rows are those of the file that was sent.
func (s *Server) viewExtracts(d desk, p *rulebook.Pack, extracts []*contactlog.Extract, own bool) (*logView, error) {
	src := logSource{pack: p, place: func(r contactlog.Row) string {
		if len(extracts) == 1 {
			return d.t("contacts.row", r.Row)
		}
		return d.t("contacts.file_row", r.File+1, r.Row)
	}, mask: func(c *contactlog.Contact) string { return d.numberWords(c.Number) }}
	for _, x := range extracts {
		src.contacts = append(src.contacts, x.Contacts...)
		src.files = append(src.files, x.Account)
		for _, n := range x.Numbers {
			if !slices.Contains(src.numbers, n) {
				src.numbers = append(src.numbers, n)
			}
		}
	}
	var err error
	if src.checker, err = checkLogs(contactlog.Terms{Pack: p}, src.contacts, src.files); err != nil {
		return nil, err
	}
	v := d.logView(src)
	return &v, nil
}

func (d desk) numberWords(n string) string {
	if n == "" || n == "*" {
		return d.t("contacts.withheld")
	}
	return n
}
