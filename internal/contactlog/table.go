package contactlog

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
)

// rowsFunc gives the rows of a table, blank ones left out, with their number.
type rowsFunc func() (cells [][]byte, row int, err error)

// headerWithin is how many rows may stand before the header.
const headerWithin = 60

// table turns rows into contacts.
type table struct {
	layout
	s        *Source
	rows     rowsFunc
	waiting  [][][]byte // rows read while looking for the header
	numbers  []int      // their row numbers
	words    [fields]lexicon
	header   [][]byte
	date1904 bool
	zone     *time.Location
	from, to calendar.Date // what the heading says the file covers
	year     int           // of the last row
	month    int
}

// openTable finds the header, below a heading if need be, or takes the mapping
// that was given.
func (s *Source) openTable(rows rowsFunc) error {
	t := &table{s: s, rows: rows, zone: s.opt.Zone}
	t.words[FieldDirection].read = parseWay
	t.words[FieldOutcome].read = parseOutcome
	t.words[FieldChannel].read = parseChannel
	t.words[FieldRole].read = parseRole
	s.table, s.read = t, t.read
	if err := t.findHeader(); err != nil {
		return err
	}
	if t.utc {
		t.zone = time.UTC
	}
	if t.firm {
		s.opt.Firm = true
	}
	t.startYear()
	return nil
}

func (t *table) findHeader() error {
	given := t.s.opt.Mapping
	var seen [][]string
	for {
		cells, row, err := t.rows()
		if errors.Is(err, io.EOF) {
			return t.noHeader(seen)
		}
		if err != nil {
			return err
		}
		if given != nil && (given.HeaderRow < row) {
			t.take(*given, nil)
			t.waiting, t.numbers = append(t.waiting, clone(cells)), append(t.numbers, row)
			return t.check(*given)
		}
		names := texts(cells)
		t.s.opt.peek.add(names, row)
		t.heading(names)
		if given != nil {
			if given.HeaderRow == row {
				t.take(*given, cells)
				return t.check(*given)
			}
			continue
		}
		if l, ok := understand(names, row); ok {
			t.layout, t.header = l, clone(cells)
			return nil
		}
		if seen = append(seen, names); len(seen) == headerWithin {
			return t.noHeader(seen)
		}
	}
}

// take uses a mapping that was made by hand; what the header says beside it
// still counts.
func (t *table) take(m Mapping, header [][]byte) {
	l, _ := understand(texts(header), m.HeaderRow)
	l.ways = nil
	if m.DurationUnit == 0 {
		m.DurationUnit = 1
	}
	l.m = m
	t.layout, t.header = l, clone(header)
}

func (t *table) check(m Mapping) error {
	c := m.Columns
	if c[FieldTime]+c[FieldDay] == 0 || c[FieldNumber] == 0 && (c[FieldFrom] == 0 || c[FieldTo] == 0) {
		return refuse("mapping")
	}
	for _, col := range c {
		if col < 0 || col > maxColumns {
			return refuse("mapping")
		}
	}
	return nil
}

func (t *table) noHeader(seen [][]string) error {
	cells := 0
	for _, r := range seen {
		cells = max(cells, len(r))
	}
	if cells < 2 {
		return refuse("not_a_log")
	}
	return refuse("no_columns")
}

func texts(cells [][]byte) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		if len(c) > 1024 {
			c = c[:1024]
		}
		out[i] = string(bytes.TrimSpace(c))
	}
	return out
}

func clone(cells [][]byte) [][]byte {
	out := make([][]byte, len(cells))
	for i, c := range cells {
		out[i] = bytes.Clone(c)
	}
	return out
}

var spanForm = regexp.MustCompile(`(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?`)

// heading reads the days that a bill covers from the rows above its header:
// 从2020-03-01到2020-03-31.
func (t *table) heading(cells []string) {
	for _, c := range cells {
		for _, m := range spanForm.FindAllStringSubmatch(c, 4) {
			y, _ := strconv.Atoi(m[1])
			mo, _ := strconv.Atoi(m[2])
			d, _ := strconv.Atoi(m[3])
			if y < 1990 || y > 2100 || mo < 1 || mo > 12 || d < 1 || d > 31 {
				continue
			}
			on := calendar.DateOf(y, time.Month(mo), d)
			if t.from.IsZero() || on.Before(t.from) {
				t.from = on
			}
			if t.to.IsZero() || on.After(t.to) {
				t.to = on
			}
		}
	}
}

// startYear settles which year the first row belongs to: the heading knows best,
// then whoever uploads, then the file's name.
func (t *table) startYear() {
	if t.from.IsZero() {
		t.year = t.s.opt.Year
		if t.year == 0 {
			t.year = yearIn(t.s.name)
		}
	}
}

// yearOf completes a day without a year, 0 if nothing tells it.
func (t *table) yearOf(month, day int) int {
	if !t.from.IsZero() {
		for y := t.from.Year(); y <= t.to.Year() && y < t.from.Year()+3; y++ {
			if d := calendar.DateOf(y, time.Month(month), day); !d.Before(t.from) && !d.After(t.to) {
				return y
			}
		}
		return t.from.Year()
	}
	if t.year == 0 {
		return 0
	}
	// Rows run in order, one way or the other: from December to January a year
	// begins, from January to December one goes back.
	switch {
	case t.month >= 11 && month <= 2:
		t.year++
	case t.month != 0 && t.month <= 2 && month >= 11:
		t.year--
	}
	t.month = month
	return t.year
}

// read makes one row a contact.
func (t *table) read(c *Contact) (Reason, error) {
	cells, row, err := t.nextRow()
	if err != nil {
		return "", err
	}
	c.Row = row
	if t.repeated(cells) {
		return NoContact, nil
	}
	if why := t.when(c, cells); why != "" {
		if t.remark(cells) {
			return NoContact, nil
		}
		return why, nil
	}
	t.what(c, cells)
	t.who(c, cells)
	return "", nil
}

func (t *table) nextRow() ([][]byte, int, error) {
	if len(t.waiting) == 0 {
		return t.rows()
	}
	cells, row := t.waiting[0], t.numbers[0]
	t.waiting, t.numbers = t.waiting[1:], t.numbers[1:]
	return cells, row, nil
}

func (t *table) cell(cells [][]byte, f Field) []byte {
	i := t.m.Columns[f]
	if i == 0 || i > len(cells) {
		return nil
	}
	return bytes.TrimSpace(cells[i-1])
}

// repeated reports the header standing in the file once more.
func (t *table) repeated(cells [][]byte) bool {
	col := max(t.m.Columns[FieldTime], t.m.Columns[FieldDay]) - 1
	return col < len(cells) && col < len(t.header) && len(cells[col]) > 0 && bytes.Equal(cells[col], t.header[col])
}

// remark reports a row that says something about the table: a sum, a note. It
// has no number where contacts have theirs.
func (t *table) remark(cells [][]byte) bool {
	for _, f := range []Field{FieldNumber, FieldFrom, FieldTo} {
		if n := t.s.number(t.cell(cells, f)); n != "" && n[0] >= '*' && n[0] <= '9' {
			return false
		}
	}
	return true
}

func (t *table) when(c *Contact, cells [][]byte) Reason {
	main := t.cell(cells, FieldTime)
	if t.m.Columns[FieldTime] == 0 {
		main = t.cell(cells, FieldDay)
	}
	if len(main) == 0 {
		return NoTime
	}
	st, ok := parseStamp(main, t.s.opt.DayFirst, t.date1904)
	if !ok || !st.date {
		return BadTime
	}
	if t.m.Columns[FieldClock] > 0 && !st.clock {
		if k, ok := parseStamp(t.cell(cells, FieldClock), t.s.opt.DayFirst, t.date1904); ok && k.clock && !k.date {
			st.hour, st.minute, st.second, st.clock = k.hour, k.minute, k.second, true
		}
	}
	if !st.instant && st.year == 0 {
		st.year = t.yearOf(st.month, st.day)
		if st.year == 0 {
			return NoYear
		}
		if st.day > monthDays(st.year, st.month) {
			return BadTime
		}
	}
	c.At, c.Clock = st.at(t.zone)
	if t.utc && c.Clock == Wall {
		c.Clock = Instant
	}
	return ""
}

// at places a stamp in time.
func (s stamp) at(zone *time.Location) (time.Time, Clock) {
	switch {
	case s.instant:
		return time.Unix(s.epoch, 0).In(zone), Instant
	case s.zoned:
		off := time.FixedZone("", s.offset)
		return time.Date(s.year, time.Month(s.month), s.day, s.hour, s.minute, s.second, 0, off).In(zone), Instant
	case !s.clock:
		return time.Date(s.year, time.Month(s.month), s.day, 0, 0, 0, 0, zone), DateOnly
	}
	return time.Date(s.year, time.Month(s.month), s.day, s.hour, s.minute, s.second, 0, zone), Wall
}

// what reads everything but time and numbers.
func (t *table) what(c *Contact, cells [][]byte) {
	c.Channel = Voice
	if t.texts {
		c.Channel = SMS
	}
	if v := t.words[FieldChannel].of(t.cell(cells, FieldChannel)); v.hasChan {
		c.Channel = v.channel
	}
	v := t.direction(cells)
	c.Direction, c.Outcome = t.s.toward(v.way), v.outcome
	if c.Channel.Spoken() {
		if b := t.cell(cells, FieldDuration); len(b) > 0 {
			c.Duration, c.DurationKnown = parseDuration(b, t.m.DurationUnit)
		}
	}
	if v := t.words[FieldOutcome].of(t.cell(cells, FieldOutcome)); v.known {
		c.Outcome = v.outcome
	}
	if t.m.Columns[FieldText] > 0 && c.Channel.Written() {
		c.Text, c.TextKnown = string(t.cell(cells, FieldText)), true
	}
	if t.m.Columns[FieldRecording] > 0 {
		c.Recording = RecordingMissing
		switch string(t.cell(cells, FieldRecording)) {
		case "", "-", "无", "否", "null", "NULL", "no", "none":
		default:
			c.Recording = RecordingListed
		}
	}
	c.Role = t.words[FieldRole].of(t.cell(cells, FieldRole)).role
	if b := t.cell(cells, FieldLender); len(b) > 0 && len(b) <= 128 {
		c.Lender = string(b)
	}
	if b := t.cell(cells, FieldDebtor); len(b) > 0 && len(b) <= 128 {
		c.Debtor = string(b)
	}
}

// direction takes the first column whose words tell the way.
func (t *table) direction(cells [][]byte) verdict {
	if t.ways == nil {
		return t.words[FieldDirection].of(t.cell(cells, FieldDirection))
	}
	for _, i := range t.ways {
		if i < len(cells) {
			if v := t.words[FieldDirection].of(bytes.TrimSpace(cells[i])); v.known {
				return v
			}
		}
	}
	return verdict{}
}

// who finds the other party, and with caller and callee also the way.
func (t *table) who(c *Contact, cells [][]byte) {
	if t.m.Columns[FieldNumber] > 0 {
		c.Number = t.s.number(t.cell(cells, FieldNumber))
		if t.m.Columns[FieldFrom] == 0 || t.m.Columns[FieldTo] == 0 {
			return
		}
	}
	from, to := t.s.number(t.cell(cells, FieldFrom)), t.s.number(t.cell(cells, FieldTo))
	w := wayUnknown
	if c.Direction != DirectionUnknown {
		w = wayIn
		if (c.Direction == FromFirm) == t.s.opt.Firm {
			w = wayOut
		}
	}
	has := func(s *Numbers, n string) bool { return s != nil && n != "" && s.Has(n) }
	if w == wayUnknown {
		switch own, other := t.s.opt.Own, t.s.opt.Filter; {
		case has(own, from) && !has(own, to), !has(own, from) && !has(own, to) && has(other, to) && !has(other, from):
			w = wayOut
		case has(own, to) && !has(own, from), !has(own, from) && !has(own, to) && has(other, from) && !has(other, to):
			w = wayIn
		}
		c.Direction = t.s.toward(w)
	}
	if w == wayOut || w == wayUnknown && t.s.opt.Firm {
		from, to = to, from
	}
	c.Number, c.Line = from, to
}

func isRefusal(err error) bool { return fault.Is(err, fault.Invalid) }
