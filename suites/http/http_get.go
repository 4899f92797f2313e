package http

import (
	"strings"

	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// What an httpGet hook sends, and to whom.
//
//  1. a pod with a server, whose postStart hook ends when it listens, and containers
//     whose postStart hooks ask it: without a host, with headers, and by HTTPS where
//     the certificate is self-signed
//  2. wait until it is ready; delete it
//  3. wait until the kubelet is done with it
var _ = Describe("the request of an httpGet hook", "http/http_get", func(s *S) {
	s.Do(Create(), AwaitReady(), Delete(), AwaitTerminated())

	s.Check("http.get-once", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainTimes(Request("/default-host?a=b"), 1))
		j.Expect(h).To(Contain(Request("/default-host?a=b").With("m", "GET")))
		for _, inside := range []string{h.Pod("http-get").Status.PodIP, "127.0.0.1"} {
			j.Expect(h).To(ContainNo(Request("/default-host?a=b").With("r", inside)))
		}
	})
	s.Check("http.default-host-is-pod-ip", func(j *judge.J, h *History) {
		pod := h.Pod("http-get")
		j.Expect(h).To(Contain(Request("/default-host?a=b").With("header:host", authority(pod.Status.PodIPs[0].IP)+":8080")))
		j.Expect(h).To(ContainNo(KubeEvent("FailedPostStartHook").In("default-host")))
	})
	s.Check("http.headers", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Request("/headers").With("header:x-hookcheck", "one,two")))
		j.Expect(h).To(Contain(Request("/headers").With("header:host", "hookcheck.example")))
	})
	s.Check("http.no-body-no-auth", func(j *judge.J, h *History) {
		for _, path := range []string{"/default-host?a=b", "/headers", "/tls"} {
			request := Request(path)
			j.Expect(h).To(Contain(request))
			for _, field := range []string{"b", "header:authorization", "header:cookie"} {
				j.Expect(h).To(Contain(request.With(field, "")))
			}
		}
	})
	s.Check("http.https-self-signed", func(j *judge.J, h *History) {
		j.Expect(h).To(ContainTimes(Request("/tls"), 1))
		j.Expect(h).To(ContainNo(KubeEvent("FailedPostStartHook").In("tls")))
		j.Expect(h).To(ContainNo(KubeEvent("LifecycleHTTPFallback")))
	})
})

// authority is an IP as it stands in a URL: an IPv6 address in brackets.
func authority(ip string) string {
	if strings.Contains(ip, ":") {
		return "[" + ip + "]"
	}
	return ip
}
