package environment

import (
	"strings"
	"testing"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

// replace changes the text of the field env.
func replace(p Pattern, old, with string) Edit {
	return Edit{Name: p.String() + " with " + with + " for " + old, Do: func(h *History) int {
		changed := 0
		for _, e := range h.All(p) {
			if strings.Contains(e.Fields["env"], old) {
				e.Fields["env"] = strings.Replace(e.Fields["env"], old, with, 1)
				changed++
			}
		}
		return changed
	}}
}

func TestChecks(t *testing.T) {
	main, hook := Entry("env").Of("variables"), Entry("hook-detail").Of("variables")
	first, second := Entry("env").Of("services").Instance(1), Entry("env").Of("services").Instance(2)
	Run(t, "environment", Bad{
		// variables
		"env.downward": {
			replace(main, "POD=variables", "POD=another"), replace(hook, "SPACE=", "SPACE=x"), replace(main, "NODE=", "NODE=x"),
			replace(hook, "POD_IP=", "POD_IP=9"), replace(main, "HOST_IP=", "HOST_IP=9"), Drop(hook),
		},
		"env.image-and-user": {
			replace(hook, "HOOKCHECK_IMAGE=image", "HOOKCHECK_IMAGE"), replace(main, "HOOKCHECK_BOTH=spec", "HOOKCHECK_BOTH=image"),
			replace(hook, "HOOKCHECK_SPEC=spec", "HOOKCHECK_SPEC"), Drop(main),
		},
		"env.hostname": {
			Set(Entry("file").Of("variables"), "content", "node\n"),
			Set(Entry("file").Of("variables-named"), "content", "variables-named\n"),
			Set(Entry("file").Of("variables-and-a-name-that-is-longer-than-any-hostname-can-ever-be-much"), "content",
				"variables-and-a-name-that-is-longer-than-any-hostname-can-ever-be-much\n"),
		},
		// services
		"env.services": {
			replace(first, "SERVICES_A_SERVICE_HOST=", "SERVICES_A_SERVICE_HOST,X="),
			replace(first, "SERVICES_A_SERVICE_PORT=80", "SERVICES_A_SERVICE_PORT=tcp"),
			replace(first, "SERVICES_HEADLESS_SERVICE_HOST", "SERVICES_HEADLESS_SERVICE_HOST=None"),
			replace(first, "SERVICES_EXTERNAL_SERVICE_HOST", "SERVICES_EXTERNAL_SERVICE_HOST=hookcheck.example"),
			replace(first, "KUBE_DNS_SERVICE_HOST", "KUBE_DNS_SERVICE_HOST=10.96.0.10"),
			replace(first, "KUBERNETES_SERVICE_HOST=", "KUBERNETES_SERVICE_HOST,X="),
			replace(second, "SERVICES_B_SERVICE_HOST=", "SERVICES_B_SERVICE_HOST,X="),
			replace(Entry("env").Of("services-without"), "SERVICES_A_SERVICE_HOST", "SERVICES_A_SERVICE_HOST=10.96.0.9"),
		},
		// dns
		"env.service-dns": {
			Set(HookEnd(PostStart), "err", "Get https://kubernetes.default.svc/version: dial tcp: lookup kubernetes.default.svc: no such host"),
			Drop(HookEnd(PostStart)),
		},
	})
}
