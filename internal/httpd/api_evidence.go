package httpd

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/evidence"
	"dunwatch/internal/fault"
)

func (s *Server) evidenceAPI(api huma.API) {
	serve(s, api, endpoint{method: "GET", path: "/complaints/{ref}/evidence", id: "list-evidence", summary: "List the files of a complaint",
		action: access.ReadComplaint, code: true}, s.apiEvidence)
	serve(s, api, endpoint{method: "POST", path: "/complaints/{ref}/evidence", id: "add-evidence", summary: "Add a file",
		action: access.AddEvidence, code: true, created: true, upload: true}, s.apiUpload)
	serve(s, api, endpoint{method: "GET", path: "/complaints/{ref}/evidence/{number}", id: "read-evidence",
		summary: "Download a file; this is recorded", action: access.ReadComplaint, code: true}, s.apiDownload)
	serve(s, api, endpoint{method: "GET", path: "/complaints/{ref}/evidence/{number}/custody", id: "read-custody",
		summary: "The chain of custody of a file", action: access.ReadEvidence}, s.apiCustody)
	serve(s, api, endpoint{method: "GET", path: "/complaints/{ref}/evidence.zip", id: "read-all-evidence",
		summary: "Download all files with an index; each is recorded", action: access.ReadEvidence}, s.apiBundle)
	serve(s, api, endpoint{method: "POST", path: "/complaints/{ref}/evidence/{number}/redact", id: "redact-evidence",
		summary: "Make a copy with parts blacked out; firms get it from then on", action: access.AddEvidence, created: true}, s.apiRedact)
	serve(s, api, endpoint{method: "POST", path: "/complaints/{ref}/evidence/{number}/mark", id: "mark-evidence",
		summary: "Supersede a file, or let through what is held back", action: access.ReadEvidence}, s.apiMark)
}

// redactInput names what is to be hidden: parts of a picture, or words of a text.
type redactInput struct {
	Ref    string `path:"ref" maxLength:"40"`
	Number string `path:"number" maxLength:"20" doc:"2, or E-2."`
	Body   struct {
		Boxes  []evidence.Box `json:"boxes,omitempty" maxItems:"50" doc:"Of a picture, in thousandths of its sides."`
		Words  []string       `json:"words,omitempty" maxItems:"200" doc:"Of a text, exactly as they stand there."`
		Reason string         `json:"reason" maxLength:"2000"`
	}
}

func (s *Server) apiRedact(ctx context.Context, by access.Actor, in *redactInput) (*answer[evidenceView], error) {
	number, err := downloadInput{Number: in.Number}.number()
	if err != nil {
		return nil, err
	}
	item, err := s.Evidence.Redact(ctx, by, in.Ref, number, evidence.Redaction{Boxes: in.Body.Boxes, Words: in.Body.Words, Reason: in.Body.Reason})
	if err != nil {
		return nil, err
	}
	return reply(evidenceViewOf(*item)), nil
}

// markInput is a deed on an item that makes no new one.
type markInput struct {
	Ref    string `path:"ref" maxLength:"40"`
	Number string `path:"number" maxLength:"20" doc:"2, or E-2."`
	Body   struct {
		Deed   string `json:"deed" enum:"supersede,release_suspect,release_original"`
		By     int    `json:"by,omitempty" doc:"Number of the item that stands in its place, to supersede."`
		Reason string `json:"reason" maxLength:"2000"`
	}
}

func (s *Server) apiMark(ctx context.Context, by access.Actor, in *markInput) (*answer[itemsView[evidenceView]], error) {
	number, err := downloadInput{Number: in.Number}.number()
	if err != nil {
		return nil, err
	}
	if what, ok := strings.CutPrefix(in.Body.Deed, "release_"); ok {
		err = s.Evidence.Release(ctx, by, in.Ref, number, what, in.Body.Reason)
	} else {
		err = s.Evidence.Supersede(ctx, by, in.Ref, number, in.Body.By, in.Body.Reason)
	}
	if err != nil {
		return nil, err
	}
	list, err := s.Evidence.List(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[evidenceView]{viewsOf(list, evidenceViewOf)}), nil
}

// uploadBody describes the form of an upload.
var uploadBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{
	Type: huma.TypeObject, Required: []string{"file", "kind"}, AdditionalProperties: false,
	Properties: map[string]*huma.Schema{
		"file": {Type: huma.TypeString, Format: "binary"},
		"kind": {Type: huma.TypeString, Description: "An evidence type of the rulebook."},
	},
}}}}

func (s *Server) apiEvidence(ctx context.Context, by access.Actor, in *CodeInput) (*answer[itemsView[evidenceView]], error) {
	by, err := s.enter(ctx, by, *in)
	if err != nil {
		return nil, err
	}
	list, err := s.Evidence.List(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[evidenceView]{viewsOf(list, evidenceViewOf)}), nil
}

// uploadInput keeps the request, because the form is read only after it is
// known who sends it.
type uploadInput struct {
	CodeInput
	request *http.Request
}

// Resolve takes the request out of huma.
func (u *uploadInput) Resolve(ctx huma.Context) []error {
	u.request = humaecho.Unwrap(ctx).Request()
	// A recording over a slow line takes longer than huma gives a body.
	if err := ctx.SetReadDeadline(time.Now().Add(uploadTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return []error{err}
	}
	return nil
}

// uploadTime is how long the sending of a file may take.
const uploadTime = 15 * time.Minute

func (s *Server) apiUpload(ctx context.Context, by access.Actor, in *uploadInput) (*answer[evidenceView], error) {
	by, err := s.enter(ctx, by, in.CodeInput)
	if err != nil {
		return nil, err
	}
	if err := s.spendFrom(ctx, "upload"); err != nil {
		return nil, err
	}
	item, err := postedFile(in.request, func(kind, name string, r io.Reader) (*evidence.Item, error) {
		return s.Evidence.Add(ctx, by, in.Ref, kind, name, r)
	})
	if err != nil {
		return nil, err
	}
	return reply(evidenceViewOf(*item)), nil
}

// safeName is a field's name as far as it can be repeated in an answer.
func safeName(name string) string {
	if len(name) > 60 || !utf8.ValidString(name) {
		return "?"
	}
	return name
}

type downloadInput struct {
	CodeInput
	Number string `path:"number" maxLength:"20" doc:"2, or E-2."`
	Form   string `query:"form" enum:"copy,original" default:"copy" doc:"copy: without what the file tells beside its content; the complainant gets the own files as they were sent. original: byte for byte as received, for staff with a reason."`
	Reason string `query:"reason" maxLength:"2000" doc:"What the original is needed for; it goes on record."`
}

// number is the item that an address names.
func (in downloadInput) number() (int, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(strings.ToUpper(in.Number), "E-"))
	if err != nil {
		return 0, fault.New(fault.NotFound, "fault.not_found")
	}
	return n, nil
}

// download is a file on its way out.
type download struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Cache       string `header:"Cache-Control"`
	Body        func(huma.Context)
}

func (s *Server) apiDownload(ctx context.Context, by access.Actor, in *downloadInput) (*download, error) {
	by, err := s.enter(ctx, by, in.CodeInput)
	if err != nil {
		return nil, err
	}
	number, err := in.number()
	if err != nil {
		return nil, err
	}
	var item *evidence.Item
	var file io.ReadCloser
	if in.Form == "original" {
		item, file, err = s.Evidence.Take(ctx, by, in.Ref, number, in.Reason)
	} else {
		item, file, err = s.Evidence.Copy(ctx, by, in.Ref, number)
	}
	if err != nil {
		return nil, err
	}
	return &download{Type: mediaType(item), Disposition: contentDisposition(item.Name), Cache: "no-store", Body: func(hc huma.Context) {
		defer file.Close()
		if _, err := io.Copy(hc.BodyWriter(), file); err != nil {
			// The head is sent: cutting the connection is the only way left to say that the file is not whole.
			s.Logger.ErrorContext(ctx, "download broke off", "err", err.Error())
			panic(http.ErrAbortHandler)
		}
	}}, nil
}

// mediaType is what the content was found to be, if that can be a header.
func mediaType(item *evidence.Item) string {
	if _, _, err := mime.ParseMediaType(item.MediaType); err != nil {
		return "application/octet-stream"
	}
	return item.MediaType
}

type custodyInput struct {
	Ref    string `path:"ref" maxLength:"40"`
	Number string `path:"number" maxLength:"20" doc:"2, or E-2."`
}

// custodyView is one event in the chain of custody, as it stands in the record.
type custodyView struct {
	Entry  int64          `json:"entry" doc:"Number of the entry in the record."`
	At     string         `json:"at" format:"date-time"`
	Action string         `json:"action"`
	Role   string         `json:"role"`
	Name   string         `json:"name,omitempty"`
	Detail map[string]any `json:"detail"`
}

func (s *Server) apiCustody(ctx context.Context, by access.Actor, in *custodyInput) (*answer[itemsView[custodyView]], error) {
	number, err := downloadInput{Number: in.Number}.number()
	if err != nil {
		return nil, err
	}
	list, err := s.Evidence.Custody(ctx, by, in.Ref, number)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[custodyView]{viewsOf(list, func(e *audit.Entry) custodyView {
		return custodyView{e.ID, stamp(e.At), string(e.Action), string(e.ActorRole), e.ActorName, e.Detail}
	})}), nil
}
