package report

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/notify"
	"dunwatch/internal/store"
)

// Alarm is an unusual rise of what was received, and what a person made of it. It says that something deserves a look, no more:
// a complaint is an allegation, and many at once may have many reasons.
type Alarm struct {
	ID       int64
	Kind     string // AlarmOffice, AlarmPack, AlarmLender, AlarmAgency, AlarmCode
	Firm     string // code, of a lender or an agency
	FirmName string
	Pack     string // of a pack or a code
	Code     string
	// Of the seven days that were the least likely since it was raised.
	FirstOn, LastOn calendar.Date
	Observed        int64   // complaints, as counted then
	Listed          int64   // complaints of these days that there are today: letters are taken down later, and split
	Expected        float64 // complaints
	Usual           int64   // the most that would have been no alarm
	P               float64 // how likely so many or more are if nothing has changed
	Series          int     // how many series shared the budget of false alarms
	Method          int     // version of the rule
	RaisedAt        time.Time
	SeenOn          calendar.Date // the last day of the last seven that were still unusual
	AcknowledgedAt  time.Time     // zero while nobody has
	By              string        // who
	Found, Done     string        // what was found, and what is done
	Version         int64
}

// Open reports whether the alarm waits for somebody.
func (a *Alarm) Open() bool { return a.AcknowledgedAt.IsZero() }

// Href is the list of exactly the complaints that the alarm counts, within the reach of who reads it.
func (a *Alarm) Href() string {
	pairs := []string{"status", "all", "since", a.FirstOn.String(), "until", a.LastOn.String(), "code", a.Code}
	switch a.Kind {
	case AlarmLender, AlarmAgency:
		pairs = append(pairs, a.Kind, a.Firm)
	}
	return Links{Pack: a.Pack}.to("/complaints", pairs)
}

// Name says what rose.
func (a *Alarm) Name(s *Service, lang locale.Lang) string {
	switch a.Kind {
	case AlarmLender, AlarmAgency:
		return a.FirmName
	case AlarmPack, AlarmCode:
		p, ok := s.book.Pack(a.Pack)
		if !ok {
			return strings.TrimSpace(a.Pack + " " + a.Code)
		}
		if a.Kind == AlarmPack {
			return p.Name.In(string(lang))
		}
		if v, ok := p.Violation(a.Code); ok {
			return a.Code + " " + v.Name.In(string(lang))
		}
		return a.Code
	default:
		return s.words.T(lang, "alarm.kind.office")
	}
}

// Watch looks for unusual rises in the seven days that ended yesterday, and raises, or carries on, an alarm for each. It may be
// called as often as one likes: the same days raise nothing twice.
func (s *Service) Watch(ctx context.Context) error {
	var found []rise
	var end calendar.Date
	shared := 0
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		end = calendar.OfTime(tx.Now.In(s.zone))
		c, err := countSeries(ctx, query{tx: tx, zone: s.zone}, end, "")
		if err != nil {
			return err
		}
		shared = c.shared
		found, err = c.rises(ctx)
		return err
	})
	if err != nil || len(found) == 0 {
		return err
	}
	slices.SortFunc(found, func(x, y rise) int {
		return cmp.Or(cmp.Compare(x.p, y.p), cmp.Compare(x.kind, y.kind), cmp.Compare(x.firm, y.firm), cmp.Compare(x.pack+" "+x.code, y.pack+" "+y.code))
	})
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		// One watcher at a time: the number makes another instance wait on PostgreSQL too.
		if _, err := store.Next(ctx, tx, "report.alarms"); err != nil {
			return err
		}
		raised := 0
		for _, r := range found {
			isNew, err := s.raise(ctx, tx, r, end, shared)
			if err != nil {
				return err
			}
			if isNew {
				raised++
			}
		}
		return s.tell(ctx, tx, raised, end)
	})
	if err != nil {
		return fmt.Errorf("watch for rises: %w", err)
	}
	return nil
}

// raise stores an alarm. A rise that goes on belongs to the alarm that there is: while nobody has acknowledged it, it shows the
// least likely seven days; afterwards it only notes that the rise went on.
func (s *Service) raise(ctx context.Context, tx *store.Tx, r rise, end calendar.Date, shared int) (isNew bool, err error) {
	first, last := end.AddDays(-7), end.AddDays(-1)
	was, err := lastAlarm(ctx, tx, r.series)
	if err != nil {
		return false, err
	}
	expected, p := int64(math.Round(r.expected*100)), int64(math.Ceil(r.p*1e9))
	if was == nil || was.AcknowledgedAt != 0 && was.SeenOn.Before(first) {
		row := &alarmRow{Kind: r.kind, FirmID: store.ID(r.firm), Pack: r.pack, Code: r.code, FirstOn: first, LastOn: last, Observed: r.observed, ExpectedHundredths: expected,
			Usual: r.usual, PBillionths: p, Series: int64(shared), Method: AlarmMethod, RaisedAt: store.At(tx.Now), SeenOn: last, Version: 1}
		if err := store.Insert(ctx, tx, row); err != nil {
			return false, err
		}
		_, err = s.log.Append(ctx, tx, access.Program, audit.AlarmRaised, alarmSubject(row.ID), "kind", r.kind, "observed", r.observed, "expected", round(r.expected, 2))
		return true, err
	}
	switch {
	case was.AcknowledgedAt == 0 && p < was.PBillionths:
		err = store.Update[alarmRow](ctx, tx, was.ID, was.Version, store.Set("seen_on", last), store.Set("first_on", first), store.Set("last_on", last),
			store.Set("observed", r.observed), store.Set("expected_hundredths", expected), store.Set("usual", r.usual), store.Set("p_billionths", p),
			store.Set("series", shared), store.Set("method", AlarmMethod))
	case was.SeenOn == last:
		return false, nil
	default:
		err = store.Update[alarmRow](ctx, tx, was.ID, was.Version, store.Set("seen_on", last))
	}
	if err != nil {
		return false, err
	}
	_, err = s.log.Append(ctx, tx, access.Program, audit.AlarmContinued, alarmSubject(was.ID), "observed", r.observed)
	return false, err
}

func alarmSubject(id int64) string { return "alarm " + strconv.FormatInt(id, 10) }

// tell queues one mail to each supervisor about what was raised. It names no firm: mail is read by many.
func (s *Service) tell(ctx context.Context, tx *store.Tx, raised int, end calendar.Date) error {
	if raised == 0 || s.mail.notify == nil {
		return nil
	}
	to, err := watchers(ctx, tx)
	if err != nil {
		return err
	}
	link := ""
	if s.mail.page != "" {
		link = strings.TrimSuffix(s.mail.page, "/reports") + "/alarms"
	}
	for _, w := range to {
		err := s.mail.notify.Queue(ctx, tx, notify.Message{Channel: notify.Email, To: w.email, Lang: w.lang, Template: "mail.alarms",
			Data: map[string]string{"number": strconv.Itoa(raised), "link": link}, Dedupe: fmt.Sprintf("alarms %s %s", end, w.email)})
		if err != nil {
			return err
		}
	}
	return nil
}

// alarmsListed bounds a list of alarms.
const alarmsListed = 200

// Alarms lists alarms, the newest first: the open ones, or after them those that were dealt with. Forbidden.
func (s *Service) Alarms(ctx context.Context, by access.Actor, all bool) (out []Alarm, err error) {
	if err := s.policy.May(by, access.ReadReport); err != nil {
		return nil, err
	}
	rest := " WHERE a.acknowledged_at IS NULL"
	if all {
		rest = ""
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		out, err = readAlarms(ctx, tx, rest+" ORDER BY a.acknowledged_at IS NOT NULL, a.id DESC LIMIT ?", alarmsListed)
		return err
	})
	return out, err
}

// Alarm reads one. Forbidden, NotFound.
func (s *Service) Alarm(ctx context.Context, by access.Actor, id int64) (*Alarm, error) {
	if err := s.policy.May(by, access.ReadReport); err != nil {
		return nil, err
	}
	var out []Alarm
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		out, err = readAlarms(ctx, tx, " WHERE a.id = ?", id)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, notFound()
	}
	return &out[0], nil
}

// Acknowledgement is what a person made of an alarm.
type Acknowledgement struct {
	Found   string // what was found
	Done    string // what is done
	Version int64  // that the person saw
}

// The least and the most that is said in an acknowledgement, in characters.
const (
	leastSaid = 4
	mostSaid  = 2000
)

func (a *Acknowledgement) check() error {
	var wrong fault.Fields
	for _, x := range []struct {
		name string
		text *string
	}{{"found", &a.Found}, {"done", &a.Done}} {
		*x.text = strings.TrimSpace(*x.text)
		switch n := len([]rune(*x.text)); {
		case n == 0:
			wrong.Add(x.name, "fault.required")
		case n < leastSaid:
			wrong.Add(x.name, "alarm.say_more")
		case n > mostSaid:
			wrong.Add(x.name, "fault.too_long", mostSaid, n)
		}
	}
	return wrong.Err()
}

// Acknowledge closes an alarm with what was found and what is done. Nobody can say it again: what comes to light later is
// another alarm's, or a case's. Forbidden, NotFound, Invalid, Conflict.
func (s *Service) Acknowledge(ctx context.Context, by access.Actor, id int64, a Acknowledgement) error {
	if err := s.policy.May(by, access.AcknowledgeAlarm); err != nil {
		return err
	}
	if err := a.check(); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		found, err := readAlarms(ctx, tx, " WHERE a.id = ?", id)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return notFound()
		}
		if !found[0].Open() {
			return fault.New(fault.Conflict, "alarm.acknowledged_already")
		}
		if err := store.Update[alarmRow](ctx, tx, id, a.Version, store.Set("acknowledged_at", store.At(tx.Now)), store.Set("acknowledged_by", by.UserID),
			store.Set("found", a.Found), store.Set("done", a.Done)); err != nil {
			return err
		}
		_, err = s.log.Append(ctx, tx, by, audit.AlarmAcknowledged, alarmSubject(id))
		return err
	})
	if err != nil {
		return fmt.Errorf("acknowledge alarm %d: %w", id, err)
	}
	return nil
}

// WeekCount is what was received in seven days.
type WeekCount struct {
	From     calendar.Date
	Received int64
	Base     bool // it belongs to the baseline
}

// AlarmWeeks are the weeks that the rule looked at, the oldest first, as they are counted today. Forbidden.
func (s *Service) AlarmWeeks(ctx context.Context, by access.Actor, a *Alarm) (out []WeekCount, err error) {
	if err := s.policy.May(by, access.ReadReport); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		q, key := query{tx: tx, zone: s.zone}, series{kind: a.Kind, pack: a.Pack, code: a.Code}
		if a.Firm != "" {
			if err := q.one(ctx, new(sql).add("SELECT COALESCE(merged_into, id) FROM firms WHERE code = ?", a.Firm), &key.firm); err != nil {
				return err
			}
		}
		c, err := countSeries(ctx, q, a.LastOn.AddDays(1), a.Kind)
		if err != nil {
			return err
		}
		for n, received := range c.at(key) {
			out = append(out, WeekCount{c.end.AddDays(-7 * (n + 1)), received, n > alarmGap})
		}
		slices.Reverse(out)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("weeks of alarm %d: %w", a.ID, err)
	}
	return out, nil
}

// AlarmDefinition says how alarms come about.
func (s *Service) AlarmDefinition(lang locale.Lang) Definition {
	return definitionIn(s.words, lang, "alarm")
}
