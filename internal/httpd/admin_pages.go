package httpd

// adminRoutes are the pages of this area.
func (s *Server) adminRoutes() []Route { return nil }
