-- +goose Up

-- What stood overdue on a day that has passed is sought among the clocks that were stopped since. Only those stopped after their due
-- date can have been late on any day: a small part, and so a small index.
DROP INDEX clock_states_stopped;
CREATE INDEX clock_states_late ON clock_states (stopped_on, due_on, owner, owner_id, clock) WHERE stopped_on > due_on;
