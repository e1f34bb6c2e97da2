package httpd

// intakeRoutes are the pages of complaints taken down by a clerk, and of complainants still to be told.
func (s *Server) intakeRoutes() []Route { return nil }
