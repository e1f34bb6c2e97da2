package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"dunwatch/internal/store/storetest"
)

// The child of TestKilledWhileSending delivers what is in a database until it is killed at the point it was told.
const childEnv = "DUNWATCH_TEST_DELIVERING_CHILD"

// child is what the parent tells it.
type child struct {
	Dir   string // of the database
	Port  int    // of the mail server
	Roots []byte
	Hook  string // address of the gateway for short messages
	Die   string // the step at which to die by its own hand; "" where the other side kills it
	Nth   int    // at which message, from 1
}

var secret = []byte(strings.Repeat("k", 32))

// TestChildDelivers is the child; in a run of the tests it does nothing.
func TestChildDelivers(t *testing.T) {
	told := os.Getenv(childEnv)
	if told == "" {
		t.SkipNow() // this process is not the child
	}
	var c child
	if err := json.Unmarshal([]byte(told), &c); err != nil {
		t.Fatal(err)
	}
	s := open(t, storetest.OpenDir(t, storetest.NewClock(), c.Dir), c.senders(t))
	n := 0
	s.at = func(step string) {
		if step != c.Die {
			return
		}
		if n++; n == c.Nth {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // the signal is on its way
		}
	}
	if _, err := s.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (c child) senders(t *testing.T) Senders {
	if c.Hook != "" {
		w, err := NewWebhook(c.Hook, secret)
		if err != nil {
			t.Fatal(err)
		}
		return Senders{SMS: w}
	}
	return Senders{Email: dial(t, c.Port, c.Roots)}
}

// killPoints are the steps of sending: by whom the child dies, and whether the other side took the message by then.
var killPoints = []struct {
	name     string
	die      string // by its own hand at this step
	server   string // or by the server: "begins" to hear the message, or "took" it
	taken    bool   // the message had arrived
	inFlight bool   // the program had promised nothing about it when it died: it is in doubt
}{
	{name: "before the claim", die: "before claim"},
	{name: "after the claim", die: "claimed", inFlight: true},
	{name: "during DATA", server: "begins", inFlight: true},
	{name: "after the server took it", server: "took", taken: true, inFlight: true},
	{name: "before the mark", die: "sent", taken: true, inFlight: true},
}

const letters, victim = 5, 3 // so many messages; the child dies at the third

// TestKilledWhileSending: whatever the moment at which the program is killed, no letter is lost and none goes twice save
// the one in flight, which is marked.
func TestKilledWhileSending(t *testing.T) {
	for _, k := range killPoints {
		t.Run("mail "+k.name, func(t *testing.T) {
			p := openPostOffice(t)
			dying := newDying()
			p.onData = func(mail string, whole bool) error {
				p.mu.Lock()
				n := len(p.taken) // with this one, once it is whole
				p.mu.Unlock()
				if k.server == "begins" && !whole && n == victim-1 || k.server == "took" && whole && n == victim {
					return dying.kill()
				}
				return nil
			}
			died(t, Email, child{Port: p.port, Roots: p.roots, Die: k.die, Nth: victim}, dying, k.taken, k.inFlight, func() (got []string) {
				for _, m := range p.taken {
					_, id, _ := strings.Cut(m, "outbox-")
					got = append(got, id[:1])
				}
				return got
			})
		})
		t.Run("sms "+k.name, func(t *testing.T) {
			dying := newDying()
			var taken []string
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if k.server == "begins" && len(taken) == victim-1 && dying.kill() != nil {
					return // cut off before it was read
				}
				body, err := io.ReadAll(r.Body)
				var m struct{ ID int64 }
				if err := errors.Join(err, json.Unmarshal(body, &m)); err != nil || r.Header.Get(SignatureHeader) != Sign(secret, r.Header.Get(TimestampHeader), body) {
					t.Errorf("got %s: %v", body, err)
				}
				taken = append(taken, fmt.Sprint(m.ID))
				if k.server == "took" && len(taken) == victim {
					dying.kill()
				}
			}))
			defer srv.Close()
			died(t, SMS, child{Hook: srv.URL, Die: k.die, Nth: victim}, dying, k.taken, k.inFlight, func() []string { return taken })
		})
	}
}

// dying kills the child once, from the other side of its connection.
type dying struct {
	child chan *os.Process
	dead  chan struct{} // closed when the child is gone
	done  bool
}

func newDying() *dying {
	return &dying{child: make(chan *os.Process, 1), dead: make(chan struct{})}
}

func (d *dying) kill() error {
	if d.done {
		return nil
	}
	d.done = true
	(<-d.child).Kill()
	<-d.dead
	return errors.New("nobody is there any more")
}

// died lets a child die while it sends, delivers the rest, and holds what arrived against what may.
func died(t *testing.T, channel Channel, c child, d *dying, taken, inFlight bool, arrived func() []string) {
	t.Helper()
	clock := storetest.NewClock()
	c.Dir = t.TempDir()
	s := open(t, storetest.OpenDir(t, clock, c.Dir), c.senders(t))
	var want []string
	for i := range letters {
		m := filed(fmt.Sprintf("n%d@example.cn", i), "")
		if channel == SMS {
			m.Channel, m.To = SMS, fmt.Sprintf("1381234567%d", i)
			delete(m.Data, "date")
		}
		s.must(t, m)
		want = append(want, fmt.Sprint(i+1))
	}
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	run(t, c, d)

	first := slices.Clone(arrived())
	sent := victim - 1
	if taken {
		sent++
	}
	if !slices.Equal(first, want[:sent]) {
		t.Fatalf("before the child died %v arrived, want %v", first, want[:sent])
	}
	s = open(t, storetest.OpenDir(t, clock, c.Dir), c.senders(t))
	if _, err := s.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	clock.Add(claimFor)
	if _, err := s.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := slices.Clone(arrived())
	slices.Sort(got)
	if taken {
		want = slices.Insert(want, victim, fmt.Sprint(victim)) // the one in flight went twice
	}
	if !slices.Equal(got, want) {
		t.Errorf("arrived %v, want %v", got, want)
	}
	doubt := []string{"0", "0", "0", "0", "0"}
	if inFlight {
		doubt[victim-1] = "1"
	}
	if marks := column(t, s, "CAST(doubtful AS TEXT)"); !slices.Equal(marks, doubt) {
		t.Errorf("in doubt are %v, want %v", marks, doubt)
	}
	if st, err := s.Stats(t.Context()); err != nil || st.Waiting != 0 || st.Dead != 0 || (st.Doubtful == 1) != inFlight {
		t.Errorf("%+v %v", st, err)
	}
}

// run starts the child and waits until it was killed.
func run(t *testing.T, c child, d *dying) {
	t.Helper()
	told, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	exe, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run=^TestChildDelivers$")
	cmd.Env = append(os.Environ(), childEnv+"="+string(told))
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	d.child <- cmd.Process
	timer := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer timer.Stop()
	err = cmd.Wait()
	close(d.dead)
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the child was not killed: %v\n%s", err, out.String())
	}
}
