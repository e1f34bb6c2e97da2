-- +goose Up

-- Counters number references and decisions without gaps.
CREATE TABLE counters (
  name TEXT NOT NULL PRIMARY KEY,
  n INTEGER NOT NULL
) STRICT;

-- A lease lets one instance at a time run a job.
CREATE TABLE leases (
  name TEXT NOT NULL PRIMARY KEY,
  holder TEXT NOT NULL,
  until INTEGER NOT NULL
) STRICT;

-- What is to be sent, and what became of it. recipient is sealed.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY,
  created_at INTEGER NOT NULL,
  dedupe TEXT UNIQUE,
  channel TEXT NOT NULL CHECK (channel IN ('email', 'sms')),
  recipient BLOB NOT NULL,
  lang TEXT NOT NULL,
  template TEXT NOT NULL,
  data TEXT NOT NULL,
  not_before INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  claimed_until INTEGER,
  sent_at INTEGER,
  dead_at INTEGER,
  last_error TEXT NOT NULL
) STRICT;
CREATE INDEX outbox_due ON outbox (not_before, id) WHERE sent_at IS NULL AND dead_at IS NULL;

-- One entry for each command. rows holds the keyed digest of every row that the command wrote.
CREATE TABLE audit_entries (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor_role TEXT NOT NULL,
  actor_id INTEGER,
  actor_name TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  rows TEXT NOT NULL,
  mac BLOB NOT NULL
) STRICT;
CREATE INDEX audit_entries_subject ON audit_entries (subject, id);
-- +goose StatementBegin
CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries
BEGIN
  SELECT RAISE(ABORT, 'audit_entries is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
BEGIN
  SELECT RAISE(ABORT, 'audit_entries is append-only');
END;
-- +goose StatementEnd

-- Entries that are committed and not yet in the tree.
CREATE TABLE audit_pending (
  entry_id INTEGER NOT NULL PRIMARY KEY
) STRICT;
CREATE TABLE audit_leaves (
  seq INTEGER NOT NULL PRIMARY KEY,
  entry_id INTEGER NOT NULL UNIQUE REFERENCES audit_entries (id)
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER audit_leaves_no_update BEFORE UPDATE ON audit_leaves
BEGIN
  SELECT RAISE(ABORT, 'audit_leaves is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_leaves_no_delete BEFORE DELETE ON audit_leaves
BEGIN
  SELECT RAISE(ABORT, 'audit_leaves is append-only');
END;
-- +goose StatementEnd
CREATE TABLE audit_hashes (
  idx INTEGER NOT NULL PRIMARY KEY,
  hash BLOB NOT NULL
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER audit_hashes_no_update BEFORE UPDATE ON audit_hashes
BEGIN
  SELECT RAISE(ABORT, 'audit_hashes is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_hashes_no_delete BEFORE DELETE ON audit_hashes
BEGIN
  SELECT RAISE(ABORT, 'audit_hashes is append-only');
END;
-- +goose StatementEnd
CREATE TABLE audit_checkpoints (
  size INTEGER NOT NULL PRIMARY KEY,
  at INTEGER NOT NULL,
  note TEXT NOT NULL
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER audit_checkpoints_no_update BEFORE UPDATE ON audit_checkpoints
BEGIN
  SELECT RAISE(ABORT, 'audit_checkpoints is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_checkpoints_no_delete BEFORE DELETE ON audit_checkpoints
BEGIN
  SELECT RAISE(ABORT, 'audit_checkpoints is append-only');
END;
-- +goose StatementEnd
