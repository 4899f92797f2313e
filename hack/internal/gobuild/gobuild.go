// Package gobuild makes static binaries from Go modules that cannot be installed by `go install …@version`.
//
// The go command refuses to install a main package of a module whose go.mod has replace directives, and
// Kubernetes, etcd and others have them. What works is a module of our own that requires the one wanted and
// repeats its directives in a form that the module proxy can serve: FromModule writes such a module. Its
// versions are those of the original's go.mod, so the binary is made from the code the authors tested.
//
// Binaries are kept in the store; what go itself needs is in the caches of the go command.
package gobuild

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/hookcheck/hookcheck/hack/internal/command"
	"github.com/hookcheck/hookcheck/hack/internal/store"
)

// recipe changes when this package builds in another way from the same inputs.
const recipe = "1"

// Binary is one program of a build.
type Binary struct {
	Name    string // file name of the result
	Package string // import path of the main package
}

// Spec describes binaries that are built from one main module and kept together.
type Spec struct {
	Name     string // of the entry in the store
	Source   fs.FS  // the main module: a go.mod, and where there are any, its packages
	Get      string // module@version that `go get` is to add to the main module, or empty
	Binaries []Binary
	Tests    []Binary // test binaries: Package is the one whose tests they run
	Tags     string   // build tags, separated by commas
	LDFlags  []string // added to -s -w
	// Changed are files in the place of, or beside, those of a module that is built, by the module's path.
	Changed map[string]fs.FS
	// Keep is how many entries of this name stay in the store, the newest ones; 0: all.
	Keep int
}

// Environ is the environment for the go command that makes its result depend on nothing but the module: no
// flags, work space or platform of the user. Proxy and cache settings stay as they are.
func Environ() []string {
	return []string{
		// Not empty, because an empty variable would let the user's `go env -w GOFLAGS=…` through.
		"GOFLAGS=-mod=mod",
		"GOWORK=off", "CGO_ENABLED=0", "GOOS=linux", "GOARCH=" + runtime.GOARCH, "GOEXPERIMENT=",
	}
}

// Build returns the directory that holds the binaries, built now or before.
func Build(ctx context.Context, logf command.Logf, spec Spec) (string, error) {
	work, err := os.MkdirTemp("", "hookcheck-gobuild-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	if err := os.CopyFS(work, spec.Source); err != nil {
		return "", fmt.Errorf("write the module for %s: %w", spec.Name, err)
	}
	key, err := spec.key(ctx, work)
	if err != nil {
		return "", err
	}
	dir, err := store.Get(ctx, key, func(dir string) error {
		return spec.build(ctx, logf, work, dir)
	})
	if err != nil || spec.Keep == 0 {
		return dir, err
	}
	return dir, store.Trim(key, spec.Keep)
}

func (s Spec) key(ctx context.Context, work string) (store.Key, error) {
	source, err := store.Digest(s.Source)
	if err != nil {
		return store.Key{}, err
	}
	// The version that builds: the go.mod may ask for a newer toolchain than the one installed.
	version, err := command.Run(ctx, command.Cmd{Args: []string{"go", "env", "GOVERSION"}, Dir: work, Env: Environ()})
	if err != nil {
		return store.Key{}, fmt.Errorf("ask for the version of Go: %w", err)
	}
	inputs := []string{recipe, source, version, runtime.GOARCH, s.Get, s.Tags, fmt.Sprint(s.LDFlags), fmt.Sprint(s.Binaries)}
	if len(s.Tests) > 0 {
		inputs = append(inputs, fmt.Sprint(s.Tests))
	}
	for _, module := range slices.Sorted(maps.Keys(s.Changed)) {
		changed, err := store.Digest(s.Changed[module])
		if err != nil {
			return store.Key{}, err
		}
		inputs = append(inputs, module, changed)
	}
	return store.Key{Kind: "go", Name: s.Name, Inputs: inputs}, nil
}

func (s Spec) build(ctx context.Context, logf command.Logf, work, dir string) error {
	if s.Get != "" {
		start := time.Now()
		if _, err := command.Run(ctx, command.Cmd{Args: []string{"go", "get", s.Get}, Dir: work, Env: Environ()}); err != nil {
			return fmt.Errorf("get %s from the module proxy: %w", s.Get, err)
		}
		logf("%s: modules %s", s.Name, since(start))
	}
	changed, err := s.overlay(ctx, work)
	if err != nil {
		return fmt.Errorf("change the sources of %s: %w", s.Name, err)
	}
	for _, b := range s.Binaries {
		if err := s.compile(ctx, logf, work, changed, filepath.Join(dir, b.Name), b, "go", "build"); err != nil {
			return err
		}
	}
	for _, b := range s.Tests {
		if err := s.compile(ctx, logf, work, changed, filepath.Join(dir, b.Name), b, "go", "test", "-c"); err != nil {
			return err
		}
	}
	return nil
}

// compile makes one binary. The flags are the same for all, so that what they share is compiled once.
func (s Spec) compile(ctx context.Context, logf command.Logf, work string, changed []string, out string, b Binary, verb ...string) error {
	start := time.Now()
	ldflags := strings.Join(append([]string{"-s -w"}, s.LDFlags...), " ")
	args := append(verb, "-trimpath", "-buildvcs=false", "-tags="+s.Tags, "-ldflags="+ldflags)
	args = append(append(args, changed...), "-o", out, b.Package)
	if _, err := command.Run(ctx, command.Cmd{Args: args, Dir: work, Env: Environ()}); err != nil {
		return fmt.Errorf("build %s of %s: %w", b.Name, s.Name, err)
	}
	logf("%s: %s built %s", s.Name, b.Name, since(start))
	return nil
}

func since(start time.Time) string {
	return "in " + time.Since(start).Round(100*time.Millisecond).String()
}
