package firm

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

var rosterZone = time.FixedZone("CST", 8*3600)

// rostered is a registry with a lender L1, its agency A1 and an agency A2 of nobody.
type rostered struct {
	office
	*Rosters
	clock *storetest.Clock
	t     *testing.T
}

func eachRostered(t *testing.T, f func(t *testing.T, o rostered)) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o := open(t, db)
		keys, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
		if err != nil {
			t.Fatal(err)
		}
		o.must(t, "L1", "云川消费金融有限公司", Lender)
		o.must(t, "A1", "远达信息服务有限公司", Agency)
		o.must(t, "A2", "诚信商务咨询有限公司", Agency)
		if err := o.Connect(t.Context(), admin, "L1", "A1", calendar.MustDate("2025-01-01"), calendar.Date{}); err != nil {
			t.Fatal(err)
		}
		f(t, rostered{o, NewRosters(o.Service, keys, rosterZone), clock, t})
		audittest.MustVerify(t, o.log)
	})
}

func (o rostered) today() calendar.Date { return calendar.OfTime(o.clock.Now().In(rosterZone)) }

func (o rostered) file(by access.Actor, rows ...string) *RosterResult {
	o.t.Helper()
	res, err := o.Rosters.ImportCSV(o.t.Context(), by, strings.NewReader("firm_code,staff_number,name,phone,from,to\n"+strings.Join(rows, "\n")+"\n"))
	if err != nil {
		o.t.Fatal(err)
	}
	return res
}

func (o rostered) stands(code, number string, on calendar.Date, want Standing, reason string) *Credential {
	o.t.Helper()
	c, err := o.Look(o.t.Context(), code, number, on)
	if err != nil {
		o.t.Fatal(err)
	}
	if c.Standing != want || c.Reason != reason {
		o.t.Errorf("%s of %s on %s: %s (%s), want %s (%s)", number, code, on, c.Standing, c.Reason, want, reason)
	}
	return c
}

func TestRosterAnswers(t *testing.T) {
	eachRostered(t, func(t *testing.T, o rostered) {
		none, first := calendar.Date{}, o.today()
		o.stands("A1", "1001", none, CannotTell, "roster")
		o.stands("X9", "1001", none, CannotTell, "firm")
		res := o.file(admin, "A1,YD-1001,张小三,139 0013 9000,2025-01-01,", "A1,YD-1002,李四,,2025-01-01,2025-06-30", "A2,77,王五,,2026-01-01,")
		if len(res.Taken) != 2 || res.Rows != 3 || len(res.Rejects) != 0 || res.Taken[0].Collectors != 2 {
			t.Fatalf("%+v", res)
		}
		for _, as := range []string{"YD-1001", "yd 1001", "ＹＤ１００１", "13900139000", "+86 139-0013-9000"} {
			c := o.stands("A1", as, none, OnRoster, "")
			if c.At == nil || c.At.Code != "A1" || c.ListOn != first {
				t.Errorf("%q: %+v", as, c)
			}
		}
		o.stands("A1", "YD-1002", none, OffRoster, "")
		o.stands("A1", "77", none, OffRoster, "") // of another firm
		o.stands("A1", "YD-1001", first.AddDays(-1), CannotTell, "roster")
		// A lender's borrower names the lender: its agencies' lists count, and where one is missing nothing is denied.
		if c := o.stands("L1", "YD-1001", none, OnRoster, ""); c.At.Code != "A1" {
			t.Errorf("found at %s", c.At.Code)
		}
		o.stands("L1", "99", none, CannotTell, "roster")
		o.file(admin, "L1,9,周六,,2025-01-01,")
		o.stands("L1", "99", none, OffRoster, "")

		o.clock.Add(24 * time.Hour)
		o.file(admin, "A1,YD-1003,赵七,,2025-01-01,")
		o.stands("A1", "YD-1001", none, OffRoster, "")  // the new list replaces the old
		o.stands("A1", "YD-1001", first, OnRoster, "")  // and does not change what was
		o.stands("A1", "YD-1003", first, OffRoster, "") // nor make anybody registered afterwards
		o.clock.Add((RosterDays + 1) * 24 * time.Hour)  // nobody renewed it
		o.stands("A1", "YD-1003", none, CannotTell, "old")
		for _, bad := range []struct {
			number string
			on     calendar.Date
		}{{"", none}, {" - ", none}, {strings.Repeat("1", 41), none}, {"1", o.today().AddDays(1)}} {
			if _, err := o.Look(t.Context(), "A1", bad.number, bad.on); !fault.Is(err, fault.Invalid) {
				t.Errorf("%q on %s: %v", bad.number, bad.on, err)
			}
		}
	})
}

// A list with a wrong row is not taken: the gap would call somebody unregistered. Other firms' lists are.
func TestRosterIsWholeOrNot(t *testing.T) {
	eachRostered(t, func(t *testing.T, o rostered) {
		o.file(admin, "A1,1,甲,,2025-01-01,")
		for reason, row := range map[string]string{
			"firm.roster.staff": "A1,,乙,,2025-01-01,", "firm.roster.phone": "A1,2,乙,12,2025-01-01,", "firm.roster.from": "A1,2,乙,,1.1.2025,",
			"firm.roster.to": "A1,2,乙,,2025-01-01,soon", "firm.roster.order": "A1,2,乙,,2025-01-02,2025-01-01", "firm.roster.twice": "A1,3,乙,,2025-05-01,",
		} {
			res := o.file(admin, "A1,3,丙,,2025-01-01,2025-12-31", row, "A2,5,丁,,2025-01-01,")
			if len(res.Rejects) != 1 || res.Rejects[0].Reason != reason || res.Rejects[0].Line != 3 || len(res.Taken) != 1 || res.Taken[0].Firm != "A2" {
				t.Errorf("%s: %+v", reason, res)
			}
		}
		for reason, row := range map[string]string{"firm.import.width": "A1,3", "firm.import.quotes": `A1,"3"x,乙,,2025-01-01,`} {
			if res := o.file(admin, "A1,3,丙,,2025-01-01,", row); len(res.Taken) != 0 || res.Rejects[0].Reason != reason {
				t.Errorf("%s: %+v", reason, res)
			}
		}
		if res := o.file(admin, "X9,1,甲,,2025-01-01,"); len(res.Taken) != 0 || res.Rejects[0].Reason != "firm.roster.unknown_firm" {
			t.Errorf("unknown firm: %+v", res)
		}
		o.stands("A1", "3", calendar.Date{}, OffRoster, "")
		o.stands("A1", "1", calendar.Date{}, OnRoster, "")
		if res := o.file(admin, "A1,1,甲,,2025-01-01,"); !res.Taken[0].Same {
			t.Errorf("the same list again: %+v", res)
		}
	})
}

func TestRosterOfTheOwnFirm(t *testing.T) {
	eachRostered(t, func(t *testing.T, o rostered) {
		a1, err := o.ByCode(t.Context(), "A1")
		if err != nil {
			t.Fatal(err)
		}
		manager := access.Actor{Role: access.FirmManager, UserID: 3, FirmID: a1.ID}
		if res := o.file(manager, ",1,甲,,2025-01-01,", "A2,1,甲,,2025-01-01,"); len(res.Taken) != 0 || res.Rejects[0].Reason != "firm.roster.own_only" {
			t.Errorf("another firm's list: %+v", res)
		}
		if res := o.file(manager, ",1,甲,,2025-01-01,"); len(res.Taken) != 1 || res.Taken[0].Firm != "A1" {
			t.Errorf("own list: %+v", res)
		}
		if _, err := o.HandIn(t.Context(), manager, []Collector{{StaffNumber: "8", From: calendar.MustDate("2025-01-01")}, {Phone: "1"}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("wrong row: %v", err)
		}
		if _, err := o.HandIn(t.Context(), manager, []Collector{{StaffNumber: "8", From: calendar.MustDate("2025-01-01")}}); err != nil {
			t.Error(err)
		}
		o.stands("A1", "8", calendar.Date{}, OnRoster, "")
		lists, err := o.Rosters.List(t.Context(), manager)
		if err != nil || len(lists) != 2 || lists[0].Collectors != 1 {
			t.Errorf("lists %+v, %v", lists, err)
		}
		for _, by := range []access.Actor{reviewer, {Role: access.Firm, UserID: 3, FirmID: a1.ID}} {
			if _, err := o.Rosters.ImportCSV(t.Context(), by, strings.NewReader("staff_number,from\n1,2025-01-01\n")); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", by.Role, err)
			}
		}
		if _, err := o.HandIn(t.Context(), admin, []Collector{{StaffNumber: "8", From: calendar.MustDate("2025-01-01")}}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the registry has no own firm: %v", err)
		}
	})
}

// Neither names nor numbers lie readable in the database.
func TestRosterIsSealed(t *testing.T) {
	eachRostered(t, func(t *testing.T, o rostered) {
		o.file(admin, "A1,QX90817,雀名其人,13717253941,2025-01-01,")
		var all strings.Builder
		err := o.db.Read(t.Context(), func(tx *store.Tx) error {
			for _, table := range []string{"rosters", "collectors"} {
				row, err := store.ReadRow(t.Context(), tx, table, 1)
				if err != nil {
					return err
				}
				for _, c := range row {
					switch v := c.Value.(type) {
					case []byte:
						all.Write(v)
					case string:
						all.WriteString(v)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range []string{"QX90817", "雀名", "13717253941"} {
			if strings.Contains(all.String(), w) {
				t.Errorf("%s lies readable", w)
			}
		}
	})
}
