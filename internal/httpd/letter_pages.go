package httpd

// letterRoutes are the pages of official letters and their templates.
func (s *Server) letterRoutes() []Route { return nil }
