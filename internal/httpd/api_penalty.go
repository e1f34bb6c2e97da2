package httpd

import "github.com/danielgtaylor/huma/v2"

// penaltyAPI registers the operations of this area.
func (s *Server) penaltyAPI(api huma.API) {}
