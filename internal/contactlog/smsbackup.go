package contactlog

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
)

// openXML takes the exports of SMS Backup & Restore and refuses other XML and
// web pages by name: carriers like to call a web page .xls.
func (s *Source) openXML(start []byte, text io.Reader) error {
	low := bytes.ToLower(start[:min(len(start), 4<<10)])
	if bytes.Contains(low, []byte("<html")) || bytes.Contains(low, []byte("<!doctype html")) || bytes.Contains(low, []byte("<table")) {
		return refuse("web_page")
	}
	x := newXMLScan(text, "number", "duration", "date", "type", "address", "body", "msg_box", "ct", "text", "presentation")
	kind, err := x.next(false)
	if errors.Is(err, io.EOF) {
		return x.broken()
	}
	if err != nil {
		return err
	}
	if name := string(x.name); kind == xmlClose || name != "calls" && name != "smses" {
		return refuse("other_xml")
	}
	s.format = SMSBackupXML
	if kind == xmlOpenClosed {
		s.read = func(*Contact) (Reason, error) { return "", io.EOF }
		return nil
	}
	b := &smsBackup{s: s, x: x}
	s.read = b.read
	return nil
}

// smsBackup reads <calls> and <smses>.
type smsBackup struct {
	s      *Source
	x      *xmlScan
	closed bool
}

func (b *smsBackup) read(c *Contact) (Reason, error) {
	for !b.closed {
		kind, err := b.x.next(false)
		if errors.Is(err, io.EOF) {
			return "", err
		}
		if err != nil {
			return "", err
		}
		if kind == xmlClose {
			b.closed = b.x.depth == 0
			continue
		}
		c.Row = b.x.line
		why, err := b.element(c)
		if err == nil && kind == xmlOpen {
			err = b.inside(c)
		}
		return why, err
	}
	// Nothing may stand behind the end but space and comments.
	if _, err := b.x.next(false); !errors.Is(err, io.EOF) {
		if err == nil {
			err = b.x.broken()
		}
		return "", err
	}
	return "", io.EOF
}

func (b *smsBackup) element(c *Contact) (Reason, error) {
	switch string(b.x.name) {
	case "call":
		return b.call(c), nil
	case "sms":
		c.Channel = SMS
		return b.message(c, "type"), nil
	case "mms":
		c.Channel = MMS
		return b.message(c, "msg_box"), nil
	}
	return NoContact, nil
}

// call types of Android's call log.
func (b *smsBackup) call(c *Contact) Reason {
	if why := b.common(c, b.x.attr("number")); why != "" {
		return why
	}
	c.Duration, c.DurationKnown = parseDuration(b.x.attr("duration"), 1)
	w := callType(c, string(b.x.attr("type")))
	c.Direction = b.s.toward(w)
	return ""
}

// callType reads Android's CallLog type, for this export and the JSON one.
func callType(c *Contact, t string) way {
	switch t {
	case "1", "7": // answered, here or on another device
		return wayIn
	case "2":
		return wayOut
	case "3":
		c.Outcome = NoAnswer
		return wayIn
	case "4":
		c.Outcome = VoicemailLeft
		return wayIn
	case "5", "6": // refused by hand, or by the list of blocked numbers
		c.Outcome = Rejected
		return wayIn
	}
	return wayUnknown
}

// message boxes of Android: 1 in, 2 sent, 3 draft, 4 to be sent, 5 failed, 6
// queued.
func (b *smsBackup) message(c *Contact, box string) Reason {
	if why := b.common(c, b.x.attr("address")); why != "" {
		return why
	}
	w, why := boxType(c, string(b.x.attr(box)))
	c.Direction = b.s.toward(w)
	if c.Channel == SMS {
		c.Text, c.TextKnown = string(b.x.attr("body")), true
	}
	return why
}

func boxType(c *Contact, t string) (way, Reason) {
	switch t {
	case "1":
		c.Outcome = Delivered
		return wayIn, ""
	case "2":
		return wayOut, ""
	case "3", "4", "5", "6":
		return wayOut, NotSent
	}
	return wayUnknown, ""
}

// common reads time and number. A message to several people names them with ~
// between; the one that the complaint is about counts, or the first.
func (b *smsBackup) common(c *Contact, address []byte) Reason {
	at, why := epoch(b.x.attr("date"), b.s.opt.Zone)
	if why != "" {
		return why
	}
	c.At = at
	c.Number = b.s.oneOf(string(address))
	return ""
}

func (s *Source) oneOf(addresses string) string {
	first := ""
	for i, a := range strings.SplitN(addresses, "~", 64) {
		n := s.number([]byte(a))
		if i == 0 {
			first = n
		}
		if s.opt.Filter != nil && s.opt.Filter.Has(n) {
			return n
		}
	}
	return first
}

// epoch reads milliseconds or, of MMS in the other export, seconds since 1970.
func epoch(b []byte, zone *time.Location) (time.Time, Reason) {
	if len(b) == 0 {
		return time.Time{}, NoTime
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	if n >= 100_000_000_000 {
		n /= 1000
	}
	if err != nil || !thisAge(n) {
		return time.Time{}, BadTime
	}
	return time.Unix(n, 0).In(zone), ""
}

// thisAge holds that an instant lies where contacts can: from 1990 to the end of
// the century.
func thisAge(unix int64) bool { return unix >= 631_152_000 && unix < 4_102_444_800 }

// inside reads what an element holds up to its end: of an MMS, the text parts.
func (b *smsBackup) inside(c *Contact) error {
	for depth := b.x.depth; ; {
		kind, err := b.x.next(false)
		if errors.Is(err, io.EOF) {
			return b.x.broken()
		}
		if err != nil {
			return err
		}
		if kind == xmlClose && b.x.depth < depth {
			return nil
		}
		if kind == xmlClose || c.Channel != MMS || string(b.x.name) != "part" {
			continue
		}
		if t := b.x.attr("text"); string(b.x.attr("ct")) == "text/plain" && string(t) != "null" && len(c.Text)+len(t) < maxRowBytes {
			c.Text, c.TextKnown = c.Text+string(t), true
		}
	}
}
