package report_test

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dunwatch/internal/locale"
	"dunwatch/internal/store/storetest"
)

// The public file, counted by reading it, against the report over rows made of it.
func TestPublicFile(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "fixtures", "cfpb", "cuny_iso.csv"))
	if err != nil {
		storetest.SkipOrFail(t, "the public complaint file is not here: "+err.Error())
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range lines[0] {
		at[name] = i
	}
	type count map[string]int64
	states, products, vias, received := map[string]count{}, map[string]count{}, map[string]count{}, count{}
	add := func(m map[string]count, month, key string) {
		if m[month] == nil {
			m[month] = count{}
		}
		m[month][nameless(key)]++
	}
	db := storetest.Open(t)
	w := &world{}
	for i, l := range lines[1:] {
		on := l[at["Date received"]]
		day, err := time.ParseInLocation(time.DateOnly, on, beijing)
		if err != nil {
			t.Fatal(err)
		}
		c := &seedComplaint{id: int64(i + 1), ref: "C-" + l[at["Complaint ID"]], pack: "us", source: l[at["Submitted via"]], status: "closed",
			region: l[at["State"]], product: l[at["Product"]], receivedAt: day, endedAt: day}
		w.complaints = append(w.complaints, c)
		month := on[:7]
		received[month]++
		add(states, month, c.region)
		add(products, month, c.product)
		add(vias, month, c.source)
	}
	w.insert(t, db)
	d := newDesk(t, db)
	months, err := d.Months(context.Background(), supervisor)
	if err != nil || len(months) != len(received) || len(months) == 0 {
		t.Fatalf("%d months, want %d: %v", len(months), len(received), err)
	}
	for _, month := range months {
		m := monthly(t, d, month.String(), "us", locale.EN)
		if m.Headline.Received != received[month.String()] {
			t.Errorf("%s: %d received, want %d", month, m.Headline.Received, received[month.String()])
		}
		for id, want := range map[string]count{"by_region": states[month.String()], "by_product": products[month.String()], "by_channel": vias[month.String()]} {
			tab := m.Table(id)
			if len(tab.Rows) != len(want) {
				t.Errorf("%s %s: %d rows, want %d", month, id, len(tab.Rows), len(want))
			}
			for _, row := range tab.Rows {
				if row[1] != want[row[0].(string)] {
					t.Errorf("%s %s %v = %v, want %d", month, id, row[0], row[1], want[row[0].(string)])
				}
			}
		}
	}
}
