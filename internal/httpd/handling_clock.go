package httpd

import (
	"strconv"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/deadline"
	"dunwatch/internal/fault"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// timeSide is the part of the case page about its clocks: those that run, those that are over, who wants more time, and
// what may be done.
type timeSide struct {
	Running, Stopped []ClockRow
	Requests         []handledTime // nobody decided yet
	Decided          []handledTime
	Suspend, Resume  *handlingClocks
	Ask              *handlingClocks
}

// handlingClocks is a deed on one of some clocks.
type handlingClocks struct {
	Clocks  []Option
	Clock   string // the only one there is; chosen then
	Grounds []Option
}

// clockStep is a line in the life of a clock.
type clockStep struct {
	On   calendar.Date
	Text string
	Why  string
}

// handledTime is a wish for more time.
type handledTime struct {
	casework.TimeRequest
	Name   string // of the clock
	Wish   string // how much
	Ground string
	Who    string
	May    bool // the actor may decide
	Own    bool // they asked themselves
}

// historyKey is how the clock behind a shown one is stored.
func historyKey(k complaint.Clock) string {
	if k.Round > 1 {
		return k.Kind + "#" + strconv.Itoa(k.Round)
	}
	return k.Kind
}

// timeSide fills the part about clocks.
func (s *Server) timeSide(d desk, p *casePageData) error {
	list, err := s.Cases.Clocks(d.ctx, d.by, p.K.Reference)
	if err != nil {
		return err
	}
	ofCase, lives, err := s.clockLives(d, p.K)
	if err != nil {
		return err
	}
	rows := d.clocks(p.K.Pack, list)
	for i := range rows {
		life := lives[historyKey(list[i])]
		rows[i].Steps = d.clockSteps(life)
		if list[i].Suspended {
			rows[i].Since, rows[i].Why = heldSince(life)
		}
		if list[i].Stopped {
			p.Time.Stopped = append(p.Time.Stopped, rows[i])
		} else {
			p.Time.Running = append(p.Time.Running, rows[i])
		}
	}
	if err := s.timeRequests(d, p); err != nil {
		return err
	}
	return s.clockDeeds(d, p, list, ofCase)
}

// clockLives loads what happened to the clocks of a case and of its complaint, and which of them are the case's own.
func (s *Server) clockLives(d desk, k *casework.Case) (ofCase map[string]bool, lives map[string]deadline.Clock, err error) {
	ofCase, lives = map[string]bool{}, map[string]deadline.Clock{}
	err = s.DB.Read(d.ctx, func(tx *store.Tx) error {
		for _, o := range []deadline.Owner{{Kind: deadline.OfComplaint, ID: k.ComplaintID}, {Kind: deadline.OfCase, ID: k.ID}} {
			list, err := deadline.Of(d.ctx, tx, o)
			if err != nil {
				return err
			}
			for _, c := range list {
				lives[c.Kind] = c
				ofCase[c.Kind] = o.Kind == deadline.OfCase
			}
		}
		return nil
	})
	return ofCase, lives, err
}

func (d desk) clockSteps(c deadline.Clock) []clockStep {
	out := make([]clockStep, 0, len(c.Events))
	for _, e := range c.Events {
		text := d.t("handling.step." + string(e.Kind))
		if e.Kind == deadline.Extend {
			text = d.t("handling.step.extend_by", d.handlingDays(e.Limit.N, string(e.Limit.Unit)))
		}
		out = append(out, clockStep{e.On, text, e.Reason})
	}
	return out
}

// handlingDays says a number of days in words.
func (d desk) handlingDays(n int, unit string) string {
	if unit == string(deadline.Workday) {
		return d.t("handling.workdays", n)
	}
	return d.t("handling.calendar_days", n)
}

// heldSince is the day and the reason of the suspension that is still open.
func heldSince(c deadline.Clock) (on calendar.Date, why string) {
	for _, e := range c.Events {
		if e.Kind == deadline.Suspend {
			on, why = e.On, e.Reason
		}
	}
	return on, why
}

func (d desk) handlingClockName(p *rulebook.Pack, kind string) string {
	base := deadline.Base(kind)
	name := base
	if l, ok := p.Limit(base); ok {
		name = d.text(l.Name)
	}
	if base != kind {
		name = d.t("handling.round", name, kind[len(base)+1:])
	}
	return name
}

func (s *Server) timeRequests(d desk, p *casePageData) error {
	list, err := s.Cases.TimeRequests(d.ctx, d.by, p.K.Reference)
	if err != nil {
		return err
	}
	decides := d.may(access.DecideOnTime, p.K.Owner()) && p.K.Status != casework.Closed
	for _, r := range list {
		row := d.handledTime(d.pack(p.K.Pack), r)
		row.Own = r.AskedBy == d.by.UserID
		if r.Open {
			row.May = decides && !row.Own
			p.Time.Requests = append(p.Time.Requests, row)
		} else {
			p.Time.Decided = append(p.Time.Decided, row)
		}
	}
	return nil
}

func (d desk) handledTime(pack *rulebook.Pack, r casework.TimeRequest) handledTime {
	row := handledTime{TimeRequest: r, Name: d.handlingClockName(pack, r.Clock), Wish: d.handlingDays(r.N, string(r.Unit)), Ground: r.Ground, Who: r.AskedName}
	if g, ok := pack.Ground("extend", r.Ground); ok {
		row.Ground = d.text(g.Name)
	}
	if r.ForwardID != 0 {
		row.Who = d.t("handling.the_firm")
	}
	return row
}

// clockDeeds offers what role, reach and the clocks leave open.
func (s *Server) clockDeeds(d desk, p *casePageData, list []complaint.Clock, ofCase map[string]bool) error {
	if p.K.Status == casework.Closed {
		return nil
	}
	pack := d.pack(p.K.Pack)
	var hold, resume, ask []Option
	for _, k := range list {
		kind := historyKey(k)
		o := Option{Value: kind, Label: d.handlingClockName(pack, kind)}
		switch {
		case k.Stopped || !ofCase[kind]:
			continue
		case k.Suspended:
			resume = append(resume, o)
			continue
		case k.Left < 0:
			continue // what ran out is neither held nor lengthened
		}
		hold = append(hold, o)
		if k.Party != "office" || !d.may(access.AskForTime, p.K.Owner()) || p.asked(kind) {
			continue
		}
		room, ok, err := s.Cases.TimeRoom(d.ctx, d.by, p.K.Reference, kind)
		if err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
		if ok && err == nil {
			o.Label = d.t("handling.up_to", o.Label, d.handlingDays(room.Most, string(room.Unit)))
			ask = append(ask, o)
		}
	}
	if d.may(access.DecideOnTime, p.K.Owner()) {
		p.Time.Suspend = handlingClocksOf(hold, d.handlingGrounds(pack, "suspend", p.K.Track))
		p.Time.Resume = handlingClocksOf(resume, nil)
	}
	p.Time.Ask = handlingClocksOf(ask, d.handlingGrounds(pack, "extend", p.K.Track))
	return nil
}

// asked reports whether somebody waits for more time on a clock already.
func (p *casePageData) asked(kind string) bool {
	for _, r := range p.Time.Requests {
		if r.Clock == kind {
			return true
		}
	}
	return false
}

func handlingClocksOf(clocks, grounds []Option) *handlingClocks {
	if len(clocks) == 0 {
		return nil
	}
	f := &handlingClocks{Clocks: clocks, Grounds: grounds}
	if len(clocks) == 1 {
		f.Clock = clocks[0].Value
	}
	return f
}

// grounds are the reasons of the pack for a deed, as far as they fit the track. A petition is handled as a complaint.
func (d desk) handlingGrounds(p *rulebook.Pack, kind string, t complaint.Track) []Option {
	if t == complaint.TrackPetition {
		t = complaint.TrackComplaint
	}
	var out []Option
	for _, g := range p.Grounds(kind) {
		if g.Track == "both" || g.Track == string(t) {
			out = append(out, Option{Value: g.Key, Label: d.text(g.Name)})
		}
	}
	return out
}
