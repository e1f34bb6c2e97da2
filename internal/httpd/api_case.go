package httpd

import "github.com/danielgtaylor/huma/v2"

// caseAPI registers the operations of this area.
func (s *Server) caseAPI(api huma.API) {}
