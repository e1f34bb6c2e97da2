// Package migrations holds the schema as numbered SQL, one folder a database.
// One number is one change in both folders; forward only, and a file that has
// been released is never edited.
package migrations

import "embed"

// FS holds sqlite/NNNNN_name.sql and postgres/NNNNN_name.sql.
//
//go:embed sqlite/*.sql postgres/*.sql
var FS embed.FS
