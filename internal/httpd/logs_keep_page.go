package httpd

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/complaint"
	"dunwatch/internal/contactlog"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/seal"
)

// logKeeper is a place where a log is given to be kept: the filing flow, the page
// of a case, the desk, a firm's portal. All ask the same questions.
type logKeeper struct {
	template string
	action   string // where its forms go, and where the page is
	place    string // what the files that its pages carry are tied to
	pack     *rulebook.Pack
	firm     bool     // the log is the firm's own
	whole    bool     // the whole file may be kept too
	plain    bool     // what is no log may be kept as an ordinary file
	suggest  []string // numbers to tick beforehand
	crumbs   []Crumb
	done     string // where it leads in the end
	keep     func(context.Context, []*contactlog.Extract) error
	keepFile func(context.Context, string, heldFile) error // a whole file, or one that is no log
}

// logKeepData is the page on which a log is given to be kept.
type logKeepData struct {
	Page
	logStep
	Title, Lead  string
	Back         string
	Whole, Plain bool
	Ask          string // what the office asked a firm for, in words
}

func (s *Server) logKeepData(c echo.Context, k *logKeeper) *logKeepData {
	d := &logKeepData{Page: s.base(c), Back: k.done, Whole: k.whole, Plain: k.plain}
	d.Action, d.Step, d.Limit, d.Firm, d.Crumbs = k.action, "file", locale.Bytes(d.Lang, logBytes), k.firm, k.crumbs
	d.Title, d.Lead = "contacts.keep.title", "contacts.keep.lead"
	if k.firm {
		d.Title, d.Lead = "contacts.keep.firm_title", "contacts.keep.firm_lead"
	}
	return d
}

func (s *Server) showLogKeeper(c echo.Context, k *logKeeper) error {
	return s.show(c, http.StatusOK, k.template, s.logKeepData(c, k))
}

// takeLog answers every form of a place where logs are kept.
func (s *Server) takeLog(c echo.Context, k *logKeeper) error {
	form, err := s.readLogForm(c)
	form, err = readable(form, err)
	d := s.logKeepData(c, k)
	var a *logAsk
	if err == nil {
		a, err = s.logAsked(c, form, k.pack, k.place, k.firm)
	}
	var kept []*contactlog.Extract
	if err == nil {
		a.suggest = k.suggest
		kept, err = s.keepLog(c, k, d, a, form)
	}
	if err != nil {
		return s.showForm(c, err, form, k.template, func(f *Form) (any, error) {
			d.Form = f
			return d, nil
		})
	}
	if kept == nil {
		return s.show(c, http.StatusOK, k.template, d)
	}
	contacts, dropped := 0, 0
	for _, x := range kept {
		contacts += len(x.Contacts)
		dropped += x.Tally.Rows - x.Tally.Read
	}
	if len(kept) > 0 {
		s.flash(c, "good", "contacts.keep.done", locale.Number(langOf(c), float64(contacts)), locale.Number(langOf(c), float64(dropped)))
	}
	return c.Redirect(http.StatusSeeOther, k.done)
}

// keepLog asks the next question, or keeps what counts once there is none; nil
// says that there was a question.
func (s *Server) keepLog(c echo.Context, k *logKeeper, d *logKeepData, a *logAsk, form *Form) ([]*contactlog.Extract, error) {
	ctx, leave, err := s.readers.enter(c.Request().Context())
	if err != nil {
		return nil, err
	}
	defer leave()
	if k.plain && form.Value("do") == "plain" {
		for _, f := range a.files {
			if err := k.keepFile(ctx, "", f); err != nil {
				return nil, err
			}
		}
		return []*contactlog.Extract{}, nil
	}
	ready, err := s.nextLogStep(ctx, s.deskOf(c), &d.logStep, a, form, k.place)
	if err != nil || !ready {
		return nil, err
	}
	extracts, err := a.take(ctx, s.deskOf(c))
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(extracts, func(x *contactlog.Extract) bool { return len(x.Contacts) > 0 }) {
		return nil, fault.Fields{{Name: "number", Key: "logbook.nothing_kept"}}.Err()
	}
	if err := k.keep(ctx, extracts); err != nil {
		return nil, err
	}
	if k.whole && form.Value("whole") == "on" {
		for i, f := range a.files {
			if err := k.keepFile(ctx, logKind(extracts[i]), f); err != nil {
				return nil, err
			}
		}
	}
	return extracts, nil
}

// The places.

// draftKeeper keeps logs in the unfinished filing of this browser.
func (s *Server) draftKeeper(c echo.Context, dr *complaint.Draft) (*logKeeper, error) {
	p, err := s.packOf(dr.Filing)
	if err != nil {
		return nil, err
	}
	lang := langOf(c)
	return &logKeeper{template: "contacts/keep", action: "/complain/log", place: "draft:" + placeOf(dr.Token), pack: p, whole: true, plain: true, done: "/complain/evidence",
		suggest: phonesOf(dr.Filing.Accused),
		keep: func(ctx context.Context, list []*contactlog.Extract) error {
			return s.keepInDraft(ctx, lang, dr.Token, list)
		},
		keepFile: func(ctx context.Context, kind string, f heldFile) error {
			part := complaint.LogOriginal
			if kind == "" {
				part, kind = "", likelyKind(p, dr.Filing.Violations, f.Name)
			}
			_, err := s.Evidence.AddLogToDraft(ctx, dr.Token, part, kind, f.Name, bytes.NewReader(f.Bytes))
			return err
		}}, nil
}

// placeOf ties a carried file to a token without telling it.
func placeOf(token string) string { return hexOf(seal.HashToken(token))[:24] }

func phonesOf(list []complaint.Accused) []string {
	var out []string
	for _, a := range list {
		if a.Kind == "phone" {
			out = append(out, a.Value)
		}
	}
	return out
}

func (s *Server) draftLogPage(c echo.Context) error {
	return s.withDraft(c, func(dr *complaint.Draft) error {
		k, err := s.draftKeeper(c, dr)
		if err != nil {
			return err
		}
		return s.showLogKeeper(c, k)
	})
}

func (s *Server) addDraftLog(c echo.Context) error {
	return s.withDraft(c, func(dr *complaint.Draft) error {
		k, err := s.draftKeeper(c, dr)
		if err != nil {
			return err
		}
		s.keepDraft(c, dr.Token)
		return s.takeLog(c, k)
	})
}

// complaintKeeper keeps logs of a complaint that was filed.
func (s *Server) complaintKeeper(c echo.Context, by access.Actor, co *complaint.Complaint, k logKeeper) (*logKeeper, error) {
	p, ok := s.Book.Pack(co.Pack)
	if !ok {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	lang := langOf(c)
	k.place, k.pack, k.suggest, k.whole, k.plain = "complaint:"+co.Reference, p, phonesOf(co.Accused), true, true
	k.keep = func(ctx context.Context, list []*contactlog.Extract) error {
		for _, x := range list {
			if len(x.Contacts) == 0 {
				continue
			}
			if _, err := s.Logs.Keep(ctx, by, co.Reference, logKind(x), extractName(s, lang, x), x); err != nil {
				return err
			}
		}
		return nil
	}
	k.keepFile = func(ctx context.Context, kind string, f heldFile) error {
		var err error
		if kind == "" {
			_, err = s.Evidence.Add(ctx, by, co.Reference, likelyKind(p, co.Codes, f.Name), f.Name, bytes.NewReader(f.Bytes))
		} else {
			_, err = s.Logs.KeepWhole(ctx, by, co.Reference, kind, f.Name, bytes.NewReader(f.Bytes))
		}
		return err
	}
	return &k, nil
}

func (s *Server) trackKeeper(c echo.Context) (*logKeeper, error) {
	by, ref, err := s.holderOf(c)
	if err != nil {
		return nil, err
	}
	co, err := s.Complaints.ByRef(c.Request().Context(), by, ref)
	if err != nil {
		return nil, err
	}
	return s.complaintKeeper(c, by, co, logKeeper{template: "contacts/keep", action: "/track/log", done: "/track/case#files"})
}

func (s *Server) trackLogPage(c echo.Context) error {
	k, err := s.trackKeeper(c)
	if err != nil {
		return err
	}
	return s.showLogKeeper(c, k)
}

func (s *Server) addTrackLog(c echo.Context) error {
	k, err := s.trackKeeper(c)
	if err != nil {
		return err
	}
	return s.takeLog(c, k)
}

// caseKeeper keeps a log that reached the desk otherwise. Who may not add
// evidence hears it before choosing a file.
func (s *Server) caseKeeper(c echo.Context) (*logKeeper, error) {
	d := s.deskOf(c)
	k, err := s.Cases.ByRef(d.ctx, d.by, c.Param("ref"))
	if err != nil {
		return nil, err
	}
	if err := s.Policy.Check(d.by, access.AddEvidence, k.Owner()); err != nil {
		return nil, err
	}
	at := contactsHref(k.Reference)
	return s.complaintKeeper(c, d.by, k.Complaint, logKeeper{template: "contacts/keep_desk", action: at + "/add", done: at,
		crumbs: []Crumb{{Text: d.t("queue.title"), Href: "/queue"}, {Text: k.Reference, Href: "/cases/" + urlPath(k.Reference)}, {Text: d.t("contacts.title"), Href: at}}})
}

func (s *Server) caseLogPage(c echo.Context) error {
	k, err := s.caseKeeper(c)
	if err != nil {
		return err
	}
	return s.showLogKeeper(c, k)
}

func (s *Server) addCaseLog(c echo.Context) error {
	k, err := s.caseKeeper(c)
	if err != nil {
		return err
	}
	return s.takeLog(c, k)
}

// firmKeeper keeps the log that the office asked a firm for.
func (s *Server) firmKeeper(c echo.Context) (*logKeeper, error) {
	d := s.deskOf(c)
	v, err := s.Forwards.View(d.ctx, d.by, c.Param("ref"))
	if err != nil {
		return nil, err
	}
	list, err := s.Logs.AskedOf(d.ctx, d.by, v.Reference)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 || !list[len(list)-1].Open() {
		return nil, fault.New(fault.Conflict, "logbook.not_asked")
	}
	at := portalHref(v.Reference)
	k := &logKeeper{template: "contacts/keep_desk", action: at + "/log", place: "forward:" + v.Reference, pack: d.pack(v.Pack), firm: true, done: at + "#log",
		crumbs: []Crumb{{Text: d.t("portal.title"), Href: "/firm"}, {Text: v.Reference, Href: at}}}
	if v.Phone != "" {
		k.suggest = []string{v.Phone}
	}
	k.keep = func(ctx context.Context, list []*contactlog.Extract) error {
		for _, x := range list {
			if len(x.Contacts) == 0 {
				continue
			}
			if err := s.Logs.KeepOfFirm(ctx, d.by, v.Reference, s.Words.T(d.lang, "contacts.firm_extract_name", logStem(x.Name))+".csv", x); err != nil {
				return err
			}
		}
		return nil
	}
	return k, nil
}

// logStem is a file's name without its end.
func logStem(name string) string { return strings.TrimSuffix(name, path.Ext(name)) }

func (s *Server) firmLogPage(c echo.Context) error {
	k, err := s.firmKeeper(c)
	if err != nil {
		return err
	}
	return s.showLogKeeper(c, k)
}

func (s *Server) addFirmLog(c echo.Context) error {
	k, err := s.firmKeeper(c)
	if err != nil {
		return err
	}
	return s.takeLog(c, k)
}

// logsAmong takes the logs out of the files of a form whose kind does not say
// that they are something else, so that they are asked about before anything of
// them is stored. It takes them out of the form too.
func (s *Server) logsAmong(c echo.Context, form *Form) ([]heldFile, error) {
	if k := form.Value("kind"); k != "" && k != "call_log" && k != "sms" || c.Request().MultipartForm == nil {
		return nil, nil
	}
	var logs []heldFile
	var rest []*multipart.FileHeader
	total := int64(0)
	for _, h := range c.Request().MultipartForm.File["file"] {
		known := slices.Contains([]string{".csv", ".xls", ".xlsx", ".xml", ".json", ".ndjson", ".zip", ".txt"}, strings.ToLower(path.Ext(h.Filename)))
		if !known || h.Size == 0 || total+h.Size > logBytes || len(logs) == logFiles {
			rest = append(rest, h)
			continue
		}
		b, err := readUpload(h)
		if err != nil {
			return nil, err
		}
		src, err := contactlog.Open(h.Filename, bytes.NewReader(b), int64(len(b)), contactlog.Options{})
		if err != nil || src.Format() == contactlog.Empty {
			rest = append(rest, h) // whatever it is, evidence decides
			continue
		}
		total += h.Size
		logs = append(logs, heldFile{logName(h.Filename), b})
	}
	c.Request().MultipartForm.File["file"] = rest
	return logs, nil
}

// askAboutLogs shows the first question about logs that were sent with a form
// for files of any kind.
func (s *Server) askAboutLogs(c echo.Context, k *logKeeper, logs []heldFile) error {
	d := s.logKeepData(c, k)
	form := NewForm(nil)
	ctx, leave, err := s.readers.enter(c.Request().Context())
	if err != nil {
		return err
	}
	defer leave()
	a, err := s.askOf(form, k.pack, logs)
	if err != nil {
		return err
	}
	a.suggest = k.suggest
	if _, err := s.nextLogStep(ctx, s.deskOf(c), &d.logStep, a, form, k.place); err != nil {
		return s.showForm(c, err, form, k.template, func(f *Form) (any, error) {
			d.Form = f
			return d, nil
		})
	}
	d.Flash = append(d.Flash, Flash{Tone: "wait", Key: "contacts.keep.recognised"})
	return s.show(c, http.StatusOK, k.template, d)
}
