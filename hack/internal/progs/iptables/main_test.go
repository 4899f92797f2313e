package main

import "testing"

func TestChoose(t *testing.T) {
	const (
		hint = "*mangle\n:KUBE-IPTABLES-HINT - [0:0]\nCOMMIT\n"
		rule = "*nat\n:OUTPUT ACCEPT\n-A OUTPUT -j DOCKER\nCOMMIT\n"
	)
	for name, tc := range map[string]struct{ nft, legacy, want string }{
		"kubelet in nft":      {hint, rule + rule, "nft"},
		"kubelet in legacy":   {rule + rule, hint, "legacy"},
		"more rules in nft":   {rule, "", "nft"},
		"more in legacy":      {"", rule, "legacy"},
		"nothing":             {"", "", "nft"},
		"kubelet in both":     {hint, hint, "nft"},
		"as many in each one": {rule, rule, "nft"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := choose(tc.nft, tc.legacy); got != tc.want {
				t.Errorf("choose = %q, want %q", got, tc.want)
			}
		})
	}
}
