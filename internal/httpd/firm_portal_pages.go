package httpd

// firmPortalRoutes are the pages of a firm's own staff.
func (s *Server) firmPortalRoutes() []Route { return nil }
