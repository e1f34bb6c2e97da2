package bare

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// Films and sound of phones are boxes in boxes (ISO 14496-12). Positions in the file are part of its index, so boxes are
// not taken out but blanked in their place: renamed "free", which players skip, and filled with zeros.

// maxIndex is the largest index of a film that is held whole, in bytes: hours of it.
const maxIndex = 16 << 20

// sampled are the kinds of tracks that hold positions among the film itself, where they cannot be blanked.
var sampled = []string{"camm", "gpmd"}

// boxes goes through a film's outermost boxes.
func boxes(w *bufio.Writer, r *bufio.Reader) error {
	for first := true; ; first = false {
		head := make([]byte, 8)
		if _, err := io.ReadFull(r, head); err == io.EOF && !first {
			return nil
		} else if err != nil {
			return damaged(err)
		}
		size, kind := int64(binary.BigEndian.Uint32(head)), string(head[4:])
		if first && kind != "ftyp" && kind != "moov" && kind != "mdat" && kind != "wide" && kind != "free" {
			return fmt.Errorf("no film: %w", ErrKept)
		}
		if size == 0 { // to the end of the file
			if kind != "mdat" {
				return fmt.Errorf("%s without an end: %w", kind, ErrKept)
			}
			w.Write(head)
			_, err := io.Copy(w, r)
			return err
		}
		if size == 1 {
			long := make([]byte, 8)
			if _, err := io.ReadFull(r, long); err != nil {
				return damaged(err)
			}
			head = append(head, long...)
			size = int64(binary.BigEndian.Uint64(long))
		}
		size -= int64(len(head))
		if size < 0 {
			return fmt.Errorf("%s too short: %w", kind, ErrKept)
		}
		if err := box(w, r, head, kind, size); err != nil {
			return damaged(err)
		}
	}
}

func box(w *bufio.Writer, r *bufio.Reader, head []byte, kind string, size int64) error {
	switch kind {
	case "ftyp", "mdat", "moof", "mfra", "sidx", "styp", "wide":
		w.Write(head)
		_, err := io.CopyN(w, r, size)
		return err
	case "moov":
		if size > maxIndex {
			return fmt.Errorf("index of %d bytes: %w", size, ErrKept)
		}
		index := make([]byte, size)
		if _, err := io.ReadFull(r, index); err != nil {
			return err
		}
		if err := tidy(index, 0); err != nil {
			return err
		}
		w.Write(head)
		w.Write(index)
		return nil
	}
	copy(head[4:], "free")
	w.Write(head)
	return blank(w, r, size)
}

// nested are the boxes of the index that hold others.
var nested = []string{"trak", "mdia", "minf", "stbl", "edts", "dinf"}

// tidy blanks what an index says of people, places and times.
func tidy(b []byte, depth int) error {
	for len(b) > 0 {
		if len(b) < 8 || depth > 8 {
			return fmt.Errorf("index is odd: %w", ErrKept)
		}
		size, kind := int(binary.BigEndian.Uint32(b)), string(b[4:8])
		if size < 8 || size > len(b) {
			if size == 0 && bytes.Trim(b, "\x00") == nil {
				return nil // QuickTime ends some lists with zeros
			}
			return fmt.Errorf("%q in the index is odd: %w", kind, ErrKept)
		}
		body := b[8:size]
		switch {
		case slices.Contains(nested, kind):
			if err := tidy(body, depth+1); err != nil {
				return err
			}
		case kind == "udta" || kind == "meta" || kind == "uuid" || kind == "free" || kind == "skip":
			copy(b[4:], "free")
			clear(body)
		case kind == "mvhd" || kind == "tkhd" || kind == "mdhd":
			undate(body)
		case kind == "hdlr" && len(body) > 24:
			name(body[24:])
		case kind == "stsd" && len(body) >= 16 && slices.Contains(sampled, string(body[12:16])):
			return fmt.Errorf("positions among the film: %w", ErrKept)
		}
		b = b[size:]
	}
	return nil
}

// undate clears when something was made and changed.
func undate(body []byte) {
	n := 8
	if len(body) > 0 && body[0] == 1 {
		n = 16
	}
	if len(body) >= 4+n {
		clear(body[4 : 4+n])
	}
}

// name clears the name that the recording program gave a track.
func name(b []byte) {
	if len(b) > 0 && int(b[0]) == len(b)-1 {
		clear(b[1:]) // counted, as QuickTime has it
		for i := range b[1:] {
			b[1+i] = ' '
		}
		return
	}
	clear(b)
}
