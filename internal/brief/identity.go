package brief

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

// issued says of a penalty p that its decision was issued and not annulled since.
const issued = `p.issued_on IS NOT NULL AND NOT EXISTS (SELECT 1 FROM penalty_steps a WHERE a.penalty_id = p.id AND a.step = 'change' AND a.data LIKE '%"annul":true%')`

// known opens what the office knows of the people in a case, for one check. Where the key of the complaint was destroyed, what
// was sealed with it is gone, and the forms of numbers are still looked for.
func (s *Service) known(ctx context.Context, tx *store.Tx, k *casework.Case) (Known, error) {
	c := k.Complaint
	out := Known{Today: s.today(tx), From: c.OccurredFrom, To: c.OccurredTo, Refs: []string{c.Reference, k.Reference}}
	p, err := s.d.Complaints.Particulars(ctx, tx, c)
	switch {
	case err == nil:
		out.person(p)
	case !fault.Is(err, fault.NotFound):
		return out, fmt.Errorf("open particulars for a check: %w", err)
	}
	people, err := s.d.Witnesses.People(ctx, tx, c)
	if err != nil {
		return out, fmt.Errorf("open statements for a check: %w", err)
	}
	for _, w := range people {
		out.named(w.Name)
		out.named(w.Label)
		out.named(w.About)
		out.add(ident.KindPhone, w.Reach)
	}
	for _, a := range c.Accused {
		out.add(a.Kind, a.Value)
	}
	if err := s.foundLater(ctx, tx, k, &out); err != nil {
		return out, err
	}
	if err := s.papers(ctx, tx, k, &out); err != nil {
		return out, err
	}
	return out, s.firms(ctx, tx, k, &out)
}

// relations are what people write for whom a link is, and of whom something was said: words that name nobody.
var relations = []string{"母", "父", "妈", "爸", "妻", "夫", "老婆", "老公", "爱人", "同事", "朋友", "同学", "姐", "哥", "弟", "妹", "儿子", "女儿", "孩子", "领导", "邻居", "单位", "家人", "亲", "家属", "本人", "借款人", "公司", "人事",
	"mother", "father", "wife", "husband", "colleague", "friend", "sister", "brother", "neighbour", "boss", "family", "my ", "me"}

// named adds what witnesses call people, part by part: 李丽（同事）names 李丽.
func (k *Known) named(text string) {
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != ' ' && r != '·' }) {
		part = strings.ToLower(strings.TrimSpace(part))
		if !slices.ContainsFunc(relations, func(w string) bool { return strings.Contains(part, w) }) {
			k.Names = append(k.Names, part)
		}
	}
}

func (k *Known) person(p *complaint.Complainant) {
	k.Names = append(k.Names, p.Name)
	k.Numbers = append(k.Numbers, p.Phone, p.IDNumber)
	k.Emails = append(k.Emails, p.Email)
	k.Addresses = append(k.Addresses, p.Address)
}

// add sorts an identifier into what it is looked for as.
func (k *Known) add(kind, value string) {
	if value == "" {
		return
	}
	switch kind {
	case ident.KindPhone, ident.KindAccount:
		k.Numbers = append(k.Numbers, value)
		if kind == ident.KindPhone && len(onlyDigits(value)) < shortest { // an address of another kind
			k.Handles = append(k.Handles, value)
		}
	case ident.KindEmail:
		k.Emails = append(k.Emails, value)
	case ident.KindWeChat, ident.KindQQ:
		if id, ok := ident.NewIdentifier(kind, value); ok {
			value = id.Key
		}
		k.Handles = append(k.Handles, value)
	case ident.KindStaff:
		if id, ok := ident.NewIdentifier(kind, value); ok {
			value = id.Key
		}
		k.Staff = append(k.Staff, value)
	case ident.KindAlias:
		k.Aliases = append(k.Aliases, value)
	}
}

// foundLater adds the numbers that the office found after the filing.
func (s *Service) foundLater(ctx context.Context, tx *store.Tx, k *casework.Case, out *Known) error {
	rows, err := tx.Rows(ctx, "SELECT kind, value FROM accused_added WHERE complaint_id = ?", k.ComplaintID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var kind, value string
		if err := rows.Scan(&kind, &value); err != nil {
			return err
		}
		out.add(kind, value)
	}
	return rows.Err()
}

// papers adds the references of penalties, and the numbers of decisions that are not on the public register.
func (s *Service) papers(ctx context.Context, tx *store.Tx, k *casework.Case, out *Known) error {
	refs, err := texts(ctx, tx, "SELECT reference FROM penalties WHERE case_id = ?", k.ID)
	if err != nil {
		return err
	}
	numbers, err := texts(ctx, tx, "SELECT p.decision_number FROM penalties p WHERE p.case_id = ? AND p.decision_number IS NOT NULL AND NOT EXISTS (SELECT 1 FROM publications x WHERE x.penalty_id = p.id AND "+shown+")",
		k.ID, out.Today)
	if err != nil {
		return err
	}
	out.Refs = slices.Concat(out.Refs, refs, numbers)
	return nil
}

// shown says of a publication x that it stands on the register on a day.
const shown = "x.withdrawn_on IS NULL AND (x.expires_on IS NULL OR x.expires_on >= ?)"

// firms are the names of those firms of a case whose decision in it is not on the public register.
func (s *Service) firms(ctx context.Context, tx *store.Tx, k *casework.Case, out *Known) error {
	public, err := texts(ctx, tx, "SELECT f.code FROM publications x JOIN penalties p ON p.id = x.penalty_id JOIN firms f ON f.id = x.firm_id WHERE p.case_id = ? AND "+shown, k.ID, out.Today)
	if err != nil {
		return err
	}
	names := []string{k.Complaint.LenderName, k.Complaint.AgencyName}
	if k.Lender != nil && slices.Contains(public, k.Lender.Code) {
		names[0] = ""
	}
	if k.Agency != nil && slices.Contains(public, k.Agency.Code) {
		names[1] = ""
	}
	if k.Lender != nil && !slices.Contains(public, k.Lender.Code) {
		names = append(append(names, k.Lender.Name), k.Lender.Aliases...)
	}
	if k.Agency != nil && !slices.Contains(public, k.Agency.Code) {
		names = append(append(names, k.Agency.Name), k.Agency.Aliases...)
	}
	out.Firms = slices.DeleteFunc(names, func(n string) bool { return n == "" })
	return nil
}

// tellable is the first month in which a case can be told: that in which it was closed, or a decision issued. Conflict while
// there is neither.
func (s *Service) tellable(ctx context.Context, tx *store.Tx, k *casework.Case) (calendar.Month, error) {
	var first calendar.Month
	if k.Status == casework.Closed {
		first = calendar.MonthOf(k.ClosedOn)
	}
	days, err := texts(ctx, tx, "SELECT p.issued_on FROM penalties p WHERE p.case_id = ? AND "+issued+" ORDER BY p.issued_on", k.ID)
	if err != nil {
		return first, err
	}
	if len(days) > 0 {
		on, err := calendar.ParseDate(days[0])
		if err != nil {
			return first, err
		}
		if m := calendar.MonthOf(on); first.IsZero() || m.Before(first) {
			first = m
		}
	}
	if first.IsZero() {
		return first, fault.New(fault.Conflict, "brief.not_closed")
	}
	return first, nil
}
