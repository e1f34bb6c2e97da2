-- +goose Up

-- Who wants the monthly report by mail, choice by choice: the last one of a person counts.
CREATE TABLE report_subscriptions (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES users (id),
  wants INTEGER NOT NULL CHECK (wants IN (0, 1)),
  chosen_at INTEGER NOT NULL
) STRICT;
CREATE INDEX report_subscriptions_user ON report_subscriptions (user_id, id);
-- +goose StatementBegin
CREATE TRIGGER report_subscriptions_no_update BEFORE UPDATE ON report_subscriptions
BEGIN
  SELECT RAISE(ABORT, 'report_subscriptions is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER report_subscriptions_no_delete BEFORE DELETE ON report_subscriptions
BEGIN
  SELECT RAISE(ABORT, 'report_subscriptions is append-only');
END;
-- +goose StatementEnd

-- To whom the report of a period was queued: once and never again.
CREATE TABLE report_mails (
  id INTEGER PRIMARY KEY,
  period TEXT NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users (id),
  queued_at INTEGER NOT NULL,
  UNIQUE (period, user_id)
) STRICT;

-- Files that go with messages, each kept once for all its recipients, and gone with the last of their messages.
CREATE TABLE outbox_files (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  content BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE outbox_attachments (
  id INTEGER PRIMARY KEY,
  outbox_id INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
  file_id INTEGER NOT NULL REFERENCES outbox_files (id),
  UNIQUE (outbox_id, file_id)
) STRICT;
CREATE INDEX outbox_attachments_file ON outbox_attachments (file_id);
