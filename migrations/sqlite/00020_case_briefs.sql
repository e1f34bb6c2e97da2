-- +goose Up

-- A closed case told without names in the report of a month, in both languages. It is held against what is known of the people in
-- the case before it is written here, since nothing of it is sealed. What was approved is never reworded: it is withdrawn, and
-- another is written. A case is told once at a time.
CREATE TABLE case_briefs (
  id INTEGER PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  case_id INTEGER NOT NULL REFERENCES cases (id),
  pack TEXT NOT NULL,
  period TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'approved', 'withdrawn')),
  firm_kind TEXT NOT NULL,
  codes TEXT NOT NULL,
  rules TEXT NOT NULL,
  title_zh TEXT NOT NULL,
  happened_zh TEXT NOT NULL,
  rule_zh TEXT NOT NULL,
  outcome_zh TEXT NOT NULL,
  title_en TEXT NOT NULL,
  happened_en TEXT NOT NULL,
  rule_en TEXT NOT NULL,
  outcome_en TEXT NOT NULL,
  digest BLOB NOT NULL,
  position INTEGER NOT NULL,
  author_id INTEGER NOT NULL REFERENCES users (id),
  written_at INTEGER NOT NULL,
  submitted_at INTEGER,
  approved_by INTEGER REFERENCES users (id),
  approved_at INTEGER,
  withdrawn_by INTEGER REFERENCES users (id),
  withdrawn_at INTEGER,
  note TEXT NOT NULL,
  version INTEGER NOT NULL,
  CHECK (approved_by IS NULL OR approved_by <> author_id)
) STRICT;
CREATE INDEX case_briefs_period ON case_briefs (period, state, position);
CREATE UNIQUE INDEX case_briefs_case ON case_briefs (case_id) WHERE state <> 'withdrawn';
-- +goose StatementBegin
CREATE TRIGGER case_briefs_no_delete BEFORE DELETE ON case_briefs
BEGIN
  SELECT RAISE(ABORT, 'rows of case_briefs are never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER case_briefs_frozen BEFORE UPDATE ON case_briefs
WHEN NEW.reference IS NOT OLD.reference
   OR NEW.case_id IS NOT OLD.case_id
   OR NEW.pack IS NOT OLD.pack
   OR NEW.author_id IS NOT OLD.author_id
   OR NEW.written_at IS NOT OLD.written_at
   OR OLD.state = 'withdrawn'
   OR (OLD.state = 'approved' AND (NEW.state NOT IN ('approved', 'withdrawn')
     OR NEW.period IS NOT OLD.period
     OR NEW.firm_kind IS NOT OLD.firm_kind
     OR NEW.codes IS NOT OLD.codes
     OR NEW.rules IS NOT OLD.rules
     OR NEW.title_zh IS NOT OLD.title_zh
     OR NEW.happened_zh IS NOT OLD.happened_zh
     OR NEW.rule_zh IS NOT OLD.rule_zh
     OR NEW.outcome_zh IS NOT OLD.outcome_zh
     OR NEW.title_en IS NOT OLD.title_en
     OR NEW.happened_en IS NOT OLD.happened_en
     OR NEW.rule_en IS NOT OLD.rule_en
     OR NEW.outcome_en IS NOT OLD.outcome_en
     OR NEW.digest IS NOT OLD.digest
     OR NEW.approved_by IS NOT OLD.approved_by
     OR NEW.approved_at IS NOT OLD.approved_at))
BEGIN
  SELECT RAISE(ABORT, 'history of case_briefs cannot be changed');
END;
-- +goose StatementEnd
