package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"dunwatch/internal/evidence"
	"dunwatch/internal/store"
)

// backupCmd copies an office while it works: the database first, the evidence
// after, so that every row of the copy has its file.
type backupCmd struct {
	dataFlags
	Dest     string `arg:"" type:"path" help:"A folder that does not exist yet."`
	WithKeys bool   `name:"with-keys" help:"Copy the keys too. Whoever has the copy can then read everything: keep it accordingly."`
}

// Run backs up and verifies the copy.
func (c *backupCmd) Run(ctx context.Context, s Streams) error {
	if _, err := os.Stat(c.Dest); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %s exists; name a folder that does not", errUsage, c.Dest)
	}
	return withOffice(ctx, c.dataFlags, s, func(o *running) error {
		if err := os.MkdirAll(c.Dest, 0o700); err != nil {
			return err
		}
		if _, err := o.DB.Backup(ctx, c.Dest, c.DatabaseURL); err != nil {
			return err
		}
		n, err := c.copyBlobs(ctx, o)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.Out, "Copied the database and %d evidence files to %s.\n", n, c.Dest)
		if c.WithKeys {
			if _, err := copyTree(filepath.Join(c.Data, "keys"), filepath.Join(c.Dest, "keys")); err != nil {
				return err
			}
			fmt.Fprintln(s.Out, "The keys are in the copy: whoever has it can read everything.")
		} else {
			fmt.Fprintf(s.Out, "The keys are not in the copy. Keep %s somewhere else: without them the copy cannot be read.\n", filepath.Join(c.Data, "keys"))
		}
		return c.verify(ctx, s, o)
	})
}

// copyBlobs copies the evidence files into the backup.
func (c *backupCmd) copyBlobs(ctx context.Context, o *running) (int, error) {
	if c.Blobs == "" {
		return copyTree(filepath.Join(c.Data, "blobs"), filepath.Join(c.Dest, "blobs"))
	}
	to, err := evidence.NewDisk(filepath.Join(c.Dest, "blobs"))
	if err != nil {
		return 0, err
	}
	defer to.Close()
	return pour(ctx, o.Blobs, to)
}

// pour copies blobs from one store to another, and returns how many.
func pour(ctx context.Context, from, to evidence.Blobs) (n int, err error) {
	err = from.Each(ctx, func(b evidence.Stored) error {
		r, err := from.Open(ctx, b.Name)
		if err != nil {
			return err
		}
		name, _, err := to.Put(ctx, r)
		if err := errors.Join(err, r.Close()); err != nil {
			return err
		}
		if name != b.Name {
			return fmt.Errorf("%s was altered", b.Name)
		}
		n++
		return nil
	})
	return n, err
}

// verify opens the copy with the keys of the original and holds it against its
// own record.
func (c *backupCmd) verify(ctx context.Context, s Streams, o *running) error {
	if c.DatabaseURL != "" {
		return nil // a dump is verified by restoring it into an empty database
	}
	db, err := store.Open(ctx, store.Config{Dir: c.Dest})
	if err != nil {
		return fmt.Errorf("open the copy: %w", err)
	}
	defer db.Close()
	copied, err := wireCopy(ctx, db, c.Data, c.Dest, o)
	if err != nil {
		return err
	}
	v, err := copied.Log.Verify(ctx)
	if err != nil {
		return fmt.Errorf("verify the copy: %w", err)
	}
	files, err := copied.Evidence.Verify(ctx)
	if err != nil {
		return fmt.Errorf("verify the copy: %w", err)
	}
	if n := len(v.Problems) + len(files); n > 0 {
		return fmt.Errorf("the copy has %d problems, the first: %v", n, append(v.Problems, files...)[0])
	}
	fmt.Fprintf(s.Out, "The copy was opened and verified: %d entries, %d rows, every evidence file.\n", v.Entries, v.Rows)
	return nil
}

// restoreCmd puts a backup into an empty data folder.
type restoreCmd struct {
	dataFlags
	Src string `arg:"" type:"existingdir" help:"A folder that backup made."`
}

// Run restores.
func (c *restoreCmd) Run(ctx context.Context, s Streams) error {
	for _, name := range []string{"dunwatch.db", "blobs"} {
		if _, err := os.Stat(filepath.Join(c.Data, name)); err == nil {
			return fmt.Errorf("%w: %s already holds data; restore into an empty folder with --data", errUsage, c.Data)
		}
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	if c.DatabaseURL != "" {
		if err := store.RestorePostgres(ctx, filepath.Join(c.Src, "dunwatch.dump"), c.DatabaseURL); err != nil {
			return err
		}
	} else if err := copyFile(filepath.Join(c.Src, "dunwatch.db"), filepath.Join(c.Data, "dunwatch.db")); err != nil {
		return err
	}
	if _, err := copyTree(filepath.Join(c.Src, "keys"), filepath.Join(c.Data, "keys")); err != nil {
		return err
	}
	if err := c.restoreBlobs(ctx); err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "Restored into %s.\n", c.Data)
	if _, err := os.Stat(filepath.Join(c.Data, "keys", "master.key")); err != nil && os.Getenv("DUNWATCH_MASTER_KEY") == "" {
		fmt.Fprintf(s.Out, "The backup holds no keys: put them into %s before you start, then run \"dunwatch audit verify\".\n", filepath.Join(c.Data, "keys"))
		return nil
	}
	return (&auditVerify{dataFlags: c.dataFlags, Format: "text"}).Run(ctx, s)
}

func (c *restoreCmd) restoreBlobs(ctx context.Context) error {
	if c.Blobs == "" {
		_, err := copyTree(filepath.Join(c.Src, "blobs"), filepath.Join(c.Data, "blobs"))
		return err
	}
	from, err := evidence.NewDisk(filepath.Join(c.Src, "blobs"))
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := c.blobs(c.Data)
	if err == nil {
		_, err = pour(ctx, from, to)
	}
	return err
}

// copyTree copies the files of a folder and returns how many; a folder that
// does not exist is empty. Unfinished uploads are left out.
func copyTree(src, dest string) (int, error) {
	n := 0
	err := filepath.WalkDir(src, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // none, or an unfinished upload that has just ended
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(src, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(dest, rel), 0o700)
		}
		if strings.HasPrefix(d.Name(), ".") {
			return nil // an upload that is not finished
		}
		n++
		return copyFile(path, filepath.Join(dest, rel))
	})
	if err != nil {
		return n, fmt.Errorf("copy %s: %w", src, err)
	}
	return n, nil
}

func copyFile(src, dest string) error {
	in, err := os.Open(src)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(dest, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}
