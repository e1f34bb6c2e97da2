package httpd

import (
	"slices"
	"strconv"

	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/evidence"
)

// scanWords maps the scan states of evidence to those of the card.
var scanWords = map[string]string{"waiting": "pending", "not_scanned": "none", "clean": "clean", "suspect": "suspect", "failed": "failed"}

func (d desk) evidence(pack, ref string, items []evidence.Item) []EvidenceCard {
	p := d.pack(pack)
	out := make([]EvidenceCard, 0, len(items))
	for _, it := range items {
		card := EvidenceCard{
			Number: evidenceLabel(it.Number), Name: it.Name, Kind: it.Kind, Size: it.Size, SHA256: hexOf(it.SHA256),
			Scan: scanWords[it.Scan], At: it.ReceivedAt, By: d.t("role." + it.FromRole),
			Href: d.sheetHref(ref, it.Number), Marks: d.marks(it),
		}
		if k, ok := p.EvidenceType(it.Kind); ok {
			card.Kind = d.text(k.Name)
		}
		if card.Scan == "" {
			card.Scan = "failed"
		}
		out = append(out, card)
	}
	return out
}

// marks are what an officer should know of an item before using it.
func (d desk) marks(it evidence.Item) (out []string) {
	for _, m := range []struct {
		key    string
		number int
	}{{"redacted_of", it.RedactedOf}, {"redacted", it.Redacted}, {"supersedes", it.Supersedes}, {"superseded_by", it.SupersededBy}} {
		if m.number != 0 {
			out = append(out, d.t("evidence_page.relation."+m.key, evidenceLabel(m.number)))
		}
	}
	return out
}

func evidenceLabel(n int) string { return "E-" + strconv.Itoa(n) }

// eventTones colour the dots of the timelines.
var eventTones = map[string]string{
	complaint.EventFiled: "new", complaint.EventImported: "new", complaint.EventAsked: "wait", complaint.EventSupplied: "active",
	complaint.EventAccepted: "active", complaint.EventClosed: "good", complaint.EventRevealed: "wait",
	casework.EventFinding: "active", casework.EventCorrected: "active",
	enforcement.EventProposed: "wait", enforcement.EventReturned: "danger", enforcement.EventApproved: "active", enforcement.EventIssued: "good",
}

// eventText is the sentence of an event; other packages own the words.
func (d desk) eventText(kind string) string {
	if key := "event." + kind; d.s.Words.Has(d.lang, key) {
		return d.t(key)
	}
	return kind
}

func (d desk) caseEvents(list []casework.Event) []Event {
	out := make([]Event, 0, len(list))
	for _, e := range slices.Backward(list) {
		who := e.ActorName
		if who == "" && e.ActorRole != "" {
			who = d.t("role." + e.ActorRole)
		}
		out = append(out, Event{At: e.At, Text: d.eventText(e.Kind), Who: who, Note: d.note(e.Note), Tone: eventTones[e.Kind]})
	}
	return out
}

func (d desk) complaintEvents(list []complaint.Event) []Event {
	out := make([]Event, 0, len(list))
	for _, e := range slices.Backward(list) {
		who := ""
		if e.ActorRole != "" {
			who = d.t("role." + e.ActorRole)
		}
		out = append(out, Event{At: e.At, Text: d.eventText(e.Kind), Who: who, Note: d.note(e.Note), Tone: eventTones[e.Kind]})
	}
	return out
}

// limitNote is the remark of an event that may name a time limit of the pack by its key.
func (d desk) limitNote(pack, text string) string {
	if l, ok := d.pack(pack).Limit(text); ok {
		return d.text(l.Name)
	}
	return d.note(text)
}

// note is the remark of an event: a message key of the program, or a person's
// own words.
func (d desk) note(text string) string {
	if text != "" && d.s.Words.Has(d.lang, text) {
		return d.t(text)
	}
	return text
}
