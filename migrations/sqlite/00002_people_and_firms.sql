-- +goose Up
CREATE TABLE units (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name_zh TEXT NOT NULL,
  name_en TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER units_no_delete BEFORE DELETE ON units
BEGIN
  SELECT RAISE(ABORT, 'rows of units are never deleted');
END;
-- +goose StatementEnd
CREATE TABLE firms (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('lender', 'agency')),
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  parent_id INTEGER REFERENCES firms (id),
  uscc TEXT,
  provisional INTEGER NOT NULL,
  merged_into INTEGER REFERENCES firms (id),
  created_at INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX firms_name_key ON firms (name_key);
-- +goose StatementBegin
CREATE TRIGGER firms_no_delete BEFORE DELETE ON firms
BEGIN
  SELECT RAISE(ABORT, 'rows of firms are never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER firms_frozen BEFORE UPDATE ON firms
WHEN NEW.code IS NOT OLD.code
   OR NEW.created_at IS NOT OLD.created_at
BEGIN
  SELECT RAISE(ABORT, 'history of firms cannot be changed');
END;
-- +goose StatementEnd

-- Every name under which a firm is known, its own included.
CREATE TABLE firm_aliases (
  id INTEGER PRIMARY KEY,
  firm_id INTEGER NOT NULL REFERENCES firms (id),
  alias TEXT NOT NULL,
  alias_key TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX firm_aliases_firm ON firm_aliases (firm_id);
-- +goose StatementBegin
CREATE TRIGGER firm_aliases_no_update BEFORE UPDATE ON firm_aliases
BEGIN
  SELECT RAISE(ABORT, 'firm_aliases is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER firm_aliases_no_delete BEFORE DELETE ON firm_aliases
BEGIN
  SELECT RAISE(ABORT, 'firm_aliases is append-only');
END;
-- +goose StatementEnd

-- Which agency collected for which lender, from when to when.
CREATE TABLE firm_links (
  id INTEGER PRIMARY KEY,
  lender_id INTEGER NOT NULL REFERENCES firms (id),
  agency_id INTEGER NOT NULL REFERENCES firms (id),
  from_on TEXT NOT NULL,
  to_on TEXT,
  created_at INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX firm_links_lender ON firm_links (lender_id, agency_id);
CREATE INDEX firm_links_agency ON firm_links (agency_id);
-- +goose StatementBegin
CREATE TRIGGER firm_links_no_delete BEFORE DELETE ON firm_links
BEGIN
  SELECT RAISE(ABORT, 'rows of firm_links are never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER firm_links_frozen BEFORE UPDATE ON firm_links
WHEN NEW.lender_id IS NOT OLD.lender_id
   OR NEW.agency_id IS NOT OLD.agency_id
   OR NEW.from_on IS NOT OLD.from_on
   OR NEW.created_at IS NOT OLD.created_at
BEGIN
  SELECT RAISE(ABORT, 'history of firm_links cannot be changed');
END;
-- +goose StatementEnd
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  unit_id INTEGER REFERENCES units (id),
  firm_id INTEGER REFERENCES firms (id),
  password TEXT NOT NULL,
  totp BLOB,
  totp_used INTEGER NOT NULL,
  lang TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  disabled_at INTEGER,
  version INTEGER NOT NULL
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER users_no_delete BEFORE DELETE ON users
BEGIN
  SELECT RAISE(ABORT, 'rows of users are never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER users_frozen BEFORE UPDATE ON users
WHEN NEW.created_at IS NOT OLD.created_at
BEGIN
  SELECT RAISE(ABORT, 'history of users cannot be changed');
END;
-- +goose StatementEnd
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY,
  token_hash BLOB NOT NULL UNIQUE,
  user_id INTEGER NOT NULL REFERENCES users (id),
  kind TEXT NOT NULL CHECK (kind IN ('cookie', 'bearer')),
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ended_at INTEGER,
  address TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id);

-- Wrong sign-ins, counted alike for names that exist and names that do not.
CREATE TABLE sign_in_failures (
  key TEXT NOT NULL PRIMARY KEY,
  n INTEGER NOT NULL,
  until INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) STRICT;

-- The one-time code of the first start, with which the first administrator is made.
CREATE TABLE setup_codes (
  id INTEGER PRIMARY KEY,
  code_hash BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;
