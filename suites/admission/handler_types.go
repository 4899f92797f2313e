package admission

import (
	. "github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/judge"
	. "github.com/hookcheck/hookcheck/framework/scenario"
)

// What a hook's handler may be.
//
//  1. ask the API server about pods whose hooks have no handler, one, two, and
//     handlers whose fields are right and wrong
var _ = Describe("the handlers that the API accepts", "admission/handler_types", func(s *S) {
	s.Do(Ask())

	s.Check("api.handler.empty-rejected", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Refuses("handler-types-none", hook(0, postStart), required).With("reason", "Invalid")))
		j.Expect(h).To(Contain(Refuses("handler-types-none", hook(1, preStop), required)))
	})
	s.Check("api.handler.two-rejected", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Refuses("handler-types-two", hook(0, postStart)+".httpGet", forbidden)))
		j.Expect(h).To(Contain(Refuses("handler-types-two", hook(1, preStop)+".sleep", forbidden)))
		j.Expect(h).To(Contain(Refuses("handler-types-two", hook(2, preStop)+".tcpSocket", forbidden)))
	})
	s.Check("api.handler.one-each", func(j *judge.J, h *History) {
		// In the order of the manifest: three alone, three alone, each with each.
		handlers := []struct{ field, value string }{{".exec.command[0]", "/agent"}, {".httpGet.port", "8080"}, {".sleep.seconds", "1"}}
		accepted := Accepts("handler-types-one-each")
		for i, a := range handlers {
			j.Expect(h).To(Contain(accepted.With(hook(i, postStart)+a.field, a.value).Without(hook(i, preStop))))
			j.Expect(h).To(Contain(accepted.With(hook(3+i, preStop)+a.field, a.value).Without(hook(3+i, postStart))))
			for k, b := range handlers {
				n := 6 + 3*i + k
				j.Expect(h).To(Contain(accepted.With(hook(n, postStart)+a.field, a.value).With(hook(n, preStop)+b.field, b.value)))
			}
		}
	})
	s.Check("api.handler.unknown-grpc", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Answer("handler-types-grpc-strict").With("accepted", "false").
			Saying("message", `unknown field "spec.containers\[0\].lifecycle.postStart.grpc"`)))
		j.Expect(h).To(Contain(Refuses("handler-types-grpc-ignore", hook(0, postStart), required)))
	})
	s.Check("api.exec.command-required", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Refuses("handler-types-exec", hook(0, postStart)+".exec.command", required)))
		j.Expect(h).To(Contain(Refuses("handler-types-exec", hook(1, preStop)+".exec.command", required)))
	})
	s.Check("api.httpget.port-validation", func(j *judge.J, h *History) {
		for i := range 5 {
			j.Expect(h).To(Contain(Refuses("handler-types-port", hook(i, preStop)+".httpGet.port", invalid)))
		}
		accepted := Accepts("handler-types-http")
		j.Expect(h).To(Contain(accepted.With(hook(0, preStop)+".httpGet.port", "nope")))
		j.Expect(h).To(Contain(accepted.With(hook(1, preStop)+".httpGet.port", "65535")))
		j.Expect(h).To(Contain(accepted.With(hook(2, preStop)+".httpGet.port", "1")))
	})
	s.Check("api.httpget.scheme", func(j *judge.J, h *History) {
		accepted := Accepts("handler-types-http")
		j.Expect(h).To(Contain(accepted.With(hook(0, preStop)+".httpGet.scheme", "HTTP"))) // not given
		j.Expect(h).To(Contain(accepted.With(hook(1, preStop)+".httpGet.scheme", "HTTPS")))
		j.Expect(h).To(Contain(accepted.With(hook(2, preStop)+".httpGet.scheme", "HTTP")))
		j.Expect(h).To(Contain(Refuses("handler-types-scheme", hook(0, preStop)+".httpGet.scheme", notSupported)))
		j.Expect(h).To(Contain(Refuses("handler-types-scheme", hook(1, postStart)+".httpGet.scheme", notSupported)))
	})
	s.Check("api.httpget.path-default", func(j *judge.J, h *History) {
		accepted := Accepts("handler-types-http")
		j.Expect(h).To(Contain(accepted.With(hook(0, preStop)+".httpGet.path", "/"))) // not given
		j.Expect(h).To(Contain(accepted.With(hook(1, preStop)+".httpGet.path", "/x")))
		j.Expect(h).To(Contain(accepted.With(hook(2, preStop)+".httpGet.httpHeaders[0].name", "X-A")))
		j.Expect(h).To(Contain(Refuses("handler-types-scheme", hook(2, postStart)+".httpGet.httpHeaders", invalid)))
	})
	s.Check("api.tcpsocket.accepted-but-dead", func(j *judge.J, h *History) {
		j.Expect(h).To(Contain(Accepts("handler-types-tcp").With(hook(0, postStart)+".tcpSocket.port", "8080").With(hook(0, preStop)+".tcpSocket.port", "web")))
		j.Expect(h).To(Contain(Refuses("handler-types-tcp-port", hook(0, preStop)+".tcpSocket.port", invalid)))
	})
})
