package environment

import (
	"github.com/onsi/gomega"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// Variables and hostname, as main process and postStart hook see them.
//
//  1. a pod with variables from the downward API, from its image and from its spec;
//     one with a name that is too long for a hostname; one with a hostname of its own
//  2. wait until they are ready; delete them
//  3. wait until the kubelet is done with them
var _ = Describe("the environment of a container", "environment/variables", func(s *S) {
	const long = "variables-and-a-name-that-is-longer-than-any-hostname-can-ever-be-much"
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated())

	inMainAndHook := map[string]Pattern{"the main process": Entry("env").Of("variables"), "the hook": Entry("hook-detail").Of("variables")}

	s.Check("env.downward", func(j *judge.J, h *History) {
		pod := h.Pod("variables")
		for who, entry := range inMainAndHook {
			j.Expect(h).To(Contain(entry))
			found := variables(h.First(entry))
			for name, want := range map[string]string{"POD": pod.Name, "SPACE": pod.Namespace, "NODE": h.Header.Node,
				"POD_IP": pod.Status.PodIP, "HOST_IP": pod.Status.HostIP} {
				j.Expect(found).To(gomega.HaveKeyWithValue(name, want), "variable "+name+" of "+who)
			}
		}
	})
	s.Check("env.image-and-user", func(j *judge.J, h *History) {
		for who, entry := range inMainAndHook {
			j.Expect(h).To(Contain(entry))
			found := variables(h.First(entry))
			for name, want := range map[string]string{"HOOKCHECK_IMAGE": "image", "HOOKCHECK_BOTH": "spec", "HOOKCHECK_SPEC": "spec"} {
				j.Expect(found).To(gomega.HaveKeyWithValue(name, want), "variable "+name+" of "+who)
			}
		}
	})
	s.Check("env.hostname", func(j *judge.J, h *History) {
		// Of the 63 characters that there is room for, the last is a dash, which goes too.
		for pod, hostname := range map[string]string{"variables": "variables", "variables-named": "another-name", long: long[:62]} {
			j.Expect(h).To(Contain(Entry("file").Of(pod).With("name", "/proc/sys/kernel/hostname").With("content", hostname+"\n")))
		}
	})
})
