package cluster

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// An Action is what Decide found to be right.
type Action string

// The actions.
const (
	ActionCreate   Action = "create"   // nothing is there
	ActionReuse    Action = "reuse"    // ours, healthy, as wanted
	ActionRecreate Action = "recreate" // ours, but stopped, broken or different
	ActionRefuse   Action = "refuse"   // not ours: do nothing
	ActionProbe    Action = "probe"    // ours and running: look at its health, then decide again
)

// Want is the cluster asked for.
type Want struct {
	// Kubernetes is the kubelets' version, like v1.36.4; "" for any.
	Kubernetes string
	// Image is the node image's reference if one was named; "" for any.
	Image string
	// Nodes is the number of nodes, ≥ 1.
	Nodes int
	// FeatureGates are those to be set.
	FeatureGates map[string]bool
}

// Seen is what was found under the cluster's name.
type Seen struct {
	// Containers are the node containers that carry the name.
	Containers []Container
	// Record is our record of that name, nil without one.
	Record *Record
	// RecordErr is why a record that exists could not be read.
	RecordErr error
	// ImageIDs says what the containers' image references mean now; a missing
	// one means that the engine has the image no longer.
	ImageIDs map[string]string
	// Health is nil while nobody has looked.
	Health *Health
}

// Decision is an action with the reasons for it, each a clause without a stop.
type Decision struct {
	Action  Action
	Reasons []string
}

// Why joins the reasons.
func (d Decision) Why() string { return strings.Join(d.Reasons, "; ") }

// Decide says what to do about what was seen. It is pure.
func Decide(want Want, seen Seen) Decision {
	if len(seen.Containers) == 0 {
		return Decision{ActionCreate, []string{"there is none of that name"}}
	}
	if foreign := seen.foreign(); foreign != "" {
		return Decision{ActionRefuse, []string{foreign}}
	}
	if reasons := stopped(seen); len(reasons) > 0 {
		return Decision{ActionRecreate, reasons}
	}
	if reasons := different(want, seen); len(reasons) > 0 {
		return Decision{ActionRecreate, reasons}
	}
	if seen.Health == nil {
		return Decision{Action: ActionProbe}
	}
	if reasons := unhealthy(want, *seen.Health); len(reasons) > 0 {
		return Decision{ActionRecreate, reasons}
	}
	return Decision{ActionReuse, []string{"it is healthy"}}
}

// foreign says why the cluster is not known to be ours, or "".
func (s Seen) foreign() string {
	if s.RecordErr != nil {
		return s.RecordErr.Error()
	}
	if s.Record == nil {
		return "hookcheck has no record of creating it"
	}
	for _, c := range s.Containers {
		if _, ok := s.Record.Containers[c.ID]; !ok {
			return fmt.Sprintf("its node %s is not the container that hookcheck created", c.Name)
		}
	}
	return ""
}

// stopped says which parts of the cluster are not there or do not run.
func stopped(seen Seen) (reasons []string) {
	if !seen.Record.Complete {
		return []string{"its creation was interrupted"}
	}
	present := map[string]bool{}
	for _, c := range seen.Containers {
		present[c.ID] = true
		switch {
		case c.State == "exited":
			reasons = append(reasons, fmt.Sprintf("node %s is stopped (exit code %d)", c.Name, c.ExitCode))
		case !c.Running():
			reasons = append(reasons, fmt.Sprintf("node %s is %s", c.Name, c.State))
		}
	}
	for _, id := range sortedKeys(seen.Record.Containers) {
		if !present[id] {
			reasons = append(reasons, fmt.Sprintf("node %s is gone", seen.Record.Containers[id].Name))
		}
	}
	return reasons
}

// different says where the cluster is not the one wanted.
func different(want Want, seen Seen) (reasons []string) {
	if have := kubeNodes(seen.Containers); have != want.Nodes {
		reasons = append(reasons, fmt.Sprintf("it has %s, wanted are %d", nodeCount(have), want.Nodes))
	}
	if want.Image != "" && seen.Record.Image != want.Image {
		reasons = append(reasons, fmt.Sprintf("it runs image %s, wanted is %s", seen.Record.Image, want.Image))
	}
	if !maps.Equal(seen.Record.FeatureGates, want.FeatureGates) {
		reasons = append(reasons, fmt.Sprintf("it was made with %s, wanted is %s", gateList(seen.Record.FeatureGates), gateList(want.FeatureGates)))
	}
	for _, c := range seen.Containers {
		if now, ok := seen.ImageIDs[c.Image]; ok && now != c.ImageID {
			reasons = append(reasons, fmt.Sprintf("image %s was rebuilt since", c.Image))
			break
		}
	}
	return reasons
}

// unhealthy says what is wrong with a cluster whose containers run.
func unhealthy(want Want, health Health) (reasons []string) {
	reasons = append(reasons, health.Problems...)
	if len(reasons) > 0 {
		return reasons
	}
	if len(health.Kubelets) != want.Nodes {
		reasons = append(reasons, fmt.Sprintf("the API server knows %s, wanted are %d", nodeCount(len(health.Kubelets)), want.Nodes))
	}
	for _, node := range sortedKeys(health.Kubelets) {
		if v := health.Kubelets[node]; want.Kubernetes != "" && !sameVersion(v, want.Kubernetes) {
			reasons = append(reasons, fmt.Sprintf("node %s runs %s, wanted is %s", node, v, want.Kubernetes))
		}
	}
	return reasons
}

// kubeNodes counts the containers that are nodes of the cluster: all but the
// load balancer that kind puts in front of several control planes.
func kubeNodes(containers []Container) (n int) {
	for _, c := range containers {
		if c.Role != "external-load-balancer" {
			n++
		}
	}
	return n
}

func gateList(gates map[string]bool) string {
	if len(gates) == 0 {
		return "no feature gates"
	}
	var list []string
	for _, name := range sortedKeys(gates) {
		list = append(list, fmt.Sprintf("%s=%t", name, gates[name]))
	}
	return "feature gates " + strings.Join(list, ",")
}

func nodeCount(n int) string {
	if n == 1 {
		return "1 node"
	}
	return fmt.Sprintf("%d nodes", n)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
