package seal

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

// text is a master key as an operator would write it.
func text(enc *base64.Encoding, first byte) string {
	b := bytes.Repeat([]byte{0xfb}, KeySize) // gives + and / (or - and _)
	b[0] = first
	return enc.EncodeToString(b)
}

func TestFirstStartCreatesTheKey(t *testing.T) {
	dir := t.TempDir()
	first, err := LoadOrCreate(dir, env(), false)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(KeyFile(dir))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file: %v, %v", info.Mode(), err)
	}
	if info, err := os.Stat(filepath.Dir(KeyFile(dir))); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("key folder: %v, %v", info.Mode(), err)
	}
	if left, _ := os.ReadDir(filepath.Dir(KeyFile(dir))); len(left) != 1 {
		t.Errorf("%d files beside the key", len(left)-1)
	}
	second, err := LoadOrCreate(dir, env(), true)
	if err != nil {
		t.Fatal(err)
	}
	if !first.Created() || second.Created() || first.Fingerprint() != second.Fingerprint() || second.Source() != KeyFile(dir) {
		t.Error("the second start does not read the key of the first")
	}
}

func TestFirstStartsAtOnce(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	got := make([]*Keys, 8)
	for i := range got {
		wg.Go(func() {
			k, err := LoadOrCreate(dir, env(), false)
			if err != nil {
				t.Error(err)
			}
			got[i] = k
		})
	}
	wg.Wait()
	created := 0
	for _, k := range got {
		if k == nil || k.Fingerprint() != got[0].Fingerprint() {
			t.Fatal("two starts have two keys")
		}
		if k.Created() {
			created++
		}
	}
	if created != 1 {
		t.Errorf("%d starts created the key", created)
	}
}

func TestKeyFromEnvironment(t *testing.T) {
	dir := t.TempDir()
	std, err := LoadOrCreate(dir, env(MasterKeyEnv, text(base64.StdEncoding, 1)), true)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := LoadOrCreate(dir, env(MasterKeyEnv, " "+text(base64.RawURLEncoding, 1)+"\n"), false)
	if err != nil {
		t.Fatal(err)
	}
	if std.Fingerprint() != raw.Fingerprint() || std.Source() != MasterKeyEnv || std.Created() {
		t.Error("the two spellings are two keys")
	}
	if _, err := os.Stat(KeyFile(dir)); err == nil {
		t.Error("a key file was written beside the environment's key")
	}
	ring, err := LoadOrCreate(dir, env(MasterKeyEnv, text(base64.StdEncoding, 2), OldMasterKeysEnv, text(base64.StdEncoding, 1)+", "), true)
	if err != nil {
		t.Fatal(err)
	}
	if !ring.Holds(std.Fingerprint()) || ring.Fingerprint() == std.Fingerprint() {
		t.Error("the older key is not in the ring")
	}
}

// Each refusal must say what to do, and none may repeat a key.
func TestRefusals(t *testing.T) {
	key := text(base64.StdEncoding, 1)
	withFile := func(content string, mode os.FileMode) string {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Dir(KeyFile(dir)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(KeyFile(dir), []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(KeyFile(dir), mode); err != nil { // past the umask
			t.Fatal(err)
		}
		return dir
	}
	for name, c := range map[string]struct {
		dir       string
		env       func(string) string
		mustExist bool
		says      string
	}{
		"missing, data exists": {t.TempDir(), env(), true, "put the key file back"},
		"readable by group":    {withFile(key, 0o640), env(), false, "chmod 600"},
		"readable by others":   {withFile(key, 0o604), env(), false, "chmod 600"},
		"empty file":           {withFile("", 0o600), env(), false, "put it back from its backup"},
		"half a file":          {withFile(key[:20], 0o600), env(), false, "put it back from its backup"},
		"not base64":           {t.TempDir(), env(MasterKeyEnv, "pass word!"), false, "head -c 32"},
		"too short":            {t.TempDir(), env(MasterKeyEnv, "cGFzc3dvcmQ="), false, "head -c 32"},
		"all zero":             {t.TempDir(), env(MasterKeyEnv, strings.Repeat("A", 43)+"="), false, "head -c 32"},
		"old key bad":          {t.TempDir(), env(OldMasterKeysEnv, "x"), false, OldMasterKeysEnv},
		"two keys":             {withFile(key, 0o600), env(MasterKeyEnv, text(base64.StdEncoding, 2)), true, OldMasterKeysEnv},
	} {
		_, err := LoadOrCreate(c.dir, c.env, c.mustExist)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), key[:12]) {
			t.Errorf("%s: the message holds the key", name)
		}
	}
	if _, err := os.Stat(KeyFile(t.TempDir())); err == nil {
		t.Error("a refusal wrote a key")
	}
}
