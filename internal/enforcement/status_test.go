package enforcement

import (
	"testing"

	"dunwatch/internal/fault"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// Every deed in every state: what the diagram draws, and nothing else.
func TestTransitions(t *testing.T) {
	want := map[string]Status{
		"amend returned": Proposed, "approve proposed": Approved, "return proposed": Returned, "return approved": Returned,
		"drop proposed": Dropped, "drop returned": Dropped, "issue approved": Issued,
	}
	for _, d := range []deed{amend, approve, giveBack, drop, issue} {
		for _, s := range Statuses {
			name := string(d) + " " + string(s)
			to, ok := want[name]
			got, err := s.next(d)
			if ok != s.can(d) || ok && (err != nil || got != to) || !ok && !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %s, %v; want %q", name, got, err, to)
			}
			if ok && s.Ended() {
				t.Errorf("%s: the state has ended", name)
			}
		}
	}
}

func TestWordsExist(t *testing.T) {
	words := lawtest.Words(t)
	var keys []string
	for _, s := range Statuses {
		keys = append(keys, "enforcement.status."+string(s), "enforcement.already."+string(s))
	}
	for _, p := range []part{proposer, officer, finder, "recused"} {
		keys = append(keys, "enforcement."+string(p)+"_cannot_approve", "enforcement."+string(p)+"_cannot_issue")
	}
	for _, e := range Events {
		keys = append(keys, "event."+e)
	}
	for _, k := range keys {
		if !words.Has(locale.ZH, k) || !words.Has(locale.EN, k) {
			t.Errorf("no words for %s", k)
		}
	}
}

// The row structs name exactly the columns of their tables: the digests of inserted rows depend on it.
func TestRowsMatchTables(t *testing.T) {
	storetest.MatchRows(t, &penaltyRow{}, &measureRow{}, &penaltyFindingRow{}, &eventRow{}, &decisionRow{}, &procedureRow{}, &stepRow{}, &publicationRow{}, &publicationEventRow{}, &firmMeasureRow{}, &firmMeasureEventRow{})
}

// Whoever gets round the service still cannot decide on their own proposal: the database refuses.
func TestDatabaseRefusesItsProposer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		ctx := t.Context()
		err := db.Write(ctx, func(tx *store.Tx) error {
			for _, q := range []string{
				"INSERT INTO units (id, code, name_zh, name_en, created_at, version) VALUES (1, 'A', '一处', 'A', 1, 1)",
				`INSERT INTO users (id, email, name, role, password, totp_used, lang, created_at, version) VALUES
					(1, 'a', '王敏', 'reviewer', '', 0, 'zh', 1, 1), (2, 'b', '孙国华', 'director', '', 0, 'zh', 1, 1)`,
				"INSERT INTO firms (id, code, kind, name, name_key, provisional, created_at, version) VALUES (1, 'L1', 'lender', 'L', 'l', 0, 1, 1)",
				"INSERT INTO data_keys (id, created_at) VALUES (1, 1)",
				`INSERT INTO complaints (id, reference, pack, lang, track, source, status, received_at, received_on, data_key_id, anonymous, hide_identity,
					region, lender_name, agency_name, agency_unknown, narrative, demand, product, consent_to_forward, severity, external, rulebook,
					ground, referred_to, version) VALUES (1, 'C-1', 'cn', 'zh', 'complaint', 'web', 'accepted', 1, '2026-10-20', 1, 0, 0,
					'', '', '', 1, '', '', '', 1, 1, '', '', '', '', 1)`,
				`INSERT INTO cases (id, reference, complaint_id, pack, track, status, unit_id, severity, received_on, opened_at, opened_on, outcome, rulebook,
					version) VALUES (1, 'K-1', 1, 'cn', 'complaint', 'enforcement', 1, 1, '2026-10-20', 1, '2026-10-20', '', '', 1)`,
				`INSERT INTO penalties (id, reference, case_id, firm_id, status, facts, reasons, bases, fine_fen, confiscation_fen, proposed_by,
					proposed_at, unit_id, rulebook, version) VALUES (1, 'P-1', 1, 1, 'proposed', '', '', '[]', 0, 0, 1, 1, 1, '', 1)`,
				"UPDATE penalties SET decided_by = 2 WHERE id = 1",
			} {
				if _, err := tx.Exec(ctx, q); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE penalties SET decided_by = proposed_by WHERE id = 1")
			return err
		})
		if err == nil {
			t.Error("the database let a proposer decide")
		}
	})
}
