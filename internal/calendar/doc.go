// Package calendar counts days the way statutes do: dates without a time or a
// zone, months, and the working days of a jurisdiction with its public holidays
// and its make-up working days (调休).
//
// It is pure: no clock, no database, nothing global. The announced years lie in
// policies/calendar and can be topped up by an import (ParseImport, With, Update).
//
// It does not promise that a date is final. In a year whose holidays are not
// announced only Saturdays and Sundays are off, and every answer that leaned on
// such a year is marked provisional. It knows nothing of opening hours, of the
// time of day at which a period ends (24:00 local in China, 民法典 203), nor of
// the holidays of states, provinces or single offices.
package calendar
