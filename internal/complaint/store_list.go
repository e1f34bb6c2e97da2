package complaint

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

// query gathers conditions. Their text is ours; what a person typed is always an
// argument.
type query struct {
	where []string
	args  []any
}

func (q *query) and(condition string, args ...any) {
	q.where = append(q.where, condition)
	q.args = append(q.args, args...)
}

func (q *query) blind(column string, hashes [][]byte) {
	if len(hashes) == 0 {
		q.and("1 = 0")
		return
	}
	q.and(column+" IN ?", hashes)
}

// attributes adds the conditions that compare a value of the complaint, or look
// for one among its codes and channels.
func (q *query) attributes(f Filter) {
	for _, x := range []struct{ column, value string }{
		{"status", string(f.Status)}, {"source", f.Source}, {"track", string(f.Track)}, {"pack", f.Pack},
	} {
		if x.value != "" {
			q.and(x.column+" = ?", x.value)
		}
	}
	for _, x := range []struct{ column, value string }{{"region", f.Region}, {"product", f.Product}} {
		switch x.value {
		case "":
		case None: // whoever typed that word named none either
			q.and(x.column+" IN ('', ?)", None)
		default:
			q.and(x.column+" = ?", x.value)
		}
	}
	if f.Code != "" {
		q.and("EXISTS (SELECT 1 FROM complaint_codes cc WHERE cc.code = ? AND cc.complaint_id = complaints.id)", f.Code)
	}
	if f.Channel != "" {
		q.and("EXISTS (SELECT 1 FROM complaint_channels cc WHERE cc.channel = ? AND cc.complaint_id = complaints.id)", f.Channel)
	}
}

// merged is a firm by its code, and those that were merged into it: what they
// were blamed for is looked for under the firm that they went into.
const merged = "(SELECT id FROM firms WHERE code = ? OR merged_into = (SELECT id FROM firms WHERE code = ?))"

// firms adds the conditions about who is complained of.
func (q *query) firms(f Filter) {
	if f.Firm != "" {
		q.and("(lender_id IN "+merged+" OR agency_id IN "+merged+")", f.Firm, f.Firm, f.Firm, f.Firm)
	}
	for _, x := range []struct{ column, code string }{{"lender_id", f.Lender}, {"agency_id", f.Agency}} {
		switch x.code {
		case "":
		case None:
			q.and(x.column + " IS NULL")
		default:
			q.and(x.column+" IN "+merged, x.code, x.code)
		}
	}
}

// open narrows to what was received before a day and not ended before cutOff. The
// two halves keep to one index each: what is open today, and what has ended
// since. What an import refused by itself (decided by nobody) was never open.
func (q *query) open(before calendar.Date, cutOff time.Time) {
	q.and("id IN (SELECT o.id FROM complaints o WHERE o.status IN (?, ?, ?) AND o.ended_at IS NULL AND o.received_on < ?"+
		" UNION ALL SELECT o.id FROM complaints o WHERE o.ended_at >= ? AND o.received_on < ? AND (o.decided_at IS NULL OR o.decided_by IS NOT NULL))",
		string(Received), string(Supplement), string(Accepted), before, cutOff.Unix(), before)
}

// words narrows to a reference, an external number, or words.
func (q *query) words(tx *store.Tx, text string) {
	if _, _, _, err := ident.ParseReference(text); err == nil {
		q.and("reference = ?", canonical(text))
		return
	}
	sub, arg := SearchSQL(tx.Dialect, text)
	if n := tidy(text); n != "" && strings.Trim(n, "0123456789") == "" {
		q.and("(external_id = ? OR id IN ("+sub+"))", n, arg) // digits may also be a number that somebody rang from
		return
	}
	q.and("id IN ("+sub+")", arg)
}

// page reads the rows after a cursor in the order of sort. The order by due date
// is read in two parts, what is due and then what is not, so that both use the
// index.
func (q *query) page(ctx context.Context, tx *store.Tx, sort, after string, limit int) ([]complaintRow, error) {
	c, err := parseCursor(sort, after)
	if err != nil {
		return nil, err
	}
	switch sort {
	case SortOldest:
		return q.read(ctx, tx, c, "received_on", ">", limit)
	case SortNewest:
		return q.read(ctx, tx, c, "received_on", "<", limit)
	case SortSeverity:
		return q.severest(ctx, tx, c, limit)
	case SortDue, "":
	default:
		var wrong fault.Fields
		wrong.Add("sort", "complaint.sort")
		return nil, wrong.Err()
	}
	var rows []complaintRow
	if c == nil || c.Key != "" {
		due := query{where: append([]string{"due_on IS NOT NULL"}, q.where...), args: q.args}
		if rows, err = due.read(ctx, tx, c, "due_on", ">", limit); err != nil || len(rows) == limit {
			return rows, err
		}
		c = &cursor{} // the undated begin from the first
	}
	rest := query{where: append([]string{"due_on IS NULL", "id > ?"}, q.where...), args: append([]any{c.ID}, q.args...)}
	more, err := rest.find(ctx, tx, "id", limit-len(rows))
	return append(rows, more...), err
}

// read reads by (column, id), upward for ">" and downward for "<".
func (q *query) read(ctx context.Context, tx *store.Tx, c *cursor, column, beyond string, limit int) ([]complaintRow, error) {
	r := query{where: q.where, args: q.args}
	if c != nil {
		r.where = append(r.where[:len(r.where):len(r.where)], fmt.Sprintf("(%s, id) %s (?, ?)", column, beyond))
		r.args = append(r.args[:len(r.args):len(r.args)], c.Key, c.ID)
	}
	direction := ""
	if beyond == "<" {
		direction = " DESC"
	}
	return r.find(ctx, tx, column+direction+", id"+direction, limit)
}

// severest reads the gravest first and the oldest of each first.
func (q *query) severest(ctx context.Context, tx *store.Tx, c *cursor, limit int) ([]complaintRow, error) {
	r := query{where: q.where, args: q.args}
	if c != nil {
		level, err := strconv.Atoi(c.Key)
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "complaint.cursor")
		}
		r.where = append(r.where[:len(r.where):len(r.where)], "(severity < ? OR severity = ? AND id > ?)")
		r.args = append(r.args[:len(r.args):len(r.args)], level, level, c.ID)
	}
	return r.find(ctx, tx, "severity DESC, id", limit)
}

func (q *query) find(ctx context.Context, tx *store.Tx, order string, limit int) ([]complaintRow, error) {
	g := gorm.G[complaintRow](tx.DB).Order(order).Limit(limit)
	if len(q.where) > 0 {
		g = g.Where(strings.Join(q.where, " AND "), q.args...)
	}
	rows, err := g.Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("read complaints: %w", err)
	}
	return rows, nil
}
