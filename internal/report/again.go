package report

import (
	"context"
	"fmt"
)

// againDays is how long after a complaint another of the same person about the same firm counts as a repeated one (law.md F).
const againDays = 90

// sameFirm says of complaints p and c that they name the same lender or the same agency, of merged ones what they went into.
const sameFirm = "((SELECT COALESCE(f.merged_into, f.id) FROM firms f WHERE f.id = p.lender_id) = (SELECT COALESCE(f.merged_into, f.id) FROM firms f WHERE f.id = c.lender_id)" +
	" OR (SELECT COALESCE(f.merged_into, f.id) FROM firms f WHERE f.id = p.agency_id) = (SELECT COALESCE(f.merged_into, f.id) FROM firms f WHERE f.id = c.agency_id))"

// repeatComplainants says how many complaints came from somebody who had complained of the same firm not long before. People
// are told by the keyed indexes of their telephone and ID numbers; no seal is opened. A list of such complaints would say
// which of them are one person's, so the figure opens nothing, and from 1 to 4 it is not shown.
func (b *builder) repeatComplainants(ctx context.Context) (*Table, error) {
	s := new(sql)
	earlier := func(index string) string {
		return fmt.Sprintf("EXISTS (SELECT 1 FROM complaints p WHERE p.%[1]s = c.%[1]s AND p.id <> c.id AND p.received_at >= c.received_at - %d"+
			" AND (p.received_at < c.received_at OR p.received_at = c.received_at AND p.id < c.id) AND %s)", index, againDays*24*3600, sameFirm)
	}
	s.add("SELECT COUNT(*), COUNT(CASE WHEN " + earlier("phone_idx") + " OR " + earlier("id_number_idx") + " THEN 1 END)")
	b.where(s, b.query, receivedComplaints.only("(c.phone_idx IS NOT NULL OR c.id_number_idx IS NOT NULL)"))
	var known, again int64
	if err := b.one(ctx, s, &known, &again); err != nil {
		return nil, fmt.Errorf("count repeat complainants: %w", err)
	}
	count, share := any(again), ratio(again, known)
	if again >= smallest && again <= small {
		count, share = nil, nil
	}
	t := b.table("repeat_complainants")
	t.add("same_firm", "same_firm", count, known, share, b.words.T(b.lang, "report.fair.same_firm"))
	return t, nil
}
