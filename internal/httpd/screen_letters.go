package httpd

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

// screenPreview is what a decision would write, before anything is decided.
type screenPreview struct {
	Decision string // accept, ask, reject, refer: the form that asked
	Lang     locale.Lang
	Letters  []previewedLetter
	Nobody   bool // an anonymous report: nobody is written to
}

type previewedLetter struct {
	complaint.Previewed
	To    string
	Lines []string
}

// screenLink is another complaint that came of the same letter.
type screenLink struct {
	complaint.Link
	Href, Kind, Track string
	Chip              Chip
}

// The letter to the complainant that each decision writes, for the note about the second reading.
func decisionLetters(t complaint.Track) map[string]string {
	accept := "acceptance"
	if t == complaint.TrackReport || t == complaint.TrackPetition {
		accept = string(t) + "_acceptance"
	}
	return map[string]string{"accept": accept, "ask": "supplement", "reject": "non_acceptance", "refer": "transfer_notice"}
}

// secondReadings says which decisions write a letter that a colleague reads before it goes out.
func (s *Server) secondReadings(d desk, t complaint.Track) (map[string]bool, error) {
	out := map[string]bool{}
	err := s.DB.Read(d.ctx, func(tx *store.Tx) (err error) {
		for name, kind := range decisionLetters(t) {
			if out[name], err = s.Letters.SecondReading(d.ctx, tx, kind); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// complaintPapers fills in the letters, the linked complaints, the attempts to tell the result, and who took it down.
func (s *Server) complaintPapers(d desk, p *complaintPageData) error {
	ref := p.C.Reference
	list, err := s.Complaints.Letters(d.ctx, d.by, ref)
	if err != nil && !fault.Is(err, fault.Forbidden) {
		return err
	}
	for _, l := range slices.Backward(list) {
		p.Letters = append(p.Letters, d.handlingLetter(l))
	}
	links, err := s.Complaints.LinksOf(d.ctx, d.by, ref)
	if err != nil {
		return err
	}
	for _, l := range links {
		p.Links = append(p.Links, screenLink{l, "/complaints/" + urlPath(l.Reference), d.t("intake.links." + l.Kind), d.t("complaint.tracks." + string(l.Track)), d.complaintChip(l.Status)})
	}
	if p.Taken, err = s.takenDown(d, ref); err != nil {
		return err
	}
	contacts, err := s.Complaints.Contacts(d.ctx, d.by, ref)
	if err != nil && !fault.Is(err, fault.Forbidden) {
		return err
	}
	if p.Contacts, err = s.handlingContacts(d, contacts); err != nil {
		return err
	}
	p.MayContact = p.C.Status == complaint.Closed && !p.C.Anonymous && d.may(access.LogContact, p.owner)
	p.MayAddFile = !p.C.Status.Ended() && d.may(access.AddEvidence, p.owner)
	if p.MayAddFile {
		for _, e := range d.pack(p.C.Pack).EvidenceTypes() {
			p.FileKinds = append(p.FileKinds, Option{Value: e.ID, Label: d.text(e.Name)})
		}
	}
	return nil
}

// takenDown is who took the complaint down, when and how; nothing for one filed by the complainant.
func (s *Server) takenDown(d desk, ref string) ([]Answer, error) {
	in, err := s.Complaints.IntakeOf(d.ctx, d.by, ref)
	if in == nil || err != nil {
		return nil, err
	}
	var names map[int64]string
	err = s.DB.Read(d.ctx, func(tx *store.Tx) (err error) {
		names, err = s.Accounts.Names(d.ctx, tx, []int64{in.UserID})
		return err
	})
	if err != nil {
		return nil, err
	}
	rows := []Answer{
		{Label: d.t("intake_page.taken_by"), Lines: []string{d.t("intake_page.taken_line", names[in.UserID], locale.DateTime(d.lang, in.TypedAt, s.Zone))}},
		{Label: d.t("intake_page.arrived"), Lines: []string{locale.Date(d.lang, in.ArrivedOn)}},
	}
	if in.Note != "" {
		rows = append(rows, Answer{Label: d.t("intake_page.note"), Lines: lines(in.Note)})
	}
	return rows, nil
}

// previewDecision shows the letters of a decision below the form that asks for them; nothing is decided.
func (s *Server) previewDecision(c echo.Context, form *Form, name string) error {
	d, ref := s.deskOf(c), c.Param("ref")
	co, err := s.Complaints.ByRef(d.ctx, d.by, ref)
	if err != nil {
		return err
	}
	lang := locale.ZH
	if l, ok := locale.Parse(co.Lang); ok {
		lang = l
	}
	text := form.Value("note")
	if name == "ask" {
		text = form.Value("what")
	}
	list, err := s.Complaints.PreviewDecision(d.ctx, d.by, ref, complaint.Decision{
		Kind: name, Track: complaint.Track(form.Text("track")), Ground: form.Text("ground"), To: form.Text("to"), Text: text,
	}, lang)
	if err != nil {
		return s.complaintAgain(c, err, form, name)
	}
	p, err := s.complaintData(c, nil)
	if err != nil {
		return err
	}
	form.Name = name
	p.Form, p.Preview = form, &screenPreview{Decision: name, Lang: lang, Nobody: len(list) == 0}
	for _, l := range list {
		p.Preview.Letters = append(p.Preview.Letters, previewedLetter{l, d.t("letter.recipient." + string(l.To)), strings.Split(l.Body, "\n")})
	}
	return s.show(c, http.StatusOK, complaintTemplate, p)
}

func (s *Server) splitComplaint(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	ref := c.Param("ref")
	_, other, err := s.Evidence.Split(c.Request().Context(), actorOf(c), ref, form.Version(), complaint.Track(form.Text("track")))
	if err != nil {
		return s.complaintAgain(c, err, form, "split")
	}
	s.flash(c, "good", "screening.split_done", ref, other.Reference)
	return c.Redirect(http.StatusSeeOther, "/complaints/"+urlPath(ref))
}

// toSplit are the tracks that a letter may hold besides its own.
func toSplit(c *complaint.Complaint, links []screenLink) []complaint.Track {
	if c.Anonymous {
		return nil
	}
	var out []complaint.Track
	for _, t := range []complaint.Track{complaint.TrackComplaint, complaint.TrackReport, complaint.TrackPetition} {
		if t != c.Track && !slices.ContainsFunc(links, func(l screenLink) bool { return l.Link.Track == t }) {
			out = append(out, t)
		}
	}
	return out
}

// ToComplainant reports whether a letter is for the complainant.
func (l previewedLetter) ToComplainant() bool { return l.Previewed.To == letter.ToComplainant }
