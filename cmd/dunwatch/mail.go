package main

import (
	"fmt"
	"net"
	"path/filepath"
	"strconv"

	"dunwatch/internal/notify"
)

// mailFlags say how messages leave the house. Without them they are written to
// files under the data folder, where they can be seen.
type mailFlags struct {
	SMTP          string `name:"smtp" help:"Mail server as host:port; without it mail is written to files under --data." placeholder:"HOST:PORT"`
	SMTPUser      string `name:"smtp-user" help:"User of the mail server." placeholder:"USER"`
	SMTPPassword  string `name:"smtp-password" help:"Password of the mail server; better set in the environment." placeholder:"PASSWORD"`
	SMTPSecurity  string `name:"smtp-security" enum:"starttls,tls,none" default:"starttls" help:"starttls, tls or none."`
	MailFrom      string `name:"mail-from" default:"dunwatch@localhost" help:"Sender of the office's mail." placeholder:"ADDRESS"`
	SMSWebhook    string `name:"sms-webhook" help:"https address of an SMS gateway; messages are posted to it, signed." placeholder:"URL"`
	SMSWebhookKey string `name:"sms-webhook-key" help:"Secret of at least 32 bytes that signs them." placeholder:"SECRET"`
}

// senders builds what the flags ask for.
func (f mailFlags) senders(dir string) (notify.Senders, error) {
	file := notify.NewFile(filepath.Join(dir, "mail"), f.MailFrom)
	out := notify.Senders{notify.Email: file, notify.SMS: file}
	if f.SMTP != "" {
		host, port, err := net.SplitHostPort(f.SMTP)
		if err != nil {
			return nil, fmt.Errorf("%w: --smtp wants host:port", errUsage)
		}
		n, err := strconv.Atoi(port)
		if err != nil {
			return nil, fmt.Errorf("%w: --smtp wants host:port", errUsage)
		}
		s, err := notify.NewSMTP(notify.SMTP{Host: host, Port: n, User: f.SMTPUser, Password: f.SMTPPassword, From: f.MailFrom, Security: notify.Security(f.SMTPSecurity)})
		if err != nil {
			return nil, err
		}
		out[notify.Email] = s
	}
	if f.SMSWebhook != "" {
		s, err := notify.NewWebhook(f.SMSWebhook, []byte(f.SMSWebhookKey))
		if err != nil {
			return nil, err
		}
		out[notify.SMS] = s
	}
	return out, nil
}
