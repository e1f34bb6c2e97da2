package httpd

import (
	"context"
	"encoding/hex"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/evidence"
	"dunwatch/internal/firm"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

// ComplaintItem is a complaint as lists show it.
type ComplaintItem struct {
	Reference  string     `json:"reference"`
	ExternalID string     `json:"external_id,omitempty"`
	Status     string     `json:"status"`
	Pack       string     `json:"pack"`
	Track      string     `json:"track"`
	Source     string     `json:"source"`
	Language   string     `json:"language"`
	ReceivedAt string     `json:"received_at" format:"date-time"`
	ReceivedOn string     `json:"received_on" format:"date"`
	DueOn      string     `json:"due_on,omitempty" format:"date" doc:"Of the clock that runs now."`
	DecidedAt  string     `json:"decided_at,omitempty" format:"date-time"`
	EndedAt    string     `json:"ended_at,omitempty" format:"date-time"`
	Region     string     `json:"region,omitempty"`
	Severity   int        `json:"severity"`
	Lender     *partyView `json:"lender,omitempty"`
	Agency     *partyView `json:"agency,omitempty"`
	Channels   []string   `json:"channels"`
	Violations []string   `json:"violations"`
	Version    int64      `json:"version"`
}

// complaintView is a complaint with what it says, what happened and what comes.
type complaintView struct {
	ComplaintItem
	Anonymous        bool              `json:"anonymous"`
	HideIdentity     bool              `json:"hide_identity"`
	AgencyUnknown    bool              `json:"agency_unknown"`
	OccurredFrom     string            `json:"occurred_from,omitempty" format:"date"`
	OccurredTo       string            `json:"occurred_to,omitempty" format:"date"`
	Narrative        string            `json:"narrative"`
	Demand           string            `json:"demand,omitempty"`
	Accused          []accusedView     `json:"accused"`
	Loan             loanView          `json:"loan"`
	ConsentToForward bool              `json:"consent_to_forward"`
	Rulebook         string            `json:"rulebook"`
	Ground           string            `json:"ground,omitempty"`
	ReferredTo       string            `json:"referred_to,omitempty"`
	External         map[string]string `json:"external,omitempty"`
	Complainant      *maskedView       `json:"complainant,omitempty" doc:"Masked; see the reveal operation."`
	Next             nextView          `json:"next"`
	Clocks           []clockView       `json:"clocks"`
	Timeline         []eventView       `json:"timeline"`
	Case             string            `json:"case,omitempty" doc:"Reference of its case, for staff."`
}

type accusedView struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
}

type loanView struct {
	Product      string `json:"product,omitempty"`
	AmountFen    int64  `json:"amount_fen,omitempty"`
	ContractDate string `json:"contract_date,omitempty" format:"date"`
}

// maskedView is who complains, as far as it shows without a reveal.
type maskedView struct {
	Name     string `json:"name,omitempty"`
	IDNumber string `json:"id_number,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Email    string `json:"email,omitempty"`
	Address  string `json:"address,omitempty"`
	Region   string `json:"region,omitempty"`
}

// nextView is what happens next.
type nextView struct {
	Text string `json:"text"`
	By   string `json:"by,omitempty" format:"date"`
}

// messageView is a line of the conversation.
type messageView struct {
	ID   int64  `json:"id"`
	At   string `json:"at" format:"date-time"`
	From string `json:"from" enum:"office,complainant"`
	Body string `json:"body"`
}

func messageViewOf(m complaint.Message) messageView {
	from := "complainant"
	if m.FromStaff {
		from = "office"
	}
	return messageView{m.ID, stamp(m.At), from, m.Body}
}

// evidenceView is a file of a complaint.
type evidenceView struct {
	ID         string `json:"id" doc:"E-1, E-2 … as findings and letters name it."`
	Number     int    `json:"number"`
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	Size       int64  `json:"size" doc:"Bytes."`
	MediaType  string `json:"media_type"`
	SHA256     string `json:"sha256" doc:"Of the bytes received, hexadecimal."`
	Scan       string `json:"scan"`
	ReceivedAt string `json:"received_at" format:"date-time"`
	From       string `json:"from,omitempty"`

	RedactedOf   string `json:"redacted_of,omitempty" doc:"The item of which this is a copy with parts blacked out."`
	Redacted     string `json:"redacted,omitempty" doc:"The newest such copy of this item."`
	Supersedes   string `json:"supersedes,omitempty"`
	SupersededBy string `json:"superseded_by,omitempty"`
}

func evidenceViewOf(i evidence.Item) evidenceView {
	label := func(n int) string {
		if n == 0 {
			return ""
		}
		return evidenceLabel(n)
	}
	return evidenceView{
		i.Label(), i.Number, i.Kind, i.Name, i.Size, i.MediaType, hex.EncodeToString(i.SHA256), i.Scan, stamp(i.ReceivedAt), i.FromRole,
		label(i.RedactedOf), label(i.Redacted), label(i.Supersedes), label(i.SupersededBy),
	}
}

// complaintItemOf needs the firms that firmsNamedBy found. A borrower does not see what only
// the office makes of the complaint.
func complaintItemOf(by access.Actor, c *complaint.Complaint, firms map[int64]firm.Firm) ComplaintItem {
	party := func(id int64, name string) *partyView {
		if id == 0 && name == "" {
			return nil
		}
		p := &partyView{Name: name}
		if f, ok := firms[id]; ok {
			p.Code = f.Code
			if name == "" {
				p.Name = f.Name
			}
		}
		return p
	}
	v := ComplaintItem{
		Reference: c.Reference, ExternalID: c.ExternalID, Status: string(c.Status), Pack: c.Pack, Track: string(c.Track), Source: c.Source,
		Language: c.Lang, ReceivedAt: stamp(c.ReceivedAt), ReceivedOn: c.ReceivedOn.String(), DueOn: c.DueOn.String(),
		DecidedAt: stamp(c.DecidedAt), EndedAt: stamp(c.EndedAt), Region: c.Region, Severity: c.Severity,
		Lender: party(c.LenderID, c.LenderName), Agency: party(c.AgencyID, c.AgencyName),
		Channels: listOf(c.Channels), Violations: listOf(c.Codes), Version: c.Version,
	}
	if by.Role == access.Borrower {
		v.ExternalID, v.Severity = "", 0
	}
	return v
}

// firmsNamedBy finds the firms that complaints name, all at once.
func (s *Server) firmsNamedBy(ctx context.Context, list ...complaint.Complaint) (firms map[int64]firm.Firm, err error) {
	var ids []int64
	for _, c := range list {
		for _, id := range []int64{c.LenderID, c.AgencyID} {
			if id != 0 {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	err = s.DB.Read(ctx, func(tx *store.Tx) (err error) {
		firms, err = s.Firms.ByIDs(ctx, tx, ids)
		return err
	})
	return firms, err
}

// complaintView gathers what the actor may see of a complaint.
func (s *Server) complaintView(ctx context.Context, by access.Actor, c *complaint.Complaint) (*complaintView, error) {
	firms, err := s.firmsNamedBy(ctx, *c)
	if err != nil {
		return nil, err
	}
	lang := callerFrom(ctx).lang
	v := &complaintView{
		ComplaintItem: complaintItemOf(by, c, firms), Anonymous: c.Anonymous, HideIdentity: c.HideIdentity, AgencyUnknown: c.AgencyUnknown,
		OccurredFrom: c.OccurredFrom.String(), OccurredTo: c.OccurredTo.String(), Narrative: c.Narrative, Demand: c.Demand,
		Accused: viewsOf(c.Accused, func(a complaint.Accused) accusedView { return accusedView(a) }),
		Loan:    loanView{c.Product, c.LoanFen, c.ContractOn.String()}, ConsentToForward: c.ConsentToForward, Rulebook: c.Rulebook,
		Ground: c.Ground, ReferredTo: c.ReferredTo, Next: s.nextOf(lang, c),
	}
	clocks, err := s.Complaints.Clocks(ctx, by, c.Reference)
	if err != nil {
		return nil, err
	}
	events, err := s.Complaints.Timeline(ctx, by, c.Reference)
	if err != nil {
		return nil, err
	}
	v.Clocks, v.Timeline = clockViews(clocks), s.complaintEvents(lang, events)
	m, err := s.Complaints.Mask(ctx, by, c.Reference)
	if err != nil {
		return nil, err
	}
	v.Complainant = &maskedView{m.Name, m.IDNumber, m.Phone, m.Email, m.Address, m.Region}
	if by.Role == access.Borrower {
		return v, nil
	}
	v.External = c.External
	k, err := s.Cases.OfComplaint(ctx, by, c.ID)
	if err != nil {
		return nil, err
	}
	if k != nil {
		v.Case = k.Reference
	}
	return v, nil
}

// nextOf says what happens next, with the day by which it will.
func (s *Server) nextOf(lang locale.Lang, c *complaint.Complaint) nextView {
	key := "api.next." + string(c.Status)
	switch {
	case c.Status != complaint.Received && c.Status != complaint.Accepted:
		return nextView{Text: s.Words.T(lang, key)}
	case c.DueOn == calendar.Date{}:
		return nextView{Text: s.Words.T(lang, key+"_open")}
	}
	return nextView{Text: s.Words.T(lang, key, locale.Date(lang, c.DueOn)), By: c.DueOn.String()}
}
