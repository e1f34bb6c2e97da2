package contactlog

import (
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf16"
)

// cfbMagic begins a compound file, the container of old Office documents.
var cfbMagic = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

// An old workbook has 65,536 rows at most; what is larger holds something else.
const maxCompound = 96 << 20

// Sector numbers of this value and above mean something other than a sector.
const cfbEnd = 0xfffffffa

// compound reads the streams of a compound file.
type compound struct {
	r       io.ReaderAt
	size    int64
	sector  int64
	fat     []uint32
	minifat []uint32
	cutoff  uint32
}

func openCompound(r io.ReaderAt, size int64) (*compound, []byte, error) {
	if size > maxCompound {
		return nil, nil, refuse("too_large", maxCompound>>20)
	}
	var h [512]byte
	if _, err := r.ReadAt(h[:], 0); err != nil {
		return nil, nil, refuse("damaged")
	}
	shift := binary.LittleEndian.Uint16(h[30:])
	if shift != 9 && shift != 12 {
		return nil, nil, refuse("damaged")
	}
	c := &compound{r: r, size: size, sector: 1 << shift, cutoff: binary.LittleEndian.Uint32(h[56:])}
	if err := c.readFAT(h[:]); err != nil {
		return nil, nil, err
	}
	dir, err := c.chain(binary.LittleEndian.Uint32(h[48:]))
	if err != nil {
		return nil, nil, err
	}
	names, err := c.readAll(dir)
	if err != nil {
		return nil, nil, err
	}
	mini, err := c.chain(binary.LittleEndian.Uint32(h[60:]))
	if err != nil {
		return nil, nil, err
	}
	raw, err := c.readAll(mini)
	if err != nil {
		return nil, nil, err
	}
	c.minifat = words(raw)
	return c, names, nil
}

func words(b []byte) []uint32 {
	out := make([]uint32, len(b)/4)
	for i := range out {
		out[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return out
}

func (c *compound) readFAT(h []byte) error {
	sectors := words(h[76:512])
	next := binary.LittleEndian.Uint32(h[68:])
	limit := int(c.size/c.sector) + 1
	for next < cfbEnd {
		if len(sectors) > limit {
			return refuse("damaged")
		}
		b, err := c.readAll([]uint32{next})
		if err != nil {
			return err
		}
		w := words(b)
		sectors, next = append(sectors, w[:len(w)-1]...), w[len(w)-1]
	}
	for _, s := range sectors {
		if s >= cfbEnd {
			continue
		}
		if len(c.fat) > limit+int(c.sector) {
			return refuse("damaged")
		}
		b, err := c.readAll([]uint32{s})
		if err != nil {
			return err
		}
		c.fat = append(c.fat, words(b)...)
	}
	return nil
}

// chain follows the sectors of a stream; a loop is longer than the file.
func (c *compound) chain(first uint32) ([]uint32, error) { return follow(c.fat, first) }

func follow(fat []uint32, first uint32) ([]uint32, error) {
	var out []uint32
	for s := first; s < cfbEnd; s = fat[s] {
		if int(s) >= len(fat) || len(out) > len(fat) {
			return nil, refuse("damaged")
		}
		out = append(out, s)
	}
	return out, nil
}

func (c *compound) readAll(sectors []uint32) ([]byte, error) {
	out := make([]byte, int64(len(sectors))*c.sector)
	for i, s := range sectors {
		at := (int64(s) + 1) * c.sector
		if at >= c.size {
			return nil, refuse("damaged")
		}
		// The last sector of a file may be cut short.
		n := min(c.sector, c.size-at)
		if _, err := c.r.ReadAt(out[int64(i)*c.sector:int64(i)*c.sector+n], at); err != nil {
			return nil, refuse("damaged")
		}
	}
	return out, nil
}

// stream finds the first of the named streams.
func (c *compound) stream(dir []byte, names ...string) ([]byte, error) {
	var root []byte
	for e := dir; len(e) >= 128; e = e[128:] {
		if e[66] == 5 && root == nil {
			root = e[:128]
		}
	}
	for _, want := range names {
		for e := dir; len(e) >= 128; e = e[128:] {
			if e[66] == 2 && bytes.Equal(entryName(e), []byte(want)) {
				return c.content(e, root)
			}
		}
	}
	return nil, refuse("other_office")
}

func entryName(e []byte) []byte {
	n := int(binary.LittleEndian.Uint16(e[64:]))
	if n < 2 || n > 64 {
		return nil
	}
	u := make([]uint16, n/2-1)
	for i := range u {
		u[i] = binary.LittleEndian.Uint16(e[2*i:])
	}
	return []byte(string(utf16.Decode(u)))
}

func (c *compound) content(e, root []byte) ([]byte, error) {
	first, size := binary.LittleEndian.Uint32(e[116:]), int64(binary.LittleEndian.Uint32(e[120:]))
	if size >= int64(c.cutoff) {
		chain, err := c.chain(first)
		if err != nil {
			return nil, err
		}
		b, err := c.readAll(chain)
		if err != nil || int64(len(b)) < size {
			return nil, refuse("damaged")
		}
		return b[:size], nil
	}
	if root == nil {
		return nil, refuse("damaged")
	}
	holders, err := c.chain(binary.LittleEndian.Uint32(root[116:]))
	if err != nil {
		return nil, err
	}
	holder, err := c.readAll(holders)
	if err != nil {
		return nil, err
	}
	chain, err := follow(c.minifat, first)
	if err != nil {
		return nil, err
	}
	var out []byte
	for _, s := range chain {
		at := int64(s) * 64
		if at+64 > int64(len(holder)) {
			return nil, refuse("damaged")
		}
		out = append(out, holder[at:at+64]...)
	}
	if int64(len(out)) < size {
		return nil, refuse("damaged")
	}
	return out[:size], nil
}
