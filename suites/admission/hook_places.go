package admission

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Which containers may have hooks; what beside hooks there is.
//
//  1. ask the API server about pods with hooks in init containers and sidecars,
//     with stop signals, and with restart rules
//  2. ask for the schema of hooks
var _ = Describe("the places that the API accepts hooks in", "admission/hook_places", func(s *S) {
	const (
		lifecycle = "io.k8s.api.core.v1.Lifecycle"
		handler   = "io.k8s.api.core.v1.LifecycleHandler"
	)
	s.Do(Ask(), AskSchema(lifecycle, handler))

	s.Check("api.init.regular-forbidden", func(j *judge.J, h *History) {
		for _, path := range []string{"spec.initContainers[0].lifecycle", "spec.initContainers[1].lifecycle", "spec.initContainers[2].lifecycle"} {
			j.Expect(h).To(Contain(Refuses("hook-places-init", path, forbidden)))
		}
	})
	s.Check("api.init.sidecar-allowed", func(j *judge.J, h *History) {
		const sidecar = "spec.initContainers[0]."
		j.Expect(h).To(Contain(Accepts("hook-places-sidecar").With(sidecar+"restartPolicy", "Always").
			With(sidecar+"lifecycle.postStart.exec.command[0]", "/agent").With(sidecar+"lifecycle.postStart.exec.command[1]", "version").
			With(sidecar+"lifecycle.preStop.httpGet.path", "/stop").With(sidecar+"lifecycle.preStop.httpGet.port", "8080").
			With(sidecar+"startupProbe.terminationGracePeriodSeconds", "3").With(sidecar+"livenessProbe.terminationGracePeriodSeconds", "4")))
	})
	s.Check("api.stopsignal.gate", func(j *judge.J, h *History) {
		const signal = "spec.containers[0].lifecycle.stopSignal"
		// Kept or dropped, the pod is good, and the rest of the block stays.
		j.Expect(h).To(Contain(Accepts("hook-places-signal").With(hook(1, preStop)+".exec.command[0]", "/agent")))
		if on := Accepts("hook-places-signal").With(signal, "SIGUSR1"); h.First(on) != nil {
			j.Expect(h).To(Contain(on.With("spec.containers[1].lifecycle.stopSignal", "SIGUSR1")))
			j.Expect(h).To(Contain(Refuses("hook-places-signal-no-os", signal, forbidden)))
			j.Expect(h).To(Contain(Refuses("hook-places-signal-unknown", signal, notSupported)))
			j.Expect(h).To(Contain(Refuses("hook-places-signal-windows-usr1", signal, notSupported)))
			j.Expect(h).To(Contain(Accepts("hook-places-signal-windows").With(signal, "SIGTERM").With("spec.containers[1].lifecycle.stopSignal", "SIGKILL")))
			j.Outcome("on: kept and validated")
			return
		}
		for _, name := range []string{"", "-no-os", "-unknown", "-windows", "-windows-usr1"} {
			j.Expect(h).To(Contain(Accepts("hook-places-signal" + name).Without(signal).Without("spec.containers[1].lifecycle.stopSignal")))
			j.Expect(h).To(ContainNo(Answer("hook-places-signal"+name).Saying("warning", "stopSignal")))
		}
		j.Outcome("off: dropped without a warning")
	})
	s.Check("api.restart-rules.gate", func(j *judge.J, h *History) {
		const app = "spec.containers[0]."
		j.Expect(h).To(Contain(Accepts("hook-places-restart-rules").With("spec.restartPolicy", "Always").With(app+"restartPolicy", "Never").
			With(app+"restartPolicyRules[0].action", "Restart").With(app+"restartPolicyRules[0].exitCodes.values[0]", "42")))
	})
	s.Check("api.explain.fields", func(j *judge.J, h *History) {
		published := Note("schema").Of(handler)
		for _, field := range []string{"exec", "httpGet", "tcpSocket", "sleep"} {
			published = published.With(field, "published")
		}
		j.Expect(h).To(Contain(published))
		hooks := Note("schema").Of(lifecycle).With("postStart", "published").With("preStop", "published")
		if since(j, h, "1.33") {
			hooks = hooks.With("stopSignal", "published")
		}
		j.Expect(h).To(Contain(hooks))
	})
})
