package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	_ "image/png" // decoded below
	"io"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // decoded below

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/evidence/bare"
	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// Small pictures are made by a job, never while a page is built, and only of pictures whose head promises a bounded size:
// a few kilobytes can claim gigabytes of pixels.
const (
	previewSide = 320       // pixels of the longer side
	maxCost     = 160 << 20 // bytes that decoding a picture may take
	maxPixels   = 50 << 20
)

// pictures are the types that can be decoded here.
var pictures = map[string]bool{"image/jpeg": true, "image/png": true, "image/webp": true}

// errPicture says that a picture cannot be decoded within bounds.
var errPicture = errors.New("no picture that can be decoded within bounds")

// picture decodes a picture, turned as its Exif data says. It is read whole; head and body are held against the bounds
// before a pixel is decoded.
func picture(r io.Reader) (image.Image, string, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, "", err
	}
	cfg, format, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", errPicture, err)
	}
	if cost(cfg, format, b) > maxCost || int64(cfg.Width)*int64(cfg.Height) > maxPixels {
		return nil, "", fmt.Errorf("%w: %d x %d", errPicture, cfg.Width, cfg.Height)
	}
	m, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", errPicture, err)
	}
	return turned(m, bare.Orientation(b)), format, nil
}

// cost is about what decoding takes, in bytes. A progressive JPEG is held as coefficients of four bytes before it becomes
// a picture.
func cost(cfg image.Config, format string, b []byte) int64 {
	per := int64(8) // deep colours, and the upright copy
	if format == "jpeg" {
		per = 7
		if i := bytes.Index(b[:min(len(b), 64<<10)], []byte{0xFF, 0xC2}); i >= 0 {
			per += 12
		}
	}
	if cfg.Width <= 0 || cfg.Height <= 0 {
		return maxCost + 1
	}
	return int64(cfg.Width) * int64(cfg.Height) * per
}

// turned applies an Exif orientation.
func turned(m image.Image, o int) image.Image {
	if o < 2 || o > 8 {
		return m
	}
	b := m.Bounds()
	w, h := b.Dx(), b.Dy()
	size := image.Rect(0, 0, w, h)
	if o >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			dx, dy := x, y
			switch o {
			case 2:
				dx = w - 1 - x
			case 3:
				dx, dy = w-1-x, h-1-y
			case 4:
				dy = h - 1 - y
			case 5:
				dx, dy = y, x
			case 6:
				dx, dy = h-1-y, x
			case 7:
				dx, dy = h-1-y, w-1-x
			case 8:
				dx, dy = y, w-1-x
			}
			out.Set(dx, dy, m.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return out
}

// small is a picture at most previewSide pixels long.
func small(m image.Image) image.Image {
	b := m.Bounds()
	longer := max(b.Dx(), b.Dy())
	if longer <= previewSide {
		longer = previewSide
	}
	out := image.NewRGBA(image.Rect(0, 0, max(1, b.Dx()*previewSide/longer), max(1, b.Dy()*previewSide/longer)))
	draw.ApproxBiLinear.Scale(out, out.Bounds(), m, b, draw.Src, nil)
	return out
}

// MakePreviews makes the small pictures that are missing, one at a time, and returns how many it made or found that cannot
// be made. A job calls it.
func (s *Service) MakePreviews(ctx context.Context) (n int, err error) {
	for {
		var due []evidenceRow
		err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
			due, err = unpictured(ctx, tx)
			return err
		})
		if err != nil || len(due) == 0 {
			return n, err
		}
		for _, r := range due {
			if err := s.makePreview(ctx, r); err != nil {
				return n, fmt.Errorf("make preview of evidence %d: %w", r.ID, err)
			}
			n++
		}
	}
}

func (s *Service) makePreview(ctx context.Context, r evidenceRow) error {
	key, err := s.keyOf(ctx, r)
	if fault.Is(err, fault.NotFound) {
		return s.keepPreview(ctx, r.ID, "", 0) // the person is forgotten
	}
	if err != nil {
		return err
	}
	in := &opened{name: r.Blob, key: key}
	if err := s.unlock(ctx, in); errors.Is(err, seal.ErrAltered) {
		return s.keepPreview(ctx, r.ID, "", 0) // Verify names it
	} else if err != nil {
		return err
	}
	m, _, err := picture(in)
	if err := errors.Join(err, in.Close()); errors.Is(err, errPicture) {
		return s.keepPreview(ctx, r.ID, "", 0)
	} else if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, small(m), &jpeg.Options{Quality: 80}); err != nil {
		return err
	}
	out, err := s.receive(ctx, key, &b)
	if err != nil {
		return err
	}
	return s.keepPreview(ctx, r.ID, out.blob, out.size)
}

// keyOf is the key that sealed an item's file. NotFound once it is destroyed.
func (s *Service) keyOf(ctx context.Context, r evidenceRow) (key *seal.DataKey, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		c, err := s.complaintByID(ctx, tx, r.ComplaintID)
		if err != nil {
			return err
		}
		if key, err = s.complaints.DataKey(ctx, tx, c); err != nil {
			return err
		}
		key, err = s.blobKey(ctx, tx, r, key)
		return err
	})
	return key, err
}

func (s *Service) keepPreview(ctx context.Context, id int64, blob string, size int64) error {
	return s.db.Write(ctx, func(tx *store.Tx) error { return insertPreview(ctx, tx, id, blob, size) })
}

// Preview gives the small picture of an item, a JPEG, and records the look. NotFound where there is none (yet), Conflict
// for a file that the scanner suspects, Forbidden.
func (s *Service) Preview(ctx context.Context, by access.Actor, ref string, number int) (size int64, body io.ReadCloser, err error) {
	item, body, err := s.give(ctx, by, look{act: audit.EvidenceViewed, detail: []any{"as", "preview"}, number: number, small: true, find: s.matter(ctx, by, ref)})
	if err != nil {
		return 0, nil, fmt.Errorf("preview evidence: %w", err)
	}
	return item.Size, body, nil
}
