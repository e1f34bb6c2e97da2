package httpd

import (
	"time"

	"dunwatch/internal/calendar"
)

// This file holds what the components under web/templates/components take, one
// type for each component whose argument is more than a few words.

// Chip is a status: tone picks shape and colour, the word says it. Tones: "new",
// "active", "wait", "good", "danger", "closed".
type Chip struct {
	Tone string
	Text string
}

// Deadline is a statutory date as the badge shows it.
type Deadline struct {
	Due         calendar.Date
	Left        int  // days until Due, negative when overdue
	Working     bool // Left counts working days, else calendar days
	Paused      bool
	Done        bool
	Provisional bool // the year's holidays are not announced yet
}

// Badge is a Deadline in words.
type Badge struct {
	Tone  string // "good", "wait", "danger", "closed"
	Text  string
	Title string
}

// due puts a deadline into words: red only when it is really late.
func (w words) due(d Deadline) Badge {
	b := Badge{Title: w.t("ui.due_on", d.Due)}
	if d.Provisional {
		b.Title += " · " + w.t("ui.provisional")
	}
	switch {
	case d.Done && d.Left < 0:
		b.Tone, b.Text = "closed", w.t("ui.due_done_late", -d.Left)
	case d.Done:
		b.Tone, b.Text = "closed", w.t("ui.due_done")
	case d.Paused:
		b.Tone, b.Text = "closed", w.t("ui.due_paused")
	case d.Left < 0 && d.Working:
		b.Tone, b.Text = "danger", w.t("ui.due_over_working", -d.Left)
	case d.Left < 0:
		b.Tone, b.Text = "danger", w.t("ui.due_over", -d.Left)
	case d.Left == 0:
		b.Tone, b.Text = "wait", w.t("ui.due_today")
	default:
		b.Tone, b.Text = "good", w.t("ui.due_left_calendar", d.Left)
		if d.Working {
			b.Text = w.t("ui.due_left", d.Left)
		}
		if d.Left <= 3 {
			b.Tone = "wait"
		}
	}
	return b
}

// Answer is a row of a check-answers list.
type Answer struct {
	Label string   // finished text
	Lines []string // none shows "not given"
	Edit  string   // address of the question; "" when it cannot be changed
}

// Step is a row of a step list. State: "done", "current" or "todo".
type Step struct {
	Label string
	Href  string // "" while it cannot be opened
	State string
	Note  string
}

// Event is an entry of a timeline, newest first.
type Event struct {
	At   time.Time
	Text string
	Who  string
	Note string
	Tone string // as of Chip; "" for a plain dot
	Href string
}

// EvidenceCard is a file of the case as people see it.
type EvidenceCard struct {
	Number string   // stable, e.g. "E-03"
	Name   string   // as the person named the file
	Kind   string   // finished text
	Size   int64    // bytes
	SHA256 string   // hex
	Scan   string   // "pending", "clean", "suspect" or "failed"
	Href   string   // opens it: its sheet at the desk, the file itself elsewhere; "" while nobody may open it
	Marks  []string // what there is to know besides, finished text: "superseded by E-4"
	At     time.Time
	By     string
}

// PartyChip is a firm beside its part. Kind: "lender", "agency" or "unknown".
type PartyChip struct {
	Kind string
	Name string
	Code string
	Href string
}

// Masked is protected data: the mask, and where to ask for the whole.
type Masked struct {
	ID     string // unique on the page
	Text   string // masked, or in full once revealed
	Action string // address of the reveal command; "" shows the mask alone
	Field  string // value of its "field" input
	Form   *Form
}

// Confirm is a command that asks before it acts, with a reason where the deed
// goes on the file.
type Confirm struct {
	ID     string // unique on the page; also the form's name
	Action string // address of the command
	Label  string // message key of the button and the heading
	Text   string // finished text: what will happen
	Danger bool
	Reason bool // asks for a reason, sent as "reason"
	Hidden []Option
	Form   *Form // the page's Form
}

// Pill is a filter in force.
type Pill struct {
	Label string // finished text: "状态：调查中"
	Href  string // the list without it
}

// Pager is the way through a list by cursor.
type Pager struct {
	Newer string // addresses; "" where there is nothing
	Older string
	Text  string // e.g. "1–50，共 1,204 件"
}
