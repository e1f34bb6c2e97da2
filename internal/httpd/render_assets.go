package httpd

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

// assets serves static/. Each file has an address that carries the hash of its
// content, so that browsers may keep it for ever and still see every change.
type assets struct {
	urls  map[string]string // file name -> address
	files map[string]asset  // path below /static/ -> content
}

type asset struct {
	name    string
	content []byte
	hashed  bool
}

func newAssets(fsys fs.FS) (*assets, error) {
	a := &assets{urls: make(map[string]string), files: make(map[string]asset)}
	return a, fs.WalkDir(fsys, "static", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(fsys, file)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		name := strings.TrimPrefix(file, "static/")
		ext := path.Ext(name)
		hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
		a.urls[name] = "/static/" + hashed
		a.files[hashed] = asset{name: name, content: content, hashed: true}
		a.files[name] = asset{name: name, content: content}
		return nil
	})
}

// url is the address of the static file name; an unknown file keeps its plain
// address, and a test of the pages finds it.
func (a *assets) url(name string) string {
	if u, ok := a.urls[name]; ok {
		return u
	}
	return "/static/" + name
}

// ServeHTTP answers below /static/.
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := a.files[strings.TrimPrefix(r.URL.Path, "/static/")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if f.hashed {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		w.Header().Set("Cache-Control", "public, max-age=300")
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, f.name, time.Time{}, bytes.NewReader(f.content))
}
