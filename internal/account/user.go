package account

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

// tidy gives a request its stored form and adds to f what is wrong with it.
func (n NewUser) tidy(f *fault.Fields) NewUser {
	email, err := ident.ParseEmail(n.Email)
	if err != nil {
		f.Add("email", ident.Key(err))
	} else {
		n.Email = email
	}
	n.Name = strings.Join(strings.Fields(n.Name), " ")
	switch c := utf8.RuneCountInString(n.Name); {
	case c == 0:
		f.Add("name", "fault.required")
	case c > 100:
		f.Add("name", "fault.too_long", 100, c)
	}
	if !slices.Contains(access.StaffRoles, n.Role) {
		f.Add("role", "fault.choose")
	}
	if (n.Role == access.Reviewer || n.Role == access.Supervisor) && n.Unit == "" {
		f.Add("unit", "account.unit_needed")
	}
	if n.Role.OfFirm() != (n.FirmID != 0) {
		f.Add("firm", "account.firm_role")
	}
	if n.Lang != "en" {
		n.Lang = "zh"
	}
	return n
}

// Create makes an account. A firm's manager makes those of the own firm's staff,
// whatever firm the request names. Forbidden; Invalid (e-mail, name, role, unit,
// firm, password); Conflict where the e-mail has an account.
func (s *Service) Create(ctx context.Context, by access.Actor, n NewUser) (*User, error) {
	firm, err := s.keeps(by)
	if err != nil {
		return nil, err
	}
	if firm != 0 {
		if !n.Role.OfFirm() {
			return nil, fault.Fields{{Name: "role", Key: "account.own_firm"}}.Err()
		}
		n.FirmID, n.Unit = firm, ""
	}
	u, err := s.create(ctx, by, audit.AccountCreated, n, func(*store.Tx) error { return nil })
	if err != nil {
		return nil, fmt.Errorf("create account: %w", err)
	}
	return u, nil
}

// create checks, hashes, and inserts; first runs in the transaction before.
func (s *Service) create(ctx context.Context, by access.Actor, act audit.Action, n NewUser, first func(*store.Tx) error) (*User, error) {
	var f fault.Fields
	n = n.tidy(&f)
	checkPassword(&f, n.Password, n.Email, n.Name)
	if err := f.Err(); err != nil {
		return nil, err
	}
	hash, err := s.hash(ctx, n.Password)
	if err != nil {
		return nil, err
	}
	var u *User
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		if err := serialise(ctx, tx); err != nil {
			return err
		}
		if err := first(tx); err != nil {
			return err
		}
		unit, err := place(ctx, tx, n.Unit, n.FirmID)
		if err != nil {
			return err
		}
		if old, err := findUser(ctx, tx, "email = ?", n.Email); err != nil || old != nil {
			return orTaken(err)
		}
		r := &userRow{Email: n.Email, Name: n.Name, Role: string(n.Role), UnitID: unit, FirmID: store.ID(n.FirmID),
			Password: hash, Lang: n.Lang, CreatedAt: store.At(tx.Now), Version: 1}
		if err := store.Insert(ctx, tx, r); err != nil {
			return err
		}
		if u, err = r.load(ctx, tx); err != nil {
			return err
		}
		_, err = s.log.Append(ctx, tx, by, act, n.Email, "role", string(n.Role))
		return err
	})
	return u, err
}

func orTaken(err error) error {
	if err != nil {
		return err
	}
	e := fault.New(fault.Conflict, "account.email_taken")
	e.Fields = []fault.Field{{Name: "email", Key: "account.email_taken"}}
	return e
}

// place finds the unit and checks the firm. Invalid.
func place(ctx context.Context, tx *store.Tx, code string, firm int64) (store.ID, error) {
	var f fault.Fields
	if firm != 0 {
		ok, err := firmExists(ctx, tx, firm)
		if err != nil {
			return 0, err
		}
		if !ok {
			f.Add("firm", "account.firm_unknown")
		}
	}
	if code == "" {
		return 0, f.Err()
	}
	rows, err := listUnits(ctx, tx)
	if err != nil {
		return 0, err
	}
	for _, u := range rows {
		if u.Code == strings.ToUpper(strings.TrimSpace(code)) {
			return store.ID(u.ID), f.Err()
		}
	}
	f.Add("unit", "account.unit_unknown")
	return 0, f.Err()
}

// Users lists all accounts by e-mail. Forbidden.
func (s *Service) Users(ctx context.Context, by access.Actor) ([]User, error) {
	if err := s.policy.May(by, access.ManageAccount); err != nil {
		return nil, err
	}
	return s.list(ctx, "1 = 1")
}

func (s *Service) list(ctx context.Context, where string, args ...any) (out []User, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		out, err = usersWhere(ctx, tx, where, args...)
		return err
	})
	return out, err
}

// manage runs the change of one account by who keeps it: an administrator any, a
// firm's manager those of the own firm. Another's account does not exist for them.
func (s *Service) manage(ctx context.Context, by access.Actor, email string, act audit.Action, do func(*store.Tx, *userRow) error) error {
	email = strings.ToLower(strings.TrimSpace(email))
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		firm, err := s.keeps(by)
		if err != nil {
			return err
		}
		if err := serialise(ctx, tx); err != nil {
			return err
		}
		r, err := lockUser(ctx, tx, "email = ?", email)
		if err != nil {
			return err
		}
		if r == nil || firm != 0 && int64(r.FirmID) != firm {
			return fault.New(fault.NotFound, "account.unknown")
		}
		if err := do(tx, r); err != nil {
			return err
		}
		_, err = s.log.Append(ctx, tx, by, act, email)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", act, err)
	}
	return nil
}

// Disable ends an account and its sessions at once. NotFound; Forbidden; Conflict
// for the last administrator, without whom nobody could make another, and for the
// last manager of a firm unless an administrator does it, who can.
func (s *Service) Disable(ctx context.Context, by access.Actor, email string) error {
	return s.manage(ctx, by, email, audit.AccountDisabled, func(tx *store.Tx, r *userRow) error {
		if r.DisabledAt != 0 {
			return fault.New(fault.Conflict, "account.disabled_already")
		}
		if err := notLastAdmin(ctx, tx, r); err != nil {
			return err
		}
		if by.Role.OfFirm() {
			if err := notLastManager(ctx, tx, r); err != nil {
				return err
			}
		}
		if err := endSessions(ctx, tx, r.ID); err != nil {
			return err
		}
		return store.Update[userRow](ctx, tx, r.ID, r.Version, store.Set("disabled_at", store.At(tx.Now)))
	})
}

func notLastAdmin(ctx context.Context, tx *store.Tx, r *userRow) error {
	if r.Role != string(access.Admin) || r.DisabledAt != 0 {
		return nil
	}
	n, err := countUsers(ctx, tx, "role = ? AND disabled_at IS NULL AND id <> ?", string(access.Admin), r.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "account.last_admin")
	}
	return nil
}

// Change is a new name, role and place of an account.
type Change struct {
	Name    string
	Role    access.Role
	Unit    string
	FirmID  int64
	Lang    string
	Version int64
}

// Change changes an account; where role, unit or firm differ, its sessions end.
// Only administrators change accounts. NotFound; Forbidden; Invalid; Conflict for a stale version and for the last
// administrator.
func (s *Service) Change(ctx context.Context, by access.Actor, email string, c Change) error {
	if err := s.policy.May(by, access.ManageAccount); err != nil {
		return err
	}
	return s.manage(ctx, by, email, audit.AccountChanged, func(tx *store.Tx, r *userRow) error {
		var f fault.Fields
		n := NewUser{Email: r.Email, Name: c.Name, Role: c.Role, Unit: c.Unit, FirmID: c.FirmID, Lang: c.Lang}.tidy(&f)
		if err := f.Err(); err != nil {
			return err
		}
		unit, err := place(ctx, tx, n.Unit, n.FirmID)
		if err != nil {
			return err
		}
		if n.Role != access.Admin {
			if err := notLastAdmin(ctx, tx, r); err != nil {
				return err
			}
		}
		if string(n.Role) != r.Role || unit != r.UnitID || store.ID(n.FirmID) != r.FirmID {
			if err := endSessions(ctx, tx, r.ID); err != nil {
				return err
			}
		}
		return store.Update[userRow](ctx, tx, r.ID, c.Version, store.Set("name", n.Name), store.Set("role", string(n.Role)),
			store.Set("unit_id", unit), store.Set("firm_id", store.ID(n.FirmID)), store.Set("lang", n.Lang))
	})
}

// Reset gives an account a new password, ends its sessions and removes its
// second factor. NotFound; Forbidden; Invalid.
func (s *Service) Reset(ctx context.Context, by access.Actor, email, password string) error {
	if _, err := s.keeps(by); err != nil {
		return err
	}
	hash, err := s.newPassword(ctx, password, email, "")
	if err != nil {
		return err
	}
	return s.manage(ctx, by, email, audit.PasswordChanged, func(tx *store.Tx, r *userRow) error {
		if err := endSessions(ctx, tx, r.ID); err != nil {
			return err
		}
		return store.Update[userRow](ctx, tx, r.ID, r.Version, store.Set("password", hash), store.Set("totp", nil), store.Set("totp_used", 0))
	})
}

func (s *Service) newPassword(ctx context.Context, password, email, name string) (string, error) {
	var f fault.Fields
	checkPassword(&f, password, email, name)
	if err := f.Err(); err != nil {
		return "", err
	}
	return s.hash(ctx, password)
}

var unitForm = regexp.MustCompile(`^[A-Z0-9][A-Z0-9-]{0,31}$`)

// Units lists the units by code.
func (s *Service) Units(ctx context.Context) (out []Unit, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		rows, err := listUnits(ctx, tx)
		for _, r := range rows {
			out = append(out, r.unit())
		}
		return err
	})
	return out, err
}

// CreateUnit makes a unit. Forbidden; Invalid; Conflict for a code in use.
func (s *Service) CreateUnit(ctx context.Context, by access.Actor, u Unit) (*Unit, error) {
	u.Code = strings.ToUpper(strings.TrimSpace(u.Code))
	var out *Unit
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		if err := s.policy.May(by, access.ManageAccount); err != nil {
			return err
		}
		var f fault.Fields
		if !unitForm.MatchString(u.Code) {
			f.Add("code", "account.unit_code")
		}
		for name, v := range map[string]string{"name_zh": u.NameZH, "name_en": u.NameEN} {
			if strings.TrimSpace(v) == "" {
				f.Add(name, "fault.required")
			}
		}
		if err := f.Err(); err != nil {
			return err
		}
		r := &unitRow{Code: u.Code, NameZH: strings.TrimSpace(u.NameZH), NameEN: strings.TrimSpace(u.NameEN), CreatedAt: store.At(tx.Now), Version: 1}
		if err := store.Insert(ctx, tx, r); err != nil {
			return err
		}
		made := r.unit()
		out = &made
		_, err := s.log.Append(ctx, tx, by, audit.UnitCreated, u.Code)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("create unit %s: %w", u.Code, err)
	}
	return out, nil
}

// Officers lists the active reviewers of a unit (0: of all units).
func (s *Service) Officers(ctx context.Context, unitID int64) ([]User, error) {
	return s.list(ctx, "role = ? AND disabled_at IS NULL AND (? = 0 OR unit_id = ?)", string(access.Reviewer), unitID, unitID)
}

// Officer finds an active reviewer by id or e-mail, inside an open transaction.
// Invalid (field officer) when there is none.
func (s *Service) Officer(ctx context.Context, tx *store.Tx, idOrEmail string) (*User, error) {
	where, arg := "email = ?", any(strings.ToLower(strings.TrimSpace(idOrEmail)))
	if id, err := strconv.ParseInt(strings.TrimSpace(idOrEmail), 10, 64); err == nil {
		where, arg = "id = ?", id
	}
	r, err := findUser(ctx, tx, where, arg)
	if err != nil {
		return nil, err
	}
	if r == nil || r.DisabledAt != 0 || r.Role != string(access.Reviewer) {
		return nil, fault.Fields{{Name: "officer", Key: "account.no_officer"}}.Err()
	}
	return r.load(ctx, tx)
}

// Names gives the names of users by id, inside an open transaction.
func (s *Service) Names(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]string, error) {
	out := map[int64]string{}
	for part := range slices.Chunk(ids, 500) {
		users, err := usersWhere(ctx, tx, "id IN ?", part)
		if err != nil {
			return nil, err
		}
		for _, u := range users {
			out[u.ID] = u.Name
		}
	}
	return out, nil
}
