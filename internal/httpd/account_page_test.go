package httpd

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"dunwatch/internal/audit/audittest"
)

func TestOwnAccount(t *testing.T) {
	s := newSite(t)
	s.browser().get("/account").want(303)
	b := s.signIn("firm")
	b.get("/desk").want(303)
	p := b.get("/account").want(200)
	p.hasWords("main", "机构经办人")
	if len(p.find(".rail a")) == 0 || len(p.find(`form[action="/sign-out"]`)) == 0 {
		t.Error("no way out of the account's page")
	}

	form := url.Values{"old": {"wrong wrong wrong"}, "password": {"a whole new sentence"}, "again": {"a whole new sentence"}}
	p = b.post("/account/password", form).want(422)
	if p.text("#f-password-old-error") == "" || strings.Contains(p.body, "a whole new sentence") {
		t.Errorf("no error at the old password, or the new one is sent back: %q", p.text(".errors"))
	}
	form.Set("again", "another")
	if p = b.post("/account/password", form).want(422); p.text("#f-password-again-error") == "" {
		t.Errorf("no error at the repetition: %q", p.text(".errors"))
	}

	p = b.post("/account/second-factor", nil).want(200)
	secret := p.text(".secret-line code")
	if len(secret) < 16 || len(p.find(".qr path")) != 1 {
		t.Fatalf("secret %q", secret)
	}
	p = b.post("/account/second-factor/confirm", url.Values{"code": {"000000"}}).want(422)
	if p.text("#f-factor-code-error") == "" || strings.Contains(p.body, secret) {
		t.Error("a wrong code is not said at its field, or the secret is shown again")
	}
	code, err := totp.GenerateCode(secret, s.clock.Now())
	s.ok(err)
	b.follow(b.post("/account/second-factor/confirm", url.Values{"code": {code}})).want(200).hasWords("#factor", "已经设置")
	b.post("/account/second-factor", nil).want(409)

	form.Set("old", sitePassword)
	form.Set("again", "a whole new sentence")
	b.follow(b.post("/account/password", form)).want(200).hasWords(".flash", "密码已经修改")
	b.get("/account").want(303)
	s.clock.Add(time.Minute)
	code, err = totp.GenerateCode(secret, s.clock.Now())
	s.ok(err)
	again := s.browser()
	p = again.post("/sign-in", url.Values{"email": {s.users["firm"].Email}, "password": {"a whole new sentence"}, "otp": {code}}).want(303)
	if to := p.header.Get("Location"); to != "/firm" {
		t.Errorf("a firm's day begins at %q", to)
	}
	audittest.MustVerify(t, s.Deps.Log)
}
