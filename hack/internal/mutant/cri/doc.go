// Package cri is a proxy between kubelet and container runtime that breaks what they say to each other.
//
// It passes every call of the CRI (https://kubernetes.io/docs/concepts/containers/cri/) on as it came: known and
// unknown services, streams, metadata, deadlines and errors. Only a call of the RuntimeService that is about a
// sandbox or container of a namespace for which a mutant is on is changed, as the mutant's `calls` say.
//
// Whose namespace it is stands in the request that creates a sandbox or container, and is kept by the id in the
// answer. Of one that was created before the proxy started, the runtime is asked once.
//
// Which mutants are on is told by package hookcheckmutant, as in every component that is built with mutants in it.
package cri
