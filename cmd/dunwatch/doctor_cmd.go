package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/office"
	"dunwatch/internal/store"
)

// doctorCmd looks for what would go wrong later.
type doctorCmd struct {
	dataFlags
	scanFlags
}

// check is one look; a problem says what to do.
type check struct {
	name string
	run  func(context.Context) (string, error)
}

// Run runs every check and fails when one found a problem.
func (c *doctorCmd) Run(ctx context.Context, s Streams) error {
	bad := 0
	for _, k := range []check{
		{"built in", c.builtIn}, {"disk", c.disk}, {"database", c.database}, {"keys", c.keys}, {"calendar", c.calendar}, {"evidence", c.evidence}, {"malware", c.malware},
	} {
		note, err := k.run(ctx)
		if err != nil {
			bad++
			fmt.Fprintf(s.Out, "BAD  %-10s %v\n", k.name, err)
			continue
		}
		fmt.Fprintf(s.Out, "ok   %-10s %s\n", k.name, note)
	}
	if bad > 0 {
		return fmt.Errorf("%d checks found a problem", bad)
	}
	return nil
}

func (c *doctorCmd) builtIn(context.Context) (string, error) {
	law, err := office.ReadLaw()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s, %d rulebooks, %d calendars", version(), len(law.Book.Packs()), len(law.Calendars)), nil
}

// lowDisk is when evidence may soon find no room, in bytes.
const lowDisk = 2 << 30

func (c *doctorCmd) disk(context.Context) (string, error) {
	dir := c.Data
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		dir = filepath.Dir(dir)
	}
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return "", fmt.Errorf("%s: %w", dir, err)
	}
	free := st.Bavail * uint64(st.Bsize)
	if free < lowDisk {
		return "", fmt.Errorf("only %d MB are free at %s: make room or move the data folder", free>>20, dir)
	}
	return fmt.Sprintf("%d GB free", free>>30), nil
}

func (c *doctorCmd) database(ctx context.Context) (string, error) {
	if c.DatabaseURL == "" {
		if _, err := os.Stat(filepath.Join(c.Data, "dunwatch.db")); errors.Is(err, os.ErrNotExist) {
			return "none yet at " + c.Data, nil
		}
	}
	db, err := store.Open(ctx, store.Config{Dir: c.Data, URL: c.DatabaseURL})
	if err != nil {
		return "", err
	}
	defer db.Close()
	if err := db.Ready(ctx); err != nil {
		return "", err
	}
	return string(db.Dialect()) + ", migrated, takes writes", nil
}

func (c *doctorCmd) keys(context.Context) (string, error) {
	for _, name := range []string{"master.key", "log.key"} {
		st, err := os.Stat(filepath.Join(c.Data, "keys", name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		if st.Mode().Perm()&0o077 != 0 {
			return "", fmt.Errorf("%s can be read by others: chmod 600 it", filepath.Join(c.Data, "keys", name))
		}
	}
	return "readable by their owner alone; keep a copy away from the backups", nil
}

func (c *doctorCmd) calendar(context.Context) (string, error) {
	law, err := office.ReadLaw()
	if err != nil {
		return "", err
	}
	zone, err := c.location()
	if err != nil {
		return "", err
	}
	today := calendar.OfTime(time.Now().In(zone))
	if !law.Calendars["cn"].Announced(today.Year()) {
		return "", fmt.Errorf("the days off of %d are not announced in the calendar: statutory dates are provisional; import the year's notice", today.Year())
	}
	if next := today.AddDays(60); !law.Calendars["cn"].Announced(next.Year()) {
		return fmt.Sprintf("%d is not announced yet: dates in it are provisional", next.Year()), nil
	}
	return "announced", nil
}

// evidence holds every row against its stored file, and every stored file against the rows.
func (c *doctorCmd) evidence(ctx context.Context) (string, error) {
	if c.DatabaseURL == "" {
		if _, err := os.Stat(filepath.Join(c.Data, "dunwatch.db")); errors.Is(err, os.ErrNotExist) {
			return "none yet", nil
		}
	}
	o, err := openOffice(ctx, c.dataFlags, newLogger(Streams{Err: io.Discard}, levelQuiet), openOptions{})
	if err != nil {
		return "", err
	}
	defer o.DB.Close()
	found, problems, err := o.Evidence.Reconcile(ctx)
	if err != nil {
		return "", err
	}
	if !found.Sound() {
		return "", fmt.Errorf("%d files are missing and %d altered, the first: %v; put them back from a backup", found.Missing, found.Altered, problems[0])
	}
	return fmt.Sprintf("%d rows, each with its file; %d files left over", found.Files, found.Unnamed), nil
}

func (c *doctorCmd) malware(ctx context.Context) (string, error) {
	scanner, err := c.scanner()
	if err != nil {
		return "", err
	}
	if scanner == nil {
		return "no scanner is named with --clamav: files are kept and marked as not checked", nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := scanner.Ping(ctx); err != nil {
		return "", fmt.Errorf("%s: %w", c.ClamAV, err)
	}
	return c.ClamAV + " answers", nil
}
