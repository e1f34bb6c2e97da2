package evidence

import (
	"errors"
	"hash"
	"io"
)

// measure counts and hashes what passes, and stops what is too much.
type measure struct {
	r    io.Reader
	left int64 // bytes still allowed
	n    int64
	hash hash.Hash
	over bool
}

var errOver = errors.New("larger than allowed")

func (m *measure) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.hash.Write(p[:n])
	m.n += int64(n)
	if m.n > m.left {
		m.over = true
		return 0, errOver
	}
	return n, err
}
