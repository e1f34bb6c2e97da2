package linkage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

// Text is the kind of the ground that two narratives are in like words.
const Text = "text"

// Ground is one reason why two complaints may have one hand behind them.
type Ground struct {
	Kind     string // of the identifier, or Text
	Value    string // of the identifier; "" for Text
	Weight   float64
	Likeness float64 // of Text
	Shared   bool    // a service number, which says little
}

// Related is another complaint that has something in common with the one looked at.
type Related struct {
	Complaint *complaint.Complaint
	Case      casework.Standing // zero while there is none
	Grounds   []Ground          // the weightiest first
	Strength  float64
	Decision  *Decision // the newest word about the pair; nil: nobody said anything
}

// Grade is the strength in words.
func (r Related) Grade() string { return Grade(r.Strength) }

// Elsewhere counts related complaints that the actor may not see, by the unit that has them: whom to ask.
type Elsewhere struct {
	UnitID int64 // 0: not given to a unit yet
	Unit   string
	Count  int
	Ask    []string // names of the unit's supervisors
}

// Named is an identifier of the complaint as it was written.
type Named struct {
	Use
	Value   string
	Added   bool // by the office; else the complainant named it
	Basis   string
	AddedBy string
	AddedAt time.Time
}

// Overview is everything that links one complaint to others, as far as the actor may know.
type Overview struct {
	Complaint  *complaint.Complaint
	Named      []Named
	Suggested  []Related // undecided, the strongest first
	Confirmed  []Related
	Dismissed  []Related
	More       int // visible ones beyond those listed
	Elsewhere  []Elsewhere
	Sheltered  int // of complainants who are kept from the actor
	Cluster    *Cluster
	Duplicates Duplicates
	Pending    bool // not compared yet: it was filed a moment ago
	MayDecide  bool
	MayMerge   bool
}

// Standing reports whether there is anything to show.
func (o *Overview) Standing() bool {
	return len(o.Named) > 0 || len(o.Suggested)+len(o.Confirmed)+len(o.Dismissed) > 0 || len(o.Elsewhere) > 0 || o.Sheltered > 0 || o.Cluster != nil || o.Duplicates.any()
}

const (
	// listed are how many related complaints are shown by name.
	listed = 60
	// weighed are how many are weighed at all, and counted the newest complaints that name one identifier.
	weighed = 1000
	counted = 500
)

// candidate is a complaint with something in common, before anybody asked who may see it.
type candidate struct {
	id      int64
	grounds []Ground
}

func (c *candidate) strength() float64 {
	w := make([]float64, len(c.grounds))
	for i, g := range c.grounds {
		w[i] = g.Weight
	}
	return together(w...)
}

// Of gathers what a complaint has in common with others. NotFound.
func (s *Service) Of(ctx context.Context, by access.Actor, ref string) (*Overview, error) {
	var o *Overview
	var hidden map[int64]int
	err := s.d.DB.Read(ctx, func(tx *store.Tx) (err error) {
		o, hidden, err = s.overview(ctx, tx, by, ref)
		return err
	})
	if err == nil {
		o.Elsewhere, err = s.elsewhere(ctx, hidden)
	}
	if err != nil {
		return nil, fmt.Errorf("links of %s: %w", ref, err)
	}
	return o, nil
}

func (s *Service) overview(ctx context.Context, tx *store.Tx, by access.Actor, ref string) (*Overview, map[int64]int, error) {
	c, owner, err := s.d.Complaints.Reach(ctx, tx, by, access.ReadLinks, ref)
	if err != nil {
		return nil, nil, err
	}
	o := &Overview{Complaint: c, MayDecide: s.d.Policy.Check(by, access.DecideLink, owner) == nil, MayMerge: s.d.Policy.Check(by, access.MergeDuplicate, owner) == nil}
	uses, found, err := s.candidates(ctx, tx, c)
	if err != nil {
		return nil, nil, err
	}
	if o.Named, err = s.named(ctx, tx, c, uses); err != nil {
		return nil, nil, err
	}
	decisions, err := decisionsOf(ctx, tx, c.ID)
	if err != nil {
		return nil, nil, err
	}
	if err := s.nameDeciders(ctx, tx, decisions); err != nil {
		return nil, nil, err
	}
	for id := range decisions {
		if found[id] == nil {
			found[id] = &candidate{id: id}
		}
	}
	visible, hidden, err := s.sift(ctx, tx, by, c, owner, found, o)
	if err != nil {
		return nil, nil, err
	}
	if err := s.sortInto(ctx, tx, o, visible, decisions); err != nil {
		return nil, nil, err
	}
	if o.Cluster, o.Pending, err = clusterOf(ctx, tx, c.ID); err != nil {
		return nil, nil, err
	}
	o.Duplicates, err = s.duplicates(ctx, tx, by, c, owner)
	return o, hidden, err
}

// candidates are the complaints that share an identifier or the words of c, without those that are the same letter.
func (s *Service) candidates(ctx context.Context, tx *store.Tx, c *complaint.Complaint) ([]Use, map[int64]*candidate, error) {
	found := map[int64]*candidate{}
	add := func(id int64, g Ground) {
		if found[id] == nil {
			found[id] = &candidate{id: id}
		}
		found[id].grounds = append(found[id].grounds, g)
	}
	list, err := identifiersOf(ctx, tx, c.ID)
	if err != nil {
		return nil, nil, err
	}
	for i := range list {
		u := &list[i]
		others, err := spread(ctx, tx, u, firmsOf(c))
		if err != nil {
			return nil, nil, err
		}
		for _, id := range others {
			add(id, Ground{Kind: u.Kind, Value: u.Key, Weight: u.Weight(), Shared: u.Shared()})
		}
	}
	near, err := likeMembers(ctx, tx, c.ID)
	if err != nil {
		return nil, nil, err
	}
	for _, n := range near {
		add(n.id, Ground{Kind: Text, Weight: textLeast + textMore*n.likeness, Likeness: n.likeness})
	}
	same, err := sameLetter(ctx, tx, c.ID)
	if err != nil {
		return nil, nil, err
	}
	delete(found, c.ID)
	for _, id := range same {
		delete(found, id)
	}
	for _, x := range found {
		slices.SortFunc(x.grounds, func(a, b Ground) int { return cmp.Compare(b.Weight, a.Weight) })
	}
	return list, found, nil
}

// firmsOf are the firms that a complaint is about.
func firmsOf(c *complaint.Complaint) []int64 {
	var out []int64
	for _, id := range []int64{c.AgencyID, c.LenderID} {
		if id != 0 {
			out = append(out, id)
		}
	}
	return out
}

// sift keeps what the actor may see, the strongest first, and counts the rest: by unit into the map, sheltered ones into o.
func (s *Service) sift(ctx context.Context, tx *store.Tx, by access.Actor, c *complaint.Complaint, owner access.Owner, found map[int64]*candidate, o *Overview) ([]*candidate, map[int64]int, error) {
	all := make([]*candidate, 0, len(found))
	for _, x := range found {
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.strength(), a.strength()), cmp.Compare(b.id, a.id))
	})
	all = all[:min(len(all), weighed)]
	ids := make([]int64, len(all))
	for i, x := range all {
		ids[i] = x.id
	}
	reach, err := s.reachOf(ctx, tx, by, ids)
	if err != nil {
		return nil, nil, err
	}
	if !s.d.Complaints.SeesPerson(by, c, owner) {
		// That something belongs to this complaint may tell who made it.
		for _, x := range all {
			if reach[x.id].seen {
				o.Sheltered++
			}
		}
		return nil, nil, nil
	}
	hidden := map[int64]int{}
	var visible []*candidate
	for _, x := range all {
		switch r := reach[x.id]; {
		case r.seen:
			visible = append(visible, x)
		case r.sheltered:
			o.Sheltered++
		default:
			hidden[r.unit]++
		}
	}
	return visible, hidden, nil
}

// reached says whether an actor may be shown a complaint by name, and why not.
type reached struct {
	seen      bool
	sheltered bool // in reach, but the complainant is kept from the actor
	unit      int64
}

func (s *Service) reachOf(ctx context.Context, tx *store.Tx, by access.Actor, ids []int64) (map[int64]reached, error) {
	kept, err := shelter(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	cases, err := s.d.Cases.Standings(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]reached, len(ids))
	for _, id := range ids {
		st := cases[id]
		st.Owner.ComplaintID = id
		r := reached{unit: st.Owner.UnitID}
		if s.d.Policy.Check(by, access.ReadLinks, st.Owner) == nil {
			r.seen = kept[id] == nil || s.d.Complaints.SeesPerson(by, kept[id], st.Owner)
			r.sheltered = !r.seen
		}
		out[id] = r
	}
	return out, nil
}

// sortInto loads the complaints to show and lays them out by what was decided.
func (s *Service) sortInto(ctx context.Context, tx *store.Tx, o *Overview, visible []*candidate, decisions map[int64]*Decision) error {
	// Whatever was decided on is shown; the rest up to the limit.
	slices.SortStableFunc(visible, func(a, b *candidate) int {
		return cmp.Compare(decided(decisions[b.id]), decided(decisions[a.id]))
	})
	o.More = max(0, len(visible)-listed)
	visible = visible[:min(len(visible), listed)]
	related, err := s.load(ctx, tx, visible)
	if err != nil {
		return err
	}
	for _, r := range related {
		r.Decision = decisions[r.Complaint.ID]
		switch {
		case r.Decision != nil && r.Decision.Verdict == Confirmed:
			o.Confirmed = append(o.Confirmed, r)
		case r.Decision != nil && r.Decision.Verdict == Dismissed:
			o.Dismissed = append(o.Dismissed, r)
		case r.Strength > 0:
			o.Suggested = append(o.Suggested, r)
		}
	}
	return nil
}

func decided(d *Decision) int {
	if d != nil && d.Verdict != Open {
		return 1
	}
	return 0
}

// load turns candidates into complaints with their cases, in the same order.
func (s *Service) load(ctx context.Context, tx *store.Tx, list []*candidate) ([]Related, error) {
	ids := make([]int64, len(list))
	for i, x := range list {
		ids[i] = x.id
	}
	cs, err := s.d.Complaints.FindAll(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	cases, err := s.d.Cases.Standings(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Related, 0, len(list))
	for _, x := range list {
		if c := cs[x.id]; c != nil {
			out = append(out, Related{Complaint: c, Case: cases[x.id], Grounds: x.grounds, Strength: x.strength()})
		}
	}
	return out, nil
}

// elsewhere names the units behind what the actor may not see, and whom to ask there.
func (s *Service) elsewhere(ctx context.Context, hidden map[int64]int) ([]Elsewhere, error) {
	if len(hidden) == 0 {
		return nil, nil
	}
	units, err := s.d.Accounts.Units(ctx)
	if err != nil {
		return nil, err
	}
	codes := map[int64]string{}
	for _, u := range units {
		codes[u.ID] = u.Code
	}
	out := make([]Elsewhere, 0, len(hidden))
	for id, n := range hidden {
		e := Elsewhere{UnitID: id, Unit: codes[id], Count: n}
		heads, err := s.d.Accounts.WithRole(ctx, id, access.Supervisor)
		if err != nil {
			return nil, err
		}
		for _, u := range heads {
			e.Ask = append(e.Ask, u.Name)
		}
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b Elsewhere) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Unit, b.Unit)) })
	return out, nil
}

// named lists the identifiers of a complaint as they were written, with how far each has spread.
func (s *Service) named(ctx context.Context, tx *store.Tx, c *complaint.Complaint, uses []Use) ([]Named, error) {
	of := map[ident.Identifier]Use{}
	for _, u := range uses {
		of[u.Identifier] = u
	}
	var out []Named
	seen := map[ident.Identifier]bool{}
	add := func(n Named, kind string) {
		id, ok := ident.NewIdentifier(kind, n.Value)
		if ok && seen[id] {
			return
		}
		seen[id] = true
		if n.Use, ok = of[id]; !ok {
			n.Use = Use{Identifier: ident.Identifier{Kind: kind, Key: n.Value}}
		}
		out = append(out, n)
	}
	for _, a := range c.Accused {
		add(Named{Value: a.Value}, a.Kind)
	}
	added, err := addedTo(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	var users []int64
	for _, r := range added {
		users = append(users, r.UserID)
	}
	names, err := s.d.Accounts.Names(ctx, tx, users)
	if err != nil {
		return nil, err
	}
	for _, r := range added {
		add(Named{Value: r.Value, Added: true, Basis: r.Basis, AddedBy: names[r.UserID], AddedAt: r.At.Time()}, r.Kind)
	}
	return out, nil
}
