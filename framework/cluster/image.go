package cluster

import (
	"context"
	"regexp"
	"strings"
)

// The two kinds of node image.
const (
	// ownRepository holds the images that hack/nodeimage builds from source,
	// for machines that reach no registry.
	ownRepository = "hookcheck/node"
	// ownLabel is on each of them, whatever they are called.
	ownLabel = "dev.hookcheck.recipe"
	// kindRepository holds the images that the kind project publishes.
	kindRepository = "kindest/node"
)

// nodeImage is a node image and what must be known of it to run it.
type nodeImage struct {
	// Ref is the reference to create nodes from.
	Ref string
	// ID is what Ref means on this engine now; "" if it must be pulled first.
	ID string
	// Own is true for an image of hack/nodeimage: it has a static network
	// configuration and the OCI runtimes runc and crun.
	Own bool
	// NoDNS is true for one of recipe 1, which has no CoreDNS.
	NoDNS bool
}

// recipeWithoutDNS is the recipe of hack/nodeimage that had no CoreDNS.
const recipeWithoutDNS = "1"

var (
	nameForm    = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)
	versionForm = regexp.MustCompile(`^v(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?$`)
	tagVersion  = regexp.MustCompile(`:(v[0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.-]*)`)
)

// nameMax is the longest cluster name: a host name has at most 64 letters, of
// which kind takes 14 for "-control-plane".
const nameMax = 50

// ValidateName returns an ErrUsage unless name can name a cluster: at most 50
// lower case letters, digits and inner hyphens.
func ValidateName(name string) error {
	if len(name) > nameMax || !nameForm.MatchString(name) {
		return usagef("cluster name %q is not valid; use at most %d lower case letters, digits and hyphens, such as %q", name, nameMax, DefaultName)
	}
	return nil
}

// parseVersion checks a Kubernetes version and gives it its leading v.
func parseVersion(version string) (string, error) {
	v := "v" + strings.TrimPrefix(version, "v")
	if !versionForm.MatchString(v) {
		return "", usagef("Kubernetes version %q is not complete; name the patch release, such as %q", version, DefaultKubernetes)
	}
	return v, nil
}

// sameVersion compares versions, leaving out build metadata ("+…").
func sameVersion(a, b string) bool {
	a, _, _ = strings.Cut(a, "+")
	b, _, _ = strings.Cut(b, "+")
	return a == b
}

// versionOfImage reads the Kubernetes version from an image's tag, or "".
func versionOfImage(ref string) string {
	if m := tagVersion.FindStringSubmatch(ref); m != nil {
		return m[1]
	}
	return ""
}

// ownByName tells by an image's name whether hack/nodeimage builds it.
func ownByName(ref string) bool {
	ref, _, _ = strings.Cut(ref, "@")
	if i := strings.LastIndex(ref, ":"); i > strings.LastIndex(ref, "/") {
		ref = ref[:i]
	}
	return ref == ownRepository || strings.HasSuffix(ref, "/"+ownRepository)
}

// resolveImage chooses the node image: the one that was named; else the one
// that was built here for that version; else the one that kind publishes.
func (e engine) resolveImage(ctx context.Context, named, version string) (nodeImage, error) {
	candidates := []string{named}
	if named == "" {
		candidates = []string{ownRepository + ":" + version, kindRepository + ":" + version}
	}
	for _, ref := range candidates {
		id, labels, found, err := e.inspectImage(ctx, ref)
		if err != nil {
			return nodeImage{}, err
		}
		if found {
			return nodeImage{Ref: ref, ID: id, Own: labels[ownLabel] != "", NoDNS: labels[ownLabel] == recipeWithoutDNS}, nil
		}
	}
	if ownByName(named) {
		// No registry has it. Asking one would fail, or fetch somebody else's.
		return nodeImage{}, environmentf("node image %s is not on this machine; build it (make node-image), or leave --image out to use %s", named, kindRepository)
	}
	return nodeImage{Ref: candidates[len(candidates)-1]}, nil
}

// plan chooses the image, which it pulls if need be, and writes the kind
// configuration. It comes before anything is removed: a cluster is not given up
// for one that cannot be made. With a configuration given, nothing is done to
// the cluster that is not in it.
func (k *Kind) plan(ctx context.Context) (image nodeImage, config []byte, err error) {
	if k.config != nil {
		id, _, _, err := k.engine.inspectImage(ctx, k.configured)
		if err != nil {
			return nodeImage{}, nil, err
		}
		image, config = nodeImage{Ref: k.configured, ID: id}, k.config
	} else {
		if image, err = k.engine.resolveImage(ctx, k.image, k.kubernetes); err != nil {
			return nodeImage{}, nil, err
		}
		v1, err := k.engine.cgroupV1(ctx)
		if err != nil {
			return nodeImage{}, nil, err
		}
		config, err = marshalConfig(kindConfig(configSpec{Name: k.name, Image: image, Nodes: k.nodes, FeatureGates: k.gates, CgroupV1: v1}))
		if err != nil {
			return nodeImage{}, nil, err
		}
	}
	if image.ID == "" {
		k.log.line("Pulling image %s …", image.Ref)
		if _, err := k.engine.run(ctx, nil, "pull", "--quiet", image.Ref); err != nil {
			return nodeImage{}, nil, environmentf("create cluster %q: %w; see that a registry is reachable and has %s, build a node image instead (make node-image), or name one with --image",
				k.name, err, image.Ref)
		}
	}
	return image, config, nil
}
