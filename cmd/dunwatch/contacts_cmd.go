package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"dunwatch/internal/contactlog"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/logbook"
	"dunwatch/internal/rulebook"
	"dunwatch/policies"
	"dunwatch/web"
)

// contactsCmd is contacts check.
type contactsCmd struct {
	Check contactsCheck `cmd:"" help:"Check logs of calls and messages against the rulebook. Needs no database and stores nothing."`
}

type contactsCheck struct {
	Files  []string `arg:"" name:"file" help:"A phone's backup (XML, NDJSON), a carrier's bill or a dialler's export (CSV, XLSX, XLS)." type:"existingfile"`
	Pack   string   `required:"" enum:"cn,us,uk" help:"Whose rules: cn, us or uk."`
	Number []string `help:"A number that the complaint is about; all others are left out. Give it again for more." placeholder:"N" sep:","`
	Year   int      `help:"The year of times that have none." placeholder:"Y"`
	Side   string   `enum:"borrower,firm" default:"borrower" help:"Whose log it is: borrower, or firm for a dialler's export."`
	Zone   []string `help:"Where the debtor is, such as America/Chicago; again for each place that is possible." placeholder:"ZONE" sep:","`
	Format string   `enum:"table,json" default:"table" help:"table or json."`
}

// Run reads the files and prints what goes against the rules.
func (c *contactsCheck) Run(ctx context.Context, s Streams) error {
	if c.Year != 0 && (c.Year < 1990 || c.Year > 2100) {
		return fmt.Errorf("%w: --year %d: want a year such as 2026", errUsage, c.Year)
	}
	words, err := locale.Load(web.FS)
	if err != nil {
		return err
	}
	v := &contactsView{words: words, lang: terminalLang(), out: s.Out}
	t, err := c.terms(v)
	if err != nil {
		return err
	}
	checker, err := contactlog.NewChecker(t)
	if err != nil {
		return err
	}
	for i, name := range c.Files {
		if err := c.read(ctx, checker, v, t, i, name); err != nil {
			return fmt.Errorf("%s: %s", clean(filepath.Base(name)), v.explain(err))
		}
	}
	for i := range v.files {
		if d := checker.Duplicates(i); d.Rows > 0 {
			v.files[i].Tally.Withdraw(d.Rows, d.Reason, d.First)
		}
	}
	v.pack = t.Pack
	if c.Format == "json" {
		return v.json(checker)
	}
	return v.table(checker)
}

// terms are the pack and what the flags say.
func (c *contactsCheck) terms(v *contactsView) (contactlog.Terms, error) {
	var t contactlog.Terms
	rules, err := fs.Sub(policies.FS, "rulebook")
	if err != nil {
		return t, err
	}
	book, err := rulebook.Load(rules)
	if err != nil {
		return t, err
	}
	pack, ok := book.Pack(c.Pack)
	if !ok {
		return t, fmt.Errorf("%w: there is no pack %q", errUsage, c.Pack)
	}
	v.book = book
	t.Pack = pack
	for _, z := range c.Zone {
		l, err := time.LoadLocation(z)
		if err != nil || z == "" {
			return t, fmt.Errorf("%w: --zone %q is no time zone; try America/Chicago", errUsage, z)
		}
		t.Zones = append(t.Zones, l)
	}
	if len(t.Zones) == 0 && slices.ContainsFunc(pack.Rules(), func(r rulebook.Rule) bool { return r.Zone == "consumer" }) {
		v.note("contactlog.note.zone", pack.Zone)
	}
	if len(c.Number) == 0 {
		v.note("contactlog.note.all_numbers")
		return t, nil
	}
	numbers := contactlog.NewNumbers(c.Pack, c.Number...)
	if numbers.Len() == 0 {
		return t, fmt.Errorf("%w: --number holds no number", errUsage)
	}
	if c.Side == "firm" {
		t.Debtor = numbers
	} else {
		t.Firms = []contactlog.Firm{{Numbers: c.Number}}
	}
	return t, nil
}

// read takes one file into the checker.
func (c *contactsCheck) read(ctx context.Context, checker *contactlog.Checker, v *contactsView, t contactlog.Terms, i int, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if !st.Mode().IsRegular() {
		return errors.New("not a file")
	}
	opt := contactlog.Options{File: i, Country: c.Pack, Year: c.Year, Firm: c.Side == "firm", Zone: contactlog.Beijing}
	if z := t.Pack.Zone; z != contactlog.Beijing.String() {
		if opt.Zone, err = time.LoadLocation(z); err != nil {
			return err
		}
	}
	if len(t.Zones) > 0 {
		opt.Zone = t.Zones[0]
	}
	if len(c.Number) > 0 {
		opt.Filter = contactlog.NewNumbers(c.Pack, c.Number...)
	}
	a, err := contactlog.Each(ctx, contactlog.File{Name: filepath.Base(name), Size: st.Size(), ReaderAt: f}, opt, checker.Add)
	if err != nil {
		return err
	}
	checker.AddFile(a.Bill)
	a.Name = clean(a.Name)
	v.files = append(v.files, a)
	return nil
}

// contactsView prints a check in the language of the terminal.
type contactsView struct {
	words *locale.Catalog
	lang  locale.Lang
	out   io.Writer
	book  *rulebook.Book
	pack  *rulebook.Pack
	files []contactlog.Account
	notes []string
}

func (v *contactsView) t(key string, args ...any) string { return v.words.T(v.lang, key, args...) }

func (v *contactsView) note(key string, args ...any) { v.notes = append(v.notes, v.t(key, args...)) }

func (v *contactsView) explain(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return v.t(f.Key, f.Args...)
	}
	return err.Error()
}

// clean keeps a name from playing tricks on the terminal.
func clean(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, name)
}

// json writes hit by hit, so that a log of a million hits is no burden.
func (v *contactsView) json(checker *contactlog.Checker) error {
	w := &jsonWriter{w: v.out}
	w.raw("{\"pack\": ").value(v.pack.ID).raw(",\n \"version\": ").value(v.pack.Version()).raw(",\n \"files\": ").value(v.report().Files(v.files)).raw(",\n \"hits\": [")
	used := map[string]bool{}
	first := true
	checker.Hits(func(h contactlog.Hit) bool {
		if !first {
			w.raw(",")
		}
		first = false
		used[h.Rule.ID] = true
		w.raw("\n  ").value(v.report().Hit(h))
		return w.err == nil
	})
	w.raw("],\n \"unchecked\": ").value(v.report().Unchecked(checker.Unchecked())).raw(",\n \"rules\": ").value(v.report().Rules(used))
	notes := v.notes
	if notes == nil {
		notes = []string{}
	}
	w.raw(",\n \"notes\": ").value(notes).raw("}\n")
	return w.err
}

// jsonWriter keeps the first error.
type jsonWriter struct {
	w   io.Writer
	err error
}

func (j *jsonWriter) raw(s string) *jsonWriter {
	if j.err == nil {
		_, j.err = io.WriteString(j.w, s)
	}
	return j
}

func (j *jsonWriter) value(x any) *jsonWriter {
	b, err := json.Marshal(x)
	if err != nil && j.err == nil {
		j.err = err
	}
	return j.raw(string(b))
}

// report puts the check into the words of the terminal's language.
func (v *contactsView) report() logbook.Reporter {
	return logbook.Reporter{Words: v.words, Lang: v.lang, Book: v.book, Pack: v.pack}
}

// table prints for people: the files, the hits under their rules, and what
// could not be checked.
func (v *contactsView) table(checker *contactlog.Checker) error {
	v.printFiles()
	for _, n := range v.notes {
		fmt.Fprintln(v.out, n)
	}
	fmt.Fprintf(v.out, "%s\n\n", v.t("contactlog.table.version", v.pack.Version()))
	w := tabwriter.NewWriter(v.out, 0, 4, 2, ' ', 0)
	used, hits := map[string]bool{}, 0
	checker.Hits(func(h contactlog.Hit) bool {
		if hits++; hits == 1 {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", v.t("contactlog.table.rule"), v.t("contactlog.table.code"), v.t("contactlog.table.strength"), v.t("contactlog.table.at"), v.t("contactlog.table.place"), v.t("contactlog.table.counted"))
		}
		used[h.Rule.ID] = true
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d%s\n", h.Rule.ID, h.Rule.Code, v.t("contactlog.strength."+h.Strength), h.At.Format("2006-01-02 15:04:05 -0700"), place(h.Rows[0]), h.Counted, v.remark(h))
		return true
	})
	if err := w.Flush(); err != nil {
		return err
	}
	if hits == 0 {
		fmt.Fprintln(v.out, v.t("contactlog.table.none"))
	}
	v.printRules(used)
	return v.printUnchecked(checker.Unchecked())
}

func place(r contactlog.Row) string { return fmt.Sprintf("%d:%d", r.File+1, r.Row) }

func (v *contactsView) remark(h contactlog.Hit) string {
	s := ""
	if h.Word != "" {
		s += "  " + h.Word
	}
	if !h.InForce {
		s += "  " + v.t("contactlog.not_in_force")
	}
	return s
}

func (v *contactsView) printFiles() {
	for i, f := range v.files {
		fmt.Fprintf(v.out, "%d  %s  %s  %s %d  %s %d\n", i+1, f.Name, f.Format, v.t("contactlog.table.rows"), f.Tally.Rows, v.t("contactlog.table.read"), f.Tally.Read)
		for _, d := range f.Tally.Dropped {
			fmt.Fprintf(v.out, "   %s %d: %s (%s)\n", v.t("contactlog.table.dropped"), d.Rows, v.t("contactlog.dropped."+string(d.Reason)), v.t("contactlog.table.first", d.First))
		}
	}
}

func (v *contactsView) printRules(used map[string]bool) {
	for _, r := range v.report().Rules(used) {
		fmt.Fprintf(v.out, "\n%s %s: %s\n  %s\n", r.ID, r.Name, r.Says, r.Not)
		if r.Caveat != "" {
			fmt.Fprintf(v.out, "  %s\n", r.Caveat)
		}
		for _, s := range r.Source {
			fmt.Fprintf(v.out, "  %s\n", v.t("contactlog.table.basis", s))
		}
	}
}

func (v *contactsView) printUnchecked(list []contactlog.Unchecked) error {
	if len(list) == 0 {
		return nil
	}
	fmt.Fprintf(v.out, "\n%s\n", v.t("contactlog.table.unchecked"))
	w := tabwriter.NewWriter(v.out, 0, 4, 2, ' ', 0)
	for _, u := range list {
		fmt.Fprintf(w, "  %s\t%s\n", u.Rule, v.report().Why(u))
	}
	return w.Flush()
}
