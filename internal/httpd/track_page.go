package httpd

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/evidence"
	"dunwatch/internal/fault"
	"dunwatch/internal/hardship"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
)

// trackPageData is the page that asks for reference and access code.
type trackPageData struct{ Page }

func (s *Server) trackPage(c echo.Context) error {
	if _, _, err := s.holderOf(c); err == nil && c.QueryParam("other") == "" {
		return c.Redirect(http.StatusSeeOther, "/track/case")
	}
	return s.show(c, http.StatusOK, "track/open", trackPageData{s.base(c)})
}

func (s *Server) track(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	if err := s.openCase(c, form); err != nil {
		return s.showForm(c, err, form, "track/open", func(f *Form) (any, error) {
			d := trackPageData{s.base(c)}
			d.Form = f
			return d, nil
		})
	}
	return c.Redirect(http.StatusSeeOther, "/track/case")
}

// openCase remembers the case whose code was given. A wrong code and an unknown
// reference get the same words, so that nobody learns which cases exist.
func (s *Server) openCase(c echo.Context, form *Form) error {
	var wrong fault.Fields
	for _, name := range []string{"reference", "access_code"} {
		if form.Text(name) == "" {
			wrong = append(wrong, missing(name)...)
		}
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	if err := s.spend("track", c.RealIP()); err != nil {
		return err
	}
	ctx := c.Request().Context()
	ref := tidyReference(form.Text("reference"))
	by, err := s.Complaints.Open(ctx, ref, form.Text("access_code"), c.RealIP())
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
		return fault.Fields{{Name: "reference", Key: "track.wrong"}}.Err()
	}
	if err != nil {
		return err
	}
	co, err := s.Complaints.ByRef(ctx, by, ref)
	if err != nil {
		return err
	}
	return s.hold(c, co.ID, co.Reference)
}

// endTracking forgets the case on this device, and the code just shown.
func (s *Server) endTracking(c echo.Context) error {
	s.dropCookie(c, "case")
	s.dropCookie(c, "sent")
	s.flash(c, "good", "track.signed_off")
	return c.Redirect(http.StatusSeeOther, "/track?other=1")
}

// trackCaseData is a complaint as the complainant sees it.
type trackCaseData struct {
	Page
	Complaint *complaint.Complaint
	Chip      Chip
	Next      string // what happens next, in words
	Due       complaint.Clock
	Badge     Deadline
	HasDue    bool
	DueBasis  string
	DueKey    string // message key of the sentence with the date: who has until then
	Late      bool   // the office let it pass
	Ask       string // what the office asks for; set while it waits for the complainant
	Events    []Event
	Messages  []message
	Answers   []Answer
	Files     []EvidenceCard
	Kinds     []Option
	Limit     string
	MaxBytes  int64
	Withdraw  *Confirm // nil once there is nothing to take back
	Open      bool     // more can be added
	Extended  string   // why the day was put off; "" where it was not
	MoreTime  string   // address of the letter that says so
	Held      bool     // the days do not count at present
	HeldSince calendar.Date
	WhyHeld   string // address of the letter that says why
	Firms     []trackFirm
	Plans     []trackPlan
	Letters   []trackLetter
	Links     []trackLink
	Rating    *complaint.Rating
	MayRate   bool
	MayReopen bool
	Receipt   bool // there is one: the second half of a split letter has none of its own
}

// Scores are the ratings that can be given.
func (d *trackCaseData) Scores() []string { return trackScores }

// Breaches are what can be reported of a plan.
func (d *trackCaseData) Breaches() []hardship.Breach { return hardship.Breaches }

// message is a line of the conversation.
type message struct {
	At        time.Time
	FromStaff bool
	Lines     []string
}

func (s *Server) trackCasePage(c echo.Context) error {
	d, err := s.trackCase(c, nil)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "track/case", d)
}

func (s *Server) trackCase(c echo.Context, form *Form) (*trackCaseData, error) {
	by, ref, err := s.holderOf(c)
	if err != nil {
		return nil, err
	}
	ctx := c.Request().Context()
	d := &trackCaseData{Page: s.base(c), MaxBytes: s.Evidence.MaxBytes()}
	d.Form, d.Idle, d.Limit = form, int(holdingTime.Seconds()), locale.Bytes(d.Lang, d.MaxBytes)
	co, err := s.Complaints.ByRef(ctx, by, ref)
	if err != nil {
		return nil, err
	}
	d.Complaint = co
	p, ok := s.Book.Pack(co.Pack)
	if !ok {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	d.Kinds = kindsOf(p, d.Lang)
	if err := s.trackLetters(c, by, d); err != nil {
		return nil, err
	}
	if err := s.trackProgress(c, by, d); err != nil {
		return nil, err
	}
	if err := s.trackFirms(c, by, d, p); err != nil {
		return nil, err
	}
	if err := s.trackPlans(c, by, d); err != nil {
		return nil, err
	}
	if err := s.trackEnd(c, by, d); err != nil {
		return nil, err
	}
	_, err = s.Complaints.Receipt(ctx, by, ref)
	if d.Receipt = err == nil; err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	files, err := s.Evidence.List(ctx, by, ref)
	if err != nil {
		return nil, err
	}
	d.Files = cardsOf(files, p, d.Lang)
	msgs, err := s.Complaints.Messages(ctx, by, ref)
	if err != nil {
		return nil, err
	}
	for _, m := range msgs {
		d.Messages = append(d.Messages, message{m.At, m.FromStaff, strings.Split(m.Body, "\n")})
	}
	mask, err := s.Complaints.Mask(ctx, by, ref)
	if err != nil {
		return nil, err
	}
	d.Answers = s.ownAnswers(d.Lang, p, co, mask)
	return d, nil
}

// trackProgress fills in where the complaint stands and what comes next.
func (s *Server) trackProgress(c echo.Context, by access.Actor, d *trackCaseData) error {
	ctx, co, lang := c.Request().Context(), d.Complaint, d.Lang
	clocks, err := s.Complaints.Clocks(ctx, by, co.Reference)
	if err != nil {
		return err
	}
	d.Due, d.HasDue = runningClock(clocks)
	d.Next = s.Words.T(lang, "track.next."+string(co.Status))
	if co.Status == complaint.Accepted {
		if err := s.caseProgress(c, by, d); err != nil {
			return err
		}
	}
	d.DueKey = dueKey(co, d.Due)
	d.Late = d.HasDue && d.Due.Left < 0 && !d.Held && (d.Due.Party == "office" || d.Due.Party == "firm")
	d.Badge = Deadline{Due: d.Due.Due, Left: d.Due.Left, Working: d.Due.LeftUnit == "workday", Provisional: d.Due.Provisional}
	d.DueBasis = d.Due.Basis
	d.Chip = Chip{Tone: trackTones[co.Status], Text: s.Words.T(lang, "track.status."+string(co.Status))}
	d.Open = !co.Status.Ended()
	if co.Status == complaint.Received || co.Status == complaint.Supplement || co.Status == complaint.Accepted {
		d.Withdraw = &Confirm{ID: "withdraw", Action: "/track/withdraw", Label: "track.withdraw", Text: s.Words.T(lang, "track.withdraw_text"), Danger: true, Reason: true, Form: d.Form}
	}
	events, err := s.Complaints.Timeline(ctx, by, co.Reference)
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(events) {
		if !e.Shown {
			continue
		}
		words := "track.event." + e.Kind
		if !s.Words.Has(lang, words) {
			words = "event." + e.Kind
		}
		d.Events = append(d.Events, Event{At: e.At, Text: s.Words.T(lang, words), Note: e.Note})
		if co.Status == complaint.Supplement && e.Kind == complaint.EventAsked && d.Ask == "" {
			d.Ask = e.Note
		}
	}
	return nil
}

// caseProgress is how far the case has come, once there is one.
func (s *Server) caseProgress(c echo.Context, by access.Actor, d *trackCaseData) error {
	p, err := s.Cases.Follow(c.Request().Context(), by, d.Complaint.Reference)
	if err != nil || p == nil {
		return err
	}
	if p.Status != casework.Closed {
		d.Next = s.Words.T(d.Lang, "track.case."+string(p.Status))
	}
	if !p.HasClock {
		return nil
	}
	d.Due, d.HasDue, d.Held, d.HeldSince = p.Clock, true, p.Clock.Suspended, p.HeldSince
	if d.Held {
		d.WhyHeld = d.letterAbout("suspension")
	}
	if p.ExtendedFor != "" {
		d.Extended, d.MoreTime = s.extendGround(d.Complaint.Pack, d.Lang, p.ExtendedFor), d.letterAbout("extension_notice")
	}
	return nil
}

// extendGround says a ground for more time.
func (s *Server) extendGround(pack string, lang locale.Lang, key string) string {
	if p, ok := s.Book.Pack(pack); ok {
		if g, ok := p.Ground("extend", key); ok {
			return g.Name.In(string(lang))
		}
	}
	return key
}

// dueDeeds are the limits of which it can be said what the office does by then.
var dueDeeds = map[string]string{"complaint.forward": "track.due_forward", "complaint.quality_check": "track.due_check"}

// dueKey tells whose limit it is: the complainant's own, the firm's or the
// office's.
func dueKey(co *complaint.Complaint, k complaint.Clock) string {
	switch {
	case co.Status == complaint.Supplement:
		return "track.due_you"
	case dueDeeds[k.Kind] != "":
		return dueDeeds[k.Kind]
	case k.Party == "firm":
		return "track.due_firm"
	case k.Party == "complainant":
		return "track.due_choice"
	default:
		return "track.due"
	}
}

var trackTones = map[complaint.Status]string{
	complaint.Received: "new", complaint.Supplement: "wait", complaint.Accepted: "active", complaint.Closed: "good",
	complaint.NotAccepted: "closed", complaint.Referred: "closed", complaint.Withdrawn: "closed",
}

func cardsOf(files []evidence.Item, p *rulebook.Pack, lang locale.Lang) []EvidenceCard {
	var out []EvidenceCard
	for _, f := range files {
		card := EvidenceCard{
			Number: f.Label(), Name: f.Name, Kind: kindName(p, f.Kind, lang), Size: f.Size, SHA256: hexOf(f.SHA256), Scan: scanOf(f.Scan), At: f.ReceivedAt,
		}
		if f.Scan != evidence.Waiting && !f.Barred() {
			card.Href = "/track/evidence/" + strconv.Itoa(f.Number)
		}
		out = append(out, card)
	}
	return out
}

// scanOf is the word of the pages for the state that a file is in.
func scanOf(state string) string {
	switch state {
	case "waiting":
		return "pending"
	case "not_scanned":
		return "none"
	default:
		return state
	}
}

// ownAnswers is what the complainant told, with the particulars masked: the page
// may stand open on somebody else's screen.
func (s *Server) ownAnswers(lang locale.Lang, p *rulebook.Pack, co *complaint.Complaint, mask *complaint.Masked) []Answer {
	f := complaint.Filing{
		Pack: co.Pack, Track: co.Track, Language: co.Lang, Anonymous: co.Anonymous, HideIdentity: co.HideIdentity,
		Lender: complaint.Party{Name: co.LenderName}, Agency: complaint.Party{Name: co.AgencyName}, AgencyUnknown: co.AgencyUnknown,
		Channels: co.Channels, Violations: co.Codes, OccurredFrom: dayText(co.OccurredFrom), OccurredTo: dayText(co.OccurredTo),
		Narrative: co.Narrative, Demand: co.Demand, Accused: co.Accused, ConsentToForward: co.ConsentToForward,
		Loan:        complaint.Loan{Product: co.Product, AmountFen: co.LoanFen, ContractDate: dayText(co.ContractOn)},
		Complainant: complaint.Complainant{Name: mask.Name, IDNumber: mask.IDNumber, Phone: mask.Phone, Email: mask.Email, Address: mask.Address, Region: mask.Region},
	}
	var out []Answer
	for _, row := range s.answersOf(p, lang, f, nil, nil) {
		if len(row.Lines) == 0 {
			continue
		}
		out = append(out, Answer{Label: row.Label, Lines: row.Lines})
	}
	return out
}

func dayText(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// trackSheetPage is the complaint as a sheet to print. The access code is not on
// it.
func (s *Server) trackSheetPage(c echo.Context) error {
	d, err := s.trackCase(c, nil)
	if err != nil {
		return err
	}
	d.Crumbs = []Crumb{{Text: s.Words.T(d.Lang, "track.back_to_case"), Href: "/track/case"}}
	return s.show(c, http.StatusOK, "track/sheet", d)
}
