-- +goose Up

-- Numbers and accounts of the collector that the office found later: in a file, in what a witness said, by a call back.
-- What the complainant named at filing stands in accused and is never added to.
CREATE TABLE accused_added (
  id INTEGER PRIMARY KEY,
  complaint_id INTEGER NOT NULL REFERENCES complaints (id),
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  basis TEXT NOT NULL,
  at INTEGER NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users (id)
) STRICT;
CREATE INDEX accused_added_complaint ON accused_added (complaint_id);
-- +goose StatementBegin
CREATE TRIGGER accused_added_no_update BEFORE UPDATE ON accused_added
BEGIN
  SELECT RAISE(ABORT, 'accused_added is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER accused_added_no_delete BEFORE DELETE ON accused_added
BEGIN
  SELECT RAISE(ABORT, 'accused_added is append-only');
END;
-- +goose StatementEnd

-- The same numbers in the form in which equal means equal, each once, with the complaints that name it: computed from accused
-- and accused_added beside the filing (internal/linkage).
CREATE TABLE identifiers (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  value_key TEXT NOT NULL,
  UNIQUE (kind, value_key)
) STRICT;
CREATE TABLE identifier_uses (
  identifier_id INTEGER NOT NULL REFERENCES identifiers (id),
  complaint_id INTEGER NOT NULL REFERENCES complaints (id),
  PRIMARY KEY (identifier_id, complaint_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX identifier_uses_complaint ON identifier_uses (complaint_id, identifier_id);

-- Complaints told in nearly the same words, computed from the narratives. size counts the members.
CREATE TABLE clusters (
  id INTEGER PRIMARY KEY,
  size INTEGER NOT NULL,
  first_on TEXT NOT NULL,
  last_on TEXT NOT NULL
) STRICT;
CREATE INDEX clusters_size ON clusters (size, id);
CREATE INDEX clusters_last ON clusters (last_on, id);

-- What is kept of a narrative for comparing it: its MinHash signature, none where it is too short to tell anything.
CREATE TABLE sketches (
  complaint_id INTEGER PRIMARY KEY,
  signature BLOB,
  cluster_id INTEGER REFERENCES clusters (id)
) STRICT;
CREATE INDEX sketches_cluster ON sketches (cluster_id, complaint_id) WHERE cluster_id IS NOT NULL;

-- Signatures that agree in one band are compared.
CREATE TABLE sketch_bands (
  band INTEGER NOT NULL,
  complaint_id INTEGER NOT NULL,
  PRIMARY KEY (band, complaint_id)
) STRICT, WITHOUT ROWID;

-- What somebody said about two complaints: that one hand is behind both, or not. The newest word about a pair holds. a_id is
-- the smaller id, so that a pair has one name.
CREATE TABLE link_decisions (
  id INTEGER PRIMARY KEY,
  a_id INTEGER NOT NULL REFERENCES complaints (id),
  b_id INTEGER NOT NULL REFERENCES complaints (id),
  verdict TEXT NOT NULL CHECK (verdict IN ('confirmed', 'dismissed', 'open')),
  strength INTEGER NOT NULL,
  grounds TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users (id),
  CHECK (a_id < b_id)
) STRICT;
CREATE INDEX link_decisions_a ON link_decisions (a_id, b_id, id);
CREATE INDEX link_decisions_b ON link_decisions (b_id, a_id, id);
-- +goose StatementBegin
CREATE TRIGGER link_decisions_no_update BEFORE UPDATE ON link_decisions
BEGIN
  SELECT RAISE(ABORT, 'link_decisions is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER link_decisions_no_delete BEFORE DELETE ON link_decisions
BEGIN
  SELECT RAISE(ABORT, 'link_decisions is append-only');
END;
-- +goose StatementEnd

-- A complaint that says again what another one says: same person, same firm, same matter. It points at its original; an
-- original is never a duplicate itself. Undone once, by whom and why.
CREATE TABLE duplicates (
  id INTEGER PRIMARY KEY,
  complaint_id INTEGER NOT NULL REFERENCES complaints (id),
  original_id INTEGER NOT NULL REFERENCES complaints (id),
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users (id),
  undone_at INTEGER,
  undone_by INTEGER REFERENCES users (id),
  undo_reason TEXT NOT NULL,
  CHECK (complaint_id <> original_id)
) STRICT;
CREATE UNIQUE INDEX duplicates_standing ON duplicates (complaint_id) WHERE undone_at IS NULL;
CREATE INDEX duplicates_complaint ON duplicates (complaint_id);
CREATE INDEX duplicates_original ON duplicates (original_id);
-- +goose StatementBegin
CREATE TRIGGER duplicates_no_delete BEFORE DELETE ON duplicates
BEGIN
  SELECT RAISE(ABORT, 'rows of duplicates are never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER duplicates_frozen BEFORE UPDATE ON duplicates
WHEN NEW.complaint_id IS NOT OLD.complaint_id
   OR NEW.original_id IS NOT OLD.original_id
   OR NEW.reason IS NOT OLD.reason
   OR NEW.at IS NOT OLD.at
   OR NEW.user_id IS NOT OLD.user_id
BEGIN
  SELECT RAISE(ABORT, 'history of duplicates cannot be changed');
END;
-- +goose StatementEnd
