package seal

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	_ "github.com/mattn/go-sqlite3"
)

// What reaches the disk holds no plain text, and what comes back opens.
func TestSealedInADatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`CREATE TABLE person (id INTEGER PRIMARY KEY, phone BLOB CHECK (length(phone) >= 29)) STRICT`); err != nil {
		t.Fatal(err)
	}
	d, _ := mustDataKey(t, mustKeys(t, 1))
	s, _ := d.Seal("person.phone", "13812345678")
	if _, err := db.Exec(`INSERT INTO person VALUES (1, ?), (2, ?)`, s, Sealed(nil)); err != nil {
		t.Fatal(err)
	}
	var got, none Sealed
	if err := db.QueryRow(`SELECT a.phone, b.phone FROM person a, person b WHERE a.id = 1 AND b.id = 2 AND b.phone IS NULL`).Scan(&got, &none); err != nil {
		t.Fatal(err)
	}
	if plain, err := d.Open("person.phone", got); plain != "13812345678" || err != nil || none != nil {
		t.Errorf("read back %q, %v, %d bytes for NULL", plain, err, len(none))
	}
	if _, err := db.Exec(`UPDATE person SET phone = ?`, Sealed("13812345678")); err == nil {
		t.Error("a converted plain text is stored")
	}
	if _, err := Sealed("13812345678").Value(); err == nil {
		t.Error("a converted plain text gets as far as the database")
	}
	db.Close()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(file, []byte("13812345678")) || !bytes.Contains(file, s) {
		t.Error("the file holds the plain text, or not the sealed one")
	}
}

func TestSealedScan(t *testing.T) {
	var s Sealed
	for name, v := range map[string]any{"text": "13812345678", "short": []byte("13812345678"), "number": int64(1)} {
		if err := s.Scan(v); err == nil {
			t.Errorf("%s is taken for sealed", name)
		}
	}
	driverBuffer := bytes.Repeat([]byte{1}, 40)
	if err := s.Scan(driverBuffer); err != nil {
		t.Fatal(err)
	}
	driverBuffer[0] = 2
	if s[0] != 1 {
		t.Error("the scanned value shares the driver's buffer")
	}
	if err := s.Scan(nil); err != nil || s != nil {
		t.Errorf("NULL: %v", err)
	}
}
