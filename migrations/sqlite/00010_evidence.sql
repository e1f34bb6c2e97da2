-- +goose Up

-- How one item of evidence came out of another: the same file kept with the other half of a split letter, a copy with parts
-- blacked out, a better copy.
CREATE TABLE evidence_links (
  id INTEGER PRIMARY KEY,
  evidence_id INTEGER NOT NULL REFERENCES evidence (id),
  source_id INTEGER NOT NULL REFERENCES evidence (id),
  relation TEXT NOT NULL CHECK (relation IN ('shared', 'redacted', 'supersedes')),
  reason TEXT NOT NULL,
  user_id INTEGER REFERENCES users (id),
  made_at INTEGER NOT NULL,
  UNIQUE (evidence_id, source_id, relation)
) STRICT;
CREATE INDEX evidence_links_source ON evidence_links (source_id);
-- +goose StatementBegin
CREATE TRIGGER evidence_links_no_update BEFORE UPDATE ON evidence_links
BEGIN
  SELECT RAISE(ABORT, 'evidence_links is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER evidence_links_no_delete BEFORE DELETE ON evidence_links
BEGIN
  SELECT RAISE(ABORT, 'evidence_links is append-only');
END;
-- +goose StatementEnd

-- What a person decided to let through: a file that the malware scanner suspects, or an original that no copy can stand in for.
CREATE TABLE evidence_releases (
  id INTEGER PRIMARY KEY,
  evidence_id INTEGER NOT NULL REFERENCES evidence (id),
  what TEXT NOT NULL CHECK (what IN ('suspect', 'original')),
  reason TEXT NOT NULL,
  user_id INTEGER REFERENCES users (id),
  released_at INTEGER NOT NULL,
  UNIQUE (evidence_id, what)
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER evidence_releases_no_update BEFORE UPDATE ON evidence_releases
BEGIN
  SELECT RAISE(ABORT, 'evidence_releases is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER evidence_releases_no_delete BEFORE DELETE ON evidence_releases
BEGIN
  SELECT RAISE(ABORT, 'evidence_releases is append-only');
END;
-- +goose StatementEnd

-- Small pictures of images, sealed as their files are. They can be made again; blob '' says that none can be made.
CREATE TABLE evidence_previews (
  evidence_id INTEGER PRIMARY KEY REFERENCES evidence (id),
  blob TEXT NOT NULL,
  size INTEGER NOT NULL,
  made_at INTEGER NOT NULL
) STRICT;

-- Each nightly comparison of rows and stored files.
CREATE TABLE evidence_checks (
  id INTEGER PRIMARY KEY,
  checked_at INTEGER NOT NULL,
  files INTEGER NOT NULL,
  missing INTEGER NOT NULL,
  altered INTEGER NOT NULL,
  unnamed INTEGER NOT NULL
) STRICT;
CREATE INDEX evidence_waiting ON evidence (id) WHERE scan = 'waiting';
