-- +goose Up

-- Unusual rises of what is received: of everything, of a pack, of a firm in one of its parts, of a violation code. What was seen
-- stays; a person says what was found and done. A rise that goes on is one alarm.
CREATE TABLE alarms (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('office', 'pack', 'lender', 'agency', 'code')),
  firm_id INTEGER REFERENCES firms (id),
  pack TEXT NOT NULL,
  code TEXT NOT NULL,
  first_on TEXT NOT NULL,
  last_on TEXT NOT NULL,
  observed INTEGER NOT NULL,
  expected_hundredths INTEGER NOT NULL,
  usual INTEGER NOT NULL,
  p_billionths INTEGER NOT NULL,
  series INTEGER NOT NULL,
  method INTEGER NOT NULL,
  raised_at INTEGER NOT NULL,
  seen_on TEXT NOT NULL,
  acknowledged_at INTEGER,
  acknowledged_by INTEGER REFERENCES users (id),
  found TEXT NOT NULL,
  done TEXT NOT NULL,
  version INTEGER NOT NULL,
  CHECK ((kind IN ('lender', 'agency')) = (firm_id IS NOT NULL)),
  CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL))
) STRICT;
CREATE UNIQUE INDEX alarms_open ON alarms (kind, COALESCE(firm_id, 0), pack, code) WHERE acknowledged_at IS NULL;
CREATE INDEX alarms_series ON alarms (kind, firm_id, pack, code, id);
-- +goose StatementBegin
CREATE TRIGGER alarms_no_delete BEFORE DELETE ON alarms
BEGIN
  SELECT RAISE(ABORT, 'rows of alarms are never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER alarms_frozen BEFORE UPDATE ON alarms
WHEN NEW.kind IS NOT OLD.kind
   OR NEW.firm_id IS NOT OLD.firm_id
   OR NEW.pack IS NOT OLD.pack
   OR NEW.code IS NOT OLD.code
   OR NEW.raised_at IS NOT OLD.raised_at
   OR OLD.acknowledged_at IS NOT NULL AND (NEW.acknowledged_at IS NOT OLD.acknowledged_at
     OR NEW.acknowledged_by IS NOT OLD.acknowledged_by
     OR NEW.found IS NOT OLD.found
     OR NEW.done IS NOT OLD.done
     OR NEW.observed IS NOT OLD.observed
     OR NEW.first_on IS NOT OLD.first_on
     OR NEW.last_on IS NOT OLD.last_on)
BEGIN
  SELECT RAISE(ABORT, 'history of alarms cannot be changed');
END;
-- +goose StatementEnd
