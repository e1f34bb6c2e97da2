package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"dunwatch/internal/audit"
)

// auditCmd is audit verify | checkpoint.
type auditCmd struct {
	Verify     auditVerify     `cmd:"" help:"Hold tables, entries, tree, checkpoints and evidence against each other."`
	Checkpoint auditCheckpoint `cmd:"" help:"Export the newest signed checkpoint, to be kept elsewhere."`
}

type auditVerify struct {
	dataFlags
	Checkpoint []string `help:"A checkpoint kept elsewhere: shows whether the tail was cut off." type:"existingfile" placeholder:"FILE"`
	Format     string   `enum:"text,json" default:"text" help:"text or json."`
}

// errTampered is the failure of a record that does not agree.
var errTampered = errors.New("the record does not agree with the data")

// Run verifies. It fails when anything does not agree.
func (c *auditVerify) Run(ctx context.Context, s Streams) error {
	o, err := openOffice(ctx, c.dataFlags, newLogger(s, levelQuiet), openOptions{})
	if err != nil {
		return err
	}
	defer o.DB.Close()
	var kept []audit.Head
	for _, name := range c.Checkpoint {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		h, err := audit.OpenCheckpoint(text, o.Log.VerifierKey())
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		kept = append(kept, h)
	}
	v, err := o.Log.Verify(ctx, kept...)
	if err != nil {
		return err
	}
	files, err := o.Evidence.Verify(ctx)
	if err != nil {
		return err
	}
	v.Problems = append(v.Problems, files...)
	return c.tell(s.Out, v)
}

func (c *auditVerify) tell(w io.Writer, v *audit.Verification) error {
	if c.Format == "json" {
		if err := json.NewEncoder(w).Encode(v); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(w, "%d entries, %d in the tree, %d checkpoints, %d rows of record\n", v.Entries, v.Leaves, v.Checkpoints, v.Rows)
		for _, p := range v.Problems {
			fmt.Fprintf(w, "  %s\n", p)
		}
	}
	if n := len(v.Problems); n > 0 {
		return fmt.Errorf("%w: %d problems", errTampered, n)
	}
	if c.Format == "text" {
		fmt.Fprintln(w, "Everything agrees.")
	}
	return nil
}

type auditCheckpoint struct {
	dataFlags
	Output string `short:"o" help:"Write to this file." placeholder:"FILE"`
}

// Run exports the newest checkpoint.
func (c *auditCheckpoint) Run(ctx context.Context, s Streams) error {
	return withOffice(ctx, c.dataFlags, s, func(o *running) error {
		if _, err := o.Log.Sequence(ctx); err != nil {
			return err
		}
		text, err := o.Log.Checkpoint(ctx)
		if err != nil {
			return err
		}
		w, closeOut, err := outputFor(c.Output, s)
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, text)
		return errors.Join(err, closeOut())
	})
}

// receiptCmd is receipt verify.
type receiptCmd struct {
	Verify receiptVerify `cmd:"" help:"Check a receipt's signature and proof. Needs no database."`
}

type receiptVerify struct {
	File       string `arg:"" type:"existingfile" help:"The receipt, as downloaded."`
	Checkpoint string `type:"existingfile" help:"A published checkpoint that the receipt's must agree with." placeholder:"FILE"`
	Key        string `help:"The office's published verifier key; else the key in the receipt is trusted." placeholder:"KEY"`
}

// Run checks a receipt offline.
func (c *receiptVerify) Run(s Streams) error {
	b, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	var r audit.Receipt
	if err := json.Unmarshal(b, &r); err != nil {
		return fmt.Errorf("%s is not a receipt: %w", c.File, err)
	}
	head, err := r.Check(c.Key)
	if err != nil {
		return fmt.Errorf("the receipt does not hold: %w", err)
	}
	fmt.Fprintf(s.Out, "%s was filed at %s: the signature holds.\n", r.Reference, r.FiledAt.Format(time.RFC3339))
	if head == nil {
		fmt.Fprintln(s.Out, "It has no proof of inclusion yet: download it again in a minute.")
	} else {
		fmt.Fprintf(s.Out, "It is in the log of %d entries that the checkpoint in the receipt signs.\n", head.Size)
	}
	if c.Checkpoint != "" {
		if err := c.against(head, r.Key); err != nil {
			return err
		}
		fmt.Fprintln(s.Out, "The published checkpoint signs the same log.")
	}
	if c.Key == "" {
		fmt.Fprintln(s.Out, "The key came from the receipt itself: pass --key with the office's published key to be sure of the sender.")
	}
	return nil
}

// against holds the receipt's head against a published one of the same size.
func (c *receiptVerify) against(head *audit.Head, key string) error {
	text, err := os.ReadFile(c.Checkpoint)
	if err != nil {
		return err
	}
	if c.Key != "" {
		key = c.Key
	}
	published, err := audit.OpenCheckpoint(text, key)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", c.Checkpoint, err)
	case head == nil:
		return errors.New("the receipt has no proof to hold against the checkpoint: download it again")
	case published.Size != head.Size:
		return fmt.Errorf("the checkpoint signs %d entries, the receipt's proof leads to %d: download the receipt again when the checkpoint is published, or ask for the checkpoint of that size", published.Size, head.Size)
	case published.Root != head.Root:
		return errors.New("the published checkpoint signs another log of the same size: the record was split")
	}
	return nil
}
