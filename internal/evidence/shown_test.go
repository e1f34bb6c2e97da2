package evidence_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"dunwatch/internal/access"
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
		_, other, err := o.Complaints.Split(ctx, o.Supervisor, ref, 1, complaint.TrackReport)
		check(t, err)
		_, k, err := o.Cases.Accept(ctx, o.Supervisor, other.Reference, other.Version, "A", "")
		check(t, err)
		_, err = o.Cases.Assign(ctx, o.Supervisor, k.Reference, k.Version, caseworktest.ID(o.Reviewer))
		check(t, err)
		list, err := files.Linked(ctx, o.Reviewer, other.Reference)
		check(t, err)
		if len(list) != 1 || list[0].Of != ref || list[0].Name != "信.txt" || list[0].Number != 1 {
			t.Errorf("the officer of the report sees %+v", list)
		}
		i, r, err := files.OpenLinked(ctx, o.Reviewer, other.Reference, ref, 1)
		check(t, err)
		check(t, r.Close())
		if i.Of != ref {
			t.Errorf("opened %+v", i)
		}
		if own, err := files.List(ctx, o.Reviewer, other.Reference); err != nil || len(own) != 0 {
			t.Errorf("the copies moved: %+v, %v", own, err)
		}
		// Who may not know that the two belong together is not led there.
		if list, err := files.Linked(ctx, o.Second, other.Reference); err != nil || len(list) != 0 {
			t.Errorf("a colleague is led to %+v, %v", list, err)
		}
		_, _, err = files.OpenLinked(ctx, o.Auditor, other.Reference, ref, 1)
		caseworktest.Want(t, err, fault.NotFound, "")
		_, _, err = files.OpenLinked(ctx, o.Reviewer, other.Reference, "C-2026-000099-0", 1)
		caseworktest.Want(t, err, fault.NotFound, "")
		o.MustVerify(t)
	})
}
