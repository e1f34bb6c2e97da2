package httpd

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/seal"
)

// caller is who a request comes from, found once by identify.
type caller struct {
	actor   access.Actor
	lang    locale.Lang
	unit    string    // code of the actor's unit, for the layout
	email   string    // of the account
	otp     bool      // the account has a second factor
	expires time.Time // of the session; zero without one
	// holding is the complaint that an access code opened on this browser, apart
	// from whoever is signed in.
	holding holding
}

// holding is kept sealed in a cookie while somebody follows a case.
type holding struct {
	Complaint int64  `json:"c"`
	Reference string `json:"r"`
	Until     int64  `json:"u"` // unix seconds
}

type callerKey struct{}

func callerOf(c echo.Context) caller { return callerFrom(c.Request().Context()) }

func callerFrom(ctx context.Context) caller {
	v, _ := ctx.Value(callerKey{}).(caller)
	return v
}

// actorOf is the actor of a page's request: the signed-in person, or the public.
func actorOf(c echo.Context) access.Actor { return callerOf(c).actor }

// langOf is the language to answer in. Requests that are refused at the door, for
// their size, pace or origin, have no caller yet.
func langOf(c echo.Context) locale.Lang {
	if l := callerOf(c).lang; l != "" {
		return l
	}
	return locale.Match(c.Request().Header.Get("Accept-Language"))
}

// identify finds the language and the actor: by bearer token under /api, by
// cookie elsewhere.
func (s *Server) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		who := caller{actor: access.Actor{Role: access.Public}, lang: s.language(c)}
		var err error
		if isAPI(r) {
			err = s.byBearer(c, &who)
		} else {
			err = s.byCookie(c, &who)
		}
		who.actor.Address, who.actor.Lang = c.RealIP(), string(who.lang)
		c.SetRequest(r.WithContext(context.WithValue(r.Context(), callerKey{}, who)))
		if err != nil {
			return err
		}
		return next(c)
	}
}

func isAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

// language: ?lang=, which is remembered, then the cookie, then Accept-Language.
func (s *Server) language(c echo.Context) locale.Lang {
	if l, ok := locale.Parse(c.QueryParam("lang")); ok {
		if !isAPI(c.Request()) {
			c.SetCookie(s.cookie("lang", string(l), 365*24*time.Hour))
		}
		return l
	}
	if ck, err := c.Cookie(s.cookieName("lang")); err == nil {
		if l, ok := locale.Parse(ck.Value); ok {
			return l
		}
	}
	return locale.Match(c.Request().Header.Get("Accept-Language"))
}

func (s *Server) byBearer(c echo.Context, who *caller) error {
	h := c.Request().Header.Get("Authorization")
	if h == "" {
		return nil
	}
	token, ok := strings.CutPrefix(h, "Bearer ")
	if !ok {
		return fault.New(fault.Unauthenticated, "fault.unauthenticated")
	}
	u, expires, err := s.Accounts.Authenticate(c.Request().Context(), token, account.Bearer)
	if err != nil {
		return err
	}
	who.actor, who.unit, who.expires = u.Actor(), u.UnitCode, expires
	return nil
}

// byCookie never refuses: a session that has ended makes a visitor.
func (s *Server) byCookie(c echo.Context, who *caller) error {
	if ck, err := c.Cookie(s.cookieName("session")); err == nil {
		u, expires, err := s.Accounts.Authenticate(c.Request().Context(), ck.Value, account.Cookie)
		switch {
		case err == nil:
			who.actor, who.unit, who.expires = u.Actor(), u.UnitCode, expires
			who.email, who.otp = u.Email, u.OTP
		case fault.Is(err, fault.Unauthenticated):
			s.dropCookie(c, "session")
		default:
			return err
		}
	}
	who.holding = s.holdingOf(c)
	return nil
}

// holderOf is the borrower whose access code this browser gave for ref. It fails
// with Unauthenticated, so that the page asks for the code.
func (s *Server) holderOf(c echo.Context) (access.Actor, string, error) {
	who := callerOf(c)
	if who.holding.Complaint == 0 {
		return access.Actor{}, "", fault.New(fault.Unauthenticated, "track.code_needed")
	}
	return access.Actor{Role: access.Borrower, ComplaintID: who.holding.Complaint, Lang: string(who.lang), Address: who.actor.Address}, who.holding.Reference, nil
}

// holdingTime is how long a browser may follow a case without giving the code
// again.
const holdingTime = 30 * time.Minute

// hold remembers that the access code of a complaint was given.
func (s *Server) hold(c echo.Context, id int64, ref string) error {
	b, err := json.Marshal(holding{id, ref, s.DB.Now().Add(holdingTime).Unix()})
	if err != nil {
		return err
	}
	sealed, err := s.Keys.Seal("cookie.holding", string(b))
	if err != nil {
		return err
	}
	c.SetCookie(s.cookie("case", encodeCookie(sealed), holdingTime))
	return nil
}

func (s *Server) holdingOf(c echo.Context) holding {
	ck, err := c.Cookie(s.cookieName("case"))
	if err != nil {
		return holding{}
	}
	raw, err := decodeCookie(ck.Value)
	if err != nil {
		return holding{}
	}
	plain, err := s.Keys.Open("cookie.holding", seal.Sealed(raw))
	if err != nil {
		return holding{}
	}
	var h holding
	if json.Unmarshal([]byte(plain), &h) != nil || s.DB.Now().Unix() >= h.Until {
		return holding{}
	}
	return h
}

// borrowerBy opens a complaint for an API request by its Access-Code header.
func (s *Server) borrowerBy(ctx context.Context, ref, code string) (access.Actor, error) {
	who := callerFrom(ctx)
	if who.actor.Role != access.Public || code == "" {
		return who.actor, nil
	}
	by, err := s.Complaints.Open(ctx, ref, code, who.actor.Address)
	if err != nil {
		return access.Actor{}, err
	}
	by.Lang, by.Address = string(who.lang), who.actor.Address
	return by, nil
}
