package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// The labels that kind puts on node containers
// (sigs.k8s.io/kind/pkg/cluster/internal/providers/docker/constants.go).
const (
	clusterLabel = "io.x-k8s.kind.cluster"
	roleLabel    = "io.x-k8s.kind.role"
)

const (
	// inspectPatience bounds the wait for a container that is listed and cannot
	// be inspected. Docker takes up to a second to make one.
	inspectPatience = 5 * time.Second
	// inspectPoll is how often it is tried again.
	inspectPoll = 200 * time.Millisecond
)

// A Container is a node container as the engine sees it. It can be read while
// the cluster in it is down.
type Container struct {
	ID      string // full id, drawn by the engine
	Name    string // like hookcheck-control-plane
	Cluster string // the kind cluster that it belongs to
	Role    string // control-plane, worker, external-load-balancer
	Image   string // the reference that it was created with
	ImageID string // what the reference meant at that time
	// State is the engine's word: running, exited, paused, created, dead, …
	State string
	// ExitCode is the last exit code; 0 while running.
	ExitCode int
	// StartedAt is the last start, by the engine's clock.
	StartedAt time.Time
}

// Running tells whether processes in the container can make progress.
func (c Container) Running() bool { return c.State == "running" }

// engine is the docker command. run is a field for the tests to replace.
type engine struct {
	run func(ctx context.Context, stdin io.Reader, args ...string) (stdout []byte, err error)
}

func newEngine() engine { return engine{run: runDocker} }

// commandError is a failed docker command.
type commandError struct {
	args   []string
	stderr string
	err    error
}

func (e *commandError) Error() string {
	text := fmt.Sprintf("docker %s: %v", strings.Join(e.args, " "), e.err)
	if e.stderr != "" {
		text += ": " + e.stderr
	}
	return text
}

func (e *commandError) Unwrap() error { return e.err }

func runDocker(ctx context.Context, stdin io.Reader, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "docker", args...)
	cmd.Stdin = stdin
	// A child that keeps the pipes open must not keep us past the context.
	cmd.WaitDelay = time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return stdout.Bytes(), &commandError{args, strings.TrimSpace(stderr.String()), err}
	}
	return stdout.Bytes(), nil
}

// explainEngine turns the failure of a first docker command into an error that
// says what to do about it.
func explainEngine(doing string, err error) error {
	const instead = "or use a cluster of yours with --kubeconfig"
	var cmdErr *commandError
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return environmentf("%s: there is no docker command in PATH; install Docker, %s", doing, instead)
	case errors.As(err, &cmdErr) && strings.Contains(strings.ToLower(cmdErr.stderr), "permission denied"):
		return environmentf("%s: %w; let this user use Docker (group docker), %s", doing, err, instead)
	case errors.As(err, &cmdErr) && strings.Contains(strings.ToLower(cmdErr.stderr), "connect to the docker daemon"):
		return environmentf("%s: %w; start Docker, %s", doing, err, instead)
	}
	return environmentf("%s: %w", doing, err)
}

// containers returns the node containers of the named kind cluster, running or
// not; of all kind clusters if cluster is "".
func (e engine) containers(ctx context.Context, cluster string) ([]Container, error) {
	filter := "label=" + clusterLabel
	if cluster != "" {
		filter += "=" + cluster
	}
	for began := time.Now(); ; {
		out, err := e.run(ctx, nil, "ps", "--all", "--quiet", "--no-trunc", "--filter", filter)
		if err != nil {
			return nil, explainEngine("list kind's node containers", err)
		}
		ids := strings.Fields(string(out))
		if len(ids) == 0 {
			return nil, nil
		}
		out, err = e.run(ctx, nil, append([]string{"container", "inspect"}, ids...)...)
		if err == nil {
			found, err := parseContainers(out)
			if err != nil {
				return nil, environmentf("read what docker says of its containers: %w", err)
			}
			return found, nil
		}
		// A container that goes between the two commands, or that is being made
		// at this moment, is listed but cannot be inspected.
		var cmdErr *commandError
		if !errors.As(err, &cmdErr) || !strings.Contains(strings.ToLower(cmdErr.stderr), "no such container") || time.Since(began) > inspectPatience {
			return nil, explainEngine("inspect kind's node containers", err)
		}
		select {
		case <-ctx.Done():
			return nil, environmentf("inspect kind's node containers: %w", context.Cause(ctx))
		case <-time.After(inspectPoll):
		}
	}
}

// parseContainers reads the output of `docker container inspect`.
func parseContainers(data []byte) ([]Container, error) {
	var raw []struct {
		ID    string `json:"Id"`
		Name  string
		Image string
		State struct {
			Status    string
			ExitCode  int
			StartedAt time.Time
		}
		Config struct {
			Image  string
			Labels map[string]string
		}
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, err
	}
	containers := make([]Container, 0, len(raw))
	for _, r := range raw {
		if r.ID == "" {
			return nil, fmt.Errorf("container %q has no id", r.Name)
		}
		containers = append(containers, Container{
			ID: r.ID, Name: strings.TrimPrefix(r.Name, "/"),
			Cluster: r.Config.Labels[clusterLabel], Role: r.Config.Labels[roleLabel],
			Image: r.Config.Image, ImageID: r.Image,
			State: r.State.Status, ExitCode: r.State.ExitCode, StartedAt: r.State.StartedAt,
		})
	}
	return containers, nil
}

// remove deletes containers and their anonymous volumes, by id.
func (e engine) remove(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := e.run(ctx, nil, append([]string{"rm", "--force", "--volumes"}, ids...)...)
	if err != nil {
		return environmentf("remove node containers: %w", err)
	}
	return nil
}

// cgroupV1 tells whether the engine's host has cgroup v1 hierarchies.
func (e engine) cgroupV1(ctx context.Context) (bool, error) {
	out, err := e.run(ctx, nil, "info", "--format", "{{.CgroupVersion}}")
	if err != nil {
		return false, explainEngine("ask Docker for its cgroup version", err)
	}
	return strings.TrimSpace(string(out)) == "1", nil
}

// inspectImage returns the id and the labels of a local image; found is false
// where the engine does not have it.
func (e engine) inspectImage(ctx context.Context, ref string) (id string, labels map[string]string, found bool, err error) {
	out, err := e.run(ctx, nil, "image", "inspect", ref)
	var cmdErr *commandError
	if errors.As(err, &cmdErr) && strings.Contains(strings.ToLower(cmdErr.stderr), "no such image") {
		return "", nil, false, nil
	}
	if err != nil {
		return "", nil, false, explainEngine(fmt.Sprintf("look for image %s", ref), err)
	}
	var raw []struct {
		ID     string `json:"Id"`
		Config struct{ Labels map[string]string }
	}
	if err := json.Unmarshal(out, &raw); err != nil || len(raw) != 1 {
		return "", nil, false, environmentf("read what docker says of image %s: %d entries, %w", ref, len(raw), err)
	}
	return raw[0].ID, raw[0].Config.Labels, true, nil
}
