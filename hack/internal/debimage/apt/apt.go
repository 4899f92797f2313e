// Package apt installs Debian packages on the machine.
package apt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hookcheck/hookcheck/hack/internal/command"
)

// Missing returns the packages of those programs that are not installed; programs maps the name of a program to its
// package. It also looks where root's programs are, which a user's PATH need not name, and adds that to the PATH of
// this process.
func Missing(programs map[string]string) []string {
	for _, dir := range []string{"/usr/sbin", "/sbin"} {
		if path := os.Getenv("PATH"); !slices.Contains(filepath.SplitList(path), dir) {
			_ = os.Setenv("PATH", path+":"+dir) // fails for names only
		}
	}
	var packages []string
	for program, pkg := range programs {
		if _, err := exec.LookPath(program); err != nil {
			packages = append(packages, pkg)
		}
	}
	return packages
}

// Install installs the packages, without what they only recommend. It needs root and changes nothing where
// packages is empty. The package lists are refreshed first: an image's or a fresh machine's are old or absent.
func Install(ctx context.Context, logf command.Logf, packages ...string) error {
	if len(packages) == 0 {
		return nil
	}
	slices.Sort(packages)
	packages = slices.Compact(packages)
	names := strings.Join(packages, " ")
	if os.Geteuid() != 0 {
		return fmt.Errorf("the packages %s are missing, and installing them needs root; run: apt-get install %s", names, names)
	}
	logf("installing Debian packages: %s", names)
	begin := time.Now()
	env := []string{"DEBIAN_FRONTEND=noninteractive"}
	_, updateErr := command.Run(ctx, command.Cmd{Args: []string{"apt-get", "update", "-q"}, Env: env})
	install := append([]string{"apt-get", "install", "-q", "-y", "--no-install-recommends"}, packages...)
	if _, err := command.Run(ctx, command.Cmd{Args: install, Env: env}); err != nil {
		// One broken source among several makes the update fail and need not concern these packages.
		return fmt.Errorf("install %s: %w", names, errors.Join(err, updateErr))
	}
	logf("installed %s in %s", names, time.Since(begin).Round(time.Second))
	return nil
}
