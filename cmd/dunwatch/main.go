// Command dunwatch is the regulator's desk for debt-collection abuse: one
// program that serves the public pages, the office's desk and the API, and does
// the office's chores from the command line.
//
//	dunwatch demo      a seeded, lively office in a throw-away folder
//	dunwatch serve     the real thing, on SQLite under --data or PostgreSQL by --database-url
//
// Run it with --help for the rest. Every flag is also an environment variable,
// DUNWATCH_<FLAG>. It exits with 0 when the work is done, 1 when it failed and 2
// when it was called wrongly.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := Run(ctx, os.Args[1:], Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
	stop()
	os.Exit(code)
}

// Streams are where a command reads and writes.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// errUsage marks an error of the caller: exit status 2.
var errUsage = errors.New("wrong use")

// Run parses the arguments and runs one subcommand. Tests call it as the shell
// would.
func Run(ctx context.Context, args []string, io Streams) int {
	var c cli
	exited := -1
	parser, err := kong.New(&c,
		kong.Name("dunwatch"),
		kong.Description("The regulator's desk for debt-collection abuse."),
		kong.DefaultEnvars("DUNWATCH"),
		kong.Writers(io.Out, io.Err),
		kong.Exit(func(code int) { exited = code }),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(io),
	)
	if err != nil {
		fmt.Fprintln(io.Err, "dunwatch:", err)
		return exitFailed
	}
	k, err := parser.Parse(args)
	if exited >= 0 { // --help has printed itself
		return exited
	}
	if err != nil {
		fmt.Fprintf(io.Err, "dunwatch: %v\nRun \"dunwatch --help\" for the commands.\n", err)
		return exitUsage
	}
	if err := k.Run(); err != nil {
		fmt.Fprintln(io.Err, "dunwatch:", explain(err))
		if errors.Is(err, errUsage) {
			return exitUsage
		}
		return exitFailed
	}
	return exitDone
}

// cli is every subcommand with its flags.
type cli struct {
	Demo     demoCmd     `cmd:"" help:"Serve a seeded, lively office and print who can sign in."`
	Serve    serveCmd    `cmd:"" help:"Serve the office."`
	Migrate  migrateCmd  `cmd:"" help:"Bring the schema up to date, or show where it stands."`
	User     userCmd     `cmd:"" help:"Make, list, disable and reset accounts."`
	Import   importCmd   `cmd:"" help:"Import complaints and firms."`
	Contacts contactsCmd `cmd:"" help:"Check logs of calls and messages against the rulebook."`
	Report   reportCmd   `cmd:"" help:"Print the monthly enforcement report."`
	Audit    auditCmd    `cmd:"" help:"Verify the record, or export its newest signed checkpoint."`
	Receipt  receiptCmd  `cmd:"" help:"Verify a filing receipt offline."`
	Backup   backupCmd   `cmd:"" help:"Copy database and evidence into a new folder, and verify the copy."`
	Restore  restoreCmd  `cmd:"" help:"Put a backup into an empty data folder."`
	Doctor   doctorCmd   `cmd:"" help:"Check this machine and the data for what would go wrong."`
	Routes   routesCmd   `cmd:"" help:"List every route with its action and who may use it."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}
