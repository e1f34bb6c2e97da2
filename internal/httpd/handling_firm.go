package httpd

import (
	"slices"
	"strconv"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/evidence"
	"dunwatch/internal/firm"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/store"
)

// firmSide is the part of the case page about the firms: what was sent to them, what they answered, and the forms to
// send it.
type firmSide struct {
	Sent   []handledForward // under way
	Over   []handledForward
	Answer *handlingForm // to have the complaint answered
	Info   *handlingForm // to ask for facts
}

// Count is how many forwards there are.
func (f firmSide) Count() int { return len(f.Sent) + len(f.Over) }

// handlingForm is what an officer fills in to send something to a firm.
type handlingForm struct {
	Name, Kind string
	Firms      []Option // the parties of the case; none where the registry knows none
	Firm       string   // preselected
	Fields     []Option // what may be disclosed
	Ticked     []string
	Withheld   string // what may not, and why
}

// handledForward is a forward as the case page shows it.
type handledForward struct {
	*forwarding.Full
	Party     PartyChip
	Chip      Chip
	Due       *Deadline // of whoever is to act: the firm, or the office to check
	DueKey    string    // message key: whose date it is
	Disclosed string
	SentName  string
	Answered  []handledAnswer
	Events    []Event
	Files     []EvidenceCard
	Passed    []handledForward // what the lender passed to its agencies
	CheckName string           // of the form
	End       *Confirm
}

// handledAnswer is an answer of a firm with the office's check.
type handledAnswer struct {
	forwarding.Answer
	Outcome string
	Chip    Chip
	Points  []string
	Checker string
}

// handlingTicked are the fields that a form proposes to disclose: what a firm needs to find the account and to answer.
var handlingTicked = []string{forwarding.FieldName, forwarding.FieldNarrative, forwarding.FieldDemand, forwarding.FieldLoan}

// firmSide fills the part about the firms. Whoever may not read forwards sees none of it.
func (s *Server) firmSide(d desk, p *casePageData) error {
	if !d.may(access.ReadForward, p.K.Owner()) {
		return nil
	}
	p.FirmPart = true
	for _, point := range forwarding.Points {
		p.Points = append(p.Points, Option{Value: point, Label: d.t("forwarding.points." + point)})
	}
	list, err := s.Forwards.Forwards(d.ctx, d.by, p.K.Reference)
	if err != nil {
		return err
	}
	files, err := s.firmFiles(d, p, len(list) > 0)
	if err != nil {
		return err
	}
	names, err := s.handlingNames(d, list)
	if err != nil {
		return err
	}
	for _, f := range list {
		row := d.handledForward(p.K, f, files, names)
		if slices.Contains(forwarding.Over, f.Status) {
			p.Firms.Over = append(p.Firms.Over, row)
		} else {
			p.Firms.Sent = append(p.Firms.Sent, row)
		}
	}
	return s.handlingForms(d, p)
}

// firmFiles sorts the files of firms by the forward with which they came.
func (s *Server) firmFiles(d desk, p *casePageData, any bool) (map[string][]EvidenceCard, error) {
	out := map[string][]EvidenceCard{}
	if !any {
		return out, nil
	}
	of, err := s.Forwards.FilesOf(d.ctx, d.by, p.K.Reference)
	if err != nil || len(of) == 0 {
		return out, err
	}
	for _, it := range p.items {
		if ref := of[it.ID]; ref != "" {
			out[ref] = append(out[ref], d.evidence(p.K.Pack, p.C.Reference, []evidence.Item{it})...)
		}
	}
	return out, nil
}

// handlingNames are the colleagues who sent or checked something.
func (s *Server) handlingNames(d desk, list []*forwarding.Full) (map[int64]string, error) {
	var ids []int64
	for _, f := range list {
		ids = append(ids, f.SentBy)
		for _, a := range f.Answers {
			if a.Check != nil {
				ids = append(ids, a.Check.UserID)
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	var names map[int64]string
	err := s.DB.Read(d.ctx, func(tx *store.Tx) (err error) {
		names, err = s.Accounts.Names(d.ctx, tx, ids)
		return err
	})
	return names, err
}

// handlingTones are the shapes of a forward's states at the desk: what waits for the office stands out.
var handlingTones = map[forwarding.Status]string{
	forwarding.Sent: "new", forwarding.Acknowledged: "active", forwarding.Answered: "wait", forwarding.Returned: "active", forwarding.Told: "good",
	forwarding.Review: "active", forwarding.ReviewAnswered: "wait", forwarding.ReviewReturned: "active", forwarding.ReviewTold: "good",
	forwarding.Accepted: "good", forwarding.Ended: "closed",
}

func (d desk) handlingChip(st forwarding.Status) Chip {
	return Chip{Tone: handlingTones[st], Text: d.t("forwarding.status." + string(st))}
}

func (d desk) handledForward(k *casework.Case, f *forwarding.Full, files map[string][]EvidenceCard, names map[int64]string) handledForward {
	r := handledForward{Full: f, Party: firmChip(f.Firm), Chip: d.handlingChip(f.Status), SentName: names[f.SentBy], Files: files[f.Reference],
		CheckName: formCheck + f.Reference, Disclosed: d.handlingFields(f.Forward.Disclosed)}
	on, key := f.DueOn, "handling.due_firm"
	switch {
	case !f.CheckDueOn.IsZero():
		on, key = f.CheckDueOn, "handling.due_check"
	case !f.ReviewUntil.IsZero():
		on, key = f.ReviewUntil, "handling.due_review"
	}
	if !on.IsZero() && !slices.Contains(forwarding.Over, f.Status) {
		due := d.due(k.Pack, on)
		r.Due, r.DueKey = &due, key
	}
	for _, a := range f.Answers {
		r.Answered = append(r.Answered, d.handledAnswer(k.Pack, a, names))
	}
	for _, e := range slices.Backward(f.Events) {
		who := f.Firm.Name
		if e.FirmID == 0 {
			who = d.t("desk.office")
			if e.ActorRole == string(access.Borrower) || e.ActorRole == string(access.Public) {
				who = d.t("desk.complainant")
			}
		}
		r.Events = append(r.Events, Event{At: e.At, Text: d.eventText(e.Kind), Who: who, Note: d.limitNote(k.Pack, e.Note)})
	}
	for _, c := range f.Children {
		r.Passed = append(r.Passed, d.passedForward(k, c, files, names))
	}
	if f.MayEnd && f.ParentID == 0 {
		r.End = &Confirm{ID: formEnd + f.Reference, Action: "/cases/" + urlPath(k.Reference) + "/end-forward", Label: "handling.end", Text: d.t("handling.end_text", f.Firm.Name), Reason: true,
			Hidden: []Option{{Label: "forward", Value: f.Reference}, {Label: "version", Value: strconv.FormatInt(f.Version, 10)}}}
	}
	return r
}

// passedForward is what a lender passed on to its agency: the agency answers its lender, and the office checks the lender's answer alone.
func (d desk) passedForward(k *casework.Case, f *forwarding.Full, files map[string][]EvidenceCard, names map[int64]string) handledForward {
	r := d.handledForward(k, f, files, names)
	if f.Status != forwarding.Answered && f.Status != forwarding.ReviewAnswered {
		return r
	}
	r.Chip = Chip{Tone: "good", Text: d.t("handling.passed_answered")}
	for i := range r.Answered {
		if r.Answered[i].Check == nil {
			r.Answered[i].Chip = Chip{Tone: "good", Text: d.t("handling.to_lender")}
		}
	}
	return r
}

func (d desk) handledAnswer(pack string, a forwarding.Answer, names map[int64]string) handledAnswer {
	r := handledAnswer{Answer: a, Outcome: d.handlingOutcome(pack, a.Outcome), Chip: Chip{Tone: "wait", Text: d.t("handling.unchecked")}}
	if a.Check == nil {
		return r
	}
	r.Checker = names[a.Check.UserID]
	for _, point := range a.Check.Points {
		r.Points = append(r.Points, d.t("forwarding.points."+point))
	}
	r.Chip = Chip{Tone: "danger", Text: d.t("handling.check_back")}
	if a.Check.Passed {
		r.Chip = Chip{Tone: "good", Text: d.t("handling.check_passed")}
	}
	return r
}

func (d desk) handlingOutcome(pack, id string) string {
	for _, o := range d.pack(pack).AnswerOutcomes() {
		if o.ID == id {
			return d.text(o.Name)
		}
	}
	return id
}

// handlingFields says what was disclosed.
func (d desk) handlingFields(fields []string) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = d.t("forwarding.fields." + f)
	}
	return strings.Join(names, d.t("desk.comma"))
}

// handlingForms offers the forms that the track and the state leave open.
func (s *Server) handlingForms(d desk, p *casePageData) error {
	if !d.may(access.SendForward, p.K.Owner()) || p.K.Status == casework.Closed || p.C.Status.Ended() {
		return nil
	}
	firms, first, err := d.handlingFirms(p.K)
	if err != nil {
		return err
	}
	p.Firms.Info = &handlingForm{Name: formInformation, Kind: string(forwarding.ForInformation), Firms: firms, Firm: first}
	if p.K.Track == complaint.TrackReport {
		p.Firms.Info.Withheld = d.t("handling.withheld_report")
		return nil
	}
	f := &handlingForm{Name: formAnswer, Kind: string(forwarding.ToAnswer), Firms: firms, Firm: first}
	may := forwarding.Disclosable(p.C, forwarding.ToAnswer)
	var withheld []string
	for _, name := range forwarding.Fields {
		if !slices.Contains(may, name) {
			withheld = append(withheld, name)
			continue
		}
		f.Fields = append(f.Fields, Option{Value: name, Label: d.t("forwarding.fields." + name)})
		if slices.Contains(handlingTicked, name) {
			f.Ticked = append(f.Ticked, name)
		}
	}
	if len(withheld) > 0 {
		f.Withheld = d.t(withheldBecause(p.C), d.handlingFields(withheld))
	}
	p.Firms.Answer = f
	return nil
}

// withheldBecause names the reason why particulars are not offered.
func withheldBecause(c *complaint.Complaint) string {
	switch {
	case c.Anonymous:
		return "handling.withheld_anonymous"
	case c.HideIdentity:
		return "handling.withheld_hidden"
	default:
		return "handling.withheld_consent"
	}
}

// handlingFirms are the parties of the case, and where the lender is unknown those who have the agency collect for them.
// The lender answers for whom it hired and comes first.
func (d desk) handlingFirms(k *casework.Case) (firms []Option, first string, err error) {
	add := func(f firm.Firm) {
		firms = append(firms, Option{Value: f.Code, Label: f.Name, Hint: d.t("ui.party." + string(f.Kind))})
		if first == "" {
			first = f.Code
		}
	}
	if k.Lender != nil {
		add(*k.Lender)
	}
	if k.Agency == nil {
		return firms, first, nil
	}
	add(*k.Agency)
	if k.Lender != nil {
		return firms, first, nil
	}
	links, err := d.s.Firms.Links(d.ctx, k.Agency.Code)
	if err != nil {
		return nil, "", err
	}
	for _, l := range links {
		if l.Agency.ID == k.Agency.ID && !l.From.After(d.day) && (l.To.IsZero() || !l.To.Before(d.day)) {
			add(l.Lender)
		}
	}
	return firms, first, nil
}
