package firm

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// Create registers a firm. It fails with Forbidden; Invalid (code, name, kind,
// USCC check digits, unknown parent); Conflict where code, credit code or a name
// belongs to another firm.
func (s *Service) Create(ctx context.Context, by access.Actor, n NewFirm) (*Firm, error) {
	n = n.tidy()
	var f *Firm
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		if err := s.policy.May(by, access.ManageFirm); err != nil {
			return err
		}
		if err := n.check(); err != nil {
			return err
		}
		parent, err := s.claim(ctx, tx, 0, n)
		if err != nil {
			return err
		}
		if _, err := insertFirm(ctx, tx, n, parent, false); err != nil {
			return err
		}
		if f, err = findFirm(ctx, tx, n.Code); err != nil {
			return err
		}
		s.known.forget(tx)
		_, err = s.log.Append(ctx, tx, by, audit.FirmCreated, n.Code, "name", n.Name, "kind", string(n.Kind))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("create firm %s: %w", n.Code, err)
	}
	return f, nil
}

// claim checks that nothing of n belongs to a firm other than self (0: a new
// firm) and finds the parent.
func (s *Service) claim(ctx context.Context, tx *store.Tx, self int64, n NewFirm) (parent int64, err error) {
	if err := serialise(ctx, tx); err != nil {
		return 0, err
	}
	if self == 0 {
		taken, err := lookUp(ctx, tx, n.Code)
		if err != nil {
			return 0, err
		}
		if taken != nil {
			return 0, taken.conflict("code", "firm.code_taken")
		}
	}
	for i, nm := range n.names() {
		if err := claimName(ctx, tx, self, nm, nameField(i)); err != nil {
			return 0, err
		}
	}
	if n.USCC != "" {
		code, err := usccOwner(ctx, tx, n.USCC, self)
		if err != nil {
			return 0, err
		}
		if code != "" {
			return 0, conflict("uscc", "firm.uscc_taken", code)
		}
	}
	if n.ParentCode == "" {
		return 0, nil
	}
	p, err := lookUp(ctx, tx, n.ParentCode)
	if err != nil {
		return 0, err
	}
	if p == nil || p.MergedID != 0 {
		return 0, fault.Fields{{Name: "parent_code", Key: "firm.parent_unknown", Args: []any{n.ParentCode}}}.Err()
	}
	return p.ID, nil
}

func nameField(i int) string {
	if i == 0 {
		return "name"
	}
	return "aliases"
}

// claimName fails with Conflict when the form of a name belongs to another firm.
func claimName(ctx context.Context, tx *store.Tx, self int64, nm name, field string) error {
	owner, err := aliasOwner(ctx, tx, nm.key)
	if err != nil || owner == 0 || owner == self {
		return err
	}
	firms, err := firmsByID(ctx, tx, []int64{owner})
	if err != nil {
		return err
	}
	return conflict(field, "firm.name_taken", nm.text, firms[owner].Code)
}

func (f *Firm) conflict(field, key string) error { return conflict(field, key, f.Code) }

// conflict names the field too, so that the form can show the sentence there.
func conflict(field, key string, args ...any) error {
	e := fault.New(fault.Conflict, key, args...)
	e.Fields = []fault.Field{{Name: field, Key: key, Args: args}}
	return e
}

// change runs a change of one firm: load, may, version, change, save, record.
// version 0 takes the firm as it is.
func (s *Service) change(ctx context.Context, by access.Actor, code string, version int64,
	act audit.Action, do func(tx *store.Tx, f *Firm) (detail []any, err error)) (*Firm, error) {
	code = tidyCode(code)
	var f *Firm
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		if err := s.policy.May(by, access.ManageFirm); err != nil {
			return err
		}
		if f, err = findFirm(ctx, tx, code); err != nil {
			return err
		}
		if version != 0 {
			if err := f.at(version); err != nil {
				return err
			}
		}
		detail, err := do(tx, f)
		if err != nil {
			return err
		}
		if f, err = findFirm(ctx, tx, code); err != nil {
			return err
		}
		s.known.forget(tx)
		_, err = s.log.Append(ctx, tx, by, act, code, detail...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", act, code, err)
	}
	return f, nil
}

// AddAlias adds a name under which the firm is known. Adding one that it has
// changes nothing. NotFound, Forbidden, Invalid; Conflict where the name belongs
// to another firm.
func (s *Service) AddAlias(ctx context.Context, by access.Actor, code, alias string) error {
	alias = tidyName(alias)
	_, err := s.change(ctx, by, code, 0, audit.FirmAliasAdded, func(tx *store.Tx, f *Firm) ([]any, error) {
		var fields fault.Fields
		checkName(&fields, "alias", alias)
		if err := fields.Err(); err != nil {
			return nil, err
		}
		if err := f.live(); err != nil {
			return nil, err
		}
		nm := NewFirm{Name: alias}.names()[0]
		if err := serialise(ctx, tx); err != nil {
			return nil, err
		}
		if err := claimName(ctx, tx, f.ID, nm, "alias"); err != nil {
			return nil, err
		}
		return []any{"alias", alias}, insertNames(ctx, tx, f.ID, []name{nm})
	})
	return err
}

// live fails with Conflict for a firm that was merged into another.
func (f *Firm) live() error {
	if f.MergedID != 0 {
		return fault.New(fault.Conflict, "firm.merged", f.Code, f.MergedInto)
	}
	return nil
}

// Change corrects a firm's name, kind, parent and credit code and adds aliases;
// its code never changes, and former names stay as aliases. It fails like Create,
// with NotFound, and with Conflict when somebody changed the firm meanwhile.
func (s *Service) Change(ctx context.Context, by access.Actor, code string, version int64, n NewFirm) (*Firm, error) {
	n = n.tidy()
	return s.change(ctx, by, code, version, audit.FirmChanged, func(tx *store.Tx, f *Firm) ([]any, error) {
		return []any{"name", n.Name}, s.amend(ctx, tx, f, n)
	})
}

func (s *Service) amend(ctx context.Context, tx *store.Tx, f *Firm, n NewFirm) error {
	n.Code = f.Code
	if err := n.check(); err != nil {
		return err
	}
	if err := f.live(); err != nil {
		return err
	}
	parent, err := s.claim(ctx, tx, f.ID, n)
	if err != nil {
		return err
	}
	if n.Kind != f.Kind {
		linked, err := hasLinks(ctx, tx, f.ID)
		if err != nil {
			return err
		}
		if linked {
			return conflict("kind", "firm.kind_linked")
		}
	}
	f.Name, f.Kind, f.USCC, f.ParentID = n.Name, n.Kind, n.USCC, parent
	if err := checkParents(ctx, tx, f); err != nil {
		return err
	}
	if err := updateFirm(ctx, tx, f); err != nil {
		return err
	}
	return insertNames(ctx, tx, f.ID, n.names())
}

// Confirm makes a provisional firm a registered one. Where n.Code is empty or
// the firm's own, the rest of n completes it. Where n.Code names another
// registered firm, the provisional one is merged into it: its names lead there
// from now on, its row and what refers to it stay. Merging is for good. It fails
// like Create, with NotFound, and with Conflict for a firm that is not
// provisional, has links or subsidiaries (merge), or was changed meanwhile.
func (s *Service) Confirm(ctx context.Context, by access.Actor, code string, version int64, n NewFirm) (*Firm, error) {
	n = n.tidy()
	return s.change(ctx, by, code, version, audit.FirmChanged, func(tx *store.Tx, f *Firm) ([]any, error) {
		if err := f.live(); err != nil {
			return nil, err
		}
		if !f.Provisional {
			return nil, fault.New(fault.Conflict, "firm.not_provisional", f.Code)
		}
		f.Provisional = false
		if n.Code == "" || n.Code == f.Code {
			return []any{"confirmed", true, "name", n.Name}, s.amend(ctx, tx, f, n)
		}
		return []any{"merged_into", n.Code}, merge(ctx, tx, f, n.Code)
	})
}

func merge(ctx context.Context, tx *store.Tx, f *Firm, into string) error {
	if err := serialise(ctx, tx); err != nil {
		return err
	}
	t, err := lookUp(ctx, tx, into)
	if err != nil {
		return err
	}
	// Only a registered firm can take others in, so merging never makes a chain.
	if t == nil || t.Provisional || t.MergedID != 0 {
		return fault.Fields{{Name: "code", Key: "firm.merge_target", Args: []any{into}}}.Err()
	}
	for _, busy := range []func(context.Context, *store.Tx, int64) (bool, error){hasLinks, hasSubsidiaries} {
		yes, err := busy(ctx, tx, f.ID)
		if err != nil {
			return err
		}
		if yes {
			return fault.New(fault.Conflict, "firm.merge_linked", f.Code)
		}
	}
	f.MergedID, f.ParentID = t.ID, 0
	return updateFirm(ctx, tx, f)
}
