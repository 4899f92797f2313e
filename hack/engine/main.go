// Command engine gets a container engine that can run Kubernetes nodes, and says nothing more than needed:
//
//	go run ./hack/engine
//
// It uses the Docker engine that answers. Where none does, it installs and starts Debian's, on Debian and Ubuntu,
// as root. See package hack/internal/engine for what it does and what it leaves alone.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/hookcheck/hookcheck/hack/internal/engine"
)

func main() {
	if len(os.Args) > 1 {
		fmt.Fprintln(os.Stderr, "usage: go run ./hack/engine\n\nIt takes no arguments; DOCKER_HOST chooses an engine.")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	logf := func(format string, args ...any) { fmt.Fprintf(os.Stderr, "engine: "+format+"\n", args...) }
	if err := engine.Ensure(ctx, logf); err != nil {
		logf("%v", err)
		os.Exit(3) // environment, as in the hookcheck command
	}
}
