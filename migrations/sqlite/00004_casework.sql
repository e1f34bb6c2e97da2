-- +goose Up
CREATE TABLE cases (
  id INTEGER PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  complaint_id INTEGER NOT NULL UNIQUE REFERENCES complaints (id),
  pack TEXT NOT NULL,
  track TEXT NOT NULL,
  status TEXT NOT NULL,
  unit_id INTEGER NOT NULL REFERENCES units (id),
  officer_id INTEGER REFERENCES users (id),
  assigned_at INTEGER,
  severity INTEGER NOT NULL,
  lender_id INTEGER REFERENCES firms (id),
  agency_id INTEGER REFERENCES firms (id),
  received_on TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  opened_on TEXT NOT NULL,
  due_on TEXT,
  closed_at INTEGER,
  closed_on TEXT,
  outcome TEXT NOT NULL,
  rulebook TEXT NOT NULL,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX cases_status_due ON cases (status, due_on, id);
CREATE INDEX cases_unit_status ON cases (unit_id, status, due_on, id);
CREATE INDEX cases_officer_status ON cases (officer_id, status, due_on, id);
CREATE INDEX cases_lender ON cases (lender_id, id);
CREATE INDEX cases_agency ON cases (agency_id, id);
CREATE INDEX cases_received ON cases (status, received_on, id);

-- By severity, the gravest first: negated, so that the whole key ascends.
CREATE INDEX cases_grave ON cases (status, (-severity), due_on, id);
CREATE INDEX cases_opened ON cases (opened_on, id);
CREATE INDEX cases_closed ON cases (closed_on, id);
-- +goose StatementBegin
CREATE TRIGGER cases_no_delete BEFORE DELETE ON cases
BEGIN
  SELECT RAISE(ABORT, 'rows of cases are never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER cases_frozen BEFORE UPDATE ON cases
WHEN NEW.reference IS NOT OLD.reference
   OR NEW.complaint_id IS NOT OLD.complaint_id
   OR NEW.pack IS NOT OLD.pack
   OR NEW.received_on IS NOT OLD.received_on
   OR NEW.opened_at IS NOT OLD.opened_at
   OR NEW.opened_on IS NOT OLD.opened_on
BEGIN
  SELECT RAISE(ABORT, 'history of cases cannot be changed');
END;
-- +goose StatementEnd

-- Open and closed cases per unit, officer and status, kept by the commands that move a case: a tab's count costs one row.
CREATE TABLE case_counts (
  unit_id INTEGER NOT NULL,
  officer_id INTEGER NOT NULL,
  status TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (unit_id, officer_id, status)
) STRICT;

-- officer_id is into whose hands the case came: they had a part in it for good.
CREATE TABLE case_events (
  id INTEGER PRIMARY KEY,
  case_id INTEGER NOT NULL REFERENCES cases (id),
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  actor_role TEXT NOT NULL,
  actor_id INTEGER,
  officer_id INTEGER REFERENCES users (id),
  note TEXT NOT NULL
) STRICT;
CREATE INDEX case_events_case ON case_events (case_id, id);
-- +goose StatementBegin
CREATE TRIGGER case_events_no_update BEFORE UPDATE ON case_events
BEGIN
  SELECT RAISE(ABORT, 'case_events is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER case_events_no_delete BEFORE DELETE ON case_events
BEGIN
  SELECT RAISE(ABORT, 'case_events is append-only');
END;
-- +goose StatementEnd
CREATE TABLE case_notes (
  id INTEGER PRIMARY KEY,
  case_id INTEGER NOT NULL REFERENCES cases (id),
  at INTEGER NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users (id),
  body BLOB NOT NULL
) STRICT;
CREATE INDEX case_notes_case ON case_notes (case_id, id);
-- +goose StatementBegin
CREATE TRIGGER case_notes_no_update BEFORE UPDATE ON case_notes
BEGIN
  SELECT RAISE(ABORT, 'case_notes is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER case_notes_no_delete BEFORE DELETE ON case_notes
BEGIN
  SELECT RAISE(ABORT, 'case_notes is append-only');
END;
-- +goose StatementEnd

-- A finding is corrected by a newer one that supersedes it; superseded_by is set once.
CREATE TABLE findings (
  id INTEGER PRIMARY KEY,
  case_id INTEGER NOT NULL REFERENCES cases (id),
  number INTEGER NOT NULL,
  code TEXT NOT NULL,
  severity INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  acted_on TEXT NOT NULL,
  standards TEXT NOT NULL,
  bases TEXT NOT NULL,
  reasons TEXT NOT NULL,
  evidence TEXT NOT NULL,
  firm_id INTEGER REFERENCES firms (id),
  rulebook TEXT NOT NULL,
  found_at INTEGER NOT NULL,
  found_on TEXT NOT NULL,
  found_by INTEGER NOT NULL REFERENCES users (id),
  superseded_by INTEGER REFERENCES findings (id),
  UNIQUE (case_id, number)
) STRICT;
CREATE INDEX findings_found ON findings (found_on, id);
CREATE INDEX findings_code ON findings (code, found_on);
-- +goose StatementBegin
CREATE TRIGGER findings_no_delete BEFORE DELETE ON findings
BEGIN
  SELECT RAISE(ABORT, 'rows of findings are never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER findings_frozen BEFORE UPDATE ON findings
WHEN NEW.case_id IS NOT OLD.case_id
   OR NEW.number IS NOT OLD.number
   OR NEW.code IS NOT OLD.code
   OR NEW.outcome IS NOT OLD.outcome
   OR NEW.acted_on IS NOT OLD.acted_on
   OR NEW.standards IS NOT OLD.standards
   OR NEW.bases IS NOT OLD.bases
   OR NEW.reasons IS NOT OLD.reasons
   OR NEW.evidence IS NOT OLD.evidence
   OR NEW.found_at IS NOT OLD.found_at
   OR NEW.found_on IS NOT OLD.found_on
   OR NEW.found_by IS NOT OLD.found_by
BEGIN
  SELECT RAISE(ABORT, 'history of findings cannot be changed');
END;
-- +goose StatementEnd

-- Who may not act on a case, and why.
CREATE TABLE recusals (
  id INTEGER PRIMARY KEY,
  case_id INTEGER NOT NULL REFERENCES cases (id),
  user_id INTEGER NOT NULL REFERENCES users (id),
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (case_id, user_id)
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER recusals_no_update BEFORE UPDATE ON recusals
BEGIN
  SELECT RAISE(ABORT, 'recusals is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER recusals_no_delete BEFORE DELETE ON recusals
BEGIN
  SELECT RAISE(ABORT, 'recusals is append-only');
END;
-- +goose StatementEnd
