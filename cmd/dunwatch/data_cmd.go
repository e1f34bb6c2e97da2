package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"text/tabwriter"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/store"
)

// migrateCmd is migrate up | status.
type migrateCmd struct {
	Up     migrateUp     `cmd:"" help:"Apply what is missing."`
	Status migrateStatus `cmd:"" help:"List every migration."`
}

type migrateUp struct{ dataFlags }

// Run migrates. Opening does it; other commands do it too.
func (c *migrateUp) Run(ctx context.Context, io Streams) error {
	db, err := store.Connect(ctx, store.Config{Dir: c.Data, URL: c.DatabaseURL})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	fmt.Fprintln(io.Out, "The schema is up to date.")
	return nil
}

type migrateStatus struct{ dataFlags }

// Run lists the migrations.
func (c *migrateStatus) Run(ctx context.Context, io Streams) error {
	db, err := store.Connect(ctx, store.Config{Dir: c.Data, URL: c.DatabaseURL})
	if err != nil {
		return err
	}
	defer db.Close()
	list, err := db.Status(ctx)
	if err != nil {
		return err
	}
	for _, m := range list {
		state := "missing"
		if m.Applied {
			state = "applied"
		}
		fmt.Fprintf(io.Out, "%-8s %s\n", state, m.Name)
	}
	return nil
}

// userCmd is user add | list | disable | reset.
type userCmd struct {
	Add     userAdd     `cmd:"" help:"Make an account."`
	List    userList    `cmd:"" help:"List the accounts."`
	Disable userDisable `cmd:"" help:"End an account and its sessions."`
	Reset   userReset   `cmd:"" help:"Give an account a new password and end its sessions."`
}

type userAdd struct {
	dataFlags
	Role          string `required:"" help:"reviewer, supervisor, legal, director, auditor, admin or firm."`
	Name          string `required:"" help:"As colleagues know the person."`
	Email         string `required:"" help:"Signs in with it."`
	Unit          string `help:"Code of the unit; a new code makes the unit."`
	Firm          string `help:"Code of the firm, for role firm." placeholder:"CODE"`
	PasswordStdin bool   `name:"password-stdin" help:"Read the password from standard input; else one is made and printed."`
}

// Run makes the account.
func (c *userAdd) Run(ctx context.Context, io Streams) error {
	return withOffice(ctx, c.dataFlags, io, func(o *running) error {
		password, made, err := passwordFor(c.PasswordStdin, io)
		if err != nil {
			return err
		}
		n := account.NewUser{Email: c.Email, Name: c.Name, Role: access.Role(c.Role), Unit: c.Unit, Password: password, Lang: "zh"}
		if c.Firm != "" {
			f, err := o.Firms.ByCode(ctx, c.Firm)
			if err != nil {
				return err
			}
			n.FirmID = f.ID
		}
		if err := ensureUnit(ctx, o, c.Unit); err != nil {
			return err
		}
		u, err := o.Accounts.Create(ctx, access.Program, n)
		if err != nil {
			return err
		}
		fmt.Fprintf(io.Out, "Made %s (%s).\n", u.Email, u.Role)
		if made {
			fmt.Fprintf(io.Out, "Password, shown once: %s\n", password)
		}
		return nil
	})
}

// ensureUnit makes a unit that does not exist, named by its code until an
// administrator names it.
func ensureUnit(ctx context.Context, o *running, code string) error {
	if code == "" {
		return nil
	}
	units, err := o.Accounts.Units(ctx)
	if err != nil {
		return err
	}
	for _, u := range units {
		if u.Code == code {
			return nil
		}
	}
	_, err = o.Accounts.CreateUnit(ctx, access.Program, account.Unit{Code: code, NameZH: code, NameEN: code})
	return err
}

// passwordFor reads a password or makes one.
func passwordFor(stdin bool, io Streams) (password string, made bool, err error) {
	if !stdin {
		return newPassword(), true, nil
	}
	line, err := bufio.NewReader(io.In).ReadString('\n')
	if err != nil && line == "" {
		return "", false, fmt.Errorf("read password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), false, nil
}

type userList struct{ dataFlags }

// Run lists the accounts.
func (c *userList) Run(ctx context.Context, io Streams) error {
	return withOffice(ctx, c.dataFlags, io, func(o *running) error {
		users, err := o.Accounts.Users(ctx, access.Program)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(io.Out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "EMAIL\tROLE\tUNIT\tNAME\tSTATE")
		for _, u := range users {
			state := "active"
			if !u.DisabledAt.IsZero() {
				state = "disabled"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", u.Email, u.Role, u.UnitCode, u.Name, state)
		}
		return w.Flush()
	})
}

type userDisable struct {
	dataFlags
	Email string `arg:""`
}

// Run disables an account.
func (c *userDisable) Run(ctx context.Context, io Streams) error {
	return withOffice(ctx, c.dataFlags, io, func(o *running) error {
		if err := o.Accounts.Disable(ctx, access.Program, c.Email); err != nil {
			return err
		}
		fmt.Fprintf(io.Out, "Disabled %s and ended its sessions.\n", c.Email)
		return nil
	})
}

type userReset struct {
	dataFlags
	Email         string `arg:""`
	PasswordStdin bool   `name:"password-stdin" help:"Read the password from standard input; else one is made and printed."`
}

// Run resets an account.
func (c *userReset) Run(ctx context.Context, io Streams) error {
	return withOffice(ctx, c.dataFlags, io, func(o *running) error {
		password, made, err := passwordFor(c.PasswordStdin, io)
		if err != nil {
			return err
		}
		if err := o.Accounts.Reset(ctx, access.Program, c.Email, password); err != nil {
			return err
		}
		fmt.Fprintf(io.Out, "Reset %s.\n", c.Email)
		if made {
			fmt.Fprintf(io.Out, "Password, shown once: %s\n", password)
		}
		return nil
	})
}

// withOffice opens the office for a chore and closes it. What the chore put on
// record is in the tree before the command ends.
func withOffice(ctx context.Context, f dataFlags, io Streams, do func(*running) error) error {
	o, err := openOffice(ctx, f, newLogger(io, levelQuiet), openOptions{})
	if err != nil {
		return err
	}
	defer o.DB.Close()
	if err := do(o); err != nil {
		return err
	}
	_, err = o.Log.Sequence(ctx)
	return err
}

// outputFor is the file of -o, or standard output.
func outputFor(path string, s Streams) (io.Writer, func() error, error) {
	if path == "" || path == "-" {
		return s.Out, func() error { return nil }, nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, nil, err
	}
	return f, func() error { return errors.Join(f.Sync(), f.Close()) }, nil
}

// versionCmd prints what was built.
type versionCmd struct{}

// Run prints it.
func (versionCmd) Run(io Streams) error {
	fmt.Fprintln(io.Out, "dunwatch", version())
	return nil
}

func version() string {
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	rev, dirty := "", ""
	for _, s := range b.Settings {
		switch {
		case s.Key == "vcs.revision":
			rev = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+changes"
		}
	}
	if rev == "" {
		return "devel " + b.GoVersion
	}
	return rev[:min(12, len(rev))] + dirty + " " + b.GoVersion
}
