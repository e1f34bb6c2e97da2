package httpd

import "github.com/danielgtaylor/huma/v2"

// letterAPI registers the operations of letters and their templates.
func (s *Server) letterAPI(api huma.API) {}
