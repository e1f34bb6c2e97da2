package httpd

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/report"
	"dunwatch/internal/rulebook"
)

// complaintPageData is one complaint as the person who screens it sees it.
type complaintPageData struct {
	Page
	C         *complaint.Complaint
	Chip      Chip
	Due       *Deadline
	Severity  string
	Codes     []Code
	Facts     []Answer
	Accused   []Answer
	Parties   []PartyChip
	Person    []Answer
	Reveal    *Confirm // nil: not for this person
	Revealed  bool
	Clocks    []ClockRow
	Events    []Event
	Evidence  []EvidenceCard
	Messages  []messageRow
	MayWrite  bool
	Undecided bool           // nothing was accepted yet, so nobody writes or sees particulars
	Earlier   []complaintRow // against the same firm
	FirmHref  string         // all of them
	CaseRef   string
	Screen    *screenPanel // nil: decided, or not for this person

	Letters    []handlingLetter
	Links      []screenLink
	Linked     *linkedSide // what it has in common with others
	Taken      []Answer    // who took it down; none for one filed by the complainant
	Contacts   []handlingContact
	MayContact bool
	MayAddFile bool
	FileKinds  []Option
	Preview    *screenPreview // what the decision in the form would write
	owner      access.Owner
}

// screenPanel is what can be decided.
type screenPanel struct {
	Units         []Option
	Unit          string
	Tracks        []complaint.Track
	Reject, Refer []Option
	Authorities   []Option
	Asked         bool // more was asked for already
	Split         []complaint.Track
	Second        map[string]bool // decisions whose letter a colleague reads before it goes out
}

// messageRow is a line of the conversation.
type messageRow struct {
	complaint.Message
	Who string
}

const complaintTemplate = "complaint/page"

func (s *Server) complaintPage(c echo.Context) error {
	p, err := s.complaintData(c, nil)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, complaintTemplate, p)
}

func (s *Server) complaintData(c echo.Context, revealed *complaint.Complainant) (*complaintPageData, error) {
	d, ref := s.deskOf(c), c.Param("ref")
	k, err := s.Complaints.ByRef(d.ctx, d.by, ref)
	if err != nil {
		return nil, err
	}
	p := &complaintPageData{
		Page: s.base(c), C: k, Chip: d.complaintChip(k.Status), Codes: d.codes(k.Pack, k.Codes), Facts: d.facts(k), Accused: d.accused(k),
		Parties: d.namedParties(k), Severity: d.severity(k.Pack, k.Severity), Revealed: revealed != nil,
	}
	p.Query = Query{Path: "/complaints/" + urlPath(k.Reference)} // a rejected form was posted elsewhere
	p.Crumbs = []Crumb{{Text: d.t("screening.title"), Href: "/complaints"}, {Text: k.Reference}}
	if !k.DueOn.IsZero() {
		due := d.due(k.Pack, k.DueOn)
		p.Due = &due
	}
	if p.Person, err = d.person(k.Reference, revealed); err != nil {
		return nil, err
	}
	for _, part := range []func(desk, *complaintPageData) error{s.complaintCase, s.complaintRecord, s.complaintPapers, s.complaintEarlier, s.complaintPanel, s.complaintLinked} {
		if err := part(d, p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// complaintCase finds what became of the complaint, and whether this person may
// see who complained and write to them: once there is a case, it decides.
func (s *Server) complaintCase(d desk, p *complaintPageData) error {
	owner := access.Owner{ComplaintID: p.C.ID}
	if d.s.Policy.Widest(d.by.Role, access.ReadCase) != access.None {
		k, err := s.Cases.OfComplaint(d.ctx, d.by, p.C.ID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if k != nil {
			p.CaseRef, owner = k.Reference, k.Owner()
		}
	}
	if d.mayReveal(p.C, owner) {
		p.Reveal = d.revealConfirm(p.Query.Path + "/reveal")
	}
	p.owner = owner
	p.MayWrite = d.may(access.Message, owner) && !p.C.Status.Ended()
	p.Undecided = d.mayScreen(p.C)
	return nil
}

// mayReveal: a sheltered complainant is seen by the officer of the case alone.
func (d desk) mayReveal(k *complaint.Complaint, o access.Owner) bool {
	return d.may(access.RevealIdentity, o) && (!sheltered(k) || d.by.Distance(o) == access.Own)
}

func sheltered(k *complaint.Complaint) bool {
	return k.HideIdentity || k.Track == complaint.TrackReport
}

func (d desk) revealConfirm(action string) *Confirm {
	return &Confirm{ID: "reveal", Action: action, Label: "desk.reveal", Text: d.t("desk.reveal_text"), Reason: true}
}

func (s *Server) complaintRecord(d desk, p *complaintPageData) error {
	ref := p.C.Reference
	clocks, err := s.Complaints.Clocks(d.ctx, d.by, ref)
	if err != nil {
		return err
	}
	p.Clocks = d.clocks(p.C.Pack, clocks)
	events, err := s.Complaints.Timeline(d.ctx, d.by, ref)
	if err != nil {
		return err
	}
	p.Events = d.complaintEvents(events)
	items, err := s.Evidence.List(d.ctx, d.by, ref)
	if err != nil {
		return err
	}
	p.Evidence = d.evidence(p.C.Pack, ref, items)
	for i, it := range items {
		if it.Hidden {
			p.Evidence[i].Name, p.Evidence[i].Href = d.t("screening.hidden_file"), ""
		}
	}
	p.Messages, err = d.messages(ref)
	return err
}

func (d desk) messages(ref string) ([]messageRow, error) {
	list, err := d.s.Complaints.Messages(d.ctx, d.by, ref)
	if err != nil {
		return nil, err
	}
	out := make([]messageRow, 0, len(list))
	for _, m := range list {
		who := d.t("desk.complainant")
		if m.FromStaff {
			who = d.t("desk.office")
		}
		if m.Hidden {
			m.Body = d.t("screening.hidden_message")
		}
		out = append(out, messageRow{m, who})
	}
	return out, nil
}

// earlierShown is how many other complaints against the firm the page names.
const earlierShown = 5

// complaintEarlier lists the newest other complaints against the same firm.
func (s *Server) complaintEarlier(d desk, p *complaintPageData) error {
	name := p.C.AgencyName
	if name == "" {
		name = p.C.LenderName
	}
	if name == "" {
		return nil
	}
	code, err := d.firmCode(name)
	if err != nil || code == "" {
		return err
	}
	list, err := s.Complaints.List(d.ctx, d.by, complaint.Filter{Firm: code, Sort: "-received", Limit: earlierShown + 1})
	if err != nil {
		return err
	}
	p.FirmHref = Query{Path: "/complaints"}.With("firm", code, "status", "all")
	for i := range list.Items {
		if k := &list.Items[i]; k.Reference != p.C.Reference && len(p.Earlier) < earlierShown {
			p.Earlier = append(p.Earlier, d.complaintRow(k))
		}
	}
	return nil
}

func (s *Server) complaintPanel(d desk, p *complaintPageData) error {
	if !d.mayScreen(p.C) {
		return nil
	}
	units, err := d.unitOptions()
	if err != nil {
		return err
	}
	pack := d.pack(p.C.Pack)
	p.Screen = &screenPanel{
		Units: units, Tracks: []complaint.Track{complaint.TrackComplaint, complaint.TrackReport, complaint.TrackPetition},
		Reject: d.grounds(pack, "reject", p.C.Track), Refer: d.grounds(pack, "refer", p.C.Track), Asked: p.C.Status == complaint.Supplement,
		Split: toSplit(p.C, p.Links),
	}
	if p.Screen.Second, err = s.secondReadings(d, p.C.Track); err != nil {
		return err
	}
	for _, a := range pack.Authorities {
		p.Screen.Authorities = append(p.Screen.Authorities, Option{Value: a.ID, Label: d.text(a.Name)})
	}
	all, err := s.Accounts.Units(d.ctx)
	if err != nil {
		return err
	}
	for _, u := range all {
		if u.ID == d.by.UnitID || len(all) == 1 {
			p.Screen.Unit = u.Code
		}
	}
	return nil
}

// grounds are the reasons that a decision may name, each with its article.
// A petition is handled as a complaint.
func (d desk) grounds(p *rulebook.Pack, kind string, track complaint.Track) []Option {
	if track == complaint.TrackPetition {
		track = complaint.TrackComplaint
	}
	var out []Option
	for _, g := range p.Grounds(kind) {
		if g.Track != "both" && g.Track != string(track) {
			continue
		}
		label := d.text(g.Name)
		if a := d.text(g.Article); a != "" {
			label = d.t("desk.with_article", label, a)
		}
		if g.Strength == rulebook.Office {
			label = d.t("desk.with_article", label, d.t("desk.own_ground"))
		} else if !g.Verified {
			label = d.t("desk.with_article", label, d.t("desk.unverified"))
		}
		out = append(out, Option{Value: g.Key, Label: label})
	}
	return out
}

// person is who complains: behind masks, or whole once revealed.
func (d desk) person(ref string, whole *complaint.Complainant) ([]Answer, error) {
	if whole != nil {
		return d.personRows(whole.Name, whole.IDNumber, whole.Phone, whole.Email, whole.Address, d.regionName(whole.Region)), nil
	}
	m, err := d.s.Complaints.Mask(d.ctx, d.by, ref)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		return nil, nil // a reporter whose name is hidden from this person
	}
	if err != nil {
		return nil, err
	}
	if m.Anonymous {
		return []Answer{{Label: d.t("desk.person.name"), Lines: []string{d.t("desk.anonymous")}}, {Label: d.t("desk.person.region"), Lines: lines(d.regionName(m.Region))}}, nil
	}
	if m.Hidden {
		why := "screening.hidden_report"
		if m.HideIdentity {
			why = "screening.hidden_asked"
		}
		return []Answer{{Label: d.t("desk.person.name"), Lines: []string{d.t("desk.person.sheltered"), d.t(why)}}}, nil
	}
	rows := d.personRows(m.Name, m.IDNumber, m.Phone, m.Email, m.Address, d.regionName(m.Region))
	if m.HideIdentity {
		rows = append(rows, Answer{Label: d.t("desk.person.hidden"), Lines: []string{d.t("desk.person.hidden_text")}})
	}
	return rows, nil
}

// regionName is the place that a region code stands for; "" where none is known.
func (d desk) regionName(code string) string {
	if code == "" {
		return ""
	}
	return report.RegionName(d.s.Words, d.lang, code)
}

func (d desk) personRows(name, id, phone, email, address, region string) []Answer {
	var rows []Answer
	for _, f := range []struct{ key, value string }{{"name", name}, {"id_number", id}, {"phone", phone}, {"email", email}, {"address", address}, {"region", region}} {
		if f.value != "" {
			rows = append(rows, Answer{Label: d.t("desk.person." + f.key), Lines: []string{f.value}})
		}
	}
	return rows
}

// complaintLinked says in short what the complaint has in common with others.
func (s *Server) complaintLinked(d desk, p *complaintPageData) (err error) {
	p.Linked, err = s.linkedOf(d, p.C.Reference)
	return err
}
