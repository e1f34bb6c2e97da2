package complaint

import (
	"context"
	"fmt"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/deadline"
	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// Kinds of links, from the complaint to the other, keys of web/locales under "intake.links".
const (
	LinkSplit     = "split"      // the other was taken out of this one
	LinkSplitFrom = "split_from" // this one was taken out of the other
)

// Link is another complaint that belongs to this one.
type Link struct {
	Reference string
	Kind      string
	Track     Track
	Status    Status
	At        time.Time
}

// Split divides one letter that says two things, a complaint and a report say, in two at screening: the other complaint
// gets its own reference, key and clocks under the other track, with the same words, parties and date of receipt; the
// same access code opens it. The complainant is told both references. with, if not nil, runs in the same transaction:
// evidence hands the files on. It returns the complaint and the other one.
// Invalid (track), Conflict (stale, decided, split so before), Forbidden, NotFound.
func (s *Service) Split(ctx context.Context, by access.Actor, ref string, version int64, track Track, with func(ctx context.Context, tx *store.Tx, c, other *Complaint) error) (*Complaint, *Complaint, error) {
	key, wrapped, err := s.keys.NewDataKey()
	if err != nil {
		return nil, nil, fmt.Errorf("split complaint: %w", err)
	}
	var c, other *Complaint
	err = s.db.Write(ctx, func(tx *store.Tx) (err error) {
		if c, _, err = s.Reach(ctx, tx, by, access.Screen, ref); err != nil {
			return err
		}
		if c.Version != version {
			return fault.New(fault.Conflict, "fault.stale")
		}
		if c.Status.Screened() {
			return fault.New(fault.Conflict, "complaint.status."+string(c.Status)+"_already")
		}
		if err := s.mayHold(ctx, tx, c, track); err != nil {
			return err
		}
		if err := move(ctx, tx, c, version, set{"status": string(c.Status)}); err != nil {
			return err
		}
		if other, err = s.twin(ctx, tx, by, c, track, key, wrapped); err != nil {
			return err
		}
		if err := s.link(ctx, tx, by, c, other); err != nil || with == nil {
			return err
		}
		return with(ctx, tx, c, other)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("split complaint: %w", err)
	}
	return c, other, nil
}

// mayHold refuses a second track that the letter cannot have.
func (s *Service) mayHold(ctx context.Context, tx *store.Tx, c *Complaint, track Track) error {
	var wrong fault.Fields
	switch {
	case acceptKeys[track] == nil || track == c.Track:
		wrong.Add("track", "intake.split_track")
	case c.Anonymous && track != TrackReport:
		wrong.Add("track", "complaint.anonymous_track")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	rows, err := links(ctx, tx, c.ID)
	if err != nil || len(rows) == 0 {
		return err
	}
	others, err := s.FindAll(ctx, tx, otherIDs(rows))
	if err != nil {
		return err
	}
	for _, o := range others {
		if o.Track == track {
			return fault.New(fault.Conflict, "intake.split_before")
		}
	}
	return nil
}

func otherIDs(rows []linkRow) []int64 {
	out := make([]int64, len(rows))
	for i, r := range rows {
		out[i] = r.OtherID
	}
	return out
}

// twin stores the second complaint of a letter: everything said, sealed with a key of its own.
func (s *Service) twin(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint, track Track, key *seal.DataKey, wrapped []byte) (*Complaint, error) {
	p, err := s.pack(c)
	if err != nil {
		return nil, err
	}
	cal, err := s.calendar(p)
	if err != nil {
		return nil, err
	}
	r, err := rowByID(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	person, err := s.particulars(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	if err := s.sealParticulars(r, key, *person); err != nil {
		return nil, err
	}
	r.ID, r.Track, r.Status, r.Version = 0, string(track), string(Received), 1
	r.IdempotencyHash, r.RequestDigest, r.ExternalDigest, r.ExternalID.Valid = nil, nil, nil, false
	if err := s.numberIn(ctx, tx, r); err != nil {
		return nil, err
	}
	name, limit, err := acceptLimit(p, track, r.ReceivedOn)
	if err != nil {
		return nil, err
	}
	start := deadline.Event{Kind: deadline.Start, On: r.ReceivedOn}
	st, err := deadline.Compute(cal, deadline.Clock{Kind: name, Limit: limit, Events: []deadline.Event{start}})
	if err != nil {
		return nil, err
	}
	r.DueOn = st.Due
	if err := insertComplaint(ctx, tx, r, wrapped, c.Codes, c.Channels, c.Accused); err != nil {
		return nil, err
	}
	owner := deadline.Owner{Kind: deadline.OfComplaint, ID: r.ID}
	if _, err := deadline.Begin(ctx, tx, cal, owner, name, limit, r.ReceivedOn, by.UserID); err != nil {
		return nil, err
	}
	return find(ctx, tx, "id = ?", r.ID)
}

// link joins the two, in both directions, and tells the complainant. Neither timeline names the other reference: who may
// know that a report and a complaint are one person's is for LinksOf to say.
func (s *Service) link(ctx context.Context, tx *store.Tx, by access.Actor, c, other *Complaint) error {
	at, user := store.At(tx.Now), store.ID(by.UserID)
	err := store.InsertAll(ctx, tx, []*linkRow{
		{ComplaintID: c.ID, OtherID: other.ID, Kind: LinkSplit, At: at, UserID: user},
		{ComplaintID: other.ID, OtherID: c.ID, Kind: LinkSplitFrom, At: at, UserID: user},
	})
	if err != nil {
		return err
	}
	for _, x := range []*Complaint{c, other} {
		if err := note(ctx, tx, by, x.ID, EventSplit, true, ""); err != nil {
			return err
		}
	}
	if _, err := s.log.Append(ctx, tx, by, audit.ComplaintSplit, c.Reference, "tracks", 2); err != nil {
		return err
	}
	if _, err := s.log.Append(ctx, tx, by, audit.ComplaintSplit, other.Reference, "track", string(other.Track)); err != nil {
		return err
	}
	to, err := s.mailbox(ctx, tx, c)
	if err != nil || to == "" {
		return err
	}
	m := s.message(c, to, "mail.split", s.today(tx))
	m.Data["number"], m.Dedupe = other.Reference, "mail.split:"+other.Reference
	return s.notify.Queue(ctx, tx, m)
}

// LinksOf lists the complaints that belong to this one, as far as the actor may know of them: that a report and a
// complaint were one letter tells who made the report. NotFound.
func (s *Service) LinksOf(ctx context.Context, by access.Actor, ref string) ([]Link, error) {
	out := []Link{}
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		c, o, err := s.Reach(ctx, tx, by, access.ReadComplaint, ref)
		if err != nil {
			return err
		}
		list, err := s.linked(ctx, tx, by, c, o)
		for _, l := range list {
			out = append(out, l.Link)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("links of a complaint: %w", err)
	}
	return out, nil
}

// Linked is a complaint that belongs to another.
type Linked struct {
	Link
	Complaint *Complaint
}

// Linked is LinksOf with the complaints themselves, inside an open transaction, for whoever
// leads from one to the other. o is c's owner.
func (s *Service) Linked(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint, o access.Owner) ([]Linked, error) {
	return s.linked(ctx, tx, by, c, o)
}

func (s *Service) linked(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint, o access.Owner) ([]Linked, error) {
	rows, err := links(ctx, tx, c.ID)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	others, err := s.FindAll(ctx, tx, otherIDs(rows))
	if err != nil {
		return nil, err
	}
	var out []Linked
	for _, r := range rows {
		other := others[r.OtherID]
		theirs, err := ownerOf(ctx, tx, other)
		if err != nil {
			return nil, err
		}
		if !knowsBoth(by, c, o, other, theirs) {
			continue
		}
		out = append(out, Linked{Link{other.Reference, r.Kind, other.Track, other.Status, r.At.Time()}, other})
	}
	return out, nil
}

// knowsBoth reports whether an actor who reads c may know that other belongs to it. The complainant knows anyway. That a
// report belongs to something tells who made it, so it is for those who may see that.
func knowsBoth(by access.Actor, c *Complaint, o access.Owner, other *Complaint, theirs access.Owner) bool {
	if other.Track == TrackReport && c.Track != TrackReport && !seesPerson(by, other, theirs) {
		return false
	}
	return seesPerson(by, c, o)
}
