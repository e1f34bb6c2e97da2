package httpd

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"dunwatch/internal/access"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// intakeAPI registers the operations of intake by staff and of telling complainants.
func (s *Server) intakeAPI(api huma.API) {
	post, get := "POST", "GET"
	serve(s, api, endpoint{method: post, path: "/intake", id: "take-down", summary: "Take down a complaint that came by telephone, post, visit or from another authority",
		action: access.Screen, created: true}, s.apiTakeDown)
	serve(s, api, endpoint{method: get, path: "/complaints/not-informed", id: "list-not-informed", summary: "Closed complaints whose complainants were not told the result",
		action: access.LogContact}, s.apiNotInformed)
	serve(s, api, endpoint{method: get, path: "/complaints/{ref}/contacts", id: "list-contacts", summary: "Attempts to tell the complainant the result",
		action: access.ReadComplaint}, s.apiContacts)
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/contacts", id: "log-contact", summary: "Log an attempt to tell the complainant the result",
		action: access.LogContact, created: true}, s.apiLogContact)
}

type takeDownInput struct {
	Key  string `header:"Idempotency-Key" maxLength:"200" doc:"A request sent again with the same key gets the same answer."`
	Body struct {
		FilingBody
		Source    string `json:"source" doc:"How it arrived: phone, visit, post, fax, email, referral."`
		ArrivedOn string `json:"arrived_on" doc:"YYYY-MM-DD; the day that the law counts from. Left out: today."`
		Note      string `json:"note" doc:"For the office; the complainant does not see it."`
	}
}

func (s *Server) apiTakeDown(ctx context.Context, by access.Actor, in *takeDownInput) (*answer[filedView], error) {
	var wrong fault.Fields
	arrived := dayGiven(&wrong, "arrived_on", in.Body.ArrivedOn)
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	key := ""
	if in.Key != "" {
		key = "intake-api:" + in.Key
	}
	f, err := s.Complaints.TakeDown(ctx, by, in.Body.filing(), complaint.Intake{Source: in.Body.Source, ArrivedOn: arrived, Note: in.Body.Note, Key: key})
	if err != nil {
		return nil, err
	}
	c := f.Complaint
	return reply(filedView{c.Reference, f.AccessCode, stamp(c.ReceivedAt), c.DueOn.String(), c.Version, f.Receipt}), nil
}

type notInformedInput struct {
	Paging
	Late bool `query:"late" doc:"Only those whose day for telling has passed."`
}

// notInformedView is a complainant still to be told.
type notInformedView struct {
	Reference   string `json:"reference"`
	Track       string `json:"track"`
	ClosedAt    string `json:"closed_at" format:"date-time"`
	DueOn       string `json:"due_on" format:"date"`
	Provisional bool   `json:"provisional"`
	Attempts    int    `json:"attempts"`
	LastAt      string `json:"last_at,omitempty" format:"date-time"`
	LastResult  string `json:"last_result,omitempty"`
}

func (s *Server) apiNotInformed(ctx context.Context, by access.Actor, in *notInformedInput) (*answer[pageView[notInformedView]], error) {
	l, err := s.Complaints.NotInformed(ctx, by, complaint.NotInformedFilter{Late: in.Late, Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	items := viewsOf(l.Items, func(n complaint.NotInformed) notInformedView {
		return notInformedView{n.Reference, string(n.Track), stamp(n.ClosedAt), n.DueOn.String(), n.Provisional, n.Attempts, stamp(n.LastAt), n.LastResult}
	})
	return reply(pageView[notInformedView]{Items: items, NextCursor: l.NextCursor}), nil
}

// contactView is an attempt to tell the result.
type contactView struct {
	At     string      `json:"at" format:"date-time"`
	By     *personView `json:"by,omitempty"`
	Way    string      `json:"way"`
	Result string      `json:"result"`
	Note   string      `json:"note,omitempty"`
	Hidden bool        `json:"hidden,omitempty" doc:"The note is kept from this reader, because it may tell who reported."`
}

func (s *Server) contactViews(ctx context.Context, list ...complaint.Contact) ([]contactView, error) {
	var names map[int64]string
	ids := make([]int64, len(list))
	for i, c := range list {
		ids[i] = c.UserID
	}
	if len(ids) > 0 {
		err := s.DB.Read(ctx, func(tx *store.Tx) (err error) {
			names, err = s.Accounts.Names(ctx, tx, ids)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return viewsOf(list, func(c complaint.Contact) contactView {
		return contactView{stamp(c.At), personViewOf(c.UserID, names[c.UserID]), c.Way, c.Result, c.Note, c.Hidden}
	}), nil
}

func (s *Server) apiContacts(ctx context.Context, by access.Actor, in *RefPath) (*answer[itemsView[contactView]], error) {
	list, err := s.Complaints.Contacts(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	views, err := s.contactViews(ctx, list...)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[contactView]{views}), nil
}

type logContactInput struct {
	RefPath
	Body struct {
		Way    string `json:"way" required:"true" enum:"phone,email,sms,post,visit"`
		Result string `json:"result" required:"true" enum:"reached,not_reached,left_message,refused"`
		Note   string `json:"note"`
	}
}

func (s *Server) apiLogContact(ctx context.Context, by access.Actor, in *logContactInput) (*answer[contactView], error) {
	c, err := s.Complaints.LogContact(ctx, by, in.Ref, in.Body.Way, in.Body.Result, in.Body.Note)
	if err != nil {
		return nil, err
	}
	views, err := s.contactViews(ctx, *c)
	if err != nil {
		return nil, err
	}
	return reply(views[0]), nil
}
