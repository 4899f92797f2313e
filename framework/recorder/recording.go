package recorder

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/hookcheck/hookcheck/framework/history"
)

// A Recording is a history that grows.
type Recording struct {
	mu      sync.Mutex
	h       *history.History
	changed chan struct{} // closed and replaced at each event
}

func newRecording(header history.Header) *Recording {
	return &Recording{h: history.New(header), changed: make(chan struct{})}
}

// Append adds an event; after Close it does nothing.
func (rec *Recording) Append(e history.Event) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if rec.h.Footer != nil {
		return
	}
	rec.h.Append(e)
	close(rec.changed)
	rec.changed = make(chan struct{})
}

// Step writes down that a step begins and returns the function that writes
// down its end: the error, and the code, reason and causes of an answer of
// the API server that is one. A step of a pod carries the pod's name.
func (rec *Recording) Step(name, pod string, fields map[string]string) func(err error) {
	rec.stepEvent(name, pod, "begin", fields)
	return func(err error) {
		f := map[string]string{}
		if err != nil {
			f["error"] = err.Error()
		}
		var status apierrors.APIStatus
		if errors.As(err, &status) {
			f["code"], f["reason"] = strconv.Itoa(int(status.Status().Code)), string(status.Status().Reason)
			if details := status.Status().Details; details != nil {
				for _, cause := range details.Causes {
					f["causes"] += fmt.Sprintf("%s %s: %s\n", cause.Type, cause.Field, cause.Message)
				}
			}
		}
		rec.stepEvent(name, pod, "end", f)
	}
}

func (rec *Recording) stepEvent(name, pod, phase string, fields map[string]string) {
	f := map[string]string{"phase": phase}
	for k, v := range fields {
		f[k] = v
	}
	rec.Append(runnerEvent(history.KindStep, name, pod, "", f))
}

// Note writes down an answer that the runner got.
func (rec *Recording) Note(name, pod, container string, fields map[string]string) {
	rec.Append(runnerEvent(history.KindNote, name, pod, container, fields))
}

// Written writes down a pod that is sent to the API server, as an object of its
// own or as the template of a workload: see history.NewWrittenEvent.
func (rec *Recording) Written(kind string, pod, answer *corev1.Pod) {
	rec.Append(history.NewWrittenEvent(kind, pod, answer, time.Now()))
}

// Log writes down the whole log of the instance-th run of a container (from 1; 0
// where that is not known).
func (rec *Recording) Log(pod, container string, instance int, text string) {
	e := runnerEvent(history.KindLog, "log", pod, container, map[string]string{"text": text})
	e.Instance = instance
	rec.Append(e)
}

// Journal writes down the journal of the instance-th run of a container that was
// read from the node, for a pod whose object no longer shows it.
func (rec *Recording) Journal(pod, container string, instance int, text string) {
	e := runnerEvent(history.KindLog, history.JournalFile, pod, container, map[string]string{"text": text})
	e.Instance = instance
	rec.Append(e)
}

func runnerEvent(kind history.Kind, name, pod, container string, fields map[string]string) history.Event {
	now := time.Now()
	return history.Event{Kind: kind, Name: name, Pod: pod, Container: container, Arrived: now,
		Time: history.Stamp{Clock: history.RunnerClock, At: now}, Fields: fields}
}

// Await waits until the predicate holds for the history so far, or the context
// ends. The predicate must not keep the history.
func (rec *Recording) Await(ctx context.Context, is func(*history.History) bool) error {
	for {
		rec.mu.Lock()
		ok, changed := is(rec.h), rec.changed
		rec.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

// Read calls f with the history so far; f must not keep it.
func (rec *Recording) Read(f func(*history.History)) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	f(rec.h)
}

// Close ends the recording and returns the history, which no longer changes.
// failed is why the scenario could not be carried through, or empty.
func (rec *Recording) Close(failed string) *history.History {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if rec.h.Footer == nil {
		rec.h.Close(time.Now(), failed)
	}
	return rec.h
}
