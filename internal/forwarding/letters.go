package forwarding

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
	"dunwatch/internal/notify"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// The mails of this package, keys of web/locales.
const (
	mailSent     = "mail.fwd_sent"     // to the firm: a complaint is to be answered
	mailPassed   = "mail.fwd_passed"   // to the agency: its lender wants an answer
	mailAgency   = "mail.fwd_agency"   // to the lender: its agency answered
	mailTime     = "mail.fwd_time"     // to the firm: its request for time was decided
	mailReturned = "mail.fwd_returned" // to the firm: to be answered again
	mailReview   = "mail.fwd_review"   // to the firm: the complainant wants a review
	mailChase    = "mail.fwd_chase"    // to the firm: the answer is due
	mailAnswered = "mail.fwd_answered" // to the officer
	mailReviewed = "mail.fwd_review_asked"
	mailLogAsked = "mail.fwd_log_asked" // to the firm: its own log of contacts is asked for
)

// Mails lists them, so that a test can hold the locales against it.
var Mails = []string{
	mailSent, mailPassed, mailAgency, mailTime, mailReturned, mailReview, mailChase, mailAnswered, mailReviewed, mailLogAsked,
}

// toFirm writes a letter to the firm of a forward. A firm knows a forward by its own number alone, and the other party of
// the complaint by name only where it was given the narrative, which speaks of it. Everybody of the firm gets a mail when the letter goes out.
func (s *Service) toFirm(ctx context.Context, tx *store.Tx, by access.Actor, h *held, kind, mail string, fields map[string]any) error {
	to, err := s.liveFirm(ctx, tx, h.Firm)
	if err != nil {
		return err
	}
	if h.Kind != ToAnswer || h.ParentID != 0 {
		return s.mailFirm(ctx, tx, h, mail)
	}
	all := map[string]any{"reference": h.Reference, "firm": to.Name, "on": s.today(tx)}
	if !slices.Contains(h.Disclosed, FieldNarrative) {
		all["lender"], all["agency"] = "", ""
	}
	all[string(to.Kind)] = to.Name
	for k, v := range fields {
		all[k] = v
	}
	notices, err := s.notices(ctx, tx, h, to.ID, mail)
	if err != nil {
		return err
	}
	_, err = s.d.Complaints.WriteLetter(ctx, tx, by, h.k.Complaint, kind, letter.ToFirm, all, complaint.LetterOptions{
		CaseID: h.CaseID, ForwardID: h.ID, FirmID: to.ID, Notices: notices,
	})
	return err
}

// liveFirm is the firm that now answers for a firm: itself, or the one into which it was merged.
func (s *Service) liveFirm(ctx context.Context, tx *store.Tx, f firm.Firm) (*firm.Firm, error) {
	if f.MergedID == 0 {
		return &f, nil
	}
	to, err := s.d.Firms.Resolve(ctx, tx, f.Code, "")
	if err != nil || to == nil {
		return &f, err
	}
	return to, nil
}

// toComplainant writes a letter to who complained; fields that say the firm's due date are dates of the case.
func (s *Service) toComplainant(ctx context.Context, tx *store.Tx, by access.Actor, h *held, kind string, fields map[string]any) error {
	all := map[string]any{"on": s.today(tx)}
	for k, v := range fields {
		all[k] = v
	}
	_, err := s.d.Complaints.WriteLetter(ctx, tx, by, h.k.Complaint, kind, letter.ToComplainant, all, complaint.LetterOptions{
		CaseID: h.CaseID, ForwardID: h.ID,
	})
	return err
}

// mailFirm queues a mail to everybody of the firm of a forward, without a letter.
func (s *Service) mailFirm(ctx context.Context, tx *store.Tx, h *held, mail string) error {
	to, err := s.liveFirm(ctx, tx, h.Firm)
	if err != nil {
		return err
	}
	list, err := s.notices(ctx, tx, h, to.ID, mail)
	if err != nil {
		return err
	}
	for i, m := range list {
		m.Dedupe = fmt.Sprintf("%s:%s:%d:%d", mail, h.Reference, h.Version, i)
		if err := s.d.Notify.Queue(ctx, tx, m); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) notices(ctx context.Context, tx *store.Tx, h *held, firmID int64, mail string) ([]notify.Message, error) {
	users, err := s.d.Accounts.OfFirm(ctx, tx, firmID)
	if err != nil {
		return nil, err
	}
	out := make([]notify.Message, len(users))
	for i, u := range users {
		out[i] = notify.Message{
			Channel: notify.Email, To: u.Email, Lang: u.Lang, Template: mail,
			Data: map[string]string{"reference": h.Reference, "date": dateOr(h.DueOn, s.today(tx)), "link": link(s.d.PortalURL, h.Reference)},
		}
	}
	return out, nil
}

// mailOfficer queues a mail to the officer of the case, if somebody has it.
func (s *Service) mailOfficer(ctx context.Context, tx *store.Tx, h *held, mail string) error {
	if h.k.OfficerID == 0 {
		return nil
	}
	users, err := s.d.Accounts.Find(ctx, tx, []int64{h.k.OfficerID})
	if err != nil {
		return err
	}
	for _, u := range users {
		if !u.DisabledAt.IsZero() {
			continue
		}
		err := s.d.Notify.Queue(ctx, tx, notify.Message{
			Channel: notify.Email, To: u.Email, Lang: u.Lang, Template: mail,
			Data:   map[string]string{"reference": h.k.Reference, "date": s.today(tx).String(), "link": link(s.d.CaseURL, h.k.Reference)},
			Dedupe: fmt.Sprintf("%s:%s:%d", mail, h.Reference, h.Version),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func dateOr(d, other calendar.Date) string {
	if d.IsZero() {
		d = other
	}
	return d.String()
}

func link(base, ref string) string {
	if base == "" {
		return ""
	}
	return strings.TrimRight(base, "/") + "/" + ref
}

var unitWords = map[string]rulebook.Text{
	"workday": {ZH: "个工作日", EN: "working days"}, "day": {ZH: "日", EN: "days"},
	"week": {ZH: "周", EN: "weeks"}, "month": {ZH: "个月", EN: "months"},
}

// period says how long a limit of the pack is: 15日, 15 days.
func (s *Service) period(h *held, key string) rulebook.Text {
	l, ok := h.pack.LimitOn(key, h.SentOn)
	if !ok {
		return rulebook.Text{}
	}
	u := unitWords[l.Unit]
	return rulebook.Text{ZH: fmt.Sprintf("%d%s", l.N, u.ZH), EN: fmt.Sprintf("%d %s", l.N, u.EN)}
}

// article is the provision of a limit, unless the office may not present it as law: not checked against its source.
func (s *Service) article(h *held, key string) rulebook.Text {
	l, ok := h.pack.LimitOn(key, h.SentOn)
	if !ok || l.Marked() || l.Strength == rulebook.Office {
		return rulebook.Text{}
	}
	return l.Article
}

// Letters lists the letters that went out to the actor's firm about a forward, oldest first. NotFound.
func (s *Service) Letters(ctx context.Context, by access.Actor, ref string) ([]*letter.Letter, error) {
	var out []*letter.Letter
	err := s.d.DB.Read(ctx, func(tx *store.Tx) (err error) {
		h, err := s.hold(ctx, tx, by, access.ReadForward, ref)
		if err != nil {
			return err
		}
		out, err = s.firmLetters(ctx, tx, by, h)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("letters of a forward: %w", err)
	}
	return out, nil
}

// firmLetters are the letters of a forward to its firm: for the firm those that went out.
func (s *Service) firmLetters(ctx context.Context, tx *store.Tx, by access.Actor, h *held) ([]*letter.Letter, error) {
	all, err := s.d.Letters.Of(ctx, tx, h.ComplaintID)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(l *letter.Letter) bool {
		return l.ForwardID != h.ID || l.To != letter.ToFirm || by.Role.OfFirm() && l.Status != letter.Issued
	}), nil
}

// LetterText opens a letter to the actor's firm and notes that the firm saw it. NotFound.
func (s *Service) LetterText(ctx context.Context, by access.Actor, ref string, id int64, lang locale.Lang) (l *letter.Letter, title, body string, err error) {
	err = s.d.DB.Write(ctx, func(tx *store.Tx) error {
		h, err := s.hold(ctx, tx, by, access.ReadForward, ref)
		if err != nil {
			return err
		}
		own, err := s.firmLetters(ctx, tx, by, h)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(own, func(l *letter.Letter) bool { return l.ID == id })
		if i < 0 {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		l = own[i]
		key, err := s.key(ctx, tx, h.k)
		if err != nil {
			return err
		}
		if title, body, err = s.d.Letters.Text(ctx, tx, key, l, lang); err != nil {
			return err
		}
		if !by.Role.OfFirm() {
			return nil
		}
		first, err := s.d.Letters.Seen(ctx, tx, by, l.ID)
		if err != nil || !first {
			return err
		}
		_, err = s.d.Log.Append(ctx, tx, by, audit.LetterSeen, h.Reference, "letter", l.ID)
		return err
	})
	if err != nil {
		return nil, "", "", fmt.Errorf("letter of a forward: %w", err)
	}
	return l, title, body, nil
}
