package httpd

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
)

// complaintAPI registers the operations of this area.
func (s *Server) complaintAPI(api huma.API) {
	post, get := "POST", "GET"
	serve(s, api, endpoint{method: post, path: "/complaints", id: "file-complaint", summary: "File a complaint",
		action: access.FileComplaint, public: true, created: true}, s.apiFile)
	serve(s, api, endpoint{method: get, path: "/complaints", id: "list-complaints", summary: "List complaints, to screen them",
		action: access.Screen}, s.apiComplaints)
	serve(s, api, endpoint{method: get, path: "/complaints/{ref}", id: "read-complaint", summary: "Read a complaint: where it stands and what comes next",
		action: access.ReadComplaint, code: true}, s.apiComplaint)
	serve(s, api, endpoint{method: get, path: "/complaints/{ref}/receipt", id: "read-receipt", summary: "Read the receipt, with its proof once there is one",
		action: access.ReadComplaint, code: true}, s.apiReceipt)
	serve(s, api, endpoint{method: get, path: "/complaints/{ref}/messages", id: "list-messages", summary: "Read the conversation between complainant and office",
		action: access.ReadComplaint, code: true}, s.apiMessages)
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/messages", id: "send-message", summary: "Write to the other side",
		action: access.Message, code: true, created: true}, s.apiSend)
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/supply", id: "supply", summary: "Answer the office's request for more",
		action: access.Message, code: true}, s.apiSupply)
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/withdraw", id: "withdraw", summary: "Take the complaint back",
		action: access.Withdraw, code: true}, s.apiWithdraw)
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/screen", id: "screen", summary: "Accept, reject, ask for more, refer, or split a letter that holds two matters",
		action: access.Screen}, s.apiScreen)
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/reveal", id: "reveal", summary: "See the complainant's particulars, for a reason that is recorded",
		action: access.RevealIdentity}, s.apiReveal)
	s.complaintAfterAPI(api)
	s.evidenceAPI(api)
}

// FilingBody is the body of a filing.
type FilingBody struct {
	Pack        string `json:"pack"`
	Language    string `json:"language"`
	Track       string `json:"track"`
	Complainant struct {
		Name     string `json:"name"`
		IDNumber string `json:"id_number"`
		Phone    string `json:"phone"`
		Email    string `json:"email"`
		Address  string `json:"address"`
		Region   string `json:"region" doc:"GB/T 2260 code, or a US state."`
	} `json:"complainant"`
	Anonymous     bool            `json:"anonymous"`
	HideIdentity  bool            `json:"hide_identity"`
	Lender        complaint.Party `json:"lender"`
	Agency        complaint.Party `json:"agency"`
	AgencyUnknown bool            `json:"agency_unknown"`
	Channels      []string        `json:"channels" maxItems:"50"`
	Violations    []string        `json:"violations" maxItems:"100"`
	OccurredFrom  string          `json:"occurred_from" doc:"YYYY-MM-DD"`
	OccurredTo    string          `json:"occurred_to" doc:"YYYY-MM-DD"`
	Narrative     string          `json:"narrative"`
	Demand        string          `json:"demand"`
	Accused       []accusedView   `json:"accused" maxItems:"50"`
	Loan          struct {
		Product      string `json:"product"`
		AmountFen    int64  `json:"amount_fen"`
		ContractDate string `json:"contract_date" doc:"YYYY-MM-DD"`
	} `json:"loan"`
	ConsentToForward bool `json:"consent_to_forward"`
	Declaration      bool `json:"declaration"`
}

func (b *FilingBody) filing() complaint.Filing {
	return complaint.Filing{
		Pack: b.Pack, Language: b.Language, Track: complaint.Track(b.Track), Complainant: complaint.Complainant(b.Complainant),
		Anonymous: b.Anonymous, HideIdentity: b.HideIdentity, Lender: b.Lender, Agency: b.Agency, AgencyUnknown: b.AgencyUnknown,
		Channels: b.Channels, Violations: b.Violations, OccurredFrom: b.OccurredFrom, OccurredTo: b.OccurredTo,
		Narrative: b.Narrative, Demand: b.Demand, Accused: viewsOf(b.Accused, func(a accusedView) complaint.Accused { return complaint.Accused(a) }),
		Loan: complaint.Loan(b.Loan), ConsentToForward: b.ConsentToForward, Declaration: b.Declaration,
	}
}

type filingInput struct {
	Key  string `header:"Idempotency-Key" maxLength:"255" doc:"A request sent again with the same key gets the same answer."`
	Body FilingBody
}

// filedView is the answer to a filing. The access code is shown this once.
type filedView struct {
	Reference  string         `json:"reference"`
	AccessCode string         `json:"access_code"`
	FiledAt    string         `json:"filed_at" format:"date-time"`
	DueOn      string         `json:"due_on,omitempty" format:"date" doc:"By when the office says whether it accepts."`
	Version    int64          `json:"version"`
	Receipt    *audit.Receipt `json:"receipt"`
}

func (s *Server) apiFile(ctx context.Context, by access.Actor, in *filingInput) (*answer[filedView], error) {
	if err := s.spendFrom(ctx, "file"); err != nil {
		return nil, err
	}
	f, err := s.Complaints.File(ctx, by, in.Body.filing(), "api", in.Key, "")
	if err != nil {
		return nil, err
	}
	c := f.Complaint
	return reply(filedView{c.Reference, f.AccessCode, stamp(c.ReceivedAt), c.DueOn.String(), c.Version, f.Receipt}), nil
}

// complaintsInput is the filter of the screening list.
type complaintsInput struct {
	Paging
	Status  string `query:"status" enum:"received,supplement,accepted,closed,not_accepted,referred,withdrawn,all"`
	Source  string `query:"source" maxLength:"40"`
	Track   string `query:"track" enum:"complaint,report,petition"`
	Pack    string `query:"pack" maxLength:"40"`
	Firm    string `query:"firm" maxLength:"64" doc:"Code of the lender or agency."`
	Lender  string `query:"lender" maxLength:"64" doc:"Code, or none."`
	Agency  string `query:"agency" maxLength:"64" doc:"Code, or none."`
	Code    string `query:"code" maxLength:"20" doc:"Violation code."`
	Channel string `query:"channel" maxLength:"40" doc:"How the collector made contact."`
	Region  string `query:"region" maxLength:"12" doc:"GB/T 2260 code, or a US state; or none."`
	Product string `query:"product" maxLength:"200" doc:"As filed; or none."`
	Month   string `query:"month" maxLength:"7" doc:"Received in YYYY-MM."`
	Since   string `query:"since" maxLength:"10" doc:"Received on YYYY-MM-DD or later."`
	Until   string `query:"until" maxLength:"10" doc:"Received on YYYY-MM-DD or earlier."`
	Decided string `query:"decided" maxLength:"7" doc:"Decided on by a person in YYYY-MM."`
	Open    string `query:"open" maxLength:"7" doc:"Received before the end of YYYY-MM and not ended by then."`
	Q       string `query:"q" maxLength:"200" doc:"Reference, external id or words."`
	Sort    string `query:"sort" enum:"due,received,-received,severity"`
}

func (in *complaintsInput) filter() (complaint.Filter, error) {
	var wrong fault.Fields
	f := complaint.Filter{
		Status: complaint.Status(in.Status), Source: in.Source, Track: complaint.Track(in.Track), Pack: in.Pack,
		Firm: in.Firm, Lender: in.Lender, Agency: in.Agency, Code: in.Code, Channel: in.Channel, Region: in.Region, Product: in.Product,
		Month: monthGiven(&wrong, "month", in.Month), Decided: monthGiven(&wrong, "decided", in.Decided), Open: monthGiven(&wrong, "open", in.Open),
		Since: dayGiven(&wrong, "since", in.Since), Until: dayGiven(&wrong, "until", in.Until),
		Q: in.Q, Sort: in.Sort, Cursor: in.Cursor, Limit: in.Limit,
	}
	if f.Status == "all" {
		f.Status = ""
	}
	return f, wrong.Err()
}

func (s *Server) apiComplaints(ctx context.Context, by access.Actor, in *complaintsInput) (*answer[pageView[ComplaintItem]], error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	l, err := s.Complaints.List(ctx, by, f)
	if err != nil {
		return nil, err
	}
	firms, err := s.firmsNamedBy(ctx, l.Items...)
	if err != nil {
		return nil, err
	}
	items := viewsOf(l.Items, func(c complaint.Complaint) ComplaintItem { return complaintItemOf(by, &c, firms) })
	return reply(pageView[ComplaintItem]{Items: items, NextCursor: l.NextCursor}), nil
}

// CodeInput is a complaint, opened by its access code or by a token.
type CodeInput struct {
	RefPath
	Code string `header:"Access-Code" maxLength:"64"`
}

// enter finds as whom a request follows a complaint: a wrong code and an unknown
// reference get the same answer.
func (s *Server) enter(ctx context.Context, by access.Actor, in CodeInput) (access.Actor, error) {
	if by.Role != access.Public {
		return by, nil
	}
	if err := s.spendFrom(ctx, "track"); err != nil {
		return by, err
	}
	if in.Code == "" {
		return by, fault.New(fault.Unauthenticated, "track.code_needed")
	}
	return s.borrowerBy(ctx, in.Ref, in.Code)
}

func (s *Server) apiComplaint(ctx context.Context, by access.Actor, in *CodeInput) (*answer[*complaintView], error) {
	by, err := s.enter(ctx, by, *in)
	if err != nil {
		return nil, err
	}
	c, err := s.Complaints.ByRef(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	return s.complaintReply(ctx, by, c)
}

func (s *Server) complaintReply(ctx context.Context, by access.Actor, c *complaint.Complaint) (*answer[*complaintView], error) {
	v, err := s.complaintView(ctx, by, c)
	if err != nil {
		return nil, err
	}
	return reply(v), nil
}

func (s *Server) apiReceipt(ctx context.Context, by access.Actor, in *CodeInput) (*answer[*audit.Receipt], error) {
	by, err := s.enter(ctx, by, *in)
	if err != nil {
		return nil, err
	}
	r, err := s.Complaints.Receipt(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	return reply(r), nil
}

func (s *Server) apiMessages(ctx context.Context, by access.Actor, in *CodeInput) (*answer[itemsView[messageView]], error) {
	by, err := s.enter(ctx, by, *in)
	if err != nil {
		return nil, err
	}
	list, err := s.Complaints.Messages(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[messageView]{viewsOf(list, messageViewOf)}), nil
}

type messageInput struct {
	CodeInput
	Body struct {
		Body string `json:"body" required:"true"`
	}
}

func (s *Server) apiSend(ctx context.Context, by access.Actor, in *messageInput) (*answer[messageView], error) {
	by, err := s.enter(ctx, by, in.CodeInput)
	if err != nil {
		return nil, err
	}
	m, err := s.Complaints.Send(ctx, by, in.Ref, in.Body.Body)
	if err != nil {
		return nil, err
	}
	return reply(messageViewOf(*m)), nil
}

type supplyInput struct {
	CodeInput
	Body struct {
		Text string `json:"text" required:"true"`
	}
}

func (s *Server) apiSupply(ctx context.Context, by access.Actor, in *supplyInput) (*answer[*complaintView], error) {
	by, err := s.enter(ctx, by, in.CodeInput)
	if err != nil {
		return nil, err
	}
	c, err := s.Complaints.Supply(ctx, by, in.Ref, in.Body.Text)
	if err != nil {
		return nil, err
	}
	return s.complaintReply(ctx, by, c)
}

type withdrawInput struct {
	CodeInput
	Body struct {
		Reason string `json:"reason"`
	}
}

func (s *Server) apiWithdraw(ctx context.Context, by access.Actor, in *withdrawInput) (*answer[*complaintView], error) {
	by, err := s.enter(ctx, by, in.CodeInput)
	if err != nil {
		return nil, err
	}
	c, err := s.Complaints.Withdraw(ctx, by, in.Ref, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return s.complaintReply(ctx, by, c)
}

type screenInput struct {
	RefPath
	Body struct {
		Decision string `json:"decision" required:"true" enum:"accept,reject,supplement,refer,split"`
		Version  int64  `json:"version" required:"true"`
		Unit     string `json:"unit" maxLength:"40" doc:"accept: code of the unit that takes the case."`
		Track    string `json:"track" enum:",complaint,report,petition" doc:"accept: what the matter is in law, where the complainant chose wrongly; split: what the other half is."`
		Ground   string `json:"ground" maxLength:"64" doc:"reject, refer: a ground of the rulebook."`
		To       string `json:"to" maxLength:"200" doc:"refer: an authority of the rulebook."`
		Note     string `json:"note" doc:"What the complainant is told; supplement: what is missing."`
	}
}

// screenView is the answer to a screening; case is there once accepted, other once split.
type screenView struct {
	Complaint *complaintView `json:"complaint"`
	Case      *CaseView      `json:"case,omitempty"`
	Other     *complaintView `json:"other,omitempty" doc:"The other half, once split."`
}

func (s *Server) apiScreen(ctx context.Context, by access.Actor, in *screenInput) (*answer[screenView], error) {
	b := in.Body
	var out screenView
	var c *complaint.Complaint
	var err error
	switch b.Decision {
	case "supplement":
		c, err = s.Complaints.AskForMore(ctx, by, in.Ref, b.Version, b.Note)
	case "reject":
		c, err = s.Complaints.Refuse(ctx, by, in.Ref, b.Version, b.Ground, b.Note)
	case "split":
		var other *complaint.Complaint
		if c, other, err = s.Evidence.Split(ctx, by, in.Ref, b.Version, complaint.Track(b.Track)); err != nil {
			return nil, err
		}
		if out.Other, err = s.complaintView(ctx, by, other); err != nil {
			return nil, err
		}
	case "refer":
		c, err = s.Complaints.Refer(ctx, by, in.Ref, b.Version, b.To, b.Ground, b.Note)
	default:
		accepted, k, aerr := s.Cases.Accept(ctx, by, in.Ref, b.Version, b.Unit, complaint.Track(b.Track))
		if aerr != nil {
			return nil, aerr
		}
		c, out.Case = accepted, s.caseViewOf(k)
	}
	if err != nil {
		return nil, err
	}
	if out.Complaint, err = s.complaintView(ctx, by, c); err != nil {
		return nil, err
	}
	return reply(out), nil
}

type revealInput struct {
	RefPath
	Body struct {
		Reason string `json:"reason" required:"true"`
	}
}

// revealView is who complains, in the clear.
type revealView struct {
	Name     string `json:"name"`
	IDNumber string `json:"id_number"`
	Phone    string `json:"phone"`
	Email    string `json:"email"`
	Address  string `json:"address"`
	Region   string `json:"region"`
}

func (s *Server) apiReveal(ctx context.Context, by access.Actor, in *revealInput) (*answer[revealView], error) {
	p, err := s.Complaints.Reveal(ctx, by, in.Ref, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return reply(revealView(*p)), nil
}
