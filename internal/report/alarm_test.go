package report_test

import (
	"context"
	"fmt"
	"io"
	"mime/quotedprintable"
	"slices"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// rising is a quiet office in which in the last seven whole days the agency A1 and the code H02 come up far more often. A
// third of the agency's stand under the firm that was merged into it.
func rising() *world {
	w := &world{}
	add := func(daysAgo int, lender, agency int64, codes ...string) {
		id := int64(len(w.complaints) + 1)
		w.complaints = append(w.complaints, &seedComplaint{id: id, ref: fmt.Sprintf("C-%d", id), pack: "cn", source: "web", status: "received", lender: lender, agency: agency,
			receivedAt: now.Add(-time.Duration(daysAgo) * 24 * time.Hour), codes: codes})
	}
	for day := 0; day < 7*40; day++ {
		add(day, 1+int64(day%2), 4, "T01")
		add(day, 1, 0, "P01")
		if day%7 == 3 {
			add(day, 2, 3, "H02", "T01")
		}
	}
	for i := range 11 {
		add(1+i%7, 0, 3, "H02")
		add(9+i%12, 0, 3, "H02") // in the weeks that teach nothing
	}
	for range 2 {
		add(0, 0, 3, "H02") // today does not count yet
	}
	return w
}

func TestAlarms(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w := rising()
		w.insert(t, db)
		p, ctx := newPost(t, db), context.Background()
		err := db.Write(ctx, func(tx *store.Tx) error {
			if _, err := tx.Exec(ctx, "UPDATE users SET role = 'supervisor' WHERE id = 1"); err != nil || tx.Dialect != store.Postgres {
				return err
			}
			_, err := tx.Exec(ctx, "SELECT setval(pg_get_serial_sequence('audit_entries', 'id'), (SELECT MAX(id) FROM audit_entries))") // the world brought its own ids
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		watch := func() []report.Alarm {
			t.Helper()
			if err := p.Watch(ctx); err != nil {
				t.Fatal(err)
			}
			list, err := p.Alarms(ctx, supervisor, true)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		list := watch()
		var what []string
		for _, a := range list {
			what = append(what, a.Kind+" "+a.Firm+a.Pack+a.Code)
			if n := int64(w.counted(a)); a.Observed != n || a.Listed != n || a.Expected > 1.2 || a.Usual < 5 || a.Usual >= n || a.P > 0.01 || !a.Open() {
				t.Errorf("%+v: %d are in the list of it", a, n)
			}
			if href := a.Href(); !strings.Contains(href, "since="+dayOf(now.AddDate(0, 0, -7))) || !strings.Contains(href, "until="+dayOf(now.AddDate(0, 0, -1))) {
				t.Errorf("an alarm leads to %s", href)
			}
		}
		slices.Sort(what)
		if want := []string{"agency A1", "code cnH02"}; !slices.Equal(what, want) {
			t.Fatalf("alarms %v, want %v", what, want)
		}
		p.told(1, 1)
		for _, a := range list {
			weeks, err := p.AlarmWeeks(ctx, supervisor, &a)
			if err != nil || len(weeks) != 29 || weeks[28].Received != a.Observed || weeks[28].From != a.FirstOn || weeks[27].Base || !weeks[25].Base || weeks[0].Received != 1 {
				t.Errorf("weeks of %s: %+v, %v", a.Kind, weeks, err)
			}
		}

		if again := watch(); len(again) != 2 || again[0].Version != 1 {
			t.Errorf("the same days again: %+v", again)
		}
		clock.Set(now.AddDate(0, 0, 1)) // today's two are among the seven days now
		for _, a := range watch() {
			if a.Observed != int64(w.counted(a)) || a.Observed < 13 || a.Version != 2 || a.LastOn.String() != dayOf(now) || !a.RaisedAt.Equal(now.Truncate(time.Second)) {
				t.Errorf("the rise went on: %+v", a)
			}
		}
		p.told(0, 1)
		p.acknowledges(list[0].ID)
		clock.Set(now.AddDate(0, 0, 2))
		after := watch()
		if len(after) != 2 || after[1].SeenOn != after[0].SeenOn && after[1].SeenOn.String() != dayOf(now.AddDate(0, 0, 1)) {
			t.Errorf("after the acknowledgement: %+v", after)
		}
		for _, text := range []string{"DELETE FROM alarms", "UPDATE alarms SET found = 'x' WHERE acknowledged_at IS NOT NULL", "UPDATE alarms SET kind = 'office', firm_id = NULL"} {
			err := db.Write(ctx, func(tx *store.Tx) error { _, err := tx.Exec(ctx, text); return err })
			if err == nil {
				t.Errorf("%s was done", text)
			}
		}
	})
}

// counted is how many complaints the list of an alarm shows, counted by a loop.
func (w *world) counted(a report.Alarm) (n int) {
	for _, c := range w.complaints {
		if on := dayOf(c.receivedAt); on < a.FirstOn.String() || on > a.LastOn.String() {
			continue
		}
		if a.Kind == report.AlarmAgency && seedFirms[c.agency] == a.Firm || a.Kind == report.AlarmCode && slices.Contains(c.codes, a.Code) {
			n++
		}
	}
	return n
}

// told counts the mails to the one supervisor that there is.
func (p post) told(mails, supervisors int) {
	p.Helper()
	got := p.mails()
	if len(got) != mails*supervisors {
		p.Errorf("%d mails, want %d", len(got), mails*supervisors)
	}
	for _, m := range got {
		_, body, _ := strings.Cut(m, "\r\n\r\n")
		text, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(body)))
		if err != nil || !strings.Contains(string(text), "https://x.example/alarms") || strings.Contains(string(text), "A1") {
			p.Errorf("a mail leads nowhere, or names the firm: %v %s", err, text)
		}
	}
}

func (p post) acknowledges(id int64) {
	p.Helper()
	ctx := context.Background()
	said := report.Acknowledgement{Found: "同一批短信模板", Done: "已约谈机构", Version: 2}
	for _, x := range []struct {
		by   access.Actor
		a    report.Acknowledgement
		kind fault.Kind
	}{
		{reviewer(1), said, fault.Forbidden},
		{supervisor, report.Acknowledgement{Found: "  ", Done: "已约谈机构", Version: 2}, fault.Invalid},
		{supervisor, report.Acknowledgement{Found: strings.Repeat("长", 2001), Done: "已约谈机构", Version: 2}, fault.Invalid},
		{supervisor, report.Acknowledgement{Found: said.Found, Done: said.Done, Version: 1}, fault.Conflict},
	} {
		if err := p.Acknowledge(ctx, x.by, id, x.a); !fault.Is(err, x.kind) {
			p.Errorf("%+v by %s: %v, want %v", x.a, x.by.Role, err, x.kind)
		}
	}
	if err := p.Acknowledge(ctx, supervisor, id+1000, said); !fault.Is(err, fault.NotFound) {
		p.Errorf("an alarm that is not there: %v", err)
	}
	if err := p.Acknowledge(ctx, supervisor, id, said); err != nil {
		p.Fatal(err)
	}
	if err := p.Acknowledge(ctx, supervisor, id, report.Acknowledgement{Found: said.Found, Done: said.Done, Version: 3}); !fault.Is(err, fault.Conflict) {
		p.Errorf("acknowledged twice: %v", err)
	}
	a, err := p.Alarm(ctx, supervisor, id)
	if err != nil || a.Open() || a.Found != said.Found || a.Done != said.Done || a.Name(p.Service, locale.EN) == "" {
		p.Errorf("acknowledged: %+v, %v", a, err)
	}
}
