// Package catalogue holds the definitions of mutants that this project tries. hack/mutants/README.md describes their
// format, and package mutant reads them.
package catalogue

import "embed"

// FS has the files at its root.
//
//go:embed *.yaml
var FS embed.FS
