package demo

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math/rand/v2"
	"strings"
	"time"

	"dunwatch/internal/complaint"
)

// file is a piece of evidence as a person would send it.
type file struct {
	name string
	body []byte
}

// drawFile makes a small file for a kind of evidence: a call list, a short
// recording, or a picture with the words greyed out.
func drawFile(r *rand.Rand, kind string, f *complaint.Filing, at time.Time) (file, error) {
	switch kind {
	case "call_log", "repayment", "bank_transfer":
		return file{fmt.Sprintf("%s-%s.txt", kind, at.Format("20060102")), callList(r, f, at)}, nil
	case "recording", "voicemail", "video":
		return file{fmt.Sprintf("REC_%s.wav", at.Format("20060102_150405")), ringing(r)}, nil
	default:
		b, err := screenshot(r)
		return file{fmt.Sprintf("Screenshot_%s.png", at.Format("20060102_150405")), b}, err
	}
}

// callList is what a person copies out of a telephone.
func callList(r *rand.Rand, f *complaint.Filing, at time.Time) []byte {
	number := "161****" + fmt.Sprintf("%04d", r.IntN(10000))
	for _, a := range f.Accused {
		if a.Kind == "phone" {
			number = a.Value
		}
	}
	head := "来电时间,号码,时长(秒)\n"
	if f.Language == "en" {
		head = "time,number,seconds\n"
	}
	var b strings.Builder
	b.WriteString(head)
	t := at.Add(-time.Duration(24+r.IntN(72)) * time.Hour)
	for range 6 + r.IntN(18) {
		t = t.Add(time.Duration(2+r.IntN(110)) * time.Minute)
		if t.After(at) {
			break
		}
		seconds := 0
		if r.IntN(3) == 0 {
			seconds = 5 + r.IntN(300)
		}
		fmt.Fprintf(&b, "%s,%s,%d\n", t.Format("2006-01-02 15:04:05"), number, seconds)
	}
	return []byte(b.String())
}

// screenshot is a conversation with its words greyed out.
func screenshot(r *rand.Rand) ([]byte, error) {
	const width, height = 108, 216
	palette := color.Palette{color.White, color.RGBA{237, 237, 237, 255}, color.RGBA{255, 255, 255, 255}, color.RGBA{150, 150, 155, 255}, color.RGBA{60, 60, 64, 255}, color.RGBA{152, 222, 120, 255}}
	m := image.NewPaletted(image.Rect(0, 0, width, height), palette)
	box := func(x, y, w, h int, c uint8) {
		draw.Draw(m, image.Rect(x, y, x+w, y+h), image.NewUniform(palette[c]), image.Point{}, draw.Src)
	}
	box(0, 0, width, height, 1)
	box(0, 0, width, 14, 4)
	for y := 22; y < height-30; {
		lines := 1 + r.IntN(4)
		x, shade := 6, uint8(2)
		if r.IntN(4) == 0 {
			x, shade = 34, 5
		}
		box(x, y, 68, 6+7*lines, shade)
		for i := range lines {
			box(x+4, y+4+7*i, 24+r.IntN(36), 3, 3)
		}
		y += 14 + 7*lines
	}
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := e.Encode(&b, m); err != nil {
		return nil, fmt.Errorf("draw screenshot: %w", err)
	}
	return b.Bytes(), nil
}

// ringing is half a second of an engaged tone: 8000 samples a second, 8 bits.
func ringing(r *rand.Rand) []byte {
	const rate, samples = 8000, 4000
	data := make([]byte, samples)
	period := 16 + r.IntN(8)
	for i := range data {
		data[i] = 128
		if i/800%2 == 0 && i%period < period/2 {
			data[i] = byte(150 + r.IntN(8))
		}
	}
	var b bytes.Buffer
	b.WriteString("RIFF")
	for _, v := range []any{uint32(36 + samples), [8]byte([]byte("WAVEfmt ")), uint32(16), uint16(1), uint16(1), uint32(rate), uint32(rate), uint16(1), uint16(8), [4]byte([]byte("data")), uint32(samples)} {
		binary.Write(&b, binary.LittleEndian, v) // a buffer takes all
	}
	b.Write(data)
	return b.Bytes()
}
