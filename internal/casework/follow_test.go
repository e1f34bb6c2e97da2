package casework_test

import (
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/casework"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/fault"
)

func TestFollow(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx := t.Context()
		c := o.File(t, o.Filing())
		by := access.Actor{Role: access.Borrower, ComplaintID: c.ID, Lang: "zh"}
		p, err := o.Cases.Follow(ctx, by, c.Reference)
		check(t, err)
		if p != nil {
			t.Errorf("no case yet, but %+v", p)
		}
		_, k, err := o.Cases.Accept(ctx, o.Supervisor, c.Reference, c.Version, "A", "")
		check(t, err)
		p, err = o.Cases.Follow(ctx, by, c.Reference)
		check(t, err)
		// The office forwards a complaint within 7 working days of its receipt; the firm's own time begins then.
		if p == nil || p.Status != casework.Unassigned || !p.HasClock || p.Clock.Kind != "complaint.forward" || p.Clock.Due != k.DueOn {
			t.Fatalf("progress %+v, due on %s", p, k.DueOn)
		}
		_, err = o.Cases.Follow(ctx, access.Actor{Role: access.Borrower, ComplaintID: c.ID + 1}, c.Reference)
		want(t, err, fault.NotFound, "")
		_, err = o.Cases.Follow(ctx, access.Nobody, c.Reference)
		want(t, err, fault.NotFound, "")

		closed := o.Found(t)
		closed, err = o.Cases.Close(ctx, o.Reviewer, closed.Reference, closed.Version, "已经处理完毕，告知投诉人。")
		check(t, err)
		p, err = o.Cases.Follow(ctx, access.Actor{Role: access.Borrower, ComplaintID: closed.ComplaintID}, closed.Complaint.Reference)
		check(t, err)
		if p == nil || p.Status != casework.Closed || p.HasClock {
			t.Errorf("closed, but %+v", p)
		}
	})
}
