package linkage

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A sketch is a MinHash signature of a narrative: of the shares of its pairs of neighbouring Chinese characters, and of
// pairs of neighbouring words elsewhere. The part of two signatures that agrees estimates the part of the pairs that two
// texts have in common (Jaccard), within about 0.05.
//
// A tenth of the characters changed leaves 0.68 in common with the model, and two such copies 0.49 with each other. With
// four values a band and 32 bands, a copy meets its model in some band with a probability of 0.999, two copies meet with one
// of 0.85 (and either of them a third, and a fourth), and two texts that have 0.15 in common with one of 0.02. What meets is
// then compared.
const (
	bands    = 32
	bandRows = 4
	hashes   = bands * bandRows
	// minShingles is how many pairs a narrative must have before its likeness to another says anything.
	minShingles = 24
	// maxShingles bounds the work; a narrative has at most 5,000 characters.
	maxShingles = 6000
)

// Like is how much two narratives must have in common to be called like each other; alike joins two clusters into one.
const (
	Like  = 0.36
	alike = 0.60
)

// signature keeps 16 bits of each smallest hash: two differ by chance once in 65,536 times.
type signature [hashes]uint16

// sketchOf makes the signature of a narrative; ok is false where it is too short to tell anything.
func sketchOf(text string) (sig signature, ok bool) {
	list := shingles(text)
	if len(list) < minShingles {
		return sig, false
	}
	var low [hashes]uint32
	for i := range low {
		low[i] = ^uint32(0)
	}
	for _, x := range list {
		a, b := uint32(x), uint32(x>>32)|1
		for k := range low {
			y := a + uint32(k)*b
			y ^= y >> 16
			y *= 0x85ebca6b
			y ^= y >> 13
			if y < low[k] {
				low[k] = y
			}
		}
	}
	for k, y := range low {
		sig[k] = uint16(y ^ y>>16)
	}
	return sig, true
}

// shingles are the hashes of the pairs of a text, each once. Digits count as one sign whatever they are: a form letter
// differs in its dates and sums.
func shingles(text string) []uint64 {
	seen := make(map[uint64]bool, 256)
	var out []uint64
	add := func(x uint64) {
		if !seen[x] && len(out) < maxShingles {
			seen[x] = true
			out = append(out, x)
		}
	}
	var before uint64 // of the sign or word just read; 0 after a full stop
	var word uint64
	end := func() {
		if word == 0 {
			return
		}
		if before != 0 {
			add(mix(before*31 + word))
		}
		before, word = word, 0
	}
	for _, r := range strings.ToLower(norm.NFKC.String(text)) {
		switch {
		case unicode.Is(unicode.Han, r):
			end()
			if before != 0 {
				add(mix(before*31 + mix(uint64(r))))
			}
			before = mix(uint64(r))
		case unicode.IsDigit(r):
			word = mix(1)
		case unicode.IsLetter(r):
			word = mix(word + uint64(r))
		case unicode.IsSpace(r) || r == '\'' || r == '’':
			end()
		default:
			end()
			before = 0
		}
	}
	end()
	return out
}

// mix spreads the bits of a number (the finalizer of MurmurHash3, never 0).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	x ^= x >> 33
	return x | 1
}

// likeness estimates how much two texts have in common, from 0 to 1.
func (s *signature) likeness(o *signature) float64 {
	same := 0
	for i := range s {
		if s[i] == o[i] {
			same++
		}
	}
	return float64(same) / hashes
}

// keys are the bands as the database looks them up, in order: what lies in two texts' same band has the same key.
func (s *signature) keys() []int64 {
	out := make([]int64, bands)
	for b := range bands {
		x := uint64(b + 1)
		for r := range bandRows {
			x = mix(x<<16 ^ x>>48 ^ uint64(s[b*bandRows+r]))
		}
		out[b] = int64(x)
	}
	slices.SortFunc(out, cmp.Compare)
	return out
}

func (s *signature) bytes() []byte {
	b := make([]byte, 0, hashes*2)
	for _, v := range s {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	return b
}

// readSignature reads what bytes wrote; false for anything else.
func readSignature(b []byte) (sig signature, ok bool) {
	if len(b) != hashes*2 {
		return sig, false
	}
	for i := range sig {
		sig[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return sig, true
}
