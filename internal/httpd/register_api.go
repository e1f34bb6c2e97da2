package httpd

import (
	"context"
	"fmt"

	"github.com/danielgtaylor/huma/v2"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/rulebook"
)

// registerAPI registers the operations of the public register, of the credential lookup and of rosters.
func (s *Server) registerAPI(api huma.API) {
	serve(s, api, endpoint{method: "GET", path: "/register/penalties", id: "list-register", summary: "List the published penalties", public: true}, s.apiRegister)
	serve(s, api, endpoint{method: "GET", path: "/register/penalties/{number}", id: "read-register-entry",
		summary: "Read a published penalty with the history of its publication", public: true}, s.apiRegisterEntry)
	serve(s, api, endpoint{method: "GET", path: "/credentials", id: "check-credential", summary: "Ask whether a collector is registered", public: true}, s.apiCredential)
	serve(s, api, endpoint{method: "GET", path: "/roster", id: "list-rosters", summary: "When my firm handed in its list of collectors", action: access.ManageFirmUsers}, s.apiRosters)
	serve(s, api, endpoint{method: "POST", path: "/roster", id: "hand-in-roster", summary: "Hand in my firm's list of collectors; it replaces the one before",
		action: access.ManageFirmUsers, created: true}, s.apiHandInRoster)
}

// wordsView is a text in both languages.
type wordsView struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

func wordsViewOf(t rulebook.Text) wordsView { return wordsView{t.ZH, t.EN} }

// registerView is a published decision.
type registerView struct {
	Number      string              `json:"number" doc:"As the decision has it: 〔2026〕12号."`
	Short       string              `json:"short_number" doc:"As it stands in addresses: 2026-12."`
	Pack        string              `json:"pack"`
	Firm        string              `json:"firm" doc:"Code of the firm; empty where the entry is gone."`
	Parties     []string            `json:"parties" doc:"The firm first; names of persons are partly masked."`
	Facts       string              `json:"facts"`
	Basis       wordsView           `json:"basis" doc:"One a line."`
	Decision    wordsView           `json:"decision" doc:"One a line."`
	AmountFen   int64               `json:"amount_fen"`
	Authority   wordsView           `json:"authority"`
	DecidedOn   string              `json:"decided_on"`
	PublishedOn string              `json:"published_on"`
	ExpiresOn   string              `json:"expires_on,omitempty"`
	CorrectedOn string              `json:"corrected_on,omitempty"`
	WithdrawnOn string              `json:"withdrawn_on,omitempty"`
	Reason      string              `json:"reason,omitempty" doc:"Of the correction or withdrawal."`
	Gone        bool                `json:"gone" doc:"Expired or withdrawn: what it said is not shown any more."`
	Events      []registerEventView `json:"events,omitempty"`
}

type registerEventView struct {
	Kind   string `json:"kind" enum:"published,corrected,expired,withdrawn"`
	On     string `json:"on"`
	Reason string `json:"reason,omitempty"`
}

func registerViewOf(e enforcement.RegisterEntry) registerView {
	v := registerView{Number: e.Number, Short: enforcement.ShortNumber(e.Number), Pack: e.Pack, Firm: e.FirmCode, Parties: listOf(e.Parties), Facts: e.Facts,
		Basis: wordsViewOf(e.Bases), Decision: wordsViewOf(e.Measures), AmountFen: e.AmountFen, Authority: wordsViewOf(e.Authority), DecidedOn: isoDay(e.DecidedOn),
		PublishedOn: isoDay(e.PublishedOn), ExpiresOn: isoDay(e.ExpiresOn), CorrectedOn: isoDay(e.CorrectedOn), WithdrawnOn: isoDay(e.WithdrawnOn), Reason: e.Reason, Gone: e.Gone}
	if e.Gone {
		v.Firm = ""
	}
	for _, ev := range e.Events {
		v.Events = append(v.Events, registerEventView{ev.Kind, isoDay(ev.On), ev.Reason})
	}
	return v
}

type registerInput struct {
	Paging
	Firm string `query:"firm" maxLength:"40" doc:"Code of a firm."`
	Year int    `query:"year" minimum:"0" maximum:"2999" doc:"Of publication."`
	Kind string `query:"kind" maxLength:"40" doc:"A measure of the decision: fine, warning ..."`
	Pack string `query:"pack" maxLength:"20"`
	Q    string `query:"q" maxLength:"200" doc:"Part of a party's name or of the number."`
}

func (s *Server) apiRegister(ctx context.Context, _ access.Actor, in *registerInput) (*answer[pageView[registerView]], error) {
	leave, err := s.gate.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	page, err := s.Penalties.Register(ctx, enforcement.RegisterFilter{Firm: in.Firm, Year: in.Year, Kind: in.Kind, Pack: in.Pack, Q: in.Q, Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return reply(pageView[registerView]{Items: viewsOf(page.Items, registerViewOf), NextCursor: page.NextCursor}), nil
}

type numberPath struct {
	Number string `path:"number" maxLength:"40"`
}

func (s *Server) apiRegisterEntry(ctx context.Context, _ access.Actor, in *numberPath) (*answer[registerView], error) {
	leave, err := s.gate.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	e, err := s.Penalties.RegisterEntry(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	return reply(registerViewOf(*e)), nil
}

// credentialView says whether a collector is registered. It names no person.
type credentialView struct {
	Result string `json:"result" enum:"registered,not_registered,cannot_tell"`
	Reason string `json:"reason,omitempty" enum:"firm,roster,old" doc:"Why nothing can be said: the firm is unknown, it handed in no list for that day, or its list is too old."`
	Firm   string `json:"firm,omitempty" doc:"Code of the firm asked about."`
	At     string `json:"registered_at,omitempty" doc:"Code of the firm on whose list the number stands."`
	ListOn string `json:"list_of,omitempty" doc:"The day on which the list was received."`
	On     string `json:"on" doc:"The day asked about."`
}

type credentialInput struct {
	Firm   string `query:"firm" required:"true" maxLength:"200" doc:"Code of the firm, or its name."`
	Number string `query:"number" required:"true" maxLength:"40" doc:"Staff number or telephone number."`
	On     string `query:"on" format:"date" doc:"The day; today unless given."`
}

func (s *Server) apiCredential(ctx context.Context, _ access.Actor, in *credentialInput) (*answer[credentialView], error) {
	if err := s.spendFrom(ctx, "credential"); err != nil {
		return nil, err
	}
	on, err := credentialDay(in.On)
	if err != nil {
		return nil, err
	}
	code, _, err := s.meantHouse(ctx, in.Firm)
	if err != nil {
		return nil, err
	}
	cr, err := s.Rosters.Look(ctx, code, in.Number, on)
	if err != nil {
		return nil, err
	}
	v := credentialView{Result: string(cr.Standing), Reason: cr.Reason, ListOn: isoDay(cr.ListOn), On: isoDay(cr.On)}
	if cr.Firm != nil {
		v.Firm = cr.Firm.Code
	}
	if cr.At != nil {
		v.At = cr.At.Code
	}
	return reply(v), nil
}

func credentialDay(text string) (calendar.Date, error) {
	if text == "" {
		return calendar.Date{}, nil
	}
	on, err := calendar.ParseDate(text)
	if err != nil {
		return on, fault.Fields{{Name: "on", Key: "fault.date"}}.Err()
	}
	return on, nil
}

// rosterView is a list that a firm handed in.
type rosterView struct {
	ReceivedOn string `json:"received_on"`
	LastOn     string `json:"last_on" doc:"The last day of which it speaks, unless a newer list replaces it."`
	Collectors int    `json:"collectors"`
}

func (s *Server) apiRosters(ctx context.Context, by access.Actor, _ *struct{}) (*answer[itemsView[rosterView]], error) {
	list, err := s.Rosters.List(ctx, by)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[rosterView]{viewsOf(list, func(r firm.Roster) rosterView {
		return rosterView{isoDay(r.ReceivedOn), isoDay(r.LastOn), r.Collectors}
	})}), nil
}

type handInInput struct {
	Body struct {
		Collectors []rosterCollector `json:"collectors" required:"true" maxItems:"50000"`
	}
}

type rosterCollector struct {
	StaffNumber string `json:"staff_number" required:"true" maxLength:"40"`
	Name        string `json:"name" maxLength:"200"`
	Phone       string `json:"phone" maxLength:"40"`
	From        string `json:"from" required:"true" format:"date"`
	To          string `json:"to"`
}

// rosterTakenView is a list that was taken.
type rosterTakenView struct {
	Firm       string `json:"firm"`
	Collectors int    `json:"collectors"`
	Same       bool   `json:"same" doc:"This very list was received today already; nothing was stored."`
}

func (s *Server) apiHandInRoster(ctx context.Context, by access.Actor, in *handInInput) (*answer[rosterTakenView], error) {
	var list []firm.Collector
	for i, c := range in.Body.Collectors {
		from, _ := calendar.ParseDate(c.From) // the schema has checked its form; a day that does not exist is refused as none
		to, err := credentialDay(c.To)
		if err != nil {
			return nil, fault.Fields{{Name: fmt.Sprintf("collectors[%d].to", i), Key: "fault.date"}}.Err()
		}
		list = append(list, firm.Collector{StaffNumber: c.StaffNumber, Name: c.Name, Phone: c.Phone, From: from, To: to})
	}
	res, err := s.Rosters.HandIn(ctx, by, list)
	if err != nil {
		return nil, err
	}
	if len(res.Taken) == 0 {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	t := res.Taken[0]
	return reply(rosterTakenView{t.Firm, t.Collectors, t.Same}), nil
}
