package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/hookcheck/hookcheck/hack/internal/command"
	"github.com/hookcheck/hookcheck/hack/internal/debimage/apt"
	"github.com/hookcheck/hookcheck/hack/internal/progs"
	"github.com/hookcheck/hookcheck/hack/internal/xdg"
)

// start installs an engine where there is none, starts it, and waits until it answers. With wrapped, containers
// run by the wrapped runtime.
func start(ctx context.Context, logf command.Logf, wrapped bool) error {
	if err := mayStart(); err != nil {
		return err
	}
	if err := install(ctx, logf); err != nil {
		return err
	}
	if _, err := serverVersion(ctx); err == nil { // the package's own service was started by the installation
		return nil
	}
	if _, err := os.Stat("/run/systemd/system"); err == nil {
		return errors.New("the package docker.io is installed as a service of systemd, which is not ours to start; run: systemctl start docker")
	}
	clearLinks(ctx, logf)
	var args []string
	if wrapped {
		wrapper, err := installWrapper(ctx, logf)
		if err != nil {
			return err
		}
		args = append(args, "--add-runtime=hookcheck="+wrapper, "--default-runtime=hookcheck")
	}
	return run(ctx, logf, args, wrapped)
}

// mayStart says why this process cannot or may not start an engine.
func mayStart() error {
	if runtime.GOOS != "linux" {
		return errors.New("install Docker Desktop, or set DOCKER_HOST to an engine")
	}
	data, _ := os.ReadFile("/etc/os-release") // absent: not a Debian
	if !debianLike(osRelease(string(data))) {
		return errors.New("this is not Debian or Ubuntu; install Docker by the means of this distribution and start it, or set DOCKER_HOST")
	}
	if os.Geteuid() != 0 {
		return errors.New("this user cannot install and start one; start Docker as root and add the user to the group docker, or run this as root")
	}
	return nil
}

// install adds Debian's engine where its parts are missing. A dockerd from elsewhere is left alone.
func install(ctx context.Context, logf command.Logf) error {
	parts := map[string]string{"dockerd": "docker.io", "docker": "docker.io", "iptables": "iptables", "ip": "iproute2"}
	if err := apt.Install(ctx, logf, apt.Missing(parts)...); err != nil {
		return err
	}
	// From Debian 13 on the client is a package of its own.
	return apt.Install(ctx, logf, apt.Missing(map[string]string{"docker": "docker-cli"})...)
}

// installWrapper puts the wrapped runtime into the state directory: the cache may be deleted while the engine runs.
func installWrapper(ctx context.Context, logf command.Logf) (string, error) {
	built, err := progs.Build(ctx, logf, "ocirunc")
	if err != nil {
		return "", err
	}
	data, err := os.ReadFile(built)
	if err != nil {
		return "", err
	}
	if err := writeStateFile("ocirunc", data, 0o755); err != nil {
		return "", fmt.Errorf("install the wrapped runtime: %w", err)
	}
	dir, err := xdg.StateDir()
	return filepath.Join(dir, "ocirunc"), err
}

// run starts dockerd as a session leader of its own, so that it outlives this process and its terminal.
func run(ctx context.Context, logf command.Logf, args []string, wrapped bool) error {
	dockerd, err := exec.LookPath("dockerd")
	if err != nil {
		return fmt.Errorf("find dockerd, which was to be installed: %w", err)
	}
	state, err := xdg.StateDir()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(state, 0o755); err != nil {
		return fmt.Errorf("make the state directory: %w", err)
	}
	path := filepath.Join(state, "dockerd.log")
	log, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return fmt.Errorf("open the log of dockerd: %w", err)
	}
	defer log.Close()
	raiseFileLimit()
	begin := time.Now()
	cmd := exec.Command(dockerd, args...) // no context: it is to stay
	cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start dockerd: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	started, err := startTime(cmd.Process.Pid)
	if err == nil {
		err = writeState("dockerd.json", daemon{PID: cmd.Process.Pid, Start: started, Wrapped: wrapped, Log: path})
	}
	if err != nil {
		return errors.Join(fmt.Errorf("note which dockerd was started: %w", err), cmd.Process.Kill())
	}
	if err := awaitReady(ctx, ended); err != nil {
		return fmt.Errorf("dockerd: %w; the end of %s:\n%s", err, path, logTail(path))
	}
	logf("started dockerd, process %d, in %s; log: %s", cmd.Process.Pid, since(begin), path)
	return nil
}

// awaitReady waits until the engine answers, 60 s at most: a first start makes its directories and networks.
func awaitReady(ctx context.Context, ended <-chan error) error {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	for {
		if _, err := serverVersion(ctx); err == nil {
			return nil
		}
		select {
		case err := <-ended:
			return fmt.Errorf("ended at once: %v", err)
		case <-ctx.Done():
			return fmt.Errorf("not ready: %w", ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// stopOurs ends the engine that we started and waits until it is gone.
func stopOurs(ctx context.Context) error {
	var d daemon
	if err := readState("dockerd.json", &d); err != nil {
		return fmt.Errorf("read which dockerd was started: %w", err)
	}
	if err := syscall.Kill(d.PID, syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop dockerd, process %d: %w", d.PID, err)
	}
	for deadline := time.Now().Add(30 * time.Second); d.running(); {
		if time.Now().After(deadline) {
			return fmt.Errorf("dockerd, process %d, does not stop; see %s", d.PID, d.Log)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return nil
}

// raiseFileLimit gives dockerd, and by it the containers, as many open files as its service file would: a node
// runs a whole cluster. What cannot be had is done without.
func raiseFileLimit() {
	const files = 1 << 20
	if unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: files, Max: files}) == nil {
		return
	}
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) == nil {
		limit.Cur = limit.Max
		_ = unix.Setrlimit(unix.RLIMIT_NOFILE, &limit)
	}
}

func logTail(path string) string {
	data, _ := os.ReadFile(path)
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}
