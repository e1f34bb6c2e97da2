package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/image/draw"
	"golang.org/x/text/encoding/simplifiedchinese"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// Box is a part of a picture to be blacked out, in thousandths of its width and height as it is seen upright.
type Box struct {
	Left   int `json:"left" minimum:"0" maximum:"1000"`
	Top    int `json:"top" minimum:"0" maximum:"1000"`
	Width  int `json:"width" minimum:"1" maximum:"1000"`
	Height int `json:"height" minimum:"1" maximum:"1000"`
}

// Redaction says what is to be hidden: boxes of a picture, or words of a text. Reason is why.
type Redaction struct {
	Boxes  []Box
	Words  []string
	Reason string
}

// Bounds of a redaction.
const (
	MaxBoxes = 50
	maxWords = 200
	maxText  = 2 << 20 // bytes of a text
)

// Block stands in a redacted text where something was: always as long, so that nothing tells how long that was.
const Block = "█████"

// Redacts says how an item can be redacted here: "boxes" for pictures, "words" for texts, "" not at all.
func Redacts(i Item) string {
	switch {
	case pictures[i.MediaType]:
		return "boxes"
	case strings.HasPrefix(i.MediaType, "text/"):
		return "words"
	}
	return ""
}

// Redact makes a new item out of an item, with parts hidden for good: a picture is painted over and coded anew, a text
// written anew; nothing of what was hidden, and nothing that the file told beside its content, is in it. The original
// stays as it is. From then on firms get the copy.
// Invalid (boxes, words, reason), Conflict for a kind of file that cannot be redacted here, or that the scanner suspects;
// Forbidden, NotFound.
func (s *Service) Redact(ctx context.Context, by access.Actor, ref string, number int, red Redaction) (*Item, error) {
	reason, err := reasonOf(red.Reason)
	if err != nil {
		return nil, fmt.Errorf("redact evidence: %w", err)
	}
	var h handle
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		h, err = s.change(ctx, tx, by, access.AddEvidence, ref, number)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("redact evidence: %w", err)
	}
	if err := errors.Join(h.barred(by), red.check(h.item)); err != nil {
		return nil, fmt.Errorf("redact evidence: %w", err)
	}
	b, ext, err := s.hide(ctx, h, red)
	if err != nil {
		return nil, fmt.Errorf("redact evidence %s of %s: %w", h.item.Label(), h.ref, err)
	}
	item, err := s.derive(ctx, by, ref, number, derived{body: b, ext: ext, relation: relRedacted, reason: reason, act: audit.EvidenceRedacted, boxes: len(red.Boxes), words: len(red.Words)})
	if err != nil {
		return nil, fmt.Errorf("redact evidence: %w", err)
	}
	return item, nil
}

// check holds what is to be hidden against the kind of the file. Fields "boxes", "words".
func (red *Redaction) check(i Item) error {
	var wrong fault.Fields
	switch Redacts(i) {
	case "boxes":
		switch {
		case len(red.Boxes) == 0:
			wrong.Add("boxes", "evidence.no_boxes")
		case len(red.Boxes) > MaxBoxes:
			wrong.Add("boxes", "evidence.many_boxes", MaxBoxes)
		}
		for _, x := range red.Boxes {
			if x.Left < 0 || x.Top < 0 || x.Width < 1 || x.Height < 1 || x.Left+x.Width > 1000 || x.Top+x.Height > 1000 {
				wrong.Add("boxes", "evidence.box_outside")
				break
			}
		}
	case "words":
		var words []string
		for _, w := range red.Words {
			if w = strings.TrimSpace(w); w != "" {
				words = append(words, w)
			}
		}
		red.Words = words
		if len(words) == 0 || len(words) > maxWords {
			wrong.Add("words", "evidence.no_words")
		}
	default:
		return fault.New(fault.Conflict, "evidence.not_redactable")
	}
	return wrong.Err()
}

// hide makes the bytes of the copy.
func (s *Service) hide(ctx context.Context, h handle, red Redaction) (b []byte, ext string, err error) {
	select { // one at a time: a picture takes its size in memory
	case s.easel <- struct{}{}:
		defer func() { <-s.easel }()
	case <-ctx.Done():
		return nil, "", ctx.Err()
	}
	in := &opened{name: h.blob, key: h.key}
	if err := s.unlock(ctx, in); err != nil {
		return nil, "", err
	}
	defer in.Close()
	if Redacts(h.item) == "words" {
		b, err := hideWords(in, red.Words)
		return b, path.Ext(h.item.Name), err
	}
	m, format, err := picture(in)
	if errors.Is(err, errPicture) {
		return nil, "", fault.Wrap(err, fault.Conflict, "evidence.not_decodable")
	}
	if err != nil {
		return nil, "", err
	}
	return hideBoxes(m, format, red.Boxes)
}

func hideBoxes(m image.Image, format string, boxes []Box) ([]byte, string, error) {
	size := m.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, size.Dx(), size.Dy()))
	draw.Draw(out, out.Bounds(), m, size.Min, draw.Src)
	for _, x := range boxes {
		r := image.Rect(x.Left*size.Dx()/1000, x.Top*size.Dy()/1000,
			((x.Left+x.Width)*size.Dx()+999)/1000, ((x.Top+x.Height)*size.Dy()+999)/1000)
		draw.Draw(out, r, image.NewUniform(color.Black), image.Point{}, draw.Src)
	}
	var b bytes.Buffer
	if format == "jpeg" {
		err := jpeg.Encode(&b, out, &jpeg.Options{Quality: 92})
		return b.Bytes(), ".jpg", err
	}
	err := png.Encode(&b, out)
	return b.Bytes(), ".png", err
}

// hideWords writes a text anew with blocks in the place of words. Each must be in it: one that was mistyped would stay
// readable in another spelling.
func hideWords(r io.Reader, words []string) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxText+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxText {
		return nil, fault.New(fault.Conflict, "evidence.long_text")
	}
	if !utf8.Valid(b) {
		if b, err = simplifiedchinese.GB18030.NewDecoder().Bytes(b); err != nil {
			return nil, fault.Wrap(err, fault.Conflict, "evidence.not_redactable")
		}
	}
	text := string(b)
	var wrong fault.Fields
	for _, w := range words {
		if !strings.Contains(text, w) {
			wrong.Add("words", "evidence.word_absent", w)
		}
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	var pairs []string
	for _, w := range longestFirst(words) {
		pairs = append(pairs, w, Block)
	}
	return []byte(strings.NewReplacer(pairs...).Replace(text)), nil
}

// derived is a new item made from another.
type derived struct {
	body         []byte
	ext          string
	relation     string
	reason       string
	act          audit.Action
	boxes, words int
}

// derive stores a new item made from another, with the link between them.
func (s *Service) derive(ctx context.Context, by access.Actor, ref string, number int, d derived) (*Item, error) {
	var key *seal.DataKey
	var name seal.Sealed
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		h, err := s.change(ctx, tx, by, access.AddEvidence, ref, number)
		if err != nil {
			return err
		}
		key = h.own
		stem := strings.TrimSuffix(h.item.Name, path.Ext(h.item.Name))
		name, err = key.Seal(fieldName, fileName(stem+" ("+h.item.Label()+")"+d.ext))
		return err
	})
	if err != nil {
		return nil, err
	}
	in, err := s.receive(ctx, key, bytes.NewReader(d.body))
	if err != nil {
		return nil, err
	}
	var out Item
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		h, err := s.change(ctx, tx, by, access.AddEvidence, ref, number)
		if err != nil {
			return err
		}
		row, err := s.append(ctx, tx, by, h, name, in)
		if err != nil {
			return err
		}
		link := linkRow{EvidenceID: row.ID, SourceID: h.item.ID, Relation: d.relation, Reason: d.reason, UserID: store.ID(by.UserID), MadeAt: store.At(tx.Now)}
		if err := store.Insert(ctx, tx, &link); err != nil {
			return err
		}
		label := Item{Number: int(row.Number)}.Label()
		if _, err := s.log.Append(ctx, tx, by, audit.EvidenceAdded, h.ref, "evidence", label, "sha256", fmt.Sprintf("%x", in.sha256), "kind", row.Kind, "of", h.item.Label()); err != nil {
			return err
		}
		if _, err := s.log.Append(ctx, tx, by, d.act, h.ref, "evidence", h.item.Label(), "copy", label, "boxes", d.boxes, "words", d.words, "reason", d.reason); err != nil {
			return err
		}
		out, err = row.item(key)
		out.RedactedOf = number
		return err
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// append stores the row of a file made by staff from an item.
func (s *Service) append(ctx context.Context, tx *store.Tx, by access.Actor, h handle, name seal.Sealed, in *received) (*evidenceRow, error) {
	files, err := rowsOf(ctx, tx, h.complaintID)
	if err != nil {
		return nil, err
	}
	if err := s.room(files, in.size); err != nil {
		return nil, err
	}
	row := &evidenceRow{
		ComplaintID: h.complaintID, Number: int64(len(files) + 1), Kind: h.item.Kind, Name: name, Size: in.size, MediaType: in.mediaType, SHA256: in.sha256,
		Blob: in.blob, Scan: s.fresh(), ReceivedAt: store.At(tx.Now), FromRole: string(by.Role), UserID: store.ID(by.UserID), Version: 1,
	}
	return row, store.Insert(ctx, tx, row)
}

// Supersede says that an item stands in the place of another: the photo sent anew because the first was blurred. Both stay.
// Invalid (by, reason), Conflict for one that was superseded before, Forbidden, NotFound.
func (s *Service) Supersede(ctx context.Context, by access.Actor, ref string, number, better int, reason string) error {
	reason, err := reasonOf(reason)
	if err != nil {
		return fmt.Errorf("supersede evidence: %w", err)
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		h, err := s.change(ctx, tx, by, access.AddEvidence, ref, number)
		if err != nil {
			return err
		}
		with, err := rowOf(ctx, tx, h.complaintID, better)
		if err != nil || better == number {
			var wrong fault.Fields
			wrong.Add("by", "evidence.no_such_item")
			return wrong.Err()
		}
		if h.item.SupersededBy != 0 || h.item.Supersedes == better {
			return fault.New(fault.Conflict, "evidence.superseded")
		}
		link := linkRow{EvidenceID: with.ID, SourceID: h.item.ID, Relation: relSupersedes, Reason: reason, UserID: store.ID(by.UserID), MadeAt: store.At(tx.Now)}
		if err := store.Insert(ctx, tx, &link); err != nil {
			return err
		}
		_, err = s.log.Append(ctx, tx, by, audit.EvidenceReplaced, h.ref, "evidence", h.item.Label(), "by", Item{Number: better}.Label(), "reason", reason)
		return err
	})
	if err != nil {
		return fmt.Errorf("supersede evidence: %w", err)
	}
	return nil
}

// change finds an item with which staff may do something. Forbidden, NotFound.
func (s *Service) change(ctx context.Context, tx *store.Tx, by access.Actor, act access.Action, ref string, number int) (handle, error) {
	if by.Role == access.Borrower || by.Role.OfFirm() {
		return handle{}, access.Denied(by)
	}
	return s.hold(ctx, tx, by, look{number: number, find: s.mayDo(ctx, by, act, ref)})
}

// longestFirst sorts words so that a longer one is hidden before a shorter one that is a part of it.
func longestFirst(words []string) []string {
	out := slices.Clone(words)
	slices.SortStableFunc(out, func(a, b string) int { return len(b) - len(a) })
	return out
}
