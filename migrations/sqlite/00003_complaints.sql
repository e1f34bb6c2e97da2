-- +goose Up

-- The key that seals one complaint. Destroying wrapped forgets the person.
CREATE TABLE data_keys (
  id INTEGER PRIMARY KEY,
  wrapped BLOB,
  created_at INTEGER NOT NULL,
  destroyed_at INTEGER
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER data_keys_no_delete BEFORE DELETE ON data_keys
BEGIN
  SELECT RAISE(ABORT, 'rows of data_keys are never deleted');
END;
-- +goose StatementEnd

-- An unfinished filing: answers and files are sealed with its own key, which the complaint inherits.
CREATE TABLE drafts (
  id INTEGER PRIMARY KEY,
  token_hash BLOB NOT NULL UNIQUE,
  wrapped BLOB NOT NULL,
  answers BLOB,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX drafts_updated ON drafts (updated_at);
CREATE TABLE draft_files (
  id INTEGER PRIMARY KEY,
  draft_id INTEGER NOT NULL REFERENCES drafts (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  name BLOB NOT NULL,
  size INTEGER NOT NULL,
  media_type TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  blob TEXT NOT NULL,
  scan TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX draft_files_draft ON draft_files (draft_id);
CREATE TABLE complaints (
  id INTEGER PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  pack TEXT NOT NULL,
  lang TEXT NOT NULL,
  track TEXT NOT NULL CHECK (track IN ('complaint', 'report', 'petition')),
  source TEXT NOT NULL,
  status TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  received_on TEXT NOT NULL,
  data_key_id INTEGER NOT NULL REFERENCES data_keys (id),
  access_hash BLOB,
  idempotency_hash BLOB UNIQUE,
  request_digest BLOB,
  anonymous INTEGER NOT NULL,
  hide_identity INTEGER NOT NULL,
  name BLOB,
  id_number BLOB,
  phone BLOB,
  email BLOB,
  address BLOB,
  name_idx BLOB,
  id_number_idx BLOB,
  phone_idx BLOB,
  email_idx BLOB,
  region TEXT NOT NULL,
  lender_id INTEGER REFERENCES firms (id),
  lender_name TEXT NOT NULL,
  agency_id INTEGER REFERENCES firms (id),
  agency_name TEXT NOT NULL,
  agency_unknown INTEGER NOT NULL,
  occurred_from TEXT,
  occurred_to TEXT,
  narrative TEXT NOT NULL,
  demand TEXT NOT NULL,
  product TEXT NOT NULL,
  loan_fen INTEGER,
  contract_on TEXT,
  consent_to_forward INTEGER NOT NULL,
  severity INTEGER NOT NULL,
  external_id TEXT UNIQUE,
  external_digest BLOB,
  external TEXT NOT NULL,
  rulebook TEXT NOT NULL,
  ground TEXT NOT NULL,
  referred_to TEXT NOT NULL,
  decided_at INTEGER,
  decided_by INTEGER REFERENCES users (id),
  ended_at INTEGER,
  due_on TEXT,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX complaints_status ON complaints (status, due_on, id);
CREATE INDEX complaints_received ON complaints (received_on, id);
CREATE INDEX complaints_decided ON complaints (decided_at) WHERE decided_at IS NOT NULL;
CREATE INDEX complaints_ended ON complaints (ended_at, received_on) WHERE ended_at IS NOT NULL;
CREATE INDEX complaints_phone ON complaints (phone_idx) WHERE phone_idx IS NOT NULL;
CREATE INDEX complaints_id_number ON complaints (id_number_idx) WHERE id_number_idx IS NOT NULL;
-- +goose StatementBegin
CREATE TRIGGER complaints_no_delete BEFORE DELETE ON complaints
BEGIN
  SELECT RAISE(ABORT, 'rows of complaints are never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER complaints_frozen BEFORE UPDATE ON complaints
WHEN NEW.reference IS NOT OLD.reference
   OR NEW.pack IS NOT OLD.pack
   OR NEW.source IS NOT OLD.source
   OR NEW.received_at IS NOT OLD.received_at
   OR NEW.received_on IS NOT OLD.received_on
   OR NEW.data_key_id IS NOT OLD.data_key_id
   OR NEW.access_hash IS NOT OLD.access_hash
   OR NEW.narrative IS NOT OLD.narrative
   OR NEW.demand IS NOT OLD.demand
   OR NEW.anonymous IS NOT OLD.anonymous
   OR NEW.external_id IS NOT OLD.external_id
BEGIN
  SELECT RAISE(ABORT, 'history of complaints cannot be changed');
END;
-- +goose StatementEnd
CREATE TABLE complaint_codes (
  id INTEGER PRIMARY KEY,
  complaint_id INTEGER NOT NULL REFERENCES complaints (id),
  code TEXT NOT NULL
) STRICT;
CREATE INDEX complaint_codes_complaint ON complaint_codes (complaint_id);
CREATE INDEX complaint_codes_code ON complaint_codes (code, complaint_id);
-- +goose StatementBegin
CREATE TRIGGER complaint_codes_no_update BEFORE UPDATE ON complaint_codes
BEGIN
  SELECT RAISE(ABORT, 'complaint_codes is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER complaint_codes_no_delete BEFORE DELETE ON complaint_codes
BEGIN
  SELECT RAISE(ABORT, 'complaint_codes is append-only');
END;
-- +goose StatementEnd
CREATE TABLE complaint_channels (
  id INTEGER PRIMARY KEY,
  complaint_id INTEGER NOT NULL REFERENCES complaints (id),
  channel TEXT NOT NULL
) STRICT;
CREATE INDEX complaint_channels_complaint ON complaint_channels (complaint_id);
CREATE INDEX complaint_channels_channel ON complaint_channels (channel, complaint_id);
-- +goose StatementBegin
CREATE TRIGGER complaint_channels_no_update BEFORE UPDATE ON complaint_channels
BEGIN
  SELECT RAISE(ABORT, 'complaint_channels is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER complaint_channels_no_delete BEFORE DELETE ON complaint_channels
BEGIN
  SELECT RAISE(ABORT, 'complaint_channels is append-only');
END;
-- +goose StatementEnd

-- The numbers and accounts that the collector used: the accused's, not the complainant's.
CREATE TABLE accused (
  id INTEGER PRIMARY KEY,
  complaint_id INTEGER NOT NULL REFERENCES complaints (id),
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  value_key TEXT NOT NULL
) STRICT;
CREATE INDEX accused_complaint ON accused (complaint_id);
CREATE INDEX accused_key ON accused (kind, value_key);
-- +goose StatementBegin
CREATE TRIGGER accused_no_update BEFORE UPDATE ON accused
BEGIN
  SELECT RAISE(ABORT, 'accused is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER accused_no_delete BEFORE DELETE ON accused
BEGIN
  SELECT RAISE(ABORT, 'accused is append-only');
END;
-- +goose StatementEnd

-- What happened to a complaint. shown says that the complainant sees it.
CREATE TABLE complaint_events (
  id INTEGER PRIMARY KEY,
  complaint_id INTEGER NOT NULL REFERENCES complaints (id),
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  actor_role TEXT NOT NULL,
  actor_id INTEGER,
  shown INTEGER NOT NULL,
  note TEXT NOT NULL
) STRICT;
CREATE INDEX complaint_events_complaint ON complaint_events (complaint_id, id);
-- +goose StatementBegin
CREATE TRIGGER complaint_events_no_update BEFORE UPDATE ON complaint_events
BEGIN
  SELECT RAISE(ABORT, 'complaint_events is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER complaint_events_no_delete BEFORE DELETE ON complaint_events
BEGIN
  SELECT RAISE(ABORT, 'complaint_events is append-only');
END;
-- +goose StatementEnd
CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  complaint_id INTEGER NOT NULL REFERENCES complaints (id),
  at INTEGER NOT NULL,
  from_staff INTEGER NOT NULL,
  user_id INTEGER REFERENCES users (id),
  body BLOB NOT NULL
) STRICT;
CREATE INDEX messages_complaint ON messages (complaint_id, id);
-- +goose StatementBegin
CREATE TRIGGER messages_no_update BEFORE UPDATE ON messages
BEGIN
  SELECT RAISE(ABORT, 'messages is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER messages_no_delete BEFORE DELETE ON messages
BEGIN
  SELECT RAISE(ABORT, 'messages is append-only');
END;
-- +goose StatementEnd

-- The events of a statutory clock. Its due date is computed from them, never typed.
CREATE TABLE clock_events (
  id INTEGER PRIMARY KEY,
  owner TEXT NOT NULL CHECK (owner IN ('complaint', 'case', 'penalty')),
  owner_id INTEGER NOT NULL,
  clock TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('start', 'suspend', 'resume', 'extend', 'stop')),
  on_date TEXT NOT NULL,
  n INTEGER NOT NULL,
  unit TEXT NOT NULL,
  roll INTEGER NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor_id INTEGER
) STRICT;
CREATE INDEX clock_events_owner ON clock_events (owner, owner_id, id);
CREATE INDEX clock_events_on ON clock_events (on_date, owner, owner_id);
-- +goose StatementBegin
CREATE TRIGGER clock_events_no_update BEFORE UPDATE ON clock_events
BEGIN
  SELECT RAISE(ABORT, 'clock_events is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER clock_events_no_delete BEFORE DELETE ON clock_events
BEGIN
  SELECT RAISE(ABORT, 'clock_events is append-only');
END;
-- +goose StatementEnd
CREATE TABLE evidence (
  id INTEGER PRIMARY KEY,
  complaint_id INTEGER NOT NULL REFERENCES complaints (id),
  number INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name BLOB NOT NULL,
  size INTEGER NOT NULL,
  media_type TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  blob TEXT NOT NULL,
  scan TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  from_role TEXT NOT NULL,
  user_id INTEGER REFERENCES users (id),
  version INTEGER NOT NULL,
  UNIQUE (complaint_id, number)
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER evidence_no_delete BEFORE DELETE ON evidence
BEGIN
  SELECT RAISE(ABORT, 'rows of evidence are never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER evidence_frozen BEFORE UPDATE ON evidence
WHEN NEW.complaint_id IS NOT OLD.complaint_id
   OR NEW.number IS NOT OLD.number
   OR NEW.name IS NOT OLD.name
   OR NEW.size IS NOT OLD.size
   OR NEW.sha256 IS NOT OLD.sha256
   OR NEW.blob IS NOT OLD.blob
   OR NEW.received_at IS NOT OLD.received_at
   OR NEW.from_role IS NOT OLD.from_role
BEGIN
  SELECT RAISE(ABORT, 'history of evidence cannot be changed');
END;
-- +goose StatementEnd

-- One run of an import and what it found.
CREATE TABLE imports (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  source TEXT NOT NULL,
  file TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  rows INTEGER NOT NULL,
  stored INTEGER NOT NULL,
  known INTEGER NOT NULL,
  conflicts INTEGER NOT NULL,
  rejects INTEGER NOT NULL
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER imports_no_update BEFORE UPDATE ON imports
BEGIN
  SELECT RAISE(ABORT, 'imports is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER imports_no_delete BEFORE DELETE ON imports
BEGIN
  SELECT RAISE(ABORT, 'imports is append-only');
END;
-- +goose StatementEnd

-- A row that came again with other content: the stored one stays, the difference is kept.
CREATE TABLE import_conflicts (
  id INTEGER PRIMARY KEY,
  import_id INTEGER NOT NULL REFERENCES imports (id),
  complaint_id INTEGER NOT NULL REFERENCES complaints (id),
  line INTEGER NOT NULL,
  field TEXT NOT NULL,
  stored TEXT NOT NULL,
  offered TEXT NOT NULL
) STRICT;
CREATE INDEX import_conflicts_import ON import_conflicts (import_id);
CREATE INDEX import_conflicts_complaint ON import_conflicts (complaint_id);
-- +goose StatementBegin
CREATE TRIGGER import_conflicts_no_update BEFORE UPDATE ON import_conflicts
BEGIN
  SELECT RAISE(ABORT, 'import_conflicts is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER import_conflicts_no_delete BEFORE DELETE ON import_conflicts
BEGIN
  SELECT RAISE(ABORT, 'import_conflicts is append-only');
END;
-- +goose StatementEnd

-- Issue and sub-issue pairs that the rulebook does not map, per import.
CREATE TABLE import_unmapped (
  id INTEGER PRIMARY KEY,
  import_id INTEGER NOT NULL REFERENCES imports (id),
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  n INTEGER NOT NULL
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER import_unmapped_no_update BEFORE UPDATE ON import_unmapped
BEGIN
  SELECT RAISE(ABORT, 'import_unmapped is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER import_unmapped_no_delete BEFORE DELETE ON import_unmapped
BEGIN
  SELECT RAISE(ABORT, 'import_unmapped is append-only');
END;
-- +goose StatementEnd
