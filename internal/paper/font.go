package paper

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/golang/freetype/truetype"
	"golang.org/x/image/math/fixed"
)

// Fonts is a chain of fonts, read when the first document is written. It is safe for concurrent use.
type Fonts struct {
	path  string
	once  sync.Once
	faces []*face
	err   error
}

// Standard is the fonts of the system and the one built in.
var Standard = &Fonts{}

// NewFonts returns a chain that begins with the TrueType font or collection in the file at path; with "" it is like
// Standard. It fails when the file cannot be read or holds no TrueType outlines.
func NewFonts(path string) (*Fonts, error) {
	f := &Fonts{path: path}
	if path == "" {
		return f, nil
	}
	if _, err := f.load(); err != nil {
		return nil, err
	}
	return f, nil
}

// system is where Debian and others keep TrueType fonts with Chinese. Noto CJK is not among them: its outlines are CFF,
// which the PDF writer cannot read.
var system = []string{
	"/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
	"/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
	"/usr/share/fonts/wenquanyi/wqy-microhei/wqy-microhei.ttc",
	"/usr/share/fonts/truetype/arphic/uming.ttc",
}

func (f *Fonts) load() ([]*face, error) {
	f.once.Do(func() { f.faces, f.err = loadFaces(f.path) })
	return f.faces, f.err
}

func loadFaces(path string) ([]*face, error) {
	var faces []*face
	if path != "" {
		c, err := readFace(path)
		if err != nil {
			return nil, fmt.Errorf("font %s: %w", path, err)
		}
		faces = append(faces, c)
	}
	for _, p := range system {
		if c, err := readFace(p); err == nil {
			faces = append(faces, c)
		}
	}
	c, err := builtin()
	if err != nil {
		return nil, fmt.Errorf("built-in font: %w", err)
	}
	return append(faces, c), nil
}

// face is a font that the PDF writer can embed.
type face struct {
	name string
	ttf  []byte
	font *truetype.Font
	unit float64

	mu     sync.RWMutex
	widths map[rune]float64 // in ems; -1 where there is no glyph
}

func readFace(path string) (*face, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if data, err = single(data); err != nil {
		return nil, err
	}
	return newFace(filepath.Base(path), data)
}

func newFace(name string, ttf []byte) (*face, error) {
	f, err := truetype.Parse(ttf)
	if err != nil {
		return nil, err
	}
	return &face{name: name, ttf: ttf, font: f, unit: float64(f.FUnitsPerEm()), widths: map[rune]float64{}}, nil
}

func (f *face) has(r rune) bool { return f.look(r) >= 0 }

// width is the advance of r in ems.
func (f *face) width(r rune) float64 { return max(f.look(r), 0) }

func (f *face) look(r rune) float64 {
	f.mu.RLock()
	w, ok := f.widths[r]
	f.mu.RUnlock()
	if ok {
		return w
	}
	w = -1
	if i := f.font.Index(r); i != 0 {
		// Asked at a scale of one unit per em, the metrics come unrounded.
		w = float64(f.font.HMetric(fixed.Int26_6(f.font.FUnitsPerEm()), i).AdvanceWidth) / f.unit
	}
	f.mu.Lock()
	f.widths[r] = w
	f.mu.Unlock()
	return w
}
