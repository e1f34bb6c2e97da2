package firm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

var (
	admin    = access.Actor{Role: access.Admin, UserID: 1, Name: "Admin"}
	reviewer = access.Actor{Role: access.Reviewer, UserID: 2, Name: "Reviewer"}
)

// office is a registry on a fresh database.
type office struct {
	*Service
	db  *store.DB
	log *audit.Log
}

func open(t *testing.T, db *store.DB) office {
	t.Helper()
	policy := lawtest.Policy(t)
	log := audittest.New(t, db)
	return office{New(db, log, policy), db, log}
}

// each runs a test on both databases and verifies the record at its end.
func each(t *testing.T, f func(t *testing.T, o office)) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		o := open(t, db)
		f(t, o)
		audittest.MustVerify(t, o.log)
	})
}

func (o office) must(t *testing.T, code, name string, k Kind, more ...string) *Firm {
	t.Helper()
	f, err := o.Create(t.Context(), admin, NewFirm{Code: code, Name: name, Kind: k, Aliases: more})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// wants fails unless err is of a kind and its message, or one of a field, is key.
func wants(t *testing.T, err error, k fault.Kind, key string) {
	t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != k {
		t.Errorf("got %v, want %s", err, k)
		return
	}
	if f.Key != key && !slices.ContainsFunc(f.Fields, func(x fault.Field) bool { return x.Key == key }) {
		t.Errorf("got %v, want %s", err, key)
	}
}

func TestRowsAreTheirTables(t *testing.T) { storetest.MatchRows(t, firmRow{}, aliasRow{}, linkRow{}) }

func TestCreate(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		ctx := t.Context()
		f, err := o.Create(ctx, admin, NewFirm{Code: " hz-01 ", Name: "杭州  明信小额贷款有限公司", Kind: Lender,
			USCC: "9111 0000 8021 0043 3B", Aliases: []string{"明信贷", "", "杭州明信小额贷款"}})
		if err != nil {
			t.Fatal(err)
		}
		// The third alias has the form of the own name: it is stored once.
		if f.Code != "HZ-01" || f.Name != "杭州 明信小额贷款有限公司" || f.USCC != "91110000802100433B" || !slices.Equal(f.Aliases, []string{"明信贷"}) {
			t.Errorf("got %+v", f)
		}
		for _, tt := range []struct {
			name string
			by   access.Actor
			n    NewFirm
			kind fault.Kind
			key  string
		}{
			{"no right", reviewer, NewFirm{Code: "X1", Name: "甲", Kind: Lender}, fault.Forbidden, "fault.forbidden"},
			{"code", admin, NewFirm{Code: "x_1", Name: "甲", Kind: Lender}, fault.Invalid, "firm.code_form"},
			{"short code", admin, NewFirm{Code: "x", Name: "甲", Kind: Lender}, fault.Invalid, "firm.code_form"},
			{"no name", admin, NewFirm{Code: "X1", Name: " ", Kind: Lender}, fault.Invalid, "fault.required"},
			{"only signs", admin, NewFirm{Code: "X1", Name: "——", Kind: Lender}, fault.Invalid, "firm.name_form"},
			{"kind", admin, NewFirm{Code: "X1", Name: "甲", Kind: "bank"}, fault.Invalid, "firm.kind"},
			{"check digit", admin, NewFirm{Code: "X1", Name: "甲", Kind: Lender, USCC: "91110000802100433C"}, fault.Invalid, "ident.uscc.check"},
			{"parent", admin, NewFirm{Code: "X1", Name: "甲", Kind: Lender, ParentCode: "NONE"}, fault.Invalid, "firm.parent_unknown"},
			{"code taken", admin, NewFirm{Code: "HZ-01", Name: "甲", Kind: Lender}, fault.Conflict, "firm.code_taken"},
			{"name taken", admin, NewFirm{Code: "X1", Name: "杭州明信小额贷款公司", Kind: Agency}, fault.Conflict, "firm.name_taken"},
			{"alias taken", admin, NewFirm{Code: "X1", Name: "甲", Kind: Agency, Aliases: []string{"明信贷"}}, fault.Conflict, "firm.name_taken"},
			{"uscc taken", admin, NewFirm{Code: "X1", Name: "甲", Kind: Agency, USCC: "91110000802100433B"}, fault.Conflict, "firm.uscc_taken"},
		} {
			t.Run(tt.name, func(t *testing.T) {
				_, err := o.Create(ctx, tt.by, tt.n)
				wants(t, err, tt.kind, tt.key)
			})
		}
		if _, err := o.ByCode(ctx, "x1"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a refused firm is there: %v", err)
		}
	})
}

func TestChangeAndParents(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		ctx := t.Context()
		o.must(t, "AA", "甲公司总部", Lender)
		b := o.must(t, "BB", "乙", Lender)
		b, err := o.Change(ctx, admin, "bb", b.Version, NewFirm{Name: "乙二", Kind: Lender, ParentCode: "AA"})
		if err != nil {
			t.Fatal(err)
		}
		if b.Name != "乙二" || b.ParentCode != "AA" || !slices.Equal(b.Aliases, []string{"乙"}) {
			t.Errorf("got %+v: the former name stays as an alias", b)
		}
		_, err = o.Change(ctx, admin, "BB", b.Version-1, NewFirm{Name: "乙三", Kind: Lender})
		wants(t, err, fault.Conflict, "fault.stale")
		_, err = o.Change(ctx, admin, "AA", 1, NewFirm{Name: "甲公司总部", Kind: Lender, ParentCode: "BB"})
		wants(t, err, fault.Invalid, "firm.parent_circle")
		wants(t, o.AddAlias(ctx, admin, "AA", "乙"), fault.Conflict, "firm.name_taken")
		wants(t, o.AddAlias(ctx, reviewer, "AA", "丙"), fault.Forbidden, "fault.forbidden")
		if err := o.AddAlias(ctx, admin, "AA", "丙"); err != nil {
			t.Fatal(err)
		}
	})
}

func TestLinksDoNotOverlap(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		ctx := t.Context()
		o.must(t, "LL", "贷款甲", Lender)
		o.must(t, "CC", "催收甲", Agency)
		day := calendar.MustDate
		var none calendar.Date
		for _, tt := range []struct {
			from, to calendar.Date
			key      string // "" succeeds
		}{
			{day("2025-03-01"), day("2025-06-30"), ""},
			{day("2025-06-30"), none, "firm.link_overlap"},
			{day("2025-01-01"), none, "firm.link_overlap"},
			{day("2025-01-01"), day("2025-02-28"), ""},
			{day("2025-07-02"), day("2025-07-01"), "fault.date_order"},
			{none, none, "fault.required"},
			{day("2025-07-01"), none, ""},
			{day("2030-01-01"), none, "firm.link_overlap"},
		} {
			err := o.Connect(ctx, admin, "LL", "CC", tt.from, tt.to)
			f, _ := errors.AsType[*fault.Error](err)
			if tt.key == "" && err != nil || tt.key != "" && (f == nil || f.Fields[0].Key != tt.key) {
				t.Errorf("%s to %s: got %v, want %q", tt.from, tt.to, err, tt.key)
			}
		}
		wants(t, o.Connect(ctx, admin, "CC", "LL", day("2025-01-01"), none), fault.Invalid, "firm.no_lender")
		wants(t, o.Disconnect(ctx, admin, "LL", "CC", day("2024-01-01")), fault.NotFound, "firm.link_none")
		if err := o.Disconnect(ctx, admin, "LL", "CC", day("2025-12-31")); err != nil {
			t.Fatal(err)
		}
		links, err := o.Links(ctx, "CC")
		if err != nil || len(links) != 3 {
			t.Fatalf("got %v, %v", links, err)
		}
		if l := links[0]; l.From != day("2025-07-01") || l.To != day("2025-12-31") || l.Lender.Code != "LL" || l.Agency.Code != "CC" {
			t.Errorf("newest link is %+v", l)
		}
		c, _ := o.ByCode(ctx, "CC")
		_, err = o.Change(ctx, admin, "CC", c.Version, NewFirm{Name: "催收甲", Kind: Lender})
		wants(t, err, fault.Conflict, "firm.kind_linked")
	})
}

// ensure calls Ensure in a transaction of its own, as an import does.
func (o office) ensure(ctx context.Context, name string, fail error) (f *Firm, made bool, err error) {
	err = o.db.Write(ctx, func(tx *store.Tx) (err error) {
		if f, made, err = o.Ensure(ctx, tx, Lender, name); err != nil {
			return err
		}
		if made {
			if _, err := o.log.Append(ctx, tx, access.Program, audit.ComplaintImport, "x"); err != nil {
				return err
			}
		}
		return fail
	})
	return f, made, err
}

func TestEnsureForgetsWhatWasRolledBack(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		ctx := t.Context()
		boom := errors.New("boom")
		if _, made, err := o.ensure(ctx, "Acme Lending LLC", boom); !made || !errors.Is(err, boom) {
			t.Fatal(made, err)
		}
		f, made, err := o.ensure(ctx, "ACME Lending, L.L.C.", nil)
		if err != nil || !made || !f.Provisional {
			t.Fatalf("got %+v, %v, %v: the rolled back firm was remembered", f, made, err)
		}
		again, made, err := o.ensure(ctx, "acme lending", nil)
		if err != nil || made || again.ID != f.ID {
			t.Fatalf("got %+v, %v, %v, want %d", again, made, err, f.ID)
		}
		if _, _, err := o.ensure(ctx, "!!", nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("a name of signs: %v", err)
		}
	})
}

func TestMergeLeadsNamesToTheOtherFirm(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		ctx := t.Context()
		target := o.must(t, "ACME", "Acme Holdings", Lender)
		p, _, err := o.ensure(ctx, "Acme Lending LLC", nil)
		if err != nil {
			t.Fatal(err)
		}
		second, _, err := o.ensure(ctx, "Beta Inc", nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = o.Confirm(ctx, admin, p.Code, p.Version, NewFirm{Code: second.Code})
		wants(t, err, fault.Invalid, "firm.merge_target")
		merged, err := o.Confirm(ctx, admin, p.Code, p.Version, NewFirm{Code: "acme"})
		if err != nil {
			t.Fatal(err)
		}
		if merged.MergedInto != "ACME" || merged.Provisional {
			t.Errorf("got %+v", merged)
		}
		if f, made, err := o.ensure(ctx, "Acme Lending", nil); err != nil || made || f.ID != target.ID {
			t.Errorf("the name leads to %+v, %v", f, err)
		}
		_, err = o.Confirm(ctx, admin, p.Code, merged.Version, NewFirm{Name: "x", Kind: Lender})
		wants(t, err, fault.Conflict, "firm.merged")
		done, err := o.Confirm(ctx, admin, second.Code, second.Version, NewFirm{Name: "Beta Incorporated", Kind: Agency})
		if err != nil || done.Provisional || done.Kind != Agency {
			t.Errorf("got %+v, %v", done, err)
		}
		_, err = o.Confirm(ctx, admin, second.Code, done.Version, NewFirm{Name: "Beta", Kind: Agency})
		wants(t, err, fault.Conflict, "firm.not_provisional")
		all, _, err := o.List(ctx, admin, Filter{})
		if err != nil || len(all) != 2 {
			t.Errorf("list has %d firms, %v: the merged one is not listed", len(all), err)
		}
	})
}

func TestListAndSuggest(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		ctx := t.Context()
		for i := range 7 {
			o.must(t, fmt.Sprintf("F-%02d", i), fmt.Sprintf("浙江第%d信贷", i), Lender, fmt.Sprintf("别名100%%_%d", i))
		}
		o.must(t, "Z-01", "信贷催收", Agency)
		var codes []string
		for cursor, pages := "", 0; ; pages++ {
			page, next, err := o.List(ctx, reviewer, Filter{Limit: 3, Cursor: cursor})
			if err != nil || pages > 3 {
				t.Fatal(err, pages)
			}
			for _, f := range page {
				codes = append(codes, f.Code)
			}
			if cursor = next; cursor == "" {
				break
			}
		}
		if got := strings.Join(codes, " "); got != "F-00 F-01 F-02 F-03 F-04 F-05 F-06 Z-01" {
			t.Errorf("pages give %s", got)
		}
		if _, _, err := o.List(ctx, reviewer, Filter{Cursor: "%%"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a wrong cursor: %v", err)
		}
		if _, _, err := o.List(ctx, access.Nobody, Filter{}); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("the public lists firms: %v", err)
		}
		for q, want := range map[string]int{"信贷": 8, "第3": 1, "f-0": 7, "%": 0, "_": 0, "别名100": 7, "": 8} {
			if got, _, err := o.List(ctx, reviewer, Filter{Q: q}); err != nil || len(got) != want {
				t.Errorf("q=%q: %d firms, %v, want %d", q, len(got), err, want)
			}
		}
		if _, _, err := o.ensure(ctx, "信贷骗子", nil); err != nil {
			t.Fatal(err)
		}
		got, err := o.Suggest(ctx, "", "信贷", 3)
		if err != nil || len(got) != 3 || got[0].Code != "Z-01" {
			t.Errorf("got %v, %v: at most three, the one that begins so first, none provisional", got, err)
		}
		if got, _ := o.Suggest(ctx, Agency, "信贷", 30); len(got) != 1 {
			t.Errorf("agencies: %v", got)
		}
		if got, _ := o.Suggest(ctx, "", "信", 30); got != nil {
			t.Errorf("one character gives %v", got)
		}
	})
}
