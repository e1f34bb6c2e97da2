package report

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"dunwatch/internal/calendar"
)

// reference is a line of what is kept with a frozen report: a thing behind a cell.
type reference struct {
	Column string `json:"c"`
	Row    string `json:"r"`
	Item
}

// line is the form in which a reference is written: short, since a month may have millions.
type line struct {
	Column    string        `json:"c"`
	Row       string        `json:"r"`
	Kind      string        `json:"k"`
	Reference string        `json:"f"`
	Number    int           `json:"n,omitempty"`
	Code      string        `json:"v,omitempty"`
	Outcome   string        `json:"o,omitempty"`
	On        calendar.Date `json:"d,omitzero"`
	Fen       int64         `json:"a,omitempty"`
}

// references writes what is behind all cells of a table, compressed; nil where nothing opens.
func (b *builder) references(ctx context.Context, c content) ([]byte, error) {
	var buf bytes.Buffer
	zip := gzip.NewWriter(&buf)
	enc := json.NewEncoder(zip)
	opens := false
	for _, col := range c.columns {
		if len(b.opens[c.id+"."+col.key]) == 0 {
			continue
		}
		opens = true
		err := b.items(ctx, Figure{Table: c.id, Column: col.key}, func(row string, it Item) error {
			return enc.Encode(line{col.key, row, it.Kind, it.Reference, it.Number, it.Code, it.Outcome, it.On, it.Fen})
		})
		if err != nil {
			return nil, err
		}
	}
	if err := zip.Close(); err != nil {
		return nil, fmt.Errorf("keep what is behind %s: %w", c.id, err)
	}
	if !opens {
		return nil, nil
	}
	return buf.Bytes(), nil
}

// readReferences calls f for every line that references wrote.
func readReferences(content []byte, f func(reference)) error {
	zip, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return fmt.Errorf("read what was kept: %w", err)
	}
	dec := json.NewDecoder(zip)
	for {
		var l line
		err := dec.Decode(&l)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read what was kept: %w", err)
		}
		f(reference{l.Column, l.Row, Item{l.Kind, l.Reference, l.Number, l.Code, l.Outcome, l.On, l.Fen}})
	}
}

// compress makes the bytes of a frozen report short enough to keep for good.
func compress(content []byte) ([]byte, error) {
	var buf bytes.Buffer
	zip := gzip.NewWriter(&buf)
	if _, err := zip.Write(content); err != nil {
		return nil, fmt.Errorf("compress report: %w", err)
	}
	if err := zip.Close(); err != nil {
		return nil, fmt.Errorf("compress report: %w", err)
	}
	return buf.Bytes(), nil
}

func decompress(content []byte) ([]byte, error) {
	zip, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("read frozen report: %w", err)
	}
	out, err := io.ReadAll(zip)
	if err != nil {
		return nil, fmt.Errorf("read frozen report: %w", err)
	}
	return out, nil
}
