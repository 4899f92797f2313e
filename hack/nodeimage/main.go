// Command nodeimage gets the image of a Kubernetes node for kind, with or without a container registry:
//
//	go run ./hack/nodeimage -kubernetes v1.36.4
//
// Progress goes to standard error; the last line on standard output is the reference of the image.
// See package hack/internal/nodeimage for where images come from and how they are built.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hookcheck/hookcheck/hack/internal/nodeimage"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run returns the exit code: 0, 2 for a wrong command line, 3 where no image can be had, 130 where interrupted.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var o nodeimage.Options
	flags := flag.NewFlagSet("nodeimage", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.Kubernetes, "kubernetes", nodeimage.DefaultVersion, "`version` of Kubernetes")
	flags.StringVar(&o.Image, "image", "", "use this `image`, whatever the version")
	flags.BoolVar(&o.Rebuild, "rebuild", false, "build the image anew from what is cached")
	output := flags.String("output", "", "write the reference of the image to this `file` too")
	quiet := flags.Bool("q", false, "write nothing but the reference, and errors")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "nodeimage: unexpected argument %q\n", flags.Arg(0))
		return 2
	}
	if _, err := nodeimage.ParseVersion(o.Kubernetes); err != nil {
		fmt.Fprintf(stderr, "nodeimage: %v\n", err)
		return 2
	}
	begin := time.Now()
	o.Logf = func(format string, args ...any) {
		if !*quiet {
			fmt.Fprintf(stderr, "%6.1fs  "+format+"\n", append([]any{time.Since(begin).Seconds()}, args...)...)
		}
	}
	ref, err := nodeimage.Get(ctx, o)
	if err == nil && *output != "" {
		err = os.WriteFile(*output, []byte(ref+"\n"), 0o644)
	}
	if ctx.Err() != nil {
		fmt.Fprintln(stderr, "nodeimage: interrupted; what was finished is kept, and the next run goes on from there")
		return 130
	}
	if err != nil {
		fmt.Fprintf(stderr, "nodeimage: %v\n", err)
		return 3
	}
	fmt.Fprintln(stdout, ref)
	return 0
}
