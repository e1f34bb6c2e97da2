package httpd

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

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
