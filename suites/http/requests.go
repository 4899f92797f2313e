package http

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Paths, ports, addresses, redirects and odd servers.
//
//  1. a receiver; when it is ready, three pods with containers whose hooks ask it:
//     in ways that succeed, at their start and at their end; to be redirected; and
//     in vain
//  2. wait until all postStart hooks are over
//  3. delete the three pods and wait until the kubelet is done with them; then the
//     receiver, which tells what it saw
var _ = Describe("requests of httpGet hooks", "http/requests", func(s *S) {
	const receiver, asking, redirected, failing = "requests-receiver", "requests-asking", "requests-redirected", "requests-failing"
	failed := KubeEvent("FailedPostStartHook")
	over := func(h *History) bool {
		return h.First(failed.Of(redirected).In("looping")) != nil &&
			(h.First(PodVersion(ContainerRunning("own"))) != nil || h.First(Terminated().Of(failing).In("own")) != nil)
	}
	s.Do(Create(receiver), AwaitReady(receiver), Create(asking, redirected, failing), AwaitReady(asking), AwaitFor("the end of the last hooks", Patience, over),
		DeletePods([]string{asking, redirected, failing}), AwaitTerminated(asking, redirected, failing), DeletePods([]string{receiver}), AwaitTerminated(receiver))

	received := func(path string) Pattern { return Request(path).Of(receiver) }
	// started expects that a container has run, and that its postStart hook has not
	// failed; stopped expects the latter of its preStop hook.
	started := func(j *judge.J, h *History, container string) {
		j.Expect(h).To(Contain(PodVersion(ContainerReady(container))))
		j.Expect(h).To(ContainNo(failed.In(container)))
	}
	stopped := func(j *judge.J, h *History, container string) {
		j.Expect(h).To(ContainNo(KubeEvent("FailedPreStopHook").In(container)))
	}

	s.Check("http.host", func(j *judge.J, h *History) {
		// The receiver is another pod, and nobody listens in the one that asks.
		j.Expect(h).To(Contain(Entry("http").Of(receiver).Saying("p", "^/query")))
		started(j, h, "query")
	})
	s.Check("http.path-query", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainTimes(received("/query?a=b&c=%20d"), 1))
		j.Expect(h).To(ContainTimes(received("/slashless"), 1))
		started(j, h, "query")
		stopped(j, h, "query")
	})
	s.Check("http.port.named", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainTimes(received("/named"), 1))
		started(j, h, "named")
	})
	s.Check("http.port.named-missing", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(StepEnd("create").Of(redirected).With("error", "")))
		j.Expect(h).To(Contain(failed.Of(redirected).In("misnamed")))
		j.Expect(h).To(ContainNo(received("/misnamed")))
	})
	s.Check("http.dual-stack", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(received("/six").Saying("header:host", `^\[[0-9a-f.]*:[0-9a-f.:]*\]:8080$`)))
		stopped(j, h, "fallback")
	})
	s.Check("http.redirect.same-host", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainTimes(received("/redirect?to=/followed"), 1))
		j.Expect(h).To(ContainTimes(received("/followed"), 1))
		started(j, h, "relative")
		j.Expect(h).To(ContainTimes(received("/followed-tls"), 1))
		stopped(j, h, "elsewhere")
		j.Expect(h).To(ContainTimes(received("/loop"), 10))
		j.Expect(h).To(Contain(failed.Of(redirected).In("looping")))
	})
	s.Check("http.redirect.other-host", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainTimes(received("/redirect?to=http://{alias}:8080/not-followed"), 1))
		j.Expect(h).To(ContainNo(received("/not-followed")))
		started(j, h, "elsewhere")
	})
	s.Check("http.http-to-tls", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Entry("no-request").Of(receiver)))
		j.Expect(h).To(ContainNo(received("/plain")))
		stopped(j, h, "named")
	})
	s.Check("http.https-to-http-fallback", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainTimes(received("/fallback"), 1))
		j.Expect(h).To(Contain(received("/fallback").With("header:authorization", "").With("header:x-kept", "kept")))
		started(j, h, "fallback")
		if h.First(KubeEvent("LifecycleHTTPFallback").Of(asking)) != nil {
			j.Outcome("an Event tells of it")
		} else {
			j.Outcome("no Event tells of it")
		}
	})
	s.Check("http.malformed", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainTimes(Entry("tcp").Of(receiver), 1))
		j.Expect(h).To(Contain(failed.Of(failing).In("closed")))
		j.Expect(h).To(ContainTimes(received("/garbage"), 1))
		j.Expect(h).To(Contain(failed.Of(failing).In("garbage")))
	})
	s.Check("http.host-dns-by-node", func(j *judge.J, h *History) {
		// It may die of the stop signal before it can write that it began.
		j.Expect(h).To(Contain(KubeEvent("Started").Of(failing).In("service")))
		j.Expect(h).To(Contain(failed.Of(failing).In("service")))
	})
	s.Check("http.poststart-self-race", func(j *judge.J, h *History) {
		own := failed.Of(failing).In("own")
		if h.First(Request("/own").Of(failing).In("own")) != nil {
			j.Expect(h).To(ContainNo(own))
			j.Outcome("the entrypoint listened in time")
			return
		}
		j.Expect(h).To(Contain(own))
		j.Outcome("the hook was earlier, and refused")
	})
})
