package bare

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
)

// jpeg keeps the segments that make the picture: tables, frames, scans, and Adobe's word on colours. Exif, GPS, XMP, IPTC,
// comments, embedded thumbnails and colour profiles go (a screen's profile holds the serial number of the screen), and so
// does what follows the picture: the film of a live photo, or another file hidden there.
func jpeg(w *bufio.Writer, r *bufio.Reader) error {
	var m [2]byte
	if _, err := io.ReadFull(r, m[:]); err != nil || m != [2]byte{0xFF, 0xD8} {
		return fmt.Errorf("no JPEG: %w", ErrKept)
	}
	w.Write(m[:])
	turned := false
	for marker := byte(0); ; {
		if marker == 0 { // else the one that ended a scan
			var err error
			if marker, err = nextMarker(r); err != nil {
				return err
			}
		}
		this := marker
		marker = 0
		if this == 0xD9 {
			_, err := w.Write([]byte{0xFF, 0xD9})
			return err
		}
		var n [2]byte
		if _, err := io.ReadFull(r, n[:]); err != nil {
			return damaged(err)
		}
		size := int(binary.BigEndian.Uint16(n[:]))
		if size < 2 {
			return fmt.Errorf("segment of %d bytes: %w", size, ErrKept)
		}
		body := make([]byte, size-2)
		if _, err := io.ReadFull(r, body); err != nil {
			return damaged(err)
		}
		if this == 0xE1 && !turned && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			turned = true
			if o := orientation(body[6:]); o != upright {
				segment(w, 0xE1, append([]byte("Exif\x00\x00"), tiffOf(o)...))
			}
			continue
		}
		if body = kept(this, body); body == nil {
			continue
		}
		segment(w, this, body)
		if this == 0xDA {
			var err error
			if marker, err = scan(w, r); err != nil {
				return err
			}
		}
	}
}

// kept is what remains of a segment; nil: nothing.
func kept(marker byte, body []byte) []byte {
	switch {
	case marker == 0xE0 && bytes.HasPrefix(body, []byte("JFIF\x00")) && len(body) >= 14:
		return append(bytes.Clone(body[:12]), 0, 0) // without its thumbnail
	case marker == 0xEE && bytes.HasPrefix(body, []byte("Adobe")) && len(body) >= 12:
		return body[:12]
	case marker >= 0xC0 && marker <= 0xCF, marker >= 0xDA && marker <= 0xDD:
		return body
	}
	return nil
}

// nextMarker reads FF, any number of fill bytes, and the marker.
func nextMarker(r *bufio.Reader) (byte, error) {
	b, err := r.ReadByte()
	if err != nil {
		return 0, damaged(err)
	}
	if b != 0xFF {
		return 0, fmt.Errorf("no marker: %w", ErrKept)
	}
	for b == 0xFF {
		if b, err = r.ReadByte(); err != nil {
			return 0, damaged(err)
		}
	}
	return b, nil
}

func segment(w *bufio.Writer, marker byte, body []byte) {
	w.Write(binary.BigEndian.AppendUint16([]byte{0xFF, marker}, uint16(len(body)+2)))
	w.Write(body)
}

// scan copies the coded picture, and reads the next marker that is not part of it.
func scan(w *bufio.Writer, r *bufio.Reader) (byte, error) {
	for {
		part, err := r.ReadSlice(0xFF)
		if err == bufio.ErrBufferFull {
			w.Write(part)
			continue
		}
		if err != nil {
			return 0, damaged(err)
		}
		w.Write(part[:len(part)-1])
		c := byte(0xFF)
		for c == 0xFF { // fill
			if c, err = r.ReadByte(); err != nil {
				return 0, damaged(err)
			}
		}
		if c != 0 && (c < 0xD0 || c > 0xD7) {
			return c, nil
		}
		w.Write([]byte{0xFF, c})
	}
}

// shown are the chunks of a PNG that make the picture.
var shown = map[string]bool{"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true, "gAMA": true, "cHRM": true, "sRGB": true,
	"sBIT": true, "bKGD": true, "pHYs": true, "acTL": true, "fcTL": true, "fdAT": true}

const maxExif = 1 << 20

func png(w *bufio.Writer, r *bufio.Reader) error {
	head := make([]byte, 8)
	if _, err := io.ReadFull(r, head); err != nil || string(head) != "\x89PNG\r\n\x1a\n" {
		return fmt.Errorf("no PNG: %w", ErrKept)
	}
	w.Write(head)
	for {
		if _, err := io.ReadFull(r, head); err != nil {
			return damaged(err)
		}
		size, kind := int64(binary.BigEndian.Uint32(head)), string(head[4:])
		switch {
		case shown[kind]:
			w.Write(head)
			if _, err := io.CopyN(w, r, size+4); err != nil {
				return damaged(err)
			}
			if kind == "IEND" {
				return nil // what follows is no picture
			}
		case kind == "eXIf" && size <= maxExif:
			body := make([]byte, size+4)
			if _, err := io.ReadFull(r, body); err != nil {
				return damaged(err)
			}
			if o := orientation(body[:size]); o != upright {
				chunk(w, "eXIf", tiffOf(o))
			}
		default:
			if _, err := io.CopyN(io.Discard, r, size+4); err != nil {
				return damaged(err)
			}
		}
	}
}

func chunk(w *bufio.Writer, kind string, body []byte) {
	w.Write(binary.BigEndian.AppendUint32(nil, uint32(len(body))))
	named := append([]byte(kind), body...)
	w.Write(named)
	w.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(named)))
}

// Orientation is how a picture must be turned to be upright, as its Exif data says: 1 to 8, 1 for upright, also where
// nothing is said.
func Orientation(picture []byte) int {
	var out bytes.Buffer
	w := bufio.NewWriter(&out)
	r := bufio.NewReader(bytes.NewReader(picture))
	err := fmt.Errorf("no picture: %w", ErrKept)
	switch {
	case bytes.HasPrefix(picture, []byte{0xFF, 0xD8}):
		err = jpeg(w, r)
	case bytes.HasPrefix(picture, []byte("RIFF")):
		err = webp(w, r)
	}
	// What Strip leaves of the Exif data is the orientation, at a known place.
	if err != nil || w.Flush() != nil {
		return upright
	}
	i := bytes.Index(out.Bytes(), tiffOf(0)[:18])
	if i < 0 || i+20 > out.Len() {
		return upright
	}
	return int(binary.BigEndian.Uint16(out.Bytes()[i+18:]))
}
