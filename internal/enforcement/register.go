package enforcement

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// RegisterEntry is a decision as the public reads it. It holds nothing that is not public: names of persons are masked
// before they are stored.
type RegisterEntry struct {
	Number      string          `json:"number"`
	Pack        string          `json:"pack"`
	FirmCode    string          `json:"firm"`
	Parties     []string        `json:"parties"` // the firm first
	Facts       string          `json:"facts"`
	Bases       rulebook.Text   `json:"bases"`    // one a line
	Measures    rulebook.Text   `json:"measures"` // one a line
	AmountFen   int64           `json:"amount_fen"`
	Authority   rulebook.Text   `json:"authority"`
	DecidedOn   calendar.Date   `json:"decided_on"`
	PublishedOn calendar.Date   `json:"published_on"`
	ExpiresOn   calendar.Date   `json:"expires_on,omitzero"`
	CorrectedOn calendar.Date   `json:"corrected_on,omitzero"`
	WithdrawnOn calendar.Date   `json:"withdrawn_on,omitzero"`
	Reason      string          `json:"reason,omitempty"` // of the correction or withdrawal
	Gone        bool            `json:"gone"`             // expired or withdrawn: Parties, Facts, Bases and Measures are empty
	Events      []RegisterEvent `json:"events,omitempty"`
}

// RegisterEvent is publication, correction, expiry or withdrawal.
type RegisterEvent struct {
	Kind   string        `json:"kind"` // published, corrected, expired, withdrawn
	On     calendar.Date `json:"on"`
	Reason string        `json:"reason,omitempty"`
}

// RegisterFilter narrows the register. Zero values do not filter.
type RegisterFilter struct {
	Firm   string // code
	Year   int    // of publication
	Q      string // part of a party's name or of the number
	Pack   string
	Kind   string // a measure of the decision
	Cursor string
	Limit  int // 1 to 100; 0 is 50
}

// RegisterPage is a page of the register, the newest publication first.
type RegisterPage struct {
	Items      []RegisterEntry `json:"items"`
	NextCursor string          `json:"next_cursor"`
}

// publicationRow is what the register shows of a decision now.
type publicationRow struct {
	ID          int64
	PenaltyID   int64
	FirmID      int64
	Number      string
	Pack        string
	Parties     string
	Facts       string
	BasesZH     string
	BasesEN     string
	MeasuresZH  string
	MeasuresEN  string
	AmountFen   int64
	AuthorityZH string
	AuthorityEN string
	DecidedOn   calendar.Date
	PublishedOn calendar.Date
	ExpiresOn   calendar.Date
	CorrectedOn calendar.Date
	WithdrawnOn calendar.Date
	Reason      string
	Version     int64
}

func (publicationRow) TableName() string { return "publications" }

type publicationEventRow struct {
	ID            int64
	PublicationID int64
	At            store.Time
	Kind          string
	OnDate        calendar.Date
	ActorID       store.ID
	Data          string
}

func (publicationEventRow) TableName() string { return "publication_events" }

// MaskName hides a person's given name: 张小三 is 张某某, Ann Lee is A*** L***.
func MaskName(name string) string {
	name = strings.TrimSpace(name)
	runes := []rune(name)
	if len(runes) == 0 {
		return ""
	}
	if runes[0] >= 0x2E80 {
		return string(runes[0]) + strings.Repeat("某", min(2, max(1, len(runes)-1)))
	}
	var out []string
	for _, w := range strings.Fields(name) {
		out = append(out, string([]rune(w)[0])+"***")
	}
	return strings.Join(out, " ")
}

// register carries out publication, correction and withdrawal.
func (s *Service) register(ctx context.Context, tx *store.Tx, sc *scene, d Deed) error {
	row, known, err := findRow[publicationRow](ctx, tx, "penalty_id = ?", sc.p.ID)
	if err != nil {
		return fmt.Errorf("load publication: %w", err)
	}
	kind, data := "", any(d)
	switch d := d.(type) {
	case *Publish:
		kind = "published"
		fresh := s.shown(sc, d.Facts)
		fresh.ExpiresOn = d.ExpiresOn
		if !known {
			row = fresh
			if err := store.Insert(ctx, tx, &row); err != nil {
				return fmt.Errorf("publish: %w", err)
			}
			break
		}
		err = store.Update[publicationRow](ctx, tx, row.ID, row.Version, append(fresh.shown(), store.Set("expires_on", d.ExpiresOn),
			store.Set("withdrawn_on", calendar.Date{}), store.Set("reason", ""))...)
	case *CorrectPublication:
		kind = "corrected"
		fresh := s.shown(sc, d.Facts)
		err = store.Update[publicationRow](ctx, tx, row.ID, row.Version, append(fresh.shown(), store.Set("corrected_on", sc.today), store.Set("reason", d.Reasons))...)
	case *WithdrawPublication:
		kind = "withdrawn"
		err = store.Update[publicationRow](ctx, tx, row.ID, row.Version, store.Set("withdrawn_on", sc.today), store.Set("reason", d.Reasons))
	}
	if err != nil && known {
		return fmt.Errorf("publication %s: %w", kind, err)
	}
	return s.registerEvent(ctx, tx, row.ID, kind, sc.today, sc.by, data)
}

func (s *Service) registerEvent(ctx context.Context, tx *store.Tx, id int64, kind string, on calendar.Date, by access.Actor, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	e := &publicationEventRow{PublicationID: id, At: store.At(tx.Now), Kind: kind, OnDate: on, ActorID: store.ID(by.UserID), Data: string(text)}
	if err := store.Insert(ctx, tx, e); err != nil {
		return fmt.Errorf("note publication: %w", err)
	}
	tx.AfterCommit(func() { s.published.Add(1) })
	return nil
}

// shown is the entry as it is in force now.
func (s *Service) shown(sc *scene, facts string) publicationRow {
	p := sc.p
	r := publicationRow{
		PenaltyID: p.ID, FirmID: p.Firm.ID, Number: p.DecisionNumber, Pack: sc.pack.ID, Facts: facts, AuthorityZH: sc.pack.Office.ZH,
		AuthorityEN: sc.pack.Office.EN, DecidedOn: p.IssuedOn, PublishedOn: sc.today, Version: 1,
	}
	parties := []string{p.Firm.Name}
	for _, who := range sc.c.Persons {
		name := MaskName(who.Name)
		if who.Post != "" {
			name += "（" + who.Post + "）"
		}
		parties = append(parties, name)
	}
	list, _ := json.Marshal(parties)
	r.Parties = string(list)
	for lang, to := range map[locale.Lang][2]*string{locale.ZH: {&r.BasesZH, &r.MeasuresZH}, locale.EN: {&r.BasesEN, &r.MeasuresEN}} {
		w := &wording{lang: lang, pack: sc.pack, on: p.IssuedOn}
		var bases, measures []string
		for _, id := range sc.c.Sentence.Basis {
			if b, ok := sc.pack.Basis(id); ok {
				bases = append(bases, w.cite(b))
			}
		}
		for _, sh := range sc.c.inForce() {
			line := w.measure(Measure{sh.Kind, sh.AmountFen})
			if len(parties) > 1 {
				line = parties[sh.Party-1] + "：" + line
			}
			measures = append(measures, line)
		}
		*to[0], *to[1] = strings.Join(bases, "\n"), strings.Join(measures, "\n")
	}
	for _, sh := range sc.c.inForce() {
		r.AmountFen += sh.AmountFen
	}
	return r
}

// shown are the columns that a correction writes anew.
func (r *publicationRow) shown() []assignment {
	return []assignment{
		store.Set("parties", r.Parties), store.Set("facts", r.Facts), store.Set("bases_zh", r.BasesZH), store.Set("bases_en", r.BasesEN),
		store.Set("measures_zh", r.MeasuresZH), store.Set("measures_en", r.MeasuresEN), store.Set("amount_fen", r.AmountFen),
	}
}

func (r *publicationRow) entry(firms map[int64]string, today calendar.Date) RegisterEntry {
	e := RegisterEntry{
		Number: r.Number, Pack: r.Pack, FirmCode: firms[r.FirmID], Authority: rulebook.Text{ZH: r.AuthorityZH, EN: r.AuthorityEN},
		DecidedOn: r.DecidedOn, PublishedOn: r.PublishedOn, ExpiresOn: r.ExpiresOn, CorrectedOn: r.CorrectedOn, WithdrawnOn: r.WithdrawnOn,
		Reason: r.Reason,
	}
	e.Gone = !r.WithdrawnOn.IsZero() || !r.ExpiresOn.IsZero() && today.After(r.ExpiresOn)
	if e.Gone {
		return e
	}
	_ = json.Unmarshal([]byte(r.Parties), &e.Parties) // written by shown
	e.Facts, e.AmountFen = r.Facts, r.AmountFen
	e.Bases, e.Measures = rulebook.Text{ZH: r.BasesZH, EN: r.BasesEN}, rulebook.Text{ZH: r.MeasuresZH, EN: r.MeasuresEN}
	return e
}

// Register lists the public register: what is published and neither withdrawn nor expired. Anybody may read it.
// Invalid (limit, cursor).
func (s *Service) Register(ctx context.Context, f RegisterFilter) (*RegisterPage, error) {
	if f.Limit == 0 {
		f.Limit = 50
	}
	if f.Limit < 1 || f.Limit > maxPage {
		return nil, wrong("limit", "casework.limit", maxPage)
	}
	var w where
	if f.Cursor != "" {
		id, err := parseCursor(f.Cursor)
		if err != nil {
			return nil, wrong("cursor", "casework.cursor")
		}
		w.add("(published_on, id) < (SELECT published_on, id FROM publications WHERE id = ?)", id)
	}
	page := &RegisterPage{}
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		today := s.today(tx)
		w.add("withdrawn_on IS NULL AND (expires_on IS NULL OR expires_on >= ?)", today)
		if f.Firm != "" {
			w.add("firm_id IN (SELECT id FROM firms WHERE code = ? OR merged_into = (SELECT id FROM firms WHERE code = ?))", f.Firm, f.Firm)
		}
		if f.Year != 0 {
			w.add("published_on BETWEEN ? AND ?", calendar.DateOf(f.Year, time.January, 1), calendar.DateOf(f.Year, time.December, 31))
		}
		if f.Pack != "" {
			w.add("pack = ?", f.Pack)
		}
		if f.Kind != "" {
			w.add(`EXISTS (SELECT 1 FROM penalty_measures m WHERE m.penalty_id = publications.penalty_id AND m.kind = ?
				AND m.round = (SELECT MAX(round) FROM penalty_measures l WHERE l.penalty_id = publications.penalty_id))`, f.Kind)
		}
		if q := strings.TrimSpace(f.Q); q != "" {
			like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(q) + "%"
			w.add(`(parties LIKE ? ESCAPE '\' OR number LIKE ? ESCAPE '\')`, like, like)
		}
		rows, err := findRows[publicationRow](ctx, tx, "published_on DESC, id DESC", f.Limit+1, w.sql(), w.args...)
		if err != nil {
			return fmt.Errorf("list the register: %w", err)
		}
		if len(rows) > f.Limit {
			rows = rows[:f.Limit]
			page.NextCursor = cursorOf(rows[f.Limit-1].ID)
		}
		codes, err := s.codes(ctx, tx, rows)
		if err != nil {
			return err
		}
		for i := range rows {
			page.Items = append(page.Items, rows[i].entry(codes, today))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return page, nil
}

func (s *Service) codes(ctx context.Context, tx *store.Tx, rows []publicationRow) (map[int64]string, error) {
	var ids []int64
	for _, r := range rows {
		ids = append(ids, r.FirmID)
	}
	firms, err := s.d.Firms.ByIDs(ctx, tx, unique(ids))
	if err != nil {
		return nil, err
	}
	out := map[int64]string{}
	for id, f := range firms {
		out[id] = f.Code
	}
	return out, nil
}

// RegisterEntry is one decision by its number (〔2026〕12号 or 2026-12), with what happened to its publication. One that was
// withdrawn or has expired still answers, so that a link never dies, without what it said. NotFound.
func (s *Service) RegisterEntry(ctx context.Context, number string) (e *RegisterEntry, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		r, ok, err := findRow[publicationRow](ctx, tx, "number = ?", fullNumber(number))
		if err != nil {
			return fmt.Errorf("find register entry: %w", err)
		}
		if !ok {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		codes, err := s.codes(ctx, tx, []publicationRow{r})
		if err != nil {
			return err
		}
		entry := r.entry(codes, s.today(tx))
		events, err := findRows[publicationEventRow](ctx, tx, "id", 0, "publication_id = ?", r.ID)
		if err != nil {
			return fmt.Errorf("load register events: %w", err)
		}
		for _, v := range events {
			var said struct {
				Reasons string `json:"reasons"`
			}
			if err := json.Unmarshal([]byte(v.Data), &said); err != nil {
				return fmt.Errorf("read register event: %w", err)
			}
			entry.Events = append(entry.Events, RegisterEvent{Kind: v.Kind, On: v.OnDate, Reason: said.Reasons})
		}
		e = &entry
		return nil
	})
	return e, err
}

// fullNumber writes 2026-12, which fits into an address, as the decision does.
func fullNumber(s string) string {
	year, serial, ok := strings.Cut(strings.TrimSpace(s), "-")
	y, errY := strconv.Atoi(year)
	n, errN := strconv.ParseInt(serial, 10, 64)
	if !ok || errY != nil || errN != nil {
		return s
	}
	return numberOf(calendar.DateOf(y, time.January, 1), n)
}

// ShortNumber writes the number of a decision as it fits into an address: 〔2026〕12号 is 2026-12.
func ShortNumber(number string) string {
	return strings.NewReplacer("〔", "", "〕", "-", "号", "").Replace(number)
}

// Expire notes the publications whose time is over. It is a job.
func (s *Service) Expire(ctx context.Context) (n int, err error) {
	err = s.d.DB.Write(ctx, func(tx *store.Tx) error {
		today := s.today(tx)
		rows, err := findRows[publicationRow](ctx, tx, "id", 500, `withdrawn_on IS NULL AND expires_on < ? AND NOT EXISTS
			(SELECT 1 FROM publication_events e WHERE e.publication_id = publications.id AND e.kind = 'expired' AND e.on_date > publications.expires_on)`, today)
		if err != nil || len(rows) == 0 {
			return err
		}
		var numbers []string
		for _, r := range rows {
			if err := s.registerEvent(ctx, tx, r.ID, "expired", today, access.Program, struct{}{}); err != nil {
				return err
			}
			numbers = append(numbers, r.Number)
		}
		n = len(rows)
		slices.Sort(numbers)
		_, err = s.d.Log.Append(ctx, tx, access.Program, audit.RegisterExpired, strings.Join(numbers, " "))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("expire publications: %w", err)
	}
	return n, nil
}
