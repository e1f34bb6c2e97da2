// Package bare makes copies of files without what they tell beside their content: where and when a photo was taken and with
// whose camera, who wrote a document, the name of a phone's owner in a recording.
//
// It never decodes a picture or a sound: it drops or blanks the parts of the file that hold such facts, so that the content
// stays bit for bit what it was. What the content itself shows (a face, a name in a screenshot) stays; see redaction. Kinds
// for which it cannot promise anything it refuses.
package bare

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ErrKept says that a file cannot be freed of such facts: its kind is not known here, it is damaged, or it keeps them where
// they cannot be told from the content.
var ErrKept = errors.New("cannot be made bare")

// strippers are the kinds that can be copied bare.
var strippers = map[string]func(*bufio.Writer, *bufio.Reader) error{
	"image/jpeg": jpeg, "image/png": png, "image/webp": webp, "audio/wav": wav,
	"audio/mpeg": tagged, "audio/aac": tagged, "audio/amr": plain,
	"audio/mp4": boxes, "video/mp4": boxes, "video/quicktime": boxes, "video/3gpp": boxes, "video/3gpp2": boxes,
	"text/plain": plain, "text/csv": plain, "text/xml": plain,
	"application/pdf": pdf, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": workbook,
}

// Can reports whether Strip knows a media type.
func Can(mediaType string) bool { return strippers[mediaType] != nil }

// Strip copies r to w without metadata. Memory stays flat but for PDF and workbooks, which are held whole and may have
// MaxWhole bytes. The same input gives the same output. ErrKept, or what r or w fail with; what was written then is of no
// use.
func Strip(w io.Writer, r io.Reader, mediaType string) error {
	f := strippers[mediaType]
	if f == nil {
		return fmt.Errorf("%s: %w", mediaType, ErrKept)
	}
	bw := bufio.NewWriterSize(w, 32<<10)
	if err := f(bw, bufio.NewReaderSize(r, 32<<10)); err != nil {
		return fmt.Errorf("%s: %w", mediaType, err)
	}
	return bw.Flush()
}

// damaged turns the end of a file in the middle of a part into ErrKept.
func damaged(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("ends early: %w", ErrKept)
	}
	return err
}

func plain(w *bufio.Writer, r *bufio.Reader) error {
	_, err := io.Copy(w, r)
	return err
}

// MaxWhole is the largest file of the kinds that must be held whole, in bytes.
const MaxWhole = 32 << 20

func whole(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxWhole+1))
	if err == nil && len(b) > MaxWhole {
		err = fmt.Errorf("larger than %d bytes: %w", MaxWhole, ErrKept)
	}
	return b, err
}

// upright is the value of an Exif orientation that turns nothing.
const upright = 1

// orientation finds how a picture must be turned in the TIFF block of its Exif data: without it a copy would lie on its
// side. Anything odd is upright.
func orientation(tiff []byte) uint16 {
	if len(tiff) < 8 {
		return upright
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at < 8 || at+2 > int64(len(tiff)) {
		return upright
	}
	n := int64(order.Uint16(tiff[at:]))
	for i := range n {
		e := at + 2 + 12*i
		if e+12 > int64(len(tiff)) {
			break
		}
		if order.Uint16(tiff[e:]) == 0x0112 {
			if o := order.Uint16(tiff[e+8:]); o >= 1 && o <= 8 {
				return o
			}
		}
	}
	return upright
}

// tiffOf is a TIFF block that says nothing but the orientation.
func tiffOf(o uint16) []byte {
	b := []byte{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint16(b[18:], o)
	return b
}
