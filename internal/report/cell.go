package report

// SafeCell is text as it may stand in a CSV file that people open in a spreadsheet: what would run as a formula there
// begins with an apostrophe.
func SafeCell(text string) string { return safe(text) }
