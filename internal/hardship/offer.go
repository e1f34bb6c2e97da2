package hardship

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/ident"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// Bounds of a plan.
const (
	maxInstalments = 120
	maxFen         = 100_000_000_000
	maxText        = 5_000 // characters
	minText        = 5
)

// Part is an instalment as offered.
type Part struct {
	DueOn calendar.Date `json:"due_on"`
	Fen   int64         `json:"amount_fen"`
}

// OfferInput is a plan as a firm offers it.
type OfferInput struct {
	Kind           Kind
	Terms          string
	TotalFen       int64
	Instalments    []Part
	StopCollection bool // the firm undertakes not to collect while the plan is kept; a plan without it is none
}

func (in *OfferInput) check(today calendar.Date) error {
	var wrong fault.Fields
	if !slices.Contains(Kinds, in.Kind) {
		wrong.Add("kind", "fault.choose")
	}
	in.Terms = checkText(&wrong, "terms", in.Terms)
	if !in.StopCollection {
		wrong.Add("stop_collection", "hardship.must_stop")
	}
	if in.TotalFen <= 0 || in.TotalFen > maxFen {
		wrong.Add("total", "hardship.amount")
	}
	n := len(in.Instalments)
	switch {
	case n == 0 || n > maxInstalments:
		wrong.Add("instalments", "hardship.how_many", maxInstalments)
	case in.Kind == Instalments && n < 2:
		wrong.Add("instalments", "hardship.at_least_two")
	}
	var sum int64
	last := today
	for i, x := range in.Instalments {
		name := fmt.Sprintf("instalments[%d].", i)
		switch {
		case x.DueOn.IsZero():
			wrong.Add(name+"due_on", "fault.required")
		case !x.DueOn.After(last):
			wrong.Add(name+"due_on", "hardship.date_order")
		default:
			last = x.DueOn
		}
		if x.Fen <= 0 || x.Fen > maxFen {
			wrong.Add(name+"amount", "hardship.amount")
			continue
		}
		sum += x.Fen // at most 120 times maxFen: no overflow
	}
	if n > 0 && sum != in.TotalFen {
		wrong.Add("total", "hardship.sum")
	}
	return wrong.Err()
}

func checkText(wrong *fault.Fields, field, text string) string {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		wrong.Add(field, "fault.required")
	case n < minText:
		wrong.Add(field, "fault.too_short", minText)
	case n > maxText:
		wrong.Add(field, "fault.too_long", maxText, n)
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }):
		wrong.Add(field, "forwarding.characters")
	}
	return text
}

// Offer puts a plan before the complainant, who gets a letter with it. One plan of a forward is open at a time.
// Invalid (kind, terms, total, instalments, stop_collection), Conflict (the forward ended, one is open already), NotFound.
func (s *Service) Offer(ctx context.Context, by access.Actor, forwardRef string, in OfferInput) (*Plan, error) {
	var p *Plan
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		if !by.Role.OfFirm() {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		f, k, err := s.d.Forwards.Reach(ctx, tx, by, access.ReadForward, forwardRef) // else it would be forbidden, not unknown
		if err != nil {
			return err
		}
		if err := s.d.Policy.Check(by, access.OfferPlan, access.Owner{FirmIDs: []int64{by.FirmID}}); err != nil {
			return err
		}
		if err := s.mayOffer(ctx, tx, f, k.Complaint); err != nil {
			return err
		}
		if err := in.check(s.today(tx)); err != nil {
			return err
		}
		p = &Plan{
			ComplaintID: f.ComplaintID, ForwardID: f.ID, Firm: f.Firm, Kind: in.Kind, Status: Offered, Terms: in.Terms, TotalFen: in.TotalFen,
			StopCollection: true, OfferedAt: tx.Now, OfferedBy: by.UserID, Version: 1,
		}
		for i, x := range in.Instalments {
			p.Instalments = append(p.Instalments, Instalment{Number: i + 1, DueOn: x.DueOn, Fen: x.Fen})
		}
		return s.put(ctx, tx, by, k.ID, k.Complaint, p)
	})
	if err != nil {
		return nil, fmt.Errorf("offer plan: %w", err)
	}
	return p, nil
}

func (s *Service) mayOffer(ctx context.Context, tx *store.Tx, f *forwarding.Forward, c *complaint.Complaint) error {
	switch {
	case f.Status == forwarding.Ended || c.Status != complaint.Accepted:
		return fault.New(fault.Conflict, "forwarding.over")
	case f.ParentID != 0 || f.Kind != forwarding.ToAnswer:
		return fault.New(fault.Conflict, "hardship.only_who_answers")
	}
	open, err := s.plansWhere(ctx, tx, nil, "forward_id = ? AND status IN ?", f.ID, []string{string(Offered), string(Accepted)})
	if err != nil {
		return err
	}
	if len(open) > 0 {
		return fault.New(fault.Conflict, "hardship.one_at_a_time", open[0].Reference)
	}
	return nil
}

func (s *Service) put(ctx context.Context, tx *store.Tx, by access.Actor, caseID int64, c *complaint.Complaint, p *Plan) error {
	year := s.today(tx).Year()
	n, err := store.Next(ctx, tx, fmt.Sprintf("plan.%d", year))
	if err != nil {
		return err
	}
	p.Reference = ident.NewReference("H", year, n)
	key, err := s.d.Complaints.DataKey(ctx, tx, c)
	if err != nil {
		return err
	}
	terms, err := key.Seal(fieldTerms, p.Terms)
	if err != nil {
		return err
	}
	if err := insertPlan(ctx, tx, p, terms); err != nil {
		return err
	}
	_, err = s.d.Complaints.WriteLetter(ctx, tx, by, c, "plan_notice", letter.ToComplainant, p.fields(), complaint.LetterOptions{
		CaseID: caseID, ForwardID: p.ForwardID,
	})
	if err != nil {
		return err
	}
	p.settle(s.today(tx))
	return s.note(ctx, tx, by, p, Event{Kind: EventOffered, Fen: p.TotalFen}, nil, audit.PlanOffered, "total_fen", p.TotalFen, "kind", string(p.Kind))
}

// fields are what the letter says: the terms, and each date with its sum. It is to be answered before the first falls due.
func (p *Plan) fields() map[string]any {
	first, last := p.Instalments[0].DueOn, p.Instalments[len(p.Instalments)-1].DueOn
	say := func(lang locale.Lang) string {
		lines := []string{p.Terms}
		for _, i := range p.Instalments {
			lines = append(lines, fmt.Sprintf("%d. %s %s", i.Number, locale.Date(lang, i.DueOn), locale.Money(lang, i.Fen)))
		}
		return strings.Join(lines, "\n")
	}
	return map[string]any{
		"firm": p.Firm.Name, "amount": letter.Fen(p.TotalFen), "instalments": len(p.Instalments), "due_on": first,
		"text": rulebook.Text{ZH: say(locale.ZH), EN: say(locale.EN)},
		"period": rulebook.Text{
			ZH: locale.Date(locale.ZH, first) + "至" + locale.Date(locale.ZH, last),
			EN: locale.Date(locale.EN, first) + " to " + locale.Date(locale.EN, last),
		},
	}
}

// note adds a line to the plan and to the timeline of the complaint, and appends the audit entry.
func (s *Service) note(ctx context.Context, tx *store.Tx, by access.Actor, p *Plan, e Event, words []byte, act audit.Action, detail ...any) error {
	if err := addEvent(ctx, tx, by, p, e, words); err != nil {
		return err
	}
	if err := s.d.Complaints.Note(ctx, tx, by, p.ComplaintID, e.Kind, true, p.Firm.Name); err != nil {
		return err
	}
	e.At, e.ActorRole, e.ActorID = tx.Now, string(by.Role), by.UserID
	p.Events = append(p.Events, e)
	_, err := s.d.Log.Append(ctx, tx, by, act, p.Reference, detail...)
	return err
}
