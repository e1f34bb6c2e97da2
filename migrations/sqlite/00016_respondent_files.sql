-- +goose Up

-- What a party gave in its penalty case, or as proof that it corrected what a measure ordered. The bytes are evidence of the
-- complaint; here stands in which matter they were given.
CREATE TABLE respondent_files (
  id INTEGER PRIMARY KEY,
  penalty_id INTEGER REFERENCES penalties (id),
  measure_id INTEGER REFERENCES supervisory_measures (id),
  evidence_id INTEGER NOT NULL UNIQUE REFERENCES evidence (id),
  firm_id INTEGER NOT NULL REFERENCES firms (id),
  CHECK ((penalty_id IS NULL) <> (measure_id IS NULL))
) STRICT;
CREATE INDEX respondent_files_penalty ON respondent_files (penalty_id);
CREATE INDEX respondent_files_measure ON respondent_files (measure_id);
-- +goose StatementBegin
CREATE TRIGGER respondent_files_no_update BEFORE UPDATE ON respondent_files
BEGIN
  SELECT RAISE(ABORT, 'respondent_files is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER respondent_files_no_delete BEFORE DELETE ON respondent_files
BEGIN
  SELECT RAISE(ABORT, 'respondent_files is append-only');
END;
-- +goose StatementEnd
