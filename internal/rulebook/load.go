package rulebook

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The files of a pack, as they lie in the folder.
type (
	violationsFile struct {
		Families   []Family    `yaml:"families"`
		Severities []Severity  `yaml:"severities"`
		Groups     []group     `yaml:"groups"`
		Reasons    []Reason    `yaml:"reasons,omitempty"`
		Violations []Violation `yaml:"violations"`
	}
	basesFile struct {
		Bases []Basis `yaml:"bases"`
	}
	limitsFile struct {
		Limits     []Limit     `yaml:"limits"`
		Rates      []Rate      `yaml:"rates,omitempty"`
		Thresholds []Threshold `yaml:"thresholds,omitempty"`
	}
	rulesFile struct {
		Rules []Rule `yaml:"rules"`
	}
	kindsFile struct {
		Kinds []PenaltyKind `yaml:"kinds"`
	}
	channelsFile struct {
		Contact    []Channel `yaml:"contact"`
		Submission []Channel `yaml:"submission"`
	}
	groundsFile struct {
		Grounds map[string][]Ground `yaml:"grounds"`
	}
	outcomesFile struct {
		Findings []Outcome `yaml:"findings"`
		Answers  []Outcome `yaml:"answers"`
	}
	evidenceFile struct {
		Types []EvidenceType `yaml:"types"`
	}
	cfpbFile struct {
		Products []string  `yaml:"products"`
		Map      []mapping `yaml:"map"`
	}
	sourcesFile struct {
		Sources []Source `yaml:"sources"`
	}
)

const sourcesName = "sources.yaml"

// reader reads the packs and gathers the mistakes, so that whoever edits the
// law sees all of them at once.
type reader struct {
	fsys     fs.FS
	problems []problem
	sources  map[string]bool
}

// problem is a mistake at a line of a file.
type problem struct {
	file string
	line int
	text string
}

func (p problem) Error() string {
	if p.line == 0 {
		return p.file + ": " + p.text
	}
	return fmt.Sprintf("%s:%d: %s", p.file, p.line, p.text)
}

// Load reads rulebook packs: one folder a pack and sources.yaml beside them. It
// fails with every mistake found, each on its own line as file:line: what.
// Unknown keys are mistakes.
func Load(fsys fs.FS) (*Book, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("read rulebook: %w", err)
	}
	r := &reader{fsys: fsys, sources: map[string]bool{}}
	book := &Book{}
	shared := hashed{}
	src := read[sourcesFile](r, sourcesName, shared)
	book.sources = src.data.Sources
	r.checkSources(src)
	for _, e := range entries {
		if e.IsDir() {
			book.packs = append(book.packs, r.pack(e.Name(), shared))
		}
	}
	if len(book.packs) == 0 && len(r.problems) == 0 {
		return nil, errors.New("read rulebook: no packs")
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	return book, nil
}

func (r *reader) err() error {
	if len(r.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(r.problems, func(a, b problem) int {
		if c := strings.Compare(a.file, b.file); c != 0 {
			return c
		}
		return a.line - b.line
	})
	r.problems = slices.Compact(r.problems)
	errs := make([]error, len(r.problems))
	for i, p := range r.problems {
		errs[i] = p
	}
	return fmt.Errorf("rulebook: %w", errors.Join(errs...))
}

// pack reads the files of one folder and holds them against each other.
func (r *reader) pack(dir string, shared hashed) *Pack {
	sums := hashed{}
	for k, v := range shared {
		sums[k] = v
	}
	p := &Pack{}
	f := files{
		head:       read[Header](r, path.Join(dir, "pack.yaml"), sums),
		violations: read[violationsFile](r, path.Join(dir, "violations.yaml"), sums),
		bases:      read[basesFile](r, path.Join(dir, "legal_bases.yaml"), sums),
		limits:     read[limitsFile](r, path.Join(dir, "limits.yaml"), sums),
		rules:      read[rulesFile](r, path.Join(dir, "contact_rules.yaml"), sums),
		kinds:      read[kindsFile](r, path.Join(dir, "penalty_kinds.yaml"), sums),
		channels:   read[channelsFile](r, path.Join(dir, "channels.yaml"), sums),
		grounds:    read[groundsFile](r, path.Join(dir, "grounds.yaml"), sums),
		outcomes:   read[outcomesFile](r, path.Join(dir, "outcomes.yaml"), sums),
		evidence:   read[evidenceFile](r, path.Join(dir, "evidence.yaml"), sums),
	}
	if name := path.Join(dir, "cfpb_map.yaml"); r.exists(name) {
		f.cfpb = read[cfpbFile](r, name, sums)
	}
	r.strangers(dir, sums)
	f.fill(p)
	p.digest = sums.digest()
	r.check(dir, &f)
	return p
}

// fill takes the data of the files into the pack.
func (f *files) fill(p *Pack) {
	p.Header = f.head.data
	v := f.violations.data
	p.families, p.severities, p.groups, p.reasons = v.Families, v.Severities, v.Groups, v.Reasons
	p.violations = v.Violations
	for i := range p.violations {
		p.violations[i].pack = p
	}
	p.bases = f.bases.data.Bases
	p.limits, p.rates, p.thresholds = f.limits.data.Limits, f.limits.data.Rates, f.limits.data.Thresholds
	p.rules, p.kinds = f.rules.data.Rules, f.kinds.data.Kinds
	p.channels, p.submissions = f.channels.data.Contact, f.channels.data.Submission
	p.grounds = f.grounds.data.Grounds
	p.findings, p.answers = f.outcomes.data.Findings, f.outcomes.data.Answers
	p.evidence = f.evidence.data.Types
	p.cfpbProducts = f.cfpb.data.Products
	p.cfpb = map[[2]string][]string{}
	for _, m := range f.cfpb.data.Map {
		p.cfpb[[2]string{m.Issue, m.Sub}] = m.Codes
	}
}

// hashed keeps the contents that a digest is taken over, by name.
type hashed map[string][]byte

func (h hashed) digest() string {
	sum := sha256.New()
	names := make([]string, 0, len(h))
	for n := range h {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		fmt.Fprintf(sum, "%s %d\n", n, len(h[n]))
		sum.Write(h[n])
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// document is one file: its data, and its nodes for the line numbers.
type document[T any] struct {
	name string
	data T
	root *yaml.Node
}

// line is where the value at the path of keys and indexes stands; the nearest
// parent's line if the path ends early.
func (d document[T]) line(steps ...any) int {
	n := d.root
	if n == nil {
		return 0
	}
	for _, s := range steps {
		next := child(n, s)
		if next == nil {
			break
		}
		n = next
	}
	return n.Line
}

func child(n *yaml.Node, step any) *yaml.Node {
	switch s := step.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && s < len(n.Content) {
			return n.Content[s]
		}
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == s {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

// read decodes one file strictly. Mistakes go to r; the data may then be partial.
func read[T any](r *reader, name string, sums hashed) document[T] {
	d := document[T]{name: name}
	raw, err := fs.ReadFile(r.fsys, name)
	if err != nil {
		r.add(name, 0, "missing")
		return d
	}
	sums[name] = raw
	var top yaml.Node
	if err := yaml.Unmarshal(raw, &top); err != nil {
		r.addYAML(name, err)
		return d
	}
	if len(top.Content) == 0 {
		r.add(name, 0, "empty")
		return d
	}
	d.root = top.Content[0]
	if !r.lint(name, d.root) {
		return d // a bad date would stop the decoder without a line
	}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&d.data); err != nil {
		r.addYAML(name, err)
	}
	if err := dec.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		r.add(name, 0, "holds more than one document")
	}
	return d
}

func (r *reader) exists(name string) bool {
	_, err := fs.Stat(r.fsys, name)
	return err == nil
}

// strangers refuses files of the folder that nobody reads: a misspelt name
// would otherwise silently drop a part of the law.
func (r *reader) strangers(dir string, sums hashed) {
	entries, err := fs.ReadDir(r.fsys, dir)
	if err != nil {
		r.add(dir, 0, "%v", err)
		return
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if _, ok := sums[name]; !ok && r.exists(name) {
			r.add(name, 0, "not a file of a rulebook pack")
		}
	}
}

func (r *reader) add(file string, line int, format string, args ...any) {
	r.problems = append(r.problems, problem{file, line, fmt.Sprintf(format, args...)})
}
