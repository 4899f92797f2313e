package run

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"

	"github.com/hookcheck/hookcheck/framework/gate"
	"github.com/hookcheck/hookcheck/framework/history"
	"github.com/hookcheck/hookcheck/framework/latency"
	"github.com/hookcheck/hookcheck/framework/recorder"
	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/scenario"
)

// Options say where and what to run.
type Options struct {
	Config *rest.Config
	// ID names the run; it is part of its namespace's name.
	ID string
	// Namespace, where given, is used and kept; else one is made and removed.
	Namespace string
	// Node, where given, is the node to judge; else the scheduler chooses one.
	Node string
	// RuntimeClass, where given, is that of every pod.
	RuntimeClass string
	// Images maps the references that manifests name to those to use.
	Images map[string]string
	// Procs is how many scenarios run at once.
	Procs int
	// Selected are the requirements to judge.
	Selected []requirement.Requirement
	// Sink receives what happens.
	Sink Sink
	// Artifacts is the directory in which histories are written.
	Artifacts string
	// Nodes finds the way onto the node; nil where commands are not to be run.
	Nodes NodeFinder
	// NoKnown judges known deviations like anything else.
	NoKnown bool
	// Ready, where given, is called once when Facts and Node are known, before the
	// first result; an error ends the run.
	Ready func(*Session) error
	// Recorded are the digests of histories that Artifacts has already, by scenario:
	// an earlier part of the run judged some of their requirements, and the others
	// are judged from the same record.
	Recorded map[string]string
}

// A NodeFinder finds out how commands can be run on a node: reason says why they
// cannot, and what would help.
type NodeFinder func(ctx context.Context, node *corev1.Node) (shell scenario.Shell, reason string)

// A Sink is told what happens. Its methods are called from several goroutines.
type Sink interface {
	// Started and Finished are called once a scenario that is run.
	Started(scenario string)
	Finished(scenario string, results []requirement.Result)
	// Result is called once for each selected requirement, as soon as its
	// verdict is known; an error ends the run.
	Result(requirement.Result) error
	// Warn tells of something that the user should know.
	Warn(text string)
}

// A Session is a run that has been set up.
type Session struct {
	o        Options
	client   kubernetes.Interface
	dynamic  dynamic.Interface
	mapper   meta.RESTMapper
	space    *space
	recorder *recorder.Recorder
	prepare  scenario.Preparation
	selected map[string]requirement.Requirement
	clocks   clocks
	meter    *meter
	shell    scenario.Shell // nil where no command can be run on the node
	stop     context.CancelFunc

	// Facts and Node are what the set-up found out.
	Facts gate.Facts
	Node  *corev1.Node

	mu      sync.Mutex
	tasks   map[string]*task
	samples latency.Samples
}

// Open sets a run up: it removes leftovers of dead runs, makes the namespace,
// starts the recorder, and lets a first pod prove that the image can be pulled
// and the node works, and show how the clocks stand. Whatever it made is removed
// again where it fails.
func Open(ctx context.Context, o Options) (_ *Session, err error) {
	s := &Session{o: o, tasks: map[string]*task{}, selected: map[string]requirement.Requirement{}, meter: newMeter(), samples: latency.Samples{}}
	s.o.Config = s.meter.attach(o.Config)
	for _, r := range o.Selected {
		s.selected[r.ID] = r
	}
	if s.client, err = kubernetes.NewForConfig(s.o.Config); err != nil {
		return nil, err
	}
	if s.dynamic, err = dynamic.NewForConfig(s.o.Config); err != nil {
		return nil, err
	}
	s.mapper = restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(s.client.Discovery()))
	s.prepare = scenario.Preparation{Run: o.ID, Images: o.Images, RuntimeClass: o.RuntimeClass}

	if removed, err := Cleanup(ctx, s.client, o.Namespace, false); err != nil {
		o.Sink.Warn("leftovers of an earlier run could not be removed: " + err.Error())
	} else {
		for _, what := range removed {
			o.Sink.Warn("removed what an earlier run left: " + what)
		}
	}
	if s.space, err = openSpace(ctx, s.client, o.ID, o.Namespace); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	s.space.renew(watching, s.client)
	if s.recorder, err = recorder.Start(watching, s.client, s.space.name); err != nil {
		return nil, err
	}
	if err := s.preflight(ctx); err != nil {
		return nil, err
	}
	if o.Ready != nil {
		if err := o.Ready(s); err != nil {
			return nil, err
		}
	}
	return s, s.skipUntestable()
}

// skipUntestable gives the requirements that no scenario judges their verdict.
func (s *Session) skipUntestable() error {
	for _, r := range s.o.Selected {
		if r.Untestable == "" {
			continue
		}
		reason, err := s.Facts.Decide(r)
		if err == nil {
			err = s.o.Sink.Result(requirement.Result{Requirement: r.ID, Verdict: requirement.NotApplicable, Reason: reason, Started: time.Now()})
		}
		if err != nil {
			return fmt.Errorf("write down the verdict on %s: %w", r.ID, err)
		}
	}
	return nil
}

// Measurements are those of all scenarios so far: see package latency.
func (s *Session) Measurements() map[string]requirement.Measurement {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.samples.Summary()
}

// Weight is what the run cost so far.
func (s *Session) Weight() Weight { return s.meter.weight() }

// Namespace is the namespace of the run.
func (s *Session) Namespace() string { return s.space.name }

// cleanWithin bounds the removal of what a run made. A namespace with pods is
// gone in seconds, on a busy node in tens.
const cleanWithin = 2 * time.Minute

// Close removes everything that the run created and waits until it is gone. It
// takes no context: it must also work after an interrupt, when the run's own is
// done, and cleanWithin bounds it all the same.
func (s *Session) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), cleanWithin) //nolint:forbidigo // after an interrupt every other is done
	defer cancel()
	if s.stop != nil {
		defer s.stop()
	}
	if s.space == nil {
		return nil
	}
	if err := s.space.remove(ctx, s.client); err != nil {
		return fmt.Errorf("remove what the run created (`hookcheck cleanup` tries again): %w", err)
	}
	return nil
}

// header begins the history of a scenario.
func (s *Session) header(name string) history.Header {
	return history.Header{Scenario: name, Run: s.o.ID, Started: time.Now(), Node: s.Node.Name,
		KubeletVersion: s.Facts.Kubelet, ServerVersion: s.Facts.Server,
		Runtime: s.Node.Status.NodeInfo.ContainerRuntimeVersion, RuntimeClass: s.o.RuntimeClass}
}
