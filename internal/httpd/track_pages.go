package httpd

// trackRoutes are the pages of this area.
func (s *Server) trackRoutes() []Route { return nil }
