package notify

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dunwatch/internal/locale"
	"dunwatch/internal/store/storetest"
)

// mailServer speaks as much SMTP as a client needs; toRcpt is its answer to RCPT.
func mailServer(t *testing.T, toRcpt string) (port int, received func() string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	done := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		var all strings.Builder
		r := bufio.NewReader(c)
		fmt.Fprint(c, "220 test\r\n")
		for inData := false; ; {
			line, err := r.ReadString('\n')
			if err != nil {
				break
			}
			all.WriteString(line)
			word := strings.ToUpper(strings.TrimSpace(line))
			switch {
			case inData:
				if inData = word != "."; !inData {
					fmt.Fprint(c, "250 taken\r\n")
				}
			case strings.HasPrefix(word, "RCPT"):
				fmt.Fprint(c, toRcpt+"\r\n")
			case word == "DATA":
				inData = true
				fmt.Fprint(c, "354 go\r\n")
			case word == "QUIT":
				fmt.Fprint(c, "221 bye\r\n")
				done <- all.String()
				return
			default:
				fmt.Fprint(c, "250 ok\r\n")
			}
		}
		done <- all.String()
	}()
	return l.Addr().(*net.TCPAddr).Port, func() string { return <-done }
}

func TestSMTP(t *testing.T) {
	for _, tt := range []struct {
		answer      string
		sent, final bool
	}{
		{"250 ok", true, false},
		{"550 no such mailbox", false, true},
		{"451 later", false, false},
	} {
		t.Run(tt.answer, func(t *testing.T) {
			port, received := mailServer(t, tt.answer)
			s, err := NewSMTP(SMTP{Host: "127.0.0.1", Port: port, From: "noreply@office.example", Security: Plain})
			if err != nil {
				t.Fatal(err)
			}
			err = s.Send(t.Context(), Envelope{ID: 1, Channel: Email, To: "li@example.cn", Lang: locale.EN, FromName: "Office", Subject: "S", Body: "B", QueuedAt: storetest.Start})
			if (err == nil) != tt.sent || errors.Is(err, ErrRefused) != tt.final {
				t.Errorf("got %v, want sent %v, final %v", err, tt.sent, tt.final)
			}
			if got := received(); tt.sent && !strings.Contains(got, "RCPT TO:<li@example.cn>") {
				t.Errorf("the server got:\n%s", got)
			}
		})
	}
}

func TestSMTPSettings(t *testing.T) {
	for name, cfg := range map[string]SMTP{
		"no sender":     {Host: "mail.example"},
		"open password": {Host: "mail.example", From: "a@b.example", User: "u", Password: "p", Security: Plain},
		"no such way":   {Host: "mail.example", From: "a@b.example", Security: "ssl3"},
		"no host":       {From: "a@b.example"},
	} {
		if _, err := NewSMTP(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	// A server without encryption does not get the message unless told so.
	port, _ := mailServer(t, "250 ok")
	s, err := NewSMTP(SMTP{Host: "127.0.0.1", Port: port, From: "a@b.example"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), Envelope{To: "li@example.cn"}); err == nil {
		t.Error("sent over an open line")
	}
}

func TestWebhook(t *testing.T) {
	secret := []byte(strings.Repeat("k", 32))
	status := http.StatusNoContent
	var bad string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get(SignatureHeader) != Sign(secret, r.Header.Get(TimestampHeader), body) {
			bad = "the signature does not fit"
		}
		if !strings.Contains(string(body), `"to":"13812345678"`) || r.Header.Get("Idempotency-Key") == "" {
			bad = "got " + string(body)
		}
		w.WriteHeader(status)
	}))
	defer srv.Close()
	s, err := NewWebhook(srv.URL, secret)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		status    int
		ok, final bool
	}{{204, true, false}, {400, false, true}, {429, false, false}, {503, false, false}, {302, false, true}} {
		status = tt.status
		err := s.Send(t.Context(), Envelope{ID: 3, Channel: SMS, To: "13812345678", Body: "已收到"})
		if (err == nil) != tt.ok || errors.Is(err, ErrRefused) != tt.final || bad != "" {
			t.Errorf("%d: got %v %s", tt.status, err, bad)
		}
	}
	for _, address := range []string{"http://sms.example/x", "ftp://x", "::", ""} {
		if _, err := NewWebhook(address, secret); err == nil {
			t.Errorf("%q: accepted", address)
		}
	}
	if _, err := NewWebhook("https://sms.example/x", []byte("short")); err == nil {
		t.Error("a short secret was accepted")
	}
}
