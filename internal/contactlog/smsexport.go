package contactlog

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
)

// smsExport is a line of SMS Import / Export: Android's own columns, each a
// string (newer versions write some as numbers), and parts behind two
// underscores.
type smsExport struct {
	Number   loose `json:"number"`   // calls
	Duration loose `json:"duration"` // calls
	Date     loose `json:"date"`
	Type     loose `json:"type"`
	Address  loose `json:"address"` // SMS
	Body     loose `json:"body"`
	Box      loose `json:"msg_box"` // MMS
	Sender   *struct {
		Address loose `json:"address"`
	} `json:"__sender_address"`
	Recipients []struct {
		Address loose `json:"address"`
	} `json:"__recipient_addresses"`
	Parts []struct {
		Type loose `json:"ct"`
		Text loose `json:"text"`
	} `json:"__parts"`
}

// loose is a string, or a number, or null; anything else is "".
type loose string

// UnmarshalJSON never fails: a column that holds something else is not ours.
func (l *loose) UnmarshalJSON(b []byte) error {
	*l = ""
	switch {
	case len(b) > 0 && b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*l = loose(s)
	case len(b) > 0 && b[0] != '{' && b[0] != '[' && string(b) != "null":
		*l = loose(b)
	}
	return nil
}

// openNDJSON reads one object a line. The first must look like a contact, so
// that some other JSON is refused at once.
func (s *Source) openNDJSON(text io.Reader) error {
	s.format = SMSExportJSON
	e := &smsLines{s: s, in: newLines(text)}
	b, err := e.in.next()
	if err != nil {
		return err
	}
	var first smsExport
	if err := json.Unmarshal(b, &first); err != nil || first.Date == "" && first.Number == "" && first.Address == "" && first.Sender == nil {
		return refuse("other_json")
	}
	e.first = append([]byte{}, b...)
	s.read = e.read
	return nil
}

type smsLines struct {
	s     *Source
	in    *lines
	first []byte
}

func (e *smsLines) read(c *Contact) (Reason, error) {
	b := e.first
	if e.first = nil; b == nil {
		var err error
		for len(b) == 0 { // blank lines are no rows
			if b, err = e.in.next(); err != nil {
				return "", err
			}
			b = bytes.TrimSpace(b)
		}
	}
	c.Row = e.in.line
	var x smsExport
	if json.Unmarshal(b, &x) != nil {
		return BadRow, nil
	}
	return e.contact(c, &x), nil
}

func (e *smsLines) contact(c *Contact, x *smsExport) Reason {
	at, why := epoch([]byte(x.Date), e.s.opt.Zone)
	if why != "" {
		return why
	}
	c.At = at
	w := wayUnknown
	switch {
	case x.Box != "":
		c.Channel = MMS
		w, why = boxType(c, string(x.Box))
		c.Number = e.s.oneOf(strings.Join(x.people(w), "~"))
		for _, p := range x.Parts {
			if p.Type == "text/plain" {
				c.Text, c.TextKnown = c.Text+string(p.Text), true
			}
		}
	case x.Address != "" || x.Body != "":
		c.Channel = SMS
		w, why = boxType(c, string(x.Type))
		c.Number = e.s.oneOf(string(x.Address))
		c.Text, c.TextKnown = string(x.Body), true
	default:
		c.Duration, c.DurationKnown = parseDuration([]byte(x.Duration), 1)
		w = callType(c, string(x.Type))
		c.Number = e.s.oneOf(string(x.Number))
	}
	c.Direction = e.s.toward(w)
	return why
}

// people are the other parties of an MMS.
func (x *smsExport) people(w way) []string {
	var out []string
	if x.Sender != nil && w != wayOut {
		out = append(out, string(x.Sender.Address))
	}
	if w != wayIn {
		for _, r := range x.Recipients {
			out = append(out, string(r.Address))
		}
	}
	if x.Address != "" {
		out = append(out, string(x.Address))
	}
	return out
}
