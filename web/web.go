// Package web holds what people see: page templates, static files and the
// words of both languages. It is data only; internal/httpd renders it.
package web

import "embed"

// FS holds templates/, static/ and locales/. The all: prefix keeps partials,
// whose file names start with an underscore.
//
//go:embed all:templates all:static all:locales
var FS embed.FS
