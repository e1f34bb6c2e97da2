package report

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/notify"
	"dunwatch/internal/store"
)

// mailing is what the reports go out with.
type mailing struct {
	notify *notify.Service
	page   string // address of the reports, for the mails; "" while that of the site is not known
}

// Mailing lets the service send reports; page is the address under which they lie, "" while that of the site is not known. It is
// called before the service is used, and returns it.
func (s *Service) Mailing(n *notify.Service, page string) *Service {
	s.mail = mailing{n, page}
	return s
}

// mailHour is the hour from which reports go out: a director who freezes on the first has the early morning for it.
const mailHour = 8

// Subscribe says whether a member of the staff wants the report of each month by mail, from the next 1st on. Saying the same
// again changes nothing. Forbidden.
func (s *Service) Subscribe(ctx context.Context, by access.Actor, wants bool) error {
	if err := s.policy.May(by, access.SubscribeReport); err != nil {
		return err
	}
	if by.UserID == 0 {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		last, err := findSubscription(ctx, tx, by.UserID)
		if err != nil || (last != nil && bool(last.Wants) == wants) || (last == nil && !wants) {
			return err
		}
		if err := store.Insert(ctx, tx, &subscriptionRow{UserID: by.UserID, Wants: store.Bool(wants), ChosenAt: store.At(tx.Now)}); err != nil {
			return err
		}
		_, err = s.log.Append(ctx, tx, by, audit.ReportSubscribed, fmt.Sprintf("user %d", by.UserID), "wants", wants)
		return err
	})
	if err != nil {
		return fmt.Errorf("subscribe to reports: %w", err)
	}
	return nil
}

// Subscribed reports whether somebody wants the reports by mail. Forbidden.
func (s *Service) Subscribed(ctx context.Context, by access.Actor) (wants bool, err error) {
	if err := s.policy.May(by, access.SubscribeReport); err != nil {
		return false, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		last, err := findSubscription(ctx, tx, by.UserID)
		wants = last != nil && bool(last.Wants)
		return err
	})
	return wants, err
}

// Mail queues the report of the month before, as it was frozen or as a draft, with the paper and the workbook, to everybody who
// wanted it before the month began and may still read it. It may be called as often as one likes and be killed at any point: who
// was sent what is put down in the transaction that queues the mails.
func (s *Service) Mail(ctx context.Context) error {
	now := s.db.Now().In(s.zone)
	month := calendar.MonthOf(calendar.OfTime(now))
	if now.Before(month.First().Start(s.zone).Add(mailHour * time.Hour)) {
		return nil
	}
	p := MonthPeriod(month.Add(-1))
	var due []subscriber
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) { // looking costs no write, and most of the time there is nobody
		due, err = s.due(ctx, tx, p)
		return err
	})
	if err != nil || len(due) == 0 {
		return err
	}
	for _, lang := range locale.Langs {
		if err := s.mailIn(ctx, p, lang); err != nil {
			return fmt.Errorf("mail report of %s: %w", p, err)
		}
	}
	return nil
}

// due are those who are to be sent the report of a period and were not yet.
func (s *Service) due(ctx context.Context, tx *store.Tx, p Period) ([]subscriber, error) {
	all, err := subscribers(ctx, tx, p.String(), p.Next().First().Start(s.zone))
	if err != nil {
		return nil, err
	}
	var out []subscriber
	for _, x := range all {
		if s.policy.May(access.Actor{UserID: x.id, Role: x.role}, access.SubscribeReport) == nil {
			out = append(out, x)
		}
	}
	return out, nil
}

// mailIn queues the report in a language to those who read it.
func (s *Service) mailIn(ctx context.Context, p Period, lang locale.Lang) error {
	r, err := s.Whole(ctx, access.Program, p, All, lang)
	if err != nil {
		return err
	}
	files, err := s.mailFiles(r)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *store.Tx) error {
		// One teller at a time: the number makes another instance wait on PostgreSQL too.
		if _, err := store.Next(ctx, tx, "report.mail"); err != nil {
			return err
		}
		due, err := s.due(ctx, tx, p)
		if err != nil {
			return err
		}
		var kept []int64
		for _, x := range due {
			if x.lang != lang {
				continue
			}
			if kept == nil {
				if kept, err = s.keep(ctx, tx, files); err != nil {
					return err
				}
			}
			if err := s.mailTo(ctx, tx, r, x, kept); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) keep(ctx context.Context, tx *store.Tx, files []notify.File) (kept []int64, err error) {
	for _, f := range files {
		id, err := s.mail.notify.Keep(ctx, tx, f)
		if err != nil {
			return nil, err
		}
		kept = append(kept, id)
	}
	return kept, nil
}

func (s *Service) mailTo(ctx context.Context, tx *store.Tx, r *Report, x subscriber, files []int64) error {
	if err := store.InsertPlain(ctx, tx, &mailRow{Period: r.Month.String(), UserID: x.id, QueuedAt: store.At(tx.Now)}); err != nil {
		return err
	}
	template := "mail.report.draft"
	if r.Frozen {
		template = "mail.report.frozen"
	}
	link := ""
	if s.mail.page != "" {
		link = s.mail.page + "/" + r.Month.String()
	}
	return s.mail.notify.Queue(ctx, tx, notify.Message{Channel: notify.Email, To: x.email, Lang: string(x.lang), Template: template,
		Data: map[string]string{"reference": r.Month.String(), "link": link}, Dedupe: fmt.Sprintf("report %s %d", r.Month, x.id), Files: files})
}

// mailFiles are the paper and the workbook, without what would make the mail too large to be taken: the text says where both are.
func (s *Service) mailFiles(r *Report) ([]notify.File, error) {
	var paper, book bytes.Buffer
	if _, err := s.Form(r).WritePDF(&paper); err != nil {
		return nil, err
	}
	if err := s.Form(r).WriteXLSX(&book); err != nil {
		return nil, err
	}
	name, size := "report-"+r.Month.String(), 0
	var out []notify.File
	for _, f := range []notify.File{
		{Name: name + ".pdf", Type: "application/pdf", Content: paper.Bytes()},
		{Name: name + ".xlsx", Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Content: book.Bytes()},
	} {
		if size += len(f.Content); size <= notify.MaxAttached {
			out = append(out, f)
		}
	}
	return out, nil
}
