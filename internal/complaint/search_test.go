package complaint_test

import (
	"fmt"
	"strings"
	"testing"

	"dunwatch/internal/complaint"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

func TestSearch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o := open(t, db, clock)
		texts := []string{
			"催收员每天夜里打电话，威胁要起诉，还骚扰我的同事。",
			"我不同意收费。事后他们还来骚扰我家人，态度很差。",
			"The collector threatened my employer twice. Reference ABC123.",
			"收到函件，内容与事实不符，要求停止一切催收行为。",
		}
		refs := map[string]int{}
		for i, text := range texts {
			f := sample()
			f.Narrative, f.Demand, f.Accused = text, "", nil
			f.Lender.Name = fmt.Sprintf("第%d消费金融", i)
			if i == 3 {
				f.Accused = []complaint.Accused{{Kind: "phone", Value: "0571-88881234"}}
			}
			refs[o.file(t, f).Complaint.Reference] = i
		}
		n, err := o.Index(t.Context())
		check(t, err)
		if n != len(texts) {
			t.Errorf("indexed %d", n)
		}
		if n, err = o.Index(t.Context()); n != 0 || err != nil {
			t.Errorf("indexed again: %d, %v", n, err)
		}
		for _, tt := range []struct {
			q    string
			want string
		}{
			{"骚扰", "0 1"}, {"骚扰我的", "0"}, {"夜里 起诉", "0"}, {"同事", "0"}, {"事", "0 1 3"}, {"员", "0"}, {"差", "1"},
			// 费 ends a sentence and 事 begins the next: no word crosses the full stop.
			{"费事", ""}, {"threat", "2"}, {"EMPLOYER", "2"}, {"ａｂｃ123", "2"}, {"057188881234", "3"}, {"第3消费", "3"},
			{"不存在的词", ""}, {"\"' OR 1=1 --", ""}, {"* ( ) : & |", ""}, {"。。", ""},
		} {
			list, err := o.List(t.Context(), supervisor, complaint.Filter{Q: tt.q})
			if err != nil {
				t.Errorf("%q: %v", tt.q, err)
				continue
			}
			got := map[int]bool{}
			for _, c := range list.Items {
				got[refs[c.Reference]] = true
			}
			var parts []string
			for i := range texts {
				if got[i] {
					parts = append(parts, fmt.Sprint(i))
				}
			}
			if s := strings.Join(parts, " "); s != tt.want {
				t.Errorf("%q finds %q, want %q", tt.q, s, tt.want)
			}
		}
	})
}
