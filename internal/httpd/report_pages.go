package httpd

// reportRoutes are the pages of this area.
func (s *Server) reportRoutes() []Route { return nil }
