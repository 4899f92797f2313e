package recorder

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	watchtools "k8s.io/client-go/tools/watch"
)

// source lists and watches one kind of object.
type source struct {
	kind  string
	list  func(context.Context) (revision string, items []runtime.Object, err error)
	watch func(context.Context, metav1.ListOptions) (watch.Interface, error)
}

// lister is the part of a typed client that a source needs.
type lister[L runtime.Object] interface {
	List(context.Context, metav1.ListOptions) (L, error)
	Watch(context.Context, metav1.ListOptions) (watch.Interface, error)
}

func newSource[L runtime.Object](kind string, client lister[L]) source {
	return source{kind: kind, watch: client.Watch, list: func(ctx context.Context) (string, []runtime.Object, error) {
		list, err := client.List(ctx, metav1.ListOptions{})
		if err != nil {
			return "", nil, err
		}
		items, err := meta.ExtractList(list)
		if err != nil {
			return "", nil, err
		}
		m, err := meta.ListAccessor(list)
		if err != nil {
			return "", nil, err
		}
		return m.GetResourceVersion(), items, nil
	}}
}

// WatchWithContext makes a source what RetryWatcher watches with.
func (s source) WatchWithContext(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
	return s.watch(ctx, o)
}

// relistPause is how long a source waits between two attempts to list after a
// watch was lost, so that an API server that restarts is not flooded.
const relistPause = time.Second

// follow watches a source from a revision until the context ends.
func (r *Recorder) follow(ctx context.Context, s source, revision string) {
	known := map[string]runtime.Object{} // name -> last version, to notice removals across a gap
	for ctx.Err() == nil {
		last, err := r.stream(ctx, s, revision, known)
		if ctx.Err() != nil {
			return
		}
		r.gap(s.kind, last, err, time.Now())
		if last == revision { // it brought nothing: a watch that is refused must not be asked for in a loop
			pause(ctx)
		}
		revision = r.relist(ctx, s, known)
	}
}

// stream delivers what a watch brings until it cannot be resumed; it returns
// the last revision delivered and why it ended.
func (r *Recorder) stream(ctx context.Context, s source, revision string, known map[string]runtime.Object) (string, error) {
	watcher, err := watchtools.NewRetryWatcherWithContext(ctx, revision, s)
	if err != nil {
		return revision, err
	}
	defer watcher.Stop()
	for {
		select {
		case <-ctx.Done():
			return revision, ctx.Err()
		case event, ok := <-watcher.ResultChan():
			switch {
			case !ok:
				return revision, errors.New("the watch ended")
			case event.Type == watch.Error:
				return revision, apierrors.FromObject(event.Object)
			case event.Type == watch.Bookmark:
				continue
			}
			arrived := time.Now()
			o, isObject := event.Object.(object)
			if !isObject {
				return revision, fmt.Errorf("the watch brought a %T", event.Object)
			}
			revision = o.GetResourceVersion()
			if event.Type == watch.Deleted {
				delete(known, o.GetName())
			} else {
				known[o.GetName()] = event.Object
			}
			r.deliver(string(event.Type), event.Object, arrived)
		}
	}
}

// relist lists until it succeeds, delivers the present state of everything and
// the removal of what is gone, and returns the revision to watch from.
func (r *Recorder) relist(ctx context.Context, s source, known map[string]runtime.Object) string {
	for {
		revision, items, err := s.list(ctx)
		if err == nil {
			arrived := time.Now()
			present := map[string]bool{}
			for _, item := range items {
				o, ok := item.(object)
				if !ok {
					continue
				}
				present[o.GetName()] = true
				before, was := known[o.GetName()].(object)
				if was && before.GetUID() != o.GetUID() { // removed, and another made under its name
					r.deliver(string(watch.Deleted), before, arrived)
					was = false
				}
				known[o.GetName()] = item
				if !was || before.GetResourceVersion() != o.GetResourceVersion() {
					r.deliver(string(watch.Modified), item, arrived)
				}
			}
			for name, o := range known {
				if !present[name] {
					delete(known, name)
					r.deliver(string(watch.Deleted), o, arrived)
				}
			}
			return revision
		}
		pause(ctx)
		if ctx.Err() != nil {
			return ""
		}
	}
}

func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(relistPause):
	}
}
