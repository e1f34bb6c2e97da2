package seal

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Where the master key is looked for.
const (
	MasterKeyEnv     = "DUNWATCH_MASTER_KEY"      // base64 of 32 bytes
	OldMasterKeysEnv = "DUNWATCH_OLD_MASTER_KEYS" // the same, separated by commas
)

// KeyFile is the path of the master key under a data directory.
func KeyFile(dir string) string { return filepath.Join(dir, "keys", "master.key") }

// LoadOrCreate returns the keys of an installation: from the environment, else
// from KeyFile(dir), which the first start creates with mode 0600. With
// mustExist (the database already holds sealed data) it creates nothing,
// because a new key could open none of it. Its errors say what to do.
func LoadOrCreate(dir string, env func(string) string, mustExist bool) (*Keys, error) {
	var older [][]byte
	for s := range strings.SplitSeq(env(OldMasterKeysEnv), ",") {
		if strings.TrimSpace(s) == "" {
			continue
		}
		m, err := parseKey(s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", OldMasterKeysEnv, err)
		}
		older = append(older, m)
	}
	if s := strings.TrimSpace(env(MasterKeyEnv)); s != "" {
		return fromEnv(dir, s, older)
	}
	path := KeyFile(dir)
	master, err := readKeyFile(path)
	created := false
	if errors.Is(err, fs.ErrNotExist) {
		if mustExist {
			return nil, fmt.Errorf("master key: %s is missing and %s is not set, but the database holds sealed data: "+
				"put the key file back from its backup, or set %s", path, MasterKeyEnv, MasterKeyEnv)
		}
		master, created, err = createKeyFile(path)
	}
	if err != nil {
		return nil, err
	}
	k, err := New(master, older...)
	if err != nil {
		return nil, err
	}
	k.source, k.created = path, created
	return k, nil
}

// fromEnv refuses a key file that disagrees: somebody would find half of the
// data unreadable later and not know why.
func fromEnv(dir, value string, older [][]byte) (*Keys, error) {
	master, err := parseKey(value)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", MasterKeyEnv, err)
	}
	k, err := New(master, older...)
	if err != nil {
		return nil, err
	}
	k.source = MasterKeyEnv
	path := KeyFile(dir)
	stored, err := readKeyFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err != nil {
		return nil, err
	}
	z, err := newZone(stored)
	if err != nil {
		return nil, err
	}
	if !k.has(z.fingerprint) {
		return nil, fmt.Errorf("master key: %s differs from %s: to change the key, list the file's key in %s; "+
			"else unset %s or move the file away", MasterKeyEnv, path, OldMasterKeysEnv, MasterKeyEnv)
	}
	return k, nil
}

// parseKey reads a key in standard or URL base64, padded or not. It never
// repeats what it read.
func parseKey(s string) ([]byte, error) {
	s = strings.TrimRight(strings.TrimSpace(s), "=")
	s = strings.NewReplacer("+", "-", "/", "_").Replace(s)
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil, errors.New("not base64: make a key with `head -c 32 /dev/urandom | base64`")
	}
	if len(b) != KeySize {
		return nil, fmt.Errorf("%d bytes, want %d: make a key with `head -c 32 /dev/urandom | base64`", len(b), KeySize)
	}
	if strings.Count(string(b), string(b[:1])) == KeySize {
		return nil, errors.New("every byte is the same: make a key with `head -c 32 /dev/urandom | base64`")
	}
	return b, nil
}

// readKeyFile reads the key through one open handle, so that what was checked
// is what is read. fs.ErrNotExist passes through.
func readKeyFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("master key: %s is not a regular file", path)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("master key: other users may read %s (mode %04o): run `chmod 600 %s`; "+
			"if somebody could have read it, change the key", path, mode, path)
	}
	b, err := io.ReadAll(io.LimitReader(f, 1024))
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	m, err := parseKey(string(b))
	if err != nil {
		return nil, fmt.Errorf("master key: %s is damaged (%w); if it ever held a key, put it back from its backup", path, err)
	}
	return m, nil
}

// createKeyFile makes a new key, on the disk before anything is sealed with it.
// The file is complete under another name before it takes its own, and taking
// it is exclusive: of two first starts one wins and the other reads its key.
func createKeyFile(path string) (master []byte, created bool, err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, false, fmt.Errorf("create master key: %w", err)
	}
	master = randomKey()
	tmp, err := os.CreateTemp(dir, ".master-*") // O_EXCL, mode 0600
	if err != nil {
		return nil, false, fmt.Errorf("create master key: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(base64.StdEncoding.EncodeToString(master) + "\n")
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err != nil {
		return nil, false, fmt.Errorf("create master key: %w", err)
	}
	err = os.Link(tmp.Name(), path)
	if errors.Is(err, fs.ErrExist) {
		master, err = readKeyFile(path)
		return master, false, err
	}
	if err != nil {
		return nil, false, fmt.Errorf("create master key: %w", err)
	}
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := syncDir(d); err != nil {
			return nil, false, fmt.Errorf("create master key: %w", err)
		}
	}
	return master, true, nil
}

// syncDir makes a new name in a directory survive a power cut. Windows has no
// such call and needs none.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
