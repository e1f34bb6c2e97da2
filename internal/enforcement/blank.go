package enforcement

// Blank makes an empty deed of a step, to be read from JSON. ok is false for a step that does not exist.
func Blank(step Step) (d Deed, ok bool) {
	empty, ok := blank[step]
	if !ok {
		return nil, false
	}
	return empty(), true
}
