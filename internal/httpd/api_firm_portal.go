package httpd

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/hardship"
	"dunwatch/internal/ident"
	"dunwatch/internal/locale"
)

// firmAPI registers the operations of a firm's own staff.
func (s *Server) firmAPI(api huma.API) {
	post, get := "POST", "GET"
	serve(s, api, endpoint{method: get, path: "/forwards", id: "list-forwards", summary: "List what was forwarded to one's own firm",
		action: access.UseFirmPortal}, s.apiFirmForwards)
	serve(s, api, endpoint{method: get, path: "/forwards/{ref}", id: "read-forward", summary: "Read a forward of one's own firm; the look is recorded",
		action: access.UseFirmPortal}, s.apiFirmForward)
	serve(s, api, endpoint{method: post, path: "/forwards/{ref}/acknowledge", id: "acknowledge-forward", summary: "Acknowledge a forward",
		action: access.AnswerForward}, s.apiFirmAcknowledge)
	serve(s, api, endpoint{method: post, path: "/forwards/{ref}/time", id: "ask-time-for-forward", summary: "Ask for more time",
		action: access.AnswerForward}, s.apiFirmTime)
	serve(s, api, endpoint{method: post, path: "/forwards/{ref}/answer", id: "answer-forward", summary: "Answer, or decide on a review",
		action: access.AnswerForward}, s.apiFirmAnswer)
	serve(s, api, endpoint{method: post, path: "/complaints/{ref}/firm-response", id: "firm-response",
		summary: "Answer by the complaint's reference, where the firm knows it, or the forward's", action: access.AnswerForward}, s.apiFirmResponse)
	serve(s, api, endpoint{method: post, path: "/forwards/{ref}/pass-on", id: "pass-on-forward", summary: "Pass a forward on to an agency that collects for the lender",
		action: access.AnswerForward}, s.apiFirmPassOn)
	serve(s, api, endpoint{method: post, path: "/forwards/{ref}/plan", id: "offer-plan", summary: "Offer the complainant a plan of repayment",
		action: access.OfferPlan, created: true}, s.apiFirmPlan)
	serve(s, api, endpoint{method: get, path: "/forwards/{ref}/plans", id: "list-firm-plans", summary: "List the plans that one's own firm offered",
		action: access.UseFirmPortal}, s.apiFirmPlans)
	serve(s, api, endpoint{method: post, path: "/forwards/{ref}/files", id: "add-firm-file", summary: "Add a file to what is to be answered",
		action: access.AnswerForward, created: true, upload: true}, s.apiFirmUpload)
	serve(s, api, endpoint{method: get, path: "/forwards/{ref}/files/{number}", id: "read-firm-file", summary: "Download a file; the look is recorded",
		action: access.UseFirmPortal}, s.apiFirmFile)
	serve(s, api, endpoint{method: get, path: "/forwards/{ref}/letters", id: "list-firm-letters", summary: "List the letters to one's own firm about a forward",
		action: access.UseFirmPortal}, s.apiFirmLetters)
	serve(s, api, endpoint{method: get, path: "/forwards/{ref}/letters/{number}", id: "read-firm-letter", summary: "Read a letter; the first look is recorded",
		action: access.UseFirmPortal}, s.apiFirmLetter)
	serve(s, api, endpoint{method: get, path: "/forwards/{ref}/letters/{number}/pdf", id: "print-firm-letter", summary: "Download a letter as PDF",
		action: access.UseFirmPortal}, s.apiFirmLetterPDF)
}

type firmForwardsInput struct {
	Paging
	Tab string `query:"tab" enum:"open,late,answered,ended" doc:"Which part; open by default."`
	Q   string `query:"q" maxLength:"40" doc:"Part of a forward's reference."`
}

func (s *Server) apiFirmForwards(ctx context.Context, by access.Actor, in *firmForwardsInput) (*answer[pageView[firmForwardItem]], error) {
	list, err := s.Forwards.Inbox(ctx, by, forwarding.InboxFilter{Tab: forwarding.Tab(in.Tab), Q: in.Q, Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	n := list.Counts
	return reply(pageView[firmForwardItem]{Items: viewsOf(list.Items, firmForwardItemOf), NextCursor: list.NextCursor,
		Counts: map[string]int{"open": int(n.Open), "late": int(n.Late), "answered": int(n.Answered), "ended": int(n.Ended)}}), nil
}

func (s *Server) apiFirmForward(ctx context.Context, by access.Actor, in *RefPath) (*answer[*firmForwardView], error) {
	v, err := s.Forwards.View(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	return reply(s.firmForwardViewOf(callerFrom(ctx).lang, v)), nil
}

// firmSeen answers a command with the forward as it stands.
func (s *Server) firmSeen(ctx context.Context, by access.Actor, f *forwarding.Forward, err error) (*answer[*firmForwardView], error) {
	if err != nil {
		return nil, err
	}
	return s.apiFirmForward(ctx, by, &RefPath{Ref: f.Reference})
}

type firmVersionInput struct {
	RefPath
	Body struct {
		Version int64 `json:"version" required:"true"`
	}
}

func (s *Server) apiFirmAcknowledge(ctx context.Context, by access.Actor, in *firmVersionInput) (*answer[*firmForwardView], error) {
	f, err := s.Forwards.Acknowledge(ctx, by, in.Ref, in.Body.Version)
	return s.firmSeen(ctx, by, f, err)
}

type firmTimeInput struct {
	RefPath
	Body struct {
		Version int64  `json:"version" required:"true"`
		N       int    `json:"n" minimum:"0" maximum:"366" doc:"How many days more; 0 for as many as the rule allows."`
		Ground  string `json:"ground" maxLength:"64"`
		Reason  string `json:"reason"`
	}
}

func (s *Server) apiFirmTime(ctx context.Context, by access.Actor, in *firmTimeInput) (*answer[*firmForwardView], error) {
	f, err := s.Forwards.AskTime(ctx, by, in.Ref, in.Body.Version, forwarding.TimeInput{Days: in.Body.N, Ground: in.Body.Ground, Reason: in.Body.Reason})
	return s.firmSeen(ctx, by, f, err)
}

type firmAnswerInput struct {
	RefPath
	Body struct {
		Version   int64  `json:"version" required:"true" doc:"Of the forward."`
		Outcome   string `json:"outcome" maxLength:"64"`
		Body      string `json:"body" doc:"In plain words: the complainant reads it."`
		AmountFen int64  `json:"amount_fen" minimum:"0"`
	}
}

func (s *Server) apiFirmAnswer(ctx context.Context, by access.Actor, in *firmAnswerInput) (*answer[*firmForwardView], error) {
	f, err := s.Forwards.Answer(ctx, by, in.Ref, in.Body.Version, forwarding.AnswerInput{Outcome: in.Body.Outcome, Body: in.Body.Body, AmountFen: in.Body.AmountFen})
	return s.firmSeen(ctx, by, f, err)
}

// apiFirmResponse is apiFirmAnswer by the reference of the complaint: for firms that were told it, and for no other.
func (s *Server) apiFirmResponse(ctx context.Context, by access.Actor, in *firmAnswerInput) (*answer[*firmForwardView], error) {
	if prefix, _, _, err := ident.ParseReference(in.Ref); err != nil || prefix != "F" {
		f, err := s.Forwards.ByComplaint(ctx, by, in.Ref)
		if err != nil {
			return nil, err
		}
		in.Ref = f.Reference
	}
	return s.apiFirmAnswer(ctx, by, in)
}

type firmPassInput struct {
	RefPath
	Body struct {
		Version  int64    `json:"version" required:"true"`
		Agency   string   `json:"agency" maxLength:"64" doc:"Code of an agency that collects for the lender today."`
		DueOn    string   `json:"due_on" maxLength:"10" doc:"YYYY-MM-DD, not after one's own."`
		Disclose []string `json:"disclose" maxItems:"20" doc:"Of what was disclosed to the lender."`
		Note     string   `json:"note"`
	}
}

func (s *Server) apiFirmPassOn(ctx context.Context, by access.Actor, in *firmPassInput) (*answer[*firmForwardView], error) {
	var wrong fault.Fields
	due := dayGiven(&wrong, "due_on", in.Body.DueOn)
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	f, err := s.Forwards.PassOn(ctx, by, in.Ref, in.Body.Version,
		forwarding.PassInput{Agency: in.Body.Agency, DueOn: due, Disclose: in.Body.Disclose, Note: in.Body.Note})
	return s.firmSeen(ctx, by, f, err)
}

type firmPlanPart struct {
	DueOn     string `json:"due_on" maxLength:"10" doc:"YYYY-MM-DD"`
	AmountFen int64  `json:"amount_fen" minimum:"0"`
}

type firmPlanInput struct {
	RefPath
	Body struct {
		Kind           string         `json:"kind" maxLength:"20" doc:"deferral or instalments"`
		Terms          string         `json:"terms"`
		TotalFen       int64          `json:"total_fen" minimum:"0"`
		Instalments    []firmPlanPart `json:"instalments" maxItems:"120"`
		StopCollection bool           `json:"stop_collection" doc:"The firm undertakes not to collect while the plan is kept."`
	}
}

func (s *Server) apiFirmPlan(ctx context.Context, by access.Actor, in *firmPlanInput) (*answer[firmPlanView], error) {
	var wrong fault.Fields
	o := hardship.OfferInput{Kind: hardship.Kind(in.Body.Kind), Terms: in.Body.Terms, TotalFen: in.Body.TotalFen, StopCollection: in.Body.StopCollection}
	for i, x := range in.Body.Instalments {
		on := dayGiven(&wrong, "instalments["+strconv.Itoa(i)+"].due_on", x.DueOn)
		o.Instalments = append(o.Instalments, hardship.Part{DueOn: on, Fen: x.AmountFen})
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	p, err := s.Plans.Offer(ctx, by, in.Ref, o)
	if err != nil {
		return nil, err
	}
	return reply(s.firmPlanViewOf(p)), nil
}

func (s *Server) apiFirmPlans(ctx context.Context, by access.Actor, in *RefPath) (*answer[itemsView[firmPlanView]], error) {
	list, err := s.Plans.PlansOf(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[firmPlanView]{viewsOf(list, s.firmPlanViewOf)}), nil
}

func (s *Server) apiFirmUpload(ctx context.Context, by access.Actor, in *uploadInput) (*answer[firmFileView], error) {
	if err := s.spendFrom(ctx, "upload"); err != nil {
		return nil, err
	}
	item, err := postedFile(in.request, func(kind, name string, r io.Reader) (*forwarding.File, error) {
		return s.Forwards.AddFile(ctx, by, in.Ref, kind, name, r)
	})
	if err != nil {
		return nil, err
	}
	return reply(firmFileViewOf(*item)), nil
}

// FirmNumber is a file or a letter of a forward in a path.
type FirmNumber struct {
	RefPath
	Number string `path:"number" maxLength:"20"`
}

func (s *Server) apiFirmFile(ctx context.Context, by access.Actor, in *FirmNumber) (*download, error) {
	number, err := strconv.Atoi(in.Number)
	if err != nil {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	item, file, err := s.Forwards.OpenFile(ctx, by, in.Ref, number)
	if err != nil {
		return nil, err
	}
	return s.firmDownload(ctx, "application/octet-stream", item.Name, file), nil
}

// firmDownload sends bytes out and closes them.
func (s *Server) firmDownload(ctx context.Context, kind, name string, body io.ReadCloser) *download {
	return &download{Type: kind, Disposition: contentDisposition(name), Cache: "no-store", Body: func(hc huma.Context) {
		defer body.Close()
		if _, err := io.Copy(hc.BodyWriter(), body); err != nil {
			// The head is sent: cutting the connection is the only way left to say that the file is not whole.
			s.Logger.ErrorContext(ctx, "download broke off", "err", err.Error())
			panic(http.ErrAbortHandler)
		}
	}}
}

func (s *Server) apiFirmLetters(ctx context.Context, by access.Actor, in *RefPath) (*answer[itemsView[firmLetterView]], error) {
	d := s.firmDesk(ctx, by)
	list, err := s.portalLetters(d, in.Ref)
	if err != nil {
		return nil, err
	}
	out := make([]firmLetterView, len(list))
	for i, l := range list {
		out[i] = firmLetterViewOf(i+1, l.Letter, d.lang)
	}
	return reply(itemsView[firmLetterView]{out}), nil
}

// firmDesk is deskOf for an operation of the API.
func (s *Server) firmDesk(ctx context.Context, by access.Actor) desk {
	return desk{s, ctx, by, callerFrom(ctx).lang, s.today()}
}

type firmLetterInput struct {
	FirmNumber
	Text string `query:"text" enum:"zh,en" doc:"Language of the text; that of the request by default."`
}

func (in *firmLetterInput) lang(otherwise locale.Lang) locale.Lang {
	if l, ok := locale.Parse(in.Text); ok {
		return l
	}
	return otherwise
}

func (s *Server) apiFirmLetter(ctx context.Context, by access.Actor, in *firmLetterInput) (*answer[firmLetterText], error) {
	d := s.firmDesk(ctx, by)
	l, sheet, err := s.portalSheet(d, in.Ref, in.Number, in.lang(d.lang))
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(in.Number)
	if err != nil {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	return reply(firmLetterText{firmLetterViewOf(n, l, sheet.Lang), sheet.Body, sheet.Office}), nil
}

func (s *Server) apiFirmLetterPDF(ctx context.Context, by access.Actor, in *firmLetterInput) (*download, error) {
	d := s.firmDesk(ctx, by)
	_, sheet, err := s.portalSheet(d, in.Ref, in.Number, in.lang(d.lang))
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	if _, err := s.Letters.PDF(&buf, sheet); err != nil {
		return nil, err
	}
	return s.firmDownload(ctx, "application/pdf", portalFileName(sheet), io.NopCloser(&buf)), nil
}

func firmDay(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}
