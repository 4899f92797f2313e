// Command ocirunc is runc for machines whose capability bounding set is not complete.
//
// An engine asks for every capability when it starts a privileged container, and for a lower OOM score of its
// own choice; runc refuses both where the machine does not have them. This wrapper takes out of the request what
// the machine does not have, and leaves the rest to runc.
package main

import (
	"os"

	"github.com/hookcheck/hookcheck/hack/internal/progs/ociedit"
)

func main() {
	ociedit.Wrap(func(object map[string]any, bundle bool) error {
		status, err := os.ReadFile("/proc/self/status")
		if err != nil {
			return err
		}
		missing, err := ociedit.Missing(string(status))
		if err != nil {
			return err
		}
		process := object
		if bundle {
			process, _ = object["process"].(map[string]any)
		}
		if process != nil {
			ociedit.DropPrivileges(process, missing)
		}
		return nil
	}, "runc", "/usr/sbin/runc", "/usr/bin/runc", "/usr/local/sbin/runc")
}
