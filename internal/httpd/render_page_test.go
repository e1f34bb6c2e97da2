package httpd

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoPageHidesWhatTheLayoutReads holds that no page has a field of the same name as one of Page, which it embeds: the
// layout would read the page's own instead, and say nonsense.
func TestNoPageHidesWhatTheLayoutReads(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	structs := map[string]*ast.StructType{}
	set := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if st, ok := spec.Type.(*ast.StructType); ok {
					structs[spec.Name.Name] = st
				}
			}
			return true
		})
	}
	base := map[string]bool{}
	for _, field := range structs["Page"].Fields.List {
		for _, name := range field.Names {
			base[name.Name] = true
		}
	}
	if !base["Idle"] || !base["Lang"] {
		t.Fatalf("the fields of Page were not read: %v", base)
	}
	pages := 0
	for page, st := range structs {
		embeds := false
		for _, field := range st.Fields.List {
			id, ok := field.Type.(*ast.Ident)
			embeds = embeds || ok && len(field.Names) == 0 && id.Name == "Page"
		}
		if !embeds {
			continue
		}
		pages++
		for _, field := range st.Fields.List {
			for _, name := range field.Names {
				if base[name.Name] {
					t.Errorf("%s.%s hides the field of Page that the layout reads", page, name.Name)
				}
			}
		}
	}
	if pages < 20 {
		t.Errorf("only %d pages found", pages)
	}
}
