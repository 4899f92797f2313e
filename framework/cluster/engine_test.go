package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// fakeEngine answers docker commands from lists, and notes what was removed.
type fakeEngine struct {
	containers []Container
	images     map[string]string // reference to id
	removed    []string
	commands   []string
}

func (f *fakeEngine) engine() engine {
	return engine{run: func(_ context.Context, _ io.Reader, args ...string) ([]byte, error) {
		f.commands = append(f.commands, strings.Join(args, " "))
		switch {
		case args[0] == "ps":
			_, cluster, _ := strings.Cut(strings.TrimPrefix(args[len(args)-1], "label="), "=")
			var ids []string
			for _, c := range f.containers {
				if cluster == "" || c.Cluster == cluster {
					ids = append(ids, c.ID)
				}
			}
			return []byte(strings.Join(ids, "\n")), nil
		case args[0] == "container":
			return f.inspect(args[2:])
		case args[0] == "image":
			id, ok := f.images[args[2]]
			if !ok {
				return []byte("[]"), &commandError{args, "Error: No such image: " + args[2], errors.New("exit status 1")}
			}
			label := ""
			if strings.Contains(args[2], "own") || strings.Contains(args[2], "hookcheck") {
				label = `"dev.hookcheck.recipe": "2"`
			}
			return fmt.Appendf(nil, `[{"Id": %q, "Config": {"Labels": {%s}}}]`, id, label), nil
		case args[0] == "rm":
			f.removed = append(f.removed, args[3:]...)
			f.containers = slices.DeleteFunc(f.containers, func(c Container) bool { return slices.Contains(args[3:], c.ID) })
			return nil, nil
		case args[0] == "info":
			return []byte("2\n"), nil
		}
		return nil, &commandError{args, "unknown command", errors.New("exit status 1")}
	}}
}

func (f *fakeEngine) inspect(ids []string) ([]byte, error) {
	var out []map[string]any
	for _, c := range f.containers {
		if slices.Contains(ids, c.ID) {
			out = append(out, map[string]any{
				"Id": c.ID, "Name": "/" + c.Name, "Image": c.ImageID,
				"State":  map[string]any{"Status": c.State, "ExitCode": c.ExitCode, "StartedAt": c.StartedAt},
				"Config": map[string]any{"Image": c.Image, "Labels": map[string]string{clusterLabel: c.Cluster, roleLabel: c.Role}},
			})
		}
	}
	return json.Marshal(out)
}

func TestContainers(t *testing.T) {
	theirs := Container{ID: "x", Name: "kind-control-plane", Cluster: "kind", Role: "control-plane", State: "exited", ExitCode: 1, StartedAt: started}
	f := &fakeEngine{containers: []Container{node("a", "control-plane"), node("b", "worker"), theirs}}
	for cluster, want := range map[string][]Container{"c": f.containers[:2], "kind": f.containers[2:], "": f.containers, "none": nil} {
		got, err := f.engine().containers(t.Context(), cluster)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("cluster %q: got %+v, %v; want %+v", cluster, got, err, want)
		}
	}
}

func TestContainersSeesThroughRace(t *testing.T) {
	f := &fakeEngine{containers: []Container{node("a", "control-plane")}}
	inner, failures := f.engine(), 2
	e := engine{run: func(ctx context.Context, in io.Reader, args ...string) ([]byte, error) {
		if args[0] == "container" && failures > 0 {
			failures--
			return nil, &commandError{args, "Error: No such container: a", errors.New("exit status 1")}
		}
		return inner.run(ctx, in, args...)
	}}
	if got, err := e.containers(t.Context(), "c"); err != nil || len(got) != 1 {
		t.Errorf("got %v, %v; want the container", got, err)
	}
	failures = 1000
	ctx, cancel := context.WithTimeout(t.Context(), 2*inspectPoll)
	defer cancel()
	if _, err := e.containers(ctx, "c"); !errors.Is(err, ErrEnvironment) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want an environment error for the deadline", err)
	}
}

func TestExplainEngine(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{&commandError{[]string{"ps"}, "", &exec.Error{Name: "docker", Err: exec.ErrNotFound}}, "list: there is no docker command in PATH; install Docker, or use a cluster of yours with --kubeconfig"},
		{&commandError{[]string{"ps"}, "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?", errors.New("exit status 1")}, "; start Docker, or use a cluster of yours with --kubeconfig"},
		{&commandError{[]string{"ps"}, "permission denied while trying to connect to the Docker daemon socket", errors.New("exit status 1")}, "; let this user use Docker (group docker), or"},
		{&commandError{[]string{"ps"}, "no space left on device", errors.New("exit status 1")}, "list: docker ps: exit status 1: no space left on device"},
	} {
		got := explainEngine("list", tt.err)
		if !errors.Is(got, ErrEnvironment) || !strings.Contains(got.Error(), tt.want) {
			t.Errorf("got %v, want … %s …", got, tt.want)
		}
	}
}

func FuzzParseContainers(f *testing.F) {
	f.Add([]byte(`[{"Id": "a", "Name": "/n", "State": {"Status": "running", "StartedAt": "2026-11-21T10:00:00Z"}, "Config": {"Labels": null}}]`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		containers, err := parseContainers(data)
		for _, c := range containers {
			if err != nil || c.ID == "" {
				t.Errorf("got %+v with error %v", c, err)
			}
		}
	})
}
