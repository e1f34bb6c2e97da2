package seal

import (
	"fmt"
	"io"

	"filippo.io/age"
)

// stanzaType names our way of wrapping age's file key in the header of a blob.
const stanzaType = "dunwatch"

const blobAAD = "dunwatch evidence blob"

// fileKeySize is fixed by the age format, in bytes.
const fileKeySize = 16

// EncryptTo returns a writer that encrypts to w in the age format
// (age-encryption.org/v1), in chunks of 64 KiB, so that memory stays flat
// whatever the size. The blob is complete only after Close has returned nil;
// Close does not close w. A blob is about 200 bytes longer than the file, and
// 16 bytes more per chunk.
func (d *DataKey) EncryptTo(w io.Writer) (io.WriteCloser, error) {
	out, err := age.Encrypt(w, blobLock{d})
	if err != nil {
		return nil, fmt.Errorf("encrypt blob: %w", err)
	}
	return out, nil
}

// DecryptFrom returns a reader of the file that EncryptTo encrypted. It fails at
// once when the header is damaged or belongs to another key. A blob that was
// altered or cut later fails while reading: each chunk is checked before it is
// given out, but only io.EOF says that the file is whole, so callers must not
// act on a file before they have seen it.
func (d *DataKey) DecryptFrom(r io.Reader) (io.Reader, error) {
	in, err := age.Decrypt(r, blobLock{d})
	if err != nil {
		return nil, fmt.Errorf("decrypt blob: %w: %w", ErrAltered, err)
	}
	return alteredReader{in}, nil
}

// alteredReader lets callers tell a damaged blob from a failing disk no further
// than age does: every failure of reading is ErrAltered, and wraps its cause.
type alteredReader struct{ r io.Reader }

func (a alteredReader) Read(p []byte) (int, error) {
	n, err := a.r.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("decrypt blob: %w: %w", ErrAltered, err)
	}
	return n, err
}

// blobLock wraps age's file key with a data key, as recipient and as identity.
// Destroying the data key so destroys the blob, wherever copies of it lie.
type blobLock struct{ d *DataKey }

// Wrap implements age.Recipient.
func (l blobLock) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	body := l.d.blob.Seal(nil, nil, fileKey, []byte(blobAAD))
	return []*age.Stanza{{Type: stanzaType, Body: body}}, nil
}

// Unwrap implements age.Identity.
func (l blobLock) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, s := range stanzas {
		if s.Type != stanzaType {
			continue
		}
		fileKey, err := l.d.blob.Open(nil, nil, s.Body, []byte(blobAAD))
		if err == nil && len(fileKey) == fileKeySize {
			return fileKey, nil
		}
	}
	return nil, age.ErrIncorrectIdentity
}
