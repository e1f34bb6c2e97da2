package bare

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// maxTail is the longest run of tags at the end of a sound that is recognised, in bytes.
const maxTail = 64 << 10

// tagged copies sound in frames (MP3, AAC) without the tags before it (ID3v2) and after it (ID3v1, APE).
func tagged(w *bufio.Writer, r *bufio.Reader) error {
	for {
		h, err := r.Peek(10)
		if err != nil || string(h[:3]) != "ID3" {
			break
		}
		n := 10 + int64(h[6]&0x7F)<<21 + int64(h[7]&0x7F)<<14 + int64(h[8]&0x7F)<<7 + int64(h[9]&0x7F)
		if h[5]&0x10 != 0 {
			n += 10 // a footer
		}
		if _, err := io.CopyN(io.Discard, r, n); err != nil {
			return damaged(err)
		}
	}
	if h, err := r.Peek(2); err != nil || h[0] != 0xFF || h[1]&0xE0 != 0xE0 {
		return fmt.Errorf("no frames of sound: %w", ErrKept)
	}
	// The last part is held back until it is known to be the last.
	tail := make([]byte, 0, 2*maxTail)
	for {
		n, err := io.ReadFull(r, tail[len(tail):min(len(tail)+maxTail, cap(tail))])
		tail = tail[:len(tail)+n]
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if err != nil {
			return err
		}
		if cut := len(tail) - maxTail; cut > 0 {
			w.Write(tail[:cut])
			tail = append(tail[:0], tail[cut:]...)
		}
	}
	tail, err := untag(tail)
	if err != nil {
		return err
	}
	_, err = w.Write(tail)
	return err
}

// untag cuts tags from the end of a sound.
func untag(b []byte) ([]byte, error) {
	for {
		n := len(b)
		switch {
		case n >= 128 && string(b[n-128:n-125]) == "TAG":
			b = b[:n-128]
		case n >= 32 && string(b[n-32:n-24]) == "APETAGEX":
			size := int(binary.LittleEndian.Uint32(b[n-20:]))
			if binary.LittleEndian.Uint32(b[n-12:])&(1<<31) != 0 {
				size += 32 // a header besides
			}
			if size < 32 || size > n {
				return nil, fmt.Errorf("tags of %d bytes: %w", size, ErrKept)
			}
			b = b[:n-size]
		case n >= 9 && bytes.Equal(b[n-9:], []byte("LYRICS200")):
			return nil, fmt.Errorf("lyrics at the end: %w", ErrKept)
		default:
			return b, nil
		}
	}
}
