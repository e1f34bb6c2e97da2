package httpd

import "github.com/danielgtaylor/huma/v2"

// intakeAPI registers the operations of intake by staff and of telling complainants.
func (s *Server) intakeAPI(api huma.API) {}
