package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

var soak = flag.Int("soak", 0, "acknowledged filings for the kill test; 0 is a short run")

// server is the built program, running.
type server struct {
	cmd *exec.Cmd
	url string
}

// buildProgram builds the program once for all tests that run it.
var buildProgram = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "dunwatch-test")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "dunwatch")
	out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return bin, nil
})

func startServer(t *testing.T, data string, args ...string) *server {
	t.Helper()
	bin, err := buildProgram()
	if err != nil {
		t.Fatal(err)
	}
	s := &server{cmd: exec.Command(bin, append([]string{"serve", "--addr", "127.0.0.1:0", "--data", data, "--rate-limit", "off"}, args...)...)}
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	s.cmd.Stderr = os.Stderr
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.cmd.Process.Kill(); s.cmd.Wait() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if u, ok := strings.CutPrefix(lines.Text(), "dunwatch serves "); ok {
			s.url = u
			go io.Copy(io.Discard, out)
			return s
		}
	}
	t.Fatal("the server ended before it served")
	return nil
}

// filing is one attempt: the key makes a repeat the same filing.
type filing struct {
	key       string
	reference string // "" until acknowledged
	code      string
}

func filingBody(key string) []byte {
	b, _ := json.Marshal(map[string]any{
		"pack": "cn", "language": "zh", "track": "complaint",
		"complainant": map[string]any{"name": "王小明", "phone": "13800138000"},
		"lender":      map[string]any{"name": "某消费金融公司"}, "agency_unknown": true,
		"channels": []string{"phone"}, "violations": []string{"T01"},
		"occurred_from": "2026-10-01", "occurred_to": "2026-10-02",
		"narrative": "每天夜里十一点以后还在打电话催收，已经影响休息。编号 " + key, "demand": "停止夜间催收",
		"consent_to_forward": true, "declaration": true,
	})
	return b
}

// send files once; an error means that nobody knows whether it was stored.
func (f *filing) send(ctx context.Context, c *http.Client, url string) error {
	req, err := http.NewRequestWithContext(ctx, "POST", url+"/api/v1/complaints", bytes.NewReader(filingBody(f.key)))
	if err != nil {
		return err
	}
	req.GetBody = nil // Go would silently send it again and hide a broken answer
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", f.key)
	res, err := c.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusCreated {
		return fmt.Errorf("status %d: %s", res.StatusCode, b)
	}
	var out struct {
		Reference  string `json:"reference"`
		AccessCode string `json:"access_code"`
	}
	if err := json.Unmarshal(b, &out); err != nil {
		return err
	}
	if f.reference != "" && f.reference != out.Reference {
		return fmt.Errorf("key %s was %s and came back as %s", f.key, f.reference, out.Reference)
	}
	f.reference, f.code = out.Reference, out.AccessCode
	return nil
}

// The promise: a filing that was acknowledged is there after kill -9, none is
// doubled by a resend, and the record still verifies.
func TestKillLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the built program")
	}
	rounds, perRound := 2, 400
	if *soak > 0 {
		rounds, perRound = 10, *soak/10
	}
	data := t.TempDir()
	var all []*filing
	for round := range rounds {
		s := startServer(t, data)
		all = append(all, fileUntilKilled(t, s, fmt.Sprintf("r%d", round), perRound)...)
	}
	began := time.Now()
	s := startServer(t, data)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("recovery took %v", took)
	}
	acked := resendAll(t, s, all)
	count := stopAndCount(t, s, data)
	if count != len(all) {
		t.Errorf("%d complaints for %d keys (%d acknowledged before the kills)", count, len(all), acked)
	}
	out, code := runProgram(t, "audit", "verify", "--data", data)
	if code != 0 {
		t.Errorf("audit verify: %s", out)
	}
	t.Logf("%d filings, %d acknowledged before a kill, %d kills", len(all), acked, rounds)
}

// fileUntilKilled loads the server from 16 clients and kills it in the middle.
func fileUntilKilled(t *testing.T, s *server, prefix string, acks int) []*filing {
	t.Helper()
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		all  []*filing
		done atomic.Int64
		next atomic.Int64
	)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}, Timeout: 20 * time.Second}
	for range 16 {
		wg.Go(func() {
			for {
				f := &filing{key: fmt.Sprintf("%s-%06d", prefix, next.Add(1))}
				mu.Lock()
				all = append(all, f)
				mu.Unlock()
				if err := f.send(t.Context(), client, s.url); err != nil {
					return // the server is gone
				}
				if done.Add(1) == int64(acks) {
					s.cmd.Process.Signal(syscall.SIGKILL)
				}
			}
		})
	}
	wg.Wait()
	s.cmd.Wait()
	if done.Load() < int64(acks) {
		t.Fatalf("the server died after %d filings, before it was killed", done.Load())
	}
	return all
}

// resendAll sends every filing again, as people do who saw no answer, and looks
// each acknowledged one up with its code.
func resendAll(t *testing.T, s *server, all []*filing) (acked int) {
	t.Helper()
	client := &http.Client{Timeout: 20 * time.Second}
	for _, f := range all {
		if f.reference != "" {
			acked++
			req, _ := http.NewRequestWithContext(t.Context(), "GET", s.url+"/api/v1/complaints/"+f.reference, nil)
			req.Header.Set("Access-Code", f.code)
			res, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != http.StatusOK {
				t.Errorf("acknowledged filing %s is gone: status %d", f.reference, res.StatusCode)
			}
		}
		if err := f.send(t.Context(), client, s.url); err != nil {
			t.Errorf("resend %s: %v", f.key, err)
		}
	}
	return acked
}

// stopAndCount stops the server as an operator would and counts what is stored.
func stopAndCount(t *testing.T, s *server, data string) int {
	t.Helper()
	s.cmd.Process.Signal(syscall.SIGTERM)
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("stop: %v", err)
	}
	o, err := openOffice(t.Context(), dataFlags{Data: data, Zone: "Asia/Shanghai"}, newLogger(Streams{Err: os.Stderr}, levelQuiet), openOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer o.DB.Close()
	return countRows(t, o, "complaints")
}

func runProgram(t *testing.T, args ...string) (string, int) {
	t.Helper()
	var out bytes.Buffer
	code := Run(t.Context(), args, Streams{In: strings.NewReader(""), Out: &out, Err: &out})
	return out.String(), code
}
