package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/complaint"
)

func TestExitStatus(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want int
	}{
		{[]string{"version"}, exitDone},
		{[]string{"--help"}, exitDone},
		{[]string{"frobnicate"}, exitUsage},
		{[]string{"report", "monthly", "October"}, exitUsage},
		{[]string{"serve", "--addr", "0.0.0.0:0", "--rate-limit", "off"}, exitUsage},
		{[]string{"user", "add", "--role", "admin"}, exitUsage},
		{[]string{"user", "disable", "nobody@example.org", "--data", t.TempDir()}, exitFailed},
	} {
		if out, got := runProgram(t, tt.args...); got != tt.want {
			t.Errorf("%v: exit %d, want %d: %s", tt.args, got, tt.want, out)
		}
	}
}

// Every flag is an environment variable too.
func TestFlagsFromTheEnvironment(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	t.Setenv("DUNWATCH_DATA", dir)
	if out, code := runProgram(t, "migrate", "up"); code != exitDone {
		t.Fatalf("exit %d: %s", code, out)
	}
	if _, err := os.Stat(filepath.Join(dir, "dunwatch.db")); err != nil {
		t.Error(err)
	}
}

func TestUserCommands(t *testing.T) {
	data := t.TempDir()
	out, code := runProgram(t, "user", "add", "--role", "reviewer", "--name", "程一诺", "--email", "r@office.example", "--unit", "U1", "--data", data)
	if code != 0 || !strings.Contains(out, "Password, shown once: ") {
		t.Fatalf("add: exit %d: %s", code, out)
	}
	if out, code := runProgram(t, "user", "add", "--role", "reviewer", "--name", "x", "--email", "r@office.example", "--unit", "U1", "--data", data); code != 1 {
		t.Errorf("the same e-mail twice: exit %d: %s", code, out)
	}
	if out, code := runProgram(t, "user", "disable", "r@office.example", "--data", data); code != 0 {
		t.Errorf("disable: exit %d: %s", code, out)
	}
	if out, _ := runProgram(t, "user", "list", "--data", data); !strings.Contains(out, "disabled") {
		t.Errorf("list: %s", out)
	}
}

// small seeds a data folder with one complaint that has a file, and returns its
// receipt.
func small(t *testing.T, data string) []byte {
	t.Helper()
	ctx := t.Context()
	o, err := openOffice(ctx, dataFlags{Data: data, Zone: "Asia/Shanghai"}, newLogger(Streams{Err: os.Stderr}, levelQuiet), openOptions{cost: account.Cheap})
	if err != nil {
		t.Fatal(err)
	}
	defer o.DB.Close()
	var f complaint.Filing
	if err := json.Unmarshal(filingBody("small"), &f); err != nil {
		t.Fatal(err)
	}
	filed, err := o.Complaints.File(ctx, access.Nobody, f, "web", "", "")
	if err != nil {
		t.Fatalf("%+v", err)
	}
	who := access.Actor{Role: access.Borrower, ComplaintID: filed.Complaint.ID}
	if _, err := o.Evidence.Add(ctx, who, filed.Complaint.Reference, "sms", "截图.txt", strings.NewReader("今晚不还就去你单位。")); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Log.Sequence(ctx); err != nil {
		t.Fatal(err)
	}
	r, err := o.Complaints.Receipt(ctx, who, filed.Complaint.Reference)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBackupAndRestore(t *testing.T) {
	data, backup, restored := t.TempDir(), filepath.Join(t.TempDir(), "b"), filepath.Join(t.TempDir(), "r")
	small(t, data)
	if out, code := runProgram(t, "backup", backup, "--with-keys", "--data", data); code != 0 || !strings.Contains(out, "1 evidence files") || !strings.Contains(out, "verified") {
		t.Fatalf("backup: exit %d: %s", code, out)
	}
	if out, code := runProgram(t, "backup", backup, "--data", data); code != exitUsage {
		t.Errorf("backup over an existing folder: exit %d: %s", code, out)
	}
	if out, code := runProgram(t, "restore", backup, "--data", restored); code != 0 || !strings.Contains(out, "Everything agrees.") {
		t.Fatalf("restore: exit %d: %s", code, out)
	}
	if out, code := runProgram(t, "restore", backup, "--data", restored); code != exitUsage {
		t.Errorf("restore over data: exit %d: %s", code, out)
	}
	blobs, err := filepath.Glob(filepath.Join(restored, "blobs", "*", "*"))
	if err != nil || len(blobs) != 1 {
		t.Fatalf("%d blobs restored, %v", len(blobs), err)
	}
	if err := os.WriteFile(blobs[0], []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := runProgram(t, "audit", "verify", "--data", restored); code != exitFailed || !strings.Contains(out, "evidence 1") {
		t.Errorf("a changed file: exit %d: %s", code, out)
	}
}

// A database without its keys must not be given new ones.
func TestLostKeysAreSaid(t *testing.T) {
	data := t.TempDir()
	small(t, data)
	if err := os.RemoveAll(filepath.Join(data, "keys")); err != nil {
		t.Fatal(err)
	}
	if out, code := runProgram(t, "audit", "verify", "--data", data); code != exitFailed || !strings.Contains(out, "key") {
		t.Errorf("exit %d: %s", code, out)
	}
	if _, err := os.Stat(filepath.Join(data, "keys", "master.key")); err == nil {
		t.Error("a new master key was made for old data")
	}
}

func TestReceiptVerify(t *testing.T) {
	data, dir := t.TempDir(), t.TempDir()
	receipt := small(t, data)
	file := filepath.Join(dir, "receipt.json")
	if err := os.WriteFile(file, receipt, 0o600); err != nil {
		t.Fatal(err)
	}
	checkpoint := filepath.Join(dir, "checkpoint")
	if out, code := runProgram(t, "audit", "checkpoint", "-o", checkpoint, "--data", data); code != 0 {
		t.Fatalf("checkpoint: %s", out)
	}
	if out, code := runProgram(t, "receipt", "verify", file, "--checkpoint", checkpoint); code != 0 || !strings.Contains(out, "the signature holds") || !strings.Contains(out, "signs the same log") {
		t.Errorf("exit %d: %s", code, out)
	}
	if out, code := runProgram(t, "audit", "verify", "--checkpoint", checkpoint, "--data", data); code != 0 {
		t.Errorf("against the kept checkpoint: %s", out)
	}
	forged := bytes.Replace(receipt, []byte("C-2026"), []byte("C-2025"), 1)
	if bytes.Equal(forged, receipt) {
		forged = bytes.Replace(receipt, []byte("\"reference\": \"C-"), []byte("\"reference\": \"D-"), 1)
	}
	if err := os.WriteFile(file, forged, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := runProgram(t, "receipt", "verify", file); code != exitFailed {
		t.Errorf("a forged receipt: exit %d: %s", code, out)
	}
}

func TestRoutesNameAnActionOrThePublic(t *testing.T) {
	out, code := runProgram(t, "routes", "--format", "json")
	var lines []routeLine
	if err := json.Unmarshal([]byte(out), &lines); code != 0 || err != nil {
		t.Fatalf("exit %d, %v: %s", code, err, out)
	}
	if len(lines) < 100 {
		t.Errorf("only %d routes: the table is not the whole site", len(lines))
	}
	for _, l := range lines {
		if !l.Public && l.Action == "" {
			t.Errorf("%s %s: public %v, action %q", l.Method, l.Path, l.Public, l.Action)
		}
		if !l.Public && len(l.Reach) == 0 && !l.Code {
			t.Errorf("%s %s: nobody may %s", l.Method, l.Path, l.Action)
		}
	}
}

func TestDoctor(t *testing.T) {
	data := t.TempDir()
	small(t, data)
	if out, code := runProgram(t, "doctor", "--data", data); code != 0 {
		t.Errorf("exit %d: %s", code, out)
	}
	if err := os.Chmod(filepath.Join(data, "keys", "log.key"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, code := runProgram(t, "doctor", "--data", data); code != exitFailed || !strings.Contains(out, "chmod 600") {
		t.Errorf("an open key: exit %d: %s", code, out)
	}
}

// The first start of a real office: no default account, a one-time code, health
// on its addresses.
func TestFirstStart(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the built program")
	}
	s := startServer(t, t.TempDir())
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/": 200, "/metrics": 404, "/styleguide": 404, "/api/v1/nothing": 404} {
		res, err := http.Get(s.url + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, want)
		}
	}
}
