package evidence

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"strings"
	"time"
)

// Disk keeps blobs in a folder, each in a folder named by the first two digits
// of its name. Nothing outside the folder can be reached, whatever a name says.
// It is safe for concurrent use, also by several programs.
type Disk struct {
	root  *os.Root
	hasty bool // see Hasty
}

// tempPrefix begins the names of files that are not complete. A backup leaves
// them out.
const tempPrefix = ".new-"

// NewDisk opens the folder and makes it if it is absent.
func NewDisk(dir string) (*Disk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open blobs: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open blobs: %w", err)
	}
	return &Disk{root: root}, nil
}

// Hasty is the same folder without waiting for the disk: for a demo that can be
// seeded again, never for anybody's evidence.
func (d *Disk) Hasty() *Disk { return &Disk{root: d.root, hasty: true} }

// Close lets go of the folder.
func (d *Disk) Close() error { return d.root.Close() }

// Put stores what r yields under a name of its own, first aside and synced, then
// renamed into place, then the folder synced: after a power cut the blob is
// there whole or not at all.
func (d *Disk) Put(ctx context.Context, r io.Reader) (string, int64, error) {
	temp := tempPrefix + rand.Text()
	f, err := d.root.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", 0, fmt.Errorf("store blob: %w", err)
	}
	defer d.root.Remove(temp) // gone already when all went well
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, h), stopping{ctx, r})
	if !d.hasty {
		err = errors.Join(err, f.Sync())
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return "", 0, fmt.Errorf("store blob: %w", err)
	}
	name := hex.EncodeToString(h.Sum(nil))
	folder := name[:2]
	if err := d.root.Mkdir(folder, 0o700); err == nil {
		if err := d.sync("."); err != nil {
			return "", 0, fmt.Errorf("store blob: %w", err)
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return "", 0, fmt.Errorf("store blob: %w", err)
	}
	if err := d.root.Rename(temp, place(name)); err != nil {
		return "", 0, fmt.Errorf("store blob: %w", err)
	}
	if err := d.sync(folder); err != nil {
		return "", 0, fmt.Errorf("store blob: %w", err)
	}
	return name, n, nil
}

// stopping ends a copy when the request ended.
type stopping struct {
	ctx context.Context
	r   io.Reader
}

func (s stopping) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

// sync makes a new name in a folder survive a power cut; Windows has no such
// call.
func (d *Disk) sync(folder string) error {
	if d.hasty || runtime.GOOS == "windows" {
		return nil
	}
	f, err := d.root.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// place is where a blob lies.
func place(name string) string { return path.Join(name[:2], name) }

// proper reports whether a name is one that Put gave.
func proper(name string) bool {
	return len(name) == 2*sha256.Size && strings.Trim(name, "0123456789abcdef") == ""
}

// Open opens a blob. It fails with fs.ErrNotExist.
func (d *Disk) Open(_ context.Context, name string) (io.ReadCloser, error) {
	if !proper(name) {
		return nil, fmt.Errorf("open blob %q: %w", name, fs.ErrNotExist)
	}
	f, err := d.root.Open(place(name))
	if err != nil {
		return nil, fmt.Errorf("open blob: %w", err)
	}
	return f, nil
}

// Remove removes a blob.
func (d *Disk) Remove(_ context.Context, name string) error {
	if !proper(name) {
		return nil
	}
	if err := d.root.Remove(place(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove blob: %w", err)
	}
	return nil
}

// Each lists the blobs.
func (d *Disk) Each(ctx context.Context, f func(Stored) error) error {
	return fs.WalkDir(d.root.FS(), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !proper(e.Name()) {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed while we looked
		}
		if err != nil {
			return err
		}
		return f(Stored{Name: e.Name(), Size: info.Size(), At: info.ModTime()})
	})
}

// Sweep removes what a crash left half written before a moment, and returns how
// many files that were.
func (d *Disk) Sweep(before time.Time) (int, error) {
	entries, err := fs.ReadDir(d.root.FS(), ".")
	if err != nil {
		return 0, fmt.Errorf("sweep blobs: %w", err)
	}
	n := 0
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !strings.HasPrefix(e.Name(), tempPrefix) || !info.ModTime().Before(before) {
			continue
		}
		if err := d.root.Remove(e.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return n, fmt.Errorf("sweep blobs: %w", err)
		}
		n++
	}
	return n, nil
}
