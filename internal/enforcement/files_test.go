package enforcement_test

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/complaint"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

// reported begins a penalty on a report whose reporter is protected, with one file of theirs on which the finding rests.
func (o *office) reported(t *testing.T) *run {
	t.Helper()
	ctx := t.Context()
	f := o.Filing()
	f.Track = complaint.TrackReport
	c := o.Office.File(t, f)
	_, k, err := o.Cases.Accept(ctx, o.Supervisor, c.Reference, c.Version, "A", "")
	check(t, err)
	k, err = o.Cases.Assign(ctx, o.Supervisor, k.Reference, k.Version, caseworktest.ID(o.Reviewer))
	check(t, err)
	_, err = o.evidence.Add(ctx, o.Supervisor, c.Reference, "recording", "张小三的录音.txt", strings.NewReader("夜间威胁的录音"))
	check(t, err)
	n := o.Threat(k.Version)
	n.Evidence = []string{"E-1"}
	k, _, err = o.Cases.Record(ctx, o.Reviewer, k.Reference, n)
	check(t, err)
	p, course, err := o.Apply(ctx, o.Reviewer, k.Reference, k.Version, &enforcement.Apply{
		Firm: "A1", Codes: []string{"H02"}, ActedTo: n.ActedOn, Facts: "催收人员夜间威胁借款人，涉嫌侵害消费者人格尊严。"})
	check(t, err)
	return &run{t: t, o: o, ref: p.Reference, v: p.Version, p: p, c: course}
}

func (o *office) unzip(t *testing.T, by access.Actor, ref string) map[string]string {
	t.Helper()
	var b bytes.Buffer
	check(t, o.Service.File(t.Context(), by, ref, locale.ZH, &b))
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	check(t, err)
	files := map[string]string{}
	for _, f := range z.File {
		in, err := f.Open()
		check(t, err)
		data, err := io.ReadAll(in)
		check(t, err)
		files[f.Name] = string(data)
	}
	return files
}

// What the party gives goes with what it says, the office opens it, and it stands in the exported file beside what the
// findings cite; who may not know a reporter gets the list and not the file.
func TestFilesOfTheParty(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		r := o.reported(t)
		give := func(by access.Actor, name string) error {
			_, err := o.GiveFile(ctx, by, r.ref, "other", name, strings.NewReader("整改的材料"+name))
			return err
		}
		want(t, give(o.party(), "早.txt"), fault.NotFound, "")
		s := sentence(100_000_00)
		s.Factors = []enforcement.Factor{{Key: "harm_removed", Effect: "lighter", Evidence: []string{"e1", "退赔凭证"}}}
		r.tried(s)
		r.take(o.Supervisor, notice(false))
		stranger := o.party()
		stranger.FirmID = o.Lender.ID
		want(t, give(stranger, "别家.txt"), fault.NotFound, "")
		want(t, give(o.Supervisor, "代交.txt"), fault.NotFound, "")
		check(t, give(o.party(), "整改报告.txt"))
		check(t, give(o.party(), "话术.txt"))
		r.take(o.party(), &enforcement.Defend{Text: "该催收人员已经离职，公司已经整改。", Files: []string{"E-1"}})
		if got := r.c.Defences[0].Files; !slices.Equal(got, []string{"E-2", "E-3"}) {
			t.Errorf("the defence carries %v", got)
		}
		check(t, give(o.party(), "补充.txt"))
		r.take(o.party(), &enforcement.Defend{Text: "补充一份整改材料，请一并考虑。"})
		if got := r.c.Defences[1].Files; !slices.Equal(got, []string{"E-4"}) {
			t.Errorf("the second defence carries %v", got)
		}
		v, err := o.PartyCase(ctx, o.party(), r.ref)
		check(t, err)
		if len(v.Files) != 3 || v.Files[0].Number != 1 || v.Files[0].Label != "E-2" || !v.Files[2].Sent {
			t.Errorf("the party reads %+v", v.Files)
		}
		f, body, err := o.OpenPartyFile(ctx, o.party(), r.ref, 2)
		check(t, err)
		data, err := io.ReadAll(body)
		check(t, err)
		body.Close()
		if f.Name != "话术.txt" || string(data) != "整改的材料话术.txt" {
			t.Errorf("file 2 is %s: %s", f.Name, data)
		}
		_, _, err = o.OpenPartyFile(ctx, o.party(), r.ref, 4)
		want(t, err, fault.NotFound, "")
		// Staff see whose it is.
		list, err := o.evidence.List(ctx, o.Supervisor, r.p.Case.Complaint.Reference)
		check(t, err)
		if len(list) != 4 || list[1].From != o.Agency.Name {
			t.Errorf("staff read %+v", list)
		}
		all := o.unzip(t, o.Reviewer, r.ref)
		if all["evidence/E-1.txt"] != "夜间威胁的录音" || all["evidence/E-3.txt"] != "整改的材料话术.txt" || !strings.Contains(all["index.csv"], "evidence/E-4.txt") {
			t.Errorf("the file holds %s", all["index.csv"])
		}
		some := o.unzip(t, o.Second, r.ref)
		if _, there := some["evidence/E-1.txt"]; there || !strings.Contains(some["index.csv"], "举报人身份保密") {
			t.Errorf("who may not know the reporter gets %s", some["index.csv"])
		}
		for name, text := range all {
			if strings.Contains(text, "张小三") || strings.Contains(name, "张小三") {
				t.Errorf("%s names the reporter", name)
			}
		}
	})
}

// Whoever comes next hears of a step, in the transaction that took it; nobody hears of their own.
func TestStepsAreTold(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.begin(t)
		sent := func() []string {
			t.Helper()
			var out []string
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
					out = append(out, strings.TrimPrefix(s, "mail.penalty_"))
				}
				return rows.Err()
			}))
			return out
		}
		n := 0
		told := func(after string, want ...string) {
			t.Helper()
			all := sent()
			if got := all[n:]; !slices.Equal(got, want) {
				t.Errorf("after %s: %v, want %v", after, got, want)
			}
			n = len(all)
		}
		told("the application", "desk.to_file")
		r.take(o.Supervisor, &enforcement.FileCase{Second: o.Second.UserID, Reasons: "符合立案条件，准予立案"})
		told("the filing", "desk.filed", "desk.filed")
		r.take(o.Reviewer, &enforcement.Investigate{CardsShown: true, Told: "出示执法证并送达调查通知书"})
		r.take(o.Reviewer, &enforcement.Conclude{Report: "经调查取证，违法事实清楚，证据确实充分。", Findings: []int{1}, Sentence: sentence(100_000_00)})
		told("the investigation", "desk.to_try")
		r.take(o.trier(), &enforcement.Try{Agree: true, Report: "事实清楚，证据充分，程序合法，同意处理意见。"})
		r.take(o.Supervisor, notice(false))
		told("the notice")
		r.take(o.Supervisor, &enforcement.Waive{What: "defence", Proof: "书面声明"})
		told("the waiver", "desk.to_approve")
	})
}

// Every message has its words in both languages.
func TestMailWords(t *testing.T) {
	words := lawtest.Words(t)
	for _, m := range enforcement.MailTemplates() {
		for _, part := range []string{".subject", ".body", ".sms"} {
			if !words.Has(locale.ZH, m+part) || !words.Has(locale.EN, m+part) {
				t.Errorf("no words for %s", m+part)
			}
		}
	}
}
