package httpd

import "github.com/danielgtaylor/huma/v2"

// complaintAPI registers the operations of this area.
func (s *Server) complaintAPI(api huma.API) {}
