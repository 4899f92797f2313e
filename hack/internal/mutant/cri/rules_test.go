package cri

import (
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/hookcheck/hookcheck/hack/internal/mutant"
)

// compiled makes rules of definitions as a catalogue has them.
func compiled(t *testing.T, text string) (Rules, error) {
	t.Helper()
	var definitions []mutant.Definition
	if err := yaml.UnmarshalStrict([]byte(text), &definitions); err != nil {
		t.Fatal(err)
	}
	return Compile(definitions)
}

func TestCompile(t *testing.T) {
	for _, tc := range []struct{ call, want string }{
		{"{method: StopContainer, request: {timeout: 0}}", ""},
		{"{method: StopContainer, multiply: {timeout: 2.5}}", ""},
		{"{method: StopContainer, first: StopPodSandbox}", ""},
		{"{method: ContainerStatus, when: {response: {status: {state: CONTAINER_EXITED}}}, response: {status: {exitCode: 0, finished_at: 0}}}", ""},
		{"{method: ExecSync, when: {cmd: [/agent, hook]}, skip: true}", ""},
		{"{method: StopContainer, error: {code: Unavailable}}", ""},
		{"{method: CreateContainer, request: {config: {linux: {security_context: {no_new_privs: false}}, labels: {a: b}}}}", ""},

		{"{method: StopContainr}", `runtime.v1.RuntimeService has no method "StopContainr" with one answer`},
		{"{method: GetContainerEvents, delay: 1s}", `no method "GetContainerEvents" with one answer`},
		{"{method: ListContainers, error: {code: Unavailable}}", "say global: true"},
		{"{method: StopContainer, request: {timeot: 0}}", "request: StopContainerRequest has no field timeot"},
		{"{method: StopContainer, request: {timeout: soon}}", "request: timeout: soon cannot be its value"},
		{"{method: StopContainer, when: {response: {x: 1}}, error: {code: Internal}}", "when: response: StopContainerResponse has no field x"},
		{"{method: ContainerStatus, when: {response: exited}, error: {code: Internal}}", "it holds fields of the response"},
		{"{method: ContainerStatus, response: {status: {exit: 1}}}", "response: status: ContainerStatus has no field exit"},
		{"{method: ContainerStatus, response: {status: {state: EXITED}}}", "EXITED cannot be its value"},
		{"{method: StopContainer, multiply: {container_id: 2}}", "a field of type string cannot be multiplied"},
		{"{method: RunPodSandbox, first: StopContainer}", "nothing is there yet that StopContainer could stop before RunPodSandbox"},
		{"{method: ContainerStatus, skip: true, when: {response: {status: {exitCode: 1}}}}", "there is no response that could be looked at"},
		{"{method: StopContainer, request: {timeout: 0}, when: {response: {}}}", "the response comes too late"},
		{"{method: StopContainer, error: {code: unavailable}}", `no code is called "unavailable"; there are Canceled, `},
	} {
		_, err := compiled(t, "[{id: C1, calls: ["+tc.call+"]}]")
		if (tc.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want %q", tc.call, err, tc.want)
		}
	}
	if _, err := compiled(t, "[{id: C1, global: true, calls: [{method: ListContainers, error: {code: Unavailable}}]}]"); err != nil {
		t.Errorf("it is global: %v", err)
	}
	_, err := compiled(t, "[{id: C1, calls: [{method: X}, {method: StopContainer, skip: true}]}, {id: C2, calls: [{method: Y}]}]")
	if err == nil || strings.Count(err.Error(), "has no method") != 2 || !strings.Contains(err.Error(), "C1: calls[0]: ") || !strings.Contains(err.Error(), "C2: calls[0]: ") {
		t.Errorf("not every entry is named: %v", err)
	}
}
