package complaint_test

import (
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// letterOf finds the one letter of a kind.
func (o *office) letterOf(t *testing.T, ref, kind string) *letter.Letter {
	t.Helper()
	list, err := o.Letters(t.Context(), supervisor, ref)
	check(t, err)
	var found *letter.Letter
	kinds := []string{}
	for _, l := range list {
		kinds = append(kinds, l.Kind)
		if l.Kind == kind {
			found = l
		}
	}
	if found == nil {
		t.Fatalf("%s has no letter %s, only %q", ref, kind, kinds)
	}
	return found
}

// release gives the letter of a kind its second reading.
func (o *office) release(t *testing.T, ref, kind string) *letter.Letter {
	t.Helper()
	l := o.letterOf(t, ref, kind)
	if l.Status == letter.Issued {
		return l
	}
	l, err := o.ReleaseLetter(t.Context(), second, ref, l.ID, l.Version)
	check(t, err)
	return l
}

func TestEveryDecisionWritesItsLetter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o := open(t, db, clock)
		o.staff(t)
		ctx := t.Context()
		filed := o.file(t, sample())
		ref, by := filed.Complaint.Reference, o.borrower(t, filed)
		_, err := o.AskForMore(ctx, supervisor, ref, 1, "请补充十月的通话记录")
		check(t, err)
		asked := o.letterOf(t, ref, "supplement")
		if asked.Status != letter.Issued || asked.Number == "" || asked.Lang != "zh" || asked.To != letter.ToComplainant {
			t.Errorf("supplement %+v", asked)
		}
		_, text, err := o.LetterText(ctx, by, ref, asked.ID, locale.ZH)
		check(t, err)
		for _, want := range []string{"张小三", ref, "请补充十月的通话记录", "2026年11月3日"} {
			if !strings.Contains(text, want) {
				t.Errorf("the letter lacks %q:\n%s", want, text)
			}
		}
		if n := o.count(t, "SELECT count(*) FROM outbox WHERE template = 'mail.supplement'"); n != 1 {
			t.Errorf("%d mails ask for more", n)
		}
		c, err := o.Supply(ctx, by, ref, "通话记录在此")
		check(t, err)
		p, _ := o.book.Pack("cn")
		_, err = o.Refer(ctx, supervisor, ref, c.Version, p.Authorities[0].ID, "other_authority", "")
		check(t, err)
		moved := o.letterOf(t, ref, "transfer")
		if moved.To != letter.ToAuthority || moved.Authority != p.Authorities[0].ID || moved.Status != letter.Draft {
			t.Errorf("transfer %+v", moved)
		}
		_, text, err = o.LetterText(ctx, supervisor, ref, moved.ID, locale.ZH)
		check(t, err)
		if strings.Contains(text, "张小三") || !strings.Contains(text, ref) {
			t.Errorf("the letter to the authority:\n%s", text)
		}
		// Only what went out reaches the complainant, and only what is theirs.
		list, err := o.Letters(ctx, by, ref)
		check(t, err)
		if len(list) != 1 || list[0].ID != asked.ID {
			t.Errorf("the complainant sees %d letters", len(list))
		}
		_, _, err = o.LetterText(ctx, by, ref, moved.ID, locale.ZH)
		wantKind(t, err, fault.NotFound, "")
		told := o.release(t, ref, "transfer_notice")
		if list, err = o.Letters(ctx, by, ref); err != nil || len(list) != 2 || list[1].ID != told.ID {
			t.Errorf("after the release the complainant sees %d letters, %v", len(list), err)
		}
		o.mustVerify(t)
	})
}

// What goes to a borrower at home waits for the day, whatever it tells.
func TestNothingWakesABorrower(t *testing.T) {
	o := openSQLite(t)
	o.staff(t)
	ctx := t.Context()
	filed := o.file(t, sample())
	ref, by := filed.Complaint.Reference, o.borrower(t, filed)
	_, err := o.AskForMore(ctx, supervisor, ref, 1, "请补充十月的通话记录")
	check(t, err)
	_, err = o.Supply(ctx, by, ref, "通话记录在此")
	check(t, err)
	c, err := o.ByRef(ctx, supervisor, ref)
	check(t, err)
	_, other, err := o.Split(ctx, supervisor, ref, c.Version, complaint.TrackReport, nil)
	check(t, err)
	_, err = o.Refuse(ctx, supervisor, other.Reference, other.Version, "not_our_duty", "")
	check(t, err)
	o.release(t, other.Reference, "non_acceptance")
	_, err = o.Withdraw(ctx, by, ref, "已经解决")
	check(t, err)
	if n := o.count(t, "SELECT count(DISTINCT template) FROM outbox"); n < 5 {
		t.Errorf("only %d kinds of mail were queued", n)
	}
	if n := o.count(t, "SELECT count(*) FROM outbox WHERE quiet = 0"); n != 0 {
		t.Errorf("%d mails to a borrower may go out at night", n)
	}
}

func TestPreviewIsTheLetterThatIsWritten(t *testing.T) {
	o := openSQLite(t)
	o.staff(t)
	ctx := t.Context()
	filed := o.file(t, sample())
	ref := filed.Complaint.Reference
	ask := complaint.Decision{Kind: "ask", Text: "请补充十月的通话记录"}
	seen, err := o.PreviewDecision(ctx, supervisor, ref, ask, locale.ZH)
	check(t, err)
	if len(seen) != 1 || seen[0].SecondReading || seen[0].To != letter.ToComplainant {
		t.Fatalf("preview %+v", seen)
	}
	_, err = o.AskForMore(ctx, supervisor, ref, 1, ask.Text)
	check(t, err)
	_, text, err := o.LetterText(ctx, supervisor, ref, o.letterOf(t, ref, "supplement").ID, locale.ZH)
	check(t, err)
	if head, _, _ := strings.Cut(seen[0].Body, "本机关工作人员"); !strings.HasPrefix(text, head) || !strings.Contains(head, ask.Text) {
		t.Errorf("preview:\n%s\nletter:\n%s", seen[0].Body, text)
	}
	p, _ := o.book.Pack("cn")
	seen, err = o.PreviewDecision(ctx, supervisor, ref, complaint.Decision{Kind: "refer", To: p.Authorities[0].ID, Ground: "other_authority"}, locale.EN)
	check(t, err)
	if len(seen) != 2 || !seen[0].SecondReading || seen[1].To != letter.ToAuthority || strings.Contains(seen[1].Body, "张小三") {
		t.Errorf("preview of a transfer %+v", seen)
	}
	_, err = o.PreviewDecision(ctx, supervisor, ref, complaint.Decision{Kind: "reject", Ground: "none"}, locale.ZH)
	wantKind(t, err, fault.Invalid, "")
	_, err = o.PreviewDecision(ctx, reviewer, ref, ask, locale.ZH)
	wantKind(t, err, fault.NotFound, "")
}

func TestSecondReading(t *testing.T) {
	o := openSQLite(t)
	o.staff(t)
	ctx := t.Context()
	filed := o.file(t, sample())
	ref := filed.Complaint.Reference
	_, err := o.Refuse(ctx, supervisor, ref, 1, "not_our_duty", "")
	check(t, err)
	l := o.letterOf(t, ref, "non_acceptance")
	_, err = o.ReleaseLetter(ctx, supervisor, ref, l.ID, l.Version)
	wantKind(t, err, fault.Forbidden, "letter.error.own_draft")
	_, err = o.ReleaseLetter(ctx, o.borrower(t, filed), ref, l.ID, l.Version)
	wantKind(t, err, fault.Forbidden, "")
	waiting, err := o.LettersToRead(ctx, second)
	check(t, err)
	if len(waiting) != 1 || waiting[0].Reference != ref || waiting[0].ID != l.ID {
		t.Errorf("waiting for the second reader: %+v", waiting)
	}
	if own, err := o.LettersToRead(ctx, supervisor); err != nil || len(own) != 0 {
		t.Errorf("waiting for its writer: %+v, %v", own, err)
	}
	l, err = o.EditLetter(ctx, supervisor, ref, l.ID, l.Version, rulebook.Text{ZH: "经审查，不属于本机关职责。"})
	check(t, err)
	_, err = o.ReleaseLetter(ctx, second, ref, l.ID, l.Version-1)
	wantKind(t, err, fault.Conflict, "fault.stale")
	other := o.file(t, sample()).Complaint
	_, err = o.ReleaseLetter(ctx, second, other.Reference, l.ID, l.Version)
	wantKind(t, err, fault.NotFound, "")
	l, err = o.ReleaseLetter(ctx, second, ref, l.ID, l.Version)
	check(t, err)
	_, text, err := o.LetterText(ctx, second, ref, l.ID, locale.ZH)
	check(t, err)
	if !strings.Contains(text, "经审查，不属于本机关职责。") {
		t.Errorf("the edited text is lost:\n%s", text)
	}
	_, err = o.CancelLetter(ctx, supervisor, ref, l.ID, l.Version, "写错了")
	wantKind(t, err, fault.Conflict, "")
	o.mustVerify(t)
}

func TestAnonymousReportGetsNoLetter(t *testing.T) {
	o := openSQLite(t)
	o.staff(t)
	f := sample()
	f.Track, f.Anonymous = complaint.TrackReport, true
	c := o.file(t, f).Complaint
	o.openCase(t, c, reviewer)
	o.closeCase(t, c)
	if n := o.count(t, "SELECT count(*) FROM letters") + o.count(t, "SELECT count(*) FROM outbox"); n != 0 {
		t.Errorf("%d letters and mails to nobody", n)
	}
	if n := o.count(t, "SELECT count(*) FROM clock_events WHERE clock LIKE 'complaint.result_notice%'"); n != 0 {
		t.Error("a clock promises a notice to nobody")
	}
}

func TestPreviewNamesWhatWriteAdds(t *testing.T) {
	o := openSQLite(t)
	o.staff(t)
	c := o.file(t, sample()).Complaint
	o.openCase(t, c, reviewer)
	on := calendar.MustDate("2026-12-01")
	_, text, err := o.PreviewLetter(t.Context(), reviewer, c.Reference, "extension_notice", letter.ToComplainant,
		map[string]any{"due_on": on}, complaint.LetterOptions{}, locale.ZH)
	check(t, err)
	for _, want := range []string{"张*三", c.Reference, "2026年12月1日"} {
		if !strings.Contains(text, want) {
			t.Errorf("the preview lacks %q:\n%s", want, text)
		}
	}
	if n := o.count(t, "SELECT count(*) FROM letters WHERE kind = 'extension_notice'"); n != 0 {
		t.Error("a preview was stored")
	}
	_, _, err = o.PreviewLetter(t.Context(), access.Actor{Role: access.Reviewer, UserID: 6, UnitID: 1}, c.Reference, "closing", letter.ToComplainant,
		nil, complaint.LetterOptions{}, locale.ZH)
	wantKind(t, err, fault.Forbidden, "")
}
