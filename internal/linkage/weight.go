package linkage

import (
	"math"

	"dunwatch/internal/ident"
)

// How much one shared identifier tells, from 0 to 1: what sort it is, times how rare it is. The figures are the office's
// own judgement, not law; they order what people look at and decide nothing.
var kindWeight = map[string]float64{
	ident.KindPhone:   0.9,
	ident.KindWeChat:  0.9,
	ident.KindQQ:      0.9,
	ident.KindEmail:   0.9,
	ident.KindAccount: 0.95,
	ident.KindStaff:   0.4,
	ident.KindAlias:   0.2,
}

const (
	// sharedWeight is that of service numbers (95, 96, 400, 800, 106, 1010 …), which whole industries call from.
	sharedWeight = 0.05
	// typoWeight lowers an account of nothing but digits that is no card: it may be a slip of the pen.
	typoWeight = 0.8
	// textLeast and textMore weigh a narrative in like words, from 0.4 for barely like to 0.6 for the same: enough to be looked
	// at, and never strong alone, since it tells of one author as well as of one collector.
	textLeast = 0.3
	textMore  = 0.3
	// fewFirms and fewComplaints are how far an identifier may spread before it tells less: one collector works for a few
	// firms, and a number that is in everybody's complaint is nobody's.
	fewFirms      = 5
	fewComplaints = 100
)

// Strength in words.
const (
	Strong = "strong"
	Fair   = "fair"
	Weak   = "weak"
)

// Grade puts a strength into words.
func Grade(strength float64) string {
	switch {
	case strength >= 0.8:
		return Strong
	case strength >= 0.35:
		return Fair
	default:
		return Weak
	}
}

// Use is an identifier with how far it has spread.
type Use struct {
	ident.Identifier
	ID         int64
	Complaints int
	Firms      int  // that the complaints are about: the collecting firm where it is known, else the lender
	Capped     bool // there are more than were counted
}

// Weight is how much it tells that two complaints name this identifier. For one that means something within a firm only, it
// holds where both are about one firm; elsewhere it is nothing.
func (u Use) Weight() float64 {
	if u.Shared() {
		return sharedWeight
	}
	w := kindWeight[u.Kind]
	if u.Kind == ident.KindAccount && digitsOnly(u.Key) && !u.Card() {
		w *= typoWeight
	}
	if u.Firms > fewFirms && !u.Local() {
		w *= fewFirms / float64(u.Firms)
	}
	if u.Complaints > fewComplaints {
		w *= math.Sqrt(fewComplaints / float64(u.Complaints))
	}
	return w
}

func digitsOnly(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}

// together is the strength of several grounds: each one leaves less doubt.
func together(weights ...float64) float64 {
	doubt := 1.0
	for _, w := range weights {
		doubt *= 1 - w
	}
	return 1 - doubt
}
