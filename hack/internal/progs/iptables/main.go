// Command iptables stands in for iptables and its companions in an image whose rules must go where the kubelet's
// go: into the nf_tables or into the older kernel tables. Which of the two a node uses is known only when it runs.
//
// It looks for the chains that a kubelet makes, then for the table that holds more rules, remembers the answer
// for the life of the container, and becomes the real program. It does what the iptables wrappers in the images
// of Kubernetes do.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// remembered holds the answer; the directory is the container's own.
const remembered = "/run/hookcheck-iptables-mode"

func main() {
	data, err := os.ReadFile(remembered)
	mode := string(data)
	if err != nil {
		mode = choose(rules("nft"), rules("legacy"))
		_ = os.MkdirAll(filepath.Dir(remembered), 0o755)  // not remembered: asked again
		_ = os.WriteFile(remembered, []byte(mode), 0o644) // likewise
	}
	program := multi(mode)
	argv := append([]string{filepath.Base(os.Args[0])}, os.Args[1:]...)
	fmt.Fprintf(os.Stderr, "execute %s: %v\n", program, syscall.Exec(program, argv, os.Environ()))
	os.Exit(1)
}

func multi(mode string) string { return "/usr/sbin/xtables-" + mode + "-multi" }

// rules are all rules of one kind, for both address families; none where the kernel does not have that kind.
func rules(mode string) string {
	var all strings.Builder
	for _, save := range []string{"iptables-save", "ip6tables-save"} {
		out, _ := exec.Command(multi(mode), save).Output()
		all.Write(out)
	}
	return all.String()
}

// choose picks the tables that the kubelet uses, or else those with more rules, or else the newer.
func choose(nft, legacy string) string {
	kubelet := func(rules string) bool {
		return strings.Contains(rules, "KUBE-IPTABLES-HINT") || strings.Contains(rules, "KUBE-KUBELET-CANARY")
	}
	switch {
	case kubelet(nft):
		return "nft"
	case kubelet(legacy):
		return "legacy"
	case strings.Count(legacy, "\n-") > strings.Count(nft, "\n-"):
		return "legacy"
	default:
		return "nft"
	}
}
