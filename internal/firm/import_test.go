package firm

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dunwatch/internal/fault"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/locale"
)

func rejects(r *ImportResult) []string {
	var out []string
	for _, x := range r.Rejects {
		out = append(out, fmt.Sprintf("%d %s", x.Line, x.Reason))
	}
	return out
}

func TestImportTakesGoodRowsAndNamesBadOnes(t *testing.T) {
	words := lawtest.Words(t)
	each(t, func(t *testing.T, o office) {
		ctx := t.Context()
		o.must(t, "OLD", "老牌消费金融", Lender)
		file := "\ufeffcode,name,kind,parent_code,uscc,aliases\r\n" +
			"SUB,子公司甲,lender,TOP,,甲贷|甲钱包\r\n" + // its parent comes later
			"TOP,母公司甲,lender,,91110000802100433B,\r\n" +
			"OLD,老牌消费金融,lender,,,老牌\r\n" +
			"bad code,乙,lender,,,\r\n" +
			"SUB,丙,lender,,,\r\n" +
			"DUP,老牌,agency,,,\r\n" + // the alias of OLD
			"ORPHAN,丁,agency,NOWHERE,,\r\n" +
			"GRAND,戊,agency,ORPHAN,,\r\n" + // its parent was rejected
			"C1,己,agency,C2,,\r\n" +
			"C2,庚,agency,C1,,\r\n" +
			"W,辛\r\n" +
			"U1,壬,agency,,91110000802100433B,\r\n" +
			"Q,\"癸\"x,agency,,,\r\n"
		res, err := o.ImportCSV(ctx, admin, strings.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			"5 firm.code_form", "6 firm.import.twice", "7 firm.name_taken", "8 firm.parent_unknown", "9 firm.parent_unknown",
			"10 firm.parent_circle", "11 firm.parent_circle", "12 firm.import.width", "13 firm.uscc_taken", "14 firm.import.quotes",
		}
		if d := cmp.Diff(want, rejects(res)); d != "" {
			t.Error(d)
		}
		if res.Rows != 13 || res.Created != 2 || res.Changed != 1 || res.Unchanged != 0 {
			t.Errorf("got %+v", res)
		}
		for _, r := range res.Rejects {
			if s := words.T(locale.ZH, r.Reason, r.Args...); strings.Contains(s, "{") || s == r.Reason {
				t.Errorf("line %d reads %q", r.Line, s)
			}
		}
		sub, err := o.ByCode(ctx, "SUB")
		if err != nil || sub.ParentCode != "TOP" || !slices.Equal(sub.Aliases, []string{"甲贷", "甲钱包"}) {
			t.Errorf("got %+v, %v", sub, err)
		}
		again, err := o.ImportCSV(ctx, admin, strings.NewReader(file))
		if err != nil || again.Created+again.Changed != 0 || again.Unchanged != 3 {
			t.Errorf("repeated: %+v, %v", again, err)
		}
		if after, _ := o.ByCode(ctx, "SUB"); after.Version != sub.Version {
			t.Error("repeating changed a firm")
		}
	})
}

func TestImportConfirmsAndRenames(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		ctx := t.Context()
		p, _, err := o.ensure(ctx, "Acme Lending LLC", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := o.ImportCSV(ctx, admin, strings.NewReader("kind,code,name\nagency,"+p.Code+",Acme Collections\n"))
		if err != nil || res.Changed != 1 {
			t.Fatalf("got %+v, %v", res, err)
		}
		f, err := o.ByCode(ctx, p.Code)
		if err != nil || f.Provisional || f.Kind != Agency || f.Name != "Acme Collections" || !slices.Equal(f.Aliases, []string{"Acme Lending LLC"}) {
			t.Errorf("got %+v, %v", f, err)
		}
	})
}

func TestImportRefusesOtherFiles(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		for text, key := range map[string]string{
			"":                                   "firm.import.header",
			"code,name\nA1,b":                    "firm.import.header",
			"code,name,kind,colour\nA1,b,c,d":    "firm.import.column",
			"code,name,kind,kind\nA1,b,c,d":      "firm.import.column",
			"code,name,kind\nA1,\xb1\xb1,lender": "firm.import.encoding",
		} {
			_, err := o.ImportCSV(t.Context(), admin, strings.NewReader(text))
			wants(t, err, fault.Invalid, key)
		}
		_, err := o.ImportCSV(t.Context(), reviewer, strings.NewReader("code,name,kind\n"))
		wants(t, err, fault.Forbidden, "fault.forbidden")
	})
}
