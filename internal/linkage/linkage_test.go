package linkage_test

import (
	"slices"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/linkage"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

func each(t *testing.T, f func(t *testing.T, o *office)) {
	storetest.Each(t, func(t *testing.T, db *store.DB, c *storetest.Clock) { f(t, open(t, db, c)) })
}

// file files a complaint of somebody else each time.
func (o *office) file(tb testing.TB, phone string, change func(*complaint.Filing)) *complaint.Complaint {
	tb.Helper()
	f := o.Filing()
	f.Complainant.Phone, f.Complainant.Email = phone, ""
	if change != nil {
		change(&f)
	}
	return o.File(tb, f)
}

// accept gives a complaint to a unit.
func (o *office) accept(tb testing.TB, c *complaint.Complaint, unit string) {
	tb.Helper()
	_, _, err := o.Cases.Accept(tb.Context(), o.Supervisor, c.Reference, c.Version, unit, "")
	caseworktest.Check(tb, err)
}

func accused(list ...string) func(*complaint.Filing) {
	return func(f *complaint.Filing) {
		for _, x := range list {
			kind, value, _ := strings.Cut(x, ":")
			f.Accused = append(f.Accused, complaint.Accused{Kind: kind, Value: value})
		}
	}
}

func (o *office) of(tb testing.TB, by access.Actor, ref string) *linkage.Overview {
	tb.Helper()
	v, err := o.Of(tb.Context(), by, ref)
	caseworktest.Check(tb, err)
	return v
}

func (o *office) compare(tb testing.TB) {
	tb.Helper()
	_, err := o.Index(tb.Context())
	caseworktest.Check(tb, err)
}

func refs(list []linkage.Related) []string {
	var out []string
	for _, r := range list {
		out = append(out, r.Complaint.Reference)
	}
	return out
}

// The same number, however it was written, links; a service number links weakly; a staff number links within one firm alone.
func TestSharedNumbersLink(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		a := o.file(t, "13800000001", accused("phone:+86 139-0000-1111", "phone:95188", "staff_number:工号 8012"))
		b := o.file(t, "13800000002", accused("phone:１３９００００１１１１", "wechat:139 0000 1111"))
		c := o.file(t, "13800000003", accused("phone:95188"))
		d := o.file(t, "13800000004", func(f *complaint.Filing) {
			accused("staff_number:8012")(f)
			f.Lender, f.Agency, f.AgencyUnknown = complaint.Party{Name: "别家小额贷款有限公司"}, complaint.Party{}, true
		})
		e := o.file(t, "13800000005", accused("staff_number:8012"))
		if v := o.of(t, o.Supervisor, a.Reference); !v.Pending || len(v.Suggested) > 0 {
			t.Errorf("before it was compared: pending %v, %d suggested", v.Pending, len(v.Suggested))
		}
		o.compare(t)
		v := o.of(t, o.Supervisor, a.Reference)
		got := map[string]linkage.Related{}
		for _, r := range v.Suggested {
			got[r.Complaint.Reference] = r
		}
		if r := got[b.Reference]; r.Grade() != linkage.Strong || !slices.ContainsFunc(r.Grounds, func(g linkage.Ground) bool { return g.Kind == "phone" && g.Value == "13900001111" }) {
			t.Errorf("the same mobile: %+v", r.Grounds)
		}
		if r := got[c.Reference]; len(r.Grounds) == 0 || !r.Grounds[len(r.Grounds)-1].Shared || r.Grounds[len(r.Grounds)-1].Weight > 0.1 {
			t.Errorf("the same service number: %+v", r.Grounds)
		}
		if r := got[e.Reference]; !slices.ContainsFunc(r.Grounds, func(g linkage.Ground) bool { return g.Kind == "staff_number" }) {
			t.Errorf("the same staff number in one firm: %+v", r.Grounds)
		}
		if r := got[d.Reference]; slices.ContainsFunc(r.Grounds, func(g linkage.Ground) bool { return g.Kind == "staff_number" }) {
			t.Errorf("the same staff number in two firms links: %+v", r.Grounds)
		}
		i := slices.IndexFunc(v.Named, func(n linkage.Named) bool { return n.Value == "+86 139-0000-1111" })
		if i < 0 || v.Named[i].Complaints != 2 || v.Named[i].Firms != 1 {
			t.Errorf("named: %+v", v.Named)
		}
	})
}

// Who may not see the other complaint learns that there are some, and whom to ask, and nothing else.
func TestLinksShowOnlyWhatIsInReach(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		const number = "phone:13900002222"
		a, b, c := o.file(t, "13800000001", accused(number)), o.file(t, "13800000002", accused(number)), o.file(t, "13800000003", accused(number))
		hidden := o.file(t, "13800000004", func(f *complaint.Filing) {
			accused(number)(f)
			f.Track, f.HideIdentity = complaint.TrackReport, true
		})
		for _, x := range []*complaint.Complaint{a, b, hidden} {
			o.accept(t, x, "A")
		}
		o.accept(t, c, "B")
		o.compare(t)
		v := o.of(t, o.Reviewer, a.Reference)
		if got := refs(v.Suggested); !slices.Equal(got, []string{b.Reference}) {
			t.Errorf("the reviewer is shown %v", got)
		}
		if len(v.Elsewhere) != 1 || v.Elsewhere[0].Unit != "B" || v.Elsewhere[0].Count != 1 || v.Sheltered != 1 {
			t.Errorf("elsewhere %+v, sheltered %d", v.Elsewhere, v.Sheltered)
		}
		if got := refs(o.of(t, o.Supervisor, a.Reference).Suggested); len(got) != 3 {
			t.Errorf("the supervisor of the unit is shown %v", got)
		}
		if v := o.of(t, o.Reviewer, hidden.Reference); len(v.Suggested) > 0 || v.Sheltered != 2 {
			t.Errorf("of a report: %v, %d", refs(v.Suggested), v.Sheltered)
		}
		f, err := o.Search(t.Context(), o.Stranger, "phone", "139 0000 2222")
		caseworktest.Check(t, err)
		if got := refs(f.Items); !slices.Equal(got, []string{c.Reference}) || f.Complaints != 4 || f.Elsewhere[0].Unit != "A" || f.Elsewhere[0].Count != 3 || !slices.Equal(f.Elsewhere[0].Ask, []string{o.Supervisor.Name}) {
			t.Errorf("the stranger finds %v of %d, elsewhere %+v", got, f.Complaints, f.Elsewhere)
		}
		_, err = o.Of(t.Context(), o.Stranger, a.Reference)
		caseworktest.Want(t, err, fault.NotFound, "")
		for _, by := range []access.Actor{o.Admin, access.Nobody, {Role: access.Firm, UserID: 99, FirmID: o.Lender.ID}, {Role: access.Borrower, ComplaintID: a.ID}} {
			if _, err := o.Search(t.Context(), by, "phone", "13900002222"); err == nil {
				t.Errorf("%s may search", by.Role)
			}
			if _, err := o.Of(t.Context(), by, a.Reference); err == nil {
				t.Errorf("%s may read links", by.Role)
			}
		}
		o.MustVerify(t)
	})
}

// An opinion holds for both, the newest holds, and it needs somebody who may act on the one and see the other.
func TestDecideLinks(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		const number = "wechat:Cui_Shou_1"
		a, b, c := o.file(t, "13800000001", accused(number)), o.file(t, "13800000002", accused(number)), o.file(t, "13800000003", accused(number))
		o.accept(t, a, "A")
		o.accept(t, b, "A")
		o.accept(t, c, "B")
		o.compare(t)
		ctx := t.Context()
		caseworktest.Want(t, o.Decide(ctx, o.Supervisor, a.Reference, b.Reference, linkage.Confirmed, " "), fault.Invalid, "fault.required")
		caseworktest.Want(t, o.Decide(ctx, o.Supervisor, a.Reference, b.Reference, "maybe", "同一微信号"), fault.Invalid, "fault.choose")
		caseworktest.Want(t, o.Decide(ctx, o.Supervisor, a.Reference, a.Reference, linkage.Confirmed, "同一微信号"), fault.Invalid, "linkage.itself")
		caseworktest.Want(t, o.Decide(ctx, o.Supervisor, a.Reference, "C-2026-999999-0", linkage.Confirmed, "同一微信号"), fault.Invalid, "linkage.no_other")
		caseworktest.Want(t, o.Decide(ctx, o.Reviewer, a.Reference, b.Reference, linkage.Confirmed, "同一微信号"), fault.Forbidden, "") // not the officer's own
		k, err := o.Cases.ByRef(ctx, o.Supervisor, a.Reference)
		caseworktest.Check(t, err)
		_, err = o.Cases.Assign(ctx, o.Supervisor, k.Reference, k.Version, caseworktest.ID(o.Reviewer))
		caseworktest.Check(t, err)
		caseworktest.Want(t, o.Decide(ctx, o.Reviewer, a.Reference, c.Reference, linkage.Confirmed, "同一微信号"), fault.Invalid, "linkage.no_other") // of another unit
		hidden := o.file(t, "13800000004", func(f *complaint.Filing) {
			accused(number)(f)
			f.Track, f.HideIdentity = complaint.TrackReport, true
		})
		o.accept(t, hidden, "A")
		caseworktest.Want(t, o.Decide(ctx, o.Reviewer, a.Reference, hidden.Reference, linkage.Confirmed, "同一微信号"), fault.Invalid, "linkage.no_other") // whose reporter is kept from the officer
		elsewhere := o.Supervisor
		elsewhere.UnitID = o.UnitB
		caseworktest.Want(t, o.Decide(ctx, elsewhere, hidden.Reference, c.Reference, linkage.Confirmed, "同一微信号"), fault.Forbidden, "linkage.sheltered")
		caseworktest.Check(t, o.Decide(ctx, o.Reviewer, a.Reference, b.Reference, linkage.Confirmed, "同一微信号"))
		caseworktest.Want(t, o.Decide(ctx, o.Supervisor, b.Reference, a.Reference, linkage.Confirmed, "同一微信号"), fault.Conflict, "linkage.said_already")
		for _, x := range []*complaint.Complaint{a, b} {
			v := o.of(t, o.Supervisor, x.Reference)
			if len(v.Confirmed) != 1 || v.Confirmed[0].Decision.By != o.Reviewer.Name || v.Confirmed[0].Decision.Reason != "同一微信号" {
				t.Errorf("%s: confirmed %+v", x.Reference, v.Confirmed)
			}
		}
		caseworktest.Check(t, o.Decide(ctx, o.Supervisor, b.Reference, a.Reference, linkage.Dismissed, "系公司公用微信"))
		if v := o.of(t, o.Supervisor, a.Reference); len(v.Confirmed) != 0 || len(v.Dismissed) != 1 || slices.Contains(refs(v.Suggested), b.Reference) {
			t.Errorf("after the second opinion: %v %v", refs(v.Confirmed), refs(v.Dismissed))
		}
		caseworktest.Check(t, o.Decide(ctx, o.Supervisor, a.Reference, b.Reference, linkage.Open, "再核"))
		if v := o.of(t, o.Supervisor, a.Reference); len(v.Dismissed) != 0 || !slices.Contains(refs(v.Suggested), b.Reference) {
			t.Errorf("opened again: %v %v", refs(v.Dismissed), refs(v.Suggested))
		}
		o.MustVerify(t)
	})
}

func TestNumbersFoundLater(t *testing.T) {
	o := openSQLite(t)
	ctx := t.Context()
	a, b := o.file(t, "13800000001", accused("account:6222 0212 3456 7890")), o.file(t, "13800000002", nil)
	o.compare(t)
	for _, c := range []struct{ kind, value, basis, key string }{
		{"fax", "123456", "E-1", "fault.choose"}, {"phone", "", "E-1", "fault.required"}, {"qq", "没有", "E-1", "linkage.number_form"},
		{"account", strings.Repeat("6", 101), "E-1", "fault.too_long"}, {"account", "6222021234567890", "", "linkage.basis_missing"},
	} {
		caseworktest.Want(t, o.AddNumber(ctx, o.Supervisor, b.Reference, c.kind, c.value, c.basis), fault.Invalid, c.key)
	}
	caseworktest.Want(t, o.AddNumber(ctx, o.Auditor, b.Reference, "qq", "1234567", "E-1"), fault.Forbidden, "")
	caseworktest.Check(t, o.AddNumber(ctx, o.Supervisor, b.Reference, "account", "6222-0212-3456-7890", "证据 E-1"))
	caseworktest.Want(t, o.AddNumber(ctx, o.Supervisor, b.Reference, "account", "6222021234567890", "证据 E-2"), fault.Invalid, "linkage.number_known")
	caseworktest.Want(t, o.AddNumber(ctx, o.Supervisor, a.Reference, "account", "6222021234567890", "证据 E-2"), fault.Invalid, "linkage.number_known")
	v := o.of(t, o.Supervisor, b.Reference)
	if got := refs(v.Suggested); !slices.Equal(got, []string{a.Reference}) {
		t.Errorf("suggested %v", got)
	}
	if len(v.Named) != 1 || !v.Named[0].Added || v.Named[0].Basis != "证据 E-1" || v.Named[0].AddedBy != o.Supervisor.Name || v.Named[0].Complaints != 2 {
		t.Errorf("named %+v", v.Named)
	}
	c, err := o.Complaints.ByRef(ctx, o.Supervisor, b.Reference)
	caseworktest.Check(t, err)
	if len(c.Accused) != 0 {
		t.Errorf("what the complainant said changed: %v", c.Accused)
	}
	o.MustVerify(t)
}

// A merged complaint points at its original; there are neither chains nor loops, whatever the order; both show it.
func TestMergeDuplicates(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		same := func(f *complaint.Filing) { f.Loan = complaint.Loan{AmountFen: 500000, ContractDate: "2025-03-01"} }
		a, b, c := o.file(t, "13800000001", same), o.file(t, "13800000001", same), o.file(t, "13800000001", nil)
		other := o.file(t, "13800000001", func(f *complaint.Filing) {
			f.Lender, f.Agency, f.AgencyUnknown = complaint.Party{Name: "别家小额贷款有限公司"}, complaint.Party{}, true
		})
		stranger := o.file(t, "13800000002", same)
		report := o.file(t, "13800000001", func(f *complaint.Filing) { f.Track = complaint.TrackReport })
		o.compare(t)
		v := o.of(t, o.Supervisor, b.Reference)
		var got []string
		for _, h := range v.Duplicates.Suggested {
			got = append(got, h.Complaint.Reference)
		}
		if !slices.Equal(got, []string{a.Reference, c.Reference}) || !v.Duplicates.Suggested[0].SameLoan || v.Duplicates.Suggested[1].SameLoan {
			t.Errorf("suggested %v, want %s and %s and not %s, %s, %s", got, a.Reference, c.Reference, other.Reference, stranger.Reference, report.Reference)
		}
		merge := func(c, into *complaint.Complaint) error {
			now, err := o.Complaints.ByRef(ctx, o.Supervisor, c.Reference)
			caseworktest.Check(t, err)
			return o.Merge(ctx, o.Supervisor, c.Reference, into.Reference, now.Version, "同一事项")
		}
		caseworktest.Want(t, o.Merge(ctx, o.Supervisor, b.Reference, a.Reference, b.Version+1, "同一事项"), fault.Conflict, "fault.stale")
		caseworktest.Want(t, merge(b, report), fault.Conflict, "linkage.other_track")
		caseworktest.Check(t, merge(c, b))
		caseworktest.Want(t, merge(b, c), fault.Conflict, "linkage.loop")
		caseworktest.Want(t, merge(c, a), fault.Conflict, "linkage.merged_already")
		caseworktest.Check(t, merge(b, a)) // c follows
		caseworktest.Want(t, merge(a, b), fault.Conflict, "linkage.loop")
		caseworktest.Want(t, merge(a, c), fault.Conflict, "linkage.loop")
		caseworktest.Check(t, merge(stranger, b)) // b stands for a
		v = o.of(t, o.Supervisor, a.Reference)
		got = nil
		for _, d := range v.Duplicates.Copies {
			got = append(got, d.Complaint.Reference)
		}
		slices.Sort(got)
		if !slices.Equal(got, []string{b.Reference, c.Reference, stranger.Reference}) {
			t.Errorf("copies %v", got)
		}
		for _, x := range []*complaint.Complaint{b, c, stranger} {
			if d := o.of(t, o.Supervisor, x.Reference).Duplicates; d.Original == nil || d.Original.Complaint.ID != a.ID || len(d.Copies) > 0 {
				t.Errorf("%s points at %+v and has %d copies", x.Reference, d.Original, len(d.Copies))
			}
		}
		now, err := o.Complaints.ByRef(ctx, o.Supervisor, b.Reference)
		caseworktest.Check(t, err)
		if now.Status != complaint.Received {
			t.Errorf("the merge decided: %s", now.Status)
		}
		caseworktest.Check(t, o.Part(ctx, o.Supervisor, b.Reference, now.Version, "另有新的事实"))
		caseworktest.Want(t, o.Part(ctx, o.Supervisor, b.Reference, now.Version+1, "另有新的事实"), fault.Conflict, "linkage.not_merged")
		if d := o.of(t, o.Supervisor, b.Reference).Duplicates; d.Original != nil {
			t.Errorf("still points at %s", d.Original.Complaint.Reference)
		}
		caseworktest.Check(t, merge(b, a))
		o.MustVerify(t)
	})
}

// Two who merge two complaints into each other at once: one wins.
func TestMergeAtOnce(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		a, b := o.file(t, "13800000001", nil), o.file(t, "13800000001", nil)
		errs := make(chan error, 2)
		for _, pair := range [][2]*complaint.Complaint{{a, b}, {b, a}} {
			go func() {
				errs <- o.Merge(t.Context(), o.Supervisor, pair[0].Reference, pair[1].Reference, pair[0].Version, "同一事项")
			}()
		}
		first, second := <-errs, <-errs
		if (first == nil) == (second == nil) {
			t.Fatalf("%v, %v: want one to win", first, second)
		}
		for _, err := range []error{first, second} {
			if err != nil {
				caseworktest.Want(t, err, fault.Conflict, "")
			}
		}
		o.MustVerify(t)
	})
}

// A complaint and the report that was split from it are not others to each other, and who may not see who reports learns
// nothing from the same person's telephone.
func TestSplitLettersStayApart(t *testing.T) {
	o := openSQLite(t)
	a := o.file(t, "13800000001", accused("phone:13900003333"))
	_, twin, err := o.Complaints.Split(t.Context(), o.Supervisor, a.Reference, a.Version, complaint.TrackReport, nil)
	caseworktest.Check(t, err)
	o.compare(t)
	if v := o.of(t, o.Supervisor, a.Reference); len(v.Suggested) > 0 || v.Sheltered > 0 || len(v.Duplicates.Suggested) > 0 {
		t.Errorf("the split one shows: %v %d", refs(v.Suggested), v.Sheltered)
	}
	if v := o.of(t, o.Director, twin.Reference); len(v.Suggested)+len(v.Confirmed) > 0 || len(v.Duplicates.Suggested) > 0 {
		t.Errorf("the director sees beside the report %v", refs(v.Suggested))
	}
}

// Clusters are listed with their size and firms, read with both readings, and show no more than is in reach.
func TestClusters(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		p := plant(1, 3)
		model := p.story()
		var list []*complaint.Complaint
		for i := range 6 {
			list = append(list, o.file(t, "1380000000"+string(rune('1'+i)), func(f *complaint.Filing) {
				f.Narrative = string(p.changed(model))
				accused("phone:13900004444")(f)
				switch i {
				case 4, 5: // one hand: the same mailbox under two names
					f.Complainant.Email, f.Complainant.Name = "agent@example.cn", []string{"李四", "王五"}[i-4]
				case 3:
					f.Track, f.HideIdentity = complaint.TrackReport, true
				}
			}))
		}
		o.accept(t, list[3], "B")
		o.file(t, "13800000009", func(f *complaint.Filing) { f.Narrative = string(p.story()) })
		o.compare(t)
		ctx := t.Context()
		l, err := o.Clusters(ctx, o.Supervisor, linkage.ClusterFilter{})
		caseworktest.Check(t, err)
		if len(l.Items) != 1 || l.Items[0].Size != 6 || l.Items[0].Recent != 6 || len(l.Items[0].Firms) != 2 || l.Items[0].Firms[0].Name == "" {
			t.Fatalf("clusters %+v", l.Items)
		}
		f, err := o.Cluster(ctx, o.Supervisor, l.Items[0].Number)
		caseworktest.Check(t, err)
		if len(f.Items) != 5 || f.Sheltered != 1 {
			t.Errorf("members %v, %d sheltered", refs(f.Items), f.Sheltered)
		}
		keys := func(list []linkage.Sign) (out []string) {
			for _, s := range list {
				out = append(out, s.Key)
			}
			return out
		}
		if got := keys(f.Script); !slices.Equal(got, []string{"one_number", "one_agency"}) {
			t.Errorf("for one script: %v", got)
		}
		if got := keys(f.Agent); !slices.Equal(got, []string{"one_hand", "at_once"}) || f.Hand != 2 {
			t.Errorf("for one hand: %v, %d", got, f.Hand)
		}
		n, err := o.NetworkAmong(ctx, o.Supervisor, f)
		caseworktest.Check(t, err)
		if len(n.Ties) != 1 || len(n.Ties[0].Items) != 5 || n.Large {
			t.Errorf("network %+v", n)
		}
		v := o.of(t, o.Supervisor, list[0].Reference)
		if v.Cluster == nil || v.Cluster.Size != 6 || !slices.ContainsFunc(v.Suggested[0].Grounds, func(g linkage.Ground) bool { return g.Kind == linkage.Text && g.Likeness > linkage.Like }) {
			t.Errorf("on the complaint: %+v", v.Cluster)
		}
		for _, by := range []access.Actor{o.Reviewer, o.Admin, access.Nobody} {
			if _, err := o.Clusters(ctx, by, linkage.ClusterFilter{}); err == nil {
				t.Errorf("%s may list clusters", by.Role)
			}
			if _, err := o.Cluster(ctx, by, l.Items[0].Number); err == nil {
				t.Errorf("%s may read a cluster", by.Role)
			}
		}
		_, err = o.Cluster(ctx, o.Supervisor, 999)
		caseworktest.Want(t, err, fault.NotFound, "")
		_, err = o.Clusters(ctx, o.Supervisor, linkage.ClusterFilter{Sort: "odd"})
		caseworktest.Want(t, err, fault.Invalid, "")
		o.MustVerify(t)
	})
}

func TestClusterPages(t *testing.T) {
	o := openSQLite(t)
	p := plant(1, 4)
	for range 4 {
		model := p.story()
		for i := range 3 {
			text := model
			if i > 0 {
				text = p.changed(model)
			}
			o.file(t, "1380000000"+string(rune('1'+i)), func(f *complaint.Filing) { f.Narrative = string(text) })
		}
	}
	o.compare(t)
	for _, sort := range linkage.ClusterSorts {
		seen := map[int64]bool{}
		f := linkage.ClusterFilter{Sort: sort, Limit: 3}
		for range 3 {
			l, err := o.Clusters(t.Context(), o.Supervisor, f)
			caseworktest.Check(t, err)
			for _, k := range l.Items {
				seen[k.Number] = true
			}
			if f.Cursor = l.NextCursor; f.Cursor == "" {
				break
			}
		}
		if len(seen) != 4 {
			t.Errorf("by %s: %d of 4 clusters on the pages", sort, len(seen))
		}
	}
	_, err := o.Clusters(t.Context(), o.Supervisor, linkage.ClusterFilter{Cursor: "x"})
	caseworktest.Want(t, err, fault.Invalid, "")
}
