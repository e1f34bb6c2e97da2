package account

import (
	"slices"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/store"
)

func (o office) firmOf(t *testing.T, code string) int64 {
	t.Helper()
	f, err := firm.New(o.db, o.log, o.policy).Create(t.Context(), o.admin, firm.NewFirm{Code: code, Name: code + "公司", Kind: firm.Lender})
	if err != nil {
		t.Fatal(err)
	}
	return f.ID
}

func (o office) firmUser(t *testing.T, by access.Actor, email string, role access.Role, firm int64) *User {
	t.Helper()
	u, err := o.Create(t.Context(), by, NewUser{Email: email, Name: "林晓", Role: role, FirmID: firm, Password: good})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func emails(list []User) (out []string) {
	for _, u := range list {
		out = append(out, u.Email)
	}
	return out
}

func TestFirmManagerKeepsOwnStaffOnly(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		ctx := t.Context()
		a, b := o.firmOf(t, "F-A"), o.firmOf(t, "F-B")
		boss := o.firmUser(t, o.admin, "boss@a.example", access.FirmManager, a).Actor()
		o.firmUser(t, o.admin, "clerk@b.example", access.Firm, b)
		o.reviewer(t, "wang@office.example")

		// What firm the request names does not matter: it is the manager's own.
		if u := o.firmUser(t, boss, "clerk@a.example", access.Firm, b); u.FirmID != a {
			t.Errorf("the account is of firm %d, want %d", u.FirmID, a)
		}
		_, err := o.Create(ctx, boss, NewUser{Email: "x@a.example", Name: "X", Role: access.Reviewer, Unit: "D1", Password: good})
		wants(t, err, fault.Invalid, "account.own_firm")
		got, err := o.FirmUsers(ctx, boss)
		if err != nil || !slices.Equal(emails(got), []string{"boss@a.example", "clerk@a.example"}) {
			t.Errorf("the firm's accounts are %v, %v", emails(got), err)
		}
		for _, email := range []string{"clerk@b.example", "wang@office.example", "nobody@a.example"} {
			wants(t, o.Disable(ctx, boss, email), fault.NotFound, "account.unknown")
			wants(t, o.Reset(ctx, boss, email, other), fault.NotFound, "account.unknown")
		}
		wants(t, o.Change(ctx, boss, "clerk@a.example", Change{Name: "X", Role: access.Firm, FirmID: a, Version: 1}), fault.Forbidden, "fault.forbidden")

		clerk, err := o.signIn(t, "clerk@a.example", good, "")
		if err != nil {
			t.Fatal(err)
		}
		_, err = o.FirmUsers(ctx, clerk.User.Actor())
		wants(t, err, fault.Forbidden, "fault.forbidden")
		wants(t, o.Disable(ctx, clerk.User.Actor(), "boss@a.example"), fault.Forbidden, "fault.forbidden")
		if err := o.Disable(ctx, boss, "clerk@a.example"); err != nil {
			t.Fatal(err)
		}
		_, _, err = o.Authenticate(ctx, clerk.Token, Cookie)
		wants(t, err, fault.Unauthenticated, "fault.unauthenticated")
		var active []User
		err = o.db.Read(ctx, func(tx *store.Tx) (err error) {
			active, err = o.OfFirm(ctx, tx, a)
			return err
		})
		if err != nil || !slices.Equal(emails(active), []string{"boss@a.example"}) {
			t.Errorf("who hears for the firm is %v, %v", emails(active), err)
		}
	})
}

func TestLastManagerStays(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		ctx := t.Context()
		a := o.firmOf(t, "F-A")
		boss := o.firmUser(t, o.admin, "boss@a.example", access.FirmManager, a).Actor()
		wants(t, o.Disable(ctx, boss, "boss@a.example"), fault.Conflict, "account.last_manager")
		o.firmUser(t, boss, "second@a.example", access.FirmManager, 0)
		if err := o.Disable(ctx, boss, "boss@a.example"); err != nil {
			t.Errorf("with another manager there: %v", err)
		}
		// The office's administrator may end the last one, and can make another.
		if err := o.Disable(ctx, o.admin, "second@a.example"); err != nil {
			t.Error(err)
		}
	})
}
