package httpd

import "github.com/danielgtaylor/huma/v2"

// officeAPI registers the operations of this area.
func (s *Server) officeAPI(api huma.API) {}
