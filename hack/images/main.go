// Command images builds the archive of the fixture image, without a container engine:
//
//	go run ./hack/images --out _output/images [--arch amd64,arm64]
//
// It leaves agent.tar, for ctr images import, docker load, podman load or kind load image-archive, and agent.ref with the
// image's name. Where there is an archive of the same content, the name is the same.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"time"

	"github.com/hookcheck/hookcheck/hack/internal/images"
)

const exitUsage = 2

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	fs := flag.NewFlagSet("images", flag.ContinueOnError)
	out := fs.String("out", "", "`directory` for agent.tar and agent.ref; required")
	arch := fs.String("arch", runtime.GOARCH, "`architectures`, A,B: of "+strings.Join(images.Architectures, ", "))
	if err := fs.Parse(args); err == flag.ErrHelp {
		return 0
	} else if err != nil {
		return exitUsage
	}
	archs := strings.Split(*arch, ",")
	err := images.CheckArchs(archs)
	switch {
	case *out == "":
		err = fmt.Errorf("--out is required")
	case fs.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", fs.Arg(0))
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "images: %v; see --help\n", err)
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	begin := time.Now()
	result, err := images.Build(ctx, *out, archs...)
	if err != nil {
		fmt.Fprintln(os.Stderr, "images:", err)
		return 1
	}
	const mb = 1e6
	for _, a := range archs {
		fmt.Printf("agent      linux/%s, %.1f MB\n", a, float64(result.Binaries[a])/mb)
	}
	fmt.Printf("archive    %s, %.1f MB\n", result.Archive, float64(result.Size)/mb)
	fmt.Printf("image      %s\n", result.Ref)
	fmt.Printf("built in   %.1f s\n", time.Since(begin).Seconds())
	return 0
}
