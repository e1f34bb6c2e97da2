package rulebook

// Text is a sentence or a name in the two languages of the desk. Load refuses a
// Text that lacks one of them.
type Text struct {
	ZH string `yaml:"zh" json:"zh"`
	EN string `yaml:"en" json:"en"`
}

// In returns the text in lang: English for "en" and its regions ("en-GB"),
// Chinese for everything else, because the office works in Chinese.
func (t Text) In(lang string) string {
	if len(lang) >= 2 && (lang[:2] == "en" || lang[:2] == "EN") {
		return t.EN
	}
	return t.ZH
}

// IsZero reports whether t says nothing in either language.
func (t Text) IsZero() bool { return t == Text{} }
