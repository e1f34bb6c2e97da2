package httpd

import (
	"slices"
	"strconv"

	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/letter"
	"dunwatch/internal/store"
)

// handlingLetter is a letter in the list of a case.
type handlingLetter struct {
	*letter.Letter
	Name, To string
	Href     string
	Chip     Chip
	How      string // how far it came
}

// handlingContact is an attempt to tell the complainant the result.
type handlingContact struct {
	complaint.Contact
	WayText, ResultText, Who string
}

// caseLetters lists the letters, newest first, the attempts to tell the result and the linked complaints.
func (s *Server) caseLetters(d desk, p *casePageData) error {
	list, err := s.Complaints.Letters(d.ctx, d.by, p.C.Reference)
	if err != nil && !fault.Is(err, fault.Forbidden) {
		return err
	}
	for _, l := range slices.Backward(list) {
		p.Letters = append(p.Letters, d.handlingLetter(l))
	}
	if p.Links, err = s.Complaints.LinksOf(d.ctx, d.by, p.C.Reference); err != nil {
		return err
	}
	contacts, err := s.Complaints.Contacts(d.ctx, d.by, p.C.Reference)
	if err != nil && !fault.Is(err, fault.Forbidden) {
		return err
	}
	p.Contacts, err = s.handlingContacts(d, contacts)
	return err
}

// handlingLetterTones are the shapes of a letter's states.
var handlingLetterTones = map[letter.Status]string{letter.Draft: "wait", letter.Issued: "good", letter.Cancelled: "closed"}

func (d desk) handlingLetter(l *letter.Letter) handlingLetter {
	out := handlingLetter{Letter: l, Name: l.Title(d.lang), To: d.t("letter.recipient." + string(l.To)), Href: "/letters/" + strconv.FormatInt(l.ID, 10),
		Chip: Chip{Tone: handlingLetterTones[l.Status], Text: d.t("letter.status." + string(l.Status))}}
	if l.Status == letter.Issued {
		out.How = d.t("letter.delivery." + string(l.Delivery))
	}
	if l.Delivery == letter.Returned || l.Delivery == letter.Failed {
		out.Chip = Chip{Tone: "danger", Text: out.How}
		out.How = ""
	}
	return out
}

func (s *Server) handlingContacts(d desk, list []complaint.Contact) ([]handlingContact, error) {
	if len(list) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(list))
	for i, c := range list {
		ids[i] = c.UserID
	}
	var names map[int64]string
	err := s.DB.Read(d.ctx, func(tx *store.Tx) (err error) {
		names, err = s.Accounts.Names(d.ctx, tx, ids)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := make([]handlingContact, 0, len(list))
	for _, c := range slices.Backward(list) {
		out = append(out, handlingContact{c, d.t("intake.ways." + c.Way), d.t("intake.results." + c.Result), names[c.UserID]})
	}
	return out, nil
}
