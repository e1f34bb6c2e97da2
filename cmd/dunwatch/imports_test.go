package main

import (
	"go/build"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// arrows says which package of the house may import which: the table of the
// design as data. Do not change it to fix a build; a new arrow needs a reason.
var arrows = map[string][]string{
	"fault":          {},
	"calendar":       {},
	"access":         {"fault"},
	"ident":          {"calendar"},
	"locale":         {"calendar"},
	"seal":           {},
	"store":          {"fault"},
	"rulebook":       {"calendar"},
	"audit":          {"access", "fault", "store"},
	"deadline":       {"calendar", "store"},
	"worker":         {"fault", "seal", "store"},
	"notify":         {"access", "audit", "calendar", "fault", "locale", "seal", "store"},
	"paper":          {"calendar", "locale"},
	"letter":         {"access", "audit", "calendar", "fault", "locale", "notify", "paper", "rulebook", "seal", "store"},
	"account":        {"access", "audit", "fault", "ident", "seal", "store"},
	"firm":           {"access", "audit", "calendar", "fault", "ident", "seal", "store"},
	"complaint/cfpb": {"calendar"},
	"complaint":      {"access", "audit", "calendar", "complaint/cfpb", "deadline", "fault", "firm", "ident", "letter", "locale", "notify", "rulebook", "seal", "store"},
	"evidence/bare":  {},
	"evidence":       {"access", "audit", "complaint", "evidence/bare", "fault", "rulebook", "seal", "store"},
	"casework":       {"access", "account", "audit", "calendar", "complaint", "deadline", "evidence", "fault", "firm", "ident", "letter", "notify", "rulebook", "seal", "store"},
	"enforcement":    {"access", "account", "audit", "calendar", "casework", "complaint", "deadline", "evidence", "fault", "firm", "ident", "locale", "notify", "paper", "rulebook", "seal", "store"},
	"forwarding":     {"access", "account", "audit", "calendar", "casework", "complaint", "deadline", "evidence", "fault", "firm", "ident", "letter", "locale", "notify", "rulebook", "seal", "store"},
	"hardship":       {"access", "account", "audit", "calendar", "casework", "complaint", "deadline", "fault", "firm", "forwarding", "ident", "letter", "locale", "notify", "rulebook", "seal", "store"},
	"docket":         {"access", "account", "audit", "calendar", "casework", "complaint", "deadline", "fault", "firm", "forwarding", "locale", "notify", "rulebook", "store"},
	"witness":        {"access", "account", "audit", "complaint", "fault", "seal", "store"},
	"brief":          {"access", "account", "audit", "calendar", "casework", "complaint", "fault", "ident", "rulebook", "store", "witness"},
	"linkage":        {"access", "account", "audit", "calendar", "casework", "complaint", "fault", "firm", "ident", "store"},
	"contactlog":     {"calendar", "fault", "ident", "rulebook"},
	"logbook":        {"access", "audit", "calendar", "casework", "complaint", "contactlog", "evidence", "fault", "forwarding", "locale", "rulebook", "store"},
	"chart":          {},
	"report":         {"access", "audit", "brief", "calendar", "casework", "chart", "complaint", "deadline", "enforcement", "fault", "locale", "notify", "paper", "rulebook", "store"},
}

// houseFree may import anything of the house: they tie it together.
var houseFree = []string{"httpd", "demo", "office"}

// keepers names the third-party modules that one place alone may import, and
// why.
var keepers = map[string]struct {
	allowed []string
	why     string
}{
	"github.com/casbin/casbin": {[]string{"access"}, "the policy is one package's business"},
	"github.com/labstack/echo": {[]string{"httpd"}, "a move to its next major version must be mechanical"},
	"github.com/danielgtaylor": {[]string{"httpd"}, "HTTP is one package's business"},
	"gorm.io/driver":           {[]string{"store"}, "which database it is, only store knows"},
	"github.com/pressly/goose": {[]string{"store"}, "migrations belong to store"},
	"filippo.io/age":           {[]string{"seal"}, "encryption belongs to seal"},
	"golang.org/x/mod":         {[]string{"audit", "audit/audittest"}, "the tree belongs to audit"},
}

func packagesOfHouse(t *testing.T) map[string]*build.Package {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", "..", "internal"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*build.Package{}
	dirs, err := filepath.Glob(filepath.Join(root, "*"))
	if err != nil {
		t.Fatal(err)
	}
	sub, err := filepath.Glob(filepath.Join(root, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range append(dirs, sub...) {
		p, err := build.ImportDir(d, 0)
		if err != nil {
			continue // no Go files
		}
		rel, err := filepath.Rel(root, d)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.ToSlash(rel)] = p
	}
	return out
}

func TestArrowsRunOneWay(t *testing.T) {
	pkgs := packagesOfHouse(t)
	for name, p := range pkgs {
		if slices.Contains(houseFree, name) || strings.HasSuffix(name, "test") {
			continue
		}
		may, ok := arrows[name]
		if !ok {
			t.Errorf("internal/%s has no line in the table of arrows", name)
			continue
		}
		for _, imp := range p.Imports {
			if dep, ours := strings.CutPrefix(imp, "dunwatch/internal/"); ours && !slices.Contains(may, dep) {
				t.Errorf("internal/%s imports internal/%s, which the table does not allow", name, dep)
			}
		}
	}
	for name := range arrows {
		if pkgs[name] == nil {
			t.Errorf("the table names internal/%s, which does not exist", name)
		}
	}
}

func TestKeepers(t *testing.T) {
	used := map[string]bool{}
	for name, p := range packagesOfHouse(t) {
		for _, imp := range p.Imports {
			for prefix, k := range keepers {
				if !strings.HasPrefix(imp, prefix) {
					continue
				}
				used[prefix] = true
				if !slices.Contains(k.allowed, name) {
					t.Errorf("internal/%s imports %s: %s", name, imp, k.why)
				}
			}
		}
	}
	for prefix := range keepers {
		if !used[prefix] {
			t.Errorf("%s is kept but never imported: the table is out of date", prefix)
		}
	}
}

// gorm stays in store and in files named store*.go, so that it can be taken out
// one file at a time.
func TestGormStaysInStoreFiles(t *testing.T) {
	for name, p := range packagesOfHouse(t) {
		if name == "store" || strings.HasSuffix(name, "test") {
			continue
		}
		for _, f := range p.GoFiles {
			if strings.HasPrefix(f, "store") {
				continue
			}
			if importsGorm(t, filepath.Join(p.Dir, f)) {
				t.Errorf("internal/%s/%s imports gorm; only store*.go may", name, f)
			}
		}
	}
}
