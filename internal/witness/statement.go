package witness

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// viewAgain is how soon another look of one person at one statement is recorded again.
const viewAgain = time.Hour

// errGone is one answer to every link that does not work, so that nobody learns whether there ever was one.
func errGone() error { return fault.New(fault.NotFound, "witness.gone") }

// Open reports whether a link works. It says nothing of the complaint. NotFound.
func (s *Service) Open(ctx context.Context, token string) error {
	return s.d.DB.Read(ctx, func(tx *store.Tx) error {
		_, err := waitingLink(ctx, tx, token)
		return err
	})
}

// State takes what a witness says, by a link that works once, and returns the number of the statement. Invalid; NotFound for
// a link that does not work.
func (s *Service) State(ctx context.Context, token string, a Answer) (string, error) {
	if err := a.check(); err != nil {
		return "", err
	}
	var key *seal.DataKey
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		r, err := waitingLink(ctx, tx, token)
		if err != nil {
			return err
		}
		c, err := s.complaintOf(ctx, tx, r)
		if err != nil {
			return err
		}
		if key, err = s.d.Complaints.DataKey(ctx, tx, c); fault.Is(err, fault.NotFound) {
			return errGone()
		}
		return err
	})
	if err != nil {
		return "", err
	}
	sealed, err := a.seal(key)
	if err != nil {
		return "", fmt.Errorf("seal a statement: %w", err)
	}
	number := ""
	err = s.d.DB.Write(ctx, func(tx *store.Tx) error {
		r, err := waitingLink(ctx, tx, token) // again: two may send at once, and one wins
		if err != nil {
			return err
		}
		c, err := s.complaintOf(ctx, tx, r)
		if err != nil {
			return err
		}
		if err := store.Update[linkRow](ctx, tx, r.ID, r.Version, store.Set("used_at", store.At(tx.Now))); err != nil {
			return err
		}
		n, err := statements(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		row := &statementRow{ComplaintID: c.ID, Number: int64(len(n) + 1), LinkID: r.ID, ReceivedAt: store.At(tx.Now), Contacted: a.Contacted, Relation: a.Relation, Age: a.Age, Answer: sealed}
		if err := store.Insert(ctx, tx, row); err != nil {
			return err
		}
		if err := addCustody(ctx, tx, access.Nobody, row.ID, Received); err != nil {
			return err
		}
		if err := s.d.Complaints.Note(ctx, tx, access.Nobody, c.ID, complaint.EventWitnessed, true, ""); err != nil {
			return err
		}
		number = NumberOf(row.Number)
		_, err = s.d.Log.Append(ctx, tx, access.Nobody, audit.WitnessStated, c.Reference, "statement", number)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("take a statement: %w", err)
	}
	return number, nil
}

func (s *Service) complaintOf(ctx context.Context, tx *store.Tx, r *linkRow) (*complaint.Complaint, error) {
	list, err := s.d.Complaints.FindAll(ctx, tx, []int64{r.ComplaintID})
	if err != nil {
		return nil, err
	}
	if list[r.ComplaintID] == nil {
		return nil, errGone()
	}
	return list[r.ComplaintID], nil
}

// check finds what is wrong with an answer. Everything but whether there was a contact may stay empty.
func (a *Answer) check() error {
	var wrong fault.Fields
	if !slices.Contains(Contacts, a.Contacted) {
		wrong.Add("contacted", "fault.choose")
	}
	if a.Relation != "" && !slices.Contains(Relations, a.Relation) {
		wrong.Add("relation", "fault.choose")
	}
	if a.Age == "" {
		a.Age = "unsaid"
	}
	if !slices.Contains(Ages, a.Age) {
		wrong.Add("age", "fault.choose")
	}
	for _, f := range []struct {
		name string
		text *string
		max  int
	}{
		{"when", &a.When, 200}, {"number", &a.Number, 100}, {"said", &a.Said, 2000}, {"about", &a.About, 200}, {"name", &a.Name, 50}, {"reach", &a.Reach, 100},
	} {
		*f.text = strings.TrimSpace(*f.text)
		if n := utf8.RuneCountInString(*f.text); n > f.max {
			wrong.Add(f.name, "fault.too_long", f.max, n)
		}
		if !utf8.ValidString(*f.text) || strings.ContainsFunc(*f.text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }) {
			wrong.Add(f.name, "complaint.characters")
		}
	}
	return wrong.Err()
}

// Statements lists what witnesses said, without their words, oldest first. Forbidden, NotFound.
func (s *Service) Statements(ctx context.Context, by access.Actor, ref string) ([]Statement, error) {
	var out []Statement
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		c, _, err := s.reach(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		rows, err := statements(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		for _, r := range rows {
			st, err := r.load(ctx, tx)
			if err != nil {
				return err
			}
			out = append(out, *st)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list statements: %w", err)
	}
	return out, nil
}

// reach loads a complaint whose statements the actor may know of. What a witness says may tell who made a report, so it is for
// those who may read what was sent with it; the complainant knows that there are some.
func (s *Service) reach(ctx context.Context, tx *store.Tx, by access.Actor, ref string) (*complaint.Complaint, access.Owner, error) {
	c, o, err := s.d.Complaints.Reach(ctx, tx, by, access.ReadStatement, ref)
	if err != nil {
		return nil, o, err
	}
	if !s.d.Complaints.SeesMatter(by, c, o) {
		return nil, o, fault.New(fault.Forbidden, "witness.sheltered")
	}
	return c, o, nil
}

// Read opens one statement; the look goes into its custody, at most once an hour for each person. The complainant reads what
// was released, without name and contact of the witness. Forbidden, NotFound.
func (s *Service) Read(ctx context.Context, by access.Actor, ref, number string) (*Statement, error) {
	var out *Statement
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		c, _, err := s.reach(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		if out, err = s.open(ctx, tx, c, number); err != nil {
			return err
		}
		if by.Role == access.Borrower {
			if out.ReleasedAt.IsZero() {
				return fault.New(fault.NotFound, "fault.not_found")
			}
			out.Answer.Name, out.Answer.Reach, out.Custody = "", "", nil
			return nil
		}
		seen, err := seenSince(ctx, tx, out.id, by.UserID, tx.Now.Add(-viewAgain))
		if err == nil && !seen {
			if err = addCustody(ctx, tx, by, out.id, Viewed); err == nil {
				_, err = s.d.Log.Append(ctx, tx, by, audit.WitnessRead, c.Reference, "statement", out.Number)
			}
		}
		if err != nil {
			return err
		}
		out.Custody, err = s.custody(ctx, tx, out.id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read statement %s of %s: %w", number, ref, err)
	}
	return out, nil
}

// open loads a statement with its words.
func (s *Service) open(ctx context.Context, tx *store.Tx, c *complaint.Complaint, number string) (*Statement, error) {
	n, err := strconv.ParseInt(strings.TrimPrefix(strings.ToUpper(number), "W-"), 10, 64)
	if err != nil {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	rows, err := statements(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(rows, func(r statementRow) bool { return r.Number == n })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	st, err := rows[i].load(ctx, tx)
	if err != nil {
		return nil, err
	}
	key, err := s.d.Complaints.DataKey(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	text, err := key.Open(fieldAnswer, rows[i].Answer)
	if err != nil {
		return nil, err
	}
	st.Answer = &Answer{}
	return st, json.Unmarshal([]byte(text), st.Answer)
}

// Release lets the complainant read a statement, without the witness's name. Conflict where it was released; Forbidden,
// NotFound.
func (s *Service) Release(ctx context.Context, by access.Actor, ref, number string) error {
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		c, o, err := s.d.Complaints.Reach(ctx, tx, by, access.ReleaseStatement, ref)
		if err != nil {
			return err
		}
		if !s.d.Complaints.SeesMatter(by, c, o) {
			return fault.New(fault.Forbidden, "witness.sheltered")
		}
		st, err := s.open(ctx, tx, c, number)
		if err != nil {
			return err
		}
		if !st.ReleasedAt.IsZero() {
			return fault.New(fault.Conflict, "witness.released_already")
		}
		if err := addCustody(ctx, tx, by, st.id, Released); err != nil {
			return err
		}
		_, err = s.d.Log.Append(ctx, tx, by, audit.WitnessReleased, c.Reference, "statement", st.Number)
		return err
	})
	if err != nil {
		return fmt.Errorf("release statement %s of %s: %w", number, ref, err)
	}
	return nil
}

// Person is whom a statement or a link of a complaint names.
type Person struct{ Name, Label, About, Reach string }

// People are those whom the links and statements of a complaint name, inside an open transaction, whoever asks: for the check
// that a text names none of them. Nobody is shown them. None once the key is destroyed.
func (s *Service) People(ctx context.Context, tx *store.Tx, c *complaint.Complaint) ([]Person, error) {
	links, err := linksOf(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	said, err := statements(ctx, tx, c.ID)
	if err != nil || len(links)+len(said) == 0 {
		return nil, err
	}
	key, err := s.d.Complaints.DataKey(ctx, tx, c)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Person
	for _, l := range links {
		label, err := key.Open(fieldLabel, l.Label)
		if err != nil {
			return nil, err
		}
		out = append(out, Person{Label: label})
	}
	for _, r := range said {
		text, err := key.Open(fieldAnswer, r.Answer)
		if err != nil {
			return nil, err
		}
		var a Answer
		if err := json.Unmarshal([]byte(text), &a); err != nil {
			return nil, fmt.Errorf("read a statement: %w", err)
		}
		out = append(out, Person{Name: a.Name, About: a.About, Reach: a.Reach})
	}
	return out, nil
}
