package httpd

import (
	"fmt"
	"strings"
	"testing"

	"dunwatch/internal/calendar"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/store"
)

// manyDecided puts decisions against a firm into the database as rows, each fined so many times ten thousand yuan.
func (s *site) manyDecided(firm string, n int) {
	s.Helper()
	f, err := s.Firms.ByCode(s.Context(), firm)
	s.ok(err)
	var unit int64
	s.ok(s.DB.Write(s.Context(), func(tx *store.Tx) error {
		rows, err := tx.Rows(s.Context(), "SELECT id FROM units ORDER BY id LIMIT 1")
		if err != nil {
			return err
		}
		for rows.Next() {
			if err := rows.Scan(&unit); err != nil {
				return err
			}
		}
		for i := 1; i <= n; i++ {
			on := calendar.MustDate("2026-10-01").AddDays(-i)
			if _, err := tx.Exec(s.Context(), `INSERT INTO penalties (id, reference, case_id, firm_id, status, facts, reasons, bases, fine_fen, confiscation_fen, proposed_by, proposed_at, issued_on, decision_number, unit_id, rulebook, version)
				VALUES (?, ?, 1, ?, 'issued', '', '', '[]', ?, 0, ?, 1, ?, ?, ?, '', 1)`, 1000+i, fmt.Sprint("P-", i), f.ID, i*10_000_00, s.users["reviewer"].ID, on, fmt.Sprintf("〔2025〕%d号", i), unit); err != nil {
				return err
			}
			if _, err := tx.Exec(s.Context(), "INSERT INTO past_decisions (pack, code, issued_on, penalty_id, firm_id, severity, codes, fine_fen) VALUES ('cn', 'H02', ?, ?, ?, 3, 1, ?)",
				on, 1000+i, f.ID, i*10_000_00); err != nil {
				return err
			}
		}
		return nil
	}))
}

// waived leads a case against a firm to where it waits for the director: the party was told, and waived its defence.
func (s *site) waived(firm string) *enforcement.Penalty {
	s.Helper()
	k := s.threatened()
	p, _, err := s.Penalties.Apply(s.Context(), s.as("reviewer"), k.Reference, k.Version, &enforcement.Apply{
		Firm: firm, Codes: []string{"H02"}, ActedTo: calendar.MustDate("2026-10-08"), Facts: "催收人员夜间威胁借款人，涉嫌侵害消费者人格尊严。"})
	s.ok(err)
	p = s.takes(p, "supervisor", &enforcement.FileCase{Second: s.users["reviewer2"].ID, Reasons: "符合立案条件，准予立案"})
	p = s.takes(p, "reviewer", &enforcement.Investigate{CardsShown: true, Told: "出示执法证并送达调查通知书"})
	p = s.takes(p, "reviewer", &enforcement.Conclude{Report: "经调查取证，违法事实清楚，证据确实充分。", Findings: []int{1}, Sentence: enforcement.Sentence{
		Shares: []enforcement.Share{{Party: 1, Kind: "warning"}, {Party: 1, Kind: "fine", AmountFen: 100_000_00}}, Basis: []string{"cn-cpl-56"},
		Facts: "当事人的催收人员于2026年10月8日夜间以到单位闹事相威胁。", Reasons: "侵害消费者人格尊严，情节较重，未见从轻情形。"}})
	p = s.takes(p, "supervisor", &enforcement.Try{Agree: true, Report: "事实清楚，证据充分，程序合法，同意处理意见。"})
	p = s.takes(p, "supervisor", &enforcement.Notice{Means: "direct", Proof: "送达回证，法定代表人签收"})
	return s.takes(p, "supervisor", &enforcement.Waive{What: "defence", Proof: "书面声明"})
}

// Whoever reviews and decides sees like decisions on the very page on which they do; nothing below the minimum; and once it is
// decided only who asks.
func TestLikeDecisionsWhereItIsDecided(t *testing.T) {
	s := newSite(t)
	p := s.waived("A001")
	legal, director := s.signIn("legal"), s.signIn("director")
	href := penaltyHref(p.Reference)
	few := director.get(href).want(200)
	if got := few.text("#like"); !strings.Contains(got, "同类罚款决定只有 0 件，不足 30 件") || len(few.find("#like svg")) != 0 {
		t.Errorf("below the minimum: %s", got)
	}
	s.manyDecided("L001", 40)
	for who, b := range map[string]*browser{"legal": legal, "director": director} {
		for _, path := range []string{href, stepHref(p.Reference, enforcement.StepApprove), stepHref(p.Reference, enforcement.StepLegalReview)} {
			if who == "legal" && strings.HasSuffix(path, "approve") || who == "director" && strings.HasSuffix(path, "review") {
				continue
			}
			page := b.get(path).want(200)
			got := page.text("#like")
			for _, w := range []string{"只供比较，不建议数额", "同类罚款决定 40 件", "高于其中 22%", "¥40,000.00", "¥200,000.00", "¥360,000.00"} {
				if !strings.Contains(got, w) {
					t.Errorf("%s on %s lacks %q: %s", who, path, w, got)
				}
			}
			if len(page.find("#like svg title")) != 1 || len(page.find("#like svg .here")) != 1 || len(page.find("#like details tbody tr")) != 10 {
				t.Errorf("%s on %s: picture or nearest missing", who, path)
			}
			if !strings.Contains(page.text("#like details tbody"), "违法行为、曾受处罚次数相同；严重程度 3") {
				t.Errorf("why they are near: %s", page.text("#like details tbody"))
			}
		}
	}
	status, m := s.api("GET", "/penalties/"+p.Reference+"/similar", s.token("legal"), nil)
	if status != 200 || m["n"] != 40.0 || m["percent_lower"] != 22.0 || m["leaves_usual_range"] != false || len(m["nearest"].([]any)) != 10 || m["usual"].(map[string]any)["median_fen"] != 200_000_00.0 {
		t.Errorf("API: %d %v", status, m)
	}
	for who, want := range map[string]int{"outsider": 404, "firm": 403, "admin": 403} {
		if status, _ := s.api("GET", "/penalties/"+p.Reference+"/similar", s.token(who), nil); status != want {
			t.Errorf("%s: %d, want %d", who, status, want)
		}
	}
	p = s.takes(p, "director", &enforcement.ApproveCase{Note: "同意"})
	s.takes(p, "director", &enforcement.IssueCase{Account: "国库专户 001", Address: "杭州市西湖区文三路1号"})
	after := director.get(href).want(200)
	if len(after.find("#like svg")) != 0 || len(after.find("#like a")) != 1 {
		t.Error("a decided penalty is compared without being asked")
	}
	if got := director.get(href + "?like=1").want(200).text("#like"); !strings.Contains(got, "同类罚款决定 40 件") {
		t.Errorf("asked for: %s", got)
	}
}

// The page of a firm tells its record, of a lender with the part of its agencies; programs read the same.
func TestComplianceHistory(t *testing.T) {
	s := newSite(t)
	p := s.published("A001", "催收人员夜间威胁借款人")
	s.takes(p, "supervisor", &enforcement.Serve{Means: "direct", Proof: "送达回证，法定代表人签收", AllParties: true})
	d := s.signIn("director")
	agency := d.get("/firms/A001").want(200)
	got := agency.text("#history")
	for _, w := range []string{"合规履历", p.DecisionNumber, "¥100,000.00", "H02", "2026 年第 4 季度", "此为本机关内部标准，非法律规定", "投诉不足 5 件"} {
		if !strings.Contains(got, w) {
			t.Errorf("the agency's history lacks %q: %s", w, got)
		}
	}
	if len(agency.find("#history svg")) != 0 {
		t.Error("a picture of one complaint")
	}
	lender := d.get("/firms/L001").want(200)
	if got := lender.text("#history"); !strings.Contains(got, p.DecisionNumber) || !strings.Contains(got, "远达信息服务有限公司") {
		t.Errorf("the lender does not answer for its agency: %s", got)
	}
	status, m := s.api("GET", "/firms/L001/history", s.token("director"), nil)
	c, _ := m["conduct"].(map[string]any)
	if status != 200 || len(m["items"].([]any)) != 1 || c == nil || c["own"].(map[string]any)["decisions"] != 0.0 || c["together"].(map[string]any)["decisions"] != 1.0 ||
		c["together"].(map[string]any)["fine_fen"] != 100_000_00.0 || c["few"] != true || len(c["repeat"].([]any)) != 0 || c["repeat_rule"].(map[string]any)["verified"] != false {
		t.Errorf("API: %d %v", status, m)
	}
	// An administrator keeps firms and reads no case.
	if status, m := s.api("GET", "/firms/L001/history", s.token("admin"), nil); status != 200 || m["conduct"] != nil {
		t.Errorf("administrator: %d %v", status, m)
	}
	if got := s.signIn("admin").get("/firms/A001").want(200); len(got.find("#history")) != 0 || strings.Contains(got.body, p.DecisionNumber) {
		t.Error("an administrator reads the record of a firm")
	}
	// A reviewer of another unit reads figures, and gets no link that would not open.
	out := s.signIn("outsider").get("/firms/A001").want(200)
	if !strings.Contains(out.text("#history"), p.DecisionNumber) || strings.Contains(out.body, penaltyHref(p.Reference)) {
		t.Error("a reviewer of another unit: wrong links")
	}
}
