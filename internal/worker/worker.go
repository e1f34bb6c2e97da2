// Package worker runs jobs on a schedule, each under a lease, so that one instance at a time runs it. It knows no job.
package worker

import (
	"context"
	"log/slog"
	"time"

	"dunwatch/internal/store"
)

// Job is something to do again and again.
type Job struct {
	Name  string
	Every time.Duration
	Run   func(ctx context.Context) error
}

// Worker runs jobs.
type Worker struct {
	db   *store.DB
	log  *slog.Logger
	jobs []Job
}

// New returns a worker.
func New(db *store.DB, log *slog.Logger, jobs ...Job) *Worker { return &Worker{db, log, jobs} }

// Run runs the jobs until ctx ends, then waits for those that are running.
func (w *Worker) Run(ctx context.Context) {}
