package gobuild

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing/fstest"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/hookcheck/hookcheck/framework/suggest"
	"github.com/hookcheck/hookcheck/hack/internal/command"
)

// NotServedError is a version of a module that the module proxy does not have.
type NotServedError struct {
	Module, Version string
	Near            []string // versions of the same minor release that it lists, newest first
	Err             error
}

func (e *NotServedError) Error() string {
	msg := fmt.Sprintf("the Go module proxy does not serve %s %s", e.Module, e.Version)
	if len(e.Near) > 0 {
		msg += "; it lists " + strings.Join(e.Near, ", ")
	}
	return msg + ": " + e.Err.Error()
}

func (e *NotServedError) Unwrap() error { return e.Err }

// Downloaded says where the go command keeps a module.
type Downloaded struct {
	Dir   string // the extracted files, read-only
	GoMod string // the go.mod file
}

// Download fetches a module, or finds it in the module cache.
func Download(ctx context.Context, path, version string) (Downloaded, error) {
	var d struct {
		Downloaded
		Error string
	}
	work, err := os.MkdirTemp("", "hookcheck-gobuild-") // outside any module: the user's must not matter
	if err != nil {
		return d.Downloaded, err
	}
	defer os.RemoveAll(work)
	run := func(args ...string) (string, error) {
		// -mod=mod needs a main module, and there is none.
		env := append(Environ(), "GOFLAGS=-trimpath")
		return command.Run(ctx, command.Cmd{Args: args, Dir: work, Env: env})
	}
	var out strings.Builder
	_, err = command.Run(ctx, command.Cmd{
		Args: []string{"go", "mod", "download", "-json", path + "@" + version}, Dir: work,
		Env: append(Environ(), "GOFLAGS=-trimpath"), Stdout: &out, // it reports errors in the JSON text too
	})
	if jsonErr := json.Unmarshal([]byte(out.String()), &d); jsonErr == nil && d.Error != "" {
		err = errors.New(d.Error)
	} else if err == nil && jsonErr != nil {
		err = fmt.Errorf("read the answer of go mod download: %w", jsonErr)
	}
	if err == nil {
		return d.Downloaded, nil
	}
	if ctx.Err() != nil {
		return d.Downloaded, ctx.Err()
	}
	listed, _ := run("go", "list", "-m", "-versions", path) // only to help; the error above is the message
	return d.Downloaded, &NotServedError{Module: path, Version: version, Near: near(strings.Fields(listed), version), Err: err}
}

// near picks from versions those of the minor release of version, newest first, ten at most.
func near(versions []string, version string) []string {
	var same []string
	for _, v := range versions {
		if semver.IsValid(v) && semver.MajorMinor(v) == semver.MajorMinor(version) && semver.Prerelease(v) == "" {
			same = append(same, v)
		}
	}
	semver.Sort(same)
	slices.Reverse(same)
	return same[:min(len(same), 10)]
}

// FromModule is the source of a main module that builds main packages of the given module at this version.
// GoMod is the content of that module's own go.mod.
func FromModule(path, version string, goMod []byte) (fs.FS, error) {
	theirs, err := modfile.Parse("go.mod", goMod, nil)
	if err != nil {
		return nil, fmt.Errorf("read the go.mod of %s %s: %w", path, version, err)
	}
	ours := new(modfile.File)
	steps := []error{ours.AddModuleStmt("hookcheck.dev/build"), ours.AddRequire(path, version)}
	if theirs.Go != nil { // it decides the defaults of the language and of GODEBUG
		steps = append(steps, ours.AddGoStmt(theirs.Go.Version))
	}
	for _, g := range theirs.Godebug { // counts only in the main module
		steps = append(steps, ours.AddGodebug(g.Key, g.Value))
	}
	required := map[string]string{}
	for _, r := range theirs.Require {
		required[r.Mod.Path] = r.Mod.Version
	}
	for _, r := range theirs.Replace {
		if to := replacement(r, required[r.Old.Path], version); to.Path != "" {
			steps = append(steps, ours.AddReplace(r.Old.Path, r.Old.Version, to.Path, to.Version))
		}
	}
	if err := errors.Join(steps...); err != nil {
		return nil, fmt.Errorf("write a go.mod for %s %s: %w", path, version, err)
	}
	ours.Cleanup()
	return fstest.MapFS{"go.mod": {Data: modfile.Format(ours.Syntax), Mode: 0o644}}, nil
}

// Required is the version of another module that FromModule's module builds with, or what is built in its place.
func Required(path, version string, goMod []byte, other string) (module.Version, error) {
	if other == path {
		return module.Version{Path: path, Version: version}, nil
	}
	theirs, err := modfile.Parse("go.mod", goMod, nil)
	if err != nil {
		return module.Version{}, fmt.Errorf("read the go.mod of %s %s: %w", path, version, err)
	}
	required := map[string]string{}
	for _, r := range theirs.Require {
		required[r.Mod.Path] = r.Mod.Version
	}
	if required[other] == "" {
		hint := ""
		if nearest := suggest.Nearest(other, slices.Sorted(maps.Keys(required))); nearest != "" {
			hint = fmt.Sprintf("; did you mean %s?", nearest)
		}
		return module.Version{}, fmt.Errorf("%s %s does not require %s%s", path, version, other, hint)
	}
	for _, r := range theirs.Replace {
		if to := replacement(r, required[other], version); r.Old.Path == other && to.Path != "" {
			return to, nil
		}
	}
	return module.Version{Path: other, Version: required[other]}, nil
}

// standIns are published versions that proxy.golang.org refuses to serve (403, "This module version is not
// available"), and what is built instead.
var standIns = map[module.Version]module.Version{
	// The kubelet of 1.34.8 compiles against 0.34.7; 0.34.9 differs from it in the type of KeyValue.value.
	{Path: "k8s.io/cri-api", Version: "v0.34.8"}: {Path: "k8s.io/cri-api", Version: "v0.34.7"},
	// Types and generated code of APIs; the components of 1.34.8 compile against them.
	{Path: "k8s.io/externaljwt", Version: "v0.34.8"}: {Path: "k8s.io/externaljwt", Version: "v0.34.4"},
	{Path: "k8s.io/kube-proxy", Version: "v0.34.8"}:  {Path: "k8s.io/kube-proxy", Version: "v0.34.4"},
}

// replacement is what stands in for the target of a replace directive outside its own repository, or nothing
// where the requirement does without one. A local directory is the same module, published from the same
// repository: either go.mod requires its published version (etcd), or it requires v0.0.0 and the module is
// published under the same minor and patch number with major version 0 (the staging modules of Kubernetes).
func replacement(r *modfile.Replace, required, version string) module.Version {
	switch {
	case r.New.Version != "":
		return r.New
	case required == "v0.0.0":
		published := module.Version{Path: r.Old.Path, Version: "v0." + strings.TrimPrefix(version, semver.Major(version)+".")}
		if other, ok := standIns[published]; ok {
			return other
		}
		return published
	default:
		return module.Version{}
	}
}
