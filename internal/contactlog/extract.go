package contactlog

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"dunwatch/internal/fault"
)

// Extract is what is kept of a log: the contacts with the numbers that a
// complaint is about, and the account of the file from which they were taken.
// All other rows are gone before anything is stored.
//
// It is written as a table that people can open in a spreadsheet and that Read
// reads back without loss: a head of names and values, an empty line, and one
// line a contact. So what is kept says by itself what was read, how many bytes
// with which hash, and what was left out and why.
type Extract struct {
	Account
	Pack     string // whose rules settled numbers without a country code
	Zone     string // in which wall clocks were read
	SHA256   string // of the file that was read, in hexadecimal
	Bytes    int64
	Numbers  []string // normalised, that were let through
	Withheld bool     // contacts without a number were let through too
	Contacts []Contact
}

// MaxKept is how many contacts an extract holds at most.
const MaxKept = 20_000

// Take reads a file and keeps the contacts that opt.Filter lets through. It
// fails as Each does, and with a fault.Invalid for more than MaxKept contacts.
func Take(ctx context.Context, f File, opt Options) (*Extract, error) {
	opt.defaults()
	x := &Extract{Pack: opt.Country, Zone: opt.Zone.String(), Bytes: f.Size}
	if opt.Filter != nil {
		x.Numbers, x.Withheld = opt.Filter.list, opt.Filter.withheld
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(f, 0, f.Size)); err != nil {
		return nil, fmt.Errorf("hash a contact log: %w", err)
	}
	x.SHA256 = hex.EncodeToString(h.Sum(nil))
	var err error
	x.Account, err = Each(ctx, f, opt, func(k *Contact) error {
		if len(x.Contacts) == MaxKept {
			return refuse("too_many_kept", MaxKept)
		}
		x.Contacts = append(x.Contacts, *k)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return x, nil
}

// extractMark stands in the first cell of every extract, with the version of the
// form beside it.
const (
	extractMark   = "dunwatch contact log"
	byteOrderMark = "\ufeff"
)

var extractColumns = []string{
	"时间 time", "方向 direction", "方式 channel", "对方号码 number", "本机号码 own number", "通话秒数 seconds", "结果 outcome", "内容 text",
	"录音 recording", "对象 role", "贷款机构 lender", "客户 debtor", "原文件行号 row of the file",
}

// The words of cells, by the value that they stand for.
var (
	extractChannels  = [channels]string{"voice_human", "voice_robot", "voicemail", "sms", "mms", "im", "email", "letter", "visit", "social_public", "push"}
	extractWays      = []string{"", "outbound", "inbound"}
	extractOutcomes  = []string{"", "connected", "no_answer", "busy", "rejected", "voicemail_left", "not_in_service", "wrong_number", "delivered", "failed"}
	extractRoles     = []string{"", "related", "attorney", "third", "employer"}
	extractRecording = []string{"", "listed", "missing"}
)

// Write writes the table.
func (x *Extract) Write(w io.Writer) error {
	if _, err := io.WriteString(w, byteOrderMark); err != nil { // else Excel in China takes it for GBK
		return fmt.Errorf("write an extract: %w", err)
	}
	c := csv.NewWriter(w)
	lines := [][]string{
		{extractMark, "1"}, {"file", inert(x.Name)}, {"format", string(x.Format)}, {"sha256", x.SHA256}, {"bytes", strconv.FormatInt(x.Bytes, 10)},
		{"rows", strconv.Itoa(x.Tally.Rows)}, {"kept", strconv.Itoa(x.Tally.Read)},
	}
	for _, d := range x.Tally.Dropped {
		lines = append(lines, []string{"left out", string(d.Reason), strconv.Itoa(d.Rows), strconv.Itoa(d.First)})
	}
	numbers := []string{"numbers"}
	for _, n := range x.Numbers {
		numbers = append(numbers, inert(n))
	}
	lines = append(lines, numbers, []string{"withheld", strconv.FormatBool(x.Withheld)}, []string{"bill", strconv.FormatBool(x.Bill)},
		[]string{"firm", strconv.FormatBool(x.Firm)}, []string{"pack", x.Pack}, []string{"zone", x.Zone}, extractColumns)
	for i := range x.Contacts {
		lines = append(lines, extractLine(&x.Contacts[i]))
	}
	if err := c.WriteAll(lines); err != nil {
		return fmt.Errorf("write an extract: %w", err)
	}
	return nil
}

func extractLine(k *Contact) []string {
	secs, text := "", ""
	if k.DurationKnown {
		secs = strconv.Itoa(k.Duration)
	}
	if k.TextKnown {
		if text = inert(k.Text); text == "" {
			text = "'"
		}
	}
	form := time.RFC3339
	switch k.Clock {
	case Wall:
		form = time.DateTime
	case DateOnly:
		form = time.DateOnly
	}
	return []string{
		k.At.Format(form), extractWays[k.Direction], extractChannels[k.Channel], inert(k.Number), inert(k.Line), secs, extractOutcomes[k.Outcome], text,
		extractRecording[k.Recording], extractRoles[k.Role], inert(k.Lender), inert(k.Debtor), strconv.Itoa(k.Row),
	}
}

// inert keeps a spreadsheet from running a cell: what does not begin with a
// letter, a digit or a masked digit is led by a quotation mark, which Read takes
// off again.
func inert(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	if r, _ := utf8.DecodeRuneInString(s); s == "" || unicode.IsLetter(r) || r >= '0' && r <= '9' || r == '*' {
		return s
	}
	return "'" + s
}

func lively(s string) string { return strings.TrimPrefix(s, "'") }

var errNoExtract = errors.New("no extract of a contact log")

// ReadExtract reads what Write wrote. Contacts carry file, the line of the
// extract as Row, and the row of the file that was read as Origin. It fails
// where the text is no extract.
func ReadExtract(r io.Reader, file int) (*Extract, error) {
	b := bufio.NewReader(r)
	if head, err := b.Peek(len(byteOrderMark)); err == nil && string(head) == byteOrderMark {
		if _, err := b.Discard(len(byteOrderMark)); err != nil {
			return nil, fmt.Errorf("%w: %w", errNoExtract, err)
		}
	}
	c := csv.NewReader(b)
	c.FieldsPerRecord = -1
	x := &Extract{}
	for n := 0; ; n++ {
		cells, err := c.Read()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errNoExtract, err)
		}
		if n == 0 && (len(cells) != 2 || cells[0] != extractMark || cells[1] != "1") {
			return nil, errNoExtract
		}
		if cells[0] == extractColumns[0] {
			break
		}
		if err := x.head(cells); err != nil {
			return nil, err
		}
	}
	zone := zoneNamed(x.Zone)
	for {
		cells, err := c.Read()
		if errors.Is(err, io.EOF) {
			return x, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errNoExtract, err)
		}
		if len(x.Contacts) == MaxKept {
			return nil, refuse("too_many_kept", MaxKept)
		}
		k := Contact{File: file, Firm: x.Firm}
		if err := k.fromLine(cells, zone); err != nil {
			return nil, err
		}
		k.Row, _ = c.FieldPos(0)
		x.Contacts = append(x.Contacts, k)
	}
}

// head takes one line of the head.
func (x *Extract) head(cells []string) error {
	v := ""
	if len(cells) > 1 {
		v = cells[1]
	}
	var err error
	switch cells[0] {
	case "file":
		x.Name = lively(v)
	case "format":
		x.Format = Format(v)
	case "sha256":
		x.SHA256 = v
	case "bytes":
		x.Bytes, err = strconv.ParseInt(v, 10, 64)
	case "rows":
		x.Tally.Rows, err = strconv.Atoi(v)
	case "kept":
		x.Tally.Read, err = strconv.Atoi(v)
	case "left out":
		if len(cells) != 4 {
			return errNoExtract
		}
		d := Drop{Reason: Reason(v)}
		if d.Rows, err = strconv.Atoi(cells[2]); err == nil {
			d.First, err = strconv.Atoi(cells[3])
		}
		x.Tally.Dropped = append(x.Tally.Dropped, d)
	case "numbers":
		for _, n := range cells[1:] {
			x.Numbers = append(x.Numbers, lively(n))
		}
	case "withheld":
		x.Withheld = v == "true"
	case "bill":
		x.Bill = v == "true"
	case "firm":
		x.Firm = v == "true"
	case "pack":
		x.Pack = v
	case "zone":
		x.Zone = v
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errNoExtract, err)
	}
	return nil
}

func (k *Contact) fromLine(cells []string, zone *time.Location) (err error) {
	if len(cells) != len(extractColumns) {
		return errNoExtract
	}
	form := time.RFC3339
	switch len(cells[0]) {
	case len(time.DateTime):
		form, k.Clock = time.DateTime, Wall
	case len(time.DateOnly):
		form, k.Clock = time.DateOnly, DateOnly
	}
	if k.At, err = time.ParseInLocation(form, cells[0], zone); err != nil {
		return fmt.Errorf("%w: %w", errNoExtract, err)
	}
	k.At = k.At.In(zone)
	way, ok1 := place(extractWays, cells[1])
	ch, ok2 := place(extractChannels[:], cells[2])
	out, ok3 := place(extractOutcomes, cells[6])
	rec, ok4 := place(extractRecording, cells[8])
	role, ok5 := place(extractRoles, cells[9])
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 {
		return errNoExtract
	}
	k.Direction, k.Channel, k.Outcome, k.Recording, k.Role = Direction(way), Channel(ch), Outcome(out), Recording(rec), Role(role)
	k.Number, k.Line, k.Lender, k.Debtor = lively(cells[3]), lively(cells[4]), lively(cells[10]), lively(cells[11])
	if cells[5] != "" {
		k.DurationKnown = true
		if k.Duration, err = strconv.Atoi(cells[5]); err != nil {
			return fmt.Errorf("%w: %w", errNoExtract, err)
		}
	}
	if cells[7] != "" {
		k.Text, k.TextKnown = lively(cells[7]), true
	}
	if k.Origin, err = strconv.Atoi(cells[12]); err != nil {
		return fmt.Errorf("%w: %w", errNoExtract, err)
	}
	return nil
}

func place(words []string, w string) (int, bool) {
	for i, x := range words {
		if x == w {
			return i, true
		}
	}
	return 0, false
}

// openExtract reads an extract as a log, so that whoever was given one can check
// it again. What it left out was accounted for when it was made.
func (s *Source) openExtract(text io.Reader) error {
	x, err := ReadExtract(text, s.opt.File)
	if errors.Is(err, errNoExtract) {
		return fault.Wrap(err, fault.Invalid, "contactlog.refused.damaged")
	}
	if err != nil {
		return err
	}
	s.format, s.opt.Firm, s.bill = FormatExtract, x.Firm, x.Bill
	rest := x.Contacts
	s.read = func(k *Contact) (Reason, error) {
		if len(rest) == 0 {
			return "", io.EOF
		}
		*k, rest = rest[0], rest[1:]
		return "", nil
	}
	return nil
}

// Unrecognised reports that a table was refused because nothing in it says what
// its columns are, so that a person may.
func Unrecognised(err error) bool {
	f, ok := errors.AsType[*fault.Error](err)
	return ok && f.Key == "contactlog.refused.no_columns"
}
