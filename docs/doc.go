// Package docs holds those documents of this directory that the command needs, so
// that the binary has them too.
package docs

import _ "embed" // the documents

// ReportSchema is the JSON Schema (draft 2020-12) of report.json.
//
//go:embed report.schema.json
var ReportSchema string
