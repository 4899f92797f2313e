// Package binaries builds components with their mutants in them.
//
// Each component is built on its own, with the flags of the node image, and only with its own mutants: what two
// components share is changed in the one that a definition names. Nothing is built again whose changed sources are
// the same, whatever else was edited in the definitions.
package binaries

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/hookcheck/hookcheck/hack/internal/command"
	"github.com/hookcheck/hookcheck/hack/internal/gobuild"
	"github.com/hookcheck/hookcheck/hack/internal/mutant"
	"github.com/hookcheck/hookcheck/hack/internal/mutant/source"
	"github.com/hookcheck/hookcheck/hack/internal/nodeimage"
)

// keep is how many builds of a component stay in the cache; a kubelet has 80 MB.
const keep = 8

// Shim is containerd's program beside each pod. It is built from the same sources as containerd, and is a key of
// what Build returns like a component.
const Shim = "containerd-shim-runc-v2"

// Check tries all changes on the sources of a version of Kubernetes, and builds nothing. The error names every
// change that cannot be made.
func Check(ctx context.Context, version string, definitions []mutant.Definition) error {
	var errs []error
	for _, c := range mutant.Components {
		mutants := of(c, definitions)
		if c.Module() == "" || len(mutants) == 0 {
			continue
		}
		open, err := modules(ctx, programs(c, version))
		if err != nil {
			return err
		}
		if _, err := source.Instrument(mutants, open); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Build returns the paths of the components that definitions change by source, built now or before. The error names
// every mutant that does not compile.
func Build(ctx context.Context, logf command.Logf, version string, definitions []mutant.Definition) (map[string]string, error) {
	built := map[string]string{}
	var errs []error
	for _, c := range mutant.Components {
		mutants := of(c, definitions)
		if c.Module() == "" || len(mutants) == 0 {
			continue
		}
		component := programs(c, version)
		dir, err := build(ctx, logf, component, mutants)
		if err != nil {
			errs = append(errs, fmt.Errorf("build %s with its mutants: %w", c, err))
			continue
		}
		for _, b := range component.Binaries {
			built[b.Name] = filepath.Join(dir, b.Name)
		}
	}
	return built, errors.Join(errs...)
}

func of(c mutant.Component, definitions []mutant.Definition) []mutant.Definition {
	var own []mutant.Definition
	for _, d := range definitions {
		if d.Component == c {
			own = append(own, d)
		}
	}
	return own
}

// programs is the module of the component, with the programs that are to be built of it.
func programs(c mutant.Component, version string) nodeimage.Component {
	component, wanted := nodeimage.Kubernetes(version), []string{string(c)}
	if c == mutant.Containerd {
		component, wanted = nodeimage.Containerd(), append(wanted, Shim)
	}
	component.Binaries = slices.DeleteFunc(component.Binaries, func(b gobuild.Binary) bool { return !slices.Contains(wanted, b.Name) })
	component.Name = "mutants-" + string(c)
	return component
}

// modules gives the files of the component's module, and of those that it requires.
func modules(ctx context.Context, component nodeimage.Component) (source.Open, error) {
	goMod, err := component.GoMod(ctx)
	if err != nil {
		return nil, err
	}
	opened := map[string]fs.FS{}
	return func(module string) (fs.FS, error) {
		if files, ok := opened[module]; ok {
			return files, nil
		}
		required, err := gobuild.Required(component.Module, component.Version, goMod, module)
		if err != nil {
			return nil, err
		}
		got, err := gobuild.Download(ctx, required.Path, required.Version)
		if err != nil {
			return nil, err
		}
		opened[module] = os.DirFS(got.Dir)
		return opened[module], nil
	}, nil
}

// build makes the programs of one component. Where mutants do not compile it goes on without them, because the
// compiler does not look at what imports a package that is wrong: there may be more.
func build(ctx context.Context, logf command.Logf, component nodeimage.Component, mutants []mutant.Definition) (string, error) {
	spec, err := component.Spec(ctx)
	if err != nil {
		return "", err
	}
	spec.Keep = keep
	open, err := modules(ctx, component)
	if err != nil {
		return "", err
	}
	var wrong []error
	for {
		if spec.Changed, err = source.Instrument(mutants, open); err != nil {
			return "", err
		}
		dir, err := gobuild.Build(ctx, logf, spec)
		if err == nil {
			return dir, errors.Join(wrong...)
		}
		said := complaints(err)
		rest := slices.DeleteFunc(slices.Clone(mutants), func(d mutant.Definition) bool {
			complaint, ok := said[d.ID]
			if ok {
				wrong = append(wrong, d.Errorf("it does not compile:%s", complaint))
			}
			return ok
		})
		if len(rest) == len(mutants) {
			return "", errors.Join(append(wrong, err)...)
		}
		logf("%s: mutants that do not compile: %d; looking at the others", component.Name, len(mutants)-len(rest))
		mutants = rest
	}
}
