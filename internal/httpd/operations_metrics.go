package httpd

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dunwatch/internal/evidence"
	"dunwatch/internal/notify"
)

// outboxFigures tells Prometheus how the outbox stands, counted at each scrape: an outbox that grows means a gateway that
// does not answer, and nobody would see it here.
type outboxFigures struct {
	notify *notify.Service
	now    func() time.Time
}

var (
	outboxMessages = prometheus.NewDesc("dunwatch_outbox_messages", "Messages by state; sent ones of the last 90 days.", []string{"state"}, nil)
	outboxOldest   = prometheus.NewDesc("dunwatch_outbox_oldest_seconds", "Age of the oldest waiting message; 0 for none.", nil, nil)
)

// Describe names the figures.
func (o outboxFigures) Describe(ch chan<- *prometheus.Desc) {
	ch <- outboxMessages
	ch <- outboxOldest
}

// scrapeTime bounds the counting, so that a stuck database does not hold the scrapes up.
const scrapeTime = 5 * time.Second

// Collect counts.
func (o outboxFigures) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	st, err := o.notify.Stats(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(outboxMessages, err)
		return
	}
	for state, n := range map[string]int64{"waiting": st.Waiting, "dead": st.Dead, "doubtful": st.Doubtful, "sent": st.Sent} {
		ch <- prometheus.MustNewConstMetric(outboxMessages, prometheus.GaugeValue, float64(n), state)
	}
	age := 0.0
	if !st.Oldest.IsZero() {
		age = o.now().Sub(st.Oldest).Seconds()
	}
	ch <- prometheus.MustNewConstMetric(outboxOldest, prometheus.GaugeValue, age)
}

// evidenceFigures tells Prometheus how the evidence stands: what the scanner said, and what the nightly comparison found.
type evidenceFigures struct{ evidence *evidence.Service }

var (
	evidenceFiles = prometheus.NewDesc("dunwatch_evidence_files", "Evidence files by what the malware scanner said.", []string{"scan"}, nil)
	evidenceCheck = prometheus.NewDesc("dunwatch_evidence_check_files", "Files that the last comparison of rows and stored files found wrong.", []string{"what"}, nil)
	evidenceAt    = prometheus.NewDesc("dunwatch_evidence_check_seconds", "When that was, in seconds since 1970; 0 before the first.", nil, nil)
)

// Describe names the figures.
func (e evidenceFigures) Describe(ch chan<- *prometheus.Desc) {
	ch <- evidenceFiles
	ch <- evidenceCheck
	ch <- evidenceAt
}

// Collect counts.
func (e evidenceFigures) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	counts, err := e.evidence.ScanCounts(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(evidenceFiles, err)
		return
	}
	for state, n := range counts {
		ch <- prometheus.MustNewConstMetric(evidenceFiles, prometheus.GaugeValue, float64(n), state)
	}
	c, err := e.evidence.LastCheck(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(evidenceCheck, err)
		return
	}
	at := 0.0
	if c != nil {
		at = float64(c.At.Unix())
		for what, n := range map[string]int{"missing": c.Missing, "altered": c.Altered, "unnamed": c.Unnamed} {
			ch <- prometheus.MustNewConstMetric(evidenceCheck, prometheus.GaugeValue, float64(n), what)
		}
	}
	ch <- prometheus.MustNewConstMetric(evidenceAt, prometheus.GaugeValue, at)
}
