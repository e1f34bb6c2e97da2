package httpd

import (
	"context"
	"slices"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/locale"
)

// likeView is the comparison with earlier decisions.
type likeView struct {
	*enforcement.Comparison
	Codes  []Code
	Rows   []likeRow
	Reason string // why the fine leaves what is usual
	Plot   *spreadPlot
}

type likeRow struct {
	enforcement.Like
	Href string // "" for who may not open it
	Why  string // it is near
}

// likeOf compares a penalty, for the pages on which people decide. nil before there are findings to compare by.
func (s *Server) likeOf(d desk, p *enforcement.Penalty, reason string) (*likeView, error) {
	if len(p.Findings) == 0 {
		return nil, nil
	}
	cmp, err := s.Penalties.Similar(d.ctx, d.by, p.Reference)
	if err != nil {
		return nil, err
	}
	v := &likeView{Comparison: cmp, Codes: d.codes(p.Case.Pack, cmp.Here.Codes), Reason: reason}
	for _, x := range cmp.Nearest {
		r := likeRow{Like: x, Why: d.whyNear(cmp.Here, x)}
		if d.reachesPenalty(x.UnitID) {
			r.Href = penaltyHref(x.Reference)
		}
		v.Rows = append(v.Rows, r)
	}
	if cmp.Usual != nil {
		v.Plot = d.spreadPlot(cmp, p.FineFen)
	}
	return v, nil
}

// reachesPenalty reports whether the viewer may open penalties of a unit.
func (d desk) reachesPenalty(unit int64) bool {
	switch d.s.Policy.Widest(d.by.Role, access.ReadPenalty) {
	case access.Any:
		return true
	case access.Unit:
		return d.by.UnitID == unit
	default:
		return false
	}
}

// whyNear says what a decision has in common with the one at hand, and in what it differs.
func (d desk) whyNear(here enforcement.Likeness, x enforcement.Like) string {
	var same, other []string
	say := func(key string, equal bool, value any) {
		if equal {
			same = append(same, d.t("conduct.near."+key))
		} else {
			other = append(other, d.t("conduct.near."+key+"_is", value))
		}
	}
	say("codes", slices.Equal(here.Codes, x.Codes), strings.Join(x.Codes, " "))
	say("severity", here.Severity == x.Severity, x.Severity)
	say("victims", here.Victims == x.Victims, x.Victims)
	say("repeat", here.Repeat == x.Repeat, x.Repeat)
	comma := d.t("desk.comma")
	switch {
	case len(other) == 0:
		return d.t("conduct.near.all")
	case len(same) == 0:
		return strings.Join(other, comma)
	default:
		return d.t("conduct.near.why", strings.Join(same, comma), strings.Join(other, comma))
	}
}

// spreadPlot is the picture of how the fines of like decisions are spread: columns of equal width, the usual range behind them,
// and where this one stands. Coordinates are those of its viewBox.
type spreadPlot struct {
	Width, Height, Base float64
	Bars                []spreadBar
	BandX, BandW        float64 // tenth to ninetieth percentile
	MedianX             float64
	HereX               float64
	HereAt              string // text-anchor
	Shown               bool   // this one has a fine to show
	Least, Most, Here   string
	Desc                string
}

type spreadBar struct{ X, Y, W, H float64 }

const (
	spreadWidth, spreadHeight = 400.0, 150.0
	spreadBase, spreadTop     = 120.0, 24.0
	spreadColumns             = 20
)

func (d desk) spreadPlot(c *enforcement.Comparison, fine int64) *spreadPlot {
	u := c.Usual
	least, most := u.LeastFen, u.MostFen
	if fine > 0 {
		least, most = min(least, fine), max(most, fine)
	}
	p := &spreadPlot{Width: spreadWidth, Height: spreadHeight, Base: spreadBase, Least: locale.MoneyShort(d.lang, least), Most: locale.MoneyShort(d.lang, most)}
	x := func(fen int64) float64 {
		if most == least {
			return spreadWidth / 2
		}
		return round(float64(fen-least) / float64(most-least) * spreadWidth)
	}
	var n [spreadColumns]int
	for _, f := range c.Fines {
		n[min(spreadColumns-1, int(x(f)/spreadWidth*spreadColumns))]++
	}
	top := slices.Max(n[:])
	const step = spreadWidth / spreadColumns
	for i, k := range n {
		if k > 0 {
			h := round(float64(k) / float64(top) * (spreadBase - spreadTop))
			p.Bars = append(p.Bars, spreadBar{X: float64(i)*step + 1, Y: spreadBase - h, W: step - 2, H: h})
		}
	}
	p.BandX, p.MedianX = x(u.P10Fen), x(u.MedianFen)
	p.BandW = max(2, x(u.P90Fen)-p.BandX)
	p.Desc = d.t("conduct.spread.desc", u.N, locale.Money(d.lang, u.P10Fen), locale.Money(d.lang, u.P90Fen), locale.Money(d.lang, u.MedianFen))
	if fine > 0 {
		p.Shown, p.HereX, p.Here, p.HereAt = true, x(fine), d.t("conduct.spread.here", locale.MoneyShort(d.lang, fine)), "middle"
		switch {
		case p.HereX < spreadWidth/5:
			p.HereAt = "start"
		case p.HereX > spreadWidth*4/5:
			p.HereAt = "end"
		}
		p.Desc += " " + d.t("conduct.spread.stands", locale.Money(d.lang, fine), c.Percent)
	}
	return p
}

// The same for programs.

// similarView is the comparison of a penalty with earlier decisions. It proposes no amount.
type similarView struct {
	Here    enforcement.Likeness `json:"here"`
	N       int                  `json:"n" doc:"Like decisions with a fine."`
	Unfined int                  `json:"unfined" doc:"Like decisions without one."`
	Minimum int                  `json:"minimum" doc:"Below so many nothing more is shown."`
	Usual   *usualView           `json:"usual,omitempty"`
	Percent *int                 `json:"percent_lower,omitempty" doc:"Share of like decisions with a lower fine, in whole percent."`
	Leaves  bool                 `json:"leaves_usual_range" doc:"The fine lies below the tenth or above the ninetieth percentile: approval asks for a reason."`
	Reason  string               `json:"range_reason,omitempty" doc:"The reason that was given."`
	Nearest []nearView           `json:"nearest"`
}

type usualView struct {
	LeastFen  int64 `json:"least_fen"`
	P10Fen    int64 `json:"p10_fen"`
	MedianFen int64 `json:"median_fen"`
	P90Fen    int64 `json:"p90_fen"`
	MostFen   int64 `json:"most_fen"`
}

type nearView struct {
	Reference string `json:"reference"`
	Number    string `json:"decision_number"`
	DecidedOn string `json:"decided_on" format:"date"`
	Firm      string `json:"firm"`
	FineFen   int64  `json:"fine_fen" doc:"In force, of all parties."`
	enforcement.Likeness
	Distance int `json:"distance" doc:"0: the same in everything compared."`
}

func (s *Server) apiSimilar(ctx context.Context, by access.Actor, in *RefPath) (*answer[similarView], error) {
	c, err := s.Penalties.Similar(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	v := similarView{Here: c.Here, N: c.N, Unfined: c.Unfined, Minimum: c.Minimum, Leaves: c.Leaves, Nearest: []nearView{}}
	v.Here.Codes = listOf(v.Here.Codes)
	if u := c.Usual; u != nil {
		v.Usual = &usualView{u.LeastFen, u.P10Fen, u.MedianFen, u.P90Fen, u.MostFen}
	}
	if c.Percent >= 0 {
		v.Percent = &c.Percent
	}
	for _, x := range c.Nearest {
		v.Nearest = append(v.Nearest, nearView{x.Reference, x.Number, isoDay(x.DecidedOn), x.FirmCode, x.FineFen, x.Likeness, x.Distance})
	}
	p, err := s.Penalties.ByRef(ctx, by, in.Ref)
	if err != nil || !p.Full {
		return reply(v), err
	}
	course, err := s.Penalties.Course(ctx, by, in.Ref)
	if err != nil {
		return nil, err
	}
	v.Reason = course.Sentence.RangeReason
	return reply(v), nil
}
