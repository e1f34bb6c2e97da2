package httpd

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/evidence"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/notify"
	"dunwatch/internal/worker"
)

// operationsData is what whoever keeps the program running looks at: messages, jobs, and how it answers.
type operationsData struct {
	Page
	Stats   notify.Stats
	Age     string // of the oldest waiting message
	Tabs    []Tab
	Rows    []outboxRow
	Pager   Pager
	Jobs    []jobRow
	Routes  []routeRow
	Answers []Answer
	Files   []Answer // how the evidence stands
	MaySend bool
}

type outboxRow struct {
	notify.Item
	Chip    Chip
	Name    string // of its words
	Age     string
	Next    time.Time // of the next attempt; zero where there is none
	Resend  string    // address; "" where it was not given up
	Channel string
}

type jobRow struct {
	worker.Run
	Name string
	Chip Chip
}

func (s *Server) operationsPage(c echo.Context) error {
	p, err := s.operationsData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "operations/page", p)
}

func (s *Server) operationsData(c echo.Context) (*operationsData, error) {
	d, p := s.deskOf(c), &operationsData{Page: s.base(c)}
	a := ask{values: p.Query.Values}
	show := a.oneOf("show", notify.Filters...)
	if err := a.err(); err != nil {
		return nil, err
	}
	var err error
	if p.Stats, err = s.Notify.Stats(d.ctx); err != nil {
		return nil, err
	}
	if show == "" {
		show = "waiting"
		if p.Stats.Waiting == 0 && p.Stats.Dead > 0 {
			show = "dead"
		}
	}
	items, next, err := s.Outbox.List(d.ctx, d.by, show, p.Query.Get("cursor"), 0)
	if err != nil {
		return nil, err
	}
	p.MaySend = s.Policy.Widest(d.by.Role, access.ManageOperations) != access.None
	for _, it := range items {
		p.Rows = append(p.Rows, d.outboxRow(it, p.Now, p.MaySend))
	}
	p.Pager = d.pager(p.Query, len(items), next)
	counts := map[string]int64{"waiting": p.Stats.Waiting, "dead": p.Stats.Dead, "doubtful": p.Stats.Doubtful, "sent": p.Stats.Sent}
	for _, name := range notify.Filters {
		p.Tabs = append(p.Tabs, Tab{Label: d.t("operations.show." + name), Href: "/operations?show=" + name, Count: int(counts[name]), Counted: true, Current: show == name})
	}
	if !p.Stats.Oldest.IsZero() {
		p.Age = d.age(p.Now.Sub(p.Stats.Oldest))
	}
	if p.Jobs, err = s.operationJobs(d); err != nil {
		return nil, err
	}
	if p.Files, err = s.evidenceState(d); err != nil {
		return nil, err
	}
	p.Routes, p.Answers, err = s.traffic(d)
	return p, err
}

// evidenceState is what the nightly comparison found, and what the scanner said of the files.
func (s *Server) evidenceState(d desk) ([]Answer, error) {
	c, err := s.Evidence.LastCheck(d.ctx)
	if err != nil {
		return nil, err
	}
	counts, err := s.Evidence.ScanCounts(d.ctx)
	if err != nil {
		return nil, err
	}
	row := func(key, text string) Answer {
		return Answer{Label: d.t("operations.evidence." + key), Lines: []string{text}}
	}
	out := []Answer{row("checked", d.t("operations.evidence.never"))}
	if c != nil {
		out = []Answer{row("checked", locale.DateTime(d.lang, c.At, s.cfg.Zone)), row("files", strconv.Itoa(c.Files)), row("missing", strconv.Itoa(c.Missing)),
			row("altered", strconv.Itoa(c.Altered)), row("unnamed", strconv.Itoa(c.Unnamed))}
	}
	scanner := "none"
	if s.Evidence.Scans() {
		scanner = "connected"
	}
	out = append(out, row("scanner", d.t("operations.evidence."+scanner)))
	var lines []string
	for _, state := range []string{evidence.Waiting, evidence.Suspect, evidence.Clean, evidence.NotScanned} {
		lines = append(lines, d.t("desk.pill", d.t("evidence.scan."+state), strconv.FormatInt(counts[state], 10)))
	}
	return append(out, Answer{Label: d.t("operations.evidence.scan"), Lines: lines}), nil
}

// age is a span of time in its largest unit, whole.
func (d desk) age(span time.Duration) string {
	switch {
	case span < time.Minute:
		return d.t("operations.age.seconds", max(0, int(span.Seconds())))
	case span < time.Hour:
		return d.t("operations.age.minutes", int(span.Minutes()))
	case span < 48*time.Hour:
		return d.t("operations.age.hours", int(span.Hours()))
	default:
		return d.t("operations.age.days", int(span.Hours()/24))
	}
}

func (d desk) outboxRow(it notify.Item, now time.Time, maySend bool) outboxRow {
	r := outboxRow{Item: it, Name: it.Template, Age: d.age(now.Sub(it.QueuedAt)), Channel: d.t("operations.channel." + string(it.Channel))}
	if key := it.Template + ".subject"; d.s.Words.Has(d.lang, key) {
		r.Name = d.t(key, it.Reference, "…", "…", "…") // as the recipient reads it, but for what only the message knows
	}
	state, tone := "waiting", "wait"
	switch {
	case !it.SentAt.IsZero():
		state, tone = "sent", "good"
	case !it.DeadAt.IsZero():
		state, tone = "dead", "danger"
		if maySend {
			r.Resend = "/operations/outbox/" + strconv.FormatInt(it.ID, 10) + "/resend"
		}
	default:
		if it.NotBefore.After(now) {
			r.Next = it.NotBefore
		}
	}
	r.Chip = Chip{Tone: tone, Text: d.t("operations.show." + state)}
	return r
}

func (s *Server) operationJobs(d desk) ([]jobRow, error) {
	runs, err := worker.Runs(d.ctx, s.DB)
	if err != nil {
		return nil, err
	}
	now := s.DB.Now()
	out := make([]jobRow, 0, len(runs))
	for _, r := range runs {
		row := jobRow{Run: r, Name: r.Name, Chip: Chip{Tone: "good", Text: d.t("operations.job.done")}}
		if key := "operations.jobs." + idOf(r.Name); d.s.Words.Has(d.lang, key) {
			row.Name = d.t(key)
		}
		switch {
		case r.Held && r.Until.Before(now):
			row.Chip = Chip{Tone: "danger", Text: d.t("operations.job.lost")}
		case r.Held:
			row.Chip = Chip{Tone: "active", Text: d.t("operations.job.runs")}
		case r.Failed:
			row.Chip = Chip{Tone: "danger", Text: d.t("operations.job.failed")}
		case r.RanAt.IsZero():
			row.Chip = Chip{Tone: "wait", Text: d.t("operations.job.never")}
		}
		out = append(out, row)
	}
	return out, nil
}

// resendMessage lets a message that was given up go out once more.
func (s *Server) resendMessage(c echo.Context) error {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil || id < 1 {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	if err := s.Outbox.Resend(c.Request().Context(), actorOf(c), id); err != nil {
		return s.again(c, err, form, "resend", "operations/page", func() (any, error) { return s.operationsData(c) }, func(v any, f *Form) any {
			p := v.(*operationsData)
			p.Form, p.Query = f, Query{Path: "/operations"}
			return p
		})
	}
	s.flash(c, "good", "operations.resent")
	return c.Redirect(http.StatusSeeOther, "/operations?show=waiting")
}

// routeRow is how a route has answered since the start.
type routeRow struct {
	Route    string
	Requests uint64
	Mean     float64 // in milliseconds
}

// maxRoutes is how many of the slowest routes the page lists.
const maxRoutes = 10

// traffic reads what /metrics shows: answers by class of status, and the routes that took the longest.
func (s *Server) traffic(d desk) ([]routeRow, []Answer, error) {
	families, err := s.metrics.registry.Gather()
	if err != nil {
		return nil, nil, err
	}
	classes := map[string]float64{}
	var routes []routeRow
	for _, f := range families {
		for _, m := range f.GetMetric() {
			label := map[string]string{}
			for _, l := range m.GetLabel() {
				label[l.GetName()] = l.GetValue()
			}
			switch f.GetName() {
			case "dunwatch_http_requests_total":
				if st := label["status"]; st != "" {
					classes[st[:1]] += m.GetCounter().GetValue()
				}
			case "dunwatch_http_request_seconds":
				if h := m.GetHistogram(); h.GetSampleCount() > 0 {
					routes = append(routes, routeRow{label["method"] + " " + label["route"], h.GetSampleCount(), 1000 * h.GetSampleSum() / float64(h.GetSampleCount())})
				}
			}
		}
	}
	slices.SortFunc(routes, func(a, b routeRow) int {
		switch {
		case a.Mean > b.Mean:
			return -1
		case a.Mean < b.Mean:
			return 1
		}
		return 0
	})
	var rows []Answer
	for _, class := range []string{"2", "3", "4", "5"} {
		rows = append(rows, Answer{Label: d.t("operations.class." + class), Lines: []string{strconv.FormatFloat(classes[class], 'f', 0, 64)}})
	}
	return routes[:min(len(routes), maxRoutes)], rows, nil
}
