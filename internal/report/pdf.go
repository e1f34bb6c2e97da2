package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"dunwatch/internal/chart"
	"dunwatch/internal/locale"
	"dunwatch/internal/paper"
	"dunwatch/internal/rulebook"
)

// fact is a line of what a form says about itself.
type fact struct{ name, value string }

// Form writes a report as a file that is handed on.
type Form struct {
	*Report
	s *Service
}

// Form is the report for writers of files, which also name the office and the packs.
func (s *Service) Form(r *Report) Form { return Form{r, s} }

func (f Form) lang() locale.Lang { return locale.Lang(f.Lang) }

// office is the authority in whose name the report goes out: that of the pack, of a report over all the first one's.
func (f Form) office() string {
	packs := f.s.packs(f.Pack)
	i := max(0, slices.IndexFunc(packs, func(p *rulebook.Pack) bool { return p.ID == "cn" }))
	return packs[i].Office.In(f.Lang)
}

// period says the report's period in words.
func (f Form) period() string { return f.Month.Name(f.words, f.lang()) }

// title is what a report of the kind is called.
func (f Form) title() string {
	if f.Name != "" { // a fixed report has its own
		return f.Name
	}
	if f.Kind == KindMonth {
		return f.t("report.form.title")
	}
	return f.t("report.form.title_" + f.Kind)
}

// status says whether the figures can still change.
func (f Form) status() string {
	switch {
	case !f.Frozen:
		return f.t("report.form.live")
	case f.Revision > 0:
		return f.t("report.form.revision", f.Revision)
	default:
		return f.t("report.form.frozen")
	}
}

// facts are what every form says about itself: period, cut-off, state and the versions that it was made under.
func (f Form) facts() []fact {
	last := f.Month.End().AddDays(-1)
	out := []fact{
		{f.t("report.form.period"), f.t("report.picture.span", locale.Date(f.lang(), f.Month.First()), locale.Date(f.lang(), last))},
		{f.t("report.form.cut_off"), locale.DateTime(f.lang(), f.CutOff, f.s.zone)},
		{f.t("report.form.pack"), f.packName()},
		{f.t("report.form.status"), f.status()},
	}
	if f.FrozenAt != nil {
		out = append(out, fact{f.t("report.form.frozen_at"), locale.DateTime(f.lang(), *f.FrozenAt, f.s.zone)})
	}
	if f.Reason != "" {
		out = append(out, fact{f.t("report.form.reason"), f.Reason})
	}
	out = append(out, fact{f.t("report.form.definitions"), strconv.Itoa(f.DefinitionVersion)}, fact{f.t("report.form.rulebook"), f.rulebooks()})
	if f.raw != nil {
		sum := sha256.Sum256(f.raw)
		out = append(out, fact{"SHA-256", hex.EncodeToString(sum[:])})
	}
	return out
}

func (f Form) packName() string {
	if f.Pack == All {
		return f.t("report.form.all_packs")
	}
	return f.s.packs(f.Pack)[0].Name.In(f.Lang)
}

func (f Form) rulebooks() string {
	var out []string
	for _, id := range slices.Sorted(maps.Keys(f.Rulebook)) {
		out = append(out, f.Rulebook[id])
	}
	return strings.Join(out, f.t("report.form.comma"))
}

// WritePDF writes the report on A4: a title page, contents, each section with its pictures and tables, the definitions and how
// the figures are made. The same report gives the same bytes. missing lists the characters that no font has.
func (f Form) WritePDF(w io.Writer) (missing []rune, err error) {
	pages, err := f.sheets(nil).TitlePages()
	if err != nil {
		return nil, fmt.Errorf("write report of %s: %w", f.Month, err)
	}
	if missing, err = f.sheets(pages).Write(w); err != nil {
		return nil, fmt.Errorf("write report of %s: %w", f.Month, err)
	}
	return missing, nil
}

// sheets lays the report out; pages are those of its titles, none while they are not known.
func (f Form) sheets(pages []int) *paper.Doc {
	p := &printing{Form: f, pages: pages}
	title := f.title()
	p.doc = paper.New(paper.Standard, paper.Meta{
		Title: title + " " + f.period(), Author: f.office(), At: f.CutOff, Mark: f.status(), Running: title + " · " + f.period(),
		Page:    func(n, of int) string { return f.t("report.form.pages", n, of) },
		Missing: func(codes string) string { return f.t("report.form.missing", codes) },
	})
	body := &printing{Form: f, doc: p.doc}
	p.front(body.titles())
	for _, s := range f.sections() {
		p.section(s)
	}
	p.revision()
	p.appendix()
	return p.doc
}

// printing is a report on its way to paper.
type printing struct {
	Form
	doc   *paper.Doc
	pages []int
}

// sections are those of the report with the tables that they hold, the trend among them.
func (f Form) sections() []Section {
	out := make([]Section, 0, len(f.Sections))
	for _, s := range f.Sections {
		s.Tables = nil
		for _, t := range f.Listed() {
			if t.Section == s.ID {
				s.Tables = append(s.Tables, t.ID)
			}
		}
		out = append(out, s)
	}
	return out
}

// listed finds a table by its id, the trend too.
func (f Form) listed(id string) *Table {
	for _, t := range f.Listed() {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// entry is a line of the contents.
type entry struct {
	text    string
	section bool
}

// titles are the sections and tables in the order in which they come.
func (p *printing) titles() []entry {
	var out []entry
	for i, s := range p.sections() {
		out = append(out, entry{p.numbered(i, s.Title), true})
		for _, id := range s.Tables {
			out = append(out, entry{p.listed(id).Title, false})
		}
	}
	n := len(p.Sections)
	if len(p.Changes) > 0 {
		out = append(out, entry{p.numbered(n, p.t("report.form.changes")), true})
		n++
	}
	return append(out, entry{p.numbered(n, p.t("report.form.method")), true}, entry{p.numbered(n+1, p.t("report.form.terms")), true})
}

func (p *printing) numbered(i int, title string) string {
	return p.t("report.form.numbered", i+1, title)
}

// front is the title page and the contents.
func (p *printing) front(titles []entry) {
	d := p.doc
	d.Letterhead(p.office())
	d.Space(45)
	d.Cover(p.title())
	d.Space(4)
	d.Under(p.period())
	d.Space(55)
	var rows [][]string
	for _, x := range p.facts() {
		rows = append(rows, []string{x.name, x.value})
	}
	d.Table([]paper.Column{{Head: p.t("report.form.about"), Width: 3}, {Width: 9}}, rows)
	d.Break()
	d.Title(p.t("report.form.contents"))
	rows = nil
	for i, x := range titles {
		page := "000"
		if k := i + 2; k < len(p.pages) { // the cover and the contents are titles themselves
			page = strconv.Itoa(p.pages[k])
		}
		text := x.text
		if !x.section {
			text = "        " + text
		}
		rows = append(rows, []string{text, page})
	}
	d.Figures([]paper.Column{{Head: p.t("report.form.part"), Width: 10}, {Head: p.t("report.form.page"), Width: 1.6, Align: paper.Right}}, rows, nil)
	d.Break()
}

func (p *printing) section(s Section) {
	wide := false // one table that needs it lays the section's pages on their side
	for _, id := range s.Tables {
		columns, rows := p.columns(p.listed(id))
		wide = wide || needs(columns, rows, fullWords) > paper.FiguresWidth(false)
	}
	p.doc.Wide(wide)
	p.doc.Section(p.numbered(slices.IndexFunc(p.Sections, func(x Section) bool { return x.ID == s.ID }), s.Title))
	for _, id := range s.Tables {
		t := p.listed(id)
		p.doc.Subsection(t.Title)
		if t.Note != "" {
			p.doc.Note(t.Note)
		}
		for _, picture := range p.Pictures(t) {
			p.doc.Caption(picture.Title + p.t("report.form.colon") + picture.Desc)
			p.doc.Picture(drawing(picture))
		}
		p.table(t, wide)
	}
	if s.ID == sectionBriefs {
		p.briefs()
	}
	p.doc.Wide(false)
}

func (p *printing) table(t *Table, wide bool) {
	if len(t.Rows) == 0 {
		p.doc.Paragraph(p.t("report.form.empty"), false)
		return
	}
	columns, rows := p.columns(t)
	share(columns, rows, paper.FiguresWidth(wide))
	var totals []string
	if t.Totals != nil {
		rows, totals = rows[:len(rows)-1], rows[len(rows)-1]
	}
	p.doc.Figures(columns, rows, totals)
}

// columns are the heads of a table, and its lines with the total.
func (p *printing) columns(t *Table) (columns []paper.Column, rows [][]string) {
	rows, totals := p.lines(t)
	if totals != nil {
		rows = append(rows, totals)
	}
	for _, j := range t.Reading() {
		c := paper.Column{Head: t.Columns[j]}
		if t.Kinds[j] != Text {
			c.Align = paper.Right
		}
		columns = append(columns, c)
	}
	return columns, rows
}

// fullWords is how wide a column of words may want to be, in digits, before it is broken into lines.
const fullWords = 30

// need is how wide a column is that breaks no word of its head, and no cell unless it is wider than most.
func need(c paper.Column, j int, rows [][]string, most float64) float64 {
	head := 0.0
	for _, part := range strings.Fields(c.Head) {
		head = max(head, wide(part)+0.5)
	}
	if []rune(c.Head)[0] > 0x2e80 {
		head = min(head, 9) // Chinese breaks anywhere
	}
	cell := 0.0
	for _, r := range rows {
		cell = max(cell, wide(r[j]))
	}
	if c.Align != paper.Right {
		cell = min(cell, most)
	}
	return max(cell, head) + 0.8 + paper.FiguresPad
}

func needs(columns []paper.Column, rows [][]string, most float64) (sum float64) {
	for j, c := range columns {
		sum += need(c, j, rows, most)
	}
	return sum
}

// share gives each column its width: numbers stay on one line, words get what is left.
func share(columns []paper.Column, rows [][]string, width float64) {
	var words, fixed float64
	for j := range columns {
		c := &columns[j]
		c.Width = need(*c, j, rows, 44)
		if c.Align == paper.Right {
			fixed += c.Width
		} else {
			words += c.Width
		}
	}
	if words+fixed <= width || words == 0 {
		return
	}
	k := max((width-fixed)/words, 0.25)
	for j := range columns {
		if columns[j].Align != paper.Right {
			columns[j].Width *= k
		}
	}
}

// wide is how many digits a text is as wide as.
func wide(text string) float64 { return chart.Width(text, 1) / 0.56 }

// revision explains what a revision changed.
func (p *printing) revision() {
	if len(p.Changes) == 0 {
		return
	}
	p.doc.Section(p.numbered(len(p.Sections), p.t("report.form.changes")))
	var rows [][]string
	for _, c := range p.Changes {
		things := func(key string, list []string) string {
			if len(list) == 0 {
				return ""
			}
			return p.t(key) + strings.Join(list, " ") + "\n"
		}
		rows = append(rows, []string{c.Name, p.format(c.Was, c.Kind), p.format(c.Is, c.Kind),
			strings.TrimSpace(things("report.form.change_removed", c.Removed) + things("report.form.change_added", c.Added) + things("report.form.change_altered", c.Altered) + things("report.form.change_entries", entries(c.Events)))})
	}
	p.doc.Figures([]paper.Column{{Head: p.t("report.form.change_figure"), Width: 5}, {Head: p.t("report.form.change_was"), Width: 2, Align: paper.Right},
		{Head: p.t("report.form.change_is"), Width: 2, Align: paper.Right}, {Head: p.t("report.form.change_things"), Width: 5}}, rows, nil)
}

// printedEntries is how many entries of the record are named beside a changed figure; the page has all.
const printedEntries = 12

// entries are the numbers of entries of the record.
func entries(list []int64) (out []string) {
	for i, n := range list {
		if i == printedEntries {
			return append(out, "…")
		}
		out = append(out, fmt.Sprintf("#%d", n))
	}
	return out
}

// appendix is how the figures are made, and what each is.
func (p *printing) appendix() {
	n := len(p.Sections)
	if len(p.Changes) > 0 {
		n++
	}
	p.doc.Section(p.numbered(n, p.t("report.form.method")))
	for i, note := range p.Notes {
		p.doc.Paragraph(p.t("report.form.item", i+1, note), false)
	}
	p.doc.Section(p.numbered(n+1, p.t("report.form.terms")))
	var rows [][]string
	for _, x := range p.used() {
		rows = append(rows, []string{x.Name, x.Text, x.Formula})
	}
	p.doc.Figures([]paper.Column{{Head: p.t("report.form.term"), Width: 2.2}, {Head: p.t("report.form.meaning"), Width: 6}, {Head: p.t("report.form.formula"), Width: 4}}, rows, nil)
}
