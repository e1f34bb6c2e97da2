package access

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	stringadapter "github.com/casbin/casbin/v2/persist/string-adapter"
)

// Policy answers from a table that casbin filled once at start. It is immutable
// and safe for concurrent use; an answer costs a map look-up.
type Policy struct {
	allowed map[question]bool
	widest  map[question]Reach
}

type question struct {
	role  Role
	act   Action
	reach Reach
}

// Load reads access/model.conf and access/policy.csv, refuses any row that does
// not name a known role, action and reach (casbin itself would load it and
// silently deny), and asks casbin every question there is.
func Load(files fs.FS) (*Policy, error) {
	conf, err := fs.ReadFile(files, "access/model.conf")
	if err != nil {
		return nil, fmt.Errorf("load policy: %w", err)
	}
	rows, err := fs.ReadFile(files, "access/policy.csv")
	if err != nil {
		return nil, fmt.Errorf("load policy: %w", err)
	}
	if err := lint(string(rows)); err != nil {
		return nil, fmt.Errorf("access/policy.csv: %w", err)
	}
	p := &Policy{allowed: map[question]bool{}, widest: map[question]Reach{}}
	for _, role := range Roles {
		m, err := model.NewModelFromString(string(conf))
		if err != nil {
			return nil, fmt.Errorf("access/model.conf: %w", err)
		}
		e, err := casbin.NewEnforcer(m, stringadapter.NewAdapter(rowsOf(string(rows), role)))
		if err != nil {
			return nil, fmt.Errorf("load policy: %w", err)
		}
		if err := p.ask(e, role); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// rowsOf leaves out the rows that name another role. The model compares roles for
// equality, so they cannot answer for this one, and casbin goes through every row
// at each of thousands of questions: all rows for all roles took most of the
// program's start.
func rowsOf(rows string, role Role) string {
	var b strings.Builder
	for line := range strings.Lines(rows) {
		f := strings.Split(line, ",")
		if len(f) > 1 {
			if named := Role(strings.TrimSpace(f[1])); named != role && slices.Contains(Roles, named) {
				continue
			}
		}
		b.WriteString(line)
	}
	return b.String()
}

// ask puts every question about a role to casbin once, and keeps the answers.
func (p *Policy) ask(e *casbin.Enforcer, role Role) error {
	for _, act := range Actions {
		for _, reach := range []Reach{Own, Unit, Any} {
			ok, err := e.Enforce(string(role), string(act), reach.String())
			if err != nil {
				return fmt.Errorf("ask %s %s %s: %w", role, act, reach, err)
			}
			if ok {
				p.allowed[question{role, act, reach}] = true
				p.widest[question{role: role, act: act}] = reach
			}
		}
	}
	return nil
}

// Allows reports whether a role may do an action at a distance.
func (p *Policy) Allows(role Role, act Action, reach Reach) bool {
	return p.allowed[question{role, act, reach}]
}

// Widest is the farthest reach at which a role may do an action: the WHERE of a
// list.
func (p *Policy) Widest(role Role, act Action) Reach {
	return p.widest[question{role: role, act: act}]
}

// lint finds what casbin would accept in silence: short rows, unknown words,
// notes at the end of a line, the same row twice.
func lint(rows string) error {
	roles, acts := map[string]bool{}, map[string]bool{}
	for _, r := range Roles {
		roles[string(r)] = true
	}
	for _, a := range Actions {
		acts[string(a)] = true
	}
	seen := map[string]int{}
	for i, line := range strings.Split(rows, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f, err := csv.NewReader(strings.NewReader(line)).Read()
		if err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
		for k := range f {
			f[k] = strings.TrimSpace(f[k])
		}
		if err := lintRow(f, roles, acts); err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
		key := strings.Join(f, ",")
		if first, ok := seen[key]; ok {
			return fmt.Errorf("line %d: repeats line %d", i+1, first)
		}
		seen[key] = i + 1
	}
	return nil
}

func lintRow(f []string, roles, acts map[string]bool) error {
	switch f[0] {
	case "p":
		if len(f) != 4 {
			return fmt.Errorf("a p row has 4 fields (p, role, action, reach), this has %d", len(f))
		}
		if !roles[f[1]] {
			return fmt.Errorf("unknown role %q", f[1])
		}
		if !acts[f[2]] {
			return fmt.Errorf("unknown action %q", f[2])
		}
		if f[3] != "own" && f[3] != "unit" && f[3] != "any" {
			return fmt.Errorf("unknown reach %q", f[3])
		}
	case "g":
		if len(f) != 3 {
			return fmt.Errorf("a g row has 3 fields, this has %d", len(f))
		}
	default:
		return fmt.Errorf("unknown row kind %q", f[0])
	}
	return nil
}
