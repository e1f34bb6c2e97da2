package httpd

import (
	"math"
	"strings"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/linkage"
	"dunwatch/internal/locale"
)

// linkedSide is what the pages of a complaint and of its case say in short about others like it.
type linkedSide struct {
	Ref       string
	Href      string
	Named     []namedRow
	Strong    []relatedRow // the first few suggested
	Suggested string       // how many; "" for none
	Confirmed string
	Hidden    string // how many are not for this person
	Cluster   string
	ToCluster string // its address, for those who may open it
	Copies    []mergedRow
	Hints     []hintRow
	MayMerge  bool
	Pending   bool
	Some      bool
}

// namedRow is a number of the collector with how far it has spread.
type namedRow struct {
	Kind      string // in words
	Value     string
	Code      string // the kind, for the search
	Spread    string
	Note      string // why it says little
	Added     string // by whom, when and from what; "" where the complainant named it
	Elsewhere bool   // others name it too
}

// relatedRow is another complaint of a list.
type relatedRow struct {
	Ref      string
	Href     string
	Case     string
	Received calendar.Date
	Parties  []PartyChip
	Chip     Chip
	Grade    Chip
	Grounds  []string
	Decision string
	Reason   string
	Form     string // name of its form
}

// mergedRow is the other side of a merge, in words.
type mergedRow struct {
	Ref, Href, Text, Reason string
	Chip                    Chip
}

// hintRow is a complaint that may be the same.
type hintRow struct {
	Ref, Href string
	Received  calendar.Date
	Why       string
	Chip      Chip
}

// firmCountRow is a firm with how many complaints of a group are about it.
type firmCountRow struct {
	Party PartyChip
	Count int
}

// strongShown is how many suggestions a complaint's page names itself.
const strongShown = 3

// linkedOf is the short side of a complaint; nil for those who may not read it.
func (s *Server) linkedOf(d desk, ref string) (*linkedSide, error) {
	o, err := s.Links.Of(d.ctx, d.by, ref)
	if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	v := d.linkedSide(o)
	return &v, nil
}

func (d desk) linkedSide(o *linkage.Overview) linkedSide {
	ref := o.Complaint.Reference
	v := linkedSide{Ref: ref, Href: "/complaints/" + urlPath(ref) + "/links", MayMerge: o.MayMerge, Pending: o.Pending, Some: o.Standing()}
	for _, n := range o.Named {
		v.Named = append(v.Named, d.namedRow(n))
	}
	rows := d.relatedRows(o.Suggested)
	for i, r := range o.Suggested {
		if r.Grade() != linkage.Weak && len(v.Strong) < strongShown {
			v.Strong = append(v.Strong, rows[i])
		}
	}
	if n := len(o.Suggested) + o.More; n > 0 {
		v.Suggested = d.t("linkage.n_suggested", n)
	}
	if n := len(o.Confirmed); n > 0 {
		v.Confirmed = d.t("linkage.n_confirmed", n)
	}
	hidden := o.Sheltered
	for _, e := range o.Elsewhere {
		hidden += e.Count
	}
	if hidden > 0 {
		v.Hidden = d.t("linkage.n_hidden", hidden)
	}
	if k := o.Cluster; k != nil {
		v.Cluster = d.t("linkage.in_cluster", k.Size-1, locale.Date(d.lang, k.FirstOn), locale.Date(d.lang, k.LastOn))
		if d.s.mayClusters(d.by) {
			v.ToCluster = clusterHref(k.Number)
		}
	}
	v.Copies = d.mergedRows(o.Duplicates)
	for _, h := range o.Duplicates.Suggested {
		v.Hints = append(v.Hints, d.hintRow(h))
	}
	return v
}

func (d desk) namedRow(n linkage.Named) namedRow {
	r := namedRow{Kind: d.t("complaint.accused_kinds." + n.Kind), Code: n.Kind, Value: n.Value, Spread: d.spread(n.Use), Note: d.useNote(n.Use), Elsewhere: n.Complaints > 1}
	if n.Added {
		r.Added = d.t("linkage.added_by", n.AddedBy, locale.Date(d.lang, calendar.OfTime(n.AddedAt.In(d.s.Zone))), n.Basis)
	}
	return r
}

// spread says in how many complaints of how many firms a number stands.
func (d desk) spread(u linkage.Use) string {
	switch {
	case u.Complaints < 2:
		return d.t("linkage.only_here")
	case u.Capped:
		return d.t("linkage.spread_capped", u.Complaints, u.Firms)
	case u.Firms == 0:
		return d.t("linkage.spread_no_firm", u.Complaints)
	default:
		return d.t("linkage.spread", u.Complaints, u.Firms)
	}
}

// useNote says why a number tells little; "" where it does not.
func (d desk) useNote(u linkage.Use) string {
	switch {
	case u.Shared():
		return d.t("linkage.shared")
	case u.Local():
		return d.t("linkage.local")
	case u.Complaints > 1 && linkage.Grade(u.Weight()) == linkage.Weak:
		return d.t("linkage.spread_wide")
	}
	return ""
}

var gradeTones = map[string]string{linkage.Strong: "active", linkage.Fair: "wait", linkage.Weak: "closed"}

func (d desk) relatedRows(list []linkage.Related) []relatedRow {
	out := make([]relatedRow, 0, len(list))
	for _, r := range list {
		c := r.Complaint
		row := relatedRow{Ref: c.Reference, Href: "/complaints/" + urlPath(c.Reference), Received: c.ReceivedOn, Parties: d.namedParties(c), Chip: d.complaintChip(c.Status),
			Grade: Chip{Tone: gradeTones[r.Grade()], Text: d.t("linkage.grades." + r.Grade())}, Form: "link-" + c.Reference}
		if r.Case.Reference != "" {
			row.Case, row.Href, row.Chip = r.Case.Reference, "/cases/"+urlPath(r.Case.Reference), d.caseChip(r.Case.Status)
		}
		for _, g := range r.Grounds {
			row.Grounds = append(row.Grounds, d.groundText(g))
		}
		if x := r.Decision; x != nil && x.Verdict != linkage.Open {
			row.Decision, row.Reason = d.t("linkage.decided_by", x.By, d.dayOf(x.At)), x.Reason
		}
		out = append(out, row)
	}
	return out
}

func (d desk) dayOf(t time.Time) string { return locale.Date(d.lang, calendar.OfTime(t.In(d.s.Zone))) }

func (d desk) groundText(g linkage.Ground) string {
	if g.Kind == linkage.Text {
		return d.t("linkage.ground_text", int(math.Round(g.Likeness*100)))
	}
	key := "linkage.ground"
	if g.Shared {
		key = "linkage.ground_shared"
	}
	return d.t(key, d.t("complaint.accused_kinds."+g.Kind), g.Value)
}

// elsewhere says what the reader may not see: how much, and whom to ask.
func (d desk) elsewhere(list []linkage.Elsewhere, sheltered int) []string {
	var out []string
	for _, e := range list {
		switch {
		case e.UnitID == 0:
			out = append(out, d.t("linkage.elsewhere_new", e.Count))
		case len(e.Ask) == 0:
			out = append(out, d.t("linkage.elsewhere_unit", e.Count, e.Unit))
		default:
			out = append(out, d.t("linkage.elsewhere", e.Count, e.Unit, strings.Join(e.Ask, d.t("desk.comma"))))
		}
	}
	if sheltered > 0 {
		out = append(out, d.t("linkage.sheltered_count", sheltered))
	}
	return out
}

func (d desk) mergedRows(x linkage.Duplicates) []mergedRow {
	var out []mergedRow
	add := func(m linkage.Duplicate, key string) {
		out = append(out, mergedRow{Ref: m.Complaint.Reference, Href: complaintHref(m.Complaint), Text: d.t(key, m.By, d.dayOf(m.At)), Reason: m.Reason, Chip: d.complaintChip(m.Complaint.Status)})
	}
	if x.Original != nil {
		add(*x.Original, "linkage.copy_of")
	}
	if x.HiddenOriginal {
		out = append(out, mergedRow{Text: d.t("linkage.copy_of_hidden")})
	}
	for _, m := range x.Copies {
		add(m, "linkage.copied_by")
	}
	if x.HiddenCopies > 0 {
		out = append(out, mergedRow{Text: d.t("linkage.copies_hidden", x.HiddenCopies)})
	}
	return out
}

func complaintHref(c *complaint.Complaint) string { return "/complaints/" + urlPath(c.Reference) }

func (d desk) hintRow(h linkage.Hint) hintRow {
	var why []string
	for _, way := range h.Same {
		why = append(why, d.t("linkage.same."+way))
	}
	why = append(why, d.t("linkage.same.firm"))
	if h.SameLoan {
		why = append(why, d.t("linkage.same.loan"))
	}
	return hintRow{Ref: h.Complaint.Reference, Href: complaintHref(h.Complaint), Received: h.Complaint.ReceivedOn, Why: strings.Join(why, d.t("desk.comma")), Chip: d.complaintChip(h.Complaint.Status)}
}

func (d desk) firmCounts(list []linkage.FirmCount) []firmCountRow {
	out := make([]firmCountRow, 0, len(list))
	for _, f := range list {
		kind := "agency"
		if f.Lender {
			kind = "lender"
		}
		out = append(out, firmCountRow{PartyChip{Kind: kind, Name: f.Name, Code: f.Code, Href: "/firms/" + urlPath(f.Code)}, f.Count})
	}
	return out
}
