// Command nginximage writes a small nginx image, made of Debian packages, as an archive for `docker load` and
// `kind load image-archive`:
//
//	go run ./hack/nginximage -o nginx.tar [-name REF]...
//
// See package hack/internal/nginximage for what is in it.
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

	"github.com/hookcheck/hookcheck/hack/internal/nginximage"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stderr)
	stop()
	os.Exit(code)
}

// run returns the exit code: 0, 2 for a wrong command line, 3 where the image cannot be made, 130 where interrupted.
func run(ctx context.Context, args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet("nginximage", flag.ContinueOnError)
	flags.SetOutput(stderr)
	out := flags.String("o", "nginx.tar", "write the archive to this `file`")
	var names []string
	flags.Func("name", "`name` of the image in the archive, with a tag; may be repeated (default "+nginximage.DefaultName+")", func(s string) error {
		if s == "" {
			return errors.New("empty")
		}
		names = append(names, s)
		return nil
	})
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "nginximage: unexpected argument %q\n", flags.Arg(0))
		return 2
	}
	if len(names) == 0 {
		names = []string{nginximage.DefaultName}
	}
	logf := func(format string, args ...any) { fmt.Fprintf(stderr, "nginximage: "+format+"\n", args...) }
	err := nginximage.Write(ctx, logf, *out, names...)
	switch {
	case ctx.Err() != nil:
		logf("interrupted")
		return 130
	case err != nil:
		logf("%v", err)
		return 3
	}
	logf("wrote %v to %s", names, *out)
	return 0
}
