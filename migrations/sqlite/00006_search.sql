-- +goose Up

-- Words of complaints for search: pairs of neighbouring Chinese characters and whole other words, made by the program
-- (internal/complaint/search.go). docid is the complaint's id. A virtual table of FTS4 cannot be STRICT.
CREATE VIRTUAL TABLE complaint_search USING fts4(words, tokenize=simple);
