package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
	_ "time/tzdata" // a bare container has no zone files

	"dunwatch/internal/evidence"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/web"
)

// dataFlags are on every command that touches stored data.
type dataFlags struct {
	Data        string `default:"dunwatch-data" help:"Folder of the database, the evidence and the keys." type:"path" placeholder:"DIR"`
	DatabaseURL string `name:"database-url" help:"PostgreSQL instead of SQLite: postgres://user@host/name." placeholder:"URL"`
	Zone        string `default:"Asia/Shanghai" help:"The regulator's time zone." placeholder:"ZONE"`
	Blobs       string `help:"Evidence in an S3-compatible store instead of under --data: s3://bucket/prefix?endpoint=host:port; keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY." placeholder:"URL"`
}

// blobs opens the store of the evidence files.
func (f dataFlags) blobs(dir string) (evidence.Blobs, error) {
	if f.Blobs == "" {
		return evidence.NewDisk(filepath.Join(dir, "blobs"))
	}
	s, err := evidence.NewS3(f.Blobs)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	return s, nil
}

// scanFlags say who looks for malware in what is sent in.
type scanFlags struct {
	ClamAV string `name:"clamav" help:"ClamAV daemon that checks files: unix:/run/clamav/clamd.ctl or tcp:host:port; without it files are marked as not checked." placeholder:"SOCKET"`
}

// scanner is the daemon that the flag names; nil for none.
func (f scanFlags) scanner() (*evidence.Clamd, error) {
	if f.ClamAV == "" {
		return nil, nil
	}
	c, err := evidence.NewClamd(f.ClamAV)
	if err != nil {
		return nil, fmt.Errorf("%w: --clamav: %w", errUsage, err)
	}
	return c, nil
}

func (f dataFlags) location() (*time.Location, error) {
	z, err := time.LoadLocation(f.Zone)
	if err != nil {
		return nil, fmt.Errorf("%w: time zone %q is not known", errUsage, f.Zone)
	}
	return z, nil
}

// newLogger writes structured lines without personal data: routes, counts and
// errors, never bodies, addresses or references.
func newLogger(io Streams, level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(io.Err, &slog.HandlerOptions{Level: level}))
}

// loopback reports whether an address can be reached from this machine alone.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// explain puts an error into words for the terminal: messages meant for people
// come from the catalogue, in the language of the environment.
func explain(err error) string {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err.Error()
	}
	words, lerr := locale.Load(web.FS)
	if lerr != nil {
		return err.Error()
	}
	lang := terminalLang()
	text := words.T(lang, f.Key, f.Args...)
	for _, fd := range f.Fields {
		text += fmt.Sprintf("\n  %s: %s", fd.Name, words.T(lang, fd.Key, fd.Args...))
	}
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable || f.Kind == fault.Conflict {
		text += "\n  " + err.Error()
	}
	return text
}

// terminalLang follows the environment's locale.
func terminalLang() locale.Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			if strings.HasPrefix(v, "zh") {
				return locale.ZH
			}
			return locale.EN
		}
	}
	return locale.EN
}
