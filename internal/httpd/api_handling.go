package httpd

import "github.com/danielgtaylor/huma/v2"

// handlingAPI registers the operations of forwards, clocks and requests for time.
func (s *Server) handlingAPI(api huma.API) {}
