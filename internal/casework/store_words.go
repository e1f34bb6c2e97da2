package casework

import (
	"strings"

	"dunwatch/internal/complaint"
	"dunwatch/internal/store"
)

// words adds what somebody searched for: a reference of case or complaint, an external number, or words of the
// complaint.
func words(tx *store.Tx, w *where, q string) {
	q = strings.TrimSpace(q)
	switch prefix, ref := canonical(q); prefix {
	case "K":
		w.add("c.reference = ?", ref)
		return
	case "C":
		w.add("EXISTS (SELECT 1 FROM complaints x WHERE x.id = c.complaint_id AND x.reference = ?)", ref)
		return
	}
	sub, arg := complaint.SearchSQL(tx.Dialect, q)
	w.add("(c.complaint_id IN ("+sub+") OR c.complaint_id = (SELECT id FROM complaints WHERE external_id = ?))", arg, q)
}
