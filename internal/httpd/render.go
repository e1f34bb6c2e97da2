package httpd

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
	"text/template/parse"
	"time"

	"dunwatch/internal/locale"
)

// renderer holds every page, parsed once for each language. It is safe for
// concurrent use.
type renderer struct {
	fsys    fs.FS
	catalog *locale.Catalog
	zone    *time.Location
	assets  *assets
	dev     bool

	mu    sync.RWMutex
	pages map[locale.Lang]map[string]*template.Template
}

// newRenderer parses templates/ of fsys. It fails when any page does not parse,
// names a partial or a message that does not exist, passes an argument that the
// partial does not know, or cannot be escaped. zone is the regulator's, for
// times of day. With dev set every render parses anew, so that templates can be
// edited while the program runs.
func newRenderer(fsys fs.FS, catalog *locale.Catalog, zone *time.Location, dev bool) (*renderer, error) {
	a, err := newAssets(fsys)
	if err != nil {
		return nil, fmt.Errorf("read static files: %w", err)
	}
	r := &renderer{fsys: fsys, catalog: catalog, zone: zone, assets: a, dev: dev}
	return r, r.load()
}

// render writes the page name ("casework/queue") in lang. Nothing is written
// when the page fails: the page is built in memory first, so that a failure can
// still become a clean error page.
func (r *renderer) render(w io.Writer, lang locale.Lang, name string, data any) error {
	if r.dev {
		if err := r.load(); err != nil {
			return err
		}
	}
	r.mu.RLock()
	page := r.pages[lang][name]
	r.mu.RUnlock()
	if page == nil {
		return fmt.Errorf("render %s: no such page in %q", name, lang)
	}
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	if err := page.Execute(buf, data); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	_, err := buf.WriteTo(w)
	return err
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func (r *renderer) load() error {
	shared, pages, err := templateFiles(r.fsys)
	if err != nil {
		return err
	}
	sets := make(map[locale.Lang]map[string]*template.Template)
	for _, lang := range locale.Langs {
		l := loader{funcs: r.funcs(lang), catalog: r.catalog, lang: lang, shared: make(map[string]*parse.Tree)}
		if sets[lang], err = l.load(shared, pages); err != nil {
			return err
		}
	}
	r.mu.Lock()
	r.pages = sets
	r.mu.Unlock()
	return nil
}

// templateFiles reads all templates. Shared ones are layouts/x.html (template
// "layout-x"), components/x.html ("x") and <folder>/_x.html ("<folder>/x");
// every other file is a page, named by its path without .html.
func templateFiles(fsys fs.FS) (shared, pages map[string]string, err error) {
	shared, pages = make(map[string]string), make(map[string]string)
	err = fs.WalkDir(fsys, "templates", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(file) != ".html" {
			return err
		}
		text, err := fs.ReadFile(fsys, file)
		if err != nil {
			return err
		}
		dir, base := path.Split(strings.TrimSuffix(strings.TrimPrefix(file, "templates/"), ".html"))
		name, isShared := dir+base, true
		switch {
		case dir == "layouts/":
			name = "layout-" + base
		case dir == "components/":
			name = base
		case strings.HasPrefix(base, "_"):
			name = dir + base[1:]
		default:
			isShared = false
		}
		if !isShared {
			pages[name] = string(text)
			return nil
		}
		if _, twice := shared[name]; twice {
			return fmt.Errorf("%s: template %q is defined twice", file, name)
		}
		shared[name] = string(text)
		return nil
	})
	return shared, pages, err
}

// loader builds the pages of one language.
type loader struct {
	funcs   template.FuncMap
	catalog *locale.Catalog
	lang    locale.Lang
	shared  map[string]*parse.Tree
}

func (l *loader) load(shared, pages map[string]string) (map[string]*template.Template, error) {
	for name, text := range shared {
		trees, err := l.parse(name, text)
		if err != nil {
			return nil, err
		}
		for defined, tree := range trees {
			if _, twice := l.shared[defined]; twice {
				return nil, fmt.Errorf("%s: template %q is defined twice", name, defined)
			}
			l.shared[defined] = tree
		}
	}
	built := make(map[string]*template.Template, len(pages))
	var errs []error
	for name, text := range pages {
		page, err := l.page(name, text)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		built[name] = page
	}
	return built, errors.Join(errs...)
}

func (l *loader) parse(name, text string) (map[string]*parse.Tree, error) {
	return parse.Parse(name, text, "", "", l.funcs, builtins)
}

// page gathers the trees that a page reaches, and those only: a page carries a
// dozen partials instead of all, which keeps the start quick.
func (l *loader) page(name, text string) (*template.Template, error) {
	trees, err := l.parse(name, text)
	if err != nil {
		return nil, err
	}
	set := template.New(name).Funcs(l.funcs)
	lookup := func(name string) *parse.Tree {
		if tree := trees[name]; tree != nil {
			return tree
		}
		return l.shared[name]
	}
	seen := map[string]bool{name: true}
	for queue := []string{name}; len(queue) > 0; queue = queue[1:] {
		tree := lookup(queue[0])
		// Escaping rewrites trees in place, so each page needs its own copy.
		if _, err := set.AddParseTree(queue[0], tree.Copy()); err != nil {
			return nil, fmt.Errorf("page %s: %w", name, err)
		}
		calls, err := l.inspect(tree, lookup)
		if err != nil {
			return nil, fmt.Errorf("page %s: template %s: %w", name, queue[0], err)
		}
		for _, call := range calls {
			if !seen[call] {
				seen[call] = true
				queue = append(queue, call)
			}
		}
	}
	// A first run without data makes html/template escape the page now, so that
	// a tag left open stops the start. The data it lacks is another error, and
	// not looked at.
	page := set.Lookup(name)
	var bad *template.Error
	if err := page.Execute(io.Discard, nil); errors.As(err, &bad) {
		return nil, fmt.Errorf("page %s: %w", name, bad)
	}
	return page, nil
}
