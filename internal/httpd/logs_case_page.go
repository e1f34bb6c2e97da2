package httpd

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/contactlog"
	"dunwatch/internal/fault"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/logbook"
	"dunwatch/internal/seal"
)

const caseContactsTemplate = "contacts/case"

// caseContactsData is the page of a case's logs: what they show of one side, or
// both compared.
type caseContactsData struct {
	Page
	K        *casework.Case
	Side     string // borrower, firm, both
	Tabs     []Tab
	Logs     []caseLog
	View     *logView
	Numbers  []Option // to filter by
	Rules    []Option
	Number   string
	Rule     string
	Pills    []Pill
	Clear    string
	Compare  *logCompare
	Requests []caseLogRequest
	Ask      *logAskForm
	Add      string // where a log that came otherwise is added; "" not
}

// caseLog is a kept log as the desk lists it.
type caseLog struct {
	Label, Href, Name, Side string
	Original                bool
	Format                  string
	Rows, Kept              int
	Dropped                 []string
	SHA256                  string // of the file that was read
	Size                    int64
	Numbers                 []string
	At                      Answer
	logbook.Log
}

type caseLogRequest struct {
	logbook.Request
	Chip Chip
	Due  *Deadline
}

// logAskForm asks a firm for its log.
type logAskForm struct {
	Forwards []Option
	Forward  string
	From, To calendar.Date
	None     string // why nobody can be asked, in words
}

func contactsHref(ref string) string { return "/cases/" + urlPath(ref) + "/contacts" }

func (s *Server) caseContactsPage(c echo.Context) error {
	p, err := s.caseContactsData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, caseContactsTemplate, p)
}

func (s *Server) caseContactsData(c echo.Context) (*caseContactsData, error) {
	d := s.deskOf(c)
	b, err := s.Logs.Of(d.ctx, d.by, c.Param("ref"))
	if err != nil {
		return nil, err
	}
	p := &caseContactsData{Page: s.base(c), K: b.Case}
	p.Query.Path = contactsHref(b.Case.Reference)
	p.Crumbs = []Crumb{{Text: d.t("queue.title"), Href: "/queue"}, {Text: b.Case.Reference, Href: "/cases/" + urlPath(b.Case.Reference)}, {Text: d.t("contacts.title")}}
	a := ask{values: p.Query.Values}
	p.Side, p.Number, p.Rule = a.oneOf("side", "borrower", "firm", "both"), a.text("number"), a.text("rule")
	if err := a.err(); err != nil {
		return nil, err
	}
	if p.Side == "" {
		if p.Side = "borrower"; !b.Has(logbook.Borrower) && b.Has(logbook.OfFirm) {
			p.Side = "firm"
		}
	}
	if p.Side == "both" && !(b.Has(logbook.Borrower) && b.Has(logbook.OfFirm)) {
		p.Side = "borrower"
	}
	if d.may(access.AddEvidence, b.Case.Owner()) && b.Case.ClosedAt.IsZero() {
		p.Add = p.Query.Path + "/add"
	}
	for _, l := range b.Logs {
		p.Logs = append(p.Logs, d.caseLog(b, l))
	}
	d.caseLogTabs(p, b)
	if err := d.caseLogRequests(p, b); err != nil {
		return nil, err
	}
	switch {
	case p.Side == "both":
		p.Compare = d.compareLogs(b)
	case b.Has(logbook.Side(p.Side)):
		err = d.caseLogView(p, b)
	}
	return p, err
}

func (d desk) caseLog(b *logbook.Book, l logbook.Log) caseLog {
	r := caseLog{Label: l.Label(), Href: "/evidence/" + urlPath(b.Case.Complaint.Reference) + "/" + strconv.Itoa(l.Evidence), Side: d.t("contacts.side." + string(l.Side)), Original: l.Original, Log: l}
	x := l.Extract
	if x == nil {
		r.Name = d.t("contacts.whole_file")
		return r
	}
	r.Name, r.Format, r.Rows, r.Kept, r.SHA256, r.Size = x.Name, d.t("contacts.format."+string(x.Format)), x.Tally.Rows, x.Tally.Read, x.SHA256, x.Bytes
	for _, n := range x.Numbers {
		r.Numbers = append(r.Numbers, d.logNumber(l.Side, n))
	}
	if x.Withheld {
		r.Numbers = append(r.Numbers, d.t("contacts.withheld"))
	}
	for _, y := range x.Tally.Dropped {
		r.Dropped = append(r.Dropped, d.t("contacts.dropped", d.t("contactlog.dropped."+string(y.Reason)), y.Rows))
	}
	return r
}

// logNumber shows the accused's numbers and masks those of people: in a firm's
// log the other party is a person.
func (d desk) logNumber(side logbook.Side, n string) string {
	if side == logbook.OfFirm && n != "" && n != "*" {
		return seal.MaskPhone(n)
	}
	return d.numberWords(n)
}

// firmNumber is the firm's number of a contact, in either log.
func firmNumber(c *contactlog.Contact) string {
	if c.Firm {
		return c.Line
	}
	return c.Number
}

func (d desk) caseLogTabs(p *caseContactsData, b *logbook.Book) {
	for _, side := range []string{"borrower", "firm", "both"} {
		n := 0
		for _, l := range b.Logs {
			if l.Extract != nil && string(l.Side) == side {
				n += len(l.Extract.Contacts)
			}
		}
		if side == "both" && !(b.Has(logbook.Borrower) && b.Has(logbook.OfFirm)) {
			continue
		}
		p.Tabs = append(p.Tabs, Tab{Label: d.t("contacts.tabs." + side), Href: p.Query.With("side", side, "rule", "", "number", ""), Count: n, Counted: side != "both", Current: p.Side == side})
	}
}

// caseLogView checks the logs of one side. The filters narrow what is shown and
// never what is counted: a fourth call stays the fourth.
func (d desk) caseLogView(p *caseContactsData, b *logbook.Book) error {
	side := logbook.Side(p.Side)
	logs, contacts, terms := b.Side(side)
	checker, err := b.Checker(side)
	if err != nil {
		return err
	}
	src := logSource{pack: terms.Pack, checker: checker, place: func(r contactlog.Row) string { return d.t("contacts.place", b.LogOf(r.File).Label(), r.Row) },
		mask: func(c *contactlog.Contact) string { return d.numberWords(firmNumber(c)) }}
	seen := map[string]bool{}
	of := map[contactlog.Row]string{}
	for i := range contacts {
		c := &contacts[i]
		n := firmNumber(c)
		of[contactlog.Row{File: c.File, Row: c.Row}] = n
		if n != "" && n != "*" && !seen[n] {
			seen[n] = true
			p.Numbers = append(p.Numbers, Option{Value: n, Label: n})
		}
		if p.Number == "" || n == p.Number {
			src.contacts = append(src.contacts, *c)
		}
	}
	for _, l := range logs {
		acc := l.Extract.Account
		acc.Name = l.Label() + " " + acc.Name
		if x := checker.Duplicates(l.Extract.Contacts[0].File); x.Rows > 0 {
			acc.Tally.Withdraw(x.Rows, x.Reason, x.First)
		}
		src.files = append(src.files, acc)
	}
	src.only = func(h contactlog.Hit) bool {
		return (p.Number == "" || of[h.Rows[0]] == p.Number) && (p.Rule == "" || h.Rule.ID == p.Rule)
	}
	v := d.logView(src)
	p.View = &v
	for _, r := range terms.Pack.Rules() {
		p.Rules = append(p.Rules, Option{Value: r.ID, Label: r.ID + " " + d.text(r.Name)})
	}
	d.caseLogPills(p)
	mayFind := d.may(access.RecordFinding, b.Case.Owner()) && b.Case.ClosedAt.IsZero()
	for i := range v.Rules {
		r := &v.Rules[i]
		if p.Rule == "" {
			r.Href = p.Query.With("rule", r.ID)
		}
		if mayFind {
			d.offerDraft(r, b, side)
		}
	}
	return nil
}

// offerDraft leads from the hits of a rule to the form of a finding with them in
// it, where one can rest on them.
func (d desk) offerDraft(r *logRule, b *logbook.Book, side logbook.Side) {
	draft, err := b.Draft(r.ID, side)
	if err != nil {
		r.NoDraft = d.t("contacts.no_draft")
		return
	}
	r.Draft = Query{Path: "/cases/" + urlPath(b.Case.Reference) + "/findings/new"}.With("code", draft.Rule.Code, "check", draft.Rule.ID, "side", string(side),
		"acted_on.year", strconv.Itoa(draft.On.Year()), "acted_on.month", strconv.Itoa(int(draft.On.Month())), "acted_on.day", strconv.Itoa(draft.On.Day()))
}

func (d desk) caseLogPills(p *caseContactsData) {
	if p.Number != "" {
		p.Pills = append(p.Pills, Pill{Label: d.t("desk.pill", d.t("contacts.hit.number"), p.Number), Href: p.Query.With("number", "")})
	}
	if p.Rule != "" {
		p.Pills = append(p.Pills, Pill{Label: d.t("desk.pill", d.t("contacts.filter_rule"), p.Rule), Href: p.Query.With("rule", "")})
	}
	p.Clear = p.Query.Only("side")
}

// caseLogRequests lists what firms were asked for and prepares the form to ask.
func (d desk) caseLogRequests(p *caseContactsData, b *logbook.Book) error {
	for _, r := range slices.Backward(b.Requests) {
		row := caseLogRequest{Request: r, Chip: Chip{Tone: "good", Text: d.t("contacts.request.given")}}
		if r.Open() {
			due := d.due(b.Case.Pack, r.Due)
			row.Due, row.Chip = &due, Chip{Tone: "wait", Text: d.t("contacts.request.waits")}
			if r.Late(d.day) {
				row.Chip.Tone = "danger"
			}
		}
		p.Requests = append(p.Requests, row)
	}
	if !d.may(access.SendForward, b.Case.Owner()) || !b.Case.ClosedAt.IsZero() {
		return nil
	}
	f := &logAskForm{None: d.t("contacts.request.none")}
	list, err := d.s.Forwards.Forwards(d.ctx, d.by, b.Case.Reference)
	if err != nil {
		return err
	}
	for _, x := range list {
		f.offer(x, b.Requests)
		for _, child := range x.Children {
			f.offer(child, b.Requests)
		}
	}
	f.From, f.To = b.Case.Complaint.OccurredFrom, b.Case.Complaint.OccurredTo
	if _, contacts, _ := b.Side(logbook.Borrower); len(contacts) > 0 {
		zone := gridZone(b.Pack)
		first := slices.MinFunc(contacts, func(a, b contactlog.Contact) int { return a.At.Compare(b.At) })
		last := slices.MaxFunc(contacts, func(a, b contactlog.Contact) int { return a.At.Compare(b.At) })
		f.From, f.To = calendar.OfTime(first.At.In(zone)), calendar.OfTime(last.At.In(zone))
	}
	p.Ask = f
	return nil
}

// offer lists a forward whose firm can be asked: it knows who the customer is and
// owes no other log.
func (f *logAskForm) offer(x *forwarding.Full, asked []logbook.Request) {
	if x.Status == forwarding.Ended || !logbook.Knows(&x.Forward) || slices.ContainsFunc(asked, func(r logbook.Request) bool { return r.ForwardID == x.ID && r.Open() }) {
		return
	}
	f.Forwards = append(f.Forwards, Option{Value: x.Reference, Label: x.Firm.Name, Hint: x.Reference})
	if f.Forward == "" {
		f.Forward = x.Reference
	}
}

func (s *Server) askFirmForLog(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	d := s.deskOf(c)
	in := logbook.Ask{Forward: form.Text("forward"), Note: form.Value("note")}
	var wrong fault.Fields
	for name, to := range map[string]*calendar.Date{"from": &in.From, "to": &in.To, "due_on": &in.Due} {
		if *to, err = form.Date(name); err != nil {
			wrong.Add(name, "fault.date")
		}
	}
	if err = wrong.Err(); err == nil {
		_, err = s.Logs.AskFirm(d.ctx, d.by, c.Param("ref"), in)
	}
	if err != nil {
		return s.again(c, err, form, "ask", caseContactsTemplate, func() (any, error) { return s.caseContactsData(c) }, func(v any, f *Form) any {
			p := v.(*caseContactsData)
			p.Form = f
			return p
		})
	}
	s.flash(c, "good", "contacts.request.sent")
	return c.Redirect(http.StatusSeeOther, contactsHref(c.Param("ref"))+"#requests")
}

// checkWords says on which check of logs a finding rests; "" on none.
func (d desk) checkWords(pack string, k *casework.Check) string {
	if k == nil {
		return ""
	}
	name := k.Rule
	if r, ok := d.pack(pack).Rule(k.Rule); ok {
		name += " " + d.text(r.Name)
	}
	var places []string
	for _, p := range k.Places {
		places = append(places, d.t("contacts.places", p.Evidence, rowsWords(p.Rows)))
	}
	return d.t("contacts.rests_on", name, k.Rulebook, k.Hits, strings.Join(places, d.t("contacts.and")))
}

// rowsWords joins row numbers, runs as from-to.
func rowsWords(rows []int) string {
	var b strings.Builder
	for i := 0; i < len(rows); {
		j := i
		for j+1 < len(rows) && rows[j+1] == rows[j]+1 {
			j++
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Itoa(rows[i]))
		if j > i {
			b.WriteString("–" + strconv.Itoa(rows[j]))
		}
		i = j + 1
	}
	return b.String()
}
