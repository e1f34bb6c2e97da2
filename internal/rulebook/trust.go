package rulebook

// Trust says how far a figure or an article number may be relied on. What was
// not checked against a source carries the mark wherever it is shown.
type Trust struct {
	Verified bool `yaml:"verified" json:"verified"`
	// NumberUnverified marks a provision whose content was confirmed while its
	// article number was not.
	NumberUnverified bool `yaml:"number_unverified,omitempty" json:"number_unverified,omitempty"`
	// Confidence of an unverified value: high, medium or low.
	Confidence string   `yaml:"confidence,omitempty" json:"confidence,omitempty"`
	Source     []string `yaml:"source,omitempty" json:"source,omitempty"`
}

// NumberVerified reports whether both the content and the article number were
// confirmed against a source.
func (t Trust) NumberVerified() bool { return t.Verified && !t.NumberUnverified }

// Caveat is the remark to print beside the value, and whether there is one.
func (t Trust) Caveat() (Text, bool) {
	switch {
	case !t.Verified:
		return Text{"未经核实，引用前须核对原文", "not verified: check the original before relying on it"}, true
	case t.NumberUnverified:
		return Text{"条款号待核对", "article number not verified"}, true
	default:
		return Text{}, false
	}
}

// Source is where a value was read. Quality A is the text of the norm or the
// authority itself, B the press or a law firm quoting it, C a weak secondary.
type Source struct {
	ID      string `yaml:"id" json:"id"`
	Where   string `yaml:"where" json:"where"`
	Quality string `yaml:"quality" json:"quality"`
}
