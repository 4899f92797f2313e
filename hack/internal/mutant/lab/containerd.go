package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/BurntSushi/toml"
	nodev1 "k8s.io/api/node/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
	"github.com/hookcheck/hookcheck/hack/internal/mutant/binaries"
)

const (
	containerdProgram = "/usr/local/bin/containerd" // kind's place
	shimProgram       = "/usr/local/bin/" + binaries.Shim
	containerdConfig  = "/etc/containerd/config.toml"
	containerdSocket  = "/run/containerd/containerd.sock"
	// containerSpec is what containers of kind's nodes start from, and crunSpec the same without kind's hook, which
	// writes into the root of the container: crun has made it read-only by then where the pod asks for that. With it,
	// the class crun of our node image is a runtime that must pass.
	containerSpec = "/etc/containerd/cri-base.json"
	crunSpec      = nodeDir + "/crun-base.json"
	// servicePath is where a service of systemd finds programs (systemd.exec(5)), and containerd's shim runc.
	servicePath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"
)

// containerd is the service with a handler for each wrapper of runc, and its own mutants.
func (l *Lab) containerd(ctx context.Context, o Options) (service, error) {
	stock, err := l.node.keep(ctx, containerdConfig)
	if err != nil {
		return service{}, err
	}
	config, err := l.node.read(ctx, stock)
	if err != nil {
		return service{}, err
	}
	wrappers := map[string]string{} // by handler
	scripts := map[string]string{}  // by path
	runc, err := l.runc(ctx, config)
	if err != nil {
		return service{}, err
	}
	for _, d := range only(o.Definitions, mutant.Runtime) {
		path := wrapperDir + "/" + d.ID
		wrappers[Class(d.ID)], scripts[path] = path, wrapperScript(d, runc)
	}
	withHandlers, err := addHandlers(config, wrappers)
	if err != nil {
		return service{}, fmt.Errorf("%s: %w", containerdConfig, err)
	}
	p, err := l.node.program(ctx, string(mutant.Containerd), o.Binaries)
	if err != nil {
		return service{}, err
	}
	shim, err := l.node.program(ctx, binaries.Shim, o.Binaries)
	if err != nil {
		return service{}, err
	}
	// A script is read by each container anew: it takes no restart, and is written whenever it is another one.
	for path, script := range scripts {
		if err := l.node.write(ctx, path, script, 0o755); err != nil {
			return service{}, err
		}
	}
	return service{
		name: "containerd", digest: digestAll(p.digest, shim.digest, string(withHandlers)), works: l.socketWorks(containerdSocket),
		files: func(ctx context.Context) error {
			return inOrder(
				func() error { return l.node.supplant(ctx, containerdProgram, p) },
				func() error { return l.node.supplant(ctx, shimProgram, shim) },
				func() error { _, err := l.node.sh(ctx, "jq 'del(.hooks)' "+containerSpec+" >"+crunSpec); return err },
				func() error { return l.node.write(ctx, containerdConfig, string(withHandlers), 0o644) })
		},
	}, nil
}

// Class is the name of the RuntimeClass, and of containerd's handler, for a mutant with a wrapper.
func Class(id string) string { return "hookcheck-" + strings.ToLower(id) }

// wrapperScript is a mutant's script with what it may rely on.
func wrapperScript(d mutant.Definition, runc string) string {
	return fmt.Sprintf("#!/bin/sh\n# In place of runc: mutant %s.\nRUNC=%s\n%s", d.ID, runc, d.Wrapper)
}

// runc finds out what containerd's default handler calls.
func (l *Lab) runc(ctx context.Context, config []byte) (string, error) {
	name, err := programOf(config)
	if err != nil {
		return "", fmt.Errorf("%s: %w", containerdConfig, err)
	}
	path, err := l.node.sh(ctx, fmt.Sprintf("PATH=%s; command -v %s", servicePath, name))
	if err != nil {
		return "", fmt.Errorf("the node has no %s: %w", name, err)
	}
	return path, nil
}

// programOf is the program of the default handler, as the configuration names it.
func programOf(text []byte) (string, error) {
	var config table
	if err := toml.Unmarshal(text, &config); err != nil {
		return "", err
	}
	_, standard, err := handlers(config)
	if err != nil {
		return "", err
	}
	options, _ := inside(standard, "options")
	if name, _ := options["BinaryName"].(string); name != "" {
		return name, nil
	}
	return "runc", nil // the shim's own default
}

// criPlugins are what the plugin with the handlers is called in configurations of version 3 and 2.
var criPlugins = []string{"io.containerd.cri.v1.runtime", "io.containerd.grpc.v1.cri"}

// A table is one of a TOML file.
type table = map[string]any

// handlers finds the handlers in a configuration, and the one of pods without a RuntimeClass among them.
func handlers(config table) (all, standard table, err error) {
	for _, plugin := range criPlugins {
		section, _ := inside(config, "plugins", plugin, "containerd")
		name, _ := section["default_runtime_name"].(string)
		if name == "" {
			name = "runc" // containerd's own default
		}
		if all, ok := inside(section, "runtimes"); ok {
			if standard, ok := inside(all, name); ok {
				return all, standard, nil
			}
		}
	}
	return nil, nil, errors.New("it has no handler that is the default one: this is not kind's configuration")
}

func inside(t table, keys ...string) (table, bool) {
	for _, key := range keys {
		next, ok := t[key].(table)
		if !ok {
			return nil, false
		}
		t = next
	}
	return t, true
}

// addHandlers adds handlers that are like the default one but for the program that they call, by their names, and frees
// crun of kind's hook.
func addHandlers(text []byte, programs map[string]string) ([]byte, error) {
	var config table
	if err := toml.Unmarshal(text, &config); err != nil {
		return nil, err
	}
	all, standard, err := handlers(config)
	if err != nil {
		return nil, err
	}
	for name, path := range programs {
		like, options := maps.Clone(standard), table{}
		if theirs, ok := inside(standard, "options"); ok {
			maps.Copy(options, theirs)
		}
		options["BinaryName"] = path
		like["options"] = options
		all[name] = like
	}
	var b bytes.Buffer
	if crun, ok := inside(all, "crun"); ok {
		crun["base_runtime_spec"] = crunSpec
	}
	b.WriteString("# kind's, with a handler added for each mutant that wraps runc.\n")
	if err := toml.NewEncoder(&b).Encode(config); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// createClasses makes each handler choosable by a pod's runtimeClassName.
func (l *Lab) createClasses(ctx context.Context, definitions []mutant.Definition) error {
	for _, d := range only(definitions, mutant.Runtime) {
		name := Class(d.ID)
		class := &nodev1.RuntimeClass{ObjectMeta: metav1.ObjectMeta{Name: name}, Handler: name}
		_, err := l.client.NodeV1().RuntimeClasses().Create(ctx, class, metav1.CreateOptions{})
		if err != nil && !apierrors.IsAlreadyExists(err) {
			return fmt.Errorf("create runtime class %s: %w", name, err)
		}
	}
	return nil
}
