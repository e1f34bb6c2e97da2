package account

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"dunwatch/internal/access"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/fault"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

const (
	good  = "correct horse battery"
	other = "seven green bottles hang"
)

// office is a set-up office: one administrator and one unit.
type office struct {
	*Service
	clock *storetest.Clock
	admin access.Actor
}

func each(t *testing.T, f func(t *testing.T, o office)) {
	storetest.Each(t, func(t *testing.T, db *store.DB, c *storetest.Clock) {
		policy := lawtest.Policy(t)
		keys, err := seal.New(make([]byte, seal.KeySize))
		if err != nil {
			t.Fatal(err)
		}
		log := audittest.New(t, db)
		o := office{Service: New(db, log, policy, keys, Cheap), clock: c}
		code, err := o.NewSetUpCode(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, err = o.SetUp(t.Context(), "1111 1111 1111 1111 1111", NewUser{Email: "root@office.example", Name: "Root", Password: good})
		wants(t, err, fault.Invalid, "account.set_up_code")
		u, err := o.SetUp(t.Context(), code, NewUser{Email: "Root@Office.example", Name: "Root", Password: good})
		if err != nil {
			t.Fatal(err)
		}
		o.admin = u.Actor()
		if _, err := o.CreateUnit(t.Context(), o.admin, Unit{Code: "d1", NameZH: "一处", NameEN: "Unit 1"}); err != nil {
			t.Fatal(err)
		}
		f(t, o)
		audittest.MustVerify(t, log)
	})
}

func wants(t *testing.T, err error, k fault.Kind, key string) {
	t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != k {
		t.Errorf("got %v, want %s %s", err, k, key)
		return
	}
	if f.Key != key && !slices.ContainsFunc(f.Fields, func(x fault.Field) bool { return x.Key == key }) {
		t.Errorf("got %v, want %s", err, key)
	}
}

func (o office) reviewer(t *testing.T, email string) *User {
	t.Helper()
	u, err := o.Create(t.Context(), o.admin, NewUser{Email: email, Name: "王敏", Role: access.Reviewer, Unit: "D1", Password: good})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (o office) signIn(t *testing.T, email, password, code string) (*Session, error) {
	t.Helper()
	return o.SignIn(t.Context(), Credentials{Email: email, Password: password, OTP: code, Address: "192.0.2.7", Kind: Cookie})
}

func TestRowsAreTheirTables(t *testing.T) { storetest.MatchRows(t, unitRow{}, userRow{}, sessionRow{}) }

func TestCreateAndList(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		ctx := t.Context()
		u := o.reviewer(t, "Wang@Office.example")
		if u.Email != "wang@office.example" || u.UnitCode != "D1" || u.Lang != "zh" || u.OTP {
			t.Errorf("got %+v", u)
		}
		for _, tt := range []struct {
			by   access.Actor
			n    NewUser
			kind fault.Kind
			key  string
		}{
			{u.Actor(), NewUser{Email: "x@office.example", Name: "X", Role: access.Auditor, Password: good}, fault.Forbidden, "fault.forbidden"},
			{o.admin, NewUser{Email: "x", Name: "X", Role: access.Auditor, Password: good}, fault.Invalid, "ident.email.form"},
			{o.admin, NewUser{Email: "x@office.example", Name: "X", Role: access.System, Password: good}, fault.Invalid, "fault.choose"},
			{o.admin, NewUser{Email: "x@office.example", Name: "X", Role: access.Reviewer, Password: good}, fault.Invalid, "account.unit_needed"},
			{o.admin, NewUser{Email: "x@office.example", Name: "X", Role: access.Reviewer, Unit: "D9", Password: good}, fault.Invalid, "account.unit_unknown"},
			{o.admin, NewUser{Email: "x@office.example", Name: "X", Role: access.Firm, Password: good}, fault.Invalid, "account.firm_role"},
			{o.admin, NewUser{Email: "x@office.example", Name: "X", Role: access.Firm, FirmID: 99, Password: good}, fault.Invalid, "account.firm_unknown"},
			{o.admin, NewUser{Email: "wang@office.example", Name: "X", Role: access.Auditor, Password: good}, fault.Conflict, "account.email_taken"},
		} {
			_, err := o.Create(ctx, tt.by, tt.n)
			wants(t, err, tt.kind, tt.key)
		}
		if us, err := o.Users(ctx, o.admin); err != nil || len(us) != 2 {
			t.Errorf("%d accounts, %v", len(us), err)
		}
		for unit, want := range map[int64]int{0: 1, u.UnitID: 1, 999: 0} {
			if us, err := o.Officers(ctx, unit); err != nil || len(us) != want {
				t.Errorf("unit %d has %d officers, %v, want %d", unit, len(us), err, want)
			}
		}
		if err := o.db.Read(ctx, func(tx *store.Tx) error {
			got, err := o.Officer(ctx, tx, " WANG@office.example")
			if err != nil || got.ID != u.ID {
				t.Errorf("got %v, %v", got, err)
			}
			_, err = o.Officer(ctx, tx, "root@office.example")
			wants(t, err, fault.Invalid, "account.no_officer")
			names, err := o.Names(ctx, tx, []int64{u.ID, 999})
			if len(names) != 1 || names[u.ID] != "王敏" {
				t.Errorf("names are %v", names)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		wants(t, o.Disable(ctx, o.admin, "root@office.example"), fault.Conflict, "account.last_admin")
		_, err := o.NewSetUpCode(ctx)
		wants(t, err, fault.Conflict, "account.set_up_done")
	})
}

func TestSessions(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		ctx := t.Context()
		u := o.reviewer(t, "wang@office.example")
		s, err := o.signIn(t, "wang@office.example", good, "")
		if err != nil {
			t.Fatal(err)
		}
		who := func(want bool, why string) {
			t.Helper()
			if _, _, err := o.Authenticate(ctx, s.Token, Cookie); (err == nil) != want {
				t.Errorf("%s: %v", why, err)
			}
		}
		who(true, "fresh")
		if _, _, err := o.Authenticate(ctx, s.Token, Bearer); !fault.Is(err, fault.Unauthenticated) {
			t.Error("a cookie passes as a bearer token")
		}
		o.clock.Add(29 * time.Minute)
		who(true, "active")
		o.clock.Add(29 * time.Minute)
		who(true, "active again")
		o.clock.Add(idle)
		who(false, "idle")
		again := func() {
			t.Helper()
			if s, err = o.signIn(t, "wang@office.example", good, ""); err != nil {
				t.Fatal(err)
			}
		}
		again()
		for range 24 {
			o.clock.Add(29 * time.Minute)
			who(true, "active through the day")
		}
		o.clock.Add(25 * time.Minute)
		who(false, "older than twelve hours")
		again()
		if err := o.SignOut(ctx, s.Token); err != nil {
			t.Fatal(err)
		}
		who(false, "signed out")
		again()
		wants(t, o.ChangePassword(ctx, u.Actor(), "wrong", other), fault.Invalid, "account.password.wrong")
		if err := o.ChangePassword(ctx, u.Actor(), good, other); err != nil {
			t.Fatal(err)
		}
		who(false, "another password")
		if err := o.Reset(ctx, o.admin, "wang@office.example", good); err != nil {
			t.Fatal(err)
		}
		again()
		c := Change{Name: "王敏", Role: access.Legal, Version: 3}
		if err := o.Change(ctx, o.admin, "wang@office.example", c); err != nil {
			t.Fatal(err)
		}
		who(false, "another role")
		again()
		if err := o.Disable(ctx, o.admin, "wang@office.example"); err != nil {
			t.Fatal(err)
		}
		who(false, "disabled")
		_, err = o.signIn(t, "wang@office.example", good, "")
		wants(t, err, fault.Unauthenticated, "account.refused")
	})
}

func TestBearerTokensDoNotIdleOut(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		s, err := o.SignIn(t.Context(), Credentials{Email: "root@office.example", Password: good, Kind: Bearer})
		if err != nil {
			t.Fatal(err)
		}
		o.clock.Add(overall - time.Second)
		if _, _, err := o.Authenticate(t.Context(), s.Token, Bearer); err != nil {
			t.Error(err)
		}
		o.clock.Add(time.Second)
		if _, _, err := o.Authenticate(t.Context(), s.Token, Bearer); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("after twelve hours: %v", err)
		}
	})
}

func TestGuessingIsSlowAndAlikeForUnknownNames(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		o.reviewer(t, "wang@office.example")
		for _, email := range []string{"wang@office.example", "nobody@office.example", "no address"} {
			for range 5 {
				_, err := o.signIn(t, email, "wrong", "")
				wants(t, err, fault.Unauthenticated, "account.refused")
			}
			_, err := o.signIn(t, email, good, "")
			wants(t, err, fault.TooMany, "account.too_many")
			if f, _ := errors.AsType[*fault.Error](err); f != nil && f.RetryAfter != 5 {
				t.Errorf("%s: wait %d s", email, f.RetryAfter)
			}
		}
		o.clock.Add(5 * time.Second)
		if _, err := o.signIn(t, "wang@office.example", good, ""); err != nil {
			t.Error(err)
		}
		// 15 failures of this address so far: five more and it must wait.
		for _, email := range []string{"a@b.example", "c@b.example", "d@b.example", "e@b.example", "f@b.example"} {
			o.signIn(t, email, "wrong", "")
		}
		_, err := o.signIn(t, "wang@office.example", good, "")
		wants(t, err, fault.TooMany, "account.too_many")
	})
}

func TestOneTimeCodeIsUsedOnce(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		ctx := t.Context()
		u := o.reviewer(t, "wang@office.example")
		f, err := o.BeginSecondFactor(ctx, u.Actor())
		if err != nil || !strings.HasPrefix(f.URL, "otpauth://totp/") {
			t.Fatal(f, err)
		}
		if _, err := o.signIn(t, u.Email, good, ""); err != nil {
			t.Errorf("an unconfirmed factor is asked for: %v", err)
		}
		code := func() string {
			c, err := totp.GenerateCode(f.Secret, o.clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		wants(t, o.ConfirmSecondFactor(ctx, u.Actor(), "abc"), fault.Invalid, "account.otp_wrong")
		if err := o.ConfirmSecondFactor(ctx, u.Actor(), code()); err != nil {
			t.Fatal(err)
		}
		_, err = o.BeginSecondFactor(ctx, u.Actor())
		wants(t, err, fault.Conflict, "account.otp_set")
		_, err = o.signIn(t, u.Email, good, "")
		wants(t, err, fault.Unauthenticated, "account.otp_needed")
		_, err = o.signIn(t, u.Email, good, code())
		wants(t, err, fault.Unauthenticated, "account.refused")
		o.clock.Add(time.Minute)
		c := code()
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for range 6 {
			wg.Go(func() {
				if s, err := o.signIn(t, u.Email, good, c); err == nil && s.User.OTP {
					mu.Lock()
					won++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if won != 1 {
			t.Errorf("%d of 6 got in with one code", won)
		}
	})
}

func TestPasswordRules(t *testing.T) {
	for p, want := range map[string]string{
		good: "", "短密码": "short", strings.Repeat("多么长的密码", 30): "long", "aaaaaaaaaaaaa": "common", "Password12345": "common",
		"qwertyuiop123": "common", "woaini1314520": "common", "我的密码是一句很长的话": "short", "我的密码是一句很长的话啊": "",
		"my name is wangmin": "personal", "passwords are for horses": "",
	} {
		var f fault.Fields
		checkPassword(&f, p, "wangmin@office.example", "王敏")
		got := ""
		if len(f) > 0 {
			got = strings.TrimPrefix(f[0].Key, "account.password.")
		}
		if got != want {
			t.Errorf("%q: %q, want %q", p, got, want)
		}
	}
	h := hashPassword("ﬁne words here", Cheap)
	if ok, old := verifyPassword("fine words here", h, Cost{128, 1}); !ok || !old {
		t.Error("the same password in another form or at another cost is refused")
	}
	if ok, _ := verifyPassword("fine words Here", h, Cheap); ok {
		t.Error("another password fits")
	}
	if ok, _ := verifyPassword("", "$argon2id$v=19$m=99999999,t=1,p=1$AA$AA", Cheap); ok {
		t.Error("a hash that would take all memory was tried")
	}
	for n, want := range map[int64]time.Duration{4: 0, 5: 5 * time.Second, 6: 10 * time.Second, 50: 15 * time.Minute} {
		if got := pauseAfter(n, 5); got != want {
			t.Errorf("pause after %d is %s, want %s", n, got, want)
		}
	}
}
