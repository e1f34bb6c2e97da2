package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"dunwatch/internal/account"
	"dunwatch/internal/demo"
	"dunwatch/internal/httpd"
)

// demoCmd serves an invented office.
type demoCmd struct {
	Addr string `default:"127.0.0.1:8080" help:"Address to listen on."`
	Data string `help:"Folder to keep the office in; by default a new one that is removed at the end." type:"path" placeholder:"DIR"`
	Zone string `default:"Asia/Shanghai" help:"The regulator's time zone." placeholder:"ZONE"`
}

// Run seeds an office and serves it until the context ends.
func (c *demoCmd) Run(ctx context.Context, s Streams) error {
	dir, remove, err := c.folder()
	if err != nil {
		return err
	}
	defer remove()
	began := time.Now()
	clock := &demoClock{}
	mail := mailFlags{MailFrom: "dunwatch@demo.example"}
	// An office that can be seeded again need not reach the disk at each step.
	o, err := openOffice(ctx, dataFlags{Data: dir, Zone: c.Zone}, newLogger(s, slog.LevelInfo), openOptions{now: clock.Now, hasty: true, cost: account.Cheap, mail: &mail, public: "http://" + c.Addr})
	if err != nil {
		return err
	}
	defer o.DB.Close()
	gc := debug.SetGCPercent(400) // the seed leaves little behind; collecting less often is a tenth of its time
	made, err := demo.Seed(ctx, demo.Deps{Office: o.Office, SetClock: clock.Set}, time.Now())
	if err != nil {
		return err
	}
	debug.SetGCPercent(gc)
	clock.Release()
	return o.serve(ctx, serving{addr: c.Addr, worker: true, cfg: httpd.Config{
		PublicURL: "http://" + c.Addr, Zone: o.Zone, Pack: "cn", Demo: true, RateLimit: true,
	}, ready: func(addr string) { welcome(s.Out, addr, dir, made, time.Since(began)) }})
}

// folder is where the demo lives. An existing folder with data is refused: the
// seed wants an empty office.
func (c *demoCmd) folder() (dir string, remove func(), err error) {
	if c.Data == "" {
		dir, err := os.MkdirTemp("", "dunwatch-demo")
		return dir, func() { os.RemoveAll(dir) }, err
	}
	if entries, err := os.ReadDir(c.Data); err == nil && len(entries) > 0 {
		return "", nil, fmt.Errorf("%w: %s is not empty; the demo seeds a new folder (serve opens an existing one)", errUsage, c.Data)
	}
	return c.Data, func() {}, nil
}

// welcome prints where to look and who can sign in.
func welcome(w io.Writer, addr, dir string, o *demo.Office, took time.Duration) {
	fmt.Fprintf(w, "\ndunwatch demo: http://%s  (ready in %.1f s; everything in it is invented)\n", addr, took.Seconds())
	fmt.Fprintf(w, "%d complaints, %d files, %d cases, %d forwarded to firms, %d findings, %d penalties in %s\n\n",
		o.Complaints, o.Files, o.Cases, o.Forwards, o.Findings, o.Penalties, dir)
	fmt.Fprintf(w, "Sign in at http://%s/sign-in with the password  %s\n\n", addr, o.Password)
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "  ROLE\tE-MAIL\tNAME\tUNIT OR FIRM")
	for _, p := range o.People {
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s%s\n", p.Role, p.Email, p.Name, p.Unit, p.Firm)
	}
	t.Flush()
	fmt.Fprintf(w, "\nFollow a complaint at http://%s/track with\n\n", addr)
	fmt.Fprintln(t, "  REFERENCE\tACCESS CODE\tSTATE\tLANGUAGE\t")
	for _, p := range o.Trackable {
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\n", p.Reference, p.AccessCode, p.Status, p.Lang, p.Worth)
	}
	t.Flush()
	fmt.Fprintf(w, "\nPenalties on the statutory procedure, at http://%s/penalties/REFERENCE\n\n", addr)
	fmt.Fprintln(t, "  REFERENCE\tSTAGE\tWHAT THERE IS TO DO OR SEE\tSIGN IN AS")
	for _, p := range o.Standing {
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", p.Reference, p.Stage, p.Worth, p.Who)
	}
	t.Flush()
	fmt.Fprintf(w, "\nPublished penalties: http://%s/register   Check a collector at http://%s/check-collector with\n\n", addr, addr)
	fmt.Fprintln(t, "  FIRM\tNUMBER\tANSWER")
	for _, l := range o.Lookups {
		fmt.Fprintf(t, "  %s\t%s\t%s\n", l.Firm, l.Number, l.Answer)
	}
	t.Flush()
	fmt.Fprintf(w, "\nFile one: http://%s/complain   API: http://%s/api/docs   Style guide: http://%s/styleguide\nCtrl-C ends it.\n", addr, addr, addr)
}

// demoClock stands where the seed puts it, and runs from there once released.
type demoClock struct{ at atomic.Int64 }

// Now is the seed's moment, or the real time.
func (c *demoClock) Now() time.Time {
	if s := c.at.Load(); s != 0 {
		return time.Unix(s, 0)
	}
	return time.Now()
}

// Set moves the clock.
func (c *demoClock) Set(t time.Time) { c.at.Store(t.Unix()) }

// Release lets real time take over.
func (c *demoClock) Release() { c.at.Store(0) }
