package cri

import (
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	"sigs.k8s.io/yaml"
)

func fieldsOf(t *testing.T, text string) map[string]any {
	t.Helper()
	var fields map[string]any
	if err := yaml.Unmarshal([]byte(text), &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

// exited is the status of a container that has ended.
func exited() *runtimeapi.ContainerStatusResponse {
	return &runtimeapi.ContainerStatusResponse{
		Status: &runtimeapi.ContainerStatus{Id: "c1", State: runtimeapi.ContainerState_CONTAINER_EXITED, ExitCode: 143, FinishedAt: 1700000000123456789,
			Labels: map[string]string{"a": "1", "b": "2"}, Mounts: []*runtimeapi.Mount{{HostPath: "/x"}}},
		Info: map[string]string{"pid": "7"},
	}
}

func TestSet(t *testing.T) {
	for _, tc := range []struct {
		fields string
		want   func(*runtimeapi.ContainerStatusResponse)
	}{
		{"{}", func(*runtimeapi.ContainerStatusResponse) {}},
		{"{status: {exit_code: 0}}", func(r *runtimeapi.ContainerStatusResponse) { r.Status.ExitCode = 0 }},
		{"{status: {exitCode: 137, finishedAt: '1700000000000000001'}}", func(r *runtimeapi.ContainerStatusResponse) {
			r.Status.ExitCode, r.Status.FinishedAt = 137, 1700000000000000001
		}},
		{"{status: {state: CONTAINER_RUNNING}}", func(r *runtimeapi.ContainerStatusResponse) {
			r.Status.State = runtimeapi.ContainerState_CONTAINER_RUNNING
		}},
		{"{status: {image: {image: x}}}", func(r *runtimeapi.ContainerStatusResponse) { r.Status.Image = &runtimeapi.ImageSpec{Image: "x"} }},
		{"{status: {labels: {b: '3', c: '4'}}}", func(r *runtimeapi.ContainerStatusResponse) {
			r.Status.Labels = map[string]string{"a": "1", "b": "3", "c": "4"}
		}},
		{"{status: {mounts: []}}", func(r *runtimeapi.ContainerStatusResponse) { r.Status.Mounts = nil }},
		{"{status: {mounts: [{host_path: /y}, {}]}}", func(r *runtimeapi.ContainerStatusResponse) {
			r.Status.Mounts = []*runtimeapi.Mount{{HostPath: "/y"}, {}}
		}},
		{"{status: null}", func(r *runtimeapi.ContainerStatusResponse) { r.Status = nil }},
	} {
		got, want := exited(), exited()
		tc.want(want)
		if err := set(got.ProtoReflect(), fieldsOf(t, tc.fields)); err != nil || !proto.Equal(got, want) {
			t.Errorf("%s: %v\ngot  %s\nwant %s", tc.fields, err, protojson.Format(got), protojson.Format(want))
		}
	}
}

func TestMatches(t *testing.T) {
	for fields, want := range map[string]bool{
		"{}":                                    true,
		"{status: {state: CONTAINER_EXITED}}":   true,
		"{status: {state: CONTAINER_RUNNING}}":  false,
		"{status: {exitCode: 143, id: c1}}":     true,
		"{status: {exitCode: 143, id: c2}}":     false,
		"{status: {startedAt: 0}}":              true,
		"{status: {image: {image: x}}}":         false,
		"{status: {image: null}}":               true,
		"{status: null}":                        false,
		"{status: {labels: {b: '2'}}}":          true,
		"{status: {labels: {b: '1'}}}":          false,
		"{status: {labels: {c: '1'}}}":          false,
		"{status: {mounts: [{host_path: /x}]}}": true,
		"{status: {mounts: []}}":                false,
		"{info: {pid: '7'}}":                    true,
	} {
		if got, err := matches(exited().ProtoReflect(), fieldsOf(t, fields)); err != nil || got != want {
			t.Errorf("%s: %t, %v", fields, got, err)
		}
	}
}

func TestMultiply(t *testing.T) {
	request := &runtimeapi.StopContainerRequest{Timeout: 30}
	if err := multiply(request.ProtoReflect(), map[string]float64{"timeout": 0.25}); err != nil || request.Timeout != 8 {
		t.Errorf("timeout %d, %v", request.Timeout, err)
	}
}
