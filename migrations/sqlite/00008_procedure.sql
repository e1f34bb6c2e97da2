-- +goose Up

-- The statutory procedure of a penalty, for lists: where it stands is computed from penalty_steps and kept here by the deeds.
-- A penalty without a row here went the short way of proposal, approval and issue.
CREATE TABLE procedures (
  id INTEGER PRIMARY KEY,
  penalty_id INTEGER NOT NULL UNIQUE REFERENCES penalties (id),
  stage TEXT NOT NULL,
  filing_number TEXT UNIQUE,
  filed_on TEXT,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX procedures_stage ON procedures (stage, id);
-- +goose StatementBegin
CREATE TRIGGER procedures_no_delete BEFORE DELETE ON procedures
BEGIN
  SELECT RAISE(ABORT, 'rows of procedures are never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER procedures_frozen BEFORE UPDATE ON procedures
WHEN NEW.penalty_id IS NOT OLD.penalty_id
BEGIN
  SELECT RAISE(ABORT, 'history of procedures cannot be changed');
END;
-- +goose StatementEnd

-- The steps of the procedure with what each said; the line of the timeline is the event. data is JSON.
CREATE TABLE penalty_steps (
  id INTEGER PRIMARY KEY,
  penalty_id INTEGER NOT NULL REFERENCES penalties (id),
  event_id INTEGER NOT NULL UNIQUE REFERENCES penalty_events (id),
  number INTEGER NOT NULL,
  step TEXT NOT NULL,
  on_date TEXT NOT NULL,
  data TEXT NOT NULL,
  UNIQUE (penalty_id, number)
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER penalty_steps_no_update BEFORE UPDATE ON penalty_steps
BEGIN
  SELECT RAISE(ABORT, 'penalty_steps is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER penalty_steps_no_delete BEFORE DELETE ON penalty_steps
BEGIN
  SELECT RAISE(ABORT, 'penalty_steps is append-only');
END;
-- +goose StatementEnd

-- What the public register shows of a decision. Names of persons are masked before they come here.
CREATE TABLE publications (
  id INTEGER PRIMARY KEY,
  penalty_id INTEGER NOT NULL UNIQUE REFERENCES penalties (id),
  firm_id INTEGER NOT NULL REFERENCES firms (id),
  number TEXT NOT NULL UNIQUE,
  pack TEXT NOT NULL,
  parties TEXT NOT NULL,
  facts TEXT NOT NULL,
  bases_zh TEXT NOT NULL,
  bases_en TEXT NOT NULL,
  measures_zh TEXT NOT NULL,
  measures_en TEXT NOT NULL,
  amount_fen INTEGER NOT NULL,
  authority_zh TEXT NOT NULL,
  authority_en TEXT NOT NULL,
  decided_on TEXT NOT NULL,
  published_on TEXT NOT NULL,
  expires_on TEXT,
  corrected_on TEXT,
  withdrawn_on TEXT,
  reason TEXT NOT NULL,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX publications_on ON publications (published_on, id);
CREATE INDEX publications_firm ON publications (firm_id, published_on);
-- +goose StatementBegin
CREATE TRIGGER publications_no_delete BEFORE DELETE ON publications
BEGIN
  SELECT RAISE(ABORT, 'rows of publications are never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER publications_frozen BEFORE UPDATE ON publications
WHEN NEW.penalty_id IS NOT OLD.penalty_id
   OR NEW.firm_id IS NOT OLD.firm_id
   OR NEW.number IS NOT OLD.number
   OR NEW.pack IS NOT OLD.pack
   OR NEW.decided_on IS NOT OLD.decided_on
   OR NEW.published_on IS NOT OLD.published_on
BEGIN
  SELECT RAISE(ABORT, 'history of publications cannot be changed');
END;
-- +goose StatementEnd

-- Publication, correction, expiry and withdrawal, each with the words that were shown from then on.
CREATE TABLE publication_events (
  id INTEGER PRIMARY KEY,
  publication_id INTEGER NOT NULL REFERENCES publications (id),
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  on_date TEXT NOT NULL,
  actor_id INTEGER REFERENCES users (id),
  data TEXT NOT NULL
) STRICT;
CREATE INDEX publication_events_publication ON publication_events (publication_id, id);
-- +goose StatementBegin
CREATE TRIGGER publication_events_no_update BEFORE UPDATE ON publication_events
BEGIN
  SELECT RAISE(ABORT, 'publication_events is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER publication_events_no_delete BEFORE DELETE ON publication_events
BEGIN
  SELECT RAISE(ABORT, 'publication_events is append-only');
END;
-- +goose StatementEnd

-- A measure short of a penalty: talk, letter, order to correct, restriction, referral, no penalty with its ground.
CREATE TABLE supervisory_measures (
  id INTEGER PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  case_id INTEGER NOT NULL REFERENCES cases (id),
  firm_id INTEGER NOT NULL REFERENCES firms (id),
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  finding_numbers TEXT NOT NULL,
  text TEXT NOT NULL,
  basis TEXT NOT NULL,
  ground TEXT NOT NULL,
  authority TEXT NOT NULL,
  ordered_on TEXT NOT NULL,
  ordered_by INTEGER NOT NULL REFERENCES users (id),
  due_on TEXT,
  ended_on TEXT,
  unit_id INTEGER NOT NULL REFERENCES units (id),
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX supervisory_measures_case ON supervisory_measures (case_id, id);
CREATE INDEX supervisory_measures_firm ON supervisory_measures (firm_id, ordered_on);
CREATE INDEX supervisory_measures_due ON supervisory_measures (status, due_on);
-- +goose StatementBegin
CREATE TRIGGER supervisory_measures_no_delete BEFORE DELETE ON supervisory_measures
BEGIN
  SELECT RAISE(ABORT, 'rows of supervisory_measures are never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER supervisory_measures_frozen BEFORE UPDATE ON supervisory_measures
WHEN NEW.reference IS NOT OLD.reference
   OR NEW.case_id IS NOT OLD.case_id
   OR NEW.firm_id IS NOT OLD.firm_id
   OR NEW.kind IS NOT OLD.kind
   OR NEW.finding_numbers IS NOT OLD.finding_numbers
   OR NEW.text IS NOT OLD.text
   OR NEW.basis IS NOT OLD.basis
   OR NEW.ground IS NOT OLD.ground
   OR NEW.authority IS NOT OLD.authority
   OR NEW.ordered_on IS NOT OLD.ordered_on
   OR NEW.ordered_by IS NOT OLD.ordered_by
   OR NEW.unit_id IS NOT OLD.unit_id
BEGIN
  SELECT RAISE(ABORT, 'history of supervisory_measures cannot be changed');
END;
-- +goose StatementEnd
CREATE TABLE supervisory_measure_events (
  id INTEGER PRIMARY KEY,
  measure_id INTEGER NOT NULL REFERENCES supervisory_measures (id),
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  on_date TEXT NOT NULL,
  actor_role TEXT NOT NULL,
  actor_id INTEGER REFERENCES users (id),
  note TEXT NOT NULL,
  evidence TEXT NOT NULL
) STRICT;
CREATE INDEX supervisory_measure_events_measure ON supervisory_measure_events (measure_id, id);
-- +goose StatementBegin
CREATE TRIGGER supervisory_measure_events_no_update BEFORE UPDATE ON supervisory_measure_events
BEGIN
  SELECT RAISE(ABORT, 'supervisory_measure_events is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER supervisory_measure_events_no_delete BEFORE DELETE ON supervisory_measure_events
BEGIN
  SELECT RAISE(ABORT, 'supervisory_measure_events is append-only');
END;
-- +goose StatementEnd
