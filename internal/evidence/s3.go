package evidence

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3 keeps blobs in a bucket of an S3-compatible store. What arrives there is sealed already; the store needs no trust but
// to keep it. It is safe for concurrent use, also by several programs.
type S3 struct {
	client         *minio.Client
	bucket, prefix string
}

// NewS3 reads an address of the form s3://bucket/prefix?endpoint=host:port&region=…&insecure=1. The keys come from the
// environment, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, so that they stand in no command line. It does not reach the
// store.
func NewS3(address string) (*S3, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.Query().Get("endpoint") == "" {
		return nil, fmt.Errorf("blobs want s3://bucket/prefix?endpoint=host:port, not %q", address)
	}
	id, secret := os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY")
	if id == "" || secret == "" {
		return nil, errors.New("blobs in S3 want AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment")
	}
	c, err := minio.New(u.Query().Get("endpoint"), &minio.Options{
		Creds: credentials.NewStaticV4(id, secret, os.Getenv("AWS_SESSION_TOKEN")), Secure: u.Query().Get("insecure") == "",
		Region: u.Query().Get("region"), BucketLookup: minio.BucketLookupPath,
	})
	if err != nil {
		return nil, fmt.Errorf("open S3: %w", err)
	}
	return &S3{c, u.Host, strings.Trim(u.Path, "/")}, nil
}

// tempFolder holds what is not complete: the name of a blob is known only when its last byte is.
const tempFolder = "new"

func (s *S3) place(name string) string { return path.Join(s.prefix, name[:2], name) }

// partSize bounds the memory of an upload, in bytes: S3 wants at least 5 MiB a part when the size is not known before.
const partSize = 5 << 20

// Put streams what r yields to a temporary object and has the store copy it under its own name: the store answers only once
// it keeps it.
func (s *S3) Put(ctx context.Context, r io.Reader) (string, int64, error) {
	temp := path.Join(s.prefix, tempFolder, rand.Text())
	h := sha256.New()
	// An object that is cut off is not kept: the upload is ended only after r is.
	n, err := s.client.PutObject(ctx, s.bucket, temp, io.TeeReader(r, h), -1, minio.PutObjectOptions{PartSize: partSize, ContentType: "application/octet-stream"})
	if err != nil {
		return "", 0, fmt.Errorf("store blob: %w", err)
	}
	name := hex.EncodeToString(h.Sum(nil))
	_, err = s.client.CopyObject(ctx, minio.CopyDestOptions{Bucket: s.bucket, Object: s.place(name)}, minio.CopySrcOptions{Bucket: s.bucket, Object: temp})
	if rerr := s.client.RemoveObject(context.WithoutCancel(ctx), s.bucket, temp, minio.RemoveObjectOptions{}); err == nil {
		err = rerr
	}
	if err != nil {
		return "", 0, fmt.Errorf("store blob: %w", err)
	}
	return name, n.Size, nil
}

// Open opens a blob. It fails with fs.ErrNotExist.
func (s *S3) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	if !proper(name) {
		return nil, fmt.Errorf("open blob %q: %w", name, fs.ErrNotExist)
	}
	o, err := s.client.GetObject(ctx, s.bucket, s.place(name), minio.GetObjectOptions{})
	if err != nil {
		return nil, fmt.Errorf("open blob: %w", err)
	}
	if _, err := o.Stat(); err != nil { // GetObject asks nothing yet
		o.Close()
		if minio.ToErrorResponse(err).StatusCode == http.StatusNotFound {
			err = fs.ErrNotExist
		}
		return nil, fmt.Errorf("open blob %s: %w", name, err)
	}
	return o, nil
}

// Remove removes a blob; the store does not mind one that is not there.
func (s *S3) Remove(ctx context.Context, name string) error {
	if !proper(name) {
		return nil
	}
	if err := s.client.RemoveObject(ctx, s.bucket, s.place(name), minio.RemoveObjectOptions{}); err != nil {
		return fmt.Errorf("remove blob: %w", err)
	}
	return nil
}

// Each lists the blobs.
func (s *S3) Each(ctx context.Context, f func(Stored) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	under := s.prefix
	if under != "" {
		under += "/"
	}
	for o := range s.client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: under, Recursive: true}) {
		if o.Err != nil {
			return fmt.Errorf("list blobs: %w", o.Err)
		}
		if name := path.Base(o.Key); proper(name) {
			if err := f(Stored{Name: name, Size: o.Size, At: o.LastModified}); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}
