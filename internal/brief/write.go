package brief

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// Input is what an author says of a case. Month is that of the report, FirmKind one of FirmKinds.
type Input struct {
	Month    string   `json:"month"`
	FirmKind string   `json:"firm_kind"`
	Codes    []string `json:"codes"`
	Text
}

// Preview is a text that was looked at: the brief as it would be told, and what was found in it.
type Preview struct {
	Brief Brief
	Hits  []Hit
}

// Look checks a text without keeping it: its hits, those that block too, and the brief as it would be told. Invalid (month,
// firm_kind, codes and the texts' form), Conflict, Forbidden, NotFound.
func (s *Service) Look(ctx context.Context, by access.Actor, caseRef string, in Input) (*Preview, error) {
	var out *Preview
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		k, err := s.writable(ctx, tx, by, caseRef)
		if err != nil {
			return err
		}
		b, hits, err := s.compose(ctx, tx, by, k, in, false)
		if err == nil {
			out = &Preview{*b, hits}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look at a brief of %s: %w", caseRef, err)
	}
	return out, nil
}

// Write keeps a new brief of a case: a draft, or at once submitted for approval, which wants both languages whole. Invalid, with
// what could tell who somebody is at its field; Conflict where the case is told already, or can not be told; Forbidden, NotFound.
func (s *Service) Write(ctx context.Context, by access.Actor, caseRef string, in Input, submit bool) (*Brief, error) {
	var out *Brief
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		k, err := s.writable(ctx, tx, by, caseRef)
		if err != nil {
			return err
		}
		n, err := count(ctx, tx, "SELECT COUNT(*) FROM case_briefs WHERE case_id = ? AND state <> 'withdrawn'", k.ID)
		if err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.Conflict, "brief.told_already")
		}
		if out, err = s.checked(ctx, tx, by, k, in, submit); err != nil {
			return err
		}
		year := s.today(tx).Year()
		serial, err := store.Next(ctx, tx, fmt.Sprintf("brief.%d", year))
		if err != nil {
			return err
		}
		out.Reference, out.AuthorID, out.Author, out.WrittenAt = ident.NewReference("B", year, serial), by.UserID, by.Name, tx.Now
		if err := insert(ctx, tx, out); err != nil {
			return err
		}
		return s.note(ctx, tx, by, audit.BriefDrafted, out, submit)
	})
	if err != nil {
		return nil, fmt.Errorf("write a brief of %s: %w", caseRef, err)
	}
	return out, nil
}

// Rewrite keeps what the author makes of a draft. Invalid, Conflict (no draft, somebody was first), Forbidden for everybody
// but the author, NotFound.
func (s *Service) Rewrite(ctx context.Context, by access.Actor, ref string, version int64, in Input, submit bool) (*Brief, error) {
	var out *Brief
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		b, err := s.own(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		if b.Version != version {
			return fault.New(fault.Conflict, "fault.stale")
		}
		if b.State != Draft {
			return fault.New(fault.Conflict, "brief.no_draft")
		}
		if out, err = s.checked(ctx, tx, by, b.Case, in, submit); err != nil {
			return err
		}
		out.id, out.Reference, out.AuthorID, out.Author, out.WrittenAt, out.Version = b.id, b.Reference, b.AuthorID, b.Author, b.WrittenAt, b.Version
		if !submit {
			out.Note = b.Note
		}
		if err := rewrite(ctx, tx, out); err != nil {
			return err
		}
		return s.note(ctx, tx, by, audit.BriefDrafted, out, submit)
	})
	if err != nil {
		return nil, fmt.Errorf("rewrite brief %s: %w", ref, err)
	}
	return out, nil
}

// note appends the entries of a text that was kept: its digest and the month, none of its words.
func (s *Service) note(ctx context.Context, tx *store.Tx, by access.Actor, act audit.Action, b *Brief, submit bool) error {
	if err := s.append(ctx, tx, by, act, b); err != nil || !submit {
		return err
	}
	return s.append(ctx, tx, by, audit.BriefSubmitted, b)
}

func (s *Service) append(ctx context.Context, tx *store.Tx, by access.Actor, act audit.Action, b *Brief) error {
	_, err := s.d.Log.Append(ctx, tx, by, act, b.Reference, "case", b.Case.Reference, "month", b.Month.String(), "sha256", hex.EncodeToString(b.digest))
	return err
}

// writable is a case that the actor may tell. Conflict where it is neither closed nor decided.
func (s *Service) writable(ctx context.Context, tx *store.Tx, by access.Actor, ref string) (*casework.Case, error) {
	k, err := s.d.Cases.Find(ctx, tx, ref)
	if err != nil {
		return nil, err
	}
	if err := s.d.Policy.Check(by, access.WriteBrief, k.Owner()); err != nil {
		return nil, err
	}
	return k, s.notRecused(ctx, tx, by, k)
}

// own is a brief that the actor wrote and may still write.
func (s *Service) own(ctx context.Context, tx *store.Tx, by access.Actor, ref string) (*Brief, error) {
	b, err := s.find(ctx, tx, ref)
	if err != nil {
		return nil, err
	}
	if err := s.d.Policy.Check(by, access.WriteBrief, b.Case.Owner()); err != nil {
		return nil, err
	}
	if b.AuthorID != by.UserID {
		return nil, fault.New(fault.Forbidden, "brief.not_author")
	}
	return b, s.notRecused(ctx, tx, by, b.Case)
}

func (s *Service) notRecused(ctx context.Context, tx *store.Tx, by access.Actor, k *casework.Case) error {
	off, err := s.d.Cases.Recused(ctx, tx, k.ID, by.UserID)
	if err == nil && off {
		err = fault.New(fault.Forbidden, "casework.you_are_recused")
	}
	return err
}

// checked is compose that lets nothing through that could tell who somebody is.
func (s *Service) checked(ctx context.Context, tx *store.Tx, by access.Actor, k *casework.Case, in Input, submit bool) (*Brief, error) {
	b, hits, err := s.compose(ctx, tx, by, k, in, submit)
	if err != nil {
		return nil, err
	}
	if err := Faults(hits); err != nil {
		return nil, err
	}
	b.State = Draft
	if submit {
		b.State, b.SubmittedAt = Submitted, tx.Now
	}
	return b, nil
}

// Faults says at each field what blocks there; nil where nothing does.
func Faults(hits []Hit) error {
	var wrong fault.Fields
	for _, h := range Blocking(hits) {
		wrong.Add(h.Field, "brief.found."+h.Kind, h.Excerpt)
	}
	return wrong.Err()
}

// compose makes a brief of an input, and looks for people in it.
func (s *Service) compose(ctx context.Context, tx *store.Tx, by access.Actor, k *casework.Case, in Input, whole bool) (*Brief, []Hit, error) {
	first, err := s.tellable(ctx, tx, k)
	if err != nil {
		return nil, nil, err
	}
	pack, ok := s.d.Book.Pack(k.Pack)
	if !ok {
		return nil, nil, fmt.Errorf("compose a brief: no pack %s", k.Pack)
	}
	b := &Brief{Case: k, caseID: k.ID, FirmKind: in.FirmKind, Codes: unique(in.Codes), Text: in.Text.clean()}
	var wrong fault.Fields
	b.Month = monthOf(&wrong, in.Month, first, calendar.MonthOf(s.today(tx)))
	if !slices.Contains(FirmKinds, in.FirmKind) {
		wrong.Add("firm_kind", "fault.choose")
	}
	choices, err := s.codesOf(ctx, tx, k)
	if err != nil {
		return nil, nil, err
	}
	if whole && len(b.Codes) == 0 {
		wrong.Add("codes", "fault.choose")
	}
	if slices.ContainsFunc(b.Codes, func(c string) bool { return !slices.Contains(choices, c) }) {
		wrong.Add("codes", "brief.code")
	}
	b.Text.check(&wrong, whole)
	if err := wrong.Err(); err != nil {
		return nil, nil, err
	}
	if b.Rules, err = s.rulesOf(ctx, tx, k, pack, b.Codes); err != nil {
		return nil, nil, err
	}
	known, err := s.known(ctx, tx, k)
	if err != nil {
		return nil, nil, err
	}
	return b, Check(b.Text, known), nil
}

// monthOf reads the month of the report: not before the case could be told, and none to come.
func monthOf(wrong *fault.Fields, text string, first, last calendar.Month) calendar.Month {
	m, err := calendar.ParseMonth(text)
	if err != nil || m.Before(first) || m.After(last) {
		wrong.Add("month", "brief.month", first.String(), last.String())
	}
	return m
}

// codesOf are the violations that a brief of a case can be about: those of the complaint and of standing findings.
func (s *Service) codesOf(ctx context.Context, tx *store.Tx, k *casework.Case) ([]string, error) {
	findings, err := s.d.Cases.StandingFindings(ctx, tx, k.ID)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, f := range findings {
		out = append(out, f.Code)
	}
	return unique(append(out, k.Complaint.Codes...)), nil
}

// rulesOf are the norms on which the upheld findings about some violations rest.
func (s *Service) rulesOf(ctx context.Context, tx *store.Tx, k *casework.Case, pack *rulebook.Pack, codes []string) ([]string, error) {
	findings, err := s.d.Cases.StandingFindings(ctx, tx, k.ID)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, f := range findings {
		if slices.Contains(codes, f.Code) && f.Upheld(pack) {
			out = append(append(out, f.Standards...), f.Bases...)
		}
	}
	return unique(out), nil
}
