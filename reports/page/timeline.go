package page

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hookcheck/hookcheck/framework/history"
)

// A mark is something in a lane: from and to are seconds since the start of the
// history, on the runner's clock. Of an event they are the ends of what its clock
// leaves open, of a state where it began and ended.
type mark struct {
	from, to float64
	class    string // of the style sheet
	text     string
}

// A lane is a row of a timeline; one without marks is a heading.
type lane struct {
	name  string
	marks []mark
}

// A timeline is a history as a picture.
type timeline struct {
	lanes []lane
	// low and high are the ends of the picture, in seconds.
	low, high float64
}

// The classes of marks. The style sheet and the legend know them by these names.
const (
	classStep    = "st" // the runner did something
	classWait    = "wt" // the runner waited
	classState   = "ru" // a container runs
	classWaiting = "wa" // a container waits
	classEnd     = "en" // a container ended well
	classBad     = "er" // a failure, a Warning, a part of the record that is missing
	classReady   = "re" // ready, serving
	classPhase   = "ph"
	classDelete  = "de" // the pod is being deleted
	classHook    = "ho"
	classSignal  = "si"
	classProbe   = "pr"
	classEvent   = "ev"
	classJournal = "jo"
	classUnsure  = "un" // in which a state began
)

// unsure is from which width on the begin of a state is drawn by itself, in seconds.
const unsure = 0.1

// drawer makes the lanes of a history. Lanes appear in the order of layout,
// whatever the order of events.
type drawer struct {
	h     *history.History
	lanes map[string]*lane
	order []string
	high  float64
}

// draw makes the timeline of a history.
func draw(h *history.History) timeline {
	d := &drawer{h: h, lanes: map[string]*lane{}}
	low := 0.0
	for i := range h.Events {
		e := &h.Events[i]
		from, to := d.interval(e)
		if e.Kind == history.KindState && e.Name == "deletion" {
			to = 0 // a deadline, mostly later than anything that happens
		}
		low, d.high = min(low, from), max(d.high, to)
	}
	if h.Footer != nil {
		d.high = max(d.high, d.since(h.Footer.Ended))
	}
	d.layout()
	d.steps()
	for _, pod := range d.pods() {
		d.pod(pod)
	}
	d.endpoints()
	for i := range h.Events {
		d.point(&h.Events[i])
	}
	t := timeline{low: low, high: max(d.high, low+0.1)}
	for i, name := range d.order {
		l := *d.lanes[name]
		heading := strings.HasSuffix(name, headingOf)
		last := i+1 == len(d.order) || strings.HasSuffix(d.order[i+1], headingOf)
		if len(l.marks) > 0 || heading && !last {
			t.lanes = append(t.lanes, l)
		}
	}
	return t
}

func (d *drawer) since(at time.Time) float64 { return at.Sub(d.h.Header.Started).Seconds() }

func (d *drawer) interval(e *history.Event) (from, to float64) {
	low, high := d.h.Interval(e)
	return d.since(low), d.since(high)
}

// headingOf ends the key of a heading's lane.
const headingOf = " …"

// The names of lanes within a container, in their order.
const (
	laneState  = "state"
	laneReady  = "ready"
	laneHooks  = "hooks"
	laneSignal = "signals"
	laneProbes = "probes"
	laneOther  = "journal"
)

var containerLanes = []string{laneState, laneReady, laneHooks, laneSignal, laneProbes, laneOther}

// The names of lanes of a pod, and of the run.
const (
	lanePhase     = "phase"
	laneDeletion  = "deletion"
	laneEvents    = "Events"
	laneSteps     = "steps"
	laneAnswers   = "answers"
	laneRecord    = "record"
	laneEndpoints = "endpoints"
)

// layout lists every lane that there may be, in the order of the picture.
func (d *drawer) layout() {
	d.lane(laneSteps)
	d.lane(laneAnswers)
	d.lane(laneRecord)
	for _, pod := range d.pods() {
		d.heading(pod)
		d.lane(pod, lanePhase)
		d.lane(pod, laneDeletion)
		d.lane(pod, laneEvents)
		for _, container := range d.containers(pod) {
			for _, what := range containerLanes {
				d.lane(pod, container, what)
			}
		}
	}
	d.heading(laneEndpoints)
}

// lane returns the lane of that path, made where it is not there yet. What is
// about no pod has a path of one name. A pod's name stands in its heading only.
func (d *drawer) lane(path ...string) *lane {
	key := strings.Join(path, " / ")
	if d.lanes[key] == nil {
		d.lanes[key] = &lane{name: strings.Join(path[min(1, len(path)-1):], " ")}
		d.order = append(d.order, key)
	}
	return d.lanes[key]
}

func (d *drawer) heading(name string) {
	key := name + headingOf
	d.lanes[key] = &lane{name: name}
	d.order = append(d.order, key)
}

// pods lists the pods in the order in which they appear, also those of which only a
// journal is known: static pods have no object while the API server is away.
func (d *drawer) pods() []string {
	names := d.h.Pods()
	for i := range d.h.Events {
		if e := &d.h.Events[i]; e.Derived() && e.Pod != "" && !slices.Contains(names, e.Pod) {
			names = append(names, e.Pod)
		}
	}
	return names
}

// containers lists the containers of a pod, in the order in which they appear.
func (d *drawer) containers(pod string) []string {
	var names []string
	for i := range d.h.Events {
		if e := &d.h.Events[i]; e.Pod == pod && e.Container != "" && !slices.Contains(names, e.Container) {
			names = append(names, e.Container)
		}
	}
	return names
}

func (l *lane) add(from, to float64, class, text string) {
	l.marks = append(l.marks, mark{from: from, to: to, class: class, text: text})
}

// steps pairs the begin of each step with its end.
func (d *drawer) steps() {
	open := map[string]*history.Event{}
	add := func(begin *history.Event, to float64, more string) {
		from, _ := d.interval(begin)
		class := classStep
		if strings.HasPrefix(begin.Name, "await") || begin.Name == "observe" {
			class = classWait
		}
		d.lane(laneSteps).add(from, to, class, strings.TrimSpace(begin.Pod+" "+stepText(begin)+more))
	}
	for i := range d.h.Events {
		e := &d.h.Events[i]
		if e.Kind != history.KindStep {
			continue
		}
		key := e.Pod + " " + e.Name
		begin := open[key]
		switch {
		case e.Fields["phase"] == "begin":
			open[key] = e
		case begin != nil:
			more := ""
			if text := e.Fields["error"]; text != "" {
				more = ": " + text
			}
			_, to := d.interval(e)
			add(begin, to, more)
			delete(open, key)
		default:
			_, to := d.interval(e)
			add(e, to, "")
		}
	}
	for _, begin := range open {
		add(begin, d.high, " (no end)")
	}
	slices.SortStableFunc(d.lane(laneSteps).marks, func(a, b mark) int {
		return cmp.Or(cmp.Compare(a.class, b.class)*-1, cmp.Compare(a.from, b.from), cmp.Compare(a.text, b.text))
	})
}

func stepText(e *history.Event) string {
	text := strings.TrimPrefix(e.Text(), string(history.KindStep)+" ")
	return strings.ReplaceAll(text, " phase=begin", "")
}

// pod draws what lasts: phase, deletion, the states of containers, hooks.
func (d *drawer) pod(pod string) {
	state := newStretches(d)
	end := d.high // of what is known of the pod
	for i := range d.h.Events {
		e := &d.h.Events[i]
		if e.Kind != history.KindPod || e.Pod != pod {
			continue
		}
		at, _ := d.interval(e)
		gone := e.Name == "DELETED"
		end = d.high
		if gone {
			end = at
		}
		status := e.PodObject.Status
		state.set(d.lane(pod, lanePhase), at, string(status.Phase), classPhase, gone)
		deleting := ""
		if e.PodObject.DeletionTimestamp != nil {
			deleting = "being deleted"
			if grace := e.PodObject.DeletionGracePeriodSeconds; grace != nil {
				deleting += fmt.Sprintf(", grace %d s", *grace)
			}
		}
		state.set(d.lane(pod, laneDeletion), at, deleting, classDelete, gone)
		for _, list := range [2]int{0, 1} {
			statuses := status.ContainerStatuses
			if list == 1 {
				statuses = status.InitContainerStatuses
			}
			for _, cs := range statuses {
				ready := ""
				if cs.Ready {
					ready = "ready"
				}
				state.set(d.lane(pod, cs.Name, laneReady), at, ready, classReady, gone)
			}
		}
	}
	state.finish()
	for _, container := range d.containers(pod) {
		d.container(pod, container, end)
	}
}

// container draws the states of a container and its hooks, until end where nothing
// says that they were over before.
func (d *drawer) container(pod, name string, end float64) {
	var open *history.Event // the state that lasts
	hooks := map[string]*history.Event{}
	l := d.lane(pod, name, laneState)
	closeState := func(to float64) {
		if open == nil {
			return
		}
		from, _ := d.middle(open)
		class := classWaiting
		if open.Name == "running" {
			class = classState
		}
		l.add(from, max(from, to), class, strings.TrimPrefix(open.Text(), "state ")+instance(open))
		if low, high := d.interval(open); high-low >= unsure {
			l.add(low, high, classUnsure, open.Name+instance(open)+" began")
		}
		open = nil
	}
	ended := map[int]float64{} // instance -> when it was over at the latest
	for _, e := range d.about(pod, name) {
		at, wide := d.middle(e)
		switch {
		case e.Kind == history.KindState && e.Name == "terminated":
			if open != nil && (open.Name != "running" || open.Instance == e.Instance) {
				closeState(at)
			}
			ended[e.Instance] = at + wide
			class := classEnd
			if e.Fields["exitCode"] != "0" {
				class = classBad
			}
			l.add(at-wide, at+wide, class, strings.TrimPrefix(e.Text(), "state ")+instance(e))
		case e.Kind == history.KindState:
			closeState(at)
			open = e
		case e.Kind == history.KindJournal && e.Name == "hook-begin":
			hooks[fmt.Sprint(e.Instance, e.Fields["name"])] = e
		case e.Kind == history.KindJournal && e.Name == "hook-end":
			key := fmt.Sprint(e.Instance, e.Fields["name"])
			if begin := hooks[key]; begin != nil {
				from, _ := d.interval(begin)
				_, to := d.interval(e)
				class := classHook
				if e.Fields["exit"] != "0" {
					class += " " + classBad
				}
				d.lane(pod, name, laneHooks).add(from, to, class, hookText(begin)+", exit "+e.Fields["exit"])
				delete(hooks, key)
			} else {
				d.lane(pod, name, laneHooks).add(at-wide, at+wide, classHook, e.Text())
			}
		}
	}
	closeState(end)
	for _, key := range slices.Sorted(maps.Keys(hooks)) {
		begin := hooks[key]
		from, _ := d.interval(begin)
		to, ok := ended[begin.Instance]
		if !ok {
			to = end
		}
		d.lane(pod, name, laneHooks).add(from, max(from, to), classHook+" "+classBad, hookText(begin)+": no end was recorded")
	}
}

func hookText(begin *history.Event) string {
	return cmp.Or(begin.Fields["name"], "hook") + instance(begin)
}

func instance(e *history.Event) string {
	if e.Instance > 1 {
		return fmt.Sprintf(" #%d", e.Instance)
	}
	return ""
}

// about lists the states and journal entries of a container by their times.
func (d *drawer) about(pod, container string) []*history.Event {
	var list []*history.Event
	for i := range d.h.Events {
		if e := &d.h.Events[i]; e.Pod == pod && e.Container == container && e.Derived() {
			list = append(list, e)
		}
	}
	slices.SortStableFunc(list, func(a, b *history.Event) int {
		x, _ := d.middle(a)
		y, _ := d.middle(b)
		return cmp.Compare(x, y)
	})
	return list
}

// middle returns the middle of an event's interval, and half its width.
func (d *drawer) middle(e *history.Event) (at, wide float64) {
	from, to := d.interval(e)
	return (from + to) / 2, (to - from) / 2
}
