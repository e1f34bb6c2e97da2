package httpd

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit/audittest"
)

// hires makes another reviewer of unit HZ.
func (s *site) hires(name string) {
	s.Helper()
	u, err := s.Accounts.Create(s.Context(), access.Program, account.NewUser{Email: name + "@example.cn", Name: "同事" + name, Role: access.Reviewer, Unit: "HZ", Lang: "zh", Password: sitePassword})
	s.ok(err)
	s.users[name] = u
}

// promotes makes somebody a director, whose sessions end with it.
func (s *site) promotes(name string) {
	s.Helper()
	u := s.users[name]
	s.ok(s.Accounts.Change(s.Context(), s.as("admin"), u.Email, account.Change{Name: u.Name, Role: access.Director, Unit: "HZ", Lang: "zh", Version: u.Version}))
	delete(s.tokens, name)
	u.Role = access.Director
}

// Whoever had a part in a case does not judge it: not as what they were then,
// not as the director they became since. The human counts, not the role.
func TestSameHumanDoesNotJudgeOwnWork(t *testing.T) {
	s := newSite(t)
	for _, name := range []string{"former", "heir"} {
		s.hires(name)
	}
	supervisor := s.token("supervisor")
	k := s.opened()
	at := "/cases/" + k.Reference
	give := func(officer string) {
		v := s.must(200, "GET", at, supervisor, nil)["version"]
		s.must(200, "POST", at+"/assign", supervisor, obj{"officer": officer + "@example.cn", "version": v})
	}
	give("former")
	give("reviewer")
	v := s.must(200, "GET", at, supervisor, nil)["version"]
	s.must(201, "POST", at+"/findings", s.token("reviewer"), obj{"code": "H02", "outcome": "substantiated", "acted_on": "2026-10-05", "basis": []string{"cn-bsl-46-5"},
		"reasons": "短信内容与通话录音相互印证，足以认定。", "version": v})
	give("reviewer2")
	v = s.must(200, "GET", at, supervisor, nil)["version"]
	p := s.must(201, "POST", at+"/penalties", s.token("reviewer2"), obj{"firm": "A001", "findings": []int{1}, "measures": []obj{{"kind": "warning_letter"}},
		"facts": "2026年10月5日，当事人以短信威胁借款人家属。", "reasons": "违法事实清楚，证据确凿，应予处罚。", "version": v})
	give("heir")
	s.must(204, "POST", at+"/recuse", supervisor, obj{"officer": "director2@example.cn", "reason": "与当事人有亲属关系"})
	penalty := "/penalties/" + textAt(p, "reference")

	parts := map[string]string{"reviewer2": "proposer", "heir": "officer", "reviewer": "finder", "former": "former officer", "director2": "recused"}
	for name := range parts {
		if name != "director2" {
			s.must(403, "POST", penalty+"/approve", s.token(name), obj{"version": p["version"]}) // as a reviewer
			s.promotes(name)
		}
	}
	tries := func(deed string, version any) {
		said := map[string]string{}
		body := obj{"version": version}
		if deed == "return" {
			body["reasons"] = "退回重新核实违法事实。"
		}
		for name, part := range parts {
			m := s.must(403, "POST", penalty+"/"+deed, s.token(name), body, "Accept-Language", "en")
			detail := textAt(m, "detail")
			if other, twice := said[detail]; twice || detail == "" {
				t.Errorf("%s: %s and %s are refused with the same sentence %q", deed, part, other, detail)
			}
			said[detail] = part
			page := s.signIn(name).post(penalty+"/"+deed, url.Values{"version": {fmt.Sprint(version)}, "reason": {"退回重新核实违法事实。"}})
			if page.status != 403 {
				t.Errorf("%s by the page, %s: %d", deed, part, page.status)
			}
			own := s.must(200, "GET", penalty, s.token(name), nil)
			if moves := fmt.Sprint(own["moves"]); strings.Contains(moves, deed+":true") && part != "recused" && part != "former officer" { // these two only the deed asks about
				t.Errorf("%s is offered to %s: %s", deed, part, moves)
			}
		}
	}
	tries("approve", p["version"])
	tries("return", p["version"])
	approved := s.must(200, "POST", penalty+"/approve", s.token("director"), obj{"version": p["version"]})
	tries("issue", approved["version"])
	s.must(200, "POST", penalty+"/issue", s.token("director"), obj{"version": approved["version"]})
	audittest.MustVerify(t, s.Deps.Log)
}
