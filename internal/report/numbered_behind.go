package report

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

// behindNumbered is the address of the list behind a cell of a fixed report, as it stands now: unlike the monthly report, a
// fixed one is never frozen.
func (b *builder) behindNumbered(ask *numberedAsk, table, row, column string) string {
	return Links{Pack: b.pack}.to("/reports/numbered/"+strconv.Itoa(ask.Number)+"/behind",
		[]string{"firm", ask.Firm, "period", b.period.String(), "table", table, "row", row, "column", column})
}

// NumberedBehind lists what is behind a figure of the scorecard of a firm, as many as the figure says. Forbidden; NotFound for
// a figure, a firm or a pack that does not exist; Invalid without a firm.
func (s *Service) NumberedBehind(ctx context.Context, by access.Actor, what NumberedAsk, f Figure, lang locale.Lang) (*List, error) {
	if err := s.policy.May(by, access.ReadReport); err != nil {
		return nil, err
	}
	if what.Number != FirmScorecard {
		return nil, notFound()
	}
	var out *List
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		ask := &numberedAsk{NumberedAsk: what, by: by}
		b, err := s.asked(ctx, tx, ask, true, lang)
		if err != nil {
			return err
		}
		out = &List{CutOff: b.cutOff.In(b.zone).Format("2006-01-02T15:04:05Z07:00")}
		items, err := b.scoreItems(ctx, ask, f, out)
		out.take(items)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("behind %s %s %s of report number %d: %w", f.Table, f.Row, f.Column, what.Number, err)
	}
	return out, nil
}

// scoreItems lists what a cell of the scorecard counts, and says in words what the cell is.
func (b *builder) scoreItems(ctx context.Context, ask *numberedAsk, f Figure, l *List) (out []Item, err error) {
	take := func(_ string, it Item) error {
		out = append(out, it)
		return nil
	}
	said := func() {
		l.Title, l.Column = b.words.T(b.lang, "numbered."+f.Table+".title"), b.words.T(b.lang, "report.column."+f.Column)
	}
	switch f.Table {
	case "score_figures":
		i, figures := slices.Index(scoreColumns, f.Column), scoreFigures(ask)
		k := slices.IndexFunc(figures, func(x scoreFigure) bool { return x.key == f.Row })
		if i < 0 || k < 0 {
			return nil, notFound()
		}
		said()
		l.Definition, l.Kind, l.RowName = definitionIn(b.words, b.lang, figures[k].definition), figures[k].kind, b.words.T(b.lang, "numbered.score."+f.Row)
		err = b.enumerate(ctx, b.at(scorePeriods(b.period)[i]), figures[k].of, "'x'", "", take)
	case "score_codes":
		i := slices.Index(scoreCodeColumns, f.Column)
		if i < 0 || f.Row == "" {
			return nil, notFound()
		}
		said()
		l.Definition, l.Kind, l.RowName, l.RowKey = definitionIn(b.words, b.lang, []string{"received_code", "findings", "findings_substantiated"}[i]), Count, f.Row, "code"
		err = b.enumerate(ctx, b.query, scoreCodeThings(ask)[i], "x.code", f.Row, take)
	case "firm_rates", "decisions":
		_, code, _ := strings.Cut(f.Row, ":")
		if len(b.opens[f.Table+"."+f.Column]) == 0 || f.Row == "" || f.Row == Total || f.Table == "firm_rates" && code != ask.Firm {
			return nil, notFound()
		}
		l.describe(b, f)
		return b.behind(ctx, f)
	default:
		err = notFound()
	}
	return out, err
}

// loadLinks writes the addresses of the queue behind a line of the weekly report; of "" those behind its last line. holder is
// the filter that tells the line from others, with its value.
func (b *builder) loadLinks(t *Table, row int, ask *numberedAsk, holder, value string) {
	today := calendar.OfTime(b.tx.Now.In(b.zone))
	to := func(more ...string) string {
		return Links{Pack: b.pack}.to("/queue", append([]string{holder, value}, more...))
	}
	since, until := ask.from.String(), ask.till.AddDays(-1).String()
	for column, href := range map[string]string{
		"open": to(), "past_due": to("time", "late"), "soon": to("time", "in_time", "due_before", today.AddDays(soonDays).String()),
		"came": to("status", "all", "opened_since", since, "opened_until", until), "went": to("status", "closed", "closed_since", since, "closed_until", until),
	} {
		t.opens(row, column, href)
	}
	if holder != "officer" || value == "none" { // what is somebody's is not unassigned
		t.opens(row, "unassigned", to("officer", "none"))
	}
}
