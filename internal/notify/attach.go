package notify

import (
	"context"
	"fmt"

	"dunwatch/internal/store"
)

// MaxAttached is how large all files of one message may be together, in bytes: what mail servers take everywhere once it is
// written in base64.
const MaxAttached = 7 << 20

// File goes with a message.
type File struct {
	Name, Type string // as the recipient sees it; media type
	Content    []byte
}

// Keep stores a file inside an open transaction, once for all messages that it goes with, and returns its number for
// Message.Files. It is thrown away with the last of them. It fails for a file larger than MaxAttached.
func (s *Service) Keep(ctx context.Context, tx *store.Tx, f File) (int64, error) {
	if len(f.Content) > MaxAttached {
		return 0, fmt.Errorf("keep file %s: %d bytes are more than a mail takes", f.Name, len(f.Content))
	}
	rows, err := tx.Rows(ctx, `INSERT INTO outbox_files (name, media_type, content, created_at) VALUES (?, ?, ?, ?) RETURNING id`,
		f.Name, f.Type, f.Content, tx.Now.Unix())
	if err != nil {
		return 0, fmt.Errorf("keep file %s: %w", f.Name, err)
	}
	defer rows.Close()
	var id int64
	for rows.Next() {
		if err := rows.Scan(&id); err != nil {
			return 0, fmt.Errorf("keep file %s: %w", f.Name, err)
		}
	}
	return id, rows.Err()
}

// attach ties files to the message that was queued with a Dedupe just now.
func attach(ctx context.Context, tx *store.Tx, dedupe string, files []int64) error {
	for _, id := range files {
		if _, err := tx.Exec(ctx, `INSERT INTO outbox_attachments (outbox_id, file_id) SELECT o.id, f.id FROM outbox o, outbox_files f
			WHERE o.dedupe = ? AND f.id = ? ON CONFLICT (outbox_id, file_id) DO NOTHING`, dedupe, id); err != nil {
			return fmt.Errorf("attach file: %w", err)
		}
	}
	return nil
}

// attached reads the files of a message, in the order in which they were attached.
func (s *Service) attached(ctx context.Context, message int64) (files []File, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Rows(ctx, `SELECT f.name, f.media_type, f.content FROM outbox_attachments a JOIN outbox_files f ON f.id = a.file_id
			WHERE a.outbox_id = ? ORDER BY a.id`, message)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var f File
			if err := rows.Scan(&f.Name, &f.Type, &f.Content); err != nil {
				return err
			}
			files = append(files, f)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("read files of message %d: %w", message, err)
	}
	return files, nil
}

// dropLoose throws files away that no message holds any more.
func dropLoose(ctx context.Context, tx *store.Tx) error {
	_, err := tx.Exec(ctx, `DELETE FROM outbox_files WHERE NOT EXISTS (SELECT 1 FROM outbox_attachments a WHERE a.file_id = outbox_files.id)`)
	return err
}
