package evidence

import (
	"context"
	"io"

	"dunwatch/internal/seal"
)

// opened is a file being read: decrypted on the way, closed with its blob.
type opened struct {
	name  string
	key   *seal.DataKey
	plain io.Reader
	blob  io.Closer
}

func (o *opened) open(ctx context.Context, blobs Blobs) error {
	blob, err := blobs.Open(ctx, o.name)
	if err != nil {
		return err
	}
	if o.plain, err = o.key.DecryptFrom(blob); err != nil {
		blob.Close()
		return err
	}
	o.blob = blob
	return nil
}

// Read gives plain bytes.
func (o *opened) Read(p []byte) (int, error) { return o.plain.Read(p) }

// Close closes the blob.
func (o *opened) Close() error { return o.blob.Close() }
