package letter_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// torn is what is left of a sentence whose field is missing.
var torn = regexp.MustCompile(`[{}\[\]]|  |（）|\(\)|于提出|自起|已于转|已于办|在以前|在前|期限为]|内作出答复。$^|。。|，。|，，|：。| \.| ,|on \.|by \.|of \.|on  |[^ ]：$^`)

func (d *desk) preview(n letter.New, lang locale.Lang) (title, body string) {
	d.t.Helper()
	n.Pack = "cn"
	if n.To == "" {
		n.To = letter.ToComplainant
	}
	check(d.t, d.db.Read(d.t.Context(), func(tx *store.Tx) (err error) {
		title, body, err = d.Preview(d.t.Context(), tx, n, lang)
		return err
	}))
	return title, body
}

var toFirm = map[string]bool{"forward": true, "more_time_granted": true, "more_time_refused": true, "answer_returned": true,
	"review_notice": true, "chase_due": true, "chase_overdue": true, "chase_escalated": true}

func to(kind string) letter.Recipient {
	switch {
	case kind == "transfer":
		return letter.ToAuthority
	case toFirm[kind]:
		return letter.ToFirm
	default:
		return letter.ToComplainant
	}
}

func TestEveryKindReadsWhole(t *testing.T) {
	d := open(t, storetest.Open(t))
	for _, kind := range letter.Kinds {
		for _, lang := range locale.Langs {
			title, body := d.preview(letter.New{Kind: kind, To: to(kind), Fields: full(kind)}, lang)
			if title == "" {
				t.Errorf("%s %s: no title", kind, lang)
			}
			if m := torn.FindString(body); m != "" {
				t.Errorf("%s %s: %q in\n%s", kind, lang, m, body)
			}
			for _, f := range letter.Fields(kind) {
				if said := map[string]string{"text": "承办人的话", "amount": "¥1,400.00", "due_on": locale.Date(lang, oct21)}[f]; !strings.Contains(body, said) {
					t.Errorf("%s %s does not say %s:\n%s", kind, lang, f, body)
				}
			}
			_, bare := d.preview(letter.New{Kind: kind, To: to(kind)}, lang)
			if m := torn.FindString(bare); m != "" {
				t.Errorf("%s %s without fields: %q in\n%s", kind, lang, m, bare)
			}
			if len([]rune(bare)) < 60 {
				t.Errorf("%s %s without fields says nothing: %s", kind, lang, bare)
			}
		}
	}
	if missing := d.words.Missing(); len(missing) > 0 {
		t.Errorf("no words for %v", missing)
	}
}

func TestWordsForEveryKindAndState(t *testing.T) {
	d := open(t, storetest.Open(t))
	for _, lang := range locale.Langs {
		for _, kind := range letter.Kinds {
			if !d.words.Has(lang, "letter.kind."+kind) {
				t.Errorf("%s: no name of the kind %s", lang, kind)
			}
			for _, f := range letter.Fields(kind) {
				if !d.words.Has(lang, "letter.field."+f) {
					t.Errorf("%s: no words for the field %s", lang, f)
				}
			}
		}
		for _, s := range []letter.Delivery{letter.None, letter.Queued, letter.Notified, letter.Seen, letter.Posted, letter.Delivered, letter.Returned, letter.Failed} {
			if !d.words.Has(lang, "letter.delivery."+string(s)) {
				t.Errorf("%s: no words for %s", lang, s)
			}
		}
	}
}

// The name of who complained is in letters to themself alone, whatever the caller gives.
func TestNameStaysWithTheComplainant(t *testing.T) {
	d := open(t, storetest.Open(t))
	for _, kind := range letter.Kinds {
		f := full(kind)
		f["name"] = "张小明"
		for _, recipient := range []letter.Recipient{letter.ToFirm, letter.ToAuthority} {
			for _, lang := range locale.Langs {
				if _, body := d.preview(letter.New{Kind: kind, To: recipient, Fields: f}, lang); strings.Contains(body, "张小明") {
					t.Errorf("%s to %s names who complained", kind, recipient)
				}
			}
		}
	}
}

func TestRemediesComeFromThePack(t *testing.T) {
	d := open(t, storetest.Open(t))
	_, body := d.preview(letter.New{Kind: "non_acceptance"}, locale.ZH)
	for _, said := range []string{"60日内依法申请行政复议（《行政复议法》第二十条）", "6个月内依法向人民法院提起行政诉讼（《行政诉讼法》第四十六条）"} {
		if !strings.Contains(body, said) {
			t.Errorf("no %q in %s", said, body)
		}
	}
	check(t, d.db.Read(t.Context(), func(tx *store.Tx) error {
		_, body, err := d.Preview(t.Context(), tx, letter.New{Kind: "non_acceptance", Pack: "uk", To: letter.ToComplainant}, locale.EN)
		if strings.Contains(body, "administrative review") || !strings.Contains(body, "Financial Conduct Authority") {
			t.Errorf("the law of another country: %s", body)
		}
		return err
	}))
}

func TestTemplateVersions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		d := open(t, db)
		ctx := t.Context()
		before := d.write(letter.New{Kind: "withdrawal", Fields: full("withdrawal")})
		titleWas, bodyWas := d.text(before, locale.ZH)

		c := letter.Change{Title: "撤回确认函", Body: "{name}：\n\n已撤回。", SecondReading: true, Note: "按新格式"}
		_, err := d.ChangeTemplate(ctx, d.writer, "withdrawal", locale.ZH, 0, c)
		want(t, err, fault.Forbidden, "fault.forbidden")
		_, err = d.ChangeTemplate(ctx, d.admin, "poem", locale.ZH, 0, c)
		want(t, err, fault.NotFound, "letter.error.no_kind")
		_, err = d.ChangeTemplate(ctx, d.admin, "withdrawal", locale.ZH, 0, letter.Change{Title: "a", Body: "{id_number}", Note: "x"})
		want(t, err, fault.Invalid, "letter.error.unknown_field")
		_, err = d.ChangeTemplate(ctx, d.admin, "withdrawal", locale.ZH, 0, letter.Change{Title: "a", Body: "b"})
		want(t, err, fault.Invalid, "fault.required")

		one, err := d.ChangeTemplate(ctx, d.admin, "withdrawal", locale.ZH, 0, c)
		check(t, err)
		if one.Number != 1 {
			t.Errorf("got %+v", one)
		}
		_, err = d.ChangeTemplate(ctx, d.admin, "withdrawal", locale.ZH, 0, letter.Change{Title: "a", Body: "b", Note: "c"})
		want(t, err, fault.Conflict, "fault.stale")
		_, err = d.ChangeTemplate(ctx, d.admin, "withdrawal", locale.ZH, 7, letter.Change{Title: "a", Body: "b", Note: "c"})
		want(t, err, fault.Conflict, "fault.stale")
		_, err = d.ChangeTemplate(ctx, d.admin, "withdrawal", locale.ZH, 1, c)
		want(t, err, fault.Conflict, "letter.error.unchanged")

		after := d.write(letter.New{Kind: "withdrawal", Fields: full("withdrawal")})
		if title, body := d.text(after, locale.ZH); title != "撤回确认函" || !strings.HasPrefix(body, "张小明：\n\n已撤回。\n") || after.Status != letter.Draft || after.Template != "zh@1 en@0" {
			t.Errorf("got %s, %s, %+v", title, body, after)
		}
		if title, body := d.text(before, locale.ZH); title != titleWas || body != bodyWas {
			t.Errorf("a letter that was sent changed: %s %s", title, body)
		}

		_, err = d.RestoreTemplate(ctx, d.admin, "withdrawal", locale.ZH, 1, "改回")
		check(t, err)
		now, all, err := d.Template(ctx, d.admin, "withdrawal", locale.ZH)
		check(t, err)
		if now.Number != 2 || now.SecondReading || len(all) != 4-1 || all[0].Number != 2 || all[2].Number != 0 || now.Body != all[2].Body {
			t.Errorf("got %+v of %d", now, len(all))
		}
		if again := d.write(letter.New{Kind: "withdrawal", Fields: full("withdrawal")}); again.Status != letter.Issued || again.Number != "金消撤回〔2026〕2号" {
			t.Errorf("got %+v", again)
		}
		list, err := d.Templates(ctx, d.admin)
		check(t, err)
		if len(list) != 2*len(letter.Kinds) {
			t.Errorf("%d templates are listed", len(list))
		}
		d.verify()
	})
}

func TestPreviewOfATemplate(t *testing.T) {
	d := open(t, storetest.Open(t))
	for _, kind := range letter.Kinds {
		for _, lang := range locale.Langs {
			now, _, err := d.Template(t.Context(), d.admin, kind, lang)
			check(t, err)
			s, err := d.PreviewTemplate(t.Context(), d.admin, kind, lang, letter.Change{Title: now.Title, Body: now.Body})
			check(t, err)
			if m := torn.FindString(s.Body); m != "" || s.Number == "" {
				t.Errorf("%s %s: %q in %s", kind, lang, m, s.Body)
			}
		}
	}
	_, err := d.PreviewTemplate(t.Context(), access.Actor{Role: access.Reviewer, UserID: 1}, "answer", locale.ZH, letter.Change{Title: "a", Body: "b"})
	want(t, err, fault.Forbidden, "fault.forbidden")
	_, err = d.PreviewTemplate(t.Context(), d.admin, "answer", locale.ZH, letter.Change{Title: "a", Body: "{b}"})
	want(t, err, fault.Invalid, "letter.error.unknown_field")
}

// What an officer writes cannot name fields, neither when a letter is written nor when a draft is edited.
func TestWordsOfAnOfficerAreWordsOnly(t *testing.T) {
	d := open(t, storetest.Open(t))
	f := full("closing")
	f["text"] = "{name} [{amount}] {x"
	l := d.write(letter.New{Kind: "closing", Fields: f})
	if _, body := d.text(l, locale.ZH); !strings.Contains(body, "{name} [{amount}] {x\n") {
		t.Errorf("got %s", body)
	}
	l, err := d.change(d.writer, func(ctx context.Context, tx *store.Tx) (*letter.Letter, error) {
		return d.Edit(ctx, tx, d.writer, d.key, l.ID, l.Version, rulebook.Text{ZH: "{amount}"})
	})
	check(t, err)
	if _, body := d.text(l, locale.ZH); !strings.HasPrefix(body, "{amount}\n") {
		t.Errorf("got %s", body)
	}
}
