-- +goose Up

-- What the report counts as of a day that has passed: complaints that were open then, clocks that ran then, and those whose course
-- changed since, so that what stands of them today is not what stood then.
CREATE INDEX complaints_open ON complaints (status, received_on, pack) WHERE ended_at IS NULL;
DROP INDEX complaints_ended;
CREATE INDEX complaints_ended ON complaints (ended_at, received_on, pack, decided_at, decided_by) WHERE ended_at IS NOT NULL;
DROP INDEX clock_states_due;
CREATE INDEX clock_states_due ON clock_states (phase, due_on, owner, owner_id, clock);
CREATE INDEX clock_states_stopped ON clock_states (stopped_on, due_on, owner, owner_id, clock) WHERE stopped_on IS NOT NULL;
CREATE INDEX clock_events_changed ON clock_events (on_date, owner, owner_id) WHERE kind IN ('suspend', 'resume', 'extend');
CREATE INDEX audit_entries_viewed ON audit_entries (at, subject) WHERE action = 'case.viewed';
