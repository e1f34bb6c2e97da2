package audit

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// keyName is the log's name inside its keys.
const keyName = "dunwatch"

// LoadOrCreateKey returns the key that signs checkpoints and receipts: from the
// environment (DUNWATCH_LOG_KEY), else from dir/keys/log.key, made on the first
// start for its owner alone. mustExist refuses to make one, for a database that
// already has checkpoints.
func LoadOrCreateKey(dir string, env func(string) string, mustExist bool) (string, error) {
	if k := strings.TrimSpace(env("DUNWATCH_LOG_KEY")); k != "" {
		return k, nil
	}
	path := filepath.Join(dir, "keys", "log.key")
	b, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(b)), checkMode(path)
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("read log key: %w", err)
	}
	if mustExist {
		return "", fmt.Errorf("the log has checkpoints but %s is missing: put the key back from where it was kept, or set DUNWATCH_LOG_KEY", path)
	}
	skey, _, err := note.GenerateKey(rand.Reader, keyName)
	if err != nil {
		return "", fmt.Errorf("make log key: %w", err)
	}
	return skey, writeKey(path, skey)
}

func checkMode(path string) error {
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	if st.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s can be read by others (%o): run chmod 600 on it", path, st.Mode().Perm())
	}
	return nil
}

func writeKey(path, key string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make key folder: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write log key: %w", err)
	}
	_, err = f.WriteString(key + "\n")
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("write log key: %w", err)
	}
	return nil
}

// verifierOf derives the public key from a signer key, whose text form is
// PRIVATE+KEY+name+hash+base64(algorithm, seed).
func verifierOf(skey string) (string, error) {
	f := strings.SplitN(skey, "+", 5)
	if len(f) != 5 {
		return "", errors.New("signer key: want PRIVATE+KEY+name+hash+data")
	}
	data, err := base64.StdEncoding.DecodeString(f[4])
	if err != nil || len(data) != 1+ed25519.SeedSize {
		return "", errors.New("signer key: data is not an Ed25519 seed")
	}
	pub, ok := ed25519.NewKeyFromSeed(data[1:]).Public().(ed25519.PublicKey)
	if !ok {
		return "", errors.New("signer key: no public half")
	}
	return note.NewEd25519VerifierKey(f[2], pub)
}
