package http

import (
	"fmt"
	"strconv"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// codes are the statuses that the fixture's containers get, a representative of
// each class and both sides of each border. 101 is the one 1xx status that is a
// final answer (RFC 9110, section 15.2). 199 is not, and the server closes after
// it, so that there is no answer at all: hook and probe have a container each.
var codes = []int{101, 199, 200, 299, 304, 399, 400, 404, 500, 599}

const interim = 199

// hooked and probed are the containers of a status.
func hooked(code int) string { return "c" + strconv.Itoa(code) }

func probed(code int) string {
	if code == interim {
		return "c199-probe"
	}
	return hooked(code)
}

// The same URL as hook and as probe: any answer is a success to a hook, 200 to
// 399 to a probe.
//
//  1. pods with a container for each of 10 statuses; a server in each pod answers
//     postStart, preStop and readiness probe of a container with its status
//  2. wait until the containers have been probed; delete the pods
//  3. wait until the kubelet is done with them
var _ = Describe("statuses for hooks and for probes", "http/status_codes", func(s *S) {
	s.Do(Create(), AwaitFor("the first probe of each container", Patience, allProbed),
		Delete(), AwaitTerminated(), Await(KubeEvent("Killing"), Patience))

	s.Check("http.any-status-succeeds", func(j *judge.J, h *History) {
		for _, code := range codes {
			c := hooked(code)
			if code == interim { // no final answer is a failure, whatever the status said
				j.Expect(h).To(Contain(KubeEvent("FailedPostStartHook").In(c)))
				continue
			}
			for _, hook := range []string{PostStart, PreStop} {
				j.Expect(h).To(Contain(Request(fmt.Sprintf("/status/%d?hook=%s", code, hook)).In("server").With("c", strconv.Itoa(code))))
			}
			j.Expect(h).To(ContainNo(KubeEvent("FailedPostStartHook").In(c)))
			j.Expect(h).To(ContainNo(KubeEvent("FailedPreStopHook").In(c)))
			j.Expect(h).To(ContainNo(PodVersion(Restarted(c))))
		}
	})
	s.Check("probe.http-200-399", func(j *judge.J, h *History) {
		for _, code := range codes {
			c := probed(code)
			j.Expect(h).To(Contain(Request(fmt.Sprintf("/status/%d?probe", code)).In("server")))
			if 200 <= code && code < 400 {
				j.Expect(h).To(Contain(PodVersion(ContainerReady(c))))
			} else {
				j.Expect(h).To(Contain(KubeEventSaying("Unhealthy", "Readiness probe").In(c)))
				j.Expect(h).To(ContainNo(PodVersion(ContainerReady(c))))
			}
		}
	})
})

// allProbed tells whether each container was found ready or unready by a probe.
func allProbed(h *History) bool {
	for _, code := range codes {
		if c := probed(code); h.First(PodVersion(ContainerReady(c))) == nil && h.First(KubeEvent("Unhealthy").In(c)) == nil {
			return false
		}
	}
	return true
}
