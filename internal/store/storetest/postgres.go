package storetest

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that makes test databases
)

// One cluster serves all tests of a test binary; each test gets a database.
var cluster struct {
	once sync.Once
	dir  string
	err  error
	n    atomic.Int64
	held *os.File // the side of a pipe that closes when this process ends
}

// PostgresURL makes an empty database in the throw-away cluster and returns its
// URL. The server dies with the test process.
func PostgresURL(tb testing.TB) string {
	tb.Helper()
	return postgresURL(tb, false)
}

// postgresURL makes a database that is empty, or a copy of a migrated one.
func postgresURL(tb testing.TB, copied bool) string {
	tb.Helper()
	cluster.once.Do(func() { cluster.dir, cluster.err = startCluster() })
	if cluster.err != nil {
		SkipOrFail(tb, "PostgreSQL is not available (Debian: apt-get install postgresql): "+cluster.err.Error())
	}
	name := fmt.Sprintf("t%d", cluster.n.Add(1))
	admin, err := sql.Open("pgx", clusterURL("postgres"))
	if err != nil {
		tb.Fatal(err)
	}
	defer admin.Close()
	how := "CREATE DATABASE " + name
	if copied {
		if err := migrated(admin); err != nil {
			tb.Fatal(err)
		}
		how += " TEMPLATE " + migratedName
	}
	if _, err := admin.Exec(how); err != nil {
		tb.Fatal(err)
	}
	return clusterURL(name)
}

func clusterURL(db string) string {
	q := url.Values{"host": {cluster.dir}, "user": {"app"}, "sslmode": {"disable"}}
	return "postgres:///" + db + "?" + q.Encode()
}

// inMemory is a file system that lies in memory, where the machine has one, and how much of it must be free. A database is some
// three hundred files; making them takes a second on a slow disk, and each test that needs one makes it.
const (
	inMemory     = "/dev/shm"
	inMemoryFree = 4 << 30 // bytes
)

// quickest is where the cluster lies; "" is the usual folder. Benchmarks fill more than memory has.
func quickest() string {
	var fs syscall.Statfs_t
	if b := flag.Lookup("test.bench"); b != nil && b.Value.String() != "" {
		return ""
	}
	if err := syscall.Statfs(inMemory, &fs); err != nil || fs.Bavail*uint64(fs.Bsize) < inMemoryFree {
		return ""
	}
	return inMemory
}

func startCluster() (string, error) {
	bin, err := findPostgres()
	if err != nil {
		return "", err
	}
	// A socket's path may have 107 bytes: not under the test's own folder.
	dir, err := os.MkdirTemp(quickest(), "dwpg")
	if err != nil {
		return "", err
	}
	cred, err := unprivileged(dir)
	if err != nil {
		return "", err
	}
	cmd := func(name string, args ...string) *exec.Cmd {
		c := exec.Command(filepath.Join(bin, name), args...)
		c.Dir = dir
		c.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=" + dir}
		c.SysProcAttr = &syscall.SysProcAttr{Credential: cred, Pdeathsig: syscall.SIGQUIT}
		return c
	}
	data := filepath.Join(dir, "d")
	out, err := cmd("initdb", "-D", data, "-U", "app", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("initdb: %w: %s", err, out)
	}
	started := make(chan error, 1)
	// Pdeathsig follows the thread that started the child: keep that thread.
	go func() {
		lockThread()
		srv := cmd("postgres", "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off",
			"-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=200")
		err := srv.Start()
		started <- err
		if err == nil {
			srv.Wait()
		}
	}()
	if err := <-started; err != nil {
		return "", err
	}
	if err := sweepAfter(dir); err != nil {
		return "", err
	}
	return dir, awaitCluster(dir)
}

// sweepAfter removes the cluster's folder when this process has ended, however it ends: a shell waits for the end of a pipe whose
// other side this process holds.
func sweepAfter(dir string) error {
	in, out, err := os.Pipe()
	if err != nil {
		return err
	}
	defer in.Close()
	cluster.held = out
	// The server writes while it goes down: what it leaves is removed a second time.
	shell := exec.Command("sh", "-c", `read -r x; sleep 1; rm -rf "$0" || { sleep 2; rm -rf "$0"; }`, dir)
	shell.Stdin = in
	return shell.Start()
}

// awaitCluster retries, since the socket accepts before the server is ready.
func awaitCluster(dir string) error {
	q := url.Values{"host": {dir}, "user": {"app"}, "sslmode": {"disable"}}
	db, err := sql.Open("pgx", "postgres:///postgres?"+q.Encode())
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := db.PingContext(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("postgres did not start: %w", err)
		case <-tick.C:
		}
	}
}

// unprivileged gives dir to an ordinary user where the tests run as root, which
// PostgreSQL refuses to.
func unprivileged(dir string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.Atoi(u.Uid)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.Atoi(u.Gid)
		if err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, uid, gid)
	}
	return nil, errors.New("running as root, and neither the user postgres nor nobody exists")
}

func findPostgres() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			return filepath.Dir(p), nil
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errors.New("initdb not found")
	}
	return filepath.Dir(found[len(found)-1]), nil
}
