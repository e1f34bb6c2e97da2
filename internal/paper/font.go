package paper

// Fonts is a chain of fonts.
type Fonts struct{}

// Standard is the chain.
var Standard = &Fonts{}
