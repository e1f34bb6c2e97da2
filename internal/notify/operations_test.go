package notify

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/fault"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

var errTemporary = errors.New("the gateway is away")

var (
	admin    = access.Actor{Role: access.Admin, UserID: 1, Name: "吴涛"}
	auditor  = access.Actor{Role: access.Auditor, UserID: 2, Name: "周静"}
	reviewer = access.Actor{Role: access.Reviewer, UserID: 3, Name: "王敏"}
)

func TestOperations(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, c *storetest.Clock) {
		ctx := t.Context()
		policy := lawtest.Policy(t)
		g := &gateway{answer: func(n int) error {
			if n == 1 {
				return fmt.Errorf("%w: no such mailbox", ErrRefused)
			}
			return nil
		}}
		s := open(t, db, Senders{Email: g})
		log := audittest.New(t, db)
		o := NewOperations(s, log, policy)
		s.must(t, filed("dead@example.cn", "dead"), filed("sent@example.cn", "sent"))
		deliver(t, s, 1)
		for i := range 3 {
			s.must(t, Message{Channel: SMS, To: fmt.Sprintf("1381234567%d", i), Lang: "zh", Template: "mail.filed", Data: map[string]string{"reference": "C-2026-000001-3"}})
		}

		for filter, want := range map[string][]string{"dead": {"d***@example.cn"}, "sent": {"s***@example.cn"}, "doubtful": nil,
			"waiting": {"138****5672", "138****5671", "138****5670"}} {
			got, cursor := []string(nil), ""
			for {
				items, next, err := o.List(ctx, auditor, filter, cursor, 2)
				if err != nil {
					t.Fatal(err)
				}
				for _, it := range items {
					got = append(got, it.To)
				}
				if cursor = next; cursor == "" {
					break
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s: %v, want %v", filter, got, want)
			}
		}
		dead, _, err := o.List(ctx, admin, "dead", "", 0)
		if err != nil || len(dead) != 1 || dead[0].Reference != "C-2026-000123-7" || !strings.Contains(dead[0].LastError, "no such mailbox") {
			t.Fatalf("%+v %v", dead, err)
		}
		_, _, err = o.List(ctx, reviewer, "dead", "", 0)
		refused(t, err, fault.Forbidden)
		_, _, err = o.List(ctx, admin, "lost", "x", 0)
		refused(t, err, fault.Invalid)

		refused(t, o.Resend(ctx, auditor, dead[0].ID), fault.Forbidden)
		refused(t, o.Resend(ctx, admin, dead[0].ID+1), fault.Conflict) // sent
		refused(t, o.Resend(ctx, admin, 99), fault.NotFound)
		states(t, s, map[string]string{"dead": StateDead, "sent": StateSent, "never": StateNone})
		if err := o.Resend(ctx, admin, dead[0].ID); err != nil {
			t.Fatal(err)
		}
		states(t, s, map[string]string{"dead": StateQueued})
		c.Add(time.Second)
		deliver(t, s, 1)
		states(t, s, map[string]string{"dead": StateSent})
		if last := g.got[len(g.got)-1]; last.To != "dead@example.cn" {
			t.Errorf("sent again to %s", last.To)
		}
		audittest.MustVerify(t, log)
	})
}

func refused(t *testing.T, err error, k fault.Kind) {
	t.Helper()
	if !fault.Is(err, k) {
		t.Errorf("got %v, want %s", err, k)
	}
}

func states(t *testing.T, s *Service, want map[string]string) {
	t.Helper()
	err := s.db.Read(t.Context(), func(tx *store.Tx) error {
		for dedupe, w := range want {
			got, at, err := s.Delivered(t.Context(), tx, dedupe)
			if err != nil {
				return err
			}
			if got != w || at.IsZero() != (w == StateNone) {
				t.Errorf("%s is %q since %s, want %q", dedupe, got, at, w)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
