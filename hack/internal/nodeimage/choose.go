package nodeimage

import (
	"context"
	"fmt"

	"github.com/hookcheck/hookcheck/hack/internal/command"
	"github.com/hookcheck/hookcheck/hack/internal/engine"
	"github.com/hookcheck/hookcheck/hack/internal/registry"
)

// Options say which image is wanted.
type Options struct {
	Kubernetes string       // version, with or without v; empty: DefaultVersion
	Image      string       // an image to use whatever the version
	Rebuild    bool         // build even where an image could be had
	Logf       command.Logf // progress; required
}

// DefaultVersion is the Kubernetes that is used where none is named: that of the client library in go.mod.
const DefaultVersion = "v1.36.4"

const (
	// Recipe is the version of the way in which images are built here; an image carries it in a label.
	Recipe      = "4"
	recipeLabel = "dev.hookcheck.recipe"
)

// Ref is the name of the image that is built for a version.
func Ref(version string) string { return "hookcheck/node:" + version }

// Get returns the reference of a node image that the engine has. It looks in this order: the one named by
// Image; the one built here before; kind's own, if its registry can be reached; and builds one.
func Get(ctx context.Context, o Options) (string, error) {
	if o.Kubernetes == "" {
		o.Kubernetes = DefaultVersion
	}
	version, err := ParseVersion(o.Kubernetes)
	if err != nil {
		return "", err
	}
	if err := engine.Ensure(ctx, o.Logf); err != nil {
		return "", err
	}
	c := chooser{
		logf: o.Logf, registry: registry.Registry{Base: registry.DockerHub},
		has: hasImage, label: imageLabel, pull: pullImage,
		build: func(ctx context.Context, version string) (string, error) {
			return Ref(version), build(ctx, o.Logf, version, Ref(version))
		},
	}
	return c.choose(ctx, version, o.Image, o.Rebuild)
}

// chooser is the decision, with what it asks and does as fields, so that it can be tested without an engine.
type chooser struct {
	logf     command.Logf
	registry registry.Registry
	has      func(ctx context.Context, ref string) bool
	label    func(ctx context.Context, ref, label string) string
	pull     func(ctx context.Context, ref string) error
	build    func(ctx context.Context, version string) (string, error)
}

func (c chooser) choose(ctx context.Context, version, named string, rebuild bool) (string, error) {
	if named != "" {
		return c.named(ctx, named)
	}
	if rebuild {
		c.logf("building %s, as asked", Ref(version))
		return c.build(ctx, version)
	}
	if ref := Ref(version); c.has(ctx, ref) {
		c.logf("using %s, built before", ref)
		if got := c.label(ctx, ref, recipeLabel); got != Recipe {
			c.logf("note: it was built by recipe %q, and this is recipe %q; -rebuild makes it anew", got, Recipe)
		}
		return ref, nil
	}
	ref, err := kindest(version)
	switch {
	case err != nil:
		return "", err
	case ref == "":
		c.logf("no published image of kind %s is known for Kubernetes %s", kindVersion, version)
	case c.has(ctx, ref):
		c.logf("using %s, which the engine has", ref)
		return ref, nil
	default:
		if err := c.registry.Answers(ctx); err != nil {
			c.logf("not pulling %s: %v", ref, err)
			break
		}
		c.logf("pulling %s", ref)
		err := c.pull(ctx, ref)
		if err == nil {
			return ref, nil
		}
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		c.logf("could not pull it: %v", err)
	}
	c.logf("building %s from Go modules and Debian packages; the first time takes some 10 minutes on 2 cores", Ref(version))
	return c.build(ctx, version)
}

// named is the image that the user wants: there, or pulled, or an error; never another one.
func (c chooser) named(ctx context.Context, ref string) (string, error) {
	if c.has(ctx, ref) {
		c.logf("using %s, as asked", ref)
		return ref, nil
	}
	c.logf("pulling %s, as asked", ref)
	if err := c.pull(ctx, ref); err != nil {
		return "", fmt.Errorf("the engine has no image %s and cannot pull it: %w; load it, or leave out -image", ref, err)
	}
	return ref, nil
}

func hasImage(ctx context.Context, ref string) bool {
	_, err := command.Output(ctx, "docker", "image", "inspect", "--format", "{{.Id}}", ref)
	return err == nil
}

func imageLabel(ctx context.Context, ref, label string) string {
	value, err := command.Output(ctx, "docker", "image", "inspect", "--format", fmt.Sprintf("{{index .Config.Labels %q}}", label), ref)
	if err != nil {
		return ""
	}
	return value
}

func pullImage(ctx context.Context, ref string) error {
	_, err := command.Output(ctx, "docker", "pull", "--quiet", ref)
	return err
}
