package report

// KeepFrom makes an office of n complaints a large one.
func (s *Service) KeepFrom(n int64) { s.largeFrom = n }
