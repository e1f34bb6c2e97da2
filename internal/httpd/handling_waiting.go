package httpd

import (
	"context"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
	"dunwatch/internal/forwarding"
)

// waitingPageData is everything that waits for one person to decide.
type waitingPageData struct {
	Page
	Answers  []waitingAnswer
	Times    []waitingTime
	Letters  []waitingLetter
	Read     int // how many letters wait; the first are shown
	Measures []deskMeasure
	Untold   []waitingUntold
	More     bool // there are more of the last than are shown
	Total    int
}

type waitingAnswer struct {
	forwarding.ToCheck
	Party PartyChip
	Chip  Chip
	Due   *Deadline
	Href  string
}

type waitingTime struct {
	handledTime
	Due  *Deadline
	Href string
}

type waitingLetter struct {
	handlingLetter
	Reference string
}

type waitingUntold struct {
	complaint.NotInformed
	Due  Deadline
	Last string
}

// waiting is what waits for one person, as the services know it.
type waiting struct {
	answers []forwarding.ToCheck
	times   []casework.WaitingRequest // without those that they asked for themselves
	letters []complaint.WaitingLetter
	untold  []complaint.NotInformed
	more    bool

	measures []enforcement.FirmMeasure
}

func (w waiting) count() int {
	return len(w.answers) + len(w.times) + len(w.letters) + len(w.untold) + len(w.measures)
}

// shownWaiting is how many letters, and how many complainants who were not told yet, the page lists; all of them are on
// pages of their own.
const shownWaiting = 20

// waitingFor asks every service what waits for the actor. What the role does not decide is left out.
func (s *Server) waitingFor(ctx context.Context, by access.Actor) (w waiting, err error) {
	allowed := func(err error) error {
		if fault.Is(err, fault.Forbidden) {
			return nil
		}
		return err
	}
	if w.answers, err = s.Forwards.ToCheck(ctx, by); allowed(err) != nil {
		return w, err
	}
	times, err := s.Cases.TimeWaiting(ctx, by)
	if allowed(err) != nil {
		return w, err
	}
	for _, r := range times {
		if !r.Own {
			w.times = append(w.times, r)
		}
	}
	if w.letters, err = s.Complaints.LettersToRead(ctx, by); allowed(err) != nil {
		return w, err
	}
	if w.measures, err = s.Penalties.MeasuresWaiting(ctx, by); err != nil {
		return w, err
	}
	list, err := s.Complaints.NotInformed(ctx, by, complaint.NotInformedFilter{Limit: shownWaiting})
	if allowed(err) != nil {
		return w, err
	}
	if list != nil {
		w.untold, w.more = list.Items, list.NextCursor != ""
	}
	return w, nil
}

func (s *Server) waitingPage(c echo.Context) error {
	d := s.deskOf(c)
	w, err := s.waitingFor(d.ctx, d.by)
	if err != nil {
		return err
	}
	s.waits.put(d.by.UserID, w.count(), s.DB.Now())
	p := &waitingPageData{Page: s.base(c), More: w.more, Total: w.count()}
	for _, a := range w.answers {
		row := waitingAnswer{ToCheck: a, Party: firmChip(a.Firm), Chip: d.handlingChip(a.Status), Href: "/cases/" + urlPath(a.CaseReference) + "#" + idOf(a.Reference)}
		if !a.DueOn.IsZero() {
			due := d.due(a.Pack, a.DueOn)
			row.Due = &due
		}
		p.Answers = append(p.Answers, row)
	}
	for _, r := range w.times {
		row := waitingTime{handledTime: d.handledTime(d.pack(r.Case.Pack), r.TimeRequest), Href: "/cases/" + urlPath(r.CaseReference) + "#clocks"}
		if !r.Due.IsZero() {
			due := d.due(r.Case.Pack, r.Due)
			row.Due = &due
		}
		p.Times = append(p.Times, row)
	}
	p.Read = len(w.letters)
	for _, l := range w.letters[:min(len(w.letters), shownWaiting)] {
		p.Letters = append(p.Letters, waitingLetter{d.handlingLetter(l.Letter), l.Reference})
	}
	p.Measures = d.measureRows(w.measures)
	for _, n := range w.untold {
		row := waitingUntold{NotInformed: n, Due: d.due(s.cfg.Pack, n.DueOn)}
		if n.LastResult != "" {
			row.Last = d.t("intake.results." + n.LastResult)
		}
		p.Untold = append(p.Untold, row)
	}
	return s.show(c, 200, "casework/waiting", p)
}

// waits remembers for a moment how much waits for whom, so that the rail of every page can say it without asking again.
type waits struct {
	mu sync.Mutex
	of map[int64]waitCount
}

type waitCount struct {
	n  int
	at time.Time
}

const (
	waitFresh = 20 * time.Second
	maxWaits  = 5_000
)

func (w *waits) put(user int64, n int, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.of == nil || len(w.of) >= maxWaits {
		w.of = map[int64]waitCount{}
	}
	w.of[user] = waitCount{n, at}
}

func (w *waits) get(user int64, now time.Time) (int, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, ok := w.of[user]
	return c.n, ok && now.Sub(c.at) < waitFresh
}

// forget makes the next page count again: everybody's, because what one person did may be for another to decide.
func (w *waits) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.of)
}

// waitingCount is the figure of the rail. A failure only costs the figure.
func (s *Server) waitingCount(c echo.Context) int {
	by, now := actorOf(c), s.DB.Now()
	if n, ok := s.waits.get(by.UserID, now); ok {
		return n
	}
	w, err := s.waitingFor(c.Request().Context(), by)
	if err != nil {
		s.Logger.ErrorContext(c.Request().Context(), "what waits was not counted", "err", err.Error())
		return 0
	}
	s.waits.put(by.UserID, w.count(), now)
	return w.count()
}

// countAgain forgets what waits after every request that may have changed something.
func (s *Server) countAgain(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := next(c)
		if m := c.Request().Method; m != "GET" && m != "HEAD" && actorOf(c).UserID != 0 {
			s.waits.forget()
		}
		return err
	}
}
