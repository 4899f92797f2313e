package ociedit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// capabilities in the order of their numbers, linux/capability.h.
var capabilities = []string{
	"CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
	"LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
	"SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
	"SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP",
	"MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
	"CHECKPOINT_RESTORE",
}

// Missing lists the capabilities that are not in the bounding set which a /proc/PID/status file shows. No process
// started below that one can have them, and a runtime that is told to grant one fails.
func Missing(status string) ([]string, error) {
	for line := range strings.Lines(status) {
		hex, ok := strings.CutPrefix(line, "CapBnd:")
		if !ok {
			continue
		}
		set, err := strconv.ParseUint(strings.TrimSpace(hex), 16, 64)
		if err != nil {
			return nil, fmt.Errorf("capability bounding set: %w", err)
		}
		var missing []string
		for i, name := range capabilities {
			if set&(1<<i) == 0 {
				missing = append(missing, "CAP_"+name)
			}
		}
		return missing, nil
	}
	return nil, fmt.Errorf("capability bounding set: no CapBnd line in the process status")
}

// DropPrivileges removes the missing capabilities from every capability set of an OCI process, and the wish for
// another OOM score, which needs CAP_SYS_RESOURCE when it is to be lowered.
func DropPrivileges(process map[string]any, missing []string) {
	delete(process, "oomScoreAdj")
	sets, _ := process["capabilities"].(map[string]any)
	for name, set := range sets {
		list, ok := set.([]any)
		if !ok {
			continue
		}
		sets[name] = slices.DeleteFunc(list, func(c any) bool {
			s, ok := c.(string)
			return ok && slices.Contains(missing, s)
		})
	}
}
