-- +goose Up

-- Where each clock stands: computed from clock_events, kept by the commands that write them, rebuilt when a calendar arrives.
CREATE TABLE clock_states (
  owner TEXT NOT NULL,
  owner_id INTEGER NOT NULL,
  clock TEXT NOT NULL,
  phase TEXT NOT NULL,
  started_on TEXT NOT NULL,
  original_on TEXT NOT NULL,
  due_on TEXT,
  earliest_on TEXT NOT NULL,
  provisional INTEGER NOT NULL,
  stopped_on TEXT,
  in_time INTEGER,
  PRIMARY KEY (owner, owner_id, clock)
) STRICT;
CREATE INDEX clock_states_due ON clock_states (phase, due_on);
CREATE INDEX clock_states_provisional ON clock_states (earliest_on) WHERE provisional = 1;
CREATE INDEX clock_states_result ON clock_states (started_on) WHERE clock = 'complaint.result_notice';

-- Which marks of a clock (warn, due, escalate) were told of; a moved date is told of again.
CREATE TABLE clock_marks (
  owner TEXT NOT NULL,
  owner_id INTEGER NOT NULL,
  clock TEXT NOT NULL,
  mark TEXT NOT NULL,
  due_on TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (owner, owner_id, clock, mark, due_on)
) STRICT;

-- A year's calendar that was imported, its days, and the due dates that it moved.
CREATE TABLE calendar_years (
  id INTEGER PRIMARY KEY,
  calendar TEXT NOT NULL,
  year INTEGER NOT NULL,
  source TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  at INTEGER NOT NULL,
  user_id INTEGER REFERENCES users (id)
) STRICT;
CREATE INDEX calendar_years_year ON calendar_years (calendar, year, id);
-- +goose StatementBegin
CREATE TRIGGER calendar_years_no_update BEFORE UPDATE ON calendar_years
BEGIN
  SELECT RAISE(ABORT, 'calendar_years is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER calendar_years_no_delete BEFORE DELETE ON calendar_years
BEGIN
  SELECT RAISE(ABORT, 'calendar_years is append-only');
END;
-- +goose StatementEnd
CREATE TABLE calendar_days (
  id INTEGER PRIMARY KEY,
  calendar_year_id INTEGER NOT NULL REFERENCES calendar_years (id),
  on_date TEXT NOT NULL,
  off INTEGER NOT NULL
) STRICT;
CREATE INDEX calendar_days_year ON calendar_days (calendar_year_id);
-- +goose StatementBegin
CREATE TRIGGER calendar_days_no_update BEFORE UPDATE ON calendar_days
BEGIN
  SELECT RAISE(ABORT, 'calendar_days is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER calendar_days_no_delete BEFORE DELETE ON calendar_days
BEGIN
  SELECT RAISE(ABORT, 'calendar_days is append-only');
END;
-- +goose StatementEnd
CREATE TABLE calendar_moves (
  id INTEGER PRIMARY KEY,
  calendar_year_id INTEGER NOT NULL REFERENCES calendar_years (id),
  owner TEXT NOT NULL,
  owner_id INTEGER NOT NULL,
  clock TEXT NOT NULL,
  reference TEXT NOT NULL,
  was_on TEXT NOT NULL,
  is_on TEXT NOT NULL
) STRICT;
CREATE INDEX calendar_moves_year ON calendar_moves (calendar_year_id);
-- +goose StatementBegin
CREATE TRIGGER calendar_moves_no_update BEFORE UPDATE ON calendar_moves
BEGIN
  SELECT RAISE(ABORT, 'calendar_moves is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER calendar_moves_no_delete BEFORE DELETE ON calendar_moves
BEGIN
  SELECT RAISE(ABORT, 'calendar_moves is append-only');
END;
-- +goose StatementEnd

-- Somebody asked for more time on a clock of a case; asked_role says which side.
CREATE TABLE extension_requests (
  id INTEGER PRIMARY KEY,
  case_id INTEGER NOT NULL REFERENCES cases (id),
  forward_id INTEGER,
  clock TEXT NOT NULL,
  n INTEGER NOT NULL,
  unit TEXT NOT NULL,
  ground TEXT NOT NULL,
  reason TEXT NOT NULL,
  asked_role TEXT NOT NULL,
  asked_by INTEGER NOT NULL REFERENCES users (id),
  asked_at INTEGER NOT NULL,
  granted INTEGER,
  decision TEXT NOT NULL,
  decided_by INTEGER REFERENCES users (id),
  decided_at INTEGER,
  version INTEGER NOT NULL,
  CHECK (decided_by IS NULL OR decided_by <> asked_by)
) STRICT;
CREATE INDEX extension_requests_case ON extension_requests (case_id, id);
CREATE INDEX extension_requests_open ON extension_requests (id) WHERE granted IS NULL;
-- +goose StatementBegin
CREATE TRIGGER extension_requests_no_delete BEFORE DELETE ON extension_requests
BEGIN
  SELECT RAISE(ABORT, 'rows of extension_requests are never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER extension_requests_frozen BEFORE UPDATE ON extension_requests
WHEN NEW.case_id IS NOT OLD.case_id
   OR NEW.forward_id IS NOT OLD.forward_id
   OR NEW.clock IS NOT OLD.clock
   OR NEW.n IS NOT OLD.n
   OR NEW.unit IS NOT OLD.unit
   OR NEW.ground IS NOT OLD.ground
   OR NEW.reason IS NOT OLD.reason
   OR NEW.asked_role IS NOT OLD.asked_role
   OR NEW.asked_by IS NOT OLD.asked_by
   OR NEW.asked_at IS NOT OLD.asked_at
BEGIN
  SELECT RAISE(ABORT, 'history of extension_requests cannot be changed');
END;
-- +goose StatementEnd

-- A complaint sent to a firm for its answer (转办). parent_id: a lender passed it to its agency. disclosed names the particulars that the firm was given.
CREATE TABLE forwards (
  id INTEGER PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  case_id INTEGER NOT NULL REFERENCES cases (id),
  complaint_id INTEGER NOT NULL REFERENCES complaints (id),
  firm_id INTEGER NOT NULL REFERENCES firms (id),
  parent_id INTEGER REFERENCES forwards (id),
  kind TEXT NOT NULL CHECK (kind IN ('answer', 'information')),
  clock TEXT NOT NULL,
  disclosed TEXT NOT NULL,
  summary BLOB,
  status TEXT NOT NULL,
  forwarded_at INTEGER NOT NULL,
  forwarded_on TEXT NOT NULL,
  forwarded_by INTEGER REFERENCES users (id),
  due_on TEXT,
  acknowledged_at INTEGER,
  answered_on TEXT,
  told_on TEXT,
  ended_at INTEGER,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX forwards_case ON forwards (case_id, id);
CREATE INDEX forwards_complaint ON forwards (complaint_id, id);
CREATE INDEX forwards_firm ON forwards (firm_id, status, due_on, id);
CREATE INDEX forwards_parent ON forwards (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX forwards_to_check ON forwards (id) WHERE status IN ('answered', 'review_answered') AND parent_id IS NULL;
-- +goose StatementBegin
CREATE TRIGGER forwards_no_delete BEFORE DELETE ON forwards
BEGIN
  SELECT RAISE(ABORT, 'rows of forwards are never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER forwards_frozen BEFORE UPDATE ON forwards
WHEN NEW.reference IS NOT OLD.reference
   OR NEW.case_id IS NOT OLD.case_id
   OR NEW.complaint_id IS NOT OLD.complaint_id
   OR NEW.firm_id IS NOT OLD.firm_id
   OR NEW.parent_id IS NOT OLD.parent_id
   OR NEW.kind IS NOT OLD.kind
   OR NEW.disclosed IS NOT OLD.disclosed
   OR NEW.summary IS NOT OLD.summary
   OR NEW.forwarded_at IS NOT OLD.forwarded_at
   OR NEW.forwarded_on IS NOT OLD.forwarded_on
   OR NEW.forwarded_by IS NOT OLD.forwarded_by
BEGIN
  SELECT RAISE(ABORT, 'history of forwards cannot be changed');
END;
-- +goose StatementEnd
CREATE TABLE forward_events (
  id INTEGER PRIMARY KEY,
  forward_id INTEGER NOT NULL REFERENCES forwards (id),
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  actor_role TEXT NOT NULL,
  actor_id INTEGER REFERENCES users (id),
  firm_id INTEGER REFERENCES firms (id),
  note TEXT NOT NULL
) STRICT;
CREATE INDEX forward_events_forward ON forward_events (forward_id, id);
-- +goose StatementBegin
CREATE TRIGGER forward_events_no_update BEFORE UPDATE ON forward_events
BEGIN
  SELECT RAISE(ABORT, 'forward_events is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER forward_events_no_delete BEFORE DELETE ON forward_events
BEGIN
  SELECT RAISE(ABORT, 'forward_events is append-only');
END;
-- +goose StatementEnd

-- What a firm answered, sealed with the key of the complaint; stage says whether it is the answer or the decision on a review (核查).
CREATE TABLE firm_answers (
  id INTEGER PRIMARY KEY,
  forward_id INTEGER NOT NULL REFERENCES forwards (id),
  number INTEGER NOT NULL,
  stage TEXT NOT NULL CHECK (stage IN ('answer', 'review')),
  outcome TEXT NOT NULL,
  body BLOB NOT NULL,
  amount_fen INTEGER,
  at INTEGER NOT NULL,
  on_date TEXT NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users (id),
  UNIQUE (forward_id, number)
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER firm_answers_no_update BEFORE UPDATE ON firm_answers
BEGIN
  SELECT RAISE(ABORT, 'firm_answers is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER firm_answers_no_delete BEFORE DELETE ON firm_answers
BEGIN
  SELECT RAISE(ABORT, 'firm_answers is append-only');
END;
-- +goose StatementEnd

-- The office's check of an answer for substance.
CREATE TABLE answer_checks (
  id INTEGER PRIMARY KEY,
  answer_id INTEGER NOT NULL UNIQUE REFERENCES firm_answers (id),
  passed INTEGER NOT NULL,
  points TEXT NOT NULL,
  note TEXT NOT NULL,
  at INTEGER NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users (id)
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER answer_checks_no_update BEFORE UPDATE ON answer_checks
BEGIN
  SELECT RAISE(ABORT, 'answer_checks is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER answer_checks_no_delete BEFORE DELETE ON answer_checks
BEGIN
  SELECT RAISE(ABORT, 'answer_checks is append-only');
END;
-- +goose StatementEnd

-- Files that a firm sent; the file itself is evidence of the complaint.
CREATE TABLE forward_files (
  id INTEGER PRIMARY KEY,
  forward_id INTEGER NOT NULL REFERENCES forwards (id),
  evidence_id INTEGER NOT NULL UNIQUE REFERENCES evidence (id),
  firm_id INTEGER NOT NULL REFERENCES firms (id)
) STRICT;
CREATE INDEX forward_files_forward ON forward_files (forward_id);
-- +goose StatementBegin
CREATE TRIGGER forward_files_no_update BEFORE UPDATE ON forward_files
BEGIN
  SELECT RAISE(ABORT, 'forward_files is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER forward_files_no_delete BEFORE DELETE ON forward_files
BEGIN
  SELECT RAISE(ABORT, 'forward_files is append-only');
END;
-- +goose StatementEnd

-- Which particulars of a complainant went to whom (个人信息保护法 23).
CREATE TABLE disclosures (
  id INTEGER PRIMARY KEY,
  complaint_id INTEGER NOT NULL REFERENCES complaints (id),
  forward_id INTEGER NOT NULL REFERENCES forwards (id),
  firm_id INTEGER NOT NULL REFERENCES firms (id),
  fields TEXT NOT NULL,
  at INTEGER NOT NULL,
  user_id INTEGER REFERENCES users (id)
) STRICT;
CREATE INDEX disclosures_complaint ON disclosures (complaint_id);
-- +goose StatementBegin
CREATE TRIGGER disclosures_no_update BEFORE UPDATE ON disclosures
BEGIN
  SELECT RAISE(ABORT, 'disclosures is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER disclosures_no_delete BEFORE DELETE ON disclosures
BEGIN
  SELECT RAISE(ABORT, 'disclosures is append-only');
END;
-- +goose StatementEnd

-- A plan of repayment that a firm offered (延期、个性化分期), its instalments and its performance.
CREATE TABLE plans (
  id INTEGER PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  complaint_id INTEGER NOT NULL REFERENCES complaints (id),
  forward_id INTEGER NOT NULL REFERENCES forwards (id),
  firm_id INTEGER NOT NULL REFERENCES firms (id),
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  terms BLOB NOT NULL,
  total_fen INTEGER NOT NULL,
  stop_collection INTEGER NOT NULL,
  offered_at INTEGER NOT NULL,
  offered_by INTEGER NOT NULL REFERENCES users (id),
  answered_on TEXT,
  ended_on TEXT,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX plans_complaint ON plans (complaint_id);
CREATE INDEX plans_firm ON plans (firm_id, status, id);
-- +goose StatementBegin
CREATE TRIGGER plans_no_delete BEFORE DELETE ON plans
BEGIN
  SELECT RAISE(ABORT, 'rows of plans are never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER plans_frozen BEFORE UPDATE ON plans
WHEN NEW.reference IS NOT OLD.reference
   OR NEW.complaint_id IS NOT OLD.complaint_id
   OR NEW.forward_id IS NOT OLD.forward_id
   OR NEW.firm_id IS NOT OLD.firm_id
   OR NEW.kind IS NOT OLD.kind
   OR NEW.terms IS NOT OLD.terms
   OR NEW.total_fen IS NOT OLD.total_fen
   OR NEW.stop_collection IS NOT OLD.stop_collection
   OR NEW.offered_at IS NOT OLD.offered_at
   OR NEW.offered_by IS NOT OLD.offered_by
BEGIN
  SELECT RAISE(ABORT, 'history of plans cannot be changed');
END;
-- +goose StatementEnd
CREATE TABLE plan_instalments (
  id INTEGER PRIMARY KEY,
  plan_id INTEGER NOT NULL REFERENCES plans (id),
  number INTEGER NOT NULL,
  due_on TEXT NOT NULL,
  amount_fen INTEGER NOT NULL,
  UNIQUE (plan_id, number)
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER plan_instalments_no_update BEFORE UPDATE ON plan_instalments
BEGIN
  SELECT RAISE(ABORT, 'plan_instalments is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER plan_instalments_no_delete BEFORE DELETE ON plan_instalments
BEGIN
  SELECT RAISE(ABORT, 'plan_instalments is append-only');
END;
-- +goose StatementEnd
CREATE TABLE plan_events (
  id INTEGER PRIMARY KEY,
  plan_id INTEGER NOT NULL REFERENCES plans (id),
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  actor_role TEXT NOT NULL,
  actor_id INTEGER REFERENCES users (id),
  instalment INTEGER NOT NULL,
  amount_fen INTEGER NOT NULL,
  on_date TEXT,
  note BLOB
) STRICT;
CREATE INDEX plan_events_plan ON plan_events (plan_id, id);
-- +goose StatementBegin
CREATE TRIGGER plan_events_no_update BEFORE UPDATE ON plan_events
BEGIN
  SELECT RAISE(ABORT, 'plan_events is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER plan_events_no_delete BEFORE DELETE ON plan_events
BEGIN
  SELECT RAISE(ABORT, 'plan_events is append-only');
END;
-- +goose StatementEnd

-- The text of a template of letters; the newest version of a kind and language counts, before any the built-in one.
CREATE TABLE letter_templates (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  lang TEXT NOT NULL,
  number INTEGER NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  second_reading INTEGER NOT NULL,
  note TEXT NOT NULL,
  at INTEGER NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users (id),
  UNIQUE (kind, lang, number)
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER letter_templates_no_update BEFORE UPDATE ON letter_templates
BEGIN
  SELECT RAISE(ABORT, 'letter_templates is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER letter_templates_no_delete BEFORE DELETE ON letter_templates
BEGIN
  SELECT RAISE(ABORT, 'letter_templates is append-only');
END;
-- +goose StatementEnd

-- An official letter in both languages, sealed with the key of its complaint. Once issued it keeps its text for good.
CREATE TABLE letters (
  id INTEGER PRIMARY KEY,
  number TEXT UNIQUE,
  kind TEXT NOT NULL,
  template TEXT NOT NULL,
  complaint_id INTEGER NOT NULL REFERENCES complaints (id),
  case_id INTEGER REFERENCES cases (id),
  forward_id INTEGER REFERENCES forwards (id),
  recipient TEXT NOT NULL CHECK (recipient IN ('complainant', 'firm', 'authority')),
  firm_id INTEGER REFERENCES firms (id),
  authority TEXT NOT NULL,
  lang TEXT NOT NULL,
  title_zh TEXT NOT NULL,
  title_en TEXT NOT NULL,
  body_zh BLOB NOT NULL,
  body_en BLOB NOT NULL,
  notices BLOB,
  status TEXT NOT NULL,
  written_at INTEGER NOT NULL,
  written_by INTEGER REFERENCES users (id),
  read_at INTEGER,
  read_by INTEGER REFERENCES users (id),
  issued_at INTEGER,
  issued_on TEXT,
  version INTEGER NOT NULL,
  CHECK (read_by IS NULL OR written_by IS NULL OR read_by <> written_by)
) STRICT;
CREATE INDEX letters_complaint ON letters (complaint_id, id);
CREATE INDEX letters_firm ON letters (firm_id, id) WHERE firm_id IS NOT NULL;
CREATE INDEX letters_status ON letters (status, id);
-- +goose StatementBegin
CREATE TRIGGER letters_no_delete BEFORE DELETE ON letters
BEGIN
  SELECT RAISE(ABORT, 'rows of letters are never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER letters_frozen BEFORE UPDATE ON letters
WHEN NEW.kind IS NOT OLD.kind
   OR NEW.complaint_id IS NOT OLD.complaint_id
   OR NEW.case_id IS NOT OLD.case_id
   OR NEW.forward_id IS NOT OLD.forward_id
   OR NEW.recipient IS NOT OLD.recipient
   OR NEW.firm_id IS NOT OLD.firm_id
   OR NEW.authority IS NOT OLD.authority
   OR NEW.lang IS NOT OLD.lang
   OR NEW.written_at IS NOT OLD.written_at
   OR NEW.written_by IS NOT OLD.written_by
BEGIN
  SELECT RAISE(ABORT, 'history of letters cannot be changed');
END;
-- +goose StatementEnd
CREATE TABLE letter_events (
  id INTEGER PRIMARY KEY,
  letter_id INTEGER NOT NULL REFERENCES letters (id),
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  actor_role TEXT NOT NULL,
  actor_id INTEGER REFERENCES users (id),
  on_date TEXT,
  note TEXT NOT NULL
) STRICT;
CREATE INDEX letter_events_letter ON letter_events (letter_id, id);
CREATE INDEX letter_events_queued ON letter_events (at) WHERE kind = 'queued';
CREATE INDEX letter_events_lost ON letter_events (letter_id) WHERE kind IN ('failed', 'returned');
-- +goose StatementBegin
CREATE TRIGGER letter_events_no_update BEFORE UPDATE ON letter_events
BEGIN
  SELECT RAISE(ABORT, 'letter_events is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER letter_events_no_delete BEFORE DELETE ON letter_events
BEGIN
  SELECT RAISE(ABORT, 'letter_events is append-only');
END;
-- +goose StatementEnd

-- Attempts to tell a complainant the result.
CREATE TABLE contact_attempts (
  id INTEGER PRIMARY KEY,
  complaint_id INTEGER NOT NULL REFERENCES complaints (id),
  at INTEGER NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users (id),
  way TEXT NOT NULL,
  result TEXT NOT NULL,
  note BLOB
) STRICT;
CREATE INDEX contact_attempts_complaint ON contact_attempts (complaint_id, id);
-- +goose StatementBegin
CREATE TRIGGER contact_attempts_no_update BEFORE UPDATE ON contact_attempts
BEGIN
  SELECT RAISE(ABORT, 'contact_attempts is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER contact_attempts_no_delete BEFORE DELETE ON contact_attempts
BEGIN
  SELECT RAISE(ABORT, 'contact_attempts is append-only');
END;
-- +goose StatementEnd

-- Two complaints that belong together: one letter split into two tracks.
CREATE TABLE complaint_links (
  id INTEGER PRIMARY KEY,
  complaint_id INTEGER NOT NULL REFERENCES complaints (id),
  other_id INTEGER NOT NULL REFERENCES complaints (id),
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  user_id INTEGER REFERENCES users (id),
  UNIQUE (complaint_id, other_id, kind),
  CHECK (complaint_id <> other_id)
) STRICT;
CREATE INDEX complaint_links_other ON complaint_links (other_id);
-- +goose StatementBegin
CREATE TRIGGER complaint_links_no_update BEFORE UPDATE ON complaint_links
BEGIN
  SELECT RAISE(ABORT, 'complaint_links is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER complaint_links_no_delete BEFORE DELETE ON complaint_links
BEGIN
  SELECT RAISE(ABORT, 'complaint_links is append-only');
END;
-- +goose StatementEnd

-- A complaint that a clerk took down: who, when it was typed, and the day on which it reached the office.
CREATE TABLE intakes (
  id INTEGER PRIMARY KEY,
  complaint_id INTEGER NOT NULL UNIQUE REFERENCES complaints (id),
  user_id INTEGER NOT NULL REFERENCES users (id),
  typed_at INTEGER NOT NULL,
  arrived_on TEXT NOT NULL,
  note TEXT NOT NULL
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER intakes_no_update BEFORE UPDATE ON intakes
BEGIN
  SELECT RAISE(ABORT, 'intakes is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER intakes_no_delete BEFORE DELETE ON intakes
BEGIN
  SELECT RAISE(ABORT, 'intakes is append-only');
END;
-- +goose StatementEnd

-- How a complainant rates the handling, once.
CREATE TABLE ratings (
  id INTEGER PRIMARY KEY,
  complaint_id INTEGER NOT NULL UNIQUE REFERENCES complaints (id),
  at INTEGER NOT NULL,
  score INTEGER NOT NULL,
  comment BLOB
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER ratings_no_update BEFORE UPDATE ON ratings
BEGIN
  SELECT RAISE(ABORT, 'ratings is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ratings_no_delete BEFORE DELETE ON ratings
BEGIN
  SELECT RAISE(ABORT, 'ratings is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER letters_issued BEFORE UPDATE ON letters
WHEN OLD.issued_at IS NOT NULL AND (NEW.number IS NOT OLD.number
   OR NEW.title_zh IS NOT OLD.title_zh
   OR NEW.title_en IS NOT OLD.title_en
   OR NEW.body_zh IS NOT OLD.body_zh
   OR NEW.body_en IS NOT OLD.body_en
   OR NEW.template IS NOT OLD.template
   OR NEW.issued_at IS NOT OLD.issued_at
   OR NEW.issued_on IS NOT OLD.issued_on
   OR NEW.read_by IS NOT OLD.read_by)
BEGIN
  SELECT RAISE(ABORT, 'an issued letter keeps its text');
END;
-- +goose StatementEnd

-- A message that was on its way when the program stopped: it may have gone out twice.
ALTER TABLE outbox ADD COLUMN doubtful INTEGER NOT NULL DEFAULT 0;

-- Goes out by day only: what reaches people at home.
ALTER TABLE outbox ADD COLUMN quiet INTEGER NOT NULL DEFAULT 0;
CREATE INDEX outbox_dead ON outbox (id) WHERE dead_at IS NOT NULL;
CREATE INDEX outbox_doubtful ON outbox (id) WHERE doubtful = 1;

-- When a job last ran to its end, and whether it went wrong; kept with its lease.
ALTER TABLE leases ADD COLUMN ran_at INTEGER;
ALTER TABLE leases ADD COLUMN failed INTEGER NOT NULL DEFAULT 0;
