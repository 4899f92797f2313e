package environment

import (
	"time"

	"github.com/onsi/gomega"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Variables for the Services that exist when a container is created.
//
//  1. a Service with a cluster IP, one without, and one of type ExternalName
//  2. two pods, one of which does without variables for Services; their containers
//     are created 2 s later; the other's exits once, after 9 s
//  3. when that container has been created, create another Service with a cluster IP
//  4. wait until the container has exited and is ready again; delete the pods
//  5. wait until the kubelet is done with them
var _ = Describe("variables for Services", "environment/services", func(s *S) {
	const late = "services-b"
	const foreign = "KUBE_DNS_SERVICE_HOST" // of the Service for DNS in namespace kube-system, which almost every cluster has
	s.Do(Create("services-a", "services-headless", "services-external", "services", "services-without"),
		Await(KubeEvent("Created").Of("services").In("app"), Patience), Create(late),
		Await(PodVersion(Restarts("app", 1).And(ContainerReady("app"))).Of("services"), Patience), AwaitReady(), Delete(), AwaitTerminated())

	s.Check("env.services", func(j *judge.J, h *History) {
		of := func(pod string, instance int) map[string]string {
			entry := Entry("env").Of(pod).In("app").Instance(instance)
			j.Expect(h).To(Contain(entry))
			return variables(h.First(entry))
		}
		first, without := of("services", 1), of("services-without", 1)
		for name, found := range map[string]map[string]string{"services": first, "services-without": without} {
			j.Expect(found).To(gomega.And(gomega.HaveKey("KUBERNETES_SERVICE_HOST"), gomega.HaveKey("KUBERNETES_SERVICE_PORT")), "variables of "+name)
		}
		j.Expect(first["SERVICES_A_SERVICE_HOST"]).To(gomega.MatchRegexp("^[0-9a-f.:]+$"), "SERVICES_A_SERVICE_HOST")
		j.Expect(first["SERVICES_A_SERVICE_PORT"]).To(gomega.Equal("80"), "SERVICES_A_SERVICE_PORT")
		for _, name := range []string{"SERVICES_B_SERVICE_HOST", "SERVICES_HEADLESS_SERVICE_HOST", "SERVICES_EXTERNAL_SERVICE_HOST", foreign} {
			j.Expect(first).NotTo(gomega.HaveKey(name), "variables of the first instance")
		}
		j.Expect(without).NotTo(gomega.HaveKey("SERVICES_A_SERVICE_HOST"), "variables of the pod that does without")

		second := of("services", 2)
		created := h.All(StepEnd("create")) // the last one is the later Service's
		if low, _, err := h.Distance(created[len(created)-1], h.First(Exit().Of("services").In("app").Instance(1))); err != nil || low < 2*time.Second {
			j.Inconclusive("the later Service came too late for the kubelet to know it before the restart")
		}
		j.Expect(second).To(gomega.And(gomega.HaveKey("SERVICES_A_SERVICE_HOST"), gomega.HaveKey("SERVICES_B_SERVICE_HOST")), "variables of the second instance")
	})
})
