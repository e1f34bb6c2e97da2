-- +goose Up

-- A link by which one witness of a complaint can say what they know: of its secret only a hash. label says for whom it is, sealed.
CREATE TABLE witness_links (
  id INTEGER PRIMARY KEY,
  complaint_id INTEGER NOT NULL REFERENCES complaints (id),
  number INTEGER NOT NULL,
  token_hash BLOB NOT NULL UNIQUE,
  label BLOB,
  made_by TEXT NOT NULL,
  user_id INTEGER REFERENCES users (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  revoked_at INTEGER,
  version INTEGER NOT NULL,
  UNIQUE (complaint_id, number)
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER witness_links_no_delete BEFORE DELETE ON witness_links
BEGIN
  SELECT RAISE(ABORT, 'rows of witness_links are never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER witness_links_frozen BEFORE UPDATE ON witness_links
WHEN NEW.complaint_id IS NOT OLD.complaint_id
   OR NEW.number IS NOT OLD.number
   OR NEW.token_hash IS NOT OLD.token_hash
   OR NEW.label IS NOT OLD.label
   OR NEW.made_by IS NOT OLD.made_by
   OR NEW.user_id IS NOT OLD.user_id
   OR NEW.created_at IS NOT OLD.created_at
   OR NEW.expires_at IS NOT OLD.expires_at
BEGIN
  SELECT RAISE(ABORT, 'history of witness_links cannot be changed');
END;
-- +goose StatementEnd

-- What a witness said, sealed with the key of the complaint. A link gives one at most.
CREATE TABLE witness_statements (
  id INTEGER PRIMARY KEY,
  complaint_id INTEGER NOT NULL REFERENCES complaints (id),
  number INTEGER NOT NULL,
  link_id INTEGER NOT NULL UNIQUE REFERENCES witness_links (id),
  received_at INTEGER NOT NULL,
  contacted TEXT NOT NULL,
  relation TEXT NOT NULL,
  age TEXT NOT NULL,
  answer BLOB NOT NULL,
  UNIQUE (complaint_id, number)
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER witness_statements_no_update BEFORE UPDATE ON witness_statements
BEGIN
  SELECT RAISE(ABORT, 'witness_statements is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER witness_statements_no_delete BEFORE DELETE ON witness_statements
BEGIN
  SELECT RAISE(ABORT, 'witness_statements is append-only');
END;
-- +goose StatementEnd

-- The custody of statements: received, viewed, released to the complainant.
CREATE TABLE witness_events (
  id INTEGER PRIMARY KEY,
  statement_id INTEGER NOT NULL REFERENCES witness_statements (id),
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  actor_role TEXT NOT NULL,
  actor_id INTEGER REFERENCES users (id)
) STRICT;
CREATE INDEX witness_events_statement ON witness_events (statement_id, id);
-- +goose StatementBegin
CREATE TRIGGER witness_events_no_update BEFORE UPDATE ON witness_events
BEGIN
  SELECT RAISE(ABORT, 'witness_events is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER witness_events_no_delete BEFORE DELETE ON witness_events
BEGIN
  SELECT RAISE(ABORT, 'witness_events is append-only');
END;
-- +goose StatementEnd
