package history

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/hookcheck/hookcheck/framework/journal"
)

// deriver makes container states and journal entries from pod versions. It
// remembers what it has made, since each version repeats the older state.
type deriver struct {
	ordinal map[string]int  // container ID -> instance
	made    map[string]bool // container ID or pod/container + state -> done
	ended   map[string]int  // pod/container -> highest instance whose end was seen
}

func newDeriver() deriver {
	return deriver{ordinal: map[string]int{}, made: map[string]bool{}, ended: map[string]int{}}
}

// from returns what follows from a raw event.
func (d *deriver) from(e Event) []Event {
	switch {
	case e.Kind == KindLog:
		base := e
		base.Fields = nil
		if base.Instance == 0 { // its reader did not say
			base.Instance = d.ended[e.Pod+"/"+e.Container] + 1
		}
		if e.Name == JournalFile {
			entries, defects := journal.Parse(e.Fields["text"])
			return d.journal(base, entries, defects)
		}
		entries, _ := journal.ParseLog(e.Fields["text"]) // other text in a log is no defect
		entries = slices.DeleteFunc(entries, func(entry journal.Entry) bool { return entry.Kind == journal.KindBeat })
		return d.journal(base, entries, nil)
	case e.Kind != KindPod:
		return nil
	}
	var made []Event
	if t := e.PodObject.DeletionTimestamp; t != nil && !d.made[e.Pod+" deletion"] {
		d.made[e.Pod+" deletion"] = true
		made = append(made, Event{Seq: e.Seq, Kind: KindState, Name: "deletion", Pod: e.Pod, Arrived: e.Arrived,
			Time: Stamp{Clock: APIServerClock, At: t.Time, Width: wholeSecond}})
	}
	status := e.PodObject.Status
	for _, list := range [][]corev1.ContainerStatus{status.InitContainerStatuses, status.ContainerStatuses} {
		for _, cs := range list {
			made = append(made, d.container(e, cs)...)
		}
	}
	return made
}

// container derives from one container status. The last state comes first: it
// is the older instance.
func (d *deriver) container(e Event, cs corev1.ContainerStatus) []Event {
	var made []Event
	current := int(cs.RestartCount) + 1
	if t := cs.LastTerminationState.Terminated; t != nil {
		instance := current - 1
		if t.ContainerID != "" && t.ContainerID == cs.ContainerID || instance == 0 {
			instance = current // waiting for its restart: id and count are still those of the ended instance
		}
		made = append(made, d.terminated(e, cs.Name, instance, t)...)
	}
	switch {
	case cs.State.Running != nil:
		made = append(made, d.running(e, cs, current)...)
	case cs.State.Terminated != nil:
		made = append(made, d.terminated(e, cs.Name, current, cs.State.Terminated)...)
	case cs.State.Waiting != nil:
		w := cs.State.Waiting
		key := fmt.Sprintf("%s/%s waiting %d %s %s", e.Pod, cs.Name, cs.RestartCount, w.Reason, w.Message)
		if !d.made[key] {
			d.made[key] = true
			made = append(made, Event{Seq: e.Seq, Kind: KindState, Name: "waiting", Pod: e.Pod, Container: cs.Name,
				Arrived: e.Arrived, Time: e.Time, Fields: compact("reason", w.Reason, "message", w.Message)})
		}
	}
	return made
}

func (d *deriver) running(e Event, cs corev1.ContainerStatus, instance int) []Event {
	key := cs.ContainerID + " running"
	if d.made[key] {
		return nil
	}
	d.made[key] = true
	d.ordinal[cs.ContainerID] = instance
	return []Event{{Seq: e.Seq, Kind: KindState, Name: "running", Pod: e.Pod, Container: cs.Name, Instance: instance,
		Arrived: e.Arrived, Time: nodeSecond(cs.State.Running.StartedAt.Time)}}
}

// terminated derives the state and the journal of an ended instance, once.
func (d *deriver) terminated(e Event, container string, instance int, t *corev1.ContainerStateTerminated) []Event {
	id := t.ContainerID
	if id == "" { // the kubelet never saw it: ContainerStatusUnknown
		id = e.Pod + "/" + container + " " + t.Reason
	}
	if d.made[id+" terminated"] {
		return nil
	}
	d.made[id+" terminated"] = true
	if known, ok := d.ordinal[id]; ok {
		instance = known
	}
	var made []Event
	key := e.Pod + "/" + container
	for missed := d.ended[key] + 1; missed < instance; missed++ {
		made = append(made, Event{Seq: e.Seq, Kind: KindDefect, Name: "unseen-instance", Pod: e.Pod, Container: container,
			Instance: missed, Arrived: e.Arrived, Time: e.Time,
			Fields: map[string]string{"reason": "no version of the pod showed the end of this instance"}})
	}
	d.ended[key] = max(d.ended[key], instance)

	base := Event{Seq: e.Seq, Pod: e.Pod, Container: container, Instance: instance, Arrived: e.Arrived}
	state := base
	state.Kind, state.Name, state.Time = KindState, "terminated", nodeSecond(t.FinishedAt.Time)
	state.Fields = compact("exitCode", strconv.Itoa(int(t.ExitCode)), "reason", t.Reason)
	made = append(made, state)
	entries, defects := journal.Parse(t.Message)
	return append(made, d.journal(base, entries, defects)...)
}

// beatWidth is how long a process may have lived on after its last heartbeat:
// the period of 100 ms and the delay of the next one.
const beatWidth = 150 * time.Millisecond

// journal makes the events of a journal, in the order of their times. An entry
// that was made before is left out: the log repeats what the journal holds.
func (d *deriver) journal(base Event, entries []journal.Entry, defects []journal.Defect) []Event {
	made := make([]Event, 0, len(entries)+len(defects))
	for _, entry := range entries {
		key := fmt.Sprintf("%s/%s %d %d %s", base.Pod, base.Container, entry.Time.UnixMicro(), entry.PID, entry.Kind)
		if d.made[key] {
			continue
		}
		d.made[key] = true
		e := base
		e.Kind, e.Name = KindJournal, entry.Kind
		e.Time = Stamp{Clock: NodeClock, At: entry.Time}
		if entry.Kind == journal.KindBeat {
			e.Time.Width = beatWidth
		}
		e.Fields = map[string]string{"pid": strconv.Itoa(entry.PID)}
		for _, f := range entry.Fields {
			key, value := f.Key, f.Value
			if key == "h" { // a header of a request, Name:value
				name, of, _ := strings.Cut(value, ":")
				key, value = "header:"+strings.ToLower(name), of
			}
			if earlier, repeated := e.Fields[key]; repeated {
				value = earlier + "," + value
			}
			e.Fields[key] = value
		}
		made = append(made, e)
	}
	slices.SortStableFunc(made, func(a, b Event) int { return a.Time.At.Compare(b.Time.At) })
	for _, defect := range defects {
		e := base
		e.Kind, e.Name, e.Time = KindDefect, "journal", Stamp{Clock: RunnerClock, At: base.Arrived}
		e.Fields = map[string]string{"reason": string(defect.Reason), "text": defect.Text, "offset": strconv.Itoa(defect.Offset)}
		made = append(made, e)
	}
	return made
}

func nodeSecond(t time.Time) Stamp { return Stamp{Clock: NodeClock, At: t, Width: wholeSecond} }

// compact makes a map of the pairs whose value is not empty.
func compact(pairs ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	maps.DeleteFunc(m, func(_, v string) bool { return v == "" })
	return m
}

// containerOf takes the container's name out of a field path such as
// spec.containers{app} (kubecontainer.GenerateContainerRef).
func containerOf(fieldPath string) string {
	_, rest, ok := strings.Cut(fieldPath, "{")
	if !ok {
		return ""
	}
	return strings.TrimSuffix(rest, "}")
}
