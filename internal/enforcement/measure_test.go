package enforcement_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

func (o *office) today() calendar.Date { return calendar.OfTime(o.Clock.Now().In(caseworktest.Zone)) }

// ordered is an order to correct by the reviewer, due in 15 days.
func (o *office) ordered(t *testing.T, k *casework.Case) *enforcement.FirmMeasure {
	t.Helper()
	m, err := o.OrderMeasure(t.Context(), o.Reviewer, k.Reference, enforcement.NewMeasure{Firm: "A1", Kind: "correct", Findings: []int{1}, Text: "责令停止夜间催收并整改话术。",
		Proof: "整改报告和话术", DueOn: o.today().AddDays(15)})
	check(t, err)
	return m
}

// full is a measure that says everything that its kind asks for.
func full(k enforcement.MeasureKind, today calendar.Date) enforcement.NewMeasure {
	n := enforcement.NewMeasure{Firm: "A1", Kind: k.ID, Findings: []int{1}, Text: "责令停止夜间催收并整改话术。"}
	for _, f := range k.Asks {
		switch f {
		case enforcement.AsksHeldOn:
			n.HeldOn = today
		case enforcement.AsksPlace:
			n.Place = "本机关会议室"
		case enforcement.AsksPresent:
			n.Present = []string{"合规负责人", "催收负责人"}
		case enforcement.AsksGround:
			n.Ground = "slight"
		case enforcement.AsksAuthority:
			n.Authority = "police"
		case enforcement.AsksProof:
			n.Proof = "整改报告和话术"
		case enforcement.AsksUntilOn:
			n.UntilOn = today.AddDays(60)
		case enforcement.AsksDueOn:
			n.DueOn = today.AddDays(15)
		}
	}
	return n
}

// without takes a particular out of a measure.
func without(n enforcement.NewMeasure, f enforcement.MeasureField) enforcement.NewMeasure {
	switch f {
	case enforcement.AsksHeldOn:
		n.HeldOn = calendar.Date{}
	case enforcement.AsksPlace:
		n.Place = ""
	case enforcement.AsksPresent:
		n.Present = nil
	case enforcement.AsksGround:
		n.Ground = ""
	case enforcement.AsksAuthority:
		n.Authority = ""
	case enforcement.AsksProof:
		n.Proof = ""
	case enforcement.AsksUntilOn:
		n.UntilOn = calendar.Date{}
	case enforcement.AsksDueOn:
		n.DueOn = calendar.Date{}
	}
	return n
}

func wrongFields(err error) (out []string) {
	if f, ok := err.(interface{ Unwrap() error }); ok && f.Unwrap() != nil {
		if deep := wrongFields(f.Unwrap()); len(deep) > 0 {
			return deep
		}
	}
	if f, ok := err.(*fault.Error); ok {
		for _, x := range f.Fields {
			out = append(out, x.Name)
		}
	}
	return out
}

// Every kind is ordered with what it asks for; each thing that it needs is missed by its name, and what it does not ask for is refused.
func TestEachKindOfMeasureAsksForItsOwn(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx, k := t.Context(), o.Found(t)
		pack, _ := o.Book.Pack("cn")
		kinds := enforcement.MeasureKinds(pack)
		var names []string
		for _, kind := range kinds {
			names = append(names, kind.ID)
			n := full(kind, o.today())
			m, err := o.OrderMeasure(ctx, o.Reviewer, k.Reference, n)
			if err != nil {
				t.Errorf("%s with everything: %v", kind.ID, err)
				continue
			}
			for _, lang := range []locale.Lang{locale.ZH, locale.EN} {
				d, err := o.MeasureDocument(ctx, o.Director, m.Reference, lang)
				check(t, err)
				if d.Number != m.Number || !strings.Contains(d.Body, n.Text) || strings.Contains(d.Text(), "<no value>") || strings.Contains(d.Body, "\n\n\n") || d.Title == "" {
					t.Errorf("%s in %s: %s", kind.ID, lang, d.Text())
				}
			}
			for _, f := range enforcement.MeasureFields {
				asked, needed := slices.Contains(kind.Asks, f), slices.Contains(kind.Needs, f)
				bad := without(n, f)
				if !asked {
					bad = n
					all := full(enforcement.MeasureKind{PenaltyKind: rulebook.PenaltyKind{ID: kind.ID}, Asks: []enforcement.MeasureField{f}}, o.today())
					bad.HeldOn, bad.Place, bad.Present = pickDate(bad.HeldOn, all.HeldOn), bad.Place+all.Place, append(slices.Clone(bad.Present), all.Present...)
					bad.Ground, bad.Authority, bad.Proof = bad.Ground+all.Ground, bad.Authority+all.Authority, bad.Proof+all.Proof
					bad.UntilOn, bad.DueOn = pickDate(bad.UntilOn, all.UntilOn), pickDate(bad.DueOn, all.DueOn)
				}
				_, err := o.OrderMeasure(ctx, o.Reviewer, k.Reference, bad)
				if got := wrongFields(err); (needed || !asked) != slices.Contains(got, string(f)) || !needed && asked && err != nil {
					t.Errorf("%s, %s (asked %v, needed %v): %v", kind.ID, f, asked, needed, err)
				}
			}
			n.Findings = nil
			_, err = o.OrderMeasure(ctx, o.Reviewer, k.Reference, n)
			if kind.Finding != slices.Contains(wrongFields(err), "findings") {
				t.Errorf("%s without findings: %v", kind.ID, err)
			}
		}
		if want := []string{"talk", "attention_letter", "warning_letter", "correct", "supervisory_measure", "refer_police", "refer_other", "no_penalty"}; !slices.Equal(names, want) {
			t.Errorf("kinds %v", names)
		}
		n := full(kinds[3], o.today())
		for field, bad := range map[string]func(*enforcement.NewMeasure){
			"kind": func(n *enforcement.NewMeasure) { n.Kind = "fine" }, "due_on": func(n *enforcement.NewMeasure) { n.DueOn = o.today() },
			"firm": func(n *enforcement.NewMeasure) { n.Firm = "X9" }, "after": func(n *enforcement.NewMeasure) { n.After = "M-2026-000999-1" },
			"findings": func(n *enforcement.NewMeasure) { n.Findings = []int{7} }, "basis[0]": func(n *enforcement.NewMeasure) { n.Basis = []string{"cn-none"} },
			"text": func(n *enforcement.NewMeasure) { n.Text = "改" },
		} {
			x := n
			bad(&x)
			_, err := o.OrderMeasure(ctx, o.Reviewer, k.Reference, x)
			if got := wrongFields(err); !slices.Contains(got, field) {
				t.Errorf("bad %s: %v", field, err)
			}
		}
		far := n
		far.DueOn = o.today().AddDays(4000)
		_, err := o.OrderMeasure(ctx, o.Reviewer, k.Reference, far)
		want(t, err, fault.Invalid, "measure.too_far")
		police := full(kinds[5], o.today())
		police.Authority = "court"
		_, err = o.OrderMeasure(ctx, o.Reviewer, k.Reference, police)
		want(t, err, fault.Invalid, "fault.choose")
	})
}

func pickDate(a, b calendar.Date) calendar.Date {
	if a.IsZero() {
		return b
	}
	return a
}

// clocks counts the clocks of measures in a phase.
func (o *office) measureClocks(t *testing.T, phase string) (due []string) {
	t.Helper()
	check(t, o.DB.Read(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Rows(t.Context(), "SELECT due_on FROM clock_states WHERE owner = 'measure' AND phase = ? ORDER BY clock", phase)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var d string
			if err := rows.Scan(&d); err != nil {
				return err
			}
			due = append(due, d)
		}
		return rows.Err()
	}))
	return due
}

// written are the messages about measures, in their order.
func (o *office) written(t *testing.T) (out []string) {
	t.Helper()
	check(t, o.DB.Read(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Rows(t.Context(), "SELECT template FROM outbox WHERE template LIKE 'mail.penalty_%' ORDER BY id")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				return err
			}
			out = append(out, s)
		}
		return rows.Err()
	}))
	return out
}

// order -> proof with a file -> not corrected, a new day -> proof -> corrected; and who is asked meanwhile.
func TestMeasureIsFollowedUpUntilCorrected(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx, k := t.Context(), o.Found(t)
		m := o.ordered(t, k)
		first := m.DueOn
		prove := func(words string) {
			t.Helper()
			f, err := o.GiveProof(ctx, o.party(), m.Reference, "other", words+".txt", strings.NewReader(words))
			check(t, err)
			m, err = o.ProveCorrection(ctx, o.party(), m.Reference, m.Version, "已经整改，附"+words, nil)
			check(t, err)
			if e := m.Events[len(m.Events)-1]; e.Kind != "proved" || !slices.Equal(e.Evidence, []string{f.Label}) || !m.Files[len(m.Files)-1].Sent {
				t.Errorf("proof %+v, files %+v", e, m.Files)
			}
		}
		prove("整改报告")
		_, err := o.GiveProof(ctx, o.party(), m.Reference, "other", "b.txt", strings.NewReader("x"))
		want(t, err, fault.Conflict, "penalty_case.measure_done")
		w, err := o.MeasuresWaiting(ctx, o.Reviewer)
		check(t, err)
		if len(w) != 1 || w[0].Status != enforcement.MeasureProved {
			t.Errorf("a proof waits for %+v", w)
		}
		again := enforcement.MeasureCheck{Note: "抽查录音，仍有夜间来电"}
		_, err = o.CheckCorrection(ctx, o.Reviewer, m.Reference, m.Version, again)
		want(t, err, fault.Invalid, "measure.next_on")
		again.NextOn = o.today()
		_, err = o.CheckCorrection(ctx, o.Reviewer, m.Reference, m.Version, again)
		want(t, err, fault.Invalid, "penalty_case.too_early")
		again.NextOn = o.today().AddDays(30)
		_, err = o.CheckCorrection(ctx, o.Reviewer, m.Reference, m.Version-1, again)
		want(t, err, fault.Conflict, "fault.stale")
		m, err = o.CheckCorrection(ctx, o.Reviewer, m.Reference, m.Version, again)
		check(t, err)
		if m.Status != enforcement.MeasureNotCorrected || !m.Open() || m.DueOn != again.NextOn || m.Events[len(m.Events)-1].On != again.NextOn {
			t.Errorf("not corrected %+v", m)
		}
		if s, r := o.measureClocks(t, "stopped"), o.measureClocks(t, "running"); !slices.Equal(s, []string{first.String()}) || !slices.Equal(r, []string{again.NextOn.String()}) {
			t.Errorf("clocks stopped %v, running %v", s, r)
		}
		d, err := o.MeasureDocument(ctx, o.party(), m.Reference, locale.ZH)
		check(t, err)
		if !strings.Contains(d.Body, locale.Date(locale.ZH, first)) {
			t.Errorf("the order no longer says its own day: %s", d.Body)
		}
		o.Clock.Add(31 * 24 * time.Hour)
		if w, err = o.MeasuresWaiting(ctx, o.Reviewer); err != nil || len(w) != 1 || !w[0].Overdue {
			t.Errorf("overdue for %+v, %v", w, err)
		}
		prove("第二次整改报告")
		m, err = o.CheckCorrection(ctx, o.Supervisor, m.Reference, m.Version, enforcement.MeasureCheck{Corrected: true, Note: "抽查录音，整改到位", Evidence: []string{"E-2"}})
		check(t, err)
		if m.Status != enforcement.MeasureCorrected || m.Open() || m.Overdue || len(o.measureClocks(t, "running")) != 0 {
			t.Errorf("corrected %+v", m)
		}
		_, err = o.CheckCorrection(ctx, o.Supervisor, m.Reference, m.Version, again)
		want(t, err, fault.Conflict, "penalty_case.measure_done")
		_, body, err := o.OpenProof(ctx, o.party(), m.Reference, 1)
		check(t, err)
		b, err := io.ReadAll(body)
		check(t, err)
		body.Close()
		if string(b) != "整改报告" {
			t.Errorf("the first file is %q", b)
		}
		got := o.written(t)
		if n := slices.Index(got, "mail.penalty_desk.proved"); n < 0 || strings.Count(strings.Join(got, " "), "mail.penalty_desk.proved") != 2 {
			t.Errorf("written %v", got)
		}
	})
}

// Given up, it leads to a further measure that names it.
func TestMeasureGivenUpLeadsOn(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx, k := t.Context(), o.Found(t)
		m := o.ordered(t, k)
		m, err := o.CheckCorrection(ctx, o.Reviewer, m.Reference, m.Version, enforcement.MeasureCheck{GiveUp: true, Note: "期限届满，没有任何整改"})
		check(t, err)
		if m.Status != enforcement.MeasureNotCorrected || m.Open() || len(o.measureClocks(t, "running")) != 0 {
			t.Errorf("given up %+v", m)
		}
		next, err := o.OrderMeasure(ctx, o.Reviewer, k.Reference, enforcement.NewMeasure{Firm: "A1", Kind: "supervisory_measure", Findings: []int{1}, Text: "暂停新增委外催收业务。", After: m.Reference})
		check(t, err)
		m, err = o.MeasureByRef(ctx, o.Director, m.Reference)
		check(t, err)
		if next.Follows != m.Reference || !slices.Equal(m.FollowedBy, []string{next.Reference}) {
			t.Errorf("%s follows %q, and is followed by %v", next.Reference, next.Follows, m.FollowedBy)
		}
		own, err := o.MeasureByRef(ctx, o.party(), next.Reference)
		check(t, err)
		if own.Case != nil || own.CaseID != 0 || own.Findings != nil || own.OrderedByName != "" || own.Follows != "" || own.Events[0].ActorID != 0 || own.Text == "" {
			t.Errorf("the firm reads %+v", own)
		}
	})
}

// A referral goes out with the file, gets a number and an answer; the firm hears nothing of it.
func TestReferralGoesWithItsFile(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		r := o.begin(t)
		r.take(o.Supervisor, &enforcement.FileCase{Second: o.Second.UserID, Reasons: "符合立案条件，准予立案"})
		k := r.p.Case
		_, err := o.evidence.Add(ctx, o.Supervisor, k.Complaint.Reference, "recording", "录音.txt", strings.NewReader("夜间威胁的录音"))
		check(t, err)
		m, err := o.OrderMeasure(ctx, o.Reviewer, k.Reference, enforcement.NewMeasure{Firm: "A1", Kind: "refer_police", Authority: "police", Text: "涉嫌违反治安管理，应当移送。"})
		check(t, err)
		if !m.Open() || slices.ContainsFunc(o.written(t), func(s string) bool { return s == "mail.penalty_party.measure" }) {
			t.Errorf("referral %+v", m)
		}
		for what, f := range map[string]func() error{
			"reads":  func() error { _, err := o.MeasureByRef(ctx, o.party(), m.Reference); return err },
			"prints": func() error { _, err := o.MeasureDocument(ctx, o.party(), m.Reference, locale.ZH); return err },
			"proves": func() error {
				_, err := o.ProveCorrection(ctx, o.party(), m.Reference, m.Version, "已经整改完毕", nil)
				return err
			},
			"steps": func() error {
				_, err := o.TakeReferral(ctx, o.party(), m.Reference, m.Version, enforcement.ReferralStep{Step: "handed"})
				return err
			},
		} {
			if err := f(); !fault.Is(err, fault.NotFound) {
				t.Errorf("the firm %s a referral: %v", what, err)
			}
		}
		if list, err := o.PartyMeasures(ctx, o.party()); err != nil || len(list) != 0 {
			t.Errorf("the firm is listed %v, %v", list, err)
		}
		step := func(x enforcement.ReferralStep) error {
			next, err := o.TakeReferral(ctx, o.Reviewer, m.Reference, m.Version, x)
			if err == nil {
				m = next
			}
			return err
		}
		want(t, step(enforcement.ReferralStep{Step: "answered", Text: "已受案"}), fault.Conflict, "measure.referral_step")
		want(t, step(enforcement.ReferralStep{Step: "handed", Text: "专人送达签收"}), fault.Invalid, "penalty_case.file_sent")
		want(t, step(enforcement.ReferralStep{Step: "handed", Text: "专人送达签收", Files: []string{"E-9"}}), fault.Invalid, "fault.choose")
		check(t, step(enforcement.ReferralStep{Step: "handed", Text: "专人送达签收", Files: []string{r.ref, "E-1"}}))
		if m.Status != enforcement.MeasureHanded || !slices.Equal(m.Events[1].Evidence, []string{"E-1", r.ref}) {
			t.Errorf("handed over %+v", m)
		}
		want(t, step(enforcement.ReferralStep{Step: "received", Text: "公受字1号", On: o.today().AddDays(-3)}), fault.Invalid, "penalty_case.too_early")
		check(t, step(enforcement.ReferralStep{Step: "received", Text: "公受字1号"}))
		want(t, step(enforcement.ReferralStep{Step: "received", Text: "公受字2号"}), fault.Conflict, "measure.referral_step")
		check(t, step(enforcement.ReferralStep{Step: "answered", Text: "已受案调查"}))
		if m.Open() || m.Status != enforcement.MeasureEnded {
			t.Errorf("answered %+v", m)
		}
	})
}

// Who may: not another firm, not an officer kept off the case, not another unit; the case file holds the paper.
func TestWhoMayActOnMeasures(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		r := o.begin(t)
		r.served(sentence(100_000_00))
		k := r.p.Case
		m := o.ordered(t, k)
		other := o.party()
		other.FirmID = o.Lender.ID
		_, err := o.MeasureByRef(ctx, other, m.Reference)
		want(t, err, fault.NotFound, "")
		_, err = o.GiveProof(ctx, other, m.Reference, "other", "a.txt", strings.NewReader("x"))
		want(t, err, fault.NotFound, "")
		_, err = o.CheckCorrection(ctx, o.party(), m.Reference, m.Version, enforcement.MeasureCheck{Corrected: true, Note: "整改到位"})
		want(t, err, fault.Forbidden, "")
		_, err = o.CheckCorrection(ctx, o.Director, m.Reference, m.Version, enforcement.MeasureCheck{Corrected: true, Note: "整改到位"})
		want(t, err, fault.Forbidden, "")
		if _, err = o.Measures(ctx, o.party(), enforcement.MeasureFilter{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a firm lists the office's measures: %v", err)
		}
		files := o.unzip(t, o.Director, r.ref)
		found := false
		for name, text := range files {
			found = found || strings.HasSuffix(name, "-measure_order.txt") && strings.Contains(text, m.Number)
		}
		if !found {
			t.Errorf("the case file has no order: %v", len(files))
		}
		check(t, o.Cases.Recuse(ctx, o.Supervisor, k.Reference, caseworktest.ID(o.Supervisor), "亲属"))
		_, err = o.CheckCorrection(ctx, o.Supervisor, m.Reference, m.Version, enforcement.MeasureCheck{Corrected: true, Note: "整改到位"})
		want(t, err, fault.Forbidden, "")
		if err := o.MayOrder(ctx, o.Supervisor, k.Reference); !fault.Is(err, fault.Forbidden) {
			t.Errorf("who is kept off the case may order: %v", err)
		}
		acts, err := o.MeasureActs(ctx, o.Supervisor, m)
		check(t, err)
		if acts.Check || acts.Further {
			t.Errorf("who is kept off the case is offered %+v", acts)
		}
	})
}

// The list pages by day, counts each shelf, and stays within reach.
func TestListOfMeasures(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx, k := t.Context(), o.Found(t)
		days := []int{20, 3, 9, 3}
		for _, n := range days {
			_, err := o.OrderMeasure(ctx, o.Reviewer, k.Reference, enforcement.NewMeasure{Firm: "A1", Kind: "warning_letter", Text: "对催收管理不到位予以警示。", DueOn: o.today().AddDays(n)})
			check(t, err)
		}
		for _, n := range []enforcement.NewMeasure{
			{Firm: "A1", Kind: "warning_letter", Text: "对催收管理不到位予以警示。"},
			{Firm: "A1", Kind: "refer_police", Authority: "police", Text: "涉嫌违反治安管理，应当移送。"},
		} {
			_, err := o.OrderMeasure(ctx, o.Supervisor, k.Reference, n)
			check(t, err)
		}
		o.Clock.Add(5 * 24 * time.Hour)
		pages := func(by access.Actor, f enforcement.MeasureFilter) (out []string, counts map[enforcement.MeasureShelf]int) {
			t.Helper()
			f.Limit = 2
			for {
				l, err := o.Measures(ctx, by, f)
				check(t, err)
				for _, m := range l.Items {
					out = append(out, strings.Split(m.Reference, "-")[2])
				}
				counts = l.Counts
				if f.Cursor = l.NextCursor; f.Cursor == "" {
					return out, counts
				}
			}
		}
		for _, c := range []struct {
			f    enforcement.MeasureFilter
			want string
		}{
			{enforcement.MeasureFilter{}, "[000002 000004 000003 000001 000006]"},
			{enforcement.MeasureFilter{Shelf: enforcement.ShelfOverdue}, "[000002 000004]"},
			{enforcement.MeasureFilter{Shelf: enforcement.ShelfSoon}, "[000003]"},
			{enforcement.MeasureFilter{Shelf: enforcement.ShelfEnded}, "[000005]"},
			{enforcement.MeasureFilter{Shelf: enforcement.ShelfAll, Kind: "warning_letter"}, "[000005 000004 000003 000002 000001]"},
			{enforcement.MeasureFilter{Firm: "A1", Unit: "mine", Kind: "refer_police"}, "[000006]"},
			{enforcement.MeasureFilter{Firm: "L1"}, "[]"},
		} {
			got, counts := pages(o.Supervisor, c.f)
			if fmt.Sprint(got) != c.want {
				t.Errorf("%+v: %v, want %s", c.f, got, c.want)
			}
			if c.f == (enforcement.MeasureFilter{}) && (counts[enforcement.ShelfOpen] != 5 || counts[enforcement.ShelfOverdue] != 2 || counts[enforcement.ShelfSoon] != 1 || counts[enforcement.ShelfAll] != 6) {
				t.Errorf("counts %v", counts)
			}
		}
		if got, _ := pages(o.Supervisor, enforcement.MeasureFilter{Mine: true}); fmt.Sprint(got) != "[000006]" {
			t.Errorf("the supervisor's own: %v", got)
		}
		if got, counts := pages(o.Stranger, enforcement.MeasureFilter{Shelf: enforcement.ShelfAll}); len(got) != 0 || counts[enforcement.ShelfAll] != 0 {
			t.Errorf("another unit reads %v, counts %v", got, counts)
		}
		for _, f := range []enforcement.MeasureFilter{{Shelf: "x"}, {Limit: 101}, {Cursor: "x"}} {
			if _, err := o.Measures(ctx, o.Supervisor, f); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", f, err)
			}
		}
		if _, err := o.Measures(context.Background(), o.Admin, enforcement.MeasureFilter{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an administrator: %v", err)
		}
	})
}
