package http

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	failed := func(container, reason string) Edit {
		return Copy(reason+" in "+container, KubeEvent("Started"), func(e *Event) {
			e.Container, e.Name, e.EventObject.Reason = container, reason, reason
		})
	}
	said := KubeEvent("FailedPostStartHook")
	broken := Request("/break").In("server")
	request := func(path string) Edit { // of something that was not asked for
		return Copy("a request for "+path, Request("/named"), func(e *Event) {
			fields := map[string]string{}
			for k, v := range e.Fields {
				fields[k] = v
			}
			fields["p"] = path
			e.Fields = fields
		})
	}
	Run(t, "http", Bad{
		// http_get
		"http.get-once":               {Again(Request("/default-host?a=b")), Set(Request("/default-host?a=b"), "m", "POST"), Set(Request("/default-host?a=b"), "r", "127.0.0.1")},
		"http.default-host-is-pod-ip": {Set(Request("/default-host?a=b"), "header:host", "127.0.0.1:8080")},
		"http.headers": {
			Set(Request("/headers"), "header:x-hookcheck", "two"),
			Set(Request("/headers"), "header:host", "10.0.0.1:8080"),
		},
		"http.no-body-no-auth":   {Set(Request("/headers"), "b", "2"), Set(Request("/tls"), "header:authorization", "Bearer x"), Set(Request("/tls"), "header:cookie", "x")},
		"http.https-self-signed": {Drop(Request("/tls")), failed("tls", "FailedPostStartHook")},
		// status_codes
		"http.any-status-succeeds": {
			failed("c404", "FailedPostStartHook"), failed("c500", "FailedPreStopHook"),
			Container("restarted", "c399", ContainerReady("c399"), func(cs *corev1.ContainerStatus) { cs.RestartCount = 1 }),
			Drop(KubeEvent("FailedPostStartHook").In("c199")),
			Drop(Request("/status/599?hook=preStop")),
		},
		"probe.http-200-399": {
			Container("ready with 400", "c400", Phase(corev1.PodRunning), func(cs *corev1.ContainerStatus) { cs.Ready = true }),
			Container("not ready with 399", "c399", ContainerReady("c399"), func(cs *corev1.ContainerStatus) { cs.Ready = false }),
		},
		// requests
		"http.host": {
			Drop(Request("/query?a=b&c=%20d")), failed("query", "FailedPostStartHook"), // it asked its own pod
		},
		"http.path-query": {
			Set(Request("/query?a=b&c=%20d"), "p", "/query"), Set(Request("/slashless"), "p", "slashless"), failed("query", "FailedPreStopHook"),
		},
		"http.port.named":         {Drop(Request("/named")), failed("named", "FailedPostStartHook")},
		"http.port.named-missing": {Drop(said.In("misnamed")), request("/misnamed"), Set(StepEnd("create").Of("requests-redirected"), "error", "invalid port")},
		"http.dual-stack":         {Set(Request("/six"), "header:host", "10.0.0.1:8080"), Drop(Request("/six")), failed("fallback", "FailedPreStopHook")},
		"http.redirect.same-host": {
			Drop(Request("/followed")), Drop(Request("/followed-tls")), Again(Request("/loop")), Drop(said.In("looping")), failed("elsewhere", "FailedPreStopHook"),
		},
		"http.redirect.other-host": {request("/not-followed"), failed("elsewhere", "FailedPostStartHook")},
		"http.http-to-tls":         {Drop(Entry("no-request")), failed("named", "FailedPreStopHook")},
		"http.https-to-http-fallback": {
			Set(Request("/fallback"), "header:authorization", "secret"), Set(Request("/fallback"), "header:x-kept", ""), Drop(Request("/fallback")),
			failed("fallback", "FailedPostStartHook"),
		},
		"http.malformed":        {Drop(said.In("closed")), Drop(said.In("garbage")), Again(Request("/garbage")), Again(Entry("tcp"))},
		"http.host-dns-by-node": {Drop(said.In("service"))},
		"http.poststart-self-race": {{Name: "neither asked nor refused", Do: func(h *History) int {
			return Drop(Request("/own")).Do(h) + Drop(said.In("own")).Do(h)
		}}},
		// connections
		"http.body-wait": {
			Shift(Start().In("large"), -60*time.Second), Shift(Start().In("kept"), 60*time.Second), failed("large", "FailedPostStartHook"),
			Set(Entry("http-end").With("p", "/slow?for=120s&length=20480"), "ok", "true"),
		},
		"http.duplicate-get": {Drop(broken.With("k", "1")), Again(broken), failed("broken", "FailedPostStartHook")},
		"http.no-timeout":    {Shift(Signal("SIGTERM").In("hanging"), -60*time.Second), Shift(Signal("SIGTERM").In("hanging"), 60*time.Second), Again(Request("/hang?for=120s"))},
		// host_network
		"http.hostnetwork-no-host": {
			Drop(Request("/loopback")),
			Mends(Drop(said.In("default")), Copy("asked at the node's address", Request("/loopback"), func(e *Event) {
				e.Fields = map[string]string{"p": "/default"}
			})),
		},
		// network_policy
		"http.network-policy": {failed("app", "FailedPreStopHook"), Drop(Signal("SIGTERM"))},
	})
}
