package evidence_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/complaint"
	"dunwatch/internal/evidence"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// casehouse is evidence over a house that has cases.
func casehouse(t *testing.T, db *store.DB, clock *storetest.Clock) (*caseworktest.Office, *evidence.Service) {
	t.Helper()
	o := caseworktest.Open(t, db, clock)
	blobs, err := evidence.NewDisk(filepath.Join(t.TempDir(), "blobs"))
	check(t, err)
	t.Cleanup(func() { blobs.Close() })
	return o, evidence.New(o.DB, o.Log, o.Policy, o.Complaints, blobs, 1<<20)
}

func TestFirmFileIsShownOncePassedOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o, files := casehouse(t, db, clock)
		ctx := t.Context()
		filed, err := o.Complaints.File(ctx, access.Nobody, o.Filing(), "web", "", "")
		check(t, err)
		ref := filed.Complaint.Reference
		self, err := o.Complaints.Open(ctx, ref, filed.AccessCode, "192.0.2.9")
		check(t, err)
		_, err = files.Add(ctx, self, ref, "other", "自己的.txt", strings.NewReader("我写的"))
		check(t, err)
		_, k, err := o.Cases.Accept(ctx, o.Supervisor, ref, 1, "A", "")
		check(t, err)
		k, err = o.Cases.Assign(ctx, o.Supervisor, k.Reference, k.Version, caseworktest.ID(o.Reviewer))
		check(t, err)
		staff := access.Actor{Role: access.FirmManager, FirmID: o.Lender.ID}
		_, err = files.AddFrom(ctx, staff, k.ComplaintID, "recording", "质检.txt", strings.NewReader("录音文字稿"), func(ctx context.Context, tx *store.Tx, i *evidence.Item) error {
			// The rows of a forward, as package forwarding would write them.
			if _, err := tx.Exec(ctx, `INSERT INTO forwards (id, reference, case_id, complaint_id, firm_id, kind, clock, disclosed, summary, status,
				forwarded_at, forwarded_on, version) VALUES (1, 'F-1', ?, ?, ?, 'answer', 'firm.answer', '', ?, 'sent', 1, '2026-10-20', 1)`,
				k.ID, k.ComplaintID, o.Lender.ID, []byte("x")); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "INSERT INTO forward_files (id, forward_id, evidence_id, firm_id) VALUES (1, 1, ?, ?)", i.ID, o.Lender.ID)
			return err
		})
		check(t, err)
		list, err := files.List(ctx, o.Reviewer, ref)
		check(t, err)
		if len(list) != 2 || list[0].From != "" || list[1].From != o.Lender.Name || list[1].PassedOn {
			t.Errorf("staff see %+v", list)
		}
		if list, err = files.List(ctx, self, ref); err != nil || len(list) != 1 || list[0].Number != 1 {
			t.Errorf("the complainant sees %+v, %v", list, err)
		}
		_, _, err = files.Open(ctx, self, ref, 2)
		caseworktest.Want(t, err, fault.NotFound, "")
		caseworktest.Want(t, files.PassOn(ctx, o.Second, ref, 2), fault.Forbidden, "")
		caseworktest.Want(t, files.PassOn(ctx, self, ref, 2), fault.Conflict, "")
		caseworktest.Want(t, files.PassOn(ctx, o.Reviewer, ref, 1), fault.Conflict, "intake.not_to_pass")
		check(t, files.PassOn(ctx, o.Reviewer, ref, 2))
		caseworktest.Want(t, files.PassOn(ctx, o.Reviewer, ref, 2), fault.Conflict, "intake.not_to_pass")
		if list, err = files.List(ctx, self, ref); err != nil || len(list) != 2 || !list[1].PassedOn || list[1].From != "" {
			t.Errorf("after passing on the complainant sees %+v, %v", list, err)
		}
		_, r, err := files.Open(ctx, self, ref, 2)
		check(t, err)
		check(t, r.Close())
	})
}

func TestFilesOfASplitLetter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o, files := casehouse(t, db, clock)
		ctx := t.Context()
		filed, err := o.Complaints.File(ctx, access.Nobody, o.Filing(), "web", "", "")
		check(t, err)
		ref := filed.Complaint.Reference
		self, err := o.Complaints.Open(ctx, ref, filed.AccessCode, "192.0.2.9")
		check(t, err)
		_, err = files.Add(ctx, self, ref, "other", "信.txt", strings.NewReader("来信"))
		check(t, err)
		_, other, err := files.Split(ctx, o.Supervisor, ref, 1, complaint.TrackReport)
		check(t, err)
		_, k, err := o.Cases.Accept(ctx, o.Supervisor, other.Reference, other.Version, "A", "")
		check(t, err)
		k, err = o.Cases.Assign(ctx, o.Supervisor, k.Reference, k.Version, caseworktest.ID(o.Reviewer))
		check(t, err)
		list, err := files.List(ctx, o.Reviewer, other.Reference)
		check(t, err)
		if len(list) != 1 || list[0].Name != "信.txt" || list[0].Number != 1 || !list[0].Shared || list[0].FromRole != string(access.Borrower) {
			t.Fatalf("the officer of the report sees %+v", list)
		}
		for _, at := range []string{ref, other.Reference} {
			_, r, err := files.Open(ctx, o.Supervisor, at, 1)
			check(t, err)
			b, err := io.ReadAll(r)
			check(t, errors.Join(err, r.Close()))
			if string(b) != "来信" {
				t.Errorf("%s has %q", at, b)
			}
		}
		// Both halves can cite it.
		_, f, err := o.Cases.Record(ctx, o.Reviewer, k.Reference, casework.NewFinding{
			Code: "T01", Outcome: "inconclusive", ActedOn: calendar.OfTime(clock.Now()), Evidence: []string{"E-1"}, Reasons: "来信所述时段与通话记录不能相互印证，尚不能认定，需要补充材料以后再作判断。", Version: k.Version,
		})
		check(t, err)
		if !slices.Equal(f.Evidence, []string{"E-1"}) {
			t.Errorf("the finding cites %v", f.Evidence)
		}
		// What came later is the matter of the half to which it was sent.
		_, err = files.Add(ctx, self, ref, "other", "后来.txt", strings.NewReader("后来的"))
		check(t, err)
		if list, err := files.List(ctx, o.Reviewer, other.Reference); err != nil || len(list) != 1 {
			t.Errorf("a later file came over: %+v, %v", list, err)
		}
		// Neither chain of custody names the other half.
		for at, not := range map[string]string{ref: other.Reference, other.Reference: ref} {
			custody, err := files.Custody(ctx, o.Supervisor, at, 1)
			check(t, err)
			said := ""
			for _, e := range custody {
				said += fmt.Sprintf("%s %v;", e.Action, e.Detail)
			}
			if !strings.Contains(said, "evidence.shared") || strings.Contains(said, not) {
				t.Errorf("custody of %s: %s", at, said)
			}
		}
		if problems, err := files.Verify(ctx); err != nil || len(problems) > 0 {
			t.Errorf("verify: %v, %v", problems, err)
		}
		o.MustVerify(t)
	})
}
