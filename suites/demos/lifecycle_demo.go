package demos

import (
	"time"

	"github.com/onsi/gomega"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// The documentation's lifecycle-demo with a postStart exec, and with a preStop
// httpGet of a path that nginx does not have: the hook counts as delivered.
//
//  1. apply the pod, wait until it is ready, and look at what postStart wrote
//  2. follow its log; delete it
//  3. wait until the kubelet is done with it
var _ = Describe("lifecycle-demo", "demos/lifecycle_demo", func(s *S) {
	const container = "lifecycle-demo-container"
	s.AsWritten()
	s.Do(Create(), AwaitReady(), Exec("lifecycle-demo", container, "cat", "/usr/share/message"),
		FollowLog("lifecycle-demo", container), Delete(Grace(20*time.Second)), AwaitTerminated(), AwaitLog())

	s.Check("prestop.no-event-on-success", func(j *judge.J, h *History) {
		j.Expect(h.First(Note("exec")).Fields["stdout"]).To(gomega.Equal("Hello from postStart\n"), "the file that postStart wrote")
		j.Expect(h).To(Contain(Log().Saying("text", `"GET /api/shutdown HTTP/1\.1" 404 [^\n]*kube-lifecycle/`)))
		j.Expect(h).To(ContainNo(KubeEvent("FailedPreStopHook")))
	})
})
