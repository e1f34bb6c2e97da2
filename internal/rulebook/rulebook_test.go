package rulebook_test

import (
	"io/fs"
	"testing"

	"dunwatch/internal/rulebook"
	"dunwatch/policies"
)

func mustLoad(t testing.TB) *rulebook.Book {
	t.Helper()
	sub, err := fs.Sub(policies.FS, "rulebook")
	if err != nil {
		t.Fatal(err)
	}
	b, err := rulebook.Load(sub)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestLoad(t *testing.T) { mustLoad(t) }
