package admission

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/scenario"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	cause := func(object, path string) Edit { return Unset(Answer(object), CauseField(path)) }
	const (
		app     = "spec.containers[0]."
		sidecar = "spec.initContainers[0]."
		grace   = "spec.terminationGracePeriodSeconds"
	)
	on := func(name string, broken ...Edit) Edit {
		return Edit{Name: "stop signals kept: " + name, Do: func(h *History) int {
			done := signalsOn(h)
			for _, e := range broken {
				done *= e.Do(h)
			}
			return done
		}}
	}
	Run(t, "admission", Bad{
		// handler_types
		"api.handler.empty-rejected": {
			Accept("handler-types-none"),
			cause("handler-types-none", hook(0, postStart)),
			cause("handler-types-none", hook(1, preStop)),
			Set(Answer("handler-types-none"), CauseField(hook(1, preStop)), "FieldValueInvalid: Invalid value"),
		},
		"api.handler.two-rejected": {
			Accept("handler-types-two"),
			cause("handler-types-two", hook(0, postStart)+".httpGet"),
			cause("handler-types-two", hook(1, preStop)+".sleep"),
			cause("handler-types-two", hook(2, preStop)+".tcpSocket"),
		},
		"api.handler.one-each": {
			Refuse("handler-types-one-each"),
			Unset(Answer("handler-types-one-each"), hook(2, postStart)+".sleep.seconds"),
			Unset(Answer("handler-types-one-each"), hook(14, preStop)+".sleep.seconds"),
			Set(Answer("handler-types-one-each"), hook(0, preStop)+".sleep.seconds", "1"),
		},
		"api.handler.unknown-grpc": {
			Accept("handler-types-grpc-strict"), Accept("handler-types-grpc-ignore"),
			Set(Answer("handler-types-grpc-strict"), "message", "it is Saturday"),
			Set(Answer("handler-types-grpc-ignore"), "accepted", "true"),
		},
		"api.exec.command-required": {
			Accept("handler-types-exec"),
			cause("handler-types-exec", hook(0, postStart)+".exec.command"),
			cause("handler-types-exec", hook(1, preStop)+".exec.command"),
		},
		"api.httpget.port-validation": {
			Accept("handler-types-port"), Refuse("handler-types-http"),
			cause("handler-types-port", hook(2, preStop)+".httpGet.port"),
			cause("handler-types-port", hook(4, preStop)+".httpGet.port"),
			Set(Answer("handler-types-http"), hook(0, preStop)+".httpGet.port", "80"),
		},
		"api.httpget.scheme": {
			Accept("handler-types-scheme"),
			cause("handler-types-scheme", hook(0, preStop)+".httpGet.scheme"),
			Unset(Answer("handler-types-http"), hook(0, preStop)+".httpGet.scheme"),
			Set(Answer("handler-types-http"), hook(1, preStop)+".httpGet.scheme", "HTTP"),
		},
		"api.httpget.path-default": {
			Unset(Answer("handler-types-http"), hook(0, preStop)+".httpGet.path"),
			cause("handler-types-scheme", hook(2, postStart)+".httpGet.httpHeaders"),
		},
		"api.tcpsocket.accepted-but-dead": {
			Refuse("handler-types-tcp"), Accept("handler-types-tcp-port"),
			Unset(Answer("handler-types-tcp"), hook(0, preStop)+".tcpSocket.port"),
		},
		// sleep_and_grace
		"api.sleep.range": {
			Accept("sleep-and-grace-range"), Refuse("sleep-and-grace-equal"),
			cause("sleep-and-grace-range", hook(0, postStart)+".sleep"),
			cause("sleep-and-grace-range", hook(3, preStop)+".sleep"),
		},
		"api.sleep.zero": {
			Refuse("sleep-and-grace-zero"),
			Edit{Name: "accepted by 1.31", Do: func(h *History) int { h.Header.ServerVersion = "v1.31.14"; return 1 }},
		},
		"api.sleep.tgps-default-and-zero": {
			Refuse("sleep-and-grace-default"), Accept("sleep-and-grace-beyond-default"), Accept("sleep-and-grace-none"), Refuse("sleep-and-grace-none-zero"),
			Set(Answer("sleep-and-grace-default"), grace, "60"),
		},
		"api.probe-grace.validation": {
			Accept("sleep-and-grace-probes"), Refuse("sleep-and-grace-probes-good"),
			cause("sleep-and-grace-probes", "spec.containers[1].livenessProbe.terminationGracePeriodSeconds"),
			cause("sleep-and-grace-probes", "spec.containers[2].startupProbe.terminationGracePeriodSeconds"),
			cause("sleep-and-grace-probes", "spec.containers[4].readinessProbe.terminationGracePeriodSeconds"),
		},
		"api.tgps.negative": {
			Refuse("sleep-and-grace-negative"), Set(Answer("sleep-and-grace-negative"), grace, "-1"), Set(Answer("sleep-and-grace-omitted"), grace, "0"),
		},
		// stored_pod
		"env.pod-as-written": {
			stored("without preStop hooks", func(s *corev1.PodSpec) {
				s.InitContainers[0].Lifecycle, s.Containers[0].Lifecycle, s.Containers[1].Lifecycle.PreStop = nil, nil, nil
			}),
			stored("with a grace period of 30 s", func(s *corev1.PodSpec) { *s.TerminationGracePeriodSeconds = 30 }),
			stored("without the grace periods of probes", func(s *corev1.PodSpec) { s.Containers[0].StartupProbe.TerminationGracePeriodSeconds = nil }),
			stored("with a plain init container for a sidecar", func(s *corev1.PodSpec) { s.InitContainers[0].RestartPolicy = nil }),
			stored("with a hook by HTTP", func(s *corev1.PodSpec) { s.Containers[1].Lifecycle.PostStart.HTTPGet.Scheme = corev1.URISchemeHTTP }),
			stored("without the sleep", func(s *corev1.PodSpec) { s.Containers[1].Lifecycle.PreStop.Sleep = nil }),
			stored("with a wrapped command", func(s *corev1.PodSpec) { s.Containers[0].Command = []string{"/bin/sh", "-c", "/agent app"} }),
			stored("with a stop signal", func(s *corev1.PodSpec) {
				kill := corev1.SIGKILL
				s.Containers[0].Lifecycle.StopSignal = &kill
			}),
			stored("with one more container", func(s *corev1.PodSpec) { s.Containers = append(s.Containers, corev1.Container{Name: "istio-proxy"}) }),
			stored("restarting always", func(s *corev1.PodSpec) { s.RestartPolicy = corev1.RestartPolicyAlways }),
		},
		"api.ephemeral.forbidden": {Accept("debug-with-hook"), Refuse("debug")},
		"api.lifecycle.immutable": {Accept("change"), Accept("addition"), Accept("removal")},
		// hook_places
		"api.init.regular-forbidden": {
			Accept("hook-places-init"),
			cause("hook-places-init", "spec.initContainers[0].lifecycle"),
			cause("hook-places-init", "spec.initContainers[2].lifecycle"),
		},
		"api.init.sidecar-allowed": {
			Refuse("hook-places-sidecar"),
			Unset(Answer("hook-places-sidecar"), sidecar+"lifecycle.postStart.exec.command[1]"),
			Unset(Answer("hook-places-sidecar"), sidecar+"lifecycle.preStop.httpGet.path"),
		},
		"api.stopsignal.gate": {
			Refuse("hook-places-signal"),
			Refuse("hook-places-signal-unknown"),
			Unset(Answer("hook-places-signal"), hook(1, preStop)+".exec.command[0]"),
			Set(Answer("hook-places-signal"), "spec.containers[1].lifecycle.stopSignal", "SIGUSR1"),
			Set(Answer("hook-places-signal"), "warning", "lifecycle.stopSignal is dropped"),
			on("not with the other container", Unset(Answer("hook-places-signal"), "spec.containers[1].lifecycle.stopSignal")),
			on("without an operating system", Accept("hook-places-signal-no-os")),
			on("unknown", Accept("hook-places-signal-unknown")),
			on("on Windows", Accept("hook-places-signal-windows-usr1")),
			on("none on Windows", Refuse("hook-places-signal-windows")),
		},
		"api.restart-rules.gate": {
			Refuse("hook-places-restart-rules"),
			Unset(Answer("hook-places-restart-rules"), app+"restartPolicy"),
			Unset(Answer("hook-places-restart-rules"), app+"restartPolicyRules[0].action"),
		},
		"api.explain.fields": {
			Unset(Note("schema"), "sleep"), Unset(Note("schema"), "preStop"), Unset(Note("schema"), "stopSignal"),
		},
	})
}

// stored changes the pod that was created, as a platform does on its way into the
// API server.
func stored(how string, change func(*corev1.PodSpec)) Edit {
	anyVersion := Condition{What: "a spec", Is: func(p *corev1.Pod) bool { return len(p.Spec.Containers) > 0 }}
	return Pods("stored "+how, anyVersion, func(p *corev1.Pod) { change(&p.Spec) })
}

const signal = "spec.containers[0].lifecycle.stopSignal"

// signalsOn makes the good history, of a cluster where the gate
// ContainerStopSignals is off, one of a cluster where it is on. It returns 0
// where the history is another one.
func signalsOn(h *History) int {
	const second = "spec.containers[1].lifecycle.stopSignal"
	done := Set(Answer("hook-places-signal"), signal, "SIGUSR1").Do(h) * Set(Answer("hook-places-signal"), second, "SIGUSR1").Do(h)
	for object, cause := range map[string]string{"-no-os": forbidden, "-unknown": notSupported, "-windows-usr1": notSupported} {
		e := h.First(Answer("hook-places-signal" + object))
		if e == nil {
			return 0
		}
		e.Fields = map[string]string{"accepted": "false", CauseField(signal): cause + ": …"}
	}
	windows := Answer("hook-places-signal-windows")
	return done * Set(windows, signal, "SIGTERM").Do(h) * Set(windows, second, "SIGKILL").Do(h)
}

func TestStopSignalsOn(t *testing.T) {
	s, err := scenario.Lookup("admission/hook_places")
	if err != nil {
		t.Fatal(err)
	}
	h := Golden(t, s)
	if signalsOn(h) == 0 {
		t.Fatal("the good history has not all answers")
	}
	for _, r := range s.Judge(h, func(id string) bool { return id == "api.stopsignal.gate" }) {
		if r.Verdict != "conformant" || r.Outcome != "on: kept and validated" {
			t.Errorf("%s, outcome %q: %s", r.Verdict, r.Outcome, r.Reason)
		}
	}
}
