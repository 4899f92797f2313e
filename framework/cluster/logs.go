package cluster

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"sigs.k8s.io/kind/pkg/errors"
)

// exportTimeout bounds an export of logs: a node that hangs must not keep us.
// A healthy node takes about 2 s.
const exportTimeout = time.Minute

// ExportLogs writes the nodes' logs to dest, a directory that is made. It works
// on running and on stopped nodes. Reading changes nothing, so it is allowed on
// any kind cluster.
func (k *Kind) ExportLogs(ctx context.Context, dest string) error {
	containers, err := k.engine.containers(ctx, k.name)
	if err != nil {
		return err
	}
	if len(containers) == 0 {
		return usagef("export the logs of cluster %q: there is none of that name", k.name)
	}
	problems := k.export(ctx, containers, dest)
	if len(problems) > 0 {
		return environmentf("export the logs of cluster %q to %s: %s", k.name, dest, strings.Join(problems, "; "))
	}
	return nil
}

// exportBeforeRemoval exports to a new directory below the state and returns
// it. What cannot be had is named in a file there: it must not keep a broken
// cluster from being replaced.
func (k *Kind) exportBeforeRemoval(ctx context.Context, s state, containers []Container) string {
	dir := s.logsPath(k.name, time.Now())
	if problems := k.export(ctx, containers, dir); len(problems) > 0 {
		text := []byte(strings.Join(problems, "\n") + "\n")
		if err := os.WriteFile(filepath.Join(dir, "not-exported.txt"), text, 0o644); err != nil {
			k.log.line("Cluster %q: %v", k.name, err)
		}
	}
	k.log.line("Its logs are in %s", dir)
	return dir
}

// export writes what logs can be had to dir and returns what cannot.
func (k *Kind) export(ctx context.Context, containers []Container, dir string) []string {
	problems := k.exportAll(ctx, containers, dir)
	for _, c := range containers {
		// The journal is there twice, as text and (8 MiB or more) in binary.
		text, err := os.Stat(filepath.Join(dir, c.Name, "journal.log"))
		if err != nil || text.Size() == 0 {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, c.Name, "journal")); err != nil {
			problems = append(problems, err.Error())
		}
	}
	return problems
}

func (k *Kind) exportAll(ctx context.Context, containers []Container, dir string) (problems []string) {
	ctx, cancel := context.WithTimeoutCause(ctx, exportTimeout, fmt.Errorf("not done within %v", exportTimeout))
	defer cancel()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return []string{err.Error()}
	}
	if slices.ContainsFunc(containers, Container.Running) {
		problems = k.exportRunning(ctx, dir)
		// A node may have stopped just before.
		if now, err := k.engine.containers(ctx, k.name); err == nil {
			containers = now
		}
	}
	for _, c := range containers {
		if !c.Running() {
			problems = append(problems, k.engine.exportStopped(ctx, c, filepath.Join(dir, c.Name))...)
		}
	}
	return problems
}

// exportRunning has kind collect what commands inside the nodes can tell. kind
// takes no context. On images without crictl it fails to list images, which
// nobody misses. And it holds what each command writes until the command ends,
// for an error that might quote it: a node with much in its journal costs this
// process hundreds of MiB.
func (k *Kind) exportRunning(ctx context.Context, dir string) (problems []string) {
	done := make(chan error, 1)
	go func() { done <- k.provider().CollectLogs(k.name, dir) }()
	select {
	case err := <-done:
		for _, err := range flatten(err) {
			if !strings.Contains(err.Error(), " crictl images") {
				problems = append(problems, err.Error())
			}
		}
	case <-ctx.Done():
		problems = append(problems, fmt.Sprintf("collect logs: %v", context.Cause(ctx)))
	}
	return problems
}

// flatten takes an error of kind's apart into those that it is made of.
func flatten(err error) []error {
	if parts := errors.Errors(err); parts != nil {
		var all []error
		for _, part := range parts {
			all = append(all, flatten(part)...)
		}
		return all
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// keepJournals has each node write its journal, with the logs of kubelet and
// containerd, to its disk. Otherwise it is in memory and gone when the node
// stops, which is when it is wanted. A node that cannot do it is as good without.
func (k *Kind) keepJournals(ctx context.Context) {
	nodes, err := k.provider().ListInternalNodes(k.name)
	if err != nil {
		k.log.kind(1, "keep journals: %v", err)
	}
	var wg sync.WaitGroup
	for _, node := range nodes {
		wg.Go(func() {
			cmd := node.CommandContext(ctx, "sh", "-c", "mkdir -p /var/log/journal && journalctl --flush")
			if err := cmd.Run(); err != nil {
				k.log.kind(1, "keep the journal of node %s: %v", node, err)
			}
		})
	}
	wg.Wait()
}

// exportStopped writes the logs of a container in which no command can run:
// what it printed, what the engine knows of it, its /var/log, and its journal,
// which journalctl of the same image reads in a container beside it.
func (e engine) exportStopped(ctx context.Context, c Container, dir string) (problems []string) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return []string{err.Error()}
	}
	for _, item := range []struct {
		file string
		args []string
	}{
		{"serial.log", []string{"logs", c.ID}},
		{"inspect.json", []string{"container", "inspect", c.ID}},
		{"", []string{"cp", c.ID + ":/var/log/.", dir}},
		{"journal.log", []string{
			"run", "--rm", "--network=none", "--volumes-from=" + c.ID + ":ro", "--entrypoint=journalctl",
			c.ImageID, "--no-pager", "--directory=/var/log/journal",
		}},
	} {
		out, err := e.run(ctx, nil, item.args...)
		if err != nil {
			problems = append(problems, fmt.Sprintf("%s: %v", c.Name, err))
		}
		if item.file == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, item.file), out, 0o644); err != nil {
			problems = append(problems, err.Error())
		}
	}
	return problems
}
