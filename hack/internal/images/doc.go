// Package images builds the fixture image: the agent, statically linked, in an otherwise empty root file system, as an
// archive that container engines import. It needs the Go toolchain and nothing else: no container engine, no registry.
//
// # What comes out
//
// An OCI image layout in a tar file, with an index of one manifest for each architecture. An archive of one architecture
// also has the manifest.json of docker save, so that engines of either habit read it: ctr images import, docker load,
// podman load, kind load image-archive. Layers, configuration and digests are go-containerregistry's work.
//
// # Names are content
//
// Every byte follows from the source and the Go version: times are fixed, paths trimmed, version control is not stamped.
// The tag is the beginning of the digest. So a node that has the name has the content, imagePullPolicy Never is safe, and
// two runs that report the same fixture image had the same.
package images
