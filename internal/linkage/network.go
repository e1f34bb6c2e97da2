package linkage

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

// Network is a group of complaints with the identifiers that tie them: the picture on a page, and the table beside it.
type Network struct {
	Items []Related // the complaint looked at first, where there is one
	Ties  []Tie     // the ones that most name first
	Large bool      // too many to be drawn: the table alone says it
}

// Tie is an identifier that at least two of the complaints name.
type Tie struct {
	Use
	Items []int // indexes into Network.Items
}

// drawn is how many nodes a picture may have, and tied how many complaints a network has at all.
const (
	drawn = 60
	tied  = 200
)

// Nodes is how many there are to draw.
func (n *Network) Nodes() int { return len(n.Items) + len(n.Ties) }

// NetworkOf is the network around a complaint: those linked to it that the actor may see, weak suggestions and dismissed
// ones left out. NotFound.
func (s *Service) NetworkOf(ctx context.Context, by access.Actor, o *Overview) (*Network, error) {
	list := []Related{{Complaint: o.Complaint}}
	list = append(list, o.Confirmed...)
	for _, r := range o.Suggested {
		if r.Grade() != Weak {
			list = append(list, r)
		}
	}
	return s.network(ctx, list)
}

// NetworkAmong is the network of the members of a cluster that were shown to the actor.
func (s *Service) NetworkAmong(ctx context.Context, _ access.Actor, f *ClusterFacts) (*Network, error) {
	return s.network(ctx, slices.Clone(f.Items))
}

func (s *Service) network(ctx context.Context, list []Related) (*Network, error) {
	n := &Network{Items: list[:min(len(list), tied)]}
	at := map[int64]int{}
	ids := make([]int64, len(n.Items))
	for i, r := range n.Items {
		ids[i], at[r.Complaint.ID] = r.Complaint.ID, i
	}
	if len(ids) == 0 {
		return n, nil
	}
	err := s.d.DB.Read(ctx, func(tx *store.Tx) (err error) {
		n.Ties, err = tiesAmong(ctx, tx, ids, at)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("draw links: %w", err)
	}
	n.drop()
	n.Large = n.Nodes() > drawn
	return n, nil
}

// drop leaves out the complaints that no identifier ties to another, but for the first, which is looked at.
func (n *Network) drop() {
	tied := make([]bool, len(n.Items))
	for _, t := range n.Ties {
		for _, k := range t.Items {
			tied[k] = true
		}
	}
	at := make([]int, len(n.Items))
	var kept []Related
	for i, r := range n.Items {
		if at[i] = len(kept); tied[i] || i == 0 && r.Strength == 0 && r.Grounds == nil {
			kept = append(kept, r)
		}
	}
	n.Items = kept
	for _, t := range n.Ties {
		for i, k := range t.Items {
			t.Items[i] = at[k]
		}
	}
}

func tiesAmong(ctx context.Context, tx *store.Tx, ids []int64, at map[int64]int) ([]Tie, error) {
	of := map[int64]*Tie{}
	err := each(ctx, tx, func(rows *sql.Rows) error {
		var id, complaint int64
		var x ident.Identifier
		if err := rows.Scan(&id, &x.Kind, &x.Key, &complaint); err != nil {
			return err
		}
		if of[id] == nil {
			of[id] = &Tie{Use: Use{Identifier: x, ID: id}}
		}
		of[id].Items = append(of[id].Items, at[complaint])
		return nil
	}, `SELECT i.id, i.kind, i.value_key, u.complaint_id FROM identifier_uses u JOIN identifiers i ON i.id = u.identifier_id
		WHERE u.complaint_id IN (`+marks(len(ids))+") ORDER BY i.id", anys(ids)...)
	if err != nil {
		return nil, err
	}
	var out []Tie
	for _, t := range of {
		if len(t.Items) > 1 {
			slices.Sort(t.Items)
			out = append(out, *t)
		}
	}
	slices.SortFunc(out, func(a, b Tie) int {
		return cmp.Or(cmp.Compare(len(b.Items), len(a.Items)), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Key, b.Key))
	})
	for i := range out {
		if _, err := spread(ctx, tx, &out[i].Use, nil); err != nil {
			return nil, err
		}
	}
	return out, nil
}
