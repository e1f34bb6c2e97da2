package complaint

import (
	"context"
	"crypto/hmac"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/ident"
	"dunwatch/internal/notify"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// Places that the seals of a complaint's fields are bound to.
const (
	fieldName    = "complaint.name"
	fieldID      = "complaint.id_number"
	fieldPhone   = "complaint.phone"
	fieldEmail   = "complaint.email"
	fieldAddress = "complaint.address"
	fieldMessage = "message.body"
	fieldDraft   = "draft.answers"
)

const maxIdempotencyKey = 255

// filing is a checked filing with everything that is slow to make, ready to be
// stored.
type filing struct {
	Filing
	source  string
	pack    *rulebook.Pack
	cal     *calendar.Calendar
	row     complaintRow
	wrapped []byte
	email   string
	hash    string
	draft   *Draft
	code    string  // access code
	intake  *Intake // of one that a clerk takes down
}

// File stores a complaint. idempotencyKey "" means none: with one, a repeated request gets the same answer (access
// code too) and a different body under the same key is a Conflict. source is how it reached the office ("web", "api",
// "phone" ...). draft, if not "", is the token of the draft whose key and files the complaint inherits.
// Invalid, Conflict, Forbidden; NotFound for a draft that was filed or dropped.
func (s *Service) File(ctx context.Context, by access.Actor, f Filing, source, idempotencyKey, draft string) (*Filed, error) {
	if err := s.policy.May(by, access.FileComplaint); err != nil {
		return nil, err
	}
	if err := s.Validate(&f, "", calendar.OfTime(s.db.Now().In(s.zone))); err != nil {
		return nil, err
	}
	if len(idempotencyKey) > maxIdempotencyKey {
		return nil, fault.New(fault.Invalid, "complaint.idempotency_long", maxIdempotencyKey)
	}
	if draft != "" && idempotencyKey != "" {
		// Filing consumed the draft, so a repeated request must be known before.
		if again, err := s.repeated(ctx, f, source, idempotencyKey); again != nil || err != nil {
			return again, err
		}
	}
	n, err := s.prepare(ctx, f, source, idempotencyKey, draft)
	if err != nil {
		return nil, fmt.Errorf("file complaint: %w", err)
	}
	filed, err := s.store(ctx, by, n)
	if fault.Is(err, fault.Conflict) && idempotencyKey != "" {
		if again, rerr := s.repeated(ctx, f, source, idempotencyKey); again != nil || rerr != nil {
			return again, rerr
		}
	}
	if err != nil {
		return nil, fmt.Errorf("file complaint: %w", err)
	}
	return filed, nil
}

// prepare seals and hashes, outside the transaction.
func (s *Service) prepare(ctx context.Context, f Filing, source, idempotencyKey, draft string) (*filing, error) {
	p, _ := s.book.Pack(f.Pack)
	cal, err := s.calendar(p)
	if err != nil {
		return nil, err
	}
	if _, ok := p.Submission(source); !ok {
		return nil, fmt.Errorf("pack %s knows no way of filing %q", p.ID, source)
	}
	n := &filing{Filing: f, source: source, pack: p, cal: cal, email: f.Complainant.Email}
	if n.hash, err = f.contentHash(); err != nil {
		return nil, err
	}
	key, err := s.keyFor(ctx, n, draft)
	if err != nil {
		return nil, err
	}
	n.row = n.plain()
	if err := s.sealParticulars(&n.row, key, f.Complainant); err != nil {
		return nil, err
	}
	n.code = seal.NewAccessCode()
	if idempotencyKey != "" {
		n.code = codesFor(s.keys, idempotencyKey)[0]
		n.row.IdempotencyHash = s.keys.Blind("idempotency", idempotencyKey)
		digest, err := requestText(f, source)
		if err != nil {
			return nil, err
		}
		n.row.RequestDigest = s.keys.Blind("request", digest)
	}
	n.row.AccessHash = s.keys.HashAccessCode(n.code)
	return n, nil
}

// keyFor is a fresh data key, or the draft's, whose files it already sealed.
func (s *Service) keyFor(ctx context.Context, n *filing, draft string) (*seal.DataKey, error) {
	if draft == "" {
		key, wrapped, err := s.keys.NewDataKey()
		n.wrapped = wrapped
		return key, err
	}
	d, wrapped, err := s.openDraft(ctx, draft)
	if err != nil {
		return nil, err
	}
	n.draft, n.wrapped = d, wrapped
	return d.Key, nil
}

// plain is the row without what is sealed or only known in the transaction.
func (n *filing) plain() complaintRow {
	from, _ := calendar.ParseDate(n.OccurredFrom)
	to, _ := calendar.ParseDate(n.OccurredTo)
	contract, _ := calendar.ParseDate(n.Loan.ContractDate)
	severity := 1
	for _, code := range n.Violations {
		v, _ := n.pack.Violation(code)
		severity = max(severity, v.Severity)
	}
	return complaintRow{
		Pack: n.Pack, Lang: n.Language, Track: string(n.Track), Source: n.source, Status: string(Received),
		Anonymous: store.Bool(n.Anonymous), HideIdentity: store.Bool(n.HideIdentity), Region: n.Complainant.Region,
		LenderName: n.Lender.Name, AgencyName: n.Agency.Name, AgencyUnknown: store.Bool(n.AgencyUnknown),
		OccurredFrom: from, OccurredTo: to, Narrative: n.Narrative, Demand: n.Demand, Product: n.Loan.Product,
		LoanFen: sql.NullInt64{Int64: n.Loan.AmountFen, Valid: n.Loan.AmountFen > 0}, ContractOn: contract,
		ConsentToForward: store.Bool(n.ConsentToForward), Severity: int64(severity), Rulebook: n.pack.Version(), Version: 1,
	}
}

func (s *Service) sealParticulars(r *complaintRow, key *seal.DataKey, c Complainant) error {
	for _, f := range []struct {
		to           *seal.Sealed
		field, plain string
	}{
		{&r.Name, fieldName, c.Name}, {&r.IDNumber, fieldID, c.IDNumber}, {&r.Phone, fieldPhone, c.Phone},
		{&r.Email, fieldEmail, c.Email}, {&r.Address, fieldAddress, c.Address},
	} {
		sealed, err := key.Seal(f.field, f.plain)
		if err != nil {
			return err
		}
		*f.to = sealed
	}
	r.NameIdx, r.IDNumberIdx = s.keys.Blind("name", nameKey(c.Name)), s.keys.Blind("id_number", c.IDNumber)
	r.PhoneIdx, r.EmailIdx = s.keys.Blind("phone", c.Phone), s.keys.Blind("email", c.Email)
	return nil
}

// requestText is what makes two requests the same. It holds personal data and is
// only ever hashed with a key.
func requestText(f Filing, source string) (string, error) {
	b, err := json.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("digest request: %w", err)
	}
	return source + "\n" + string(b), nil
}

// codesFor derives the access code from the key of the request, so that a
// request sent again gets the same code though only its hash is stored: one code
// for each master key of the ring, the current one first. Without the master key
// nobody derives it, however simple the request's key.
func codesFor(keys *seal.Keys, idempotencyKey string) []string {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(20), nil)
	var out []string
	for _, b := range keys.Blinds("access_code", idempotencyKey) {
		d := fmt.Sprintf("%020d", new(big.Int).Mod(new(big.Int).SetBytes(b), limit))
		out = append(out, d[:4]+"-"+d[4:8]+"-"+d[8:12]+"-"+d[12:16]+"-"+d[16:])
	}
	return out
}

// store writes a prepared filing: the whole of what stands between a person and
// the answer, so it does as few statements as can be.
func (s *Service) store(ctx context.Context, by access.Actor, n *filing) (*Filed, error) {
	var c *Complaint
	var entry *audit.Entry
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		r := n.row // a copy: the writer may be run again
		if err := s.parties(ctx, tx, n, &r); err != nil {
			return err
		}
		r.ReceivedAt, r.ReceivedOn = store.At(tx.Now), s.today(tx)
		s.arrived(n, &r)
		if err := s.numberIn(ctx, tx, &r); err != nil {
			return err
		}
		key, limit, err := acceptLimit(n.pack, n.Track, r.ReceivedOn)
		if err != nil {
			return err
		}
		due, err := deadline.Compute(n.cal, deadline.Clock{Kind: key, Limit: limit, Events: []deadline.Event{{Kind: deadline.Start, On: r.ReceivedOn}}})
		if err != nil {
			return err
		}
		r.DueOn = due.Due
		if err := insertComplaint(ctx, tx, &r, n.wrapped, n.Violations, n.Channels, n.Accused); err != nil {
			return err
		}
		if _, err := deadline.Begin(ctx, tx, n.cal, deadline.Owner{Kind: deadline.OfComplaint, ID: r.ID}, key, limit, r.ReceivedOn, by.UserID); err != nil {
			return err
		}
		if err := note(ctx, tx, by, r.ID, EventFiled, true, ""); err != nil {
			return err
		}
		if err := n.takenDown(ctx, tx, by, r.ID); err != nil {
			return err
		}
		files, err := adopt(ctx, tx, n.draft, r.ID)
		if err != nil {
			return err
		}
		if c, err = r.complaint(); err != nil {
			return err
		}
		c.Codes, c.Channels, c.Accused = n.Violations, n.Channels, n.Accused
		if entry, err = s.log.Append(ctx, tx, by, audit.ComplaintFiled, r.Reference, "source", r.Source, "track", r.Track,
			"content_sha256", n.hash, "files", files, "rulebook", r.Rulebook); err != nil {
			return err
		}
		if err := s.recordIntake(ctx, tx, by, n, c); err != nil {
			return err
		}
		return s.mail(ctx, tx, c, n.email, "mail.filed", c.ReceivedOn)
	})
	if err != nil {
		return nil, err
	}
	receipt, err := s.log.Receipt(entry)
	if err != nil {
		return nil, err
	}
	return &Filed{Complaint: c, AccessCode: n.code, Receipt: receipt}, nil
}

// parties finds the registered firms behind what was named. An unknown name is
// kept as typed, for the screening to resolve; an unknown code is a mistake.
func (s *Service) parties(ctx context.Context, tx *store.Tx, n *filing, r *complaintRow) error {
	var wrong fault.Fields
	for _, p := range []struct {
		party Party
		kind  firm.Kind
		field string
		id    *store.ID
		name  *string
	}{
		{n.Lender, firm.Lender, "lender", &r.LenderID, &r.LenderName},
		{n.Agency, firm.Agency, "agency", &r.AgencyID, &r.AgencyName},
	} {
		if p.party == (Party{}) {
			continue
		}
		name := p.party.Name
		if p.party.Code != "" {
			name = "" // the code decides
		}
		f, err := s.firms.Resolve(ctx, tx, p.party.Code, name)
		if err != nil {
			return err
		}
		switch {
		case f == nil && p.party.Code != "":
			wrong.Add(p.field+".code", "complaint.firm_code")
		case f != nil && f.Kind != p.kind && p.party.Code != "":
			wrong.Add(p.field+".code", "complaint.firm_kind."+p.field)
		case f != nil && f.Kind == p.kind:
			*p.id = store.ID(f.ID)
			if *p.name == "" {
				*p.name = f.Name
			}
		}
	}
	return wrong.Err()
}

// numberIn gives the row its reference, in the series of the year in which it was received.
func (s *Service) numberIn(ctx context.Context, tx *store.Tx, r *complaintRow) error {
	year := r.ReceivedOn.Year()
	serial, err := store.Next(ctx, tx, "complaint:"+strconv.Itoa(year))
	if err != nil {
		return err
	}
	r.Reference = ident.NewReference("C", year, serial)
	return nil
}

// repeated answers a request whose key is known already: as before if it says
// the same, else with a Conflict. nil where the key is new.
func (s *Service) repeated(ctx context.Context, f Filing, source, idempotencyKey string) (*Filed, error) {
	text, err := requestText(f, source)
	if err != nil {
		return nil, err
	}
	var row *complaintRow
	var c *Complaint
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		if row, err = byIdempotency(ctx, tx, s.keys.Blinds("idempotency", idempotencyKey)); err != nil || row == nil {
			return err
		}
		c, err = find(ctx, tx, "id = ?", row.ID)
		return err
	})
	if err != nil || row == nil {
		return nil, err
	}
	same := false
	for _, d := range s.keys.Blinds("request", text) {
		same = hmac.Equal(d, row.RequestDigest) || same
	}
	if !same {
		return nil, fault.New(fault.Conflict, "complaint.idempotency_mismatch")
	}
	filed := &Filed{Complaint: c, Repeated: true}
	for _, code := range codesFor(s.keys, idempotencyKey) {
		if s.keys.CheckAccessCode(code, row.AccessHash) {
			filed.AccessCode = code
		}
	}
	filed.Receipt, err = s.log.ReceiptOf(ctx, c.Reference, audit.ComplaintFiled)
	return filed, err
}

// mail queues a message to the complainant.
func (s *Service) mail(ctx context.Context, tx *store.Tx, c *Complaint, to, template string, on calendar.Date) error {
	if to == "" {
		return nil
	}
	m := s.message(c, to, template, on)
	m.Dedupe = template + ":" + c.Reference + ":" + strconv.FormatInt(c.Version, 10)
	return s.notify.Queue(ctx, tx, m)
}

// message holds the reference and dates only: a mailbox is read by more eyes than its owner's.
func (s *Service) message(c *Complaint, to, template string, on calendar.Date) notify.Message {
	data := map[string]string{"reference": c.Reference, "date": on.String(), "link": s.track}
	return notify.Message{Channel: notify.Email, To: to, Lang: c.Lang, Template: template, Data: data, Quiet: true}
}
