package httpd

import "github.com/danielgtaylor/huma/v2"

// firmAPI registers the operations of a firm's own staff.
func (s *Server) firmAPI(api huma.API) {}
