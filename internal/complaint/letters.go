package complaint

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
	"dunwatch/internal/notify"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// LetterOptions are what a letter needs beside its words. Every zero value stands for nothing, or for what follows from
// the complaint.
type LetterOptions struct {
	CaseID, ForwardID int64
	FirmID            int64  // of a letter to a firm
	Authority         string // id of the pack's authority, of a letter to one
	Lang              string // "": the complainant's own; for firms and authorities that of the pack
	// Mail is the template of the mail that tells the complainant of a letter to them; "" is that of the letter's kind.
	Mail    string
	MailOn  calendar.Date // the date in that mail; zero is today
	Notices []notify.Message
}

// letterMails are the mails that say more than "there is a letter".
var letterMails = map[string]string{
	"acceptance": "mail.accepted", "report_acceptance": "mail.accepted", "petition_acceptance": "mail.accepted",
	"supplement": "mail.supplement", "non_acceptance": "mail.not_accepted", "transfer_notice": "mail.referred",
	"withdrawal": "mail.withdrawn", "closing": "mail.closed", "report_opinion": "mail.closed", "petition_opinion": "mail.closed",
}

// WriteLetter writes a letter about a complaint in the open transaction, whoever asks, and appends its audit entry. It
// adds to the fields what follows from the complaint, and to the notices the mail by which a complainant hears of a
// letter; both wait with a letter that needs a second reading. Nobody is written to who filed an anonymous report, nor
// in a complaint whose key was destroyed: then the letter is nil.
func (s *Service) WriteLetter(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint, kind string, to letter.Recipient, fields map[string]any, opt LetterOptions) (*letter.Letter, error) {
	if c.Anonymous && (c.Track == TrackReport || to == letter.ToComplainant) {
		return nil, nil
	}
	key, err := s.dataKey(ctx, tx, c.DataKeyID)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	n, err := s.letterOf(c, key, kind, to, fields, opt)
	if err != nil {
		return nil, fmt.Errorf("write %s for %s: %w", kind, c.Reference, err)
	}
	if to == letter.ToComplainant {
		m, err := s.letterMail(tx, c, key, kind, opt)
		if err != nil {
			return nil, fmt.Errorf("write %s for %s: %w", kind, c.Reference, err)
		}
		n.Notices = append(m, opt.Notices...)
	}
	l, err := s.letters.Write(ctx, tx, by, key, n)
	if err != nil {
		return nil, fmt.Errorf("write %s for %s: %w", kind, c.Reference, err)
	}
	action := audit.LetterWritten
	if l.Status == letter.Issued {
		action = audit.LetterIssued
	}
	_, err = s.log.Append(ctx, tx, by, action, c.Reference, "letter", l.ID, "kind", kind, "number", l.Number)
	return l, err
}

// write is WriteLetter to the complainant.
func (s *Service) write(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint, kind string, fields map[string]any, opt LetterOptions) error {
	_, err := s.WriteLetter(ctx, tx, by, c, kind, letter.ToComplainant, fields, opt)
	return err
}

// letterOf is a letter before it is written.
func (s *Service) letterOf(c *Complaint, key *seal.DataKey, kind string, to letter.Recipient, fields map[string]any, opt LetterOptions) (letter.New, error) {
	n := letter.New{
		Kind: kind, Pack: c.Pack, ComplaintID: c.ID, CaseID: opt.CaseID, ForwardID: opt.ForwardID, To: to, FirmID: opt.FirmID, Authority: opt.Authority,
		Lang: opt.Lang, Notices: opt.Notices,
	}
	if n.Lang == "" {
		n.Lang = s.letterLang(c, to)
	}
	var err error
	n.Fields, err = s.letterFields(c, key, to, fields)
	return n, err
}

// letterLang is the language in which a recipient is written to.
func (s *Service) letterLang(c *Complaint, to letter.Recipient) string {
	if to == letter.ToComplainant {
		return c.Lang
	}
	if p, ok := s.book.Pack(c.Pack); ok {
		return p.Letters
	}
	return string(locale.EN)
}

// letterFields are the caller's and what every letter may say. Who complained is named to themself alone: what another
// recipient may know of them is for the caller to say, field by field.
func (s *Service) letterFields(c *Complaint, key *seal.DataKey, to letter.Recipient, given map[string]any) (map[string]any, error) {
	out := map[string]any{"lender": c.LenderName, "agency": c.AgencyName, "track": s.trackName(c.Track)}
	if to != letter.ToFirm {
		out["reference"], out["received_on"] = c.Reference, c.ReceivedOn
	}
	if to == letter.ToComplainant && len(c.Name) > 0 {
		name, err := key.Open(fieldName, c.Name)
		if err != nil {
			return nil, fmt.Errorf("open name: %w", err)
		}
		out["name"] = name
	}
	for name, v := range given {
		out[name] = v
	}
	return out, nil
}

func (s *Service) trackName(t Track) rulebook.Text {
	key := "complaint.tracks." + string(t)
	return rulebook.Text{ZH: s.words.T(locale.ZH, key), EN: s.words.T(locale.EN, key)}
}

// letterMail is the mail that tells of a letter, if an address was given.
func (s *Service) letterMail(tx *store.Tx, c *Complaint, key *seal.DataKey, kind string, opt LetterOptions) ([]notify.Message, error) {
	if len(c.Email) == 0 {
		return nil, nil
	}
	to, err := key.Open(fieldEmail, c.Email)
	if err != nil || to == "" {
		return nil, err
	}
	template, on := opt.Mail, opt.MailOn
	if template == "" {
		template = letterMails[kind]
	}
	if template == "" {
		template = "mail.letter"
	}
	if on.IsZero() {
		on = s.today(tx)
	}
	return []notify.Message{s.message(c, to, template, on)}, nil
}
