package linkage

import (
	"context"
	"fmt"
	"slices"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

const (
	// indexBatch is how many complaints one transaction takes: a filing that comes meanwhile waits some milliseconds.
	indexBatch = 20
	// runFor is how long one run of the job goes on taking more. Once a second, that is a twentieth of one processor whatever
	// the machine: intake keeps the rest. An office receives far less in a second than is taken in that time; after an import of
	// a hundred thousand, comparing is behind for some minutes.
	runFor = 50 * time.Millisecond
)

// Run makes new complaints comparable for as long as intake can bear beside itself; a job calls it every second. It returns
// how many it took.
func (s *Service) Run(ctx context.Context) (int, error) {
	begun := time.Now()
	return s.index(ctx, func() bool { return time.Since(begun) < runFor })
}

// Index is Run for all that wait: for tests, imports and the demo.
func (s *Service) Index(ctx context.Context) (int, error) {
	return s.index(ctx, func() bool { return true })
}

func (s *Service) index(ctx context.Context, more func() bool) (int, error) {
	total := 0
	for more() {
		n, err := s.indexSome(ctx)
		if err != nil {
			return total, fmt.Errorf("compare complaints: %w", err)
		}
		if total += n; n < indexBatch {
			break
		}
	}
	return total, nil
}

// pending is a complaint that was not compared yet.
type pending struct {
	id          int64
	receivedOn  calendar.Date
	narrative   string
	identifiers []ident.Identifier
	sketch      signature
	sketched    bool
}

// indexSome takes the next few. Reading and hashing happen outside the transaction that writes.
func (s *Service) indexSome(ctx context.Context) (int, error) {
	var list []*pending
	err := s.d.DB.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = waiting(ctx, tx, indexBatch)
		return err
	})
	if err != nil || len(list) == 0 {
		return 0, err
	}
	for _, p := range list {
		p.sketch, p.sketched = sketchOf(p.narrative)
	}
	return len(list), s.d.DB.Write(ctx, func(tx *store.Tx) error {
		for _, p := range list {
			if err := take(ctx, tx, p); err != nil {
				return fmt.Errorf("complaint %d: %w", p.id, err)
			}
		}
		return nil
	})
}

// take stores the identifiers of a complaint and finds its cluster. One that another instance took meanwhile is left alone.
func take(ctx context.Context, tx *store.Tx, p *pending) error {
	fresh, err := claim(ctx, tx, p)
	if err != nil || !fresh {
		return err
	}
	for _, id := range p.identifiers {
		if err := use(ctx, tx, id, p.id); err != nil {
			return err
		}
	}
	if !p.sketched {
		return nil
	}
	keys := p.sketch.keys()
	near, full, err := neighbours(ctx, tx, keys, &p.sketch)
	if err != nil {
		return err
	}
	size, err := join(ctx, tx, p, near)
	if err != nil || size > representatives {
		return err
	}
	return putBands(ctx, tx, p.id, slices.DeleteFunc(keys, func(k int64) bool { return full[k] }))
}

const (
	// representatives are how many members of a cluster can be found by their bands: the thousandth copy is found by them.
	representatives = 60
	// bandCap is how many may lie in one band; what more people write says too little to be looked up by.
	bandCap = 64
	// compared are how many of those that share a band are compared, those first that share most.
	compared = 24
)

// neighbour is a complaint told in like words.
type neighbour struct {
	id       int64
	cluster  int64 // 0: none
	likeness float64
}

// join puts a complaint into the cluster of its nearest neighbour and returns the size of that cluster; 0 without one. A
// neighbour that is very like it in another cluster makes the two one.
func join(ctx context.Context, tx *store.Tx, p *pending, near []neighbour) (int, error) {
	if len(near) == 0 {
		return 0, nil
	}
	cluster := near[0].cluster
	if cluster == 0 {
		var err error
		if cluster, err = newCluster(ctx, tx, near[0].id); err != nil {
			return 0, err
		}
	}
	for _, n := range near[1:] {
		if n.cluster == 0 || n.cluster == cluster || n.likeness < alike {
			continue
		}
		keep, gone := min(cluster, n.cluster), max(cluster, n.cluster)
		if err := mergeClusters(ctx, tx, keep, gone); err != nil {
			return 0, err
		}
		for i := range near {
			if near[i].cluster == gone {
				near[i].cluster = keep
			}
		}
		cluster = keep
	}
	for _, n := range near[1:] {
		if n.cluster == 0 { // like this one, and like nobody before it
			if err := addOther(ctx, tx, cluster, n.id); err != nil {
				return 0, err
			}
		}
	}
	return addMember(ctx, tx, cluster, p.id, p.receivedOn)
}
