// Command crunfix is crun 1.8 for engines that write newer bundles.
//
// crun 1.8.1, which Debian 12 has, refuses a bundle whose ociVersion is above 1.0 ("unknown version specified"),
// and containerd 2 writes the newest. The fields that the newer version added are optional, and crun ignores what
// it does not know, so of the newer bundle the version is all that has to change.
//
// The hooks go, too: kind's createContainer hook copies files into the root filesystem, and fails under crun in a
// container with a read-only root, which then does not start. Under runc it works. Nothing else adds hooks here.
package main

import "github.com/hookcheck/hookcheck/hack/internal/progs/ociedit"

func main() {
	ociedit.Wrap(func(object map[string]any, bundle bool) error {
		if bundle {
			object["ociVersion"] = "1.0.2"
			delete(object, "hooks")
		}
		return nil
	}, "/usr/bin/crun")
}
