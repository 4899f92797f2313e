package initcontainers

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	. "github.com/hookcheck/hookcheck/framework/history"
	. "github.com/hookcheck/hookcheck/framework/scenario/scenariotest"
)

func TestChecks(t *testing.T) {
	const never, onFailure = "init-failure-never", "init-failure-onfailure"
	Run(t, "initcontainers", Bad{
		"init.failure": {
			Pods("Succeeded", Phase(corev1.PodFailed), func(p *corev1.Pod) {
				if p.Name == never {
					p.Status.Phase = corev1.PodSucceeded
				}
			}),
			Pods("failed when it is deleted", Phase(corev1.PodFailed), func(p *corev1.Pod) { p.DeletionTimestamp = &metav1.Time{Time: time.Now()} }),
			Container("restarted in spite of Never", "init", Phase(corev1.PodFailed), func(cs *corev1.ContainerStatus) { cs.RestartCount = 1 }),
			Copy("the app started", Start().Of(never).In("init"), func(e *Event) { e.Container = "app" }),
			Copy("the hook ran", Start().Of(never).In("init"), func(e *Event) {
				e.Container, e.Name, e.Fields = "app", "hook-begin", map[string]string{"name": PostStart}
			}),
			Container("not restarted under OnFailure", "init", Restarts("init", 1), func(cs *corev1.ContainerStatus) { cs.RestartCount = 0 }),
			Shift(Start().Of(onFailure).In("app"), -10*time.Second),
		},
	})
}
