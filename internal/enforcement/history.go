package enforcement

import (
	"context"
	"fmt"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// History is what the office knows of a firm's conduct, by month and by code. It counts; with few cases it says so.
type History struct {
	Firm      string // code
	Months    []HistoryMonth
	Codes     []HistoryCode
	Decisions []HistoryDecision
	Measures  int
	FineFen   int64 // of all decisions
	// Repeat: at least two decisions in twelve months, or the same code substantiated three times in six. It is the
	// office's own measure, no law.
	Repeat bool
	// Few: under five complaints in all; rates and comparisons say nothing then.
	Few bool
}

// HistoryMonth counts one month.
type HistoryMonth struct {
	Month                                     calendar.Month
	Complaints, Findings, Decisions, Measures int
}

// HistoryCode counts the upheld findings of a code.
type HistoryCode struct {
	Code   string
	N      int
	LastOn calendar.Date
}

// HistoryDecision is one decision with what was paid.
type HistoryDecision struct {
	Reference, Number        string
	On                       calendar.Date
	FineFen, ConfiscationFen int64
	Stage                    Stage // "" of the short way
	Annulled                 bool
}

// few is how many complaints there must be before a history is more than its cases.
const few = 5

// History gathers the compliance history of a firm, as lender or agency, with the firms merged into it. firm is its code.
// It holds counts over all units, so it needs the reach to read firms. NotFound, Forbidden.
func (s *Service) History(ctx context.Context, by access.Actor, code string) (*History, error) {
	if err := s.d.Policy.May(by, access.ReadPenalty); err != nil {
		return nil, err
	}
	f, err := s.d.Firms.ByCode(ctx, code)
	if err != nil {
		return nil, fmt.Errorf("history of %s: %w", code, err)
	}
	h := &History{Firm: f.Code}
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error { return h.load(ctx, tx, s, f.ID) })
	if err != nil {
		return nil, fmt.Errorf("history of %s: %w", code, err)
	}
	return h, nil
}

func (h *History) load(ctx context.Context, tx *store.Tx, s *Service, id int64) error {
	months := map[calendar.Month]*HistoryMonth{}
	at := func(d calendar.Date) *HistoryMonth {
		m := calendar.MonthOf(d)
		if months[m] == nil {
			months[m] = &HistoryMonth{Month: m}
		}
		return months[m]
	}
	const these = "(SELECT id FROM firms WHERE id = ? OR merged_into = ?)"
	each := func(query string, n int, scan func(func(...any) error) error) error {
		args := make([]any, n)
		for i := range args {
			args[i] = id
		}
		rows, err := tx.Rows(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := scan(rows.Scan); err != nil {
				return err
			}
		}
		return rows.Err()
	}
	total := 0
	err := each("SELECT received_on FROM complaints WHERE lender_id IN "+these+" OR agency_id IN "+these, 4, func(scan func(...any) error) error {
		var on calendar.Date
		if err := scan(&on); err != nil {
			return err
		}
		total++
		at(on).Complaints++
		return nil
	})
	if err != nil {
		return err
	}
	var upheld []string
	for _, p := range s.d.Book.Packs() {
		upheld = append(upheld, upheldOf(p)...)
	}
	days := map[string][]calendar.Date{}
	err = each("SELECT code, outcome, found_on FROM findings WHERE superseded_by IS NULL AND firm_id IN "+these+" ORDER BY found_on", 2, func(scan func(...any) error) error {
		var code, outcome string
		var on calendar.Date
		if err := scan(&code, &outcome, &on); err != nil {
			return err
		}
		if slices.Contains(upheld, outcome) {
			days[code] = append(days[code], on)
			at(on).Findings++
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = each(`SELECT p.reference, p.decision_number, p.issued_on, p.fine_fen, p.confiscation_fen, COALESCE(d.stage, ''),
			CASE WHEN EXISTS (SELECT 1 FROM penalty_steps x WHERE x.penalty_id = p.id AND x.step = 'change' AND x.data LIKE '%"annul":true%') THEN 1 ELSE 0 END
		FROM penalties p LEFT JOIN procedures d ON d.penalty_id = p.id WHERE p.status = 'issued' AND p.firm_id IN `+these+` ORDER BY p.issued_on, p.id`, 2, func(scan func(...any) error) error {
		var d HistoryDecision
		var gone int
		if err := scan(&d.Reference, &d.Number, &d.On, &d.FineFen, &d.ConfiscationFen, &d.Stage, &gone); err != nil {
			return err
		}
		if d.Annulled = gone == 1; !d.Annulled {
			h.FineFen += d.FineFen
			at(d.On).Decisions++
		}
		h.Decisions = append(h.Decisions, d)
		return nil
	})
	if err != nil {
		return err
	}
	err = each("SELECT ordered_on FROM supervisory_measures WHERE firm_id IN "+these, 2, func(scan func(...any) error) error {
		var on calendar.Date
		if err := scan(&on); err != nil {
			return err
		}
		h.Measures++
		at(on).Measures++
		return nil
	})
	if err != nil {
		return err
	}
	for code, list := range days {
		h.Codes = append(h.Codes, HistoryCode{Code: code, N: len(list), LastOn: list[len(list)-1]})
	}
	slices.SortFunc(h.Codes, func(a, b HistoryCode) int {
		if a.N != b.N {
			return b.N - a.N
		}
		if a.Code < b.Code {
			return -1
		}
		return 1
	})
	for _, m := range months {
		h.Months = append(h.Months, *m)
	}
	slices.SortFunc(h.Months, func(a, b HistoryMonth) int { return a.Month.Compare(b.Month) })
	h.Few, h.Repeat = total < few, repeats(h.Decisions, days)
	return nil
}

func upheldOf(p *rulebook.Pack) (out []string) {
	for _, o := range p.FindingOutcomes() {
		if o.Upheld {
			out = append(out, o.ID)
		}
	}
	return out
}

// repeats: two decisions within twelve months, or one code three times within six.
func repeats(decisions []HistoryDecision, days map[string][]calendar.Date) bool {
	var on []calendar.Date
	for _, d := range decisions {
		if !d.Annulled {
			on = append(on, d.On)
		}
	}
	if within(on, 2, 12) {
		return true
	}
	for _, list := range days {
		if within(list, 3, 6) {
			return true
		}
	}
	return false
}

// within reports whether n of the days, in order, lie in so many months.
func within(days []calendar.Date, n, months int) bool {
	for i := n - 1; i < len(days); i++ {
		if !days[i].After(days[i-n+1].AddMonths(months)) {
			return true
		}
	}
	return false
}
