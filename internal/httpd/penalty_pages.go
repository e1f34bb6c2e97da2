package httpd

// penaltyRoutes are the pages of this area.
func (s *Server) penaltyRoutes() []Route { return nil }
