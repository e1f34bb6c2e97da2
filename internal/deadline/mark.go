package deadline

import "dunwatch/internal/calendar"

// Mark is a day in the life of a clock on which somebody is told of it.
type Mark string

// The marks, in the order in which a clock reaches them.
const (
	Warn     Mark = "warn"     // some working days before the due date
	DueDay   Mark = "due"      // the due date itself
	Escalate Mark = "escalate" // some working days past it
)

// MarkOn is the day on which a mark is reached.
type MarkOn struct {
	Mark Mark
	On   calendar.Date
}

// Marks lists the marks of a due date in their order: warn working days before
// it, the day itself, escalate working days after it. A mark with 0 days is left
// out, and so are all where there is no due date.
func Marks(cal *calendar.Calendar, due calendar.Date, warn, escalate int) []MarkOn {
	if due.IsZero() {
		return nil
	}
	var marks []MarkOn
	if warn > 0 {
		on, _ := cal.AddWorkdays(due, -warn)
		marks = append(marks, MarkOn{Warn, on})
	}
	marks = append(marks, MarkOn{DueDay, due})
	if escalate > 0 {
		on, _ := cal.AddWorkdays(due, escalate)
		marks = append(marks, MarkOn{Escalate, on})
	}
	return marks
}
