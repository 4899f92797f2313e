// Package peer runs the specs on lifecycle hooks and termination of Kubernetes' own end-to-end suite, so that hookcheck
// can be compared with them on the same cluster.
//
// The suite, e2e.test, is built from the Go module of the Kubernetes version that the cluster runs, with the flags of the
// node image's components, so that most of it is compiled already. Its images are pulled from registry.k8s.io where that
// answers. Elsewhere [LoadImages] gives a kind cluster stand-ins of the same names, made of the module's source and
// Debian packages, that hold what these specs use.
//
// Which specs there are, and which requirements of hookcheck each of them can see broken, is the table coverage.yaml:
// read from the specs' sources by people, and held to the catalogue and to what e2e.test lists.
package peer
