package complaint

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/fault"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

// Decision is what somebody who screens is about to decide, so that its letters can be read before they are written.
type Decision struct {
	Kind   string // accept, ask, reject, refer
	Track  Track  // of accept: what the matter is in law; "" as filed
	Ground string // of reject and refer
	To     string // of refer: id of an authority
	Text   string // what is missing, or what the complainant is told
}

// Previewed is a letter that a decision would write.
type Previewed struct {
	Kind          string
	To            letter.Recipient
	Title, Body   string
	SecondReading bool // it would wait for a colleague before it goes out
}

// PreviewDecision renders the letters that a decision would write, without deciding anything. None for an anonymous
// report, whom nobody writes to. Invalid where the decision would be, Conflict (decided), Forbidden, NotFound.
func (s *Service) PreviewDecision(ctx context.Context, by access.Actor, ref string, d Decision, lang locale.Lang) ([]Previewed, error) {
	d.Text = tidy(d.Text)
	field, needed := "note", false
	if d.Kind == "ask" {
		field, needed = "what", true
	}
	if err := checkNote(field, d.Text, needed); err != nil {
		return nil, err
	}
	var out []Previewed
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		c, _, err := s.Reach(ctx, tx, by, access.Screen, ref)
		if err != nil {
			return err
		}
		if c.Status.Screened() {
			return fault.New(fault.Conflict, "complaint.status."+string(c.Status)+"_already")
		}
		if d.Kind == "accept" && acceptanceLetter[d.Track] != "" {
			c.Track = d.Track
		}
		kind, fields, err := s.fieldsOf(tx, c, d)
		if err != nil || c.Anonymous {
			return err
		}
		if err := s.previewIn(ctx, tx, c, kind, letter.ToComplainant, fields, LetterOptions{}, lang, &out); err != nil || d.Kind != "refer" {
			return err
		}
		return s.previewIn(ctx, tx, c, "transfer", letter.ToAuthority, fields, LetterOptions{Authority: d.To}, lang, &out)
	})
	if err != nil {
		return nil, fmt.Errorf("preview decision: %w", err)
	}
	return out, nil
}

// fieldsOf is the letter to the complainant that a decision writes, and what it says.
func (s *Service) fieldsOf(tx *store.Tx, c *Complaint, d Decision) (string, map[string]any, error) {
	switch d.Kind {
	case "ask":
		until, err := s.supplementDue(tx, c)
		return "supplement", map[string]any{"text": d.Text, "due_on": until}, err
	case "reject":
		g, err := s.ground(c, "reject", d.Ground)
		return "non_acceptance", map[string]any{"ground": g.Name, "article": g.Article, "text": d.Text}, err
	case "refer":
		a, err := s.authority(c, d.To)
		if err != nil {
			return "", nil, err
		}
		g, err := s.ground(c, "refer", d.Ground)
		return "transfer_notice", map[string]any{"authority": a.Name, "ground": g.Name, "article": g.Article, "text": d.Text}, err
	default:
		fields, err := s.promised(tx, c)
		return acceptanceLetter[c.Track], fields, err
	}
}

// supplementDue is the day by which the complainant would have to supply what is asked for today.
func (s *Service) supplementDue(tx *store.Tx, c *Complaint) (calendar.Date, error) {
	p, err := s.pack(c)
	if err != nil {
		return calendar.Date{}, err
	}
	today := s.today(tx)
	l, ok := p.LimitOn(supplementKey, today)
	if !ok {
		return calendar.Date{}, nil
	}
	cal, err := s.calendar(p)
	if err != nil {
		return calendar.Date{}, err
	}
	st, err := deadline.Compute(cal, deadline.Clock{Limit: limitOf(l), Events: []deadline.Event{{Kind: deadline.Start, On: today}}})
	return st.Due, err
}

func (s *Service) previewIn(ctx context.Context, tx *store.Tx, c *Complaint, kind string, to letter.Recipient, fields map[string]any, opt LetterOptions, lang locale.Lang, out *[]Previewed) error {
	key, err := s.dataKey(ctx, tx, c.DataKeyID)
	if err != nil {
		return err
	}
	n, err := s.letterOf(c, key, kind, to, fields, opt)
	if err != nil {
		return err
	}
	veilFields(n.Fields)
	p := Previewed{Kind: kind, To: to}
	if p.Title, p.Body, err = s.letters.Preview(ctx, tx, n, lang); err != nil {
		return err
	}
	if p.SecondReading, err = s.letters.SecondReading(ctx, tx, kind); err != nil {
		return err
	}
	*out = append(*out, p)
	return nil
}
