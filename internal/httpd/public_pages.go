package httpd

// publicRoutes are the pages of this area.
func (s *Server) publicRoutes() []Route { return nil }
