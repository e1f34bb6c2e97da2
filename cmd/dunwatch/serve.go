package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"dunwatch/internal/httpd"
	"dunwatch/internal/worker"
)

// serveCmd serves the office.
type serveCmd struct {
	dataFlags
	mailFlags
	scanFlags
	Addr        string `default:"127.0.0.1:8080" help:"Address to listen on."`
	PublicURL   string `name:"public-url" help:"The site's address as people type it; https makes its cookies Secure." placeholder:"URL"`
	NoWorker    bool   `name:"no-worker" help:"Leave the scheduled jobs to another instance."`
	RateLimit   string `name:"rate-limit" enum:"on,off" default:"on" help:"off only on a loopback address, for load tests."`
	MetricsAddr string `name:"metrics-addr" help:"Address for Prometheus; none by default." placeholder:"ADDR"`
	Proxied     bool   `help:"A trusted proxy on a private address sets X-Forwarded-For."`
	Verbose     bool   `help:"Log every request."`
}

// Run serves until the context ends, then drains.
func (c *serveCmd) Run(ctx context.Context, io Streams) error {
	if c.RateLimit == "off" && !loopback(c.Addr) {
		return fmt.Errorf("%w: --rate-limit off is for a loopback address, not %s", errUsage, c.Addr)
	}
	level := slog.LevelInfo
	if c.Verbose {
		level = slog.LevelDebug
	}
	logger := newLogger(io, level)
	if c.PublicURL == "" {
		c.PublicURL = "http://" + c.Addr
	}
	o, err := openOffice(ctx, c.dataFlags, logger, openOptions{mail: &c.mailFlags, public: c.PublicURL, scan: c.scanFlags})
	if err != nil {
		return err
	}
	defer o.DB.Close()
	if err := firstStart(ctx, o, c.PublicURL, io); err != nil {
		return err
	}
	return o.serve(ctx, serving{addr: c.Addr, metrics: c.MetricsAddr, worker: !c.NoWorker, cfg: httpd.Config{
		PublicURL: c.PublicURL, Zone: o.Zone, Pack: "cn", RateLimit: c.RateLimit == "on", Proxied: c.Proxied,
	}, ready: func(addr string) { fmt.Fprintf(io.Out, "dunwatch serves http://%s\n", addr) }})
}

// firstStart prints the one-time code with which the first administrator is
// made. There is no default password.
func firstStart(ctx context.Context, o *running, url string, io Streams) error {
	first, err := o.Accounts.NeedsSetUp(ctx)
	if err != nil || !first {
		return err
	}
	code, err := o.Accounts.NewSetUpCode(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(io.Out, "There is no account yet. Open %s/set-up and make the first administrator with this code:\n\n    %s\n\n", url, code)
	return nil
}

// serving is how an office is put on the network.
type serving struct {
	addr, metrics string
	worker        bool
	cfg           httpd.Config
	ready         func(addr string)
}

// drainTime is how long open requests may take after a stop was asked for.
const drainTime = 20 * time.Second

// serve listens, runs the jobs, and returns when both have come to rest.
func (o *running) serve(ctx context.Context, s serving) error {
	site, err := httpd.New(o.site(), s.cfg)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", s.addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	var jobs sync.WaitGroup
	jobs.Go(func() {
		o.Docket.Watch(background, func(err error) { o.logger.Error("calendars", "err", err.Error()) })
	})
	jobs.Go(func() { o.freshen(background) })
	if s.worker {
		jobs.Go(func() { worker.New(o.DB, o.logger, o.jobs()...).Run(background) })
		jobs.Go(func() {
			o.Log.Run(background, time.Second, func(err error) { o.logger.Error("sequencer", "err", err.Error()) })
		})
	}
	if s.metrics != "" {
		m := &http.Server{Addr: s.metrics, Handler: site.Metrics(), ReadHeaderTimeout: 5 * time.Second}
		go m.ListenAndServe()
		defer m.Close()
	}
	if s.ready != nil {
		s.ready(ln.Addr().String())
	}
	err = drain(ctx, ln, site.Handler(), o.logger)
	stop()
	jobs.Wait()
	return err
}

// freshenEvery is shorter than a kept report may be old, so that nobody waits for one.
const freshenEvery = 5 * time.Minute

// freshen keeps the reports of a large office at hand. It is no job of the worker, of which one instance of many runs each: what
// is kept is kept by each instance for its own readers.
func (o *running) freshen(ctx context.Context) {
	tick := time.NewTicker(freshenEvery)
	defer tick.Stop()
	for {
		if err := o.Reports.Freshen(ctx); err != nil && ctx.Err() == nil {
			o.logger.Error("freshen reports", "err", err.Error())
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// drain serves until ctx ends and then waits for the requests that are under
// way: returning as soon as Serve does would kill them.
func drain(ctx context.Context, ln net.Listener, h http.Handler, logger *slog.Logger) error {
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Minute, WriteTimeout: 5 * time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	rest, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := srv.Shutdown(rest); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}
