package firm

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// Size is what a firm says of its size at the end of a month: what the report measures complaints by. A lender counts its
// own customers and loans, an agency those that were given to it.
type Size struct {
	Firm            string // code
	Name            string // of the firm; not read
	Kind            Kind   // of the firm; not read
	Month           calendar.Month
	Customers       int64
	OverdueAccounts int64
	LentFen         int64
	ReceivedOn      calendar.Date // not read
}

// SizeResult is what an import of sizes did.
type SizeResult struct {
	Rows, Stored, Unchanged int
	Rejects                 []ImportReject // by line
}

var sizeColumns = []string{"firm_code", "month", "customers", "overdue_accounts", "lent_fen"}

// maxSize bounds a figure: more is a slip of the hand.
const maxSize = 1_000_000_000_000_000

// ImportSizes reads firm_code,month,customers,overdue_accounts,lent_fen, all required. What is there already is left as it
// is; another figure for the same month replaces the one before from now on, and both stay on record. Rows that are wrong are
// rejected by line and the others taken. Forbidden; Invalid for a file that is no such table; TooLarge.
func (s *Service) ImportSizes(ctx context.Context, by access.Actor, in io.Reader, zone *time.Location) (*SizeResult, error) {
	if err := s.policy.May(by, access.ManageFirm); err != nil {
		return nil, err
	}
	r, place, err := openCSV(in, sizeColumns, sizeColumns)
	if err != nil {
		return nil, fmt.Errorf("import sizes: %w", err)
	}
	res := &SizeResult{}
	var rows []sizeAt
	for {
		rec, err := r.Read()
		if err == io.EOF {
			break
		}
		res.Rows++
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			res.Rejects = append(res.Rejects, ImportReject{bad.StartLine, "firm.import.quotes", nil})
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("import sizes: %w", err)
		}
		line, _ := r.FieldPos(0)
		if len(rec) != len(place) {
			res.Rejects = append(res.Rejects, ImportReject{line, "firm.import.width", []any{len(place), len(rec)}})
			continue
		}
		z, key := readSize(func(col string) string { return strings.TrimSpace(rec[place[col]]) })
		if key != "" {
			res.Rejects = append(res.Rejects, ImportReject{line, key, nil})
			continue
		}
		rows = append(rows, sizeAt{line, z})
	}
	return s.takeSizes(ctx, by, rows, res, zone)
}

// sizeAt is a size with the line that said so.
type sizeAt struct {
	line int
	Size
}

// readSize reads a row; key says what is wrong.
func readSize(at func(column string) string) (z Size, key string) {
	var err error
	z.Firm = tidyCode(at("firm_code"))
	if z.Month, err = calendar.ParseMonth(at("month")); err != nil {
		return z, "firm.size.month"
	}
	for column, into := range map[string]*int64{"customers": &z.Customers, "overdue_accounts": &z.OverdueAccounts, "lent_fen": &z.LentFen} {
		if *into, err = strconv.ParseInt(at(column), 10, 64); err != nil || *into < 0 || *into > maxSize {
			return z, "firm.size." + column
		}
	}
	return z, z.wrong()
}

// wrong says what cannot be.
func (z Size) wrong() string {
	if z.OverdueAccounts > 0 && z.Customers == 0 {
		return "firm.size.customers"
	}
	return ""
}

// HandInSizes takes sizes as a program sends them. Forbidden; Invalid, with the fields named sizes[0].month.
func (s *Service) HandInSizes(ctx context.Context, by access.Actor, sizes []Size, zone *time.Location) (*SizeResult, error) {
	if err := s.policy.May(by, access.ManageFirm); err != nil {
		return nil, err
	}
	var wrong fault.Fields
	var rows []sizeAt
	for i, z := range sizes {
		z.Firm = tidyCode(z.Firm)
		key := z.wrong()
		for name, n := range map[string]int64{"customers": z.Customers, "overdue_accounts": z.OverdueAccounts, "lent_fen": z.LentFen} {
			if n < 0 || n > maxSize {
				key = "firm.size." + name
			}
		}
		if z.Month.IsZero() {
			key = "firm.size.month"
		}
		if key != "" {
			wrong.Add(fmt.Sprintf("sizes[%d].%s", i, strings.TrimPrefix(key, "firm.size.")), key)
		}
		rows = append(rows, sizeAt{i + 1, z})
	}
	if err := wrong.Err(); err != nil {
		return nil, fmt.Errorf("hand in sizes: %w", err)
	}
	return s.takeSizes(ctx, by, rows, &SizeResult{Rows: len(sizes)}, zone)
}

// takeSizes stores what is new.
func (s *Service) takeSizes(ctx context.Context, by access.Actor, rows []sizeAt, read *SizeResult, zone *time.Location) (*SizeResult, error) {
	var res SizeResult
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		res = SizeResult{Rows: read.Rows, Rejects: slices.Clone(read.Rejects)}
		today := calendar.OfTime(tx.Now.In(zone))
		perFirm := map[string][]string{}
		for _, r := range rows {
			if r.Month.First().After(today) {
				res.Rejects = append(res.Rejects, ImportReject{r.line, "firm.size.future", nil})
				continue
			}
			f, err := lookUp(ctx, tx, r.Firm)
			if err != nil {
				return err
			}
			if f == nil {
				res.Rejects = append(res.Rejects, ImportReject{r.line, "firm.roster.unknown_firm", []any{r.Firm}})
				continue
			}
			stored, err := insertSize(ctx, tx, f.ID, r.Size, today)
			if err != nil {
				return err
			}
			if !stored {
				res.Unchanged++
				continue
			}
			res.Stored++
			perFirm[f.Code] = append(perFirm[f.Code], r.Month.String())
		}
		if res.Stored == 0 {
			return nil
		}
		_, err := s.log.Append(ctx, tx, by, audit.SizeStored, "firms", "rows", res.Stored, "firms", perFirm)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store sizes: %w", err)
	}
	slices.SortStableFunc(res.Rejects, func(a, b ImportReject) int { return a.Line - b.Line })
	return &res, nil
}

// Sizes lists what firms said of their size: of one firm ("" all), the newest month first, what counts now. Forbidden.
func (s *Service) Sizes(ctx context.Context, by access.Actor, code string, limit int) ([]Size, error) {
	if err := s.policy.May(by, access.ReadFirm); err != nil {
		return nil, err
	}
	if limit <= 0 || limit > 1000 {
		limit = 1000
	}
	var out []Size
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		out, err = sizesOf(ctx, tx, code, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list sizes: %w", err)
	}
	return out, nil
}
