package demo

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/forwarding"
)

// matter is one complaint on its way through the office.
type matter struct {
	plan    *plan
	c       *complaint.Complaint
	k       *casework.Case
	code    string // access code
	files   int
	replies int
	officer access.Actor
	off     int64 // who was recused from it; 0: nobody
	upheld  []int // numbers of standing findings for the complainant
	ruling  string
	quick   bool // settled before it would have to go to the firm

	f        *forwarding.Forward // to its firm; nil: not sent
	firm     access.Actor        // who answers for the firm
	asked    bool                // for more time
	returned bool                // an answer was sent back already
	held     bool                // the clock of the case is
	kept     bool                // a plan of repayment was offered: nobody asks for a review
	offered  bool                // and waits for an answer
	split    bool                // two complaints came in one letter
	course   bool                // a statutory procedure took it up
}

// me is the complainant.
func (m *matter) me() access.Actor {
	return access.Actor{Role: access.Borrower, ComplaintID: m.c.ID, Lang: m.c.Lang}
}

// english reports whether the office works on it in English; toThem whether the
// complainant reads English.
func (m *matter) english() bool { return m.plan.filing.Pack != "cn" }
func (m *matter) toThem() bool  { return m.plan.filing.Language == "en" }

// chance is true in n of a hundred cases.
func (m *matter) chance(n int) bool { return m.plan.r.IntN(100) < n }

// file stores the complaint; a clerk of the unit writes down what comes by
// telephone or post.
func (o *office) file(ctx context.Context, m *matter) error {
	by := access.Actor{Role: access.Public, Lang: m.plan.filing.Language}
	if m.plan.source != "web" {
		by = o.super[m.plan.unit]
	}
	var f *complaint.Filed
	var err error
	if m.plan.source == "web" {
		f, err = o.d.Complaints.File(ctx, by, m.plan.filing, m.plan.source, m.plan.key(), "")
	} else {
		f, err = o.d.Complaints.TakeDown(ctx, by, m.plan.filing, o.arrival(m))
	}
	if err != nil {
		return fmt.Errorf("complaint %d: %w", m.plan.n, err)
	}
	if onPaper[m.plan.source] && m.chance(70) {
		o.at(o.now.Add(time.Minute), func(ctx context.Context) error { return o.scan(ctx, m) })
	}
	m.c, m.code = f.Complaint, f.AccessCode
	o.out.Complaints++
	for i, kind := range m.plan.proof {
		o.at(o.now.Add(time.Duration(2+3*i)*time.Minute), func(ctx context.Context) error { return o.prove(ctx, m, kind) })
	}
	o.plan(m)
	return nil
}

// onPaper are the ways in which a complaint comes with an original to scan.
var onPaper = map[string]bool{"post": true, "visit": true, "referral": true}

// arrival is how a complaint reached the clerk; what came by post may have lain
// for a day or two.
func (o *office) arrival(m *matter) complaint.Intake {
	in := complaint.Intake{Source: m.plan.source, ArrivedOn: o.today(), Note: intakeNotes[m.plan.source]}
	if m.plan.source == "post" {
		for n := m.plan.r.IntN(3); n > 0 && in.ArrivedOn.AddDays(-1).String() >= m.plan.filing.OccurredTo; n-- {
			in.ArrivedOn = in.ArrivedOn.AddDays(-1)
		}
	}
	return in
}

var intakeNotes = map[string]string{
	"phone": "来电登记，已向来电人复述内容并确认。", "visit": "来访登记，本人已签字确认。", "post": "信件原件已归档。", "email": "邮件及附件已存档。", "referral": "兄弟单位来函转来。",
}

// scan keeps the paper on which a complaint came.
func (o *office) scan(ctx context.Context, m *matter) error {
	b, err := screenshot(m.plan.r)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("原件扫描_%s.png", o.now.In(o.d.Zone).Format("20060102"))
	if _, err := o.d.Evidence.Add(ctx, o.super[m.plan.unit], m.c.Reference, "original", name, bytes.NewReader(b)); err != nil {
		return fmt.Errorf("original of complaint %d: %w", m.plan.n, err)
	}
	m.files++
	o.out.Files++
	return nil
}

func (o *office) prove(ctx context.Context, m *matter, kind string) error {
	f, err := drawFile(m.plan.r, kind, &m.plan.filing, o.now.In(o.d.Zone))
	if err != nil {
		return err
	}
	if _, err := o.d.Evidence.Add(ctx, m.me(), m.c.Reference, kind, f.name, bytes.NewReader(f.body)); err != nil {
		return fmt.Errorf("evidence %s of complaint %d: %w", kind, m.plan.n, err)
	}
	m.files++
	o.out.Files++
	return nil
}

// plan decides what the screening will make of a complaint. One in twenty waits
// until long after its day.
func (o *office) plan(m *matter) {
	if m.plan.inbox {
		return
	}
	from, to := 0.4, 4.5
	if m.chance(5) {
		from, to = 9, 15
	}
	t := o.workdays(m, from, to)
	if left := o.until.Sub(t); left < 0 { // screened today, whatever it takes: only the inbox waits
		t = o.now.Add(o.until.Sub(o.now) / 2).Truncate(time.Second)
	}
	if m.c.Track == complaint.TrackComplaint && m.plan.source == "web" && m.plan.filing.Pack == "cn" && o.keep(splits, 34) > 0 && o.recent[splits]%24 == 1 {
		o.at(t, func(ctx context.Context) error { return o.splitUp(ctx, m) })
		return
	}
	if o.keep(screenings, 13)%6 == 1 {
		o.at(t, func(ctx context.Context) error { return o.askOnly(ctx, m) })
		return
	}
	switch n := m.plan.r.IntN(100); {
	case n < 72:
		o.at(t, func(ctx context.Context) error { return o.accept(ctx, m) })
	case n < 81:
		o.at(t, func(ctx context.Context) error { return o.ask(ctx, m) })
	case n < 89:
		o.at(t, func(ctx context.Context) error { return o.refuse(ctx, m, "") })
	case n < 95:
		o.at(t, func(ctx context.Context) error { return o.refer(ctx, m) })
	default:
		o.at(o.anyTime(m, 0.2, 2), func(ctx context.Context) error { return o.withdraw(ctx, m) })
		o.at(t, func(ctx context.Context) error {
			if m.c.Status != complaint.Received {
				return nil
			}
			return o.accept(ctx, m)
		})
	}
}

// splitUp parts a letter that complains of what was done to its sender and
// reports an offence besides. Both halves are accepted.
func (o *office) splitUp(ctx context.Context, m *matter) error {
	if m.c.Status != complaint.Received {
		return nil
	}
	c, other, err := o.d.Evidence.Split(ctx, o.super[m.plan.unit], m.c.Reference, m.c.Version, complaint.TrackReport)
	if err != nil {
		return err
	}
	m.c, m.split = c, true
	half := *m.plan
	half.r = rand.New(rand.NewPCG(seedOf, uint64(m.plan.n)+10_000))
	twin := &matter{plan: &half, c: other, code: m.code, split: true}
	o.matters = append(o.matters, twin)
	o.out.Complaints++
	if err := o.accept(ctx, m); err != nil {
		return err
	}
	return o.accept(ctx, twin)
}

// refuse does not accept; ground "" draws one that fits the track.
func (o *office) refuse(ctx context.Context, m *matter, ground string) (err error) {
	if ground == "" {
		p, _ := o.d.Book.Pack(m.c.Pack)
		var fit []string
		for _, g := range p.Grounds("reject") {
			if g.Key != "material_missing" && (g.Track == "both" || g.Track == "complaint" && m.c.Track != complaint.TrackReport || g.Track == string(m.c.Track)) {
				fit = append(fit, g.Key)
			}
		}
		ground = fit[o.refused[m.c.Track]%len(fit)] // each in its turn
		o.refused[m.c.Track]++
	}
	m.c, err = o.d.Complaints.Refuse(ctx, o.super[m.plan.unit], m.c.Reference, m.c.Version, ground, refusalNote(ground, m.toThem()))
	o.readNew(m)
	return err
}

func (o *office) refer(ctx context.Context, m *matter) (err error) {
	if m.c.Pack != "cn" {
		return o.refuse(ctx, m, "")
	}
	x := pick(m.plan.r, references)
	note := x.note
	if m.toThem() {
		note = "Another authority is competent for what you describe. Your complaint was sent there."
	}
	m.c, err = o.d.Complaints.Refer(ctx, o.super[m.plan.unit], m.c.Reference, m.c.Version, x.to, x.ground, note)
	o.readNew(m)
	return err
}

func (o *office) withdraw(ctx context.Context, m *matter) error {
	if m.c.Status.Ended() {
		return nil
	}
	c, err := o.d.Complaints.Withdraw(ctx, m.me(), m.c.Reference, pick(m.plan.r, withdrawals.in(m.toThem())))
	if err != nil {
		return err
	}
	m.c = c
	return nil
}

// ask asks for more. Two of three answer, then the complaint is screened again.
func (o *office) ask(ctx context.Context, m *matter) error {
	if err := o.askOnly(ctx, m); err != nil {
		return err
	}
	if !m.chance(70) {
		o.at(o.workdays(m, 17, 26), func(ctx context.Context) error { return o.refuse(ctx, m, "material_missing") })
		return nil
	}
	o.at(o.anyTime(m, 0.5, 9), func(ctx context.Context) (err error) {
		if m.c, err = o.d.Complaints.Supply(ctx, m.me(), m.c.Reference, pick(m.plan.r, answers.in(m.toThem()))); err != nil {
			return err
		}
		o.at(o.workdays(m, 0.5, 4), func(ctx context.Context) error { return o.accept(ctx, m) })
		return nil
	})
	return nil
}

func (o *office) askOnly(ctx context.Context, m *matter) (err error) {
	m.c, err = o.d.Complaints.AskForMore(ctx, o.super[m.plan.unit], m.c.Reference, m.c.Version, pick(m.plan.r, asks.in(m.toThem())))
	return err
}
