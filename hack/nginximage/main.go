// Command nginximage writes the nginx image of the demonstrations, made of Debian packages, as an archive for
// `docker load` and `kind load image-archive`:
//
//	go run ./hack/nginximage --out bin/images
//
// It leaves nginx.tar and, beside it, nginx.ref with the image's name. Where there is none yet and Docker Hub answers, it
// leaves none: nodes then pull the published image. See package hack/internal/nginximage for what is in it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/hookcheck/hookcheck/hack/internal/command"
	"github.com/hookcheck/hookcheck/hack/internal/nginximage"
	"github.com/hookcheck/hookcheck/hack/internal/registry"
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
	out := flags.String("out", "", "`directory` for nginx.tar and nginx.ref; required")
	build := flags.Bool("build", false, "build the image even where the published one can be had")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	logf := func(format string, args ...any) { fmt.Fprintf(stderr, "nginximage: "+format+"\n", args...) }
	switch {
	case *out == "":
		logf("--out is required")
		return 2
	case flags.NArg() > 0:
		logf("unexpected argument %q", flags.Arg(0))
		return 2
	}
	hub := registry.Registry{Base: registry.DockerHub}
	if *build {
		hub = registry.Registry{}
	}
	err := provide(ctx, logf, *out, hub)
	switch {
	case ctx.Err() != nil:
		logf("interrupted")
		return 130
	case err != nil:
		logf("%v", err)
		return 3
	}
	return 0
}

// provide leaves archive and name in the directory, or neither where the registry answers. One without a base is not
// asked.
func provide(ctx context.Context, logf command.Logf, dir string, hub registry.Registry) error {
	archive, name := filepath.Join(dir, "nginx.tar"), filepath.Join(dir, "nginx.ref")
	known, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && hub.Base != "" {
		if err := hub.Answers(ctx); err == nil {
			logf("nodes pull %s", nginximage.Published)
			return nil
		}
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	has := strings.TrimSpace(string(known))
	ref, err := nginximage.Write(ctx, logf, archive, has)
	if err != nil {
		return err
	}
	if ref == has {
		logf("%s is up to date: %s", archive, ref)
		return nil
	}
	logf("wrote %s: %s", archive, ref)
	return os.WriteFile(name, []byte(ref+"\n"), 0o644)
}
