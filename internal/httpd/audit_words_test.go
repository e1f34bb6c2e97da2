package httpd

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"dunwatch/internal/lawtest"
	"dunwatch/internal/locale"
)

// Every action that the record knows has a name in both languages: an auditor and whoever reads why a figure changed meet them all.
func TestActionsHaveNames(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../audit/action.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	words := lawtest.Words(t)
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "Action" {
			return true
		}
		for _, v := range spec.Values {
			action, err := strconv.Unquote(v.(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			n++
			for _, lang := range locale.Langs {
				if !words.Has(lang, "audit_page.action."+action) {
					t.Errorf("%s: %s has no name", lang, action)
				}
			}
		}
		return true
	})
	if n < 100 {
		t.Errorf("%d actions found", n)
	}
}
