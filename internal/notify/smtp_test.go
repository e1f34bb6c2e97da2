package notify

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/store/storetest"
)

// postOffice is a mail server of the tests: SMTP with STARTTLS and a certificate of its own.
type postOffice struct {
	port  int
	roots []byte // the certificate, PEM

	mu    sync.Mutex
	taken []string // the mails that it answered for, whole
	// onData sees what a mail begins with, or (whole) all of it; its error is the answer.
	onData func(mail string, whole bool) error
	// onRcpt answers each recipient.
	onRcpt func(to string) error
}

func openPostOffice(t *testing.T) *postOffice {
	t.Helper()
	p := &postOffice{}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	p.roots = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.port = l.Addr().(*net.TCPAddr).Port
	srv := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &visit{p: p}, nil }))
	srv.Domain, srv.TLSConfig = "mail.test", &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	srv.ErrorLog = discard{} // clients of these tests die in the middle of a sentence
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return p
}

type discard struct{}

func (discard) Printf(string, ...any) {}
func (discard) Println(...any)        {}

// visit is one client's connection.
type visit struct{ p *postOffice }

func (v *visit) Reset()                               {}
func (v *visit) Logout() error                        { return nil }
func (v *visit) Mail(string, *smtp.MailOptions) error { return nil }

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	if v.p.onRcpt == nil {
		return nil
	}
	return v.p.onRcpt(to)
}

func (v *visit) Data(r io.Reader) error {
	first := make([]byte, 20)
	if _, err := io.ReadFull(r, first); err != nil {
		return err
	}
	if v.p.onData != nil {
		if err := v.p.onData(string(first), false); err != nil {
			return err
		}
	}
	rest, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	whole := string(first) + string(rest)
	v.p.mu.Lock()
	v.p.taken = append(v.p.taken, whole)
	v.p.mu.Unlock()
	if v.p.onData != nil {
		return v.p.onData(whole, true)
	}
	return nil
}

// sender is a real sender to the post office.
func (p *postOffice) sender(t *testing.T) Sender { return dial(t, p.port, p.roots) }

func dial(t *testing.T, port int, roots []byte) Sender {
	t.Helper()
	s, err := NewSMTP(SMTP{Host: "127.0.0.1", Port: port, From: "noreply@office.example"})
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(roots) {
		t.Fatal("no certificate")
	}
	s.(*smtpSender).roots = &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}
	return s
}

// TestMailOverSTARTTLS: what a mail server really gets.
func TestMailOverSTARTTLS(t *testing.T) {
	p := openPostOffice(t)
	s := open(t, storetest.Open(t), Senders{Email: p.sender(t)})
	m := filed("zhang.xiaosan@example.cn", "")
	m.Lang = "zh"
	s.must(t, m)
	deliver(t, s, 1)
	if len(p.taken) != 1 {
		t.Fatalf("%d mails arrived", len(p.taken))
	}
	got, err := mail.ReadMessage(strings.NewReader(p.taken[0]))
	if err != nil {
		t.Fatal(err)
	}
	h := got.Header
	subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
	if err != nil || subject != "C-2026-000123-7 已收到" {
		t.Errorf("subject %q %v", subject, err)
	}
	for _, personal := range []string{"zhang", "xiaosan", "张"} {
		if strings.Contains(subject, personal) {
			t.Errorf("the subject names the person: %q", subject)
		}
	}
	for name, want := range map[string]string{
		"To": "<zhang.xiaosan@example.cn>", "Auto-Submitted": "auto-generated", "Content-Language": "zh-CN",
		"Message-Id": "<outbox-1-", "Date": "Tue, 20 Oct 2026", "Content-Type": "charset=UTF-8", "From": "<noreply@office.example>",
	} {
		if !strings.Contains(h.Get(name), want) {
			t.Errorf("%s: %q, want %q in it", name, h.Get(name), want)
		}
	}
	body, err := io.ReadAll(quotedprintable.NewReader(got.Body))
	if err != nil || !bytes.Contains(body, []byte("您提交的材料已经收到，编号 C-2026-000123-7，收到日期 2026年10月20日")) {
		t.Errorf("body %s %v", body, err)
	}

	// A server whose certificate nobody vouches for gets nothing.
	stranger, err := NewSMTP(SMTP{Host: "127.0.0.1", Port: p.port, From: "noreply@office.example"})
	if err != nil {
		t.Fatal(err)
	}
	if err := stranger.Send(t.Context(), Envelope{To: "li@example.cn", FromName: "O", Subject: "S", Body: "B"}); err == nil || len(p.taken) != 1 {
		t.Errorf("sent to an unknown server: %v", err)
	}
}

// TestServersAnswers: 4xx comes again, 5xx is given up and goes out when it is sent again by hand.
func TestServersAnswers(t *testing.T) {
	p := openPostOffice(t)
	c := storetest.NewClock()
	db := storetest.OpenAt(t, c)
	s := open(t, db, Senders{Email: p.sender(t)})
	full, gone := true, true
	p.onRcpt = func(to string) error {
		switch {
		case to == "full@example.cn" && full:
			return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 2, 2}, Message: "mailbox full"}
		case to == "gone@example.cn" && gone:
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox gone@example.cn"}
		}
		return nil
	}
	s.must(t, filed("full@example.cn", "full"), filed("gone@example.cn", "gone"))
	deliver(t, s, 0)
	states(t, s, map[string]string{"full": StateQueued, "gone": StateDead})
	for _, why := range column(t, s, "last_error") {
		if why == "" || strings.Contains(why, "@example.cn") {
			t.Errorf("kept as the reason: %q", why)
		}
	}
	full = false
	c.Add(pause(1) - time.Second)
	deliver(t, s, 0)
	c.Add(time.Second)
	deliver(t, s, 1)
	gone = false
	policy := lawtest.Policy(t)
	if err := NewOperations(s, audittest.New(t, db), policy).Resend(t.Context(), admin, 2); err != nil {
		t.Fatal(err)
	}
	deliver(t, s, 1)
	states(t, s, map[string]string{"full": StateSent, "gone": StateSent})
	if len(p.taken) != 2 {
		t.Errorf("%d mails arrived, want 2", len(p.taken))
	}
}
