package evidence

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// Clamd is a ClamAV daemon on a socket. A file is sent to it in chunks over one connection (INSTREAM), so memory stays flat
// and the daemon needs no access to the files.
type Clamd struct{ network, address string }

// NewClamd takes unix:/run/clamav/clamd.ctl or tcp:host:port.
func NewClamd(where string) (*Clamd, error) {
	network, address, ok := strings.Cut(where, ":")
	if !ok || address == "" || network != "unix" && network != "tcp" {
		return nil, fmt.Errorf("clamd wants unix:/path or tcp:host:port, not %q", where)
	}
	if network == "tcp" {
		if _, _, err := net.SplitHostPort(address); err != nil {
			return nil, fmt.Errorf("clamd wants tcp:host:port, not %q", where)
		}
	}
	return &Clamd{network, address}, nil
}

const (
	clamdChunk = 64 << 10
	// clamdTime is how long a daemon may take over a chunk or its answer: archives and documents are slow.
	clamdTime = 2 * time.Minute
	// maxAnswer is the longest answer read, in bytes.
	maxAnswer = 4 << 10
)

// Ping fails unless the daemon answers.
func (c *Clamd) Ping(ctx context.Context) error {
	answer, err := c.talk(ctx, "zPING\x00", nil)
	if err == nil && answer != "PONG" {
		err = fmt.Errorf("clamd answers %q", answer)
	}
	return err
}

// Scan implements Scanner.
func (c *Clamd) Scan(ctx context.Context, r io.Reader) (verdict, found string, err error) {
	answer, err := c.talk(ctx, "zINSTREAM\x00", r)
	switch said := strings.TrimPrefix(answer, "stream: "); {
	case err != nil:
		return "", "", err
	case said == "OK":
		return Clean, "", nil
	case strings.HasSuffix(said, " FOUND"):
		return Suspect, strings.TrimSuffix(said, " FOUND"), nil
	case strings.Contains(said, "size limit exceeded"):
		return NotScanned, "too large", nil
	default:
		return "", "", fmt.Errorf("clamd answers %q", answer)
	}
}

// talk sends a command, and with it a stream if r is not nil, and reads the answer. A daemon that has heard enough closes
// the connection while we still send: its answer counts, not the broken pipe.
func (c *Clamd) talk(ctx context.Context, command string, r io.Reader) (string, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, c.network, c.address)
	if err != nil {
		return "", fmt.Errorf("reach clamd: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	conn.SetDeadline(time.Now().Add(clamdTime))
	_, sent := io.WriteString(conn, command)
	if r != nil && sent == nil {
		if err := chunks(conn, r, &sent); err != nil {
			return "", err
		}
	}
	b, err := io.ReadAll(io.LimitReader(conn, maxAnswer))
	answer := strings.TrimRight(string(b), "\x00\n")
	if answer == "" {
		return "", fmt.Errorf("clamd says nothing: %w", errors.Join(sent, err, ctx.Err(), io.ErrUnexpectedEOF))
	}
	return answer, nil
}

// chunks sends what r yields. It fails with what r fails with; sent is why the daemon took no more.
func chunks(conn net.Conn, r io.Reader, sent *error) error {
	buf := make([]byte, 4+clamdChunk)
	for {
		n, err := io.ReadFull(r, buf[4:])
		if n > 0 {
			binary.BigEndian.PutUint32(buf, uint32(n))
			conn.SetDeadline(time.Now().Add(clamdTime))
			if _, *sent = conn.Write(buf[:4+n]); *sent != nil {
				return nil
			}
		}
		switch err {
		case nil:
			continue
		case io.EOF, io.ErrUnexpectedEOF:
			_, *sent = conn.Write([]byte{0, 0, 0, 0})
			return nil
		}
		return err
	}
}
