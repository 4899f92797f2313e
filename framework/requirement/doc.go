// Package requirement holds the catalogue: every documented behaviour that
// hookcheck judges, as data, and the types in which a verdict on one is given.
//
// The catalogue is YAML, embedded, one file an area (catalogue/<area>.yaml).
// It is parsed strictly and validated as a whole: a typo in a field, a missing
// source, an id twice or a level that does not exist is an error of the build
// (a unit test loads it) and of every command. Which check judges a
// requirement is not said here; package scenario holds the checks and a test
// over all suites demands exactly one check for each requirement, but for those
// that are said to be untestable.
//
// A requirement may list a deviation: where documentation and kubelets part. Its
// sentence states the one or the other (judged). Where it is the documented
// conduct, a violation on the versions listed is a known deviation, and
// conformance an unexpected pass; package gate tells which.
//
// The ledger (claims.yaml) holds sentences of tutorials with the verdict on each,
// and the requirements that prove it.
package requirement
