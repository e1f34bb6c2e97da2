package httpd

import (
	"errors"
	"math"

	"dunwatch/internal/fault"
	"dunwatch/internal/linkage"
)

// useView is a collector's number with how far it has spread.
type useView struct {
	Kind       string  `json:"kind"`
	Value      string  `json:"value" doc:"In the form in which equal means equal."`
	Complaints int     `json:"complaints"`
	Firms      int     `json:"firms"`
	AtLeast    bool    `json:"at_least,omitempty" doc:"There are more than were counted."`
	Shared     bool    `json:"shared" doc:"A service number, which says little."`
	Weight     float64 `json:"weight" doc:"How much it says, from 0 to 1."`
}

func useViewOf(u linkage.Use) useView {
	return useView{u.Kind, u.Key, u.Complaints, u.Firms, u.Capped, u.Shared(), hundredth(u.Weight())}
}

func hundredth(v float64) float64 { return math.Round(v*100) / 100 }

// namedView is a number as the complaint has it.
type namedView struct {
	useView
	Written string `json:"written" doc:"As it was written."`
	Added   bool   `json:"added" doc:"Found by the office; else named by the complainant."`
	Basis   string `json:"basis,omitempty"`
	AddedBy string `json:"added_by,omitempty"`
	AddedAt string `json:"added_at,omitempty" format:"date-time"`
}

// groundView is one thing in common.
type groundView struct {
	Kind     string  `json:"kind" doc:"Of the number, or text."`
	Value    string  `json:"value,omitempty"`
	Weight   float64 `json:"weight"`
	Likeness float64 `json:"likeness,omitempty" doc:"Of text: how much of the two is the same, from 0 to 1."`
	Shared   bool    `json:"shared,omitempty"`
}

// linkDecisionView is the newest word about two complaints.
type linkDecisionView struct {
	Verdict string      `json:"verdict"`
	Reason  string      `json:"reason"`
	At      string      `json:"at" format:"date-time"`
	By      *personView `json:"by,omitempty"`
}

// relatedView is another complaint.
type relatedView struct {
	Reference  string            `json:"reference"`
	Case       string            `json:"case,omitempty"`
	Status     string            `json:"status"`
	ReceivedOn string            `json:"received_on" format:"date"`
	Lender     string            `json:"lender,omitempty"`
	Agency     string            `json:"agency,omitempty"`
	Strength   float64           `json:"strength"`
	Grade      string            `json:"grade" enum:"strong,fair,weak"`
	Grounds    []groundView      `json:"grounds"`
	Decision   *linkDecisionView `json:"decision,omitempty"`
}

func relatedViewOf(r linkage.Related) relatedView {
	c := r.Complaint
	v := relatedView{Reference: c.Reference, Case: r.Case.Reference, Status: string(c.Status), ReceivedOn: c.ReceivedOn.String(), Lender: c.LenderName, Agency: c.AgencyName,
		Strength: hundredth(r.Strength), Grade: r.Grade(), Grounds: viewsOf(r.Grounds, func(g linkage.Ground) groundView {
			return groundView{g.Kind, g.Value, hundredth(g.Weight), hundredth(g.Likeness), g.Shared}
		})}
	if d := r.Decision; d != nil {
		v.Decision = &linkDecisionView{string(d.Verdict), d.Reason, stamp(d.At), personViewOf(d.UserID, d.By)}
	}
	return v
}

// elsewhereView counts what the caller may not see.
type elsewhereView struct {
	Unit  string   `json:"unit" doc:"Code; empty before a complaint is accepted."`
	Count int      `json:"count"`
	Ask   []string `json:"ask" doc:"Names of those who can be asked."`
}

func elsewhereViewOf(e linkage.Elsewhere) elsewhereView {
	return elsewhereView{e.Unit, e.Count, listOf(e.Ask)}
}

// mergedView is the other side of a merge.
type mergedView struct {
	Reference string `json:"reference"`
	Reason    string `json:"reason"`
	By        string `json:"by"`
	At        string `json:"at" format:"date-time"`
}

func mergedViewOf(d linkage.Duplicate) mergedView {
	return mergedView{d.Complaint.Reference, d.Reason, d.By, stamp(d.At)}
}

// hintView is a complaint that may be the same.
type hintView struct {
	Reference  string   `json:"reference"`
	Status     string   `json:"status"`
	ReceivedOn string   `json:"received_on" format:"date"`
	Same       []string `json:"same" doc:"What shows the same person: phone, id_number."`
	SameLoan   bool     `json:"same_loan"`
}

// duplicatesView is what says the same thing of the same person.
type duplicatesView struct {
	Original       *mergedView  `json:"original,omitempty"`
	HiddenOriginal bool         `json:"hidden_original,omitempty"`
	Copies         []mergedView `json:"copies"`
	HiddenCopies   int          `json:"hidden_copies,omitempty"`
	Suggested      []hintView   `json:"suggested"`
}

// linksView is everything that links one complaint to others.
type linksView struct {
	Reference  string          `json:"reference"`
	Version    int64           `json:"version" doc:"Of the complaint."`
	Pending    bool            `json:"pending" doc:"Filed a moment ago and not compared yet."`
	Accused    []namedView     `json:"accused"`
	Suggested  []relatedView   `json:"suggested"`
	Confirmed  []relatedView   `json:"confirmed"`
	Dismissed  []relatedView   `json:"dismissed"`
	More       int             `json:"more" doc:"Weaker ones that are not listed."`
	Elsewhere  []elsewhereView `json:"elsewhere"`
	Sheltered  int             `json:"sheltered" doc:"Of complainants who are kept from the caller."`
	Cluster    *clusterView    `json:"cluster,omitempty"`
	Duplicates duplicatesView  `json:"duplicates"`
}

func linksViewOf(o *linkage.Overview) linksView {
	v := linksView{Reference: o.Complaint.Reference, Version: o.Complaint.Version, Pending: o.Pending, Suggested: viewsOf(o.Suggested, relatedViewOf),
		Confirmed: viewsOf(o.Confirmed, relatedViewOf), Dismissed: viewsOf(o.Dismissed, relatedViewOf), More: o.More,
		Elsewhere: viewsOf(o.Elsewhere, elsewhereViewOf), Sheltered: o.Sheltered}
	v.Accused = viewsOf(o.Named, func(n linkage.Named) namedView {
		return namedView{useViewOf(n.Use), n.Value, n.Added, n.Basis, n.AddedBy, stamp(n.AddedAt)}
	})
	if o.Cluster != nil {
		k := clusterViewOf(*o.Cluster)
		v.Cluster = &k
	}
	d := o.Duplicates
	v.Duplicates = duplicatesView{HiddenOriginal: d.HiddenOriginal, Copies: viewsOf(d.Copies, mergedViewOf), HiddenCopies: d.HiddenCopies,
		Suggested: viewsOf(d.Suggested, func(h linkage.Hint) hintView {
			return hintView{h.Complaint.Reference, string(h.Complaint.Status), h.Complaint.ReceivedOn.String(), listOf(h.Same), h.SameLoan}
		})}
	if d.Original != nil {
		m := mergedViewOf(*d.Original)
		v.Duplicates.Original = &m
	}
	return v
}

// foundView answers a search by a number.
type foundView struct {
	useView
	ByFirm    []firmCountView `json:"by_firm"`
	Items     []relatedView   `json:"items"`
	More      int             `json:"more"`
	Elsewhere []elsewhereView `json:"elsewhere"`
	Sheltered int             `json:"sheltered"`
}

// firmCountView is a firm with how many complaints of a group are about it.
type firmCountView struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Part  string `json:"part" enum:"lender,agency"`
	Count int    `json:"count"`
}

func firmCountViewOf(f linkage.FirmCount) firmCountView {
	part := "agency"
	if f.Lender {
		part = "lender"
	}
	return firmCountView{f.Code, f.Name, part, f.Count}
}

// clusterView is a group of like complaints.
type clusterView struct {
	Number  int64           `json:"number"`
	Size    int             `json:"size"`
	FirstOn string          `json:"first_on" format:"date"`
	LastOn  string          `json:"last_on" format:"date"`
	Recent  int             `json:"last_30_days"`
	Firms   []firmCountView `json:"firms"`
}

func clusterViewOf(k linkage.Cluster) clusterView {
	return clusterView{k.Number, k.Size, k.FirstOn.String(), k.LastOn.String(), k.Recent, viewsOf(k.Firms, firmCountViewOf)}
}

// signView is a fact that speaks for a reading.
type signView struct {
	Key  string `json:"key"`
	Text string `json:"text" doc:"In the language of the request."`
}

// identifierCountView is a number with how many members name it.
type identifierCountView struct {
	Kind   string `json:"kind"`
	Value  string `json:"value"`
	Shared bool   `json:"shared"`
	Count  int    `json:"count"`
}

// clusterFileView is a cluster with both readings.
type clusterFileView struct {
	clusterView
	Counted     int                   `json:"counted" doc:"Members that the figures are of: the newest, where there are very many."`
	Identifiers []identifierCountView `json:"identifiers"`
	Script      []signView            `json:"signs_of_one_script"`
	Agent       []signView            `json:"signs_of_one_hand"`
	Items       []relatedView         `json:"items"`
	More        int                   `json:"more"`
	Elsewhere   []elsewhereView       `json:"elsewhere"`
	Sheltered   int                   `json:"sheltered"`
}

// tieView is a number with the complaints that name it.
type tieView struct {
	useView
	References []string `json:"references"`
}

// networkView is a group of complaints with what ties them.
type networkView struct {
	Items []relatedView `json:"items"`
	Ties  []tieView     `json:"ties"`
}

func networkViewOf(n *linkage.Network) networkView {
	return networkView{viewsOf(n.Items, relatedViewOf), viewsOf(n.Ties, func(t linkage.Tie) tieView {
		return tieView{useViewOf(t.Use), viewsOf(t.Items, func(i int) string { return n.Items[i].Complaint.Reference })}
	})}
}

// asField names a wrong field as the API calls it.
func asField(err error, from, to string) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	for i := range f.Fields {
		if f.Fields[i].Name == from {
			f.Fields[i].Name = to
		}
	}
	return err
}
