package rewrite_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/hookcheck/hookcheck/framework/rewrite"
)

// spec reads a pod's spec as a record holds it.
func spec(t *testing.T, text string) map[string]any {
	t.Helper()
	data, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var fields map[string]any
	if err := decoder.Decode(&fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

// container is the spec of a pod with one container.
func container(fields string) string { return "containers: [{name: app, image: agent" + fields + "}]" }

func TestBetween(t *testing.T) {
	for _, tc := range []struct {
		name, written, stored string
		want                  []string
	}{
		{"what an API server adds to a pod",
			`terminationGracePeriodSeconds: 5
containers:
- name: app
  image: agent
  args: [app]
  env: [{name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
  ports: [{containerPort: 8080}]
  lifecycle: {preStop: {httpGet: {port: 8080}}}
  livenessProbe: {grpc: {port: 9}}
  volumeMounts: [{name: state, mountPath: /state}]
volumes: [{name: state, hostPath: {path: /x}}]
tolerations: [{key: a, operator: Exists}]`,
			`terminationGracePeriodSeconds: 5
restartPolicy: Always
dnsPolicy: ClusterFirst
nodeName: node-1
priority: 0
preemptionPolicy: PreemptLowerPriority
overhead: {cpu: 250m}
runtimeClassName: kata
serviceAccountName: default
shareProcessNamespace: false
containers:
- name: app
  image: agent
  imagePullPolicy: Always
  args: [app]
  env: [{name: PLATFORM, value: "1"}, {name: POD, valueFrom: {fieldRef: {apiVersion: v1, fieldPath: metadata.name}}}]
  ports: [{containerPort: 8080, protocol: TCP}]
  lifecycle: {preStop: {httpGet: {path: /, port: 8080, scheme: HTTP}}}
  livenessProbe: {grpc: {port: 9, service: ""}, timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3}
  volumeMounts: [{name: token, mountPath: /var/run/secrets}, {name: state, mountPath: /state}]
volumes: [{name: token, projected: {}}, {name: state, hostPath: {path: /x, type: ""}}]
tolerations: [{key: a, operator: Exists}, {key: node.kubernetes.io/not-ready, operator: Exists, tolerationSeconds: 300}]`, nil},
		{"a preStop hook", container(", lifecycle: {postStart: {exec: {command: [a]}}, preStop: {sleep: {seconds: 1}}}"),
			container(", lifecycle: {postStart: {exec: {command: [a]}}}"), []string{"spec.containers[app].lifecycle.preStop was removed"}},
		{"all hooks", container(", lifecycle: {preStop: {sleep: {seconds: 1}}}"), container(""),
			[]string{"spec.containers[app].lifecycle.preStop was removed"}},
		{"a hook of the platform's", container(""), container(", lifecycle: {preStop: {exec: {command: [/platform/drain]}}}"),
			[]string{`spec.containers[app].lifecycle.preStop, which was not written, is {"exec":{"command":["/platform/drain"]}}`}},
		{"one handler for another", container(", lifecycle: {preStop: {sleep: {seconds: 3}}}"), container(", lifecycle: {preStop: {exec: {command: [sleep, '3']}}}"),
			[]string{`spec.containers[app].lifecycle.preStop.exec, which was not written, is {"command":["sleep","3"]}`,
				"spec.containers[app].lifecycle.preStop.sleep was removed"}},
		{"the scheme of a hook", container(", lifecycle: {postStart: {httpGet: {port: 8443, scheme: HTTPS}}}"),
			container(", lifecycle: {postStart: {httpGet: {path: /, port: 8443, scheme: HTTP}}}"),
			[]string{"spec.containers[app].lifecycle.postStart.httpGet.scheme HTTPS became HTTP"}},
		{"headers of a hook", container(", lifecycle: {postStart: {httpGet: {port: 1, httpHeaders: [{name: A, value: b}]}}}"),
			container(", lifecycle: {postStart: {httpGet: {port: 1, httpHeaders: [{name: A, value: b}, {name: C, value: d}]}}}"),
			[]string{`spec.containers[app].lifecycle.postStart.httpGet.httpHeaders [{"name":"A","value":"b"}] became [{"name":"A","value":"b"},{"name":"C","value":"d"}]`}},
		{"a long list", container(", args: [a]"), container(", args: [a, --one-long-flag=value, --another-long-flag=value, --a-third-long-flag]"),
			[]string{`spec.containers[app].args ["a"] became ["a","--one-long-flag=value","--another-long-flag=value","-…`}},
		{"the grace period", "terminationGracePeriodSeconds: 60", "terminationGracePeriodSeconds: 30",
			[]string{"spec.terminationGracePeriodSeconds 60 became 30"}},
		{"a default that is not the documented one", "{}", "terminationGracePeriodSeconds: 5\nrestartPolicy: Always\nhostNetwork: true",
			[]string{"spec.hostNetwork, which was not written, is true", "spec.terminationGracePeriodSeconds, which was not written, is 5"}},
		{"a deadline", "{}", "activeDeadlineSeconds: 600", []string{"spec.activeDeadlineSeconds, which was not written, is 600"}},
		{"a negative grace period", "terminationGracePeriodSeconds: -1", "terminationGracePeriodSeconds: 1", nil},
		{"a negative grace period that becomes a long one", "terminationGracePeriodSeconds: -1", "terminationGracePeriodSeconds: 30",
			[]string{"spec.terminationGracePeriodSeconds -1 became 30"}},
		{"a probe's grace period", container(", livenessProbe: {tcpSocket: {port: 1}, terminationGracePeriodSeconds: 4}"),
			container(", livenessProbe: {tcpSocket: {port: 1}}"), []string{"spec.containers[app].livenessProbe.terminationGracePeriodSeconds was removed"}},
		{"a probe's period", container(", livenessProbe: {tcpSocket: {port: 1}}"), container(", livenessProbe: {tcpSocket: {port: 1}, periodSeconds: 60}"),
			[]string{"spec.containers[app].livenessProbe.periodSeconds, which was not written, is 60"}},
		{"a probe that goes elsewhere", container(", readinessProbe: {httpGet: {path: /ready, port: 8080}}"),
			container(", readinessProbe: {httpGet: {path: /app-health, port: 15020, scheme: HTTP}}"),
			[]string{"spec.containers[app].readinessProbe.httpGet.path /ready became /app-health", "spec.containers[app].readinessProbe.httpGet.port 8080 became 15020"}},
		{"a sidecar that is none any more", "initContainers: [{name: side, restartPolicy: Always}]\n" + container(""),
			"initContainers: [{name: side}]\n" + container(""), []string{"spec.initContainers[side].restartPolicy was removed"}},
		{"injected containers", container(""), "initContainers: [{name: setup, command: [iptables]}]\ncontainers: [{name: proxy, args: [x]}, {name: app, image: agent}]",
			[]string{"spec.containers[proxy] was added", "spec.initContainers[setup] was added"}},
		{"a container that is gone", "containers: [{name: app}, {name: two}]", "containers: [{name: app}]", []string{"spec.containers[two] was removed"}},
		{"a wrapped command", container(", command: [/agent, app]"), container(", command: [sh, -c, '/agent app >/log & wait']"),
			[]string{`spec.containers[app].command ["/agent","app"] became ["sh","-c","/agent app >/log & wait"]`}},
		{"a command where the image's was meant", container(""), container(", command: [tini]"),
			[]string{`spec.containers[app].command, which was not written, is ["tini"]`}},
		{"an image", container(""), "containers: [{name: app, image: mirror/agent}]", []string{"spec.containers[app].image agent became mirror/agent"}},
		{"another type", "securityContext: {runAsUser: 1}", "securityContext: none", []string{`spec.securityContext {"runAsUser":1} became none`}},
		{"a toleration that is gone", "tolerations: [{key: a}]", "tolerations: []", []string{`spec.tolerations [{"key":"a"}] became []`}},
		{"a stop signal, dropped where its gate is off", container(", lifecycle: {stopSignal: SIGUSR1}"), container(", lifecycle: {}"), nil},
		{"a stop signal, dropped with its block", container(", lifecycle: {stopSignal: SIGUSR1}"), container(""), nil},
		{"another stop signal", container(", lifecycle: {stopSignal: SIGUSR1}"), container(", lifecycle: {stopSignal: SIGKILL}"),
			[]string{"spec.containers[app].lifecycle.stopSignal SIGUSR1 became SIGKILL"}},
		{"a stop signal of the platform's", container(""), container(", lifecycle: {stopSignal: SIGKILL}"),
			[]string{"spec.containers[app].lifecycle.stopSignal, which was not written, is SIGKILL"}},
		{"restart rules, dropped where their gate is off", container(", restartPolicy: Never, restartPolicyRules: [{action: Restart}]"), container(""), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for _, c := range rewrite.Between(spec(t, tc.written), spec(t, tc.stored)) {
				got = append(got, c.String())
			}
			if strings.Join(got, "\n") != strings.Join(tc.want, "\n") {
				t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(tc.want, "\n  "))
			}
			if again := rewrite.Between(spec(t, tc.stored), spec(t, tc.stored)); len(again) > 0 {
				t.Errorf("a pod contradicts itself: %v", again)
			}
		})
	}
}

func TestSummary(t *testing.T) {
	grace := func(pod string) rewrite.Change {
		return rewrite.Change{Pod: pod, Field: "spec.terminationGracePeriodSeconds", Written: "60", Stored: "30"}
	}
	hook := func(pod, container string) rewrite.Change {
		return rewrite.Change{Pod: pod, Field: fmt.Sprintf("spec.containers[%s].lifecycle.preStop", container), Written: "{}"}
	}
	for _, tc := range []struct {
		changes []rewrite.Change
		want    string
	}{
		{nil, ""},
		{[]rewrite.Change{hook("p", "main"), grace("p")},
			"the platform rewrote the pod p: spec.containers[main].lifecycle.preStop was removed; spec.terminationGracePeriodSeconds 60 became 30"},
		{[]rewrite.Change{grace("p"), hook("p", "a"), grace("q"), hook("q", "b"), grace("r"), hook("r", "b")},
			"the platform rewrote 3 pods: spec.terminationGracePeriodSeconds 60 became 30; spec.containers[a].lifecycle.preStop was removed in p; " +
				"spec.containers[b].lifecycle.preStop was removed in 2 of them"},
		{[]rewrite.Change{hook("p", "a"), hook("p", "b"), hook("p", "c"), hook("p", "d"), hook("p", "e"), hook("p", "f")},
			"the platform rewrote the pod p: spec.containers[a].lifecycle.preStop was removed; spec.containers[b].lifecycle.preStop was removed; " +
				"spec.containers[c].lifecycle.preStop was removed; spec.containers[d].lifecycle.preStop was removed; and 2 more"},
	} {
		if got := rewrite.Summary(tc.changes); got != tc.want {
			t.Errorf("got\n  %s\nwant\n  %s", got, tc.want)
		}
	}
}

func TestBehavioural(t *testing.T) {
	for field, want := range map[string]bool{
		"spec.containers[app].lifecycle.preStop": true, "spec.initContainers[a.b].livenessProbe.terminationGracePeriodSeconds": true,
		"spec.containers[app]": true, "spec.containers[app].args": true, "spec.hostNetwork": true,
		"spec.containers[app].image": false, "spec.containers[app].env[command].value": false, "spec.volumes[lifecycle]": false, "spec.priority": false,
	} {
		if got := rewrite.Behavioural(field); got != want {
			t.Errorf("%s: %t", field, got)
		}
	}
}
