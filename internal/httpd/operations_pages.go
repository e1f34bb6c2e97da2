package httpd

// operationsRoutes are the pages of those who keep the program running.
func (s *Server) operationsRoutes() []Route { return nil }
