package cluster

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"sigs.k8s.io/kind/pkg/cluster/nodes"
	"sigs.k8s.io/kind/pkg/cluster/nodeutils"
	"sigs.k8s.io/kind/pkg/errors"
	kindexec "sigs.k8s.io/kind/pkg/exec"
)

// loadTimeout bounds the import of one archive into all nodes. A small image
// takes about a second.
const loadTimeout = 2 * time.Minute

// LoadImageArchive loads the images of an archive (docker save, or OCI layout in
// a tar file) into every node. refs are the references it holds, each with its
// registry host, such as hookcheck.dev/agent:v1. A node that has them all is
// left as it is, so a changed image needs a changed reference. Without refs the
// archive is always loaded.
//
// The images of a cluster that hookcheck did not create are not added to:
// ErrNotOurs.
func (k *Kind) LoadImageArchive(ctx context.Context, archivePath string, refs ...string) error {
	if err := k.ours(ctx, "load images into"); err != nil {
		return err
	}
	all, err := k.provider().ListInternalNodes(k.name)
	if err != nil {
		return environmentf("load images into cluster %q: %w", k.name, err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, loadTimeout, fmt.Errorf("not done within %v", loadTimeout))
	defer cancel()
	var tasks []func() error
	for _, node := range all {
		tasks = append(tasks, func() error { return k.loadArchive(ctx, node, archivePath, refs) })
	}
	if err := errors.AggregateConcurrent(tasks); err != nil {
		return environmentf("load images into cluster %q: %w", k.name, err)
	}
	return nil
}

// LoadImage loads an image that the engine has.
func (k *Kind) LoadImage(ctx context.Context, image string, args ...string) error {
	if len(args) > 0 {
		return usagef("load image %s: arguments %q are not supported", image, args)
	}
	if err := k.ours(ctx, "load images into"); err != nil {
		return err
	}
	archive, err := os.CreateTemp("", "hookcheck-image-*.tar")
	if err != nil {
		return environmentf("load image %s: %w", image, err)
	}
	defer os.Remove(archive.Name())
	if err := archive.Close(); err != nil { // docker opens it by its name
		return environmentf("load image %s: %w", image, err)
	}
	if _, err := k.engine.run(ctx, nil, "save", "--output", archive.Name(), image); err != nil {
		return explainEngine(fmt.Sprintf("load image %s", image), err)
	}
	return k.LoadImageArchive(ctx, archive.Name(), containerdName(image))
}

// ours returns an error unless the cluster exists and is ours.
func (k *Kind) ours(ctx context.Context, verb string) error {
	s, err := k.state()
	if err != nil {
		return err
	}
	containers, err := k.engine.containers(ctx, k.name)
	if err != nil {
		return err
	}
	if len(containers) == 0 {
		return environmentf("%s cluster %q: there is none; make it with: hookcheck cluster create --name %s", verb, k.name, k.name)
	}
	seen := Seen{Containers: containers}
	seen.Record, seen.RecordErr = s.load(k.name)
	if foreign := seen.foreign(); foreign != "" {
		return k.refusal(verb, Decision{Reasons: []string{foreign}}, "use another with --name")
	}
	return nil
}

// loadArchive loads the archive into one node, unless it has refs already.
func (k *Kind) loadArchive(ctx context.Context, node nodes.Node, archivePath string, refs []string) error {
	missing, err := missingImages(ctx, node, refs)
	if err != nil {
		return err
	}
	if len(refs) > 0 && len(missing) == 0 {
		return nil
	}
	k.log.line("Loading %s into node %s …", orPath(refs, archivePath), node)
	archive, err := os.Open(archivePath)
	if err != nil {
		return err
	}
	defer archive.Close()
	// The import ends when its input does, which is how it is cancelled.
	if err := nodeutils.LoadImageArchive(node, contextReader{ctx, archive}); err != nil {
		return fmt.Errorf("%s into node %s: %w", archivePath, node, brief(err))
	}
	if missing, err = missingImages(ctx, node, refs); err != nil {
		return err
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s is loaded into node %s, but does not hold %s", archivePath, node, strings.Join(missing, ", "))
	}
	return nil
}

// missingImages returns those of refs that the node's containerd does not have
// in the namespace of Kubernetes. Our own node image has no crictl.
func missingImages(ctx context.Context, node nodes.Node, refs []string) (missing []string, err error) {
	if len(refs) == 0 {
		return nil, nil
	}
	lines, err := kindexec.OutputLines(node.CommandContext(ctx, "ctr", "--namespace=k8s.io", "images", "list", "--quiet"))
	if err != nil {
		return nil, fmt.Errorf("list the images of node %s: %w", node, err)
	}
	present := map[string]bool{}
	for _, line := range lines {
		present[strings.TrimSpace(line)] = true
	}
	for _, ref := range refs {
		if !present[containerdName(ref)] {
			missing = append(missing, ref)
		}
	}
	return missing, nil
}

// containerdName spells out what Docker leaves out of a reference: the host
// docker.io, its user library, the tag latest
// (github.com/distribution/reference, func ParseNormalizedNamed, in short).
func containerdName(ref string) string {
	name, rest := ref, ""
	if i := strings.Index(ref, "@"); i >= 0 {
		name, rest = ref[:i], ref[i:]
	} else if i := strings.LastIndex(ref, ":"); i > strings.LastIndex(ref, "/") {
		name, rest = ref[:i], ref[i:]
	} else {
		rest = ":latest"
	}
	host, _, found := strings.Cut(name, "/")
	switch {
	case !found:
		name = "docker.io/library/" + name
	case !strings.ContainsAny(host, ".:") && host != "localhost":
		name = "docker.io/" + name
	}
	return name + rest
}

func orPath(refs []string, path string) string {
	if len(refs) == 0 {
		return path
	}
	return strings.Join(refs, ", ")
}

// contextReader ends with the context's error once the context has ended.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	return c.r.Read(p)
}
