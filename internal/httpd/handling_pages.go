package httpd

// handlingRoutes are the desk's deeds on forwards, clocks and requests for time.
func (s *Server) handlingRoutes() []Route { return nil }
