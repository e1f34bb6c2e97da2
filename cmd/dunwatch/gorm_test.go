package main

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

func importsGorm(t *testing.T, file string) bool {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, imp := range f.Imports {
		if strings.Contains(imp.Path.Value, "gorm.io/") {
			return true
		}
	}
	return false
}
