package cluster

import (
	"errors"
	"strings"
	"testing"
	"time"
)

var started = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

const ownImage = "hookcheck/node:v1.36.4"

// node returns a running node container of cluster "c".
func node(id, role string) Container {
	return Container{
		ID: id, Name: "c-" + role, Cluster: "c", Role: role, Image: ownImage, ImageID: "sha256:1",
		State: "running", StartedAt: started,
	}
}

// record returns a complete record of the given containers.
func record(containers ...Container) *Record {
	r := &Record{
		Schema: recordSchema, Name: "c", Kubernetes: "v1.36.4", Image: ownImage, Created: started,
		Complete: true, Containers: map[string]RecordedContainer{},
	}
	for _, c := range containers {
		r.Containers[c.ID] = RecordedContainer{Name: c.Name}
	}
	return r
}

func TestDecide(t *testing.T) {
	cp, worker := node("cp", "control-plane"), node("w", "worker")
	stoppedCP := cp
	stoppedCP.State, stoppedCP.ExitCode = "exited", 137
	pausedCP := cp
	pausedCP.State = "paused"
	restarted := worker
	restarted.StartedAt = started.Add(time.Hour)
	lb := node("lb", "external-load-balancer")
	incomplete := record(cp)
	incomplete.Complete = false
	healthy := &Health{Kubelets: map[string]string{"c-control-plane": "v1.36.4"}}
	healthy2 := &Health{Kubelets: map[string]string{"c-control-plane": "v1.36.4", "c-worker": "v1.36.4"}}
	one := Want{Kubernetes: "v1.36.4", Nodes: 1}
	two := Want{Kubernetes: "v1.36.4", Nodes: 2}
	same := map[string]string{ownImage: "sha256:1"}

	for _, tt := range []struct {
		name   string
		want   Want
		seen   Seen
		action Action
		why    string // part of the reasons
	}{
		{"nothing there", one, Seen{}, ActionCreate, "none of that name"},
		{"only a record is left", one, Seen{Record: record(cp)}, ActionCreate, "none of that name"},
		{"only an unreadable record is left", one, Seen{RecordErr: errors.New("broken")}, ActionCreate, "none"},

		{"no record", one, Seen{Containers: []Container{cp}, Health: healthy}, ActionRefuse, "no record of creating it"},
		{"unreadable record", one, Seen{Containers: []Container{cp}, RecordErr: errors.New("broken")}, ActionRefuse, "broken"},
		{"another container of the same name", one, Seen{Containers: []Container{cp}, Record: record(node("old", "control-plane")), Health: healthy}, ActionRefuse, "node c-control-plane is not the container that hookcheck created"},
		{"one node too many, not ours", two, Seen{Containers: []Container{cp, worker}, Record: record(cp), Health: healthy2}, ActionRefuse, "c-worker is not"},
		{"stopped, not ours", one, Seen{Containers: []Container{stoppedCP}}, ActionRefuse, "no record"},

		{"interrupted creation", one, Seen{Containers: []Container{cp}, Record: incomplete, Health: healthy}, ActionRecreate, "creation was interrupted"},
		{"stopped", one, Seen{Containers: []Container{stoppedCP}, Record: record(cp)}, ActionRecreate, "node c-control-plane is stopped (exit code 137)"},
		{"paused", one, Seen{Containers: []Container{pausedCP}, Record: record(cp)}, ActionRecreate, "is paused"},
		{"a node gone", two, Seen{Containers: []Container{cp}, Record: record(cp, worker)}, ActionRecreate, "node c-worker is gone"},
		{"other number of nodes", two, Seen{Containers: []Container{cp}, Record: record(cp), Health: healthy}, ActionRecreate, "it has 1 node, wanted are 2"},
		{"other feature gates", Want{Nodes: 1, FeatureGates: map[string]bool{"A": true, "B": false}}, Seen{Containers: []Container{cp}, Record: record(cp), Health: healthy}, ActionRecreate, "it was made with no feature gates, wanted is feature gates A=true,B=false"},
		{"other image", Want{Image: "kindest/node:v1.36.4", Nodes: 1}, Seen{Containers: []Container{cp}, Record: record(cp), Health: healthy}, ActionRecreate, "it runs image hookcheck/node:v1.36.4, wanted is kindest/node:v1.36.4"},
		{"image rebuilt", one, Seen{Containers: []Container{cp}, Record: record(cp), ImageIDs: map[string]string{ownImage: "sha256:2"}, Health: healthy}, ActionRecreate, "image hookcheck/node:v1.36.4 was rebuilt since"},
		{"broken", one, Seen{Containers: []Container{cp}, Record: record(cp), Health: &Health{Problems: []string{"the API server is not ready"}}}, ActionRecreate, "API server is not ready"},
		{"other version", one, Seen{Containers: []Container{cp}, Record: record(cp), Health: &Health{Kubelets: map[string]string{"n": "v1.35.0"}}}, ActionRecreate, "node n runs v1.35.0, wanted is v1.36.4"},
		{"a node not registered", one, Seen{Containers: []Container{cp}, Record: record(cp), Health: &Health{}}, ActionRecreate, "the API server knows 0 nodes, wanted are 1"},

		{"health not known yet", one, Seen{Containers: []Container{cp}, Record: record(cp)}, ActionProbe, ""},
		{"healthy", one, Seen{Containers: []Container{cp}, Record: record(cp), ImageIDs: same, Health: healthy}, ActionReuse, "healthy"},
		{"healthy, image removed since", one, Seen{Containers: []Container{cp}, Record: record(cp), Health: healthy}, ActionReuse, "healthy"},
		{"healthy, any version", Want{Nodes: 1}, Seen{Containers: []Container{cp}, Record: record(cp), Health: &Health{Kubelets: map[string]string{"n": "v1.31.0"}}}, ActionReuse, "healthy"},
		{"healthy, version with build metadata", one, Seen{Containers: []Container{cp}, Record: record(cp), Health: &Health{Kubelets: map[string]string{"n": "v1.36.4+mutant"}}}, ActionReuse, "healthy"},
		{"healthy, two nodes", two, Seen{Containers: []Container{cp, worker}, Record: record(cp, worker), Health: healthy2}, ActionReuse, "healthy"},
		{"a load balancer is no node", one, Seen{Containers: []Container{cp, lb}, Record: record(cp, lb), Health: healthy}, ActionReuse, "healthy"},
		{"restarted, and healthy again", one, Seen{Containers: []Container{restarted}, Record: record(worker), Health: healthy}, ActionReuse, "healthy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Decide(tt.want, tt.seen)
			if got.Action != tt.action || !strings.Contains(got.Why(), tt.why) {
				t.Errorf("got %s because %q, want %s because … %q …", got.Action, got.Why(), tt.action, tt.why)
			}
		})
	}
}

// What is not ours is refused whatever else is the case.
func TestDecideNeverTouchesForeign(t *testing.T) {
	for _, state := range []string{"running", "exited", "paused", "dead", "created", "restarting"} {
		for _, health := range []*Health{nil, {}, {Problems: []string{"x"}}} {
			for _, rec := range []*Record{nil, record(), record(node("other", "control-plane"))} {
				c := node("theirs", "control-plane")
				c.State = state
				if got := Decide(Want{Nodes: 1}, Seen{Containers: []Container{c}, Record: rec, Health: health}); got.Action != ActionRefuse {
					t.Errorf("state %s, health %v, record %v: got %s, want refuse", state, health, rec, got.Action)
				}
			}
		}
	}
}
