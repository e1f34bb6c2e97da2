package httpd

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"dunwatch/internal/access"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
)

// letterAPI registers the operations of letters and their templates, of calendars and of the outbox.
func (s *Server) letterAPI(api huma.API) {
	post, get := "POST", "GET"
	serve(s, api, endpoint{method: get, path: "/letters", id: "list-issued-letters", summary: "List the letters that went out", action: access.ReadComplaint}, s.apiLetters)
	serve(s, api, endpoint{method: get, path: "/letters/to-read", id: "list-letters-to-read", summary: "List the letters that wait for my second reading",
		action: access.ReleaseLetter}, s.apiLettersToRead)
	serve(s, api, endpoint{method: get, path: "/letters/{id}", id: "read-letter", summary: "Read a letter in both languages", action: access.ReadComplaint}, s.apiLetter)
	serve(s, api, endpoint{method: post, path: "/letters/{id}/text", id: "edit-letter", summary: "Change the text of a draft", action: access.WriteLetter}, s.apiEditLetter)
	serve(s, api, endpoint{method: post, path: "/letters/{id}/release", id: "release-letter", summary: "Issue a draft after its second reading",
		action: access.ReleaseLetter}, s.apiReleaseLetter)
	serve(s, api, endpoint{method: post, path: "/letters/{id}/cancel", id: "cancel-letter", summary: "Put a draft away", action: access.WriteLetter}, s.apiCancelLetter)
	serve(s, api, endpoint{method: post, path: "/letters/{id}/delivery", id: "note-letter-delivery", summary: "Note what became of a letter on paper",
		action: access.WriteLetter}, s.apiNoteDelivery)
	serve(s, api, endpoint{method: get, path: "/letter-templates", id: "list-letter-templates", summary: "List the templates in use",
		action: access.ManageTemplates}, s.apiTemplates)
	serve(s, api, endpoint{method: get, path: "/letter-templates/{kind}/{language}", id: "read-letter-template", summary: "Read a template with its versions",
		action: access.ManageTemplates}, s.apiTemplate)
	serve(s, api, endpoint{method: post, path: "/letter-templates/{kind}/{language}", id: "change-letter-template", summary: "Add a version of a template",
		action: access.ManageTemplates, created: true}, s.apiChangeTemplate)
	serve(s, api, endpoint{method: post, path: "/letter-templates/{kind}/{language}/preview", id: "preview-letter-template",
		summary: "See words as a letter with sample values; nothing is kept", action: access.ManageTemplates}, s.apiPreviewTemplate)
	serve(s, api, endpoint{method: post, path: "/letter-templates/{kind}/{language}/restore", id: "restore-letter-template",
		summary: "Make the built-in words the newest version", action: access.ManageTemplates, created: true}, s.apiRestoreTemplate)
	serve(s, api, endpoint{method: post, path: "/calendars/{code}/import", id: "import-calendar", summary: "Import the days of a year; lists the due dates that moved",
		action: access.ManageCalendar}, s.apiImportCalendar)
	serve(s, api, endpoint{method: get, path: "/outbox", id: "list-outbox", summary: "List messages, recipients masked", action: access.ReadOperations}, s.apiOutbox)
	serve(s, api, endpoint{method: post, path: "/outbox/{id}/resend", id: "resend-message", summary: "Send a message again that was given up",
		action: access.ManageOperations}, s.apiResend)
}

// LetterPath is the id in a path.
type LetterPath struct {
	ID int64 `path:"id" minimum:"1"`
}

// letterView is a letter, with its text where one letter was asked for.
type letterView struct {
	ID          int64             `json:"id"`
	Number      string            `json:"number,omitempty" doc:"Empty until it is issued."`
	Kind        string            `json:"kind"`
	Complaint   string            `json:"complaint"`
	To          string            `json:"to" doc:"complainant, firm or authority"`
	Language    string            `json:"language" doc:"In which the recipient is addressed."`
	Title       map[string]string `json:"title"`
	Text        map[string]string `json:"text,omitempty"`
	Status      string            `json:"status"`
	WrittenAt   string            `json:"written_at" format:"date-time"`
	IssuedOn    string            `json:"issued_on,omitempty" format:"date"`
	Delivery    string            `json:"delivery"`
	DeliveredOn string            `json:"delivered_on,omitempty" format:"date"`
	Version     int64             `json:"version"`
}

func letterViewOf(l *letter.Letter, ref string) letterView {
	return letterView{ID: l.ID, Number: l.Number, Kind: l.Kind, Complaint: ref, To: string(l.To), Language: l.Lang,
		Title: map[string]string{"zh": l.TitleZH, "en": l.TitleEN}, Status: string(l.Status), WrittenAt: stamp(l.WrittenAt),
		IssuedOn: l.IssuedOn.String(), Delivery: string(l.Delivery), DeliveredOn: l.DeliveredOn.String(), Version: l.Version}
}

func waitingViews(list []complaint.WaitingLetter) []letterView {
	return viewsOf(list, func(l complaint.WaitingLetter) letterView { return letterViewOf(l.Letter, l.Reference) })
}

type lettersInput struct {
	Paging
	Q           string `query:"q" maxLength:"100" doc:"Part of a number, or the reference of a complaint."`
	Undelivered bool   `query:"undelivered" doc:"Only those that did not arrive."`
}

func (s *Server) apiLetters(ctx context.Context, by access.Actor, in *lettersInput) (*answer[pageView[letterView]], error) {
	l, err := s.Complaints.IssuedLetters(ctx, by, complaint.LetterFilter{Undelivered: in.Undelivered, Q: in.Q, Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return reply(pageView[letterView]{Items: waitingViews(l.Items), NextCursor: l.NextCursor, Counts: map[string]int{"undelivered": l.Undelivered}}), nil
}

func (s *Server) apiLettersToRead(ctx context.Context, by access.Actor, _ *struct{}) (*answer[itemsView[letterView]], error) {
	list, err := s.Complaints.LettersToRead(ctx, by)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[letterView]{waitingViews(list)}), nil
}

// apiLetter is forbidden, unlike the page, where the text names somebody whom the caller may not see: an answer without
// its text could be taken for the letter.
func (s *Server) apiLetter(ctx context.Context, by access.Actor, in *LetterPath) (*answer[letterView], error) {
	l, err := s.Complaints.LetterAt(ctx, by, in.ID)
	if err != nil {
		return nil, err
	}
	v := letterViewOf(l.Letter, l.Reference)
	v.Text = map[string]string{}
	for _, lang := range locale.Langs {
		if _, v.Text[string(lang)], err = s.Complaints.LetterText(ctx, by, l.Reference, l.ID, lang); err != nil {
			return nil, err
		}
	}
	return reply(v), nil
}

// onLetter does a deed on the letter of a path.
func (s *Server) onLetter(ctx context.Context, by access.Actor, id int64, do func(ref string) (*letter.Letter, error)) (*answer[letterView], error) {
	l, err := s.Complaints.LetterAt(ctx, by, id)
	if err != nil {
		return nil, err
	}
	done, err := do(l.Reference)
	if err != nil {
		return nil, err
	}
	return reply(letterViewOf(done, l.Reference)), nil
}

type editLetterInput struct {
	LetterPath
	Body struct {
		ZH      string `json:"body_zh" maxLength:"20000" doc:"Empty leaves it as it was."`
		EN      string `json:"body_en" maxLength:"20000"`
		Version int64  `json:"version" required:"true"`
	}
}

func (s *Server) apiEditLetter(ctx context.Context, by access.Actor, in *editLetterInput) (*answer[letterView], error) {
	return s.onLetter(ctx, by, in.ID, func(ref string) (*letter.Letter, error) {
		return s.Complaints.EditLetter(ctx, by, ref, in.ID, in.Body.Version, rulebook.Text{ZH: in.Body.ZH, EN: in.Body.EN})
	})
}

type releaseLetterInput struct {
	LetterPath
	Body struct {
		Version int64 `json:"version" required:"true"`
	}
}

func (s *Server) apiReleaseLetter(ctx context.Context, by access.Actor, in *releaseLetterInput) (*answer[letterView], error) {
	return s.onLetter(ctx, by, in.ID, func(ref string) (*letter.Letter, error) {
		return s.Complaints.ReleaseLetter(ctx, by, ref, in.ID, in.Body.Version)
	})
}

type cancelLetterInput struct {
	LetterPath
	Body struct {
		Reason  string `json:"reason" required:"true" maxLength:"500"`
		Version int64  `json:"version" required:"true"`
	}
}

func (s *Server) apiCancelLetter(ctx context.Context, by access.Actor, in *cancelLetterInput) (*answer[letterView], error) {
	return s.onLetter(ctx, by, in.ID, func(ref string) (*letter.Letter, error) {
		return s.Complaints.CancelLetter(ctx, by, ref, in.ID, in.Body.Version, in.Body.Reason)
	})
}

type letterDeliveryInput struct {
	LetterPath
	Body struct {
		Delivery string `json:"delivery" required:"true" enum:"posted,delivered,returned,failed"`
		On       string `json:"on" required:"true" doc:"YYYY-MM-DD"`
		Note     string `json:"note" maxLength:"500"`
		Version  int64  `json:"version" required:"true"`
	}
}

func (s *Server) apiNoteDelivery(ctx context.Context, by access.Actor, in *letterDeliveryInput) (*answer[letterView], error) {
	var wrong fault.Fields
	on := dayGiven(&wrong, "on", in.Body.On)
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	return s.onLetter(ctx, by, in.ID, func(ref string) (*letter.Letter, error) {
		return s.Complaints.NoteLetterDelivery(ctx, by, ref, in.ID, in.Body.Version, letter.Delivery(in.Body.Delivery), on, in.Body.Note)
	})
}
