package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/hookcheck/hookcheck/hack/internal/command"
)

// Ensure returns when the Docker engine that the docker command uses can run privileged containers. It tells
// logf what it does. Its errors end in what to do next.
func Ensure(ctx context.Context, logf command.Logf) error {
	version, err := serverVersion(ctx)
	switch {
	case err == nil:
	case named() != "":
		return fmt.Errorf("the engine that %s names does not answer: %w; start it, or unset the variable", named(), err)
	default:
		if err := start(ctx, logf, wrappedLast()); err != nil {
			return fmt.Errorf("no Docker engine answers (%s), and none could be started: %w", firstLine(err), err)
		}
		if version, err = serverVersion(ctx); err != nil {
			return fmt.Errorf("the engine that was started does not answer: %w", err)
		}
	}
	return ensurePrivileged(ctx, logf, version)
}

// ensurePrivileged probes the engine, and repairs it where it can and may.
func ensurePrivileged(ctx context.Context, logf command.Logf, version string) error {
	id, err := identity(ctx)
	if err != nil {
		return err
	}
	if probedBefore(id) {
		return nil
	}
	begin := time.Now()
	err = probe(ctx, logf)
	if err == nil {
		logf("Docker engine %s runs privileged containers (probed in %s)", version, since(begin))
		return rememberProbe(id)
	}
	if !lacksCapability(err) {
		return fmt.Errorf("the Docker engine %s cannot run a privileged container, which a Kubernetes node is: %w", version, err)
	}
	if !startedByUs() {
		return fmt.Errorf("the Docker engine %s cannot run a privileged container, because the machine lacks a capability that its runtime asks for; "+
			"stop it and run this again to have one started that leaves the capability out: %w", version, err)
	}
	logf("the machine lacks a capability that privileged containers ask for; wrapping the runtime")
	if err := stopOurs(ctx); err != nil {
		return err
	}
	if err := start(ctx, logf, true); err != nil {
		return fmt.Errorf("start the engine with a wrapped runtime: %w", err)
	}
	if err := probe(ctx, logf); err != nil {
		return fmt.Errorf("privileged containers fail with a wrapped runtime too: %w", err)
	}
	if id, err = identity(ctx); err != nil {
		return err
	}
	logf("Docker engine %s runs privileged containers by a wrapped runtime (%s)", version, since(begin))
	return rememberProbe(id)
}

// named is the environment variable that chooses an engine, where one is set: it is never replaced by another.
func named() string {
	for _, variable := range []string{"DOCKER_HOST", "DOCKER_CONTEXT"} {
		if v := os.Getenv(variable); v != "" {
			return variable + "=" + v
		}
	}
	return ""
}

// serverVersion asks the engine for its version, which shows that it answers.
func serverVersion(ctx context.Context) (string, error) {
	if _, err := exec.LookPath("docker"); err != nil {
		return "", errors.New("the docker command is not installed")
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return command.Output(ctx, "docker", "version", "--format", "{{.Server.Version}}")
}

// identity changes with the engine and with each of its starts: the default bridge is made anew at every start.
func identity(ctx context.Context) (string, error) {
	id, err := command.Output(ctx, "docker", "info", "--format", "{{.ID}} {{.ServerVersion}} {{.DefaultRuntime}}")
	if err != nil {
		return "", fmt.Errorf("ask the engine for its identity: %w", err)
	}
	// Engines may be configured to have no bridge; then each start looks the same, and only the result ages.
	bridge, _ := command.Output(ctx, "docker", "network", "inspect", "bridge", "--format", "{{.ID}} {{.Created}}")
	return id + " " + bridge, nil
}

func since(t time.Time) string { return time.Since(t).Round(10 * time.Millisecond).String() }
