package engine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/hookcheck/hookcheck/hack/internal/command"
)

// dockerBridge is the name of a bridge that Docker makes: the default one's, or that of a network by its id.
var dockerBridge = regexp.MustCompile(`^(docker0|br-[0-9a-f]{12})$`)

// clearLinks removes from Docker's bridges the links of containers that were killed together with their engine.
// Such a container's network was seen to stay for 115 s with no process and no mount left in it, perhaps for a
// TCP connection that lingers, and to answer for its IP address all that time: a node that got the same address
// was refused for 14 s at a time. While a container of an engine runs, nothing is removed. A link that cannot be removed is told and
// left: mostly the kernel was faster.
func clearLinks(ctx context.Context, logf command.Logf) {
	if containersRun("/proc") {
		return
	}
	links, err := bridgeLinks("/sys/class/net")
	if err != nil {
		logf("%v", err)
	}
	for _, link := range links {
		if _, err := command.Output(ctx, "ip", "link", "delete", link); err != nil {
			logf("network link %s of a container that is gone: %v", link, err)
			continue
		}
		logf("removed the network link %s of a container that is gone", link)
	}
}

// containersRun says whether a process of the directory proc supervises a container of Docker's.
func containersRun(proc string) bool {
	lines, _ := filepath.Glob(filepath.Join(proc, "[0-9]*", "cmdline")) // the pattern is well-formed
	for _, path := range lines {
		data, _ := os.ReadFile(path) // gone: not running
		args := strings.Split(string(data), "\x00")
		if strings.HasPrefix(filepath.Base(args[0]), "containerd-shim") && strings.Contains(string(data), "\x00-namespace\x00moby\x00") {
			return true
		}
	}
	return false
}

// bridgeLinks lists the members of Docker's bridges that are ends of virtual links, by the directory
// /sys/class/net.
func bridgeLinks(net string) ([]string, error) {
	bridges, err := os.ReadDir(net)
	if err != nil {
		return nil, fmt.Errorf("list the network interfaces: %w", err)
	}
	var links []string
	for _, bridge := range bridges {
		if !dockerBridge.MatchString(bridge.Name()) {
			continue
		}
		members, err := os.ReadDir(filepath.Join(net, bridge.Name(), "brif"))
		if err != nil {
			return nil, fmt.Errorf("list the members of bridge %s: %w", bridge.Name(), err)
		}
		for _, member := range members {
			if strings.HasPrefix(member.Name(), "veth") {
				links = append(links, member.Name())
			}
		}
	}
	return links, nil
}
