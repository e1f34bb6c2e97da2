-- +goose Up
CREATE TABLE penalties (
  id INTEGER PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  case_id INTEGER NOT NULL REFERENCES cases (id),
  firm_id INTEGER NOT NULL REFERENCES firms (id),
  status TEXT NOT NULL,
  facts TEXT NOT NULL,
  reasons TEXT NOT NULL,
  bases TEXT NOT NULL,
  fine_fen INTEGER NOT NULL CHECK (fine_fen >= 0),
  confiscation_fen INTEGER NOT NULL CHECK (confiscation_fen >= 0),
  proposed_by INTEGER NOT NULL REFERENCES users (id),
  proposed_at INTEGER NOT NULL,
  decided_by INTEGER REFERENCES users (id),
  decided_at INTEGER,
  issued_by INTEGER REFERENCES users (id),
  issued_at INTEGER,
  issued_on TEXT,
  decision_number TEXT UNIQUE,
  unit_id INTEGER NOT NULL REFERENCES units (id),
  rulebook TEXT NOT NULL,
  version INTEGER NOT NULL,
  CHECK (decided_by IS NULL OR decided_by <> proposed_by)
) STRICT;
CREATE INDEX penalties_case ON penalties (case_id);
CREATE INDEX penalties_firm ON penalties (firm_id, issued_on);
CREATE INDEX penalties_status ON penalties (status, id);
CREATE INDEX penalties_issued ON penalties (issued_on, id);
-- +goose StatementBegin
CREATE TRIGGER penalties_no_delete BEFORE DELETE ON penalties
BEGIN
  SELECT RAISE(ABORT, 'rows of penalties are never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER penalties_frozen BEFORE UPDATE ON penalties
WHEN NEW.reference IS NOT OLD.reference
   OR NEW.case_id IS NOT OLD.case_id
   OR NEW.firm_id IS NOT OLD.firm_id
   OR NEW.proposed_by IS NOT OLD.proposed_by
   OR NEW.proposed_at IS NOT OLD.proposed_at
   OR NEW.unit_id IS NOT OLD.unit_id
BEGIN
  SELECT RAISE(ABORT, 'history of penalties cannot be changed');
END;
-- +goose StatementEnd
CREATE TABLE penalty_measures (
  id INTEGER PRIMARY KEY,
  penalty_id INTEGER NOT NULL REFERENCES penalties (id),
  round INTEGER NOT NULL,
  kind TEXT NOT NULL,
  amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0)
) STRICT;
CREATE INDEX penalty_measures_penalty ON penalty_measures (penalty_id);
-- +goose StatementBegin
CREATE TRIGGER penalty_measures_no_update BEFORE UPDATE ON penalty_measures
BEGIN
  SELECT RAISE(ABORT, 'penalty_measures is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER penalty_measures_no_delete BEFORE DELETE ON penalty_measures
BEGIN
  SELECT RAISE(ABORT, 'penalty_measures is append-only');
END;
-- +goose StatementEnd
CREATE TABLE penalty_findings (
  id INTEGER PRIMARY KEY,
  penalty_id INTEGER NOT NULL REFERENCES penalties (id),
  finding_id INTEGER NOT NULL REFERENCES findings (id)
) STRICT;
CREATE INDEX penalty_findings_penalty ON penalty_findings (penalty_id);
CREATE INDEX penalty_findings_finding ON penalty_findings (finding_id);
-- +goose StatementBegin
CREATE TRIGGER penalty_findings_no_update BEFORE UPDATE ON penalty_findings
BEGIN
  SELECT RAISE(ABORT, 'penalty_findings is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER penalty_findings_no_delete BEFORE DELETE ON penalty_findings
BEGIN
  SELECT RAISE(ABORT, 'penalty_findings is append-only');
END;
-- +goose StatementEnd
CREATE TABLE penalty_events (
  id INTEGER PRIMARY KEY,
  penalty_id INTEGER NOT NULL REFERENCES penalties (id),
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  actor_role TEXT NOT NULL,
  actor_id INTEGER,
  note TEXT NOT NULL
) STRICT;
CREATE INDEX penalty_events_penalty ON penalty_events (penalty_id, id);
-- +goose StatementBegin
CREATE TRIGGER penalty_events_no_update BEFORE UPDATE ON penalty_events
BEGIN
  SELECT RAISE(ABORT, 'penalty_events is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER penalty_events_no_delete BEFORE DELETE ON penalty_events
BEGIN
  SELECT RAISE(ABORT, 'penalty_events is append-only');
END;
-- +goose StatementEnd

-- The decision as it was sealed: its words never change.
CREATE TABLE decisions (
  id INTEGER PRIMARY KEY,
  penalty_id INTEGER NOT NULL UNIQUE REFERENCES penalties (id),
  number TEXT NOT NULL UNIQUE,
  issued_on TEXT NOT NULL,
  text_zh TEXT NOT NULL,
  text_en TEXT NOT NULL,
  sha256 BLOB NOT NULL
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER decisions_no_update BEFORE UPDATE ON decisions
BEGIN
  SELECT RAISE(ABORT, 'decisions is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER decisions_no_delete BEFORE DELETE ON decisions
BEGIN
  SELECT RAISE(ABORT, 'decisions is append-only');
END;
-- +goose StatementEnd
