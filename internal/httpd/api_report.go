package httpd

import (
	"context"
	"net/url"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
	"dunwatch/internal/report"
)

type reportInput struct {
	Month  string `path:"month" maxLength:"7" doc:"YYYY-MM; also YYYY-Q1 to Q4, YYYY-H1, YYYY-H2 and YYYY."`
	Format string `query:"format" enum:"json,csv,xlsx,pdf" default:"json"`
	Table  string `query:"table" maxLength:"40" doc:"With csv: this table alone."`
	Pack   string `query:"pack" maxLength:"10" doc:"All packs if empty."`
}

// fileAnswer is one that is written as it is.
type fileAnswer struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (s *Server) apiReport(ctx context.Context, by access.Actor, in *reportInput) (*fileAnswer, error) {
	period, err := periodIn(in.Month)
	if err != nil {
		return nil, err
	}
	m, err := s.Reports.Whole(ctx, by, period, in.Pack, callerFrom(ctx).lang)
	if err != nil {
		return nil, err
	}
	f, err := s.fileOf(m, in.Format, in.Table)
	if err == nil && in.Format == "json" {
		f.Disposition = "" // read by programs, not kept
	}
	return f, err
}

// periodIn reads the period of a path.
func periodIn(text string) (report.Period, error) {
	p, err := report.ParsePeriod(text)
	if err != nil {
		return p, fault.Fields{{Name: "month", Key: "api.month"}}.Err()
	}
	return p, nil
}

type behindInput struct {
	Month  string `path:"month" maxLength:"7"`
	Pack   string `query:"pack" maxLength:"10"`
	Table  string `query:"table" required:"true" maxLength:"40"`
	Row    string `query:"row" required:"true" maxLength:"200" doc:"One of the table's row_keys, or total."`
	Column string `query:"column" required:"true" maxLength:"40" doc:"One of the table's keys whose opens is true."`
	From   int    `query:"from" minimum:"0" doc:"Place of the first item."`
}

// behindItemView is one thing that a figure counts.
type behindItemView struct {
	Kind      string `json:"kind" doc:"complaint, case, finding, measure, penalty"`
	Reference string `json:"reference"`
	Number    int    `json:"number,omitempty" doc:"Of a finding."`
	Code      string `json:"code,omitempty"`
	Outcome   string `json:"outcome,omitempty"`
	On        string `json:"on" format:"date"`
	AmountFen int64  `json:"amount_fen,omitempty"`
}

// behindView is the list behind a figure.
type behindView struct {
	Definition report.Definition `json:"definition"`
	Frozen     bool              `json:"frozen" doc:"The list is the one that was kept with the frozen report."`
	CutOff     string            `json:"cut_off" format:"date-time"`
	Count      int               `json:"count"`
	AmountFen  int64             `json:"amount_fen"`
	Items      []behindItemView  `json:"items" doc:"At most 1000 from the place asked for."`
}

// behindSent is how many items one answer holds.
const behindSent = 1000

func (s *Server) apiBehind(ctx context.Context, by access.Actor, in *behindInput) (*answer[behindView], error) {
	period, err := periodIn(in.Month)
	if err != nil {
		return nil, err
	}
	l, err := s.Reports.Behind(ctx, by, period, in.Pack, report.Figure{Table: in.Table, Row: in.Row, Column: in.Column}, callerFrom(ctx).lang)
	if err != nil {
		return nil, err
	}
	return reply(behindViewOf(l, in.From)), nil
}

func behindViewOf(l *report.List, from int) behindView {
	items := l.Items[min(from, len(l.Items)):]
	return behindView{l.Definition, l.Frozen, l.CutOff, len(l.Items), l.Fen, viewsOf(items[:min(behindSent, len(items))], func(it report.Item) behindItemView {
		return behindItemView{it.Kind, it.Reference, it.Number, it.Code, it.Outcome, it.On.String(), it.Fen}
	})}
}

type numberedBehindInput struct {
	Number int    `path:"number" minimum:"1" maximum:"99" doc:"2: the others lead to lists of work."`
	Firm   string `query:"firm" required:"true" maxLength:"64" doc:"Code."`
	Period string `query:"period" maxLength:"7"`
	Pack   string `query:"pack" maxLength:"10"`
	Table  string `query:"table" required:"true" maxLength:"40"`
	Row    string `query:"row" required:"true" maxLength:"200"`
	Column string `query:"column" required:"true" maxLength:"40"`
	From   int    `query:"from" minimum:"0" doc:"Place of the first item."`
}

func (s *Server) apiNumberedBehind(ctx context.Context, by access.Actor, in *numberedBehindInput) (*answer[behindView], error) {
	what, err := numberedAsk(in.Number, url.Values{"period": {in.Period}, "pack": {in.Pack}, "firm": {in.Firm}})
	if err != nil {
		return nil, err
	}
	l, err := s.Reports.NumberedBehind(ctx, by, what, report.Figure{Table: in.Table, Row: in.Row, Column: in.Column}, callerFrom(ctx).lang)
	if err != nil {
		return nil, err
	}
	return reply(behindViewOf(l, in.From)), nil
}
