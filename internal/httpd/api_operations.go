package httpd

import (
	"context"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/docket"
	"dunwatch/internal/fault"
	"dunwatch/internal/notify"
)

type calendarImportInput struct {
	Code string `path:"code" maxLength:"20"`
	Body struct {
		Days   string `json:"days" required:"true" doc:"CSV with the header date,off, or holiday-cn JSON as a text."`
		Source string `json:"source" maxLength:"300" doc:"The notice that announced them."`
	}
}

// calendarImportView is what an import did.
type calendarImportView struct {
	Calendar string     `json:"calendar"`
	Years    []int      `json:"years" doc:"Announced by the file; none: it put days right."`
	Days     int        `json:"days"`
	Known    bool       `json:"known" doc:"Exactly this is what counts already: nothing was done."`
	Moved    []moveView `json:"moved"`
}

type moveView struct {
	Owner     string `json:"owner" doc:"complaint, case or penalty"`
	Reference string `json:"reference"`
	Clock     string `json:"clock"`
	Was       string `json:"was_on" format:"date"`
	Is        string `json:"is_on" format:"date"`
}

func (s *Server) apiImportCalendar(ctx context.Context, by access.Actor, in *calendarImportInput) (*answer[calendarImportView], error) {
	if _, ok := s.Calendars[in.Code]; !ok {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	res, err := s.Docket.ImportCalendar(ctx, by, in.Code, in.Body.Source, strings.NewReader(in.Body.Days))
	if err != nil {
		return nil, err
	}
	v := calendarImportView{Calendar: res.Calendar, Years: append([]int{}, res.Years...), Days: res.Days, Known: res.Known}
	v.Moved = viewsOf(res.Moved, func(m docket.Move) moveView {
		return moveView{string(m.Owner.Kind), m.Reference, m.Clock, m.Was.String(), m.Is.String()}
	})
	return reply(v), nil
}

type outboxInput struct {
	Paging
	Show string `query:"show" enum:"waiting,dead,doubtful,sent" default:"waiting"`
}

// outboxView is a message of the outbox.
type outboxView struct {
	ID        int64  `json:"id"`
	Channel   string `json:"channel"`
	To        string `json:"to" doc:"Masked."`
	Template  string `json:"template"`
	Reference string `json:"reference,omitempty"`
	QueuedAt  string `json:"queued_at" format:"date-time"`
	NotBefore string `json:"not_before,omitempty" format:"date-time"`
	Attempts  int    `json:"attempts"`
	SentAt    string `json:"sent_at,omitempty" format:"date-time"`
	DeadAt    string `json:"dead_at,omitempty" format:"date-time"`
	Doubtful  bool   `json:"doubtful" doc:"It may have gone out twice."`
	LastError string `json:"last_error,omitempty"`
}

func (s *Server) apiOutbox(ctx context.Context, by access.Actor, in *outboxInput) (*answer[pageView[outboxView]], error) {
	items, next, err := s.Outbox.List(ctx, by, in.Show, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	st, err := s.Notify.Stats(ctx)
	if err != nil {
		return nil, err
	}
	v := pageView[outboxView]{NextCursor: next, Counts: map[string]int{"waiting": int(st.Waiting), "dead": int(st.Dead), "doubtful": int(st.Doubtful), "sent": int(st.Sent)}}
	v.Items = viewsOf(items, func(it notify.Item) outboxView {
		return outboxView{it.ID, string(it.Channel), it.To, it.Template, it.Reference, stamp(it.QueuedAt), stamp(it.NotBefore), it.Attempts,
			stamp(it.SentAt), stamp(it.DeadAt), it.Doubtful, it.LastError}
	})
	return reply(v), nil
}

func (s *Server) apiResend(ctx context.Context, by access.Actor, in *LetterPath) (*struct{}, error) {
	return nil, s.Outbox.Resend(ctx, by, in.ID)
}
