// Package deadline runs statutory clocks. A clock is a limit and the events of
// its life: start, suspend, resume, extend, stop. The due date is computed from
// them and never typed by hand, so each of its days has a reason and an event.
//
// How days are counted
//
//   - The day of the start is not counted; day one is the next day (民法典 201,
//     民事诉讼法 85).
//   - Working days are those of the calendar, make-up days included; which limits
//     count them is data of the rulebook (行政处罚法 85). Weeks are seven days.
//     A month ends on the day of the same number, or on the last day of a shorter
//     month (民法典 202).
//   - A suspension takes out the days after the day of the suspension, up to and
//     including the day of the resumption. The day of suspension still counts,
//     for the clock ran in it; the day of resumption is like a day of start: the
//     next day is the first of the rest. Suspended and resumed on one day, the
//     clock loses nothing. Whatever the unit, only days that are not taken out
//     count; for months, the clock needs as many of these as the month would have
//     had days without the suspension.
//   - An extension adds its limit after the due date so far, as a new period that
//     starts when the old one ends, wherever in the history it was granted. If
//     that due date was rolled, the rolled day is the start.
//   - A limit that rolls and ends on a day off ends on the next working day that
//     is not suspended (民法典 203).
//   - A suspension on or after the due day does not move it.
//
// It does not promise that a clock is lawful: which limit applies, who may
// suspend or extend, how often and up to which total are rules of the caller
// (Extensions, Cap). It knows no time of day and reads no clock, and a due date
// marked provisional may move when the calendar of its year appears. The
// arithmetic is pure; store.go alone keeps the events, never a due date.
package deadline
