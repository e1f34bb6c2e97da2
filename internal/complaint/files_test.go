package complaint_test

import (
	"os"
	"path/filepath"
	"testing"

	"dunwatch/internal/store/storetest"
)

// readAll is every byte of the files in a folder.
func readAll(t *testing.T, dir string) []byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	check(t, err)
	var all []byte
	for _, n := range names {
		b, err := os.ReadFile(n)
		check(t, err)
		all = append(all, b...)
	}
	return all
}

func openSQLite(t testing.TB) *office {
	clock := storetest.NewClock()
	return open(t, storetest.OpenAt(t, clock), clock)
}
