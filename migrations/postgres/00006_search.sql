-- +goose Up

-- Words of complaints for search: pairs of neighbouring Chinese characters and whole other words, made by the program
-- (internal/complaint/search.go), which writes the vector itself: no parser of the server ever sees the text.
CREATE TABLE complaint_search (
  complaint_id BIGINT NOT NULL PRIMARY KEY,
  words TSVECTOR NOT NULL
);
CREATE INDEX complaint_search_words ON complaint_search USING gin (words);
