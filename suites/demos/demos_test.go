package demos

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	Run(t, "demos", Bad{
		"env.filesystem": {
			Set(Note("exec"), "stdout", "2024-03-31 18:14:15.797  :container command started!!!\n"),
			Set(Note("exec"), "code", "1"),
		},
		"poststart.exec-can-see-main": {Set(Note("exec"), "stdout", "Welcome to nginx!\n")},
		"prestop.kills-main-itself": {
			Set(Entry("fetch-end"), "bytes", "204800"),
			Set(Entry("fetch-end"), "code", "0"),
			Set(Terminated().In("nginx"), "exitCode", "137"),
			Shift(Terminated().In("nginx"), 50*time.Second),
		},
		"prestop.no-event-on-success": {
			Set(Log(), "text", "no request came"),
			Copy("a failed hook", KubeEvent("Killing"), func(e *Event) { e.Name = "FailedPreStopHook" }),
		},
		"poststart.failure.exec-missing-binary": {
			Drop(KubeEvent("FailedPostStartHook")), Drop(KubeEvent("Killing")),
			Container("ready all the same", "lifecycle-demo-container", Phase(corev1.PodRunning), func(cs *corev1.ContainerStatus) { cs.Ready = true }),
		},
		"poststart.failure.backoff-event": {
			Typed(KubeEvent("BackOff"), "Normal"),
			Say(KubeEvent("BackOff"), "Back-off restarting failed container"),
		},
		"poststart.failure.waiting-reason": {
			Drop(Waiting("PostStartHookError|CrashLoopBackOff")),
			Set(Waiting("PostStartHookError"), "message", "it failed"),
		},
		"init.sequential": {
			Shift(Start().In("init-container-2"), -10*time.Second),
			Shift(Start().In("main-container"), -20*time.Second),
			Shift(HookBegin(PostStart), -20*time.Second),
		},
		"init.pending-phase": {
			Pods("Running while init containers run", PodConditionIs(corev1.PodInitialized, corev1.ConditionFalse, ""), func(p *corev1.Pod) {
				p.Status.Phase = corev1.PodRunning
			}),
			Pods("never initialized", ContainerRunning("main-container"), func(p *corev1.Pod) { p.Status.Conditions = nil }),
			Container("another reason", "main-container", ContainerWaiting("main-container", "PodInitializing"), func(cs *corev1.ContainerStatus) {
				cs.State.Waiting.Reason = "ContainerCreating"
			}),
		},
		"delete.force.object-immediate": {
			Shift(Removed(), 60*time.Second),
			Pods("terminated before it went", Deleting(), func(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded }),
		},
		"prestop.hostpath-survives": {Set(Entry("file"), "content", ""), Drop(Entry("file"))},
	})
}
