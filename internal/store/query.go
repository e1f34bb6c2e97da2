package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
)

// Next adds one to a named counter and returns it: 1 the first time. The number
// is taken back when the transaction is, so that numbering has no gaps.
func Next(ctx context.Context, tx *Tx, name string) (int64, error) {
	var n int64
	err := tx.DB.Statement.ConnPool.QueryRowContext(ctx, tx.bind(
		`INSERT INTO counters (name, n) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET n = counters.n + 1 RETURNING n`), name).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", name, err)
	}
	return n, nil
}

// Rows runs a query with ? for parameters on either database; the caller
// closes the result. Text of the query is ours alone, never a person's.
func (tx *Tx) Rows(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := tx.DB.Statement.ConnPool.QueryContext(ctx, tx.bind(query), args...)
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	return rows, nil
}

// Exec runs a statement on a table that is not of record.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := tx.DB.Statement.ConnPool.ExecContext(ctx, tx.bind(query), args...)
	if err != nil {
		return 0, fmt.Errorf("exec: %w", err)
	}
	return res.RowsAffected()
}

// bind writes ? as $1, $2 ... for PostgreSQL. A ? inside a quoted literal is
// left alone.
func (tx *Tx) bind(q string) string {
	if tx.Dialect != Postgres {
		return q
	}
	var b strings.Builder
	n, quoted := 0, false
	for _, r := range q {
		switch {
		case r == '\'':
			quoted = !quoted
			b.WriteRune(r)
		case r == '?' && !quoted:
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
