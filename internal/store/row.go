package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"
	"sync"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"dunwatch/internal/fault"
)

// Column is one column of a row as the database holds it: nil, int64, float64,
// string or []byte.
type Column struct {
	Name  string
	Value driver.Value
}

// Insert stores a row of a table of record and notes it for the audit entry.
// R is a row struct with a column "id", whose value is set afterwards.
func Insert[R any](ctx context.Context, tx *Tx, r *R) error {
	return InsertAll(ctx, tx, []*R{r})
}

// InsertAll stores many rows of one table with one statement. It writes the SQL
// itself, since every command pays for its inserts and the columns are computed
// for the audit digest anyway: half of what gorm's Create takes.
func InsertAll[R any](ctx context.Context, tx *Tx, rows []*R) error {
	if len(rows) == 0 {
		return nil
	}
	l, err := layoutOf(tx.DB, rows[0])
	if err != nil {
		return err
	}
	all := make([][]Column, len(rows))
	for i, r := range rows {
		if all[i], err = l.columns(ctx, reflect.ValueOf(r)); err != nil {
			return err
		}
	}
	ids, err := l.insert(ctx, tx, all)
	if err != nil {
		return fmt.Errorf("insert %s: %w", l.Table, err)
	}
	for i, r := range rows {
		if err := l.fields[l.id].Set(ctx, reflect.ValueOf(r), ids[i]); err != nil {
			return fmt.Errorf("insert %s: %w", l.Table, err)
		}
		all[i][l.id].Value = ids[i]
		tx.written = append(tx.written, Written{Table: l.Table, ID: ids[i], Values: all[i]})
	}
	return nil
}

// insert stores rows, id left to the database, and returns their ids in order.
func (l *layout) insert(ctx context.Context, tx *Tx, rows [][]Column) ([]int64, error) {
	args := make([]any, 0, len(rows)*(len(l.fields)-1))
	for _, row := range rows {
		for k, c := range row {
			if k != l.id {
				args = append(args, c.Value)
			}
		}
	}
	if tx.Dialect == Postgres {
		return returnedIDs(ctx, tx, l.insertSQL(len(rows))+" RETURNING id", args)
	}
	res, err := tx.DB.Statement.ConnPool.ExecContext(ctx, l.insertSQL(len(rows)), args...)
	if err != nil {
		return nil, tx.known(err)
	}
	// SQLite numbers the rows of one statement one after the other.
	last, err := res.LastInsertId()
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(rows))
	for i := range ids {
		ids[i] = last - int64(len(rows)-1-i)
	}
	return ids, nil
}

// insertSQL is the statement for n rows; the first few are kept.
func (l *layout) insertSQL(n int) string {
	if q, ok := l.inserts.Load(n); ok {
		return q.(string)
	}
	var names []string
	for k, f := range l.fields {
		if k != l.id {
			names = append(names, f.DBName)
		}
	}
	marks := " (" + strings.Repeat("?, ", len(names)-1) + "?)"
	q := "INSERT INTO " + l.Table + " (" + strings.Join(names, ", ") + ") VALUES" + marks + strings.Repeat(","+marks, n-1)
	if n <= 8 {
		l.inserts.Store(n, q)
	}
	return q
}

func returnedIDs(ctx context.Context, tx *Tx, query string, args []any) ([]int64, error) {
	rows, err := tx.DB.Statement.ConnPool.QueryContext(ctx, tx.bind(query), args...)
	if err != nil {
		return nil, tx.known(err)
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, tx.known(rows.Err())
}

// known turns a driver's error into gorm's where gorm has a name for it.
func (tx *Tx) known(err error) error {
	if t, ok := tx.DB.Dialector.(gorm.ErrorTranslator); ok && err != nil {
		return t.Translate(err)
	}
	return err
}

// InsertPlain stores a row of a table that is not of record (sessions, outbox,
// leases): nothing is noted.
func InsertPlain[R any](ctx context.Context, tx *Tx, r *R) error {
	if err := gorm.G[R](tx.DB).Create(ctx, r); err != nil {
		return fmt.Errorf("insert %T: %w", r, err)
	}
	return nil
}

// Set is one column of an update.
func Set(column string, value any) clause.Assignment {
	return clause.Assignment{Column: clause.Column{Name: column}, Value: value}
}

// Update changes the named columns of the row of record with this id, if it
// still has this version, adds one to the version and notes the row for the
// audit entry. It fails with fault.Conflict when somebody else was first.
func Update[R any](ctx context.Context, tx *Tx, id, version int64, set ...clause.Assignment) error {
	s, err := schemaOf(tx.DB, new(R))
	if err != nil {
		return err
	}
	set = append(set, Set("version", version+1))
	n, err := gorm.G[R](tx.DB).Where("id = ? AND version = ?", id, version).Set(assignments(set)...).Update(ctx)
	if err != nil {
		return fmt.Errorf("update %s %d: %w", s.Table, id, err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "fault.stale")
	}
	tx.written = append(tx.written, Written{Table: s.Table, ID: id})
	return nil
}

// Amend is Update for rows of record without a version, which one command at a
// time can reach. It fails with fault.NotFound when there is no such row.
func Amend[R any](ctx context.Context, tx *Tx, id int64, set ...clause.Assignment) error {
	s, err := schemaOf(tx.DB, new(R))
	if err != nil {
		return err
	}
	n, err := gorm.G[R](tx.DB).Where("id = ?", id).Set(assignments(set)...).Update(ctx)
	if err != nil {
		return fmt.Errorf("update %s %d: %w", s.Table, id, err)
	}
	if n == 0 {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	tx.written = append(tx.written, Written{Table: s.Table, ID: id})
	return nil
}

func assignments(set []clause.Assignment) []clause.Assigner {
	out := make([]clause.Assigner, len(set))
	for i, a := range set {
		out[i] = a
	}
	return out
}

// ReadRow reads all columns of a row in the order of their names.
func ReadRow(ctx context.Context, tx *Tx, table string, id int64) ([]Column, error) {
	rows, err := tx.DB.Statement.ConnPool.QueryContext(ctx, tx.bind("SELECT * FROM "+table+" WHERE id = ?"), id)
	if err != nil {
		return nil, fmt.Errorf("read %s %d: %w", table, id, err)
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, fmt.Errorf("read %s %d: %w", table, id, gorm.ErrRecordNotFound)
	}
	cols, err := ScanRow(rows)
	if err != nil {
		return nil, err
	}
	return cols, rows.Err()
}

// rowScanner is what ScanRow needs of *sql.Rows.
type rowScanner interface {
	Columns() ([]string, error)
	Scan(dest ...any) error
}

// ScanRow reads the current row of any query, columns in the order of their
// names, values reduced to nil, int64, float64, string or []byte.
func ScanRow(rows rowScanner) ([]Column, error) {
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	vals := make([]any, len(names))
	ptrs := make([]any, len(names))
	for i := range vals {
		ptrs[i] = &vals[i]
	}
	if err := rows.Scan(ptrs...); err != nil {
		return nil, err
	}
	cols := make([]Column, len(names))
	for i, n := range names {
		if cols[i], err = column(n, vals[i]); err != nil {
			return nil, err
		}
	}
	sort.Slice(cols, func(i, j int) bool { return cols[i].Name < cols[j].Name })
	return cols, nil
}

func column(name string, v any) (Column, error) {
	dv, err := driver.DefaultParameterConverter.ConvertValue(v)
	if err != nil {
		return Column{}, fmt.Errorf("column %s: %w", name, err)
	}
	switch x := dv.(type) {
	case bool:
		dv = int64(0)
		if x {
			dv = int64(1)
		}
	case []byte:
		if len(x) == 0 { // drivers do not agree on empty against NULL
			dv = nil
		}
	}
	return Column{name, dv}, nil
}

var schemas, layouts sync.Map

func schemaOf(db *gorm.DB, row any) (*schema.Schema, error) {
	s, err := schema.Parse(row, &schemas, db.NamingStrategy)
	if err != nil {
		return nil, fmt.Errorf("parse %T: %w", row, err)
	}
	return s, nil
}

// layout is a row struct's table with its columns in the order of their names.
type layout struct {
	*schema.Schema
	fields  []*schema.Field
	id      int      // index of the column "id" in fields
	inserts sync.Map // number of rows -> statement
}

func layoutOf(db *gorm.DB, row any) (*layout, error) {
	t := reflect.TypeOf(row)
	if l, ok := layouts.Load(t); ok {
		return l.(*layout), nil
	}
	s, err := schemaOf(db, row)
	if err != nil {
		return nil, err
	}
	l := &layout{Schema: s, id: -1}
	for k, name := range slices.Sorted(slices.Values(s.DBNames)) {
		l.fields = append(l.fields, s.FieldsByDBName[name])
		if name == "id" {
			l.id = k
		}
	}
	if l.id < 0 {
		return nil, fmt.Errorf("parse %T: a row of record needs a column id", row)
	}
	layouts.Store(t, l)
	return l, nil
}

// columns are the values of a row struct in the order of the layout.
func (l *layout) columns(ctx context.Context, rv reflect.Value) ([]Column, error) {
	cols := make([]Column, len(l.fields))
	for k, f := range l.fields {
		v, _ := f.ValueOf(ctx, rv)
		c, err := column(f.DBName, v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.Table, err)
		}
		cols[k] = c
	}
	return cols, nil
}
