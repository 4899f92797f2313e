// Command criproxy stands between the kubelet and the container runtime of a node and applies the calls of mutants.
//
// It is built from this module when a laboratory is set up, and runs as a service of the node: see package lab.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
	"github.com/hookcheck/hookcheck/hack/internal/mutant/cri"
	"github.com/hookcheck/hookcheck/hack/internal/mutant/source/hookcheckmutant"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	listen := flag.String("listen", "", "`path` of the socket for the kubelet")
	runtime := flag.String("runtime", "", "`path` of the runtime's socket")
	calls := flag.String("calls", "", "`file` with the mutants, as JSON")
	flag.Parse()
	if err := run(ctx, *listen, *runtime, *calls); err != nil {
		fmt.Fprintln(os.Stderr, "criproxy:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, listen, runtime, calls string) error {
	rules, err := load(calls)
	if err != nil {
		return fmt.Errorf("read %s: %w", calls, err)
	}
	conn, err := grpc.NewClient("unix://"+runtime, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithConnectParams(reconnect), grpc.WithIdleTimeout(0))
	if err != nil {
		return err
	}
	defer conn.Close()
	listener, err := socket(listen)
	if err != nil {
		return err
	}
	server := cri.New(conn, rules, hookcheckmutant.On).Server()
	// Not gracefully: a call may take as long as a pod's grace period, and the kubelet repeats what was cut off.
	context.AfterFunc(ctx, server.Stop)
	return server.Serve(listener)
}

// reconnect is how a kubelet does it (k8s.io/cri-client/pkg/remote_runtime.go): a runtime that restarts must not be
// missed for longer by a node with a proxy.
var reconnect = grpc.ConnectParams{MinConnectTimeout: 5 * time.Second, Backoff: backoff.Config{
	BaseDelay: 100 * time.Millisecond, MaxDelay: 3 * time.Second, Multiplier: backoff.DefaultConfig.Multiplier, Jitter: backoff.DefaultConfig.Jitter}}

func load(path string) (cri.Rules, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var definitions []mutant.Definition
	if err := json.Unmarshal(data, &definitions); err != nil {
		return nil, err
	}
	return cri.Compile(definitions)
}

// socket listens where a proxy that was killed may have left its socket.
func socket(path string) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	return listener, os.Chmod(path, 0o600)
}
