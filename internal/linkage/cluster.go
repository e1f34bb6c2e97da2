package linkage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

// Cluster is a group of complaints told in nearly the same words.
type Cluster struct {
	Number          int64
	Size            int
	FirstOn, LastOn calendar.Date
	Recent          int // received in the last 30 days; of lists and pages
	Firms           []FirmCount
}

// leastListed is how many members a cluster has that is listed unless asked otherwise.
const leastListed = 3

// recentDays is what growth is counted over.
const recentDays = 30

// Sorts of the list of clusters.
var ClusterSorts = []string{"size", "new"}

// ClusterFilter of the list.
type ClusterFilter struct {
	Sort   string // size (default): the largest first; new: the latest complaint first
	Least  int    // members at least; 0: 3, since two are shown on each other's pages
	Cursor string
	Limit  int // 1..100, default 50
}

// Clusters is a page of the list.
type Clusters struct {
	Items      []Cluster
	NextCursor string
}

// Clusters lists the clusters of like complaints: sizes, firms and days, nobody's words. Invalid, Forbidden.
func (s *Service) Clusters(ctx context.Context, by access.Actor, f ClusterFilter) (*Clusters, error) {
	if err := s.d.Policy.May(by, access.ReadClusters); err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	l := &Clusters{}
	err := s.d.DB.Read(ctx, func(tx *store.Tx) (err error) {
		if l.Items, err = listClusters(ctx, tx, f); err != nil {
			return err
		}
		if len(l.Items) > f.Limit {
			l.Items = l.Items[:f.Limit]
			l.NextCursor = cursorAfter(f, l.Items[f.Limit-1])
		}
		return s.fillClusters(ctx, tx, l.Items)
	})
	if err != nil {
		return nil, fmt.Errorf("list clusters: %w", err)
	}
	return l, nil
}

func (f *ClusterFilter) check() error {
	var wrong fault.Fields
	if f.Sort == "" {
		f.Sort = ClusterSorts[0]
	}
	if !slices.Contains(ClusterSorts, f.Sort) {
		wrong.Add("sort", "fault.choose")
	}
	if f.Limit == 0 {
		f.Limit = 50
	}
	if f.Limit < 1 || f.Limit > 100 {
		wrong.Add("limit", "linkage.limit", 100)
	}
	if f.Least == 0 {
		f.Least = leastListed
	}
	return wrong.Err()
}

// today is the office's day at the moment of the transaction.
func (s *Service) today(tx *store.Tx) calendar.Date { return calendar.OfTime(tx.Now.In(s.d.Zone)) }

// ClusterFacts are what a cluster's members have in common, and what speaks for either reading.
type ClusterFacts struct {
	Cluster
	Looked      int // members whose facts were counted: the newest, where there are very many
	Identifiers []IdentifierCount
	// Senders counts the telephones and mail boxes that members were filed under, and Hand the most members filed under one
	// of them with different names: somebody files for others. Nameless are those without any.
	Senders, Hand, Names, Nameless int
	Sources                        []NameCount
	Months                         []MonthCount
	Regions                        int
	Script, Agent                  []Sign
	Items                          []Related // members that the actor may see, newest first
	More                           int
	Elsewhere                      []Elsewhere
	Sheltered                      int
}

// IdentifierCount is an identifier of collectors with how many members name it.
type IdentifierCount struct {
	ident.Identifier
	Count int
}

// NameCount is a way of filing with how many members came by it.
type NameCount struct {
	Name  string
	Count int
}

// MonthCount is how many members were received in a month.
type MonthCount struct {
	Month calendar.Month
	Count int
}

// Sign is a fact that speaks for one reading: a key of web/locales under "linkage.signs." with its figures.
type Sign struct {
	Key  string
	Args []any
}

// Cluster reads one cluster. The look is recorded, once an hour for each person. Forbidden, NotFound.
func (s *Service) Cluster(ctx context.Context, by access.Actor, number int64) (*ClusterFacts, error) {
	if err := s.d.Policy.May(by, access.ReadClusters); err != nil {
		return nil, err
	}
	f := &ClusterFacts{}
	var hidden map[int64]int
	err := s.d.DB.Read(ctx, func(tx *store.Tx) (err error) {
		hidden, err = s.cluster(ctx, tx, by, number, f)
		return err
	})
	if err == nil {
		f.Elsewhere, err = s.elsewhere(ctx, hidden)
	}
	if err == nil && s.unseen(view{number, by.UserID}, s.d.DB.Now()) {
		err = s.d.DB.Write(ctx, func(tx *store.Tx) error {
			_, err := s.d.Log.Append(ctx, tx, by, audit.ClusterViewed, strconv.FormatInt(number, 10), "size", f.Size)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read cluster %d: %w", number, err)
	}
	return f, nil
}

func (s *Service) cluster(ctx context.Context, tx *store.Tx, by access.Actor, number int64, f *ClusterFacts) (map[int64]int, error) {
	c, err := oneCluster(ctx, tx, number)
	if err != nil {
		return nil, err
	}
	list := []Cluster{*c}
	if err := s.fillClusters(ctx, tx, list); err != nil {
		return nil, err
	}
	f.Cluster = list[0]
	ids, err := membersOf(ctx, tx, number, weighed)
	if err != nil {
		return nil, err
	}
	f.Looked = len(ids)
	reach, err := s.reachOf(ctx, tx, by, ids)
	if err != nil {
		return nil, err
	}
	facts, err := factsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for i := range facts {
		if reach[facts[i].id].sheltered { // even that two senders are one may tell who reports
			facts[i].senders, facts[i].name, facts[i].region = nil, "", ""
		}
	}
	f.count(facts)
	if err := s.nameFirms(ctx, tx, f.Firms); err != nil {
		return nil, err
	}
	if f.Identifiers, err = identifiersAmong(ctx, tx, ids); err != nil {
		return nil, err
	}
	f.read()
	hidden := map[int64]int{}
	var seen []*candidate
	for _, id := range ids {
		switch r := reach[id]; {
		case r.seen && len(seen) >= listed:
			f.More++
		case r.seen:
			seen = append(seen, &candidate{id: id})
		case r.sheltered:
			f.Sheltered++
		default:
			hidden[r.unit]++
		}
	}
	f.Items, err = s.load(ctx, tx, seen)
	return hidden, err
}

// facts are what is counted of one complaint. Senders and names are keyed indexes: equal or not, and nothing else.
type facts struct {
	id, lender, agency int64
	on                 calendar.Date
	source, region     string
	senders            []string
	name               string
}

func (f *ClusterFacts) count(list []facts) {
	firms, sources, months, regions := map[FirmCount]int{}, map[string]int{}, map[calendar.Month]int{}, map[string]bool{}
	senders, names := map[string]map[string]bool{}, map[string]bool{}
	for _, x := range list {
		if x.lender != 0 {
			firms[FirmCount{FirmID: x.lender, Lender: true}]++
		}
		if x.agency != 0 {
			firms[FirmCount{FirmID: x.agency}]++
		}
		sources[x.source]++
		months[calendar.MonthOf(x.on)]++
		if x.region != "" {
			regions[x.region] = true
		}
		if len(x.senders) == 0 {
			f.Nameless++
		}
		if x.name != "" {
			names[x.name] = true
		}
		for _, s := range x.senders {
			if senders[s] == nil {
				senders[s] = map[string]bool{}
			}
			senders[s][x.name] = true
		}
	}
	for _, under := range senders {
		if len(under) > 1 {
			f.Hand = max(f.Hand, len(under))
		}
	}
	f.Firms, f.Senders, f.Names, f.Regions = sortFirms(firms), len(senders), len(names), len(regions)
	for name, n := range sources {
		f.Sources = append(f.Sources, NameCount{name, n})
	}
	slices.SortFunc(f.Sources, func(a, b NameCount) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
	for m, n := range months {
		f.Months = append(f.Months, MonthCount{m, n})
	}
	slices.SortFunc(f.Months, func(a, b MonthCount) int { return cmp.Compare(a.Month.String(), b.Month.String()) })
}

// read says which facts speak for which reading. Neither side is weighed against the other: that is for whoever reads the
// complaints one by one.
func (f *ClusterFacts) read() {
	lenders, agencies := 0, 0
	for _, x := range f.Firms {
		if x.Lender {
			lenders++
		} else {
			agencies++
		}
	}
	top := 0
	for _, x := range f.Identifiers {
		if !x.Shared() && !x.Local() {
			top = max(top, x.Count)
		}
	}
	script := func(key string, args ...any) { f.Script = append(f.Script, Sign{key, args}) }
	agent := func(key string, args ...any) { f.Agent = append(f.Agent, Sign{key, args}) }
	if top > 1 {
		script("one_number", top)
	}
	if agencies == 1 {
		script("one_agency")
	}
	if f.Hand == 0 && f.Names > 1 {
		script("own_senders", f.Names)
	}
	if f.Regions > 1 {
		script("regions", f.Regions)
	}
	if f.Hand > 1 {
		agent("one_hand", f.Hand)
	}
	if lenders > 3 {
		agent("many_firms", lenders)
	}
	if top <= 1 {
		agent("no_number")
	}
	if days := f.LastOn.Sub(f.FirstOn); f.Size >= 5 && days <= f.Size/5 {
		agent("at_once", f.Size, days+1)
	}
}
