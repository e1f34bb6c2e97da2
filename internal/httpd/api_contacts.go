package httpd

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"

	"dunwatch/internal/access"
	"dunwatch/internal/contactlog"
	"dunwatch/internal/fault"
	"dunwatch/internal/logbook"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/seal"
)

// contactsAPI registers the operations of logs of contacts.
func (s *Server) contactsAPI(api huma.API) {
	post, get := "POST", "GET"
	serve(s, api, endpoint{method: post, path: "/contacts/check", id: "check-contact-logs", summary: "Check logs of calls and messages; nothing is stored",
		action: access.ReadEvidence, code: true, upload: true}, s.apiCheckContacts)
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/contact-logs", id: "keep-contact-log", summary: "Keep the contacts with some numbers of a log; all others are dropped",
		action: access.AddEvidence, code: true, created: true, upload: true}, s.apiKeepContacts)
	serve(s, api, endpoint{method: get, path: "/cases/{ref}/contacts", id: "list-contact-logs", summary: "List the contacts and hits of a case's logs; the look is recorded",
		action: access.ReadEvidence}, s.apiContactLogs)
	serve(s, api, endpoint{method: post, path: "/cases/{ref}/contacts/ask", id: "ask-for-log", summary: "Ask a firm for its dialler export",
		action: access.SendForward, created: true}, s.apiAskForLog)
	serve(s, api, endpoint{method: post, path: "/forwards/{ref}/log", id: "give-log", summary: "Give the dialler export that was asked for",
		action: access.AnswerForward, created: true, upload: true}, s.apiGiveLog)
	for _, path := range []string{"/contacts/check", "/complaints/{ref}/contact-logs", "/forwards/{ref}/log"} {
		api.OpenAPI().Paths[path].Post.RequestBody = logBodyOf
	}
}

// logBodyOf describes the form of a log.
var logBodyOf = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{
	Type: huma.TypeObject, Required: []string{"file"}, AdditionalProperties: false,
	Properties: map[string]*huma.Schema{
		"file":      {Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString, Format: "binary"}, Description: "Up to five logs."},
		"number":    {Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString}, Description: "Whose contacts count. A check without any counts all."},
		"withheld":  {Type: huma.TypeString, Description: "true: contacts that show no number count too."},
		"year":      {Type: huma.TypeString, Description: "Of times without one."},
		"own":       {Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString}, Description: "The owner's numbers, for tables with caller and callee."},
		"pack":      {Type: huma.TypeString, Description: "Of a check: cn, us, uk."},
		"side":      {Type: huma.TypeString, Description: "Of a check: borrower or firm."},
		"complaint": {Type: huma.TypeString, Description: "Of a check with an Access-Code: the complaint that it opens."},
	},
}}}}

// logInput keeps the request, because the form is read only after it is known who
// sends it.
type logInput struct {
	Code    string `header:"Access-Code" maxLength:"64"`
	request *http.Request
}

// Resolve takes the request out of huma.
func (u *logInput) Resolve(ctx huma.Context) []error {
	u.request = humaecho.Unwrap(ctx).Request()
	if err := ctx.SetReadDeadline(time.Now().Add(uploadTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return []error{err}
	}
	return nil
}

// logRefInput is logInput for one complaint or forward.
type logRefInput struct {
	CodeInput
	request *http.Request
}

// Resolve takes the request out of huma.
func (u *logRefInput) Resolve(ctx huma.Context) []error {
	var in logInput
	errs := in.Resolve(ctx)
	u.request = in.request
	return errs
}

// apiLogForm reads a form with logs into memory.
func (s *Server) apiLogForm(ctx context.Context, r *http.Request) (*Form, []heldFile, error) {
	if err := s.spendFrom(ctx, "log"); err != nil {
		return nil, nil, err
	}
	if !isMultipart(r) {
		return nil, nil, fileFault("fault.file_missing")
	}
	if err := r.ParseMultipartForm(logBytes + formSlack); err != nil {
		return nil, nil, badForm(err)
	}
	var wrong fault.Fields
	known := []string{"number", "withheld", "year", "own", "pack", "side", "complaint"}
	form := NewForm(map[string][]string{})
	for name, values := range r.MultipartForm.Value {
		if !slices.Contains(known, name) {
			wrong.Add(safeName(name), "api.unknown_field")
		}
		for _, v := range values {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				wrong.Add(safeName(name), "fault.text")
			}
		}
		form.Values[name] = values
	}
	for name := range r.MultipartForm.File {
		if name != "file" {
			wrong.Add(safeName(name), "api.unknown_field")
		}
	}
	if err := wrong.Err(); err != nil {
		return nil, nil, err
	}
	if form.Value("withheld") == "true" {
		form.Values.Set("withheld", "on")
	}
	form.Values.Set("own", strings.Join(form.List("own"), ","))
	var files []heldFile
	total := int64(0)
	for _, h := range r.MultipartForm.File["file"] {
		if total += h.Size; total > logBytes {
			return nil, nil, fileFault("contacts.too_much", logBytes>>20)
		}
		if len(files) == logFiles {
			return nil, nil, fileFault("contacts.too_many_files", logFiles)
		}
		b, err := readUpload(h)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, heldFile{logName(h.Filename), b})
	}
	if len(files) == 0 {
		return nil, nil, fileFault("fault.file_missing")
	}
	return form, files, nil
}

// apiDesk puts faults of files into the words of the caller.
func (s *Server) apiDesk(ctx context.Context, by access.Actor) desk {
	return desk{s, ctx, by, callerFrom(ctx).lang, s.today()}
}

// apiTake reads the files of a form and keeps what counts.
func (s *Server) apiTakeLog(ctx context.Context, by access.Actor, form *Form, files []heldFile, p *rulebook.Pack, firm, all bool) (*logAsk, []*contactlog.Extract, error) {
	a, err := s.askOf(form, p, files)
	if err != nil {
		return nil, nil, err
	}
	a.firm = firm
	if !a.chosen && !all {
		return nil, nil, fault.Fields{{Name: "number", Key: "contacts.choose_number"}}.Err()
	}
	ctx, leave, err := s.readers.enter(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer leave()
	if err := s.rememberedMappings(ctx, a); err != nil {
		return nil, nil, err
	}
	list, err := a.take(ctx, s.apiDesk(ctx, by))
	return a, list, err
}

func (s *Server) apiCheckContacts(ctx context.Context, by access.Actor, in *logInput) (*answer[logbook.Report], error) {
	if by.Role == access.Public && in.Code == "" {
		return nil, fault.New(fault.Unauthenticated, "track.code_needed")
	}
	form, files, err := s.apiLogForm(ctx, in.request)
	if err != nil {
		return nil, err
	}
	if by.Role == access.Public {
		if by, err = s.enter(ctx, by, CodeInput{RefPath: RefPath{Ref: form.Text("complaint")}, Code: in.Code}); err != nil {
			return nil, err
		}
	}
	p, ok := s.Book.Pack(form.Text("pack"))
	switch {
	case !ok && form.Text("pack") != "":
		return nil, fault.Fields{{Name: "pack", Key: "fault.choose"}}.Err()
	case !ok:
		p = s.logPack(form)
	}
	side := form.Text("side")
	if side != "" && side != "borrower" && side != "firm" {
		return nil, fault.Fields{{Name: "side", Key: "fault.choose"}}.Err()
	}
	a, list, err := s.apiTakeLog(ctx, by, form, files, p, side == "firm", true)
	if err != nil {
		return nil, err
	}
	terms := contactlog.Terms{Pack: p}
	if a.chosen && side == "firm" {
		terms.Debtor = a.filter()
	}
	var all []contactlog.Contact
	var accounts []contactlog.Account
	for _, x := range list {
		all, accounts = append(all, x.Contacts...), append(accounts, x.Account)
	}
	checker, err := checkLogs(terms, all, accounts)
	if err != nil {
		return nil, err
	}
	return reply(s.reporter(ctx, p).Report(checker, accounts, maxHits)), nil
}

func (s *Server) reporter(ctx context.Context, p *rulebook.Pack) logbook.Reporter {
	return logbook.Reporter{Words: s.Words, Lang: callerFrom(ctx).lang, Book: s.Book, Pack: p}
}

// keptLogView is what was kept of one file.
type keptLogView struct {
	Number  string             `json:"number"`
	Source  string             `json:"source"`
	SHA256  string             `json:"source_sha256"`
	Bytes   int64              `json:"source_bytes"`
	Account logbook.FileReport `json:"account"`
	Numbers []string           `json:"numbers,omitempty"`
	Rows    []keptContactView  `json:"contacts,omitempty"`
	At      string             `json:"at,omitempty" format:"date-time"`
	Side    string             `json:"side"`
}

// keptContactView is a contact of a kept log.
type keptContactView struct {
	Line      int    `json:"line" doc:"Of the file of evidence."`
	Origin    int    `json:"origin" doc:"Row of the file that was read."`
	At        string `json:"at"`
	Direction string `json:"direction"`
	Channel   string `json:"channel"`
	Number    string `json:"number" doc:"The firm's."`
	Person    string `json:"person,omitempty" doc:"Masked."`
	Seconds   *int   `json:"seconds"`
	Connected *bool  `json:"connected" doc:"null: the log does not tell."`
}

func (s *Server) apiKeepContacts(ctx context.Context, by access.Actor, in *logRefInput) (*answer[itemsView[keptLogView]], error) {
	by, err := s.enter(ctx, by, in.CodeInput)
	if err != nil {
		return nil, err
	}
	co, err := s.Complaints.ByRef(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	form, files, err := s.apiLogForm(ctx, in.request)
	if err != nil {
		return nil, err
	}
	p, ok := s.Book.Pack(co.Pack)
	if !ok {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	_, list, err := s.apiTakeLog(ctx, by, form, files, p, false, false)
	if err != nil {
		return nil, err
	}
	out := itemsView[keptLogView]{Items: []keptLogView{}}
	for _, x := range list {
		item, err := s.Logs.Keep(ctx, by, co.Reference, logKind(x), extractName(s, callerFrom(ctx).lang, x), x)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, s.keptLog(ctx, p, x, item.Label(), logbook.Borrower))
	}
	return reply(out), nil
}

func (s *Server) keptLog(ctx context.Context, p *rulebook.Pack, x *contactlog.Extract, label string, side logbook.Side) keptLogView {
	v := keptLogView{Number: label, Source: x.Name, SHA256: x.SHA256, Bytes: x.Bytes, Side: string(side), Account: s.reporter(ctx, p).Files([]contactlog.Account{x.Account})[0]}
	return v
}

type contactsInput struct {
	RefPath
	Side string `query:"side" enum:"borrower,firm" default:"borrower"`
}

// contactsView is a case's logs of one side, with what goes against the rules.
type contactsView struct {
	Side  string         `json:"side"`
	Logs  []keptLogView  `json:"logs"`
	Check logbook.Report `json:"check" doc:"Rows name files by their index in logs."`
}

func (s *Server) apiContactLogs(ctx context.Context, by access.Actor, in *contactsInput) (*answer[contactsView], error) {
	b, err := s.Logs.Of(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	side := logbook.Side(in.Side)
	logs, _, _ := b.Side(side)
	v := contactsView{Side: in.Side, Logs: []keptLogView{}}
	var accounts []contactlog.Account
	index := map[int]int{}
	for i, l := range logs {
		k := s.keptLog(ctx, b.Pack, l.Extract, l.Label(), side)
		k.At = stamp(l.At)
		for j := range l.Extract.Contacts {
			c := &l.Extract.Contacts[j]
			index[c.File] = i
			k.Rows = append(k.Rows, keptContact(c))
		}
		v.Logs, accounts = append(v.Logs, k), append(accounts, l.Extract.Account)
	}
	checker, err := b.Checker(side)
	if err != nil {
		return nil, err
	}
	v.Check = s.reporter(ctx, b.Pack).Report(checker, accounts, maxHits)
	for i := range v.Check.Hits {
		for j := range v.Check.Hits[i].Rows {
			v.Check.Hits[i].Rows[j].File = index[v.Check.Hits[i].Rows[j].File]
		}
	}
	return reply(v), nil
}

func keptContact(c *contactlog.Contact) keptContactView {
	v := keptContactView{Line: c.Row, Origin: c.Origin, At: c.At.Format(time.RFC3339), Direction: c.Direction.String(), Channel: c.Channel.String(), Number: firmNumber(c)}
	person := c.Line
	if c.Firm {
		person = c.Number
	}
	if person != "" && person != "*" {
		v.Person = seal.MaskPhone(person)
	}
	if c.DurationKnown {
		v.Seconds = &c.Duration
	}
	if yes, known := c.Talked(); known && c.Channel.Spoken() {
		v.Connected = &yes
	}
	return v
}

type askLogInput struct {
	RefPath
	Body struct {
		Forward string `json:"forward" required:"true" maxLength:"64" doc:"Reference of what was sent to the firm."`
		From    string `json:"from" required:"true" doc:"YYYY-MM-DD."`
		To      string `json:"to" required:"true" doc:"YYYY-MM-DD."`
		DueOn   string `json:"due_on" required:"true" doc:"YYYY-MM-DD."`
		Note    string `json:"note"`
	}
}

// logRequestView is what a firm was asked for.
type logRequestView struct {
	ID      int64  `json:"id"`
	Forward string `json:"forward"`
	Firm    string `json:"firm"`
	From    string `json:"from" format:"date"`
	To      string `json:"to" format:"date"`
	DueOn   string `json:"due_on" format:"date"`
}

func (s *Server) apiAskForLog(ctx context.Context, by access.Actor, in *askLogInput) (*answer[logRequestView], error) {
	var wrong fault.Fields
	b := in.Body
	ask := logbook.Ask{Forward: b.Forward, Note: b.Note, From: dayGiven(&wrong, "from", b.From), To: dayGiven(&wrong, "to", b.To), Due: dayGiven(&wrong, "due_on", b.DueOn)}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	r, err := s.Logs.AskFirm(ctx, by, in.Ref, ask)
	if err != nil {
		return nil, err
	}
	return reply(logRequestView{r.ID, r.Forward, r.Firm, r.From.String(), r.To.String(), r.Due.String()}), nil
}

func (s *Server) apiGiveLog(ctx context.Context, by access.Actor, in *logRefInput) (*answer[itemsView[keptLogView]], error) {
	v, err := s.Forwards.View(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	form, files, err := s.apiLogForm(ctx, in.request)
	if err != nil {
		return nil, err
	}
	d := s.apiDesk(ctx, by)
	p := d.pack(v.Pack)
	if len(files) > 1 {
		return nil, fault.Fields{{Name: "file", Key: "api.one_file"}}.Err()
	}
	_, list, err := s.apiTakeLog(ctx, by, form, files, p, true, false)
	if err != nil {
		return nil, err
	}
	out := itemsView[keptLogView]{Items: []keptLogView{}}
	for i, x := range list {
		if err := s.Logs.KeepOfFirm(ctx, by, v.Reference, d.t("contacts.firm_extract_name", logStem(x.Name))+".csv", x); err != nil {
			return nil, err
		}
		out.Items = append(out.Items, s.keptLog(ctx, p, x, strconv.Itoa(i+1), logbook.OfFirm))
	}
	return reply(out), nil
}
