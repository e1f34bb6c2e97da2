package enforcement

// KeepPast writes down what stands of decisions that a test put into the database as rows.
var KeepPast = (*Service).keepPast
