package evidence_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"dunwatch/internal/evidence"
)

func crcOf(b []byte) uint32 { return crc32.ChecksumIEEE(b) }

// bucket is as much of S3 as the program speaks: one bucket, objects in memory.
type bucket struct {
	mu      sync.Mutex
	objects map[string][]byte
	parts   map[string][][]byte
}

func (b *bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/box"), "/")
	q := r.URL.Query()
	if !strings.Contains(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=id/") {
		http.Error(w, "unsigned", http.StatusForbidden)
		return
	}
	body, err := unchunked(r)
	if err != nil {
		return
	}
	switch {
	case q.Has("location"):
		fmt.Fprint(w, `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></LocationConstraint>`)
	case r.Method == "POST" && q.Has("uploads"):
		b.parts[key] = nil
		fmt.Fprintf(w, "<InitiateMultipartUploadResult><Bucket>box</Bucket><Key>%s</Key><UploadId>u</UploadId></InitiateMultipartUploadResult>", key)
	case r.Method == "PUT" && q.Has("uploadId"):
		b.parts[key] = append(b.parts[key], body)
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, len(b.parts[key])))
	case r.Method == "POST" && q.Has("uploadId"):
		b.objects[key] = bytes.Join(b.parts[key], nil)
		fmt.Fprintf(w, "<CompleteMultipartUploadResult><Bucket>box</Bucket><Key>%s</Key><ETag>\"1\"</ETag></CompleteMultipartUploadResult>", key)
	case r.Method == "PUT" && r.Header.Get("X-Amz-Copy-Source") != "":
		from, _ := url.PathUnescape(r.Header.Get("X-Amz-Copy-Source"))
		b.objects[key] = b.objects[strings.TrimPrefix(strings.TrimPrefix(from, "/"), "box/")]
		fmt.Fprint(w, `<CopyObjectResult><ETag>"1"</ETag><LastModified>2026-11-29T00:00:00Z</LastModified></CopyObjectResult>`)
	case r.Method == "PUT":
		b.objects[key] = body
		w.Header().Set("ETag", `"1"`)
	case r.Method == "DELETE":
		delete(b.objects, key)
		w.WriteHeader(http.StatusNoContent)
	case key == "":
		b.list(w, q.Get("prefix"))
	default:
		have, ok := b.objects[key]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, "<Error><Code>NoSuchKey</Code></Error>")
			return
		}
		w.Header().Set("ETag", `"1"`)
		http.ServeContent(w, r, "", time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), bytes.NewReader(have))
	}
}

func (b *bucket) list(w io.Writer, prefix string) {
	type contents struct {
		Key          string
		Size         int
		LastModified string
	}
	out := struct {
		XMLName  xml.Name `xml:"ListBucketResult"`
		Contents []contents
	}{}
	for k, v := range b.objects {
		if strings.HasPrefix(k, prefix) {
			out.Contents = append(out.Contents, contents{k, len(v), "2026-11-01T00:00:00Z"})
		}
	}
	xml.NewEncoder(w).Encode(out)
}

// unchunked reads a body, also one that is sent in signed chunks.
func unchunked(r *http.Request) ([]byte, error) {
	b, err := io.ReadAll(r.Body)
	if err != nil || !strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING") {
		return b, err
	}
	var out []byte
	for {
		head, rest, ok := bytes.Cut(b, []byte("\r\n"))
		size, _, _ := strings.Cut(string(head), ";")
		var n int
		if _, err := fmt.Sscanf(size, "%x", &n); err != nil || n == 0 || !ok || n > len(rest) {
			return out, nil
		}
		out = append(out, rest[:n]...)
		b = bytes.TrimPrefix(rest[n:], []byte("\r\n"))
	}
}

// Both stores keep the same promises.
func TestStores(t *testing.T) {
	disk, err := evidence.NewDisk(t.TempDir())
	check(t, err)
	defer disk.Close()
	far := &bucket{objects: map[string][]byte{}, parts: map[string][][]byte{}}
	srv := httptest.NewServer(far)
	defer srv.Close()
	t.Setenv("AWS_ACCESS_KEY_ID", "id")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	s3, err := evidence.NewS3("s3://box/office?insecure=1&region=local&endpoint=" + strings.TrimPrefix(srv.URL, "http://"))
	check(t, err)
	for name, blobs := range map[string]evidence.Blobs{"disk": disk, "S3": s3} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			var names []string
			for _, size := range []int{0, 1000, 6 << 20} { // the last is longer than a part
				want := bytes.Repeat([]byte{'x'}, size)
				n, stored, err := blobs.Put(ctx, bytes.NewReader(want))
				check(t, err)
				r, err := blobs.Open(ctx, n)
				check(t, err)
				got, err := io.ReadAll(r)
				check(t, errors.Join(err, r.Close()))
				if !bytes.Equal(got, want) || stored != int64(size) {
					t.Errorf("%d bytes came back as %d, said %d", size, len(got), stored)
				}
				names = append(names, n)
			}
			if _, _, err := blobs.Put(ctx, io.MultiReader(strings.NewReader("half"), iotest.ErrReader(errors.New("broken off")))); err == nil {
				t.Error("half a file was stored")
			}
			var seen []string
			check(t, blobs.Each(ctx, func(b evidence.Stored) error {
				seen = append(seen, b.Name)
				return nil
			}))
			slices.Sort(seen)
			slices.Sort(names)
			if !slices.Equal(seen, names) {
				t.Errorf("stored are %v, want %v", seen, names)
			}
			check(t, blobs.Remove(ctx, names[0]))
			check(t, blobs.Remove(ctx, names[0]))
			for _, absent := range []string{names[0], "../../etc/passwd", ""} {
				if _, err := blobs.Open(ctx, absent); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("open %q: %v", absent, err)
				}
			}
		})
	}
	for k := range far.objects {
		if !strings.HasPrefix(k, "office/") || strings.HasPrefix(k, "office/new/") {
			t.Errorf("%s was left", k)
		}
	}
	for _, bad := range []string{"s3://box", "http://box?endpoint=x", "s3://?endpoint=x"} {
		if _, err := evidence.NewS3(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
