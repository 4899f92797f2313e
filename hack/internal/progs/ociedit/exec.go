package ociedit

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// Wrap is the main function of a wrapper: it applies change to the file that the arguments name, and becomes the
// real runtime, the first of the candidates that exists. It does not return.
func Wrap(change func(object map[string]any, bundle bool) error, candidates ...string) {
	if path, bundle, ok := File(os.Args[1:]); ok {
		var failed error
		err := Edit(path, func(object map[string]any) { failed = change(object, bundle) })
		if err == nil {
			err = failed
		}
		if err != nil {
			fail(fmt.Errorf("change what the runtime is given: %w", err))
		}
	}
	for _, name := range candidates {
		if path, err := exec.LookPath(name); err == nil {
			fail(fmt.Errorf("execute %s: %w", path, syscall.Exec(path, append([]string{path}, os.Args[1:]...), os.Environ())))
		}
	}
	fail(fmt.Errorf("find the real runtime: none of %v exists", candidates))
}

// fail ends the wrapper as a runtime ends that could not do its work.
func fail(err error) {
	fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[0], err)
	os.Exit(1)
}
