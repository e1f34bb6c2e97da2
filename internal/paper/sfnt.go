package paper

import (
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/mojocn/base64Captcha"
)

// A TrueType file is a head of 12 bytes, one record of 16 bytes a table (tag, checksum, offset, length), and the tables.
const (
	headLen   = 12
	recordLen = 16
)

var errNotTrueType = errors.New("no TrueType outlines")

// single returns a file with one font: data itself, or the first font of a collection (TTC).
func single(data []byte) ([]byte, error) {
	if len(data) < headLen {
		return nil, errNotTrueType
	}
	at := uint32(0)
	if string(data[:4]) == "ttcf" {
		if len(data) < headLen+4 {
			return nil, errNotTrueType
		}
		at = binary.BigEndian.Uint32(data[headLen:])
	}
	tables, err := directory(data, at)
	if err != nil {
		return nil, err
	}
	if tables["glyf"] == nil {
		return nil, errNotTrueType
	}
	if at == 0 {
		return data, nil
	}
	return assemble(tables), nil
}

func directory(data []byte, at uint32) (map[string][]byte, error) {
	if uint64(at)+headLen > uint64(len(data)) {
		return nil, errNotTrueType
	}
	n := int(binary.BigEndian.Uint16(data[at+4:]))
	tables := map[string][]byte{}
	for i := range n {
		o := uint64(at) + headLen + uint64(i)*recordLen
		if o+recordLen > uint64(len(data)) {
			return nil, errNotTrueType
		}
		from, size := uint64(binary.BigEndian.Uint32(data[o+8:])), uint64(binary.BigEndian.Uint32(data[o+12:]))
		if from+size > uint64(len(data)) {
			return nil, fmt.Errorf("table %q lies outside the file", data[o:o+4])
		}
		tables[string(data[o:o+4])] = data[from : from+size]
	}
	return tables, nil
}

// assemble writes tables as a file of one font.
func assemble(tables map[string][]byte) []byte {
	var tags []string
	for tag, t := range tables {
		if len(t) > 0 {
			tags = append(tags, tag)
		}
	}
	slices.Sort(tags)
	n, power, log := len(tags), 1, 0
	for power*2 <= n {
		power, log = power*2, log+1
	}
	out := []byte{0, 1, 0, 0}
	for _, v := range []int{n, power * 16, log, (n - power) * 16} {
		out = binary.BigEndian.AppendUint16(out, uint16(v))
	}
	at := headLen + n*recordLen
	for _, tag := range tags {
		t := tables[tag]
		out = append(out, tag...)
		out = binary.BigEndian.AppendUint32(out, checksum(t))
		out = binary.BigEndian.AppendUint32(out, uint32(at))
		out = binary.BigEndian.AppendUint32(out, uint32(len(t)))
		at += (len(t) + 3) &^ 3
	}
	for _, tag := range tags {
		out = append(out, tables[tag]...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	return out
}

func checksum(t []byte) uint32 {
	var sum uint32
	for ; len(t) >= 4; t = t[4:] {
		sum += binary.BigEndian.Uint32(t)
	}
	if len(t) > 0 {
		last := [4]byte{}
		copy(last[:], t)
		sum += binary.BigEndian.Uint32(last[:])
	}
	return sum
}

// parsed are the tables that the parsed font keeps, by the name of its field.
var parsed = map[string]string{
	"cmap": "cmap", "cvt": "cvt ", "fpgm": "fpgm", "glyf": "glyf", "head": "head", "hhea": "hhea", "hmtx": "hmtx", "loca": "loca",
	"maxp": "maxp", "name": "name", "os2": "OS/2", "prep": "prep",
}

// builtin is WenQuanYi Micro Hei, which the captcha's module carries in the binary and gives out only as a parsed font;
// its tables are read from there by reflection and put together again. It has all of GB 2312 and nearly all of
// U+4E00-9FFF, in one weight.
var builtin = sync.OnceValues(func() (f *face, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("read the font: %v", p) // the module panics for a font that it lost
		}
	}()
	v := reflect.ValueOf(base64Captcha.DefaultEmbeddedFonts.LoadFontByName("fonts/wqy-microhei.ttc")).Elem()
	tables := map[string][]byte{"post": noNames}
	for field, tag := range parsed {
		b := v.FieldByName(field)
		if !b.IsValid() || b.Kind() != reflect.Slice {
			return nil, fmt.Errorf("the parsed font has no table %s", tag)
		}
		tables[tag] = b.Bytes()
	}
	return newFace("wqy-microhei (built in)", assemble(tables))
})

// noNames is a table "post" of format 3, which has no names of glyphs: the parsed font drops that table.
var noNames = append([]byte{0, 3, 0, 0}, make([]byte, 28)...)
