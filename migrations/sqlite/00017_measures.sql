-- +goose Up

-- What only some kinds of measures have: of a talk its day, place and who was there; of an order what is to be shown as proof; of a
-- restriction its last day; the day first set for the follow-up, which later ones leave on paper; and the measure that this one follows.
CREATE TABLE supervisory_measure_particulars (
  id INTEGER PRIMARY KEY,
  measure_id INTEGER NOT NULL UNIQUE REFERENCES supervisory_measures (id),
  after_id INTEGER REFERENCES supervisory_measures (id),
  held_on TEXT,
  place TEXT NOT NULL,
  present TEXT NOT NULL,
  proof TEXT NOT NULL,
  until_on TEXT,
  first_due_on TEXT
) STRICT;
CREATE INDEX supervisory_measure_particulars_after ON supervisory_measure_particulars (after_id);
CREATE INDEX supervisory_measures_by ON supervisory_measures (ordered_by, due_on);
-- +goose StatementBegin
CREATE TRIGGER supervisory_measure_particulars_no_update BEFORE UPDATE ON supervisory_measure_particulars
BEGIN
  SELECT RAISE(ABORT, 'supervisory_measure_particulars is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER supervisory_measure_particulars_no_delete BEFORE DELETE ON supervisory_measure_particulars
BEGIN
  SELECT RAISE(ABORT, 'supervisory_measure_particulars is append-only');
END;
-- +goose StatementEnd

-- A measure has a clock too. SQLite cannot change a CHECK, so the table is written anew, row by row as it is.
CREATE TABLE clock_events_new (
  id INTEGER PRIMARY KEY,
  owner TEXT NOT NULL CHECK (owner IN ('complaint', 'case', 'penalty', 'measure')),
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
INSERT INTO clock_events_new (id, owner, owner_id, clock, kind, on_date, n, unit, roll, reason, at, actor_id)
  SELECT id, owner, owner_id, clock, kind, on_date, n, unit, roll, reason, at, actor_id FROM clock_events;
DROP TABLE clock_events;
ALTER TABLE clock_events_new RENAME TO clock_events;
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
