package bare

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// The file says at its head how long it is, so chunks are not taken out but blanked in their place: renamed JUNK, which
// readers skip, and filled with zeros.

// What a WebP picture and a WAV recording are made of.
var (
	webpChunks = map[string]bool{"VP8 ": true, "VP8L": true, "VP8X": true, "ALPH": true, "ANIM": true, "ANMF": true}
	wavChunks  = map[string]bool{"fmt ": true, "data": true, "fact": true}
)

func webp(w *bufio.Writer, r *bufio.Reader) error { return riff(w, r, "WEBP", webpChunks) }

func wav(w *bufio.Writer, r *bufio.Reader) error { return riff(w, r, "WAVE", wavChunks) }

func riff(w *bufio.Writer, r *bufio.Reader, form string, keep map[string]bool) error {
	head := make([]byte, 12)
	if _, err := io.ReadFull(r, head); err != nil || string(head[:4]) != "RIFF" || string(head[8:]) != form {
		return fmt.Errorf("no %s: %w", form, ErrKept)
	}
	w.Write(head)
	left := int64(binary.LittleEndian.Uint32(head[4:])) - 4
	for left > 0 {
		h := make([]byte, 8)
		if _, err := io.ReadFull(r, h); err == io.EOF {
			return nil // recorders that were cut off promise more than they wrote
		} else if err != nil {
			return damaged(err)
		}
		kind, size := string(h[:4]), int64(binary.LittleEndian.Uint32(h[4:]))
		size += size & 1
		left -= 8 + size
		var err error
		switch {
		case kind == "VP8X" && size == 10:
			err = features(w, r, h)
		case kind == "EXIF" && form == "WEBP":
			err = turn(w, r, h, size)
		case keep[kind]:
			w.Write(h)
			if _, err = io.CopyN(w, r, size); err == io.EOF && kind == "data" {
				return nil
			}
		default:
			copy(h, "JUNK")
			w.Write(h)
			err = blank(w, r, size)
		}
		if err != nil {
			return damaged(err)
		}
	}
	return nil
}

// features clears the promise of a colour profile and XMP in a WebP head.
func features(w *bufio.Writer, r *bufio.Reader, h []byte) error {
	body := make([]byte, 10)
	if _, err := io.ReadFull(r, body); err != nil {
		return err
	}
	body[0] &^= 0x20 | 0x04
	w.Write(h)
	w.Write(body)
	return nil
}

// turn leaves of a WebP's Exif data how the picture must be turned.
func turn(w *bufio.Writer, r *bufio.Reader, h []byte, size int64) error {
	if size > maxExif || size < 26 {
		copy(h, "JUNK")
		w.Write(h)
		return blank(w, r, size)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(r, body); err != nil {
		return err
	}
	o := orientation(body)
	clear(body)
	copy(body, tiffOf(o))
	w.Write(h)
	w.Write(body)
	return nil
}

// blank writes zeros in the place of what it reads.
func blank(w io.Writer, r io.Reader, n int64) error {
	if _, err := io.CopyN(io.Discard, r, n); err != nil {
		return err
	}
	_, err := io.CopyN(w, zeros{}, n)
	return err
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
