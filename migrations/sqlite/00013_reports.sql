-- +goose Up

-- What a firm says of its size for a month. A newer row for the same month replaces the one before; what was said stays.
CREATE TABLE firm_denominators (
  id INTEGER PRIMARY KEY,
  firm_id INTEGER NOT NULL REFERENCES firms (id),
  month TEXT NOT NULL,
  customers INTEGER NOT NULL CHECK (customers >= 0),
  overdue_accounts INTEGER NOT NULL CHECK (overdue_accounts >= 0),
  lent_fen INTEGER NOT NULL CHECK (lent_fen >= 0),
  received_on TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX firm_denominators_month ON firm_denominators (month, id);
CREATE INDEX firm_denominators_firm ON firm_denominators (firm_id, month, id);
-- +goose StatementBegin
CREATE TRIGGER firm_denominators_no_update BEFORE UPDATE ON firm_denominators
BEGIN
  SELECT RAISE(ABORT, 'firm_denominators is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER firm_denominators_no_delete BEFORE DELETE ON firm_denominators
BEGIN
  SELECT RAISE(ABORT, 'firm_denominators is append-only');
END;
-- +goose StatementEnd

-- A frozen report: revision 0 is the first, later ones say what was corrected.
CREATE TABLE report_freezes (
  id INTEGER PRIMARY KEY,
  period TEXT NOT NULL,
  revision INTEGER NOT NULL,
  cut_off INTEGER NOT NULL,
  definitions INTEGER NOT NULL,
  rulebook TEXT NOT NULL,
  reason TEXT NOT NULL,
  frozen_at INTEGER NOT NULL,
  frozen_by INTEGER REFERENCES users (id),
  UNIQUE (period, revision)
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER report_freezes_no_update BEFORE UPDATE ON report_freezes
BEGIN
  SELECT RAISE(ABORT, 'report_freezes is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER report_freezes_no_delete BEFORE DELETE ON report_freezes
BEGIN
  SELECT RAISE(ABORT, 'report_freezes is append-only');
END;
-- +goose StatementEnd

-- The bytes of a frozen report, for each pack and language, compressed; sha256 is of what they were.
CREATE TABLE report_editions (
  id INTEGER PRIMARY KEY,
  freeze_id INTEGER NOT NULL REFERENCES report_freezes (id),
  pack TEXT NOT NULL,
  lang TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  content BLOB NOT NULL,
  UNIQUE (freeze_id, pack, lang)
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER report_editions_no_update BEFORE UPDATE ON report_editions
BEGIN
  SELECT RAISE(ABORT, 'report_editions is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER report_editions_no_delete BEFORE DELETE ON report_editions
BEGIN
  SELECT RAISE(ABORT, 'report_editions is append-only');
END;
-- +goose StatementEnd

-- What was behind the figures of a table of a frozen report: compressed lines, in the form of internal/report/reference.go.
CREATE TABLE report_references (
  id INTEGER PRIMARY KEY,
  freeze_id INTEGER NOT NULL REFERENCES report_freezes (id),
  pack TEXT NOT NULL,
  table_id TEXT NOT NULL,
  content BLOB NOT NULL,
  UNIQUE (freeze_id, pack, table_id)
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER report_references_no_update BEFORE UPDATE ON report_references
BEGIN
  SELECT RAISE(ABORT, 'report_references is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER report_references_no_delete BEFORE DELETE ON report_references
BEGIN
  SELECT RAISE(ABORT, 'report_references is append-only');
END;
-- +goose StatementEnd

-- What the public sees of a frozen month, with small figures hidden.
CREATE TABLE report_publications (
  id INTEGER PRIMARY KEY,
  freeze_id INTEGER NOT NULL UNIQUE REFERENCES report_freezes (id),
  period TEXT NOT NULL,
  revision INTEGER NOT NULL,
  published_on TEXT NOT NULL,
  content BLOB NOT NULL
) STRICT;
CREATE INDEX report_publications_period ON report_publications (period, id);
-- +goose StatementBegin
CREATE TRIGGER report_publications_no_update BEFORE UPDATE ON report_publications
BEGIN
  SELECT RAISE(ABORT, 'report_publications is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER report_publications_no_delete BEFORE DELETE ON report_publications
BEGIN
  SELECT RAISE(ABORT, 'report_publications is append-only');
END;
-- +goose StatementEnd

-- The ledgers of penalties as lines, one for each day of a surcharge: computed from penalty_steps and kept with each step, so that
-- sums by date cost no more than their lines. Surcharges of days to come stand here already, until the next step.
CREATE TABLE penalty_entries (
  id INTEGER PRIMARY KEY,
  penalty_id INTEGER NOT NULL REFERENCES penalties (id),
  party INTEGER NOT NULL,
  account TEXT NOT NULL,
  kind TEXT NOT NULL,
  on_date TEXT NOT NULL,
  amount_fen INTEGER NOT NULL
) STRICT;
CREATE INDEX penalty_entries_penalty ON penalty_entries (penalty_id, party, account, on_date, amount_fen);
CREATE INDEX penalty_entries_on ON penalty_entries (on_date, kind);

-- The report counts complaints by day, and by what stands here, without reading the complaints themselves.
CREATE INDEX complaints_counted ON complaints (received_on, pack, source, region, product, lender_id, agency_id);
DROP INDEX complaint_codes_complaint;
CREATE INDEX complaint_codes_complaint ON complaint_codes (complaint_id, code);
DROP INDEX complaint_channels_complaint;
CREATE INDEX complaint_channels_complaint ON complaint_channels (complaint_id, channel);
