-- +goose Up

-- A firm's list of its collectors as it stood on a day. Each list replaces the one before; what was said on which day stays.
CREATE TABLE rosters (
  id INTEGER PRIMARY KEY,
  firm_id INTEGER NOT NULL REFERENCES firms (id),
  received_on TEXT NOT NULL,
  collectors INTEGER NOT NULL,
  digest BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX rosters_firm ON rosters (firm_id, received_on, id);
-- +goose StatementBegin
CREATE TRIGGER rosters_no_update BEFORE UPDATE ON rosters
BEGIN
  SELECT RAISE(ABORT, 'rosters is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER rosters_no_delete BEFORE DELETE ON rosters
BEGIN
  SELECT RAISE(ABORT, 'rosters is append-only');
END;
-- +goose StatementEnd

-- The people of a roster. Numbers are kept as keyed indexes, which answer only who has the number; names are sealed.
CREATE TABLE collectors (
  id INTEGER PRIMARY KEY,
  roster_id INTEGER NOT NULL REFERENCES rosters (id),
  staff_key BLOB NOT NULL,
  phone_key BLOB,
  name BLOB,
  from_on TEXT NOT NULL,
  to_on TEXT
) STRICT;
CREATE INDEX collectors_staff ON collectors (roster_id, staff_key);
CREATE INDEX collectors_phone ON collectors (roster_id, phone_key);
-- +goose StatementBegin
CREATE TRIGGER collectors_no_update BEFORE UPDATE ON collectors
BEGIN
  SELECT RAISE(ABORT, 'collectors is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER collectors_no_delete BEFORE DELETE ON collectors
BEGIN
  SELECT RAISE(ABORT, 'collectors is append-only');
END;
-- +goose StatementEnd
