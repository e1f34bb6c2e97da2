-- +goose Up

-- Which files of a complaint are logs of contacts: what was kept of one (extract), or the whole file where whoever gave it chose so
-- (original). What a log says stands in the file alone, sealed with the complaint's key.
CREATE TABLE contact_logs (
  id INTEGER PRIMARY KEY,
  complaint_id INTEGER NOT NULL REFERENCES complaints (id),
  evidence_id INTEGER NOT NULL UNIQUE REFERENCES evidence (id),
  side TEXT NOT NULL CHECK (side IN ('borrower', 'firm')),
  part TEXT NOT NULL CHECK (part IN ('extract', 'original')),
  firm_id INTEGER REFERENCES firms (id),
  request_id INTEGER,
  at INTEGER NOT NULL,
  user_id INTEGER REFERENCES users (id)
) STRICT;
CREATE INDEX contact_logs_complaint ON contact_logs (complaint_id, id);
CREATE INDEX contact_logs_request ON contact_logs (request_id) WHERE request_id IS NOT NULL;
-- +goose StatementBegin
CREATE TRIGGER contact_logs_no_update BEFORE UPDATE ON contact_logs
BEGIN
  SELECT RAISE(ABORT, 'contact_logs is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER contact_logs_no_delete BEFORE DELETE ON contact_logs
BEGIN
  SELECT RAISE(ABORT, 'contact_logs is append-only');
END;
-- +goose StatementEnd

-- The same of a file of an unfinished filing; '' is no log.
ALTER TABLE draft_files ADD COLUMN log_part TEXT NOT NULL DEFAULT '';

-- The office asked a firm for its own log of some days.
CREATE TABLE log_requests (
  id INTEGER PRIMARY KEY,
  forward_id INTEGER NOT NULL REFERENCES forwards (id),
  from_on TEXT NOT NULL,
  to_on TEXT NOT NULL,
  due_on TEXT NOT NULL,
  note TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  asked_by INTEGER NOT NULL REFERENCES users (id)
) STRICT;
CREATE INDEX log_requests_forward ON log_requests (forward_id, id);
-- +goose StatementBegin
CREATE TRIGGER log_requests_no_update BEFORE UPDATE ON log_requests
BEGIN
  SELECT RAISE(ABORT, 'log_requests is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER log_requests_no_delete BEFORE DELETE ON log_requests
BEGIN
  SELECT RAISE(ABORT, 'log_requests is append-only');
END;
-- +goose StatementEnd

-- What the columns of a table with a certain header are; the latest row of a signature counts. Of a carrier, never of a person.
CREATE TABLE log_mappings (
  id INTEGER PRIMARY KEY,
  signature TEXT NOT NULL,
  header TEXT NOT NULL,
  mapping TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('proposed', 'confirmed', 'withdrawn')),
  at INTEGER NOT NULL,
  role TEXT NOT NULL,
  user_id INTEGER REFERENCES users (id)
) STRICT;
CREATE INDEX log_mappings_signature ON log_mappings (signature, id);
-- +goose StatementBegin
CREATE TRIGGER log_mappings_no_update BEFORE UPDATE ON log_mappings
BEGIN
  SELECT RAISE(ABORT, 'log_mappings is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER log_mappings_no_delete BEFORE DELETE ON log_mappings
BEGIN
  SELECT RAISE(ABORT, 'log_mappings is append-only');
END;
-- +goose StatementEnd

-- The check of logs from which a finding was drafted: the rule, the version that counted, and the rows of evidence that it rests on.
CREATE TABLE finding_checks (
  id INTEGER PRIMARY KEY,
  finding_id INTEGER NOT NULL UNIQUE REFERENCES findings (id),
  rule TEXT NOT NULL,
  rulebook TEXT NOT NULL,
  side TEXT NOT NULL,
  hits INTEGER NOT NULL,
  places TEXT NOT NULL
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER finding_checks_no_update BEFORE UPDATE ON finding_checks
BEGIN
  SELECT RAISE(ABORT, 'finding_checks is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER finding_checks_no_delete BEFORE DELETE ON finding_checks
BEGIN
  SELECT RAISE(ABORT, 'finding_checks is append-only');
END;
-- +goose StatementEnd
